"""A matter played along a course, act by act, each judged by the kernel like a real one.

The walk chooses who acts, when, and with which values; whatever the course does not state it
supplies so that the rules are kept: before every running clock of an organ, by another person
where the law wants one, with values that meet the needs of the step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from hashlib import sha256
from random import Random
from typing import Final, NamedTuple

from msgspec.structs import replace

from haihe.kernel.acts import ACTS
from haihe.kernel.allowance import parse_allowance
from haihe.kernel.calendar import Calendar
from haihe.kernel.clocks import clocks
from haihe.kernel.competence import Competence
from haihe.kernel.deadline import due, expires_at
from haihe.kernel.decide import decide
from haihe.kernel.facts import all_hold, holds, is_given
from haihe.kernel.fold import advance, ends_matter
from haihe.kernel.handover import handovers
from haihe.kernel.index import index_of
from haihe.kernel.kernel_acts import open_requests
from haihe.kernel.needs import attempt, first_unmet
from haihe.kernel.power import not_competent
from haihe.kernel.procedure import Procedure, Step, Test
from haihe.kernel.reading import MINOR
from haihe.kernel.state import RunningClock, State
from haihe.kernel.values import Actor, Command, Data, Datum, Event, Refused
from haihe.simulation.book import Book, Course, Courses, Fault, Taken
from haihe.simulation.delays import (
    OPENS,
    SHUTS,
    Delay,
    into_office,
    later,
    parse_delay,
    sample,
)
from haihe.simulation.organs import Area, City
from haihe.simulation.values import Values

OPINION: Final = "opinion_matter"  # the one field that names a matter this one has opened
POST: Final = "·"  # between organ, role and number in the id of somebody who serves
PUBLIC: Final = "public"  # person and organ of everybody who acts by a follow code
REPAIRS_MAX: Final = 8
CHILD_DEPTH_MAX: Final = 6
NEVER_BEFORE: Final = timedelta(seconds=15)  # between two acts
MARGIN: Final = 0.06  # of a clock's rest, kept free before it runs out
CALM: Final = 0.78  # of a clock's time: an ordinary act comes before its last fifth, if it can


class Unplayable(Exception):
    """A course cannot be played to its end; the message says which act and why."""


@dataclass(frozen=True, slots=True)
class World:
    """What every walk needs: rules, city, words, courses."""

    book: Book
    city: City
    values: Values
    calendar: Calendar
    competence: Competence | None  # who may act at all; None: nobody is restricted
    governing: Callable[[str, date], Procedure | None]
    earlier: Callable[[Random, datetime], str]  # the id of a matter that opened before
    # chooses the course (and the fault, if any) of a matter that another one opened
    course_for: Callable[[Walk, Command, set[str], str], tuple[Course, Fault | None]]


class Reading(NamedTuple):
    """Somebody opened the file of a matter."""

    at: datetime
    role: str
    organ: str
    person: str
    purpose: str
    planted: bool = False  # by a fault


def id_of(key: str, opened_at: datetime) -> str:
    """The id of a simulated matter: as long as any, by its opening, and always the same."""
    milliseconds = int(opened_at.timestamp() * 1000)
    return f"{milliseconds:0{ID_TIME_DIGITS}x}{sha256(key.encode()).hexdigest()[:ID_REST_DIGITS]}"


@dataclass(slots=True)
class Played:
    """A matter as it went: its events and commands, and the matters it opened."""

    key: str
    kind: str
    course: str
    area: Area
    procedure: Procedure
    commands: list[Command] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    given: dict[str, Datum] = field(default_factory=dict)
    opened: dict[str, Played] = field(default_factory=dict)
    readings: list[Reading] = field(default_factory=list)
    state: State | None = None
    fault: Fault | None = None
    beyond: str = ""  # the clock that a fault let run out
    parent: str = ""  # the id of the matter that opened it

    @property
    def id(self) -> str:
        """The matter's id; it has been opened."""
        return id_of(self.key, self.events[0].recorded_at)


class Walk:
    """One matter on its way; also the scene its values are made in."""

    def __init__(
        self,
        world: World,
        kind: str,
        key: str,
        area: Area,
        chance: Random,
        at: datetime,
        *,
        depth: int = 0,
    ) -> None:
        self.world = world
        self.chance = chance
        self.area = area
        self.at = at
        self.depth = depth
        self.person = ""
        self.state: State | None = None
        self.given: dict[str, Datum] = {}
        procedure = world.governing(kind, at.date())
        if procedure is None:
            raise Unplayable(f"{kind}: no version in force on {at:%Y-%m-%d}")
        self.procedure = procedure
        self.plan: Courses = world.book.courses[kind]
        self.played = Played(key, kind, "", area, procedure)
        self.number = chance.randrange(1000)
        self._staff: dict[tuple[str, str], int] = {}
        self._wanted: dict[str, str] = {}
        self._clocks: list[RunningClock] | None = None
        self._load = 0.6 + 0.8 * chance.random()

    # ── the scene ────────────────────────────────────────────────────────────────────────────

    @property
    def calendar(self) -> Calendar:
        """Working days."""
        return self.world.calendar

    @property
    def area_name(self) -> str:
        """District and street in words."""
        return self.world.city.area_name(self.area)

    def organ_of(self, spec: str) -> str:
        """The organ that a sort, a field's name, `@field` or `owner` means here."""
        if spec == "owner" and self.state is not None:
            return self.state.owner.organ
        if spec.startswith("@"):
            named = self.given.get(spec[1:])
            return named if isinstance(named, str) and named else self.organ_of(spec[1:])
        sort = self.plan.organs.get(spec) or self.world.book.city.fields.get(spec) or spec
        return self.world.city.organ(sort, self.area, self.number)

    def officers(self, count: int) -> list[str]:
        """Officers of the acting organ, the actor first."""
        head, _, last = self.person.rpartition(POST)
        staff = self.world.book.city.staff
        own = int(last) - 1 if last.isdigit() else 0
        return [f"{head}{POST}{(own + step) % staff + 1}" for step in range(min(count, staff))]

    def named_matter(self, field: str) -> str:
        """The matter a field names: the one this came from, one it opened, or an earlier one."""
        if field == OPINION and self.played.opened:
            return list(self.played.opened.values())[-1].id
        return self.played.parent or self.world.earlier(self.chance, self.at)

    # ── playing ──────────────────────────────────────────────────────────────────────────────

    def play(self, course: Course, steps: Sequence[Taken], fault: Fault | None = None) -> Played:
        """Take every step of a course; raises Unplayable where the rules refuse one."""
        self.played.course = course.id
        self.played.fault = fault
        first = len(self.played.events)
        for place, taken in enumerate(steps):
            if place < first:
                continue  # the opening, which a hand-over has made already
            self._take(taken, steps[place:])
        self.played.state = self.state
        self.played.given = self.given
        return self.played

    def open_by(self, command: Command) -> None:
        """The opening that follows from a hand-over; its values are those carried over."""
        assert command.happened_at is not None, "hand-overs say when"
        self._record(command, command.happened_at)

    def _take(self, taken: Taken, rest: Sequence[Taken]) -> None:
        step = self.procedure.steps.get(taken.act)
        if step is None and taken.act not in ACTS:
            raise Unplayable(f"{self.played.kind} has no act `{taken.act}` in this version")
        role = taken.role or (step.by[0] if step is not None else self.owner_role())
        organ = self.acting_organ(taken, step, role)
        self.person = self.acting_person(taken, step, role, organ)
        if self.state is not None:
            self.at = self._moment(taken, step, role, rest)
        actor = Actor(person=self.person, role=role, organ=organ)
        data = self.data_for(taken, step, actor)
        entered = self.at
        if taken.entered:
            entered += timedelta(minutes=sample(parse_delay(taken.entered), self.chance))
        command = Command(
            key=self.played.key if self.state is None else "",
            act=taken.act,
            actor=actor,
            kind=self.played.kind if self.state is None else None,
            data=data,
            happened_at=self.at,
        )
        self._wanted = taken.child
        self._record(command, entered)

    def _record(self, command: Command, entered: datetime) -> None:
        events = self.played.events
        if events and events[-1].recorded_at > entered:
            entered = events[-1].recorded_at
        answer = self._lacks_power(command, entered) or decide(
            self.procedure, self.state, command, entered, self.calendar
        )
        if isinstance(answer, Refused):
            raise Unplayable(
                f"{self.played.kind}.{self.played.course}: {command.act}: {answer.reason}: "
                f"{answer.says} -> {answer.instead} {command.data}"
            )
        event = answer.event
        self.given.update(command.data)
        self.given.update({k: v for k, v in event.data.items() if is_given(v)})
        self.state = advance(self.procedure, self.state, event)
        self._clocks = None
        events.append(event)
        self.played.commands.append(command)
        self._read(event)
        self._hand_over(event)

    def _lacks_power(self, command: Command, entered: datetime) -> Refused | None:
        competence = self.world.competence
        if competence is None:
            return None
        day = (self.at if self.state is None else entered).date()
        return not_competent(competence, self.procedure, self.state, command, day)

    def _read(self, event: Event) -> None:
        """Who acts has often looked at the file before."""
        actor = event.actor
        if event.seq == 1 or actor.organ == PUBLIC or self.chance.random() > READ_BEFORE:
            return
        at = event.recorded_at - timedelta(seconds=self.chance.randint(5, 12))
        reading = Reading(at, actor.role, actor.organ, actor.person, "handle")
        self.played.readings.append(reading)

    def _hand_over(self, event: Event) -> None:
        step = self.procedure.steps.get(event.act)
        if step is None or not step.opens:
            return
        assert self.state is not None, "an event has just been recorded"
        day = event.happened_at.date()
        personal = {name: self.given.get(name) for name in self.state.sealed}
        for command in handovers(
            self.procedure,
            self.state,
            event,
            lambda kind: self.world.governing(kind, day),
            personal,
        ):
            number = command.key.rpartition(":")[2]
            path = f"{len(self.played.events) - 1}:{number}"
            self.played.opened[path] = self._child(command, path)

    def _child(self, command: Command, path: str) -> Played:
        """The matter that was opened, played along a course of its own kind."""
        if self.depth >= CHILD_DEPTH_MAX:
            raise Unplayable(f"more than {CHILD_DEPTH_MAX} matters open one another")
        assert command.kind is not None, "a hand-over names its kind"
        assert command.happened_at is not None, "hand-overs say when"
        problem = ""
        tried: set[str] = set()
        wanted = self._wanted.get(command.kind, "")
        for _ in range(CHILD_TRIES):
            child = Walk(
                self.world,
                command.kind,
                f"{self.played.key}/{path}",
                self.area,
                Random(self.chance.getrandbits(64)),
                command.happened_at,
                depth=self.depth + 1,
            )
            child.played.parent = self.played.id
            child.open_by(replace(command, key=child.played.key))
            try:
                course, fault = self.world.course_for(child, command, tried, wanted)
            except Unplayable as error:
                raise Unplayable(f"{error}; {problem}") from None
            try:
                return played_clean(child, course, fault)
            except Unplayable as error:
                if not wanted:
                    tried.add(course.id)
                problem = str(error)
        raise Unplayable(f"{self.played.kind}: {command.kind} {path}: {problem}")

    # ── who ──────────────────────────────────────────────────────────────────────────────────

    def owner_role(self) -> str:
        """A role that may act for the owner: whoever of it acted last, else the first there is."""
        roles = self.procedure.roles
        for event in reversed(self.played.events):
            role = roles.get(event.actor.role)
            if role is not None and role.stands == "owner":
                return event.actor.role
        return next(name for name, one in roles.items() if one.stands != "public")

    def acting_organ(self, taken: Taken, step: Step | None, role: str) -> str:
        """The organ for which a role takes this step."""
        told = self.procedure.roles.get(role)
        if taken.organ:  # even where the public acts: somebody enters it in their name
            return self.organ_of(taken.organ)
        if told is not None and told.stands == "public":
            return PUBLIC
        if step is not None:
            for need in step.needs:
                named = self.given.get(need.organ_in) if need.organ_in else None
                if isinstance(named, list) and named:
                    return named[0]
                if isinstance(named, str) and named:
                    return named
        stands = told.stands if told is not None else "anywhere"
        if taken.act == "answer" and self.state is not None:
            waiting = [one for one in self.state.requests if one.answered_seq is None]
            if waiting:
                return waiting[0].organ
        if self.state is not None and stands == "owner":
            return self.state.owner.organ
        post = self.plan.posts.get(role, "owner")
        if post == "owner" and self.state is None:
            raise Unplayable(f"{self.played.kind}: posts: say of which organ `{role}` is")
        return self.organ_of(post)

    def acting_person(self, taken: Taken, step: Step | None, role: str, organ: str) -> str:
        """The id of somebody of that organ, another person where the law wants one."""
        if organ == PUBLIC:
            return PUBLIC
        if taken.by.person:
            return taken.by.person
        done = self.state.done if self.state is not None else ()
        if taken.by.same_as:
            for one in reversed(done):
                if one.act == taken.by.same_as:
                    return one.actor.person
        if (
            step is not None
            and self.state is not None
            and self.state.owner.person
            and any(need.guard == "taken_by_actor" for need in step.needs)
        ):
            return self.state.owner.person
        avoid = {need.other_person_than for need in step.needs} if step is not None else set()
        avoid.add(taken.by.other_than)
        others = {one.actor.person for one in done if one.act in avoid}
        staff = self.world.book.city.staff
        number = self._staff.setdefault((role, organ), self.chance.randrange(staff))
        told = self.procedure.roles.get(role)
        head = f"{self._organ_name(organ)}{POST}{told.name if told is not None else role}{POST}"
        for turn in range(staff):
            person = f"{head}{(number + turn) % staff + 1}"
            if person not in others:
                return person
        return f"{head}{staff + 1}"

    def _organ_name(self, organ: str) -> str:
        found = self.world.city.organs.get(organ)
        return found.name if found is not None else organ

    # ── when ─────────────────────────────────────────────────────────────────────────────────

    @cached_property
    def _pace(self) -> Delay:
        return parse_delay(self.plan.pace)

    def running(self) -> list[RunningClock]:
        """Every clock as it stands after the last act."""
        if self._clocks is None:
            assert self.state is not None, "a matter is open"
            self._clocks = clocks(self.procedure, self.state, self.calendar, self.at, explain=False)
        return self._clocks

    def forget_clocks(self) -> None:
        """The matter has moved on: its clocks are computed anew when they are asked for."""
        self._clocks = None

    def falls(self, clock: RunningClock) -> datetime | None:
        """The instant at which a clock has run out; None while it has no last day."""
        return falls_at(clock, self.calendar)

    def _moment(
        self, taken: Taken, step: Step | None, role: str, rest: Sequence[Taken]
    ) -> datetime:
        delay = parse_delay(taken.after) if taken.after else self._pace
        told = self.procedure.roles.get(role)
        is_public = told is not None and told.stands == "public"
        after = self._earliest(delay.past or taken.beyond, step)
        minutes = sample(delay, self.chance, self._load)
        begins = max(self.at, after, self._named(delay.on), self._ended(delay.follows))
        at = later(begins, minutes, self.calendar, office=delay.office)
        keeps_hours = self.plan.hours == "office" and not delay.exact and not is_public
        if keeps_hours:
            at = into_office(at, self.calendar)
        latest = None if taken.beyond or delay.on else self._latest(taken, step, rest)
        if latest is not None and at > latest:
            room = (latest - self.at).total_seconds()
            cut = self.at + timedelta(
                seconds=int(max(0.0, room) * (0.3 + 0.6 * self.chance.random()))
            )
            at = self._in_hours(cut, latest) if keeps_hours else cut
        at = max(at, after, self.at + NEVER_BEFORE)
        return at.replace(microsecond=0)

    def _ended(self, kind: str) -> datetime:
        """When the newest matter of this kind that was opened here came to its end."""
        children = [one for one in self.played.opened.values() if one.kind == kind]
        if not kind or not children:
            return self.at
        child = children[-1]
        return next(
            (one.happened_at for one in child.events if ends_matter(child.procedure, one.act)),
            child.events[-1].happened_at,
        )

    def _named(self, field: str) -> datetime:
        """The instant a field names; of a day, when offices open."""
        named = self.given.get(field) if field else None
        if not isinstance(named, str):
            return self.at
        if len(named) > DAY_LENGTH:
            return datetime.fromisoformat(named)
        return datetime.combine(date.fromisoformat(named), OPENS, self.at.tzinfo)

    def _in_hours(self, at: datetime, latest: datetime) -> datetime:
        """`at`, moved into office hours if that is possible before `latest`."""
        forward = into_office(at, self.calendar)
        if forward <= latest:
            return forward
        clock = at.time()
        if self.calendar.is_workday(at.date()) and clock >= SHUTS:
            day = at.date()
        else:
            day = self.calendar.workday_until(at.date() - timedelta(days=1))
        back = datetime.combine(day, OPENS, at.tzinfo) + timedelta(
            minutes=self.chance.randint(0, 500)
        )
        return back if back > self.at else at

    def _earliest(self, past: str, step: Step | None) -> datetime:
        """The last instant before which the step may not be taken: clocks it has to outwait."""
        waits = {past} if past else set()
        if past and all(one.id.partition("#")[0] != past for one in self.running()):
            raise Unplayable(f"{self.played.kind}: the clock `{past}` does not run")
        if step is not None:
            waits |= {need.over for need in step.needs if need.over and self._applies(need.when)}
        found = self.at
        for clock in self.running() if waits else ():
            if clock.id.partition("#")[0] in waits:
                falls = self.falls(clock)
                if falls is not None and falls >= found:
                    found = falls + timedelta(seconds=60 + self.chance.randrange(3600))
        return found

    def _applies(self, tests: Iterable[Test]) -> bool:
        return all_hold(tuple(tests), self.given)

    def _latest(self, taken: Taken, step: Step | None, rest: Sequence[Taken]) -> datetime | None:
        """By when the step must be taken, so that it and those to come are in time."""
        found: datetime | None = None
        plans = index_of(self.procedure).plans
        within = {need.within for need in step.needs} if step is not None else set()
        for clock in self.running():
            if clock.status != "running":
                continue
            falls = self.falls(clock)
            if falls is None:
                continue
            rule = clock.id.partition("#")[0]
            stops = plans[rule].stops
            ahead = next((n for n, one in enumerate(rest) if one.act in stops), None)
            if rule in within:
                ahead = 0
            if ahead is None or (clock.whose != "organ" and ahead > 0):
                continue
            room = (falls - self.at).total_seconds()
            share = (1.0 - MARGIN) if ahead == 0 else (1.0 - MARGIN) / (ahead + 1)
            latest = self.at + timedelta(seconds=int(room * share))
            calm = clock.started_at + (falls - clock.started_at) * CALM
            if self.at < calm < latest:
                latest = calm
            found = latest if found is None else min(found, latest)
        if taken.act == "answer" and self.state is not None:
            for request in self.state.requests:
                if request.answered_seq is None:
                    ending = expires_at(
                        due(
                            parse_allowance(request.due), request.asked_at, self.calendar, law=None
                        ),
                        self.calendar,
                    )
                    if ending is not None:
                        found = ending if found is None else min(found, ending)
        return found

    # ── with which values ────────────────────────────────────────────────────────────────────

    def data_for(self, taken: Taken, step: Step | None, actor: Actor) -> Data:
        """What is stated, and every value the step asks beside it, so that its needs are met."""
        values = self.world.values
        stated = {
            name: values.resolve(spec, self)
            for name, spec in (self.plan.values | taken.with_).items()
            if name in taken.with_ or (step is not None and name in step.asks)
        }
        if step is None:
            return self._kernel_data(taken.act, stated)
        data = {name: value for name, value in stated.items() if is_given(value)}
        asked = set(step.asks)
        for name in step.asks:
            if name in stated:
                continue
            if name in self.given and self._keeps(name):
                data[name] = self.given[name]
                continue
            tests = {name: self._tests_on(step, name, {**self.given, **data})}
            data[name] = values.usual(name, self.procedure.fields[name], self, tests)
        asked |= set(step.may_ask)
        for _ in range(REPAIRS_MAX):
            tried = attempt(self.procedure, self.state, actor, data, self.at, self.calendar)
            unmet = first_unmet(step, tried) if step.needs else None
            if unmet is None:
                break
            need = step.needs[unmet]
            wanted = [one for one in need.all if not holds(one, tried.fields, tried.sealed)]
            wanted = wanted or list(need.any)
            mended = next(
                (one for one in wanted if one.field in asked and one.field not in stated), None
            )
            if mended is None:
                break
            data[mended.field] = values.usual(
                mended.field, self.procedure.fields[mended.field], self, {mended.field: [mended]}
            )
        return data

    def _keeps(self, name: str) -> bool:
        """Whether a value told once is told again alike: names, places, organs, who is a minor."""
        field = self.procedure.fields[name]
        return name == MINOR or field.personal or field.type in ("organ", "place", "matter")

    def _tests_on(self, step: Step, name: str, fields: Data) -> list[Test]:
        """What the needs of the step ask of one field."""
        sealed = self.state.sealed if self.state is not None else ()
        found: list[Test] = []
        for need in step.needs:
            if need.when and not all_hold(need.when, fields, sealed):
                continue
            found += [one for one in need.all if one.field == name]
            if need.any and not any(holds(one, fields, sealed) for one in need.any):
                found += [one for one in need.any[:1] if one.field == name]
        return found

    def _kernel_data(self, act: str, stated: dict[str, Datum]) -> Data:
        """Values of an act that every procedure has."""
        rule = ACTS[act]
        data = {name: value for name, value in stated.items() if is_given(value)}
        for name in rule.asks:
            if name not in data:
                data[name] = self._kernel_value(act, name, data)
        return data

    def _kernel_value(self, act: str, name: str, data: Data) -> Datum:
        state = self.state
        assert state is not None, "kernel acts never open a matter"
        if name == "request":
            waiting = open_requests(state, self.organ_of(_asked(state)))
            return waiting[0].seq if waiting else 1
        if act == "extend" and name in ("rank", "approved_on", "document"):
            return self._extension(name, str(data.get("clock", "")))
        if name == "due":
            return "2 working days"
        if name == "ground":
            return next(iter(self.procedure.suspend), "")
        if name == "organ":
            return self.organ_of("owner")
        return self.world.values.filled("{notes}", self)

    def _extension(self, name: str, clock: str) -> Datum:
        plan = index_of(self.procedure).plans.get(clock)
        if plan is None or not plan.legs:
            raise Unplayable(f"{self.played.kind}: extend: `{clock}` cannot be extended")
        done = self.state.done if self.state is not None else ()
        used = sum(1 for one in done if one.act == "extend" and one.data.get("clock") == clock)
        legs = [leg for leg, tests in plan.legs if self._applies(tests)]
        leg = legs[min(used, len(legs) - 1)] if legs else plan.legs[0][0]
        if name == "rank":
            return leg.ranks[0]
        if name == "approved_on":
            hours = plan.allowance.by_instant
            return self.at.isoformat() if hours else self.at.date().isoformat()
        return f"延期审批表〔{self.at.year}〕{self.chance.randint(1, 9999)}号"


CHILD_TRIES: Final = 8
ID_TIME_DIGITS: Final = 12
ID_REST_DIGITS: Final = 20
READ_BEFORE: Final = 0.3  # share of acts before which the file was opened
DAY_LENGTH: Final = 10  # of 2026-09-01; longer is an instant


def _asked(state: State) -> str:
    waiting = [one for one in state.requests if one.answered_seq is None]
    return waiting[0].organ if waiting else "owner"


def falls_at(clock: RunningClock, calendar: Calendar) -> datetime | None:
    """The instant at which a clock has run out: a day at its end."""
    if clock.legal is None:
        return None
    if isinstance(clock.legal, datetime):
        return clock.legal
    return datetime.combine(
        clock.legal + timedelta(days=1), datetime.min.time(), calendar.zone
    ) - timedelta(seconds=1)


def played_clean(walk: Walk, course: Course, fault: Fault | None) -> Played:
    """Play a course; without a fault no clock of an organ may have been missed."""
    from haihe.simulation.faults import altered

    steps = course.steps if fault is None else altered(course.steps, fault)
    played = walk.play(course, steps, fault)
    if fault is None:
        check_clean(walk, course)
    else:
        played.beyond = next((one.beyond for one in steps if one.beyond), "")
    return played


def check_clean(walk: Walk, course: Course) -> None:
    """Raise Unplayable if a clock of an organ was missed, or will be because nobody stops it."""
    assert walk.state is not None, "a course has steps"
    for clock in walk.running():
        if clock.whose != "organ":
            continue
        if clock.status in ("late", "overdue"):
            raise Unplayable(f"{course.id}: {clock.id} is {clock.status}")
        if clock.status == "running":
            raise Unplayable(f"{course.id}: nobody stops {clock.id}")
