"""May this be done now? Every command becomes one event or one refusal, never an exception.

Order of judging: the actor may know of the matter; the act is known; the matter is where the act
belongs; the actor's role and standing; the needs of the step; the fields. A refusal says what, by
which article, what instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from msgspec.structs import replace

from haihe.kernel import correction, kernel_acts
from haihe.kernel.acts import ACTS, PUT_RIGHT, KernelAct
from haihe.kernel.approval import APPROVED, PROPOSED, stages_proposed, values_of, wanting
from haihe.kernel.approval_values import NOTHING, as_signed, binding, without_values
from haihe.kernel.calendar import FIRST_YEAR, Calendar
from haihe.kernel.facts import is_given, organs_apart
from haihe.kernel.fields import Wrong, nearest, wrong_value
from haihe.kernel.index import Index, index_of
from haihe.kernel.needs import attempt, first_unmet, is_met, refusal_of
from haihe.kernel.procedure import Field, Procedure, Step
from haihe.kernel.reading import unknown
from haihe.kernel.standing import is_kept_apart
from haihe.kernel.state import State
from haihe.kernel.values import Actor, Command, Data, Datum, Decided, Event, Refused

REASONS: Final = (
    "no_such_act",
    "wrong_role",
    "not_owner",
    "wrong_state",
    "ended",
    "not_ended",
    "missing_field",
    "wrong_value",
    "unknown_field",
    "need_unmet",
    "same_person",
    "same_organ",
    "clock_over",
    "clock_not_over",
    "late_extension",
    "wrong_rank",
    "extensions_used_up",
    "nothing_to_undo",
    "not_yours",
    "final",
    "suspended",
    "not_suspended",
    "no_ground",
    "no_request",
    "moved_on",
    "happened_out_of_order",
    "unknown_kind",
    "unknown_matter",
    "sealed",  # only of reading
)
NO_SEATS: Final[Mapping[str, str]] = MappingProxyType({})
FUTURE_TOLERANCE: Final = timedelta(minutes=2)  # clocks of devices differ; stored as now
ID_MAX: Final = 200
HAPPENED_YEAR_MIN: Final = FIRST_YEAR + 1  # what no calendar covers cannot be counted


def decide(
    procedure: Procedure,
    state: State | None,
    command: Command,
    now: datetime,
    calendar: Calendar,
    *,
    proposed: Mapping[str, Datum] = NOTHING,
    instead_of: Mapping[str, str] = NO_SEATS,
) -> Decided | Refused:
    """Judge a command: the event to append with the personal values apart, or a refusal.

    `state` None means that the command opens a matter. `now` is an aware instant; the event's
    `happened_at` is the command's own, if it names one, and never later than `now`. `proposed`: the
    personal values of the approval of this act, which only records can unseal; `instead_of`: whom
    a proposal asks in the place of a body that the matter reports on.
    """
    assert now.tzinfo is not None, "now carries its zone"
    index = index_of(procedure)
    at = _moment(state, command, now)
    if isinstance(at, Refused):
        return at
    if state is not None and _is_kept_apart(index, state, command.actor):
        return unknown(command.matter or "")
    refused = _judge_act(index, state, command.act, command.actor) or _judge_aim(
        index, state, command
    )
    if refused is not None:
        return refused
    data = {key: value for key, value in command.data.items() if is_given(value)}
    step = procedure.steps.get(command.act)
    day = at.astimezone(calendar.zone).date()
    signed = binding(procedure, state, command.act, day) if state is not None else None
    if signed is not None:
        taken = as_signed(signed, index.act_names[command.act], data, proposed)
        if isinstance(taken, Refused):
            return taken
        data = taken
    named: Data = {APPROVED: signed.seq} if signed is not None else {}
    if step is None:
        assert state is not None, "kernel acts never open a matter"
        if command.act == "seek_approval":
            return _decide_proposal(index, state, command, data, at, now, calendar, instead_of)
        return _decide_kernel_act(index, state, command, data, at, now, calendar, named)
    if step.needs:
        tried = attempt(procedure, state, command.actor, data, at, calendar)
        unmet = first_unmet(step, tried)
        if unmet is not None:
            return refusal_of(step.needs[unmet], step, tried)
    refused = _wanting(procedure, state, command.act, step.name, command.actor, at, calendar)
    refused = refused or _judge_fields(index, step, data, procedure.fields)
    if refused is None and state is None:
        refused = _judge_receiver(step, command.actor, data, procedure)
    if step.sets:
        data = {**data, **step.sets}
    if refused is None and index.apart:
        refused = _judge_apart(index, state, step, command.actor, data)
    return refused or _decided(index, state, command, data | named, at, now)


def _wanting(
    procedure: Procedure,
    state: State | None,
    act: str,
    name: str,
    actor: Actor,
    at: datetime,
    calendar: Calendar,
) -> Refused | None:
    """Why an act has to wait for an approval; the chain of the day on which it is taken counts."""
    if state is None or not (procedure.approvals or state.approvals):
        return None
    return wanting(procedure, state, act, name, actor, at.astimezone(calendar.zone).date())


def _is_kept_apart(index: Index, state: State, actor: Actor) -> bool:
    """Whether the matter reports the organ the actor acts for; the public acts for none."""
    also = frozenset({actor.person})
    if not index.apart or not is_kept_apart(actor.organ, (), state, index.procedure, also=also):
        return False
    role = index.procedure.roles.get(actor.role)
    return role is None or role.stands != "public"


def possible(
    procedure: Procedure, state: State, actor: Actor, now: datetime, calendar: Calendar
) -> list[tuple[str, Refused | None]]:
    """Every step and kernel act with None if this actor may take it now, or why not.

    Fields are not judged, for nobody has filled the form yet; needs that look at fields which the
    step itself asks are left to `decide` for the same reason.
    """
    index = index_of(procedure)
    found: list[tuple[str, Refused | None]] = []
    for name, step in procedure.steps.items():
        if step.from_:
            refused = _judge_act(index, state, name, actor)
            refused = refused or _known_unmet(procedure, state, step, actor, now, calendar)
            refused = refused or _wanting(procedure, state, name, step.name, actor, now, calendar)
            found.append((name, refused))
    for name in ACTS:
        if ACTS[name].who == "register":
            continue  # nobody's desk offers it
        refused = _judge_act(index, state, name, actor)
        refused = refused or kernel_acts.judge_before_form(index, state, name, actor)
        told = ACTS[name].name
        refused = refused or _wanting(procedure, state, name, told, actor, now, calendar)
        found.append((name, refused))
    return found


def _known_unmet(
    procedure: Procedure,
    state: State,
    step: Step,
    actor: Actor,
    now: datetime,
    calendar: Calendar,
) -> Refused | None:
    if not step.needs:
        return None
    tried = attempt(procedure, state, actor, {}, now, calendar)
    asked = {*step.asks, *step.may_ask}
    for need in step.needs:
        tests = (*need.when, *need.all, *need.any)
        named = {need.organ_not_in, need.organ_in, *need.same, *(test.field for test in tests)}
        if named & asked:
            continue
        if not is_met(need, tried):
            return refusal_of(need, step, tried)
    return None


def _moment(state: State | None, command: Command, now: datetime) -> datetime | Refused:
    """When it happened: the law counts from this instant."""
    at = command.happened_at
    if at is None:
        return now
    if at.tzinfo is None:
        return Refused(
            reason="wrong_value",
            says="发生时间没有时区",
            instead="请写成 2026-09-01T08:10+08:00 这样的时刻",
            cites=("haihe#when-it-happened",),
            field="happened_at",
        )
    if at > now + FUTURE_TOLERANCE:
        return _out_of_order("发生时间在将来", "请核对设备的时钟，填写实际发生的时间")
    if at.year < HAPPENED_YEAR_MIN:
        return _out_of_order("发生时间早于能够计算的年份", "请核对实际发生的时间")
    if state is not None and at < state.opened_at:
        return _out_of_order(
            "发生时间早于本事项开始的时间", "请核对实际发生的时间；更早的事实写在批注中"
        )
    return min(at, now)


def _out_of_order(says: str, instead: str) -> Refused:
    return Refused(
        reason="happened_out_of_order",
        says=says,
        instead=instead,
        cites=("haihe#when-it-happened",),
        field="happened_at",
    )


def _judge_aim(index: Index, state: State | None, command: Command) -> Refused | None:
    """Whether the command means this kind and the matter as it is, and names an actor."""
    if state is None and command.kind not in (None, index.procedure.kind):
        return _unknown_kind(index.procedure)
    actor = command.actor
    for value in (actor.person, actor.role, actor.organ):
        if not value or len(value) > ID_MAX:
            return Refused(
                reason="wrong_value",
                says="没有写明由谁、以什么身份、代表哪个单位办理",
                instead="请登录后办理",
                cites=("haihe#known-actor",),
                field="actor",
            )
    seq = state.seq if state is not None else 0
    if command.expects is not None and command.expects != seq:
        return Refused(
            reason="moved_on",
            says="您打开之后，本事项已经有了新的记录",
            instead="请重新打开，看过新的记录后再办理",
            cites=("haihe#moved-on",),
        )
    return None


def _judge_act(index: Index, state: State | None, act: str, actor: Actor) -> Refused | None:
    """Known act, then state, then role and standing."""
    procedure = index.procedure
    step = procedure.steps.get(act)
    if step is None:
        if act not in ACTS:
            return _no_such_act(index, act)
        if state is None:
            return _no_matter(procedure, index)
        return kernel_acts.judge_state(state, act) or kernel_acts.judge_standing(
            index, state, act, actor
        )
    if state is None:
        return _judge_opening(index, step, actor)
    return (
        _judge_kind(procedure, state)
        or _judge_state(procedure, state, step)
        or _judge_standing(procedure, state, step, actor)
    )


def _no_such_act(index: Index, act: str) -> Refused:
    meant = nearest(act, index.act_names)
    return Refused(
        reason="no_such_act",
        says=f"“{index.procedure.name}”没有“{act[:40]}”这一步",
        instead=f"是不是“{index.act_names[meant]}”（{meant}）？" if meant else "请从所列步骤中选择",
        cites=("haihe#known-acts",),
    )


def _no_matter(procedure: Procedure, index: Index) -> Refused:
    first = "、".join(f"“{procedure.steps[name].name}”" for name in index.openings)
    return Refused(
        reason="unknown_matter",
        says="还没有这个事项，不能对它办理",
        instead=f"请先以{first}开始",
        cites=("haihe#first-contact",),
    )


def _judge_kind(procedure: Procedure, state: State) -> Refused | None:
    return None if state.kind == procedure.kind else _unknown_kind(procedure)


def _unknown_kind(procedure: Procedure) -> Refused:
    return Refused(
        reason="unknown_kind",
        says=f"本事项不是“{procedure.name}”",
        instead="请按本事项自己的程序办理",
        cites=("haihe#first-contact",),
    )


def _judge_opening(index: Index, step: Step, actor: Actor) -> Refused | None:
    if step.from_:
        return _no_matter(index.procedure, index)
    return _judge_role(index.procedure, step, actor)


def _judge_state(procedure: Procedure, state: State, step: Step) -> Refused | None:
    if state.merged_into is not None or (state.ended and state.state not in step.from_):
        return kernel_acts.ended(state, step.name, step.cites)
    if state.suspended_since is not None:
        return Refused(
            reason="suspended",
            says=f"本事项正在中止，不能“{step.name}”",
            instead="请先“恢复”，再继续办理",
            cites=("haihe#suspension",),
        )
    if state.state in step.from_:
        return None
    here = procedure.states[state.state].name
    places = "、".join(f"“{procedure.states[name].name}”" for name in step.from_)
    return Refused(
        reason="wrong_state",
        says=f"现在是“{here}”，不能“{step.name}”",
        instead=f"在{places}时才能“{step.name}”" if places else "本步骤只用来开始一个新事项",
        cites=step.cites,
    )


def _judge_role(procedure: Procedure, step: Step, actor: Actor) -> Refused | None:
    if actor.role in step.by:
        return None
    names = "、".join(procedure.roles[role].name for role in step.by)
    return Refused(
        reason="wrong_role",
        says=f"您现在的身份不能“{step.name}”",
        instead=f"请由{names}办理",
        cites=step.cites,
    )


def _judge_standing(procedure: Procedure, state: State, step: Step, actor: Actor) -> Refused | None:
    refused = _judge_role(procedure, step, actor)
    if refused is not None or procedure.roles[actor.role].stands != "owner":
        return refused
    if actor.organ == state.owner.organ:
        return None
    for one in state.co_handlers:
        if one.organ == actor.organ:
            return None
    return kernel_acts.not_owner(state, step.name)


def _judge_receiver(step: Step, actor: Actor, data: Data, procedure: Procedure) -> Refused | None:
    """A citizen opens a matter but never owns it: somebody must receive it."""
    if procedure.roles[actor.role].stands != "public" or data.get(step.hands_to):
        return None
    return Refused(
        reason="missing_field",
        says="没有写明由哪个单位承办",
        instead="请选择受理单位",
        cites=("haihe#one-owner",),
        field=step.hands_to or None,
    )


def _judge_apart(
    index: Index, state: State | None, step: Step, actor: Actor, data: Data
) -> Refused | None:
    """Whoever has the matter after this step is none of those to be kept apart from it."""
    fields = {**state.fields, **data} if state is not None else data
    named = fields.get(step.hands_to) if step.hands_to else None
    owner = state.owner.organ if state is not None else actor.organ
    organ = named if isinstance(named, str) and named else owner
    if organ not in organs_apart(index.apart, fields):
        return None
    return kernel_acts.kept_apart(step.name, step.hands_to)


def _judge_fields(
    index: Index,
    asked: Step | KernelAct,
    data: Data,
    fields: Mapping[str, Field],
) -> Refused | None:
    """Every asked field given and fit, nothing unknown."""
    asks, may_ask = asked.asks, asked.may_ask
    for name in asks:
        if name not in data:
            field = fields[name]
            hint = f"（{field.hint}）" if field.hint else ""
            return _field_refused(
                "missing_field",
                name,
                Wrong(f"没有填写“{field.name}”", f"请填写“{field.name}”{hint}后再提交"),
                asked,
            )
    for name, value in data.items():
        if name not in asks and name not in may_ask:
            return _unknown_field(name, asked, fields)
        wrong = wrong_value(fields[name], value, index.patterns.get(name))
        if wrong is not None:
            return _field_refused("wrong_value", name, wrong, asked)
    return None


def _field_refused(reason: str, name: str, wrong: Wrong, asked: Step | KernelAct) -> Refused:
    return Refused(
        reason=reason, says=wrong.says, instead=wrong.instead, cites=asked.cites, field=name
    )


def _unknown_field(name: str, asked: Step | KernelAct, fields: Mapping[str, Field]) -> Refused:
    known = {one: fields[one].name for one in (*asked.asks, *asked.may_ask)}
    meant = nearest(name, known)
    listed = "、".join(f"“{word}”（{key}）" for key, word in known.items())
    instead = f"是不是“{known[meant]}”（{meant}）？" if meant else f"可以填写：{listed or '无'}"
    wrong = Wrong(f"“{asked.name}”没有“{name[:40]}”这一项", instead)
    return _field_refused("unknown_field", name[:ID_MAX], wrong, asked)


def _decide_kernel_act(
    index: Index,
    state: State,
    command: Command,
    data: Data,
    at: datetime,
    now: datetime,
    calendar: Calendar,
    named: Data,
) -> Decided | Refused:
    act = ACTS[command.act]
    refused = kernel_acts.judge_before_form(index, state, command.act, command.actor)
    refused = refused or _wanting(
        index.procedure, state, command.act, act.name, command.actor, at, calendar
    )
    refused = refused or _judge_fields(index, act, data, act.fields)
    refused = refused or kernel_acts.judge_form(index, state, command, data, at, calendar)
    if refused is not None:
        return refused
    if command.act == "withdraw":
        data = {**data, "undoes": state.done[-1].seq}
    elif command.act == PUT_RIGHT:
        data = {**data, **correction.told(index.procedure, state, data)}
    return _kernel_event(state, command, data | named, at, now, {})


def _kernel_event(
    state: State, command: Command, data: Data, at: datetime, now: datetime, personal: Data
) -> Decided:
    event = Event(
        seq=state.seq + 1,
        act=command.act,
        actor=command.actor,
        happened_at=at,
        recorded_at=now,
        data=data,
        sealed=tuple(sorted(personal)),
    )
    return Decided(event=event, personal=personal)


def _decide_proposal(
    index: Index,
    state: State,
    command: Command,
    data: Data,
    at: datetime,
    now: datetime,
    calendar: Calendar,
    instead_of: Mapping[str, str],
) -> Decided | Refused:
    """A proposal with the values of its act: these are judged as if the act were taken now."""
    act, said, values = ACTS[command.act], without_values(data), values_of(data)
    refused = _judge_fields(index, act, said, act.fields)
    refused = refused or kernel_acts.judge_form(index, state, command, said, at, calendar)
    refused = refused or _judge_proposed(index, state, command, values, at, calendar)
    if refused is not None:
        return refused
    day = at.astimezone(calendar.zone).date()
    is_step = said["for_act"] in index.procedure.steps
    personal = {
        name: value
        for name, value in data.items()
        if is_step and name.removeprefix(PROPOSED) in index.personal and name not in said
    }
    kept = {name: value for name, value in data.items() if name not in personal}
    stages = stages_proposed(index.procedure, state, said, day, instead_of)
    return _kernel_event(state, command, kept | stages, at, now, personal)


def _judge_proposed(
    index: Index, state: State, command: Command, values: Data, at: datetime, calendar: Calendar
) -> Refused | None:
    """Whether the form of the proposed act is filled as the act will want it."""
    act = str(command.data["for_act"])
    step = index.procedure.steps.get(act)
    if step is not None:
        refused = _judge_fields(index, step, values, index.procedure.fields)
        if refused is None and index.apart:
            data = {**values, **step.sets}
            refused = _judge_apart(index, state, step, command.actor, data)
    else:
        rule = ACTS[act]
        refused = _judge_fields(index, rule, values, rule.fields)
        wish = replace(command, act=act, data=values)
        refused = refused or kernel_acts.judge_form(index, state, wish, values, at, calendar)
    if refused is None:
        return None
    return replace(refused, field=f"{PROPOSED}{refused.field}" if refused.field else "for_act")


def _decided(
    index: Index,
    state: State | None,
    command: Command,
    data: Data,
    at: datetime,
    now: datetime,
) -> Decided:
    personal = {key: value for key, value in data.items() if key in index.personal}
    if personal:
        data = {key: value for key, value in data.items() if key not in index.personal}
    procedure = index.procedure
    event = Event(
        seq=state.seq + 1 if state is not None else 1,
        act=command.act,
        actor=command.actor,
        happened_at=at,
        recorded_at=now,
        data=data,
        sealed=tuple(sorted(personal)),
        kind=procedure.kind if state is None else None,
        version=procedure.since if state is None else None,
    )
    return Decided(event=event, personal=personal)
