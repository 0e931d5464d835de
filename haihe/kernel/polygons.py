"""Polygons in whole micro-degrees: which one a point lies in, and whether they tile an outline.

Everything is exact: coordinates are integers, nothing is divided. A point on a border belongs to
exactly one side, always the same: as if it lay a very little to the east of itself.

Why `untiled` proves what it says. A part is one outer ring, counter-clockwise, with holes that lie
in it, clockwise, no two rings meeting: so every point is wound around by it once or not at all. If
the borders of all tiles, as directed edges, add up to the border of the outline (what two tiles
share runs once each way and cancels), their windings add up to that of the outline everywhere:
inside it to 1, outside to 0. So each point inside lies in exactly one tile, each outside in none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from math import gcd
from typing import Final

Point = tuple[int, int]  # longitude, latitude
Ring = tuple[Point, ...]  # without the first point again at the end
Part = tuple[Ring, ...]  # the outer ring, then its holes
Shape = tuple[Part, ...]
MICRO: Final = 1_000_000  # micro-degrees in a degree
VERTICES_MAX: Final = 10_000  # of a ring
FAULTS_MAX: Final = 20


def edges(ring: Ring) -> Iterator[tuple[Point, Point]]:
    """The edges of a ring, the closing one last."""
    return zip(ring, (*ring[1:], ring[0]), strict=True)


def doubled_area(ring: Ring) -> int:
    """Twice its area in square micro-degrees; negative when it runs clockwise."""
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in edges(ring))


def contains(shape: Shape, point: Point) -> bool:
    """Whether a point lies in a shape; on a border exactly one of the two neighbours has it."""
    return any(_in_part(part, point) for part in shape)


def _in_part(part: Part, point: Point) -> bool:
    x, y = point
    inside = False
    for ring in part:
        x1, y1 = ring[-1]
        for x2, y2 in ring:
            if (y1 <= y) != (y2 <= y):
                side = (x2 - x1) * (y - y1) - (x - x1) * (y2 - y1)
                if side > 0 if y2 > y1 else side < 0:  # the edge lies east of the point
                    inside = not inside
            x1, y1 = x2, y2
    return inside


def box(shape: Shape) -> tuple[int, int, int, int]:
    """West, south, east, north."""
    xs = [x for part in shape for x, _ in part[0]]
    ys = [y for part in shape for _, y in part[0]]
    return min(xs), min(ys), max(xs), max(ys)


# ── is it a shape at all ─────────────────────────────────────────────────────────────────────────


def misshapen(shape: Shape) -> str:
    """What keeps a shape from being one; "" when it is: see the head of this file."""
    for part in shape:
        for number, ring in enumerate(part):
            if not 3 <= len(ring) <= VERTICES_MAX:
                return f"a ring has 3 to {VERTICES_MAX} corners; this one has {len(ring)}"
            area = doubled_area(ring)
            if area == 0 or (area < 0) != (number > 0):
                return "outer rings run counter-clockwise, holes clockwise"
        met = _meeting(part)
        if met is not None:
            return f"its border meets itself at {spell(met)}"
        for hole in part[1:]:
            if not _in_part(part[:1], hole[0]):
                return f"a hole at {spell(hole[0])} lies outside"
            others = [(one,) for one in part[1:] if one is not hole]
            if any(_in_part(other, hole[0]) for other in others):
                return f"a hole at {spell(hole[0])} lies in another"
    return ""


def _meeting(part: Part) -> Point | None:
    """A point in which two edges of a part meet that do not follow one another."""
    found = [(ring, place, edge) for ring in part for place, edge in enumerate(edges(ring))]
    found.sort(key=lambda one: min(one[2][0][0], one[2][1][0]))
    for number, (ring, place, (a, b)) in enumerate(found):
        east = max(a[0], b[0])
        for other, where, (c, d) in found[number + 1 :]:
            if min(c[0], d[0]) > east:
                break
            follows = ring is other and (place - where) % len(ring) in (1, len(ring) - 1)
            if not follows and _meet(a, b, c, d):
                return c
            if follows and _folds(a, b, c, d):
                return c
    return None


def _side(a: Point, b: Point, c: Point) -> int:
    turn = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
    return (turn > 0) - (turn < 0)


def _meet(a: Point, b: Point, c: Point, d: Point) -> bool:
    """Whether two closed edges have a point in common."""
    one, two, three, four = _side(a, b, c), _side(a, b, d), _side(c, d, a), _side(c, d, b)
    if one != two and three != four:
        return True
    return (
        (one == 0 and _between(a, b, c))
        or (two == 0 and _between(a, b, d))
        or (three == 0 and _between(c, d, a))
        or (four == 0 and _between(c, d, b))
    )


def _between(a: Point, b: Point, c: Point) -> bool:
    return min(a[0], b[0]) <= c[0] <= max(a[0], b[0]) and min(a[1], b[1]) <= c[1] <= max(a[1], b[1])


def _folds(a: Point, b: Point, c: Point, d: Point) -> bool:
    """Whether two edges that follow one another run back over each other."""
    if b == c:
        first, middle, last = a, b, d
    elif d == a:
        first, middle, last = c, d, b
    else:
        return True
    back = (first[0] - middle[0]) * (last[0] - middle[0]) + (first[1] - middle[1]) * (
        last[1] - middle[1]
    )
    return _side(first, middle, last) == 0 and back > 0


# ── do they tile ─────────────────────────────────────────────────────────────────────────────────


def untiled(tiles: Iterable[Shape], outline: Shape) -> list[Point]:
    """Points at which a gap or an overlap begins or ends; none: the tiles tile the outline.

    Every shape must be one that `misshapen` finds nothing wrong with.
    """
    lines: dict[tuple[int, int, int], dict[int, int]] = {}
    for shape in tiles:
        _add(lines, shape, 1)
    _add(lines, outline, -1)
    found = [
        _point(line, at)
        for line, changes in lines.items()
        for at, change in changes.items()
        if change
    ]
    return sorted(found)[:FAULTS_MAX]


def _add(lines: dict[tuple[int, int, int], dict[int, int]], shape: Shape, times: int) -> None:
    """Count the edges of a shape on the lines they lie on: +1 from west to east, -1 back."""
    for part in shape:
        for ring in part:
            for (x1, y1), (x2, y2) in edges(ring):
                step = gcd(x2 - x1, y2 - y1)
                dx, dy = (x2 - x1) // step, (y2 - y1) // step
                sign = times if (dx, dy) > (0, 0) else -times
                dx, dy = (dx, dy) if (dx, dy) > (0, 0) else (-dx, -dy)
                changes = lines.setdefault((dx, dy, dx * y1 - dy * x1), {})
                start, end = (x1, x2) if dx else (y1, y2)
                start, end = min(start, end), max(start, end)
                changes[start] = changes.get(start, 0) + sign
                changes[end] = changes.get(end, 0) - sign


def _point(line: tuple[int, int, int], at: int) -> Point:
    dx, dy, offset = line
    return (at, (offset + dy * at) // dx) if dx else (-offset // dy, at)


def spell(point: Point) -> str:
    """A point as people write it: 117.217500,39.101800."""
    x, y = point
    return f"{x / MICRO:.6f},{y / MICRO:.6f}"


# ── from cells ───────────────────────────────────────────────────────────────────────────────────


def shape_of(cells: Iterable[Point], size: int) -> Shape:
    """The shape of square cells (column, row) of a lattice, holes and all; cells that only touch
    at a corner are parts of their own."""
    known = frozenset(cells)
    follows: dict[Point, list[Point]] = {}
    for x, y in known:
        corners = ((x, y), (x + 1, y), (x + 1, y + 1), (x, y + 1))
        beside = ((x, y - 1), (x + 1, y), (x, y + 1), (x - 1, y))
        for number, other in enumerate(beside):
            if other not in known:
                follows.setdefault(corners[number], []).append(corners[(number + 1) % 4])
    rings = [_scaled(_straight(ring), size) for ring in _rings(follows)]
    outer = [ring for ring in rings if doubled_area(ring) > 0]
    holes = [ring for ring in rings if doubled_area(ring) < 0]
    parts: list[list[Ring]] = [[ring] for ring in sorted(outer)]
    for hole in sorted(holes):
        around = [part for part in parts if _in_part((part[0],), hole[0])]
        min(around, key=lambda part: doubled_area(part[0])).append(hole)
    return tuple(tuple(part) for part in parts)


def _rings(follows: dict[Point, list[Point]]) -> Iterator[list[Point]]:
    """The borders, each walked with the inside on the left; at a pinch the sharper turn left."""
    while follows:
        start = min(follows)
        ring, here, before = [start], start, None
        while True:
            ways = follows[here]
            there = ways[0] if len(ways) == 1 else _leftmost(before, here, ways)
            ways.remove(there)
            if not ways:
                del follows[here]
            before, here = here, there
            if here == start:
                break
            ring.append(here)
        yield ring


def _leftmost(before: Point | None, here: Point, ways: Sequence[Point]) -> Point:
    if before is None:
        return ways[0]
    return max(ways, key=lambda way: _side(before, here, way))


def _straight(ring: list[Point]) -> list[Point]:
    count = len(ring)
    return [
        point
        for place, point in enumerate(ring)
        if _side(ring[place - 1], point, ring[(place + 1) % count])
    ]


def _scaled(ring: list[Point], size: int) -> Ring:
    return tuple((x * size, y * size) for x, y in ring)
