"""Days and moments for clock tests, written with their weekday so that a human can check them."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from pathlib import Path

from haihe.kernel.calendar import Calendar
from haihe.pack.calendar import (
    PROVISIONAL,
    build_calendar,
    read_provisional,
    read_year,
    year_files,
)

LAST_PUBLISHED = 2026
CALENDAR_FOLDER = Path(__file__).resolve().parents[2] / "law" / "calendar"


@cache
def calendar() -> Calendar:
    """The calendar the program ships, as it stood in 2026: 2027 is not published yet."""
    years = [read_year(path) for path in year_files(CALENDAR_FOLDER)]
    known = [year for year in years if year.year <= LAST_PUBLISHED]
    return build_calendar(known, read_provisional(CALENDAR_FOLDER / PROVISIONAL))


def day(text: str) -> date:
    """`Thu 2026-10-08`; the weekday must be right."""
    weekday, written = text.split(" ")
    found = date.fromisoformat(written)
    assert found.strftime("%a") == weekday, f"{written} is a {found:%a}, not a {weekday}"
    return found


def moment(text: str) -> datetime:
    """`Thu 2026-10-01 22:15`, local time; the weekday must be right."""
    weekday, written = text.split(" ", 1)
    found = datetime.fromisoformat(written).replace(tzinfo=calendar().zone)
    assert found.strftime("%a") == weekday, f"{written} is a {found:%a}, not a {weekday}"
    return found


def when(text: str) -> date | datetime:
    """A day or a moment, whichever is written."""
    return moment(text) if ":" in text else day(text)
