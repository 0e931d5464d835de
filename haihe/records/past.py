"""How every matter stood from when to when, so that a page can be made as of any past moment.

Table `stood` has a row an event: the matter's row as it was from then until the next event. It is
made from the journal after the writing, never in it: the worker keeps it up, and a page that needs
it brings it up first. A row once made stays; whoever empties the table has it made anew. What an
act says in words, and names, are not in it.

Findings keep their own spans (table `finding_span`), which haihe.records.findings writes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from haihe.kernel.procedure import Field, Procedure
from haihe.kernel.state import State
from haihe.kernel.values import Event
from haihe.records import journal, rules
from haihe.records.database import IN_MAX, Connection, Row, connect, reading_connection, writing
from haihe.records.instants import stored
from haihe.records.journal import MATTER_HELD, NEVER, ClockRow, Held, procedure_of
from haihe.records.positions import settled
from haihe.records.routing import place_of
from haihe.records.rules import Rules
from haihe.records.staging import all_clocks, clocks_after
from haihe.records.tables import TABLES

MATTERS_AT_ONCE: Final = 200
EVENTS_AT_ONCE: Final = 4_000
ROUNDS_MAX: Final = 1_000_000  # of EVENTS_AT_ONCE each
AREA_DIGITS: Final = 9  # a street
NOTE: Final = "stood"  # the row of table `reached` that says how far this is

COLUMNS: Final = ", ".join(TABLES["stood"].names)
_AT: Final = {name: at for at, name in enumerate(TABLES["stood"].names)}
_MATTER_NAMES: Final = TABLES["matter"].names


def catch_up(rounds: int = ROUNDS_MAX) -> bool:
    """Bring the table up to the journal; False when that takes more rounds than these."""
    reading = reading_connection()
    ((newest,),) = reading.rows("SELECT coalesce(max(position), 0) FROM event")
    if reached(reading) >= newest:
        return True
    connection = connect()
    try:
        return bring_up(connection, rounds)
    finally:
        connection.close()


def bring_up(connection: Connection, rounds: int = ROUNDS_MAX) -> bool:
    """The same on a connection that reads nothing else: EVENTS_AT_ONCE events a round."""
    newest = settled(connection).event
    for _ in range(rounds):
        upto = reached(connection)
        if upto >= newest:
            return True
        _one_round(connection, upto, min(newest, upto + EVENTS_AT_ONCE))
    return reached(connection) >= newest


def reached(connection: Connection) -> int:
    """The position of the journal up to which the table tells everything."""
    rows = connection.rows("SELECT position FROM reached WHERE what = ?", (NOTE,))
    return int(rows[0][0]) if rows else 0


def reaches(connection: Connection, at: datetime) -> bool:
    """Whether the table tells everything that had been recorded by an instant."""
    rows = connection.rows(
        "SELECT 1 FROM event WHERE position > ? AND recorded_at <= ? LIMIT 1",
        (reached(connection), stored(at)),
    )
    return not rows


def _one_round(connection: Connection, after: int, upto: int) -> None:
    rows = connection.rows(
        "SELECT DISTINCT matter_id FROM event WHERE position > ? AND position <= ? "
        "ORDER BY matter_id",
        (after, upto),
    )
    matters = [str(row[0]) for row in rows]
    for start in range(0, len(matters), MATTERS_AT_ONCE):
        with writing(connection):
            tell(connection, matters[start : start + MATTERS_AT_ONCE])
    with writing(connection):
        if reached(connection) < upto:
            connection.replace("reached", [(NOTE, upto)])


def tell(connection: Connection, matters: Sequence[str]) -> None:
    """Add the rows of these matters that are not there yet, and end the last ones that are.

    At most IN_MAX matters, in the transaction of whoever calls.
    """
    assert len(matters) <= IN_MAX
    current = rules.current()
    known = _known(connection, matters)
    held = connection.rows_in(f"SELECT {MATTER_HELD} FROM matter WHERE matter_id", list(matters))
    made: list[Row] = []
    for row in held:
        before = known.get(row[0])
        if before is not None and before[_AT["seq"]] >= row[1]:
            continue
        fresh = _rows_of(connection, current, row, before)
        if before is not None and fresh:
            _end(connection, row[0], fresh[0][_AT["since"]])
        made += fresh
    if made:
        connection.insert("stood", made)


def _end(connection: Connection, matter: str, at: int) -> None:
    connection.run(
        "UPDATE stood SET until = ? WHERE matter_id = ? AND until = ?", (at, matter, NEVER)
    )


def _known(connection: Connection, matters: Sequence[str]) -> dict[str, Row]:
    """The last row of each of these matters that has one."""
    rows = connection.rows_in(f"SELECT {COLUMNS} FROM stood WHERE matter_id", list(matters))
    last: dict[str, Row] = {}
    for row in rows:
        if row[0] not in last or row[1:3] > last[row[0]][1:3]:
            last[row[0]] = row
    return last


def _rows_of(
    connection: Connection, current: Rules, row: Row, before: Row | None
) -> list[tuple[Any, ...]]:
    """The rows of a matter after the last one known, in order; the newest has no end."""
    matter, _, _, number, _, kind, version, *_ = row
    procedure = procedure_of(current, kind, version)
    known = 0 if before is None else int(before[_AT["seq"]])
    place = "" if before is None else str(before[_AT["place"]])
    ended_at = None if before is None else before[_AT["ended_at"]]
    names = [name for name, field in procedure.fields.items() if _tells_place(field)]
    state: State | None = None
    clocks: dict[str, ClockRow] = {}
    made: list[tuple[Any, ...]] = []
    for event in journal.history(connection, matter, current.zone):
        earlier = state
        state = journal.after(procedure, state, event)
        held = _held(matter, procedure, earlier or state, number, stored(event.recorded_at), clocks)
        if earlier is None:
            clocks = all_clocks(current, procedure, state, matter, event.recorded_at)
        else:
            clocks = clocks_after(current, held, state, event)
        if event.seq <= known:
            continue
        place = _place(current, event, names) or place
        if state.ended and ended_at is None:
            ended_at = stored(event.recorded_at)
        if not state.ended:
            ended_at = None
        held.state, held.clocks = state, clocks
        if made:
            made[-1] = (*made[-1][:3], stored(event.recorded_at), *made[-1][4:])
        made.append(_row(current, held, event, ended_at, place))
    return made


def _held(
    matter: str,
    procedure: Procedure,
    state: State,
    number: str,
    changed_at: int,
    clocks: dict[str, ClockRow],
) -> Held:
    return Held(
        matter=matter,
        procedure=procedure,
        state=state,
        head=b"",
        number=number,
        code_tag=b"",
        from_matter=None,
        from_seq=None,
        changed_at=changed_at,
        clocks=clocks,
        mark=b"",
    )


def _row(
    current: Rules, held: Held, event: Event, ended_at: int | None, place: str
) -> tuple[Any, ...]:
    told = dict(zip(_MATTER_NAMES, journal.matter_row(held), strict=True))
    clock = held.clocks.get(told["urgent_clock"] or "")
    organ = told["owner_organ"]
    since = stored(event.recorded_at)
    own = {
        "seq": event.seq,
        "since": since,
        "until": NEVER,
        "changed_at": since,
        "ended_at": ended_at,
        "due": clock.legal if clock else None,
        "due_from": clock.started_at if clock else None,
        "place": place,
        "area": place or _area_of(current, organ, event),
    }
    whole: Mapping[str, Any] = told | own
    return tuple(whole[name] for name in _AT)


def _area_of(current: Rules, organ: str, event: Event) -> str:
    """Where the organ works that has the matter: of a matter that tells no place."""
    known = current.organ_register.known(organ, event.recorded_at.astimezone(current.zone).date())
    return known.area[:AREA_DIGITS] if known is not None else ""


def _tells_place(field: Field) -> bool:
    return field.type == "place" and not (field.personal or field.informant or field.confined)


def _place(current: Rules, event: Event, names: Iterable[str]) -> str:
    """The street or district that the event tells; "" when none is told or it is not sure."""
    day = event.recorded_at.astimezone(current.zone).date()
    for name in ("place", *names):
        value = event.data.get(name)
        if name in names and isinstance(value, str):
            return place_of(current, value, day)[:AREA_DIGITS]
    return ""


def moved(connection: Connection, held: Sequence[Held], now: datetime) -> None:
    """Clocks of these matters were computed anew: from now on they stand differently.

    Called in the transaction that writes them; matters not told yet will be told as they are.
    """
    at = stored(now)
    known = _known(connection, [one.matter for one in held])
    for one in held:
        before = known.get(one.matter)
        if before is None or before[_AT["seq"]] != one.state.seq or before[_AT["since"]] >= at:
            continue
        urgent_at, urgent = journal.urgent(one.clocks.values())
        clock = one.clocks.get(urgent or "")
        fresh = dict(zip(_AT, before, strict=True))
        fresh |= {"since": at, "until": NEVER, "urgent_at": urgent_at, "urgent_clock": urgent}
        fresh |= {
            "due": clock.legal if clock else None,
            "due_from": clock.started_at if clock else None,
        }
        _end(connection, one.matter, at)
        connection.insert("stood", [tuple(fresh.values())])


def differing(connection: Connection) -> list[str]:
    """Matters whose last row here, of the same event, is not what their own row says."""
    compared = ("state", "owner_organ", "ended", "contested", "suspended", "urgent_at", "kind")
    unlike = " OR ".join(f"s.{name} <> m.{name}" for name in compared)
    rows = connection.rows(
        "SELECT s.matter_id FROM stood s JOIN matter m ON m.matter_id = s.matter_id "
        f"WHERE s.until = ? AND s.seq = m.seq AND ({unlike}) ORDER BY s.matter_id LIMIT ?",
        (NEVER, IN_MAX),
    )
    return [str(row[0]) for row in rows]


def wrong(connection: Connection) -> Iterator[tuple[str, str, str]]:
    """What does not belong together, for `haihe verify`: the problem, in words, the matter."""
    for matter in differing(connection):
        yield "stood", "its last row in table stood is not how it stands", matter
    rows = connection.rows(
        "SELECT f.finding_id, f.matter_id FROM finding f WHERE (f.closed_at IS NULL) <> EXISTS "
        "(SELECT 1 FROM finding_span s WHERE s.finding_id = f.finding_id AND s.until = ?) "
        "ORDER BY f.finding_id LIMIT ?",
        (NEVER, IN_MAX),
    )
    for number, matter in rows:
        yield "finding_span", f"finding {number} is open without a span, or the reverse", matter
