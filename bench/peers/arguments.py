"""The command line every peer shares."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable

from bench.measure import measure

FORM = {"officers": ["p-1", "p-2"], "note": "现场处置完毕,双方同意调解", "recorder_on": True}
CASES_OPEN = 64  # open cases the callers work on; each caller keeps to its own


def parse() -> argparse.Namespace:
    """The peer's arguments: database (`sqlite:FILE` or a postgresql URL), callers, seconds."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--database", required=True)
    parser.add_argument("--callers", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=3.0)
    return parser.parse_args()


def report(args: argparse.Namespace, act: Callable[[int, int], None]) -> None:
    """Measure the act and print the figures as one JSON line."""
    print(json.dumps(measure(act, callers=args.callers, seconds=args.seconds)), flush=True)
