"""The one writer of a process: waiting commands are carried out in turn and committed together.

Whoever finds nobody writing leads: it takes up to BATCH_MAX waiting commands, carries them out in
one transaction with one COMMIT, and only then answers. If the database refuses the batch, each of
its commands is tried again by itself; their keys make that safe even when a COMMIT got lost.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from typing import Final

from haihe.kernel.values import Command
from haihe.records import keys, rules
from haihe.records.chain import HASHES
from haihe.records.codes import number_prefix, number_text
from haihe.records.database import Connection, Failure, Lost, Place, Row, connect, place
from haihe.records.home import hash_name
from haihe.records.instants import restored
from haihe.records.journal import MATTER_HELD, Held, held, mark_of, matter_row
from haihe.records.staging import Answer, Batch, Known, Means, Stage, command_digest

BATCH_MAX: Final = 64
MATTERS_KEPT: Final = 10_000
TRIES_MAX: Final = 5
RETRY_SECONDS: Final = 0.02
GATHER_SECONDS: Final = 0.00005
GATHER_SECONDS_MAX: Final = 0.001
ID_TIME_BYTES: Final = 6
ID_CHANCE_BYTES: Final = 10


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


def means() -> Means:
    """What deciding needs, as the settings say."""
    store = keys.store()
    return Means(
        rules=rules.current(),
        store=store,
        codes=keys.code_keys(store),
        secret=keys.command_secret(store),
        hash_of=HASHES[hash_name()],
        new_id=new_id,
    )


class Writer:
    """The queue and the one writing connection of this process."""

    def __init__(self) -> None:
        self._means = means()
        self._queue: deque[Waiting] = deque()
        self._mutex = threading.Lock()
        self._busy = False
        self._last = 1
        self._connection: Connection | None = None
        self._kept: OrderedDict[str, Held] = OrderedDict()

    def submit(self, command: Command, now: datetime | None) -> Answer:
        """Carry one command out, together with those that wait; returns once it is durable."""
        waiting = Waiting(command, command_digest(command, self._means.secret), now)
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
        connection.begin()
        try:
            desk = self._carried_out(connection, batch)
            write(connection, desk)
            connection.commit()
        except BaseException as failure:
            for one in batch:
                one.answer = None
                self._kept.pop(one.command.matter or "", None)
            if not isinstance(failure, Failure):
                connection.rollback()
            raise
        self._keep(desk.stage)

    def _carried_out(self, connection: Connection, batch: Sequence[Waiting]) -> Batch:
        commands = [one.command for one in batch]
        desk = Batch(
            connection,
            self._means,
            datetime.now(UTC),
            self._locked(connection, {one.matter for one in commands if one.matter}),
            known_keys(connection, [one.key for one in commands]),
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

    def _locked(self, connection: Connection, matters: set[str]) -> dict[str, Held]:
        """The rows of these matters, locked; their history is read only if it is not kept."""
        if not matters:
            return {}
        # In one order everywhere, so that two processes never wait for each other.
        tail = "ORDER BY matter_id FOR UPDATE" if connection.vendor == "postgresql" else ""
        sql = f"SELECT {MATTER_HELD} FROM matter WHERE matter_id"
        found: dict[str, Held] = {}
        for row in connection.rows_in(sql, sorted(matters), tail):
            kept = self._kept.get(row[0])
            if kept is None or kept.state.seq != row[1] or kept.head != row[2]:
                kept = held(connection, row, self._means.rules)
            found[row[0]] = kept
        return found

    def _keep(self, stage: Stage) -> None:
        for matter, now in stage.matters.items():
            self._kept[matter] = now
            self._kept.move_to_end(matter)
        while len(self._kept) > MATTERS_KEPT:
            self._kept.popitem(last=False)


def known_keys(connection: Connection, commands: Sequence[str]) -> dict[str, Known]:
    """Which of these keys were carried out before, and what was answered then."""
    rows = connection.rows_in(
        "SELECT k.key, k.digest, k.matter_id, k.seq, e.hash FROM command_key k "
        "JOIN event e ON e.matter_id = k.matter_id AND e.seq = k.seq WHERE k.key",
        commands,
    )
    return {row[0]: (bytes(row[1]), row[2], row[3], bytes(row[4])) for row in rows}


def write(connection: Connection, desk: Batch) -> None:
    """All rows of a batch, table by table, as few statements as there are tables."""
    stage = desk.stage
    if not stage.events:
        return
    number(connection, stage.matters.values(), desk.means.rules.zone, desk.means.secret)
    connection.insert("event", stage.events)
    if stage.command_keys:
        connection.insert("command_key", stage.command_keys)
    connection.insert("outbox", stage.outbox)
    if stage.matter_keys:
        connection.insert("matter_key", stage.matter_keys)
    if stage.personal:
        connection.insert("personal", stage.personal)
    connection.replace("matter", [matter_row(one) for one in stage.matters.values()])
    write_clocks(connection, stage.matters, desk.locked)


def write_clocks(
    connection: Connection, matters: Mapping[str, Held], before: Mapping[str, Held]
) -> None:
    """The clocks that changed; those that never started after all (a withdrawal) go."""
    changed: list[Row] = []
    for matter, now in matters.items():
        earlier = before[matter].clocks if matter in before else {}
        if now.clocks is earlier:
            continue
        changed += [row for name, row in now.clocks.items() if earlier.get(name) != row]
        for name in earlier.keys() - now.clocks.keys():
            connection.run("DELETE FROM clock WHERE matter_id = ? AND clock = ?", (matter, name))
    if changed:
        connection.replace("clock", changed)


def number(connection: Connection, matters: Iterable[Held], zone: tzinfo, secret: bytes) -> None:
    """Number the matters that were opened, without gaps: one update a kind for the whole batch.

    The count is taken just before the rows are written, so its row is locked for one COMMIT only,
    and up to BATCH_MAX openings share it: that is why a plain count does not hold writers up.
    """
    opened: dict[tuple[str, int], list[Held]] = {}
    for one in matters:
        if not one.number:
            year = restored(one.changed_at, zone).year
            opened.setdefault((number_prefix(one.state.kind), year), []).append(one)
    for (prefix, year), group in sorted(opened.items()):
        ((used,),) = connection.rows(
            "INSERT INTO number_count (prefix, year, used) VALUES (?, ?, ?) "
            "ON CONFLICT (prefix, year) DO UPDATE SET used = number_count.used + excluded.used "
            "RETURNING used",
            (prefix, year, len(group)),
        )
        for count, one in enumerate(group, start=used - len(group) + 1):
            one.number = number_text(prefix, year, count)
            one.mark = mark_of(one, secret)


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
