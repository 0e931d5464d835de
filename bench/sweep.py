"""`haihe bench sweep`: every model over 1, 5 and 20 million events, and over what was touched.

The views are a simulated city many times over (records/multiplied.py). Each size is swept in a
process of its own, after a bare scan of the columns that the cards of its models name; told for
all models and for the first forty by id. The sweep of touched matters runs on SQLite with as many
events of history. The ten rules of the peers are asked of the same events. Compare only within a
run.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Final

from bench.environment import ROOT, peer_python
from bench.installation import installation

HELP = "sweeps of millions of events beside a bare scan, pm4py and PostgreSQL; touched matters"

SIZES: Final = (1_000_000, 5_000_000, 20_000_000)
PEER_EVENTS: Final = 1_000_000
TOUCHED: Final = 1_000
DAYS, SCALE = 60, 0.0035  # of the city that is multiplied: some 20,000 events
PEER_SECONDS_MAX: Final = 3_600
# What the rules refuse of the city is left out: it is no part of what is measured.
TAKE_IN: Final = """
import sys
from haihe.commands import main
main(["simulate", "--days", sys.argv[1], "--scale", sys.argv[2], "--json"])
"""

Figures = dict[str, Any]


def arguments(parser: argparse.ArgumentParser) -> None:
    """Which sizes, and what beside them."""
    parser.add_argument("--json", action="store_true", help="figures as one JSON object")
    parser.add_argument("--size", type=int, action="append", help="events; may be repeated")
    parser.add_argument("--touched", type=int, default=TOUCHED, help="matters touched")
    parser.add_argument("--no-peers", action="store_true", help="without pm4py and PostgreSQL")
    parser.add_argument("--no-touched", action="store_true", help="full sweeps only")
    parser.add_argument("--peer-events", type=int, default=PEER_EVENTS, help="events of the peers")


def run(args: argparse.Namespace) -> int:
    """Measure and print; 0 (it judges nothing)."""
    begun = time.perf_counter()
    sizes = args.size or list(SIZES)
    figures: Figures = {"full": {}, "touched": {}, "peers": {}}
    with tempfile.TemporaryDirectory(prefix="haihe-bench-") as folder:
        base = Path(folder) / "base"
        figures["base"] = child("city", str(base), str(DAYS), str(SCALE))
        for size in sizes:
            say(f"{size:,} events: multiplying and sweeping")
            views = Path(folder) / "views"
            child("multiply", str(base), str(views), str(size))
            figures["full"][size] = child("full", str(views))
            subprocess.run(["rm", "-rf", str(views)], check=True)
        if not args.no_peers:
            say(f"{args.peer_events:,} events: ten rules here, in pm4py and in PostgreSQL")
            figures["peers"] = peers(base, Path(folder), args.peer_events)
    if not args.no_touched:
        figures["touched"] = touched(sizes, args.touched)
    figures["seconds_in_all"] = round(time.perf_counter() - begun)
    if args.json:
        print(json.dumps(figures))
    else:
        show(figures)
    return 0


def say(words: str) -> None:
    """What goes on, for whoever waits."""
    print(f"bench sweep: {words} …", file=sys.stderr, flush=True)


def child(*words: str) -> Figures:
    """One measurement in a process of its own; its figures."""
    told = subprocess.run(
        [sys.executable, "-m", "bench.sweep_runs", *words],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    figures: Figures = json.loads(told.stdout.splitlines()[-1])
    return figures


def peers(base: Path, folder: Path, events: int) -> Figures:
    """The ten rules over the same events: in the views, in pm4py, in PostgreSQL."""
    from tests.postgresql import running_postgresql

    views, log = folder / "peer-views", folder / "log.parquet"
    child("multiply", str(base), str(views), str(events))
    child("log", str(views), str(log))
    found = {"haihe": child("rules", str(views))}
    with running_postgresql() as server:
        found["postgresql"] = child("postgresql", str(log), server.create_database())
    told = subprocess.run(
        [peer_python(), ROOT / "bench" / "peers" / "ten_rules.py", log],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=PEER_SECONDS_MAX,
    )
    found["pm4py"] = json.loads(told.stdout.splitlines()[-1])
    ours = found["haihe"]["rules_seconds"]
    for name in ("postgresql", "pm4py"):
        found[name]["times_ours"] = round(found[name]["rules_seconds"] / ours, 1)
        found[name]["agrees"] = found[name]["found"] == found["haihe"]["found"]
    return found


def touched(sizes: list[int], matters: int) -> Figures:
    """The sweep of so many touched matters, in one journal that grows to each size."""
    found: Figures = {}
    with installation(None) as fresh:
        say("a journal whose history grows")
        fresh.python("-c", TAKE_IN, str(DAYS), str(SCALE))
        fresh.figures("-m", "bench.sweep_runs", "begin")
        for size in sizes:
            say(f"{size:,} events of history: {matters:,} touched matters")
            fresh.figures("-m", "bench.sweep_runs", "grow", str(size))
            found[str(size)] = fresh.figures("-m", "bench.sweep_runs", "touched", str(matters))
    return found


def show(figures: Figures) -> None:
    """The figures for people."""
    print(
        f"{'events':>12}{'matters':>12}{'models':>8}{'sweep s':>10}{'scan s':>9}{'ratio':>8}"
        f"{'MB':>8}"
    )
    for size, one in figures["full"].items():
        print(
            f"{int(size):>12,}{one['matters']:>12,}{one['models']:>8}{one['sweep_seconds']:>10.1f}"
            f"{one['scan_seconds']:>9.1f}{one['times_the_scan']:>8.1f}{one['peak_mb']:>8,}"
        )
        print(f"  {one['forty']['rule']}: {one['forty']['seconds']:.1f} s")
        print(
            f"  processor: sweep {one['processor_seconds']} s, scan"
            f" {one['scan_processor_seconds']} s, of all threads"
        )
        slowest = sorted(one["seconds_of"].items(), key=lambda pair: -pair[1])[:5]
        print("  slowest: " + ", ".join(f"{name} {seconds:.1f}" for name, seconds in slowest))
    for size, one in figures["touched"].items():
        print(
            f"{int(size):>12,} events of history: {one['matters']:,} touched matters in"
            f" {one['seconds']:.2f} s ({one['linked_left']} models left for a full sweep)"
        )
    for name, one in figures["peers"].items():
        more = f", {one['times_ours']} times ours" if "times_ours" in one else ""
        print(f"{name}: ten rules {one['rules_seconds']} s, loading {one['load_seconds']} s{more}")
    print(f"{figures['seconds_in_all']} seconds in all")
