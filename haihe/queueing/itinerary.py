"""A travelling court's itinerary: which hearing is held in which port on which day.

Fishers are at sea most of the year, so a court sits in the ports in the closed season, on days on
which the boat of a party lies there. The court is in one port a day. Hearings with the fewest
days left to choose from come first, so that none loses its only day to another that has many.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final, Literal

from haihe.kernel.values import Frozen

WISHES_MAX: Final = 2_000
CALLS_MAX: Final = 50_000
SITTINGS_A_DAY_MAX: Final = 20


class UnusableItinerary(ValueError):
    """What was asked makes no itinerary; the message says what to mend."""


class Season(Frozen, frozen=True, kw_only=True):
    """The closed season, its first and its last day: boats stay near the shore."""

    first: date
    last: date


class PortCall(Frozen, frozen=True, kw_only=True):
    """A boat lies in a port on a day."""

    boat: str
    port: str
    day: date


class Wish(Frozen, frozen=True, kw_only=True):
    """A hearing that is to be held beside a boat."""

    matter: str
    boat: str


class Sitting(Frozen, frozen=True, kw_only=True):
    """A hearing with its place: the court's `place`-th of that day, from 1."""

    matter: str
    boat: str
    port: str
    day: date
    place: int


class Unplaced(Frozen, frozen=True, kw_only=True):
    """A hearing without a day: its boat calls nowhere in the season, or every day is full."""

    matter: str
    why: Literal["no_call", "full"]


def itinerary(
    wishes: Sequence[Wish], calls: Iterable[PortCall], season: Season, sittings_a_day: int
) -> tuple[list[Sitting], list[Unplaced]]:
    """The sittings in the order of days, and what found no day. Raises UnusableItinerary.

    Only days of the season on which the boat lies in the port are used. Each day the court goes
    where most of the hearings that wait can be held; of two ports the first by name.
    """
    if season.last < season.first:
        raise UnusableItinerary("the season ends before it begins")
    if not 1 <= sittings_a_day <= SITTINGS_A_DAY_MAX:
        raise UnusableItinerary(f"sittings a day lie between 1 and {SITTINGS_A_DAY_MAX}")
    if len(wishes) > WISHES_MAX:
        raise UnusableItinerary(f"at most {WISHES_MAX} hearings are placed at once")
    boats, chances = _chances(calls, season)
    waiting = {one.matter: one for one in wishes if one.boat in boats}
    sittings: list[Sitting] = []
    for day in sorted(chances):
        by_port = chances[day]
        port = min(by_port, key=lambda one: (-_held(waiting, by_port[one]), one))
        there = [one for one in waiting.values() if one.boat in by_port[port]]
        left = {one.boat: sum(1 for later in boats[one.boat] if later >= day) for one in there}
        there.sort(key=lambda one: left[one.boat])
        for place, one in enumerate(there[:sittings_a_day], 1):
            del waiting[one.matter]
            sittings.append(
                Sitting(matter=one.matter, boat=one.boat, port=port, day=day, place=place)
            )
    unplaced = [
        Unplaced(matter=one.matter, why="full" if one.boat in boats else "no_call")
        for one in wishes
        if one.matter in waiting or one.boat not in boats
    ]
    return sittings, unplaced


Chances = dict[date, dict[str, set[str]]]


def _chances(calls: Iterable[PortCall], season: Season) -> tuple[dict[str, set[date]], Chances]:
    """The days of each boat in the season, and by day and port the boats that lie there."""
    boats: dict[str, set[date]] = {}
    chances: Chances = {}
    for number, call in enumerate(calls, 1):
        if number > CALLS_MAX:
            raise UnusableItinerary(f"at most {CALLS_MAX} port calls are read")
        if season.first <= call.day <= season.last:
            boats.setdefault(call.boat, set()).add(call.day)
            chances.setdefault(call.day, {}).setdefault(call.port, set()).add(call.boat)
    return boats, chances


def _held(waiting: dict[str, Wish], boats: set[str]) -> int:
    """How many of the hearings that wait can be held beside these boats."""
    return sum(1 for one in waiting.values() if one.boat in boats)
