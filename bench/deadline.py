"""`haihe bench deadline`: statutory periods computed a second, beside bare date arithmetic.

The same mixed questions (days, working days, months, years, hours, counted back; a third of them
with an exclusion) are computed without reasons, with reasons, and as lines of `haihe due --batch`.
The bare figure adds a timedelta to each start and looks nothing up; compare only within a run.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

from haihe.kernel.allowance import Allowance, parse_allowance
from haihe.kernel.calendar import Calendar
from haihe.kernel.deadline import CIVIL_CODE, Exclusion, GeneralLaw, due
from haihe.kernel.reckoning import ROLLS, Roll
from haihe.pack.calendar import load_calendar
from haihe.pack.place import law_folder

HELP = "statutory periods computed a second, with and without reasons, and as a batch"

SEED = 20261122
QUESTIONS = 100_000
STARTS = 5
QUESTIONS_MAX = 2_000_000
SECONDS_MAX = 1.0  # for 100,000 computations without reasons
LENGTHS = (
    "3 days", "15 days", "30 days", "60 days", "5 working days", "20 working days", "2 months",
    "6 months", "1 year", "8 hours", "24 hours", "3 days before", "7 working days before",
)  # fmt: skip


class Asked(NamedTuple):
    """One question, as values and as the text of a batch line."""

    allowance: Allowance
    start: date | datetime
    roll: Roll
    exclusions: tuple[Exclusion, ...]
    line: str


def arguments(parser: argparse.ArgumentParser) -> None:
    """How many questions, and whether to print JSON."""
    parser.add_argument("--questions", type=int, default=QUESTIONS, help="default 100,000")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")


def run(args: argparse.Namespace) -> int:
    """Measure and print; 1 when 100,000 computations take longer than SECONDS_MAX."""
    if not 1 <= args.questions <= QUESTIONS_MAX:
        print(f"haihe bench deadline: 1 to {QUESTIONS_MAX} questions", file=sys.stderr)
        return 2
    calendar = load_calendar(law_folder() / "calendar")
    asked = questions(args.questions, calendar)
    seconds = {
        "bare": timed(lambda: bare(asked)),
        "dates": timed(lambda: computed(asked, calendar, None)),
        "with_reasons": timed(lambda: computed(asked, calendar, CIVIL_CODE)),
        "batch": timed(lambda: batch(asked)),
    }
    per_second = {name: round(len(asked) / taken) for name, taken in seconds.items()}
    limit = SECONDS_MAX * args.questions / QUESTIONS
    figures = {
        "questions": len(asked),
        "seconds": {name: round(taken, 3) for name, taken in seconds.items()},
        "per_second": per_second,
        "limit_seconds": limit,
        "dates_to_bare": round(seconds["dates"] / seconds["bare"], 1),
        "start_seconds": round(statistics.median(timed(one_question) for _ in range(STARTS)), 3),
    }
    if args.json:
        print(json.dumps(figures))
    else:
        for name, taken in seconds.items():
            print(f"{name:>12}: {taken:6.2f} s  {per_second[name]:>9,} a second")
        print(f"limit for dates: {limit:.2f} s")
        print(f"one question on the command line: {figures['start_seconds']:.2f} s")
    return 0 if seconds["dates"] < limit else 1


def questions(count: int, calendar: Calendar) -> list[Asked]:
    """The seeded mix of questions."""
    chance = random.Random(SEED)
    return [question(chance, calendar) for _ in range(count)]


def question(chance: random.Random, calendar: Calendar) -> Asked:
    """One question of the mix."""
    text = chance.choice(LENGTHS)
    roll = chance.choice(ROLLS)
    first = date(2024, 1, 1) + timedelta(days=chance.randrange(1_000))
    start: date | datetime = first
    if "hour" in text:
        start = datetime.combine(first, time(chance.randrange(24), 15), calendar.zone)
    exclusions: tuple[Exclusion, ...] = ()
    if chance.random() < 1 / 3:
        begun = first + timedelta(days=chance.randrange(1, 10))
        exclusions = (Exclusion(begun, begun + timedelta(days=chance.randrange(1, 30)), "鉴定"),)
    request = {"allow": text, "from": start.isoformat(), "roll": roll}
    spans = {"exclude": [f"{one.first}..{one.last}" for one in exclusions]} if exclusions else {}
    return Asked(parse_allowance(text), start, roll, exclusions, json.dumps({**request, **spans}))


def timed(act: Callable[[], None]) -> float:
    """Seconds one call takes."""
    begun = perf_counter()
    act()
    return perf_counter() - begun


def bare(asked: list[Asked]) -> None:
    """Add a length to every start and nothing else."""
    for one in asked:
        one.start + timedelta(days=one.allowance.n)


def computed(asked: list[Asked], calendar: Calendar, law: GeneralLaw | None) -> None:
    """Compute every question; `law=None` leaves the reasons out."""
    for one in asked:
        due(
            one.allowance,
            one.start,
            calendar,
            roll=one.roll,
            exclusions=one.exclusions,
            law=law,
        )


def batch(asked: list[Asked]) -> None:
    """Ask everything through the command line in one file."""
    with tempfile.TemporaryDirectory() as folder:
        requests = Path(folder) / "requests.jsonl"
        requests.write_text("\n".join(one.line for one in asked) + "\n", encoding="utf-8")
        words = [sys.executable, "-m", "haihe", "due", "--batch", str(requests)]
        with (Path(folder) / "answers.jsonl").open("wb") as answers:
            subprocess.run(words, check=True, stdout=answers)


def one_question() -> None:
    """Start the program for a single question."""
    words = [sys.executable, "-m", "haihe", "due", "30 days", "--from", "2026-09-01", "--json"]
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
