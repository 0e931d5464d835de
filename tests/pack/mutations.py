"""Procedures with one rule taken away or changed, and whether some worked case notices.

A case that would still hold if the rule it tells were gone tells nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace as with_changed
from functools import cache
from typing import Any

from msgspec.structs import replace

from haihe.kernel.procedure import ClockRule, Need, Procedure, Step
from haihe.pack import Pack, load_pack
from haihe.pack.cases import Case, load_cases, run_cases

Change = tuple[str, str, Procedure]  # which step or clock, what was changed, the changed version
Changes = Callable[[Procedure], Iterator[Change]]


@cache
def pack() -> Pack:
    return load_pack()


@cache
def cases(kind: str) -> tuple[Case, ...]:
    return load_cases(pack(), kind)


def without(things: tuple[Any, ...], number: int) -> tuple[Any, ...]:
    return (*things[:number], *things[number + 1 :])


def with_step(procedure: Procedure, name: str, step: Step) -> Procedure:
    return replace(procedure, steps={**procedure.steps, name: step})


def with_clock(procedure: Procedure, name: str, clock: ClockRule) -> Procedure:
    return replace(procedure, clocks={**procedure.clocks, name: clock})


def without_a_need(procedure: Procedure) -> Iterator[Change]:
    for name, step in procedure.steps.items():
        for number, need in enumerate(step.needs):
            needs = without(step.needs, number)
            yield name, need.says, with_step(procedure, name, replace(step, needs=needs))


def weaker_needs(need: Need) -> Iterator[tuple[str, Need]]:
    """With one test fewer of several; without one limit on when it holds."""
    for kind in ("all", "any"):
        tests = getattr(need, kind)
        for number in range(len(tests)) if len(tests) > 1 else ():
            yield f"{kind} {number} gone", replace(need, **{kind: without(tests, number)})
    for number in range(len(need.when)):
        yield f"when {number} gone", replace(need, when=without(need.when, number))


def with_a_weaker_need(procedure: Procedure) -> Iterator[Change]:
    for name, step in procedure.steps.items():
        for number, need in enumerate(step.needs):
            for what, weaker in weaker_needs(need):
                needs = (*step.needs[:number], weaker, *step.needs[number + 1 :])
                changed = with_step(procedure, name, replace(step, needs=needs))
                yield name, f"{need.says}: {what}", changed


def without_a_value_set(procedure: Procedure) -> Iterator[Change]:
    for name, step in procedure.steps.items():
        for field in step.sets:
            sets = {key: value for key, value in step.sets.items() if key != field}
            changed = with_step(procedure, name, replace(step, sets=sets))
            yield name, f"sets no {field}", changed


def lengths(clock: ClockRule) -> Iterator[tuple[str, ClockRule]]:
    length, unit = re.fullmatch(r"(\d+)(.*)", clock.allow).groups()  # type: ignore[union-attr]  # every allowance starts with its number
    yield "longer", replace(clock, allow=f"{int(length) + 1}{unit}")
    if int(length) > 1:
        yield "shorter", replace(clock, allow=f"{int(length) - 1}{unit}")
    if unit.strip() in ("days", "months"):
        yield "rolled otherwise", replace(clock, roll="never" if clock.roll == "next" else "next")


def with_another_length(procedure: Procedure) -> Iterator[Change]:
    for name, clock in procedure.clocks.items():
        for what, changed in lengths(clock):
            yield name, what, with_clock(procedure, name, changed)


CLOCK_PARTS = ("allow_when", "excludes", "extensions", "starts_when", "stops", "restarts")


def without_a_part_of_a_clock(procedure: Procedure) -> Iterator[Change]:
    for name, clock in procedure.clocks.items():
        for part in CLOCK_PARTS:
            things = getattr(clock, part)
            for number in range(len(things)):
                changed = replace(clock, **{part: without(things, number)})
                yield name, f"{part} {number} gone", with_clock(procedure, name, changed)
        if clock.starts_on:
            changed = replace(clock, starts_on="")
            yield name, "starts_on gone", with_clock(procedure, name, changed)


def tells_of(case: Case, name: str) -> int:
    """0 for the cases that most likely notice a change of this step or clock, and so on."""
    then = case.then.clocks if case.then is not None else {}
    if name in then or any(step.do == name and step.refused for step in case.steps):
        return 0
    if any(clock.partition("#")[0] == name for clock in then):
        return 1
    return 2 if any(step.do == name for step in case.steps) else 3


def is_noticed(name: str, changed: Procedure) -> bool:
    """Whether some case of the kind no longer holds when this version is the changed one."""
    kind = changed.kind
    versions = tuple(
        changed if one.since == changed.since else one for one in pack().procedures[kind]
    )
    other = with_changed(pack(), procedures={**pack().procedures, kind: versions})
    likely_first = sorted(cases(kind), key=lambda case: tells_of(case, name))
    return any(one.problems for one in run_cases(other, kind, likely_first))
