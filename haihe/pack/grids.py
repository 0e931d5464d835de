"""Reads grids and police beats: `city/grids/<district>.geojson`, RFC 7946 FeatureCollections.

A feature has the properties kind (outline, grid, beat), code, and for tiles name, of, since, until,
and of a beat the codes of its grids; its geometry is a Polygon or MultiPolygon in degrees with at
most six decimals, outer rings counter-clockwise.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Final, Literal

import msgspec

from haihe.kernel.grids import Tile, Tiles
from haihe.kernel.organs import ALWAYS
from haihe.kernel.polygons import MICRO, Ring, Shape
from haihe.pack.place import MissingFolder, city_folder
from haihe.pack.yaml_file import UnusablePack

GRIDS_FOLDER: Final = "grids"
FILES_MAX: Final = 1_000
FILE_BYTES_MAX: Final = 20_000_000
EXACT: Final = 1e-3  # micro-degrees that a coordinate may be beside a whole one: rounding of floats

Coordinates = list[list[tuple[float, float]]]


class Geometry(msgspec.Struct, frozen=True):
    """Polygon or MultiPolygon."""

    type: Literal["Polygon", "MultiPolygon"]
    coordinates: msgspec.Raw


class Properties(msgspec.Struct, frozen=True):
    """What is told of a tile."""

    kind: Literal["outline", "grid", "beat"]
    code: str
    name: str = ""
    of: str = ""
    since: date = ALWAYS
    until: date | None = None
    grids: tuple[str, ...] = ()


class Feature(msgspec.Struct, frozen=True):
    """One tile or the outline."""

    properties: Properties
    geometry: Geometry


class Collection(msgspec.Struct, frozen=True):
    """A file."""

    features: tuple[Feature, ...]


def load_tiles(folder: Path | None = None) -> Tiles:
    """Every grid and beat of a city; none without a folder `grids`. Raises UnusablePack.

    Whether they are sound is asked of `Tiles.unsound`, by `haihe city check`.
    """
    try:
        paths = sorted(((folder or city_folder()) / GRIDS_FOLDER).glob("*.geojson"))
    except MissingFolder:
        return Tiles()
    if len(paths) > FILES_MAX:
        raise UnusablePack(f"{GRIDS_FOLDER}: at most {FILES_MAX} files are read")
    tiles: list[Tile] = []
    outlines: dict[str, Shape] = {}
    for path in paths:
        for feature in _features(path):
            told = feature.properties
            shape = _shape(feature, f"{GRIDS_FOLDER}/{path.name}: {told.code}")
            if told.kind == "outline":
                outlines[told.code] = shape
            else:
                tiles.append(_tile(told, path.stem, shape))
    return Tiles(tiles, outlines)


def _features(path: Path) -> tuple[Feature, ...]:
    name = f"{GRIDS_FOLDER}/{path.name}"
    content = path.read_bytes()
    if len(content) > FILE_BYTES_MAX:
        raise UnusablePack(f"{name}: {len(content)} bytes; at most {FILE_BYTES_MAX} are read")
    try:
        return msgspec.json.decode(content, type=Collection).features
    except msgspec.DecodeError as error:
        raise UnusablePack(f"{name}: {error}") from error


def _tile(told: Properties, district: str, shape: Shape) -> Tile:
    assert told.kind != "outline", "an outline is no tile"
    return Tile(
        code=told.code,
        name=told.name,
        kind=told.kind,
        district=district,
        of=told.of,
        shape=shape,
        since=told.since,
        until=told.until,
        grids=told.grids,
    )


def _shape(feature: Feature, where: str) -> Shape:
    raw = feature.geometry.coordinates
    try:
        if feature.geometry.type == "Polygon":
            parts = [msgspec.json.decode(raw, type=Coordinates)]
        else:
            parts = msgspec.json.decode(raw, type=list[Coordinates])
    except msgspec.DecodeError as error:
        raise UnusablePack(f"{where}: coordinates: {error}") from error
    return tuple(tuple(_ring(ring, where) for ring in part) for part in parts)


def _ring(told: list[tuple[float, float]], where: str) -> Ring:
    if len(told) < 4 or told[0] != told[-1]:
        raise UnusablePack(f"{where}: a ring has four points or more and ends where it began")
    ring = []
    for pair in told[:-1]:
        x, y = (round(degrees * MICRO) for degrees in pair)
        if abs(x - pair[0] * MICRO) > EXACT or abs(y - pair[1] * MICRO) > EXACT:
            raise UnusablePack(f"{where}: {pair}: at most six decimals; round all tiles alike")
        ring.append((x, y))
    return tuple(ring)
