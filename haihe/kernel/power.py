"""Whether a command lies in the power of its body, before it is decided what the procedure says.

The rules are the city's (`city/competence.yaml`); here is only what a command says of itself: who
acts for which body in whose matter, and to whom it gives the matter.
"""

from __future__ import annotations

from datetime import date

from haihe.kernel.competence import OPENING, TRANSFER, Competence, Gift
from haihe.kernel.kept_below import kept_below
from haihe.kernel.procedure import Procedure
from haihe.kernel.receiver import receiving_field as receiving_field
from haihe.kernel.standing import NO_ORGANS
from haihe.kernel.state import State
from haihe.kernel.values import Command, Refused


def not_competent(
    competence: Competence,
    procedure: Procedure,
    state: State | None,
    command: Command,
    day: date,
    also: frozenset[str] = NO_ORGANS,
) -> Refused | None:
    """Why the body of a command may not take this step on a day; None if it may.

    `state` None: the command opens a matter. Nobody is judged in a kind without rules; a citizen is
    not judged at all, and what a citizen sends to the wrong body is passed on (routing). `also` as
    in kept_below.
    """
    refused = kept_below(competence, procedure, state, command, day, also)
    if refused is not None:
        return refused
    kind = procedure.kind
    if not competence.binds(kind):
        return None
    step = procedure.steps.get(command.act)
    if step is None:
        return _given(competence, procedure, command, day, TRANSFER)
    role = procedure.roles.get(command.actor.role)
    if role is None or role.stands == "public":
        return None
    refused = competence.step_refused(
        kind,
        command.act,
        command.actor.role,
        command.actor.organ,
        _whose(competence, procedure, state, command, day),
        day,
        state.opened_at.date() if state is not None else day,
    )
    if refused is not None:
        return refused
    return _given(competence, procedure, command, day, OPENING if state is None else TRANSFER)


def _whose(
    competence: Competence, procedure: Procedure, state: State | None, command: Command, day: date
) -> str:
    """The body in whose matter a step is taken; "" for a helper, whom the owner has asked in.

    What opens and is passed on at once is that of the body that gets it.
    """
    if state is None:
        named = _text(command, procedure.steps[command.act].hands_to)
        intake = competence.intake(procedure.kind)
        about = _text(command, intake.organ) if intake is not None else ""
        if named and about:
            named = competence.misdirected(named, procedure.kind, "", day, about) or named
        return named or command.actor.organ
    if any(one.organ == command.actor.organ for one in state.co_handlers):
        return ""
    return state.owner.organ


def _text(command: Command, field: str) -> str:
    """What a command gives for a field, if it is text; "" otherwise."""
    told = command.data.get(field) if field else None
    return told if isinstance(told, str) else ""


def _given(
    competence: Competence, procedure: Procedure, command: Command, day: date, gift: Gift
) -> Refused | None:
    """Why the body that an act gives the matter to may not have it."""
    named = _text(command, receiving_field(procedure, command.act))
    if not named:
        return None
    return competence.gift_refused(procedure.kind, named, day, gift)
