"""Many callers at once: in turn on a matter, together on the disk, nobody spoils it for others."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from haihe.kernel.values import Refused
from haihe.records import database, rules, write
from haihe.records.answers import Recorded
from haihe.records.database import Connection, Failure
from haihe.records.verify import verify
from tests.records.small_city import TUESDAY, opening, step

CALLERS = 16


def at_once(work: Callable[[int], object], count: int) -> list[object]:
    """What each of `count` calls gave, or raised."""

    def one(number: int) -> object:
        try:
            return work(number)
        except Exception as raised:
            return raised

    with ThreadPoolExecutor(CALLERS) as pool:
        return list(pool.map(one, range(count)))


def opened() -> str:
    done = write.submit(opening(), now=TUESDAY)
    assert isinstance(done, Recorded)
    return done.matter


def clean() -> None:
    connection = database.connect()
    assert verify(connection, rules.current()).problems == []
    connection.close()


def test_of_many_who_saw_the_same_file_one_acts_and_the_others_are_told(
    journal: Connection,
) -> None:
    matter = opened()
    answers = at_once(lambda _: write.submit(replace(step(matter, "arrive"), expects=1)), CALLERS)
    assert sum(isinstance(one, Recorded) for one in answers) == 1
    refused = [one for one in answers if isinstance(one, Refused)]
    assert {one.reason for one in refused} == {"moved_on"}
    assert journal.rows("SELECT count(*) FROM event") == [(2,)]
    clean()


def test_steps_on_one_matter_follow_each_other_without_gap(journal: Connection) -> None:
    matter = opened()
    answers = at_once(lambda _: write.submit(step(matter, "arrive")), 100)
    assert all(isinstance(one, Recorded) for one in answers), answers
    assert sorted(one.seq for one in answers if isinstance(one, Recorded)) == list(range(2, 102))
    assert journal.rows("SELECT seq FROM matter") == [(101,)]
    clean()


def test_one_key_from_many_callers_is_carried_out_once(journal: Connection) -> None:
    command = opening("same")
    answers = at_once(lambda _: write.submit(command), CALLERS)
    recorded = [one for one in answers if isinstance(one, Recorded)]
    assert len(recorded) == CALLERS
    assert {one.matter for one in recorded} == {recorded[0].matter}
    assert sum(not one.replayed for one in recorded) == 1
    assert journal.rows("SELECT count(*) FROM event") == [(1,)]


def test_a_command_that_the_database_refuses_spoils_no_other(journal: Connection) -> None:
    forbid_people(journal, 13)
    matters = [opened() for _ in range(40)]
    answers = at_once(
        lambda number: write.submit(step(matters[number], "arrive", {"people": number})), 40
    )
    failed = [number for number, one in enumerate(answers) if not isinstance(one, Recorded)]
    assert failed == [13]
    assert isinstance(answers[13], Failure)
    assert journal.rows("SELECT count(*) FROM event WHERE act = 'arrive'") == [(39,)]
    clean()


def forbid_people(connection: Connection, number: int) -> None:
    """From now on the database itself refuses an event with this number of people."""
    told = f'%"people":{number}}}%'
    if connection.vendor == "sqlite":
        connection.run(
            f"CREATE TRIGGER forbidden BEFORE INSERT ON event WHEN NEW.data LIKE '{told}' "
            "BEGIN SELECT RAISE(ABORT, 'forbidden'); END"
        )
        return
    connection.run(
        f"ALTER TABLE event ADD CONSTRAINT forbidden CHECK (data NOT LIKE '{told}')".replace(
            "%", "%%"
        )
    )


def test_a_command_that_cannot_be_judged_spoils_no_other(journal: Connection) -> None:
    matters = [opened() for _ in range(20)]
    broken = "\ud800"  # half of a character: no text at all

    def act(number: int) -> object:
        data = {"caller_phone": broken if number == 7 else "139"}
        return write.submit(step(matters[number], "arrive", data))

    answers = at_once(act, 20)
    assert [n for n, one in enumerate(answers) if not isinstance(one, Recorded)] == [7]
    assert journal.rows("SELECT count(*) FROM event") == [(39,)]
    clean()


@pytest.mark.usefixtures("journal")
def test_ids_with_odd_characters_are_refused_before_any_database_sees_them() -> None:
    for key in ("a\x00b", "", "k" * 201, "line\nbreak"):
        answer = write.submit(replace(opening(), key=key))
        assert isinstance(answer, Refused)
        assert answer.field == "key"
    actor = replace(opening().actor, person="wang\x00")
    answer = write.submit(replace(opening(), actor=actor))
    assert isinstance(answer, Refused)
    assert answer.field == "actor"


def test_a_journal_in_sm3_is_written_and_verified(
    journal: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    from haihe.records import seals

    monkeypatch.setenv("HAIHE_HASH", "sm3")
    matter = opened()
    write.submit(step(matter, "arrive"))
    (seal,) = seals.close_all(journal, datetime.now(UTC))
    assert seal.algorithm == "sm3"
    clean()
    monkeypatch.setenv("HAIHE_HASH", "sha256")
    connection = database.connect()
    assert "event_hash" in {one.problem for one in verify(connection, rules.current()).problems}
    connection.close()
