"""The journal as published views: what models see, in Parquet, kept up to the last event.

Events are immutable, so their view grows by segments of the journal's positions; the views of how
things stand now (matter, clock, request, reading) are written anew each time. The folder can be
thrown away at any moment: the next refresh builds it again from the journal. Personal fields never
come here: they are not in the journal's rows; who acted is a keyed pseudonym.
"""

from __future__ import annotations

import hmac
import shutil
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, tzinfo
from itertools import islice
from pathlib import Path
from typing import Any, Final

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from haihe.kernel.allowance import parse_allowance
from haihe.kernel.calendar import Calendar
from haihe.kernel.deadline import due, expires_at
from haihe.kernel.procedure import Procedure
from haihe.kernel.state import Request
from haihe.records import home, journal, keys
from haihe.records.chain import EventRow
from haihe.records.database import Connection, Row, writing
from haihe.records.instants import end_of, restored
from haihe.records.rules import Rules
from haihe.supervision import views
from haihe.supervision.views import Fields, FieldType

EVENTS_A_SEGMENT_MAX: Final = 500_000
SEGMENTS_BEFORE_COMPACTION: Final = 64
PSEUDONYM_DIGITS: Final = 16

_decode = msgspec.json.decode


def folder() -> Path:
    """Where the views of this installation lie."""
    return home.home() / "views"


def refresh(
    connection: Connection, rules: Rules, procedures: Sequence[Procedure], now: datetime
) -> Path:
    """Bring every view up to the journal as it is now; gives their folder.

    One caller at a time (the worker, or a command while it stands still).
    """
    root = folder()
    fields = views.data_fields(procedures)
    _grow_events(connection, rules, root, fields)
    _stand(root, "matter", _matters(connection))
    _stand(root, "clock", _clocks(connection, rules, now))
    _stand(root, "request", _requests(connection, rules, now))
    _stand(root, "reading", _readings(connection))
    return root


# ── events: segments that never change ───────────────────────────────────────────────────────


def _grow_events(connection: Connection, rules: Rules, root: Path, fields: Fields) -> None:
    mirrored = _mirrored(root)
    last = _settled(connection)
    if last < mirrored:  # the journal is another one (restored, emptied): begin again
        shutil.rmtree(root)
        mirrored = 0
    kinds: dict[str, str] = dict(connection.rows("SELECT matter_id, kind FROM matter"))
    rows = connection.stream(
        f"SELECT position, {journal.EVENT_COLUMNS} FROM event"
        " WHERE position > ? AND position <= ? ORDER BY position",
        (mirrored, last),
    )
    person = pseudonym()
    for chunk in _chunks(rows, EVENTS_A_SEGMENT_MAX):
        table = _event_table(chunk, kinds, fields, rules.zone, person)
        views.write_segment(
            root, "event", table, first=mirrored + 1, last=chunk[-1][0], fields=fields
        )
        mirrored = chunk[-1][0]
    _compact(root)


def _mirrored(root: Path) -> int:
    """The last position of the journal that is in the views; 0 for none."""
    found = views.segments(root, "event")
    return int(found[-1].stem.split("-")[1]) if found else 0


def _settled(connection: Connection) -> int:
    """The last position below which no event can still appear.

    PostgreSQL numbers rows before they are committed: a brief lock waits for the writers at work.
    """
    newest = "SELECT coalesce(max(position), 0) FROM event"
    if connection.vendor == "sqlite":
        return int(connection.rows(newest)[0][0])
    with writing(connection):
        connection.run("LOCK TABLE event IN SHARE MODE")
        return int(connection.rows(newest)[0][0])


def _chunks(rows: Iterator[Row], size: int) -> Iterator[list[Row]]:
    while chunk := list(islice(rows, size)):
        yield chunk


def _event_table(
    rows: Sequence[Row],
    kinds: dict[str, str],
    fields: Fields,
    zone: tzinfo,
    person: Callable[[str], str],
) -> pa.Table:
    told = [EventRow._make(row[1:]) for row in rows]
    values: dict[str, list[Any]] = {name: [None] * len(told) for name in fields}
    for place, event in enumerate(told):
        for name, value in _decode(event.data).items():
            if name in values:
                values[name][place] = _datum(value, fields[name])
    happened = [restored(event.happened_at, zone) for event in told]
    columns: dict[str, list[Any]] = {
        "matter_id": [event.matter_id for event in told],
        "seq": [event.seq for event in told],
        "happened_at": [instant.astimezone(UTC).replace(tzinfo=None) for instant in happened],
        "happened_local": [instant.replace(tzinfo=None) for instant in happened],
        "recorded_at": [_utc(event.recorded_at) for event in told],
        "act": [event.act for event in told],
        "role": [event.role for event in told],
        "organ": [event.organ for event in told],
        "person": [person(event.person) for event in told],
        "kind": [kinds[event.matter_id] for event in told],
    }
    return pa.table(columns | values, schema=_ordered("event", columns | values, fields))


def _datum(value: Any, kind: FieldType) -> Any:
    """A value of the journal as its column holds it; instants in UTC without a zone."""
    if value is None or kind in ("yes_no", "integer"):
        return value
    if kind == "number":
        return float(value)
    if kind == "day":
        return date.fromisoformat(value)
    if kind == "instant":
        return datetime.fromisoformat(value).astimezone(UTC).replace(tzinfo=None)
    return msgspec.json.encode(value).decode() if isinstance(value, list) else str(value)


def _compact(root: Path) -> None:
    """Put many small segments into one, so that a sweep opens few files."""
    found = views.segments(root, "event")
    if len(found) <= SEGMENTS_BEFORE_COMPACTION:
        return
    whole = pa.concat_tables([pq.read_table(path) for path in found], promote_options="default")
    base = {column.name for column in views.VIEWS["event"].columns}
    held: dict[str, FieldType] = {
        field.name: _field_type(field.type) for field in whole.schema if field.name not in base
    }
    first, last = int(found[0].stem.split("-")[0]), int(found[-1].stem.split("-")[1])
    for path in found:
        path.unlink()
    views.write_segment(root, "event", whole, first=first, last=last, fields=held)


def _field_type(arrow: pa.DataType) -> FieldType:
    return next(kind for kind, known in views.TYPES.items() if known == arrow)


def pseudonym() -> Callable[[str], str]:
    """What turns a person's id into a word that is always the same and tells nothing."""
    secret = keys.store().derive("pseudonym")
    known: dict[str, str] = {}

    def word(person: str) -> str:
        if person not in known:
            known[person] = hmac.digest(secret, person.encode(), "sha256").hex()[:PSEUDONYM_DIGITS]
        return known[person]

    return word


# ── how things stand now ─────────────────────────────────────────────────────────────────────


def _stand(root: Path, view: str, columns: dict[str, list[Any]]) -> None:
    """Replace a view by these rows (columns by name, of equal length)."""
    for path in views.segments(root, view):
        path.unlink()
    count = len(columns["matter_id"])
    if count:
        table = pa.table(columns, schema=_ordered(view, columns, {}))
        views.write_segment(root, view, table, first=1, last=count)


def _ordered(view: str, columns: dict[str, list[Any]], fields: Fields) -> pa.Schema:
    whole = views.schema(view, fields)
    return pa.schema([whole.field(name) for name in columns])


def _utc(microseconds: int | None) -> datetime | None:
    return None if microseconds is None else restored(microseconds, UTC).replace(tzinfo=None)


def _matters(connection: Connection) -> dict[str, list[Any]]:
    rows = connection.rows(
        "SELECT matter_id, kind, version, opened_at, ended, changed_at, state, outcome,"
        " owner_organ, seq, from_matter, from_seq FROM matter"
    )
    return {
        "matter_id": [row[0] for row in rows],
        "kind": [row[1] for row in rows],
        "version": [date.fromisoformat(row[2]) for row in rows],
        "opened_at": [_utc(row[3]) for row in rows],
        "closed_at": [_utc(row[5]) if row[4] else None for row in rows],
        "state": [row[6] for row in rows],
        "outcome": [row[7] or None for row in rows],
        "organ": [row[8] for row in rows],
        "source": ["journal"] * len(rows),
        "last_seq": [row[9] for row in rows],
        "from_matter": [row[10] for row in rows],
        "from_seq": [row[11] for row in rows],
    }


def _clocks(connection: Connection, rules: Rules, now: datetime) -> dict[str, list[Any]]:
    rows = connection.rows(f"SELECT {journal.CLOCK_COLUMNS} FROM clock")
    begun = {
        (matter, at): seq
        for matter, at, seq in connection.rows(
            "SELECT e.matter_id, e.happened_at, min(e.seq) FROM event e JOIN clock c"
            " ON c.matter_id = e.matter_id AND c.started_at = e.happened_at"
            " GROUP BY e.matter_id, e.happened_at"
        )
    }
    clocks = [journal.clock_row(row) for row in rows]
    as_of = (now - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds() * 1_000_000

    def status(clock: journal.ClockRow) -> str:
        if clock.status == "running":
            return "overdue" if clock.falls_at < as_of else "running"
        return "ended_late" if clock.status == "late" else clock.status

    def ends(text: str | None) -> datetime | None:
        told = journal.due_of(text)
        return None if told is None else _plain(end_of(told, rules.zone))

    return {
        "matter_id": [clock.matter_id for clock in clocks],
        "clock": [clock.clock for clock in clocks],
        "whose": [clock.whose for clock in clocks],
        "started_at": [_utc(clock.started_at) for clock in clocks],
        "nominal_due": [ends(clock.nominal) for clock in clocks],
        "legal_due": [ends(clock.legal) for clock in clocks],
        "official": [clock.official for clock in clocks],
        "stopped_at": [_utc(clock.stopped_at) for clock in clocks],
        "status": [status(clock) for clock in clocks],
        "start_seq": [begun.get((clock.matter_id, clock.started_at), 1) for clock in clocks],
    }


def _requests(connection: Connection, rules: Rules, now: datetime) -> dict[str, list[Any]]:
    asking = connection.rows("SELECT DISTINCT matter_id FROM event WHERE act = 'request'")
    rows: list[tuple[str, Request, datetime | None, datetime | None]] = []
    for (matter,) in asking:
        found = connection.rows(
            f"SELECT {journal.MATTER_HELD} FROM matter WHERE matter_id = ?", (matter,)
        )
        state = journal.held(connection, found[0], rules).state
        answers = {done.seq: done.happened_at for done in state.done if done.act == "answer"}
        rows += [
            (matter, one, _request_due(one, rules.calendar), answers.get(one.answered_seq or 0))
            for one in state.requests
        ]
    return {
        "matter_id": [row[0] for row in rows],
        "seq": [row[1].seq for row in rows],
        "to_organ": [row[1].organ for row in rows],
        "question": [row[1].question for row in rows],
        "due_at": [_plain(row[2]) for row in rows],
        "answer_seq": [row[1].answered_seq for row in rows],
        "answered_at": [_plain(row[3]) for row in rows],
        "status": [_request_status(due_at, answered, now) for _, _, due_at, answered in rows],
    }


def _request_status(due_at: datetime | None, answered: datetime | None, now: datetime) -> str:
    late = due_at is not None and (answered or now) > due_at
    if answered is None:
        return "overdue" if late else "open"
    return "answered_late" if late else "answered"


def _plain(instant: datetime | None) -> datetime | None:
    """An instant as the views hold it: in UTC, without a zone."""
    return None if instant is None else instant.astimezone(UTC).replace(tzinfo=None)


def _request_due(asked: Request, calendar: Calendar) -> datetime | None:
    """The instant after which an unanswered request is late."""
    ending = due(parse_allowance(asked.due), asked.asked_at, calendar, law=None)
    return expires_at(ending, calendar)


def _readings(connection: Connection) -> dict[str, list[Any]]:
    rows = connection.rows(
        "SELECT matter_id, read_at, role, organ, person, purpose FROM reading ORDER BY position"
    )
    person = pseudonym()
    return {
        "matter_id": [row[0] for row in rows],
        "read_at": [_utc(row[1]) for row in rows],
        "role": [row[2] for row in rows],
        "organ": [row[3] for row in rows],
        "person": [person(row[4]) for row in rows],
        "purpose": [row[5] for row in rows],
    }
