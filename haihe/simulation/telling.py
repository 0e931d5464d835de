"""Matters as they were played, told as chronicles: up to an instant, in the order of opening."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, time, timedelta
from heapq import heappop, heappush

from msgspec.structs import replace

from haihe.kernel.chronicle import Chronicle
from haihe.simulation.city import Simulation
from haihe.simulation.truth import SET_ASIDE, Planted, truths_of
from haihe.simulation.walk import Played, Reading


def chronicle_of(played: Played, until: datetime) -> Chronicle | None:
    """What was recorded of a matter by then; None if it was not open yet."""
    return _told(played, until, first=0)


def _told(played: Played, until: datetime, first: int) -> Chronicle | None:
    count = sum(1 for event in played.events if event.recorded_at <= until)
    if not count:
        return None
    opened: dict[str, Chronicle] = {}
    for path, child in played.opened.items():
        if int(path.partition(":")[0]) < count:
            goes_on = _told(child, until, first=1)
            if goes_on is not None:
                opened[path] = goes_on
    return Chronicle(
        commands=tuple(played.commands[first:count]),
        recorded=tuple(event.recorded_at for event in played.events[first:count]),
        opened=opened,
        matter=played.id,
    )


def in_order_of_opening(
    lots: Iterable[tuple[datetime, list[Played]]], until: datetime
) -> Iterator[Played]:
    """Matters by when they opened; a lot may hold later ones than its own day."""
    waiting: list[tuple[datetime, str, Played]] = []
    for day_ends, lot in lots:
        for played in lot:
            opened = played.events[0].happened_at
            if opened <= until:
                heappush(waiting, (opened, played.key, played))
        while waiting and waiting[0][0] < day_ends:
            yield heappop(waiting)[2]
    while waiting:
        yield heappop(waiting)[2]


def visible_truths(simulation: Simulation, lot: list[Played], until: datetime) -> Iterator[Planted]:
    """What must be found of a lot by then, and is not gone again.

    A fault that cannot be known yet, or no more, is told as SET_ASIDE: what its models find in its
    matter counts neither for nor against them.
    """
    for planted in truths_of(lot, simulation.pack.calendar):
        gone = planted.gone_at is not None and planted.gone_at <= until
        if planted.visible_at <= until and not gone:
            yield planted
        elif planted.opened_at <= until:
            also = tuple(dict.fromkeys((*planted.also, planted.model)))
            yield replace(planted, model=SET_ASIDE, cause=SET_ASIDE, also=also)


def planted_readings(lot: list[Played], until: datetime) -> Iterator[tuple[str, Reading]]:
    """Who opened the files of a lot because its fault says so: (matter, reading)."""
    for played in lot:
        for reading in played.readings:
            if reading.planted and reading.at <= until:
                yield played.id, reading


class Chronicler:
    """Tells the matters of so many days up to an instant, one after another; gathers truths."""

    def __init__(self, simulation: Simulation, until: datetime, days: int, scale: float) -> None:
        self.simulation = simulation
        self.until = until.astimezone(simulation.pack.zone)
        self.days = days
        self.scale = scale
        simulation.first = self.until.date() - timedelta(days=days - 1)
        simulation.scale = scale
        self.truths: list[Planted] = []
        self.readings: list[tuple[str, Reading]] = []  # those that faults planted, by matter

    def chronicles(self) -> Iterator[Chronicle]:
        """Every matter in the order of opening."""
        for played in in_order_of_opening(self._lots(), self.until):
            told = chronicle_of(played, self.until)
            if told is not None:
                yield told

    def worst(self, limit: int) -> dict[str, int]:
        """What could not be played most often, in words."""
        problems = self.simulation.tally.problems.items()
        return dict(sorted(problems, key=lambda one: -one[1])[:limit])

    def _lots(self) -> Iterator[tuple[datetime, list[Played]]]:
        zone = self.simulation.pack.zone
        last = self.until.date()
        for number in range(self.days):
            day = last - timedelta(days=self.days - 1 - number)
            found: list[Played] = []
            for at, kind, key in self.simulation.openings(day, self.scale):
                if at > self.until:
                    break
                lot = self.simulation.lot(kind, key, at)
                self.truths += visible_truths(self.simulation, lot, self.until)
                self.readings += planted_readings(lot, self.until)
                found += lot
            yield datetime.combine(day + timedelta(days=1), time(0), zone), found
