"""How a period is computed where the worked examples do not reach: chains, pauses, new starts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest

from haihe.kernel.allowance import ALLOWANCE_MAX, UNITS, Allowance, Unit, UnusableAllowance
from haihe.kernel.deadline import (
    GENERAL_LAWS,
    Due,
    Exclusion,
    Extension,
    ExtensionLeg,
    ExtensionRule,
    NewStart,
    OutsideCalendar,
    UnusableExclusion,
    UnusablePeriod,
    due,
    expires_at,
    parse_allowance,
    warn_on,
)
from tests.kernel.clock_days import calendar, day, moment

SUPERIOR = "上一级公安机关"
CASE_RULE = ExtensionRule(
    tuple(
        ExtensionLeg(parse_allowance("30 days"), (SUPERIOR,), "治安管理处罚法第118条")
        for _ in range(2)
    )
)


def case_due(*extensions: Extension, exclusions: tuple[Exclusion, ...] = ()) -> Due:
    """A public security case opened on Tuesday 2026-09-01; legal end Thursday 2026-10-08."""
    return due(
        parse_allowance("30 days"),
        day("Tue 2026-09-01"),
        calendar(),
        extensions=extensions,
        extension_rule=CASE_RULE,
        exclusions=exclusions,
    )


def told(found: Due) -> str:
    return "\n".join(str(reason) for reason in found.why)


# ── Lengths ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "n", "unit"),
    [
        ("30 days", 30, "days"),
        ("1 day", 1, "days"),
        ("20 working days", 20, "working_days"),
        ("1 working day", 1, "working_days"),
        ("5 working_days", 5, "working_days"),
        ("2 months", 2, "months"),
        ("1 Month", 1, "months"),
        ("1 year", 1, "years"),
        ("8 hours", 8, "hours"),
        ("4 office hours", 4, "office_hours"),
        ("  15   minutes ", 15, "minutes"),
    ],
)
def test_a_length_is_read_in_singular_and_plural(text: str, n: int, unit: str) -> None:
    found = parse_allowance(text)
    assert (found.n, found.unit, found.back) == (n, unit, False)


@pytest.mark.parametrize(
    "text", ["1 day", "20 working days", "4 office hours", "1 month 15 days", "2 months before"]
)
def test_a_length_is_read_as_people_write_it_in_chinese(text: str) -> None:
    length = parse_allowance(text)
    assert parse_allowance(str(length)) == length
    assert parse_allowance(" 3 天 ") == parse_allowance("3日") == Allowance(3, "days")
    assert parse_allowance("24个小时") == Allowance(24, "hours")


def test_a_length_before_an_event_is_counted_back() -> None:
    assert parse_allowance("7 working days before") == Allowance(7, "working_days", back=True)
    assert parse_allowance("3 days before") == Allowance(3, "days", back=True)


def test_half_a_month_after_whole_months_is_fifteen_days() -> None:
    """法释〔2021〕1号 202: 一个半月 is a month to the corresponding day, and fifteen days."""
    length = parse_allowance("1 month 15 days")
    assert str(length) == "1个月15日"
    for start, end in (
        ("Tue 2026-02-10", "Wed 2026-03-25"),
        ("Tue 2026-03-10", "Sat 2026-04-25"),
        ("Sat 2026-01-31", "Sun 2026-03-15"),
    ):
        found = due(length, day(start), calendar(), roll="never", months="criminal")
        assert found.nominal == found.legal == day(end), start


@pytest.mark.parametrize(
    "text", ["2 days 3 days", "1 year 15 days", "1 month 31 days", "1 month 15 days before"]
)
def test_days_are_added_to_whole_months_only(text: str) -> None:
    with pytest.raises(UnusableAllowance, match="只有整月"):
        parse_allowance(text)


@pytest.mark.parametrize(
    "text", ["", "days", "30", "30 weeks", "3.5 days", "1e3 days", "三日", "30 days after"]
)
def test_a_length_in_no_known_form_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(UnusableAllowance, match="30 days"):
        parse_allowance(text)


@pytest.mark.parametrize("unit", UNITS)
def test_a_length_beyond_the_named_limit_is_refused(unit: Unit) -> None:
    limit = ALLOWANCE_MAX[unit]
    for n in (-1, 0, limit + 1):
        with pytest.raises(UnusableAllowance, match=str(limit)):
            Allowance(n, unit)
    assert Allowance(limit, unit).n == limit


# ── Extensions ───────────────────────────────────────────────────────────────────────────────


def test_an_extension_runs_from_the_nominal_day_and_names_approver_and_article() -> None:
    found = case_due(Extension(SUPERIOR, day("Mon 2026-09-28")))
    assert found.chain == (day("Thu 2026-10-01"), day("Sat 2026-10-31"))
    assert found.legal == day("Mon 2026-11-02")
    assert "经上一级公安机关批准延长30日" in told(found)
    assert "治安管理处罚法第118条" in told(found)


def test_an_extension_approved_on_the_rolled_last_day_is_in_time() -> None:
    found = case_due(Extension(SUPERIOR, day("Thu 2026-10-08")))
    assert found.nominal == day("Sat 2026-10-31")
    assert not found.refused


def test_an_extension_approved_a_day_late_leaves_the_old_last_day_standing() -> None:
    found = case_due(Extension(SUPERIOR, day("Fri 2026-10-09")))
    assert found.legal == day("Thu 2026-10-08")
    assert len(found.refused) == 1
    assert "批准晚于原期间的最后一日" in told(found)
    assert "2026-10-08不变" in told(found)


def test_an_extension_by_the_wrong_rank_changes_nothing_and_says_whose_it_was_to_give() -> None:
    found = case_due(Extension("派出所", day("Mon 2026-09-28")))
    assert found.legal == day("Thu 2026-10-08")
    assert "派出所无权批准，应由上一级公安机关批准" in told(found)


def test_a_third_extension_is_one_too_many() -> None:
    days = ("Mon 2026-09-28", "Fri 2026-10-30", "Fri 2026-11-27")
    found = case_due(*(Extension(SUPERIOR, day(text)) for text in days))
    assert found.legal == day("Mon 2026-11-30")
    assert "法律最多允许延长2次" in told(found)


def test_an_invalid_extension_does_not_use_up_a_valid_one() -> None:
    found = case_due(
        Extension("派出所", day("Fri 2026-09-25")), Extension(SUPERIOR, day("Mon 2026-09-28"))
    )
    assert found.nominal == day("Sat 2026-10-31")
    assert len(found.refused) == 1


def test_an_extension_longer_than_the_law_allows_is_refused_and_a_shorter_one_taken() -> None:
    longer = case_due(Extension(SUPERIOR, day("Mon 2026-09-28"), parse_allowance("31 days")))
    shorter = case_due(Extension(SUPERIOR, day("Mon 2026-09-28"), parse_allowance("10 days")))
    assert longer.legal == day("Thu 2026-10-08")
    assert "法律只允许延长30日" in told(longer)
    assert shorter.nominal == day("Sun 2026-10-11")


def test_without_a_rule_no_extension_is_valid() -> None:
    found = due(
        parse_allowance("30 days"),
        day("Tue 2026-09-01"),
        calendar(),
        extensions=[Extension(SUPERIOR, day("Mon 2026-09-28"))],
    )
    assert found.legal == day("Thu 2026-10-08")
    assert "法律没有规定本期间可以延长" in told(found)


def test_questioning_is_extended_by_hours_from_the_first_hour() -> None:
    rule = ExtensionRule(
        (
            ExtensionLeg(parse_allowance("12 hours"), ("值班负责人",), "继续盘问规定第17条"),
            ExtensionLeg(parse_allowance("24 hours"), ("主管负责人",), "继续盘问规定第17条"),
        )
    )
    found = due(
        parse_allowance("12 hours"),
        moment("Thu 2026-10-01 22:15"),
        calendar(),
        extensions=[
            Extension("值班负责人", moment("Fri 2026-10-02 10:15")),
            Extension("主管负责人", moment("Fri 2026-10-02 22:16")),
        ],
        extension_rule=rule,
    )
    assert found.legal == moment("Fri 2026-10-02 22:15")
    assert "批准晚于原期间的最后一日" in told(found)


def test_days_cannot_be_extended_by_working_days_or_hours() -> None:
    for more in ("10 working days", "12 hours"):
        leg = ExtensionLeg(parse_allowance(more), (SUPERIOR,), "法条")
        with pytest.raises(UnusablePeriod, match="单位不能混用"):
            due(
                parse_allowance("30 days"),
                day("Tue 2026-09-01"),
                calendar(),
                extensions=[Extension(SUPERIOR, day("Mon 2026-09-28"))],
                extension_rule=ExtensionRule((leg,)),
            )


def test_a_month_extended_by_fifteen_days_is_the_month_first() -> None:
    leg = ExtensionLeg(parse_allowance("15 days"), ("检察长",), "刑事诉讼法第172条")
    found = due(
        parse_allowance("1 month"),
        day("Sat 2026-01-31"),
        calendar(),
        roll="never",
        extensions=[Extension("检察长", day("Fri 2026-02-27"))],
        extension_rule=ExtensionRule((leg,)),
    )
    assert found.legal == day("Sun 2026-03-15")


# ── Exclusions and suspensions ───────────────────────────────────────────────────────────────


def test_overlapping_exclusions_are_deducted_once_and_keep_both_reasons() -> None:
    found = case_due(
        exclusions=(
            Exclusion(
                day("Mon 2026-09-07"), day("Thu 2026-09-17"), "鉴定", "治安管理处罚法第118条"
            ),
            Exclusion(
                day("Mon 2026-09-14"), day("Mon 2026-09-21"), "听证", "治安管理处罚法第118条"
            ),
        )
    )
    assert found.nominal == day("Thu 2026-10-15")
    assert "扣除鉴定、听证期间14日" in told(found)


def test_an_exclusion_that_began_before_the_period_counts_only_from_its_start() -> None:
    found = case_due(exclusions=(Exclusion(day("Thu 2026-08-20"), day("Mon 2026-09-07")),))
    assert found.nominal == day("Wed 2026-10-07")


def test_an_exclusion_before_or_after_the_period_changes_nothing_and_is_said_to() -> None:
    found = case_due(
        exclusions=(
            Exclusion(day("Sat 2026-08-01"), day("Mon 2026-08-10")),
            Exclusion(day("Fri 2026-10-09"), day("Tue 2026-10-20")),
        )
    )
    assert found.legal == day("Thu 2026-10-08")
    assert "不在本期间之内" in told(found)


def test_an_exclusion_that_begins_while_the_last_day_is_rolled_still_counts() -> None:
    found = case_due(exclusions=(Exclusion(day("Mon 2026-10-05"), day("Thu 2026-10-15")),))
    assert found.nominal == day("Sun 2026-10-11")
    assert found.legal == day("Mon 2026-10-12")


def test_an_exclusion_that_begins_on_the_legal_last_day_counts_and_a_day_later_does_not() -> None:
    on_it = case_due(exclusions=(Exclusion(day("Thu 2026-10-08"), day("Sun 2026-10-18")),))
    after = case_due(exclusions=(Exclusion(day("Fri 2026-10-09"), day("Sun 2026-10-18")),))
    assert on_it.nominal == day("Sun 2026-10-11")
    assert after.nominal == day("Thu 2026-10-01")


def test_working_days_used_up_on_the_day_an_exclusion_begins_are_not_given_back() -> None:
    def ending(first: str) -> object:
        return due(
            parse_allowance("3 working days"),
            day("Mon 2026-03-02"),
            calendar(),
            exclusions=[Exclusion(day(first), day("Fri 2026-03-13"))],
        ).legal

    assert ending("Thu 2026-03-05") == day("Thu 2026-03-05")
    assert ending("Wed 2026-03-04") == day("Mon 2026-03-16")


def test_an_exclusion_of_no_day_changes_nothing() -> None:
    found = case_due(exclusions=(Exclusion(day("Thu 2026-09-10"), day("Thu 2026-09-10")),))
    assert found.nominal == day("Thu 2026-10-01")
    assert "扣除不计入的期间" not in told(found)


def test_a_suspension_without_end_has_no_due_date_and_says_what_is_left() -> None:
    found = case_due(exclusions=(Exclusion(day("Fri 2026-09-11"), None, "中止"),))
    assert found.nominal is None
    assert found.legal is None
    assert "恢复后还剩20日" in told(found)


def test_resuming_gives_back_exactly_what_was_left() -> None:
    found = case_due(exclusions=(Exclusion(day("Fri 2026-09-11"), day("Fri 2026-10-09"), "中止"),))
    assert found.nominal == day("Fri 2026-10-09") + timedelta(days=20)


def test_working_days_left_are_told_while_suspended() -> None:
    found = due(
        parse_allowance("20 working days"),
        day("Wed 2026-09-16"),
        calendar(),
        exclusions=[Exclusion(day("Fri 2026-09-18"), None, "专家评审")],
    )
    assert found.legal is None
    assert "恢复后还剩18个工作日" in told(found)


def test_a_suspension_that_begins_after_the_end_does_not_revive_the_period() -> None:
    found = case_due(exclusions=(Exclusion(day("Fri 2026-10-09"), None, "中止"),))
    assert found.legal == day("Thu 2026-10-08")


def test_an_extension_is_in_time_while_the_clock_is_suspended() -> None:
    found = case_due(
        Extension(SUPERIOR, day("Tue 2026-10-20")),
        exclusions=(Exclusion(day("Fri 2026-09-11"), day("Wed 2026-10-21"), "鉴定"),),
    )
    assert not found.refused
    assert found.nominal == day("Sat 2026-10-31") + timedelta(days=40)


def test_an_exclusion_written_backwards_is_refused() -> None:
    with pytest.raises(UnusableExclusion, match="写反"):
        Exclusion(day("Wed 2026-03-25"), day("Tue 2026-03-10"))


def test_hours_are_not_stopped_by_excluded_days_and_say_so() -> None:
    found = due(
        parse_allowance("24 hours"),
        moment("Thu 2026-10-01 22:15"),
        calendar(),
        exclusions=[Exclusion(day("Thu 2026-10-01"), day("Mon 2026-10-05"))],
    )
    assert found.legal == moment("Fri 2026-10-02 22:15")
    assert "没有扣除" in told(found)


def test_hours_before_an_event_are_counted_back_to_the_minute() -> None:
    allowance = parse_allowance("24 hours before")
    found = due(allowance, moment("Mon 2026-10-12 09:30"), calendar())
    assert found.legal == moment("Sun 2026-10-11 09:30")
    assert "最迟时刻是2026年10月11日09:30" in told(found)
    assert warn_on(allowance, found) == moment("Sat 2026-10-10 09:30")


# ── New starts ───────────────────────────────────────────────────────────────────────────────


def test_a_restart_begins_the_whole_period_again_with_its_reason() -> None:
    found = due(
        parse_allowance("1 month"),
        day("Mon 2026-03-02"),
        calendar(),
        new_starts=[
            NewStart(day("Fri 2026-03-20"), "补充侦查完毕再次移送", "刑事诉讼法第175条"),
            NewStart(day("Wed 2026-04-15"), "补充侦查完毕再次移送", "刑事诉讼法第175条"),
        ],
    )
    assert found.start == day("Wed 2026-04-15")
    assert found.legal == day("Fri 2026-05-15")
    assert "重新计算（刑事诉讼法第175条）" in told(found)


def test_a_toll_lets_the_period_begin_when_the_identity_is_clear() -> None:
    found = due(
        parse_allowance("2 months"),
        day("Mon 2026-03-02"),
        calendar(),
        roll="never",
        months="earlier",
        new_starts=[NewStart(day("Tue 2026-03-31"), "身份查清", "刑事诉讼法第160条", "toll")],
    )
    assert found.legal == day("Sun 2026-05-31")
    assert "才开始计算" in told(found)


def test_a_restart_before_the_start_is_no_restart() -> None:
    found = due(
        parse_allowance("30 days"),
        day("Tue 2026-09-01"),
        calendar(),
        new_starts=[NewStart(day("Mon 2026-08-31"), "发回重审", "法条")],
    )
    assert found.legal == day("Thu 2026-10-08")


def test_an_extension_from_before_a_restart_does_not_reach_the_new_period() -> None:
    found = due(
        parse_allowance("30 days"),
        day("Tue 2026-09-01"),
        calendar(),
        new_starts=[NewStart(day("Mon 2026-10-12"), "调解未达成协议", "公安程序规定第185条")],
        extensions=[Extension(SUPERIOR, day("Mon 2026-09-28"))],
        extension_rule=CASE_RULE,
    )
    assert found.legal == day("Wed 2026-11-11")
    assert "批准早于本期间的起算" in told(found)


# ── Roll and reasons ─────────────────────────────────────────────────────────────────────────


def test_the_roll_is_explained_by_the_name_of_the_holiday() -> None:
    assert (
        "最后一日2026年10月1日是国庆节休假日（星期四），顺延到休假结束后的第一个工作日"
        "2026年10月8日（星期四）（民法典第203条）" in told(case_due())
    )


def test_a_make_up_saturday_is_explained_as_a_working_day() -> None:
    found = due(parse_allowance("30 days"), day("Thu 2026-09-10"), calendar())
    assert "星期六，因国庆节调休上班，是工作日，不顺延" in told(found)
    assert "国办发明电〔2025〕7号" in told(found)


def test_a_silent_law_keeps_the_day_and_calls_the_roll_a_defence() -> None:
    found = due(parse_allowance("15 days"), day("Sun 2026-09-20"), calendar(), roll="silent")
    assert found.nominal == found.legal == day("Mon 2026-10-05")
    assert "没有规定" in told(found)
    assert "2026年10月8日（星期四）才办理的，只能以此作为抗辩理由" in told(found)


def test_custody_on_a_holiday_is_explained() -> None:
    found = due(parse_allowance("3 days"), day("Wed 2026-09-30"), calendar(), roll="never")
    assert "不因节假日顺延（刑事诉讼法第105条）" in told(found)


@pytest.mark.parametrize("name", GENERAL_LAWS)
def test_the_reasons_cite_the_general_law_the_caller_names(name: str) -> None:
    law = GENERAL_LAWS[name]
    found = due(parse_allowance("30 days"), day("Tue 2026-09-01"), calendar(), law=law)
    assert next(reason.article for reason in found.why) == law.first_day
    assert [reason.article for reason in found.why][-1] == law.roll


def test_a_missing_day_is_explained_by_the_month_end() -> None:
    found = due(parse_allowance("1 month"), day("Sat 2026-01-31"), calendar())
    assert "2月没有31日，到当月月末2026年2月28日（星期六）（民法典第202条）" in told(found)


def test_a_start_before_the_first_published_year_is_provisional() -> None:
    found = due(parse_allowance("30 days"), day("Sat 2003-12-20"), calendar())
    assert found.legal == day("Mon 2004-01-19")
    assert not found.official
    assert "2003年的放假安排没有公布或者没有载入" in told(found)


def test_a_provisional_date_says_why_and_whether_it_can_move() -> None:
    rolls = due(parse_allowance("6 months"), day("Mon 2026-08-31"), calendar())
    stays = due(parse_allowance("2 months"), day("Thu 2026-12-31"), calendar(), roll="never")
    assert "2027年的放假安排没有公布" in told(rolls)
    assert "重新计算" in told(rolls)
    assert "不会因放假通知而改变" in told(stays)


# ── Ends, warnings, limits ───────────────────────────────────────────────────────────────────


def test_a_day_period_is_over_at_midnight_after_its_legal_last_day() -> None:
    assert expires_at(case_due(), calendar()) == moment("Fri 2026-10-09 00:00")


def test_the_warning_is_on_the_nominal_day_and_a_day_earlier_when_counted_back() -> None:
    assert warn_on(parse_allowance("30 days"), case_due()) == day("Thu 2026-10-01")
    back = parse_allowance("3 days before")
    hearing = due(back, day("Mon 2026-10-12"), calendar())
    assert warn_on(back, hearing) == day("Thu 2026-10-08")


def test_hours_need_an_instant_with_a_zone() -> None:
    naive = datetime(2026, 10, 1, 22, 15)  # noqa: DTZ001 - a moment without zone is the case here
    for start in (date(2026, 10, 1), naive):
        with pytest.raises(UnusablePeriod, match="起算的时刻"):
            due(parse_allowance("8 hours"), start, calendar())


def test_dates_outside_the_computable_years_are_refused() -> None:
    for start in (date(1949, 12, 31), date(2151, 1, 1)):
        with pytest.raises(OutsideCalendar, match="1950年至2150年"):
            due(parse_allowance("5 days"), start, calendar())
    with pytest.raises(OutsideCalendar):
        due(parse_allowance("100 years"), date(2100, 1, 1), calendar(), roll="never")
    with pytest.raises(OutsideCalendar):
        due(parse_allowance("3 working days"), date(2150, 12, 31), calendar())


# ── Office hours ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("Wed 2026-09-02 09:00", "Wed 2026-09-02 14:30"),  # an hour and a half at noon
        ("Wed 2026-09-02 12:30", "Wed 2026-09-02 17:30"),
        ("Fri 2026-09-04 16:00", "Mon 2026-09-07 10:30"),
        ("Sat 2026-09-05 10:00", "Mon 2026-09-07 14:00"),
        ("Wed 2026-09-30 17:30", "Thu 2026-10-08 12:00"),  # over National Day
        ("Wed 2026-09-02 13:30", "Wed 2026-09-02 17:30"),
        ("Wed 2026-09-02 14:00", "Wed 2026-09-02 18:00"),  # the last instant of the day
    ],
)
def test_office_hours_pass_only_while_offices_work(start: str, end: str) -> None:
    found = due(parse_allowance("4 office hours"), moment(start), calendar())

    assert (found.legal, found.official) == (moment(end), True)
    assert "只计办公时间（工作日08:30至12:00、13:30至18:00）" in told(found)


def test_office_hours_are_neither_extended_nor_counted_back() -> None:
    rule = ExtensionRule((ExtensionLeg(parse_allowance("4 hours"), (SUPERIOR,), "第1条"),))
    start = moment("Wed 2026-09-02 09:00")
    with pytest.raises(UnusablePeriod, match="单位不能混用"):
        due(
            parse_allowance("4 office hours"),
            start,
            calendar(),
            extensions=[Extension(SUPERIOR, start)],
            extension_rule=rule,
        )
    with pytest.raises(UnusableAllowance, match="只往后计算"):
        parse_allowance("4 office hours before")


def test_office_hours_of_a_day_follow_one_another() -> None:
    hours = ((time(13), time(17)), (time(9), time(12)))
    with pytest.raises(ValueError, match="办公时间"):
        replace(calendar(), office=hours)
