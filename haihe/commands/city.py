"""`haihe city`: bodies, places, grids and beats of the city, and the orders that change them."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from haihe.kernel.grids import Tile, Tiles
    from haihe.kernel.organs import Organs, Sort
    from haihe.kernel.places import Found, Place, Places
    from haihe.kernel.responsible import Responsibles
    from haihe.records.database import Connection

HELP = "城市：check 检查，resolve 查地名，show 看单位或地方，at 看一点，apply 办理机构调整"

UNUSABLE = 2
SHOWN_MAX = 30
NEVER = date.min.isoformat()
WORDS = {
    "organ": "单位", "place": "地方", "day": "日期", "exists": "当日存在", "now": "当日",
    "lineage": "各级", "under": "下级", "versions": "沿革", "succession": "承接", "within": "所辖",
    "organs": "本地单位", "responsible": "责任岗位", "code": "代码", "name": "名称", "kind": "类别",
    "linked": "相连", "id": "编号", "sort": "类别", "tier": "层级", "above": "上级", "area": "地域",
    "since": "自", "until": "至（不含）", "post": "岗位", "order": "依据", "heirs": "承接单位",
    "people": "责任人",
}  # fmt: skip
KIND_WORDS = {
    "city": "市", "district": "区", "street": "街道", "town": "镇", "township": "乡",
    "zone": "功能区", "community": "社区", "village": "村", "like_community": "类似社区",
    "like_village": "类似村",
}  # fmt: skip


def arguments(parser: argparse.ArgumentParser) -> None:
    """What to do: check, resolve, show, at, apply, draw."""
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    check = verbs.add_parser("check", help="检查单位、区划、网格、责任岗位和机构调整文件")
    resolve = verbs.add_parser("resolve", help="一个名称、旧名称、代码或地址可能是哪些地方")
    resolve.add_argument("words", help="例如 塘沽、静海县、海滨街道、120107")
    show = verbs.add_parser("show", help="一个单位或一个地方：上级、下级、沿革、责任岗位")
    show.add_argument("code", help="单位编号、区划代码、网格或警格代码")
    at = verbs.add_parser("at", help="一点在哪个网格、哪个警格")
    at.add_argument("longitude", type=float, help="经度，例如 117.2234")
    at.add_argument("latitude", type=float, help="纬度，例如 39.0912")
    people = verbs.add_parser("people", help="哪些地方的责任岗位没有人任职，或者两人同时任职")
    people.add_argument("--within", default="", metavar="CODE", help="只看这一地方所辖，默认全市")
    apply = verbs.add_parser("apply", help="把已撤销单位还在办理的事项交给承接单位")
    draw = verbs.add_parser("draw", help="按规则画出演示区的网格和警格")
    draw.add_argument("folder", help="写到哪个文件夹")
    for one in (check, resolve, show, at, people, apply, draw):
        one.add_argument("--json", action="store_true", help="以 JSON 输出")
    for one in (resolve, show, at, people):
        one.add_argument("--day", type=date.fromisoformat, help="哪一天，默认今天")


def run(args: argparse.Namespace) -> int:
    """Exit code 1: something is wrong, unknown or left over; 2: the city cannot be read."""
    from haihe.pack.yaml_file import UnusablePack

    try:
        return VERBS[args.verb](args)
    except (UnusablePack, _NoRecords) as error:
        print(error, file=sys.stderr)
        return UNUSABLE


class _NoRecords(Exception):
    """There are no records here yet; its text says what to do."""


@dataclass(frozen=True)
class _City:
    """The city without the law: what these verbs ask of it."""

    organ_register: Organs
    places: Places
    tiles: Tiles
    responsibles: Responsibles | None

    def responsible(self, area: str, kind: str, day: date) -> Any:
        """The post that answers for an area of this kind and who holds it, ready for JSON."""
        import msgspec

        if self.responsibles is None:
            return None
        asked = self.responsibles.of(area, kind, day)
        return msgspec.to_builtins(asked) | {"people": "、".join(_in_charge(asked.post, day))}


def _in_charge(post: str, day: date) -> tuple[str, ...]:
    """The names of those who hold a post on a day; none where nothing was recorded yet."""
    _set_up()
    from haihe.records.responsible import holdings, in_charge

    try:
        with closing(_records()) as connection:
            return in_charge(holdings(connection, post), post, day)
    except _NoRecords:
        return ()


def _records() -> Connection:
    """A connection to the records of this installation; raises _NoRecords."""
    from haihe.records import database

    try:
        return database.connect_prepared()
    except database.NoTables as missing:
        raise _NoRecords(str(missing)) from missing


def _set_up() -> None:
    """What the verbs that ask the records need; the others do without."""
    import os

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "haihe.config.settings")
    import django

    django.setup()


def _city() -> _City:
    from haihe.pack.city import load_city, load_responsibles
    from haihe.pack.grids import load_tiles
    from haihe.records.installed import simulated_organs

    city = load_city()
    organs = city.organs.joined(one for one in simulated_organs() if one.id not in city.organs)
    return _City(organs, city.places, load_tiles(), load_responsibles(city.places))


def _today() -> date:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from haihe.pack import ZONE

    return datetime.now(ZoneInfo(ZONE)).date()


def _tell(args: argparse.Namespace, told: Any, words: list[str]) -> None:
    if args.json:
        print(json.dumps(told, ensure_ascii=False))
    for line in words:
        print(line, file=sys.stderr)


# ── check ────────────────────────────────────────────────────────────────────────────────────────


def _check(args: argparse.Namespace) -> int:
    from collections import Counter

    from haihe.pack.city import load_city
    from haihe.pack.competence import read_rules
    from haihe.pack.organs import load_sorts

    invented = [one.name for one in read_rules().orders if one.source == "demo"]
    orders, city, sorts, today = load_city().orders, _city(), load_sorts(), _today()
    wrong = list(_wrong(city, sorts, today))
    kinds = Counter(one.kind for one in city.places.at(today))
    tiles = Counter(one.kind for one in city.tiles.tiles if one.holds(today))
    former = sum(1 for code in city.places.codes() if not city.places.area(code, today))
    told = {
        "organs": len(city.organ_register),
        "sorts": len(sorts),
        "places": dict(Counter(one.tier for one in city.places.at(today))),
        "kinds": dict(kinds),
        "former": former,
        "tiles": dict(tiles),
        "orders": len(orders),
        "successions": len(city.organ_register.successions),
        "invented": invented,
        "wrong": wrong,
    }
    lines = [
        f"单位 {told['organs']} 个（{told['sorts']} 类），机构调整文件 {told['orders']} 件",
        "，".join(f"{KIND_WORDS[kind]} {count} 个" for kind, count in kinds.items()),
        f"历史代码 {former} 个，网格 {tiles['grid']} 个，警格 {tiles['beat']} 个",
        *(f"演示用的授权、委托，正式使用前删去：{one}" for one in invented),
        *(wrong[:SHOWN_MAX] or ["没有发现问题：没有空隙和重叠，每个地方每一天恰有一个责任岗位。"]),
    ]
    _tell(args, told, lines)
    return 1 if wrong else 0


def _wrong(city: _City, sorts: dict[str, Sort], today: date) -> Iterator[str]:
    for organ in city.organ_register.at(today):
        upper = city.organ_register.above(organ.id, today)
        wanted = sorts[organ.sort].above if organ.sort in sorts else ""
        if upper is not None and wanted and upper.sort != wanted:
            yield f"{organ.id}: above: {upper.id} 的类别是 {upper.sort}，应当是 {wanted}"
    yield from city.tiles.unsound()
    for one in city.tiles.tiles:
        if one.holds(today) and city.places.current(one.of, today) is None:
            yield f"{one.code}: of: {one.of} 不是今天的地方"
    for area in city.responsibles.areas() if city.responsibles is not None else ():
        if area not in city.places and city.tiles.get(area, today) is None:
            yield f"responsible.yaml: areas: {area} 不是地方、网格或警格"


# ── resolve, show, at ────────────────────────────────────────────────────────────────────────────


def _resolve(args: argparse.Namespace) -> int:
    city = _city()
    day = args.day or _today()
    found = city.places.resolve(args.words, day)
    told = [_found(city, one, day) for one in found]
    lines = [
        f"{one['code']}  {'·'.join(one['lineage'])}"
        + (f"（原{one['was']}）" if one["was"] else "")
        + (f"，其余：{one['rest']}" if one["rest"] else "")
        for one in told[:SHOWN_MAX]
    ]
    if len(told) > 1:
        lines.insert(0, f"可能是 {len(told)} 个地方，请选择：")
    _tell(args, {"words": args.words, "day": day.isoformat(), "found": told}, lines or ["没有找到"])
    return 0 if found else 1


def _found(city: _City, one: Found, day: date) -> dict[str, Any]:
    place = one.place
    return {
        "code": place.code,
        "name": place.name,
        "kind": place.kind,
        "tier": place.tier,
        "lineage": [upper.name for upper in city.places.lineage(place.code, day)],
        "how": one.how,
        "was": one.was,
        "rest": one.rest,
    }


def _show(args: argparse.Namespace) -> int:
    city = _city()
    day = args.day or _today()
    if args.code in city.organ_register:
        told = _organ(city, args.code, day)
    elif (tile := city.tiles.get(args.code, day)) is not None:
        told = _tile(city, tile, day)
    elif (place := city.places.current(args.code, day)) is not None:
        told = _place(city, place, day)
    else:
        print(f"{day} 没有单位、地方、网格或警格 {args.code}", file=sys.stderr)
        return 1
    _tell(args, told, [line for name, value in told.items() for line in _lines(name, value)])
    return 0


def _lines(name: str, value: Any) -> Iterator[str]:
    """One entry of what is shown, for people; what is empty is left out."""
    word = WORDS.get(name, name)
    if isinstance(value, dict):
        told = [
            f"{WORDS.get(key, key)} {one}" for key, one in value.items() if one and one != NEVER
        ]
        yield f"{word}：" + "，".join(told)
    elif isinstance(value, list | tuple) and value and isinstance(value[0], dict):
        for one in value:
            yield from _lines(name, one)
    elif isinstance(value, list | tuple):
        if value:
            yield f"{word}：" + "、".join(map(str, value))
    elif value not in ("", None):
        yield f"{word}：{value}"


def _organ(city: _City, organ: str, day: date) -> dict[str, Any]:
    import msgspec

    register = city.organ_register
    found = register.get(organ, day)
    succession = register.succession(organ, day)
    return {
        "organ": organ,
        "day": day.isoformat(),
        "exists": found is not None,
        "now": msgspec.to_builtins(found),
        "lineage": list(register.lineage(organ, day)),
        "under": sorted(register.under(organ, day) - {organ}),
        "versions": msgspec.to_builtins(register.versions(organ)),
        "succession": msgspec.to_builtins(succession),
    }


def _place(city: _City, place: Place, day: date) -> dict[str, Any]:
    import msgspec

    register = city.organ_register
    return {
        "place": place.code,
        "day": day.isoformat(),
        "now": msgspec.to_builtins(place),
        "lineage": [one.name for one in city.places.lineage(place.code, day)],
        "within": [f"{one.code} {one.name}" for one in city.places.within(place.code, day)],
        "versions": msgspec.to_builtins(city.places.versions(place.code)),
        "organs": [one.id for one in register.at(day) if one.area == place.code],
        "responsible": city.responsible(place.code, place.kind, day),
    }


def _tile(city: _City, tile: Tile, day: date) -> dict[str, Any]:

    linked = tile.grids or tuple(one.code for one in city.tiles.beats_of(tile.code, day))
    return {
        "code": tile.code,
        "name": tile.name,
        "kind": tile.kind,
        "lineage": [one.name for one in city.places.lineage(tile.of, day)],
        "linked": list(linked),
        "responsible": city.responsible(tile.code, tile.kind, day),
    }


def _at(args: argparse.Namespace) -> int:
    from haihe.kernel.grids import point_of

    city = _city()
    day = args.day or _today()
    point = point_of(args.longitude, args.latitude)
    found = (city.tiles.grid_of(point, day), city.tiles.beat_of(point, day))
    told = {
        name: _tile(city, one, day) if one is not None else None
        for name, one in zip(("grid", "beat"), found, strict=True)
    }
    lines = [f"{one.code} {one.name}" for one in found if one is not None]
    _tell(args, told, lines or ["这一点不在已有网格的区内"])
    return 0 if all(found) else 1


# ── apply, draw ──────────────────────────────────────────────────────────────────────────────────


def _apply(args: argparse.Namespace) -> int:
    from datetime import UTC, datetime

    _set_up()
    from haihe.records import succession

    with closing(_records()) as connection:
        told = succession.apply(connection, datetime.now(UTC))
    lines = [f"{told.matters} 件事项由承接单位接办"]
    lines += [f"{organ}：{count} 件" for organ, count in told.to.items()]
    lines += [f"{matter} 没有交出：{says}" for matter, says in told.left]
    _tell(args, {"matters": told.matters, "to": told.to, "left": told.left}, lines)
    return 1 if told.left else 0


def _people(args: argparse.Namespace) -> int:
    _set_up()
    from haihe.records.responsible import holdings, unmanned

    city, day = _city(), args.day or _today()
    if city.responsibles is None:
        print("城市没有写明责任岗位（responsible.yaml）", file=sys.stderr)
        return UNUSABLE
    areas: list[tuple[str, str]] = [(one.code, one.kind) for one in city.places.at(day)]
    areas += [(one.code, one.kind) for one in city.tiles.tiles if one.holds(day)]
    posts = [
        city.responsibles.of(code, kind, day)
        for code, kind in areas
        if code.startswith(args.within)
    ]
    with closing(_records()) as connection:
        wrong = list(unmanned(holdings(connection), posts, day))
    lines = [f"责任岗位 {len(posts)} 个，有问题的 {len(wrong)} 个", *wrong[:SHOWN_MAX]]
    _tell(args, {"day": day.isoformat(), "posts": len(posts), "wrong": wrong}, lines)
    return 1 if wrong else 0


def _draw(args: argparse.Namespace) -> int:
    from pathlib import Path

    from haihe.pack.city import load_city
    from haihe.simulation.book import simulation_folder
    from haihe.simulation.grids import cells_by_district, drawn, load_outlines, told_by_line

    folder = Path(args.folder)
    if not folder.is_dir():
        print(f"没有文件夹 {folder}", file=sys.stderr)
        return UNUSABLE
    places = load_city().places
    today = _today()
    told = {}
    for district, cells in cells_by_district(load_outlines(simulation_folder())).items():
        collection = drawn(cells, district, places, today)
        path = folder / f"{district}.geojson"
        path.write_text(told_by_line(collection), encoding="utf-8")
        told[district] = len(collection["features"])
    _tell(args, told, [f"{district}：{count} 个图形" for district, count in told.items()])
    return 0


VERBS = {
    "check": _check,
    "resolve": _resolve,
    "show": _show,
    "at": _at,
    "people": _people,
    "apply": _apply,
    "draw": _draw,
}
