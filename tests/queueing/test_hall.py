"""A hall's day: one ticket a phone, one fair order, places that are kept, a close that is told."""

from __future__ import annotations

import msgspec
import pytest

from haihe.queueing.expect import before, closing, expected, expected_by, why
from haihe.queueing.hall import BrokenHall, Hall, Told
from haihe.queueing.plan import (
    Errand,
    UnusablePlan,
    Window,
    after_open,
    open_between,
    read,
    slots,
    written,
    wrong,
)
from haihe.queueing.steps import free_in, plan_event
from haihe.queueing.waiting import Memory
from tests.queueing.a_hall import (
    AFTER_NOON,
    CLOSES,
    NOON,
    OPENS,
    PLAN,
    a_hall,
    comes,
    does,
    refused,
    wish,
)


def opened(hall: Hall, *windows: str, at: float = OPENS) -> None:
    for one in windows or ("1",):
        does(hall, "open_window", at, f"officer-{one}", window=one)


def calls(hall: Hall, window: str, at: float) -> str:
    return str(does(hall, "call", at, f"officer-{window}", window=window).data["number"])


def serves(hall: Hall, window: str, at: float) -> None:
    does(hall, "start", at, f"officer-{window}", window=window)
    does(hall, "finish", at + 60, f"officer-{window}", window=window)


# ── coming ───────────────────────────────────────────────────────────────────────────────────


def test_a_phone_that_taps_twice_has_one_ticket() -> None:
    hall = a_hall()
    number = comes(hall, OPENS, phone="p")
    assert refused(hall, "take", OPENS + 1, errands=["card"], phone="p") == "has_one"
    mine = hall.of_phone("p")
    assert mine is not None
    assert mine.number == number
    does(hall, "leave", OPENS + 2, number=number)
    assert comes(hall, OPENS + 3, phone="p") == "A002"


def test_numbers_count_by_queue() -> None:
    hall = a_hall()
    assert [comes(hall, OPENS, one) for one in ("household", "card", "passport")] == [
        "A001",
        "A002",
        "B001",
    ]


def test_nobody_takes_a_number_before_or_after_the_day() -> None:
    hall = a_hall()
    assert refused(hall, "take", OPENS - 1801, errands=["card"]) == "too_early"
    comes(hall, OPENS - 1800)
    comes(hall, NOON + 60)  # during the break: the place counts
    assert refused(hall, "take", CLOSES, errands=["card"]) == "too_late"
    assert refused(hall, "take", OPENS, errands=["marriage"]) == "unknown_errand"
    assert refused(hall, "take", OPENS, errands=["card", "card"]) == "too_many"


# ── the order ────────────────────────────────────────────────────────────────────────────────


def test_a_rule_of_priority_puts_ahead_by_its_minutes_and_says_so() -> None:
    hall = a_hall()
    first, second = comes(hall, OPENS), comes(hall, OPENS + 1500)
    old = comes(hall, OPENS + 1600, favour="old")
    opened(hall)
    told = before(hall, hall.tickets[second])
    assert [(one.number, one.why) for one in told] == [(first, "came"), (old, "favour")]
    assert told[1].favour == "老年人"
    assert told[1].cites == ("haihe#hall-order",)
    assert [calls(hall, "1", OPENS + 2000)] == [first]


def test_who_was_appointed_stands_as_if_come_half_an_hour_earlier() -> None:
    hall = a_hall()
    booked = does(hall, "book", 0, errands=["household"], appointed=OPENS + 3600, phone="b").data[
        "number"
    ]
    comes(hall, OPENS + 1700)
    later = comes(hall, OPENS + 1900)
    assert refused(hall, "arrive", OPENS - 100, number=booked) == "too_early"
    does(hall, "arrive", OPENS + 3500, number=booked)
    told = before(hall, hall.tickets[later])
    assert [(one.number, one.why) for one in told] == [("A002", "came"), ("A001", "booked")]


def test_who_comes_too_late_to_an_appointment_counts_from_then() -> None:
    hall = a_hall()
    number = str(does(hall, "book", 0, errands=["card"], appointed=OPENS + 1800).data["number"])
    told = does(hall, "arrive", OPENS + 1800 + 601, number=number)
    assert told.data["late"] is True
    assert hall.tickets[number].place == OPENS + 2401


def test_a_slot_takes_as_many_as_it_has() -> None:
    hall = a_hall()
    slot = slots(PLAN)[2]
    for _ in range(PLAN.booking.slot_people):
        does(hall, "book", 0, errands=["card"], appointed=slot)
    assert refused(hall, "book", 0, errands=["household"], appointed=slot) == "slot_full"
    does(hall, "book", 0, errands=["passport"], appointed=slot)  # another queue
    does(hall, "leave", 1, number="A001")
    assert free_in(hall, slot, "card") == 1
    assert refused(hall, "book", slot + 1, errands=["card"], appointed=slot) == "no_slot"


def test_a_window_calls_the_smallest_place_of_all_it_serves() -> None:
    hall = a_hall()
    comes(hall, OPENS, "passport")
    comes(hall, OPENS + 1)
    opened(hall, "1", "2")
    assert calls(hall, "2", OPENS + 5) == "B001"
    assert calls(hall, "1", OPENS + 5) == "A001"


# ── missed, back, transferred ────────────────────────────────────────────────────────────────


def test_a_call_is_missed_after_two_calls_and_the_place_is_kept() -> None:
    hall = a_hall()
    first, second = comes(hall, OPENS), comes(hall, OPENS + 1)
    third = comes(hall, OPENS + 2)
    opened(hall)
    assert calls(hall, "1", OPENS + 10) == first
    assert refused(hall, "miss", OPENS + 60, "officer-1", window="1") == "called_too_little"
    assert refused(hall, "call_again", OPENS + 12, "officer-1", window="1") == "too_soon"
    does(hall, "call_again", OPENS + 40, "officer-1", window="1")
    assert refused(hall, "miss", OPENS + 41, "officer-1", window="1") == "called_too_little"
    does(hall, "miss", OPENS + 70, "officer-1", window="1")
    assert calls(hall, "1", OPENS + 80) == second
    does(hall, "come_back", OPENS + 100, number=first)
    assert why(hall, hall.tickets[first], hall.tickets[third]).why == "back"
    serves(hall, "1", OPENS + 90)
    assert calls(hall, "1", OPENS + 300) == first


def test_a_place_is_kept_twenty_minutes_and_no_longer() -> None:
    hall = a_hall()
    number = comes(hall, OPENS)
    does(hall, "set_aside", OPENS + 10, "lobby", number=number, lacking=["户口簿"])
    assert refused(hall, "come_back", OPENS + 10 + 1201, number=number) == "not_kept"
    does(hall, "come_back", OPENS + 10 + 1200, number=number)


def test_a_transfer_keeps_the_place() -> None:
    hall = a_hall()
    number = comes(hall, OPENS)
    comes(hall, OPENS + 60, "passport")
    opened(hall, "1", "2")
    calls(hall, "1", OPENS + 100)
    does(hall, "start", OPENS + 101, "officer-1", window="1")
    does(hall, "transfer", OPENS + 110, "officer-1", number=number, errand="passport", why="办护照")
    assert hall.windows["1"].ticket == ""
    assert calls(hall, "2", OPENS + 120) == number


def test_several_errands_on_one_ticket_go_on_at_the_window_or_with_the_place_kept() -> None:
    hall = a_hall()
    number = str(
        does(hall, "take", OPENS, errands=["household", "card", "passport"]).data["number"]
    )
    comes(hall, OPENS + 60, "passport")
    opened(hall, "1", "2")
    calls(hall, "1", OPENS + 70)
    serves(hall, "1", OPENS + 80)
    ticket = hall.tickets[number]
    assert (ticket.standing, ticket.window, ticket.errand) == ("serving", "1", "card")
    does(hall, "finish", OPENS + 200, "officer-1", window="1")
    assert (ticket.standing, ticket.errand) == ("waiting", "passport")
    assert calls(hall, "2", OPENS + 210) == number


# ── windows ──────────────────────────────────────────────────────────────────────────────────


def test_a_window_is_used_by_who_opened_it_and_has_one_ticket() -> None:
    hall = a_hall()
    comes(hall, OPENS)
    assert refused(hall, "call", OPENS, "officer-1", window="1") == "not_open"
    opened(hall)
    assert refused(hall, "call", OPENS, "somebody", window="1") == "not_yours"
    calls(hall, "1", OPENS + 1)
    assert refused(hall, "call", OPENS + 2, "officer-1", window="1") == "at_window"
    assert refused(hall, "pause_window", OPENS + 2, "officer-1", window="1") == "at_window"
    assert refused(hall, "close_window", OPENS + 2, "lobby", window="1") == "at_window"


def test_a_button_pressed_twice_acts_once() -> None:
    hall = a_hall()
    comes(hall, OPENS)
    comes(hall, OPENS)
    opened(hall)
    turn = hall.windows["1"].turn
    calls(hall, "1", OPENS + 1)
    does(hall, "start", OPENS + 2, "officer-1", window="1", turn=turn)
    does(hall, "finish", OPENS + 3, "officer-1", window="1", turn=turn)
    assert refused(hall, "call", OPENS + 4, "officer-1", window="1", turn=turn) == "moved_on"


# ── the lobby ────────────────────────────────────────────────────────────────────────────────


def test_priority_that_was_only_said_can_be_struck_with_a_reason() -> None:
    hall = a_hall()
    number = comes(hall, OPENS + 1800, favour="old")
    assert hall.tickets[number].favoured_by == ""
    assert refused(hall, "favour", OPENS + 1900, "lobby", number=number, favour="") == "no_reason"
    does(hall, "favour", OPENS + 1900, "lobby", number=number, favour="", why="没有到年龄")
    assert hall.tickets[number].place == OPENS + 1800
    told = does(hall, "favour", OPENS + 1901, "lobby", number=number, favour="soldier")
    assert told.data["cites"] == ["haihe#hall-order"]
    assert hall.tickets[number].favoured_by == "lobby"


def test_a_window_strikes_a_priority_that_was_only_said_and_the_number_waits_on() -> None:
    hall = a_hall()
    does(hall, "open_window", OPENS, "x", window="1")
    said = comes(hall, OPENS + 1200, favour="old")
    before = comes(hall, OPENS + 1100)
    at = OPENS + 1300
    assert does(hall, "call", at, "x", window="1").data["number"] == said
    assert refused(hall, "favour", at, "lobby", number=said, favour="", why="x") == "wrong_state"
    assert refused(hall, "favour", at, "y", window="1", favour="", why="x") == "not_yours"
    assert refused(hall, "favour", at, "x", window="1", favour="") == "no_reason"

    struck = does(hall, "favour", at, "x", window="1", favour="", why="没有到年龄")
    assert (struck.by, struck.data["number"], struck.data["why"]) == ("x", said, "没有到年龄")
    assert (hall.tickets[said].standing, hall.tickets[said].place) == ("waiting", OPENS + 1200)
    assert hall.windows["1"].ticket == ""
    assert does(hall, "call", at, "x", window="1").data["number"] == before


def test_a_window_that_saw_the_proof_keeps_whom_it_called() -> None:
    hall = a_hall()
    does(hall, "open_window", OPENS, "x", window="1")
    said = comes(hall, OPENS + 1200, favour="old")
    does(hall, "call", OPENS + 1300, "x", window="1")
    does(hall, "favour", OPENS + 1301, "x", window="1", favour="old")
    ticket = hall.tickets[said]
    assert (ticket.standing, ticket.favoured_by, hall.windows["1"].ticket) == ("called", "x", said)


def test_who_lacks_a_material_is_told_before_waiting() -> None:
    hall = a_hall()
    number = comes(hall, OPENS)
    assert refused(hall, "turn_away", OPENS + 1, "lobby", number=number) == "no_reason"
    does(hall, "turn_away", OPENS + 1, "lobby", number=number, why="要本人来", lacking=["户口簿"])
    assert hall.tickets[number].standing == "turned_away"
    assert hall.waiting() == []


# ── the wait and the close ───────────────────────────────────────────────────────────────────


def test_a_break_is_no_part_of_a_wait() -> None:
    assert open_between(PLAN.spans, NOON - 60, AFTER_NOON + 60) == 120
    assert after_open(PLAN.spans, NOON - 60, 120) == AFTER_NOON + 60
    assert after_open(PLAN.spans, 0, 60) == OPENS + 60
    assert after_open(PLAN.spans, CLOSES - 30, 60) == CLOSES + 30


def test_nobody_waits_where_a_window_is_free() -> None:
    hall = a_hall()
    opened(hall)
    told = expected_by(hall, Memory(), "household", OPENS + 5, OPENS + 5)
    assert (told.ahead, told.seconds.middle, told.windows) == (0, 0, 1)


def test_a_window_that_calls_nobody_is_no_free_window() -> None:
    hall = a_hall()
    opened(hall, "1", "2")
    first = hall.tickets[comes(hall, OPENS + 5)]
    assert expected(hall, Memory(), first, OPENS + 10).seconds.middle == 0
    assert expected(hall, Memory(), first, OPENS + 300).seconds.middle > 0
    second = hall.tickets[comes(hall, OPENS + 301)]
    assert expected(hall, Memory(), second, OPENS + 302).seconds.middle > 0


def test_a_thin_memory_tells_a_wide_interval_that_narrows_as_people_are_called() -> None:
    hall = a_hall()
    for nth in range(6):
        comes(hall, OPENS + nth)
    opened(hall)
    last = hall.tickets["A006"]
    far = expected(hall, Memory(), last, OPENS + 10)
    assert far.ahead == 5
    assert far.high > far.middle > far.low > OPENS + 10
    at = OPENS + 10
    for _ in range(3):
        calls(hall, "1", at)
        serves(hall, "1", at + 100)
        at += 200
    near = expected(hall, Memory(), last, at)
    assert near.ahead == 2
    assert near.high - at < far.high - (OPENS + 10)


def test_who_may_not_be_served_any_more_is_told_in_time() -> None:
    hall = a_hall()
    opened(hall)
    for nth in range(12):
        comes(hall, CLOSES - 1800 + nth)
    calls(hall, "1", CLOSES - 1700)
    at = CLOSES - 1500
    told = closing(hall, Memory(), at)
    assert told
    assert {what.chance for _, what in told} <= {"open", "unlikely"}
    assert told[-1][1].chance == "unlikely"
    assert closing(hall, Memory(), CLOSES - PLAN.warn_minutes * 60 - 1) == []
    does(hall, "extend", at, "lobby", until=CLOSES + 3600, why="人多")
    assert len(closing(hall, Memory(), at + 1)) < len(told)
    comes(hall, CLOSES + 60)


def test_the_day_ends_when_no_window_has_anybody_and_nobody_is_lost() -> None:
    hall = a_hall()
    opened(hall)
    comes(hall, CLOSES - 600)
    waits = comes(hall, CLOSES - 500)
    calls(hall, "1", CLOSES - 300)
    assert refused(hall, "close", CLOSES + 1, "lobby") == "at_window"
    does(hall, "start", CLOSES - 200, "officer-1", window="1")
    does(hall, "finish", CLOSES, "officer-1", window="1")
    does(hall, "close", CLOSES + 2, "lobby")
    assert hall.tickets[waits].standing == "unserved"
    assert refused(hall, "take", CLOSES + 3, errands=["card"]) == "closed"


# ── plans and events ─────────────────────────────────────────────────────────────────────────


def test_a_plan_comes_back_as_it_was_written() -> None:
    assert read(written(PLAN)) == PLAN
    with pytest.raises(UnusablePlan):
        read("{}")


def test_a_plan_that_cannot_work_says_why() -> None:
    plan = msgspec.structs.replace(
        PLAN,
        errands=(*PLAN.errands, Errand(id="weapon", name="枪", queue="C")),
        windows=(*PLAN.windows, Window(id="1", name="又一个", serves=("D",))),
        spans=((OPENS, NOON), (NOON - 1, CLOSES)),
    )
    told = "\n".join(wrong(plan))
    for words in ("queue `C`", "no window serves it", "id `1`", "`D` is neither", "follow each"):
        assert words in told


def test_events_that_no_hall_had_are_refused() -> None:
    hall = a_hall()
    with pytest.raises(BrokenHall, match="does not follow"):
        hall.apply(Told(seq=9, act="close", at=1))
    with pytest.raises(BrokenHall, match="no act"):
        hall.apply(Told(seq=2, act="dance", at=1))
    with pytest.raises(BrokenHall, match="KeyError"):
        hall.apply(Told(seq=2, act="leave", at=1, data={"number": "A001"}))
    with pytest.raises(BrokenHall):
        Hall().apply(Told(seq=1, act="close", at=1))
    assert refused(Hall(), "take", 1, errands=["card"]) == "not_planned"
    assert refused(hall, "dance", 1) == "unknown_act"
    assert plan_event(written(PLAN), 0).seq == 1
    assert not isinstance(wish(hall, "take", OPENS, errands=["card"]), BrokenHall)
