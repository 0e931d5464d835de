"""What may be done now: every refusal with its reason, its article and the way out."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from haihe.kernel.decide import FUTURE_TOLERANCE, REASONS, decide, possible
from haihe.kernel.needs import attempt, is_met, refusal_of
from haihe.kernel.procedure import Need
from haihe.kernel.values import Actor, Command, Datum, Decided, Refused
from tests.kernel.clock_days import calendar, moment
from tests.kernel.permit import (
    DIGEST,
    OFFICE,
    OPENED,
    OTHER,
    THIRD,
    Desk,
    accepted,
    actor,
    looked,
    permit,
    received,
)

LATER = "Wed 2026-09-02 10:00"
CLERK, REVIEWER, INSPECTOR = actor("clerk"), actor("reviewer"), actor("inspector")


def test_an_opening_writes_kind_and_version_and_seals_personal_values_apart() -> None:
    desk = Desk()
    result = desk.try_("receive", CLERK, OPENED, what="搭建围挡", phone="13800000000")
    assert isinstance(result, Decided)
    assert (result.event.seq, result.event.kind) == (1, "permit")
    assert result.event.version == permit().since
    assert result.event.data == {"what": "搭建围挡"}
    assert result.event.sealed == ("phone",)
    assert result.personal == {"phone": "13800000000"}


def test_a_later_event_carries_neither_kind_nor_version() -> None:
    desk = accepted()
    assert (desk.history[1].seq, desk.history[1].kind, desk.history[1].version) == (2, None, None)


def test_an_unknown_act_names_the_nearest_one() -> None:
    refused = received().refuse("acept", CLERK, LATER)
    assert refused.reason == "no_such_act"
    assert "“受理”（accept）" in refused.instead
    assert refused.cites == ("haihe#known-acts",)


def test_a_step_on_nothing_and_a_kernel_act_on_nothing_ask_for_an_opening() -> None:
    for act in ("accept", "transfer"):
        refused = Desk().refuse(act, CLERK, OPENED)
        assert refused.reason == "unknown_matter"
        assert "“申请”、“收件”" in refused.instead


def test_another_kind_is_refused() -> None:
    command = Command(key="k", act="receive", actor=CLERK, kind="alarm", data={"what": "围挡"})
    result = decide(permit(), None, command, moment(OPENED), calendar())
    assert isinstance(result, Refused)
    assert result.reason == "unknown_kind"


def test_an_opening_step_on_an_open_matter_is_a_wrong_state() -> None:
    refused = received().refuse("receive", CLERK, LATER, what="再来一次")
    assert (refused.reason, refused.cites) == ("wrong_state", ("permits#2",))


def test_a_step_from_another_state_says_where_it_belongs() -> None:
    refused = received().refuse("grant", REVIEWER, LATER)
    assert refused.reason == "wrong_state"
    assert "“已受理”" in refused.instead
    assert refused.cites == ("permits#8",)


def test_an_ended_matter_refuses_steps() -> None:
    desk = looked()
    desk.take("grant", REVIEWER, LATER)
    refused = desk.refuse("measure", CLERK, "Thu 2026-09-03 10:00", size=3)
    assert refused.reason == "ended"


def test_an_end_state_that_a_step_names_lets_the_matter_be_reopened() -> None:
    desk = accepted()
    desk.take("refuse", REVIEWER, LATER)
    state = desk.take("reopen", actor("chief"), "Thu 2026-09-03 10:00")
    assert (state.state, state.ended, state.outcome) == ("accepted", False, "")


def test_a_role_the_step_does_not_know_is_told_who_may() -> None:
    refused = looked().refuse("grant", CLERK, LATER)
    assert refused.reason == "wrong_role"
    assert "审查人员" in refused.instead


def test_a_role_that_stands_with_the_owner_is_refused_elsewhere() -> None:
    refused = received().refuse("accept", actor("clerk", organ=OTHER), LATER)
    assert refused.reason == "not_owner"
    assert OFFICE in refused.instead
    assert refused.cites == ("haihe#one-owner",)


def test_a_co_handling_organ_may_take_the_steps_of_the_owner() -> None:
    desk = received()
    desk.take("co_handle", CLERK, LATER, organ=OTHER)
    state = desk.take("accept", actor("clerk", organ=OTHER), "Wed 2026-09-02 11:00")
    assert (state.state, state.owner.organ) == ("accepted", OFFICE)


def test_a_role_that_stands_anywhere_may_act_from_another_organ() -> None:
    state = accepted().take("look", actor("inspector", organ=THIRD), LATER, officers=["甲", "乙"])
    assert state.fields["looked"] is True


def test_a_citizen_opens_a_matter_that_an_organ_owns() -> None:
    state = Desk().take(
        "apply", actor("applicant", organ="public"), OPENED, what="围挡", unit=OTHER
    )
    assert state.owner.organ == OTHER


def test_the_person_who_accepted_may_not_grant() -> None:
    refused = looked().refuse("grant", actor("reviewer", person="clerk"), LATER)
    assert (refused.reason, refused.says) == ("same_person", "受理的人不能自己审查")
    assert refused.cites == ("permits#8",)


def test_a_step_that_must_come_first_is_named_with_the_article_of_the_need() -> None:
    refused = accepted().refuse("grant", REVIEWER, LATER)
    assert refused.reason == "need_unmet"
    assert refused.instead == "请先“现场查看”"
    assert refused.cites == ("permits#9",)


def test_one_of_several_facts_is_enough() -> None:
    desk = looked()
    desk.take("measure", CLERK, LATER, size=100)
    refused = desk.refuse("grant", REVIEWER, LATER)
    assert (refused.reason, refused.instead) == ("need_unmet", "请补正类别")
    assert refused.cites == ("permits#10",)
    assert "“面积”少于100" in refused.says
    desk.take("measure", CLERK, LATER, **{"class": "large"})
    assert desk.take("grant", REVIEWER, LATER).state == "granted"


def test_an_unanswered_request_holds_the_decision_back() -> None:
    desk = looked()
    desk.take("request", CLERK, LATER, organ=OTHER, question="有无其他许可", due="2 working days")
    assert desk.refuse("grant", REVIEWER, LATER).reason == "need_unmet"
    desk.take("answer", actor("clerk", organ=OTHER), LATER, request=4, text="没有")
    assert desk.take("grant", REVIEWER, LATER).ended


def test_fields_that_must_be_the_same_are_compared() -> None:
    desk = looked()
    desk.take("measure", CLERK, LATER, report="甲", copy="乙")
    refused = desk.refuse("grant", REVIEWER, LATER)
    assert refused.reason == "need_unmet"
    assert "“摘要一”、“摘要二”不一致" in refused.says
    desk.take("measure", CLERK, LATER, copy="甲")
    assert desk.take("grant", REVIEWER, LATER).ended


def test_within_holds_on_the_legal_last_day_and_no_longer() -> None:
    desk = looked(**{"class": "small"})
    assert desk.refuse("grant", REVIEWER, "Fri 2026-10-09 00:00").reason == "clock_over"
    assert desk.take("grant", REVIEWER, "Thu 2026-10-08 23:59").ended


def test_over_holds_from_the_day_after_the_legal_last_day() -> None:
    desk = accepted()
    chief = actor("chief", organ=THIRD)
    assert desk.refuse("lapse", chief, "Thu 2026-10-08 23:59").reason == "clock_not_over"
    assert desk.take("lapse", chief, "Fri 2026-10-09 00:00").outcome == "逾期"


def test_the_organ_that_accepted_may_not_lapse_the_matter() -> None:
    refused = accepted().refuse("lapse", actor("chief"), "Fri 2026-10-09 08:00")
    assert refused.reason == "same_organ"


def test_the_organ_a_field_names_may_not_act() -> None:
    desk = accepted()
    desk.take("hand", CLERK, LATER, unit=THIRD)
    refused = desk.refuse("lapse", actor("chief", organ=THIRD), "Fri 2026-10-09 08:00")
    assert (refused.reason, "受理单位" in refused.says) == ("same_organ", True)


def test_only_the_organ_a_field_names_meets_a_need_that_names_it() -> None:
    desk = accepted()
    desk.take("hand", CLERK, LATER, unit=THIRD)
    need = Need(organ_in="unit")
    for organ, met in ((THIRD, True), (OFFICE, False)):
        tried = attempt(
            permit(), desk.state, actor("chief", organ=organ), {}, moment(LATER), calendar()
        )
        assert is_met(need, tried) is met
    refused = refusal_of(need, permit().steps["lapse"], tried)
    assert (refused.reason, "不是“受理单位”" in refused.says) == ("need_unmet", True)


def test_a_step_that_must_not_have_come_is_told() -> None:
    desk = looked()
    refused = desk.refuse("lapse", actor("chief", organ=THIRD), "Fri 2026-10-09 08:00")
    assert (refused.reason, "已经“现场查看”" in refused.says) == ("need_unmet", True)


def test_a_guard_refuses_with_its_own_words() -> None:
    desk = looked()
    desk.take("co_handle", CLERK, LATER, organ=OTHER)
    assert "会签" in desk.refuse("grant", REVIEWER, LATER).says
    other = actor("reviewer", organ=OTHER)
    desk.take("countersign", other, LATER, opinion="disagree", text="面积不符")
    assert desk.refuse("grant", REVIEWER, LATER).reason == "need_unmet"
    desk.take("countersign", other, LATER, opinion="agree", text="已经核对")
    assert desk.take("grant", REVIEWER, LATER).ended


def test_needs_are_judged_before_fields() -> None:
    desk = accepted()
    assert desk.refuse("grant", REVIEWER, LATER, nonsense="x").reason == "need_unmet"


def test_a_missing_field_is_named() -> None:
    refused = Desk().refuse("receive", CLERK, OPENED, phone="13800000000")
    assert (refused.reason, refused.field) == ("missing_field", "what")
    assert "“申请事项”" in refused.says


@pytest.mark.parametrize("blank", ["", "   ", None])
def test_a_blank_is_not_given(blank: Datum) -> None:
    assert Desk().refuse("receive", CLERK, OPENED, what=blank).reason == "missing_field"


def test_an_unknown_field_names_the_nearest() -> None:
    refused = Desk().refuse("receive", CLERK, OPENED, what="围挡", phon="13800000000")
    assert (refused.reason, refused.field) == ("unknown_field", "phon")
    assert "“电话”（phone）" in refused.instead


def test_a_field_the_step_sets_itself_cannot_be_sent() -> None:
    refused = accepted().refuse("look", INSPECTOR, LATER, officers=["甲", "乙"], looked=False)
    assert (refused.reason, refused.field) == ("unknown_field", "looked")


WRONG: list[tuple[str, Datum]] = [
    ("size", "forty"),
    ("size", True),
    ("size", float("nan")),
    ("size", float("inf")),
    ("size", -1),
    ("size", 10**16),
    ("floors", 2.5),
    ("floors", 100),
    ("complex", "yes"),
    ("complex", 1),
    ("class", "middling"),
    ("class", ["small"]),
    ("seen_on", "2026-02-30"),
    ("seen_on", "20260901"),
    ("seen_on", "0026-09-01"),
    ("seen_on", "2026-09-01T08:10"),
    ("called_at", "2026-09-01T08:10"),
    ("called_at", "soon"),
    ("officers", ["甲"]),
    ("officers", ["甲", "甲"]),
    ("officers", ["甲", " "]),
    ("officers", "甲、乙"),
    ("photos", ["photo.jpg"]),
    ("photos", [DIGEST.upper()]),
    ("phone", "12345"),
    ("phone", "1380000000a"),
    ("phone", 13800000000),
    ("report", "两\n行"),
    ("report", "x" * 501),
]


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_value_that_does_not_fit_its_field_is_refused(name: str, value: Datum) -> None:
    refused = accepted().refuse("measure", CLERK, LATER, **{name: value})
    assert (refused.reason, refused.field) == ("wrong_value", name)
    assert permit().fields[name].name in refused.says
    assert refused.instead


RIGHT: list[tuple[str, Datum]] = [
    ("size", 0),
    ("size", 40.5),
    ("floors", 99),
    ("complex", False),
    ("class", "small"),
    ("seen_on", "2024-02-29"),
    ("called_at", "2026-09-01T08:10+08:00"),
    ("officers", ["甲", "乙"]),
    ("photos", [DIGEST]),
    ("report", "x" * 500),
]


@pytest.mark.parametrize(("name", "value"), RIGHT)
def test_a_value_that_fits_is_kept_as_it_is(name: str, value: Datum) -> None:
    assert accepted().take("measure", CLERK, LATER, **{name: value}).fields[name] == value


def test_a_pattern_is_told_by_the_hint_of_its_field() -> None:
    assert accepted().refuse("measure", CLERK, LATER, phone="abcdef").instead == "只写数字"


def test_a_matter_that_has_moved_on_is_not_written_over() -> None:
    desk = accepted()
    command = Command(key="k", act="measure", actor=CLERK, matter="m1", data={"size": 3}, expects=1)
    result = decide(permit(), desk.state, command, moment(LATER), calendar())
    assert isinstance(result, Refused)
    assert (result.reason, result.cites) == ("moved_on", ("haihe#moved-on",))
    assert isinstance(
        decide(
            permit(),
            desk.state,
            msgspec.structs.replace(command, expects=2),
            moment(LATER),
            calendar(),
        ),
        Decided,
    )


def test_what_happened_before_the_opening_is_refused() -> None:
    refused = received().refuse("accept", CLERK, "Tue 2026-09-01 08:09")
    assert (refused.reason, refused.field) == ("happened_out_of_order", "happened_at")


def test_what_happened_earlier_than_the_last_record_may_be_delivered_late() -> None:
    desk = accepted()
    state = desk.take("measure", CLERK, "Tue 2026-09-01 08:30", size=12)
    assert state.seq == 3
    assert state.done[-1].happened_at == moment("Tue 2026-09-01 08:30")


def test_the_future_is_refused_beyond_the_tolerance_and_within_it_is_stored_as_now() -> None:
    desk = received()
    now = moment(LATER)
    for ahead, allowed in ((FUTURE_TOLERANCE, True), (FUTURE_TOLERANCE * 2, False)):
        command = Command(key="k", act="accept", actor=CLERK, happened_at=now + ahead)
        result = decide(permit(), desk.state, command, now, calendar())
        assert isinstance(result, Decided) == allowed
        if isinstance(result, Decided):
            assert result.event.happened_at == result.event.recorded_at == now


def test_a_time_without_its_zone_is_refused() -> None:
    command = Command(
        key="k", act="accept", actor=CLERK, happened_at=moment(LATER).replace(tzinfo=None)
    )
    result = decide(permit(), received().state, command, moment(LATER), calendar())
    assert isinstance(result, Refused)
    assert (result.reason, result.field) == ("wrong_value", "happened_at")


@pytest.mark.parametrize("who", [Actor(person="", role="clerk", organ=OFFICE)])
def test_nobody_cannot_act(who: Actor) -> None:
    assert received().refuse("accept", who, LATER).reason == "wrong_value"


def test_an_organ_kept_apart_can_never_have_the_matter() -> None:
    desk = Desk()
    applicant = actor("applicant", organ="public")
    refused = desk.refuse("apply", applicant, OPENED, what="投诉", unit=OTHER, complained_of=OTHER)
    assert (refused.reason, refused.field) == ("same_organ", "unit")
    assert refused.cites == ("haihe#kept-apart",)
    desk.take("apply", applicant, OPENED, what="投诉", unit=OFFICE, complained_of=OTHER)
    for act, data in (
        ("transfer", {"to_organ": OTHER, "reason": "由其办理"}),
        ("co_handle", {"organ": OTHER}),
        ("request", {"organ": OTHER, "question": "情况如何", "due": "2 days"}),
        ("escalate", {"to_organ": OTHER, "reason": "由其办理"}),
        ("hand", {"unit": OTHER}),
    ):
        assert desk.refuse(act, CLERK, LATER, **data).reason == "same_organ"  # type: ignore[arg-type]  # data of several shapes


def test_possible_gives_every_act_with_its_refusal_before_any_form_is_filled() -> None:
    desk = looked()
    assert desk.state is not None
    found = dict(possible(permit(), desk.state, REVIEWER, moment(LATER), calendar()))
    assert found["grant"] is None
    assert found["refuse"] is None
    assert found["remark"] is None
    assert _reason(found["accept"]) == "wrong_state"
    assert _reason(found["measure"]) == "wrong_role"
    assert _reason(found["contest"]) == "not_ended"
    assert _reason(found["return"]) == "nothing_to_undo"
    assert _reason(found["resume"]) == "not_suspended"
    assert _reason(found["withdraw"]) == "not_yours"
    assert "apply" not in found


def test_possible_tells_needs_that_the_form_cannot_change() -> None:
    desk = accepted()
    assert desk.state is not None
    found = dict(possible(permit(), desk.state, REVIEWER, moment(LATER), calendar()))
    assert _reason(found["grant"]) == "need_unmet"


def _reason(refused: Refused | None) -> str:
    return refused.reason if refused is not None else ""


def test_every_refusal_that_the_kernel_can_give_is_in_the_closed_list() -> None:
    assert len(REASONS) == len(set(REASONS)) == 29


def test_deciding_twice_gives_the_same_answer() -> None:
    desk = accepted()
    command = Command(key="k", act="measure", actor=CLERK, data={"size": 3})
    now = moment(LATER) + timedelta(seconds=1)
    first = decide(permit(), desk.state, command, now, calendar())
    assert first == decide(permit(), desk.state, command, now, calendar())
