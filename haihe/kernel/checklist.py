"""What a step needs, all of it before anybody fills in its form: what is there, what is missing.

`decide` refuses for the first thing that is wrong, afterwards; whoever approves wants to see every
condition before. The conditions are those of the step itself (`needs`), judged on the matter as it
is; those about a field that the step asks for can only be judged when it is filled in.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Final, Literal

from haihe.kernel.approval import newest, wanting
from haihe.kernel.calendar import Calendar
from haihe.kernel.facts import all_hold, say_test
from haihe.kernel.needs import Attempt, attempt, is_met, refusal_of
from haihe.kernel.procedure import Need, Procedure
from haihe.kernel.state import State
from haihe.kernel.values import Actor, Data, Frozen

# met: it is so; missing: it is not, `instead` says what to do; form: the form will tell.
Stands = Literal["met", "missing", "form"]
ORDER: Final[tuple[Stands, ...]] = ("missing", "form", "met")


class Check(Frozen, frozen=True, kw_only=True):
    """One condition of a step in words, and whether it is fulfilled; `cites` are its articles."""

    says: str
    stands: Stands
    instead: str = ""
    cites: tuple[str, ...] = ()


def checklist(
    procedure: Procedure,
    state: State,
    name: str,
    actor: Actor,
    now: datetime,
    calendar: Calendar,
) -> tuple[Check, ...]:
    """Every condition of the step `name` of this matter for this actor, what is missing first.

    A condition that does not apply (its `when` is not so, and no field asked could make it so) is
    left out. Who may act, in which state, is not told here: `possible` says it.
    """
    found = [
        *conditions(procedure, state, name, actor, now, calendar),
        *_approval(procedure, state, name, actor, now.astimezone(calendar.zone).date()),
    ]
    return tuple(sorted(found, key=lambda one: ORDER.index(one.stands)))


def conditions(
    procedure: Procedure,
    state: State,
    name: str,
    actor: Actor,
    now: datetime,
    calendar: Calendar,
    given: Data | None = None,
) -> tuple[Check, ...]:
    """The conditions of the step itself, without its approval, what is missing first.

    `given` is its filled form: with it, those that the form would tell are judged too.
    """
    step = procedure.steps[name]
    tried = attempt(procedure, state, actor, given or {}, now, calendar)
    asked = frozenset((*step.asks, *step.may_ask)) if given is None else frozenset()
    found: list[Check] = []
    for need in step.needs:
        stands = _stands(need, tried, asked)
        if stands is None:
            continue
        refused = refusal_of(need, step, tried)
        met = _met_words(need, procedure)
        if stands == "met" and not met:
            continue
        found.append(
            Check(
                says=refused.says if stands == "missing" else met or refused.says,
                stands=stands,
                instead=refused.instead if stands == "missing" else "",
                cites=need.cites or step.cites,
            )
        )
    return tuple(sorted(found, key=lambda one: ORDER.index(one.stands)))


def _approval(procedure: Procedure, state: State, act: str, actor: Actor, day: date) -> list[Check]:
    """What the approval of a step lacks, or that it has been given."""
    name = procedure.steps[act].name
    refused = wanting(procedure, state, act, name, actor, day)
    if refused is not None:
        missing = Check(
            says=refused.says, stands="missing", instead=refused.instead, cites=refused.cites
        )
        return [missing]
    asked = newest(state, act)
    if asked is None or asked.standing != "passed":
        return []
    return [Check(says="审签已经全部同意", stands="met", cites=asked.cites)]


def _stands(need: Need, tried: Attempt, asked: frozenset[str]) -> Stands | None:
    """How a need stands; None where it does not apply."""
    of_when = {test.field for test in need.when}
    if need.when and not of_when & asked and not all_hold(need.when, tried.fields, tried.sealed):
        return None
    tests = (*need.all, *need.any)
    named = {need.organ_not_in, need.organ_in, *need.same, *(test.field for test in tests)}
    if (named | of_when) & asked:
        return "form"
    return "met" if is_met(need, tried) else "missing"


def _met_words(need: Need, procedure: Procedure) -> str:
    """A condition in words as it should be; "" for one that has words for its refusal only."""
    if need.all or need.any:
        joint = "，并且" if need.all else "，或者"
        condition = joint.join(say_test(test, procedure) for test in need.all or need.any)
        return _when_words(need, procedure) + condition
    if need.within:
        return f"“{procedure.clocks[need.within].name}”没有届满"
    if need.over:
        return f"“{procedure.clocks[need.over].name}”已经届满"
    if need.guard:
        return ""  # its words are those of the refusal
    if need.same:
        return "、".join(f"“{procedure.fields[one].name}”" for one in need.same) + "一致"
    if need.organ_not_in:
        return f"由“{procedure.fields[need.organ_not_in].name}”以外的单位办理"
    if need.organ_in:
        return f"由“{procedure.fields[need.organ_in].name}”办理"
    if need.answered:
        return "协办请求都已答复"
    act = need.after or need.not_after or need.other_person_than or need.other_organ_than
    name = procedure.steps[act].name if act in procedure.steps else act
    if need.after:
        return f"已经办过“{name}”"
    if need.not_after:
        return f"没有办过“{name}”"
    who = "人" if need.other_person_than else "单位"
    return f"由没有办过“{name}”的{who}办理"


def _when_words(need: Need, procedure: Procedure) -> str:
    if not need.when:
        return ""
    said = "，并且".join(say_test(test, procedure) for test in need.when)
    return f"{said}的，"
