"""Whether an act that every procedure has may be taken: its state, its actor, and its own rules."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

from haihe.kernel import correction
from haihe.kernel.acts import ACTS, ANSWER_CONTEST, PUT_RIGHT, REGISTER, WHO_WORDS, KernelAct
from haihe.kernel.allowance import parse_allowance
from haihe.kernel.approval import before_sign, judge_propose, judge_sign, organs_signing
from haihe.kernel.calendar import Calendar
from haihe.kernel.clocks import Judged, approved_at, clock_now, judge_extension
from haihe.kernel.facts import organs_apart
from haihe.kernel.fields import DIGEST, is_day, is_instant
from haihe.kernel.holders import chosen, holders
from haihe.kernel.index import CITES_JOINED_BY, Index
from haihe.kernel.procedure import Procedure
from haihe.kernel.state import Done, Request, State
from haihe.kernel.succession import concerned, swapped
from haihe.kernel.values import Actor, Command, Data, Refused

CO_HANDLERS_MAX: Final = 50
REQUESTS_MAX: Final = 200
PERIOD_WRITTEN: Final = "请写成 2个工作日、3日、24小时 这样的期限"


def judge_state(state: State, act: str) -> Refused | None:
    """Whether the matter's being ended or suspended lets this act happen."""
    rule = ACTS[act]
    if rule.when_ended == "only" and not state.ended:
        return _refused(rule, "not_ended", "本事项还没有办结", "办理中的意见请直接向承办单位提出")
    if rule.when_ended == "no" and state.ended:
        return ended(state, rule.name, ("haihe#ended",))
    if state.suspended_since is not None and not rule.when_suspended:
        return _refused(
            rule, "suspended", f"本事项正在中止，不能“{rule.name}”", "请先“恢复”，再继续办理"
        )
    return None


def ended(state: State, name: str, cites: tuple[str, ...]) -> Refused:
    """The refusal of an act on a matter that has ended."""
    if state.merged_into is not None:
        return Refused(
            reason="ended",
            says=f"本事项已经合并，不能“{name}”",
            instead="请在并入的事项中办理",
            cites=("haihe#merge",),
        )
    return Refused(
        reason="ended",
        says=f"本事项已经办结，不能“{name}”",
        instead="当事人不同意的，可以提出异议；办错了的，由办理人看最后一步能不能撤回",
        cites=cites,
    )


def not_owner(state: State, name: str) -> Refused:
    """The refusal of an act by somebody whose organ does not have the matter."""
    return Refused(
        reason="not_owner",
        says=f"本事项不在您的单位，不能“{name}”",
        instead=f"请由现在的承办单位（{state.owner.organ}）办理，或者由它转办、加签",
        cites=("haihe#one-owner",),
    )


def judge_standing(index: Index, state: State, act: str, actor: Actor) -> Refused | None:
    """Whether this actor may take this kernel act, whatever the form will say."""
    rule = ACTS[act]
    procedure = index.procedure
    if rule.who == "last_actor":
        return None
    if rule.who == "register":
        return None if actor.role == REGISTER else _wrong_role(rule)
    if rule.who == "public":
        return None if _is_public(procedure, actor) else _wrong_role(rule)
    if _is_public(procedure, actor):
        return _wrong_role(rule)
    asked = any(one.organ == actor.organ for one in state.requests)
    co_handler = any(one.organ == actor.organ for one in state.co_handlers)
    supervisor = actor.role in index.supervisors
    if rule.who == "asked_organ":
        return None if asked else _not_asked(rule)
    known = actor.role in procedure.roles
    if rule.who == "signer":
        signs = actor.organ in organs_signing(state) or actor.organ == state.owner.organ
        return None if known and signs else _stranger(rule, state, known=known)
    owner = known and actor.organ == state.owner.organ
    if rule.who == "co_handler":
        return None if co_handler and known else _stranger(rule, state, known=known)
    if rule.who == "involved":
        involved = owner or (co_handler and known) or asked or supervisor
        return None if involved else _stranger(rule, state, known=known)
    if rule.who == "issuer":
        took = known and any(one.actor.organ == actor.organ for one in state.done)
        return None if owner or took or supervisor else _stranger(rule, state, known=known)
    if owner or (rule.who == "owner_or_supervisor" and supervisor):
        return None
    return _stranger(rule, state, known=known)


def _is_public(procedure: Procedure, actor: Actor) -> bool:
    role = procedure.roles.get(actor.role)
    return role is not None and role.stands == "public"


def _stranger(rule: KernelAct, state: State, *, known: bool) -> Refused:
    return not_owner(state, rule.name) if known else _wrong_role(rule)


def _wrong_role(rule: KernelAct) -> Refused:
    return _refused(
        rule, "wrong_role", f"您现在的身份不能“{rule.name}”", f"请由{WHO_WORDS[rule.who]}办理"
    )


def _not_asked(rule: KernelAct) -> Refused:
    return _refused(
        rule,
        "no_request",
        "没有向您的单位提出协办请求",
        "只有被请求的单位才能答复；其他意见请用批注",
    )


def _refused(
    rule: KernelAct, reason: str, says: str, instead: str, field: str | None = None
) -> Refused:
    return Refused(reason=reason, says=says, instead=instead, cites=rule.cites, field=field)


def judge_before_form(index: Index, state: State, act: str, actor: Actor) -> Refused | None:
    """What can be judged of a kernel act before anybody fills its form."""
    judge = _BEFORE_FORM.get(act)
    return judge(index, state, actor, ACTS[act]) if judge is not None else None


def _before_return(_: Index, state: State, _actor: Actor, rule: KernelAct) -> Refused | None:
    if holders(state):
        return None
    return _refused(
        rule,
        "nothing_to_undo",
        "本事项没有更早的承办单位或者经手人，不能退回",
        "不属于本单位的，请转办并写明理由",
    )


def _before_withdraw(index: Index, state: State, actor: Actor, rule: KernelAct) -> Refused | None:
    last = state.done[-1]
    name = index.act_names[last.act]
    if len(state.done) == 1:
        return _refused(
            rule,
            "nothing_to_undo",
            "开始事项的那一步不能撤回，来过的事总有记录",
            "不需要继续办理的，请按程序办结",
        )
    if last.act == PUT_RIGHT:
        return _refused(rule, "final", f"“{name}”不能撤回", "更正得不对的，请再更正一次，写明理由")
    if last.actor.person != actor.person or last.actor.organ != actor.organ:
        return _refused(
            rule,
            "not_yours",
            f"上一步“{name}”不是您办理的",
            "只能由办理人本人撤回；有不同意见请用批注",
        )
    step = index.procedure.steps.get(last.act)
    if step is not None and (step.final or step.opens):
        why = "已经对外生效" if step.final else "已经移交，另行开始了事项"
        return _refused(
            rule,
            "final",
            f"“{name}”{why}，不能撤回",
            "确有错误的，请按纠正程序办理，或者用批注写明",
        )
    return None


def _before_put_right(index: Index, state: State, _: Actor, rule: KernelAct) -> Refused | None:
    if any(correction.items(index.procedure, state)):
        return None
    return _refused(
        rule, "nothing_to_undo", "本事项没有可以更正的登记", "个人信息和文件有误的，请用批注写明"
    )


def _before_suspend(index: Index, _: State, _actor: Actor, rule: KernelAct) -> Refused | None:
    if index.procedure.suspend:
        return None
    return _refused(
        rule, "no_ground", f"“{index.procedure.name}”没有规定中止的事由", "请继续办理，或者依法延期"
    )


def _before_resume(_: Index, state: State, _actor: Actor, rule: KernelAct) -> Refused | None:
    if state.suspended_since is not None:
        return None
    return _refused(rule, "not_suspended", "本事项没有中止", "不需要恢复，可以直接办理")


def _before_answer(_: Index, state: State, actor: Actor, rule: KernelAct) -> Refused | None:
    if open_requests(state, actor.organ):
        return None
    return _refused(rule, "no_request", "没有等待您的单位答复的请求", "补充意见请用批注")


def _before_contest(_: Index, state: State, _actor: Actor, rule: KernelAct) -> Refused | None:
    if state.contested:
        return _refused(
            rule, "wrong_state", "已经收到您的异议，正在核查", "请等待承办单位和监督岗位的处理结果"
        )
    if contest_answered(state):
        return _refused(
            rule,
            "wrong_state",
            "您的异议已经答复",
            "还不同意的，可以向承办单位的上一级信访，或者依法申请复议、起诉",
        )
    return None


def contest_answered(state: State) -> bool:
    """Whether the last contest was answered and the matter was not taken up again since."""
    for one in reversed(state.done):
        if one.act == ANSWER_CONTEST:
            return True
        if one.act == "contest" or one.act not in ACTS:
            return False
    return False


def _before_answer_contest(
    _: Index, state: State, _actor: Actor, rule: KernelAct
) -> Refused | None:
    if state.contested:
        return None
    return _refused(rule, "no_request", "当事人没有提出异议", "有异议时才答复")


def _before_extend(index: Index, _: State, _actor: Actor, rule: KernelAct) -> Refused | None:
    if any(clock.extensions for clock in index.procedure.clocks.values()):
        return None
    return _refused(
        rule,
        "extensions_used_up",
        f"“{index.procedure.name}”的期限法律没有规定可以延长",
        "请在期限内办理；确有法定事由的，可以中止",
    )


def _before_sign(_: Index, state: State, actor: Actor, _rule: KernelAct) -> Refused | None:
    return before_sign(state, actor)


_BEFORE_FORM: dict[str, Callable[[Index, State, Actor, KernelAct], Refused | None]] = {
    "return": _before_return,
    "sign_off": _before_sign,
    "withdraw": _before_withdraw,
    PUT_RIGHT: _before_put_right,
    "suspend": _before_suspend,
    "resume": _before_resume,
    "answer": _before_answer,
    "contest": _before_contest,
    ANSWER_CONTEST: _before_answer_contest,
    "extend": _before_extend,
}


def open_requests(state: State, organ: str) -> tuple[Request, ...]:
    """The requests to this organ that wait for an answer."""
    return tuple(one for one in state.requests if one.organ == organ and one.answered_seq is None)


def kept_apart(name: str, field: str) -> Refused:
    """The refusal of bringing the matter to an organ it must be kept apart from."""
    return Refused(
        reason="same_organ",
        says=f"不能“{name}”：这个单位是本事项反映的单位，应当回避",
        instead="请选择其他单位，例如它的上一级单位",
        cites=("haihe#kept-apart",),
        field=field or None,
    )


def _judge_apart(index: Index, state: State, act: str, data: Data) -> Refused | None:
    field = "organ" if act in ("co_handle", "request") else "to_organ"
    organ = data.get(field)
    if act == "return":
        to = chosen(state, str(data.get("to_holder") or ""))
        organ, field = to.organ if to is not None else "", "to_holder"
    if organ not in organs_apart(index.apart, state.fields):
        return None
    return kept_apart(ACTS[act].name, field)


def judge_form(
    index: Index, state: State, command: Command, data: Data, at: datetime, calendar: Calendar
) -> Refused | None:
    """The rules of a kernel act about the fields that were given (each of its right type)."""
    if index.apart and command.act in ("transfer", "escalate", "co_handle", "request", "return"):
        refused = _judge_apart(index, state, command.act, data)
        if refused is not None:
            return refused
    if command.act == "seek_approval":
        day = at.astimezone(calendar.zone).date()
        return judge_propose(index.procedure, state, command.actor, data, day)
    if command.act == "issue":
        return _judge_issue(index, state, command.actor, data)
    judge = _FORM.get(command.act)
    if judge is not None:
        return judge(index, state, command.actor, data)
    if command.act == PUT_RIGHT:
        return correction.judge(index, state, data, at, calendar)
    if command.act == "extend":
        return _judge_extend(index, state, command.actor, data, at, calendar)
    return None


def _form_transfer(_: Index, state: State, _actor: Actor, data: Data) -> Refused | None:
    if data["to_organ"] != state.owner.organ or data.get("to_person"):
        return None
    return _refused(
        ACTS["transfer"],
        "wrong_value",
        "本事项已经在这个单位",
        "请选择其他单位，或者写明转给本单位的哪位人员",
        "to_organ",
    )


def _form_succeed(index: Index, state: State, _actor: Actor, data: Data) -> Refused | None:
    rule = ACTS["succeed"]
    if data["to_organ"] == data["from_organ"]:
        return _refused(
            rule, "wrong_value", "承接单位就是原单位", "请写明承接它的另一个单位", "to_organ"
        )
    old, new = str(data["from_organ"]), str(data["to_organ"])
    if old in concerned(index.procedure, state):
        after = swapped(index.procedure, state, old, new)
        reported = after.owner.organ in organs_apart(index.apart, after.fields)
        return kept_apart(rule.name, "to_organ") if reported else None
    return _refused(
        rule, "wrong_value", "本事项与原单位无关", "请核对机构调整文件所指的单位", "from_organ"
    )


def _form_escalate(_: Index, state: State, _actor: Actor, data: Data) -> Refused | None:
    if data["to_organ"] != state.owner.organ:
        return None
    return _refused(
        ACTS["escalate"], "wrong_value", "本事项已经在这个单位", "请选择上级单位", "to_organ"
    )


def _form_co_handle(_: Index, state: State, _actor: Actor, data: Data) -> Refused | None:
    rule = ACTS["co_handle"]
    organ, person = data["organ"], data.get("person")
    if organ == state.owner.organ and not person:
        return _refused(rule, "wrong_value", "这个单位就是承办单位", "请选择其他单位", "organ")
    if any(one.organ == organ and one.person == person for one in state.co_handlers):
        return _refused(rule, "wrong_value", "这个单位已经在协同办理", "不需要再次加签", "organ")
    if len(state.co_handlers) >= CO_HANDLERS_MAX:
        return _refused(
            rule,
            "wrong_value",
            f"协同单位已有{CO_HANDLERS_MAX}家",
            "请只留必需的单位，或者提级办理",
        )
    return None


def _form_return(_: Index, state: State, _actor: Actor, data: Data) -> Refused | None:
    key = str(data.get("to_holder") or "")
    if chosen(state, key) is not None:
        return None
    says = "没有这个经手过的单位或者人员" if key else "本事项没有更早的承办单位"
    return _refused(
        ACTS["return"], "wrong_value", says, "请从列出的经手单位和人员中选择", "to_holder"
    )


def _form_sign(_: Index, state: State, actor: Actor, data: Data) -> Refused | None:
    return judge_sign(state, actor, data)


def _form_suspend(index: Index, _: State, _actor: Actor, data: Data) -> Refused | None:
    grounds = index.procedure.suspend
    if data["ground"] in grounds:
        return None
    listed = "；".join(f"{ground.name}（{key}）" for key, ground in grounds.items())
    return _refused(
        ACTS["suspend"], "no_ground", "这不是法律规定的中止事由", f"可选：{listed}", "ground"
    )


def _form_request(_: Index, state: State, _actor: Actor, data: Data) -> Refused | None:
    rule = ACTS["request"]
    if data["organ"] == state.owner.organ:
        return _refused(rule, "wrong_value", "不能请求本单位协办", "请选择其他单位", "organ")
    if len(state.requests) >= REQUESTS_MAX:
        return _refused(rule, "wrong_value", f"协办请求已有{REQUESTS_MAX}件", "请转办或者提级")
    try:
        back = parse_allowance(str(data["due"])).back
    except ValueError:
        return _refused(rule, "wrong_value", "看不懂答复期限", PERIOD_WRITTEN, "due")
    if back:
        return _refused(rule, "wrong_value", "答复期限不能往前推算", PERIOD_WRITTEN, "due")
    return None


def _form_answer(_: Index, state: State, actor: Actor, data: Data) -> Refused | None:
    waiting = [one.seq for one in open_requests(state, actor.organ)]
    if data["request"] in waiting:
        return None
    listed = "、".join(f"第{seq}号" for seq in waiting)
    return _refused(
        ACTS["answer"],
        "no_request",
        f"没有等待您的单位答复的第{data['request']}号请求",
        f"等待答复的是：{listed}",
        "request",
    )


def _judge_issue(index: Index, state: State, actor: Actor, data: Data) -> Refused | None:
    """A paper is of a step that stands, that issues it, and once; its digest is a SHA-256."""
    rule, paper, digest = ACTS["issue"], str(data["paper"]), str(data["digest"])
    taken = next((one for one in state.done if one.seq == data["step"]), None)
    step = index.procedure.steps.get(taken.act) if taken is not None else None
    if taken is None or step is None:
        return _refused(
            rule,
            "wrong_value",
            f"第{data['step']}号记录不是仍然有效的一步",
            "请选择已经办理、没有撤回的步骤",
            "step",
        )
    if paper not in step.issues:
        listed = "、".join(step.issues) or "无"
        return _refused(
            rule,
            "wrong_value",
            f"“{step.name}”不出具“{paper[:40]}”",
            f"这一步可以出具：{listed}",
            "paper",
        )
    if not DIGEST.fullmatch(digest):
        return _refused(
            rule,
            "wrong_value",
            "文书校验值写法不对",
            f"请填写{rule.fields['digest'].hint}",
            "digest",
        )
    if issued(state, taken.seq, paper) is not None:
        return _refused(
            rule, "wrong_value", f"“{paper}”已经出具", "需要更正的，请先撤回原文书", "paper"
        )
    owner = actor.organ == state.owner.organ or actor.role in index.supervisors
    return None if owner or actor.organ == taken.actor.organ else not_owner(state, rule.name)


def issued(state: State, step: int, paper: str) -> Done | None:
    """The act that issued this paper for the step of this number; None while it was not."""
    wanted = {"step": step, "paper": paper}
    return next(
        (one for one in state.done if one.act == "issue" and wanted.items() <= one.data.items()),
        None,
    )


_FORM: dict[str, Callable[[Index, State, Actor, Data], Refused | None]] = {
    "transfer": _form_transfer,
    "escalate": _form_escalate,
    "succeed": _form_succeed,
    "return": _form_return,
    "sign_off": _form_sign,
    "co_handle": _form_co_handle,
    "suspend": _form_suspend,
    "request": _form_request,
    "answer": _form_answer,
}


def _judge_extend(
    index: Index, state: State, actor: Actor, data: Data, at: datetime, calendar: Calendar
) -> Refused | None:
    rule = ACTS["extend"]
    name = str(data["clock"])
    plan = index.plans.get(name)
    clock = clock_now(index.procedure, state, calendar, at, name) if plan else None
    if plan is None or clock is None or clock.stopped_at is not None:
        return _refused(
            rule,
            "wrong_value",
            f"没有正在计算的期限“{plan.rule.name if plan else name[:40]}”",
            "请选择正在计算的期限",
            "clock",
        )
    # The length that governs may run by hours where the ordinary one runs by days.
    by_instant = isinstance(clock.legal, datetime) if clock.legal else plan.allowance.by_instant
    refused = _judge_approval(data, at, calendar, by_instant=by_instant)
    if refused is not None:
        return refused
    candidate = Done(seq=state.seq + 1, act="extend", actor=actor, happened_at=at, data=data)
    judged = judge_extension(index.procedure, state, calendar, name, candidate)
    if judged is None:
        return _refused(
            rule, "wrong_value", "这一期限还没有开始计算，不能延长", "请在开始计算后办理", "clock"
        )
    if judged.refused is None:
        return None
    return _refused_extension(index, name, judged, candidate)


def _judge_approval(
    data: Data, at: datetime, calendar: Calendar, *, by_instant: bool
) -> Refused | None:
    text = str(data["approved_on"])
    rule = ACTS["extend"]
    if by_instant and not is_instant(text):
        return _refused(
            rule,
            "wrong_value",
            "以小时计算的期限，批准时间要写到分钟",
            "请写成 2026-09-01T08:10+08:00",
            "approved_on",
        )
    if not by_instant and not is_day(text):
        return _refused(
            rule, "wrong_value", "批准时间不是存在的日期", "请写成 2026-09-01", "approved_on"
        )
    is_later = (
        datetime.fromisoformat(text) > at
        if by_instant
        else text > at.astimezone(calendar.zone).date().isoformat()
    )
    if is_later:
        return _refused(
            rule, "wrong_value", "批准时间晚于办理时间", "请在批准之后登记延期", "approved_on"
        )
    return None


def _refused_extension(index: Index, name: str, judged: Judged, candidate: Done) -> Refused:
    """The refusal of an extension, by the same finding that `clocks` would make."""
    clock = index.procedure.clocks[name]
    assert judged.refused is not None, "only a refused extension is told"
    says = f"“{clock.name}”不能延长：{judged.refused.reason}"
    if judged.leg is None:
        return Refused(
            reason="extensions_used_up",
            says=says,
            instead="请在期限内办理",
            cites=clock.cites,
            field="clock",
        )
    cites = tuple(judged.leg.article.split(CITES_JOINED_BY))
    if candidate.data.get("rank") not in judged.leg.ranks:
        return Refused(
            reason="wrong_rank",
            says=says,
            instead=f"请报{'或者'.join(judged.leg.ranks)}批准",
            cites=cites,
            field="rank",
        )
    approved = approved_at(candidate, index.plans[name].allowance)
    is_early = isinstance(approved, datetime) == isinstance(judged.start, datetime) and (
        approved < judged.start
    )
    return Refused(
        reason="wrong_value" if is_early else "late_extension",
        says=says,
        instead="请核对批准时间" if is_early else "原期限不变；请说明逾期原因并尽快办结",
        cites=(*cites, *ACTS["extend"].cites),
        field="approved_on",
    )
