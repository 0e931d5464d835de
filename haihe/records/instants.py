"""Instants as the tables keep them (microseconds since 1970 in UTC) and as people read them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, tzinfo

WEEKDAYS = ("星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY_MICROSECONDS = 86_400_000_000
_MINUTE = timedelta(minutes=1)
_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)


def stored(instant: datetime) -> int:
    """Microseconds since 1970; `instant` must be aware."""
    since = instant - _EPOCH
    return since.days * _DAY_MICROSECONDS + since.seconds * 1_000_000 + since.microseconds


def restored(microseconds: int, zone: tzinfo) -> datetime:
    """The instant, in the zone of the city."""
    return (_EPOCH + timedelta(microseconds=microseconds)).astimezone(zone)


def end_of(due: date | datetime, zone: tzinfo) -> datetime:
    """When a due date has passed: an instant itself, a day at the midnight that ends it."""
    if isinstance(due, datetime):
        return due
    return datetime(due.year, due.month, due.day, tzinfo=zone) + _DAY


def instant_words(instant: datetime, zone: tzinfo) -> str:
    """2026年9月1日 星期二 08:10."""
    local = instant.astimezone(zone)
    return f"{day_words(local.date())} {local:%H:%M}"


def day_words(day: date) -> str:
    """2026年9月1日 星期二."""
    return f"{day.year}年{day.month}月{day.day}日 {WEEKDAYS[day.weekday()]}"


def due_words(due: date | datetime | None, zone: tzinfo) -> str:
    """A due date as people write it; "" when there is none."""
    if due is None:
        return ""
    return instant_words(due, zone) if isinstance(due, datetime) else day_words(due)


def length_words(length: timedelta) -> str:
    """3天2小时, 5小时10分钟, 40分钟: the two largest units, never negative."""
    left = max(length, timedelta(0))
    days, rest = divmod(left, _DAY)
    hours, rest = divmod(rest, _HOUR)
    minutes = rest // _MINUTE
    if days:
        return f"{days}天{hours}小时" if hours else f"{days}天"
    if hours:
        return f"{hours}小时{minutes}分钟" if minutes else f"{hours}小时"
    return f"{minutes}分钟"
