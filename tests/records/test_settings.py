"""A city changes a length: what is opened after has it, what runs keeps its own, all verifies."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from itertools import count

import pytest

from haihe.kernel.values import Actor, Command
from haihe.pack import Pack, load_pack
from haihe.pack.settings import Setting, with_settings
from haihe.records import database, keys, read, rules, write, writer
from haihe.records.answers import Recorded
from haihe.records.codes import follow_code
from haihe.records.database import Connection
from haihe.records.installed import InstalledRules
from haihe.records.journal import UnknownProcedure
from haihe.records.verify import verify

# An idea is taken in within three working days; from Tuesday 2026-12-01 within one.
SETTING = Setting(
    kind="idea",
    clock="take_in",
    since=date(2026, 12, 1),
    allow="1 working day",
    source="津社建〔2026〕3号",
    checked_on=date(2026, 11, 22),
    decided_by="市委社会工作部",
)
MONDAY, TUESDAY, WEDNESDAY = "2026-11-30T09:00", "2026-12-01T09:00", "2026-12-02T09:00"
DESK = Actor(person="desk", role="desk", organ="street")
_keys = count()


@cache
def shipped() -> Pack:
    return load_pack()


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=shipped().zone)


def restarted(*settings: Setting) -> None:
    """The program started anew with these settings in the city's folder."""
    rules.use(InstalledRules(with_settings(shipped(), settings), organs=()))
    writer.forget_writer()
    database.forget_reading_connection()


def sent(when: str) -> str:
    """An idea somebody sends at this moment; gives the matter."""
    command = Command(
        key=f"idea-{next(_keys)}",
        act="send",
        actor=Actor(person="public", role="citizen", organ="public"),
        kind="idea",
        data={
            "idea_office": "street",
            "subject_line": "加一排车棚",
            "idea_text": "楼下缺车棚。",
            "minor_involved": False,
        },
    )
    answer = write.submit(command, now=at(when))
    assert isinstance(answer, Recorded), answer
    return answer.matter


def last_day(journal: Connection, matter: str) -> str:
    """The day by which the idea has to be taken in, as the journal keeps it."""
    ((legal,),) = journal.rows(
        "SELECT legal FROM clock WHERE matter_id = ? AND clock = 'take_in'", (matter,)
    )
    return str(legal)


def take_in(matter: str, when: str) -> None:
    command = Command(
        key=f"take-{next(_keys)}", act="take_in", actor=DESK, matter=matter, data={"gist": "车棚"}
    )
    assert isinstance(write.submit(command, now=at(when)), Recorded)


def test_a_matter_opened_before_keeps_its_day_and_one_opened_after_has_the_new(
    journal: Connection,
) -> None:
    restarted()
    early = sent(MONDAY)
    assert last_day(journal, early) == "2026-12-03"  # Thursday, three working days
    restarted(SETTING)
    same_day, late = sent("2026-11-30T17:00"), sent(TUESDAY)
    assert last_day(journal, same_day) == "2026-12-03"
    assert last_day(journal, late) == "2026-12-02"  # Wednesday, one working day
    assert last_day(journal, early) == "2026-12-03"


def test_what_ran_goes_on_under_its_own_version_and_the_journal_verifies(
    journal: Connection,
) -> None:
    restarted()
    early = sent(MONDAY)
    restarted(SETTING)
    late = sent(TUESDAY)
    for matter in (early, late):
        take_in(matter, "2026-12-03T16:00")
    assert dict(journal.rows("SELECT matter_id, status FROM clock WHERE clock = 'take_in'")) == {
        early: "met",
        late: "late",
    }
    assert dict(journal.rows("SELECT matter_id, version FROM matter")) == {
        early: "2025-01-01",
        late: "2026-12-01",
    }
    assert verify(journal, rules.current()).problems == []


def test_everything_is_read_again_after_a_restart_with_the_same_settings(
    journal: Connection,
) -> None:
    restarted(SETTING)
    late = sent(TUESDAY)
    restarted(SETTING)
    file = read.follow(code_of(late), now=at(WEDNESDAY))
    assert file is not None
    assert "2026年12月2日 星期三" in file.told.until
    assert "按本市约定" in file.told.until
    (clock, *_) = [one for one in file.clocks if one.id == "take_in"]
    assert "本市约定的期限" in "".join(clock.articles)
    assert verify(journal, rules.current()).problems == []


def code_of(matter: str) -> str:
    return follow_code(matter, keys.store().codes)


def test_a_setting_that_was_taken_away_is_missed_and_not_guessed(journal: Connection) -> None:
    restarted(SETTING)
    late = sent(TUESDAY)
    restarted()
    with pytest.raises(UnknownProcedure, match=r"city/settings\.yaml"):
        take_in(late, WEDNESDAY)
    restarted(SETTING)
    take_in(late, WEDNESDAY)
    assert verify(journal, rules.current()).problems == []
