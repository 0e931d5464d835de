"""The service catalogue: items with their conditions, materials and limits, judged and searched.

An item says on which article each of its fields rests; what no article says is an assumption of the
city and is shown as one (政府信息公开: 办事指南). Conditions have a first and a last day: what was
judged on a day is judged by the conditions of that day, whatever came later.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Final, Literal, NamedTuple

from haihe.kernel.allowance import Allowance
from haihe.kernel.calendar import Calendar
from haihe.kernel.deadline import due, expires_at
from haihe.kernel.everyday import Index, Said
from haihe.kernel.facts import all_hold, holds, is_given
from haihe.kernel.organs import Organs
from haihe.kernel.procedure import Field, Test
from haihe.kernel.values import Data, Frozen

Channel = Literal["online", "window", "terminal", "station"]
Tier = Literal["station", "district", "city"]
Power = Literal["licence", "confirmation", "record", "service"]
From = Literal["applicant", "shared", "promise"]
Basis = Literal["law", "seed", "assumed"]

FIELDS: Final = (
    "name", "basis", "conditions", "materials", "legal", "promised", "channels", "tier", "fee",
    "result", "remedy", "words",
)  # fmt: skip
ALWAYS: Final = date(1, 1, 1)
STARTS_A_DAY: Final = (time(9), time(16, 30))
SURE: Final = ("A", "B")  # levels of an article that was read
FOUND_MAX: Final = 20


class Source(Frozen, frozen=True, kw_only=True):
    """A register of another department that can be asked: 婚姻登记 of 民政部门."""

    name: str
    keeper: str
    gives: dict[str, str]  # what it answers -> its words; a fact of that id is filled with it
    organ: str = ""  # the body that is asked to correct it


class Material(Frozen, frozen=True, kw_only=True, rename={"from_": "from"}):
    """One material and where it comes from; `source` names the register of a shared one.

    `keeps`: for how long one that came may be used again ("1 year"); "" where it is asked anew.
    """

    name: str
    from_: From
    source: str = ""
    keeps: str = ""


class Condition(Frozen, frozen=True, kw_only=True):
    """One thing that must be so, in words and as tests, from a day and up to another."""

    says: str
    cites: tuple[str, ...]
    instead: str = ""
    all: tuple[Test, ...] = ()
    any: tuple[Test, ...] = ()
    when: tuple[Test, ...] = ()
    since: date = ALWAYS
    until: date | None = None  # the first day on which it no longer holds

    def in_force(self, day: date) -> bool:
        """Whether it is asked on a day."""
        return self.since <= day and (self.until is None or day < self.until)

    @property
    def facts(self) -> tuple[str, ...]:
        """The facts it looks at."""
        return tuple(dict.fromkeys(one.field for one in (*self.when, *self.all, *self.any)))


class Branch(Frozen, frozen=True, kw_only=True):
    """A business branch of the police 警种."""

    id: str
    name: str
    says: str = ""


class Item(Frozen, frozen=True, kw_only=True):
    """One service item; `by` gives for a field the article it rests on, `seeded` those told of."""

    code: str
    branch: str
    group: str
    name: str
    kind: str
    power: Power
    basis: tuple[str, ...]
    conditions: tuple[Condition, ...]
    materials: tuple[str, ...]
    legal: Allowance
    promised: Allowance
    channels: tuple[Channel, ...]
    tier: Tier
    fee: str
    result: str
    remedy: str
    words: tuple[str, ...]
    asks: tuple[str, ...]
    sources: tuple[str, ...]
    data: Data  # what its matter says without being asked
    by: dict[str, str]
    seeded: tuple[str, ...]
    electronic: bool
    valid: Allowance | None

    @property
    def online(self) -> bool:
        """Whether it can be applied for online."""
        return "online" in self.channels


class Order(Frozen, frozen=True, kw_only=True):
    """An order on items from a day up to another: a power handed on, a green lane, a prolongation.

    `delegate` gives `tier` the power within `area`; `green_lane` makes `promise` the limit;
    `prolong` moves what expires between `expires_from` and `expires_to` (both counted) to `until`;
    `running`: renewals that are still being decided count from the new day as well.
    """

    id: str
    sort: Literal["delegate", "green_lane", "prolong"]
    number: str
    says: str
    since: date
    ends: date | None = None
    items: tuple[str, ...] = ()
    area: str = ""
    tier: Tier | None = None
    promise: str = ""
    expires_from: date | None = None
    expires_to: date | None = None
    until: date | None = None
    running: bool = False

    def in_force(self, day: date) -> bool:
        """Whether it holds on a day."""
        return self.since <= day and (self.ends is None or day < self.ends)


class Mark(NamedTuple):
    """What a field of an item rests on: an article and how surely it was read, or nothing."""

    basis: Basis
    cite: str = ""
    level: str = ""


class Judged(NamedTuple):
    """A condition and whether it is met; None while a fact that it needs is not known."""

    condition: Condition
    met: bool | None


class Catalogue:
    """Every item with what they are made of; built and checked by haihe.pack.catalogue."""

    def __init__(
        self,
        branches: Sequence[Branch],
        items: Sequence[Item],
        facts: Mapping[str, Field],
        sources: Mapping[str, Source],
        materials: Mapping[str, Material],
        orders: Sequence[Order],
        alike: Mapping[str, str],
    ) -> None:
        self.branches = {one.id: one for one in branches}
        self.items = {one.code: one for one in items}
        self.facts = dict(facts)
        self.sources = dict(sources)
        self.materials = dict(materials)
        self.orders = tuple(orders)
        self.alike = dict(alike)  # everyday word -> the words items use

    def of_branch(self, branch: str) -> tuple[Item, ...]:
        """The items of a branch in the order of the file."""
        return tuple(one for one in self.items.values() if one.branch == branch)

    def at_stations(self) -> tuple[Item, ...]:
        """What every one-window station takes in."""
        return tuple(one for one in self.items.values() if "station" in one.channels)

    def found(self, question: str) -> tuple[Item, ...]:
        """The items nearest to what somebody says they want, the best first."""
        return tuple(self.items[code] for code in self._index.ranked(question)[:FOUND_MAX])

    @cached_property
    def _index(self) -> Index:
        said = (Said(one.code, (one.name, one.result), one.words) for one in self.items.values())
        return Index(said, self.alike)

    def order_for(self, item: Item, day: date) -> Order | None:
        """The green lane that an item has on a day; the newest if there are several."""
        lanes = [
            one
            for one in self.orders
            if one.sort == "green_lane" and item.code in one.items and one.in_force(day)
        ]
        return max(lanes, key=lambda one: one.since, default=None)


# ── eligibility ──────────────────────────────────────────────────────────────────────────────────


def judged(item: Item, facts: Data, day: date) -> tuple[Judged, ...]:
    """Each condition of the day and whether these facts meet it."""
    return tuple(Judged(one, _met(one, facts)) for one in item.conditions if one.in_force(day))


def _met(condition: Condition, facts: Data) -> bool | None:
    if condition.when:
        if not all(_known(test, facts) for test in condition.when):
            return None
        if not all_hold(condition.when, facts):
            return True
    if condition.any and any(holds(test, facts) for test in condition.any):
        return all_hold(condition.all, facts) or _unknown(condition.all, facts)
    if condition.any:
        return None if any(not _known(test, facts) for test in condition.any) else False
    return all_hold(condition.all, facts) or _unknown(condition.all, facts)


def _unknown(tests: Sequence[Test], facts: Data) -> bool | None:
    """None if a fact is missing and none that is there fails; else not met."""
    failing = any(_known(test, facts) and not holds(test, facts) for test in tests)
    return False if failing else None


def _known(test: Test, facts: Data) -> bool:
    return test.given is not None or is_given(facts.get(test.field))


def eligible(found: Iterable[Judged]) -> bool | None:
    """Whether all are met: no if one is not, unknown if one is not known."""
    met = [one.met for one in found]
    return False if False in met else None if None in met else True


# ── limits ───────────────────────────────────────────────────────────────────────────────────────


def later_on(promised: Allowance, legal: Allowance, calendar: Calendar) -> datetime | None:
    """A start from which the promise ends later than the law; None if there is none.

    Looked for on every day of the published years, in the morning and late in the afternoon; the
    law's last day is taken unrolled, as it binds the organ.
    """
    if promised == legal:
        return None
    for year in sorted(calendar.published)[-2:]:
        first = date(year, 1, 1)
        for number in range(366):
            day = first + timedelta(days=number)
            if day.year != year:
                continue
            for hour in STARTS_A_DAY:
                start = datetime.combine(day, hour, calendar.zone)
                if _end(promised, start, calendar) > _end(legal, start, calendar):
                    return start
    return None


def _end(allowance: Allowance, start: datetime, calendar: Calendar) -> datetime:
    ending = due(allowance, start, calendar, roll="never", law=None)
    at = expires_at(ending, calendar)
    assert at is not None, "a period that nothing suspends has an end"
    return at


# ── who decides ──────────────────────────────────────────────────────────────────────────────────


def tier_on(catalogue: Catalogue, item: Item, area: str, day: date) -> Tier:
    """The tier that decides on an item in an area on a day, by the newest order on it."""
    handed = [
        one
        for one in catalogue.orders
        if one.sort == "delegate"
        and one.tier is not None
        and item.code in one.items
        and area.startswith(one.area)
        and one.in_force(day)
    ]
    newest = max(handed, key=lambda one: one.since, default=None)
    return newest.tier if newest is not None and newest.tier is not None else item.tier


def approver(
    catalogue: Catalogue, item: Item, window: str, organs: Organs, day: date
) -> str | None:
    """The body that decides what a window took in; None where no body of that tier is above it."""
    site = organs.get(window, day)
    if site is None:
        return None
    wanted = {
        "station": ("station", "district_police", "city_police"),
        "district": ("district_police", "city_police"),
        "city": ("city_police",),
    }[tier_on(catalogue, item, site.area, day)]
    lineage = [organs.get(one, day) for one in organs.lineage(window, day)]
    for sort in wanted:
        for body in lineage:
            if body is not None and body.sort == sort:
                return body.id
    return None


# ── the power list ───────────────────────────────────────────────────────────────────────────────


class PowerRow(NamedTuple):
    """A power of the police as it is published: what, on what basis, who, within which limit."""

    code: str
    branch: str
    name: str
    power: Power
    basis: tuple[str, ...]
    tier: Tier
    legal: str
    promised: str
    fee: str
    remedy: str


def power_list(catalogue: Catalogue) -> tuple[PowerRow, ...]:
    """Every power that the items rest on, by branch and code (权责清单)."""
    return tuple(
        PowerRow(
            one.code,
            catalogue.branches[one.branch].name,
            one.name,
            one.power,
            one.basis,
            one.tier,
            str(one.legal),
            str(one.promised),
            one.fee,
            one.remedy,
        )
        for one in catalogue.items.values()
    )
