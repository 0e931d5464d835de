"""Mediation, grid, letter box, rectification: what each opens elsewhere, and what stays secret."""

from __future__ import annotations

from haihe.kernel.decide import decide
from haihe.kernel.fold import advance
from haihe.kernel.reading import Reader
from haihe.kernel.values import Actor, Decided
from tests.pack.mutations import pack
from tests.pack.walk import Walk, at

CITIZEN = Actor(person="孙某", role="citizen", organ="公众")
MEDIATOR = Actor(person="张某", role="mediator", organ="马场街道调委会")


def mediated() -> Walk:
    """A dispute about light (Tuesday 2026-09-01), agreed on Thursday 2026-09-10."""
    walk = Walk("people_mediation")
    walk.take(
        "2026-09-01T09:00",
        "apply",
        CITIZEN,
        committee="马场街道调委会",
        dispute_kind="neighbour",
        facts="太阳能板挡光",
        claims="移开太阳能板",
        applicant="孙某",
        respondent="李某",
    )
    walk.take(
        "2026-09-02T09:00",
        "accept",
        MEDIATOR,
        mediators=["张某"],
        conflict="none",
        minor_involved=False,
    )
    walk.take("2026-09-03T09:00", "sound_out", MEDIATOR, willingness="agree")
    walk.take("2026-09-04T09:00", "inform", MEDIATOR, informed_how="oral")
    walk.take(
        "2026-09-08T09:00", "caucus", MEDIATOR, caucus_side="respondent", caucus_notes="愿意移开"
    )
    return walk.take(
        "2026-09-10T09:00",
        "agree_written",
        MEDIATOR,
        agreement_text="李某移开太阳能板",
        duties=["李某移开太阳能板"],
        effective_on="2026-09-10",
        performance_due="2026-09-30",
        signed_by_all=True,
        mediator_signed=True,
        committee_sealed=True,
    )


def test_caucus_notes_are_seen_by_the_mediator_and_by_neither_side_nor_the_court() -> None:
    walk = mediated()
    citizen = Reader(person="孙某", kind="citizen", holds_code=True)
    judge = Reader(person="钱某", kind="officer", organ="区法院", roles=("judge",))
    mediator = Reader(person="张某", kind="officer", organ="马场街道调委会", roles=("mediator",))
    assert walk.sight(citizen, "own", "caucus_notes") == "hidden"
    assert walk.sight(citizen, "own", "facts") == "clear"
    assert walk.sight(judge, "handle", "caucus_notes") == "nothing"
    assert walk.sight(mediator, "handle", "caucus_notes") == "clear"


def test_a_confirmation_opens_with_the_agreement_and_without_the_caucus_notes() -> None:
    walk = mediated()
    walk.take("2026-10-10T09:00", "hand_to_court", MEDIATOR, court="区法院", both_apply=True)
    (opening,) = walk.opened
    assert opening.kind == "judicial_confirmation"
    assert opening.data["agreement_text"] == "李某移开太阳能板"
    assert opening.data["applicant"] == "孙某"
    assert "愿意移开" not in opening.data.values()
    (court,) = pack().procedures["judicial_confirmation"]
    result = decide(court, None, opening, at("2026-10-10T09:00"), pack().calendar)
    assert isinstance(result, Decided), result


CLERK = Actor(person="管理员", role="mailbox_clerk", organ="区公安局")


def letter() -> Walk:
    return Walk("chief_letter").take(
        "2026-09-01T20:00",
        "write_named",
        CITIZEN,
        mailbox="区公安局",
        subject="民警态度生硬",
        letter_text="我叫孙某，九月一日在马场道派出所",
        writer_name="孙某",
        writer_phone="13900000002",
    )


def test_the_unit_complained_of_reads_nothing_and_others_read_the_gist_without_a_code() -> None:
    walk = letter().take(
        "2026-09-02T09:00",
        "register",
        CLERK,
        letter_class="complaint",
        gist="民警态度生硬",
        complexity="ordinary",
        complained_organ="马场道派出所",
        minor_involved=False,
    )
    target = Reader(person="民警丙", kind="officer", organ="马场道派出所", roles=("handler",))
    chief = Reader(person="局长", kind="supervisor", organ="市公安局", roles=("chief",))
    for purpose in ("handle", "answer", "supervise", "statistics"):
        assert walk.sight(target, purpose, "gist") == "nothing"
    assert walk.sight(chief, "supervise", "gist") == "clear"
    assert walk.sight(chief, "supervise", "writer_name") == "masked"
    assert walk.sight(chief, "supervise", "letter_text") == "masked"


def test_a_letter_about_what_happens_now_becomes_an_alarm_with_the_writer_s_telephone() -> None:
    walk = letter().take(
        "2026-09-01T20:01",
        "pass_alarm",
        CLERK,
        police_organ="指挥中心",
        channel="message",
        place="昆明路",
        what="正在打人",
        urgent=True,
    )
    (opening,) = walk.opened
    alarm = pack().governing("alarm", at("2026-09-01T20:01").date())
    assert alarm is not None
    decided = decide(alarm, None, opening, at("2026-09-01T20:01"), pack().calendar)
    assert isinstance(decided, Decided), decided
    assert decided.personal["phone"] == "13900000002"
    assert advance(alarm, None, decided.event).owner.organ == "指挥中心"
