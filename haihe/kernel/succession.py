"""A body that is closed: in every matter that it had to do with, its heir stands in its place.

House rule haihe#succession. The history keeps the old name; owner, co-handlers, requests and the
organ fields that say who may act or must keep away name the heir from then on. No clock is touched.
"""

from __future__ import annotations

from msgspec.structs import replace

from haihe.kernel.approval import swapped as seats_swapped
from haihe.kernel.approval import turns
from haihe.kernel.procedure import Procedure
from haihe.kernel.state import Done, State
from haihe.kernel.values import Data, Datum, Owner


def concerned(procedure: Procedure, state: State) -> frozenset[str]:
    """Every body that has the matter, helps with it, was asked or is named in an organ field."""
    named: list[str] = []
    for value in _organ_fields(procedure, state.fields).values():
        named += [str(one) for one in value] if isinstance(value, list) else [str(value)]
    return frozenset(
        (
            state.owner.organ,
            *(one.organ for one in state.earlier_owners),
            *(one.organ for one in state.co_handlers),
            *(one.organ for one in state.requests),
            *(seat.organ for seat in turns(state)),
            *named,
        )
    )


def succeeded(procedure: Procedure, state: State, done: Done) -> State:
    """The matter once `done` (an act `succeed`) put one body in the place of another.

    Whoever took the matter in the old body has it no more; since when the owner has it stays.
    """
    after = swapped(procedure, state, str(done.data["from_organ"]), str(done.data["to_organ"]))
    return replace(after, done=(*state.done, done))


def swapped(procedure: Procedure, state: State, old: str, new: str) -> State:
    """The matter with one body in the place of another, before that is recorded."""
    organs = _organ_fields(procedure, state.fields)
    fields = state.fields | {name: _put(value, old, new) for name, value in organs.items()}
    return replace(
        state,
        owner=_heir(state.owner, old, new),
        earlier_owners=tuple(_heir(one, old, new) for one in state.earlier_owners),
        co_handlers=tuple(dict.fromkeys(_heir(one, old, new) for one in state.co_handlers)),
        requests=tuple(
            replace(one, organ=new) if one.organ == old else one for one in state.requests
        ),
        fields=fields,
        approvals=tuple(seats_swapped(one, old, new) for one in state.approvals),
    )


def _heir(owner: Owner, old: str, new: str) -> Owner:
    return Owner(organ=new) if owner.organ == old else owner


def _organ_fields(procedure: Procedure, fields: Data) -> Data:
    """Fields of type organ, and the lists of ids that say who must keep away."""
    known, named = procedure.fields, {*procedure.apart, *procedure.about}
    return {
        name: value
        for name, value in fields.items()
        if name in named or (name in known and known[name].type == "organ")
    }


def _put(value: Datum, old: str, new: str) -> Datum:
    if isinstance(value, list):
        return [new if one == old else one for one in value]
    return new if value == old else value
