"""Plays a story: every act goes through the one door in, at the time the story tells.

What an act asks and the story does not state is supplied as in the simulated city (by the field's
name and type, so that the rules are kept); what the story states is sent as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from random import Random
from typing import Any, Final

from msgspec.structs import replace

from haihe.kernel.acts import ACTS
from haihe.kernel.clocks import clocks
from haihe.kernel.procedure import Procedure, Step
from haihe.kernel.state import RunningClock, State
from haihe.kernel.values import Actor, Command, Datum, Refused
from haihe.pack import Pack, load_pack
from haihe.pack.cases import day, instant
from haihe.pack.city import load_organs
from haihe.pack.place import city_folder
from haihe.records import files, journal, rules
from haihe.records.database import reading_connection
from haihe.records.simulated import found_bodies
from haihe.simulation.book import By, Taken, load_book
from haihe.simulation.city import Simulation
from haihe.simulation.organs import Area
from haihe.simulation.walk import PUBLIC, Unplayable, Walk
from haihe.stories.doors import Door, RecordsDoor, Told
from haihe.stories.findings import Found, found_by
from haihe.stories.known import code_of
from haihe.stories.pictures import kept_picture
from haihe.stories.telling import Story, Tell, UnusableStory, moments

SEED: Final = 1
NEVER: Final = datetime.min.replace(tzinfo=UTC)
_WHEN: Final = re.compile(r"\d{4}-\d{2}-\d{2} [A-Z][a-z]{2}( \d{2}:\d{2})?")
_OF: Final = " of "


class Broken(Exception):
    """The story cannot go on: an act was refused, or what must exist does not; says what."""


DEMO_MOST: Final = 24  # matters of a sort that a large story tells in a demo


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence as it was told: what happened, and whether it is as the story says.

    `sort`: act, refusal (an act that had to be refused) or holds (an expectation).
    """

    says: str
    at: datetime
    sort: str
    holds: bool
    found: str = ""  # what was found instead
    matter: str = ""  # its name in the story
    by: str = ""


@dataclass(slots=True)
class Placed:
    """A matter of the story: where it lies, and what is known of it."""

    name: str
    id: str
    walk: Walk


class Stage:
    """The city in which stories are told: rules, bodies, words; made once, for all of them."""

    def __init__(self) -> None:
        self.pack: Pack = load_pack()
        known = load_organs(city_folder()).by_name()
        self.simulation = Simulation(self.pack, load_book(), SEED, known=known, faults=False)
        found_bodies(self.simulation.city)

    @cached_property
    def organs(self) -> frozenset[str]:
        """The ids of every body."""
        return frozenset(rules.current().every_organ())

    def area(self, words: str) -> Area:
        """`河西区 马场街道`, or only the district, as an area of the city."""
        city = self.simulation.city
        district, _, street = words.partition(" ")
        try:
            number = city.names.index(district)
            return Area(number, city.streets[number].index(street) if street else 0)
        except ValueError:
            raise UnusableStory(f"there is no place {words}") from None

    @staticmethod
    def article(cite: str) -> str:
        """An article in words, as pages name it."""
        return rules.current().article(cite)

    def organ(self, spec: str, area: Area) -> str:
        """A body by its id, by its sort, or as `station of 南开区 万兴街道`."""
        if spec in self.organs or spec == PUBLIC:
            return spec
        sort, _, place = spec.partition(_OF)
        return self.simulation.city.organ(sort, self.area(place) if place else area)


@dataclass(slots=True)
class Playing:
    """One story on its way."""

    stage: Stage
    story: Story
    run: str  # keeps the keys of one playing apart from those of another
    shift: timedelta = timedelta(0)
    matters: dict[str, Placed] = field(default_factory=dict)
    chance: Random = field(default_factory=lambda: Random(SEED))
    steps: int = 0
    now: datetime = NEVER  # when the sentence is told that is being told
    door: Door = field(default_factory=RecordsDoor)
    in_demo: bool = False  # told among other matters: what is large is told smaller
    smaller: bool = False  # whether it is told with fewer than there were
    until: datetime | None = None  # in a demo: now; nothing may be recorded later
    runs_models: bool = True  # by hand they are not: what they find is no page of the story
    measured: bool = True  # whether what models find is computed
    shown: dict[str, tuple[str, str]] = field(default_factory=dict)  # name: id, kind in words
    hands: dict[str, str] = field(default_factory=dict)  # matter: who of the staff acted last

    def tell(self, judge: Judge) -> Iterator[Line]:
        """Play the story sentence by sentence; `judge` says what does not hold ("" if it does)."""
        for one, told in zip(self.story.tells, moments(self.story, self.stage.pack), strict=True):
            at = self.now = told + self.shift
            if not self.runs_models and one.expect is not None and one.expect.only_models:
                continue
            if one.expect is not None:
                found = judge(self, one, at)
                yield Line(one.says, at, "holds", not found, found, one.in_)
            else:
                yield self._act(one, at)

    def portion(self, largest: int) -> Callable[[int], int]:
        """How many to tell for a number of the story: in a demo so few that none exceeds the most.

        `largest` is the largest number of the story; what there is at all stays at least one.
        """
        share = min(1.0, DEMO_MOST / largest) if self.in_demo else 1.0
        self.smaller = share < 1.0
        return lambda number: max(1, round(number * share)) if number else 0

    def found_by(self, model: str, at: datetime) -> list[Found]:
        """What a model finds as of an instant; nothing where nothing is measured."""
        return found_by(model, at) if self.measured else []

    def person(self, name: str) -> str:
        """The id under which somebody of the story serves."""
        return f"{self.story.story.lower()}-{name}"

    @property
    def area(self) -> Area:
        """Where the story happens."""
        return self.stage.area(self.story.where)

    def organ(self, spec: str) -> str:
        """A body as stories write it."""
        return self.stage.organ(spec, self.area)

    def matter(self, name: str) -> Placed:
        """A matter by its name; UnusableStory if the story has not opened it."""
        try:
            return self.matters[name]
        except KeyError:
            raise UnusableStory(f"{self.story.story}: no matter is called `{name}`") from None

    def state(self, name: str) -> State:
        """The matter as it is now, folded from its journal."""
        placed = self.matter(name)
        events = journal.history(reading_connection(), placed.id, self.stage.pack.zone)
        return journal.folded(placed.walk.procedure, events)

    def states(self, kind: str) -> list[State]:
        """Every matter of a kind there is, of whichever story, as it is now."""
        connection = reading_connection()
        found = []
        for matter, version in connection.rows(
            "SELECT matter_id, version FROM matter WHERE kind = ? ORDER BY matter_id", (kind,)
        ):
            procedure = journal.procedure_of(rules.current(), kind, str(version))
            events = journal.history(connection, str(matter), self.stage.pack.zone)
            found.append(journal.folded(procedure, events))
        return found

    def id_of(self, name: str) -> str:
        """The id of a matter by the name that a line gives; "" if the line has none."""
        placed = self.matters.get(name)
        return placed.id if placed is not None else self.shown.get(name, ("", ""))[0]

    def code(self, name: str) -> str:
        """The code with which a citizen follows the matter."""
        return code_of(self.matter(name).id)

    def personal(self, name: str) -> list[str]:
        """The personal values the story gave: none of them may be on a public page."""
        given, fields = self.matter(name).walk.given, self.matter(name).walk.procedure.fields
        return [
            told
            for field, told in given.items()
            if field in fields and fields[field].personal and isinstance(told, str) and told
        ]

    def clocks(self, name: str, at: datetime) -> list[RunningClock]:
        """Its clocks at an instant."""
        walk = self.matter(name).walk
        return clocks(walk.procedure, self.state(name), self.stage.pack.calendar, at)

    def moment(self, told: str) -> date | datetime:
        """A day or an instant as the story writes it, as late as it is told."""
        pack = self.stage.pack
        return (instant(told, pack) if ":" in told else day(told)) + self.shift

    # ── an act ───────────────────────────────────────────────────────────────────────────────

    def _act(self, one: Tell, at: datetime) -> Line:
        walk = self._walk(one, at)
        try:
            command = self._command(one, walk)
        except Unplayable as error:
            raise Broken(f"{one.do}: {error}") from error
        told = Told(command, walk.procedure, frozenset(one.with_), one.refused)
        answer = self.door.take(told, at)
        if one.refused:
            return self._refused(one, answer, at)
        if isinstance(answer, Refused):
            raise Broken(f"{one.do}: {answer.reason}: {answer.says} {answer.instead}")
        walk.given.update(command.data)
        if command.actor.organ != PUBLIC:
            self.hands[one.in_] = command.actor.person
        if one.open:
            self.matters[one.in_] = Placed(one.in_, answer.matter, walk)
        for name, kind in one.opens.items():
            self._opened(name, kind, one, answer.seq, at)
        return Line(one.says, at, "act", holds=True, matter=one.in_, by=one.by)

    def _refused(self, one: Tell, answer: object, at: datetime) -> Line:
        if not isinstance(answer, Refused):
            return self._told(one, at, "没有被拒绝")
        cited = {self.stage.article(cite) for cite in answer.cites}
        wanted = {self.stage.article(cite) for cite in one.cites}
        quoted = all(cite in cited or cite in answer.says for cite in wanted)
        wrong = answer.reason != one.refused or not quoted
        found = f"{answer.reason}: {answer.says}" if wrong else ""
        return self._told(one, at, found)

    @staticmethod
    def _told(one: Tell, at: datetime, found: str) -> Line:
        """An act that had to be refused: as the story says, or not."""
        return Line(one.says, at, "refusal", not found, found, one.in_, one.by)

    def _walk(self, one: Tell, at: datetime) -> Walk:
        local = at.astimezone(self.stage.pack.zone)
        if one.open:
            if one.in_ in self.matters and not one.refused:
                raise UnusableStory(f"{self.story.story}: `{one.in_}` is opened twice")
            key = f"{self.story.story}/{self.run}/{one.in_}"
            chance = Random(f"{self.story.story}/{one.in_}")
            return Walk(self.stage.simulation.world, one.open, key, self.area, chance, local)
        walk = self.matter(one.in_).walk
        walk.at = local
        walk.state = self.state(one.in_)
        walk.given.update(
            {name: told for name, told in walk.state.fields.items() if told is not None}
        )
        walk.forget_clocks()
        return walk

    def _command(self, one: Tell, walk: Walk) -> Command:
        step = walk.procedure.steps.get(one.do)
        if step is None and one.do not in ACTS:
            raise Broken(f"{walk.procedure.kind} has no act `{one.do}`")
        role = one.as_ or self._role(one, walk, step)
        taken = Taken(act=one.do, role=role, with_=self._stated(one, walk))
        organ = self._organ(one, walk, taken, step, role)
        if one.do == "answer":
            taken = replace(taken, with_=taken.with_ | {"request": self._asked(walk, organ)})
        if one.by and organ != PUBLIC:
            taken = replace(taken, by=By(person=self.person(one.by)))
        person = walk.person = walk.acting_person(taken, step, role, organ)
        actor = Actor(person=person, role=role, organ=organ)
        data = walk.data_for(taken, step, actor)
        self._keep_files(walk.procedure, data)
        self.steps += 1
        return Command(
            key=f"story:{self.story.story}:{self.run}:{self.steps}",
            act=one.do,
            actor=actor,
            matter=None if one.open else self.matter(one.in_).id,
            kind=one.open or None,
            data=data,
        )

    def _role(self, one: Tell, walk: Walk, step: Step | None) -> str:
        """The role of the person that may take the step; else the first that may."""
        person = self.story.people.get(one.by)
        if step is None:
            return person.roles[0] if person is not None and person.roles else walk.owner_role()
        fits = [role for role in step.by if person is not None and role in person.roles]
        return fits[0] if fits else step.by[0]

    def _organ(self, one: Tell, walk: Walk, taken: Taken, step: Step | None, role: str) -> str:
        if one.organ:
            return self.organ(one.organ)
        told = walk.procedure.roles.get(role)
        if told is not None and told.stands == "public":
            return PUBLIC
        if one.by:
            try:
                return self.organ(self.story.people[one.by].organ)
            except KeyError:
                raise UnusableStory(f"{self.story.story}: nobody is `{one.by}`") from None
        return walk.acting_organ(taken, step, role)

    def _stated(self, one: Tell, walk: Walk) -> dict[str, Any]:
        return {name: self.value(walk.procedure, name, told) for name, told in one.with_.items()}

    def value(self, procedure: Procedure, name: str, told: Any) -> Any:
        """A value as the door takes it: bodies by sort, matters by name, days by weekday."""
        asked = procedure.fields.get(name)
        sort = asked.type if asked is not None else ""
        if isinstance(told, str) and told.startswith("@"):
            return self.matter(told[1:]).id
        if isinstance(told, str) and (sort == "organ" or name in ("to_organ", "organ")):
            return self.organ(told)
        if isinstance(told, str) and _WHEN.fullmatch(told):
            return self.moment(told).isoformat()
        if sort == "files" and isinstance(told, list):
            return [kept_picture(str(each)) for each in told]
        return told

    @staticmethod
    def _asked(walk: Walk, organ: str) -> int:
        """The number of the open question to this body."""
        assert walk.state is not None, "nobody answers before a matter is open"
        asked = [one.seq for one in walk.state.requests if one.organ == organ]
        return asked[-1] if asked else 0

    @staticmethod
    def _keep_files(procedure: Procedure, data: dict[str, Datum]) -> None:
        """Files that were supplied become pictures that are there."""
        for name, told in data.items():
            asked = procedure.fields.get(name)
            if asked is not None and asked.type == "files" and isinstance(told, list):
                data[name] = [
                    one if files.kept(one) else kept_picture(f"{name}{number}")
                    for number, one in enumerate(told)
                ]

    def _opened(self, name: str, kind: str, one: Tell, seq: int, at: datetime) -> None:
        """A matter that this act has opened gets its name."""
        found = reading_connection().rows(
            "SELECT matter_id FROM matter WHERE from_matter = ? AND from_seq = ? AND kind = ?"
            " ORDER BY matter_id",
            (self.matter(one.in_).id, seq, kind),
        )
        taken = {placed.id for placed in self.matters.values()}
        ids = [str(row[0]) for row in found if str(row[0]) not in taken]
        if not ids:
            raise Broken(f"{one.do}: opened no {kind}")
        local = at.astimezone(self.stage.pack.zone)
        key = f"{self.story.story}/{self.run}/{name}"
        chance = Random(f"{self.story.story}/{name}")
        child = Walk(self.stage.simulation.world, kind, key, self.area, chance, local)
        parent = self.matter(one.in_).walk.given
        fields = child.procedure.fields
        child.given.update({f: told for f, told in parent.items() if f in fields})
        self.matters[name] = Placed(name, ids[0], child)


Judge = Callable[[Playing, Tell, datetime], str]
