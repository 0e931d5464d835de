"""Faults: an ordinary course altered as the catalogue says, and what must then be found."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from haihe.simulation.book import Alteration, By, Course, Fault, Taken


class Unfitting(ValueError):
    """A fault names a step that this course does not have."""


def named_steps(fault: Fault) -> set[str]:
    """The steps a course must have for this fault to be planted in it."""
    names: set[str] = set()
    for one in fault.how:
        names |= set(one.drop) | set(one.with_) | set(one.actor)
        if one.until:
            names.add(one.until)
        if one.delay is not None:
            names.add(one.delay.step)
        if one.record_late is not None:
            names.add(one.record_late.step)
        if one.add is not None:
            names.add(one.add.after or one.add.before)
    added = {step.act for one in fault.how if one.add is not None for step in one.add.steps}
    return names - added


def fits(course: Course, fault: Fault) -> bool:
    """Whether the fault can be planted in this course."""
    if fault.courses and course.id not in fault.courses:
        return False
    return named_steps(fault) <= {one.act for one in course.steps}


def fits_opened(course: Course, fault: Fault) -> bool:
    """Whether it can be planted in a matter that another one opened: its opening is made already.

    Such a matter is not opened again either, alone or in a series.
    """
    if not fits(course, fault):
        return False
    opening = course.steps[0].act
    for one in fault.how:
        if one.copies is not None or one.series is not None or one.readings is not None:
            return False
        late = one.record_late is not None and one.record_late.step == opening
        delayed = one.delay is not None and one.delay.step == opening
        if late or delayed or opening in {*one.drop, *one.with_, *one.actor}:
            return False
        if one.add is not None and one.add.before == opening:
            return False
    return True


def altered(steps: Sequence[Taken], fault: Fault) -> tuple[Taken, ...]:
    """The steps with every alteration of the fault made, in order."""
    found = list(steps)
    for one in fault.how:
        found = _altered(found, one)
    return tuple(found)


def _altered(steps: list[Taken], one: Alteration) -> list[Taken]:
    if one.drop:
        return [step for step in steps if step.act not in one.drop]
    if one.until:
        return steps[: _place(steps, one.until) + 1]
    if one.delay is not None:
        later = one.delay
        return _changed(steps, later.step, after=later.by, beyond=later.beyond)
    if one.record_late is not None:
        return _changed(steps, one.record_late.step, entered=one.record_late.by)
    if one.add is not None:
        at = _place(steps, one.add.after or one.add.before) + (1 if one.add.after else 0)
        return [*steps[:at], *one.add.steps, *steps[at:]]
    for name, values in one.with_.items():
        place = _place(steps, name)
        steps = _changed(steps, name, with_={**steps[place].with_, **values})
    for name, who in one.actor.items():
        place = _place(steps, name)
        step = steps[place]
        steps = _changed(
            steps,
            name,
            role=who.role or step.role,
            organ=who.organ or step.organ,
            by=By(same_as=who.same_as, other_than=who.other_than, person=who.person),
        )
    return steps


def _place(steps: Sequence[Taken], name: str) -> int:
    for place, step in enumerate(steps):
        if step.act == name:
            return place
    raise Unfitting(name)


def _changed(steps: Sequence[Taken], name: str, **changes: object) -> list[Taken]:
    place = _place(steps, name)
    return [
        replace(step, **changes) if number == place else step for number, step in enumerate(steps)
    ]
