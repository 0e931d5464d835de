"""A simulated city as published views, without a journal: for trials, back-tests and benches.

The rows are made by the same code as those of the mirror; only where its matters come from differs.
Pseudonyms are made with a key that everybody knows, for nobody here exists.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Final

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from haihe.kernel.fold import state_of
from haihe.kernel.organs import Organs
from haihe.kernel.values import Datum
from haihe.pack import Pack, load_pack
from haihe.records import journal
from haihe.records.chain import EventRow, data_text
from haihe.records.installed import InstalledRules
from haihe.records.instants import stored
from haihe.records.mirror import organ_rows, reading_rows
from haihe.records.parties import NAMED, PHONES, Party
from haihe.records.rules import Rules
from haihe.records.staging import all_clocks
from haihe.records.told import LocalTime, Told, events_of, joined, table_of, tables_of
from haihe.simulation.book import Book, Fault, load_book
from haihe.simulation.city import Simulation
from haihe.simulation.telling import visible_truths
from haihe.simulation.truth import Planted
from haihe.simulation.walk import Played
from haihe.supervision import views

KNOWN_KEY: Final = b"simulated city"
DIGITS: Final = 16
MATTERS_A_TABLE: Final = 20_000
PROCESSES_MAX: Final = 16
PLANTED: Final = "planted-"
TRUTH_FILE: Final = "truth.parquet"
TRUTH_COLUMNS: Final = pa.schema(
    [
        pa.field("key", pa.string(), nullable=False),
        pa.field("path", pa.string(), nullable=False),
        pa.field("matter_id", pa.string(), nullable=False),
        pa.field("kind", pa.string(), nullable=False),
        pa.field("course", pa.string(), nullable=False),
        pa.field("fault", pa.string(), nullable=False),
        pa.field("model", pa.string(), nullable=False),
        pa.field("cause", pa.string(), nullable=False),
        pa.field("visible_at", pa.timestamp("us"), nullable=False),
        pa.field("gone_at", pa.timestamp("us")),
        pa.field("also", pa.string(), nullable=False),  # models, joined by commas
    ]
)


@dataclass(slots=True)
class Written:
    """How much was written, and what could not be played."""

    matters: int = 0
    events: int = 0
    kinds: dict[str, int] = field(default_factory=dict)
    truths: list[Planted] = field(default_factory=list)
    faults: dict[str, int] = field(default_factory=dict)  # matters planted, by fault
    problems: dict[str, int] = field(default_factory=dict)


class Teller:
    """Turns matters as they were played into what views are made of, as of one instant."""

    def __init__(self, rules: Rules, at: datetime) -> None:
        self.rules = rules
        self.at = at
        self._words: dict[str, str] = {}
        self.local = LocalTime(rules.zone)

    def person(self, person: str) -> str:
        """A word for who acted."""
        return self._word("person", person)

    def _word(self, sort: str, text: str) -> str:
        told = f"{sort}:{text}"
        if told not in self._words:
            mac = hmac.digest(KNOWN_KEY, told.encode(), "sha256")
            self._words[told] = mac.hex()[:DIGITS]
        return self._words[told]

    def told(
        self, played: Played, parent: str | None = None, seq: int | None = None
    ) -> Iterator[Told]:
        """A matter and those it opened, as far as they were recorded by then."""
        events = [one for one in played.events if one.recorded_at <= self.at]
        if not events:
            return
        matter = played.id
        state = state_of(played.procedure, events)
        rows: list[EventRow] = []
        parties: list[Party] = []
        for event in events:
            data = data_text(event.data)
            rows.append(journal.row_of(matter, event, data, ""))
            if event.sealed:
                given = played.commands[event.seq - 1].data
                parties += self._parties(given, event.seq)
        clocks = all_clocks(self.rules, played.procedure, state, matter, self.at)
        yield Told(
            matter=matter,
            procedure=played.procedure,
            events=rows,
            positions=[1] * len(rows),
            data=[event.data for event in events],
            state=state,
            clocks=list(clocks.values()),
            parties=parties,
            readings=[
                (
                    *(matter, stored(one.at), one.role, one.organ, one.person, one.purpose),
                    *("open", "{}"),
                )
                for one in played.readings
                if one.at <= self.at
            ],
            from_matter=parent,
            from_seq=seq,
        )
        for path, child in played.opened.items():
            yield from self.told(child, matter, int(path.partition(":")[0]) + 1)

    def _parties(self, given: dict[str, Datum], seq: int) -> Iterator[Party]:
        for name, value in given.items():
            known_by = "name" if name in NAMED else "phone" if name in PHONES else ""
            if known_by:
                standing = NAMED[name] if name in NAMED else PHONES[name]
                for text in value if isinstance(value, list) else [value]:
                    if isinstance(text, str) and text:
                        yield Party(self._word(known_by, text), standing, known_by, seq)


@dataclass(slots=True)
class _Part:
    """What one process made of one day."""

    tables: dict[str, pa.Table] = field(default_factory=dict)
    events: dict[str, pa.Table] = field(default_factory=dict)
    written: Written = field(default_factory=Written)


_AT_WORK: list[tuple[Simulation, Teller, float]] = []


def write_city(
    folder: Path,
    *,
    until: date,
    days: int,
    scale: float,
    seed: int = 1,
    faults: bool = True,
    plants: int = 0,
    pack: Pack | None = None,
    book: Book | None = None,
    processes: int = 2,
) -> Written:
    """A city's matters of so many days up to the end of `until`, as views in an empty folder.

    `plants` is how many more matters each fault of the catalogue is planted in, so that rare ones
    can be counted too; their keys begin with PLANTED.
    """
    pack = pack or load_pack()
    simulation = Simulation(pack, book or load_book(), seed, faults=faults)
    at = datetime.combine(until + timedelta(days=1), time(0), pack.zone)
    first = until - timedelta(days=days - 1)
    simulation.first, simulation.scale = (first if days else None), scale
    wanted = [first + timedelta(days=number) for number in range(days)]
    _AT_WORK[:] = [(simulation, Teller(InstalledRules(pack), at), scale)]
    tasks: list[_Task] = list(wanted)
    tasks += [(one, plants, until) for one in simulation.book.faults.values() if plants]
    if processes == 1:
        return _gather(folder, map(_task, tasks), pack, simulation, at)
    with get_context("fork").Pool(min(processes, PROCESSES_MAX)) as pool:
        return _gather(folder, pool.imap(_task, tasks), pack, simulation, at)


def write_lots(
    folder: Path, lots: Sequence[Sequence[Played]], simulation: Simulation, at: datetime
) -> Written:
    """These lots as views in an empty folder, as of an instant."""
    teller = Teller(InstalledRules(simulation.pack), at)
    part = _part([list(lot) for lot in lots], simulation, teller)
    return _gather(folder, [part], simulation.pack, simulation, at)


_Task = date | tuple[Fault, int, date]


def _task(task: _Task) -> _Part:
    """The matters of a day, or those that a fault is planted in."""
    return _day(task) if isinstance(task, date) else _planted(*task)


def _planted(fault: Fault, count: int, until: date) -> _Part:
    simulation, teller, _ = _AT_WORK[0]
    simulation.tally.problems.clear()
    if fault.prevented:
        return _part([], simulation, teller)
    name = f"{PLANTED}{fault.id}"
    lots = fault_lots(simulation, fault, fault.kind, "", count, until, name)
    return _part(lots, simulation, teller)


def _day(day: date) -> _Part:
    simulation, teller, scale = _AT_WORK[0]
    simulation.tally.problems.clear()
    lots = [simulation.lot(kind, key, at) for at, kind, key in simulation.openings(day, scale)]
    return _part(lots, simulation, teller)


def _part(lots: list[list[Played]], simulation: Simulation, teller: Teller) -> _Part:
    part = _Part()
    written = part.written
    told: list[Told] = []
    for lot in lots:
        written.truths += visible_truths(simulation, lot, teller.at)
        for played in lot:
            told += teller.told(played)
    for one in told:
        written.matters += 1
        written.events += len(one.events)
        written.kinds[one.state.kind] = written.kinds.get(one.state.kind, 0) + 1
    procedures = [version for all_ in simulation.pack.procedures.values() for version in all_]
    fields = views.data_fields(procedures)
    part.events = events_of(told, teller, fields)
    part.tables = tables_of(told, teller, teller.at, views.data_fields(procedures, "matter"))
    opened = [row for one in told for row in one.readings]
    part.tables["reading"] = table_of("reading", reading_rows(opened, teller.person), {})
    written.problems = dict(simulation.tally.problems)
    return part


def _gather(
    folder: Path, parts: Iterable[_Part], pack: Pack, simulation: Simulation, at: datetime
) -> Written:
    written = Written()
    kept: dict[str, list[pa.Table]] = {}
    events: list[pa.Table] = []
    for part in parts:
        for view, table in part.tables.items():
            kept.setdefault(view, []).append(table)
        events += part.events.values()
        one = part.written
        written.matters += one.matters
        written.events += one.events
        written.truths += one.truths
        for kind, count in one.kinds.items():
            written.kinds[kind] = written.kinds.get(kind, 0) + count
        for problem, count in one.problems.items():
            written.problems[problem] = written.problems.get(problem, 0) + count
    kept["event"] = events
    kept["organ"] = [_organs(simulation, at.date())]
    teller = Teller(InstalledRules(pack), at)
    today = {"at": stored(at), "at_local": teller.local(stored(at))}
    kept["today"] = [table_of("today", [today], {})]
    procedures = [version for all_ in pack.procedures.values() for version in all_]
    for view, tables in kept.items():
        table = joined(view, tables)
        if table.num_rows:
            of = "matter" if view == "matter" else "event"
            known = views.data_fields(procedures, of) if views.VIEWS[view].fields else {}
            fields = {name: known[name] for name in table.column_names if name in known}
            views.write_segment(folder, view, table, first=1, last=table.num_rows, fields=fields)
    for planted in filter(lambda one: one.model, written.truths):
        written.faults[planted.fault] = written.faults.get(planted.fault, 0) + 1
    write_truth(folder / TRUTH_FILE, written.truths)
    return written


def _organs(simulation: Simulation, day: date) -> pa.Table:
    return table_of("organ", list(organ_rows(Organs(simulation.city.everything()), day)), {})


def write_truth(path: Path, truths: Sequence[Planted]) -> None:
    """The truths as Parquet."""
    rows = [
        {
            **msgspec.structs.asdict(one),
            "also": ",".join(one.also),
            "visible_at": stored(one.visible_at),
            "gone_at": None if one.gone_at is None else stored(one.gone_at),
        }
        for one in truths
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    table = pa.table(
        {
            column.name: pa.array([row[column.name] for row in rows], column.type)
            for column in TRUTH_COLUMNS
        },
        schema=TRUTH_COLUMNS,
    )
    pq.write_table(table, path)


def fault_lots(
    simulation: Simulation,
    fault: Fault | None,
    kind: str,
    course: str,
    count: int,
    until: date,
    name: str = "trial",
) -> list[list[Played]]:
    """So many lots with one fault (or clean ones of a kind and course), for a trial."""
    lots: list[list[Played]] = []
    for number in range(count):
        day = until - timedelta(days=30 + (number * 11) % 240)
        at = datetime.combine(
            day, time(8 + number % 9, number * 7 % 60, number % 60), simulation.pack.zone
        )
        lot = simulation.lot(kind, f"{name}-{kind}-{number}", at, course, fault)
        if lot:
            lots.append(lot)
    return lots
