"""The day's call-backs are drawn by the last seal of the day before, once, on working days."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from haihe.kernel.values import Actor, Command
from haihe.records import call_backs, daily_draw, seals, write
from haihe.records.answers import Recorded
from haihe.records.database import Connection
from haihe.records.installed import InstalledRules
from tests.records.fresh import fresh_journal

FRIDAY = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)  # nine o'clock in the city
MONDAY = datetime(2026, 11, 22, 16, 5, tzinfo=UTC)  # five past midnight in the city
ANYBODY = Actor(person="public", role="citizen", organ="public")


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Connection]:
    """A journal in which four mediations that left a phone ended on Friday."""
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "haihe.config.settings")
    with fresh_journal(tmp_path, monkeypatch, InstalledRules()) as connection:
        for n in range(4):
            asked = write.submit(
                Command(
                    key=f"{n}",
                    act="apply",
                    actor=ANYBODY,
                    kind="people_mediation",
                    data={
                        "committee": "dayingmen-mediation",
                        "dispute_kind": "neighbour",
                        "facts": "楼上漏水，吊顶泡坏。",
                        "claims": "请求赔偿维修费。",
                        "applicant": "试验甲",
                        "respondent": "试验乙",
                        "applicant_phone": f"1390000100{n}",
                    },
                ),
                now=FRIDAY,
            )
            assert isinstance(asked, Recorded), asked
            ended = write.submit(
                Command(
                    key=f"{n}-end",
                    act="drop",
                    actor=ANYBODY,
                    matter=asked.matter,
                    data={"drop_reason": "no_longer"},
                ),
                now=FRIDAY,
            )
            assert isinstance(ended, Recorded), ended
        yield connection


def tasks(desk: Connection) -> int:
    return int(desk.rows("SELECT count(*) FROM matter WHERE kind = 'call_back'")[0][0])


def test_monday_is_drawn_once_by_the_seal_of_friday_and_anybody_repeats_it(
    desk: Connection,
) -> None:
    seal = seals.close_all(desk, FRIDAY + timedelta(hours=1))[-1]
    assert daily_draw.draw_today(desk, FRIDAY + timedelta(days=1)) is None  # Saturday
    made = daily_draw.draw_today(desk, MONDAY)
    assert made is not None
    assert made.seed.startswith(f"{seal.number}-{seal.hash.hex()[:40]}")
    assert (made.day, made.population, tasks(desk)) == ("2026-11-23", 4, 2)

    seals.close_all(desk, MONDAY + timedelta(hours=9))  # a later seal changes nothing of the day
    again = daily_draw.draw_today(desk, MONDAY + timedelta(hours=10))
    assert again is not None
    assert again.made_before
    assert tasks(desk) == 2
    day = date(2026, 11, 23)
    repeated = call_backs.repeated(desk, day, daily_draw.seed_of(desk, day))
    assert call_backs.differences(desk, repeated) == []


def test_a_day_somebody_drew_by_another_seed_is_left_and_shows(desk: Connection) -> None:
    seals.close_all(desk, FRIDAY + timedelta(hours=1))
    day = date(2026, 11, 23)
    call_backs.draw(desk, day, "mine", MONDAY)
    assert daily_draw.draw_today(desk, MONDAY) is None
    repeated = call_backs.repeated(desk, day, daily_draw.seed_of(desk, day))
    assert call_backs.differences(desk, repeated)


def test_nothing_is_drawn_before_the_first_seal(desk: Connection) -> None:
    assert daily_draw.draw_today(desk, MONDAY) is None
    with pytest.raises(call_backs.UnusableDraw, match="封存"):
        daily_draw.seed_of(desk, date(2026, 11, 23))
