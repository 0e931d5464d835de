"""Killed at random moments, at least fifty times on each database: nothing acknowledged is lost.

The victim is a process under load from several callers; it gets SIGKILL after a seeded random time.
On PostgreSQL the database server itself is stopped at once (immediate shutdown, as after a power
cut) and started again in some of the rounds. Each process is started ahead, while the one before
still runs its round, so that fifty rounds take seconds.
"""

from __future__ import annotations

import os
import random
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Container, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from haihe.records import database, rules, seals
from haihe.records.database import Connection
from haihe.records.instants import restored
from haihe.records.verify import verify
from tests.postgresql import (
    PostgresServer,
    account_for_server,
    answers,
    launch,
    running_postgresql,
)
from tests.records.small_city import ZONE, SmallCity

ROUNDS = 50
SEED = 20261122
LOAD_SECONDS_MAX = 0.2
READY_SECONDS_MAX = 300
LOOKED_AT_EVERY = 25  # rounds between two looks at everything
CRASHES_OF_THE_SERVER = (10, 20, 30, 40)
ROOT = Path(__file__).resolve().parents[2]

Told = list[tuple[str, int, str]]


class Victim:
    """A process under load."""

    def __init__(self, name: str) -> None:
        self.told = b""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.records.crash_victim", name],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
        )

    def listen(self, seconds: float, until: bytes = b"") -> None:
        """Take what it says for some time, or until it says this."""
        assert self.process.stdout is not None
        descriptor = self.process.stdout.fileno()
        ends_at = time.monotonic() + seconds
        while (left := ends_at - time.monotonic()) > 0 and not (until and until in self.told):
            if select.select([descriptor], [], [], left)[0]:
                said = os.read(descriptor, 1 << 16)
                if not said:
                    return
                self.told += said

    def kill(self) -> Told:
        """SIGKILL; everything it acknowledged before it died."""
        assert self.process.stdout is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.told += self.process.stdout.read()
        self.process.stdout.close()
        whole, _, _ = self.told.rpartition(b"\n")
        lines = [line.decode().split(" ") for line in whole.split(b"\n")[1:] if line]
        return [(matter, int(seq), event_hash) for matter, seq, event_hash in lines]


def judge(connection: Connection, told: Told, round_: int) -> None:
    """Every acknowledged event is there as acknowledged."""
    for matter, seq, event_hash in told:
        rows = connection.rows(
            "SELECT hash FROM event WHERE matter_id = ? AND seq = ?", (matter, seq)
        )
        assert [bytes(row[0]).hex() for row in rows] == [event_hash], (round_, matter, seq)


def no_half_event(connection: Connection) -> None:
    """All rows of a command are there, or none of them."""
    for missing in (
        "SELECT count(*) FROM event e LEFT JOIN outbox o ON o.matter_id = e.matter_id "
        "AND o.seq = e.seq WHERE o.seq IS NULL",
        "SELECT count(*) FROM event e LEFT JOIN command_key k ON k.matter_id = e.matter_id "
        "AND k.seq = e.seq WHERE k.key IS NULL",
        "SELECT count(*) FROM event e LEFT JOIN matter m ON m.matter_id = e.matter_id "
        "WHERE m.number IS NULL",
        "SELECT count(*) FROM matter m LEFT JOIN event e ON e.matter_id = m.matter_id "
        "AND e.seq = m.seq AND e.hash = m.head WHERE e.seq IS NULL",
    ):
        assert connection.rows(missing) == [(0,)], missing


def all_clean(connection: Connection) -> None:
    found = verify(connection, rules.current())
    assert found.problems == []
    assert found.events > ROUNDS


@contextmanager
def rounds_of_victims(alone: Container[int]) -> Iterator[Iterator[tuple[int, Victim]]]:
    """Fifty victims, the next one starting while the last one works, unless that one is alone."""
    waiting: list[Victim] = []

    def each() -> Iterator[tuple[int, Victim]]:
        for round_ in range(ROUNDS):
            victim = waiting.pop() if waiting else Victim(f"v{round_}")
            if round_ not in alone and round_ + 1 < ROUNDS:
                waiting.append(Victim(f"v{round_ + 1}"))
            victim.listen(READY_SECONDS_MAX, b"ready\n")
            assert b"ready" in victim.told, "the victim did not come up"
            yield round_, victim

    try:
        yield each()
    finally:
        for victim in waiting:
            victim.kill()


def survive(chance: random.Random, crash: Callable[[], None], crashes: Container[int]) -> int:
    """Fifty rounds; gives how many events were acknowledged in them."""
    connection = database.connect()
    total = 0
    with rounds_of_victims(crashes) as victims:
        for round_, victim in victims:
            victim.listen(chance.uniform(0.02, LOAD_SECONDS_MAX))
            if round_ in crashes:
                crash()
            told = victim.kill()
            if round_ in crashes:
                connection = database.connect()
            judge(connection, told, round_)
            total += len(told)
            if round_ % LOOKED_AT_EVERY == LOOKED_AT_EVERY - 1:
                no_half_event(connection)
                seals.close_all(connection, restored(0, ZONE))
                all_clean(connection)
    connection.close()
    return total


def test_fifty_kills_on_sqlite_lose_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HAIHE_HOME", str(tmp_path))
    monkeypatch.delenv("HAIHE_DATABASE_URL", raising=False)
    prepare()
    assert survive(random.Random(SEED), lambda: None, ()) > ROUNDS


def test_fifty_kills_on_postgresql_lose_nothing_and_some_are_of_the_server_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HAIHE_HOME", str(tmp_path))
    with running_postgresql() as server:
        monkeypatch.setenv("HAIHE_DATABASE_URL", server.create_database())
        with psycopg.connect(os.environ["HAIHE_DATABASE_URL"]) as asked:
            assert asked.execute("SHOW fsync").fetchone() == ("on",)
        prepare()
        total = survive(random.Random(SEED), lambda: power_cut(server), CRASHES_OF_THE_SERVER)
        assert total > ROUNDS
        database.forget_reading_connection()


def prepare() -> None:
    """An empty journal in the place that the environment names."""
    rules.use(SmallCity())
    connection = database.connect()
    database.create_tables(connection)
    connection.close()


def power_cut(server: PostgresServer) -> None:
    """Immediate shutdown: every process of the server ends without a word; then it recovers."""
    words = [str(word) for word in server.postmaster.args]  # type: ignore[union-attr]  # a list
    server.postmaster.send_signal(signal.SIGQUIT)
    server.postmaster.wait(READY_SECONDS_MAX)
    folder = Path(words[words.index("-k") + 1])
    server.postmaster = launch(words, folder, account_for_server())
    assert answers(server), "the server did not come back"
