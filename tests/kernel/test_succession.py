"""A body is closed: its heir stands in its place, the history and every clock stay."""

from __future__ import annotations

from haihe.kernel.acts import REGISTER
from haihe.kernel.clocks import clocks
from haihe.kernel.values import Actor
from tests.kernel.clock_days import calendar, moment
from tests.kernel.permit import OFFICE, OPENED, OTHER, THIRD, Desk, accepted, actor, permit

CLERK = actor("clerk")
BOOK = Actor(person="haihe", role=REGISTER, organ=REGISTER)
ORDER = {"by_order": "津编〔2026〕1号", "reason": "机构合并，由承接单位接办"}
LATER = "Wed 2026-09-02 10:00"
CLOSING = "Thu 2026-09-03 00:00"
AFTER = "Fri 2026-09-04 09:00"


def test_the_heir_owns_the_matter_and_no_clock_moves() -> None:
    desk = accepted()
    assert desk.state is not None
    before, running = desk.state, desk.clocks(AFTER)

    after = desk.take("succeed", BOOK, CLOSING, from_organ=OFFICE, to_organ=THIRD, **ORDER)

    assert after.owner.organ == THIRD
    assert after.with_owner_since == before.with_owner_since
    assert after.earlier_owners == before.earlier_owners
    assert [one.actor.organ for one in after.done[:-1]] == [OFFICE] * len(before.done)
    assert clocks(permit(), after, calendar(), moment(AFTER)) == list(running.values())
    assert desk.refuse("remark", CLERK, AFTER, text="还在").reason == "not_owner"
    desk.take("remark", actor("clerk", organ=THIRD), AFTER, text="已接办")


def test_helpers_and_open_questions_pass_to_the_heir_too() -> None:
    desk = accepted()
    desk.take("co_handle", CLERK, LATER, organ=OTHER)
    desk.take("request", CLERK, LATER, organ=OTHER, question="有无其他许可", due="2 days")
    state = desk.take("succeed", BOOK, CLOSING, from_organ=OTHER, to_organ=THIRD, **ORDER)

    assert state.owner.organ == OFFICE
    assert [one.organ for one in state.co_handlers] == [THIRD]
    assert desk.refuse(
        "answer", actor("clerk", organ=OTHER), AFTER, request=4, text="无"
    ).reason in {
        "no_request",
        "not_owner",
    }
    state = desk.take("answer", actor("clerk", organ=THIRD), AFTER, request=4, text="无")
    assert state.requests[0].answered_seq == state.seq


def test_a_matter_returned_after_the_closing_comes_to_the_heir() -> None:
    desk = accepted()
    desk.take("transfer", CLERK, LATER, to_organ=OTHER, reason="不属本单位")
    desk.take("succeed", BOOK, CLOSING, from_organ=OFFICE, to_organ=THIRD, **ORDER)
    state = desk.take("return", actor("clerk", organ=OTHER), AFTER, reason="属于原单位")

    assert state.owner.organ == THIRD


def test_the_heir_of_the_body_reported_is_kept_apart_as_it_was() -> None:
    desk = Desk()
    desk.take("receive", CLERK, OPENED, what="搭建围挡", complained_of=OTHER)
    desk.take("succeed", BOOK, CLOSING, from_organ=OTHER, to_organ=THIRD, **ORDER)

    refused = desk.refuse("transfer", CLERK, AFTER, to_organ=THIRD, reason="请办理")
    assert refused.reason == "same_organ"


def test_nobody_but_the_register_puts_one_body_in_the_place_of_another() -> None:
    desk = accepted()
    for who in (CLERK, actor("chief"), actor("applicant")):
        assert (
            desk.refuse("succeed", who, CLOSING, from_organ=OFFICE, to_organ=THIRD, **ORDER).reason
            == "wrong_role"
        )


def test_a_succession_names_two_bodies_and_one_that_the_matter_knows() -> None:
    desk = accepted()
    same = desk.refuse("succeed", BOOK, CLOSING, from_organ=OFFICE, to_organ=OFFICE, **ORDER)
    stranger = desk.refuse("succeed", BOOK, CLOSING, from_organ="nobody", to_organ=THIRD, **ORDER)

    assert (same.field, stranger.field) == ("to_organ", "from_organ")


def test_an_act_withdrawn_after_a_succession_leaves_the_heir_in_place() -> None:
    desk = accepted()
    desk.take("succeed", BOOK, CLOSING, from_organ=OFFICE, to_organ=THIRD, **ORDER)
    heir = actor("clerk", organ=THIRD)
    desk.take("remark", heir, AFTER, text="写错了")
    state = desk.take("withdraw", heir, AFTER, reason="写错")

    assert state.owner.organ == THIRD
