"""`haihe bench write`: durable human steps a second, beside the raw limit and beside the peers.

Everything runs in turn in one call, each on a fresh database of the same machine: the raw limit
(the very statements of our steps, played by a bare script or by pgbench), Haihe in process and over
HTTP, and the peers doing the same human step with the same durability. Haihe and its raw limit work
in a journal that holds a simulated city. Compare only within a run.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.environment import ROOT, peer_python
from bench.installation import Installation, installation, served
from bench.sweep import TAKE_IN
from tests.postgresql import PostgresServer, find_programs, running_postgresql

HELP = "durable steps a second, in process and over HTTP, beside raw limits and peers"

PEERS = {
    "spiffworkflow": "bench.peers.spiff",
    "viewflow": "bench.peers.viewflow_steps",
    "eventsourcing": "bench.peers.eventsourced",
    "dbos": "bench.peers.dbos_steps",
}
RECORDED_STEPS = 2_000  # steps whose statements the raw script plays
COMMANDS_A_COMMIT = 64
PEER_SECONDS_MAX = 120

Figures = dict[str, Any]

RECORD = """
import pickle, sys
from pathlib import Path
from bench.human_step import take_steps
from bench.in_process import submit
from bench.raw import record
from haihe.records import home
steps = record(take_steps(submit), int(sys.argv[1]), home.sqlite_file())
pickle.dump(steps, open(sys.argv[2], "wb"))
"""
REPLAY = """
import pickle, sys
from bench.raw import replay_sqlite
from haihe.records import home
steps = pickle.load(open(sys.argv[1], "rb"))
print(replay_sqlite(steps, home.sqlite_file(), int(sys.argv[2])))
"""
SCRIPT = """
import pickle, sys
from bench.raw import pgbench_script
steps = pickle.load(open(sys.argv[1], "rb"))
open(sys.argv[2], "w").write(pgbench_script(steps[int(sys.argv[3])]))
"""
MIDDLE_STEP = 12  # the step of the record that pgbench plays: an ordinary one, not an opening


def arguments(parser: argparse.ArgumentParser) -> None:
    """What to measure and for how long."""
    parser.add_argument("--json", action="store_true", help="figures as one JSON object")
    parser.add_argument("--callers", type=int, nargs="+", default=[1, 16, 64])
    parser.add_argument("--seconds", type=float, default=3.0, help="of each measurement")
    parser.add_argument("--rounds", type=int, default=3, help="of which the median counts")
    parser.add_argument("--database", choices=["sqlite", "postgresql"], action="append")
    parser.add_argument("--days", type=int, default=10, help="of the simulated city")
    parser.add_argument("--scale", type=float, default=0.0035, help="of the simulated city")
    parser.add_argument("--no-peers", action="store_true", help="without installing the peers")


def run(args: argparse.Namespace) -> int:
    """Measure and print; exit code 0 (it judges nothing)."""
    figures: Figures = {}
    databases = args.database or ["sqlite", "postgresql"]
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="haihe-bench-")))
        recorded = folder / "steps.pickle"
        with lived_in(args, None) as city, installation(None, city) as fresh:
            fresh.python("-c", RECORD, str(RECORDED_STEPS), str(recorded))
        for database in databases:
            server = stack.enter_context(running_postgresql()) if database != "sqlite" else None
            with lived_in(args, server) as city:
                figures[database] = measure_database(args, server, recorded, city)
    if args.json:
        print(json.dumps(figures))
    else:
        print_table(figures)
    return 0


@contextlib.contextmanager
def lived_in(args: argparse.Namespace, server: PostgresServer | None) -> Iterator[Installation]:
    """An installation that holds the simulated city; each measurement works in a copy of it."""
    with installation(server) as city:
        city.python("-c", TAKE_IN, str(args.days), str(args.scale))
        yield city


def measure_database(
    args: argparse.Namespace, server: PostgresServer | None, recorded: Path, city: Installation
) -> Figures:
    """Every figure on one database; `server` is None for SQLite."""
    peers = {} if args.no_peers else PEERS
    told: Figures = {"raw": [], "in_process": [], "http": [], **{name: [] for name in peers}}
    for callers in args.callers:
        rounds: dict[str, list[Figures]] = {name: [] for name in told}
        for _ in range(args.rounds):
            say(f"{'postgresql' if server else 'sqlite'}, {callers} callers")
            rounds["raw"].append(raw_limit(args, server, recorded, callers, city))
            rounds["in_process"].append(in_process(args, server, callers, city))
            rounds["http"].append(over_http(args, server, callers, city))
            for name, module in peers.items():
                rounds[name].append(peer(args, server, module, callers))
        for name, figures in rounds.items():
            told[name].append({"callers": callers} | median(figures))
    return told


def median(figures: list[Figures]) -> Figures:
    """The median of each figure over the rounds."""
    names = [name for name in figures[0] if name != "callers"]
    return {name: round(statistics.median(one[name] for one in figures), 2) for name in names}


def raw_limit(
    args: argparse.Namespace,
    server: PostgresServer | None,
    recorded: Path,
    callers: int,
    city: Installation,
) -> Figures:
    """SQLite: our statements, one COMMIT a step and 64 a COMMIT; PostgreSQL: pgbench."""
    if server is None:
        with installation(None, city) as fresh:
            single = float(fresh.python("-c", REPLAY, str(recorded), "1"))
        with installation(None, city) as fresh:
            grouped = float(fresh.python("-c", REPLAY, str(recorded), str(COMMANDS_A_COMMIT)))
        limit = single if callers == 1 else grouped
        return {"steps_per_second": limit, "one_a_commit": single, "64_a_commit": grouped}
    from bench.raw import run_pgbench

    with installation(server, city) as fresh:
        script = fresh.home / "step.sql"
        fresh.python("-c", SCRIPT, str(recorded), str(script), str(MIDDLE_STEP))
        url = fresh.environment["HAIHE_DATABASE_URL"]
        rate = run_pgbench(url, script, callers, args.seconds, find_programs())
    return {"steps_per_second": rate}


def in_process(
    args: argparse.Namespace, server: PostgresServer | None, callers: int, city: Installation
) -> Figures:
    """Haihe, `write.submit` called by threads of one process."""
    with installation(server, city) as fresh:
        return fresh.figures("-m", "bench.in_process", *lengths(args, callers))


def over_http(
    args: argparse.Namespace, server: PostgresServer | None, callers: int, city: Installation
) -> Figures:
    """Haihe behind its web server, called from another process."""
    with installation(server, city) as fresh, served(fresh) as port:
        tokens = fresh.tokens()
        return fresh.figures(
            "-m",
            "bench.over_http",
            "--port",
            str(port),
            "--tokens",
            str(tokens),
            *lengths(args, callers),
        )


def peer(
    args: argparse.Namespace, server: PostgresServer | None, module: str, callers: int
) -> Figures:
    """A peer in its own environment and process, on an empty database."""
    with empty_database(server) as address:
        words = [str(peer_python()), "-m", module, "--database", address, *lengths(args, callers)]
        told = subprocess.run(
            words,
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=PEER_SECONDS_MAX,
        )
    if told.returncode != 0:
        raise RuntimeError(f"{module} failed:\n{told.stderr[-2000:]}")
    figures: Figures = json.loads(told.stdout.splitlines()[-1])
    return figures


@contextlib.contextmanager
def empty_database(server: PostgresServer | None) -> Iterator[str]:
    """The address of an empty database, as the peers take it."""
    if server is not None:
        url = server.create_database()
        yield url
        server.drop_database(url)
        return
    with tempfile.TemporaryDirectory(prefix="haihe-bench-") as folder:
        yield f"sqlite:{folder}/peer.sqlite3"


def lengths(args: argparse.Namespace, callers: int) -> list[str]:
    """How many callers for how long, as every program of the bench takes it."""
    return ["--callers", str(callers), "--seconds", str(args.seconds)]


def print_table(figures: Figures) -> None:
    """A row a measurement: steps a second, its ratio to the raw limit, p50 and p99."""
    for database, told in figures.items():
        limits = {one["callers"]: one["steps_per_second"] for one in told["raw"]}
        print(
            f"\n{database:<12}{'callers':>8}{'steps/s':>10}{'of raw':>8}{'p50 ms':>9}{'p99 ms':>9}"
        )
        for name, rows in told.items():
            for row in rows:
                share = row["steps_per_second"] / limits[row["callers"]]
                print(
                    f"{name:<14}{row['callers']:>6}{row['steps_per_second']:>10.0f}{share:>8.2f}"
                    f"{row.get('p50_ms', 0):>9.2f}{row.get('p99_ms', 0):>9.2f}"
                )


def say(words: str) -> None:
    """What is being measured, for whoever waits."""
    print(f"bench write: {words} …", file=sys.stderr, flush=True)
