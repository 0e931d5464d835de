"""The city on disk: four tiers, orders that change it from a day on, grids that leave no gap."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from random import Random

import pytest

from haihe.kernel.grids import Tiles
from haihe.kernel.polygons import Point, box, contains
from haihe.pack.city import City, load_city, load_responsibles
from haihe.pack.grids import load_tiles
from haihe.pack.organs import load_sorts
from haihe.pack.place import city_folder
from haihe.pack.yaml_file import UnusablePack
from haihe.simulation.book import simulation_folder
from haihe.simulation.grids import CELL, cells_by_district, drawn, load_outlines, told_by_line

TODAY = date(2026, 11, 23)  # Monday
DAY = date(2027, 1, 1)  # Friday
BEFORE = DAY - timedelta(days=1)
DISTRICTS = ("120103", "120110")


@cache
def city() -> City:
    return load_city()


@cache
def cells() -> dict[str, list[Point]]:
    return cells_by_district(load_outlines(simulation_folder()))


@cache
def tiles() -> Tiles:
    return load_tiles()


def test_the_city_has_sixteen_districts_299_streets_and_5617_communities() -> None:
    found: dict[str, int] = {}
    for one in city().places.at(TODAY):
        found[one.tier] = found.get(one.tier, 0) + 1
    zones = sum(1 for one in city().places.at(TODAY) if one.kind == "zone")

    assert found == {"city": 1, "district": 16, "street": 299, "community": 5617}
    assert zones == 47
    assert all(len(city().places.lineage(one.code, TODAY)) == 4
               for one in city().places.at(TODAY) if one.tier == "community")  # fmt: skip


@pytest.mark.parametrize(
    ("code", "name", "today"),
    [
        ("120107", "塘沽区", "120116"), ("120108", "汉沽区", "120116"),
        ("120109", "大港区", "120116"), ("120221", "宁河县", "120117"),
        ("120222", "武清县", "120114"), ("120223", "静海县", "120118"),
        ("120224", "宝坻县", "120115"), ("120225", "蓟县", "120119"),
    ],
)  # fmt: skip
def test_old_codes_and_names_of_districts_lead_to_today_s(code: str, name: str, today: str) -> None:
    for words in (code, name):
        assert [one.place.code for one in city().places.resolve(words, TODAY)] == [today]


def test_every_body_has_a_sort_of_the_list_a_tier_and_an_area_that_is_a_place() -> None:
    sorts = load_sorts()
    for one in city().organs.at(TODAY):
        assert one.tier == sorts[one.sort].tier
        place = city().places.area(one.area, TODAY)
        assert place is not None
        assert place.tier == one.tier


def test_one_post_answers_for_every_place_grid_and_beat() -> None:
    responsibles = load_responsibles(city().places)
    assert responsibles is not None
    posts = [responsibles.of(one.code, one.kind, TODAY) for one in city().places.at(TODAY)]
    posts += [responsibles.of(one.code, one.kind, TODAY) for one in tiles().tiles]

    assert len({one.post for one in posts}) == len(posts) == 1 + 16 + 299 + 5617 + len(tiles())


# ── orders ───────────────────────────────────────────────────────────────────────────────────────

ORDER = """
day: 2027-01-01
order: 津编〔2026〕88号
by: 市委编办
changes:
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the city's bodies, streets and sorts that a test may change."""
    root = tmp_path / "city"
    shutil.copytree(city_folder(), root, ignore=shutil.ignore_patterns("grids", "changes"))
    (root / "changes").mkdir()
    return root


def order(folder: Path, changes: str, name: str = "2027-01-01-order.yaml") -> None:
    (folder / "changes" / name).write_text(ORDER + changes, encoding="utf-8")


def test_a_street_comes_to_another_district_and_nothing_before_that_day_changes(
    folder: Path,
) -> None:
    order(
        folder,
        """
  - {do: alter_place, code: "120103005", above: "120101"}
  - {do: alter_organ, organ: machang-station, above: dongli-police}
""",
    )
    changed = load_city(folder)

    for day, district, bureau in (
        (BEFORE, "河西区", "hexi-police"),
        (DAY, "和平区", "dongli-police"),
    ):
        lineage = changed.places.lineage("120103005001", day)
        assert [one.name for one in lineage[1:3]] == [district, "马场街道"]
        assert changed.organs.lineage("machang-station", day)[1] == bureau
        assert ("machang-station" in changed.organs.under("hexi-police", day)) == (day == BEFORE)
    was = {one for one in city().organs.at(BEFORE) if one.id != "machang-station"}
    assert was <= set(changed.organs.at(BEFORE))


def test_a_street_that_moves_takes_its_communities_and_its_bodies_along_under_new_codes(
    folder: Path,
) -> None:
    order(folder, '  - {do: recode_place, code: "120103005", to: "120101007", above: "120101"}')
    changed = load_city(folder)
    places, organs = changed.places, changed.organs

    for code in ("120103005001", "120101007001"):
        lineage = [one.code for one in places.lineage(code, DAY)]
        assert lineage == ["12", "120101", "120101007", "120101007001"]
    assert [one.code for one in places.lineage("120103005001", BEFORE)][1] == "120103"
    assert places.area("120101007", BEFORE) is None
    for words in ("和平区马场街道", "马场街道", "120103005"):
        assert [one.place.code for one in places.resolve(words, DAY)] == ["120101007"]
    areas = [organs.get("machang-station", day) for day in (BEFORE, DAY)]
    assert [one.area for one in areas if one is not None] == ["120103005", "120101007"]
    assert len(places.within("120103005", BEFORE)) == len(places.within("120101007", DAY)) == 10


def test_a_body_is_split_by_kind_and_its_heirs_begin_that_day(folder: Path) -> None:
    order(
        folder,
        """
  - do: open_organ
    organ: new-station
    name: 新派出所
    sort: station
    above: hexi-police
    area: "120103005"
  - do: close_organ
    organ: machang-station
    heirs: [{organ: new-station}, {organ: dayingmen-station, kinds: [alarm]}]
""",
    )
    organs = load_city(folder).organs

    assert organs.get("new-station", BEFORE) is None
    assert organs.owner("machang-station", "alarm", BEFORE) == "machang-station"
    assert organs.owner("machang-station", "alarm", DAY) == "dayingmen-station"
    assert organs.owner("machang-station", "chief_letter", DAY) == "new-station"


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ("  - {do: close_organ, organ: machang-station, heirs: []}", "exactly one heir takes"),
        ("  - {do: close_organ, organ: machang-station, heirs: [{organ: nobody}]}", "`nobody`"),
        ("  - {do: close_organ, organ: nobody, heirs: [{organ: tj-110}]}", "no such organ on"),
        ("  - {do: close_organ, organ: hexi-police, heirs: [{organ: dongli-police}]}",
         "there is no `hexi-police` above it"),
        ("  - {do: alter_organ, organ: machang-station}", "nothing is altered"),
        ("  - {do: alter_organ, organ: tj-police, above: hexi-police}", "stands above itself"),
        ("  - {do: open_organ, organ: x, name: 某, sort: river}", "there is no sort `river`"),
        ("  - {do: open_organ, organ: tj-110, name: 某, sort: station}", "such an organ already"),
        ('  - {do: open_organ, organ: x, name: 某, sort: station, area: "99"}', "no place `99`"),
        ('  - {do: end_place, code: "120103", now: "120101"}', "lies in 120103, which ends"),
        ('  - {do: end_place, code: "120103005", now: "120103001"}', "lies in 120103005"),
        ('  - {do: alter_place, code: "120103005", above: "999999"}', "no place `999999`"),
        ('  - {do: recode_place, code: "120103005", to: "120103001", above: "120103"}',
         "such a place already"),
        ("  - {do: vanish, organ: tj-110}", "vanish"),
        ("  []", "an order has a number, who gave it, and changes"),
    ],
)  # fmt: skip
def test_an_order_that_leaves_something_hanging_is_refused(
    folder: Path, changes: str, says: str
) -> None:
    order(folder, changes)
    with pytest.raises(UnusablePack, match=says):
        load_city(folder)


def test_an_order_lies_under_its_day(folder: Path) -> None:
    order(folder, "  - {do: alter_organ, organ: tj-110, name: 新名}", "2026-01-01-order.yaml")
    with pytest.raises(UnusablePack, match="begins with the day 2027-01-01"):
        load_city(folder)


def test_two_orders_follow_one_another_by_day_whatever_their_files_are_called(folder: Path) -> None:
    order(folder, "  - {do: alter_organ, organ: tj-110, name: 后来}", "2027-01-01-a.yaml")
    text = ORDER.replace("2027-01-01", "2026-12-01")
    text += "  - {do: alter_organ, organ: tj-110, name: 先前}"
    (folder / "changes" / "2026-12-01-z.yaml").write_text(text, encoding="utf-8")
    organs = load_city(folder).organs

    names = [one.name for one in organs.versions("tj-110")]
    assert names == ["天津市公安局指挥中心", "先前", "后来"]


# ── grids and beats ──────────────────────────────────────────────────────────────────────────────


def test_the_grids_and_beats_tile_their_districts_without_gap_or_overlap() -> None:
    assert list(tiles().unsound()) == []
    assert sorted(tiles().outlines) == list(DISTRICTS)


@pytest.mark.parametrize("district", DISTRICTS)
def test_every_point_lies_in_exactly_one_grid_and_one_beat_and_they_are_linked(
    district: str,
) -> None:
    outline = tiles().outlines[district]
    west, south, east, north = box(outline)
    chance = Random(district)
    points = [(chance.randint(west, east), chance.randint(south, north)) for _ in range(1_500)]
    points += [(x // CELL * CELL, y) for x, y in points[:500]]  # on borders, and on corners
    points += [(x // CELL * CELL, y // CELL * CELL) for x, y in points[:500]]
    own = [one for one in tiles().tiles if one.district == district]
    inside = [one for one in points if contains(outline, one)]

    assert len(inside) > 500
    for point in inside[:300]:
        holding = [one for one in own if contains(one.shape, point)]
        assert sorted(one.kind for one in holding) == ["beat", "grid"], point
    for point in inside:
        grid, beat = tiles().grid_of(point, TODAY), tiles().beat_of(point, TODAY)
        assert grid is not None
        assert beat is not None
        assert grid.code in beat.grids
        assert beat in tiles().beats_of(grid.code, TODAY)


def test_beats_and_grids_are_linked_many_to_many_and_every_link_has_ground() -> None:
    links = set()
    for x, y in cells()["120103"]:
        point = (x * CELL + CELL // 2, y * CELL + CELL // 2)
        grid, beat = tiles().grid_of(point, TODAY), tiles().beat_of(point, TODAY)
        assert grid is not None
        assert beat is not None
        links.add((beat.code, grid.code))
    told = {
        (one.code, grid) for one in tiles().tiles if one.code[:6] == "120103" for grid in one.grids
    }

    assert told == links
    assert max(len(one.grids) for one in tiles().tiles) > 1
    assert max(len(tiles().beats_of(grid, TODAY)) for _, grid in list(links)[:50]) > 1


def test_no_cell_is_of_two_districts() -> None:
    assert not set(cells()["120103"]) & set(cells()["120110"])


def test_the_grids_of_the_demo_are_those_that_the_rule_draws() -> None:
    told = told_by_line(drawn(cells()["120103"], "120103", city().places, TODAY))

    assert (city_folder() / "grids" / "120103.geojson").read_text(encoding="utf-8") == told


def test_a_point_outside_has_no_grid() -> None:
    assert tiles().grid_of((116_000_000, 39_000_000), TODAY) is None


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('"type":"MultiPolygon"', '"type":"Point"', "Invalid enum value"),
        ("117.2", "117.20000049", "at most six decimals"),
    ],
)
def test_a_file_of_grids_that_cannot_be_used_is_refused(
    folder: Path, old: str, new: str, says: str
) -> None:
    (folder / "grids").mkdir()
    text = (city_folder() / "grids" / "120103.geojson").read_text(encoding="utf-8")
    (folder / "grids" / "120103.geojson").write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(UnusablePack, match=says):
        load_tiles(folder)


def test_a_grid_that_is_taken_out_leaves_a_gap_that_the_check_finds(folder: Path) -> None:
    (folder / "grids").mkdir()
    text = (city_folder() / "grids" / "120103.geojson").read_text(encoding="utf-8")
    lines = [line for line in text.split("\n") if '"120103005001001","name"' not in line]
    (folder / "grids" / "120103.geojson").write_text("\n".join(lines), encoding="utf-8")
    found = list(load_tiles(folder).unsound())

    assert any("grids leave a gap or overlap" in one for one in found)
    assert any("there is no grid 120103005001001" in one for one in found)
