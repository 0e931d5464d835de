"""What anybody may read: only what the rules made public, and never a minor, a name or a phone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from haihe.kernel.values import Actor, Command, Datum
from haihe.records import open_pages, powers, rules, write
from haihe.records.answers import Recorded
from haihe.records.installed import InstalledRules
from tests.records.fresh import fresh_journal

ZONE = ZoneInfo("Asia/Shanghai")
MONDAY = datetime(2026, 11, 2, 9, 0, tzinfo=ZONE)  # a Monday
TUESDAY = MONDAY + timedelta(days=1)
NAME, PHONE = "沈某某", "13900007777"
COURT = "hexi-procuratorate"
STREET = "dayingmen-street"


@cache
def city() -> InstalledRules:
    """The rules of the house, read once for all tests."""
    return InstalledRules()


@pytest.fixture(autouse=True)
def journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    tmp_path.chmod(0o700)
    with fresh_journal(tmp_path, monkeypatch, city()):
        yield


def act(matter: str | None, name: str, role: str, organ: str, now: datetime, **data: Datum) -> str:
    command = Command(
        key=uuid4().hex,
        act=name,
        actor=Actor(person="public" if organ == "public" else f"{role}-1", role=role, organ=organ),
        matter=matter,
        kind=None if matter else KINDS[name],
        data=dict(data),
        happened_at=now,
    )
    answer = write.submit(command, now=now)
    assert isinstance(answer, Recorded), answer
    return answer.matter


KINDS = {
    "send": "idea", "plan": "public_hearing", "apply": "public_hearing",
    "submit": "civil_first_instance",
}  # fmt: skip


def idea(*, minor: bool = False, until: str = "declined") -> str:
    matter = act(
        None,
        "send",
        "citizen",
        "public",
        MONDAY,
        idea_office=STREET,
        subject_line=f"{NAME}的建议",
        idea_text=f"我是{NAME}，电话{PHONE}，建议装灯",
        proposer=NAME,
        proposer_phone=PHONE,
        minor_involved=minor,
    )
    if until == "sent":
        return matter
    act(matter, "take_in", "desk", STREET, MONDAY + timedelta(hours=1), gist="建议胡同里装路灯")
    if until == "taken_in":
        return matter
    act(
        matter,
        "decline",
        "answerer",
        STREET,
        TUESDAY,
        answer_text="今年已有安排，明年列入计划，所以这次没有采纳。",
        no_personal_data=True,
    )
    return matter


def hearing(
    *, minor: bool = False, public: bool = True, announced: bool = True, days: int = 10
) -> str:
    matter = act(
        None,
        "plan",
        "procurator",
        COURT,
        MONDAY,
        procuratorate=COURT,
        hearing_subject="petition",
        hearing_question=f"{NAME}的信访应否终结",
        minor_involved=minor,
        **({"guardian": NAME} if minor else {}),
    )
    act(
        matter,
        "decide_hold",
        "procurator",
        COURT,
        MONDAY + timedelta(hours=2),
        hearing_on=(MONDAY + timedelta(days=days)).date().isoformat(),
        hearing_at="区检察院第一听证室",
        open_to_public=public,
        minor_involved=minor,
        **({"guardian": NAME} if minor else {}),
    )
    if announced and public:
        act(matter, "publish", "procurator", COURT, MONDAY + timedelta(hours=3))
    return matter


def test_an_announced_open_hearing_is_told_with_day_place_and_nothing_personal() -> None:
    hearing()
    (found,) = open_pages.hearings(TUESDAY)

    assert (found.day, found.place, found.about) == (
        "2026年11月12日 星期四",
        "区检察院第一听证室",
        "信访",
    )
    assert NAME not in repr(found)


def test_a_hearing_that_is_closed_unannounced_over_or_about_a_minor_is_not_told() -> None:
    hearing(public=False)
    hearing(announced=False)
    hearing(minor=True, public=False)
    gone = hearing()
    assert len(open_pages.hearings(TUESDAY)) == 1
    assert open_pages.hearings(MONDAY + timedelta(days=11)) == ()
    act(gone, "end_hearing", "procurator", COURT, TUESDAY, end_why="settled", minor_involved=False)
    assert open_pages.hearings(TUESDAY) == ()


def sitting(*, circuit: bool = True, minor: bool = False, hour: str = "09:30") -> str:
    """A case whose hearing is set for Thursday 12 November on a quay; gives its id."""
    guardian = {"guardian_name": NAME} if minor else {}
    matter = act(
        None, "submit", "citizen", "public", MONDAY, court="hexi-court", plaintiff=NAME,
        plaintiff_phone=PHONE, defendant="船主乙", facts="合伙的账没有算清", claims="分钱",
        amount=9_000, dispute_kind="contract", minor_involved=minor, **guardian,
    )  # fmt: skip
    court = "hexi-court"
    act(
        matter, "file", "filing_clerk", court, MONDAY + timedelta(hours=1), bar="none",
        materials="complete", cause_of_action="合伙合同纠纷", track="small",
        case_no="（2026）津0103民初8号", minor_involved=minor, **guardian,
    )  # fmt: skip
    later = MONDAY + timedelta(hours=2)
    act(matter, "serve_copy", "court_clerk", court, later, copy_way="direct")
    act(
        matter, "set_hearing", "judge", court, TUESDAY, hearing_on="2026-11-12",
        hearing_hour=hour, hearing_at="北塘渔港码头", circuit=circuit,
    )  # fmt: skip
    return matter


def test_where_a_court_sits_is_told_by_day_place_and_hours_and_nothing_of_the_cases() -> None:
    matter = sitting()
    sitting(hour="11:00")
    sitting(circuit=False, hour="14:00")
    sitting(minor=True, hour="15:00")
    (found,) = open_pages.sittings(TUESDAY)
    assert (found.day, found.place) == ("2026年11月12日 星期四", "北塘渔港码头")
    assert found.hours == ("09:30", "11:00")
    assert not [one for one in (NAME, PHONE, matter, "民初", "合伙") if one in repr(found)]


def test_a_sitting_gone_by_is_told_only_to_whoever_asks_for_its_days() -> None:
    sitting()
    after = MONDAY + timedelta(days=11)
    assert open_pages.sittings(after) == ()
    (found,) = open_pages.sittings(after, since=MONDAY.date())
    assert found.on.isoformat() == "2026-11-12"


def test_an_answered_idea_is_told_by_its_gist_and_never_by_who_had_it() -> None:
    idea()
    (found,) = open_pages.ideas(TUESDAY)

    assert found.gist == "建议胡同里装路灯"
    assert not found.adopted
    assert "所以这次没有采纳" in found.answer
    assert NAME not in repr(found)
    assert PHONE not in repr(found)


def test_an_idea_that_is_not_answered_or_concerns_a_minor_is_not_told() -> None:
    idea(until="sent")
    idea(until="taken_in")
    idea(minor=True)
    assert open_pages.ideas(TUESDAY) == ()


def test_no_field_that_is_read_for_everybody_is_personal_or_tells_who_came() -> None:
    for procedure in rules.current().every_version():
        for name in open_pages.FIELDS.get(procedure.kind, ()):
            field = procedure.fields[name]
            assert (field.personal, field.informant, field.confined) == (False,) * 3, name


def test_the_power_list_follows_from_the_rules_with_article_and_limit() -> None:
    found = powers.powers(TUESDAY)
    assert len(found) > 40
    assert all(one.articles for kind in found for one in kind.powers)
    permit = powers.powers_of("police_permit", TUESDAY)
    assert permit is not None
    accept = next(one for one in permit.powers if any("受理" in limit for limit in one.limits))
    assert any("工作日" in limit for limit in accept.limits)
    assert any("公安局" in body or "分局" in body for body in permit.bodies)
    assert powers.powers_of("nothing", TUESDAY) is None


def test_what_only_the_public_does_is_no_power() -> None:
    grid = powers.powers_of("grid_event", TUESDAY)
    assert grid is not None
    names = [one.name for one in grid.powers]
    assert "不予受理" in names
    assert "群众评价" not in names
