"""Tells a procedure in words, for the handbook and the terminal: steps, clocks, papers, cases."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from msgspec import UNSET

from haihe.kernel.acts import ACTS
from haihe.kernel.allowance import parse_allowance
from haihe.kernel.handover import opening_step
from haihe.kernel.index import END, index_of
from haihe.kernel.procedure import ClockRule, Field, Handover, Procedure, Step, Test
from haihe.kernel.values import number_words
from haihe.pack import Pack
from haihe.pack.cases import AFTER_MAX, Case, CaseActor, CaseStep, ExpectedClock, day

STANDS: Final = {"owner": "承办单位", "anywhere": "任何单位", "public": "群众"}
TOLD_TYPES: Final = ("choice", "number", "integer", "day")
TOLD_TYPES_REFUSED: Final = (*TOLD_TYPES, "yes_no", "instant")

ENGLISH: Final = {
    "after": "Continues",
    "refused": "refused",
    "then": "Then",
    "state": "state",
    "outcome": "outcome",
    "owner": "with",
    "suspended": "suspended",
    "not_suspended": "not suspended",
    "contested": "an objection is open",
    "not_contested": "no objection is open",
    "not_known": "not given",
    "ends": "ends",
    "ended_nominally": "without rolling",
    "no_last_day": "has no last day",
    "not_started": "has not started",
    "reported": "recorded",
    "running": "running",
    "overdue": "overdue",
    "met": "met",
    "late": "late",
    "official": "by the published calendar",
    "provisional": "provisional",
    "no_such_act": "no such step",
    "wrong_role": "wrong role",
    "not_owner": "not the owner",
    "wrong_state": "not in this state",
    "ended_matter": "the matter has ended",
    "not_ended": "the matter has not ended",
    "missing_field": "something is missing",
    "wrong_value": "unusable value",
    "unknown_field": "not asked for",
    "need_unmet": "a condition is not met",
    "same_person": "the same person",
    "same_organ": "the same organ",
    "clock_over": "the clock has run out",
    "clock_not_over": "the clock has not run out",
    "late_extension": "extended too late",
    "wrong_rank": "approved by the wrong rank",
    "extensions_used_up": "no further extension",
    "nothing_to_undo": "nothing to withdraw",
    "not_yours": "somebody else's step",
    "final": "cannot be withdrawn any more",
    "no_ground": "no such ground in law",
    "no_request": "no such request",
    "moved_on": "the matter has moved on",
    "happened_out_of_order": "before the step before it",
    "unknown_kind": "no such kind",
    "unknown_matter": "no such matter",
    "sealed": "sealed",
}
CHINESE: Final = {
    "after": "接续",
    "refused": "拒绝",
    "then": "此时",
    "state": "状态",
    "outcome": "结果",
    "owner": "承办",
    "suspended": "中止",
    "not_suspended": "没有中止",
    "contested": "有异议",
    "not_contested": "没有异议",
    "not_known": "没有填写",
    "ends": "届满",
    "ended_nominally": "不顺延",
    "no_last_day": "没有最后一日",
    "not_started": "没有开始",
    "reported": "登记于",
    "running": "计算中",
    "overdue": "已逾期",
    "met": "按期",
    "late": "逾期完成",
    "official": "按已公布的日历",
    "provisional": "日历未公布",
    "no_such_act": "没有这一步",
    "wrong_role": "身份不符",
    "not_owner": "不是承办单位",
    "wrong_state": "状态不符",
    "ended_matter": "已经办结",
    "not_ended": "还没有办结",
    "missing_field": "没有填写",
    "wrong_value": "填写不符",
    "unknown_field": "不需要填写",
    "need_unmet": "条件不符",
    "same_person": "同一人",
    "same_organ": "同一单位",
    "clock_over": "期限已过",
    "clock_not_over": "期限未过",
    "late_extension": "延期太晚",
    "wrong_rank": "批准级别不符",
    "extensions_used_up": "不能再延长",
    "nothing_to_undo": "没有可以撤回的",
    "not_yours": "不是本人办理的",
    "final": "不能再撤回",
    "no_ground": "不是法定事由",
    "no_request": "没有这一请求",
    "moved_on": "事项已经往下办理",
    "happened_out_of_order": "早于上一步",
    "unknown_kind": "没有这类事项",
    "unknown_matter": "没有这件事项",
    "sealed": "已经封存",
}


class ClockTold(NamedTuple):
    """One clock in words; `more` holds other lengths, extensions and what is not counted."""

    length: str
    starts: str
    stops: str
    more: tuple[str, ...]
    articles: str


class RefusalTold(NamedTuple):
    """A refusal of a step, the way out, and the articles it rests on."""

    says: str
    instead: str
    articles: str


class HandoverTold(NamedTuple):
    """Which step opens which other kind, by which of its steps, carrying how many fields."""

    step: str
    kind: str
    name: str
    opening: str
    carries: int


def cited(pack: Pack, cites: Iterable[str]) -> str:
    """Citations in words, joined by 、: 治安管理处罚法（2025）第118条."""
    return "、".join(pack.law.say(cite) for cite in cites)


def act_names(procedure: Procedure) -> dict[str, str]:
    """What every act is called: the steps, the acts that every kind has, and the end."""
    return {**index_of(procedure).act_names, END: "办结"}


def way(procedure: Procedure, step: Step) -> str:
    """From which states a step leads where, in words."""
    froms = "、".join(procedure.states[name].name for name in step.from_) or "开始"
    return f"{froms} → {'不变' if step.to == 'stay' else procedure.states[step.to].name}"


def roles_told(procedure: Procedure, step: Step) -> str:
    """Who may take a step."""
    return "、".join(procedure.roles[role].name for role in step.by)


def asked(procedure: Procedure, step: Step) -> str:
    """What a step asks; what may be left empty stands in brackets."""
    names = [procedure.fields[one].name for one in step.asks]
    names += [f"[{procedure.fields[one].name}]" for one in step.may_ask]
    return "、".join(names)


def refusals_told(pack: Pack, step: Step) -> Iterator[RefusalTold]:
    """What a step is refused for, as far as the procedure says it in its own words."""
    for need in step.needs:
        if need.says:
            yield RefusalTold(
                need.says.rstrip("。"),
                need.instead.rstrip("。"),
                cited(pack, need.cites or step.cites),
            )


def clock_told(pack: Pack, procedure: Procedure, clock: ClockRule) -> ClockTold:
    """One clock of a procedure in words."""
    names = act_names(procedure)
    starts = _acts(names, clock.starts)
    if clock.starts_on:
        starts += f"（自“{_field_name(procedure, clock.starts_on)}”起算）"
    if clock.starts_when:
        starts += f"，仅当{_tests_told(procedure, clock.starts_when)}"
    return ClockTold(
        str(parse_allowance(clock.allow)),
        starts,
        _acts(names, clock.stops),
        tuple(_clock_more(pack, procedure, clock, names)),
        cited(pack, clock.cites),
    )


def _clock_more(
    pack: Pack, procedure: Procedure, clock: ClockRule, names: Mapping[str, str]
) -> Iterator[str]:
    for allow in clock.allow_when:
        when = _tests_told(procedure, allow.when)
        yield f"{when}的：{parse_allowance(allow.allow)}{_in_brackets(pack, allow.cites)}"
    for leg in clock.extensions:
        when = f"{_tests_told(procedure, leg.when)}的，" if leg.when else ""
        by = "或者".join(leg.by)
        length = parse_allowance(leg.allow)
        yield f"{when}经{by}批准可延长{length}{_in_brackets(pack, leg.cites)}"
    if clock.restarts:
        yield f"重新计算：{_acts(names, clock.restarts)}"
    if clock.tolls_until:
        yield f"自此才计算：{_acts(names, clock.tolls_until)}"
    for one in clock.excludes:
        span = f"{_acts(names, one.starts)} 至 {_acts(names, one.stops)}"
        yield f"不计入：{one.name}（{span}）{_in_brackets(pack, one.cites)}"
    if clock.after_due:
        yield f"届满后：{clock.after_due.rstrip('。')}"


def handovers_told(pack: Pack, procedure: Procedure) -> Iterator[HandoverTold]:
    """What the steps of a procedure open besides."""
    for step in procedure.steps.values():
        for handover in step.opens:
            yield _handover_told(pack, step, handover)


def _handover_told(pack: Pack, step: Step, handover: Handover) -> HandoverTold:
    versions = pack.procedures.get(handover.kind)
    if not versions:
        carries = len(handover.carries)
        return HandoverTold(step.name, handover.kind, handover.kind, handover.step, carries)
    other = versions[-1]
    opening = other.steps[opening_step(handover, other)].name
    return HandoverTold(step.name, other.kind, other.name, opening, len(handover.carries))


def opened_from(pack: Pack, kind: str) -> dict[str, list[str]]:
    """Kind -> steps, for every other kind whose newest version opens this one."""
    found: dict[str, list[str]] = {}
    for other, versions in pack.procedures.items():
        for step in versions[-1].steps.values():
            if any(one.kind == kind for one in step.opens):
                found.setdefault(other, []).append(step.name)
    return found


def papers_told(procedure: Procedure) -> dict[str, list[str]]:
    """Paper -> the steps that issue it."""
    found: dict[str, list[str]] = {}
    for step in procedure.steps.values():
        for paper in step.issues:
            found.setdefault(paper, []).append(step.name)
    return found


def case_told(
    pack: Pack, kind: str, cases: Mapping[str, Case], case: Case, words: Mapping[str, str]
) -> list[str]:
    """A case as short lines: who does what on which day, what is refused, what then holds."""
    procedure = _version_of(pack, kind, cases, case)
    lines = [f"{words['after']} `{case.after}`"] if case.after else []
    lines += [_case_step_told(procedure, step, words) for step in case.steps]
    if case.then is not None:
        facts = _facts(procedure, case, words)
        lines.append(f"{words['then']}, {case.then.at}: {'; '.join(facts)}")
    return lines


def _version_of(pack: Pack, kind: str, cases: Mapping[str, Case], case: Case) -> Procedure:
    """The version that governs a case: that of the day on which its first case opens."""
    first = case
    for _ in range(AFTER_MAX):
        if first.after not in cases:
            break
        first = cases[first.after]
    found = pack.governing(kind, day(first.steps[0].on)) if first.steps else None
    return found or pack.procedures[kind][-1]


def _case_step_told(procedure: Procedure, step: CaseStep, words: Mapping[str, str]) -> str:
    who = step.by if isinstance(step.by, CaseActor) else CaseActor(role=step.by)
    role = procedure.roles.get(who.role)
    named = "，".join(str(one) for one in (who.organ, who.person) if one)
    given = [
        f"{field.name} {_value_told(field, step.with_[name])}"
        for name, field in _fields_of(procedure, step).items()
        if field.type in (TOLD_TYPES_REFUSED if step.refused else TOLD_TYPES)
    ]
    told = f"{step.on}, {role.name if role else who.role}"
    told += f"（{named}）" if named else ""
    told += f": {act_names(procedure).get(step.do, step.do)}"
    told += f"（{'；'.join(given)}）" if given else ""
    told += f", {words['reported']} {step.recorded}" if step.recorded else ""
    if step.refused:
        key = "ended_matter" if step.refused == "ended" else step.refused
        told += f" — {words['refused']}: {words.get(key, key.replace('_', ' '))}"
        told += f"（{_field_name(procedure, step.field)}）" if step.field else ""
    return told


def _fields_of(procedure: Procedure, step: CaseStep) -> dict[str, Field]:
    """The fields that a step of a case fills, of the procedure or of the kernel's own act."""
    known = {**procedure.fields, **(ACTS[step.do].fields if step.do in ACTS else {})}
    return {name: known[name] for name in step.with_ if name in known}


def _facts(procedure: Procedure, case: Case, words: Mapping[str, str]) -> Iterator[str]:
    then = case.then
    assert then is not None, "only a case that expects something is told so"
    if isinstance(then.state, str):
        state = procedure.states.get(then.state)
        yield f"{words['state']} {state.name if state else then.state}"
    if isinstance(then.outcome, str):
        yield f"{words['outcome']} {then.outcome}"
    if then.owner is not UNSET:
        yield f"{words['owner']} {then.owner}"
    if then.suspended is not UNSET:
        yield words["suspended" if then.suspended else "not_suspended"]
    if then.contested is not UNSET:
        yield words["contested" if then.contested else "not_contested"]
    for name, value in then.fields.items():
        field = procedure.fields.get(name)
        told = words["not_known"] if value is None else _value_told(field, value)
        yield f"{_field_name(procedure, name)} {told}"
    for name, expected in then.clocks.items():
        rule = procedure.clocks.get(name.partition("#")[0])
        yield f"{rule.name if rule else name} {_clock_expected(expected, words)}"


def _clock_expected(expected: ExpectedClock | None, words: Mapping[str, str]) -> str:
    if expected is None:
        return words["not_started"]
    parts = []
    if isinstance(expected.legal, str):
        parts.append(f"{words['ends']} {expected.legal}")
    elif expected.legal is None:
        parts.append(words["no_last_day"])
    if isinstance(expected.nominal, str):
        parts.append(f"{words['ended_nominally']} {expected.nominal}")
    if isinstance(expected.status, str):
        parts.append(words[expected.status])
    if expected.official is not UNSET:
        parts.append(words["official" if expected.official else "provisional"])
    return ", ".join(parts)


def _acts(names: Mapping[str, str], acts: Iterable[str]) -> str:
    return "、".join(names.get(act, act) for act in acts)


def _in_brackets(pack: Pack, cites: tuple[str, ...]) -> str:
    return f"（{cited(pack, cites)}）" if cites else ""


def _field_name(procedure: Procedure, name: str) -> str:
    if name == "opened_at":
        return "开始办理"
    field = procedure.fields.get(name)
    return field.name if field else name


def _value_told(field: Field | None, value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return "、".join(_value_told(field, one) for one in value)
    return field.choices.get(str(value), str(value)) if field else str(value)


def _tests_told(procedure: Procedure, tests: Iterable[Test]) -> str:
    return "且".join(_test_told(procedure, test) for test in tests)


def _test_told(procedure: Procedure, test: Test) -> str:
    name, field = _field_name(procedure, test.field), procedure.fields.get(test.field)
    if test.given is not None:
        return f"“{name}”{'已填' if test.given else '未填'}"
    if test.equals is not None:
        return f"“{name}”为{_value_told(field, test.equals)}"
    if test.among:
        return f"“{name}”为{'或'.join(_value_told(field, one) for one in test.among)}"
    bounds = (
        ("不少于", test.at_least),
        ("不多于", test.at_most),
        ("大于", test.above),
        ("小于", test.below),
    )
    return f"“{name}”" + "且".join(
        f"{word}{number_words(bound)}" for word, bound in bounds if bound is not None
    )
