"""What a step opens lies in the power of whoever may take the step: no lawful step ends in a wall.

Where the step names the body that gets the new matter (`organ_from`), that body opens it.
"""

from __future__ import annotations

from datetime import date
from typing import Final

import pytest

from haihe.kernel.handover import opening_step
from haihe.kernel.procedure import Handover, Procedure
from haihe.pack import load_pack
from haihe.pack.competence import read_rules

DAY: Final = date(2026, 11, 19)  # a Thursday
EVERY_SORT: Final = "*"
GRANTS: Final = {kind: one.grants for kind, one in read_rules().kinds.items()}
PROCEDURES: Final = {one.kind: one for one in load_pack().in_force(DAY)}


def opened_by_itself() -> list[tuple[str, str, Handover]]:
    return [
        (kind, act, one)
        for kind, procedure in PROCEDURES.items()
        for act, step in procedure.steps.items()
        for one in step.opens
        if not one.organ_from and opens_as(one, PROCEDURES[one.kind])[1] != "public"
    ]


def opens_as(handover: Handover, other: Procedure) -> tuple[str, str]:
    """The role in which the other matter is opened, and where it stands."""
    role = handover.role or other.steps[opening_step(handover, other)].by[0]
    return role, other.roles[role].stands


def sorts_of(kind: str, roles: set[str], act: str) -> set[str]:
    """The sorts of bodies whose people may take a step in one of these roles."""
    return {
        sort
        for grant in GRANTS[kind]
        if grant.in_force(DAY) and roles & set(grant.roles) and act in (grant.acts or (act,))
        for sort in grant.sorts
    }


@pytest.mark.parametrize(
    ("kind", "act", "handover"),
    [pytest.param(*one, id=f"{one[0]}-{one[1]}-{one[2].kind}") for one in opened_by_itself()],
)
def test_whoever_may_take_a_step_may_open_what_it_opens(
    kind: str, act: str, handover: Handover
) -> None:
    other = PROCEDURES[handover.kind]
    taken = sorts_of(kind, set(PROCEDURES[kind].steps[act].by), act)
    opened = sorts_of(handover.kind, {opens_as(handover, other)[0]}, opening_step(handover, other))

    assert taken, "somebody may take it"
    assert EVERY_SORT in opened or taken <= opened
