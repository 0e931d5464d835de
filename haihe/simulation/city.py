"""The whole city: how many matters open on which day, and every one of them played."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Final

from haihe.kernel.procedure import Procedure
from haihe.kernel.values import Command
from haihe.pack import Pack
from haihe.simulation.book import Book, Course, Fault
from haihe.simulation.faults import fits
from haihe.simulation.organs import Area, City
from haihe.simulation.values import Values
from haihe.simulation.walk import Played, Unplayable, Walk, World, played_clean

TRIES: Final = 6
PROBLEMS_MAX: Final = 1_000


@dataclass(slots=True)
class Tally:
    """What could not be played, in words, and how often."""

    problems: dict[str, int] = field(default_factory=dict)

    def note(self, problem: str) -> None:
        """One more."""
        if problem in self.problems or len(self.problems) < PROBLEMS_MAX:
            self.problems[problem] = self.problems.get(problem, 0) + 1


class Simulation:
    """A city by one pack, one book and one seed; every matter depends on its own key only."""

    def __init__(
        self,
        pack: Pack,
        book: Book,
        seed: int = 1,
        *,
        faults: bool = True,
        known: Mapping[str, str] | None = None,
        only: tuple[str, ...] = (),
    ) -> None:
        self.pack = pack
        self.book = book
        self.seed = seed
        self.city = City(book.city, known, only)
        self.tally = Tally()
        self.world = World(
            book=book,
            city=self.city,
            values=Values(book.words),
            calendar=pack.calendar,
            governing=pack.governing,
            course_for=self._course_of_opened,
        )
        self._faults: dict[str, list[Fault]] = {}
        if faults:
            for fault in book.faults.values():
                if not fault.prevented:
                    self._faults.setdefault(fault.kind, []).append(fault)

    # ── one matter ───────────────────────────────────────────────────────────────────────────

    def matter(
        self, kind: str, key: str, at: datetime, course: str = "", fault: Fault | None = None
    ) -> Played | None:
        """A matter that opens about `at`, on a course chosen by chance; None if none can be."""
        for turn in range(TRIES):
            chance = Random(f"{self.seed}/{key}/{turn}")
            area = chance.choice(self.city.areas)
            try:
                walk = Walk(self.world, kind, key, area, chance, at)
                chosen = self._chosen(walk.procedure, chance, course, fault)
                planted = fault or self._fault(chosen, kind, chance)
                return played_clean(walk, chosen, planted)
            except Unplayable as error:
                self.tally.note(str(error))
        return None

    def _chosen(
        self, procedure: Procedure, chance: Random, course: str, fault: Fault | None
    ) -> Course:
        found = [
            one
            for one in self.courses(procedure)
            if (not course or one.id == course)
            and (fault is None or fits(one, fault))
            and procedure.steps[one.steps[0].act].from_ == ()
        ]
        if not found:
            raise Unplayable(f"{procedure.kind}: no course for {procedure.since}")
        return chance.choices(found, weights=[one.weight for one in found])[0]

    def courses(self, procedure: Procedure) -> list[Course]:
        """The courses written for this version; without a version they are for the newest."""
        newest = self.pack.procedures[procedure.kind][-1].since
        return [
            one
            for one in self.book.courses[procedure.kind].courses
            if (one.version or newest) == procedure.since
        ]

    def _fault(self, course: Course, kind: str, chance: Random) -> Fault | None:
        draw = chance.random()
        for fault in self._faults.get(kind, ()):
            if fits(course, fault):
                draw -= fault.rate
                if draw < 0:
                    return fault
        return None

    def _course_of_opened(
        self, walk: Walk, command: Command, tried: set[str]
    ) -> tuple[Course, Fault | None]:
        kind = walk.procedure.kind
        found = [
            one
            for one in self.courses(walk.procedure)
            if one.steps[0].act == command.act
            and one.id not in tried
            and all(walk.given.get(name) == value for name, value in one.when.items())
        ]
        if not found:
            raise Unplayable(f"{kind}: no course begins with {command.act}")
        course = walk.chance.choices(found, weights=[one.weight for one in found])[0]
        return course, self._fault(course, kind, walk.chance)


def noon(day: date, pack: Pack) -> datetime:
    """Ten in the morning of a day."""
    return datetime.combine(day, time(10), pack.zone)


ONE_DAY: Final = timedelta(days=1)


def areas_of(simulation: Simulation) -> list[Area]:
    """The areas in which matters open."""
    return simulation.city.areas
