"""Complaints about deadlines in other systems, each as a test that ours does not share the fault.

The threads are named by project and number; the cases are told with our own dates.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from haihe.kernel.calendar import Calendar
from haihe.kernel.deadline import (
    Exclusion,
    Extension,
    ExtensionLeg,
    ExtensionRule,
    due,
    expires_at,
    parse_allowance,
    warn_on,
)
from tests.kernel.clock_days import calendar, day, moment


def test_zammad_390_only_holidays_of_the_notice_count_and_the_answer_names_them() -> None:
    # Mid-Autumn and National Day are skipped, Double Ninth (Sun 2026-10-18) is no holiday here.
    found = due(parse_allowance("20 working days"), day("Wed 2026-09-16"), calendar())
    assert found.legal == day("Tue 2026-10-20")
    told = " ".join(reason.text for reason in found.why)
    assert "中秋节、国庆节休假不计" in told
    assert "重阳" not in told


def test_zammad_3180_no_minute_is_lost_at_midnight() -> None:
    found = due(parse_allowance("48 hours"), moment("Thu 2026-10-01 23:59"), calendar())
    assert found.legal == moment("Sat 2026-10-03 23:59")
    ends = due(parse_allowance("1 day"), day("Mon 2026-03-02"), calendar())
    assert expires_at(ends, calendar()) == moment("Wed 2026-03-04 00:00")


def test_a_letter_at_midnight_belongs_to_the_day_that_begins() -> None:
    before = due(parse_allowance("15 days"), moment("Mon 2026-03-02 23:59"), calendar())
    at = due(parse_allowance("15 days"), moment("Tue 2026-03-03 00:00"), calendar())
    assert before.legal == day("Tue 2026-03-17")
    assert at.legal == day("Wed 2026-03-18")


def test_glpi_15429_a_moment_in_another_zone_is_the_local_day_of_the_office() -> None:
    # 17:00 in London on Monday is already Tuesday 01:00 in Tianjin.
    start = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)
    found = due(parse_allowance("15 days"), start, calendar())
    assert found.start == day("Tue 2026-03-03")
    assert found.legal == day("Wed 2026-03-18")


def test_glpi_22678_the_warning_before_an_hour_deadline_keeps_its_hour() -> None:
    allowance = parse_allowance("24 hours")
    found = due(allowance, moment("Thu 2026-10-01 17:00"), calendar())
    warned = warn_on(allowance, found)
    assert isinstance(warned, datetime)
    assert warned - timedelta(hours=1) == moment("Fri 2026-10-02 16:00")


def test_glpi_24481_a_suspended_clock_cannot_become_overdue() -> None:
    paused = [Exclusion(day("Mon 2026-03-09"), None, "中止")]
    found = due(parse_allowance("10 days"), day("Mon 2026-03-02"), calendar(), exclusions=paused)
    assert expires_at(found, calendar()) is None


def test_glpi_15605_a_pause_is_kept_when_the_allowance_changes() -> None:
    paused = [Exclusion(day("Mon 2026-03-09"), day("Fri 2026-03-13"), "中止")]
    before = due(parse_allowance("10 days"), day("Mon 2026-03-02"), calendar(), exclusions=paused)
    after = due(parse_allowance("20 days"), day("Mon 2026-03-02"), calendar(), exclusions=paused)
    assert before.nominal == day("Mon 2026-03-16")
    assert after.nominal == day("Thu 2026-03-26")


def test_frappe_2449_time_on_hold_is_not_simply_added_to_the_start() -> None:
    # Four working days on hold; adding four days to Fri 2026-02-13 would land in Spring Festival
    # and swallow the hold.
    hold = [Exclusion(day("Wed 2026-02-25"), day("Tue 2026-03-03"), "补正")]
    found = due(
        parse_allowance("5 working days"), day("Fri 2026-02-13"), calendar(), exclusions=hold
    )
    # Counted: Sat 02-14 (worked), Tue 02-24, Wed 02-25, then Wed 03-04 and Thu 03-05.
    assert found.legal == day("Thu 2026-03-05")


def test_erpnext_49414_a_hold_over_a_holiday_takes_only_the_working_days_in_it() -> None:
    hold = [Exclusion(day("Wed 2026-09-30"), day("Fri 2026-10-09"), "专家评审")]
    found = due(
        parse_allowance("5 working days"), day("Mon 2026-09-28"), calendar(), exclusions=hold
    )
    # Counted: Tue 09-29, Wed 09-30, then Sat 10-10 (worked), Mon 10-12, Tue 10-13.
    assert found.legal == day("Tue 2026-10-13")


def test_glpi_687_a_start_on_a_rest_day_counts_from_the_next_day_all_the_same() -> None:
    holiday = due(parse_allowance("3 working days"), day("Sat 2026-10-03"), calendar())
    assert holiday.legal == day("Sat 2026-10-10")


def test_frappe_1554_a_pause_does_not_tick_in_the_background() -> None:
    def paused(until: str) -> object:
        hold = [Exclusion(day("Mon 2026-03-09"), day(until), "中止")]
        return due(
            parse_allowance("10 days"), day("Mon 2026-03-02"), calendar(), exclusions=hold
        ).nominal

    # Three days are left whenever it resumes.
    assert paused("Mon 2026-03-16") == day("Thu 2026-03-19")
    assert paused("Mon 2026-06-01") == day("Thu 2026-06-04")


def test_alaveteli_5101_the_answer_shows_how_it_was_computed() -> None:
    found = due(parse_allowance("30 days"), day("Tue 2026-09-01"), calendar())
    assert [reason.article for reason in found.why] == [
        "民法典第201条",
        "民法典第200条",
        "民法典第203条",
    ]


def test_alaveteli_7292_a_holiday_published_later_moves_the_date() -> None:
    before = calendar()
    rest = {day("Mon 2027-03-01"): "临时放假"}
    after = Calendar(
        before.zone,
        before.published | {2027},
        {**before.rest_days, **rest},
        before.makeup_days,
        before.statutory_days,
    )
    allowance, start = parse_allowance("6 months"), day("Mon 2026-08-31")
    assert due(allowance, start, before).legal == day("Mon 2027-03-01")
    moved = due(allowance, start, after)
    assert moved.legal == day("Tue 2027-03-02")
    assert moved.official


def test_alaveteli_729_extension_and_stopped_clock_work_together() -> None:
    leg = ExtensionLeg(parse_allowance("10 working days"), ("本机关负责人",), "行政许可法第42条")
    found = due(
        parse_allowance("20 working days"),
        day("Wed 2026-09-16"),
        calendar(),
        exclusions=[Exclusion(day("Mon 2026-09-21"), day("Tue 2026-09-29"), "鉴定")],
        extensions=[Extension("本机关负责人", day("Tue 2026-10-27"))],
        extension_rule=ExtensionRule((leg,)),
    )
    assert found.chain == (day("Tue 2026-10-27"), day("Tue 2026-11-10"))


def test_alaveteli_621_calendar_days_end_on_the_first_day_that_is_no_rest_day() -> None:
    found = due(parse_allowance("15 days"), day("Fri 2026-02-06"), calendar())
    assert found.nominal == day("Sat 2026-02-21")
    assert found.legal == day("Tue 2026-02-24")


def test_osticket_2131_an_hour_clock_does_not_stop_for_the_night() -> None:
    found = due(parse_allowance("8 hours"), moment("Thu 2026-10-01 22:15"), calendar())
    assert found.legal == moment("Fri 2026-10-02 06:15")


def test_a_change_of_summer_time_neither_gives_nor_takes_an_hour() -> None:
    rome = Calendar(ZoneInfo("Europe/Rome"), frozenset({2026}), {}, {})
    # In Rome clocks jump from 02:00 to 03:00 on Sunday 2026-03-29.
    start = datetime(2026, 3, 28, 20, 0, tzinfo=rome.zone)
    found = due(parse_allowance("24 hours"), start, rome)
    assert isinstance(found.legal, datetime)
    assert found.legal.replace(tzinfo=None).isoformat() == "2026-03-29T21:00:00"
