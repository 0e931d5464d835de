"""Where something is, as a citizen says it: district, street and community one after another.

Or the position of a phone, if its owner offers it: it is looked up among the grids and not kept.
Which body takes a new matter in at a place the rules of competence say.
"""

from __future__ import annotations

import math
from datetime import UTC, date, datetime

from haihe.kernel.grids import point_of
from haihe.kernel.places import Place
from haihe.kernel.power import receiving_field
from haihe.kernel.values import Frozen
from haihe.records import rules

TIERS_ASKED = ("district", "street", "community")


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
