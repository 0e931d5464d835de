"""Bulk intake: whole matters with their times, through the same rules as one step at a time.

Each history is decided and folded by the kernel exactly as `submit` does it; what differs is how
rows are written (COPY, executemany, thousands a COMMIT), that clocks are computed once at the end
of a history, that one key stands for the whole of it, and that nothing is announced. A history with
a step that may not be is refused whole, with its reason, and the others go on. Matters that its
steps hand over to are opened with it, and go on as a chronicle tells. Steps that name other matters
take the ordinary way inside the same transaction.
"""

from __future__ import annotations

import multiprocessing
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from dataclasses import replace as replace_fields
from datetime import UTC, datetime
from itertools import islice
from multiprocessing.pool import AsyncResult, Pool
from typing import Final

from msgspec.structs import replace

from haihe.kernel.chronicle import Chronicle
from haihe.kernel.decide import decide
from haihe.kernel.handover import handovers
from haihe.kernel.power import not_competent
from haihe.kernel.procedure import Procedure
from haihe.kernel.state import State
from haihe.kernel.values import Command, Data, Event, Refused
from haihe.records import answers, keys, uses
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
from haihe.records.journal import Held, after, mark_of, matter_row, row_of, stake_rows
from haihe.records.sealing import MatterKey, new_key, seal_all
from haihe.records.staging import (
    HANDOVERS_MAX,
    Batch,
    Means,
    all_clocks,
    command_digest,
    is_same,
    unusable_ids,
)
from haihe.records.writer import KNOWN_KEYS, means, number, rows_of, take_numbers

HISTORIES_A_CHUNK: Final = IN_MAX
EVENTS_A_HISTORY_MAX: Final = 10_000
WORKERS_MAX: Final = 64
CHUNKS_AHEAD: Final = 2  # chunks a worker that are decided or wait to be written

MATTER_ID: Final = re.compile(r"[0-9a-f]{32}")
NEVER_OPENED: Final = Chronicle(commands=())

History = Sequence[Command] | Chronicle


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
class Member:
    """A matter of a history as rows; number and mark are still to be given."""

    key: str
    digest: bytes
    prefix: str
    year: int
    origin: tuple[str, int] | tuple[None, None]
    matter: Row
    events: list[Row]
    clocks: list[Row]
    personal: list[Row]
    matter_key: Row | None
    stakes: list[Row]  # without the number
    numbers: list[Row] = field(default_factory=list)
    files: dict[str, Row] = field(default_factory=dict)  # by digest


@dataclass(slots=True)
class Prepared:
    """A history that is allowed: the matter it tells, then those its steps have opened."""

    key: str
    digest: bytes
    members: list[Member]


def submit_many(
    histories: Iterable[History], *, now: datetime | None = None, workers: int = 1
) -> Iterator[Taken]:
    """Take whole matters in; yields after each COMMIT what it took.

    A history is its opening command and the further commands of the same matter, in order; their
    `matter` stays None and each has its `happened_at`. The key of the opening makes the history
    idempotent. A Chronicle also says when each command was entered, never after `now`, and how the
    matters go on that it opened. `workers` processes decide and seal beside this one, which writes.
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


def _commands(history: History) -> Sequence[Command]:
    return history.commands if isinstance(history, Chronicle) else history


def _prepare(use: Means, history: History, now: datetime) -> Outcome:
    """Decide a history from its opening on; nothing is written."""
    commands = _commands(history)
    opening = commands[0] if commands else None
    if opening is None or len(commands) > EVENTS_A_HISTORY_MAX:
        refused = answers.unusable(
            "commands", f"一份历史应有1至{EVENTS_A_HISTORY_MAX}步。", "请拆分或者补全后再导入。"
        )
        return RefusedHistory(opening.key if opening else "", 0, refused)
    for place, command in enumerate(commands):
        wrong = unusable_ids(replace(command, key=command.key or opening.key))
        if wrong is not None:
            return RefusedHistory(opening.key, place, wrong)
    day = (opening.happened_at or now).astimezone(use.rules.zone).date()
    procedure = use.rules.governing(opening.kind or "", day)
    if procedure is None:
        return RefusedHistory(opening.key, 0, answers.unknown_kind())
    chronicle = history if isinstance(history, Chronicle) else Chronicle(commands=tuple(history))
    family = _Family(use, now)
    digest = _history_digest(history, use.commands)
    try:
        family.follow(procedure, chronicle, opening.key, digest)
    except _Refusing as refusing:
        return RefusedHistory(opening.key, refusing.command, refusing.refused)
    except _NamesAMatter:
        return None
    return Prepared(opening.key, digest, family.members)


class _NamesAMatter(Exception):
    """Leaves a history with a step that names another matter, which must be looked up."""


class _Refusing(Exception):
    """Leaves a history at the command that is refused."""

    def __init__(self, command: int, refused: Refused) -> None:
        super().__init__(refused.reason)
        self.command = command
        self.refused = refused


def _named_matters(procedure: Procedure, command: Command) -> set[str]:
    """The matters a command names, which must exist."""
    fields = procedure.fields
    named = {
        str(value)
        for name, value in command.data.items()
        if value and name in fields and fields[name].type == "matter"
    }
    return named | {str(command.data.get("into"))} if command.act == "merge" else named


class _Family:
    """Decides the matter of a history and those that its steps open; gathers their rows."""

    def __init__(self, use: Means, now: datetime) -> None:
        self.use = use
        self.now = now
        self.members: list[Member] = []
        self.ids: set[str] = set()

    def follow(
        self,
        procedure: Procedure,
        chronicle: Chronicle,
        key: str,
        digest: bytes,
        opened_by: Command | None = None,
        origin: tuple[str, int] | tuple[None, None] = (None, None),
        opened_at: datetime | None = None,
    ) -> None:
        """One matter from its opening (`opened_by`: by a hand-over) to the end of its chronicle."""
        use = self.use
        commands = list(chronicle.commands)
        recorded = self._recorded(chronicle, opened_at)
        if opened_by is not None:
            commands.insert(0, opened_by)
            recorded.insert(0, opened_at or self.now)
        if chronicle.matter and MATTER_ID.fullmatch(chronicle.matter) is None:
            raise _Refusing(
                0,
                answers.unusable(
                    "matter",
                    "事项编号的写法不对，没有导入。",
                    "请不写编号，由系统生成；要写的，是32位数字和 a 到 f 的字母。",
                ),
            )
        matter = chronicle.matter or use.new_id(recorded[0])
        self.ids.add(matter)
        member = Member(
            key, digest, number_prefix(procedure.kind), 0, origin, (), [], [], [], None, []
        )
        self.members.append(member)
        sealing: MatterKey | None = None
        given: Data = {}
        state: State | None = None
        head = GENESIS
        for place, (command, at) in enumerate(zip(commands, recorded, strict=True)):
            if not _named_matters(procedure, command) <= self.ids:
                raise _NamesAMatter
            event, personal = self._decided(procedure, state, command, at, place)
            digests: dict[str, str] = {}
            if personal:
                if sealing is None:
                    sealing, wrapped = new_key(matter, use.store)
                    member.matter_key = (matter, wrapped)
                digests, sealed = seal_all(sealing, event.seq, personal, use.hash_of)
                member.personal += [(matter, event.seq, name, text) for name, text in sealed]
                member.numbers += uses.number_rows(matter, event.seq, personal)
                given |= personal
            used = uses.file_rows(matter, event.seq, (event.data, personal))
            member.files |= {row[0]: row for row in used}
            row = row_of(matter, event, data_text(event.data), digests_text(digests))
            head = use.hash_of(canonical_event(row, head))
            member.events.append((*row, head))
            state = after(procedure, state, event)
            self._hand_over(procedure, state, event, given, matter, chronicle, place)
        assert state is not None, "a history has an opening"
        self._project(member, procedure, state, matter, head, recorded[-1])

    def _recorded(self, chronicle: Chronicle, opened_at: datetime | None) -> list[datetime]:
        """When each command was entered; refused if that cannot have been so."""
        zone = self.use.rules.zone
        if not chronicle.recorded:
            return [self.now] * len(chronicle.commands)
        found = [at.astimezone(zone) for at in chronicle.recorded]
        in_order = found == sorted(found) and (opened_at is None or opened_at <= found[0])
        if len(found) != len(chronicle.commands) or not in_order or found[-1] > self.now:
            raise _Refusing(
                0,
                answers.unusable(
                    "recorded",
                    "各步的录入时间与各步不符，或者在将来。",
                    "请按先后写明每一步的录入时间。",
                ),
            )
        return found

    def _decided(
        self, procedure: Procedure, state: State | None, command: Command, at: datetime, place: int
    ) -> tuple[Event, Data]:
        zone = self.use.rules.zone
        happened = command.happened_at
        if happened is not None and happened.tzinfo is not zone and happened.tzinfo is not None:
            command = replace(command, happened_at=happened.astimezone(zone))
        day = (command.happened_at or at).date()
        refused = not_competent(self.use.rules.competence, procedure, state, command, day)
        decided = refused or decide(procedure, state, command, at, self.use.rules.calendar)
        if isinstance(decided, Refused):
            raise _Refusing(place, decided)
        assert decided.event.seq == place + 1, (
            f"event {decided.event.seq} where {place + 1} follows"
        )
        return decided.event, decided.personal

    def _hand_over(
        self,
        procedure: Procedure,
        state: State,
        event: Event,
        given: Data,
        matter: str,
        chronicle: Chronicle,
        place: int,
    ) -> None:
        """Open what this event opens, with how those matters went on."""
        step = procedure.steps.get(event.act)
        if step is None or not step.opens:
            return
        day = event.happened_at.date()
        governing = self.use.rules.governing
        opened = handovers(procedure, state, event, lambda kind: governing(kind, day), given)
        for command in opened:
            if len(self.members) > HANDOVERS_MAX * len(chronicle.commands):
                raise _Refusing(
                    place,
                    answers.unusable(
                        "act",
                        "这一步会引出太多别的事项，没有办理。",
                        "请告诉系统管理员，核对程序里的移交关系。",
                    ),
                )
            other = governing(command.kind or "", day)
            assert other is not None, "handovers() gives only kinds in force"
            number = command.key.rpartition(":")[2]
            command = replace(command, key=f"{matter}:{command.key}")
            try:
                self.follow(
                    other,
                    chronicle.opened.get(f"{place}:{number}", NEVER_OPENED),
                    command.key,
                    command_digest(command, self.use.commands),
                    command,
                    (matter, event.seq),
                    event.recorded_at,
                )
            except _Refusing as refusing:
                raise _Refusing(place, refusing.refused) from None

    def _project(
        self,
        member: Member,
        procedure: Procedure,
        state: State,
        matter: str,
        head: bytes,
        changed_at: datetime,
    ) -> None:
        use = self.use
        held = Held(
            matter=matter,
            procedure=procedure,
            state=state,
            head=head,
            number="",
            code_tag=code_tag(follow_code(matter, use.codes), use.codes),
            from_matter=member.origin[0],
            from_seq=member.origin[1],
            changed_at=stored(changed_at),
            clocks=all_clocks(use.rules, procedure, state, matter, self.now),
            mark=b"",
        )
        member.year = state.opened_at.year
        member.matter = matter_row(held)
        member.stakes = [row[:-1] for row in stake_rows(held)]
        member.clocks = list(held.clocks.values())


def _history_digest(history: History, keyed: keys.Keyed) -> bytes:
    """What tells two histories with one key apart."""
    told: object = [
        (one.act, one.actor, one.kind, one.data, one.happened_at) for one in _commands(history)
    ]
    if isinstance(history, Chronicle) and (history.recorded or history.opened):
        told = (told, history.recorded, history.opened)
    return keyed.tag(encode_sorted(told), keys.DIGEST_BYTES)


def _is_same(before: bytes, now: bytes, history: History) -> bool:
    return is_same(before, now, lambda keyed: _history_digest(history, keyed), keys.store())


# ── writing ──────────────────────────────────────────────────────────────────────────────────


def _written(
    connection: Connection, chunk: list[History], outcomes: list[Outcome], now: datetime
) -> Taken:
    """One transaction: what is known already is left out, the rest written, all or nothing."""
    taken = Taken(refused=[one for one in outcomes if isinstance(one, RefusedHistory)])
    keys_of = [_commands(history)[0].key for history in chunk if _commands(history)]
    (known_rows,) = connection.begin_with([Query(KNOWN_KEYS, keys_of)])
    try:
        known = {row[0]: bytes(row[1]) for row in known_rows}
        fresh: list[Prepared] = []
        for history, one in zip(chunk, outcomes, strict=True):
            if not isinstance(one, Prepared):
                continue
            before = known.get(one.key)
            if before is None:
                known[one.key] = one.digest
                fresh.append(one)
            elif _is_same(before, one.digest, history):
                taken.known += 1
            else:
                taken.refused.append(RefusedHistory(one.key, 0, answers.key_reused()))
        _write(connection, [member for one in fresh for member in one.members])
        members = [member for one in fresh for member in one.members]
        taken.matters += len(members)
        taken.events += sum(len(one.events) for one in members)
        for history, outcome in zip(chunk, outcomes, strict=True):
            if outcome is None:
                _take_the_ordinary_way(connection, history, now, taken)
        connection.commit()
    except BaseException:
        connection.rollback()
        raise
    return taken


def _write(connection: Connection, fresh: list[Member]) -> None:
    if not fresh:
        return
    load = connection.load
    load("event", [row for one in fresh for row in one.events])
    load("command_key", [(one.key, one.digest, one.matter[0], 1) for one in fresh])
    matters = _numbered(connection, fresh, keys.store().marks())
    load("matter", matters)
    numbers = {row[0]: row[1] for row in matters}
    load("stake", [(*row, numbers[row[0]]) for one in fresh for row in one.stakes])
    load("clock", [row for one in fresh for row in one.clocks])
    load("matter_key", [one.matter_key for one in fresh if one.matter_key is not None])
    load("personal", [row for one in fresh for row in one.personal])
    load("number_tag", [row for one in fresh for row in one.numbers])
    load("file_use", [row for one in fresh for row in one.files.values()])


def _numbered(connection: Connection, fresh: list[Member], marks: keys.Keyed) -> list[Row]:
    """The matters' rows with number and mark, each kind and year numbered without a gap."""
    groups: dict[tuple[str, int], list[Member]] = {}
    for one in fresh:
        groups.setdefault((one.prefix, one.year), []).append(one)
    rows: list[Row] = []
    for (prefix, year), group in sorted(groups.items()):
        first = take_numbers(connection, prefix, year, len(group))
        for count, one in enumerate(group, start=first):
            text = number_text(prefix, year, count)
            mark = mark_of(one.matter[0], text, one.origin[0], one.origin[1], marks)
            rows.append((one.matter[0], text, *one.matter[2:-1], mark))
    return rows


def _take_the_ordinary_way(
    connection: Connection, history: History, now: datetime, taken: Taken
) -> None:
    """Step by step, as `submit` does it, inside the transaction of the chunk."""
    use = means()
    ids: deque[str] = deque()  # those the chronicle gives to the matters opened next
    chosen = replace_fields(use, new_id=lambda at: (ids.popleft() if ids else "") or use.new_id(at))
    desk = Batch(connection, chosen, now, {}, {})
    commands = _commands(history)
    key = commands[0].key
    known = connection.rows_in(KNOWN_KEYS, [key])
    digest = _history_digest(history, use.commands)
    if known:
        if _is_same(bytes(known[0][1]), digest, history):
            taken.known += 1
        else:
            taken.refused.append(RefusedHistory(key, 0, answers.key_reused()))
        return
    chronicle = history if isinstance(history, Chronicle) else Chronicle(commands=tuple(commands))
    try:
        _carry_out(desk, ids, chronicle, key, digest, None, now)
    except _Refusing as refusing:
        taken.refused.append(RefusedHistory(key, refusing.command, refusing.refused))
        return
    stage = desk.stage
    stage.command_keys[0] = (key, *stage.command_keys[0][1:])
    stage.outbox = []
    number(connection, desk)
    connection.write(*rows_of(desk))
    taken.matters += len(stage.matters)
    taken.events += len(stage.events)


def _carry_out(
    desk: Batch,
    ids: deque[str],
    chronicle: Chronicle,
    key: str,
    digest: bytes,
    matter: str | None,
    now: datetime,
) -> None:
    """Every command of a chronicle on its matter, and of those it opens on theirs."""
    first = 0 if matter is None else 1  # the opening by a hand-over has its place too
    recorded = chronicle.recorded or (now,) * len(chronicle.commands)
    for place, (command, at) in enumerate(
        zip(chronicle.commands, recorded, strict=True), start=first
    ):
        before = len(desk.stage.command_keys)
        ids.clear()
        if matter is None:
            ids.append(chronicle.matter)
        ids += [one.matter for path, one in _opened_at(chronicle, place)]
        command = replace(command, matter=matter, key=f"{key}#{place}")
        answer = desk.carry_out(command, digest, at)
        if isinstance(answer, Refused):
            raise _Refusing(place, answer)
        matter = answer.matter
        handed = f"{matter}:handover:{answer.seq}:"
        for handover, _, other, _ in desk.stage.command_keys[before:]:
            number_ = handover.removeprefix(handed)
            goes_on = chronicle.opened.get(f"{place}:{number_}")
            if handover.startswith(handed) and goes_on is not None:
                _carry_out(desk, ids, goes_on, f"{key}#{place}:{number_}", digest, other, now)


def _opened_at(chronicle: Chronicle, place: int) -> list[tuple[int, Chronicle]]:
    """The matters a command opened, in the order of its hand-overs."""
    found = [
        (int(path.partition(":")[2]), one)
        for path, one in chronicle.opened.items()
        if path.partition(":")[0] == str(place)
    ]
    return sorted(found, key=lambda one: one[0])
