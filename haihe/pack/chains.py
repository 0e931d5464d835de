"""Whether an approval chain can be signed in a procedure: known roles, seats, no opening."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final

from haihe.kernel.approval import SEATS_MAX, SIGNERS, STAGES_MAX
from haihe.kernel.procedure import Chain, Procedure

NAMED_MAX: Final = len(SIGNERS)  # a proposal names one colleague, or two


def signers(procedure: Procedure) -> frozenset[str]:
    """The roles that sign approvals and take no step: their chain says of which organ they are."""
    signing = {
        role
        for chain in procedure.approvals
        for stage in chain.stages
        for seat in stage.seats
        for role in (*seat.roles, *seat.deputies)
    }
    return frozenset(signing.difference(*(step.by for step in procedure.steps.values())))


def chain_faults(procedure: Procedure, chain: Chain, roles: Collection[str] = ()) -> Iterator[str]:
    """What keeps a chain from being signed: unknown roles, empty stages, openings."""
    if not 0 < len(chain.stages) <= STAGES_MAX:
        yield f"expected 1 to {STAGES_MAX} stages"
    if sum(seat.named for stage in chain.stages for seat in stage.seats) > NAMED_MAX:
        yield f"at most {NAMED_MAX} seats are `named`: a proposal names so many"
    for act in chain.acts:
        step = procedure.steps.get(act)
        if step is not None and not step.from_:
            yield f"{procedure.kind}.{act} opens the matter: there is nothing yet to approve"
        by = [procedure.roles[role] for role in step.by] if step is not None else []
        if by and all(role.stands == "public" for role in by):
            yield f"{procedure.kind}.{act} is a step of the public"
    for number, stage in enumerate(chain.stages):
        if not 0 < len(stage.seats) <= SEATS_MAX:
            yield f"stages[{number}]: expected 1 to {SEATS_MAX} seats"
        for seat in stage.seats:
            if seat.person or bool(seat.roles) == seat.named:
                yield f"stages[{number}]: a seat has `roles`, or is `named`; `person` comes later"
            for role in (*seat.roles, *seat.deputies):
                if role not in procedure.roles and role not in roles:
                    yield f"stages[{number}]: {procedure.kind} has no role `{role}`"
