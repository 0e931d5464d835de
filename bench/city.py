"""`haihe bench city`: a simulated city generated, taken in through the bulk door, and multiplied.

`day_seconds` is one day at scale 0.01 as a person waits for it, the program's start included.
`generate` and `take_in` are events a second of the same days: told as lines only, and with the
rules, chains, clocks and rows of the bulk door; `views` without a database; `multiply` repeats it.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.installation import Installation, installation

HELP = "a simulated city: seconds of a day at scale 0.01, events a second generated and taken in"

UNTIL = "2026-11-20"
SCALE = "0.01"
SIMULATE = ("-m", "haihe", "simulate", "--json", "--until", UNTIL, "--scale", SCALE)
MULTIPLY = """
import json, sys, time
from pathlib import Path
from haihe.pack import load_pack
from haihe.records.multiplied import multiply
procedures = tuple(one for all_ in load_pack().procedures.values() for one in all_)
begun = time.perf_counter()
base, folder, events = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
done = multiply(base, folder, events=events, procedures=procedures)
print(json.dumps({"events": done.events, "seconds": time.perf_counter() - begun}))
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """How much, how often."""
    parser.add_argument("--json", action="store_true", help="figures as one JSON object")
    parser.add_argument("--days", type=int, default=5, help="taken in, at scale 0.01")
    parser.add_argument(
        "--rounds", type=int, default=3, help="of the single day; the median counts"
    )
    parser.add_argument("--events", type=int, default=1_000_000, help="of the multiplied city")


def run(args: argparse.Namespace) -> int:
    """Measure and print; exit code 0 (it judges nothing)."""
    with tempfile.TemporaryDirectory(prefix="haihe-bench-city-") as lent:
        figures = measured(args, Path(lent))
    if args.json:
        print(json.dumps(figures))
        return 0
    for name, value in figures.items():
        print(f"  {name:<32}{value:>14,.2f}")
    return 0


def measured(args: argparse.Namespace, folder: Path) -> dict[str, float]:
    """All figures, by name."""
    waits: list[float] = []
    for _ in range(args.rounds):
        with installation(None) as fresh:
            waits.append(spent(fresh, *SIMULATE, "--days", "1")[0])
    with installation(None) as fresh:
        start = spent(fresh, *SIMULATE, "--days", "1", "--out", str(folder / "day"))[0]
        days = ("--days", str(args.days))
        told, _ = spent(fresh, *SIMULATE, *days, "--out", str(folder / "told"))
        taken, through = spent(fresh, *SIMULATE, *days)
        seen, views = spent(fresh, *SIMULATE, *days, "--views", str(folder / "views"))
        many = fresh.figures(
            "-c", MULTIPLY, str(folder / "views"), str(folder / "many"), str(args.events)
        )
    return {
        "day_seconds": statistics.median(waits),
        "day_without_database_seconds": start,
        "matters": through["matters"],
        "events": through["events"],
        "generate_events_per_second": through["events"] / told,
        "take_in_events_per_second": through["events"] / taken,
        "take_in_to_generate": taken / told,
        "views_events_per_second": views["events"] / seen,
        "multiply_events_per_second": many["events"] / many["seconds"],
    }


def spent(fresh: Installation, *words: str) -> tuple[float, dict[str, Any]]:
    """Seconds of a program, and what it printed."""
    begun = time.perf_counter()
    printed = fresh.python(*words)
    return time.perf_counter() - begun, json.loads(printed.splitlines()[-1])
