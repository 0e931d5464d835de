"""Whether the needs of a step are met: the conditions of the law that a machine can check."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from haihe.kernel.calendar import Calendar
from haihe.kernel.clocks import clock_now
from haihe.kernel.facts import all_hold, holds, is_given, say_test
from haihe.kernel.guards import GUARDS
from haihe.kernel.procedure import Need, Procedure, Step
from haihe.kernel.state import State
from haihe.kernel.values import Actor, Data, Datum, Refused


class Attempt(NamedTuple):
    """Who wants to take a step when, on which fields (the matter's, overlaid with those given)."""

    procedure: Procedure
    state: State | None
    actor: Actor
    fields: Data
    sealed: frozenset[str]
    at: datetime
    calendar: Calendar


def attempt(
    procedure: Procedure,
    state: State | None,
    actor: Actor,
    data: Data,
    at: datetime,
    calendar: Calendar,
) -> Attempt:
    """An attempt with the command's fields laid over the matter's."""
    if state is None:
        return Attempt(procedure, None, actor, data, frozenset(), at, calendar)
    fields = {**state.fields, **data} if data else state.fields
    return Attempt(procedure, state, actor, fields, frozenset(state.sealed), at, calendar)


def first_unmet(step: Step, tried: Attempt) -> int | None:
    """The number of the first need (from 0) that is not met, or None."""
    for number, need in enumerate(step.needs):
        if not is_met(need, tried):
            return number
    return None


def is_met(need: Need, tried: Attempt) -> bool:
    """Whether one need is met; a need whose `when` does not hold is met."""
    if need.when and not all_hold(need.when, tried.fields, tried.sealed):
        return True
    if need.all:
        return all_hold(need.all, tried.fields, tried.sealed)
    if need.any:
        return any(holds(test, tried.fields, tried.sealed) for test in need.any)
    if need.within or need.over:
        return _is_clock_so(need, tried)
    if need.guard:
        return GUARDS[need.guard].holds(tried.state, tried.actor, tried.fields)
    if need.same:
        first = tried.fields.get(need.same[0])
        return is_given(first) and all(tried.fields.get(name) == first for name in need.same)
    if need.organ_not_in:
        return not _names(tried.fields.get(need.organ_not_in), tried.actor.organ)
    if need.organ_in:
        return _names(tried.fields.get(need.organ_in), tried.actor.organ)
    return _is_history_so(need, tried)


def _names(value: Datum, organ: str) -> bool:
    return organ in value if isinstance(value, list) else value == organ


def _is_history_so(need: Need, tried: Attempt) -> bool:
    done = tried.state.done if tried.state is not None else ()
    if need.after:
        return any(one.act == need.after for one in done)
    if need.not_after:
        return all(one.act != need.not_after for one in done)
    if need.other_person_than:
        person, act = tried.actor.person, need.other_person_than
        return all(one.act != act or one.actor.person != person for one in done)
    if need.other_organ_than:
        organ, act = tried.actor.organ, need.other_organ_than
        return all(one.act != act or one.actor.organ != organ for one in done)
    requests = tried.state.requests if tried.state is not None else ()
    return all(one.answered_seq is not None for one in requests)


def _is_clock_so(need: Need, tried: Attempt) -> bool:
    """`within`: the clock has not run out. `over`: it has, or it was stopped too late."""
    if tried.state is None:
        return bool(need.within)
    name = need.within or need.over
    clock = clock_now(tried.procedure, tried.state, tried.calendar, tried.at, name)
    is_over = clock is not None and clock.status in ("overdue", "late")
    return is_over if need.over else not is_over


def refusal_of(need: Need, step: Step, tried: Attempt) -> Refused:
    """The refusal for an unmet need: its own words, else words made from the names."""
    reason, says, instead = _words(need, tried)
    return Refused(
        reason=reason,
        says=need.says or f"不能“{step.name}”：{says}",
        instead=need.instead or instead,
        cites=need.cites or step.cites,
    )


def _words(need: Need, tried: Attempt) -> tuple[str, str, str]:
    procedure = tried.procedure
    if need.all or need.any:
        joint = "，并且" if need.all else "，或者"
        said = joint.join(say_test(test, procedure) for test in need.all or need.any)
        return "need_unmet", f"需要{said}", f"请核实并补充：{said}"
    if need.within:
        name = procedure.clocks[need.within].name
        return "clock_over", f"“{name}”已经届满", "请按逾期的规定处理"
    if need.over:
        name = procedure.clocks[need.over].name
        return "clock_not_over", f"“{name}”还没有届满", "请在期限届满后办理"
    if need.guard:
        guard = GUARDS[need.guard]
        return "need_unmet", guard.says, guard.instead
    if need.same:
        names = "、".join(f"“{procedure.fields[name].name}”" for name in need.same)
        return "need_unmet", f"{names}不一致", f"请核对{names}，使之一致"
    if need.organ_not_in:
        named = procedure.fields[need.organ_not_in].name
        return "same_organ", f"您的单位就是“{named}”", "请由其他单位办理"
    if need.organ_in:
        named = procedure.fields[need.organ_in].name
        return "need_unmet", f"您的单位不是“{named}”", "请由该单位的人员办理"
    return _history_words(need, procedure)


def _history_words(need: Need, procedure: Procedure) -> tuple[str, str, str]:
    act = need.after or need.not_after or need.other_person_than or need.other_organ_than
    name = procedure.steps[act].name if act in procedure.steps else act
    if need.after:
        return "need_unmet", f"还没有“{name}”", f"请先“{name}”"
    if need.not_after:
        return "need_unmet", f"已经“{name}”", "本步骤只在此前办理"
    if need.other_person_than:
        return "same_person", f"“{name}”是您本人办理的，不能再由您办理", "请由其他人员办理"
    if need.other_organ_than:
        return "same_organ", f"“{name}”是您的单位办理的，不能再由本单位办理", "请由其他单位办理"
    return "need_unmet", "对其他单位的协办请求还没有全部答复", "请等待答复，或者催办"
