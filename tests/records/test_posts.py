"""Posts hold roles, persons hold posts from day to day, and some steps need a qualification."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta

import pytest

from haihe.kernel.qualification import (
    Held,
    QualificationKind,
    QualificationRule,
    Qualifications,
)
from haihe.kernel.values import Refused
from haihe.records import accounts, database, posts, rules, write
from haihe.records.answers import Recorded
from haihe.records.database import Connection
from haihe.records.posts import Holding, Post, UnusablePost
from haihe.records.verify import verify
from tests.records.small_city import TAKER, TUESDAY, SmallCity, opening

MONDAY = date(2026, 8, 31)
LAWYER = Held(qualification="lawyer", number="A-1", since=date(2020, 1, 6))


@pytest.fixture
def desk(journal: Connection) -> Iterator[Connection]:
    """The call desk with its one post, held by nobody yet."""
    accounts.enrol(TAKER.person, "王敏")
    posts.make_post(Post(id="desk", organ=TAKER.organ, roles=(TAKER.role,), name="接警员"))
    return journal


def test_a_holding_that_ended_yesterday_gives_no_power_today(desk: Connection) -> None:
    posts.hold(Holding(post="desk", person=TAKER.person, since=date(2024, 1, 1)))
    assert isinstance(write.submit(opening(), now=TUESDAY), Recorded)

    assert posts.end_holding(TAKER.person, "desk", MONDAY) == 1

    refused = write.submit(opening(), now=TUESDAY)
    assert isinstance(refused, Refused)
    assert refused.reason == "no_post"
    assert refused.cites == ("haihe#post",)
    assert "2026-09-01" in refused.says
    assert "请" in refused.instead
    # the day before it was held still, and what was recorded then is as it was
    assert isinstance(write.submit(opening(), now=TUESDAY - timedelta(days=1)), Recorded)
    assert desk.rows("SELECT count(*) FROM event WHERE person = ?", (TAKER.person,)) == [(2,)]


def test_a_holding_that_begins_tomorrow_gives_no_power_today(desk: Connection) -> None:
    posts.hold(Holding(post="desk", person=TAKER.person, since=date(2026, 9, 2)))
    assert isinstance(write.submit(opening(), now=TUESDAY), Refused)
    assert isinstance(write.submit(opening(), now=TUESDAY + timedelta(days=1)), Recorded)


def test_a_post_gives_only_its_own_roles_at_its_own_organ(desk: Connection) -> None:
    posts.make_post(Post(id="other", organ="nankai", roles=(TAKER.role,)))
    posts.hold(Holding(post="other", person=TAKER.person, since=date(2024, 1, 1)))
    refused = write.submit(opening(), now=TUESDAY)
    assert isinstance(refused, Refused)
    assert refused.reason == "no_post"


def test_a_post_that_was_abolished_gives_no_power(desk: Connection) -> None:
    posts.hold(Holding(post="desk", person=TAKER.person, since=date(2024, 1, 1)))
    posts.make_post(Post(id="desk", organ=TAKER.organ, roles=(TAKER.role,), until=MONDAY))
    assert isinstance(write.submit(opening(), now=TUESDAY), Refused)


def test_whom_the_register_does_not_know_it_does_not_judge(journal: Connection) -> None:
    assert isinstance(write.submit(opening(), now=TUESDAY), Recorded)


def test_who_holds_two_posts_chooses_in_which_to_act(desk: Connection) -> None:
    accounts.enrol(TAKER.person, "王敏", 7)
    posts.make_post(Post(id="second", organ="nankai", roles=("officer",), supervisor=True))
    posts.hold(Holding(post="desk", person=TAKER.person, since=date(2024, 1, 1)))
    posts.hold(Holding(post="second", person=TAKER.person, since=date(2025, 1, 1)))

    first = accounts.reader_of_user_id(7)
    second = accounts.reader_of_user_id(7, "second")

    assert first is not None
    assert second is not None
    assert (first.post, first.organ, first.roles) == ("desk", TAKER.organ, (TAKER.role,))
    assert (second.post, second.organ, second.supervisor) == ("second", "nankai", True)
    assert accounts.reader_of_user_id(7, "a post of somebody else") == first


def test_an_account_without_a_holding_has_no_reader(desk: Connection) -> None:
    accounts.enrol(TAKER.person, "王敏", 7)
    assert accounts.reader_of_user_id(7) is None


def test_a_new_appointment_ends_the_old_one_the_day_before(desk: Connection) -> None:
    accounts.appoint(TAKER.person, "hexi", ["call_taker"], since=date(2024, 1, 1))
    accounts.appoint(TAKER.person, "nankai", ["officer"], since=date(2026, 9, 1))
    assert [one.organ for one in posts.held_by(TAKER.person, MONDAY)] == ["hexi"]
    assert [one.organ for one in posts.held_by(TAKER.person, date(2026, 9, 1))] == ["nankai"]


class _Asking(SmallCity):
    """The small city, which asks a qualification of its call takers."""

    def __init__(self, *, to_act: bool, begun_before: date | None = None) -> None:
        super().__init__()
        rule = QualificationRule(
            qualification="lawyer",
            roles=(TAKER.role,),
            cites=("law#58",),
            since=date(2018, 1, 1),
            kinds=("alarm",) if to_act else (),
            begun_before=begun_before,
        )
        kind = QualificationKind(name="法律职业资格", cites=("law#58",))
        self.qualifications = Qualifications(qualifications={"lawyer": kind}, rules=(rule,))


def _use(city: SmallCity) -> None:
    from haihe.records import writer

    writer.forget_writer()
    rules.use(city)


def test_a_step_that_needs_a_qualification_is_refused_without_it(desk: Connection) -> None:
    posts.hold(Holding(post="desk", person=TAKER.person, since=date(2024, 1, 1)))
    _use(_Asking(to_act=True))
    refused = write.submit(opening(), now=TUESDAY)
    assert isinstance(refused, Refused)
    assert (refused.reason, refused.cites) == ("not_qualified", ("law#58",))
    assert "法律职业资格" in refused.says
    assert "法律职业资格" in refused.instead

    posts.qualify(TAKER.person, LAWYER)
    assert isinstance(write.submit(opening(), now=TUESDAY), Recorded)


def test_a_qualification_that_ran_out_yesterday_says_so(desk: Connection) -> None:
    posts.hold(Holding(post="desk", person=TAKER.person, since=date(2024, 1, 1)))
    _use(_Asking(to_act=True))
    over = Held(qualification="lawyer", number="A-1", since=date(2020, 1, 6), until=MONDAY)
    posts.qualify(TAKER.person, over)
    refused = write.submit(opening(), now=TUESDAY)
    assert isinstance(refused, Refused)
    assert "2026-08-31到期" in refused.says


def test_who_reviewed_before_the_rule_came_goes_on(desk: Connection) -> None:
    posts.hold(Holding(post="desk", person=TAKER.person, since=date(2015, 6, 1)))
    _use(_Asking(to_act=True, begun_before=date(2018, 1, 1)))
    assert isinstance(write.submit(opening(), now=TUESDAY), Recorded)


def test_a_post_that_needs_a_qualification_cannot_be_held_without_it(desk: Connection) -> None:
    _use(_Asking(to_act=False))
    holding = Holding(post="desk", person=TAKER.person, since=date(2026, 9, 1))
    with pytest.raises(UnusablePost, match="法律职业资格"):
        posts.hold(holding)
    assert desk.rows("SELECT count(*) FROM holding") == [(0,)]
    posts.qualify(TAKER.person, LAWYER)
    posts.hold(holding)
    assert desk.rows("SELECT count(*) FROM holding") == [(1,)]


def test_verify_names_a_post_that_is_held_by_nobody_or_is_not_there(desk: Connection) -> None:
    posts.hold(Holding(post="desk", person=TAKER.person, since=date(2024, 1, 1)))
    desk.run("INSERT INTO holding VALUES (?, ?, ?, ?)", ("desk", "ghost", "2024-01-01", None))
    desk.run("INSERT INTO holding VALUES (?, ?, ?, ?)", ("gone", TAKER.person, "2024-01-01", None))
    desk.run("INSERT INTO qualification VALUES (?, ?, ?, ?, ?)", ("ghost", "x", "1", "2024", None))
    with closing(database.connect()) as apart:
        found = sorted(one.problem for one in verify(apart, rules.current()).problems)
    assert found == ["holding_stranger", "holding_stranger", "qualification_stranger"]
