"""Alarm, case, property, custody and evidence: one chain, and no field is entered twice in it."""

from __future__ import annotations

import pytest

from haihe.kernel.procedure import Step
from haihe.kernel.values import Actor, Data
from tests.pack.mutations import pack
from tests.pack.test_alarm_chains import by, quarrel
from tests.pack.walk import Walk

DAY = "2026-09-01"  # a Tuesday
TWO: Data = {"officers": ["王警官", "李警官"], "recording_on": True}
OFFICER = Actor(person="王警官", role="officer", organ="马场所")
CHAIN = ("alarm", "public_security_case", "criminal_case", "custody_stay")


def openings(kind: str) -> list[tuple[str, dict[str, str], Step]]:
    """How a kind opens evidence: by which of its steps, carrying what, with which opening."""
    source = pack().procedures[kind][-1]
    target = pack().procedures["evidence"][-1]
    return [
        (name, dict(handover.carries), target.steps[handover.step])
        for name, step in source.steps.items()
        for handover in step.opens
        if handover.kind == "evidence"
    ]


@pytest.mark.parametrize("kind", CHAIN)
def test_what_the_earlier_file_holds_is_not_asked_again_when_evidence_opens(kind: str) -> None:
    found = openings(kind)
    assert found
    for name, carries, opening in found:
        assert set(opening.asks) <= set(carries), f"{kind}.{name}: asked a second time"


def test_the_recording_of_an_alarm_is_evidence_with_its_file_and_its_least_time_of_storage() -> (
    None
):
    alarm = quarrel(DAY).take(
        f"{DAY}T12:00",
        "store_recordings",
        by("patrol", "马场所"),
        recording_files=["a" * 64],
        keep="six_months",
        device="津A0071",
        recorded_from=f"{DAY}T08:20+08:00",
        recorded_to=f"{DAY}T09:00+08:00",
    )
    recording = alarm.next(f"{DAY}T12:00", "evidence")
    assert recording.field("evidence_sort") == "recording"
    assert list(recording.field("recording_files")) == ["a" * 64]
    assert recording.field("device") == "津A0071"
    assert recording.organ() == "马场所"
    assert recording.last_day(f"{DAY}T12:00", "keep") == "2027-03-01"
    assert recording.last_day(f"{DAY}T12:00", "view") == "2026-09-08"


def filed_case() -> Walk:
    """The case that the quarrel became, filed at 10:30, its suspect in the case area."""
    alarm = quarrel(DAY).take(f"{DAY}T10:00", "open_case", by("station_chief", "马场所"))
    case = alarm.next(f"{DAY}T10:00", "public_security_case")
    case.take(f"{DAY}T10:10", "judge_jurisdiction", OFFICER, jurisdiction="ours")
    case.take(
        f"{DAY}T10:30",
        "open_case",
        by("unit_head", "马场所"),
        case_cause="殴打他人",
        occurred_on=DAY,
        handled_by="station",
        suspect="王某",
        minor_involved=False,
    )
    return case.take(
        f"{DAY}T11:00",
        "bring_in",
        OFFICER,
        brought_how="oral",
        family_told=True,
        asking_ground="ordinary",
        stay_center="分局办案中心",
    )


def test_a_chain_runs_from_the_alarm_to_property_custody_and_evidence() -> None:
    case = filed_case()
    stay = case.next(f"{DAY}T11:00", "custody_stay")
    case.take(
        f"{DAY}T11:20",
        "seize",
        OFFICER,
        **TWO,
        in_case_area=False,
        items=["木棍一根"],
        items_of="suspect",
        on_the_spot=True,
    )
    property_, item = (case.next(f"{DAY}T11:20", one) for one in ("case_property", "evidence"))
    assert item.field("evidence_sort") == "physical"
    assert list(item.field("items")) == list(property_.field("items")) == ["木棍一根"]
    assert item.field("case_cause") == property_.field("case_cause") == "殴打他人"
    registrar = Actor(person="登记员", role="registrar", organ="分局办案中心")
    stay.take(
        f"{DAY}T11:10", "register", registrar, arrived_at=f"{DAY}T11:00+08:00", minor_involved=False
    )
    stay.take(
        f"{DAY}T11:15",
        "check_body",
        registrar,
        woman=False,
        injuries="无",
        belongings=["手机"],
        needs_doctor=False,
    )
    stay.take(f"{DAY}T11:30", "question", OFFICER, **TWO, room="询问室二", minor_involved=False)
    stay.take(f"{DAY}T12:30", "end_questioning", OFFICER)
    recording = stay.next(f"{DAY}T12:30", "evidence")
    assert recording.field("room") == "询问室二"
    assert recording.field("case_cause") == "殴打他人"
    assert (recording.field("evidence_sort"), recording.state and recording.state.state) == (
        "recording",
        "recorded",
    )
    assert recording.last_day(f"{DAY}T12:30", "upload_questioning").startswith("2026-09-02 12:30")


@pytest.mark.parametrize(
    ("asked", "sort"), [("suspect", "account"), ("victim", "victim"), ("witness", "testimony")]
)
def test_every_record_of_questioning_is_evidence_of_the_sort_the_law_names(
    asked: str, sort: str
) -> None:
    case = filed_case().take(
        f"{DAY}T11:30",
        "question",
        OFFICER,
        **TWO,
        asked_person=asked,
        asked_minor=False,
        in_case_area=True,
        statement="因停车争吵，互相推打",
    )
    record = case.next(f"{DAY}T11:30", "evidence")
    assert record.field("evidence_sort") == sort
    assert record.field("case_cause") == "殴打他人"


def test_the_record_of_an_inspection_and_an_expert_opinion_are_evidence_too() -> None:
    case = filed_case().take(
        f"{DAY}T13:00",
        "inspect",
        OFFICER,
        **TWO,
        inspected="item",
        warrant=True,
        inspection_found="木棍上有血迹",
    )
    assert case.next(f"{DAY}T13:00", "evidence").field("evidence_sort") == "inspection"
    case.take(f"{DAY}T14:00", "appraise", OFFICER, appraisal_matter="伤情程度")
    case.take("2026-09-08T14:00", "receive_opinion", OFFICER, opinion="轻微伤")
    opinion = case.next("2026-09-08T14:00", "evidence")
    assert (opinion.field("evidence_sort"), opinion.field("opinion")) == ("opinion", "轻微伤")


def test_a_confession_and_a_seized_thing_of_a_crime_are_evidence() -> None:
    found = {name: opening.sets["evidence_sort"] for name, _, opening in openings("criminal_case")}
    assert found == {"question": "account", "seize": "physical"}
