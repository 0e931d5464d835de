"""The one writer of a process: waiting commands are carried out in turn and committed together.

Whoever finds nobody writing leads: it takes up to BATCH_MAX waiting commands, carries them out in
one transaction with one COMMIT, and only then answers. If the database refuses the batch, each of
its commands is tried again by itself; their keys make that safe even when a COMMIT got lost.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Final

from haihe.kernel.values import Command
from haihe.records import keys, posts, rules
from haihe.records.chain import HASHES
from haihe.records.codes import number_prefix, number_text
from haihe.records.database import (
    Connection,
    Failure,
    Lost,
    Place,
    Query,
    Row,
    Rows,
    connect,
    place,
)
from haihe.records.home import hash_name
from haihe.records.instants import restored
from haihe.records.journal import MATTER_HELD, Held, held, mark_of, matter_row, stake_rows
from haihe.records.staging import Answer, Batch, Means, Stage, command_digest, unusable_ids

BATCH_MAX: Final = 64
MATTERS_KEPT: Final = 10_000
TRIES_MAX: Final = 5
RETRY_SECONDS: Final = 0.02
GATHER_SECONDS: Final = 0.00005
GATHER_SECONDS_MAX: Final = 0.001
ID_TIME_BYTES: Final = 6
ID_CHANCE_BYTES: Final = 10
# Which of these keys were carried out before, and what was answered then.
KNOWN_KEYS: Final = (
    "SELECT k.key, k.digest, k.matter_id, k.seq, e.hash FROM command_key k "
    "JOIN event e ON e.matter_id = k.matter_id AND e.seq = k.seq WHERE k.key"
)


class Waiting:
    """A command on its way, and the lock its caller sleeps on until it is answered or leads."""

    __slots__ = ("answer", "command", "digest", "failure", "now", "wake")

    def __init__(self, command: Command, digest: bytes, now: datetime | None) -> None:
        self.command = command
        self.digest = digest
        self.now = now
        self.answer: Answer | None = None
        self.failure: BaseException | None = None
        self.wake: threading.Lock | None = None

    def result(self) -> Answer:
        """The answer; raises what went wrong if nothing could be decided."""
        if self.failure is not None:
            raise self.failure
        assert self.answer is not None, "a command is answered before its caller goes on"
        return self.answer


def new_id(at: datetime) -> str:
    """A matter's id: 48 bits of milliseconds and 80 of chance in 32 hex digits, ordered by time."""
    milliseconds = int(at.timestamp() * 1000)
    return (milliseconds.to_bytes(ID_TIME_BYTES, "big") + keys.random_bytes(ID_CHANCE_BYTES)).hex()


def first_id(at: datetime) -> str:
    """The least id a matter opened from this instant on can have."""
    milliseconds = int(at.timestamp() * 1000)
    return (milliseconds.to_bytes(ID_TIME_BYTES, "big") + bytes(ID_CHANCE_BYTES)).hex()


def means() -> Means:
    """What deciding needs, as the settings say and the keys are now."""
    store = keys.store()
    return Means(
        rules=rules.current(),
        store=store,
        codes=store.codes,
        marks=store.marks(),
        commands=store.commands(),
        hash_of=HASHES[hash_name()],
        new_id=new_id,
    )


class Writer:
    """The queue and the one writing connection of this process."""

    def __init__(self) -> None:
        self._queue: deque[Waiting] = deque()
        self._mutex = threading.Lock()
        self._busy = False
        self._last = 1
        self._connection: Connection | None = None
        self._kept: OrderedDict[str, Held] = OrderedDict()
        self._judge = posts.Judge()

    def submit(self, command: Command, now: datetime | None) -> Answer:
        """Carry one command out, together with those that wait; returns once it is durable."""
        refused = unusable_ids(command)
        if refused is not None:
            return refused
        digest = command_digest(command, keys.store().commands())
        waiting = Waiting(command, digest, now)
        with self._mutex:
            self._queue.append(waiting)
            leads = not self._busy
            if leads:
                self._busy = True
            else:
                waiting.wake = threading.Lock()
                waiting.wake.acquire()
        if waiting.wake is not None:
            waiting.wake.acquire()
        if waiting.answer is None and waiting.failure is None:
            self._lead(waiting)
        return waiting.result()

    def close(self) -> None:
        """Give the connection up; nobody may be writing."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _lead(self, mine: Waiting) -> None:
        self._gather()
        with self._mutex:
            count = min(BATCH_MAX, len(self._queue))
            batch = [self._queue.popleft() for _ in range(count)]
        self._last = count
        assert batch[0] is mine, "the first in the queue leads"
        try:
            self._commit(batch)
        except BaseException as failure:
            for one in batch:
                if one.answer is None and one.failure is None:
                    one.failure = failure
            raise
        finally:
            self._hand_on(batch[1:])

    def _gather(self) -> None:
        """Those answered just now tend to come back: wait a moment until as many are here again.

        Without this, every full batch is followed by one of a single command.
        """
        give_up_at = time.perf_counter() + GATHER_SECONDS_MAX
        while len(self._queue) < self._last and time.perf_counter() < give_up_at:
            time.sleep(GATHER_SECONDS)

    def _hand_on(self, answered: Iterable[Waiting]) -> None:
        """Let the next in the queue lead first, then wake those who were answered."""
        with self._mutex:
            following = self._queue[0] if self._queue else None
            if following is None:
                self._busy = False
        if following is not None and following.wake is not None:
            following.wake.release()
        for one in answered:
            if one.wake is not None:
                one.wake.release()

    def _commit(self, batch: Sequence[Waiting]) -> None:
        """Carry out a batch; one that the database refuses falls apart into single commands."""
        try:
            self._try(batch)
            return
        except Failure as failure:
            self._recover(failure)
            if len(batch) == 1:
                self._insist(batch[0])
                return
        for one in batch:
            try:
                self._insist(one)
            except Failure as failure:
                one.failure = failure

    def _insist(self, one: Waiting) -> None:
        """One command alone, again after a conflict or a lost connection."""
        for attempt in range(1, TRIES_MAX + 1):
            time.sleep(RETRY_SECONDS * (attempt - 1))
            try:
                self._try([one])
                return
            except Failure as failure:
                self._recover(failure)
                if attempt == TRIES_MAX:
                    one.failure = failure

    def _recover(self, failure: BaseException) -> None:
        connection = self._connection
        if connection is None:
            return
        try:
            connection.rollback()
        except Failure:
            self._connection = None
        if isinstance(failure, Lost):
            self._connection = None
            connection.close()

    def _try(self, batch: Sequence[Waiting]) -> None:
        if self._connection is None:
            self._connection = connect()
        connection = self._connection
        commands = [one.command for one in batch]
        try:
            known, locked = connection.begin_with(
                (
                    Query(KNOWN_KEYS, [one.key for one in commands]),
                    locking(connection, {one.matter for one in commands if one.matter}),
                )
            )
            desk = self._carried_out(connection, batch, known, locked)
            if desk.stage.events:
                number(connection, desk)
                delete_gone_clocks(connection, desk)
                delete_gone_stakes(connection, desk)
                connection.write_and_commit(*rows_of(desk))
            else:
                connection.commit()
        except BaseException as failure:
            for one in batch:
                one.answer = None
                self._kept.pop(one.command.matter or "", None)
            if not isinstance(failure, Failure):
                connection.rollback()
            raise
        self._keep(desk.stage)

    def _carried_out(
        self,
        connection: Connection,
        batch: Sequence[Waiting],
        known: Sequence[Row],
        locked: Sequence[Row],
    ) -> Batch:
        using = means()
        desk = Batch(
            connection,
            using,
            datetime.now(UTC),
            {row[0]: self._held(connection, row, using.rules) for row in locked},
            {row[0]: (bytes(row[1]), row[2], row[3], bytes(row[4])) for row in known},
            self._judge.may_act,
        )
        for one in batch:
            one.answer, one.failure = None, None
            try:
                one.answer = desk.carry_out(one.command, one.digest, one.now)
            except Failure:
                raise
            except Exception as failure:
                one.failure = failure
        return desk

    def _held(self, connection: Connection, row: Row, in_use: rules.Rules) -> Held:
        """A locked matter; its history is read only if it is not kept as it is now.

        Its mark may have been made anew with a newer key, which no event tells.
        """
        kept = self._kept.get(row[0])
        if kept is None or kept.state.seq != row[1] or kept.head != row[2] or kept.mark != row[-1]:
            kept = held(connection, row, in_use)
        return kept

    def _keep(self, stage: Stage) -> None:
        for matter, now in stage.matters.items():
            self._kept[matter] = now
            self._kept.move_to_end(matter)
        while len(self._kept) > MATTERS_KEPT:
            self._kept.popitem(last=False)


def locking(connection: Connection, matters: Iterable[str]) -> Query:
    """Lock these matters, in one order everywhere: so no two processes wait for each other."""
    tail = "ORDER BY matter_id FOR UPDATE" if connection.vendor == "postgresql" else ""
    return Query(f"SELECT {MATTER_HELD} FROM matter WHERE matter_id", sorted(matters), tail)


def rows_of(desk: Batch) -> tuple[Rows, Rows]:
    """All rows of a batch: those to insert and those that replace what was there."""
    stage = desk.stage
    inserts = {
        "event": stage.events,
        "command_key": stage.command_keys,
        "outbox": stage.outbox,
        "matter_key": stage.matter_keys,
        "personal": stage.personal,
        "number_tag": stage.numbers,
    }
    replaces = {
        "matter": [matter_row(one) for one in stage.matters.values()],
        "clock": changed_clocks(desk),
        "stake": new_stakes(desk),
        "file_use": list({row[:2]: row for row in stage.files}.values()),
    }
    return inserts, replaces


def new_stakes(desk: Batch) -> list[Row]:
    """The stakes of organs that were not there before."""
    fresh: list[Row] = []
    for matter, now in desk.stage.matters.items():
        rows = stake_rows(now)
        before = desk.locked.get(matter)
        known = set(stake_rows(before)) if rows and before is not None else ()
        fresh += [row for row in rows if row not in known]
    return fresh


def delete_gone_stakes(connection: Connection, desk: Batch) -> None:
    """Stakes that are no more: a request was answered, an owner became one again."""
    for matter, now in desk.stage.matters.items():
        before = desk.locked.get(matter)
        known = set(stake_rows(before)) if before is not None else set()
        for row in sorted(known.difference(stake_rows(now) if known else ())):
            connection.run(
                "DELETE FROM stake WHERE matter_id = ? AND organ = ? AND how = ?", row[:3]
            )


def changed_clocks(desk: Batch) -> list[Row]:
    """The clocks that are not as they were."""
    changed: list[Row] = []
    for matter, now in desk.stage.matters.items():
        before = desk.locked.get(matter)
        if before is None:
            changed += now.clocks.values()
        elif now.clocks is not before.clocks:
            earlier = before.clocks
            changed += [row for name, row in now.clocks.items() if earlier.get(name) != row]
    return changed


def delete_gone_clocks(connection: Connection, desk: Batch) -> None:
    """Clocks that never started after all (a withdrawal)."""
    for matter, now in desk.stage.matters.items():
        before = desk.locked.get(matter)
        if before is None or now.clocks is before.clocks:
            continue
        for name in before.clocks.keys() - now.clocks.keys():
            connection.run("DELETE FROM clock WHERE matter_id = ? AND clock = ?", (matter, name))


def number(connection: Connection, desk: Batch) -> None:
    """Number the matters that were opened, without gaps: one update a kind for the whole batch.

    The count is taken just before the rows are written, so its row is locked for one COMMIT only,
    and up to BATCH_MAX openings share it: that is why a plain count does not hold writers up.
    """
    opened: dict[tuple[str, int], list[Held]] = {}
    for one in desk.stage.matters.values():
        if not one.number:
            year = restored(one.changed_at, desk.means.rules.zone).year
            opened.setdefault((number_prefix(one.state.kind), year), []).append(one)
    for (prefix, year), group in sorted(opened.items()):
        first = take_numbers(connection, prefix, year, len(group))
        for count, one in enumerate(group, start=first):
            one.number = number_text(prefix, year, count)
            one.mark = mark_of(
                one.matter, one.number, one.from_matter, one.from_seq, desk.means.marks
            )


def take_numbers(connection: Connection, prefix: str, year: int, count: int) -> int:
    """The first of the next `count` numbers of a kind and year, inside a transaction."""
    ((used,),) = connection.rows(
        "INSERT INTO number_count (prefix, year, used) VALUES (?, ?, ?) "
        "ON CONFLICT (prefix, year) DO UPDATE SET used = number_count.used + excluded.used "
        "RETURNING used",
        (prefix, year, count),
    )
    return int(used) - count + 1


_writers: dict[Place, Writer] = {}
_writers_mutex = threading.Lock()


def writer() -> Writer:
    """The writer of this process and this database."""
    at = place()
    found = _writers.get(at)
    if found is None:
        with _writers_mutex:
            found = _writers.setdefault(at, Writer())
    return found


def forget_writer() -> None:
    """Close this process's writers: its rules, its keys or its database have changed."""
    with _writers_mutex:
        for one in _writers.values():
            one.close()
        _writers.clear()
