"""Fields that a page fills in by itself and nobody types: what a machine had suggested."""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from haihe.records.shown import Act

SUGGESTED: Final = "suggested"


def without_machine_fields(act: Act) -> Act:
    """The step with the form that a person fills in."""
    if all(field.name != SUGGESTED for field in act.form):
        return act
    return replace(act, form=tuple(one for one in act.form if one.name != SUGGESTED))
