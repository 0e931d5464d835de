"""What reports a body comes to none below it, nor to whoever holds a post there as well.

The kernel keeps the body itself out of every kind with `apart` (haihe.kernel.standing). Which
bodies stand below it tells the register of the city, so this is judged where power is.
Basis: 信访工作条例 30 (what is reported of a body is not handed to it), chief-letter-settings#4.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from haihe.kernel.acts import ACTS
from haihe.kernel.approval import chain_of, values_of
from haihe.kernel.competence import Competence
from haihe.kernel.facts import organs_apart
from haihe.kernel.kernel_acts import kept_apart
from haihe.kernel.procedure import Procedure
from haihe.kernel.reading import unknown
from haihe.kernel.receiver import receiving_field
from haihe.kernel.standing import NO_ORGANS
from haihe.kernel.state import State
from haihe.kernel.values import Command, Refused

# The acts of every procedure that bring a body to a matter without giving it the matter.
ASKED_IN: Final = {"co_handle": "organ", "request": "organ", "succeed": "to_organ"}
INSTEAD: Final = "请选择与被反映单位没有隶属关系的单位，例如它的上一级单位；没有的，报上一级信箱"


def kept_below(
    competence: Competence,
    procedure: Procedure,
    state: State | None,
    command: Command,
    day: date,
    also: frozenset[str] = NO_ORGANS,
) -> Refused | None:
    """Why a command may not be taken in a matter that reports a body; None if it may.

    `also`: the bodies of the actor's other posts with those above, and the actor's own id: whoever
    is reported, or serves there as well, is told what is told of a matter that does not exist.
    """
    if not procedure.apart:
        return None
    before = state.fields if state is not None else {}
    apart = organs_apart(procedure.apart, {**before, **command.data})
    if not apart:
        return None
    below = competence.is_apart_below(procedure.kind)
    organs, actor = competence.organs, command.actor
    if state is not None and not _is_public(procedure, actor.role):
        reported = organs_apart(procedure.apart, before)
        own = set(also)
        if below and actor.organ in organs:
            own.update(organs.lineage(actor.organ, day))
        if not reported.isdisjoint(own):
            return unknown(command.matter or "")
    if not below:
        return None
    field, organ = _receiver(procedure, state, command)
    if organ not in organs or apart.isdisjoint(organs.lineage(organ, day)):
        return None
    act = procedure.steps.get(command.act) or ACTS.get(command.act)
    refused = kept_apart(act.name if act is not None else command.act, field)
    return Refused(
        reason=refused.reason,
        says=f"{refused.says.removesuffix('，应当回避')}或者它的下级，应当回避",
        instead=INSTEAD,
        cites=refused.cites,
        field=refused.field,
    )


def seats_instead(
    competence: Competence, procedure: Procedure, state: State | None, command: Command, day: date
) -> dict[str, str]:
    """Which body above signs in the place of each that the matter reports on, or stands below one.

    Keyed by the body that a chain names; the nearest above that is not reported. With none above
    the seat stays with the reported body, which is refused like every other act of it.
    """
    if state is None or not procedure.apart or command.act != "seek_approval":
        return {}
    apart = organs_apart(procedure.apart, {**state.fields, **values_of(command.data)})
    chain = chain_of(procedure, str(command.data.get("for_act")), state.owner.organ, day)
    if not apart or chain is None:
        return {}
    organs, found = competence.organs, {}
    for organ in {seat.organ for stage in chain.stages for seat in stage.seats if seat.organ}:
        line = organs.lineage(organ, day)
        clean = (one for one in line if apart.isdisjoint(organs.lineage(one, day)))
        if not apart.isdisjoint(line):
            found[organ] = next(clean, organ)
    return found


def _is_public(procedure: Procedure, role: str) -> bool:
    known = procedure.roles.get(role)
    return known is not None and known.stands == "public"


def _receiver(procedure: Procedure, state: State | None, command: Command) -> tuple[str, str]:
    """Who gets or comes to the matter by this command, and the field that names that body.

    A field that an earlier act filled counts too; with none, the matter stays where it is.
    """
    field = ASKED_IN.get(command.act) or receiving_field(procedure, command.act)
    if state is None:
        return field, str(command.data.get(field, ""))
    if command.act == "return":
        earlier = state.earlier_owners
        return "", earlier[-1].organ if earlier else ""
    named = command.data.get(field) or state.fields.get(field) if field else ""
    return field, str(named or state.owner.organ)
