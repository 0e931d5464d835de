"""The procuratorate's kinds: what they open arrives with nothing typed twice."""

from __future__ import annotations

from haihe.kernel.decide import decide
from haihe.kernel.fold import advance
from haihe.kernel.values import Actor, Command, Data, Decided
from tests.pack.mutations import pack
from tests.pack.walk import Walk, at

CITIZEN = Actor(person="张某", role="citizen", organ="公众")
CLERK = Actor(person="接待员", role="clerk", organ="区检察院")
PROCURATOR = Actor(person="钱检察官", role="procurator", organ="区检察院")
CHIEF = Actor(person="检察长", role="chief_procurator", organ="区检察院")
BUREAU = Actor(person="副局长", role="bureau_head", organ="和平分局")


def arrived(opening: Command, when: str) -> tuple[str, Data, Data]:
    """Who owns the matter this hand-over opens, and the open and personal values it holds."""
    procedure = pack().governing(opening.kind or "", at(when).date())
    assert procedure is not None
    decided = decide(procedure, None, opening, at(when), pack().calendar)
    assert isinstance(decided, Decided), decided
    state = advance(procedure, None, decided.event)
    return state.owner.organ, state.fields, decided.personal


def petition() -> Walk:
    """A call about a case not filed, accepted on Wednesday 2026-09-02."""
    walk = Walk("procuratorial_petition").take(
        "2026-09-01T09:00",
        "lodge",
        CITIZEN,
        procuratorate="区检察院",
        channel="phone",
        petition_subject="被骗不立案",
        petition_text="我被骗两万元",
        petitioner="张某",
        petitioner_phone="13900000003",
    )
    walk.take("2026-09-01T10:00", "check_same", CLERK, same_found=False)
    return walk.take(
        "2026-09-02T09:00", "accept", CLERK, petition_kind="supervision", minor_involved=False
    )


def test_a_petition_becomes_a_clue_with_the_petitioner_s_name_and_telephone() -> None:
    when = "2026-09-03T09:00"
    walk = petition().take(
        when,
        "open_clue",
        PROCURATOR,
        clue_kind="filing",
        clue_text="两万元诈骗没有立案",
        clue_organ="马场派出所",
    )
    (opening,) = walk.opened
    owner, values, personal = arrived(opening, when)
    assert opening.kind == "supervision_clue"
    assert owner == "区检察院"
    assert (values["organ_concerned"], values["found_by"]) == ("马场派出所", "petition")
    assert personal == {"complainant": "张某", "complainant_phone": "13900000003"}


def test_a_clue_opens_a_suggestion_that_needs_no_second_finding_of_facts() -> None:
    when = "2026-09-10T09:00"
    walk = Walk("supervision_clue").take(
        "2026-09-01T09:00",
        "open_by_hand",
        PROCURATOR,
        procuratorate="区检察院",
        clue_kind="admin_public",
        organ_concerned="区生态环境局",
        clue_text="河边堆放危险废物",
        found_by="media",
    )
    walk.take("2026-09-02T09:00", "start_check", PROCURATOR, minor_involved=False)
    walk.take("2026-09-03T09:00", "note_facts", PROCURATOR, checked_facts="取样超标")
    walk.take(when, "suggest", PROCURATOR, suggestion_kind="public_interest")
    (opening,) = walk.opened
    owner, values, _ = arrived(opening, when)
    assert (opening.kind, owner) == ("procuratorial_suggestion", "区检察院")
    assert values["checked_facts"] == "取样超标"
    assert values["problem"] == "河边堆放危险废物"


def test_a_prosecution_opens_the_trial_with_the_defendant_and_the_charge() -> None:
    when = "2026-09-11T09:00"
    walk = Walk("prosecution_review").take(
        "2026-09-01T09:00",
        "receive_case",
        BUREAU,
        procuratorate="区检察院",
        sending_organ="和平分局",
        case_cause="盗窃",
        suspect="赵某",
        victim="孙某",
    )
    walk.take(
        "2026-09-01T10:00",
        "accept",
        PROCURATOR,
        detained=True,
        minor_involved=False,
        has_victim=False,
        materials_complete=True,
        grave_case=False,
        plead_guilty=False,
    )
    walk.take("2026-09-02T09:00", "tell_suspect", PROCURATOR)
    walk.take(
        "2026-09-02T10:00", "question", PROCURATOR, guardian_present=False, question_record="是我"
    )
    walk.take("2026-09-02T11:00", "hear_opinions", PROCURATOR, opinions="没有意见")
    walk.take(
        when,
        "prosecute",
        CHIEF,
        court="区法院",
        evidence_enough=True,
        facts_found="虚构货源骗取六万元",
    )
    (opening,) = walk.opened
    owner, values, personal = arrived(opening, when)
    assert (opening.kind, owner) == ("criminal_first_instance", "区法院")
    assert (values["charge"], values["detained"]) == ("盗窃", True)
    assert (personal["defendant"], personal["victim"]) == ("赵某", "孙某")
