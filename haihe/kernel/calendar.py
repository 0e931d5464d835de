"""The calendar of working days: which days offices work, and which years are officially known.

Source of the rule: the yearly holiday notice of the State Council general office; for a year whose
notice is not out, the statutory days of 全国年节及纪念日放假办法 (in force 2025-01-01).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo
from itertools import accumulate, compress, pairwise

FIRST_YEAR = 1950
LAST_YEAR = 2150
_FIRST = date(FIRST_YEAR, 1, 1).toordinal()
_LENGTH = date(LAST_YEAR, 12, 31).toordinal() - _FIRST + 1
_WEEK = b"\x01\x01\x01\x01\x01\x00\x00"
OFFICE: tuple[tuple[time, time], ...] = ((time(8, 30), time(12)), (time(13, 30), time(18)))
_WEEKDAYS = ("星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日")


class OutsideCalendar(ValueError):
    """A date lies outside the years this program can compute (FIRST_YEAR to LAST_YEAR)."""

    def __init__(self, year: int | None = None) -> None:
        found = "" if year is None else f"，而这里涉及{year}年"
        super().__init__(
            f"只能计算{FIRST_YEAR}年至{LAST_YEAR}年之间的日期{found}，请检查起算日和期间长度"
        )


def weekday_name(day: date) -> str:
    """The Chinese name of the day of the week: 星期一 … 星期日."""
    return _WEEKDAYS[day.weekday()]


@dataclass(frozen=True, slots=True)
class Calendar:
    """Working days as the State Council fixed them, for all years from 1950 to 2150.

    `rest_days` and `makeup_days` map a day of a published year to the name of its holiday (国庆节);
    a rest day may fall on a weekend, a make-up working day always does. `statutory_days` are used
    only in years that are not published. `sources` names the notice of a year. Days nobody named
    follow the week: Monday to Friday are worked. `office` are the hours of a working day, in order.
    """

    zone: tzinfo
    published: frozenset[int]
    rest_days: Mapping[date, str]
    makeup_days: Mapping[date, str]
    statutory_days: Mapping[date, str] = field(default_factory=dict)
    sources: Mapping[int, str] = field(default_factory=dict)
    office: tuple[tuple[time, time], ...] = OFFICE
    _before: list[int] = field(init=False, repr=False, compare=False)
    _workdays: list[int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Refuse contradictions, then lay out the working days once for constant-time answers."""
        both = self.rest_days.keys() & self.makeup_days.keys()
        if both:
            raise ValueError(f"{min(both)} 同时列为休息日和上班日，请核对放假通知")
        for day in (*self.rest_days, *self.makeup_days):
            if day.year not in self.published:
                raise ValueError(f"{day} 所在年份没有列入已公布年份，请核对放假通知")
        worked = self._worked_flags()
        # _before[i] counts the working days earlier than day number _FIRST + i.
        object.__setattr__(self, "_before", list(accumulate(worked, initial=0)))
        ordinals = range(_FIRST, _FIRST + _LENGTH)
        object.__setattr__(self, "_workdays", list(compress(ordinals, worked)))

        ends = [moment for session in self.office for moment in session]
        if not ends or any(one >= after for one, after in pairwise(ends)):
            raise ValueError("办公时间要按先后写，每段的开始早于结束")

    def _worked_flags(self) -> bytearray:
        shift = date(FIRST_YEAR, 1, 1).weekday()
        week = _WEEK[shift:] + _WEEK[:shift]
        worked = bytearray(week * (_LENGTH // 7 + 1))[:_LENGTH]
        for day in self.statutory_days:
            if day.year not in self.published:
                worked[day.toordinal() - _FIRST] = 0
        for day in self.rest_days:
            worked[day.toordinal() - _FIRST] = 0
        for day in self.makeup_days:
            worked[day.toordinal() - _FIRST] = 1
        return worked

    def is_workday(self, day: date) -> bool:
        """Whether offices work on this day: make-up days yes, weekends and holidays no."""
        index = day.toordinal() - _FIRST
        if not 0 <= index < _LENGTH:
            raise OutsideCalendar(day.year)
        return self._before[index] != self._before[index + 1]

    def is_official(self, day: date) -> bool:
        """Whether the notice for the year of this day is loaded."""
        return day.year in self.published

    def are_official(self, first: date, last: date) -> bool:
        """Whether the notices of all years from `first` to `last` are loaded."""
        return all(year in self.published for year in range(first.year, last.year + 1))

    def workdays_until(self, day: date) -> int:
        """How many working days the calendar has up to `day`, itself included."""
        index = day.toordinal() - _FIRST
        if not 0 <= index < _LENGTH:
            raise OutsideCalendar(day.year)
        return self._before[index + 1]

    def nth_workday(self, number: int) -> date:
        """The working day whose `workdays_until` is `number` (1 is the first of the calendar)."""
        if not 1 <= number <= len(self._workdays):
            raise OutsideCalendar
        return date.fromordinal(self._workdays[number - 1])

    def workday_from(self, day: date) -> date:
        """The first working day on or after `day`."""
        index = day.toordinal() - _FIRST
        if not 0 <= index < _LENGTH:
            raise OutsideCalendar(day.year)
        if self._before[index] != self._before[index + 1]:
            return day
        return self.nth_workday(self._before[index] + 1)

    def workday_until(self, day: date) -> date:
        """The last working day on or before `day`."""
        return self.nth_workday(self.workdays_until(day))

    def office_end(self, start: datetime, minutes: int) -> datetime:
        """The instant at which so many minutes of office hours have passed since `start`."""
        left = timedelta(minutes=minutes)
        begin = start.astimezone(self.zone)
        day = begin.date()
        while True:  # at most a day a round, and every round takes a working day's minutes off
            day = self.workday_from(day)
            for opens, shuts in self.office:
                since = max(begin, datetime.combine(day, opens, self.zone))
                until = datetime.combine(day, shuts, self.zone)
                if since + left <= until:
                    return since + left
                left -= max(timedelta(), until - since)
            day += timedelta(days=1)

    def holiday(self, day: date) -> str:
        """The name of the holiday this day is off for; empty on ordinary days and weekends."""
        if day in self.rest_days:
            return self.rest_days[day]
        return "" if day.year in self.published else self.statutory_days.get(day, "")

    def describe(self, day: date) -> str:
        """What kind of day this is, for a citizen: 星期四, or 国庆节休假日(星期四)."""
        weekday = weekday_name(day)
        if day in self.makeup_days:
            return f"{weekday}，因{self.makeup_days[day]}调休上班"
        if day in self.rest_days:
            return f"{self.rest_days[day]}休假日（{weekday}）"
        if day.year not in self.published and day in self.statutory_days:
            return f"{self.statutory_days[day]}法定假日（{weekday}）"
        return weekday

    def source(self, year: int) -> str:
        """The notice the year rests on, or the general rule where the notice is not out."""
        return self.sources.get(year, "全国年节及纪念日放假办法第2条")


def missing_year(today: date, published: Collection[int]) -> int | None:
    """The year whose notice should be loaded by `today` and is not; None when all is well.

    This year's notice is always due; next year's is due in December, since notices come in
    November (2024-11-12, 2025-11-04).
    """
    if today.year not in published:
        return today.year
    if today.month == 12 and today.year + 1 not in published:
        return today.year + 1
    return None
