"""A matter as the journal holds it: its events read back, and its rows written from its state."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import replace

from haihe.kernel.fold import advance
from haihe.kernel.procedure import Procedure
from haihe.kernel.reading import concerns_minor
from haihe.kernel.standing import stakes
from haihe.kernel.state import RunningClock, State
from haihe.kernel.values import Actor, Event
from haihe.records.chain import EventRow, encode
from haihe.records.database import Connection, Row
from haihe.records.instants import end_of, restored, stored
from haihe.records.keys import Keyed
from haihe.records.rules import Rules

# The act with which records notes a lawful erasure. It belongs to the journal, not to a procedure:
# it changes no state and no clock.
ERASE = "erase"
MARK_BYTES = 16
NEVER = 2**62  # sorts behind every instant: "no clock of an organ runs"

EVENT_COLUMNS = ", ".join(EventRow._fields)
MATTER_HELD = (
    "matter_id, seq, head, number, code_tag, kind, version, from_matter, from_seq, changed_at, mark"
)
CLOCK_COLUMNS = (
    "matter_id, clock, started_at, stopped_at, nominal, legal, falls_at, official, status, whose"
)

_decode = msgspec.json.decode
_STORED_STATUS = {
    "running": "running",
    "overdue": "running",
    "suspended": "suspended",
    "met": "met",
    "late": "late",
}


class UnknownProcedure(Exception):
    """A matter was opened under a procedure the pack in use does not have."""


class ClockRow(NamedTuple):
    """A row of table clock. It holds nothing that changes while nothing happens."""

    matter_id: str
    clock: str
    started_at: int
    stopped_at: int | None
    nominal: str | None
    legal: str | None
    falls_at: int
    official: bool
    status: str
    whose: str


@dataclass(slots=True)
class Held:
    """A matter in memory: its state, and what its rows hold besides.

    It never changes once it is written; `number` is "" until the batch that opened it is.
    """

    matter: str
    procedure: Procedure
    state: State
    head: bytes
    number: str
    code_tag: bytes
    from_matter: str | None
    from_seq: int | None
    changed_at: int
    clocks: dict[str, ClockRow]
    mark: bytes


def event_of(row: EventRow, zone: tzinfo) -> Event:
    """The event that a row tells."""
    return Event(
        seq=row.seq,
        act=row.act,
        actor=Actor(person=row.person, role=row.role, organ=row.organ),
        happened_at=restored(row.happened_at, zone),
        recorded_at=restored(row.recorded_at, zone),
        data=_decode(row.data),
        sealed=tuple(_decode(row.sealed)),
        kind=row.kind,
        version=None if row.version is None else date.fromisoformat(row.version),
    )


def row_of(matter: str, event: Event, data: str, sealed: str) -> EventRow:
    """The row that tells an event."""
    actor = event.actor
    recorded_at = stored(event.recorded_at)
    at_once = event.happened_at is event.recorded_at
    return EventRow(
        matter,
        event.seq,
        event.act,
        actor.person,
        actor.role,
        actor.organ,
        recorded_at if at_once else stored(event.happened_at),
        recorded_at,
        data,
        sealed,
        event.kind,
        None if event.version is None else event.version.isoformat(),
    )


def after(procedure: Procedure, state: State | None, event: Event) -> State:
    """The state after one more event, also one that is the journal's own."""
    if event.act == ERASE and state is not None:
        return replace(state, seq=event.seq)
    return advance(procedure, state, event)


def folded(procedure: Procedure, events: Iterable[Event]) -> State:
    """The state after a whole history of at least one event."""
    state: State | None = None
    for event in events:
        state = after(procedure, state, event)
    if state is None:
        raise UnknownProcedure("a matter has at least its opening event")
    return state


def history(connection: Connection, matter: str, zone: tzinfo) -> list[Event]:
    """All events of a matter, in order."""
    rows = connection.rows(
        f"SELECT {EVENT_COLUMNS} FROM event WHERE matter_id = ? ORDER BY seq", (matter,)
    )
    return [event_of(EventRow._make(row), zone) for row in rows]


def procedure_of(rules: Rules, kind: str, version: str) -> Procedure:
    """The procedure a matter is governed by; raises UnknownProcedure."""
    procedure = rules.version(kind, date.fromisoformat(version))
    if procedure is None:
        raise UnknownProcedure(
            f"the pack in use has no procedures/{kind}/from-{version}.yaml, nor does "
            f"city/settings.yaml make a version of that day; put back what was there"
        )
    return procedure


def held(connection: Connection, row: Row, rules: Rules) -> Held:
    """A matter read whole; `row` has the columns MATTER_HELD."""
    matter, _, head, number, code_tag, kind, version, from_matter, from_seq, changed_at, mark = row
    procedure = procedure_of(rules, kind, version)
    state = folded(procedure, history(connection, matter, rules.zone))
    rows = connection.rows(f"SELECT {CLOCK_COLUMNS} FROM clock WHERE matter_id = ?", (matter,))
    return Held(
        matter=matter,
        procedure=procedure,
        state=state,
        head=bytes(head),
        number=number,
        code_tag=bytes(code_tag),
        from_matter=from_matter,
        from_seq=from_seq,
        changed_at=changed_at,
        clocks={one[1]: clock_row(one) for one in rows},
        mark=bytes(mark),
    )


def clock_row(row: Row) -> ClockRow:
    """A row of table clock, whatever the database makes of yes and no."""
    made = ClockRow._make(row)
    return made._replace(official=bool(made.official))


def stored_clock(matter: str, clock: RunningClock, zone: tzinfo) -> ClockRow:
    """One clock as a row."""
    nominal = _due_text(clock.nominal, zone)
    return ClockRow(
        matter,
        clock.id,
        stored(clock.started_at),
        None if clock.stopped_at is None else stored(clock.stopped_at),
        nominal,
        nominal if clock.legal is clock.nominal else _due_text(clock.legal, zone),
        NEVER if clock.legal is None else stored(end_of(clock.legal, zone)),
        clock.official,
        _STORED_STATUS[clock.status],
        clock.whose,
    )


def _due_text(due: date | datetime | None, zone: tzinfo) -> str | None:
    if due is None:
        return None
    if isinstance(due, datetime) and due.tzinfo is not zone:
        due = due.astimezone(zone)
    return due.isoformat()


def due_of(text: str | None) -> date | datetime | None:
    """A due date as stored: a day of ten characters, else an instant."""
    if text is None:
        return None
    return date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)


def urgent(rows: Iterable[ClockRow]) -> tuple[int, str | None]:
    """When the most urgent running clock of an organ falls due, and which it is."""
    first: tuple[int, str | None] = (NEVER, None)
    for row in rows:
        if row.status == "running" and row.whose == "organ" and row.falls_at < first[0]:
            first = (row.falls_at, row.clock)
    return first


def matter_row(now: Held) -> tuple[Any, ...]:
    """The row of table matter: the projection of a state, all columns in order."""
    state = now.state
    urgent_at, urgent_clock = urgent(now.clocks.values())
    opened_at = stored(state.opened_at)
    never_moved = state.with_owner_since is state.opened_at
    return (
        now.matter,
        now.number,
        now.code_tag,
        state.kind,
        state.version.isoformat(),
        state.seq,
        now.head,
        state.state,
        state.outcome,
        state.ended,
        state.contested,
        state.suspended_since is not None,
        concerns_minor(state, now.procedure),
        state.owner.organ,
        state.owner.person,
        opened_at,
        opened_at if never_moved else stored(state.with_owner_since),
        now.changed_at,
        urgent_at,
        urgent_clock,
        state.merged_into,
        now.from_matter,
        now.from_seq,
        now.mark,
    )


def stake_rows(now: Held) -> list[tuple[str, str, str, str]]:
    """The rows of table stake: which organs besides the owner have to do with it, and how."""
    found = stakes(now.state, now.procedure)
    return [(now.matter, organ, how, now.number) for organ, how in sorted(found)]


def mark_of(
    matter: str, number: str, from_matter: str | None, from_seq: int | None, keyed: Keyed
) -> bytes:
    """What vouches for the columns that no event tells: the number and where the matter came from.

    Keyed, so that it cannot be made without the key `marks`; 16 bytes, the first its version.
    """
    return keyed.tag(encode((matter, number, from_matter, from_seq)), MARK_BYTES)
