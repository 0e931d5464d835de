"""Whatever happens in a hall: nobody is lost, one owner each, a fair order, replay holds."""

from __future__ import annotations

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from haihe.kernel.values import Datum
from haihe.queueing.hall import AT_WINDOW, ENDED, Hall, Told
from haihe.queueing.steps import Wish, decide
from tests.queueing.a_hall import AHEAD_SECONDS_MAX, CLOSES, OPENS, PLAN, a_hall

ERRANDS = ("household", "card", "passport")
ACTS = (
    *("take",) * 6,
    *("call", "start", "finish") * 4,
    *("call_again", "miss", "come_back") * 2,
    *("open_window",) * 3,
    "book", "arrive", "leave", "set_aside", "check", "turn_away", "favour", "transfer", "add",
    "pause_window", "close_window", "remind", "carry", "extend", "close",
)  # fmt: skip
wishes = st.tuples(
    st.sampled_from(ACTS), st.integers(1, 240), st.integers(0, 30), st.integers(0, 5)
)


def data_of(hall: Hall, act: str, one: int, other: int, at: float) -> dict[str, Datum]:
    """What an act needs, chosen among what the hall has."""
    going_on = [number for number, ticket in hall.tickets.items() if not ticket.ended]
    if act == "arrive":
        going_on = [one for one in going_on if hall.tickets[one].standing == "booked"]
    numbers = going_on or list(hall.tickets) or ["A001"]
    window = str(1 + one % 3)
    if act in ("take", "book"):
        chosen: dict[str, Datum] = {
            "errands": [ERRANDS[one % 3], *([ERRANDS[(one + 1) % 3]] if other == 0 else [])],
            "phone": f"p{one}",
            "favour": ("", "", "", "old", "soldier", "")[other] if act == "take" else "",
            "appointed": OPENS + 1800 * (1 + one % 8),
        }
        return chosen
    return {
        "number": numbers[one % len(numbers)],
        "window": "" if act == "favour" and one % 2 else window,  # the lobby has none
        "errand": ERRANDS[other % 3],
        "why": "原因",
        "favour": ("", "old", "soldier")[other % 3],
        "remind_at": other,
        "matter": "m",
        "until": CLOSES + 600 * other,
    }


def one_day(drawn: list[tuple[str, int, int, int]]) -> tuple[Hall, list[Told]]:
    """A day of wishes; what is refused changes nothing."""
    hall, at, told = a_hall(), float(OPENS), []
    for act, later, one, other in drawn:
        at += later
        by = f"officer-{1 + one % 3}"
        wanted = Wish(act=act, at=at, by=by, data=data_of(hall, act, one, other, at))
        answer = decide(hall, wanted)
        if isinstance(answer, Told):
            check_call(hall, answer)
            hall.apply(answer)
            told.append(answer)
            check(hall)
    return hall, told


def check_call(hall: Hall, event: Told) -> None:
    """Who is called has the smallest place of all this window serves, and came not much later."""
    if event.act != "call":
        return
    called = hall.tickets[str(event.data["number"])]
    window = hall.windows[str(event.data["window"])]
    for other in hall.waiting():
        if other.errand in window.skills:
            assert (called.place, called.nth) <= (other.place, other.nth)
            assert called.taken_at - other.taken_at <= AHEAD_SECONDS_MAX + 1800


def check(hall: Hall) -> None:
    """What always holds."""
    in_order = [one.number for one in hall.waiting()]
    assert len(in_order) == len(set(in_order))
    at_windows = [one.ticket for one in hall.windows.values() if one.ticket]
    assert len(at_windows) == len(set(at_windows))
    for ticket in hall.tickets.values():
        assert (ticket.number in in_order) == (ticket.standing == "waiting")
        assert (ticket.number in at_windows) == (ticket.standing in AT_WINDOW)
        assert bool(ticket.window) == (ticket.standing in AT_WINDOW)
        assert (ticket.ended_at is not None) == (ticket.standing in ENDED)
    phones = [one.phone for one in hall.tickets.values() if one.phone and not one.ended]
    assert len(phones) == len(set(phones))
    assert all(0 <= booked <= PLAN.booking.slot_people for booked in hall.booked.values())


def seen(hall: Hall) -> object:
    """All that a hall tells."""
    return (
        hall.seq,
        hall.tickets,
        hall.windows,
        hall.closed,
        hall.called,
        hall.booked,
        hall.lived,
        hall.tunings.levels,
        [one.number for one in hall.waiting()],
    )


@settings(max_examples=60, deadline=None)
@given(st.lists(wishes, max_size=120))
def test_nobody_is_lost_and_the_order_is_fair_and_a_replay_equals_the_day(
    drawn: list[tuple[str, int, int, int]],
) -> None:
    hall, told = one_day(drawn)
    again = a_hall()
    for event in told:
        again.apply(event)
    assert seen(again) == seen(hall)


def test_a_long_day_of_all_acts_happens_at_all() -> None:
    chance = Random(7)
    drawn = [
        (
            chance.choice(ACTS[:-1]),
            chance.randrange(1, 60),
            chance.randrange(31),
            chance.randrange(6),
        )
        for _ in range(700)
    ]
    hall, told = one_day(drawn)
    assert {one.act for one in told} >= set(ACTS) - {"close", "pause_window"}
    assert sum(one.standing == "done" for one in hall.tickets.values()) > 3
    assert len(hall.lived) > 3
