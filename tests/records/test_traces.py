"""Who looked at what: recorded before anything is shown, chained, without any personal value."""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor

import pytest
from msgspec.structs import replace

from haihe.records import database, read, reading, seals, write
from haihe.records.answers import Recorded
from haihe.records.database import Connection, Failure
from haihe.records.shown import File, Reader
from tests.records.fresh import opened, problems
from tests.records.small_city import later, opening

OFFICER = Reader(person="li", organ="hexi", roles=("officer",), post="hexi-duty")
SUPERVISOR = Reader(person="sun", organ="bureau", roles=("supervisor",), supervisor=True)
READERS = 12


def test_a_purpose_that_was_not_said_is_asked_for_and_refuses_nobody_yet(
    journal: Connection,
) -> None:
    matter, beside = opened(), Reader(person="chu", organ="hexi", roles=("cook",))
    asked = read.open_file(matter, beside, "", now=later(1))
    assert not isinstance(asked, File)
    assert journal.rows("SELECT sort FROM reading") == []
    assert isinstance(read.open_file(matter, OFFICER, "", now=later(2)), File)
    assert not isinstance(read.open_file(matter, beside, "handle", now=later(3)), File)
    rows = journal.rows("SELECT sort, purpose FROM reading ORDER BY seq")
    assert rows == [("open", "handle"), ("refused", "handle")]


def test_a_reading_tells_post_purpose_basis_and_what_was_clear_or_covered(
    journal: Connection,
) -> None:
    matter = opened()
    assert isinstance(read.open_file(matter, OFFICER, "handle", now=later(1)), File)
    assert isinstance(read.open_file(matter, SUPERVISOR, "supervise", now=later(2)), File)
    rows = journal.rows(
        "SELECT sort, person, role, organ, post, purpose, basis, told FROM reading "
        "WHERE chain = ? ORDER BY seq",
        (matter,),
    )
    first, second = rows
    assert first[:6] == ("open", "li", "officer", "hexi", "hexi-duty", "handle")
    assert first[6].split()[0] == "personal-information-2021#34"
    assert json.loads(first[7]) == {"clear": ["caller_name", "caller_phone"]}
    assert json.loads(second[7]) == {"masked": ["caller_name", "caller_phone"]}
    assert "13800000000" not in repr(rows)


def test_fields_that_were_erased_were_not_seen(journal: Connection) -> None:
    matter = opened()
    actor = opening().actor
    done = write.erase(matter, ["caller_phone"], approved_by=actor, reason="本人要求", now=later(1))
    assert isinstance(done, Recorded)
    read.open_file(matter, OFFICER, "handle", now=later(2))
    ((told,),) = journal.rows("SELECT told FROM reading")
    assert json.loads(told) == {"clear": ["caller_name"]}


def test_a_searched_number_of_a_matter_is_kept_a_name_or_identity_number_is_not(
    journal: Connection,
) -> None:
    assert reading.sought(" al-2026-0001 ") == {"sought": "AL-2026-0001"}
    for word, like in (
        ("120199199003077658", "120199********7658"),
        ("13812345678", "138****5678"),
        ("张三", "张*"),
    ):
        found = reading.sought(word)
        assert (found["like"], word in repr(found)) == (like, False)
    spaced = reading.sought("138 1234 5678")
    assert [spaced["tag"]] == reading.tags_of("13812345678")
    assert reading.tags_of("13812345679") != reading.tags_of("13812345678")


def test_searches_of_a_reader_are_one_chain_and_a_changed_or_missing_one_is_found(
    journal: Connection,
) -> None:
    for number in range(4):
        told = {"by": "number", "found": number, **reading.sought("AL-2026")}
        assert reading.trace("search", OFFICER, "handle", later(1), told=told) == number + 1
    other = replace(OFFICER, person="wang")
    assert reading.trace("search", other, "handle", later(1), told={"found": 0}) == 1
    assert problems() == []
    journal.run("UPDATE reading SET told = '{}' WHERE chain = 'reader:li' AND seq = 2")
    assert [(one.problem, one.matter, one.seq) for one in problems()] == [
        ("reading_hash", "reader:li", 2)
    ]
    journal.run("DELETE FROM reading WHERE chain = 'reader:li' AND seq = 2")
    found = {(one.problem, one.matter, one.seq) for one in problems()}
    assert ("reading_missing", "reader:li", 2) in found


def test_a_whole_chain_of_searches_that_is_removed_is_found_by_the_seal(
    journal: Connection,
) -> None:
    reading.trace("search", OFFICER, "handle", later(1), told={"found": 3})
    seals.close_all(journal, later(2))
    assert problems() == []
    journal.run("DELETE FROM reading WHERE chain = 'reader:li'")
    assert [one.problem for one in problems()] == ["sealed_readings"]


def test_nothing_is_shown_when_its_reading_cannot_be_written(
    journal: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    matter = opened()
    journal.run("ALTER TABLE reading RENAME TO gone")
    monkeypatch.setattr(reading, "RETRY_SECONDS", 0)
    with pytest.raises(Failure):
        read.open_file(matter, OFFICER, "handle", now=later(1))
    journal.run("ALTER TABLE gone RENAME TO reading")
    assert journal.rows("SELECT count(*) FROM reading") == [(0,)]


def test_a_reader_killed_before_the_commit_leaves_no_half_trace(journal: Connection) -> None:
    matter = opened()
    read.open_file(matter, OFFICER, "handle", now=later(1))
    database.forget_reading_connection()
    child = os.fork()
    if not child:
        connection = database.connect()
        connection.commit = lambda: os._exit(9)  # type: ignore[method-assign]  # dies right here
        read.reading_connection = lambda: connection  # type: ignore[attr-defined]  # in the child only
        read.open_file(matter, OFFICER, "handle", now=later(2))
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    assert problems() == []
    read.open_file(matter, OFFICER, "handle", now=later(3))
    assert journal.rows("SELECT seq FROM reading ORDER BY seq") == [(1,), (2,)]
    assert problems() == []


def test_many_who_open_one_file_at_once_are_all_in_its_chain(journal: Connection) -> None:
    matter = opened()
    readers = [replace(OFFICER, person=f"p{number}") for number in range(READERS)]
    with ThreadPoolExecutor(READERS) as pool:
        shown = list(pool.map(lambda one: read.open_file(matter, one, "handle"), readers))
    assert all(isinstance(one, File) for one in shown)
    rows = journal.rows("SELECT seq, person FROM reading ORDER BY seq")
    assert [row[0] for row in rows] == list(range(1, READERS + 1))
    assert {row[1] for row in rows} == {one.person for one in readers}
    assert problems() == []


def test_looking_at_one_file_or_taking_a_paper_is_told_apart_from_opening(
    journal: Connection,
) -> None:
    matter = opened()
    digest = "ab" * 32
    assert isinstance(read.open_file(matter, OFFICER, "handle", later(1), kept=digest), File)
    assert isinstance(read.open_file(matter, OFFICER, "handle", later(2)), File)
    rows = journal.rows("SELECT sort, told FROM reading ORDER BY seq")
    assert [row[0] for row in rows] == ["file", "open"]
    assert json.loads(rows[0][1]) == {"file": digest}
