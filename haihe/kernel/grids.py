"""Grids 网格 and police beats 警格: polygons side by side, found by a point, linked many to many.

A grid belongs to one community, a beat to one street; both tile the outline of their district, so
every address lies in exactly one of each (checked by `unsound`, proved in polygons.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from functools import cached_property
from typing import Final, Literal

from haihe.kernel.organs import ALWAYS
from haihe.kernel.polygons import MICRO, Point, Shape, box, contains, misshapen, spell, untiled
from haihe.kernel.values import Frozen

TileKind = Literal["grid", "beat"]
TILE_KINDS: Final[tuple[TileKind, ...]] = ("grid", "beat")
BUCKET: Final = 4_000  # micro-degrees, some 400 metres: a handful of tiles each


class Tile(Frozen, frozen=True, kw_only=True):
    """One grid or beat from `since` up to, and without, `until`.

    `of` is the code of the community (of a grid) or street (of a beat) it belongs to, `grids` the
    codes of the grids that a beat has to do with.
    """

    code: str
    name: str
    kind: TileKind
    district: str
    of: str
    shape: Shape
    since: date = ALWAYS
    until: date | None = None
    grids: tuple[str, ...] = ()

    def holds(self, day: date) -> bool:
        """Whether it is there on a day."""
        return self.since <= day and (self.until is None or day < self.until)


class Tiles:
    """The grids and beats of some districts, and the outlines they fill."""

    def __init__(
        self, tiles: Iterable[Tile] = (), outlines: dict[str, Shape] | None = None
    ) -> None:
        self.tiles = tuple(tiles)
        self.outlines = outlines or {}

    def __len__(self) -> int:
        return len(self.tiles)

    @cached_property
    def _by_code(self) -> dict[str, tuple[Tile, ...]]:
        found: dict[str, tuple[Tile, ...]] = {}
        for one in self.tiles:
            found[one.code] = (*found.get(one.code, ()), one)
        return found

    @cached_property
    def _buckets(self) -> dict[tuple[str, int, int], list[Tile]]:
        found: dict[tuple[str, int, int], list[Tile]] = {}
        for one in self.tiles:
            west, south, east, north = box(one.shape)
            for x in range(west // BUCKET, east // BUCKET + 1):
                for y in range(south // BUCKET, north // BUCKET + 1):
                    found.setdefault((one.kind, x, y), []).append(one)
        return found

    def get(self, code: str, day: date) -> Tile | None:
        """The grid or beat of a code on a day."""
        return next((one for one in self._by_code.get(code, ()) if one.holds(day)), None)

    def grid_of(self, point: Point, day: date) -> Tile | None:
        """The grid a point (longitude, latitude in micro-degrees) lies in; None outside."""
        return self._found("grid", point, day)

    def beat_of(self, point: Point, day: date) -> Tile | None:
        """The police beat a point lies in; None outside of the districts that have some."""
        return self._found("beat", point, day)

    def _found(self, kind: TileKind, point: Point, day: date) -> Tile | None:
        near = self._buckets.get((kind, point[0] // BUCKET, point[1] // BUCKET), ())
        return next((one for one in near if one.holds(day) and contains(one.shape, point)), None)

    def beats_of(self, grid: str, day: date) -> tuple[Tile, ...]:
        """The beats that a grid has to do with."""
        return tuple(
            one for one in self.tiles if one.kind == "beat" and one.holds(day) and grid in one.grids
        )

    # ── what may not be ──────────────────────────────────────────────────────────────────────

    def unsound(self) -> Iterator[str]:
        """Shapes that are none, codes that stand twice, links to nothing, gaps and overlaps."""
        shapes = {**self.outlines, **{one.code: one.shape for one in self.tiles}}
        for code, shape in shapes.items():
            says = misshapen(shape)
            if says:
                yield f"{code}: {says}"
        for code, found in self._by_code.items():
            if any(one is not two and _together(one, two) for one in found for two in found):
                yield f"{code}: stands twice on one day"
        grids = {one.code for one in self.tiles if one.kind == "grid"}
        for one in self.tiles:
            unknown = [code for code in one.grids if code not in grids]
            if unknown:
                yield f"{one.code}: grids: there is no grid {unknown[0]}"
        for day in sorted({one.since for one in self.tiles} | set(self._ends())):
            yield from self._gaps(day)

    def _ends(self) -> Iterator[date]:
        return (one.until for one in self.tiles if one.until is not None)

    def _gaps(self, day: date) -> Iterator[str]:
        for district, outline in self.outlines.items():
            for kind in TILE_KINDS:
                shapes = [
                    one.shape
                    for one in self.tiles
                    if one.kind == kind and one.district == district and one.holds(day)
                ]
                for point in untiled(shapes, outline)[:1]:
                    yield f"{district}: {kind}s leave a gap or overlap at {spell(point)} on {day}"


def _together(one: Tile, two: Tile) -> bool:
    return (one.until is None or two.since < one.until) and (
        two.until is None or one.since < two.until
    )


def point_of(longitude: float, latitude: float) -> Point:
    """Degrees as a point in whole micro-degrees (a tenth of a metre)."""
    return round(longitude * MICRO), round(latitude * MICRO)
