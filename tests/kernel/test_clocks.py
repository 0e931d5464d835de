"""The clocks of a matter: which run, until when, met or late, and that nothing resets them."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from haihe.kernel.clocks import affected_clocks, clocks
from haihe.kernel.fold import state_of
from haihe.kernel.values import Decided
from tests.kernel.clock_days import calendar, day, moment
from tests.kernel.permit import OPENED, OTHER, Desk, accepted, actor, extension, permit, received

CLERK, REVIEWER, INSPECTOR = actor("clerk"), actor("reviewer"), actor("inspector")
OFFICERS = ["甲", "乙"]
ACCEPTED_AT = "Tue 2026-09-01 09:00"


def status(desk: Desk, clock: str, at: str) -> str:
    return desk.clock(clock, at).status


def test_a_day_clock_over_a_holiday_keeps_its_nominal_and_its_legal_day() -> None:
    clock = accepted().clock("decide", "Wed 2026-09-02 10:00")
    assert (clock.nominal, clock.legal) == (day("Thu 2026-10-01"), day("Thu 2026-10-08"))
    assert (clock.started_at, clock.stopped_at) == (moment(ACCEPTED_AT), None)
    assert (clock.status, clock.official, clock.cites) == ("running", True, ("permits#8",))
    assert any("国庆节" in text for text, _ in clock.why)


def test_a_day_clock_runs_to_the_end_of_its_legal_day() -> None:
    desk = accepted()
    assert status(desk, "decide", "Thu 2026-10-08 23:59") == "running"
    assert status(desk, "decide", "Fri 2026-10-09 00:00") == "overdue"


@pytest.mark.parametrize(
    ("at", "expected"), [("Thu 2026-10-08 23:59", "met"), ("Fri 2026-10-09 00:00", "late")]
)
def test_a_day_clock_is_met_on_its_last_day_and_late_a_day_after(at: str, expected: str) -> None:
    desk = accepted()
    desk.take("refuse", REVIEWER, at)
    assert status(desk, "decide", "Fri 2026-10-09 08:00") == expected


@pytest.mark.parametrize(
    ("at", "expected"), [("Wed 2026-09-02 09:00", "met"), ("Wed 2026-09-02 09:01", "late")]
)
def test_an_hour_clock_is_met_to_the_minute(at: str, expected: str) -> None:
    desk = accepted()
    desk.take("look", INSPECTOR, at, officers=OFFICERS)
    assert desk.clock("first_look", at).legal == moment("Wed 2026-09-02 09:00")
    assert status(desk, "first_look", "Thu 2026-09-03 08:00") == expected


def test_a_running_clock_takes_the_length_that_the_matter_now_calls_for() -> None:
    desk = accepted()
    assert desk.clock("first_look", ACCEPTED_AT).legal == moment("Wed 2026-09-02 09:00")
    desk.take("measure", CLERK, "Tue 2026-09-01 10:00", complex=True)
    assert desk.clock("first_look", ACCEPTED_AT).legal == moment("Fri 2026-09-04 09:00")


def test_a_longer_length_is_told_first_with_its_fact_and_its_article() -> None:
    clock = accepted(complex=True).clock("first_look", ACCEPTED_AT)
    assert clock.why[0] == ("“是否复杂”为是，期间不是24小时而是72小时", "permits#5a")
    assert clock.cites == ("permits#5", "permits#5a")
    plain = accepted().clock("first_look", ACCEPTED_AT)
    assert plain.cites == ("permits#5",)
    assert "72" not in plain.why[0][0]


def test_a_clock_without_a_last_day_says_why() -> None:
    waiting = accepted().clock("found", ACCEPTED_AT)
    assert waiting.why == (("从“现场查看”之日起才开始计算，现在还没有截止日", "permits#20"),)
    desk = accepted()
    desk.take("measure", CLERK, "Wed 2026-09-02 10:00", seen_on="1900-01-01")
    ((text, article),) = desk.clock("limitation", "Wed 2026-09-02 11:00").why
    assert "年份" in text
    assert article == "permits#21"


def test_a_stopped_clock_is_judged_by_the_fields_of_its_day() -> None:
    desk = accepted(complex=True)
    desk.take("look", INSPECTOR, "Thu 2026-09-03 09:00", officers=OFFICERS)
    desk.take("measure", CLERK, "Thu 2026-09-03 10:00", complex=False)
    assert status(desk, "first_look", "Thu 2026-09-03 11:00") == "met"


def test_a_clock_counted_back_has_its_last_day_before_the_event() -> None:
    desk = accepted(hearing_on="2026-10-16")
    assert desk.clock("notice", "Wed 2026-09-02 10:00").legal == day("Thu 2026-10-08")
    assert status(desk, "notice", "Fri 2026-10-09 00:00") == "overdue"
    desk.take("measure", CLERK, "Thu 2026-10-08 17:00")
    assert status(desk, "notice", "Fri 2026-10-16 09:00") == "met"


def test_a_clock_moves_with_the_field_it_starts_on() -> None:
    desk = received()
    desk.take("measure", CLERK, "Tue 2026-09-01 08:30", hearing_on="2026-10-16")
    desk.take("accept", CLERK, ACCEPTED_AT)
    assert desk.clock("notice", ACCEPTED_AT).legal == day("Thu 2026-10-08")
    other = received()
    other.take("measure", CLERK, "Tue 2026-09-01 08:30", hearing_on="2026-10-16")
    other.take("accept", CLERK, ACCEPTED_AT, hearing_on="2026-10-23")
    assert other.clock("notice", ACCEPTED_AT).legal == day("Wed 2026-10-14")


def test_a_clock_whose_condition_is_not_true_does_not_run() -> None:
    assert "notice" not in accepted().clocks("Wed 2026-09-02 10:00")


def test_a_law_that_is_silent_on_rolling_keeps_the_nominal_day_and_tells_the_defence() -> None:
    desk = accepted()
    desk.take("measure", CLERK, "Fri 2026-10-02 10:00")
    clock = desk.clock("silent", "Fri 2026-10-02 10:00")
    assert (clock.nominal, clock.legal, clock.status) == (
        day("Thu 2026-10-01"),
        day("Thu 2026-10-01"),
        "late",
    )
    assert any("抗辩" in text for text, _ in clock.why)


def test_an_exclusion_moves_the_last_day_and_an_open_one_suspends_the_clock() -> None:
    desk = accepted()
    desk.take("ask_expert", CLERK, "Thu 2026-09-10 09:00")
    waiting = desk.clock("decide", "Fri 2026-09-11 09:00")
    assert (waiting.status, waiting.nominal, waiting.legal) == ("suspended", None, None)
    desk.take("expert_answers", CLERK, "Fri 2026-09-25 09:00")
    clock = desk.clock("decide", "Sat 2026-09-26 09:00")
    assert (clock.nominal, clock.legal) == (day("Fri 2026-10-16"), day("Fri 2026-10-16"))
    assert any("鉴定" in text and article == "permits#6" for text, article in clock.why)


def test_a_clock_stopped_while_it_was_suspended_is_judged_without_the_days_excluded() -> None:
    desk = accepted()
    desk.take("ask_expert", CLERK, "Thu 2026-09-10 09:00")
    desk.take("refuse", REVIEWER, "Fri 2026-11-20 09:00")
    clock = desk.clock("decide", "Fri 2026-11-20 10:00")
    assert clock.status == "met"
    assert clock.nominal == day("Fri 2026-12-11")


def test_a_suspension_of_the_matter_stops_the_clocks_that_it_may_stop() -> None:
    desk = accepted()
    desk.take("suspend", CLERK, "Thu 2026-09-10 09:00", ground="court", reason="诉讼中")
    found = desk.clocks("Fri 2026-09-11 09:00")
    assert found["decide"].status == "suspended"
    assert found["silent"].status == "running"
    desk.take("resume", CLERK, "Thu 2026-09-24 09:00", reason="判决生效")
    clock = desk.clock("decide", "Thu 2026-09-24 10:00")
    assert clock.nominal == day("Thu 2026-10-15")
    assert any("诉讼" in text for text, _ in clock.why)


def test_a_suspension_after_the_last_day_revives_nothing() -> None:
    desk = accepted()
    desk.take("suspend", CLERK, "Fri 2026-10-09 09:00", ground="court", reason="诉讼中")
    clock = desk.clock("decide", "Fri 2026-10-09 10:00")
    assert (clock.status, clock.legal) == ("overdue", day("Thu 2026-10-08"))


def test_an_hour_clock_is_not_suspended_by_excluded_days() -> None:
    desk = accepted()
    desk.take("suspend", CLERK, "Tue 2026-09-01 10:00", ground="court", reason="诉讼中")
    assert desk.clock("first_look", "Tue 2026-09-01 11:00").legal == moment("Wed 2026-09-02 09:00")


def test_a_restart_counts_anew_from_its_day() -> None:
    desk = accepted()
    desk.take("start_again", CLERK, "Mon 2026-09-21 09:00")
    clock = desk.clock("decide", "Tue 2026-09-22 09:00")
    assert (clock.id, clock.nominal) == ("decide", day("Wed 2026-10-21"))
    assert clock.started_at == moment(ACCEPTED_AT)
    assert any("重新计算" in text for text, _ in clock.why)


def test_a_clock_tolled_until_an_act_has_no_last_day_before_it() -> None:
    desk = accepted()
    assert desk.clock("found", "Wed 2026-09-02 10:00").legal is None
    assert status(desk, "found", "Wed 2026-09-02 10:00") == "suspended"
    desk.take("look", INSPECTOR, "Thu 2026-09-03 09:00", officers=OFFICERS)
    assert desk.clock("found", "Thu 2026-09-03 10:00").legal == day("Tue 2026-09-08")
    assert status(desk, "found", "Wed 2026-09-09 00:00") == "overdue"


@pytest.mark.parametrize(("seen", "expected"), [("2026-03-02", "met"), ("2026-02-28", "late")])
def test_an_act_that_brings_the_past_to_light_starts_and_stops_its_clock(
    seen: str, expected: str
) -> None:
    desk = accepted()
    desk.take("measure", CLERK, "Wed 2026-09-02 10:00", seen_on=seen)
    assert status(desk, "limitation", "Fri 2027-01-01 00:00") == expected


def test_a_clock_started_again_after_it_stopped_is_another_run() -> None:
    desk = accepted()
    desk.take("measure", CLERK, "Wed 2026-09-02 10:00", seen_on="2026-03-02")
    desk.take("measure", CLERK, "Thu 2026-09-03 10:00", seen_on="2025-03-03")
    found = desk.clocks("Thu 2026-09-03 11:00")
    assert [found["limitation"].status, found["limitation#2"].status] == ["met", "late"]
    assert found["limitation#2"].name == "追究时效（第2次）"


def test_the_end_of_the_matter_stops_what_says_so_and_reopening_leaves_it_stopped() -> None:
    desk = accepted()
    desk.take("refuse", REVIEWER, "Thu 2026-09-10 09:00")
    assert status(desk, "decide", "Fri 2026-09-11 09:00") == "met"
    assert status(desk, "first_look", "Fri 2026-09-11 09:00") == "overdue"
    desk.take("reopen", actor("chief"), "Fri 2026-09-11 10:00")
    assert status(desk, "decide", "Fri 2026-09-11 11:00") == "met"


def test_what_is_delivered_late_counts_from_when_it_happened() -> None:
    desk = received()
    desk.take("accept", CLERK, "Tue 2026-09-01 09:00")
    desk.take("measure", CLERK, "Fri 2026-09-04 10:00", size=3)
    result = desk.try_(
        "look", INSPECTOR, "Wed 2026-09-02 08:30", now="Fri 2026-09-04 11:00", officers=OFFICERS
    )
    assert isinstance(result, Decided)
    clock = desk.clock("first_look", "Fri 2026-09-04 12:00")
    assert (clock.status, clock.stopped_at) == ("met", moment("Wed 2026-09-02 08:30"))


def test_a_year_without_a_published_calendar_makes_a_clock_provisional() -> None:
    desk = Desk()
    desk.take("receive", CLERK, "Tue 2026-12-15 09:00", what="搭建围挡")
    desk.take("accept", CLERK, "Tue 2026-12-15 10:00")
    assert not desk.clock("decide", "Wed 2026-12-16 09:00").official


def test_a_field_with_an_impossible_day_leaves_the_clock_without_a_last_day() -> None:
    desk = accepted()
    desk.take("measure", CLERK, "Wed 2026-09-02 10:00", seen_on="1900-01-01")
    assert desk.clock("limitation", "Wed 2026-09-02 11:00").legal is None


def test_an_unlawful_extension_in_an_imported_history_changes_nothing_and_says_why() -> None:
    desk = accepted()
    desk.take("extend", CLERK, "Mon 2026-09-21 10:00", **extension())
    forged = [*desk.history]
    first = forged[-1]
    forged[-1] = type(first)(
        seq=first.seq,
        act="extend",
        actor=first.actor,
        happened_at=first.happened_at,
        recorded_at=first.recorded_at,
        data={**first.data, "rank": "科长"},
    )
    state = state_of(permit(), forged)
    found = clocks(permit(), state, calendar(), moment("Mon 2026-09-21 11:00"))
    clock = next(one for one in found if one.id == "decide")
    assert clock.legal == day("Thu 2026-10-08")
    assert any("无权批准" in text for text, _ in clock.why)


def test_without_reasons_the_clocks_are_the_same_but_for_the_reasons() -> None:
    desk = accepted(complex=True, hearing_on="2026-10-16")
    assert desk.state is not None
    now = moment("Wed 2026-09-02 10:00")
    told = clocks(permit(), desk.state, calendar(), now)
    quick = clocks(permit(), desk.state, calendar(), now, explain=False)
    assert all(one.why for one in told if one.legal is not None)
    assert not any(one.why for one in quick)
    keys = ("id", "nominal", "legal", "status", "official", "started_at", "stopped_at")
    assert [[getattr(one, key) for key in keys] for one in told] == [
        [getattr(one, key) for key in keys] for one in quick
    ]


def test_only_computes_just_the_clocks_it_names() -> None:
    desk = accepted()
    assert desk.state is not None
    found = clocks(permit(), desk.state, calendar(), moment(ACCEPTED_AT), only=("decide",))
    assert [one.id for one in found] == ["decide"]


def test_a_clock_that_an_act_touches_is_among_the_affected() -> None:
    desk = received()
    expected = {
        "accept": {"decide", "first_look", "notice", "silent", "found"},
        "remark": set[str](),
        "suspend": {"decide", "first_look", "notice", "found", "limitation"},
        "resume": {"decide", "first_look", "notice", "found", "limitation"},
        "extend": {"decide"},
        "ask_expert": {"decide"},
        "withdraw": set(permit().clocks),
        "merge": set(permit().clocks),
    }
    data = {
        "remark": {"text": "好的"},
        "suspend": {"ground": "court", "reason": "诉讼"},
        "resume": {"reason": "判决"},
        "extend": extension(approved_on="2026-09-01"),
        "withdraw": {"reason": "点错"},
        "merge": {"into": "m2", "reason": "重复"},
    }
    for act, touched in expected.items():
        desk.take(act, CLERK, ACCEPTED_AT, **data.get(act, {}))  # type: ignore[arg-type]  # data of several shapes
        assert desk.state is not None
        assert affected_clocks(permit(), desk.state, desk.history[-1]) == touched, act


def test_a_field_that_lengthens_a_clock_makes_it_affected() -> None:
    desk = accepted()
    desk.take("measure", CLERK, "Tue 2026-09-01 10:00", complex=True)
    assert desk.state is not None
    touched = affected_clocks(permit(), desk.state, desk.history[-1])
    assert {"first_look", "decide"} <= touched


def test_an_opening_that_starts_nothing_has_no_clock() -> None:
    desk = Desk()
    desk.take("receive", CLERK, OPENED, what="搭建围挡")
    assert desk.clocks(OPENED) == {}


def test_a_return_to_an_earlier_owner_leaves_every_clock_as_it_was() -> None:
    desk = accepted()
    before = desk.clocks("Thu 2026-09-03 10:00")
    desk.take("transfer", CLERK, "Wed 2026-09-02 10:00", to_organ=OTHER, reason="属其管辖")
    desk.take("return", actor("clerk", organ=OTHER), "Wed 2026-09-02 11:00", reason="不属本单位")
    assert desk.clocks("Thu 2026-09-03 10:00") == before


def test_days_are_days_and_instants_are_instants() -> None:
    found = accepted().clocks("Wed 2026-09-02 10:00")
    assert type(found["decide"].legal) is date
    assert type(found["first_look"].legal) is datetime
