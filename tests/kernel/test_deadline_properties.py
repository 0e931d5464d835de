"""What must hold for every period, tried on thousands of random ones."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, Literal

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from haihe.kernel.allowance import Allowance, Unit
from haihe.kernel.deadline import Due, Exclusion, Extension, ExtensionLeg, ExtensionRule, due
from haihe.kernel.reckoning import Roll
from tests.kernel.clock_days import LAST_PUBLISHED, calendar

FIRST = date(2004, 1, 1)
LAST = date(2028, 12, 31)
LONGEST: dict[Unit, int] = {"days": 800, "working_days": 500, "months": 30, "years": 3}
TRIES = 300

days = st.dates(FIRST, LAST)
units = st.sampled_from(sorted(LONGEST))
rolls = st.sampled_from(["next", "never", "silent"])
month_rules = st.sampled_from(["civil", "criminal", "earlier"])
tries = settings(max_examples=TRIES, deadline=None)


@st.composite
def allowances(draw: st.DrawFn) -> Allowance:
    unit = draw(units)
    return Allowance(draw(st.integers(1, LONGEST[unit])), unit)


@st.composite
def exclusions_after(draw: st.DrawFn, start: date) -> Exclusion:
    first = start + timedelta(days=draw(st.integers(-60, 400)))
    return Exclusion(first, first + timedelta(days=draw(st.integers(0, 120))))


def ends(found: Due) -> tuple[date, date]:
    assert isinstance(found.nominal, date)
    assert isinstance(found.legal, date)
    return found.nominal, found.legal


@tries
@given(allowances(), days, rolls, month_rules, st.data())
def test_more_allowance_never_gives_an_earlier_date(
    allowance: Allowance, start: date, roll: Roll, months: Any, data: st.DataObject
) -> None:
    pauses = data.draw(st.lists(exclusions_after(start), max_size=4))
    rules = {"roll": roll, "months": months, "exclusions": pauses, "law": None}
    more = Allowance(allowance.n + data.draw(st.integers(1, 40)), allowance.unit)
    less_nominal, less_legal = ends(due(allowance, start, calendar(), **rules))
    more_nominal, more_legal = ends(due(more, start, calendar(), **rules))
    assert more_nominal >= less_nominal
    assert more_legal >= less_legal


@tries
@given(allowances(), days, rolls, st.data())
def test_an_exclusion_never_shortens(
    allowance: Allowance, start: date, roll: Roll, data: st.DataObject
) -> None:
    pauses = data.draw(st.lists(exclusions_after(start), max_size=4))
    one_more = [*pauses, data.draw(exclusions_after(start))]
    without = ends(due(allowance, start, calendar(), roll=roll, exclusions=pauses, law=None))
    with_one = ends(due(allowance, start, calendar(), roll=roll, exclusions=one_more, law=None))
    assert with_one[0] >= without[0]
    assert with_one[1] >= without[1]


@tries
@given(allowances(), days, st.data())
def test_the_order_and_cutting_of_exclusions_do_not_matter(
    allowance: Allowance, start: date, data: st.DataObject
) -> None:
    pauses = data.draw(st.lists(exclusions_after(start), min_size=1, max_size=4))
    cut: list[Exclusion] = []
    for one in pauses:
        assert one.last is not None
        middle = one.first + (one.last - one.first) // 2
        cut += [Exclusion(middle, one.last), Exclusion(one.first, middle)]
    whole = due(allowance, start, calendar(), exclusions=pauses, law=None)
    pieces = due(allowance, start, calendar(), exclusions=cut, law=None)
    assert ends(pieces) == ends(whole)


@tries
@given(allowances(), days, month_rules)
def test_custody_never_rolls(allowance: Allowance, start: date, months: Any) -> None:
    nominal, legal = ends(due(allowance, start, calendar(), roll="never", months=months, law=None))
    assert legal == nominal


@tries
@given(allowances(), days, month_rules, st.data())
def test_what_rolls_always_lands_on_a_working_day_and_never_earlier(
    allowance: Allowance, start: date, months: Any, data: st.DataObject
) -> None:
    pauses = data.draw(st.lists(exclusions_after(start), max_size=3))
    nominal, legal = ends(
        due(allowance, start, calendar(), months=months, exclusions=pauses, law=None)
    )
    assert calendar().is_workday(legal)
    assert legal >= nominal
    between = (legal - nominal).days
    assert not any(calendar().is_workday(nominal + timedelta(days=n)) for n in range(between))


@tries
@given(allowances(), days)
def test_what_is_counted_back_lands_on_a_working_day_and_never_later(
    allowance: Allowance, event: date
) -> None:
    assume(event.year >= 2010)
    back = Allowance(allowance.n, allowance.unit, back=True)
    nominal, legal = ends(due(back, event, calendar(), law=None))
    assert calendar().is_workday(legal)
    assert legal <= nominal < event


@tries
@given(st.integers(1, 250), days, st.data())
def test_working_days_equal_a_walk_day_by_day(n: int, start: date, data: st.DataObject) -> None:
    pauses = data.draw(st.lists(exclusions_after(start), max_size=3))
    day, counted = start, 0
    while counted < n:
        day += timedelta(days=1)
        excluded = any(one.first < day <= (one.last or date.max) for one in pauses)
        counted += calendar().is_workday(day) and not excluded
    found = due(Allowance(n, "working_days"), start, calendar(), exclusions=pauses, law=None)
    assert ends(found) == (day, day)


@tries
@given(st.integers(1, 60), days, st.integers(1, 30), st.integers(0, 90), rolls)
def test_an_extension_in_time_equals_the_sum_and_a_late_one_nothing(
    n: int, start: date, more: int, approved_after: int, roll: Roll
) -> None:
    base = Allowance(n, "days")
    approved = start + timedelta(days=approved_after)
    found = due(
        base,
        start,
        calendar(),
        roll=roll,
        extensions=[Extension("上级", approved)],
        extension_rule=ExtensionRule((ExtensionLeg(Allowance(more, "days"), ("上级",), "法条"),)),
        law=None,
    )
    plain = due(base, start, calendar(), roll=roll, law=None)
    in_time = approved <= ends(plain)[1]
    summed = due(Allowance(n + more, "days"), start, calendar(), roll=roll, law=None)
    assert ends(found) == ends(summed if in_time else plain)
    assert bool(found.refused) is not in_time


@tries
@given(allowances(), days, rolls, month_rules, st.data())
def test_computing_again_gives_the_same_with_and_without_reasons(
    allowance: Allowance, start: date, roll: Roll, months: Any, data: st.DataObject
) -> None:
    pauses = data.draw(st.lists(exclusions_after(start), max_size=3))
    rules = {"roll": roll, "months": months, "exclusions": pauses}
    first = due(allowance, start, calendar(), **rules)
    assert due(allowance, start, calendar(), **rules) == first
    short = due(allowance, start, calendar(), **rules, law=None)
    assert (ends(short), short.official) == (ends(first), first.official)


@tries
@given(
    st.integers(1, 5000),
    st.sampled_from(["minutes", "hours"]),
    st.datetimes(datetime(2004, 1, 1), datetime(2028, 1, 1)),  # noqa: DTZ001 - zone is added
    st.sampled_from(["instant", "next_hour"]),
)
def test_hours_take_exactly_their_length_whatever_the_day(
    n: int,
    unit: Literal["minutes", "hours"],
    naive: datetime,
    start_rule: Literal["instant", "next_hour"],
) -> None:
    start = naive.replace(tzinfo=calendar().zone)
    found = due(Allowance(n, unit), start, calendar(), start_rule=start_rule, law=None)
    assert isinstance(found.legal, datetime)
    assert isinstance(found.start, datetime)
    assert found.legal - found.start == timedelta(minutes=n * (60 if unit == "hours" else 1))
    waited = found.start - start
    if start_rule == "instant":
        assert waited == timedelta(0)
    else:
        assert timedelta(0) < waited <= timedelta(hours=1)
        assert (found.start.minute, found.start.second) == (0, 0)


@tries
@given(allowances(), days, rolls)
def test_a_date_is_official_exactly_when_every_year_it_touches_is_published(
    allowance: Allowance, start: date, roll: Roll
) -> None:
    found = due(allowance, start, calendar(), roll=roll, law=None)
    years = range(start.year, ends(found)[1].year + 1)
    assert found.official is all(2004 <= year <= LAST_PUBLISHED for year in years)
