"""Reads `city/catalogue/`: the service items, what they ask for, and the orders that change them.

What is written once for a group holds for each of its items unless the item says otherwise. The
load is refused if a count is not the announced one, a promise is longer than the law, an article is
not told in `law/`, or an item asks for something that nothing describes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

from haihe.kernel.allowance import Allowance, UnusableAllowance, parse_allowance
from haihe.kernel.calendar import Calendar
from haihe.kernel.catalogue import (
    FIELDS,
    Branch,
    Catalogue,
    Channel,
    Condition,
    Item,
    Mark,
    Material,
    Order,
    Power,
    Source,
    Tier,
    later_on,
)
from haihe.kernel.procedure import Field
from haihe.kernel.values import Data, Frozen
from haihe.pack.law import Law
from haihe.pack.place import MissingFolder, city_folder
from haihe.pack.yaml_file import UnusablePack, read_struct

FOLDER: Final = "catalogue"
HEAD: Final = "catalogue.yaml"
ORDERS: Final = "orders.yaml"
ITEMS_MAX: Final = 5_000
ORDERS_MAX: Final = 1_000
NO_CHANNELS: Final[tuple[Channel, ...]] = ()


class Told(Frozen, frozen=True, kw_only=True):
    """What a group or an item says; None leaves it to the group, then to the whole catalogue."""

    name: str = ""
    kind: str | None = None
    power: Power | None = None
    basis: tuple[str, ...] | None = None
    conditions: tuple[str, ...] | None = None
    materials: tuple[str, ...] | None = None
    legal: str | None = None
    promised: str | None = None
    channels: tuple[Channel, ...] | None = None
    tier: Tier | None = None
    fee: str | None = None
    result: str | None = None
    remedy: str | None = None
    words: tuple[str, ...] = ()
    asks: tuple[str, ...] | None = None
    sources: tuple[str, ...] | None = None
    data: Data | None = None
    by: dict[str, str] = {}
    seeded: tuple[str, ...] | None = None
    electronic: bool | None = None
    valid: str | None = None


class Group(Told, frozen=True, kw_only=True):
    """Items that are alike, by code."""

    items: dict[str, Told]


class BranchFile(Frozen, frozen=True, kw_only=True):
    """`<branch>.yaml`."""

    branch: str
    groups: dict[str, Group]


class Counts(Frozen, frozen=True, kw_only=True):
    """What was announced in public; the load is refused when it is not so."""

    branches: int
    items: int
    online: int
    at_stations: int


class Head(Frozen, frozen=True, kw_only=True):
    """`catalogue.yaml`."""

    counts: Counts
    branches: tuple[Branch, ...]
    defaults: Told
    facts: dict[str, Field]
    sources: dict[str, Source]
    materials: dict[str, Material]
    conditions: dict[str, Condition]
    alike: dict[str, str]


class OrdersFile(Frozen, frozen=True, kw_only=True):
    """`orders.yaml`."""

    orders: tuple[Order, ...]


def catalogue_folder(city: Path | None = None) -> Path | None:
    """The folder of the catalogue of a city; None where it has none."""
    try:
        folder = (city or city_folder()) / FOLDER
    except MissingFolder:
        return None
    return folder if (folder / HEAD).is_file() else None


def load_catalogue(law: Law, calendar: Calendar, city: Path | None = None) -> Catalogue:
    """The catalogue of a city, checked; an empty one where it has none. Raises UnusablePack."""
    folder = catalogue_folder(city)
    if folder is None:
        return Catalogue((), (), {}, {}, {}, (), {})
    head = read_struct(folder / HEAD, f"{FOLDER}/{HEAD}", Head)
    items = [item for branch in head.branches for item in _items(folder, head, branch)]
    if len(items) > ITEMS_MAX:
        raise UnusablePack(f"{FOLDER}: {len(items)} items; at most {ITEMS_MAX} are read")
    orders = _orders(folder)
    catalogue = Catalogue(
        head.branches, items, head.facts, head.sources, head.materials, orders, head.alike
    )
    wrong = [
        *_miscounted(head.counts, items),
        *_twice(items),
        *(line for item in items for line in _wrong(item, catalogue, law)),
        *_too_long(items, calendar),
        *_wrong_orders(catalogue, calendar),
    ]
    if wrong:
        raise UnusablePack("\n".join(f"{FOLDER}: {line}" for line in wrong))
    return catalogue


def mark(item: Item, field: str, law: Law) -> Mark:
    """What a field of an item rests on: law, what was announced, or an assumption of the city."""
    cite = item.basis[0] if field == "basis" else item.by.get(field, "")
    if cite and law.article(cite).level != "D":
        return Mark("law", cite, law.article(cite).level)
    return Mark("seed") if field in item.seeded else Mark("assumed", cite)


def marks(catalogue: Catalogue, law: Law) -> Counter[str]:
    """How many fields rest on law (by level), on what was announced, and on assumptions."""
    found = (mark(item, field, law) for item in catalogue.items.values() for field in FIELDS)
    return Counter(one.basis + one.level for one in found)


# ── reading ──────────────────────────────────────────────────────────────────────────────────────


def _items(folder: Path, head: Head, branch: Branch) -> Iterator[Item]:
    name = f"{FOLDER}/{branch.id}.yaml"
    told = read_struct(folder / f"{branch.id}.yaml", name, BranchFile)
    if told.branch != branch.id:
        raise UnusablePack(f"{name}: branch: expected `{branch.id}`, the name of the file")
    for group in told.groups.values():
        for code, item in group.items.items():
            try:
                yield _item(head, branch.id, group, code, item)
            except (UnusableAllowance, KeyError) as error:
                raise UnusablePack(f"{name}: {code}: {error}") from None


def _item(head: Head, branch: str, group: Group, code: str, item: Told) -> Item:
    def said(field: str) -> Any:
        for told in (item, group, head.defaults):
            value = getattr(told, field)
            if value is not None:
                return value
        raise KeyError(f"{field}: neither the item nor its group says it")

    by = {**head.defaults.by, **group.by, **item.by}
    valid = item.valid or group.valid
    return Item(
        code=code,
        branch=branch,
        group=group.name,
        name=item.name,
        kind=said("kind"),
        power=said("power"),
        basis=said("basis"),
        conditions=tuple(head.conditions[one] for one in said("conditions")),
        materials=said("materials"),
        legal=parse_allowance(said("legal")),
        promised=parse_allowance(said("promised")),
        channels=said("channels"),
        tier=said("tier"),
        fee=said("fee"),
        result=said("result"),
        remedy=said("remedy"),
        words=(*item.words, *group.words),
        asks=said("asks"),
        sources=said("sources"),
        data=said("data"),
        by=by,
        seeded=said("seeded"),
        electronic=said("electronic"),
        valid=parse_allowance(valid) if valid else None,
    )


def _orders(folder: Path) -> tuple[Order, ...]:
    path = folder / ORDERS
    if not path.is_file():
        return ()
    found = read_struct(path, f"{FOLDER}/{ORDERS}", OrdersFile).orders
    if len(found) > ORDERS_MAX:
        raise UnusablePack(f"{FOLDER}/{ORDERS}: at most {ORDERS_MAX} orders are read")
    return found


# ── checking ─────────────────────────────────────────────────────────────────────────────────────


def _miscounted(counts: Counts, items: list[Item]) -> Iterator[str]:
    there = {
        "branches": len({one.branch for one in items}),
        "items": len(items),
        "online": sum(one.online for one in items),
        "at_stations": sum("station" in one.channels for one in items),
    }
    for name, found in there.items():
        if found != getattr(counts, name):
            yield f"counts: {name}: announced {getattr(counts, name)}, there are {found}"


def _twice(items: Iterable[Item]) -> Iterator[str]:
    for field in ("code", "name"):
        for value, times in Counter(getattr(one, field) for one in items).items():
            if times > 1:
                yield f"{field} `{value}` is given {times} times"


def _wrong(item: Item, catalogue: Catalogue, law: Law) -> Iterator[str]:
    if not item.name or not item.basis or not item.words:
        yield f"{item.code}: an item has a name, a basis and everyday words"
    cites = (*item.basis, *item.by.values(), *(c for one in item.conditions for c in one.cites))
    for cite in dict.fromkeys(cites):
        if not law.resolves(cite):
            yield f"{item.code}: law/ tells no article `{cite}`"
    for what, named, there in (
        ("asks", item.asks, catalogue.facts),
        ("sources", item.sources, catalogue.sources),
        ("materials", item.materials, catalogue.materials),
        ("by", item.by, FIELDS),
        ("seeded", item.seeded, FIELDS),
    ):
        yield from (
            f"{item.code}: {what}: nothing describes `{one}`" for one in _not_in(named, there)
        )
    for fact in (fact for one in item.conditions for fact in one.facts):
        if fact not in item.asks:
            yield f"{item.code}: a condition looks at `{fact}`, which is not asked"
    for one in item.materials:
        found = catalogue.materials.get(one)
        if found is not None and found.keeps and found.from_ != "applicant":
            yield f"{item.code}: material `{one}` keeps, but nobody brings it"
        if found is not None and found.keeps:
            parse_allowance(found.keeps)
        if found is not None and found.source and found.source not in item.sources:
            yield f"{item.code}: material `{one}` comes from `{found.source}`, not among sources"


def _not_in(named: Iterable[str], there: Iterable[str]) -> list[str]:
    known = set(there)
    return [one for one in named if one not in known]


def _too_long(items: Iterable[Item], calendar: Calendar) -> Iterator[str]:
    @cache
    def start(promised: Allowance, legal: Allowance) -> date | None:
        found = later_on(promised, legal, calendar)
        return found.date() if found is not None else None

    for item in items:
        day = start(item.promised, item.legal)
        if day is not None:
            yield (
                f"{item.code}: promised {item.promised} is longer than the law's {item.legal}, "
                f"for instance from {day}"
            )


def _wrong_orders(catalogue: Catalogue, calendar: Calendar) -> Iterator[str]:
    for order in catalogue.orders:
        for code in _not_in(order.items, catalogue.items):
            yield f"{ORDERS}: {order.id}: there is no item `{code}`"
        yield from (f"{ORDERS}: {order.id}: {line}" for line in _incomplete(order))
        if order.sort == "green_lane" and order.promise:
            promise = parse_allowance(order.promise)
            for code in order.items:
                item = catalogue.items.get(code)
                if item is not None and later_on(promise, item.promised, calendar) is not None:
                    yield f"{ORDERS}: {order.id}: {code} would take longer than without the order"


def _incomplete(order: Order) -> Iterator[str]:
    wants: Mapping[str, tuple[str, ...]] = {
        "delegate": ("tier", "items"),
        "green_lane": ("promise", "items"),
        "prolong": ("expires_from", "expires_to", "until", "items"),
    }
    for field in wants[order.sort]:
        if not getattr(order, field):
            yield f"{order.sort} needs `{field}`"
    if order.ends is not None and order.ends <= order.since:
        yield "`ends` lies before `since`"
    if order.expires_to and order.until and order.until <= order.expires_to:
        yield "`until` must lie after `expires_to`"
