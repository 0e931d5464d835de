"""The wait that a hall tells, judged on days that ciw simulated: part of `haihe bench hall`.

Every simulated day becomes the events of a hall, folded by the same program that serves people; who
comes is told a wait before they join, from the days before and from this day so far. Beside it the
two usual rules get the same people: the wait so far of the head of the line and that of the last
called, each of the own queue. Only who had to wait at all is judged: a free window is no forecast.
"""

from __future__ import annotations

import csv
import importlib.util
import statistics
import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any, Final, NamedTuple

from bench.environment import ROOT, peer_python
from haihe.kernel.values import Data
from haihe.queueing.expect import expected, expected_by
from haihe.queueing.hall import Hall, Told, remembered
from haihe.queueing.plan import Errand, Plan, Queue, Window, open_between, written
from haihe.queueing.steps import plan_event
from haihe.queueing.waiting import Forecast, Memory

DAYS: Final = 45
LEARN_DAYS: Final = 30
SEED: Final = 7
FIRST: Final = date(2026, 9, 1)
SPANS: Final = ((30_600, 43_200), (48_600, 63_000))
BELOW: Final = 0.15
COVERED: Final = (0.75, 0.85)
FIGURES_AGAIN: Final = 600.0  # seconds after which who still waits is asked once more

Figures = dict[str, Any]


class Person(NamedTuple):
    """Somebody of a simulated day; `called` is when they gave up where `done` is none."""

    queue: str
    favoured: bool
    came: float
    called: float
    done: float | None
    window: str


class Judged(NamedTuple):
    """What somebody was told, what the rules said, how long they waited (open seconds)."""

    forecast: Forecast
    hol: float
    les: float
    waited: float


def simulated(days: int, seed: int) -> list[list[Person]]:
    """The days as ciw simulated them, in the peers' environment if this one has no ciw."""
    here = importlib.util.find_spec("ciw") is not None
    python = sys.executable if here else str(peer_python())
    words = [python, "-m", "bench.peers.ciw_hall", "--days", str(days), "--seed", str(seed)]
    done = subprocess.run(words, cwd=ROOT, check=True, capture_output=True, text=True)
    found: list[list[Person]] = [[] for _ in range(days)]
    for row in csv.DictReader(done.stdout.splitlines()):
        found[int(row["day"])].append(
            Person(
                row["queue"],
                row["favoured"] == "1",
                float(row["came"]),
                float(row["called"]),
                float(row["done"]) if row["done"] else None,
                row["window"],
            )
        )
    return found


def measured(days: int = DAYS, learn_days: int = LEARN_DAYS, seed: int = SEED) -> Figures:
    """The figures of the later days."""
    memory, levels = Memory(3_000), list[float]()
    told: list[Judged] = []
    again: list[Judged] = []
    for nth, people in enumerate(simulated(days, seed)):
        later = nth >= learn_days
        hall = _lived(nth, people, memory, levels, told if later else [], again if later else [])
        memory.learn(remembered(hall.lived))
        levels = hall.tunings.levels
    figures = _figures(told)
    figures["still_waiting"] = _figures(again)
    figures["test"] = {"learn_days": learn_days, "test_days": days - learn_days, "told": len(told)}
    figures["aim"] = _aim(figures)
    return figures


def _plan(nth: int, people: Sequence[Person]) -> Plan:
    letters = sorted({one.queue for one in people})
    names = sorted({one.window for one in people if one.window})
    return Plan(
        site="simulated",
        name="simulated",
        organ="simulated",
        day=FIRST + timedelta(days=nth),
        spans=SPANS,
        queues=tuple(Queue(letter=one, name=one) for one in letters),
        errands=tuple(Errand(id=one.lower(), name=one, queue=one) for one in letters),
        windows=tuple(Window(id=one, name=one, serves=(one[0],)) for one in names),
    )


def _lived(
    nth: int,
    people: Sequence[Person],
    memory: Memory,
    levels: list[float],
    told: list[Judged],
    again: list[Judged],
) -> Hall:
    """One day folded; who comes on it is told a wait, and who still waits is told it once more."""
    hall = Hall()
    first = plan_event(written(_plan(nth, people)), 0.0)
    hall.apply(
        Told(
            seq=1, act="plan", at=0.0, data={**first.data, "levels": [repr(one) for one in levels]}
        )
    )
    last: dict[str, float] = {}
    for at, act, who in _acts(people):
        number, one = f"{people[who].queue}{who:03d}", people[who]
        data: Data = {"number": number, "window": one.window}
        if act == "take":
            waited = open_between(SPANS, one.came, one.called)
            errand = one.queue.lower()
            place = at - 86_400.0 * one.favoured
            data |= {"errands": [errand], "place": place, "channel": "simulated"}
            forecast = expected_by(hall, memory, errand, at, place, int(one.favoured)).seconds
            data |= {"told_low": forecast.low, "told_middle": forecast.middle}
            data |= {"told_high": forecast.high, "told_from": forecast.rests_on}
            if one.done is not None and waited > 1:
                head = hall.order(errand)
                hol = open_between(SPANS, hall.tickets[head[0][2]].taken_at, at) if head else 0.0
                told.append(Judged(forecast, hol, last.get(errand, 0.0), waited))
        elif act == "ask":
            ticket = hall.tickets[number]
            forecast = expected(hall, memory, ticket, at).seconds
            head = hall.order(ticket.errand)
            so_far = open_between(SPANS, one.came, at)
            hol = open_between(SPANS, hall.tickets[head[0][2]].taken_at, at) if head else 0.0
            rest = open_between(SPANS, at, one.called)
            les = last.get(ticket.errand, 0.0)
            again.append(Judged(forecast, max(0.0, hol - so_far), max(0.0, les - so_far), rest))
            continue
        elif act == "call":
            last[one.queue.lower()] = open_between(SPANS, one.came, at)
        hall.apply(Told(seq=hall.seq + 1, act=act, at=at, data=data))
    return hall


_ORDER: Final = ("open_window", "finish", "close_window", "leave", "call", "start", "ask", "take")


def _acts(people: Sequence[Person]) -> Iterator[tuple[float, str, int]]:
    acts: list[tuple[float, str, int]] = []
    opened: set[str] = set()
    last = {one.window: who for who, one in enumerate(people) if one.done is not None}
    for window, who in last.items():  # ciw gives the windows of the afternoon new names
        done = max(one.done for one in people if one.window == window and one.done is not None)
        shift = next((end for _, end in SPANS if done <= end), done)
        acts.append((float(shift), "close_window", who))
    for who, one in enumerate(people):
        acts.append((one.came, "take", who))
        if one.done is None:
            acts.append((one.called, "leave", who))
            continue
        if one.window not in opened:
            opened.add(one.window)
            shift = next(begin for begin, _ in reversed(SPANS) if begin <= one.called)
            acts.append((float(shift), "open_window", who))
        acts += [(one.called, "call", who), (one.called, "start", who), (one.done, "finish", who)]
        if open_between(SPANS, one.came, one.called) > FIGURES_AGAIN:
            acts.append((one.came + FIGURES_AGAIN, "ask", who))
    # Who is called at the second they came has come first: calls wait for their own `take`.
    yield from sorted(acts, key=lambda one: (one[0], _rank(one, people), one[2]))


def _rank(act: tuple[float, str, int], people: Sequence[Person]) -> int:
    one = people[act[2]]
    if act[1] in ("call", "start") and one.called <= one.came:
        return len(_ORDER) + _ORDER.index(act[1])
    return _ORDER.index(act[1])


def _figures(told: Sequence[Judged]) -> Figures:
    inside = [one.forecast.low <= one.waited <= one.forecast.high for one in told]
    return {
        "haihe": {
            "mae": _mae([one.forecast.middle for one in told], told),
            "coverage_80": round(statistics.fmean(inside), 3),
            "width_80": round(
                statistics.fmean(one.forecast.high - one.forecast.low for one in told), 1
            ),
        },
        "hol": {"mae": _mae([one.hol for one in told], told)},
        "les": {"mae": _mae([one.les for one in told], told)},
        "mean_wait": round(statistics.fmean(one.waited for one in told), 1),
    }


def _mae(guesses: Sequence[float], told: Sequence[Judged]) -> float:
    missed = [abs(guess - one.waited) for guess, one in zip(guesses, told, strict=True)]
    return round(statistics.fmean(missed), 1)


def _aim(figures: Figures) -> Figures:
    best = min(figures["hol"]["mae"], figures["les"]["mae"])
    below = 1 - figures["haihe"]["mae"] / best
    covered = figures["haihe"]["coverage_80"]
    return {
        "below_best_rule": round(below, 3),
        "met": below >= BELOW and COVERED[0] <= covered <= COVERED[1],
    }
