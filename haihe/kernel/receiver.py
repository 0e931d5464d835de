"""Which field of an act names the body that gets the matter."""

from __future__ import annotations

from typing import Final

from haihe.kernel.procedure import Procedure

# The acts of every procedure that give a matter to a body, and the field that names it.
GIVING: Final = {"transfer": "to_organ", "escalate": "to_organ"}


def receiving_field(procedure: Procedure, act: str) -> str:
    """The field of an act that names the body which gets the matter; "" when none does."""
    step = procedure.steps.get(act)
    return step.hands_to if step is not None else GIVING.get(act, "")
