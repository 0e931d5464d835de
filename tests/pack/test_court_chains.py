"""From one court matter to the next: what a file holds arrives, and nothing is asked twice."""

from __future__ import annotations

from typing import Any

import pytest

from haihe.kernel.decide import decide
from haihe.kernel.fold import advance
from haihe.kernel.state import State
from haihe.kernel.values import Actor, Command, Data, Decided
from tests.pack.mutations import pack
from tests.pack.walk import Walk, at

COURT, BODY = "区法院", "马场街道调委会"
CITIZEN = Actor(person="孙某", role="citizen", organ="公众")


def court(role: str, person: str = "") -> Actor:
    return Actor(person=person or role, role=role, organ=COURT)


def body(role: str) -> Actor:
    return Actor(person="赵某", role=role, organ=BODY)


def opened(command: Command, when: str) -> tuple[State, Data]:
    """The matter that a hand-over opens, with its personal values; it must not be refused."""
    procedure = pack().governing(command.kind, at(when).date())
    assert procedure is not None
    decided = decide(procedure, None, command, at(when), pack().calendar)
    assert isinstance(decided, Decided), decided
    return advance(procedure, None, decided.event), decided.personal


def mediated() -> Walk:
    """A suit about light, handed in on Tuesday 2026-09-01 and in mediation on Friday 09-04."""
    walk = Walk("pre_litigation_mediation")
    walk.take(
        "2026-09-01T09:00",
        "submit",
        CITIZEN,
        court=COURT,
        dispute_kind="neighbour",
        facts="太阳能板挡光",
        claims="移开太阳能板",
        applicant="孙某",
        respondent="李某",
        respondent_phone="13900000002",
        minor_involved=False,
    )
    walk.take("2026-09-01T10:00", "explain", court("filing_clerk"), explained_how="window")
    walk.take(
        "2026-09-01T10:10",
        "consent",
        court("filing_clerk"),
        parties_consent=True,
        consent_record=["a1" * 32],
        pretrial_no="（2026）津0101诉前调880号",
    )
    walk.take("2026-09-01T11:00", "assign", court("diverter"), mediation_body=BODY)
    walk.take("2026-09-02T09:00", "accept", body("mediator"), mediators=["赵某"], conflict="none")
    walk.take("2026-09-03T09:00", "ask_other", body("mediator"), willingness="agree")
    return walk.take(
        "2026-09-04T09:00",
        "meet",
        body("mediator"),
        minutes="双方到场",
        concessions="李某愿意出一半费用",
    )


def test_a_failed_mediation_is_filed_with_everything_but_the_concessions() -> None:
    walk = mediated()
    walk.take(
        "2026-09-10T09:00",
        "fail",
        body("mediator"),
        fail_ground="apart",
        undisputed="支架高两米",
    )
    walk.take(
        "2026-09-11T09:00",
        "file",
        court("filing_clerk"),
        bar="none",
        cause_of_action="相邻采光、日照纠纷",
        track="simplified",
        case_no="（2026）津0101民初990号",
    )
    (opening,) = walk.opened
    state, personal = opened(opening, "2026-09-11T09:00")
    assert (state.state, state.owner.organ) == ("filed", COURT)
    assert personal["defendant"] == "李某"
    assert personal["defendant_phone"] == "13900000002"
    assert personal["undisputed"] == "支架高两米"
    assert "李某愿意出一半费用" not in [*personal.values(), *state.fields.values()]


def test_an_agreement_goes_to_confirmation_in_the_court_that_sent_it_out() -> None:
    walk = mediated()
    walk.take(
        "2026-09-10T09:00",
        "agree",
        body("mediator"),
        agreement_text="李某抬高支架",
        effective_on="2026-09-10",
        signed_by_all=True,
    )
    walk.take("2026-09-11T09:00", "ask_confirmation", body("mediator"), joint=True)
    (opening,) = walk.opened
    state, personal = opened(opening, "2026-09-11T09:00")
    assert (opening.kind, state.owner.organ) == ("judicial_confirmation", COURT)
    assert personal["agreement_text"] == "李某抬高支架"
    assert state.fields["mediation_body"] == BODY


def mediation_by_the_committee(**more: Any) -> Walk:
    walk = Walk("people_mediation").take(
        "2026-09-01T09:00",
        "entrust",
        court("referrer"),
        committee=BODY,
        referred_by="court",
        dispute_kind="contract",
        facts="装修尾款争议",
        claims="支付尾款",
        applicant="周某",
        respondent="吴某",
        parties_consent=True,
        **more,
    )
    walk.take(
        "2026-09-02T09:00",
        "accept",
        body("mediator"),
        mediators=["赵某"],
        conflict="none",
        minor_involved=False,
    )
    return walk.take(
        "2026-09-04T09:00", "fail", body("mediator"), fail_ground="apart", routes_told=True
    )


def test_what_a_committee_returns_waits_for_filing_in_the_court() -> None:
    walk = mediation_by_the_committee()
    walk.take("2026-09-04T10:00", "return_to_court", body("mediator"), court=COURT)
    (opening,) = walk.opened
    state, personal = opened(opening, "2026-09-04T10:00")
    assert (state.state, state.owner.organ) == ("received", COURT)
    assert (personal["plaintiff"], personal["defendant"]) == ("周某", "吴某")


@pytest.mark.parametrize("guardian", ["", "周父"])
def test_a_party_sues_after_failed_mediation_without_writing_it_all_again(guardian: str) -> None:
    walk = mediation_by_the_committee()
    minor: dict[str, Any] = {"guardian_name": guardian} if guardian else {}
    walk.take(
        "2026-09-07T10:00", "sue", CITIZEN, court=COURT, minor_involved=bool(guardian), **minor
    )
    (opening,) = walk.opened
    state, personal = opened(opening, "2026-09-07T10:00")
    assert state.owner.organ == COURT
    assert personal["claims"] == "支付尾款"
    assert personal.get("guardian_name", "") == guardian


def convicted() -> Walk:
    """A theft with a fine of 5,000, in force since Saturday 2026-04-11."""
    walk = Walk("criminal_first_instance").take(
        "2026-03-02T09:00",
        "prosecute",
        Actor(person="林某", role="prosecutor", organ="区检察院"),
        court=COURT,
        procuratorate="区检察院",
        defendant="王某",
        charge="盗窃罪",
        detained=True,
        minor_involved=False,
        plead_guilty=True,
    )
    walk.take(
        "2026-03-03T09:00",
        "accept",
        court("filing_clerk"),
        case_no="（2026）津0101刑初88号",
        track="ordinary",
        likely_over_three=False,
    )
    walk.take(
        "2026-03-10T09:00",
        "set_hearing",
        court("judge"),
        hearing_on="2026-03-30",
        hearing_hour="09:00",
        hearing_at="第一刑事审判庭",
    )
    walk.take("2026-03-11T09:00", "serve_indictment", court("court_clerk"))
    walk.take("2026-03-11T09:10", "tell_hearing", court("court_clerk"))
    walk.take(
        "2026-03-30T09:00",
        "hold_hearing",
        court("judge"),
        open_hearing=True,
        last_words=True,
        hearing_record="法庭调查和辩论",
    )
    walk.take(
        "2026-03-30T15:00",
        "pronounce",
        court("judge"),
        verdict="guilty",
        sentence_text="拘役五个月并处罚金五千元",
        judgment_reasons="秘密窃取他人财物，构成盗窃罪；认罪认罚，从宽处罚。",
        has_penalty=True,
        under_five=True,
        appeal_told=True,
    )
    walk.take("2026-03-31T09:00", "serve_defendant", court("court_clerk"))
    walk.take("2026-03-31T09:10", "serve_prosecution", court("court_clerk"))
    return walk.take(
        "2026-04-13T09:00", "take_effect", court("court_clerk"), effective_on="2026-04-11"
    )


def test_a_fine_is_handed_over_with_the_judgment_and_the_day_it_took_effect() -> None:
    walk = convicted().take(
        "2026-04-14T09:00",
        "transfer_property",
        court("judge"),
        penalty_items=["罚金五千元"],
        fine_amount=5000,
    )
    (opening,) = walk.opened
    state, personal = opened(opening, "2026-04-14T09:00")
    assert (opening.kind, state.owner.organ) == ("property_penalty_enforcement", COURT)
    assert state.fields["effective_on"] == "2026-04-11"
    assert state.fields["judgment_no"] == "（2026）津0101刑初88号"
    assert personal["offender"] == "王某"


def test_a_suggestion_opens_in_the_court_that_tried_the_case() -> None:
    walk = convicted().take(
        "2026-04-14T09:00",
        "suggest",
        court("judge"),
        problem="商场试衣间盗窃多发",
        organ_concerned="区商务局",
    )
    (opening,) = walk.opened
    state, _ = opened(opening, "2026-04-14T09:00")
    assert (opening.kind, state.state, state.owner.organ) == ("judicial_suggestion", "found", COURT)
    assert state.fields["case_no"] == "（2026）津0101刑初88号"


def settled() -> Walk:
    walk = Walk("civil_first_instance").take(
        "2026-03-02T09:00",
        "submit",
        CITIZEN,
        court=COURT,
        dispute_kind="neighbour",
        facts="太阳能板挡光",
        claims="移开太阳能板",
        plaintiff="孙某",
        defendant="李某",
        minor_involved=False,
    )
    walk.take(
        "2026-03-03T09:00",
        "file",
        court("filing_clerk"),
        bar="none",
        materials="complete",
        cause_of_action="相邻采光、日照纠纷",
        track="ordinary",
        case_no="（2026）津0101民初301号",
    )
    return walk.take(
        "2026-03-18T09:00",
        "settle",
        court("judge"),
        agreement_text="李某抬高支架",
        voluntary=True,
        signed_by_all=True,
    )


def test_a_settlement_that_is_not_kept_goes_to_enforcement_once_and_by_its_number() -> None:
    walk = settled().take(
        "2026-04-20T09:00", "ask_enforcement", CITIZEN, performance_due="2026-04-17"
    )
    (opening,) = walk.opened
    state, personal = opened(opening, "2026-04-20T09:00")
    assert (opening.kind, state.owner.organ) == ("enforcement", COURT)
    assert state.fields["basis_kind"] == "mediation"
    assert state.fields["basis_no"] == "（2026）津0101民初301号"
    assert personal["claims"] == "李某抬高支架"
    assert (personal["applicant"], personal["respondent"]) == ("孙某", "李某")
