"""Hearings beside boats: in the season, where the boat lies, one port a day, nobody forgotten."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haihe.queueing.itinerary import (
    PortCall,
    Season,
    UnusableItinerary,
    Wish,
    itinerary,
)

FRIDAY = date(2026, 5, 1)
CALLS = st.tuples(st.integers(0, 9), st.sampled_from("东西北"), st.integers(-20, 150))
SEASON = Season(first=FRIDAY, last=date(2026, 9, 1))  # to a Tuesday


def call(boat: str, port: str, days: int) -> PortCall:
    return PortCall(boat=boat, port=port, day=FRIDAY + timedelta(days=days))


def test_a_hearing_is_held_where_its_boat_lies_in_the_season_only() -> None:
    calls = [call("甲", "东港", -3), call("甲", "西港", 10), call("甲", "东港", 200)]
    sittings, unplaced = itinerary([Wish(matter="1", boat="甲")], calls, SEASON, 3)
    assert [(one.port, one.day) for one in sittings] == [("西港", date(2026, 5, 11))]  # a Monday
    assert unplaced == []


def test_the_court_goes_where_most_can_be_heard_and_is_in_one_port_a_day() -> None:
    wishes = [Wish(matter=str(number), boat=f"船{number}") for number in range(3)]
    calls = [
        call("船0", "东港", 1),
        call("船1", "西港", 1),
        call("船2", "西港", 1),
        call("船0", "东港", 2),
    ]
    sittings, _ = itinerary(wishes, calls, SEASON, 5)
    assert [(one.matter, one.port, one.place) for one in sittings] == [
        ("1", "西港", 1), ("2", "西港", 2), ("0", "东港", 1),
    ]  # fmt: skip


def test_whoever_has_only_this_day_comes_before_who_has_others() -> None:
    wishes = [Wish(matter="often", boat="常"), Wish(matter="once", boat="稀")]
    calls = [call("常", "港", 1), call("常", "港", 2), call("稀", "港", 1)]
    sittings, unplaced = itinerary(wishes, calls, SEASON, 1)
    assert [one.matter for one in sittings] == ["once", "often"]
    assert unplaced == []


def test_what_finds_no_day_is_told_with_its_reason() -> None:
    wishes = [Wish(matter="1", boat="甲"), Wish(matter="2", boat="甲"), Wish(matter="3", boat="远")]
    _, unplaced = itinerary(wishes, [call("甲", "港", 1), call("远", "港", -1)], SEASON, 1)
    assert {(one.matter, one.why) for one in unplaced} == {("2", "full"), ("3", "no_call")}


def test_nonsense_is_refused() -> None:
    with pytest.raises(UnusableItinerary, match="ends before"):
        itinerary([], [], Season(first=FRIDAY, last=FRIDAY - timedelta(days=1)), 1)
    with pytest.raises(UnusableItinerary, match="sittings a day"):
        itinerary([], [], SEASON, 0)


@given(
    st.lists(st.integers(0, 9), max_size=30),
    st.lists(CALLS, max_size=60),
    st.integers(1, 4),
)  # fmt: skip
def test_every_hearing_is_placed_once_or_told_why_not(
    boats: list[int], told: list[tuple[int, str, int]], most: int
) -> None:
    wishes = [Wish(matter=str(number), boat=str(boat)) for number, boat in enumerate(boats)]
    calls = [call(str(boat), port, days) for boat, port, days in told]
    sittings, unplaced = itinerary(wishes, calls, SEASON, most)
    assert sorted([one.matter for one in (*sittings, *unplaced)], key=int) == [
        one.matter for one in wishes
    ]
    lies = {(one.boat, one.port, one.day) for one in calls}
    for one in sittings:
        assert (one.boat, one.port, one.day) in lies
        assert SEASON.first <= one.day <= SEASON.last
    for day in {one.day for one in sittings}:
        that_day = [one for one in sittings if one.day == day]
        assert len({one.port for one in that_day}) == 1
        assert len(that_day) <= most
