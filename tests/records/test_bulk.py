"""Bulk intake gives what one step at a time gives: same rules, same states, clocks and chains."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from haihe.kernel.values import Command
from haihe.records import database, read, rules, write
from haihe.records.answers import Recorded
from haihe.records.database import Connection
from haihe.records.shown import File, Reader
from haihe.records.verify import verify
from haihe.records.write import Taken
from tests.records.small_city import OFFICER, TAKER, TUESDAY, later

READER = Reader(person="li", organ="hexi", roles=("officer",))


def history(number: int, *, result: str = "已处理完毕", criminal: bool = False) -> list[Command]:
    """A call, an arrival and a closing, on Tuesday 1 September 2026."""
    data = {"place": "马场道12号", "what": "邻里争吵", "caller_phone": f"1380000{number:04d}"}
    closing = {"result": result} | ({"criminal": True} if criminal else {})
    return [
        Command(
            key=f"old-{number}",
            act="take_call",
            actor=TAKER,
            kind="alarm",
            data=data,
            happened_at=TUESDAY,
        ),
        Command(
            key="", act="arrive", actor=OFFICER, data={"people": number}, happened_at=later(0.1)
        ),
        Command(key="", act="close", actor=OFFICER, data=closing, happened_at=later(1)),
    ]


def take(histories: list[list[Command]], workers: int = 1) -> Taken:
    """Everything taken, added up."""
    total = Taken()
    for taken in write.submit_many(histories, now=later(48), workers=workers):
        total.matters += taken.matters
        total.events += taken.events
        total.known += taken.known
        total.refused += taken.refused
    return total


def clean(connection: Connection) -> None:
    assert verify(connection, rules.current()).problems == []


@pytest.mark.parametrize("workers", [1, 2])
def test_bulk_intake_leaves_what_single_steps_leave(journal: Connection, workers: int) -> None:
    taken = take([history(number) for number in range(600)], workers)
    assert (taken.matters, taken.events, taken.refused) == (600, 1800, [])
    matter = None
    for command in history(9999):
        one = replace(command, key=f"single-{command.act}", matter=matter)
        done = write.submit(one, now=later(48))
        assert isinstance(done, Recorded)
        matter = done.matter
    projection = "kind, version, seq, state, outcome, ended, owner_organ, opened_at, changed_at"
    assert len(journal.rows(f"SELECT DISTINCT {projection}, urgent_at FROM matter")) == 1
    told = "clock, started_at, stopped_at, nominal, legal, falls_at, official, status, whose"
    assert len(journal.rows(f"SELECT DISTINCT {told} FROM clock")) == 2
    numbers = [row[0] for row in journal.rows("SELECT number FROM matter ORDER BY number")]
    assert numbers == [f"AL-2026-{count:06d}" for count in range(1, 602)]
    connection = database.connect()
    clean(connection)
    connection.close()


def test_a_history_that_breaks_a_rule_is_refused_whole_and_the_others_go_on(
    journal: Connection,
) -> None:
    call, arrival, closing = history(1)
    wrong = [call, closing, arrival]
    late = history(2, result="")
    taken = take([history(0), wrong, late, [], history(3)])
    assert taken.matters == 2
    assert [(one.key, one.command, one.refused.reason) for one in taken.refused] == [
        ("old-1", 2, "ended"),
        ("old-2", 2, "missing_field"),
        ("", 0, "wrong_value"),
    ]
    assert all(one.refused.instead for one in taken.refused)
    assert journal.rows("SELECT count(*) FROM event") == [(6,)]


def test_the_same_intake_twice_changes_nothing(journal: Connection) -> None:
    histories = [history(number, criminal=number == 2) for number in range(4)]
    assert take(histories).matters == 5
    again = take(histories)
    assert (again.matters, again.events, again.known) == (0, 0, 4)
    other = take([history(0, result="另一个结果")])
    assert [one.refused.reason for one in other.refused] == ["key_reused"]
    assert journal.rows("SELECT count(*) FROM matter") == [(5,)]


def test_a_step_that_opens_another_matter_opens_it_here_too(journal: Connection) -> None:
    assert take([history(5, criminal=True)]).matters == 2
    ((case,),) = journal.rows("SELECT matter_id FROM matter WHERE kind = 'case'")
    file = read.open_file(case, READER, "handle", now=later(49))
    assert isinstance(file, File)
    assert file.links[0].number == "AL-2026-000001"
    connection = database.connect()
    clean(connection)
    connection.close()


def test_personal_fields_of_an_intake_are_sealed_too(journal: Connection) -> None:
    take([history(7)])
    rows = journal.rows("SELECT * FROM event")
    assert "13800000007" not in repr(rows)
    ((matter,),) = journal.rows("SELECT matter_id FROM matter")
    file = read.open_file(matter, READER, "handle", now=later(49))
    assert isinstance(file, File)
    assert {field.label: field.value for field in file.fields}["报警人电话"] == "13800000007"
