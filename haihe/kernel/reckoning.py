"""Pure date arithmetic of periods: nominal and legal last day of each leg, without any words.

The algorithm: the starting day does not count; extensions add to the nominal chain from the first
day; excluded days push the nominal last day; only then may the last day roll.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Literal, NamedTuple, get_args

from haihe.kernel.allowance import Allowance, MonthRule, add_months
from haihe.kernel.calendar import FIRST_YEAR, LAST_YEAR, Calendar, OutsideCalendar
from haihe.kernel.exclusion import Exclusion

Roll = Literal["next", "never", "silent"]
StartRule = Literal["instant", "next_hour"]
FIRST_DAY = date(FIRST_YEAR, 1, 1).toordinal()
LAST_DAY = date(LAST_YEAR, 12, 31).toordinal()
ROLLS: tuple[Roll, ...] = get_args(Roll)
START_RULES: tuple[StartRule, ...] = get_args(StartRule)


class UnusablePeriod(ValueError):
    """Parts of a period that cannot go together, such as a day period extended by hours."""


class Length(NamedTuple):
    """Everything granted so far, counted once from the first day: months, days, working days."""

    months: int = 0
    days: int = 0
    working_days: int = 0

    def plus(self, more: Allowance) -> Length:
        """This length and one more allowance; working days and natural days never mix."""
        total = Length(
            self.months + more.n * {"months": 1, "years": 12}.get(more.unit, 0),
            self.days + more.n * (more.unit == "days") + more.more_days,
            self.working_days + more.n * (more.unit == "working_days"),
        )
        if more.by_instant or (total.working_days and (total.months or total.days)):
            raise UnusablePeriod(f"期间的单位不能混用，不能在原期间上再加{more}")
        return total


class Leg(NamedTuple):
    """One leg of a chain: its end without exclusions, what was deducted, nominal and legal day.

    `nominal` and `legal` are None while `stopped` (a suspension without end) keeps it from ending;
    `left` then says how many days or working days remain.
    """

    bare: date
    nominal: date | None
    legal: date | None
    deducted: tuple[tuple[Exclusion, int], ...] = ()
    stopped: Exclusion | None = None
    left: int = 0


def leg(
    length: Length,
    first: date,
    calendar: Calendar,
    roll: Roll,
    months: MonthRule,
    merged: Sequence[Exclusion],
) -> Leg:
    """The leg that ends `length` after `first` (not counted), past the `merged` exclusions."""
    if length.working_days:
        return _working_leg(length.working_days, first, calendar, merged)
    bare = natural_end(length, first, months)
    if not merged:
        return Leg(bare, bare, rolled(bare, calendar, roll))
    return _natural_leg(bare, calendar, roll, merged)


def natural_end(length: Length, first: date, months: MonthRule) -> date:
    """The day `length` after `first`: months in one step, then days."""
    if not FIRST_YEAR <= first.year <= LAST_YEAR:
        raise OutsideCalendar(first.year)
    end = add_months(first, length.months, months) if length.months else first
    if length.days:
        end = later(end, length.days)
    return end


def later(day: date, days: int) -> date:
    """The day `days` after (or, negative, before) `day`, within the years of the calendar."""
    ordinal = day.toordinal() + days
    if not FIRST_DAY <= ordinal <= LAST_DAY:
        raise OutsideCalendar
    return date.fromordinal(ordinal)


def rolled(nominal: date, calendar: Calendar, roll: Roll) -> date:
    """The legal last day: the next working day where the law rolls, else the nominal day."""
    return calendar.workday_from(nominal) if roll == "next" else nominal


def _natural_leg(bare: date, calendar: Calendar, roll: Roll, merged: Sequence[Exclusion]) -> Leg:
    end = bare
    deducted: list[tuple[Exclusion, int]] = []
    for one in merged:
        # What begins after the period has lawfully run out no longer stops it.
        if one.first > rolled(end, calendar, roll):
            break
        if one.last is None:
            left = max((end - one.first).days, 0)
            return Leg(bare, None, None, tuple(deducted), one, left)
        days = (one.last - one.first).days
        deducted.append((one, days))
        end = later(end, days)
    return Leg(bare, end, rolled(end, calendar, roll), tuple(deducted))


def _working_leg(count: int, first: date, calendar: Calendar, merged: Sequence[Exclusion]) -> Leg:
    target = calendar.workdays_until(first) + count
    bare = end = calendar.nth_workday(target)
    deducted: list[tuple[Exclusion, int]] = []
    for one in merged:
        # A working-day walk ends with the day that was counted last; that day is `end` itself.
        if one.first >= end:
            break
        used = calendar.workdays_until(one.first)
        if one.last is None:
            return Leg(bare, None, None, tuple(deducted), one, target - used)
        days = calendar.workdays_until(one.last) - used
        deducted.append((one, days))
        target += days
        end = calendar.nth_workday(target)
    return Leg(bare, end, end, tuple(deducted))


def back_nominal(allowance: Allowance, event: date, calendar: Calendar, months: MonthRule) -> date:
    """The day `allowance` before `event`, the event itself not counted."""
    if allowance.unit == "working_days":
        before = calendar.workdays_until(later(event, -1))
        return calendar.nth_workday(before - allowance.n + 1)
    if allowance.unit == "days":
        return later(event, -allowance.n)
    count = allowance.n * (12 if allowance.unit == "years" else 1)
    return add_months(event, -count, months)


def first_instant(start: datetime, rule: StartRule) -> datetime:
    """When an hour period begins: at the stated moment, or with the next full hour."""
    if rule == "instant":
        return start
    return start.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)


def elapsed(start: datetime, allowance: Allowance, calendar: Calendar) -> datetime:
    """The instant a length in minutes or hours after (before, if back) `start`, in local time.

    Time that really passes is added, so a change of summer time neither gives nor takes an hour;
    office hours pass only while offices work.
    """
    minutes = allowance.n * (1 if allowance.unit == "minutes" else 60)
    if allowance.unit == "office_hours":
        return calendar.office_end(start, minutes)
    step = timedelta(minutes=-minutes if allowance.back else minutes)
    return (start.astimezone(UTC) + step).astimezone(calendar.zone)


def local_day(moment: date | datetime, zone: tzinfo) -> date:
    """The calendar day of a moment where the office is; a plain day stays what it is."""
    if isinstance(moment, datetime):
        if moment.tzinfo is None:
            raise UnusablePeriod(f"时刻 {moment.isoformat()} 没有时区，无法确定是哪一天")
        return moment.astimezone(zone).date()
    return moment
