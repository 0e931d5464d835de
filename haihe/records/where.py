"""Where something is, as a citizen says it: district, street and community one after another.

Or the position of a phone, if its owner offers it: it is looked up among the grids and not kept.
Or, as a suggestion, out of what somebody tells in one breath: a street or district of the register
named whole (大营门街), a road with its number or a corner; a road by itself is no place.
Which body takes a new matter in at a place the rules of competence say.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, date, datetime
from typing import Final

from haihe.kernel.grids import point_of
from haihe.kernel.places import Place
from haihe.kernel.power import receiving_field
from haihe.kernel.values import Frozen
from haihe.records import rules

TIERS_ASKED = ("district", "street", "community")
SAID_MAX: Final = 300  # characters of a sentence in which a place is looked for
# What stands before the name of a road and is no part of it.
_BREAKS: Final = re.compile(
    r"[\s，。；、：！？,.;:!?()（）“”]|门口|附近|旁边|对面|隔壁|家住|住在|位于|就在|发生|楼道|电话|[在到从于是去往的说]"
)
_ROAD: Final = "[一-鿿]{1,5}?(?:大街|胡同|路|道|街|巷|里)"  # Chinese: as said
_SPOT: Final = re.compile(
    rf"{_ROAD}(?:(?:与|和){_ROAD}(?:交叉口|交口|路口|口)|交叉口|交口|路口"
    r"|[0-9０-９]{1,5}号(?:院|楼(?![上下道]))?(?:[0-9０-９]{1,3}(?:号楼|栋|门|单元))?)"
)


class Area(Frozen, frozen=True, kw_only=True):
    """A place of the city; `whole` is its name from the district down, as one writes it."""

    code: str
    name: str
    whole: str
    leaf: bool  # nothing smaller lies in it


class Asked(Frozen, frozen=True, kw_only=True):
    """What was chosen so far (from the district down) and what may be chosen next."""

    chosen: tuple[Area, ...]
    further: tuple[Area, ...]


class ToldPlace(Frozen, frozen=True, kw_only=True):
    """The code of the area that is named, "" for none, and the place as one writes it."""

    code: str
    words: str


def areas(code: str, now: datetime | None = None) -> Asked | None:
    """What lies in a place; "" asks for the districts. None if there is no such place."""
    places, day = rules.current().places, _day(now)
    if not code:
        city = next((one for one in places.at(day) if one.tier == "city"), None)
        return Asked(chosen=(), further=_sorted(city, day) if city is not None else ())
    lineage = places.lineage(code, day)
    if not lineage or lineage[-1].code != code:
        return None
    chosen = tuple(_area(one, day) for one in lineage if one.tier in TIERS_ASKED)
    return Asked(chosen=chosen, further=_sorted(lineage[-1], day))


def here(longitude: float, latitude: float, now: datetime | None = None) -> Area | None:
    """The community at a position (degrees), where this city has drawn its grids; else None."""
    if not (math.isfinite(longitude) and math.isfinite(latitude)):
        return None
    day = _day(now)
    grid = rules.current().tiles.grid_of(point_of(longitude, latitude), day)
    place = rules.current().places.area(grid.of, day) if grid is not None else None
    return _area(place, day) if place is not None else None


def told_place(said: str, organ: str = "", now: datetime | None = None) -> ToldPlace | None:
    """The place that a sentence names, for who works at `organ`; None if it names none."""
    text = said[:SAID_MAX]
    day = (now or datetime.now(UTC)).astimezone(rules.current().zone).date()
    own = rules.current().organ_register.known(organ, day)
    around = own.area if own is not None else ""
    named = rules.current().places.mentioned(text, day, around)
    asked = areas(named.code, now) if named is not None else None
    for area in asked.chosen if asked is not None else ():
        for name in (area.name, area.name.removesuffix("道"), area.name[:-1]):  # Chinese: 街道
            text = text.replace(name, "，")
    spot = next((found[0] for part in _BREAKS.split(text) if (found := _SPOT.search(part))), "")
    if asked is not None and asked.chosen:
        return ToldPlace(code=asked.chosen[-1].code, words=asked.chosen[-1].whole + spot)
    return ToldPlace(code="", words=spot) if spot else None


def given(kind: str, act: str, code: str, now: datetime | None = None) -> dict[str, str]:
    """What a place fills into the opening form `act`: who takes it in, and the words of the place.

    Nothing for a place that is none, and no body where the rules name none.
    """
    current, day = rules.current(), _day(now)
    procedure = current.governing(kind, day)
    asked = areas(code, now) if code else None
    intake = current.competence.intake(kind)
    if procedure is None or asked is None or not asked.chosen or intake is None:
        return {}
    found: dict[str, str] = {}
    organ = current.competence.route(kind, code, day)
    if organ and receiving_field(procedure, act):
        found[receiving_field(procedure, act)] = organ
    if intake.place:
        found[intake.place] = asked.chosen[-1].whole
    return found


def named(organ: str) -> tuple[str, str]:
    """A body as a choice of a form: its id and its name."""
    return organ, rules.current().organ_name(organ)


def matters(kind: str, now: datetime | None = None) -> bool:
    """Whether the place says who takes a new matter of this kind in."""
    current = rules.current()
    intake = current.competence.intake(kind)
    if intake is None or not len(current.places):
        return False
    return bool(intake.place) or _by_area(kind, _day(now))


def _by_area(kind: str, day: date) -> bool:
    """Whether some street of the city has a body that takes such a matter in."""
    current = rules.current()
    bodies = current.organ_register.at(day)
    return any(current.competence.route(kind, one.area, day) == one.id for one in bodies)


def _sorted(place: Place, day: date) -> tuple[Area, ...]:
    within = rules.current().places.within(place.code, day)
    return tuple(_area(one, day) for one in sorted(within, key=lambda one: one.code))


def _area(place: Place, day: date) -> Area:
    lineage = rules.current().places.lineage(place.code, day)
    whole = "".join(one.name for one in lineage if one.tier in TIERS_ASKED)
    leaf = place.tier == TIERS_ASKED[-1]
    return Area(code=place.code, name=place.name, whole=whole, leaf=leaf)


def _day(now: datetime | None) -> date:
    return (now or datetime.now(UTC)).astimezone(rules.current().zone).date()
