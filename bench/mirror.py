"""`haihe bench mirror`: events a second from the journal into the views, and the lag under load.

For each database: a simulated city is taken in, its views are made from nothing; then people take
steps as fast as they are answered while a process beside them brings the views up again and again.
The lag is the time from the moment an event was answered to the moment the views told it.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import statistics
import subprocess
import sys
import time
from datetime import UTC, datetime
from typing import Any, Final

from bench.environment import ROOT
from bench.installation import Installation, installation
from bench.sweep import TAKE_IN
from tests.postgresql import PostgresServer, running_postgresql

HELP = "events a second from the journal into the views, and the lag behind it under load"

DAYS, SCALE = 60, 0.0035
CALLERS: Final = 2

Figures = dict[str, Any]


def arguments(parser: argparse.ArgumentParser) -> None:
    """Where, how much, how long."""
    parser.add_argument("--json", action="store_true", help="figures as one JSON object")
    parser.add_argument("--database", choices=["sqlite", "postgresql"], action="append")
    parser.add_argument("--days", type=int, default=DAYS, help="of the simulated city")
    parser.add_argument("--scale", type=float, default=SCALE, help="of the simulated city")
    parser.add_argument("--seconds", type=float, default=20.0, help="of load")


def run(args: argparse.Namespace) -> int:
    """Measure and print; 0 (it judges nothing)."""
    figures: Figures = {}
    with contextlib.ExitStack() as stack:
        for database in args.database or ["sqlite", "postgresql"]:
            server = stack.enter_context(running_postgresql()) if database != "sqlite" else None
            figures[database] = measured(args, server)
    if args.json:
        print(json.dumps(figures))
        return 0
    for database, one in figures.items():
        whole, load = one["from_nothing"], one["under_load"]
        print(
            f"{database:12}{whole['events']:>9,} events in {whole['seconds']:.1f} s:"
            f" {whole['events_per_second']:,.0f} a second. Under {load['steps_per_second']:,.0f}"
            f" steps a second the views lag {load['lag_median_seconds']:.2f} s"
            f" (most {load['lag_most_seconds']:.2f} s)."
        )
    return 0


def measured(args: argparse.Namespace, server: PostgresServer | None) -> Figures:
    """The views made from nothing, and kept up under load."""
    with installation(server) as fresh:
        fresh.python("-c", TAKE_IN, str(args.days), str(args.scale))
        whole = fresh.figures("-m", "bench.mirror", "whole")
        return {"from_nothing": whole, "under_load": under_load(fresh, args.seconds)}


def under_load(fresh: Installation, seconds: float) -> Figures:
    """People and mirror beside each other, each in a process of its own."""
    words = [sys.executable, "-m", "bench.mirror", "people", str(seconds)]
    with subprocess.Popen(
        words, cwd=ROOT, env=fresh.environment, stdout=subprocess.PIPE, text=True
    ) as people:
        lag = fresh.figures("-m", "bench.mirror", "follow", str(seconds))
        told, _ = people.communicate()
    return json.loads(told.splitlines()[-1]) | lag


def whole() -> Figures:
    """Every view of a journal, made from nothing."""
    from haihe.records import mirror, rules
    from haihe.records.database import reading_connection

    connection, in_use = reading_connection(), rules.current()
    procedures = in_use.every_version()
    begun = time.perf_counter()
    mirror.refresh(connection, in_use, procedures, datetime.now(UTC))
    seconds = time.perf_counter() - begun
    (events,) = connection.rows("SELECT count(*) FROM event")[0]
    return {
        "events": events,
        "seconds": round(seconds, 2),
        "events_per_second": round(events / seconds),
    }


def people(seconds: str) -> Figures:
    """Alarms are taken and graded by CALLERS people for so long."""
    from bench.measure import measure
    from haihe.kernel.values import Actor, Command, Data
    from haihe.records import write
    from haihe.records.answers import Recorded

    taker = Actor(person="taker", role="call_taker", organ="tj-110")
    data: Data = {"channel": "phone", "place": "马场道12号", "what": "争吵", "urgent": False}
    data |= {"caller_name": "甲", "phone": "13900000001"}

    def act(caller: int, turn: int) -> None:
        answer = write.submit(
            Command(
                key=f"{caller}-{turn}", act="take_call", actor=taker, kind="alarm", data=dict(data)
            )
        )
        assert isinstance(answer, Recorded), answer

    told = measure(act, callers=CALLERS, seconds=float(seconds))
    return {"steps_per_second": told["steps_per_second"], "p99_ms": told["p99_ms"]}


def follow(seconds: str) -> Figures:
    """Refresh again and again; how far behind the newest event the views were told each time."""
    from haihe.records import mirror, rules
    from haihe.records.database import reading_connection
    from haihe.records.instants import stored
    from haihe.supervision.manifest import read_manifest

    connection, in_use = reading_connection(), rules.current()
    procedures = in_use.every_version()
    lags: list[float] = []
    events = 0
    ends_at = time.monotonic() + float(seconds)
    while time.monotonic() < ends_at:
        before = read_manifest(mirror.folder())
        since = before.position if before else 0
        oldest = connection.rows("SELECT min(recorded_at) FROM event WHERE position > ?", (since,))[
            0
        ][0]
        mirror.refresh(connection, in_use, procedures, datetime.now(UTC))
        after = read_manifest(mirror.folder())
        assert after is not None
        if oldest is not None and after.position > since:
            lags.append((stored(datetime.now(UTC)) - oldest) / 1_000_000)
            events += after.position - since
    return {
        "refreshes": len(lags),
        "events_mirrored": events,
        "lag_median_seconds": round(statistics.median(lags), 3) if lags else 0.0,
        "lag_most_seconds": round(max(lags, default=0.0), 3),
    }


if __name__ == "__main__":
    import django

    django.setup()
    commands = {"whole": whole, "people": people, "follow": follow}
    print(json.dumps(commands[sys.argv[1]](*sys.argv[2:])))
