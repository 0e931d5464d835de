"""What a closed body had when it ended: its heir takes a matter over with the first act in it.

What has ended stays with the closed body (haihe.records.succession passes on only what runs). Who
serves in the heir reads it as that body did; whoever takes a further act in it (reopens it, files
it, remarks) does so after `succeed`, in one transaction: the history says how it came there.
"""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace

from haihe.kernel.acts import REGISTER
from haihe.kernel.decide import decide
from haihe.kernel.procedure import Procedure
from haihe.kernel.state import State
from haihe.kernel.succession import swapped
from haihe.kernel.values import Actor, Command, Data, Decided, Refused
from haihe.records.rules import Rules

HAIHE = Actor(person=REGISTER, role=REGISTER, organ=REGISTER)


def succession_of(
    rules: Rules, procedure: Procedure, state: State, organ: str, at: datetime
) -> str:
    """The closed body in whose place an organ stands in a matter that ended; "" for none.

    An organ that has to do with the matter itself acts in its own name.
    """
    register = rules.organ_register
    if not state.ended or not register.successions:
        return ""
    owners = (state.owner, *state.co_handlers, *state.earlier_owners)
    asked = (one.organ for one in state.requests)
    bodies = dict.fromkeys((*(one.organ for one in owners), *asked))
    if organ in bodies:
        return ""
    day = at.astimezone(rules.zone).date()
    heirs = (one for one in bodies if register.owner(one, procedure.kind, day) == organ)
    return next(heirs, "")


def as_heir(rules: Rules, procedure: Procedure, state: State, organ: str, at: datetime) -> State:
    """The matter as it will be once this organ takes an act in it: to say which ones it may."""
    old = succession_of(rules, procedure, state, organ, at)
    return swapped(procedure, state, old, organ) if old else state


def succeed(
    rules: Rules, procedure: Procedure, state: State, old: str, command: Command, now: datetime
) -> Decided | Refused:
    """The act by which the actor's organ takes the matter over from a closed body."""
    order = rules.organ_register.successions[old].order
    data = told(rules, old, command.actor.organ, order)
    act = replace(command, key="", act="succeed", actor=HAIHE, data=data)
    return decide(procedure, state, act, now, rules.calendar)


def told(rules: Rules, old: str, new: str, order: str) -> Data:
    """What an act `succeed` says."""
    says = f"{rules.organ_name(old)}的事项由{rules.organ_name(new)}承接，各种期限连续计算"
    return {"from_organ": old, "to_organ": new, "by_order": order, "reason": says}
