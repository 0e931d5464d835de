"""How long people take: delays in minutes, hours and days, of the clock or of the office."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import cache
from random import Random
from typing import Final

from haihe.kernel.calendar import Calendar

_DELAY: Final = re.compile(
    r"(?:(past|follows) (\w+) )?(\d+(?:\.\d+)?)(?:\.\.(\d+(?:\.\d+)?))? "
    r"(seconds|minutes|hours|days|working_hours|working_days)"
)
_ON: Final = re.compile(r"on (\w+)")
_MINUTES: Final = {
    "seconds": 1 / 60,
    "minutes": 1.0,
    "hours": 60.0,
    "days": 1440.0,
    "working_hours": 60.0,
    "working_days": 480.0,
}
OPENS: Final = time(8, 30)
SHUTS: Final = time(17, 30)  # an hour's rest at noon is not counted apart
WORKED_MINUTES: Final = 480.0
DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Delay:
    """Between `least` and `most` minutes, most often near the least.

    `past` a clock first; `follows` the end of the matter of that kind which this one opened; `on`
    the day or at the instant that a field of the matter names.
    """

    least: float
    most: float
    office: bool  # counted in working time only
    exact: bool  # minutes and seconds: nobody waits for the office to open
    past: str = ""
    on: str = ""
    follows: str = ""


@cache
def parse_delay(text: str) -> Delay:
    """`20..200 minutes`, `past pay 1..5 days`, `on hearing_on`; raises ValueError."""
    named = _ON.fullmatch(text)
    if named is not None:
        return Delay(0.0, 240.0, office=False, exact=True, on=named[1])
    found = _DELAY.fullmatch(text)
    if found is None:
        raise ValueError(
            f"{text!r}: a delay is written like `20..200 minutes`, `1..8 working_hours`,"
            " `2 days`, `past CLOCK 1..5 days`, `follows KIND 1..5 days` or `on FIELD`"
        )
    waits, named_one, least, most, unit = found.groups()
    first = float(least) * _MINUTES[unit]
    last = float(most or least) * _MINUTES[unit]
    if last < first:
        raise ValueError(f"{text!r}: the smaller number stands first")
    return Delay(
        first,
        last,
        unit.startswith("working_"),
        unit in ("seconds", "minutes"),
        past=named_one if waits == "past" else "",
        follows=named_one if waits == "follows" else "",
    )


def sample(delay: Delay, chance: Random, load: float = 1.0) -> float:
    """Minutes of one delay; `load` (1: ordinary) stretches what lies above the least."""
    spread = delay.most - delay.least
    if not spread:
        return delay.least
    share = min(1.0, chance.triangular(0.0, 1.0, 0.25) * load)
    return delay.least + spread * share


def later(at: datetime, minutes: float, calendar: Calendar, *, office: bool) -> datetime:
    """`at` and so many minutes; of working time, if `office`."""
    if not office:
        return at + timedelta(minutes=minutes)
    at = into_office(at, calendar)
    days, rest = divmod(minutes, WORKED_MINUTES)
    if days:
        number = calendar.workdays_until(at.date()) + int(days)
        at = datetime.combine(calendar.nth_workday(number), at.timetz())
    at += timedelta(minutes=rest)
    shuts = datetime.combine(at.date(), SHUTS, at.tzinfo)
    if at < shuts:
        return at
    over = at - shuts
    return _opening_after(at, calendar) + over


def into_office(at: datetime, calendar: Calendar) -> datetime:
    """The first moment from `at` on at which an office is open."""
    if calendar.is_workday(at.date()):
        clock = at.time()
        if OPENS <= clock < SHUTS:
            return at
        if clock < OPENS:
            return _opening(at, at.minute)
    return _opening_after(at, calendar)


def _opening_after(at: datetime, calendar: Calendar) -> datetime:
    """Shortly after the doors open on the next working day, not everybody in the same minute."""
    day = calendar.workday_from(at.date() + DAY)
    return _opening(datetime.combine(day, at.timetz()), at.minute)


def _opening(at: datetime, minutes: int) -> datetime:
    return datetime.combine(at.date(), OPENS, at.tzinfo) + timedelta(
        minutes=minutes, seconds=at.second
    )
