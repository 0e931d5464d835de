"""Reads the places of a city: tables of districts, streets and towns, communities, and of old ones.

`city/places/` holds `districts.csv`, `streets.csv`, `communities/<district>.csv` (code, name, kind,
since, until) and `former.csv` (code, name, since, until, now, order, sure).
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import msgspec

from haihe.kernel.places import Place
from haihe.pack.place import MissingFolder, city_folder
from haihe.pack.yaml_file import UnusablePack, read_struct

PLACES_FOLDER: Final = "places"
CITY_FILE: Final = "city.yaml"
ROWS_MAX: Final = 100_000
FILES_MAX: Final = 1_000
# The statistical division codes: 2 digits a province, 6 a district, 9 a street, 12 a community.
CODE_DIGITS: Final = {2: 0, 6: 2, 9: 6, 12: 9}  # length -> length of the code it lies in
NOTES: Final = ("sure",)  # columns for whoever reads the table


def read_table(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of a table with their line numbers; an empty cell is left out."""
    name = f"{PLACES_FOLDER}/{path.name}"
    try:
        with path.open(encoding="utf-8", newline="") as lines:
            for number, row in enumerate(csv.DictReader(lines), 2):
                if number > ROWS_MAX:
                    raise UnusablePack(f"{name}: at most {ROWS_MAX} rows are read")
                yield number, {key: value for key, value in row.items() if key and value}
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UnusablePack(f"{name}: cannot be read: {error}") from error


def read_places(path: Path, **told: str) -> list[Place]:
    """The places of one table; `told` is what its rows leave out. Raises UnusablePack."""
    found = []
    for number, row in read_table(path):
        where = f"{PLACES_FOLDER}/{path.name}, line {number}"
        code = row.get("code", "")
        if not code.isdecimal() or len(code) not in CODE_DIGITS:
            raise UnusablePack(f"{where}: code `{code}`: 6, 9 or 12 digits are expected")
        row = {"above": code[: CODE_DIGITS[len(code)]]} | told | row
        for note in NOTES:
            row.pop(note, None)
        try:
            found.append(msgspec.convert(row, Place))
        except msgspec.ValidationError as error:
            raise UnusablePack(f"{where}: {error}") from error
    return found


def listed_places(folder: Path | None = None) -> list[Place]:
    """Every place of a city's tables, before its changes; none without a folder `places`."""
    try:
        root = (folder or city_folder()) / PLACES_FOLDER
    except MissingFolder:
        return []
    if not root.is_dir():
        return []
    paths = [
        root / "districts.csv",
        root / "streets.csv",
        *sorted((root / "communities").glob("*")),
    ]
    if len(paths) > FILES_MAX:
        raise UnusablePack(f"{PLACES_FOLDER}: at most {FILES_MAX} tables are read")
    top = read_struct(root / CITY_FILE, f"{PLACES_FOLDER}/{CITY_FILE}", Place)
    return [top, *_read_all(path for path in paths if path.is_file()), *_former(root)]


def _read_all(paths: Iterable[Path]) -> Iterator[Place]:
    for path in paths:
        yield from read_places(path)


def _former(root: Path) -> list[Place]:
    path = root / "former.csv"
    return read_places(path, kind="district") if path.is_file() else []
