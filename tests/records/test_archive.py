"""A closed body's archive: the day before only it opens it, from the day on its heir does."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from haihe.kernel.organs import Heir, Organs, Succession
from haihe.kernel.values import Refused
from haihe.records import lists, reach, read, rules, verify, write
from haihe.records.answers import Recorded
from haihe.records.database import Connection
from haihe.records.shown import File, Reader, Refusal
from tests.records.small_city import (
    OFFICER,
    OTHER_OFFICER,
    TAKER,
    ZONE,
    SmallCity,
    later,
    opening,
    step,
)

HEIR = Reader(person="zhao", roles=("officer",), organ="nankai")
STRANGER = replace(HEIR, person="qian", organ="center110")
OVER = Reader(person="sun", roles=("officer",), organ="nankai", supervisor=True)
BUREAU = Reader(person="wei", roles=("chief",), organ="city", supervisor=True)
ORDER = "津编〔2026〕1号"
OWNERS = "SELECT owner_organ, ended FROM matter"


class ClosedCity(SmallCity):
    """The small city in which `hexi` is closed some days after today, and has heirs."""

    def __init__(self, days: int, *heirs: Heir) -> None:
        super().__init__()
        alarm = self.procedures["alarm"]
        reopen = replace(alarm.steps["arrive"], name="重新处理", from_=("closed",))
        self.procedures["alarm"] = replace(alarm, steps={**alarm.steps, "reopen": reopen})
        listed = SmallCity.organ_register
        closing = datetime.now(UTC).astimezone(ZONE).date() + timedelta(days=days)
        versions = [
            replace(one, until=closing) if one.id == "hexi" else one
            for organ in listed.ids()
            for one in listed.versions(organ)
        ]
        told = Succession(organ="hexi", day=closing, order=ORDER, heirs=heirs)
        self.organ_register = Organs(versions, (told,))


@pytest.fixture
def ended(journal: Connection) -> Iterator[str]:
    """A matter that ended in hexi."""
    rules.use(ClosedCity(1, Heir(organ="nankai")))
    (matter,) = _ended_matters(1)
    yield matter
    rules.use(SmallCity())


def _ended_matters(count: int) -> list[str]:
    found = []
    for _ in range(count):
        answer = write.submit(opening(), now=later(0))
        assert isinstance(answer, Recorded), answer
        done = {"result": "已经调解", "criminal": False}
        assert isinstance(write.submit(step(answer.matter, "arrive"), now=later(1)), Recorded)
        assert isinstance(write.submit(step(answer.matter, "close", done), now=later(2)), Recorded)
        found.append(answer.matter)
    return found


def _number(connection: Connection, matter: str) -> str:
    ((number,),) = connection.rows("SELECT number FROM matter WHERE matter_id = ?", (matter,))
    return str(number)


def test_the_day_before_nobody_else_and_on_the_day_the_heir(
    journal: Connection, ended: str
) -> None:
    number = _number(journal, ended)
    assert lists.search(HEIR, number).items == ()
    assert isinstance(read.open_file(ended, HEIR, "handle"), Refusal)

    rules.use(ClosedCity(0, Heir(organ="nankai")))
    (row,) = lists.search(HEIR, number).items
    opened = read.open_file(ended, HEIR, "handle")

    assert (row.matter, row.owner) == (ended, "河西分局")
    assert isinstance(opened, File), opened
    assert journal.rows(OWNERS, ()) == [("hexi", True)]
    assert [one.matter for one in lists.search(HEIR, "13800000000").items] == [ended]
    assert lists.search(STRANGER, number).items == ()
    assert isinstance(read.open_file(ended, STRANGER, "handle"), Refusal)


def test_what_the_closed_body_had_is_in_the_list_of_its_heir(
    journal: Connection, ended: str
) -> None:
    answer = write.submit(opening(), now=later(0))
    assert isinstance(answer, Recorded)
    moves = step(
        answer.matter, "transfer", {"to_organ": "center110", "reason": "归指挥中心"}, TAKER
    )
    assert isinstance(write.submit(moves, now=later(1)), Recorded)
    assert lists.inbox(HEIR, of="had").items == ()

    rules.use(ClosedCity(0, Heir(organ="nankai")))
    assert [one.matter for one in lists.inbox(HEIR, of="had").items] == [answer.matter]
    assert isinstance(read.open_file(answer.matter, HEIR, "handle"), File)


def test_an_heir_of_other_kinds_finds_nothing(journal: Connection, ended: str) -> None:
    number = _number(journal, ended)
    heirs = (Heir(organ="nankai", kinds=("case",)), Heir(organ="center110"))
    rules.use(ClosedCity(0, *heirs))

    assert lists.search(HEIR, number).items == ()
    assert isinstance(read.open_file(ended, HEIR, "handle"), Refusal)
    assert [one.matter for one in lists.search(STRANGER, number).items] == [ended]
    assert isinstance(read.open_file(ended, STRANGER, "handle"), File)


@pytest.mark.parametrize(
    ("heirs", "sees"),
    [
        ((Heir(organ="nankai", kinds=("alarm",)), Heir(organ="center110")), True),
        ((Heir(organ="nankai", kinds=("case",)), Heir(organ="center110")), False),
        ((Heir(organ="center110", kinds=("case",)), Heir(organ="nankai")), True),
        ((Heir(organ="center110", kinds=("alarm",)), Heir(organ="nankai")), False),
        ((Heir(organ="nankai"),), True),
    ],
)
def test_whoever_supervises_the_heir_of_a_kind_supervises_the_archive_of_that_kind(
    journal: Connection, ended: str, heirs: tuple[Heir, ...], *, sees: bool
) -> None:
    """The city bureau leads nankai, not the command centre."""
    rules.use(ClosedCity(0, *heirs))
    number = _number(journal, ended)
    assert isinstance(read.open_file(ended, BUREAU, "supervise"), File) is sees
    assert [one.matter for one in lists.search(BUREAU, number).items] == [ended] * sees
    rows = journal.rows("SELECT kind FROM matter WHERE matter_id = ?", (ended,))
    assert reach.holds("city", "hexi", rows[0][0]) is sees


def test_nobody_supervises_what_the_own_organ_inherited(journal: Connection, ended: str) -> None:
    rules.use(ClosedCity(0, Heir(organ="nankai")))
    refused = read.open_file(ended, OVER, "supervise")
    assert isinstance(refused, Refusal)
    assert refused.reason == "not_yours"


def test_the_heir_takes_it_over_with_the_first_act_in_it(journal: Connection, ended: str) -> None:
    again = replace(step(ended, "reopen", actor=OTHER_OFFICER, key="again"), expects=3)
    before = write.submit(again)
    assert isinstance(before, Refused)

    rules.use(ClosedCity(0, Heir(organ="nankai")))
    opened = read.open_file(ended, HEIR, "handle")
    assert isinstance(opened, File)
    assert "reopen" in {one.id for one in opened.acts if one.refusal is None}
    wrong = replace(again, key="wrong", expects=2)
    assert isinstance(write.submit(wrong), Refused)
    assert journal.rows(OWNERS, ()) == [("hexi", True)]  # nothing passes with what is refused

    taken = write.submit(again)
    assert isinstance(taken, Recorded), taken
    assert journal.rows(OWNERS, ()) == [("nankai", False)]
    acts = journal.rows("SELECT seq, act, organ FROM event ORDER BY seq", ())
    assert acts[0][2] == acts[2][2] == "hexi"
    assert [one[1] for one in acts[3:]] == ["succeed", "reopen"]
    once_more = write.submit(again)
    assert isinstance(once_more, Recorded)
    assert once_more.replayed
    assert verify.verify(journal, rules.current()).problems == []


def test_the_closed_body_itself_still_acts_the_day_before(journal: Connection, ended: str) -> None:
    assert isinstance(write.submit(step(ended, "reopen", actor=OFFICER)), Recorded)
    assert len(journal.rows("SELECT 1 FROM event WHERE act = 'succeed'", ())) == 0
