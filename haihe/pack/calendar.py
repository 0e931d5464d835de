"""Reads `law/calendar/`: one file a year from the State Council's notice, and provisional days.

A notice of one year may name days of the December before it. Years without a file are computed from
`provisional.yaml` (全国年节及纪念日放假办法, in force 2025-01-01) and marked as not official.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, time, timedelta
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
import yaml

from haihe.kernel.calendar import FIRST_YEAR, LAST_YEAR, OFFICE, Calendar

PROVISIONAL = "provisional.yaml"
CALENDAR_BYTES_MAX = 65_536
YEAR_FILES_MAX = LAST_YEAR - FIRST_YEAR + 1
SPAN_DAYS_MAX = 31
LEVELS = ("A", "B", "C", "D")


class UnusableCalendar(ValueError):
    """A calendar file that cannot be used; the message names the file, the key and what to do."""


class Holiday(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A holiday as a notice arranges it: days off, and weekend days worked in exchange.

    Both lists hold days or spans: `2026-10-01`, `2026-10-01..2026-10-07`.
    """

    name: str
    off: tuple[str, ...] = ()
    work: tuple[str, ...] = ()


class YearFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One published year: the notice it rests on, how sure we are (level A to D), its holidays."""

    year: int
    source: str
    level: str
    read_at: str
    holidays: tuple[Holiday, ...]
    number: str = ""
    published_on: date | None = None
    amended_by: str = ""

    def off_days(self) -> dict[date, str]:
        """Every day off with the name of its holiday."""
        return {day: one.name for one in self.holidays for day in days_of(one.off)}

    def work_days(self) -> dict[date, str]:
        """Every weekend day worked in exchange, with the name of its holiday."""
        return {day: one.name for one in self.holidays for day in days_of(one.work)}


class FixedHoliday(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A statutory holiday on the same days of every year, written MM-DD."""

    name: str
    days: tuple[str, ...]


class Provisional(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Statutory days of years without a notice: the fixed ones, and the lunar ones known."""

    zone: str
    source: str
    article: str
    in_force_from: date
    level: str
    read_at: str
    every_year: tuple[FixedHoliday, ...] = ()
    lunar: tuple[Holiday, ...] = ()
    office: tuple[tuple[time, time], ...] = OFFICE  # the hours of a working day


def load_calendar(folder: Path) -> Calendar:
    """The calendar of a pack from its `law/calendar` folder; raises UnusableCalendar."""
    provisional = read_provisional(folder / PROVISIONAL)
    years = [read_year(path) for path in year_files(folder)]
    return build_calendar(years, provisional)


def year_files(folder: Path) -> list[Path]:
    """The files of published years, oldest first."""
    paths = sorted(folder.glob("[0-9][0-9][0-9][0-9].yaml"))
    if len(paths) > YEAR_FILES_MAX:
        raise UnusableCalendar(f"{folder}: 年度文件过多（上限{YEAR_FILES_MAX}个）")
    return paths


def build_calendar(years: Sequence[YearFile], provisional: Provisional) -> Calendar:
    """Put years and provisional days together; later notices overrule earlier ones."""
    rest: dict[date, str] = {}
    work: dict[date, str] = {}
    for year in sorted(years, key=lambda one: one.year):
        for day, name in year.off_days().items():
            rest[day] = name
            work.pop(day, None)
        for day, name in year.work_days().items():
            work[day] = name
            rest.pop(day, None)
    published = frozenset(one.year for one in years)
    try:
        return Calendar(
            zone=ZoneInfo(provisional.zone),
            published=published,
            rest_days={day: name for day, name in rest.items() if day.year in published},
            makeup_days={day: name for day, name in work.items() if day.year in published},
            statutory_days=_statutory_days(provisional, published),
            sources={one.year: one.number or one.source for one in years},
            office=provisional.office,
        )
    except ZoneInfoNotFoundError as missing:
        raise UnusableCalendar(
            f"{PROVISIONAL}: zone: 本机没有时区“{provisional.zone}”的数据，请安装系统的 tzdata"
        ) from missing


def _statutory_days(provisional: Provisional, published: frozenset[int]) -> dict[date, str]:
    days: dict[date, str] = {}
    for year in range(provisional.in_force_from.year, LAST_YEAR + 1):
        if year not in published:
            for one in provisional.every_year:
                days.update((date.fromisoformat(f"{year}-{text}"), one.name) for text in one.days)
    for holiday in provisional.lunar:
        for day in days_of(holiday.off):
            days.setdefault(day, holiday.name)
    return days


def read_provisional(path: Path) -> Provisional:
    """Read and check `provisional.yaml`."""
    found = _convert(path, Provisional)
    for one in found.every_year:
        for text in one.days:
            _days_at(path, f"every_year: {one.name}", (f"2025-{text}",))
    for holiday in found.lunar:
        _days_at(path, f"lunar: {holiday.name}", holiday.off)
    return found


def read_year(path: Path) -> YearFile:
    """Read and check the file of one year; raises UnusableCalendar that says what to mend."""
    found = _convert(path, YearFile)
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise UnusableCalendar(f"{path.name}: year: 应在{FIRST_YEAR}到{LAST_YEAR}之间")
    if found.level not in LEVELS:
        raise UnusableCalendar(f"{path.name}: level: 应是 A、B、C、D 之一，而不是“{found.level}”")
    if not found.holidays:
        raise UnusableCalendar(f"{path.name}: holidays: 一个节日也没有，请按放假通知填写")
    seen: set[date] = set()
    for one in found.holidays:
        where = f"holidays: {one.name}"
        off = _days_at(path, f"{where}: off", one.off)
        work = _days_at(path, f"{where}: work", one.work)
        for day in (*off, *work):
            _check_day(path, where, day, found.year, seen)
        for day in work:
            if day.weekday() < 5:
                raise UnusableCalendar(
                    f"{path.name}: {where}: work: {day} 本来就是工作日，不是调休"
                )
    return found


def _check_day(path: Path, where: str, day: date, year: int, seen: set[date]) -> None:
    if day.year != year and (day.year, day.month) != (year - 1, 12):
        raise UnusableCalendar(
            f"{path.name}: {where}: {day} 不属于{year}年（通知只可以涉及上一年12月的日期）"
        )
    if day in seen:
        raise UnusableCalendar(f"{path.name}: {where}: {day} 写了两次")
    seen.add(day)


def days_of(spans: Iterable[str]) -> list[date]:
    """The days of a list of `2026-10-01` and `2026-10-01..2026-10-07`; raises ValueError."""
    days: list[date] = []
    for span in spans:
        first_text, dots, last_text = span.partition("..")
        first = _day(first_text)
        last = _day(last_text) if dots else first
        if not 0 <= (last - first).days < SPAN_DAYS_MAX:
            raise ValueError(f"{span} 应是先后两日，并且不超过{SPAN_DAYS_MAX}天")
        days.extend(first + timedelta(days=step) for step in range((last - first).days + 1))
    return days


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError as wrong:
        raise ValueError(f"“{text}”不是存在的日期，应写成 2026-10-01") from wrong


def _days_at(path: Path, where: str, spans: Iterable[str]) -> list[date]:
    try:
        return days_of(spans)
    except ValueError as wrong:
        raise UnusableCalendar(f"{path.name}: {where}: {wrong}") from wrong


Shape = TypeVar("Shape", YearFile, Provisional)


def _convert(path: Path, shape: type[Shape]) -> Shape:
    """Read a YAML file as strings and check its keys and types."""
    try:
        content = path.read_bytes()
    except OSError as missing:
        raise UnusableCalendar(f"{path}: 读不到这个文件（{missing.strerror}）") from missing
    if len(content) > CALENDAR_BYTES_MAX:
        raise UnusableCalendar(f"{path.name}: 文件过大（上限{CALENDAR_BYTES_MAX}字节）")
    try:
        # Everything is read as text, so that dates and spans look the same to us.
        tree = yaml.load(content, Loader=yaml.CBaseLoader)
    except (yaml.YAMLError, UnicodeDecodeError) as wrong:
        raise UnusableCalendar(f"{path.name}: 不是可以读的YAML：{wrong}") from wrong
    try:
        return msgspec.convert(tree, shape, strict=False)
    except msgspec.ValidationError as wrong:
        raise UnusableCalendar(f"{path.name}: {wrong}") from wrong
