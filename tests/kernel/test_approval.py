"""Approval chains: who must sign in which order, who never, and what a change of chain does."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec

from haihe.kernel.checklist import checklist
from haihe.kernel.decide import decide, possible
from haihe.kernel.procedure import Chain, Procedure
from haihe.kernel.reading import may_read
from haihe.kernel.standing import Reader, stakes
from haihe.kernel.state import State
from haihe.kernel.values import Actor, Command, Decided
from tests.kernel.clock_days import calendar, moment
from tests.kernel.permit import DIGEST, OFFICE, OTHER, THIRD, Desk, accepted, actor, permit

LATER = "Wed 2026-09-02 10:00"
NEXT = "Thu 2026-09-03 10:00"
CLERK = actor("clerk")
SECOND = Actor(person="second", role="clerk", organ=OFFICE)
DEPUTY = Actor(person="deputy", role="inspector", organ=OFFICE)
REVIEWER = Actor(person="head", role="reviewer", organ=OFFICE)
LEGAL = Actor(person="legal", role="chief", organ=THIRD)
HEAD_SEAT = {"name": "科长", "roles": ["reviewer"], "deputies": ["inspector"]}
LEGAL_SEAT = {"name": "法制科", "roles": ["chief"], "organ": THIRD}
COLLEAGUE = {"name": "另一名执法人员", "named": True}


def chain(*stages: list[dict[str, Any]], **other: Any) -> Chain:
    told = {
        "id": "look-chain",
        "acts": ["measure"],
        "since": date(2026, 1, 1),
        "cites": ["penalty-2021#42"],
        "stages": [{"name": f"第{n}环节", "seats": seats} for n, seats in enumerate(stages, 1)],
    }
    return msgspec.convert(told | other, Chain)


def with_chains(desk: Desk, *chains: Chain) -> Desk:
    desk.procedure = msgspec.structs.replace(desk.procedure, approvals=chains)
    return desk


def desk_with(*stages: list[dict[str, Any]], **other: Any) -> Desk:
    return with_chains(accepted(), chain(*stages, **other))


def propose(desk: Desk, by: Actor = CLERK, at: str = LATER, **data: Any) -> State:
    return desk.take("seek_approval", by, at, **{"for_act": "measure", "text": "拟测量"} | data)


def sign(desk: Desk, by: Actor, at: str = LATER, **data: Any) -> State:
    return desk.take("sign_off", by, at, **{"proposal": number(desk), "verdict": "agree"} | data)


def number(desk: Desk) -> int:
    return desk.state.approvals[-1].seq


def test_a_step_with_a_chain_waits_until_it_was_proposed_and_signed_in_order() -> None:
    desk = desk_with([HEAD_SEAT], [LEGAL_SEAT])
    refused = desk.refuse("measure", CLERK, LATER)
    assert (refused.reason, refused.cites) == ("need_unmet", ("penalty-2021#42",))
    assert "科长→法制科" in refused.says
    propose(desk)
    assert "等科长签字" in desk.refuse("measure", CLERK, LATER).says
    assert desk.refuse("sign_off", LEGAL, LATER, proposal=number(desk), verdict="agree").reason in (
        "not_owner",
        "wrong_role",
        "not_yours",
    )
    sign(desk, REVIEWER)
    assert sign(desk, LEGAL).approvals[-1].standing == "passed"
    desk.take("measure", CLERK, NEXT)
    assert desk.state.approvals[-1].standing == "used"
    assert desk.state.owner.organ == OFFICE
    assert "要先经审签" in desk.refuse("measure", CLERK, NEXT).says


def test_a_stage_of_several_is_signed_in_any_order_by_all() -> None:
    desk = desk_with([HEAD_SEAT, LEGAL_SEAT])
    propose(desk)
    assert sign(desk, LEGAL).approvals[-1].standing == "open"
    assert sign(desk, REVIEWER).approvals[-1].standing == "passed"


def test_the_second_officer_signs_with_an_account_of_their_own() -> None:
    desk = desk_with([COLLEAGUE])
    refused = desk.refuse("seek_approval", CLERK, LATER, for_act="measure", text="拟测量")
    assert (refused.reason, refused.field) == ("missing_field", "signer")
    refused = desk.refuse(
        "seek_approval", CLERK, LATER, for_act="measure", text="拟测量", signer=CLERK.person
    )
    assert (refused.reason, refused.field) == ("same_person", "signer")
    propose(desk, signer="second")
    asked = number(desk)
    for stranger in (CLERK, REVIEWER):
        refused = desk.refuse("sign_off", stranger, LATER, proposal=asked, verdict="agree")
        assert refused.reason == "not_yours"
    sign(desk, SECOND)
    assert desk.refuse("measure", SECOND, NEXT).reason == "same_person"
    desk.take("measure", CLERK, NEXT)


def test_nobody_signs_what_they_proposed_nor_twice() -> None:
    second_reviewer = Actor(person="other", role="reviewer", organ=OFFICE)
    desk = desk_with([HEAD_SEAT, HEAD_SEAT])
    propose(desk, by=REVIEWER)
    refused = desk.refuse("sign_off", REVIEWER, LATER, proposal=number(desk), verdict="agree")
    assert refused.reason == "same_person"
    sign(desk, second_reviewer)
    again = {"proposal": number(desk), "verdict": "agree"}
    refused = desk.refuse("sign_off", second_reviewer, LATER, **again)
    assert refused.reason == "same_person"


def test_a_deputy_signs_for_somebody_absent_and_says_why() -> None:
    desk = desk_with([HEAD_SEAT])
    propose(desk)
    refused = desk.refuse("sign_off", DEPUTY, LATER, proposal=number(desk), verdict="agree")
    assert (refused.reason, refused.field) == ("missing_field", "for_absent")
    state = sign(desk, DEPUTY, for_absent="科长出差")
    assert state.approvals[-1].standing == "passed"
    assert state.done[-1].data["for_absent"] == "科长出差"


def test_who_signs_may_send_back_to_a_stage_or_to_who_proposed() -> None:
    desk = desk_with([HEAD_SEAT], [LEGAL_SEAT])
    propose(desk)
    sign(desk, REVIEWER)
    back = {"proposal": number(desk), "verdict": "back"}
    assert desk.refuse("sign_off", LEGAL, LATER, **back).field == "text"
    refused = desk.refuse("sign_off", LEGAL, LATER, text="再看", to_stage=2, **back)
    assert refused.field == "to_stage"
    state = sign(desk, LEGAL, verdict="back", text="请科长再核对面积", to_stage=1)
    assert (state.approvals[-1].standing, state.approvals[-1].stage) == ("open", 0)
    sign(desk, REVIEWER)
    sign(desk, LEGAL, verdict="back", text="材料不全")
    assert "退回" in desk.refuse("measure", CLERK, NEXT).says
    propose(desk, at=NEXT)
    assert [one.standing for one in desk.state.approvals] == ["replaced", "open"]


def test_what_was_proposed_keeps_the_stages_of_its_day() -> None:
    desk = desk_with([HEAD_SEAT])
    propose(desk)
    with_chains(desk, chain([HEAD_SEAT], [LEGAL_SEAT]))
    assert sign(desk, REVIEWER).approvals[-1].standing == "passed"
    desk.take("measure", CLERK, NEXT)


def test_a_chain_that_ends_or_begins_strands_no_matter() -> None:
    ended = chain([LEGAL_SEAT], until=date(2026, 9, 2))
    desk = with_chains(accepted(), ended)
    propose(desk)
    assert desk.refuse("measure", CLERK, LATER).reason == "need_unmet"
    desk.take("measure", CLERK, NEXT)
    begins = chain([HEAD_SEAT], since=date(2026, 9, 3))
    desk = with_chains(accepted(), begins)
    assert desk.refuse("measure", CLERK, NEXT).instead == "请先“送审”"
    propose(desk, at=NEXT)
    sign(desk, REVIEWER, NEXT)
    desk.take("measure", CLERK, NEXT)


def test_the_chain_of_an_organ_comes_before_that_of_all() -> None:
    everybody, own = chain([LEGAL_SEAT]), chain([HEAD_SEAT], organs=[OFFICE], id="own")
    desk = with_chains(accepted(), everybody, own)
    assert propose(desk).approvals[-1].chain == "own"
    elsewhere = with_chains(accepted(), chain([HEAD_SEAT], organs=[OTHER]))
    elsewhere.take("measure", CLERK, LATER)


def test_what_changed_since_has_to_be_proposed_anew() -> None:
    desk = desk_with([HEAD_SEAT], acts=["grant"])
    propose(desk, for_act="grant")
    sign(desk, REVIEWER)
    desk.take("measure", CLERK, NEXT)
    assert desk.state.approvals[-1].standing == "lapsed"
    desk = desk_with([HEAD_SEAT])
    propose(desk)
    desk.take("transfer", CLERK, LATER, to_organ=OTHER, reason="属其管辖")
    assert desk.state.approvals[-1].standing == "lapsed"


def test_a_general_act_can_have_a_chain_and_a_signature_can_be_withdrawn() -> None:
    desk = desk_with([HEAD_SEAT], acts=["transfer"])
    give = {"to_organ": OTHER, "reason": "属其管辖"}
    assert desk.refuse("transfer", CLERK, LATER, **give).reason == "need_unmet"
    propose(desk, for_act="transfer", **{f"with.{name}": value for name, value in give.items()})
    sign(desk, REVIEWER)
    desk.take("withdraw", REVIEWER, LATER, reason="看错了")
    assert desk.refuse("transfer", CLERK, LATER, **give).reason == "need_unmet"
    sign(desk, REVIEWER)
    assert desk.take("transfer", CLERK, NEXT, **give).owner.organ == OTHER


def test_a_colleague_may_be_asked_where_no_chain_asks_for_it() -> None:
    desk = accepted()
    refused = desk.refuse("seek_approval", CLERK, LATER, for_act="measure", text="拟测量")
    assert (refused.reason, refused.field) == ("wrong_value", "signer")
    propose(desk, signer="second")
    assert desk.refuse("measure", CLERK, LATER).reason == "need_unmet"
    propose(desk, signer="deputy")
    sign(desk, DEPUTY)
    desk.take("measure", CLERK, NEXT)


def test_whose_turn_it_is_knows_of_the_matter_and_finds_it_in_a_list() -> None:
    desk = desk_with([LEGAL_SEAT])
    legal = Reader(person="legal", kind="officer", organ=THIRD, roles=("chief",))
    state = propose(desk)
    assert (THIRD, "signs:chief") in stakes(state, desk.procedure)
    seen = may_read(legal, "handle", state, desk.procedure)
    assert getattr(seen, "personal", None) is False
    state = sign(desk, LEGAL)
    assert stakes(state, desk.procedure) >= {(THIRD, "answered")}
    assert not any(how.startswith("signs") for _, how in stakes(state, desk.procedure))


def test_the_checklist_names_the_approval_before_the_form_is_filled_in() -> None:
    desk = desk_with([HEAD_SEAT])
    at = moment(LATER)

    def told() -> list[tuple[str, str]]:
        found = checklist(desk.procedure, desk.state, "measure", CLERK, at, calendar())
        return [(one.stands, one.says) for one in found if "审签" in one.says]

    (first,) = told()
    assert first[0] == "missing"
    refusals = dict(possible(desk.procedure, desk.state, CLERK, at, calendar()))
    look = refusals["measure"]
    assert look is not None
    assert look.says == first[1]
    propose(desk)
    sign(desk, REVIEWER)
    assert told() == [("met", "审签已经全部同意")]


def test_what_was_signed_is_exactly_what_is_done() -> None:
    desk = desk_with([HEAD_SEAT])
    values: dict[str, Any] = {"size": 80, "photos": [DIGEST], "officers": ["甲", "乙"]}
    wrong = {"for_act": "measure", "text": "拟测量", "with.size": -1}
    assert desk.refuse("seek_approval", CLERK, LATER, **wrong).field == "with.size"
    propose(desk, **{f"with.{name}": value for name, value in values.items()})
    assert sign(desk, REVIEWER).approvals[-1].values == values
    for other in ({"size": 90}, {"floors": 3}, {"photos": ["cd" * 32]}):
        refused = desk.refuse("measure", CLERK, NEXT, **other)
        assert (refused.reason, refused.field) == ("wrong_value", next(iter(other)))
    state = desk.take("measure", CLERK, NEXT, size=80)
    assert state.done[-1].data == values | {"approval.seq": state.approvals[-1].seq}
    assert {name: state.fields[name] for name in values} == values
    assert "approval.seq" not in state.fields


def test_personal_values_of_a_proposal_are_sealed_and_come_back_for_the_act() -> None:
    desk = desk_with([HEAD_SEAT])
    state = propose(desk, **{"with.phone": "13800000000"})
    assert state.approvals[-1].sealed == ("with.phone",)
    assert "with.phone" not in state.done[-1].data
    sign(desk, REVIEWER)
    assert desk.refuse("measure", CLERK, NEXT).reason == "need_unmet"
    wish = Command(key="k", act="measure", actor=CLERK, matter="m")
    done = decide(
        desk.procedure,
        desk.state,
        wish,
        moment(NEXT),
        calendar(),
        proposed={"phone": "13800000000"},
    )
    assert isinstance(done, Decided)
    assert done.personal == {"phone": "13800000000"}


def test_two_posts_and_a_deputy_s_seat_make_nobody_their_own_approver() -> None:
    desk = desk_with([HEAD_SEAT])
    propose(desk)
    for role in ("reviewer", "inspector"):
        both = Actor(person=CLERK.person, role=role, organ=OFFICE)
        wish = {"proposal": number(desk), "verdict": "agree", "for_absent": "科长出差"}
        assert desk.refuse("sign_off", both, LATER, **wish).reason == "same_person"
    sign(desk, REVIEWER)
    as_clerk = Actor(person=REVIEWER.person, role="clerk", organ=OFFICE)
    assert desk.refuse("measure", as_clerk, NEXT).reason == "same_person"


def test_a_signature_that_waits_goes_to_the_new_holder_of_the_post() -> None:
    desk = desk_with([HEAD_SEAT])
    propose(desk)
    new_head = Actor(person="new-head", role="reviewer", organ=OFFICE)
    assert sign(desk, new_head, at=NEXT).approvals[-1].standing == "passed"


def test_the_invented_procedure_asks_nobody_for_approval() -> None:
    procedure: Procedure = permit()
    assert procedure.approvals == ()
