"""Crimes, persons and things in police hands: every hand-over is opened and accepted once."""

from __future__ import annotations

from typing import Any

import pytest

from haihe.kernel.values import Actor
from tests.pack.walk import Walk, at

OFFICER = Actor(person="甲", role="officer", organ="分局")
HEAD = Actor(person="局长", role="bureau_head", organ="分局")


def alarm_of_a_crime() -> Walk:
    """A fraud reported on Tuesday 2026-09-01 at 08:50, fed back by the patrol at 11:00."""
    taker = Actor(person="接警员", role="call_taker", organ="指挥中心")
    patrol = Actor(person="民警", role="patrol", organ="马场道派出所")
    walk = Walk("alarm", "2026-09-01T08:50")
    walk.take(
        "2026-09-01T08:50",
        "take_call",
        taker,
        channel="phone",
        place="马场道12号",
        what="被骗六万元",
        urgent=False,
        caller_name="孙某",
        phone="13900000001",
    )
    walk.take("2026-09-01T08:51", "grade", taker, category="criminal", level="second")
    walk.take("2026-09-01T08:52", "dispatch", taker, unit="马场道派出所", response_ring="five")
    walk.take("2026-09-01T08:53", "acknowledge", patrol, officers=["甲", "乙"])
    walk.take("2026-09-01T09:20", "arrive", patrol, officers=["甲", "乙"], recording_on=True)
    walk.take(
        "2026-09-01T10:30",
        "handle",
        patrol,
        officers=["甲", "乙"],
        recording_on=True,
        scene_work="service",
        scene_found="转账记录",
        injured=0,
        minor_involved=False,
    )
    return walk.take(
        "2026-09-01T11:00",
        "feed_back",
        patrol,
        handling_result="属于诈骗",
        jurisdiction="ours",
        loss_stated=True,
        unlawful_facts=True,
    ).take("2026-09-01T11:10", "open_criminal", patrol)


def filed() -> Walk:
    """The criminal case which that alarm opened, filed on Thursday 2026-09-03."""
    case = alarm_of_a_crime().next("2026-09-01T11:10", "criminal_case")
    return case.take(
        "2026-09-03T10:00",
        "file",
        HEAD,
        case_cause="诈骗",
        crime_facts=True,
        to_prosecute=True,
        suspect="赵某",
        minor_involved=True,
    )


def at_station(person: str, role: str) -> Actor:
    return Actor(person=person, role=role, organ="马场道派出所")


def test_the_review_before_filing_counts_from_the_call_and_not_from_the_hand_over() -> None:
    case = alarm_of_a_crime().next("2026-09-01T11:10", "criminal_case")
    assert case.field("what") == "被骗六万元"
    assert case.field("reporter") == "孙某"
    assert case.field("reporter_phone") == "13900000001"
    assert case.organ() == "马场道派出所"
    assert case.field("reported_at") == at("2026-09-01T08:50").isoformat()
    assert case.last_day("2026-09-01T11:10", "review") == "2026-09-04"


def test_who_is_brought_in_stands_in_the_ledger_of_the_case_area_with_cause_and_age() -> None:
    case = filed().take(
        "2026-09-08T09:00",
        "bring_in",
        at_station("甲", "officer"),
        brought_how="written",
        stay_center="分局办案中心",
    )
    stay = case.next("2026-09-08T09:00", "custody_stay")
    assert stay.organ() == "分局办案中心"
    assert (stay.field("case_cause"), stay.field("suspect")) == ("诈骗", "赵某")
    assert (stay.field("minor_involved"), stay.field("stay_kind")) == (True, "criminal")


def test_what_is_seized_has_a_file_of_its_own_that_waits_for_the_keeper() -> None:
    case = filed().take(
        "2026-09-08T11:00",
        "seize",
        at_station("甲", "officer"),
        officers=["甲", "乙"],
        items=["手机一部"],
        items_related=True,
    )
    property_ = case.next("2026-09-08T11:00", "case_property")
    assert list(property_.field("items")) == ["手机一部"]
    assert property_.field("case_cause") == "诈骗"
    assert property_.last_day("2026-09-08T11:00", "hand_in").startswith("2026-09-09 11:00")


def test_a_request_for_arrest_arrives_at_the_procuratorate_with_the_suspect() -> None:
    case = filed().take("2026-09-09T08:00", "approve_detention", HEAD)
    case.take("2026-09-09T09:00", "detain", at_station("甲", "officer"))
    legal = Actor(person="法制", role="legal", organ="分局")
    passed: dict[str, Any] = {"review_opinion": "符合逮捕条件", "review_passed": True}
    case.take("2026-09-12T09:00", "legal_review", legal, review_for="arrest", **passed)
    case.take(
        "2026-09-12T10:00",
        "ask_arrest",
        HEAD,
        procuratorate="区检察院",
        police_organ="分局",
        facts_found="虚构货源骗取六万元",
    )
    review = case.next("2026-09-12T10:00", "arrest_review")
    assert review.organ() == "区检察院"
    assert (review.field("suspect"), review.field("detained")) == ("赵某", True)
    assert (review.field("sending_organ"), review.field("minor_involved")) == ("分局", True)


def test_a_finished_investigation_arrives_for_prosecution_with_suspect_cause_and_age() -> None:
    case = filed()
    legal = Actor(person="法制", role="legal", organ="分局")
    passed: dict[str, Any] = {"review_opinion": "同意移送", "review_passed": True}
    case.take("2026-11-02T09:00", "legal_review", legal, review_for="transfer", **passed)
    done = ("evidence_enough", "lawyer_heard", "suspect_told", "items_listed")
    case.take(
        "2026-11-02T10:00",
        "transfer_case",
        HEAD,
        procuratorate="区检察院",
        police_organ="分局",
        facts_found="虚构货源骗取六万元",
        minor_involved=True,
        **dict.fromkeys(done, True),
    )
    review = case.next("2026-11-02T10:00", "prosecution_review")
    assert review.organ() == "区检察院"
    assert (review.field("suspect"), review.field("case_cause")) == ("赵某", "诈骗")
    assert review.field("minor_involved") is True


def test_what_is_no_crime_but_an_offence_goes_back_as_a_public_security_case() -> None:
    case = alarm_of_a_crime().next("2026-09-01T11:10", "criminal_case")
    case.take(
        "2026-09-03T10:00",
        "not_file",
        HEAD,
        crime_facts=False,
        to_prosecute=False,
        not_filed_why="数额没有达到追诉标准",
        administrative_offence=True,
        has_complainant=True,
    )
    offence = case.next("2026-09-03T10:00", "public_security_case")
    assert offence.field("reporter") == "孙某"
    assert offence.field("reported_at") == at("2026-09-01T08:50").isoformat()


def offence() -> Walk:
    """A fight filed as a public security case on Tuesday 2026-09-01."""
    walk = Walk("public_security_case", "2026-09-01T08:20").take(
        "2026-09-01T08:20",
        "receive",
        OFFICER,
        reported_at=at("2026-09-01T08:10").isoformat(),
        what="殴打他人",
        place="昆明路",
        reporter="孙某",
        victim="李某",
    )
    walk.take("2026-09-01T08:30", "judge_jurisdiction", OFFICER, jurisdiction="ours")
    return walk.take(
        "2026-09-01T09:00",
        "open_case",
        Actor(person="所长", role="unit_head", organ="分局"),
        case_cause="殴打他人",
        occurred_on="2026-09-01",
        handled_by="county",
        suspect="王某",
        minor_involved=False,
    )


def test_an_offence_hands_its_person_its_things_and_at_last_itself_to_the_criminal_side() -> None:
    case = offence().take(
        "2026-09-01T10:00",
        "bring_in",
        OFFICER,
        brought_how="oral",
        family_told=True,
        asking_ground="ordinary",
        stay_center="分局办案中心",
    )
    stay = case.next("2026-09-01T10:00", "custody_stay")
    assert (stay.field("stay_kind"), stay.field("suspect")) == ("administrative", "王某")
    case.take(
        "2026-09-01T11:00",
        "seize",
        OFFICER,
        officers=["甲", "乙"],
        in_case_area=False,
        recording_on=True,
        items=["木棍"],
        items_of="suspect",
        on_the_spot=True,
    )
    assert case.next("2026-09-01T11:00", "case_property").field("route") == "administrative"
    case.take(
        "2026-09-05T11:00", "move_to_criminal", HEAD, receiving_unit="刑警支队", items_moved=True
    )
    crime = case.next("2026-09-05T11:00", "criminal_case")
    assert crime.organ() == "刑警支队"
    assert (crime.field("suspect"), crime.field("victim")) == ("王某", "李某")
    assert crime.last_day("2026-09-05T11:00", "review_taken") == "2026-09-08"


def test_a_person_questioned_where_no_case_area_is_named_opens_no_stay() -> None:
    case = offence().take(
        "2026-09-01T10:00",
        "bring_in",
        OFFICER,
        brought_how="oral",
        family_told=True,
        asking_ground="ordinary",
    )
    assert case.opened == []


@pytest.mark.parametrize("bureau", ["南开分局", "北辰分局", "武清分局"])
def test_a_letter_opens_one_task_for_every_bureau_it_is_sent_to(bureau: str) -> None:
    drafter = Actor(person="钱某", role="drafter", organ="西青分局")
    letter = Walk("collaboration_letter", "2026-09-14T09:00").take(
        "2026-09-14T09:00",
        "draft",
        drafter,
        task_kind="verify",
        case_number="西公经〔2026〕33号",
        legal_purpose="查明供货关系",
        asked_for="核实供货数量和货款",
        task_speed="ordinary",
        personal_data=True,
        legal_paper="西调〔2026〕5号",
    )
    signer = Actor(person="局长", role="signer", organ="西青分局")
    letter.take("2026-09-14T10:00", "sign", signer)
    letter.take("2026-09-14T11:00", "send_to", drafter, assigned_unit=bureau)
    task = letter.next("2026-09-14T11:00", "collaboration_task")
    assert task.organ() == bureau
    assert task.field("legal_paper") == "西调〔2026〕5号"
    assert task.last_day("2026-09-14T11:00", "answer") == "2026-09-15"
