"""An auditor finds all readings of one person's data, and whose data were read by many."""

from __future__ import annotations

from datetime import UTC

from haihe.records import audit, read, write
from haihe.records.answers import Recorded
from haihe.records.audit_people import READERS_MANY
from haihe.records.database import Connection
from haihe.records.shown import File, Reader
from tests.records.small_city import TUESDAY, later, opening

PHONE, OTHER = "13912345678", "13987654321"
AUDITOR = Reader(person="shen", organ="", roles=(audit.AUDITOR,))
OWN = Reader(person="sun", organ="hexi", roles=("supervisor",), supervisor=True)
NOW = later(5).astimezone(UTC)


def matter_of(phone: str, key: str) -> str:
    data = {**opening().data, "caller_phone": phone}
    done = write.submit(opening(key, data), now=TUESDAY)
    assert isinstance(done, Recorded), done
    return done.matter


def read_by(matter: str, count: int) -> None:
    for number in range(count):
        reader = Reader(person=f"li{number}", organ="hexi", roles=("officer",))
        assert isinstance(read.open_file(matter, reader, "handle", now=later(1)), File)


def found(reader: Reader = AUDITOR, **sought: str) -> audit.Traces:
    return audit.search(reader, audit.Sought(**sought), now=NOW)


def test_readings_of_one_person_are_found_across_matters(journal: Connection) -> None:
    first, second, other = matter_of(PHONE, "a"), matter_of(PHONE, "b"), matter_of(OTHER, "c")
    for matter in (first, second, other):
        read_by(matter, 1)
    rows = found(subject=f"+86 {PHONE}").rows
    assert {one.matter for one in rows} == {first, second}
    assert {one.matter for one in found(subject=OTHER).rows} == {other}
    assert found(subject="13900000000").rows == ()
    ((told,),) = journal.rows(
        "SELECT told FROM reading WHERE sort = 'audit' ORDER BY position LIMIT 1"
    )
    assert PHONE not in told


def test_whose_data_were_read_by_many_is_told_by_a_mark_and_no_value(journal: Connection) -> None:
    first, second = matter_of(PHONE, "a"), matter_of(PHONE, "b")
    read_by(matter_of(OTHER, "c"), READERS_MANY - 1)
    read_by(first, READERS_MANY - 1)
    assert found().many == ()
    for number in (READERS_MANY, READERS_MANY + 1):
        reader = Reader(person=f"li{number}", organ="hexi", roles=("officer",))
        assert isinstance(read.open_file(second, reader, "handle", now=later(2)), File)
    (one,) = found().many
    assert (one.readers, one.organs, one.matters) == (READERS_MANY + 1, 1, 2)
    assert one.mark.startswith(one.shown)
    assert {row.matter for row in found(subject=one.mark).rows} == {first, second}


def test_nobody_counts_readings_of_the_own_organ(journal: Connection) -> None:
    read_by(matter_of(PHONE, "a"), READERS_MANY)
    assert found().many
    assert found(OWN).many == ()
    assert found(OWN, subject=PHONE).rows == ()


def test_a_number_that_is_not_whole_is_told(journal: Connection) -> None:
    assert "写全" in found(subject="139123").wrong
    assert journal.rows("SELECT count(*) FROM reading") == [(0,)]
