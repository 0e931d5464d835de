"""The map as a picture of our own: districts as outlines, streets as points, in plain coordinates.

Corners are projected so that a kilometre is as long to the east as to the north at the latitude of
the city. Where streets lie is not published: unless the city's file tells a point, a street gets
one inside its district by the order of the codes, and the page says so.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Final, NamedTuple

from haihe.pack.outlines import Outlines

LATITUDE: Final = math.radians(39.3)
SCALE: Final = 1_000.0  # units a degree of latitude
LATTICE: Final = 24  # lines of the lattice on which street points are tried, a side
INNER: Final = ("120101", "120102", "120103", "120104", "120105", "120106")
MARGIN: Final = 0.04  # of the longer side of a picture

Point = tuple[float, float]


class Shape(NamedTuple):
    """A district: its path, where its name stands, its width, and its corners."""

    code: str
    path: str
    label: Point
    width: float
    corners: tuple[Point, ...]


class Frame(NamedTuple):
    """The part of the plane a picture shows."""

    x: float
    y: float
    width: float
    height: float

    @property
    def box(self) -> str:
        """As `viewBox` takes it."""
        return f"{self.x:.1f} {self.y:.1f} {self.width:.1f} {self.height:.1f}"

    @property
    def unit(self) -> float:
        """A hundredth of the longer side: sizes of marks are multiples of it."""
        return max(self.width, self.height) / 100


def projected(corner: Point) -> Point:
    """Longitude and latitude as a point of the picture: to the right and down."""
    return corner[0] * math.cos(LATITUDE) * SCALE, -corner[1] * SCALE


def shapes(outlines: Outlines) -> dict[str, Shape]:
    """Every district as it is drawn."""
    return {code: _shape(code, tuple(ring)) for code, ring in outlines.outlines.items()}


@cache
def _shape(code: str, ring: tuple[Point, ...]) -> Shape:
    corners = tuple(projected(one) for one in ring)
    path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in corners) + "Z"
    across = [x for x, _ in corners]
    return Shape(code, path, _middle(corners), max(across) - min(across), corners)


def frame(found: Iterable[Shape]) -> Frame:
    """The part of the plane that holds these districts, with a margin."""
    corners = [corner for one in found for corner in one.corners]
    left, right = min(x for x, _ in corners), max(x for x, _ in corners)
    top, bottom = min(y for _, y in corners), max(y for _, y in corners)
    edge = MARGIN * max(right - left, bottom - top)
    return Frame(left - edge, top - edge, right - left + 2 * edge, bottom - top + 2 * edge)


def street_points(outlines: Outlines, district: str, streets: Sequence[str]) -> dict[str, Point]:
    """A point for every street of a district, in the order of the codes."""
    known = {one: projected(outlines.points[one]) for one in streets if one in outlines.points}
    others = tuple(one for one in streets if one not in known)
    ring = outlines.outlines.get(district)
    return known if ring is None else known | _spread(tuple(ring), others)


@cache
def _spread(ring: tuple[Point, ...], streets: tuple[str, ...]) -> dict[str, Point]:
    """The points of a lattice inside the district, evenly taken."""
    corners = tuple(projected(one) for one in ring)
    left, right = min(x for x, _ in corners), max(x for x, _ in corners)
    top, bottom = min(y for _, y in corners), max(y for _, y in corners)
    across, down = (right - left) / LATTICE, (bottom - top) / LATTICE
    lattice = [
        (left + across * (column + 0.5), top + down * (row + 0.5))
        for row in range(LATTICE)
        for column in range(LATTICE)
    ]
    inside = [point for point in lattice if _well_inside(corners, point, across, down)] or [
        point for point in lattice if _holds(corners, point)
    ]
    if not inside or not streets:
        return {}
    return dict(zip(streets, _apart(inside, len(streets)), strict=False))


def _apart(points: list[Point], count: int) -> list[Point]:
    """So many of the points, each the farthest from those taken before; the first in the middle."""
    middle = (
        sum(x for x, _ in points) / len(points),
        sum(y for _, y in points) / len(points),
    )
    taken = [min(points, key=lambda one: math.dist(one, middle))]
    nearest = [math.dist(one, taken[0]) for one in points]
    while len(taken) < min(count, len(points)):
        at = max(range(len(points)), key=nearest.__getitem__)
        taken.append(points[at])
        nearest = [
            min(known, math.dist(one, points[at]))
            for known, one in zip(nearest, points, strict=True)
        ]
    return sorted(taken, key=lambda one: (round(one[1], 3), one[0]))


def _well_inside(corners: Sequence[Point], point: Point, across: float, down: float) -> bool:
    """Whether a step to any side is inside as well: a mark on a border belongs to nobody."""
    x, y = point
    steps = ((across, 0.0), (-across, 0.0), (0.0, down), (0.0, -down))
    return all(_holds(corners, (x + east, y + south)) for east, south in steps)


def _holds(corners: Sequence[Point], point: Point) -> bool:
    """Whether a point lies inside, by the crossings of a line to the right."""
    x, y = point
    inside = False
    for (x1, y1), (x2, y2) in zip(corners, (*corners[1:], corners[0]), strict=True):
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            inside = not inside
    return inside


def _middle(corners: Sequence[Point]) -> Point:
    """The centre of the area."""
    area = east = south = 0.0
    for (x1, y1), (x2, y2) in zip(corners, (*corners[1:], corners[0]), strict=True):
        cross = x1 * y2 - x2 * y1
        area += cross
        east += (x1 + x2) * cross
        south += (y1 + y2) * cross
    return east / (3 * area), south / (3 * area)
