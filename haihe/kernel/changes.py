"""What orders change in a city, each from its day on: bodies and places, nothing before it.

Every order says its day, its number and what it does. Applied in the order of their days they give
further versions of bodies and places and the successions of closed bodies; what was before stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final, NamedTuple, TypeVar

from msgspec.structs import replace

from haihe.kernel.organs import Heir, Organ, Sort, Succession
from haihe.kernel.places import Kind, Place
from haihe.kernel.values import Frozen

CHANGES_MAX: Final = 10_000
Version = TypeVar("Version", Organ, Place)


class OpenOrgan(Frozen, frozen=True, kw_only=True, tag_field="do", tag="open_organ"):
    """A body begins."""

    organ: str
    name: str
    sort: str
    above: str = ""
    area: str = ""


class AlterOrgan(Frozen, frozen=True, kw_only=True, tag_field="do", tag="alter_organ"):
    """A body has another name, superior or area; what is not told stays."""

    organ: str
    name: str = ""
    above: str = ""
    area: str = ""


class CloseOrgan(Frozen, frozen=True, kw_only=True, tag_field="do", tag="close_organ"):
    """A body ends. One heir takes what no kinds name; a body split has several."""

    organ: str
    heirs: tuple[Heir, ...]


class AddPlace(Frozen, frozen=True, kw_only=True, tag_field="do", tag="add_place"):
    """A place begins."""

    code: str
    name: str
    kind: Kind
    above: str


class AlterPlace(Frozen, frozen=True, kw_only=True, tag_field="do", tag="alter_place"):
    """A place has another name or lies elsewhere (a street comes to another district)."""

    code: str
    name: str = ""
    above: str = ""


class EndPlace(Frozen, frozen=True, kw_only=True, tag_field="do", tag="end_place"):
    """A place is part of another from now on; what lies in it is moved by changes of its own."""

    code: str
    now: str


class RecodePlace(Frozen, frozen=True, kw_only=True, tag_field="do", tag="recode_place"):
    """A place has another code, and so has everything in it; it lies where that code says.

    `above` is where it lies from then on. Bodies that work for it go with it.
    """

    code: str
    to: str
    above: str


Change = OpenOrgan | AlterOrgan | CloseOrgan | AddPlace | AlterPlace | EndPlace | RecodePlace


class Order(Frozen, frozen=True, kw_only=True):
    """An order: from which day, under which number, who gave it, and what it does."""

    day: date
    order: str
    by: str
    changes: tuple[Change, ...]


class Changed(NamedTuple):
    """Bodies, places and successions after every order, and what is wrong with the orders."""

    organs: list[Organ]
    places: list[Place]
    successions: list[Succession]
    wrong: list[str]


class _City:
    """The city while orders are applied: the last version of everything, and those before."""

    def __init__(
        self, organs: Iterable[Organ], places: Iterable[Place], sorts: dict[str, Sort]
    ) -> None:
        self.sorts = sorts
        self.organs: dict[str, list[Organ]] = {}
        self.places: dict[str, list[Place]] = {}
        self.successions: list[Succession] = []
        for organ in organs:
            self.organs.setdefault(organ.id, []).append(organ)
        for place in sorted(places, key=lambda one: one.since):
            self.places.setdefault(place.code, []).append(place)

    def take(self, order: Order, change: Change) -> str:
        """Carry one change out; what is wrong with it, or ""."""
        if isinstance(change, OpenOrgan):
            return self._open(order, change)
        if isinstance(change, AlterOrgan | CloseOrgan):
            return self._organ(order, change)
        if isinstance(change, AddPlace):
            return self._add(order, change)
        if isinstance(change, RecodePlace):
            return self._recode(order, change)
        return self._place(order, change)

    def _open(self, order: Order, change: OpenOrgan) -> str:
        if change.organ in self.organs:
            return f"{change.organ}: there is such an organ already"
        sort = self.sorts.get(change.sort)
        if sort is None:
            return f"{change.organ}: sort: there is no sort `{change.sort}`"
        self.organs[change.organ] = [
            Organ(
                id=change.organ,
                name=change.name,
                sort=change.sort,
                tier=sort.tier,
                above=change.above,
                area=change.area,
                since=order.day,
            )
        ]
        return ""

    def _organ(self, order: Order, change: AlterOrgan | CloseOrgan) -> str:
        found = self.organs.get(change.organ, [])
        if not found or found[-1].until is not None or found[-1].since > order.day:
            return f"{change.organ}: there is no such organ on {order.day}"
        last = found[-1]
        if isinstance(change, CloseOrgan):
            found[-1] = replace(last, until=order.day)
            self.successions.append(
                Succession(organ=change.organ, day=order.day, order=order.order, heirs=change.heirs)
            )
            return ""
        altered = replace(
            last,
            name=change.name or last.name,
            above=change.above or last.above,
            area=change.area or last.area,
        )
        if altered == last:
            return f"{change.organ}: nothing is altered; write name, above or area"
        _follow(found, replace(altered, since=order.day), order.day)
        return ""

    def _add(self, order: Order, change: AddPlace) -> str:
        if change.code in self.places:
            return f"{change.code}: there is such a place already"
        place = Place(
            code=change.code,
            name=change.name,
            kind=change.kind,
            above=change.above,
            since=order.day,
            order=order.order,
        )
        self.places[change.code] = [place]
        return ""

    def _recode(self, order: Order, change: RecodePlace) -> str:
        """The place and what lies in it end, and begin under the new code; bodies follow."""
        if not self._lasts(change.code, order.day):
            return f"{change.code}: there is no such place on {order.day}"
        old, new = change.code, change.to
        if any(code.startswith(new) for code in self.places):
            return f"{new}: there is such a place already"
        for code in [one for one in self.places if one.startswith(old)]:
            if not self._lasts(code, order.day):
                continue
            last = self.places[code][-1]
            again = new + code[len(old) :]
            above = change.above if code == old else new + last.above[len(old) :]
            self.places[code][-1] = replace(last, until=order.day, now=again, order=order.order)
            self.places[again] = [
                replace(last, code=again, above=above, since=order.day, order=order.order)
            ]
        for found in self.organs.values():
            if found[-1].until is None and found[-1].area.startswith(old):
                area = new + found[-1].area[len(old) :]
                _follow(found, replace(found[-1], area=area, since=order.day), order.day)
        return ""

    def _lasts(self, code: str, day: date) -> bool:
        found = self.places.get(code, [])
        return bool(found) and found[-1].until is None and found[-1].since <= day

    def _place(self, order: Order, change: AlterPlace | EndPlace) -> str:
        found = self.places.get(change.code, [])
        if not self._lasts(change.code, order.day):
            return f"{change.code}: there is no such place on {order.day}"
        last = found[-1]
        if isinstance(change, EndPlace):
            found[-1] = replace(last, until=order.day, now=change.now, order=order.order)
            return ""
        altered = replace(last, name=change.name or last.name, above=change.above or last.above)
        if altered == last:
            return f"{change.code}: nothing is altered; write name or above"
        _follow(found, replace(altered, since=order.day, order=order.order), order.day)
        return ""


def _follow(found: list[Version], later: Version, day: date) -> None:
    """Let a further version follow the last one; one of the same day takes its place."""
    if found[-1].since == day:
        found[-1] = later
        return
    found[-1] = replace(found[-1], until=day)
    found.append(later)


def applied(
    organs: Iterable[Organ],
    places: Iterable[Place],
    sorts: dict[str, Sort],
    orders: Sequence[tuple[str, Order]],
) -> Changed:
    """The city after every order (each with the name of its file), by day."""
    city = _City(organs, places, sorts)
    wrong: list[str] = []
    for name, order in sorted(orders, key=lambda one: (one[1].day, one[0])):
        for number, change in enumerate(order.changes):
            says = city.take(order, change)
            if says:
                wrong.append(f"{name}: changes[{number}]: {says}")
    return Changed(
        [one for found in city.organs.values() for one in found],
        [one for found in city.places.values() for one in found],
        city.successions,
        wrong,
    )


def stranded(places: Iterable[Place]) -> list[str]:
    """Places that lie in one that has ended, from which day on."""
    versions: dict[str, list[Place]] = {}
    for one in places:
        versions.setdefault(one.code, []).append(one)
    found = []
    for code, own in versions.items():
        for one in own:
            around = versions.get(one.above, [])
            ended = around[-1].until if around else None
            if ended is not None and (one.until is None or ended < one.until):
                found.append(f"{code}: lies in {one.above}, which ends on {ended}")
    return found
