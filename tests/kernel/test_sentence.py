"""The sentence for a citizen: which clock speaks, in whose name, and what is really offered."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from haihe.kernel.clocks import clocks
from haihe.kernel.procedure import ClockRule, Procedure, StateOf, Step
from haihe.kernel.sentence import (
    ASK,
    COMPLAIN,
    ENDED,
    NO_PERIOD,
    PAUSED,
    WHOLE_LETTERS_MAX,
    Told,
    tell,
)
from tests.kernel.clock_days import calendar, moment
from tests.kernel.permit import OPENED, Desk, accepted, actor, extension, permit, received

CLERK = actor("clerk")
WEDNESDAY = "Wed 2026-09-02 10:00"
NOVEMBER = "Mon 2026-11-02 10:00"


def told(desk: Desk, at: str, procedure: Procedure | None = None, organ: str = "北区窗口") -> Told:
    assert desk.state is not None
    one, when = procedure or permit(), moment(at)
    running = clocks(one, desk.state, calendar(), when)
    return tell(one, desk.state, running, calendar(), when, organ)


def with_clock(name: str, **other: Any) -> Procedure:
    clock = replace(permit().clocks[name], **other)
    return replace(permit(), clocks={**permit().clocks, name: clock})


def with_state(name: str, **other: Any) -> Procedure:
    state: StateOf = replace(permit().states[name], **other)
    return replace(permit(), states={**permit().states, name: state})


def with_public(**names: str) -> Procedure:
    """The applicant may take these steps in `accepted`: id and what it is called."""
    steps = {
        act: Step(name=name, by=("applicant",), to="stay", cites=("x#1",), from_=("accepted",))
        for act, name in names.items()
    }
    return replace(permit(), steps={**permit().steps, **steps})


def test_all_five_parts_stand_in_their_order() -> None:
    parts = told(accepted(), WEDNESDAY, with_state("accepted", next="审查后作出决定。"))
    assert parts.whole() == (
        "您的申请正在审查。由北区窗口办理。审查后作出决定。"
        "审查期限：依法最迟2026年10月8日 星期四。您可以凭查询码查进度，有疑问问承办单位。"
    )


def test_where_no_clock_runs_it_says_so_and_invents_no_date() -> None:
    parts = told(received(), WEDNESDAY)
    assert (parts.until, parts.clock) == (NO_PERIOD, "")


def test_a_clock_that_leads_on_speaks_before_one_that_ends_earlier_in_place() -> None:
    desk = accepted()  # first_look: 24 hours, stopped in place; decide: 30 days, leads on
    assert told(desk, WEDNESDAY).clock == "decide"
    named = with_state("accepted", until=("first_look", "decide"))
    parts = told(desk, WEDNESDAY, named)
    assert parts.clock == "first_look"
    assert parts.until == "首次查看：依法应在2026年9月2日 星期三 09:00前办完，已经超期。"


def test_who_is_late_is_told_and_that_one_may_complain() -> None:
    parts = told(accepted(), NOVEMBER)
    assert parts.until == "审查期限：依法应在2026年10月8日 星期四前办完，已经超期。"
    assert parts.can == COMPLAIN


def test_the_date_moves_with_an_extension() -> None:
    desk = accepted()
    desk.take("extend", CLERK, "Mon 2026-09-21 10:00", **extension())
    # sixty days end on Saturday 31 October, so on the Monday after
    assert told(desk, NOVEMBER).until == "审查期限：依法最迟2026年11月2日 星期一。"


def test_a_local_clock_is_said_to_rest_on_agreement_and_bears_its_plain_name() -> None:
    local = with_clock("decide", level="D", citizen="审查")
    assert told(accepted(), WEDNESDAY, local).until == "审查：按本市约定最迟2026年10月8日 星期四。"


def test_a_right_of_the_citizen_is_told_as_a_day_until_which_it_stands() -> None:
    rights = with_clock("decide", whose="citizen")
    assert told(accepted(), WEDNESDAY, rights).until == "审查期限：到2026年10月8日 星期四为止。"
    late = told(accepted(), NOVEMBER, with_clock("decide", whose="citizen"))
    assert late.until == "首次查看：依法应在2026年9月2日 星期三 09:00前办完，已经超期。"


def test_a_lapsed_right_that_nothing_uses_any_more_is_not_told() -> None:
    gone = with_clock("first_look", whose="citizen", stops=("reopen",))
    only = replace(gone, clocks={"first_look": gone.clocks["first_look"]})
    assert told(accepted(), NOVEMBER, only).until == NO_PERIOD


def test_what_is_offered_are_the_open_steps_of_the_public_in_plain_words() -> None:
    procedure = with_public(supply="补正材料", drop="撤回")
    step = replace(procedure.steps["supply"], citizen="补材料")
    plain = replace(procedure, steps={**procedure.steps, "supply": step})
    parts = told(accepted(), WEDNESDAY, plain)
    assert (parts.can, parts.acts) == ("您可以补材料、撤回。", ("supply", "drop"))
    assert told(received(), WEDNESDAY, plain).can == ASK, "they are open in another state only"


def test_only_as_many_acts_are_named_as_fit() -> None:
    many = with_public(**{f"act_{number}": f"申请办理第{number}件事情" for number in range(1, 9)})
    parts = told(accepted(), WEDNESDAY, many)
    assert parts.acts == ("act_1", "act_2", "act_3", "act_4")
    assert parts.can.endswith("等。")
    long = replace(many, states=with_state("accepted", citizen="正" * 39 + "。").states)
    crowded = told(accepted(), WEDNESDAY, long, organ="北" * 60)
    assert len(crowded.whole()) <= WHOLE_LETTERS_MAX
    assert len(crowded.acts) < len(parts.acts)


def test_an_ended_matter_says_so_and_offers_the_objection() -> None:
    desk = accepted()
    desk.take("refuse", actor("reviewer"), WEDNESDAY)
    parts = told(desk, NOVEMBER)
    assert (parts.who, parts.until) == ("由北区窗口办结。", ENDED)
    assert parts.acts == ("contest",)
    desk.take("contest", actor("applicant", organ="public"), NOVEMBER, reason="没有看过现场")
    contested = told(desk, NOVEMBER)
    assert contested.next == "已经收到您的异议，正在核查。"
    assert contested.acts == ()


def test_a_suspended_matter_tells_the_ground_and_that_time_stands_still() -> None:
    desk = accepted()
    ground = next(iter(permit().suspend))
    desk.take("suspend", CLERK, "Tue 2026-09-01 10:00", ground=ground, reason="等待判决")
    only = replace(permit(), clocks={"decide": permit().clocks["decide"]})
    parts = told(desk, WEDNESDAY, only)
    assert permit().suspend[ground].name in parts.now
    assert parts.next == "中止的原因消失后恢复，接着办。"
    assert parts.until == PAUSED


def test_a_merged_matter_points_to_the_other() -> None:
    desk = received()
    desk.take("merge", CLERK, WEDNESDAY, into="m2", reason="重复")
    assert told(desk, WEDNESDAY).now == "这件事已经并入另一件一起办理。"


def test_a_day_not_yet_published_is_told_as_provisional() -> None:
    assert OPENED < "Wed"
    desk = received()
    desk.take("accept", CLERK, "Tue 2026-12-15 09:00")
    assert "（暂定）" in told(desk, "Wed 2026-12-16 10:00").until


def test_of_two_clocks_alike_the_one_that_ends_first_speaks() -> None:
    shorter = ClockRule(
        name="先到的",
        allow="10 days",
        starts=("accept",),
        stops=("grant",),
        cites=("permits#8",),
    )
    both = replace(permit(), clocks={**permit().clocks, "zz_shorter": shorter})
    assert told(accepted(), WEDNESDAY, both).clock == "zz_shorter"
