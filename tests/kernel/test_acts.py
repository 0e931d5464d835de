"""The acts every procedure has: who may take them, when, and what they leave behind."""

from __future__ import annotations

import pytest

from haihe.kernel.acts import ACTS
from haihe.kernel.values import Datum, Owner
from tests.kernel.clock_days import moment
from tests.kernel.permit import (
    OFFICE,
    OPENED,
    OTHER,
    THIRD,
    Desk,
    accepted,
    actor,
    extension,
    looked,
    received,
)

LATER = "Wed 2026-09-02 10:00"
NEXT = "Thu 2026-09-03 10:00"
CLERK, REVIEWER, CHIEF = actor("clerk"), actor("reviewer"), actor("chief", organ=THIRD)
AWAY = actor("clerk", organ=OTHER)
CITIZEN = actor("applicant", organ="public")


def test_a_transfer_changes_the_owner_and_never_the_first_clock() -> None:
    desk = received()
    state = desk.take("transfer", CLERK, LATER, to_organ=OTHER, to_person="甲", reason="属其管辖")
    assert state.owner == Owner(organ=OTHER, person="甲")
    assert state.earlier_owners == (Owner(organ=OFFICE),)
    assert state.opened_at == moment(OPENED)
    assert state.with_owner_since == moment(LATER)


def test_a_transfer_to_a_person_of_the_same_organ_keeps_both_clocks() -> None:
    state = received().take(
        "transfer", CLERK, LATER, to_organ=OFFICE, to_person="甲", reason="分办"
    )
    assert state.owner == Owner(organ=OFFICE, person="甲")
    assert state.with_owner_since == moment(OPENED)
    assert state.earlier_owners == ()


def test_a_transfer_to_where_the_matter_is_needs_a_person() -> None:
    refused = received().refuse("transfer", CLERK, LATER, to_organ=OFFICE, reason="分办")
    assert (refused.reason, refused.field) == ("wrong_value", "to_organ")


def test_a_transfer_leaves_every_statutory_clock_as_it_was() -> None:
    desk = accepted()
    before = desk.clocks(NEXT)
    desk.take("transfer", CLERK, LATER, to_organ=OTHER, reason="属其管辖")
    assert desk.clocks(NEXT) == before


def test_a_matter_goes_back_to_a_chosen_earlier_holder_and_its_clocks_go_on() -> None:
    desk = accepted()
    before = desk.clocks("Mon 2026-09-07 10:00")
    desk.take("transfer", CLERK, LATER, to_organ=OTHER, reason="属其管辖")
    desk.take("transfer", AWAY, LATER, to_organ=THIRD, reason="属其管辖")
    there = actor("clerk", organ=THIRD)
    wrong = desk.refuse("return", there, NEXT, reason="退回", to_holder="nobody")
    assert (wrong.reason, wrong.field) == ("wrong_value", "to_holder")
    state = desk.take("return", there, NEXT, reason="应由首办单位核实", to_holder=OFFICE)
    assert (state.owner, state.earlier_owners) == (Owner(organ=OFFICE), ())
    assert desk.clocks("Mon 2026-09-07 10:00") == before


def test_a_matter_goes_back_to_somebody_of_the_organ_who_took_it_before() -> None:
    desk = received()
    first, second = actor("clerk", "first"), actor("clerk", "second")
    desk.take("take", first, LATER)
    desk.take("take", second, LATER)
    state = desk.take("return", second, NEXT, reason="请补材料", to_holder=f"{OFFICE}/first")
    assert (state.owner.person, state.with_owner_since) == ("first", moment(OPENED))
    assert desk.refuse("return", first, NEXT, reason="退回").field == "to_holder"


def test_only_the_owner_transfers() -> None:
    desk = received()
    assert desk.refuse("transfer", AWAY, LATER, to_organ=OTHER, reason="要来").reason == "not_owner"
    assert (
        desk.refuse("transfer", CITIZEN, LATER, to_organ=OTHER, reason="要").reason == "wrong_role"
    )
    stranger = actor("mayor")
    assert (
        desk.refuse("transfer", stranger, LATER, to_organ=OTHER, reason="要").reason == "wrong_role"
    )


def test_a_return_goes_back_step_by_step_through_the_earlier_owners() -> None:
    desk = received()
    desk.take("transfer", CLERK, LATER, to_organ=OTHER, reason="属其管辖")
    desk.take("transfer", AWAY, LATER, to_organ=THIRD, reason="再转")
    state = desk.take("return", actor("clerk", organ=THIRD), NEXT, reason="不属本单位")
    assert (state.owner.organ, state.with_owner_since) == (OTHER, moment(NEXT))
    assert desk.take("return", AWAY, NEXT, reason="不属本单位").owner.organ == OFFICE
    refused = desk.refuse("return", CLERK, NEXT, reason="再退")
    assert (refused.reason, refused.cites[0]) == ("nothing_to_undo", "haihe#one-owner")


def test_taking_a_matter_names_its_person() -> None:
    desk = received()
    assert desk.take("take", actor("clerk", "甲"), LATER).owner == Owner(organ=OFFICE, person="甲")
    assert desk.refuse("take", AWAY, LATER).reason == "not_owner"


def test_a_co_handler_countersigns_and_remarks_but_is_not_the_owner() -> None:
    desk = received()
    assert (
        desk.refuse("countersign", AWAY, LATER, opinion="agree", text="同意").reason == "not_owner"
    )
    desk.take("co_handle", CLERK, LATER, organ=OTHER, person="乙")
    state = desk.take("countersign", AWAY, LATER, opinion="agree", text="同意")
    assert state.co_handlers == (Owner(organ=OTHER, person="乙"),)
    desk.take("remark", AWAY, LATER, text="已核")
    for act, data in (
        ("transfer", {"to_organ": THIRD, "reason": "转走"}),
        ("suspend", {"ground": "court", "reason": "诉讼中"}),
        ("merge", {"into": "m2", "reason": "重复"}),
    ):
        assert desk.refuse(act, AWAY, NEXT, **data).reason == "not_owner"


def test_the_same_co_handler_is_not_added_twice_nor_the_owner_itself() -> None:
    desk = received()
    assert desk.refuse("co_handle", CLERK, LATER, organ=OFFICE).reason == "wrong_value"
    desk.take("co_handle", CLERK, LATER, organ=OTHER)
    assert desk.refuse("co_handle", CLERK, LATER, organ=OTHER).reason == "wrong_value"


def test_an_opinion_is_agree_or_disagree() -> None:
    desk = received()
    desk.take("co_handle", CLERK, LATER, organ=OTHER)
    refused = desk.refuse("countersign", AWAY, LATER, opinion="perhaps", text="再想想")
    assert (refused.reason, refused.field) == ("wrong_value", "opinion")


def test_escalation_by_owner_or_supervisor_moves_the_matter_and_keeps_the_first_clock() -> None:
    for who in (CLERK, CHIEF):
        state = received().take("escalate", who, LATER, to_organ="city", reason="长期未决")
        assert (state.owner.organ, state.opened_at) == ("city", moment(OPENED))
    assert (
        received().refuse("escalate", AWAY, LATER, to_organ="city", reason="要").reason
        == "not_owner"
    )


def test_a_request_is_answered_once_and_only_by_the_organ_asked() -> None:
    desk = received()
    asked: dict[str, Datum] = {"organ": OTHER, "question": "有无其他许可", "due": "2 working days"}
    state = desk.take("request", CLERK, LATER, **asked)
    assert (state.requests[0].seq, state.requests[0].answered_seq) == (2, None)
    third = actor("clerk", organ=THIRD)
    assert desk.refuse("answer", third, NEXT, request=2, text="有").reason == "no_request"
    assert desk.refuse("answer", AWAY, NEXT, request=7, text="有").reason == "no_request"
    state = desk.take("answer", AWAY, NEXT, request=2, text="没有")
    assert state.requests[0].answered_seq == 3
    assert desk.refuse("answer", AWAY, NEXT, request=2, text="又答").reason == "no_request"


def test_a_person_of_another_department_may_answer_in_a_role_of_their_own() -> None:
    desk = received()
    desk.take("request", CLERK, LATER, organ=OTHER, question="车在何处", due="2 days")
    assert desk.take("answer", actor("traffic", organ=OTHER), NEXT, request=2, text="在库").requests


@pytest.mark.parametrize("due", ["soon", "2 days before", "0 days"])
def test_a_request_needs_a_length_that_can_be_counted(due: str) -> None:
    refused = received().refuse("request", CLERK, LATER, organ=OTHER, question="有无", due=due)
    assert (refused.reason, refused.field) == ("wrong_value", "due")


def test_nobody_requests_from_oneself() -> None:
    refused = received().refuse(
        "request", CLERK, LATER, organ=OFFICE, question="有无", due="2 days"
    )
    assert (refused.reason, refused.field) == ("wrong_value", "organ")


def test_a_remark_changes_nothing_but_the_history_and_is_open_after_the_end() -> None:
    desk = looked()
    desk.take("grant", REVIEWER, LATER)
    before = desk.state
    state = desk.take("remark", CLERK, NEXT, text="存档")
    assert before is not None
    assert (state.state, state.owner, state.fields) == (before.state, before.owner, before.fields)
    assert desk.refuse("remark", AWAY, NEXT, text="旁观").reason == "not_owner"
    desk.take("remark", CHIEF, NEXT, text="已阅")


def test_suspension_needs_a_ground_of_the_procedure() -> None:
    desk = accepted()
    refused = desk.refuse("suspend", CLERK, LATER, ground="tired", reason="等一等")
    assert (refused.reason, refused.field) == ("no_ground", "ground")
    assert "诉讼（court）" in refused.instead
    assert desk.take("suspend", CLERK, LATER, ground="court", reason="诉讼中").suspended_since


def test_a_suspended_matter_takes_no_step_no_extension_and_no_second_suspension() -> None:
    desk = accepted()
    desk.take("suspend", CLERK, LATER, ground="court", reason="诉讼中")
    attempts: tuple[tuple[str, dict[str, Datum]], ...] = (
        ("measure", {"size": 3}),
        ("suspend", {"ground": "court", "reason": "再停"}),
        ("extend", extension(approved_on="2026-09-02")),
    )
    for act, data in attempts:
        assert desk.refuse(act, CLERK, NEXT, **data).reason == "suspended"
    for act, data in (
        ("remark", {"text": "等待判决"}),
        ("take", {}),
        ("co_handle", {"organ": THIRD}),
        ("request", {"organ": OTHER, "question": "判决了吗", "due": "2 days"}),
        ("transfer", {"to_organ": OTHER, "reason": "属其管辖"}),
    ):
        desk.take(act, CLERK, NEXT, **data)
    state = desk.take("resume", AWAY, NEXT, reason="判决生效")
    assert state.suspended_since is None
    assert desk.refuse("resume", AWAY, NEXT, reason="再来").reason == "not_suspended"


def test_a_merge_ends_the_matter_and_says_where_it_went() -> None:
    desk = accepted()
    state = desk.take("merge", CLERK, LATER, into="m2", reason="重复申请")
    assert (state.ended, state.outcome, state.merged_into) == (True, "merged", "m2")
    refused = desk.refuse("measure", CLERK, NEXT, size=3)
    assert (refused.reason, refused.instead) == ("ended", "请在并入的事项中办理")
    assert all(clock.status in ("met", "late") for clock in desk.clocks(NEXT).values())


def test_only_the_public_contests_and_only_what_has_ended_and_once_until_it_is_reopened() -> None:
    desk = accepted()
    assert desk.refuse("contest", CITIZEN, LATER, reason="不同意").reason == "not_ended"
    desk.take("refuse", REVIEWER, LATER)
    assert desk.refuse("contest", CLERK, NEXT, reason="不同意").reason == "wrong_role"
    assert desk.take("contest", CITIZEN, NEXT, reason="不同意").contested
    assert desk.refuse("contest", CITIZEN, NEXT, reason="还不同意").reason == "wrong_state"
    assert not desk.take("reopen", actor("chief"), NEXT).contested
    desk.take("refuse", REVIEWER, NEXT)
    assert desk.take("contest", CITIZEN, NEXT, reason="仍不同意").contested


def test_the_owner_answers_a_contest_once_and_it_is_contested_again_only_after_a_reopening() -> (
    None
):
    desk = accepted()
    desk.take("refuse", REVIEWER, LATER)
    told = {"finding": "stands", "reason": "到现场看过，材料不齐。"}
    assert desk.refuse("answer_contest", REVIEWER, NEXT, **told).reason == "no_request"
    desk.take("contest", CITIZEN, NEXT, reason="不同意")
    assert desk.refuse("answer_contest", CITIZEN, NEXT, **told).reason == "wrong_role"
    assert desk.refuse("answer_contest", REVIEWER, NEXT, finding="stands").reason == "missing_field"
    answered = desk.take("answer_contest", REVIEWER, NEXT, **told)
    assert not answered.contested
    assert answered.ended

    refused = desk.refuse("contest", CITIZEN, NEXT, reason="还不同意")
    assert (refused.reason, refused.says) == ("wrong_state", "您的异议已经答复")
    assert "复议" in refused.instead
    desk.take("reopen", actor("chief"), NEXT)
    desk.take("refuse", REVIEWER, NEXT)
    assert desk.take("contest", CITIZEN, NEXT, reason="仍不同意").contested


def test_a_withdrawal_brings_back_the_state_fields_and_clocks_from_before() -> None:
    desk = received()
    before, clocks_before = desk.state, desk.clocks(NEXT)
    desk.take("accept", CLERK, LATER, complex=True)
    state = desk.take("withdraw", CLERK, LATER, reason="点错了")
    assert before is not None
    assert (state.state, state.fields, state.done) == (before.state, before.fields, before.done)
    assert (state.seq, state.undone) == (3, (2,))
    assert desk.clocks(NEXT) == clocks_before
    assert [event.act for event in desk.history] == ["receive", "accept", "withdraw"]


def test_a_withdrawal_names_what_it_undoes() -> None:
    desk = accepted()
    desk.take("withdraw", CLERK, LATER, reason="点错了")
    assert desk.history[-1].data == {"reason": "点错了", "undoes": 2}


def test_withdrawals_go_back_act_by_act_and_stop_at_the_opening() -> None:
    desk = accepted()
    desk.take("measure", CLERK, LATER, size=3)
    desk.take("withdraw", CLERK, LATER, reason="点错了")
    state = desk.take("withdraw", CLERK, LATER, reason="受理也错了")
    assert (state.state, state.undone) == ("open", (3, 2))
    refused = desk.refuse("withdraw", CLERK, LATER, reason="全都错了")
    assert (refused.reason, refused.cites) == ("nothing_to_undo", ("haihe#withdraw",))


def test_nobody_withdraws_the_act_of_another() -> None:
    desk = accepted()
    assert (
        desk.refuse("withdraw", actor("clerk", "乙"), LATER, reason="他错了").reason == "not_yours"
    )
    same_name = actor("clerk", organ=OTHER)
    assert desk.refuse("withdraw", same_name, LATER, reason="他错了").reason == "not_yours"


def test_a_transfer_may_be_withdrawn_by_whoever_made_it_until_somebody_acts() -> None:
    desk = received()
    desk.take("transfer", CLERK, LATER, to_organ=OTHER, reason="属其管辖")
    state = desk.take("withdraw", CLERK, LATER, reason="转错了")
    assert (state.owner.organ, state.with_owner_since) == (OFFICE, moment(OPENED))
    desk.take("transfer", CLERK, LATER, to_organ=OTHER, reason="属其管辖")
    desk.take("take", AWAY, NEXT)
    assert desk.refuse("withdraw", CLERK, NEXT, reason="转错了").reason == "not_yours"


def test_final_steps_and_steps_that_opened_another_matter_stay() -> None:
    desk = looked()
    desk.take("grant", REVIEWER, LATER)
    assert desk.refuse("withdraw", REVIEWER, NEXT, reason="想改").reason == "final"
    other = received()
    other.take("send_on", CLERK, LATER)
    assert other.refuse("withdraw", CLERK, NEXT, reason="想改").reason == "final"


def test_an_ending_that_is_not_final_may_be_withdrawn() -> None:
    desk = accepted()
    desk.take("refuse", REVIEWER, LATER)
    state = desk.take("withdraw", REVIEWER, NEXT, reason="决定有误")
    assert (state.ended, state.outcome, state.state) == (False, "", "accepted")


def test_an_extension_in_time_by_the_right_rank_is_granted_from_the_nominal_day() -> None:
    desk = accepted()
    desk.take("extend", CLERK, "Mon 2026-09-21 10:00", **extension())
    clock = desk.clock("decide", "Tue 2026-09-22 10:00")
    assert str(clock.nominal) == "2026-10-31"
    assert str(clock.legal) == "2026-11-02"
    assert any("局长" in text for text, _ in clock.why)


def test_an_extension_approved_on_the_last_day_holds_and_a_day_later_not() -> None:
    desk = accepted()
    late = extension(approved_on="2026-10-09")
    refused = desk.refuse("extend", CLERK, "Fri 2026-10-09 10:00", **late)
    assert (refused.reason, refused.field) == ("late_extension", "approved_on")
    assert refused.cites == ("permits#16", "haihe#extension-is-a-document")
    desk.take("extend", CLERK, "Fri 2026-10-09 10:00", **extension(approved_on="2026-10-08"))


def test_an_extension_by_another_rank_is_refused_with_the_right_one() -> None:
    refused = accepted().refuse("extend", CLERK, "Mon 2026-09-21 10:00", **extension(rank="科长"))
    assert (refused.reason, refused.field) == ("wrong_rank", "rank")
    assert "局长" in refused.instead


def test_the_second_leg_is_there_only_for_complex_matters() -> None:
    plain, hard = accepted(), accepted(complex=True)
    for desk in (plain, hard):
        desk.take("extend", CLERK, "Mon 2026-09-21 10:00", **extension())
    second = extension(rank="上一级", approved_on="2026-10-30")
    refused = plain.refuse("extend", CLERK, "Sat 2026-10-31 10:00", **second)
    assert refused.reason == "extensions_used_up"
    hard.take("extend", CLERK, "Sat 2026-10-31 10:00", **second)
    assert str(hard.clock("decide", "Sat 2026-10-31 10:00").nominal) == "2026-11-15"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"clock": "notice"}, "clock"),
        ({"clock": "nothing"}, "clock"),
        ({"approved_on": "2026-09-31"}, "approved_on"),
        ({"approved_on": "2026-09-22"}, "approved_on"),
        ({"approved_on": "2026-08-31"}, "approved_on"),
    ],
)
def test_an_extension_of_no_running_clock_or_of_no_possible_day_is_refused(
    changed: dict[str, Datum], field: str
) -> None:
    refused = accepted().refuse("extend", CLERK, "Mon 2026-09-21 10:00", **extension(**changed))
    assert (refused.reason, refused.field) == ("wrong_value", field)


def test_an_hour_clock_is_extended_by_an_approval_to_the_minute() -> None:
    desk = accepted()
    by_day = extension(clock="first_look", approved_on="2026-09-01")
    assert desk.refuse("extend", CLERK, LATER, **by_day).field == "approved_on"
    late = extension(clock="first_look", approved_on="2026-09-02T09:01+08:00")
    assert desk.refuse("extend", CLERK, LATER, **late).reason == "late_extension"
    in_time = extension(clock="first_look", approved_on="2026-09-02T09:00+08:00")
    desk.take("extend", CLERK, LATER, **in_time)
    assert desk.clock("first_look", LATER).legal == moment("Wed 2026-09-02 21:00")


@pytest.mark.parametrize("act", sorted(ACTS))
def test_every_act_of_the_kernel_cites_our_own_rules(act: str) -> None:
    rule = ACTS[act]
    assert rule.cites
    assert all(cite.startswith("haihe#") for cite in rule.cites)
    assert set(rule.fields) == {*rule.asks, *rule.may_ask}


def test_a_kernel_act_refuses_fields_it_does_not_know() -> None:
    refused = received().refuse("remark", CLERK, LATER, text="好的", mood="晴")
    assert (refused.reason, refused.field) == ("unknown_field", "mood")


def test_nothing_can_be_done_before_the_opening() -> None:
    assert Desk().refuse("remark", CLERK, OPENED, text="好的").reason == "unknown_matter"
