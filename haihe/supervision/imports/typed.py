"""Text of a log made into typed values: each distinct text once, refusing what does not fit."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache, partial
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from haihe.supervision.views import TYPES, FieldType

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_DAY_US: Final = 86_400_000_000
_WEEK_US: Final = 7 * _DAY_US
_MICROSECOND: Final = timedelta(microseconds=1)
_YES_NO: Final = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
_MEANS: Final[dict[FieldType, str]] = {
    "text": "文字",
    "number": "数，如 36.50",
    "integer": "整数",
    "instant": "日期和时刻，如 2006-07-24T00:00:00+02:00",
    "day": "日期，如 2006-07-24",
    "yes_no": "true 或 false",
}
OFFSETS_KEPT_MAX: Final = 100_000
SPAN_DAYS_MAX: Final = 4_000_000  # about ten thousand years


class WrongValue(ValueError):
    """A value does not fit the type its field was declared with."""

    def __init__(self, text: str, kind: FieldType) -> None:
        super().__init__(f"{text[:80]!r} 不是{_MEANS[kind]}")
        self.text = text


def typed(
    texts: pa.StringArray, kind: FieldType, zone: ZoneInfo, bare_zone: ZoneInfo | None = None
) -> pa.Array:
    """`texts` as values of `kind`; WrongValue names the first that does not fit.

    An empty text is no value, except in a text field. NaN and INF are no value either. An
    instant without an offset is read on the clocks of `bare_zone` (default `zone`); a day given
    with a time of day and an offset is the day in `zone`. Instants come back in UTC, to the
    microsecond.
    """
    if kind == "text":
        return texts
    quick = _quick(texts, kind)
    if quick is not None:
        return quick
    read = _READERS[kind]
    clocks = (bare_zone or zone) if kind == "instant" else zone
    values: list[Any] = []
    for text in texts.to_pylist():
        try:
            values.append(None if text is None or not text.strip() else read(text.strip(), clocks))
        except (ValueError, OverflowError):
            raise WrongValue(text, kind) from None
    return pa.array(values, TYPES[kind])


def _quick(texts: pa.StringArray, kind: FieldType) -> pa.Array | None:
    """The same by Arrow's own readers, where they accept every text."""
    try:
        if kind == "instant":
            return pc.cast(texts, pa.timestamp("us", "UTC")).cast(pa.timestamp("us"))
        if kind == "number":
            numbers = pc.cast(texts, pa.float64())
            return pc.if_else(pc.is_finite(numbers), numbers, pa.scalar(None, pa.float64()))
        if kind == "integer":
            return pc.cast(texts, pa.int64())
        return None
    except pa.ArrowInvalid:
        return None


def _instant(text: str, zone: ZoneInfo) -> datetime:
    read = datetime.fromisoformat(text)
    placed = read.replace(tzinfo=zone) if read.tzinfo is None else read
    return placed.astimezone(UTC).replace(tzinfo=None)


def _day(text: str, zone: ZoneInfo) -> date:
    if len(text) <= len("2006-07-24"):
        return date.fromisoformat(text)
    read = datetime.fromisoformat(text)
    return (read if read.tzinfo is None else read.astimezone(zone)).date()


def _number(text: str, _zone: ZoneInfo) -> float | None:
    number = float(text)
    return number if math.isfinite(number) else None


def _integer(text: str, _zone: ZoneInfo) -> int:
    number = int(text) if "." not in text else int(text.removesuffix(".0"))
    if not -(2**63) <= number < 2**63:
        raise ValueError(text)
    return number


def _yes_no(text: str, _zone: ZoneInfo) -> bool:
    if text.lower() not in _YES_NO:
        raise ValueError(text)
    return _YES_NO[text.lower()]


_READERS: Final[dict[FieldType, Callable[[str, ZoneInfo], Any]]] = {
    "instant": _instant,
    "day": _day,
    "number": _number,
    "integer": _integer,
    "yes_no": _yes_no,
}


def local_clock(instants: pa.Array, zone: ZoneInfo) -> pa.Array:
    """Instants (UTC, microseconds) as the clocks of `zone` showed them."""
    told = instants.drop_null().cast(pa.int64())
    if len(told) == 0:
        return instants
    values = instants.cast(pa.int64()).fill_null(0).to_numpy(zero_copy_only=False)
    silent = pc.is_null(instants).to_numpy(zero_copy_only=False)
    bounds = pc.min_max(told).as_py()
    begins, offsets = _offsets(bounds["min"], bounds["max"], zone)
    shifted = values + offsets[np.searchsorted(begins, values, side="right") - 1]
    return pa.array(shifted, pa.int64(), mask=silent).cast(pa.timestamp("us"))


def _offsets(
    first: int, last: int, zone: ZoneInfo
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Instants from which an offset of the zone holds, covering first..last, and the offsets."""
    offset = partial(_offset_at, zone=zone)
    assert (last - first) // _DAY_US < SPAN_DAYS_MAX
    begins, offsets = [first], [offset(first)]
    at = first
    while at < last:
        then = min((at // _WEEK_US + 1) * _WEEK_US, last)  # the same weeks for every block
        if offset(then) != offsets[-1]:
            begins.append(_change(at, then, offset))
            offsets.append(offset(then))
        at = then
    return np.array(begins, np.int64), np.array(offsets, np.int64)


def _change(before: int, after: int, offset: Callable[[int], int]) -> int:
    """The first instant in (before, after] at which the offset of `after` holds."""
    wanted = offset(after)
    while after - before > 1:
        middle = (before + after) // 2
        before, after = (before, middle) if offset(middle) == wanted else (middle, after)
    return after


@lru_cache(maxsize=OFFSETS_KEPT_MAX)
def _offset_at(instant: int, zone: ZoneInfo) -> int:
    moment = _EPOCH + timedelta(microseconds=instant)
    offset = moment.astimezone(zone).utcoffset()
    assert offset is not None
    return offset // _MICROSECOND
