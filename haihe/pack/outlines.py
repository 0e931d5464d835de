"""Reads `city/outlines.yaml`: the corners of the districts, for the supervisor's map."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

import msgspec

from haihe.pack.place import MissingFolder, city_folder
from haihe.pack.yaml_file import read_struct

FILE: Final = "outlines.yaml"

Corner = tuple[float, float]  # longitude and latitude, in degrees


class Outlines(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Each district's corners in order, and where they come from; `points` of streets, if known."""

    source: str
    outlines: dict[str, list[Corner]]
    points: dict[str, Corner] = {}


def load_outlines(folder: Path | None = None) -> Outlines:
    """By code; none when the city has no such file. Raises UnusableFile with the place in it."""
    try:
        file = (folder or city_folder()) / FILE
    except MissingFolder:
        return Outlines(source="", outlines={})
    return _read(file) if file.is_file() else Outlines(source="", outlines={})


@cache
def _read(file: Path) -> Outlines:
    return read_struct(file, FILE, Outlines)
