"""Disputes at the centre, petitions, service items: their chains hold."""

from __future__ import annotations

import pytest

from haihe.kernel.decide import decide
from haihe.kernel.fold import advance
from haihe.kernel.reading import Reader
from haihe.kernel.values import Actor, Command, Decided
from tests.pack.mutations import pack
from tests.pack.walk import Walk, at


def opened(command: Command, when: str) -> tuple[str, Decided]:
    """Who owns the matter this hand-over opens, and its first record; the kernel must accept it."""
    procedure = pack().governing(command.kind or "", at(when).date())
    assert procedure is not None
    result = decide(procedure, None, command, at(when), pack().calendar)
    assert isinstance(result, Decided), result
    return advance(procedure, None, result.event).owner.organ, result


CENTER = "河西区综治中心"
CITIZEN = Actor(person="郭某", role="citizen", organ="公众")
DESK = Actor(person="调度员甲", role="coordinator", organ=CENTER)
HOUSING = Actor(person="李科员", role="handler", organ="区住建委")


def dispute() -> Walk:
    """Dirty water from above (Tuesday 2026-09-01), with the housing commission."""
    walk = Walk("governance_dispute")
    walk.take(
        "2026-09-01T09:00",
        "come_in",
        CITIZEN,
        center=CENTER,
        facts="楼上往下倒脏水",
        claims="赔偿被褥",
        applicant="郭某",
        applicant_phone="13900000003",
        respondent="赵某",
    )
    walk.take(
        "2026-09-01T10:00",
        "study",
        DESK,
        gist="楼上倒脏水",
        dispute_kind="neighbour",
        difficulty="simple",
        minor_involved=False,
        violent_risk=False,
    )
    walk.take("2026-09-01T11:00", "assign", DESK, handling_organ="区住建委")
    receiver = Actor(person="李科员", role="receiver", organ="区住建委")
    return walk.take("2026-09-01T14:00", "accept", receiver)


def test_a_dispute_goes_to_mediation_with_nothing_typed_again() -> None:
    walk = dispute().take(
        "2026-09-02T09:00",
        "send_mediation",
        HOUSING,
        committee="马场街道调委会",
        parties_consent=True,
    )
    (opening,) = walk.opened
    owner, result = opened(opening, "2026-09-02T09:00")
    assert (opening.kind, owner) == ("people_mediation", "马场街道调委会")
    assert result.personal["facts"] == "楼上往下倒脏水"
    assert (result.personal["applicant"], result.personal["respondent"]) == ("郭某", "赵某")
    assert result.event.data["referred_by"] == "center"


def test_signs_of_violence_become_an_alarm_with_the_citizen_s_telephone() -> None:
    walk = dispute().take(
        "2026-09-02T09:00",
        "report_police",
        HOUSING,
        police_organ="指挥中心",
        place="昆明路",
        what="扬言持械上门",
        urgent=True,
    )
    (opening,) = walk.opened
    owner, result = opened(opening, "2026-09-02T09:00")
    assert (opening.kind, owner) == ("alarm", "指挥中心")
    assert result.personal["phone"] == "13900000003"


def closed_dispute() -> Walk:
    walk = dispute()
    walk.take("2026-09-02T09:00", "listen", HOUSING, hearing_note="双方到场")
    walk.take(
        "2026-09-02T10:00", "report_result", HOUSING, result_text="已经改管", answered_parties=True
    )
    walk.take("2026-09-02T11:00", "inspect", DESK, inspect_note="属实")
    walk.take("2026-09-02T12:00", "confirm", CITIZEN, citizen_confirms=True)
    return walk.take("2026-09-02T13:00", "close", DESK)


OFFICE = "区信访办"
PETITIONER = Actor(person="孙某", role="citizen", organ="公众")
CLERK = Actor(person="接谈员", role="petition_clerk", organ=OFFICE)


def petition(petition_class: str, **more: str) -> Walk:
    """A petition of Monday 2026-03-02, classed two days later."""
    walk = Walk("petition")
    walk.take(
        "2026-03-02T09:00",
        "petition",
        PETITIONER,
        petition_office=OFFICE,
        way="web",
        facts="楼上漏水，街道没有答复",
        claims="请依法答复",
        petitioner="孙某",
        petitioner_phone="13900000002",
        petitioner_address="昆明路十二号",
    )
    return walk.take(
        "2026-03-04T09:00",
        "register",
        CLERK,
        gist="漏水无人处理",
        petition_class=petition_class,
        in_time_elsewhere=False,
        minor_involved=False,
        **more,
    )


@pytest.mark.parametrize("purpose", ["handle", "answer", "supervise", "statistics"])
def test_the_unit_denounced_reads_nothing_of_the_petition(purpose: str) -> None:
    walk = petition("report", complained_organ="马场街道")
    handler = Reader(person="某", kind="officer", organ="马场街道", roles=("handler",))
    overseer = Reader(person="某", kind="supervisor", organ="马场街道", roles=("supervisor",))
    assert walk.sight(handler, purpose, "gist") == "nothing"
    assert walk.sight(overseer, purpose, "gist") == "nothing"


def test_a_petition_goes_to_the_governance_centre_with_nothing_typed_again() -> None:
    walk = petition("appeal").take(
        "2026-03-05T09:00", "hand_to_center", CLERK, center=CENTER, parties_consent=True
    )
    (opening,) = walk.opened
    owner, result = opened(opening, "2026-03-05T09:00")
    assert (opening.kind, owner) == ("governance_dispute", CENTER)
    assert result.personal == {
        "facts": "楼上漏水，街道没有答复",
        "claims": "请依法答复",
        "applicant": "孙某",
        "applicant_phone": "13900000002",
        "address": "昆明路十二号",
    }
    assert result.event.data["source"] == "petition"


STREET = Actor(person="派遣员", role="caller", organ="马场街道")


def whistle() -> Walk:
    """A street calls the power company on Tuesday 2026-09-01; it has one working day to come."""
    return Walk("whistle").take(
        "2026-09-01T10:00",
        "blow",
        STREET,
        caller_organ="马场街道",
        department="电力公司",
        whistle_urgency="ordinary",
        gist="电线低垂",
        place="谊城公寓旁",
    )


def test_not_coming_is_a_finding_against_the_department_and_not_against_the_street() -> None:
    walk = whistle().take("2026-09-03T09:00", "no_show", STREET)
    (opening,) = walk.opened
    owner, result = opened(opening, "2026-09-03T09:00")
    assert (opening.kind, owner) == ("rectification", "电力公司")
    assert result.event.data["finding"] == "吹哨后没有按时报到"


def test_a_second_department_is_called_with_nothing_typed_again() -> None:
    walk = whistle().take("2026-09-01T11:00", "blow_next", STREET, next_department="通信公司")
    (opening,) = walk.opened
    owner, result = opened(opening, "2026-09-01T11:00")
    assert (opening.kind, owner) == ("whistle", "马场街道")
    assert result.event.data == {
        "caller_organ": "马场街道",
        "department": "通信公司",
        "whistle_urgency": "ordinary",
        "gist": "电线低垂",
        "place": "谊城公寓旁",
    }


def test_the_centre_calls_a_department_to_a_dispute_with_its_gist() -> None:
    walk = dispute().take(
        "2026-09-02T09:00", "whistle", DESK, department="区水务局", whistle_urgency="urgent"
    )
    (opening,) = walk.opened
    owner, result = opened(opening, "2026-09-02T09:00")
    assert (opening.kind, owner) == ("whistle", CENTER)
    assert result.event.data["gist"] == "楼上倒脏水"


@pytest.mark.parametrize("took_in", ["天塔街道", "大营门街道"])
def test_an_event_that_is_sent_back_goes_to_the_street_that_took_it_in(took_in: str) -> None:
    told = {
        "street": "大营门街道",
        "what": "路灯不亮",
        "place": "天塔街道吴家窑大街",
        "minor_involved": False,
    }
    citizen = Actor(person="public", role="citizen", organ="public")
    walk = Walk("grid_event").take("2026-09-01T09:00", "call_in", citizen, **told)
    if took_in != "大营门街道":
        first = Actor(person="haihe", role="dispatcher", organ="大营门街道")
        moved = {"to_organ": took_in, "reason": "地点在天塔街道"}
        walk.take("2026-09-01T09:00", "transfer", first, **moved)
    desk = Actor(person="派遣员", role="dispatcher", organ=took_in)
    urban = Actor(person="李科员", role="handler", organ="区城管委")
    walk.take("2026-09-01T09:30", "accept", desk, urgency="ordinary", category="facility")
    walk.take("2026-09-01T10:00", "dispatch", desk, assigned_organ="区城管委")
    walk.take("2026-09-01T10:30", "send_back", urban, send_back_reason="属供电单位")
    assert walk.organ() == took_in
