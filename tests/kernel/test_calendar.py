"""The calendar answers for every day what the notices say, and admits what it does not know."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haihe.kernel.calendar import (
    FIRST_YEAR,
    LAST_YEAR,
    Calendar,
    OutsideCalendar,
    missing_year,
)
from haihe.pack.calendar import load_calendar
from tests.kernel.clock_days import CALENDAR_FOLDER, calendar, day

TODAY = "HAIHE_TODAY"
days = st.dates(date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 1))


@pytest.mark.parametrize(
    "text",
    ["Sun 2026-01-04", "Sat 2026-02-14", "Sat 2026-02-28", "Sat 2026-05-09", "Sun 2026-09-20",
     "Sat 2026-10-10", "Sat 2005-12-31", "Fri 2026-10-09"],
)  # fmt: skip
def test_make_up_weekends_and_ordinary_weekdays_are_worked(text: str) -> None:
    assert calendar().is_workday(day(text))


@pytest.mark.parametrize(
    "text",
    ["Thu 2026-10-01", "Wed 2026-10-07", "Mon 2026-02-23", "Fri 2026-09-25", "Sat 2026-10-17",
     "Thu 2015-09-03", "Fri 2020-01-31"],
)  # fmt: skip
def test_holidays_swapped_weekdays_and_weekends_are_not_worked(text: str) -> None:
    assert not calendar().is_workday(day(text))


def test_an_unpublished_year_knows_the_week_and_the_statutory_days_only() -> None:
    for text in ("Fri 2027-01-01", "Fri 2027-02-05", "Mon 2027-04-05", "Wed 2027-06-09"):
        assert not calendar().is_workday(day(text))
        assert not calendar().is_official(day(text))
    assert calendar().is_workday(day("Mon 2027-01-04"))
    assert not calendar().is_workday(day("Thu 2031-10-02"))


def test_a_published_year_overrules_the_statutory_days() -> None:
    plain = Calendar(UTC, frozenset({2027}), {}, {}, {day("Fri 2027-01-01"): "元旦"})
    assert plain.is_workday(day("Fri 2027-01-01"))


def test_a_day_cannot_be_both_off_and_worked() -> None:
    twice = {day("Sun 2026-09-20"): "国庆节"}
    with pytest.raises(ValueError, match="2026-09-20 同时列为"):
        Calendar(UTC, frozenset({2026}), twice, twice)


def test_a_named_day_must_lie_in_a_published_year() -> None:
    with pytest.raises(ValueError, match="没有列入已公布年份"):
        Calendar(UTC, frozenset({2026}), {day("Fri 2027-01-01"): "元旦"}, {})


def test_a_day_is_described_for_a_citizen() -> None:
    assert calendar().describe(day("Thu 2026-10-01")) == "国庆节休假日（星期四）"
    assert calendar().describe(day("Sat 2026-10-10")) == "星期六，因国庆节调休上班"
    assert calendar().describe(day("Sun 2026-10-11")) == "星期日"
    assert calendar().describe(day("Fri 2027-01-01")) == "元旦法定假日（星期五）"


def test_days_outside_the_computable_years_are_refused() -> None:
    for wrong in (date(FIRST_YEAR - 1, 12, 31), date(LAST_YEAR + 1, 1, 1)):
        for ask in (
            calendar().is_workday,
            calendar().workday_from,
            calendar().workday_until,
            calendar().workdays_until,
        ):
            with pytest.raises(OutsideCalendar, match=str(wrong.year)):
                ask(wrong)


@settings(max_examples=300, deadline=None)
@given(days)
def test_the_next_and_the_last_working_day_are_the_nearest(one: date) -> None:
    later, earlier = calendar().workday_from(one), one
    assert calendar().is_workday(later)
    assert not any(
        calendar().is_workday(one + timedelta(days=n)) for n in range((later - one).days)
    )
    if one > date(FIRST_YEAR, 2, 1):
        earlier = calendar().workday_until(one)
        assert calendar().is_workday(earlier)
        gap = (one - earlier).days
        assert not any(calendar().is_workday(one - timedelta(days=n)) for n in range(gap))


@settings(max_examples=100, deadline=None)
@given(days, st.integers(0, 400))
def test_counting_working_days_equals_looking_at_each(one: date, length: int) -> None:
    last = min(one + timedelta(days=length), date(LAST_YEAR, 12, 31))
    between = (last - one).days
    each = sum(calendar().is_workday(one + timedelta(days=n)) for n in range(1, between + 1))
    assert calendar().workdays_until(last) - calendar().workdays_until(one) == each


# ── The year that must not be missing ────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("today", "published", "missing"),
    [
        ("Mon 2026-11-30", {2026}, None),
        ("Tue 2026-12-01", {2026}, 2027),
        ("Thu 2026-12-31", {2026}, 2027),
        ("Tue 2026-12-01", {2026, 2027}, None),
        ("Fri 2027-01-01", {2026}, 2027),
        ("Fri 2027-01-01", {2026, 2027}, None),
    ],
)
def test_next_years_notice_is_due_in_december(
    today: str, published: set[int], missing: int | None
) -> None:
    assert missing_year(day(today), published) == missing


def test_no_year_is_missing_today() -> None:
    shipped = load_calendar(CALENDAR_FOLDER)
    told = os.environ.get(TODAY)
    today = date.fromisoformat(told) if told else datetime.now(shipped.zone).date()
    missing = missing_year(today, shipped.published)
    assert missing is None, (
        f"the notice of {missing} is out or due: write law/calendar/{missing}.yaml"
    )
