"""Who had a matter before: to whom it may be returned, with its clocks going on.

House rules haihe#return-to-holder, haihe#one-owner: any organ that had it, or somebody of the
organ that has it who took it before; the last organ before this one where nobody is chosen.
"""

from __future__ import annotations

from typing import Final

from haihe.kernel.state import State
from haihe.kernel.values import Owner

PERSON_OF: Final = "/"  # between an organ and a person of it: machang-station/li


class BrokenHistory(ValueError):
    """A history that cannot have been written by `decide`: the program must stop, not guess."""


def key_of(holder: Owner) -> str:
    """How a form names a holder: an organ, or a person of one."""
    return f"{holder.organ}{PERSON_OF}{holder.person}" if holder.person else holder.organ


def holders(state: State) -> tuple[Owner, ...]:
    """Whom the matter can go back to, the last first: organs that had it, persons who took it."""
    mine = state.owner.organ
    taken = [
        Owner(organ=mine, person=person)
        for person in _persons(state)
        if person != state.owner.person
    ]
    earlier = [one for one in reversed(state.earlier_owners) if one.organ != mine]
    return tuple({key_of(one): one for one in (*taken, *earlier)}.values())


def _persons(state: State) -> list[str]:
    """Those of the organ that has it who took it or were handed it, the last first."""
    found: list[str] = []
    for one in reversed(state.done):
        if one.act == "take" and one.actor.organ == state.owner.organ:
            found.append(one.actor.person)
        if one.act == "transfer" and one.data.get("to_organ") == state.owner.organ:
            found.append(str(one.data.get("to_person") or ""))
    return [person for person in dict.fromkeys(found) if person]


def chosen(state: State, key: str) -> Owner | None:
    """The holder a form names; "" the last organ before this one; None where there is none."""
    if not key:
        return state.earlier_owners[-1] if state.earlier_owners else None
    return next((one for one in holders(state) if key_of(one) == key), None)


def returned(state: State, key: str) -> tuple[Owner, tuple[Owner, ...]]:
    """The owner after a return, and who had it before that one. Raises BrokenHistory."""
    to = chosen(state, key)
    if to is None:
        raise BrokenHistory("there is no earlier owner or holder to return to")
    if key and to.organ == state.owner.organ:
        return to, state.earlier_owners
    keys = [key_of(one) for one in state.earlier_owners]
    last = len(keys) - 1 - keys[::-1].index(key_of(to))
    return to, state.earlier_owners[:last]
