"""Many matters at once: one is played by the rules, the others are told like it at other times."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

from msgspec.structs import replace

from haihe.kernel.chronicle import Chronicle
from haihe.kernel.values import Data
from haihe.records import write
from haihe.records.database import IN_MAX, Row, reading_connection
from haihe.simulation.book import Course, Taken
from haihe.simulation.telling import chronicle_of
from haihe.simulation.walk import Played, Unplayable, Walk, id_of
from haihe.stories.playing import Broken, Line, Playing

MATTERS_MAX: Final = 100_000
SHOWN_MAX: Final = 3
FAR: Final = timedelta(days=3650)
Steps = Sequence[Mapping[str, Any]]
Vary = Callable[[int], Mapping[str, Data]]  # number -> act -> values that differ


@dataclass(slots=True)
class Crowd:
    """Histories that are to be taken in, and the ids their matters get."""

    playing: Playing
    histories: list[Chronicle] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)

    def add(self, played: Played) -> None:
        """One matter as it was played."""
        told = chronicle_of(played, played.events[-1].recorded_at + FAR)
        assert told is not None, "it has been opened"
        self._add(told)
        self._show(played, played.id)

    def like(
        self, played: Played, count: int, every: timedelta, vary: Vary = lambda _: {}
    ) -> list[str]:
        """So many matters like one that was played, each `every` later; gives their ids."""
        assert len(self.ids) + count <= MATTERS_MAX
        opened = played.events[0].recorded_at
        first = len(self.ids)
        for number in range(count):
            later = every * number
            differs = vary(number)
            key = f"{played.key}/{number}"
            commands = tuple(
                replace(
                    one,
                    key=key if one.key else "",
                    data={**one.data, **differs.get(one.act, {})},
                    happened_at=None if one.happened_at is None else one.happened_at + later,
                )
                for one in played.commands
            )
            recorded = tuple(event.recorded_at + later for event in played.events)
            matter = id_of(key, opened + later)
            self._add(Chronicle(commands=commands, recorded=recorded, matter=matter))
        if count:
            self._show(played, self.ids[first])
        return self.ids[first:]

    def _show(self, played: Played, matter: str) -> None:
        """The first of each sort can be opened where the story is shown."""
        shown = self.playing.shown
        if len(shown) < SHOWN_MAX:
            shown[played.key.rpartition("/")[2]] = (matter, played.procedure.name)

    def _add(self, told: Chronicle) -> None:
        self.histories.append(told)
        self.ids.append(told.matter)

    def take_in(self) -> int:
        """Through the bulk door, in the order of opening; gives how many matters; may be Broken."""
        self.histories.sort(key=lambda one: one.recorded[0])
        last = max(one.recorded[-1] for one in self.histories)
        matters = 0
        for taken in write.submit_many(self.histories, now=last + FAR):
            for one in taken.refused:
                raise Broken(f"{one.key}: {one.refused.says} {one.refused.instead}")
            matters += taken.matters
        self.histories.clear()
        return matters


def played(playing: Playing, kind: str, name: str, at: datetime, steps: Steps) -> Played:
    """One matter played by the rules; a step has `do`, and where needed after, with, organ, as."""
    local = at.astimezone(playing.stage.pack.zone)
    key = f"{playing.story.story}/{playing.run}/{name}"
    chance = Random(f"{playing.story.story}/{name}")
    walk = Walk(playing.stage.simulation.world, kind, key, playing.area, chance, local)
    taken = tuple(_taken(one) for one in steps)
    try:
        return walk.play(Course(id="told", steps=taken), taken)
    except Unplayable as error:
        raise Broken(str(error)) from error


def _taken(told: Mapping[str, Any]) -> Taken:
    return Taken(
        act=told["do"],
        role=told.get("as", ""),
        after=told.get("after", ""),
        with_=told.get("with", {}),
        organ=told.get("organ", ""),
        beyond=told.get("beyond", ""),
    )


def holds(says: str, at: datetime, problem: str) -> Line:
    """A sentence that holds if there is no problem."""
    return Line(says, at, "holds", not problem, problem)


def equal(says: str, at: datetime, found: object, wanted: object) -> Line:
    """A sentence that holds if a figure is what it must be."""
    return holds(says, at, "" if found == wanted else f"应为{wanted}，实为{found}")


def among(found: Iterable[str], ids: Iterable[str]) -> set[str]:
    """Those of the story's matters that were found."""
    return set(found) & set(ids)


def rows_of(sql: str, ids: Sequence[str]) -> list[Row]:
    """The rows of a query that ends with the column in which these matters are named."""
    connection = reading_connection()
    found: list[Row] = []
    for first in range(0, len(ids), IN_MAX):
        found += connection.rows_in(sql, list(ids[first : first + IN_MAX]))
    return found


def count(sql: str, ids: list[str]) -> int:
    """How many of these matters a condition on the matter's row holds for."""
    rows = rows_of(f"SELECT matter_id FROM matter WHERE {sql} matter_id", ids)
    return len(rows)
