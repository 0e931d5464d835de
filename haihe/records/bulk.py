"""Bulk intake: whole matters with their times, through the same rules as one step at a time.

Each history is decided and folded by the kernel exactly as `submit` does it; what differs is how
rows are written (COPY, executemany, thousands a COMMIT), that clocks are computed once at the end
of a history, that one key stands for the whole of it, and that nothing is announced. A history with
a step that may not be is refused whole, with its reason, and the others go on. Steps that open
other matters or name other matters take the ordinary way inside the same transaction.
"""

from __future__ import annotations

import hmac
import multiprocessing
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from multiprocessing.pool import AsyncResult, Pool
from typing import Final

from msgspec.structs import replace

from haihe.kernel.decide import decide
from haihe.kernel.handover import handovers
from haihe.kernel.procedure import Procedure
from haihe.kernel.state import State
from haihe.kernel.values import Command, Event, Refused
from haihe.records import answers, keys
from haihe.records.chain import (
    GENESIS,
    canonical_event,
    data_text,
    digests_text,
    encode_sorted,
)
from haihe.records.codes import code_tag, follow_code, number_prefix, number_text
from haihe.records.database import IN_MAX, Connection, Query, Row, connect
from haihe.records.instants import stored
from haihe.records.journal import Held, after, mark_of, matter_row, row_of
from haihe.records.sealing import MatterKey, new_key, seal_all
from haihe.records.staging import Batch, Means, all_clocks, unusable_ids
from haihe.records.writer import KNOWN_KEYS, means, number, rows_of, take_numbers

HISTORIES_A_CHUNK: Final = IN_MAX
EVENTS_A_HISTORY_MAX: Final = 10_000
WORKERS_MAX: Final = 64
CHUNKS_AHEAD: Final = 2  # chunks a worker that are decided or wait to be written

History = Sequence[Command]


@dataclass(frozen=True, slots=True)
class RefusedHistory:
    """A history that was not taken: the key of its opening, which command, and why."""

    key: str
    command: int
    refused: Refused


@dataclass(slots=True)
class Taken:
    """What one COMMIT took; `known` histories had been taken before."""

    matters: int = 0
    events: int = 0
    known: int = 0
    refused: list[RefusedHistory] = field(default_factory=list)


@dataclass(slots=True)
class Prepared:
    """A history that is allowed, as rows; number and mark of the matter are still to be given."""

    key: str
    digest: bytes
    prefix: str
    year: int
    matter: Row
    events: list[Row]
    clocks: list[Row]
    personal: list[Row]
    matter_key: Row | None


def submit_many(
    histories: Iterable[History], *, now: datetime | None = None, workers: int = 1
) -> Iterator[Taken]:
    """Take whole matters in; yields after each COMMIT what it took.

    A history is its opening command and the further commands of the same matter, in order; their
    `matter` stays None and each has its `happened_at`. The key of the opening makes the history
    idempotent. `workers` processes decide and seal beside this one, which writes.
    """
    if not 1 <= workers <= WORKERS_MAX:
        raise ValueError(f"workers must lie between 1 and {WORKERS_MAX}")
    at = now or datetime.now(UTC)
    connection = connect()
    try:
        with _preparing(workers) as prepare:
            for chunk, outcomes in prepare(_chunks(histories), at):
                yield _written(connection, chunk, outcomes, at)
    finally:
        connection.close()


def _chunks(histories: Iterable[History]) -> Iterator[list[History]]:
    rest = iter(histories)
    while chunk := list(islice(rest, HISTORIES_A_CHUNK)):
        yield chunk


Outcome = Prepared | RefusedHistory | None  # None: this one takes the ordinary way
Preparing = Callable[
    [Iterator[list[History]], datetime], Iterator[tuple[list[History], list[Outcome]]]
]


@contextmanager
def _preparing(workers: int) -> Iterator[Preparing]:
    """What turns chunks into rows: in this process, or in others beside it."""
    if workers == 1:
        yield _prepared_here
        return
    means()  # loaded once, before the processes part
    with multiprocessing.get_context("fork").Pool(workers) as pool:
        yield lambda chunks, now: _prepared_by(pool, workers, chunks, now)


def _prepared_here(
    chunks: Iterator[list[History]], now: datetime
) -> Iterator[tuple[list[History], list[Outcome]]]:
    for chunk in chunks:
        yield chunk, _prepare_chunk(chunk, now)


def _prepared_by(
    pool: Pool, workers: int, chunks: Iterator[list[History]], now: datetime
) -> Iterator[tuple[list[History], list[Outcome]]]:
    """In order, with at most CHUNKS_AHEAD chunks a worker in memory."""
    waiting: deque[tuple[list[History], AsyncResult[list[Outcome]]]] = deque()
    for chunk in chunks:
        waiting.append((chunk, pool.apply_async(_prepare_chunk, (chunk, now))))
        if len(waiting) > workers * CHUNKS_AHEAD:
            first, outcomes = waiting.popleft()
            yield first, outcomes.get()
    for first, outcomes in waiting:
        yield first, outcomes.get()


def _prepare_chunk(chunk: list[History], now: datetime) -> list[Outcome]:
    use = means()
    zone_now = now.astimezone(use.rules.zone)
    return [_prepare(use, history, zone_now) for history in chunk]


def _prepare(use: Means, history: History, now: datetime) -> Outcome:
    """Decide a history from its opening on; nothing is written."""
    opening = history[0] if history else None
    if opening is None or len(history) > EVENTS_A_HISTORY_MAX:
        refused = answers.unusable(
            "commands", f"一份历史应有1至{EVENTS_A_HISTORY_MAX}步。", "请拆分或者补全后再导入。"
        )
        return RefusedHistory(opening.key if opening else "", 0, refused)
    for place, command in enumerate(history):
        wrong = unusable_ids(replace(command, key=command.key or opening.key))
        if wrong is not None:
            return RefusedHistory(opening.key, place, wrong)
    day = (opening.happened_at or now).astimezone(use.rules.zone).date()
    procedure = use.rules.governing(opening.kind or "", day)
    if procedure is None:
        return RefusedHistory(opening.key, 0, answers.unknown_kind(opening.kind))
    if any(_names_a_matter(procedure, command) for command in history):
        return None
    try:
        return _decided(use, procedure, history, now)
    except _Refusing as refusing:
        return RefusedHistory(opening.key, refusing.command, refusing.refused)


class _Refusing(Exception):
    """Leaves a history at the command that is refused."""

    def __init__(self, command: int, refused: Refused) -> None:
        super().__init__(refused.reason)
        self.command = command
        self.refused = refused


def _names_a_matter(procedure: Procedure, command: Command) -> bool:
    """Whether a step names another matter, which must be looked up."""
    if command.act == "merge":
        return True
    fields = procedure.fields
    return any(name in fields and fields[name].type == "matter" for name in command.data)


def _decided(use: Means, procedure: Procedure, history: History, now: datetime) -> Prepared | None:
    """The rows of a history; None if one of its steps opens another matter."""
    matter = use.new_id(now)
    hash_of, calendar, zone = use.hash_of, use.rules.calendar, use.rules.zone
    state: State | None = None
    head = GENESIS
    events: list[Row] = []
    personal: list[Row] = []
    key: MatterKey | None = None
    wrapped = b""
    for place, command in enumerate(history):
        at = command.happened_at
        if at is not None and at.tzinfo is not zone and at.tzinfo is not None:
            command = replace(command, happened_at=at.astimezone(zone))
        decided = decide(procedure, state, command, now, calendar)
        if isinstance(decided, Refused):
            raise _Refusing(place, decided)
        event, seq = decided.event, place + 1
        assert event.seq == seq, f"event {event.seq} where {seq} must follow"
        digests: dict[str, str] = {}
        if decided.personal:
            if key is None:
                key, wrapped = new_key(matter, use.store)
            digests, sealed = seal_all(key, seq, decided.personal, hash_of)
            personal += [(matter, seq, name, ciphertext) for name, ciphertext in sealed]
        row = row_of(matter, event, data_text(event.data), digests_text(digests))
        head = hash_of(canonical_event(row, head))
        events.append((*row, head))
        state = after(procedure, state, event)
        step = procedure.steps.get(event.act)
        if step is not None and step.opens and _hands_over(use, procedure, state, event):
            return None
    assert state is not None, "a history has an opening"
    changed_at = stored(now)
    held = Held(
        matter=matter,
        procedure=procedure,
        state=state,
        head=head,
        number="",
        code_tag=code_tag(follow_code(matter, use.codes), use.codes),
        from_matter=None,
        from_seq=None,
        changed_at=changed_at,
        clocks=all_clocks(use.rules, procedure, state, matter, now),
        mark=b"",
    )
    return Prepared(
        key=history[0].key,
        digest=_history_digest(history, use.secret),
        prefix=number_prefix(procedure.kind),
        year=state.opened_at.year,
        matter=matter_row(held),
        events=events,
        clocks=list(held.clocks.values()),
        personal=personal,
        matter_key=(matter, wrapped) if key is not None else None,
    )


def _hands_over(use: Means, procedure: Procedure, state: State, event: Event) -> bool:
    day = event.happened_at.date()
    return bool(handovers(procedure, state, event, lambda kind: use.rules.governing(kind, day)))


def _history_digest(history: History, secret: bytes) -> bytes:
    """What tells two histories with one key apart."""
    told = [(one.act, one.actor, one.kind, one.data, one.happened_at) for one in history]
    return hmac.digest(secret, encode_sorted(told), "sha256")


# ── writing ──────────────────────────────────────────────────────────────────────────────────


def _written(
    connection: Connection, chunk: list[History], outcomes: list[Outcome], now: datetime
) -> Taken:
    """One transaction: what is known already is left out, the rest written, all or nothing."""
    taken = Taken(refused=[one for one in outcomes if isinstance(one, RefusedHistory)])
    keys_of = [history[0].key for history in chunk if history]
    (known_rows,) = connection.begin_with([Query(KNOWN_KEYS, keys_of)])
    try:
        known = {row[0]: bytes(row[1]) for row in known_rows}
        fresh: list[Prepared] = []
        for one in outcomes:
            if not isinstance(one, Prepared):
                continue
            before = known.get(one.key)
            if before is None:
                known[one.key] = one.digest
                fresh.append(one)
            elif before == one.digest:
                taken.known += 1
            else:
                taken.refused.append(RefusedHistory(one.key, 0, answers.key_reused()))
        _write(connection, fresh)
        taken.matters += len(fresh)
        taken.events += sum(len(one.events) for one in fresh)
        for history, outcome in zip(chunk, outcomes, strict=True):
            if outcome is None:
                _take_the_ordinary_way(connection, history, now, taken)
        connection.commit()
    except BaseException:
        connection.rollback()
        raise
    return taken


def _write(connection: Connection, fresh: list[Prepared]) -> None:
    if not fresh:
        return
    secret = keys.command_secret(keys.store())
    load = connection.load
    load("event", [row for one in fresh for row in one.events])
    load("command_key", [(one.key, one.digest, one.matter[0], 1) for one in fresh])
    load("matter", _numbered(connection, fresh, secret))
    load("clock", [row for one in fresh for row in one.clocks])
    load("matter_key", [one.matter_key for one in fresh if one.matter_key is not None])
    load("personal", [row for one in fresh for row in one.personal])


def _numbered(connection: Connection, fresh: list[Prepared], secret: bytes) -> list[Row]:
    """The matters' rows with number and mark, each kind and year numbered without a gap."""
    groups: dict[tuple[str, int], list[Prepared]] = {}
    for one in fresh:
        groups.setdefault((one.prefix, one.year), []).append(one)
    rows: list[Row] = []
    for (prefix, year), group in sorted(groups.items()):
        first = take_numbers(connection, prefix, year, len(group))
        for count, one in enumerate(group, start=first):
            text = number_text(prefix, year, count)
            mark = mark_of(one.matter[0], text, None, None, secret)
            rows.append((one.matter[0], text, *one.matter[2:-1], mark))
    return rows


def _take_the_ordinary_way(
    connection: Connection, history: History, now: datetime, taken: Taken
) -> None:
    """Step by step, as `submit` does it, inside the transaction of the chunk."""
    use = means()
    desk = Batch(connection, use, now, {}, {})
    known = connection.rows_in(KNOWN_KEYS, [history[0].key])
    digest = _history_digest(history, use.secret)
    if known:
        if bytes(known[0][1]) == digest:
            taken.known += 1
        else:
            taken.refused.append(RefusedHistory(history[0].key, 0, answers.key_reused()))
        return
    matter: str | None = None
    for place, command in enumerate(history):
        command = replace(command, matter=matter, key=f"{history[0].key}#{place}")
        answer = desk.carry_out(command, digest, now)
        if isinstance(answer, Refused):
            taken.refused.append(RefusedHistory(history[0].key, place, answer))
            return
        matter = answer.matter
    stage = desk.stage
    stage.command_keys[0] = (history[0].key, *stage.command_keys[0][1:])
    stage.outbox = []
    number(connection, desk)
    connection.write(*rows_of(desk))
    taken.matters += len(stage.matters)
    taken.events += len(stage.events)
