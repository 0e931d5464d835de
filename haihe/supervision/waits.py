"""How long after something happened a model may change its mind although nothing happens since.

A model compares `today.at` with an instant of a matter and a length of time. The lengths are read
from its SQL: every whole number in it, in every unit it names. That gives lengths that are not
meant too, which costs a look in vain; none that is written is missed. Lengths that are data, or
shares of a clock, stand on the card (`waits`).
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from haihe.pack.models import Model

MICROSECONDS: Final = {
    "minute": 60_000_000,
    "hour": 3_600_000_000,
    "day": 86_400_000_000,
    "week": 7 * 86_400_000_000,
    "month": 30 * 86_400_000_000,
    "year": 365 * 86_400_000_000,
}
DAY: Final = MICROSECONDS["day"]
MONTH_SPAN: Final = range(28, 32)  # days a month may have
YEAR_SPAN: Final = (365, 366)
NUMBER_MAX: Final = 3_660  # larger numbers are years, amounts or articles, no lengths

_TODAY: Final = re.compile(r"\btoday\b", re.IGNORECASE)
_COMMENT: Final = re.compile(r"--[^\n]*")
_NUMBER: Final = re.compile(r"(?<![\w.#])(\d{1,4})(?![\w.])")
_UNIT: Final = re.compile(r"\b(minute|hour|day|week|month|year)s?\b", re.IGNORECASE)
_KIND_ASKED: Final = re.compile(r"\bkind\s*(?:=\s*('\w+')|IN\s*(\([^)]*\)))", re.IGNORECASE)
_KIND_LEFT_OUT: Final = re.compile(r"\bkind\s*(?:<>|!=|NOT\b|LIKE\b)", re.IGNORECASE)
_LITERAL: Final = re.compile(r"'(\w+)'")
_CARD: Final = re.compile(r"(\d+) (minute|hour|day|week|month|year)s?")
_SHARE: Final = re.compile(r"(\d+)/(\d+) of a clock")


class WrongWait(ValueError):
    """A card's `waits` that cannot be read; the message says how to write it."""


@dataclass(frozen=True)
class Waits:
    """Lengths in microseconds after an instant, whole local days after its day, shares of a clock.

    Each is sorted; zero is always among the lengths and the days.
    """

    lengths: tuple[int, ...] = (0,)
    days: tuple[int, ...] = (0, 1)
    shares: tuple[tuple[int, int], ...] = ()

    def told(self) -> str:
        """All of it in one line, to notice when it changes."""
        return f"{self.lengths} {self.days} {self.shares}"

    def next(self, anchor: int, midnight: int, now: int) -> int | None:
        """The first moment from `now` on that lies one of the waits after an instant.

        `midnight` is the local midnight before the anchor, in microseconds UTC.
        """
        found = []
        place = bisect_left(self.lengths, now - anchor)
        if place < len(self.lengths):
            found.append(anchor + self.lengths[place])
        place = bisect_left(self.days, -((midnight - now) // DAY))
        if place < len(self.days):
            found.append(midnight + self.days[place] * DAY)
        return min(found, default=None)


def waits_of(models: Iterable[Model]) -> Waits:
    """The waits of all these models together."""
    lengths, days, shares = {0}, {0, 1}, set[tuple[int, int]]()
    for model in models:
        for number, unit in _lengths(model):
            spans = _spans(number, unit)
            lengths.update(spans)
            for span in spans:
                whole = span // DAY
                days.update((whole, whole + 1))
        shares.update(_shares(model))
    return Waits(tuple(sorted(lengths)), tuple(sorted(days)), tuple(sorted(shares)))


def kinds_of(model: Model) -> frozenset[str]:
    """The kinds of matter without which it finds nothing; none when that cannot be told.

    They are those its SQL asks for (`kind = 'alarm'`, `kind IN (...)`); where it leaves kinds out,
    or asks for none, it may find in any.
    """
    sql = _COMMENT.sub("", model.sql)
    if _KIND_LEFT_OUT.search(sql):
        return frozenset()
    return frozenset(
        kind for asked in _KIND_ASKED.finditer(sql) for kind in _LITERAL.findall(asked[0])
    )


def looks_at_time(model: Model) -> bool:
    """Whether its findings may change while nothing happens."""
    return _TODAY.search(_COMMENT.sub("", model.sql)) is not None


def _lengths(model: Model) -> set[tuple[int, str]]:
    found = set()
    for wait in model.card.waits:
        told = _CARD.fullmatch(wait)
        if told:
            found.add((int(told[1]), told[2]))
        elif not _SHARE.fullmatch(wait):
            raise WrongWait(f"{wait!r}: write it like 36 hours, 10 days or 4/5 of a clock")
    if looks_at_time(model):
        sql = _COMMENT.sub("", model.sql)
        units = {unit.lower() for unit in _UNIT.findall(sql)} or {"day"}
        numbers = {int(one) for one in _NUMBER.findall(sql) if int(one) <= NUMBER_MAX}
        found |= {(number, unit) for number in numbers for unit in units}
    return found


def _shares(model: Model) -> set[tuple[int, int]]:
    told = (_SHARE.fullmatch(wait) for wait in model.card.waits)
    return {(int(one[1]), int(one[2])) for one in told if one and int(one[2])}


def _spans(number: int, unit: str) -> set[int]:
    """A length in microseconds; months and years are as long as they may be."""
    if unit == "month":
        least, most = number * MONTH_SPAN.start, number * (MONTH_SPAN.stop - 1)
        return {days * DAY for days in range(least, min(most, least + 31) + 1)}
    if unit == "year":
        return {number * YEAR_SPAN[0] * DAY + leap * DAY for leap in range(number + 1)}
    return {number * MICROSECONDS[unit]}
