"""Appearance in court: an absence without reason opens a suggestion by itself."""

from __future__ import annotations

from haihe.kernel.decide import decide
from haihe.kernel.fold import advance
from haihe.kernel.values import Actor, Decided
from tests.pack.mutations import pack
from tests.pack.walk import Walk, at


def test_an_absence_without_reason_opens_a_judicial_suggestion_with_nothing_typed_again() -> None:
    """Hearing on Monday 2026-10-12; nobody came for the organ that was sued."""
    clerk = Actor(person="书记员", role="court_clerk", organ="区法院")
    judge = Actor(person="钱法官", role="judge", organ="区法院")
    walk = Walk("court_appearance").take(
        "2026-10-09T09:00",
        "serve_notice",
        clerk,
        court="区法院",
        sued_organ="区城管局",
        case_no="（2026）津0101行初18号",
        hearing_time="2026-10-12T14:00+08:00",
        court_room="第三法庭",
        consequences_told=True,
    )
    walk.take(
        "2026-10-13T09:00",
        "record",
        clerk,
        came="nobody",
        spoke=False,
        left_early=False,
        court_record_no="笔录第一页",
    )
    walk.take("2026-10-14T09:00", "class_absent", judge, problem="负责人和工作人员都不出庭")
    (opening,) = walk.opened
    suggestion = pack().governing("judicial_suggestion", at("2026-10-14T09:00").date())
    assert suggestion is not None
    when = at("2026-10-14T09:00")
    decided = decide(suggestion, None, opening, when, pack().calendar)
    assert isinstance(decided, Decided), decided
    state = advance(suggestion, None, decided.event)
    assert (state.owner.organ, state.fields["organ_concerned"]) == ("区法院", "区城管局")
