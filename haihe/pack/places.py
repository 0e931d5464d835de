"""Reads the places of a city: tables of districts, streets and towns, communities and villages."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

from haihe.kernel.places import Place
from haihe.pack.yaml_file import UnusablePack

PLACES_FOLDER: Final = "places"
ROWS_MAX: Final = 100_000
# The statistical division codes: 2 digits a province, 6 a district, 9 a street, 12 a community.
CODE_DIGITS: Final = {2: 0, 6: 2, 9: 6, 12: 9}  # length -> length of the code it lies in


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


def read_places(path: Path) -> list[Place]:
    """The places of one table (code, name, kind, since, until). Raises UnusablePack."""
    found = []
    for number, row in read_table(path):
        where = f"{PLACES_FOLDER}/{path.name}, line {number}"
        code = row.get("code", "")
        if not code.isdecimal() or len(code) not in CODE_DIGITS:
            raise UnusablePack(f"{where}: code `{code}`: 6, 9 or 12 digits are expected")
        try:
            found.append(msgspec.convert({"above": code[: CODE_DIGITS[len(code)]]} | row, Place))
        except msgspec.ValidationError as error:
            raise UnusablePack(f"{where}: {error}") from error
    return found
