"""Reads a city as it was, is and will be: its bodies and places with what orders change by day.

`city/changes/<day>-<words>.yaml` holds one order each; the folder may be missing. A wrong order, a
closed body without an heir, a place that nobody put elsewhere stop the load.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from haihe.kernel.changes import CHANGES_MAX, Order, applied, stranded
from haihe.kernel.organs import Organs, UnusableOrgans
from haihe.kernel.places import Places, UnusablePlaces
from haihe.kernel.responsible import RULES_MAX, Responsibles, Rule, UnusableResponsible
from haihe.kernel.values import Frozen
from haihe.pack.organs import ORGANS_FILE, listed_organs, load_sorts
from haihe.pack.place import MissingFolder, city_folder
from haihe.pack.places import PLACES_FOLDER, listed_places
from haihe.pack.yaml_file import UnusablePack, read_struct

CHANGES_FOLDER: Final = "changes"
RESPONSIBLE_FILE: Final = "responsible.yaml"
TILE_AREAS: Final = ("grid", "beat")


@dataclass(frozen=True, slots=True)
class City:
    """The bodies and the places of a city through time, and the orders that changed them."""

    organs: Organs
    places: Places
    orders: tuple[tuple[str, Order], ...]  # with the name of the file, by day


def load_city(folder: Path | None = None) -> City:
    """The city of a folder, default the installed one's; an empty one without a folder.

    Raises UnusablePack; every line names a file and what was expected.
    """
    try:
        root = folder or city_folder()
    except MissingFolder:
        return City(Organs(()), Places(()), ())
    orders = load_orders(root)
    changed = applied(listed_organs(root), listed_places(root), load_sorts(root), orders)
    wrong = changed.wrong or [f"{PLACES_FOLDER}: {one}" for one in stranded(changed.places)]
    if wrong:
        raise UnusablePack("\n".join(wrong))
    try:
        organs = Organs(changed.organs, changed.successions)
        places = Places(changed.places)
    except UnusableOrgans as error:
        raise UnusablePack(_each(ORGANS_FILE, error)) from None
    except UnusablePlaces as error:
        raise UnusablePack(_each(PLACES_FOLDER, error)) from None
    unknown = _unknown_areas(organs, places)
    if unknown:
        raise UnusablePack("\n".join(unknown))
    return City(organs, places, tuple(orders))


def load_organs(folder: Path | None = None) -> Organs:
    """Every body of a city through time; none when it lists none. Raises UnusablePack."""
    return load_city(folder).organs


class _Listed(Frozen, frozen=True, kw_only=True):
    """`responsible.yaml`."""

    rules: tuple[Rule, ...]


def load_responsibles(places: Places, folder: Path | None = None) -> Responsibles | None:
    """Who answers for which area of a city; None when it does not say. Raises UnusablePack."""
    try:
        path = (folder or city_folder()) / RESPONSIBLE_FILE
    except MissingFolder:
        return None
    if not path.is_file():
        return None
    rules = read_struct(path, RESPONSIBLE_FILE, _Listed).rules
    if len(rules) > RULES_MAX:
        raise UnusablePack(f"{RESPONSIBLE_FILE}: at most {RULES_MAX} rules are read")
    kinds = {one.kind for code in places.codes() for one in places.versions(code)}
    try:
        found = Responsibles(rules, (*sorted(kinds), *TILE_AREAS))
    except UnusableResponsible as error:
        raise UnusablePack(_each(RESPONSIBLE_FILE, error)) from None
    return found


def load_orders(folder: Path) -> list[tuple[str, Order]]:
    """Every order of a city folder with its file's name, by day. Raises UnusablePack."""
    found = []
    for path in sorted((folder / CHANGES_FOLDER).glob("*.yaml")):
        name = f"{CHANGES_FOLDER}/{path.name}"
        order = read_struct(path, name, Order)
        if not path.name.startswith(order.day.isoformat()):
            raise UnusablePack(f"{name}: day: the file's name begins with the day {order.day}")
        if not order.order or not order.by or not order.changes:
            raise UnusablePack(f"{name}: an order has a number, who gave it, and changes")
        found.append((name, order))
    if sum(len(order.changes) for _, order in found) > CHANGES_MAX:
        raise UnusablePack(f"{CHANGES_FOLDER}: at most {CHANGES_MAX} changes are read")
    return sorted(found, key=lambda one: (one[1].day, one[0]))


def _each(name: str, error: Exception) -> str:
    return "\n".join(f"{name}: {line}" for line in str(error).split("\n"))


def _unknown_areas(organs: Organs, places: Places) -> list[str]:
    """Bodies whose area is no place of the city; a city without places may leave areas out."""
    if not len(places):
        return []
    return [
        f"{ORGANS_FILE}: {organ}: area: there is no place `{one.area}`"
        for organ in organs.ids()
        for one in organs.versions(organ)
        if one.area not in places
    ]
