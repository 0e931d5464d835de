"""Our log of questions to registers, on both databases: rest after failures, pages, who is told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from haihe.kernel.sources import Question
from haihe.records import exchanges
from haihe.records.database import Connection, writing
from tests.records.fresh import BOTH, fresh_journal, opened, problems, url_of
from tests.records.small_city import SmallCity

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)  # Monday


@pytest.fixture(params=BOTH)
def journal(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Connection]:
    with fresh_journal(tmp_path, monkeypatch, SmallCity(), url_of(request)) as connection:
        yield connection


def asked(number: int, outcome: exchanges.Outcome, matter: str = "") -> str:
    at = NOW + timedelta(seconds=number)
    question = Question(
        source="marriage",
        name="王女士",
        number="120199199003070019",
        purpose="办理迁入",
        basis="household-1958#10",
        matter=matter,
        thread=f"draft {number}",
    )
    entry = exchanges.begin(question, at)
    exchanges.end(entry, outcome, at)
    return entry


def test_a_register_rests_after_failures_in_a_row_and_its_log_is_read_whole(
    journal: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    entries = [asked(number, "silent") for number in range(exchanges.FAILURES_MAX)]
    last = NOW + timedelta(seconds=exchanges.FAILURES_MAX)
    resting = exchanges.at_rest("marriage", last), exchanges.at_rest("birth", last)
    rested = exchanges.at_rest("marriage", last + exchanges.REST)
    monkeypatch.setattr(exchanges, "LOG_MAX", 2)

    assert (resting, rested) == ((True, False), False)
    assert [one.exchange_id for one in exchanges.every("marriage")] == entries
    entries.append(asked(exchanges.FAILURES_MAX, "answered"))
    assert not exchanges.at_rest("marriage", last)


def test_what_was_asked_for_a_matter_is_told_once_and_a_stranger_is_a_finding(
    journal: Connection,
) -> None:
    matter = opened()
    asked(1, "nothing")
    with writing(journal):
        exchanges.attach(journal, "draft 1", matter)
    told = exchanges.tell(journal, NOW + timedelta(minutes=5), {"marriage": "婚姻登记"})
    again = exchanges.tell(journal, NOW + timedelta(minutes=6), {})

    assert (told, again) == (1, 0)
    assert [one.outcome for one in exchanges.log(matter=matter)] == ["nothing"]
    assert problems() == []
    with writing(journal):
        journal.run("UPDATE exchange SET matter_id = ?", ("none",))
    assert ["register" in one.says for one in problems()] == [True]
