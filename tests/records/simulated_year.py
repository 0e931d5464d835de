"""A simulated year as steps in the order in which they were recorded, to be taken one by one."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from random import Random
from typing import NamedTuple

from msgspec.structs import replace

from haihe.kernel.values import Command
from haihe.pack import Pack
from haihe.records import write
from haihe.records.answers import Recorded
from haihe.records.database import Connection
from haihe.simulation.book import load_book
from haihe.simulation.city import Simulation
from haihe.simulation.walk import Played

BEGINS = datetime.fromisoformat("2025-07-01T09:00+08:00")  # Tuesday
HOURS = 330 * 24
SEED = 7


class Step(NamedTuple):
    """A command of a matter; `matter` names it by its lot, or by its parent, event and kind."""

    at: datetime
    turn: int
    matter: tuple[object, ...]
    number: int
    command: Command


def steps_of(pack: Pack, lots: int, models: Collection[str]) -> list[Step]:
    """The steps of so many lots over a year, every other one with a fault these models find."""
    simulation = Simulation(pack, load_book(), SEED, faults=True)
    chance = Random(SEED)
    planted = (
        fault
        for fault in simulation.book.faults.values()
        if any(truth.model in models for truth in fault.truth)
    )
    faults = sorted(planted, key=lambda fault: fault.id)
    kinds = sorted(pack.procedures)
    steps: list[Step] = []
    for number in range(lots):
        at = BEGINS + timedelta(hours=chance.randrange(HOURS))
        fault = chance.choice(faults) if number % 2 else None
        kind = fault.kind if fault else chance.choice(kinds)
        for played in simulation.lot(kind, f"year-{number}", at, "", fault):
            steps += _flat(played, ("lot", played.key))
    ordered = sorted(enumerate(steps), key=lambda one: (one[1].at, one[0]))
    return [step._replace(turn=turn) for turn, (_, step) in enumerate(ordered)]


def _flat(played: Played, matter: tuple[object, ...]) -> Iterator[Step]:
    for number, command in enumerate(played.commands):
        if number or matter[0] == "lot":  # what a step opens is opened by that step
            yield Step(played.events[number].recorded_at, 0, matter, number, command)
    for path, child in played.opened.items():
        yield from _flat(child, (matter, int(path.partition(":")[0]) + 1, child.kind))


class Year:
    """Takes steps into a journal; a step that is refused ends the matter's part in the test."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._ids: dict[tuple[object, ...], str | None] = {}

    def take(self, step: Step) -> bool:
        """Carry a step out as of its instant; gives whether it was allowed."""
        matter = self._id(step.matter) if step.number else None
        if step.number and matter is None:
            return False
        command = replace(step.command, matter=matter, key=f"{step.matter}/{step.number}")
        answer = write.submit(command, now=step.at)
        taken = isinstance(answer, Recorded)
        if not step.number:
            self._ids[step.matter] = answer.matter if isinstance(answer, Recorded) else None
        return taken

    def _id(self, matter: tuple[object, ...]) -> str | None:
        if matter not in self._ids and matter[0] != "lot":
            parent, seq, kind = matter
            assert isinstance(parent, tuple)
            rows = self._connection.rows(
                "SELECT matter_id FROM matter WHERE from_matter = ? AND from_seq = ? AND kind = ?",
                (self._id(parent) or "", seq, kind),
            )
            self._ids[matter] = rows[0][0] if rows else None
        return self._ids.get(matter)
