"""Who answers for an area: exactly one post for every place, grid and beat, on every day.

A rule names a post for all areas of a kind, or for some by code; one by code goes before the
kind's. Who holds the post on a day is told by the register of posts (领导责任制, 一把手第一责任人).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import pairwise
from typing import Final

from haihe.kernel.organs import ALWAYS
from haihe.kernel.values import Frozen

RULES_MAX: Final = 10_000


class UnusableResponsible(ValueError):
    """An area for which nobody or more than one answers; every line names one and the days."""


class Rule(Frozen, frozen=True, kw_only=True):
    """From `since` up to, and without, `until` this post answers for areas of `kind` or `areas`."""

    post: str  # short word of the post, part of its id
    name: str
    order: str  # what it rests on
    kind: str = ""
    areas: tuple[str, ...] = ()
    since: date = ALWAYS
    until: date | None = None

    def holds(self, day: date) -> bool:
        """Whether it is the rule of a day."""
        return self.since <= day and (self.until is None or day < self.until)


class Responsible(Frozen, frozen=True, kw_only=True):
    """The one post that answers for an area on a day; `post` is its id in the register."""

    area: str
    post: str
    name: str
    order: str
    since: date
    until: date | None


class Responsibles:
    """The rules of a city. Raises UnusableResponsible on a gap or an overlap.

    `kinds` are the kinds of area there are: each has a post on every day.
    """

    def __init__(self, rules: Iterable[Rule], kinds: Iterable[str]) -> None:
        self._of_kind: dict[str, list[Rule]] = {kind: [] for kind in kinds}
        self._of_area: dict[str, list[Rule]] = {}
        wrong: list[str] = []
        for one in rules:
            if bool(one.kind) == bool(one.areas):
                wrong.append(f"{one.post}: write either kind or areas")
            elif one.kind and one.kind not in self._of_kind:
                wrong.append(f"{one.post}: kind: there are no areas of kind `{one.kind}`")
            elif one.kind:
                self._of_kind[one.kind].append(one)
            for area in one.areas:
                self._of_area.setdefault(area, []).append(one)
        for kind, found in self._of_kind.items():
            wrong += _gaps(kind, found)
        for area, found in self._of_area.items():
            wrong += _overlaps(area, found)
        if wrong:
            raise UnusableResponsible("\n".join(wrong))

    def areas(self) -> tuple[str, ...]:
        """The codes that rules name."""
        return tuple(self._of_area)

    def of(self, area: str, kind: str, day: date) -> Responsible:
        """Who answers for an area of this kind on a day. KeyError: there is no such kind."""
        for rules in (self._of_area.get(area, ()), self._of_kind[kind]):
            for one in rules:
                if one.holds(day):
                    return Responsible(
                        area=area,
                        post=f"{area}/{one.post}",
                        name=one.name,
                        order=one.order,
                        since=one.since,
                        until=one.until,
                    )
        raise AssertionError(f"nobody answers for {area} on {day}")


def _gaps(kind: str, rules: list[Rule]) -> Iterator[str]:
    """Days on which nobody, or more than one, answers for a kind."""
    if not rules:
        yield f"{kind}: nobody answers for areas of this kind"
        return
    rules.sort(key=lambda one: one.since)
    if rules[0].since != ALWAYS:
        yield f"{kind}: nobody answers before {rules[0].since}; the first rule has no since"
    yield from _overlaps(kind, rules)
    for one, later in pairwise(rules):
        if one.until is not None and one.until < later.since:
            yield f"{kind}: nobody answers from {one.until} to {later.since}"
    if rules[-1].until is not None:
        yield f"{kind}: nobody answers from {rules[-1].until}; the last rule has no until"


def _overlaps(area: str, rules: Sequence[Rule]) -> Iterator[str]:
    for one, later in pairwise(sorted(rules, key=lambda one: one.since)):
        if one.until is None or later.since < one.until:
            yield f"{area}: {one.post} and {later.post} both answer on {later.since}"
    for one in rules:
        if one.until is not None and one.until <= one.since:
            yield f"{area}: {one.post}: until {one.until} is not after since {one.since}"
