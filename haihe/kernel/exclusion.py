"""Days that do not count towards a period: appraisal, hearing, notice, suspension; merged first.

An exclusion is a half-open interval of days: the day it begins still counts, the day it ends does
not. A suspension is an exclusion; while it has no end the period has no last day.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import msgspec

EXCLUSIONS_MAX = 1_000


class UnusableExclusion(ValueError):
    """An exclusion that ends before it begins, or too many of them."""


class Exclusion(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Days after `first` up to and with `last` do not count; `last` None means still running.

    `matter` says why, in Chinese (鉴定, 听证, 中止); `article` is the rule that lets it not count.
    """

    first: date
    last: date | None
    matter: str = ""
    article: str = ""

    def __post_init__(self) -> None:
        """Refuse an interval that ends before it begins."""
        if self.last is not None and self.last < self.first:
            raise UnusableExclusion(
                f"不计入的期间写反了：{self.first}..{self.last}，结束日不能早于开始日"
            )


def merge(exclusions: Iterable[Exclusion], start: date) -> list[Exclusion]:
    """Sort, join what overlaps or touches, drop what ended by `start`, and begin no earlier.

    Joined exclusions keep every reason and article, so that no day is deducted twice and the
    explanation loses nothing.
    """
    whole = sorted(exclusions, key=lambda one: (one.first, one.last or date.max))
    if len(whole) > EXCLUSIONS_MAX:
        raise UnusableExclusion(f"不计入的期间过多（上限{EXCLUSIONS_MAX}段）")
    merged: list[Exclusion] = []
    for one in whole:
        if one.last is not None and one.last <= max(start, one.first):
            continue
        first = max(one.first, start)
        if merged and (merged[-1].last is None or first <= merged[-1].last):
            merged[-1] = _join(merged[-1], one)
        else:
            merged.append(Exclusion(first, one.last, one.matter, one.article))
    return merged


def _join(earlier: Exclusion, later: Exclusion) -> Exclusion:
    ends = (earlier.last, later.last)
    last = None if None in ends else max(end for end in ends if end is not None)
    return Exclusion(
        earlier.first,
        last,
        _both(earlier.matter, later.matter),
        _both(earlier.article, later.article),
    )


def _both(one: str, other: str) -> str:
    """Two wordings side by side, each said once."""
    known = one.split("、") if one else []
    return "、".join([*known, *(word for word in other.split("、") if word and word not in known)])
