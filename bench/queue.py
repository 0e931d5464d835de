"""`haihe bench queue`: the waiting time told to people, against the two usual rules, on a real log.

The log is a call centre's (shared/data/queue, or --data FILE of the same form). The memory learns
from the earlier days (or from all of --learn FILE); the later ones are the test: each person who
queued and was served is told a wait when they join, and the wait they had is compared with it. As
in service, what a test day showed is learned when it is over, and the interval learns from each
wait that has ended; the same with nothing learned on the test days is printed beside it. Two rules
get the same test: the wait so far of the head of the line (HOL), and that of the last to enter
service (LES), each over all calls and over the own group of servers; the better one counts.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import heapq
import json
import math
import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from bench.environment import ROOT
from haihe.queueing.waiting import Forecast, Memory, Tuning, by_pace
from haihe.queueing.watch import Moment, Watch

HELP = "the waiting time told to people, against head-of-line and last-to-enter-service"

LOG: Final = ROOT.parent / "shared/data/queue/call_centre_1999_08_days_01_21.csv.gz"
LEARN_SHARE: Final = 2 / 3  # of the days of a log
ALIKE: Final = 0.5  # cosine of the servers of two types from which they share a group
ADVANCED_SECONDS: Final = 90.0  # by which this call centre puts callers of priority 2 ahead
ROWS_MAX: Final = 5_000_000
BROKEN_SHARE_MAX: Final = 0.01  # lines that cannot be read; with more the log is refused
NEEDED: Final = ("date", "type", "q_start", "q_exit", "outcome")  # the others help
GZIP: Final = b"\x1f\x8b"
BELOW: Final = 0.15  # the aim: this much below the better rule
COVERED: Final = (0.75, 0.85)


class Call(NamedTuple):
    """One call; instants in seconds of its day, zero where there was none."""

    id: str
    day: str
    type: str
    priority: int
    joined: float
    left: float
    outcome: str
    begun: float
    done: float
    server: str

    @property
    def queued(self) -> bool:
        return self.left > self.joined > 0

    @property
    def served(self) -> bool:
        return self.outcome == "AGENT"


class Lived(NamedTuple):
    """What somebody found who queued and was served, the two rules over all calls, and the wait."""

    moment: Moment
    hol: float
    les: float
    joined: float
    waited: float


class Told(NamedTuple):
    """The same with what they were told."""

    lived: Lived
    forecast: Forecast


Figures = dict[str, Any]


def arguments(parser: argparse.ArgumentParser) -> None:
    """Which log, how many of its days are learned from."""
    parser.add_argument("--json", action="store_true", help="figures as one JSON object")
    parser.add_argument("--data", type=Path, default=LOG, help="a log of the same form")
    parser.add_argument("--learn-days", type=int, default=0, help="the first days, to learn from")
    parser.add_argument(
        "--learn", type=Path, help="a log of earlier days to learn from; all of --data is the test"
    )


def run(args: argparse.Namespace) -> int:
    """Measure and print; 1 if the aim is missed, 2 if the log cannot be used."""
    try:
        calls, before = read(args.data), read(args.learn) if args.learn else []
        figures = measured(calls, args.learn_days, before)
    except (OSError, ValueError, KeyError) as error:
        print(f"{args.data}: {error}", file=sys.stderr)
        return 2
    if args.json:
        print(json.dumps(figures))
    else:
        for name, told in figures.items():
            print(f"{name}: {told}")
    return 0 if figures["aim"]["met"] else 1


def read(path: Path) -> list[Call]:
    """The calls of a log, plain or packed. Lines that cannot be read are left out and counted.

    Raises ValueError naming columns that are missing, or the first bad line where they are many.
    """
    with path.open("rb") as start:
        packed = start.read(len(GZIP)) == GZIP
    calls: list[Call] = []
    broken: list[str] = []
    with (gzip.open if packed else open)(path, "rt", encoding="utf-8-sig", newline="") as lines:
        rows = csv.DictReader(lines)
        missing = [name for name in NEEDED if name not in (rows.fieldnames or ())]
        if missing:
            raise ValueError(f"the log has no column {', '.join(missing)}; it needs {NEEDED}")
        for number, row in enumerate(rows, 2):
            if number > ROWS_MAX:
                raise ValueError(f"at most {ROWS_MAX} calls are read")
            try:
                calls.append(_call(number, row))
            except (ValueError, AttributeError, TypeError) as error:
                broken.append(f"line {number}: {error!r}")
    if len(broken) > BROKEN_SHARE_MAX * (len(calls) + len(broken)):
        raise ValueError(f"{len(broken)} lines cannot be read, the first is {broken[0]}")
    if broken:
        print(f"{path}: {len(broken)} lines left out, the first is {broken[0]}", file=sys.stderr)
    if not calls:
        raise ValueError("no call in this log")
    return calls


def _call(number: int, row: dict[str, str]) -> Call:
    joined, left = _seconds(row["q_start"]), _seconds(row["q_exit"])
    begun = _seconds(row.get("ser_start") or "0:00:00") or left
    return Call(
        id=str(number),
        day=_day_of(row["date"]),
        type=row["type"],
        priority=int(row.get("priority") or 0),
        joined=joined,
        left=left,
        outcome=row["outcome"],
        begun=begun,
        done=_seconds(row.get("ser_exit") or "0:00:00"),
        server=row.get("server") or "",
    )


def _day_of(text: str) -> str:
    """The day of a call, such that days sort as they follow each other."""
    day = text.strip().partition(" ")[0].partition("T")[0]
    if not day:
        raise ValueError("a call without a day")
    return day


def _seconds(text: str) -> float:
    hours, minutes, seconds = text.split(":")
    return int(hours) * 3600.0 + int(minutes) * 60.0 + int(seconds)


def measured(calls: list[Call], learn_days: int = 0, before: Sequence[Call] = ()) -> Figures:
    """The figures of the test days; `before`: calls of earlier days, then all of `calls` is tested.

    Raises ValueError if there are no days to learn from, or none to test on.
    """
    by_day: dict[str, list[Call]] = {}
    for call in (*before, *calls):
        by_day.setdefault(call.day, []).append(call)
    days = sorted(by_day)
    if before:
        learn_days = days.index(min(call.day for call in calls))
    else:
        learn_days = learn_days or round(len(days) * LEARN_SHARE)
    if not 0 < learn_days < len(days):
        raise ValueError(f"{len(days)} days: some to learn from and some to test on are needed")
    early, late = days[:learn_days], days[learn_days:]
    groups = groups_of(call for day in early for call in by_day[day])
    lived = {day: list(lived_on(by_day[day], groups)) for day in days}
    memory, tuning = Memory(), Tuning()
    for day in early:
        _day(memory, tuning, lived[day])
    fixed = [Told(one, memory.forecast(one.moment, tuning)) for day in late for one in lived[day]]
    began = time.perf_counter()
    told = [one for day in late for one in _day(memory, tuning, lived[day])]
    seconds = time.perf_counter() - began
    figures = _figures(told)
    figures["haihe_learning_no_more"] = _of([one.forecast for one in fixed], fixed)
    figures["by_group"] = {
        group: _figures([one for one in told if one.lived.moment.group == group])
        for group in sorted({one.lived.moment.group for one in told})
    }
    figures["test"] = {
        "learn_days": len(early),
        "test_days": len(late),
        "told": len(told),
        "forecasts_per_second": round(len(told) / seconds),
    }
    figures["aim"] = _aim(figures)
    return figures


def groups_of(calls: Iterable[Call]) -> dict[str, str]:
    """Types of calls by the servers they share: each type's group, named by its types.

    The group of the type that most were served with comes first.
    """
    served: dict[str, Counter[str]] = {}
    for call in calls:
        if call.served and call.server:
            served.setdefault(call.type, Counter())[call.server] += 1
    kinds = sorted(served, key=lambda one: -served[one].total())
    heads: dict[str, list[str]] = {}
    for kind in kinds:
        head = next((one for one in heads if _alike(served[one], served[kind]) >= ALIKE), kind)
        heads.setdefault(head, []).append(kind)
    return {kind: "+".join(sorted(members)) for members in heads.values() for kind in members}


def _alike(one: Counter[str], other: Counter[str]) -> float:
    """The cosine of two counts of servers."""
    across = sum(count * other[server] for server, count in one.items())
    return across / (math.hypot(*one.values()) * math.hypot(*other.values()))


def lived_on(calls: list[Call], groups: dict[str, str]) -> Iterator[Lived]:
    """Who queued and was served on one day, with what each found on joining, in order."""
    watch = Watch()
    waiting: dict[str, float] = {}
    last = 0.0
    other = next(iter(groups.values()), "")  # of a type that nobody was served with so far
    for at, act, call in _acts(calls):
        group = groups.get(call.type, other)
        if act == _FINISH:
            watch.finish(call.id)
        elif act == _LEAVE:
            waiting.pop(call.id, None)
            watch.leave(call.id)
        elif act == _CALL:
            waiting.pop(call.id, None)
            waited = watch.call(call.id, at, group)
            last = waited or last
        else:
            head = at - min(waiting.values(), default=at)
            place = at - ADVANCED_SECONDS * (call.priority == 2)
            moment = watch.join(call.id, group, at, place=place, priority=call.priority)
            waiting[call.id] = at
            if call.served:
                yield Lived(moment, head, last, joined=at, waited=call.left - at)


_FINISH, _LEAVE, _CALL, _JOIN = range(4)  # what happens first in one second


def _acts(calls: list[Call]) -> list[tuple[float, int, Call]]:
    acts: list[tuple[float, int, Call]] = []
    for call in calls:
        if call.queued:
            acts.append((call.joined, _JOIN, call))
            if not call.served:
                acts.append((call.left, _LEAVE, call))
        if call.served:
            begun = call.left if call.queued else call.begun
            acts += [(begun, _CALL, call), (max(call.done, begun + 1), _FINISH, call)]
    return sorted(acts, key=lambda one: (one[0], one[1], one[2].id))


def _day(memory: Memory, tuning: Tuning, lived: list[Lived]) -> list[Told]:
    """A day of a hall: everybody is told a wait on joining, from what is known at that second.

    The interval learns from each wait when it ends, the memory from all of them that night.
    """
    told: list[Told] = []
    pending: list[tuple[float, int]] = []
    for one in lived:
        while pending and pending[0][0] <= one.joined:
            ended = told[heapq.heappop(pending)[1]]
            tuning.learn(ended.forecast, ended.lived.waited)
        heapq.heappush(pending, (one.joined + one.waited, len(told)))
        told.append(Told(one, memory.forecast(one.moment, tuning)))
    for _, number in sorted(pending):
        tuning.learn(told[number].forecast, told[number].lived.waited)
    memory.learn((one.moment, one.waited) for one in lived)
    return told


def _figures(told: list[Told]) -> Figures:
    """Each rule's mean absolute error in seconds over the same people."""
    if not told:
        raise ValueError("nobody queued and was served on the test days")
    moments = [one.lived.moment for one in told]
    return {
        "haihe": _of([one.forecast for one in told], told),
        "hol": _error([one.lived.hol for one in told], told),
        "les": _error([one.lived.les for one in told], told),
        "hol_own_group": _error([one.head_waited for one in moments], told),
        "les_own_group": _error([one.last_waited for one in moments], told),
        "position_times_pace": _error([by_pace(one) for one in moments], told),
        "mean_wait": round(statistics.fmean(one.lived.waited for one in told), 1),
    }


def _of(forecasts: list[Forecast], told: list[Told]) -> dict[str, float]:
    waits = [one.lived.waited for one in told]
    inside = [one.low <= wait <= one.high for one, wait in zip(forecasts, waits, strict=True)]
    return {
        **_error([one.middle for one in forecasts], told),
        "coverage_80": round(statistics.fmean(inside), 3),
        "width_80": round(statistics.fmean(one.high - one.low for one in forecasts), 1),
    }


def _error(guesses: list[float], told: list[Told]) -> dict[str, float]:
    waits = [one.lived.waited for one in told]
    missed = [abs(guess - wait) for guess, wait in zip(guesses, waits, strict=True)]
    return {"mae": round(statistics.fmean(missed), 2)}


def _aim(figures: Figures) -> dict[str, object]:
    """At least 15 % below the best of the rules, and 75 to 85 % of the waits inside."""
    rules = ("hol", "les", "hol_own_group", "les_own_group")
    best = min(figures[rule]["mae"] for rule in rules)
    below = 1 - figures["haihe"]["mae"] / best
    covered = figures["haihe"]["coverage_80"]
    return {
        "below_best_rule": round(below, 3),
        "met": below >= BELOW and COVERED[0] <= covered <= COVERED[1],
    }
