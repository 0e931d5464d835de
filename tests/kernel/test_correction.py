"""A wrong item of a record is put right; what was written stays in the history."""

from __future__ import annotations

import copy
from typing import Any

import msgspec
import pytest

from haihe.kernel.clocks import affected_clocks
from haihe.kernel.correction import read
from haihe.kernel.fold import state_of
from haihe.kernel.procedure import Procedure
from haihe.kernel.values import Datum
from tests.kernel.permit import OTHER, PERMIT, Desk, accepted, actor, permit, received

LATER = "Tue 2026-09-01 15:00"
NEXT = "Thu 2026-09-03 10:00"
CLERK, REVIEWER = actor("clerk"), actor("reviewer")
AWAY = actor("clerk", organ=OTHER)


def measured(**data: Datum) -> Desk:
    """A permit whose third record is a measurement."""
    desk = accepted()
    desk.take("measure", CLERK, LATER, **data)
    return desk


def right(desk: Desk, item: str, value: str, at: str = NEXT) -> Desk:
    desk.take("put_right", CLERK, at, item=item, value=value, reason="抄错了")
    return desk


def test_the_card_says_what_is_true_and_the_history_what_was_written() -> None:
    desk = right(measured(size=400, floors=3), "3.size", "40")
    assert desk.state is not None
    assert desk.state.fields["size"] == 40
    assert desk.state.fields["floors"] == 3
    assert desk.history[2].data == {"size": 400, "floors": 3}
    assert desk.history[3].data == {
        "item": "3.size", "value": "40", "reason": "抄错了", "record": 3, "now_reads": 40,
    }  # fmt: skip
    assert [one.act for one in desk.state.done][-2:] == ["measure", "put_right"]
    assert state_of(permit(), desk.history) == desk.state


def test_what_was_put_right_stays_right_after_later_acts_and_a_withdrawal() -> None:
    desk = right(measured(size=400), "3.size", "40")
    desk.take("measure", CLERK, NEXT, floors=2)
    state = desk.take("withdraw", CLERK, NEXT, reason="点错了")
    assert (state.fields["size"], state.fields.get("floors")) == (40, None)
    assert state_of(permit(), desk.history) == state


def test_the_opening_and_an_ended_matter_can_be_put_right() -> None:
    desk = right(received(), "1.what", "扩建厨房")
    assert desk.state is not None
    assert desk.state.fields["what"] == "扩建厨房"
    over = measured(size=400)
    over.take("refuse", REVIEWER, LATER)
    assert right(over, "3.size", "41").state is not None
    assert over.state is not None
    assert (over.state.ended, over.state.fields["size"]) == (True, 41)


def test_an_item_may_be_put_right_twice() -> None:
    desk = right(right(measured(size=400), "3.size", "40"), "3.size", "39.5")
    assert desk.state is not None
    assert desk.state.fields["size"] == 39.5


def test_clocks_count_by_what_is_true() -> None:
    desk = measured(complex=False)
    before = desk.clock("first_look", LATER).legal
    right(desk, "3.complex", "是", LATER)
    assert desk.state is not None
    assert affected_clocks(permit(), desk.state, desk.history[-1]) == set(permit().clocks)
    assert desk.clock("first_look", LATER).legal != before


def test_no_clock_that_ran_out_is_as_if_it_had_not() -> None:
    desk = measured(complex=False)
    refused = desk.refuse(
        "put_right", CLERK, "Fri 2026-09-04 09:00", item="3.complex", value="是", reason="漏勾"
    )
    assert (refused.reason, refused.field) == ("wrong_value", "item")
    assert "首次查看" in refused.says
    assert refused.cites == ("haihe#put-right",)


def test_a_step_cannot_become_one_that_could_not_be_taken() -> None:
    told: dict[str, Any] = copy.deepcopy(PERMIT)
    told["steps"]["measure"]["needs"] = [{"all": [{"field": "size", "below": 500}]}]
    desk = Desk(procedure=msgspec.convert(told, Procedure))
    desk.take("receive", CLERK, LATER, what="加建")
    desk.take("measure", CLERK, LATER, size=400)
    refused = desk.refuse("put_right", CLERK, NEXT, item="2.size", value="600", reason="抄错了")
    assert refused.reason == "need_unmet"
    desk.take("put_right", CLERK, NEXT, item="2.size", value="60", reason="抄错了")


@pytest.mark.parametrize(
    ("item", "value", "field"),
    [
        ("3.floors", "3", "item"),  # not said there
        ("9.size", "3", "item"),  # no such record
        ("size", "3", "item"),
        ("3.phone", "12345678", "item"),  # personal
        ("3.photos", "ab" * 32, "item"),  # a file
        ("3.size", "四十", "value"),
        ("3.size", "-1", "value"),
        ("3.size", "400", "value"),  # as it was
        ("3.seen_on", "2026-02-30", "value"),
        ("3.class", "huge", "value"),
    ],
)  # fmt: skip
def test_only_what_was_said_can_be_put_right_and_only_to_what_fits(
    item: str, value: str, field: str
) -> None:
    desk = measured(
        size=400, seen_on="2026-08-30", phone="123456", photos=["cd" * 32], **{"class": "small"}
    )
    refused = desk.refuse("put_right", CLERK, NEXT, item=item, value=value, reason="抄错了")
    assert (refused.reason, refused.field) == ("wrong_value", field)


def test_only_whoever_has_the_matter_puts_it_right() -> None:
    desk = measured(size=400)
    told: dict[str, Datum] = {"item": "3.size", "value": "40", "reason": "抄错了"}
    assert desk.refuse("put_right", AWAY, NEXT, **told).reason == "not_owner"
    citizen = actor("applicant", organ="public")
    assert desk.refuse("put_right", citizen, NEXT, **told).reason == "wrong_role"


def test_a_correction_is_corrected_and_not_withdrawn() -> None:
    desk = right(measured(size=400), "3.size", "40")
    refused = desk.refuse("withdraw", CLERK, NEXT, reason="不改了")
    assert (refused.reason, refused.says) == ("final", "“更正登记”不能撤回")


def test_values_are_read_by_their_type() -> None:
    fields = permit().fields
    told = {
        "size": ("12.5", 12.5), "floors": ("7", 7), "complex": ("否", False),
        "class": ("大型", "large"), "officers": ("甲\n 乙\n", ["甲", "乙"]),
        "seen_on": ("2026-09-01", "2026-09-01"), "what": (" 加建 ", "加建"),
    }  # fmt: skip
    for name, (text, value) in told.items():
        assert read(fields[name], text) == value, name
    for name in ("floors", "complex", "class", "size", "what"):
        assert read(fields[name], " ") is None, name
