"""Draws the grids and beats of the demo city: the real ones are not public.

The rule. The outline of a district is told by points (simulation/outlines.yaml). The cells of a
lattice of 0.001 degrees whose centre lies in it are the district, and where two of them touch at a
corner alone, the one between them in the east; each cell is of one district. They are divided among
its streets by their number of communities, a street's among its communities, a community's into
GRIDS grids; apart from that a street's into beats. To divide, cells are put in order along the
longer side of their box (beats: along the shorter) and cut between two columns or rows as near as
can be to where the share ends; again for each half until one is left.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

from haihe.kernel.places import Place, Places
from haihe.kernel.polygons import MICRO, Point, Ring, Shape, box, contains, shape_of
from haihe.kernel.values import Frozen
from haihe.pack.yaml_file import read_struct

CELL: Final = 1_000  # micro-degrees: some 86 by 111 metres
GRIDS: Final = 2  # of a community
ROUNDS_MAX: Final = 100
BEATS: Final = (2, 5)  # of a street: so many a community, and one more for every so many

Cells = list[Point]


class Outlines(Frozen, frozen=True, kw_only=True):
    """`outlines.yaml`: district code -> corners in degrees, counter-clockwise or not."""

    source: str
    outlines: dict[str, tuple[tuple[float, float], ...]]


def drawn(cells: Cells, district: str, places: Places, day: date) -> dict[str, Any]:
    """The grids and beats of a district as one GeoJSON FeatureCollection."""
    streets = [one for one in places.within(district, day) if places.within(one.code, day)]
    communities = {one.code: places.within(one.code, day) for one in streets}
    shares = divided(cells, [len(communities[one.code]) for one in streets], across=False)
    found = [_feature({"kind": "outline", "code": district}, shape_of(cells, CELL))]
    beats: list[tuple[dict[str, Any], Cells]] = []
    grid_at: dict[Point, str] = {}
    for street, own in zip(streets, shares, strict=True):
        for properties, part in _grids(communities[street.code], own):
            found.append(_feature(properties, shape_of(part, CELL)))
            grid_at.update(dict.fromkeys(part, str(properties["code"])))
        beats += _beats(street, len(communities[street.code]), own)
    for properties, part in beats:
        properties["grids"] = sorted({grid_at[cell] for cell in part})
        found.append(_feature(properties, shape_of(part, CELL)))
    return {"type": "FeatureCollection", "features": found}


def cells_by_district(outlines: dict[str, Ring]) -> dict[str, Cells]:
    """The cells of every district; one that two outlines hold is the first one's by code."""
    taken: set[Point] = set()
    found: dict[str, Cells] = {}
    for district in sorted(outlines):
        found[district] = _unpinched(cells_of(outlines[district]), taken)
        taken.update(found[district])
    return found


def _unpinched(cells: Cells, taken: set[Point]) -> Cells:
    """Without the taken ones, and with no two that touch at a corner alone."""
    known = set(cells) - taken
    for _ in range(ROUNDS_MAX):
        between = set()
        for x, y in known:
            for step in (-1, 1):
                if (x + 1, y + step) in known and not {(x + 1, y), (x, y + step)} & known:
                    between.add((x + 1, y) if (x + 1, y) not in taken else (x, y + step))
        if not between:
            return sorted(known)
        assert not between & taken, "a corner lies between three districts"
        known |= between
    raise AssertionError(f"corners are left after {ROUNDS_MAX} rounds")


def cells_of(outline: Ring) -> Cells:
    """The cells of the lattice whose centre lies in the outline."""
    shape: Shape = ((outline,),)
    west, south, east, north = (side // CELL for side in box(shape))
    return [
        (x, y)
        for x in range(west, east + 1)
        for y in range(south, north + 1)
        if contains(shape, (x * CELL + CELL // 2, y * CELL + CELL // 2))
    ]


def divided(cells: Cells, weights: Sequence[int], *, across: bool) -> list[Cells]:
    """Cells shared out by weight; every share has at least one cell."""
    assert len(cells) >= len(weights), "fewer cells than shares"
    if len(weights) == 1:
        return [cells]
    xs, ys = [x for x, _ in cells], [y for _, y in cells]
    wide = (max(xs) - min(xs) >= max(ys) - min(ys)) != across
    ordered = sorted(cells) if wide else sorted(cells, key=lambda cell: cell[::-1])
    half = len(weights) // 2
    cut = len(cells) * sum(weights[:half]) // sum(weights)
    least, most = half, len(cells) - (len(weights) - half)
    side = 0 if wide else 1
    between = [
        place
        for place in range(least, most + 1)
        if ordered[place - 1][side] != ordered[place][side]
    ]
    cut = min(between, key=lambda place: abs(place - cut), default=min(max(cut, least), most))
    return [
        *divided(ordered[:cut], weights[:half], across=across),
        *divided(ordered[cut:], weights[half:], across=across),
    ]


def _grids(communities: Sequence[Place], cells: Cells) -> list[tuple[dict[str, Any], Cells]]:
    found = []
    weights = [GRIDS] * len(communities)
    for one, own in zip(communities, divided(cells, weights, across=False), strict=True):
        for number, part in enumerate(divided(own, [1] * GRIDS, across=False), 1):
            code, name = f"{one.code}{number:03d}", f"{one.name}第{number}网格"
            found.append(({"kind": "grid", "code": code, "name": name, "of": one.code}, part))
    return found


def _beats(street: Place, communities: int, cells: Cells) -> list[tuple[dict[str, Any], Cells]]:
    each, more = BEATS
    count = each * communities + communities // more
    return [
        (
            {
                "kind": "beat",
                "code": f"{street.code}J{number:03d}",
                "name": f"{street.name}第{number}警格",
                "of": street.code,
            },
            part,
        )
        for number, part in enumerate(divided(cells, [1] * count, across=True), 1)
    ]


def _feature(properties: dict[str, Any], shape: Shape) -> dict[str, Any]:
    coordinates = [
        [[[x / MICRO, y / MICRO] for x, y in (*ring, ring[0])] for ring in part] for part in shape
    ]
    return {
        "type": "Feature",
        "properties": properties,
        "geometry": {"type": "MultiPolygon", "coordinates": coordinates},
    }


def told_by_line(collection: dict[str, Any]) -> str:
    """A FeatureCollection as text, one feature a line, so that a change is one line."""
    lines = [
        json.dumps(one, ensure_ascii=False, separators=(",", ":")) for one in collection["features"]
    ]
    return '{"type":"FeatureCollection","features":[\n' + ",\n".join(lines) + "\n]}\n"


def load_outlines(folder: Path) -> dict[str, Ring]:
    """The outlines of `simulation/outlines.yaml` in micro-degrees. Raises UnusablePack."""
    told = read_struct(folder / "outlines.yaml", "outlines.yaml", Outlines)
    return {
        code: tuple((round(x * MICRO), round(y * MICRO)) for x, y in ring)
        for code, ring in told.outlines.items()
    }
