"""Public bodies and who stands above whom, by date: what is competent is asked for a day.

A body may change its name, its superior or its area from a day on: it then has a further version
under the same id. `since` is the first day a version holds, `until` the first day it holds no
more; without `until` it goes on. A body that is closed names its heirs: who takes over its matters.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from itertools import pairwise
from typing import Final, Literal

from haihe.kernel.values import Frozen

Tier = Literal["city", "district", "street", "community"]
TIERS: Final[tuple[Tier, ...]] = ("city", "district", "street", "community")
ALWAYS: Final = date(1, 1, 1)  # `since` of a body whose first day nobody wrote down
STEPS_UP_MAX: Final = 20  # from a body to the top, and from a closed one to its last heir
UNDER_KEPT: Final = 4_096
STRETCHES_KEPT: Final = 64  # of days between which nothing changes


class UnusableOrgans(ValueError):
    """Bodies that contradict one another; every line names one and what was expected."""


class Sort(Frozen, frozen=True, kw_only=True):
    """A sort of body 类别: its tier, the sort above it ("" for none), and its branch."""

    name: str
    tier: Tier
    above: str = ""
    line: str


class Organ(Frozen, frozen=True, kw_only=True):
    """One public body as it is from `since` up to, and without, `until`.

    `sort` is one of the city's closed list, `area` the code of the place it works for, `above` the
    id of the body that leads or supervises it ("" for none).
    """

    id: str
    name: str
    sort: str
    tier: Tier
    above: str = ""
    area: str = ""
    since: date = ALWAYS
    until: date | None = None

    def holds(self, day: date) -> bool:
        """Whether this version is the one of a day."""
        return self.since <= day and (self.until is None or day < self.until)


class Heir(Frozen, frozen=True, kw_only=True):
    """Who takes over the matters of these kinds from a closed body; without kinds all others."""

    organ: str
    kinds: tuple[str, ...] = ()


class Succession(Frozen, frozen=True, kw_only=True):
    """A body ends on a day (it acts no more on it), by an order, and these take over."""

    organ: str
    day: date
    order: str
    heirs: tuple[Heir, ...]

    def heir(self, kind: str) -> str:
        """Who takes over a matter of this kind."""
        named = [one.organ for one in self.heirs if kind in one.kinds]
        return named[0] if named else next(one.organ for one in self.heirs if not one.kinds)


class Archive(Frozen, frozen=True, kw_only=True):
    """What a closed body had, as far as one heir took it over.

    The matters of `kinds`, and with `rest` of every other kind but those that went elsewhere.
    """

    organ: str
    kinds: frozenset[str]
    rest: bool
    elsewhere: frozenset[str]

    def holds(self, kind: str) -> bool:
        """Whether the matters of this kind are among it."""
        return kind in self.kinds or (self.rest and kind not in self.elsewhere)


class Organs:
    """Every body of a city through time. Raises UnusableOrgans when they contradict one another."""

    def __init__(self, organs: Iterable[Organ], successions: Iterable[Succession] = ()) -> None:
        versions: dict[str, list[Organ]] = {}
        for one in organs:
            versions.setdefault(one.id, []).append(one)
        self._versions: Mapping[str, tuple[Organ, ...]] = {
            organ: tuple(sorted(found, key=lambda one: one.since))
            for organ, found in versions.items()
        }
        self.successions: Mapping[str, Succession] = {one.organ: one for one in successions}
        every = [one for found in self._versions.values() for one in found]
        ends = {one.until for one in every if one.until is not None}
        self._edges = sorted({one.since for one in every} | ends)
        wrong = [*self._overlaps(), *self._unknown(), *self._heirless(), *self._circles()]
        if wrong:
            raise UnusableOrgans("\n".join(wrong))
        self._below = lru_cache(maxsize=STRETCHES_KEPT)(self._found_below)
        self._under = lru_cache(maxsize=UNDER_KEPT)(self._found_under)
        self._archives = lru_cache(maxsize=STRETCHES_KEPT)(self._found_archives)

    def joined(self, beside: Iterable[Organ]) -> Organs:
        """These bodies and others beside them."""
        own = [one for found in self._versions.values() for one in found]
        return Organs([*own, *beside], self.successions.values())

    def __contains__(self, organ: str) -> bool:
        return organ in self._versions

    def __len__(self) -> int:
        return len(self._versions)

    def ids(self) -> tuple[str, ...]:
        """Every id there ever was, in the order of the files."""
        return tuple(self._versions)

    def versions(self, organ: str) -> tuple[Organ, ...]:
        """How a body was and is, oldest first; () for an id nobody knows."""
        return self._versions.get(organ, ())

    def by_name(self) -> dict[str, str]:
        """Official name -> id; a name two bodies had is the later listed one's."""
        return {one.name: one.id for found in self._versions.values() for one in found}

    def get(self, organ: str, day: date) -> Organ | None:
        """The body as it is on a day; None when there is none then."""
        return next((one for one in self.versions(organ) if one.holds(day)), None)

    def known(self, organ: str, day: date) -> Organ | None:
        """As `get`; before its first day as it came to be, after its last as it was."""
        found = self.versions(organ)
        earlier = [one for one in found if one.since <= day]
        return earlier[-1] if earlier else (found[0] if found else None)

    def at(self, day: date) -> tuple[Organ, ...]:
        """Every body there is on a day."""
        return tuple(one for found in self._versions.values() for one in found if one.holds(day))

    def above(self, organ: str, day: date) -> Organ | None:
        """The body right above it on a day; None at the top or when there is none then."""
        found = self.get(organ, day)
        return self.get(found.above, day) if found is not None and found.above else None

    def lineage(self, organ: str, day: date) -> tuple[str, ...]:
        """Itself and everybody above it up to the top; () when there is no such body that day."""
        found: list[str] = []
        one = self.get(organ, day)
        while one is not None:
            found.append(one.id)
            assert len(found) <= STEPS_UP_MAX, f"{organ}: more than {STEPS_UP_MAX} steps to the top"
            one = self.get(one.above, day) if one.above else None
        return tuple(found)

    def under(self, organ: str, day: date) -> frozenset[str]:
        """Itself and every body below it on a day; empty when there is no such body then."""
        return self._under(organ, self._stretch(day))

    def _stretch(self, day: date) -> date:
        """The first day from which on everything is as it is on this day."""
        return max((edge for edge in self._edges if edge <= day), default=ALWAYS)

    def _found_under(self, organ: str, day: date) -> frozenset[str]:
        if self.get(organ, day) is None:
            return frozenset()
        below = self._below(day)
        found, waiting = {organ}, [organ]
        while waiting:
            fresh = [one for one in below.get(waiting.pop(), ()) if one not in found]
            found.update(fresh)
            waiting += fresh
        return frozenset(found)

    def _found_below(self, day: date) -> Mapping[str, list[str]]:
        below: dict[str, list[str]] = {}
        for one in self.at(day):
            below.setdefault(one.above, []).append(one.id)
        return below

    def succession(self, organ: str, day: date) -> Succession | None:
        """By which succession the body has ended on a day; None while it acts."""
        found = self.successions.get(organ)
        return found if found is not None and found.day <= day else None

    def owner(self, organ: str, kind: str, day: date) -> str:
        """Who has on a day what this body had: itself, or the last of its heirs."""
        for _ in range(STEPS_UP_MAX):
            found = self.succession(organ, day)
            if found is None:
                return organ
            organ = found.heir(kind)
        raise AssertionError(f"{organ}: more than {STEPS_UP_MAX} heirs in a row")

    def archives(self, organ: str, day: date) -> tuple[Archive, ...]:
        """The closed bodies in whose place this one stands on a day, each with its kinds."""
        if not self.successions:
            return ()
        return self._archives(self._stretch(day)).get(organ, ())

    def _found_archives(self, day: date) -> Mapping[str, tuple[Archive, ...]]:
        heirs = [one for told in self.successions.values() for one in told.heirs]
        named = frozenset(kind for one in heirs for kind in one.kinds)
        found: dict[str, list[Archive]] = {}
        for old, told in self.successions.items():
            if told.day > day:
                continue
            rest = self.owner(old, "", day)
            goes = {kind: self.owner(old, kind, day) for kind in named}
            for heir in dict.fromkeys((rest, *goes.values())):
                kinds = frozenset(kind for kind, to in goes.items() if to == heir)
                found.setdefault(heir, []).append(
                    Archive(organ=old, kinds=kinds, rest=heir == rest, elsewhere=named - kinds)
                )
        return {heir: tuple(parts) for heir, parts in found.items()}

    # ── what may not be ──────────────────────────────────────────────────────────────────────

    def _overlaps(self) -> Iterable[str]:
        for organ, found in self._versions.items():
            for one in found:
                if one.until is not None and one.until <= one.since:
                    yield f"{organ}: until {one.until} is not after since {one.since}"
            for one, later in pairwise(found):
                if one.until is None or later.since < one.until:
                    yield f"{organ}: two versions hold on {later.since}"
                elif later.since > one.until:
                    yield f"{organ}: no version holds from {one.until} to {later.since}"

    def _unknown(self) -> Iterable[str]:
        for organ, found in self._versions.items():
            for one in found:
                if one.above and one.above not in self._versions:
                    yield f"{organ}: above: there is no organ `{one.above}`"

    def _heirless(self) -> Iterable[str]:
        for organ, found in self._versions.items():
            last, told = found[-1].until, self.successions.get(organ)
            if last is not None and told is None:
                yield f"{organ}: ends on {last} but names nobody who takes over its matters"
            if told is not None and told.day != last:
                yield f"{organ}: its succession is of {told.day}, its last day of {last}"
        for organ, told in self.successions.items():
            if organ not in self._versions:
                yield f"{organ}: has heirs, but there is no such organ"
            rest = [one for one in told.heirs if not one.kinds]
            if len(rest) != 1:
                yield f"{organ}: exactly one heir takes what no kinds name; {len(rest)} do"
            for one in told.heirs:
                if self.get(one.organ, told.day) is None:
                    yield f"{organ}: its heir `{one.organ}` does not exist on {told.day}"

    def _circles(self) -> Iterable[str]:
        for day in self._edges:
            above = {one.id: one.above for one in self.at(day)}
            clear: set[str] = set()
            for organ, upper in above.items():
                if upper and upper not in above and upper in self._versions:
                    yield f"{organ}: on {day} there is no `{upper}` above it"
            for organ in above:
                way: list[str] = []
                one = organ
                while one in above and one not in clear:
                    if one in way:
                        yield f"{organ}: on {day} it stands above itself"
                        break
                    way.append(one)
                    one = above[one]
                clear.update(way)
