"""Who answers for an area by name: one person on every day, or it is told."""

from __future__ import annotations

from datetime import date

import pytest

from haihe.kernel.organs import ALWAYS
from haihe.kernel.responsible import Responsible
from haihe.records import posts, responsible
from haihe.records.database import Connection
from haihe.records.posts import Holding, Post

LAST = date(2026, 6, 30)  # Tuesday
FIRST = date(2026, 7, 1)  # Wednesday
POST = "120103005/first"
ASKED = (
    Responsible(
        area="120103005", post=POST, name="街道第一责任人", order="某规定", since=ALWAYS, until=None
    ),
)


def holds(person: str, since: date, until: date | None = None) -> None:
    posts.hold(Holding(post=POST, person=person, since=since, until=until))


@pytest.fixture
def register(journal: Connection) -> Connection:
    """A register with the post and two people."""
    posts.make_post(Post(id=POST, organ="hexi", roles=("head",), name="街道第一责任人"))
    rows = [("zhang", "张三", None), ("li", "李四", None)]
    journal.begin()
    journal.insert("staff", rows)
    journal.commit()
    return journal


def test_the_one_in_charge_is_the_holder_of_that_day(register: Connection) -> None:
    holds("zhang", date(2025, 1, 1), LAST)
    holds("li", FIRST)
    held = responsible.holdings(register)

    assert responsible.in_charge(held, POST, LAST) == ("张三",)
    assert responsible.in_charge(held, POST, FIRST) == ("李四",)
    assert list(responsible.unmanned(held, ASKED, FIRST)) == []


def test_a_post_nobody_holds_is_told(register: Connection) -> None:
    holds("zhang", date(2025, 1, 1), LAST)
    (says,) = responsible.unmanned(responsible.holdings(register), ASKED, FIRST)

    assert "2026-07-01 没有人任职" in says


@pytest.mark.parametrize(
    ("begins", "says"), [(LAST, "同时任职"), (date(2026, 7, 3), "2026-06-30以后到2026-07-03以前")]
)
def test_two_holders_at_once_and_days_between_two_are_told(
    register: Connection, begins: date, says: str
) -> None:
    holds("zhang", date(2025, 1, 1), LAST)
    holds("li", begins)
    (told,) = responsible.unmanned(responsible.holdings(register), ASKED, date(2026, 8, 1))

    assert says in told
