"""The whole city: how many matters open on which day, and every one of them played."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Final

from msgspec.structs import replace

from haihe.kernel.organs import Organs
from haihe.kernel.procedure import Procedure
from haihe.kernel.values import Command, Datum
from haihe.pack import Pack
from haihe.pack.competence import over, read_rules
from haihe.simulation.book import (
    Book,
    Copies,
    Course,
    Fault,
    Readings,
    Series,
    Volume,
    counts,
)
from haihe.simulation.delays import parse_delay, sample
from haihe.simulation.faults import fits, fits_opened
from haihe.simulation.organs import City
from haihe.simulation.values import Values
from haihe.simulation.walk import (
    POST,
    Played,
    Reading,
    Unplayable,
    Walk,
    World,
    id_of,
    played_clean,
)

TRIES: Final = 6
PROBLEMS_MAX: Final = 1_000
ONE_DAY: Final = timedelta(days=1)
EARLIER_DAYS: Final = 20  # how far back the matters lie that others name
EARLIER_TRIES: Final = 5
# Whose matters others name: reviewed, supervised, joined. They always can be played.
NAMED_KINDS: Final = frozenset({"alarm", "grid_event", "public_security_case", "service_item"})


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
        self.city = City(book.city, book.sorts, known, only)
        self.tally = Tally()
        self.first: date | None = None  # the first day of the city that is told, and its scale
        self.scale = 0.0
        self.world = World(
            book=book,
            city=self.city,
            values=Values(book.words),
            calendar=pack.calendar,
            # Checked where the city is loaded: orders name its bodies, not all are simulated.
            competence=over(read_rules(), pack, Organs(self.city.everything())),
            governing=pack.governing,
            earlier=self._earlier,
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

    def lot(
        self, kind: str, key: str, at: datetime, course: str = "", fault: Fault | None = None
    ) -> list[Played]:
        """A matter, and those that its fault makes of it: copies, or a series alike."""
        first = self.matter(kind, key, at, course, fault)
        if first is None:
            return []
        found = [first]
        for one in first.fault.how if first.fault is not None else ():
            if one.copies is not None:
                found += self._copies(first, one.copies)
            if one.series is not None:
                found += self._series(first, one.series)
        for one in first.fault.how if first.fault is not None else ():
            if one.readings is not None:
                self._browse(found, one.readings)
        return found

    def _browse(self, lot: list[Played], told: Readings) -> None:
        """One person opens the files of a lot, one after another, when all have opened."""
        first = lot[0]
        chance = Random(f"{self.seed}/{first.key}/readings")
        organ = self.city.organ(told.organ, first.area)
        name = self.city.organs[organ].name
        person = f"{name}{POST}{told.role}{POST}{self.book.city.staff + 2}"
        day = max(one.events[0].recorded_at for one in lot) + timedelta(days=1)
        at = day.replace(hour=10, minute=1, second=0, microsecond=0)
        for played in lot:
            for _ in range(chance.randint(*counts(told.count))):
                opened = Reading(at, told.role, organ, person, told.purpose, planted=True)
                played.readings.append(opened)
                at += timedelta(seconds=chance.randint(20, 90))

    def _copies(self, first: Played, told: Copies) -> Iterator[Played]:
        chance = Random(f"{self.seed}/{first.key}/copies")
        base = first.events[-1 if told.after_end else 0].happened_at
        for number in range(1, chance.randint(*counts(told.count)) + 1):
            at = base + timedelta(minutes=sample(parse_delay(told.within), chance))
            values = first.commands[0].data | told.with_.get(first.commands[0].act, {})
            yield from self._again(first, f"{first.key}+{number}", at, values, None)

    def _series(self, first: Played, told: Series) -> Iterator[Played]:
        chance = Random(f"{self.seed}/{first.key}/series")
        values = {name: first.given[name] for name in told.same if name in first.given}
        for number in range(1, chance.randint(*counts(told.count))):
            at = first.events[0].happened_at + timedelta(
                minutes=sample(parse_delay(told.within), chance)
            )
            yield from self._again(first, f"{first.key}+{number}", at, values, first.fault)

    def _again(
        self,
        first: Played,
        key: str,
        at: datetime,
        values: dict[str, Datum],
        fault: Fault | None,
    ) -> Iterator[Played]:
        """A further matter in the same area, with these values in its opening."""
        for turn in range(TRIES):
            chance = Random(f"{self.seed}/{key}/{turn}")
            try:
                walk = Walk(self.world, first.kind, key, first.area, chance, at)
                found = [
                    one
                    for one in self.courses(walk.procedure)
                    if one.steps[0].act == first.commands[0].act
                    and (fault is None or fits(one, fault))
                ]
                chosen = _one_of(found, chance, f"{first.kind}: no course for a copy")
                opening = chosen.steps[0]
                known = walk.procedure.steps[opening.act]
                asked = {*known.asks, *known.may_ask}
                opening = replace(
                    opening,
                    with_=opening.with_ | {n: v for n, v in values.items() if n in asked},
                )
                steps = (opening, *chosen.steps[1:])
                yield played_clean(walk, replace(chosen, steps=steps), fault)
            except Unplayable as error:
                self.tally.note(str(error))
                continue
            return

    def _chosen(
        self, procedure: Procedure, chance: Random, course: str, fault: Fault | None
    ) -> Course:
        found = [
            one
            for one in self.courses(procedure)
            if (not course or one.id == course) and (fault is None or fits(one, fault))
        ]
        return _one_of(found, chance, f"{procedure.kind}: no course for {procedure.since}")

    def courses(self, procedure: Procedure) -> list[Course]:
        """The courses written for this version; without a version they are for the newest."""
        newest = self.pack.procedures[procedure.kind][-1].since
        return [
            one
            for one in self.book.courses[procedure.kind].courses
            if (one.version or newest) == procedure.since
        ]

    def _fault(
        self,
        course: Course,
        kind: str,
        chance: Random,
        fit: Callable[[Course, Fault], bool] = fits,
    ) -> Fault | None:
        draw = chance.random()
        for fault in self._faults.get(kind, ()):
            if fit(course, fault):
                draw -= fault.rate
                if draw < 0:
                    return fault
        return None

    def _course_of_opened(
        self, walk: Walk, command: Command, tried: set[str], wanted: str
    ) -> tuple[Course, Fault | None]:
        kind = walk.procedure.kind
        found = [
            one
            for one in self.courses(walk.procedure)
            if one.steps[0].act == command.act
            and one.id not in tried
            and (not wanted or one.id == wanted)
            and all(walk.given.get(name) == value for name, value in one.when.items())
        ]
        course = _one_of(found, walk.chance, f"{kind}: no course begins with {command.act}")
        return course, self._fault(course, kind, walk.chance, fits_opened)

    def _earlier(self, chance: Random, at: datetime) -> str:
        """A matter that opened by itself some days before `at`; in a trial nobody's."""
        first = self.first
        if first is None:
            return id_of(f"nobody-{chance.randrange(10**9)}", at - ONE_DAY)
        known = (at.date() - first).days
        for _ in range(EARLIER_TRIES if known > 0 else 0):
            day = at.date() - ONE_DAY * chance.randint(1, min(known, EARLIER_DAYS))
            opened = [one for one in self.openings(day, self.scale) if one[1] in NAMED_KINDS]
            if opened:
                when, _, key = chance.choice(opened)
                return id_of(key, when)
        raise Unplayable("no matter opened before that could be named")

    # ── the days ─────────────────────────────────────────────────────────────────────────────

    def openings(self, day: date, scale: float) -> list[tuple[datetime, str, str]]:
        """When which matters open by themselves on a day: (instant, kind, key), in order."""
        found: list[tuple[datetime, str, str]] = []
        for kind, volume in self.book.figures.volumes.items():
            if self.pack.governing(kind, day) is None:
                continue
            chance = Random(f"{self.seed}/{kind}/{day.isoformat()}")
            expected = self.expected(volume, day) * scale
            count = int(expected) + (chance.random() < expected % 1)
            shares = self.book.figures.hours[volume.hours]
            for number in range(count):
                (hour,) = chance.choices(range(24), weights=shares)
                at = datetime(
                    day.year,
                    day.month,
                    day.day,
                    hour,
                    chance.randrange(60),
                    chance.randrange(60),
                    tzinfo=self.pack.zone,
                )
                found.append((at, kind, f"sim-{self.seed}-{kind}-{day:%Y%m%d}-{number}"))
        found.sort()
        return found

    def expected(self, volume: Volume, day: date) -> float:
        """How many matters of a volume open on a day at scale 1, on average."""
        figures = self.book.figures
        season = figures.seasons[volume.season]
        share = season[day.month - 1] * 12 / sum(season)
        worked = self.pack.calendar.is_workday(day)
        # 248 working days and 117 others in a year, so that a year gives the yearly figure
        ordinary = 365 / (248 + 117 * volume.rest_days)
        return volume.yearly / 365 * share * ordinary * (1.0 if worked else volume.rest_days)


def _one_of(courses: list[Course], chance: Random, problem: str) -> Course:
    """One of these by weight; those without weight only if there is no other."""
    if not courses:
        raise Unplayable(problem)
    weights = [one.weight for one in courses]
    return chance.choices(courses, weights=weights if any(weights) else None)[0]
