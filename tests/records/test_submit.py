"""The door in: what a step writes, once, in order, whole or not at all."""

from __future__ import annotations

from datetime import timedelta

import pytest

from haihe.kernel.values import Refused
from haihe.records import write
from haihe.records.answers import Recorded
from haihe.records.database import Connection
from tests.records.small_city import TUESDAY, later, opening, step


def recorded(answer: Recorded | Refused) -> Recorded:
    assert isinstance(answer, Recorded), answer
    return answer


def count(connection: Connection, table: str) -> int:
    return int(connection.rows(f"SELECT count(*) FROM {table}")[0][0])


def test_an_opening_writes_event_projection_clocks_personal_fields_and_outbox(
    journal: Connection,
) -> None:
    done = recorded(write.submit(opening(), now=TUESDAY))
    assert done.seq == 1
    assert len(done.code) == 19
    ((number, state, owner, seq),) = journal.rows(
        "SELECT number, state, owner_organ, seq FROM matter WHERE matter_id = ?", (done.matter,)
    )
    assert (number, state, owner, seq) == ("AL-2026-000001", "received", "hexi", 1)
    assert journal.rows("SELECT clock, legal FROM clock ORDER BY clock") == [
        ("arrival", "2026-09-01T08:20:00+08:00"),
        ("feedback", "2026-09-02T08:10:00+08:00"),
    ]
    assert journal.rows("SELECT field FROM personal ORDER BY field") == [
        ("caller_name",),
        ("caller_phone",),
    ]
    assert journal.rows("SELECT topic FROM outbox") == [("alarm.take_call",)]


def test_the_journal_never_holds_a_personal_value(journal: Connection) -> None:
    recorded(write.submit(opening(), now=TUESDAY))
    for table in ("event", "matter", "outbox", "command_key", "personal", "clock"):
        rows = journal.rows(f"SELECT * FROM {table}")
        text = repr([[bytes(v) if isinstance(v, memoryview) else v for v in row] for row in rows])
        assert "13800000000" not in text
        assert "张三" not in text


def test_the_same_command_twice_is_carried_out_once(journal: Connection) -> None:
    command = opening("one")
    first = recorded(write.submit(command, now=TUESDAY))
    again = recorded(write.submit(command, now=later(1)))
    assert again.replayed
    assert (again.matter, again.seq, again.event_hash, again.code) == (
        first.matter,
        first.seq,
        first.event_hash,
        first.code,
    )
    assert count(journal, "event") == 1


def test_the_same_key_with_other_content_is_refused(journal: Connection) -> None:
    recorded(write.submit(opening("one"), now=TUESDAY))
    answer = write.submit(opening("one", {"place": "别处", "what": "另一件事"}), now=TUESDAY)
    assert isinstance(answer, Refused)
    assert answer.reason == "key_reused"
    assert count(journal, "event") == 1


def test_a_refused_command_leaves_nothing_behind(journal: Connection) -> None:
    done = recorded(write.submit(opening(), now=TUESDAY))
    answer = write.submit(step(done.matter, "close"), now=later(1))
    assert isinstance(answer, Refused)
    assert answer.reason == "missing_field"
    assert (count(journal, "event"), count(journal, "command_key")) == (1, 1)


@pytest.mark.usefixtures("journal")
def test_a_matter_that_does_not_exist_is_named() -> None:
    answer = write.submit(step("0" * 32, "arrive"), now=TUESDAY)
    assert isinstance(answer, Refused)
    assert answer.reason == "unknown_matter"


@pytest.mark.usefixtures("journal")
def test_a_field_that_names_a_matter_must_name_one_that_exists() -> None:
    done = recorded(write.submit(opening(), now=TUESDAY))
    answer = write.submit(step(done.matter, "arrive", {"related": "f" * 32}), now=later(0.1))
    assert isinstance(answer, Refused)
    assert (answer.reason, answer.field) == ("unknown_matter", "related")
    other = recorded(write.submit(opening(), now=TUESDAY))
    recorded(write.submit(step(done.matter, "arrive", {"related": other.matter}), now=later(0.1)))


def test_numbers_of_a_year_follow_each_other_without_a_gap(journal: Connection) -> None:
    for _ in range(3):
        recorded(write.submit(opening(), now=TUESDAY))
    recorded(write.submit(opening(), now=TUESDAY + timedelta(days=365)))
    numbers = [row[0] for row in journal.rows("SELECT number FROM matter ORDER BY number")]
    assert numbers == ["AL-2026-000001", "AL-2026-000002", "AL-2026-000003", "AL-2027-000001"]
