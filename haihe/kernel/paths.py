"""Where steps of a procedure lead, for somebody who takes several of them in a row."""

from __future__ import annotations

from collections.abc import Collection

from haihe.kernel.procedure import Procedure


def reachable(
    procedure: Procedure, opening: str, roles: Collection[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The steps these roles may take right after an opening, and those after others of them.

    Conditions are not judged, nor who has the matter by then. An ended matter is not gone on with.
    """
    mine = {
        name: step
        for name, step in procedure.steps.items()
        if step.from_ and any(role in roles for role in step.by)
    }
    first = procedure.steps[opening].to
    at_once = tuple(name for name, step in mine.items() if first in step.from_)
    seen, front = {first}, [first]
    while front:  # each state once
        here = front.pop()
        if procedure.states[here].end:
            continue
        for step in mine.values():
            to = here if step.to == "stay" else step.to
            if here in step.from_ and to not in seen:
                seen.add(to)
                front.append(to)
    alive = {one for one in seen if not procedure.states[one].end}
    later = tuple(
        name for name, step in mine.items() if name not in at_once and alive & set(step.from_)
    )
    return at_once, later
