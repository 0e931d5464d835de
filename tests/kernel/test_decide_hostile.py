"""Whatever is thrown at it, `decide` answers with a decision or a refusal and changes nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haihe.kernel.acts import ACTS
from haihe.kernel.decide import REASONS, decide
from haihe.kernel.fold import BrokenHistory, advance
from haihe.kernel.values import Actor, Command, Decided, Refused
from tests.kernel.clock_days import calendar, moment
from tests.kernel.permit import (
    OFFICE,
    OTHER,
    Desk,
    accepted,
    actor,
    extension,
    looked,
    permit,
    received,
)

NOW = moment("Wed 2026-09-02 10:00")
NAMES = sorted({*permit().fields, *(name for act in ACTS.values() for name in act.fields)})
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.just(10**400),
    st.floats(),
    st.text(max_size=30),
    st.sampled_from(["small", "2026-09-02", "9999-12-31", "0001-01-01", "局长", "decide", "court"]),
)
VALUES = st.one_of(SCALARS, st.lists(SCALARS, max_size=3), st.dictionaries(st.text(), SCALARS))
PEOPLE = st.builds(
    Actor,
    person=st.sampled_from(["clerk", "", "甲", "x" * 300]),
    role=st.sampled_from([*permit().roles, "mayor", ""]),
    organ=st.sampled_from([OFFICE, OTHER, "", "x" * 300]),
)
ZONES = st.sampled_from([UTC, timezone(timedelta(hours=-12)), timezone(timedelta(hours=14)), None])
COMMANDS = st.builds(
    Command,
    key=st.text(max_size=5),
    act=st.one_of(st.sampled_from([*permit().steps, *ACTS]), st.text(max_size=200)),
    actor=PEOPLE,
    kind=st.sampled_from([None, "permit", "alarm"]),
    data=st.dictionaries(
        st.one_of(st.sampled_from(NAMES), st.text(max_size=9)), VALUES, max_size=5
    ),
    happened_at=st.one_of(st.none(), st.just(NOW), st.datetimes(timezones=ZONES)),
    expects=st.sampled_from([None, None, None, 0, 2]),
)


def suspended() -> Desk:
    desk = accepted(complex=True)
    desk.take("suspend", actor("clerk"), NOW, ground="court", reason="诉讼中")
    return desk


def ended() -> Desk:
    desk = looked()
    desk.take("refuse", actor("reviewer"), NOW)
    return desk


STATES = [
    None,
    received().state,
    accepted().state,
    looked().state,
    suspended().state,
    ended().state,
]


@settings(max_examples=600, deadline=None)
@given(st.sampled_from(STATES), COMMANDS)
def test_any_command_is_decided_or_refused_and_nothing_is_changed(
    state: Any, command: Command
) -> None:
    before = msgspec.json.encode(state)
    result = decide(permit(), state, command, NOW, calendar())
    assert msgspec.json.encode(state) == before
    if isinstance(result, Refused):
        assert result.reason in REASONS
        assert all((result.says, result.instead, result.cites))
        assert len(result.says) + len(result.instead) < 2000
        return
    assert isinstance(result, Decided)
    after = advance(permit(), state, result.event)
    assert after.seq == (state.seq if state else 0) + 1
    assert after.owner.organ
    msgspec.json.decode(msgspec.json.encode(result.event), type=type(result.event))


@pytest.mark.parametrize("year", [1, 1900, 1950])
def test_what_happened_before_any_calendar_is_refused(year: int) -> None:
    command = Command(
        key="k",
        act="receive",
        actor=actor("clerk"),
        data={"what": "围挡"},
        happened_at=datetime(year, 1, 1, tzinfo=timezone(timedelta(hours=14))),
    )
    result = decide(permit(), None, command, NOW, calendar())
    assert isinstance(result, Refused)
    assert result.reason == "happened_out_of_order"


def test_a_forged_return_without_an_earlier_owner_stops_the_program() -> None:
    desk = accepted()
    forged = msgspec.structs.replace(desk.history[-1], seq=3, act="return", data={"reason": "退"})
    with pytest.raises(BrokenHistory, match="earlier owner"):
        advance(permit(), desk.state, forged)


def test_an_extension_with_an_absurd_approval_is_refused() -> None:
    for approved in ("9999-12-31", "0001-01-01", "", "昨天"):
        refused = accepted().refuse(
            "extend", actor("clerk"), NOW, **extension(approved_on=approved)
        )
        assert refused.reason in ("wrong_value", "missing_field")
