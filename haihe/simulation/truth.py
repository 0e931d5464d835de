"""What the planted faults are: which model must find what, where, and from when to when."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec

from haihe.kernel.calendar import Calendar
from haihe.kernel.clocks import clocks
from haihe.kernel.state import RunningClock
from haihe.kernel.values import Frozen
from haihe.simulation.book import Fault, Truth
from haihe.simulation.delays import parse_delay
from haihe.simulation.walk import Played, falls_at

_SLOT: Final = re.compile(r"\{(\w+)\}")
FAR: Final = timedelta(days=3650)
SET_ASIDE: Final = ""  # the model of a truth that is not to be found, not yet or no more


class Planted(Frozen, frozen=True, kw_only=True):
    """One finding that must be made. `path` leads to a matter opened by hand-overs of `key`."""

    key: str
    path: str
    matter_id: str
    kind: str
    fault: str
    model: str
    cause: str
    opened_at: datetime
    visible_at: datetime
    gone_at: datetime | None
    also: tuple[str, ...]
    course: str


def planted_in(played: Played, calendar: Calendar, *, alone: bool = True) -> Iterator[Planted]:
    """The truths of a matter as it was played in full, and of the matters it opened.

    `alone` False: it belongs to a lot whose truths are chosen by `of` (see `truths_of`).
    """
    root, _, path = played.key.partition("/")
    fault = played.fault
    if fault is not None and played.state is not None and alone:
        for truth in fault.truth:
            yield from _planted(played, fault, truth, root, path, calendar)
    for child in played.opened.values():
        yield from planted_in(child, calendar)


def truths_of(lot: list[Played], calendar: Calendar) -> list[Planted]:
    """The truths of a matter and of the copies or the series its fault made of it."""
    if not lot:
        return []
    fault = lot[0].fault
    made_copies = fault is not None and any(one.copies is not None for one in fault.how)
    of = (fault.of if fault is not None else "") or ("copies" if made_copies else "all")
    chosen = {"all": lot, "first": lot[:1], "last": lot[-1:], "copies": lot[1:]}[of]
    found: list[Planted] = []
    for one in lot:
        whose = fault if one in chosen and fault is not None else one.fault
        if one in chosen and fault is not None and one.fault is None:
            one.fault = fault  # a copy is ordinary in itself; that it is there is the fault
        found += planted_in(one, calendar, alone=one in chosen or whose is not fault)
    return found


def _planted(
    played: Played, fault: Fault, truth: Truth, root: str, path: str, calendar: Calendar
) -> Iterator[Planted]:
    visible = _visible(played, fault, calendar)
    if visible is None:
        return
    causes = [truth.cause]
    if "{act}" in truth.cause:  # one for each act that was entered late
        late = timedelta(hours=24)
        causes = [
            truth.cause.replace("{act}", event.act)
            for event in played.events
            if event.recorded_at - event.happened_at > late
        ]
    for cause in dict.fromkeys(causes):
        yield Planted(
            key=root,
            path=path,
            matter_id=played.id,
            kind=played.kind,
            fault=fault.id,
            model=truth.model,
            cause=_filled(cause, played, _run(played, fault, calendar)),
            opened_at=played.events[0].recorded_at.astimezone(UTC),
            visible_at=visible.astimezone(UTC),
            gone_at=_gone(played, fault),
            also=fault.also,
            course=played.course,
        )


def _filled(cause: str, played: Played, clock: str) -> str:
    def fill(found: re.Match[str]) -> str:
        if found[1] == "clock":
            return clock
        return str(played.given.get(found[1], found[0]))

    return _SLOT.sub(fill, cause)


def _visible(played: Played, fault: Fault, calendar: Calendar) -> datetime | None:
    told = fault.visible
    plus = timedelta(minutes=parse_delay(told.plus).least if told.plus else 0)
    clock = told.clock
    if not told.step and not clock:
        clock = played.beyond
    if clock:
        falls = _falls(played, clock, calendar)
        return None if falls is None else falls + plus
    if any(one.readings is not None for one in fault.how):
        return played.readings[-1].at + plus
    step = told.step or _last_named(fault)
    at = [one.recorded_at for one in played.events if one.act == step]
    if at:
        return at[-1] + plus
    return None if told.step else played.events[-1].recorded_at + plus


def _last_named(fault: Fault) -> str:
    """The step the last alteration speaks of."""
    for one in reversed(fault.how):
        named = [*one.with_, *one.actor]
        if one.add is not None:
            named += [step.act for step in one.add.steps]
        if one.delay is not None:
            named.append(one.delay.step)
        if one.record_late is not None:
            named.append(one.record_late.step)
        if one.until:
            named.append(one.until)
        if named:
            return named[-1]
    return ""


def _falls(played: Played, name: str, calendar: Calendar) -> datetime | None:
    """When the last run of a clock ran out."""
    run = _last_run(played, name, calendar)
    return None if run is None else falls_at(run, calendar)


def _run(played: Played, fault: Fault, calendar: Calendar) -> str:
    """The id of the run that the fault is about, as models name it: `reply` or `reply#2`."""
    name = fault.visible.clock or played.beyond
    run = _last_run(played, name, calendar) if name else None
    return name if run is None else run.id


def _last_run(played: Played, name: str, calendar: Calendar) -> RunningClock | None:
    state = played.state
    assert state is not None, "played to its end"
    far = played.events[-1].recorded_at + FAR
    runs = [
        one
        for one in clocks(played.procedure, state, calendar, far, explain=False, only=(name,))
        if one.id.partition("#")[0] == name
    ]
    return runs[-1] if runs else None


def _gone(played: Played, fault: Fault) -> datetime | None:
    """When the cause is gone again, if the fault says with which step it goes."""
    if not fault.visible.until:
        return None
    at = [one.recorded_at for one in played.events if one.act == fault.visible.until]
    return at[-1].astimezone(UTC) if at else None


def encoded(planted: Planted) -> bytes:
    """A truth as a line of JSON."""
    return msgspec.json.encode(planted)
