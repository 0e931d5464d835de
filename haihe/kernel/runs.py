"""The runs of a clock: from when to when it counted, and what paused, moved or extended it.

Read from the acts that stand, in the order they happened: the law counts from what happened, not
from when somebody wrote it down.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final, Literal

from haihe.kernel.index import CITES_JOINED_BY, ClockPlan
from haihe.kernel.procedure import Procedure
from haihe.kernel.state import Done

RUNS_MAX: Final = 100
SUSPENSION: Final = -1  # in place of an exclusion's number
_PAUSING: Final = frozenset({"suspend", "resume"})


class Run:
    """One run of a clock while it is read from the acts: its start, what moved it, its stop."""

    __slots__ = ("extensions", "moved", "start", "stop", "tolled")

    def __init__(self, start: Done) -> None:
        self.start = start
        self.stop: Done | None = None
        self.moved: list[tuple[Done, Literal["restart", "toll"]]] = []
        self.tolled: Done | None = None
        self.extensions: list[Done] = []


class Pause:
    """Time that does not count: an exclusion of the rule or a suspension of the matter."""

    __slots__ = ("article", "first", "last", "matter", "which")

    def __init__(self, which: int, matter: str, article: str, first: Done) -> None:
        self.which = which
        self.matter = matter
        self.article = article
        self.first = first
        self.last: Done | None = None


def in_order_of_law(done: Sequence[Done]) -> Sequence[Done]:
    """The acts in the order they happened; events delivered late find their place."""
    for one, after in pairwise(done):
        if after.happened_at < one.happened_at:
            return sorted(done, key=lambda act: (act.happened_at, act.seq))
    return done


def read_runs(
    plan: ClockPlan, acts: Sequence[Done], procedure: Procedure
) -> tuple[list[Run], list[Pause]]:
    """The runs and pauses of one clock, from the acts in the order they happened."""
    runs: list[Run] = []
    pauses: list[Pause] = []
    running: Run | None = None
    for done in acts:
        act = done.act
        if act not in plan.acts:
            continue
        if act in plan.exclusion_starts or act in plan.exclusion_stops or act in _PAUSING:
            _pause(plan, pauses, done, procedure)
        if running is not None:
            if act in plan.stops:
                running.stop = done
                running = None
            elif act in plan.restarts:
                running.moved.append((done, "restart"))
            elif act in plan.tolls and running.tolled is None:
                running.tolled = done
                running.moved.append((done, "toll"))
            elif act == "extend" and done.data.get("clock") == plan.id:
                running.extensions.append(done)
        elif act in plan.restarts and runs and act not in plan.starts:
            running = _next_run(runs, done)
        if running is None and act in plan.starts:
            running = _next_run(runs, done)
            if running is not None and plan.rule.starts_on and act in plan.stops:
                # The field lies in the past: the very act that brings it to light stops the clock.
                running.stop = done
                running = None
    return runs, pauses


def _next_run(runs: list[Run], start: Done) -> Run | None:
    if len(runs) >= RUNS_MAX:
        return None
    run = Run(start)
    runs.append(run)
    return run


def _pause(plan: ClockPlan, pauses: list[Pause], done: Done, procedure: Procedure) -> None:
    """Open or close the pauses this act opens or closes."""
    closes = set(plan.exclusion_stops.get(done.act, ()))
    opens = plan.exclusion_starts.get(done.act, ())
    if done.act == "resume":
        closes.add(SUSPENSION)
    still = {pause.which for pause in pauses if pause.last is None}
    for pause in pauses:
        if pause.last is None and pause.which in closes:
            pause.last = done
            still.discard(pause.which)
    for number in opens:
        if number not in still:
            rule = plan.rule.excludes[number]
            article = CITES_JOINED_BY.join(rule.cites)
            pauses.append(Pause(number, rule.name, article, done))
    if done.act == "suspend" and plan.rule.suspends and SUSPENSION not in still:
        ground = procedure.suspend.get(str(done.data.get("ground")))
        name = f"中止（{ground.name}）" if ground else "中止"
        article = CITES_JOINED_BY.join(ground.cites) if ground else ""
        pauses.append(Pause(SUSPENSION, name, article, done))
