"""Polygons side by side: every point in exactly one, and every gap or overlap is found."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haihe.kernel.polygons import Point, Shape, contains, doubled_area, misshapen, shape_of, untiled

SIZE = 10
SQUARE: Shape = ((((0, 0), (90, 0), (90, 90), (0, 90)),),)
WEST: Shape = ((((0, 0), (30, 0), (60, 90), (0, 90)),),)
EAST_LOW: Shape = ((((30, 0), (90, 0), (90, 30), (40, 30)),),)
EAST_HIGH: Shape = ((((40, 30), (90, 30), (90, 90), (60, 90)),),)
TILES = [WEST, EAST_LOW, EAST_HIGH]  # the west one's slanted edge is two edges of the others


def holders(tiles: list[Shape], point: Point) -> int:
    return sum(contains(tile, point) for tile in tiles)


def test_slanted_tiles_with_a_corner_on_an_edge_tile_their_square() -> None:
    assert [misshapen(tile) for tile in TILES] == [""] * 3
    assert untiled(TILES, SQUARE) == []


def test_every_point_of_the_square_lies_in_exactly_one_tile_borders_and_corners_too() -> None:
    for x in range(-1, 92):
        for y in range(-1, 92):
            assert holders(TILES, (x, y)) == contains(SQUARE, (x, y)), (x, y)


def test_a_border_belongs_to_the_side_in_the_east() -> None:
    left: Shape = ((((0, 0), (10, 0), (10, 10), (0, 10)),),)
    right: Shape = ((((10, 0), (20, 0), (20, 10), (10, 10)),),)

    assert [contains(one, (10, 5)) for one in (left, right)] == [False, True]
    assert [contains(one, (20, 5)) for one in (left, right)] == [False, False]


@pytest.mark.parametrize("missing", range(3))
def test_a_tile_that_is_missing_or_stands_twice_is_found(missing: int) -> None:
    assert untiled([tile for tile in TILES if tile is not TILES[missing]], SQUARE)
    assert untiled([*TILES, TILES[missing]], SQUARE)


def test_a_gap_of_a_tenth_of_a_metre_is_found_where_it_is() -> None:
    narrow: Shape = ((((40, 30), (90, 30), (90, 90), (61, 90)),),)
    assert (60, 90) in untiled([WEST, EAST_LOW, narrow], SQUARE)


@pytest.mark.parametrize(
    ("shape", "says"),
    [
        (((((0, 0), (0, 9), (9, 9), (9, 0)),),), "counter-clockwise"),
        (((((0, 0), (9, 9), (9, 0), (0, 9), (-3, 5)),),), "meets itself"),
        (((((0, 0), (9, 0), (9, 9), (5, 0), (0, 9)),),), "meets itself"),
        (((((0, 0), (9, 0), (4, 0), (4, 9)),),), "meets itself"),
        (((((0, 0), (9, 0), (9, 9)), ((20, 20), (20, 22), (22, 22))),), "lies outside"),
        (((((0, 0), (9, 0)),),), "3 to"),
    ],
)
def test_what_is_no_shape_is_told_with_the_reason(shape: Shape, says: str) -> None:
    assert says in misshapen(shape)


@given(st.sets(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=1))
@settings(max_examples=150, deadline=None)
def test_a_shape_of_cells_holds_exactly_its_cells(cells: set[Point]) -> None:
    shape = shape_of(cells, SIZE)
    area = sum(doubled_area(ring) for part in shape for ring in part)

    assert area == 2 * SIZE * SIZE * len(cells)
    for x in range(-1, 8):
        for y in range(-1, 8):
            assert contains(shape, (x * SIZE + 5, y * SIZE + 5)) == ((x, y) in cells)


@given(st.integers(0, 10**6), st.integers(2, 9))
@settings(max_examples=60, deadline=None)
def test_cells_dealt_out_at_random_tile_what_they_came_from(seed: int, count: int) -> None:
    chance = Random(seed)
    cells = [(x, y) for x in range(8) for y in range(8) if chance.random() < 0.8] or [(0, 0)]
    dealt: dict[int, list[Point]] = {}
    for cell in cells:
        dealt.setdefault(chance.randrange(count), []).append(cell)
    shapes = [shape_of(part, SIZE) for part in dealt.values()]
    outline = shape_of(cells, SIZE)

    assert untiled(shapes, outline) == []
    stolen = chance.choice(cells)
    fewer = [one for one in cells if one != stolen]
    if fewer:
        assert untiled(shapes, shape_of(fewer, SIZE))
    for _ in range(50):
        point = (chance.randrange(-5, 85), chance.randrange(-5, 85))
        assert holders(shapes, point) == contains(outline, point)
