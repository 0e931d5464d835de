"""An identity number or a phone is found exactly, without lying anywhere in clear."""

from __future__ import annotations

import pytest

from haihe.kernel.values import Actor
from haihe.records import lists, uses, write
from haihe.records.answers import Recorded
from haihe.records.database import Connection
from haihe.records.shown import Reader
from tests.records.fresh import opened, problems
from tests.records.small_city import later, step

OFFICER = Reader(person="li", organ="hexi", roles=("officer",))
STRANGER = Reader(person="qian", organ="elsewhere", roles=("officer",))
CHIEF = Actor(person="chief", role="officer", organ="hexi")
IDENTITY = "11010519491231002X"  # the example of GB 11643-1999


@pytest.mark.parametrize(
    ("value", "numbers"),
    [
        (IDENTITY, [IDENTITY]),
        ("110105 19491231 002x", [IDENTITY]),
        ("110105194912310021", []),  # a wrong check character
        ("电话13800000000，证号" + IDENTITY, ["13800000000", IDENTITY]),
        ("+86 138-0000-0000", ["13800000000"]),
        ("138000000001", []),
        (["张三", "１３８００００００００"], ["13800000000"]),
        (12, []),
        (None, []),
    ],
)
def test_numbers_of_people_are_recognised_however_written(
    value: object, numbers: list[str]
) -> None:
    assert uses.numbers(value) == numbers  # type: ignore[arg-type]  # what a field may hold


def test_a_phone_is_found_exactly_and_lies_nowhere_in_clear(journal: Connection) -> None:
    matter = opened()
    write.submit(step(matter, "arrive", {"caller_phone": "13912345678"}), now=later(1))
    for word in ("13800000000", "139 1234 5678"):
        assert [one.matter for one in lists.search(OFFICER, word).items] == [matter]
    assert lists.search(OFFICER, "13800000001").items == ()
    assert lists.search(STRANGER, "13800000000").items == ()
    rows = journal.rows("SELECT tag, matter_id, seq, field FROM number_tag")
    assert len(rows) == 2
    assert "13800000000" not in repr(rows)
    told = repr(journal.rows("SELECT told FROM reading"))
    assert "13800000000" not in told
    assert "138****0000" in told
    assert problems() == []


def test_the_index_is_what_the_sealed_values_give(journal: Connection) -> None:
    matter = opened()
    ((tag,),) = journal.rows("SELECT tag FROM number_tag")
    journal.run("UPDATE number_tag SET tag = ?", (b"x" * len(bytes(tag)),))
    assert {(one.problem, one.matter) for one in problems()} == {("number_tag", matter)}
    journal.run("DELETE FROM number_tag")
    assert {(one.problem, one.matter) for one in problems()} == {("number_tag", matter)}


def test_what_is_erased_is_found_no_more(journal: Connection) -> None:
    matter = opened()
    done = write.erase(matter, None, approved_by=CHIEF, reason="本人要求", now=later(1))
    assert isinstance(done, Recorded)
    assert journal.rows("SELECT count(*) FROM number_tag") == [(0,)]
    assert lists.search(OFFICER, "13800000000").items == ()
    assert problems() == []
