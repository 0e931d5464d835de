"""Who was not reached is first the next day, in order, fair to appointments; quotas of numbers."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from haihe.kernel.values import Refused
from haihe.queueing.hall import Hall, Told
from haihe.queueing.plan import Carry, Quota, slots
from haihe.queueing.steps import Wish, decide
from tests.queueing.a_hall import CLOSES, OPENS, PLAN, a_hall, comes, does, refused, wish

CARRYING = replace(PLAN, carry=Carry(slot_people=2, cites=("haihe#hall-carry",)))
ERRANDS = ("household", "card", "passport")


def ended_day(came: list[tuple[int, int]]) -> Hall:
    """A day on which these came (errand, seconds later) and nobody was called."""
    hall, at = a_hall(CARRYING), float(OPENS)
    for errand, later in came:
        at += later
        comes(hall, at, ERRANDS[errand])
    does(hall, "close", CLOSES + 60)
    return hall


def carried(before: Hall, after: Hall) -> list[Told | Refused]:
    """Everybody who was not reached asks for a place on the day after, in the order of places."""
    some = sorted((one.place, one.nth, one) for one in before.tickets.values() if one.unreached)
    return [
        wish(after, "book", -20_000, errands=[one.errand], carried=f"2026-11-23/{one.number}")
        for _, _, one in some
    ]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 600)), max_size=30),
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 14)), max_size=40),
)
def test_places_of_the_next_day_keep_the_order_and_take_no_appointment_away(
    came: list[tuple[int, int]], booked: list[tuple[int, int]]
) -> None:
    after = a_hall(CARRYING)
    for errand, slot in booked:
        wish(after, "book", -80_000, errands=[ERRANDS[errand]], appointed=slots(CARRYING)[slot])
    appointed = {one.number: one.appointed for one in after.tickets.values()}
    carried(ended_day(came), after)
    by_queue: dict[str, list[float]] = {}
    for ticket in after.tickets.values():
        if ticket.number in appointed:
            assert ticket.appointed == appointed[ticket.number]
            continue
        assert ticket.appointed is not None
        by_queue.setdefault(after.queue_of(ticket), []).append(ticket.appointed)
    for times in by_queue.values():
        assert times == sorted(times)
        assert all(times.count(one) <= 2 for one in times)
        assert times[-1] <= slots(CARRYING)[(len(times) - 1) // 2]  # no later than need be
    for ticket in after.tickets.values():  # all come in time
        does(after, "arrive", (ticket.appointed or 0) - 600, number=ticket.number)
    in_order = [one for one in after.waiting() if one.errand == "card"]
    assert [one.appointed for one in in_order] == sorted(one.appointed or 0 for one in in_order)
    for ticket in in_order:  # of one time, whoever booked before is called before
        others = [one for one in in_order if one.appointed == ticket.appointed]
        assert [one.nth for one in others] == sorted(one.nth for one in others)


def test_one_place_for_one_number_and_none_where_the_hall_gives_none() -> None:
    before, after = ended_day([(0, 10)]), a_hall(CARRYING)
    first, *_ = carried(before, after)
    assert isinstance(first, Told)
    second, *_ = carried(before, after)
    assert isinstance(second, Refused)
    assert second.reason == "has_one"
    nowhere = a_hall(PLAN)
    answer = decide(
        nowhere, Wish(act="book", at=0, data={"errands": ["card"], "carried": "2026-11-23/A001"})
    )
    assert isinstance(answer, Refused)
    assert answer.reason == "no_slot"


def test_who_did_not_come_back_in_time_or_never_came_is_not_carried() -> None:
    hall = a_hall(CARRYING)
    away, waits = comes(hall, OPENS), comes(hall, OPENS + 1)
    does(hall, "set_aside", OPENS + 60, "lobby", number=away)
    kept = comes(hall, CLOSES - 700)
    does(hall, "set_aside", CLOSES - 600, "lobby", number=kept)
    does(hall, "book", OPENS, errands=["card"], appointed=CLOSES - 1800)
    does(hall, "close", CLOSES + 60)
    assert {one.number for one in hall.tickets.values() if one.unreached} == {waits, kept}


def test_a_phone_takes_so_many_numbers_a_day_and_the_lobby_any_number() -> None:
    hall = a_hall(replace(PLAN, quota=Quota(phone_a_day=2)))
    for nth in range(2):
        number = comes(hall, OPENS + nth, phone="p")
        does(hall, "leave", OPENS + nth, number=number)
    assert refused(hall, "take", OPENS + 9, errands=["card"], phone="p") == "phone_quota"
    appointed = OPENS + 3600
    booked = refused(hall, "book", OPENS, errands=["card"], phone="p", appointed=appointed)
    assert booked == "phone_quota"
    does(hall, "take", OPENS + 9, "lobby", errands=["card"], phone="p")


def test_a_network_takes_so_many_an_hour_until_the_lobby_lifts_it_with_a_reason() -> None:
    hall = a_hall(replace(PLAN, quota=Quota(address_an_hour=3)))
    taken = {"errands": ["card"], "from": "a network"}
    for nth in range(3):
        does(hall, "take", OPENS + nth, "", **taken, phone=f"p{nth}")  # type: ignore[arg-type]  # test data
    late = {**taken, "phone": "p9"}
    assert refused(hall, "take", OPENS + 60, "", **late) == "address_quota"  # type: ignore[arg-type]  # test data
    comes(hall, OPENS + 61, phone="elsewhere")
    does(hall, "take", OPENS + 3_601, "", **late)  # type: ignore[arg-type]  # test data
    assert refused(hall, "lift_quota", OPENS + 3_602, "lobby") == "no_reason"
    does(hall, "lift_quota", OPENS + 3_602, "lobby", why="大家连着大厅的无线网络")
    for nth in range(20, 40):
        does(hall, "take", OPENS + 3_603, "", **taken, phone=f"p{nth}")  # type: ignore[arg-type]  # test data
