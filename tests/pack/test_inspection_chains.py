"""Inspection and the supervision of those who inspect: their chains hold."""

from __future__ import annotations

from haihe.kernel.decide import decide
from haihe.kernel.fold import advance
from haihe.kernel.values import Actor, Command, Decided
from tests.pack.mutations import pack
from tests.pack.walk import Walk, at


def owner_of(command: Command, when: str) -> str:
    """Who owns the matter this hand-over opens; the kernel must accept it."""
    procedure = pack().governing(command.kind or "", at(when).date())
    assert procedure is not None
    result = decide(procedure, None, command, at(when), pack().calendar)
    assert isinstance(result, Decided), result
    return advance(procedure, None, result.event).owner.organ


BUREAU = "区公安局"
ENTERPRISE = Actor(person="企业", role="citizen", organ="公众")
INSPECTOR = Actor(person="检查人员", role="inspector", organ=BUREAU)
HEAD = Actor(person="负责人", role="head", organ=BUREAU)


def emergency(*, problem: bool) -> Walk:
    """An urgent inspection with its papers supplemented, told on Wednesday 2026-03-04."""
    walk = Walk("administrative_inspection").take(
        "2026-03-03T09:00",
        "start_emergency",
        INSPECTOR,
        inspecting_organ=BUREAU,
        target_unit="海河旅馆",
        target_code="91120101MA05ABCD1X",
        place="昆明路8号",
        items=["旅客登记"],
        items_published=True,
        body_confirmed=True,
        basis_article="旅馆业治安管理办法",
        officers=["津执01001", "津执01002"],
        emergency_why="有人举报藏匿危险物品",
    )
    walk.take("2026-03-03T10:00", "supplement", HEAD, scheme="查登记", rights_on_notice=True)
    walk.take(
        "2026-03-03T10:05",
        "show_certificates",
        INSPECTOR,
        cards_shown=["津执01001", "津执01002"],
        cards_valid=True,
        cards_valid_until="2027-06-30",
        same_officers=True,
        inspection_card="检查证2026-1",
        card_scanned=True,
    )
    walk.take(
        "2026-03-03T11:00",
        "record",
        INSPECTOR,
        found_text="登记情况已经核对",
        problem_found=problem,
        written_on_site=True,
        items_kept=True,
        enterprise_sign="signed",
        minor_involved=False,
    )
    return walk.take("2026-03-04T09:00", "tell", INSPECTOR, told_how="written")


def test_an_offence_found_opens_a_police_case_with_what_was_written_on_the_spot() -> None:
    walk = emergency(problem=True).take(
        "2026-03-05T09:00", "file_case", HEAD, case_track="police", case_organ="马场道派出所"
    )
    (opening,) = walk.opened
    assert opening.data["what"] == "登记情况已经核对"
    assert owner_of(opening, "2026-03-05T09:00") == "马场道派出所"


def test_a_suspected_crime_reaches_the_police_as_a_transfer() -> None:
    walk = emergency(problem=True).take(
        "2026-03-05T09:00",
        "pass_on",
        HEAD,
        receiving_unit="市公安局",
        suspected_crime=True,
        materials_complete=True,
    )
    (opening,) = walk.opened
    assert opening.data["sending_organ"] == BUREAU
    assert owner_of(opening, "2026-03-05T09:00") == "市公安局"


def test_a_complaint_opens_a_supervision_case_against_the_inspecting_organ() -> None:
    walk = emergency(problem=False).take(
        "2026-03-05T09:00",
        "complain",
        ENTERPRISE,
        supervision_organ="区司法局",
        clue_kind="over_cap",
        complaint_text="今年第三次来查",
    )
    (opening,) = walk.opened
    assert opening.data["organ_concerned"] == BUREAU
    assert owner_of(opening, "2026-03-05T09:00") == "区司法局"


def test_a_failed_case_is_mended_by_its_organ_and_its_fault_looked_into() -> None:
    office = "市局评查办"
    walk = Walk("case_review").take(
        "2026-03-02T09:00",
        "draw",
        Actor(person="抽样程序", role="sampler", organ=office),
        concerned_matter="M-2026-0101",
        organ_concerned="和平分局",
        sample_frame="二月办结的治安案件",
        sample_seed="20260302",
        sample_rank=17,
    )
    for number, role in (("first", "first_reviewer"), ("second", "second_reviewer")):
        walk.take(
            "2026-03-03T09:00",
            f"review_{number}",
            Actor(person=role, role=role, organ=office),
            **{f"{number}_grade": "failed", f"{number}_note": "询问超时"},
        )
    walk.take("2026-03-04T09:00", "agree", Actor(person="抽样程序", role="sampler", organ=office))
    walk.take(
        "2026-03-05T09:00",
        "defend",
        Actor(person="王某", role="handler", organ="和平分局"),
        defence="等翻译两小时",
    )
    walk.take(
        "2026-03-06T09:00",
        "grade",
        Actor(person="负责人", role="review_head", organ=office),
        case_grade="failed",
        grade_reason="询问超时没有审批",
        finding="询问查证超过八小时",
        article="psp-2025#97",
        question="为什么超时",
        fault_clue=True,
        fault_organ="市局督察",
        fault_text="询问查证为何超过八小时",
    )
    owners = {one.kind: owner_of(one, "2026-03-06T09:00") for one in walk.opened}
    assert owners == {"rectification": "和平分局", "fault_inquiry": "市局督察"}
