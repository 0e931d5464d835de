"""Matters read back from the journal as the published views tell them, now or as of a past day."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Any, Final, Protocol

import msgspec
import pyarrow as pa

from haihe.kernel.acts import PUT_RIGHT
from haihe.kernel.allowance import parse_allowance
from haihe.kernel.calendar import Calendar
from haihe.kernel.correction import SEPARATOR
from haihe.kernel.deadline import due, expires_at
from haihe.kernel.fold import ends_matter
from haihe.kernel.procedure import Procedure
from haihe.kernel.state import Request, State
from haihe.kernel.values import Data
from haihe.records import journal, keys
from haihe.records.chain import EventRow
from haihe.records.database import IN_MAX, Connection
from haihe.records.instants import end_of, restored, stored
from haihe.records.parties import Party, Words, parties_of
from haihe.records.reading import SEEN_SQL, TOLD_COLUMNS
from haihe.records.rules import Rules
from haihe.records.staging import all_clocks, rule_of
from haihe.supervision import views
from haihe.supervision.views import Fields, FieldType

PSEUDONYM_DIGITS: Final = 16
QUARTER: Final = 15 * 60 * 1_000_000  # microseconds
OF_MATTERS: Final = ("matter", "clock", "request", "evidence", "rating", "party")
RATING: Final = "service_rating"  # the kind of which every matter is one rating (docs/ratings.md)
SCORE: Final = "score"  # 5 best to 1 worst

_decode = msgspec.json.decode


@dataclass(slots=True)
class Told:
    """A matter as of an instant: its events so far, what they make of it, clocks and parties."""

    matter: str
    procedure: Procedure
    events: list[EventRow]
    positions: list[int]
    data: list[Data]
    state: State
    clocks: list[journal.ClockRow]
    parties: list[Party]
    from_matter: str | None
    from_seq: int | None
    readings: list[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Moment:
    """Up to where the journal is told: an instant; and a position, or what was recorded by then.

    `imported` counts what came in bulk from when it happened, for it was all recorded at once.
    """

    at: datetime
    position: int | None = None
    past: bool = False
    imported: bool = False

    def holds(self, position: int, event: EventRow) -> bool:
        """Whether an event is told."""
        if self.position is not None and position > self.position:
            return False
        if not self.past:
            return True
        return (event.happened_at if self.imported else event.recorded_at) <= stored(self.at)


class Wording(Protocol):
    """What rows need besides the matters: the rules, the local time, a word for who acted."""

    @property
    def rules(self) -> Rules:
        """Zone and calendar."""

    @property
    def person(self) -> Callable[[str], str]:
        """Gives the pseudonym of a person."""

    @property
    def local(self) -> Callable[[int], int]:
        """Gives an instant (microseconds since 1970) on the clocks of the zone."""


class LocalTime:
    """Instants on the clocks of a zone; offsets change on the quarter of an hour."""

    def __init__(self, zone: tzinfo) -> None:
        self._zone = zone
        self._offsets: dict[int, int] = {}

    def __call__(self, microseconds: int) -> int:
        """The same moment, in local microseconds since 1970."""
        quarter = microseconds // QUARTER
        if quarter not in self._offsets:
            offset = restored(microseconds, self._zone).utcoffset() or timedelta()
            self._offsets[quarter] = offset // timedelta(microseconds=1)
        return microseconds + self._offsets[quarter]


class Reader:
    """Reads matters in batches; it keeps the words of persons while it lives."""

    def __init__(self, connection: Connection, rules: Rules) -> None:
        self.connection = connection
        self.rules = rules
        self.words = Words()
        self.person = pseudonym()
        self.local = LocalTime(rules.zone)

    def told(self, matters: Sequence[str], moment: Moment) -> Iterator[Told]:
        """These matters, those without an event by then left out."""
        for start in range(0, len(matters), IN_MAX):
            yield from self._batch(matters[start : start + IN_MAX], moment)

    def _batch(self, matters: Sequence[str], moment: Moment) -> Iterator[Told]:
        ask = self.connection.rows_in
        heads = ask(
            "SELECT matter_id, seq, kind, version, from_matter, from_seq FROM matter"
            " WHERE matter_id",
            matters,
            "ORDER BY matter_id",
        )
        events: dict[str, list[tuple[int, EventRow]]] = {}
        for numbered in ask(
            f"SELECT position, {journal.EVENT_COLUMNS} FROM event WHERE matter_id",
            matters,
            "ORDER BY matter_id, seq",
        ):
            position, event = numbered[0], EventRow._make(numbered[1:])
            if moment.holds(position, event):
                events.setdefault(event.matter_id, []).append((position, event))
        clocks: dict[str, list[journal.ClockRow]] = {}
        if not moment.past:
            columns = journal.CLOCK_COLUMNS
            for row in ask(f"SELECT {columns} FROM clock WHERE matter_id", matters):
                clocks.setdefault(row[0], []).append(journal.clock_row(row))
        readings: dict[str, list[tuple[Any, ...]]] = {}
        for row in ask(
            f"SELECT {TOLD_COLUMNS} FROM reading WHERE {SEEN_SQL} AND chain",
            matters,
            "ORDER BY chain, seq",
        ):
            if not moment.past or row[1] <= stored(moment.at):
                readings.setdefault(row[0], []).append(row)
        parties = parties_of(self.connection, matters, self.words)
        for matter, seq, kind, version, from_matter, from_seq in heads:
            held = events.get(matter)
            if not held:
                continue
            procedure = journal.procedure_of(self.rules, kind, version)
            rows = [event for _, event in held]
            state = journal.folded(
                procedure, [journal.event_of(row, self.rules.zone) for row in rows]
            )
            as_now = not moment.past and state.seq == seq
            yield Told(
                matter=matter,
                procedure=procedure,
                events=rows,
                positions=[position for position, _ in held],
                data=_as_put_right(rows),
                state=state,
                clocks=(
                    clocks.get(matter, [])
                    if as_now
                    else self._clocks(matter, procedure, state, moment)
                ),
                parties=[one for one in parties.get(matter, ()) if one.seq <= state.seq],
                from_matter=from_matter,
                from_seq=from_seq,
                readings=readings.get(matter, []),
            )

    def _clocks(
        self, matter: str, procedure: Procedure, state: State, moment: Moment
    ) -> list[journal.ClockRow]:
        at = moment.at.astimezone(self.rules.zone)
        return list(all_clocks(self.rules, procedure, state, matter, at).values())


def _as_put_right(events: Sequence[EventRow]) -> list[Data]:
    """What each event says, with its items as they were put right later."""
    told: list[Data] = [_decode(one.data) for one in events]
    for one, said in zip(events, list(told), strict=True):
        if one.act == PUT_RIGHT:
            name = str(said["item"]).partition(SEPARATOR)[2]
            place = next(n for n, other in enumerate(events) if other.seq == said["record"])
            told[place] = {**told[place], name: said["now_reads"]}
    return told


def is_put_right(one: Told, after: int) -> bool:
    """Whether an item of an event was put right beyond a position up to which rows were made."""
    return after > 0 and any(
        position > after and event.act == PUT_RIGHT
        for position, event in zip(one.positions, one.events, strict=True)
    )


def pseudonym() -> Callable[[str], str]:
    """What turns a person's id into a word that is always the same and tells nothing."""
    secret = keys.store().key("pseudonyms").secret("pseudonym")
    known: dict[str, str] = {}

    def word(person: str) -> str:
        if person not in known:
            known[person] = hmac.digest(secret, person.encode(), "sha256").hex()[:PSEUDONYM_DIGITS]
        return known[person]

    return word


# ── rows of the views ────────────────────────────────────────────────────────────────────────


def tables_of(
    told: Iterable[Told], wording: Wording, at: datetime, matter_fields: Fields
) -> dict[str, pa.Table]:
    """The rows of these matters in every view of OF_MATTERS."""
    rules = wording.rules
    gathered: dict[str, list[dict[str, Any]]] = {view: [] for view in OF_MATTERS}
    by_kind: dict[str, list[dict[str, Any]]] = {}
    for one in told:
        by_kind.setdefault(one.state.kind, []).append(_matter(one, matter_fields))
        gathered["clock"] += _clocks(one, rules.zone, stored(at))
        gathered["request"] += _requests(one, rules.calendar, at)
        gathered["evidence"] += _evidence(one)
        gathered["rating"] += _ratings(one)
        gathered["party"] += [{"matter_id": one.matter, **party._asdict()} for party in one.parties]
    tables = {view: table_of(view, rows, {}) for view, rows in gathered.items() if view != "matter"}
    tables["matter"] = joined(
        "matter", [table_of("matter", rows, matter_fields) for rows in by_kind.values()]
    )
    return tables


def events_of(
    told: Iterable[Told], wording: Wording, fields: Fields, after: int = 0
) -> dict[str, pa.Table]:
    """The events of these matters beyond a position, by kind, those of a matter in their order."""
    by_kind: dict[str, list[dict[str, Any]]] = {}
    for one in told:
        rows = by_kind.setdefault(one.state.kind, [])
        for position, event, data in zip(one.positions, one.events, one.data, strict=True):
            if position > after:
                rows.append(_event(event, data, one.state.kind, wording, fields))
    return {kind: table_of("event", rows, fields) for kind, rows in by_kind.items() if rows}


def table_of(view: str, rows: Sequence[Mapping[str, Any]], fields: Fields) -> pa.Table:
    """Rows as a table: the base columns, and those data fields that some row says."""
    said: dict[str, list[Any]] = {}
    for place, row in enumerate(rows):
        for name, value in row.items():
            if name not in said:
                said[name] = [None] * len(rows)
            said[name][place] = value
    columns = views.schema(view, {name: fields[name] for name in fields if name in said})
    return pa.table(
        [
            pa.array(said[one.name], one.type)
            if one.name in said
            else pa.nulls(len(rows), one.type)
            for one in columns
        ],
        schema=columns,
    )


def joined(view: str, tables: Sequence[pa.Table]) -> pa.Table:
    """Tables of one view as one; what one lacks is empty there."""
    if not tables:
        return views.schema(view).empty_table()
    return pa.concat_tables(tables, promote_options="default").combine_chunks()


def _event(
    event: EventRow, data: Data, kind: str, wording: Wording, fields: Fields
) -> dict[str, Any]:
    told = {
        name: datum(value, fields[name])
        for name, value in data.items()
        if value is not None and name in fields
    }
    return {
        **told,
        "matter_id": event.matter_id,
        "seq": event.seq,
        "happened_at": event.happened_at,
        "happened_local": wording.local(event.happened_at),
        "recorded_at": event.recorded_at,
        "act": event.act,
        "role": event.role,
        "organ": event.organ,
        "person": wording.person(event.person),
        "kind": kind,
    }


def _matter(one: Told, fields: Fields) -> dict[str, Any]:
    state = one.state
    told = {
        name: datum(value, fields[name])
        for name, value in state.fields.items()
        if value is not None and name in fields
    }
    return {
        **told,
        "matter_id": one.matter,
        "kind": state.kind,
        "version": state.version,
        "opened_at": _plain(state.opened_at),
        "closed_at": _plain(_ended_at(one)),
        "state": state.state,
        "outcome": state.outcome or None,
        "organ": state.owner.organ,
        "place": place_of(one),
        "source": "journal",
        "last_seq": state.seq,
        "from_matter": one.from_matter,
        "from_seq": one.from_seq,
        "merged_into": state.merged_into,
        "organ_since": _plain(state.with_owner_since),
        "contested": state.contested,
        "suspended": state.suspended_since is not None,
    }


def _ended_at(one: Told) -> datetime | None:
    """When the act happened that ended it; None while it runs."""
    if not one.state.ended:
        return None
    ending = [done for done in one.state.done if ends_matter(one.procedure, done.act)]
    return ending[-1].happened_at if ending else None


def place_of(one: Told) -> str | None:
    """Where it happened, in the words of the form: the last value of a field of type place."""
    fields = one.procedure.fields
    for name in ("place", *fields):
        value = one.state.fields.get(name)
        if name in fields and fields[name].type == "place" and isinstance(value, str):
            return value
    return None


def _clocks(one: Told, zone: tzinfo, at: int) -> list[dict[str, Any]]:
    return [
        {
            "matter_id": one.matter,
            "clock": clock.clock,
            "rule": rule_of(clock.clock),
            "whose": clock.whose,
            "started_at": clock.started_at,
            "nominal_due": _end(clock.nominal, zone),
            "legal_due": _end(clock.legal, zone),
            "official": clock.official,
            "stopped_at": clock.stopped_at,
            "status": _clock_status(clock, at),
            "extended": _extended(one, clock.clock),
            "start_seq": _start_seq(one, clock),
            "stop_seq": _stop_seq(one, clock),
        }
        for clock in sorted(one.clocks, key=lambda clock: clock.clock)
    ]


def _clock_status(clock: journal.ClockRow, at: int) -> str:
    if clock.status == "running":
        return "overdue" if clock.falls_at < at else "running"
    return "ended_late" if clock.status == "late" else clock.status


def _extended(one: Told, clock: str) -> int:
    named = (clock, rule_of(clock))
    return sum(done.act == "extend" and done.data.get("clock") in named for done in one.state.done)


def _start_seq(one: Told, clock: journal.ClockRow) -> int:
    """The event that started a clock: that of its instant; the opening where a field says when."""
    rule = one.procedure.clocks[rule_of(clock.clock)]
    acts = {*rule.starts, *rule.restarts}
    same = [event for event in one.events if event.happened_at == clock.started_at]
    starting = [event.seq for event in same if event.act in acts] or [event.seq for event in same]
    if starting:
        return starting[0]
    return max((event.seq for event in one.events if event.act in acts), default=1)


def _stop_seq(one: Told, clock: journal.ClockRow) -> int | None:
    if clock.stopped_at is None:
        return None
    stops = one.procedure.clocks[rule_of(clock.clock)].stops
    same = [event for event in one.events if event.happened_at == clock.stopped_at]
    stopping = [event.seq for event in same if event.act in stops] or [event.seq for event in same]
    return stopping[-1] if stopping else None


def _requests(one: Told, calendar: Calendar, at: datetime) -> list[dict[str, Any]]:
    answers = {done.seq: done.happened_at for done in one.state.done if done.act == "answer"}
    rows = []
    for asked in one.state.requests:
        answered = answers.get(asked.answered_seq or 0)
        due_at = request_due(asked, calendar)
        rows.append(
            {
                "matter_id": one.matter,
                "seq": asked.seq,
                "to_organ": asked.organ,
                "question": asked.question,
                "due_at": _plain(due_at),
                "answer_seq": asked.answered_seq,
                "answered_at": _plain(answered),
                "status": _request_status(due_at, answered, at),
            }
        )
    return rows


def _request_status(due_at: datetime | None, answered: datetime | None, at: datetime) -> str:
    late = due_at is not None and (answered or at) > due_at
    if answered is None:
        return "overdue" if late else "open"
    return "answered_late" if late else "answered"


def request_due(asked: Request, calendar: Calendar) -> datetime | None:
    """The instant after which an unanswered request is late."""
    ending = due(parse_allowance(asked.due), asked.asked_at, calendar, law=None)
    return expires_at(ending, calendar)


def _evidence(one: Told) -> list[dict[str, Any]]:
    fields = one.procedure.fields
    return [
        {"matter_id": one.matter, "seq": event.seq, "digest": digest, "sort": name}
        for event, data in zip(one.events, one.data, strict=True)
        for name, value in data.items()
        if name in fields and fields[name].type == "files" and isinstance(value, list)
        for digest in value
    ]


def _ratings(one: Told) -> list[dict[str, Any]]:
    """The rating that a matter of kind RATING is; a score in any other matter is none."""
    if one.state.kind != RATING:
        return []
    return [
        {
            "matter_id": one.matter,
            "seq": event.seq,
            "stars": data[SCORE],
            "organ": one.state.fields.get("rated_organ"),
            "rated_at": event.happened_at,
        }
        for event, data in zip(one.events, one.data, strict=True)
        if isinstance(data.get(SCORE), int)
    ]


def datum(value: Any, kind: FieldType) -> Any:
    """A value of the journal as its column holds it; instants are microseconds in UTC."""
    if kind in ("yes_no", "integer"):
        return value
    if kind == "number":
        return float(value)
    if kind == "day":
        return date.fromisoformat(value)
    if kind == "instant":
        return stored(datetime.fromisoformat(value))
    return msgspec.json.encode(value).decode() if isinstance(value, list) else str(value)


def _end(text: str | None, zone: tzinfo) -> int | None:
    told = journal.due_of(text)
    return None if told is None else _plain(end_of(told, zone))


def _plain(instant: datetime | None) -> int | None:
    """An instant as the views hold it: microseconds in UTC."""
    return None if instant is None else stored(instant)
