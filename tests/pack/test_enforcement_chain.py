"""A confirmed agreement is enforced, with its vehicle and its opinion: nothing is typed twice."""

from __future__ import annotations

from typing import Any

import pytest

from haihe.kernel.decide import decide
from haihe.kernel.values import Actor, Command, Decided
from tests.pack.mutations import pack
from tests.pack.walk import Walk, at

CITIZEN = Actor(person="孙某", role="citizen", organ="公众")
COURT = "区法院"
FILING = Actor(person="立案员", role="filing_clerk", organ=COURT)
TRIAL = Actor(person="钱法官", role="judge", organ=COURT)
JUDGE = Actor(person="孙法官", role="enforcement_judge", organ=COURT)
CASE = "（2026）津0101执12号"


def opens(opening: Command, day: str) -> Decided:
    """The opening that a hand-over makes, as the kernel takes it."""
    assert opening.kind is not None
    procedure = pack().governing(opening.kind, at(day).date())
    assert procedure is not None
    result = decide(procedure, None, opening, at(day), pack().calendar)
    assert isinstance(result, Decided), result
    return result


def confirmed() -> Walk:
    """An agreement confirmed on Tuesday 2026-09-29."""
    walk = Walk("judicial_confirmation").take(
        "2026-09-11T10:00",
        "apply",
        CITIZEN,
        court=COURT,
        joint=True,
        dispute_kind="neighbour",
        agreement_text="李某赔偿孙某五千元",
        effective_on="2026-09-10",
        applicant="孙某",
        respondent="李某",
        minor_involved=False,
    )
    walk.take(
        "2026-09-14T09:00",
        "accept",
        FILING,
        bar="none",
        materials="complete",
        case_no="（2026）津0101诉前调确12号",
    )
    good = dict.fromkeys(("lawful", "harmless", "voluntary", "clear"), True)
    return walk.take("2026-09-29T15:00", "confirm", TRIAL, **good)


@pytest.mark.parametrize(
    ("creditor", "asks", "owes"), [("applicant", "孙某", "李某"), ("respondent", "李某", "孙某")]
)
def test_a_confirmed_agreement_is_enforced_for_whichever_side_is_owed(
    creditor: str, asks: str, owes: str
) -> None:
    walk = confirmed()
    walk.take(
        "2026-10-12T09:00",
        "hand_to_enforcement",
        CITIZEN,
        not_performed=True,
        creditor=creditor,
        performance_due="2026-09-30",
    )
    (opening,) = walk.opened
    result = opens(opening, "2026-10-12T09:00")
    assert result.personal["applicant"] == asks
    assert result.personal["respondent"] == owes
    assert result.personal["claims"] == "李某赔偿孙某五千元"
    assert result.event.data["basis_no"] == "（2026）津0101诉前调确12号"
    assert result.event.data["basis_kind"] == "confirmation"


def enforcing(**more: Any) -> Walk:
    """An enforcement under way on Thursday 2026-03-12."""
    walk = Walk("enforcement").take(
        "2026-03-02T09:00",
        "apply",
        CITIZEN,
        court=COURT,
        basis_kind="judgment",
        basis_no="（2025）津0101民初88号",
        performance_due="2026-01-31",
        claims="给付货款",
        applicant="赵某",
        respondent="钱某",
    )
    facts = {"jurisdiction_ok": True, "doc_effective": True, "minor_involved": False} | more
    walk.take("2026-03-09T09:00", "file", FILING, case_no=CASE, **facts)
    walk.take("2026-03-10T09:00", "assign", FILING, judge_in_charge="孙法官")
    return walk.take("2026-03-12T09:00", "send_notice", JUDGE)


def test_a_vehicle_is_controlled_under_the_number_of_its_enforcement() -> None:
    walk = enforcing().take(
        "2026-03-16T09:00",
        "control_vehicle",
        JUDGE,
        vehicle_office="车管所",
        plate="津A12345",
        plate_kind="small",
    )
    (opening,) = walk.opened
    result = opens(opening, "2026-03-16T09:00")
    assert result.event.data["case_no"] == CASE
    assert result.personal["plate"] == "津A12345"
    assert "plate" not in result.event.data


def test_a_department_is_asked_with_the_guardian_the_enforcement_already_knows() -> None:
    walk = enforcing(minor_involved=True, guardian="赵某某").take(
        "2026-03-16T09:00",
        "ask_linkage",
        JUDGE,
        linkage_center="河西区联动中心",
        linkage_department="planning",
        department_organ="规划分局",
        asset="马场道一处房屋",
        question="是否可以过户",
    )
    (opening,) = walk.opened
    result = opens(opening, "2026-03-16T09:00")
    assert result.event.data["case_no"] == CASE
    assert result.personal["guardian"] == "赵某某"
