"""A matter is its history: advance is the fold, and broken histories stop the program."""

from __future__ import annotations

import msgspec
import pytest

from haihe.kernel.fold import BrokenHistory, advance, state_of
from haihe.kernel.state import State
from tests.kernel.clock_days import moment
from tests.kernel.permit import OFFICE, OPENED, OTHER, Desk, accepted, actor, looked, permit

CLERK = actor("clerk")
LATER = "Wed 2026-09-02 10:00"


def test_the_state_of_a_history_is_what_advancing_gave() -> None:
    desk = looked(complex=True)
    desk.take("transfer", CLERK, LATER, to_organ=OTHER, reason="属其管辖")
    desk.take("withdraw", CLERK, LATER, reason="转错了")
    assert state_of(permit(), desk.history) == desk.state


def test_fields_gather_and_the_newest_value_stands() -> None:
    desk = accepted()
    desk.take("measure", CLERK, LATER, size=1, floors=2)
    state = desk.take("measure", CLERK, LATER, size=3)
    assert (state.fields["size"], state.fields["floors"], state.fields["what"]) == (
        3,
        2,
        "搭建围挡",
    )


def test_names_of_personal_fields_gather_without_their_values() -> None:
    desk = Desk()
    desk.take("receive", CLERK, OPENED, what="搭建围挡", phone="13800000000")
    state = desk.take("accept", CLERK, LATER)
    assert state.sealed == ("phone",)
    assert "phone" not in state.fields
    assert "13800000000" not in msgspec.json.encode(state).decode()


def test_a_step_that_stays_changes_no_state() -> None:
    desk = accepted()
    assert desk.take("measure", CLERK, LATER, size=3).state == "accepted"


def test_a_step_hands_over_to_the_organ_its_field_names() -> None:
    state = accepted().take("hand", CLERK, LATER, unit=OTHER)
    assert (state.owner.organ, state.with_owner_since) == (OTHER, moment(LATER))
    assert [one.organ for one in state.earlier_owners] == [OFFICE]


def test_the_outcome_is_that_of_the_step_that_said_it() -> None:
    desk = accepted()
    assert desk.state is not None
    assert desk.state.outcome == ""
    assert desk.take("refuse", actor("reviewer"), LATER).outcome == "不予许可"


def test_a_state_survives_being_stored_as_json() -> None:
    desk = looked(complex=True)
    desk.take("request", CLERK, LATER, organ=OTHER, question="有无", due="2 days")
    stored = msgspec.json.decode(msgspec.json.encode(desk.state), type=State)
    assert stored.done == desk.state.done if desk.state else False
    assert stored == desk.state


def test_a_history_has_at_least_its_opening() -> None:
    with pytest.raises(BrokenHistory):
        state_of(permit(), [])


def test_a_history_that_begins_in_the_middle_is_broken() -> None:
    with pytest.raises(BrokenHistory, match="cannot be opened by accept"):
        state_of(permit(), accepted().history[1:])


def test_a_number_that_does_not_rise_is_broken() -> None:
    desk = accepted()
    with pytest.raises(BrokenHistory, match="cannot follow"):
        advance(permit(), desk.state, desk.history[-1])


def test_an_act_nobody_knows_is_broken() -> None:
    desk = accepted()
    strange = msgspec.structs.replace(desk.history[-1], seq=3, act="vanish")
    with pytest.raises(BrokenHistory, match="knows no act vanish"):
        advance(permit(), desk.state, strange)


def test_an_opening_cannot_be_withdrawn_by_a_forged_event() -> None:
    desk = accepted()
    forged = msgspec.structs.replace(desk.history[-1], seq=3, act="withdraw", data={"undoes": 1})
    with pytest.raises(BrokenHistory, match="opening"):
        advance(permit(), desk.state, forged)
