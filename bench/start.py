"""`haihe bench start`: how long the program takes to read its pack and to serve its first page.

The first page is asked of an installation that already holds the demo city, as every later
`make run` finds it, beside the limit the house has set for it.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from typing import Any

from bench.environment import ROOT
from bench.installation import Installation, installation

HELP = "reading the pack, and the first page of a later start"

FIRST_PAGE_SECONDS_MAX = 5.0  # the limit of the house for a later start
ANSWER_SECONDS_MAX = 120.0
PORT = 8971
READ = """
import time
from haihe.pack import load_pack
begun = time.perf_counter()
load_pack()
print(time.perf_counter() - begun)
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """How often, and whether to print JSON."""
    parser.add_argument("--json", action="store_true", help="figures as one JSON object")
    parser.add_argument("--rounds", type=int, default=5, help="of which the median counts")


def run(args: argparse.Namespace) -> int:
    """Measure and print; exit code 1 when the first page comes later than the limit."""
    with installation(None) as fresh:
        fresh.python("-m", "haihe", "demo")
        figures = {
            "read_pack_seconds": median(args.rounds, lambda: float(fresh.python("-c", READ))),
            "first_page_seconds": median(args.rounds, lambda: first_page(fresh)),
            "first_page_limit_seconds": FIRST_PAGE_SECONDS_MAX,
        }
    print(json.dumps(figures) if args.json else "\n".join(f"{k}: {v}" for k, v in figures.items()))
    return 0 if figures["first_page_seconds"] < FIRST_PAGE_SECONDS_MAX else 1


def median(rounds: int, measured: Callable[[], float]) -> float:
    """The median of several rounds, in seconds."""
    return round(statistics.median(measured() for _ in range(rounds)), 3)


def first_page(fresh: Installation) -> float:
    """Start everything as `make run` does and wait for the citizen's first page."""
    begun = time.perf_counter()
    words: list[Any] = [sys.executable, "-m", "haihe", "run", "--demo", "--port", str(PORT)]
    with subprocess.Popen(words, cwd=ROOT, env=fresh.environment, stderr=subprocess.DEVNULL) as run:
        try:
            while time.perf_counter() - begun < ANSWER_SECONDS_MAX:
                with (
                    contextlib.suppress(OSError),
                    urllib.request.urlopen(f"http://127.0.0.1:{PORT}/", timeout=5) as page,
                ):
                    page.read()
                    return time.perf_counter() - begun
                time.sleep(0.02)
        finally:
            run.terminate()
    raise RuntimeError(f"no page within {ANSWER_SECONDS_MAX} seconds")
