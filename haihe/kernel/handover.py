"""What else opens because of a step: the hand-over to another kind, with nothing typed again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from haihe.kernel.facts import all_hold, is_given
from haihe.kernel.index import OPENED_AT, index_of
from haihe.kernel.procedure import Handover, Procedure
from haihe.kernel.state import State
from haihe.kernel.values import Actor, Command, Data, Datum, Event

NOTHING: Final[Mapping[str, Datum]] = MappingProxyType({})


def handovers(
    procedure: Procedure,
    state: State,
    event: Event,
    governing: Callable[[str], Procedure | None],
    personal: Mapping[str, Datum] = NOTHING,
) -> list[Command]:
    """The openings that follow from an event already in `state`.

    `governing` gives the procedure of a kind on this day. `personal` holds the matter's personal
    values, which only records can unseal. Each command's key is `handover:<seq>:<n>`: unique within
    the matter, the same whenever it is computed again.
    """
    step = procedure.steps.get(event.act)
    if step is None or not step.opens:
        return []
    found: list[Command] = []
    for number, handover in enumerate(step.opens):
        if not all_hold(handover.when, state.fields, state.sealed):
            continue
        other = governing(handover.kind)
        if other is None:
            continue
        act = opening_step(handover, other)
        found.append(
            Command(
                key=f"handover:{event.seq}:{number}",
                act=act,
                actor=_opener(handover, other, act, state, event),
                kind=handover.kind,
                data=_carried(handover, state, personal),
                happened_at=event.happened_at,
            )
        )
    return found


def opening_step(handover: Handover, other: Procedure) -> str:
    """The step that opens the other matter: the one named, else its first opening step."""
    return handover.step or index_of(other).openings[0]


def _opener(handover: Handover, other: Procedure, act: str, state: State, event: Event) -> Actor:
    """Who opens it: the same person, in the role and for the organ the hand-over names."""
    organ = state.fields.get(handover.organ_from) if handover.organ_from else None
    step = other.steps[act]
    return Actor(
        person=event.actor.person,
        role=handover.role or step.by[0],
        organ=organ if isinstance(organ, str) and organ else event.actor.organ,
    )


def _carried(handover: Handover, state: State, personal: Mapping[str, Datum]) -> Data:
    """Their fields from ours; what we were never given is left for them to ask."""
    carried: Data = {}
    for theirs, ours in handover.carries.items():
        value: Datum
        if ours == OPENED_AT:
            value = state.opened_at.isoformat()
        else:
            value = state.fields.get(ours, personal.get(ours))
        if is_given(value):
            carried[theirs] = value
    return carried
