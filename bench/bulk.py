"""`haihe bench bulk`: events a second through `submit_many`, beside raw COPY and executemany.

The histories are those of a simulated city. Each round fills two empty databases: one through the
door (rules, clocks, chain, projection), one by a bare script that writes the rows the first round
left. `events_only` writes just the events and computes their SHA-256 chain; `all_rows` writes every
table that bulk intake writes.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import pickle
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bench.installation import installation
from haihe.records.tables import TABLES
from haihe.simulation.telling import Chronicler
from tests.postgresql import PostgresServer, running_postgresql

HELP = "events a second through bulk intake, beside raw COPY / executemany"

UNTIL = datetime(2026, 9, 1, 23, 59, 59, tzinfo=ZoneInfo("Asia/Shanghai"))
SEED = 1
REFUSED_SHARE_MAX = 0.01  # of the histories; the rules change, the courses follow
ROWS_A_COMMIT = 4_000

Figures = dict[str, Any]


def arguments(parser: argparse.ArgumentParser) -> None:
    """How much, how often, where."""
    parser.add_argument("--json", action="store_true", help="figures as one JSON object")
    parser.add_argument("--days", type=int, default=60, help="of the simulated city")
    parser.add_argument("--scale", type=float, default=0.0035, help="of the simulated city")
    parser.add_argument("--rounds", type=int, default=3, help="of which the median counts")
    parser.add_argument("--workers", type=int, default=2, help="processes that decide")
    parser.add_argument("--database", choices=["sqlite", "postgresql"], action="append")


def run(args: argparse.Namespace) -> int:
    """Measure and print; exit code 0 (it judges nothing)."""
    figures: Figures = {}
    with contextlib.ExitStack() as stack:
        for database in args.database or ["sqlite", "postgresql"]:
            server = stack.enter_context(running_postgresql()) if database != "sqlite" else None
            figures[database] = measure_database(args, server)
    if args.json:
        print(json.dumps(figures))
        return 0
    for database, told in figures.items():
        print(f"\n{database}")
        for name, rate in told.items():
            print(f"  {name:<22}{rate:>12,.0f}" if rate >= 10 else f"  {name:<22}{rate:>12.2f}")
    return 0


def measure_database(args: argparse.Namespace, server: PostgresServer | None) -> Figures:
    """Events a second: through the door, and the two raw limits; medians of the rounds."""
    rounds: list[Figures] = []
    for number in range(args.rounds):
        print(f"bench bulk: round {number + 1} of {args.rounds} …", file=sys.stderr, flush=True)
        with tempfile.TemporaryDirectory(prefix="haihe-bench-") as folder:
            rows = str(Path(folder) / "rows.pickle")
            with installation(server) as fresh:
                through = fresh.figures(
                    "-m",
                    "bench.bulk",
                    "take",
                    str(args.days),
                    str(args.scale),
                    str(args.workers),
                    rows,
                )
            with installation(server) as fresh:
                events = fresh.figures("-m", "bench.bulk", "raw-events", rows)
            with installation(server) as fresh:
                everything = fresh.figures("-m", "bench.bulk", "raw-all", rows)
        rounds.append({"submit_many": through, "events_only": events, "all_rows": everything})
    told = {name: statistics.median(one[name] for one in rounds) for name in rounds[0]}
    told["share_of_events_only"] = told["submit_many"] / told["events_only"]
    told["share_of_all_rows"] = told["submit_many"] / told["all_rows"]
    return {name: round(value, 3) for name, value in told.items()}


# ── inner programs, each in an installation of its own ───────────────────────────────────────


def told(days: int, scale: float) -> Chronicler:
    """The simulated city, its bodies beside those of the installation."""
    from haihe.pack import load_pack
    from haihe.pack.city import load_organs
    from haihe.records.simulated import found_bodies
    from haihe.simulation.book import load_book
    from haihe.simulation.city import Simulation

    simulation = Simulation(load_pack(), load_book(), SEED, known=load_organs().by_name())
    found_bodies(simulation.city)
    return Chronicler(simulation, UNTIL, days, scale)


def take(days: str, scale: str, workers: str, rows: str) -> float:
    """Take its histories in; leave the rows for the raw scripts; events a second."""
    from haihe.records import database, write

    held = rows_held()
    waiting = list(told(int(days), float(scale)).chronicles())
    begun = time.perf_counter()
    events, refused = 0, []
    for taken in write.submit_many(waiting, workers=int(workers)):
        refused += taken.refused
        events += taken.events
    seconds = time.perf_counter() - begun
    if len(refused) > REFUSED_SHARE_MAX * len(waiting):
        raise RuntimeError(f"{len(refused)} of {len(waiting)}: {refused[0].refused.says}")
    connection = database.connect()
    left = {
        name: connection.rows(f"SELECT {', '.join(TABLES[name].names)} FROM {name}")
        for name, count in rows_held().items()
        if count and not held[name]
    }
    Path(rows).write_bytes(pickle.dumps(left))
    return events / seconds


def rows_held() -> dict[str, int]:
    """How many rows each table has."""
    from haihe.records import database

    connection = database.connect()
    return {name: connection.rows(f"SELECT count(*) FROM {name}")[0][0] for name in TABLES}


def raw_events(rows: str) -> float:
    """Write the events alone, computing their chain; events a second."""
    from haihe.records.chain import GENESIS, HASHES, EventRow, canonical_event

    events = pickle.loads(Path(rows).read_bytes())["event"]
    hash_of = HASHES["sha256"]

    def chained() -> list[tuple[Any, ...]]:
        head, done = GENESIS, []
        for row in events:
            told = EventRow._make(row[:-1])
            head = hash_of(canonical_event(told, GENESIS if told.seq == 1 else head))
            done.append((*row[:-1], head))
        return done

    return _timed(lambda: _load({"event": chained()}), len(events))


def raw_all(rows: str) -> float:
    """Write every row that bulk intake left; events a second."""
    left = pickle.loads(Path(rows).read_bytes())
    return _timed(lambda: _load(left), len(left["event"]))


def _timed(work: Callable[[], None], events: int) -> float:
    begun = time.perf_counter()
    work()
    return events / (time.perf_counter() - begun)


def _load(tables: dict[str, list[tuple[Any, ...]]]) -> None:
    from haihe.records import database

    connection = database.connect()
    for name, rows in tables.items():
        for start in range(0, len(rows), ROWS_A_COMMIT):
            connection.begin()
            connection.load(name, rows[start : start + ROWS_A_COMMIT])
            connection.commit()
    connection.close()


if __name__ == "__main__":
    inner = {"take": take, "raw-events": raw_events, "raw-all": raw_all}
    print(inner[sys.argv[1]](*sys.argv[2:]))
