"""What an organ's own past says about its day: numbers day by day, and the usual band of each.

A day is compared with the same weekday of the four weeks before, up to the same hour: their median,
the least and the most of them. Nothing is compared with another organ, and nobody with anybody.
Each number is the length of a list asked as of the end of its day.
"""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Final, Literal, get_args

from haihe.kernel.values import Frozen
from haihe.records import board, lists, reach, rules
from haihe.records.board import Ask
from haihe.records.board_findings import AskFindings, total_of
from haihe.records.board_lists import Moment, Which
from haihe.records.database import place, reading_connection
from haihe.records.instants import day_words
from haihe.records.shown import Reader

DAYS: Final = 28
WEEKS: Final = 4
DAYS_KEPT: Final = 20_000
DAY: Final = timedelta(days=1)
ONE: Final = timedelta(microseconds=1)

Course = Literal["new", "ended", "rectifications", "findings"]
COURSES: Final[tuple[Course, ...]] = get_args(Course)
_LIST_OF: Final[Mapping[Course, Which]] = {
    "new": "new_today",
    "ended": "ended_today",
    "rectifications": "rectifications_today",
}


class DayNumber(Frozen, frozen=True, kw_only=True):
    """One day, up to the instant that `as_of` names."""

    day: str
    short: str
    as_of: str
    total: int


class Trend(Frozen, frozen=True, kw_only=True):
    """A course of numbers; `usual` are the same weekdays before, `low`, `median`, `high` of them.

    The band is empty (None) while there are no four weeks of history.
    """

    course: Course
    which: str
    days: tuple[DayNumber, ...]
    today: DayNumber
    usual: tuple[DayNumber, ...]
    low: int
    median: float
    high: int
    known: bool


class Trends(Frozen, frozen=True, kw_only=True):
    """All courses of one reader's reach, or of one organ in it."""

    courses: tuple[Trend, ...]
    now: str
    as_of: str
    organ_name: str


_kept: dict[tuple[object, ...], int] = {}


def trends(reader: Reader, organ: str = "", as_of: datetime | None = None) -> Trends:
    """The last DAYS days, and the day itself against its own past."""
    moment = board.moment_of(as_of, stood=True)
    begun = _begun()
    return Trends(
        courses=tuple(_trend(course, reader, organ, moment, begun) for course in COURSES),
        now=board.words_of(moment.at),
        as_of=board.as_of_text(moment.at),
        organ_name=rules.current().organ_name(organ) if organ else "",
    )


def organs(reader: Reader) -> tuple[tuple[str, str], ...]:
    """The organs in reach that have or had a matter, by name: one may be looked at alone."""
    connection = reading_connection()
    rows = connection.rows(
        "WITH RECURSIVE one(organ) AS (SELECT min(owner_organ) FROM matter UNION ALL "
        "SELECT (SELECT min(owner_organ) FROM matter WHERE owner_organ > one.organ) FROM one "
        "WHERE one.organ IS NOT NULL) SELECT organ FROM one WHERE organ IS NOT NULL LIMIT 10000"
    )
    within = reach.reach_of(reader.organ).organs
    name = rules.current().organ_name
    found = ((row[0], name(row[0])) for row in rows if within is None or row[0] in within)
    return tuple(sorted(found, key=lambda one: (one[1], one[0])))


def _begun() -> datetime | None:
    """When the first matter was taken in; None before."""
    rows = reading_connection().rows(
        "SELECT recorded_at FROM event WHERE position = (SELECT min(position) FROM event)"
    )
    return board.restored_at(rows[0][0]) if rows else None


def _trend(
    course: Course, reader: Reader, organ: str, moment: Moment, begun: datetime | None
) -> Trend:
    ends = [_end(moment, back) for back in range(DAYS, 0, -1)]
    days = tuple(_day(course, reader, organ, at, moment) for at in ends)
    today = _day(course, reader, organ, moment.at, moment)
    before = [moment.at - week * 7 * DAY for week in range(1, WEEKS + 1)]
    known = begun is not None and begun <= _midnight(before[-1])
    usual = tuple(_day(course, reader, organ, at, moment) for at in before)
    totals = [one.total for one in usual]
    return Trend(
        course=course,
        which=_LIST_OF.get(course, ""),
        days=days,
        today=today,
        usual=usual,
        low=min(totals),
        median=statistics.median(totals),
        high=max(totals),
        known=known,
    )


def _midnight(at: datetime) -> datetime:
    return Moment(at=at, past=True).midnight


def _end(moment: Moment, back: int) -> datetime:
    """The last instant of the day so many days before."""
    day = moment.midnight.date() - back * DAY
    return datetime.combine(day + DAY, time(), tzinfo=moment.midnight.tzinfo) - ONE


def _day(course: Course, reader: Reader, organ: str, at: datetime, moment: Moment) -> DayNumber:
    """The number of a day up to an instant; of a past one it is remembered."""
    local = at.astimezone(rules.current().zone)
    return DayNumber(
        day=day_words(local.date()),
        short=f"{local.month}/{local.day}",
        as_of=board.as_of_text(at),
        total=_total(course, reader, organ, at, keep=at < moment.at),
    )


def _total(course: Course, reader: Reader, organ: str, at: datetime, *, keep: bool) -> int:
    connection = reading_connection()
    visible = lists.visible(connection, reader)
    key = (id(rules.current()), place(), course, visible, organ, at)
    if keep and key in _kept:
        return _kept[key]
    if course == "findings":
        found = total_of(AskFindings(when="today", organ=organ, as_of=at), reader)
    else:
        found = board.total(Ask(_LIST_OF[course], organ=organ, as_of=at), reader)
    if keep:
        if len(_kept) >= DAYS_KEPT:
            _kept.clear()
        _kept[key] = found
    return found
