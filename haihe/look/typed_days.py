"""Days and moments as people type them: 2026-9-1, 2026/09/01, 2026年9月1日, and then 8:10, 8点10分.

Browsers that have a calendar send one form only; on others, and in a search box, people write as
they are used to. Full-width figures and marks are read like the others.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, tzinfo
from typing import Final

TYPED_MAX: Final = 40  # characters of what can be a moment
_DAY: Final = (
    r"(?P<year>\d{4})\s*[-./年]\s*"  # Chinese: what is typed
    r"(?P<month>\d{1,2})\s*[-./月]\s*(?P<day>\d{1,2})\s*日?"  # Chinese: what is typed
)
_TIME: Final = (
    r"(?P<hour>\d{1,2})\s*[:时点]\s*"  # Chinese: what is typed
    r"(?:(?P<minute>\d{1,2})\s*分?)?(?::(?P<second>\d{1,2}))?"  # Chinese: what is typed
)
_ONLY_DAY: Final = re.compile(_DAY)
_MOMENT: Final = re.compile(rf"{_DAY}[\sT,]*{_TIME}")


def day(text: str) -> date | None:
    """The day that was typed; None if it is none."""
    found = _ONLY_DAY.fullmatch(_plain(text))
    return _checked_day(found) if found else None


def moment(text: str, zone: tzinfo) -> datetime | None:
    """The moment that was typed, in `zone` if it names none itself; None if it is none."""
    plain = _plain(text)
    found = _MOMENT.fullmatch(plain)
    if found is not None:
        on = _checked_day(found)
        hour, minute, second = (int(found[one] or 0) for one in ("hour", "minute", "second"))
        if on is None or hour > 23 or minute > 59 or second > 59:
            return None
        return datetime(on.year, on.month, on.day, hour, minute, second, tzinfo=zone)
    try:
        at = datetime.fromisoformat(plain)
    except ValueError:
        return None
    if ":" not in plain:  # a day alone is no moment
        return None
    return at if at.tzinfo else at.replace(tzinfo=zone)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text[:TYPED_MAX]).strip()


def _checked_day(found: re.Match[str]) -> date | None:
    try:
        return date(int(found["year"]), int(found["month"]), int(found["day"]))
    except ValueError:
        return None
