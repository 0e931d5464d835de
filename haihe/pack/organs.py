"""Reads the bodies of a city: `sorts.yaml`, the one list of sorts, and `organs.yaml`."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Final

from haihe.kernel.organs import ALWAYS, Organ, Sort
from haihe.kernel.values import Frozen
from haihe.pack.place import MissingFolder, city_folder
from haihe.pack.yaml_file import UnusablePack, read_struct

ORGANS_FILE: Final = "organs.yaml"
SORTS_FILE: Final = "sorts.yaml"
SORTS_MAX: Final = 1_000
ORGANS_MAX: Final = 100_000


class Row(Frozen, frozen=True, kw_only=True):
    """One body as `organs.yaml` writes it; its tier is that of its sort."""

    name: str
    sort: str
    above: str = ""
    area: str = ""
    since: date = ALWAYS


class Sorts(Frozen, frozen=True, kw_only=True):
    """`sorts.yaml`."""

    sorts: dict[str, Sort]


class Listed(Frozen, frozen=True, kw_only=True):
    """`organs.yaml`."""

    organs: dict[str, Row]


def load_sorts(folder: Path | None = None) -> dict[str, Sort]:
    """The sorts of bodies of a city; none when it has no such file. Raises UnusablePack."""
    path = _city_file(folder, SORTS_FILE)
    if path is None:
        return {}
    found = read_struct(path, SORTS_FILE, Sorts).sorts
    if len(found) > SORTS_MAX:
        raise UnusablePack(f"{SORTS_FILE}: at most {SORTS_MAX} sorts are read")
    for sort, told in found.items():
        if told.above and told.above not in found:
            raise UnusablePack(f"{SORTS_FILE}: sorts.{sort}: above: no sort `{told.above}`")
    return found


def listed_organs(folder: Path | None = None) -> list[Organ]:
    """The bodies of `organs.yaml`, before the city's changes. Raises UnusablePack."""
    path = _city_file(folder, ORGANS_FILE)
    if path is None:
        return []
    rows = read_struct(path, ORGANS_FILE, Listed).organs
    if len(rows) > ORGANS_MAX:
        raise UnusablePack(f"{ORGANS_FILE}: at most {ORGANS_MAX} organs are read")
    sorts = load_sorts(path.parent)
    wrong = [
        f"{ORGANS_FILE}: organs.{organ}: sort: no `{row.sort}` in {SORTS_FILE}"
        for organ, row in rows.items()
        if row.sort not in sorts
    ]
    if wrong:
        raise UnusablePack("\n".join(wrong))
    return [organ_of(organ, row, sorts) for organ, row in rows.items()]


def organ_of(organ: str, row: Row, sorts: dict[str, Sort]) -> Organ:
    """A row as a body; its sort is one of `sorts`."""
    return Organ(
        id=organ,
        name=row.name,
        sort=row.sort,
        tier=sorts[row.sort].tier,
        above=row.above,
        area=row.area,
        since=row.since,
    )


def _city_file(folder: Path | None, name: str) -> Path | None:
    try:
        path = (folder or city_folder()) / name
    except MissingFolder:
        return None
    return path if path.is_file() else None
