"""`haihe catalogue`: check, show and search the service items, and print the power list."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from haihe.kernel.catalogue import Catalogue, Item
    from haihe.pack import Pack

HELP = "事项目录：check 检查，show 看一项，search 用平常的话找，power 权责清单"

UNUSABLE = 2
SHOWN_MAX = 10


def arguments(parser: argparse.ArgumentParser) -> None:
    """What to do."""
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    check = verbs.add_parser("check", help="检查数目、依据、期限、材料，说明多少有法律依据")
    show = verbs.add_parser("show", help="一个事项的全部内容和每一项的依据")
    show.add_argument("code", help="事项编码，例如 rk53")
    search = verbs.add_parser("search", help="用平常的话找事项")
    search.add_argument("words", help="例如 孩子上户口、身份证丢了、护照到期")
    power = verbs.add_parser("power", help="由目录生成的权责清单")
    for one in (check, show, search, power):
        one.add_argument("--json", action="store_true", help="以 JSON 输出")


def run(args: argparse.Namespace) -> int:
    """Exit code 1: something is wrong or not found; 2: the pack cannot be read."""
    from haihe.pack import UnusablePack, load_pack
    from haihe.pack.catalogue import load_catalogue

    try:
        pack = load_pack()
        catalogue = load_catalogue(pack.law, pack.calendar)
    except UnusablePack as error:
        print(error, file=sys.stderr)
        return 1 if args.verb == "check" else UNUSABLE
    told, lines, code = VERBS[args.verb](pack, catalogue, args)
    if args.json:
        print(json.dumps(told, ensure_ascii=False))
    for line in lines:
        print(line, file=sys.stderr)
    return code


def _check(pack: Pack, catalogue: Catalogue, _: argparse.Namespace) -> tuple[Any, list[str], int]:
    from haihe.pack.catalogue import marks

    counted = marks(catalogue, pack.law)
    items = catalogue.items.values()
    told = {
        "branches": len(catalogue.branches),
        "items": len(items),
        "online": sum(one.online for one in items),
        "at_stations": len(catalogue.at_stations()),
        "fields": dict(sorted(counted.items())),
    }
    on_law = sum(count for basis, count in counted.items() if basis.startswith("law"))
    lines = [
        f"{told['branches']} 个警种，{told['items']} 个事项，网上可办 {told['online']} 项，"
        f"一窗通办派出所可办 {told['at_stations']} 项",
        f"{sum(counted.values())} 个字段：{on_law} 个有法律依据（读过原文 {counted['lawA']}，"
        f"读过节录 {counted['lawB']}，凭记忆 {counted['lawC']}），"
        f"{counted['seed']} 个见于公开报道，"
        f"{counted['assumed']} 个是本市设定",
        "没有发现问题：没有一个承诺时限长于法定时限。",
    ]
    return told, lines, 0


def _show(pack: Pack, catalogue: Catalogue, args: argparse.Namespace) -> tuple[Any, list[str], int]:
    from haihe.kernel.catalogue import FIELDS
    from haihe.pack.catalogue import mark

    item = catalogue.items.get(args.code)
    if item is None:
        return None, [f"没有事项 {args.code}"], 1
    values = _values(catalogue, item)
    told: dict[str, Any] = {"code": item.code, "branch": catalogue.branches[item.branch].name}
    lines = [f"{item.code}  {item.name}（{told['branch']}）"]
    for field in FIELDS:
        found = mark(item, field, pack.law)
        told[field] = {"value": values[field], "basis": found.basis, "article": found.cite,
                       "level": found.level}  # fmt: skip
        words = {"law": f"{pack.law.say(found.cite)}，{found.level} 级", "seed": "见于公开报道"}
        lines.append(
            f"  {FIELD_WORDS[field]}：{values[field]}（{words.get(found.basis, '本市设定')}）"
        )
    return told, lines, 0


def _values(catalogue: Catalogue, item: Item) -> dict[str, str]:
    return {
        "name": item.name,
        "basis": "、".join(item.basis),
        "conditions": "；".join(one.says for one in item.conditions) or "没有另外的条件",
        "materials": "、".join(
            f"{catalogue.materials[one].name}（{FROM_WORDS[catalogue.materials[one].from_]}）"
            for one in item.materials
        ),
        "legal": str(item.legal),
        "promised": str(item.promised),
        "channels": "、".join(CHANNEL_WORDS[one] for one in item.channels),
        "tier": TIER_WORDS[item.tier],
        "fee": item.fee,
        "result": item.result,
        "remedy": item.remedy,
        "words": "、".join(item.words),
    }


def _search(_: Pack, catalogue: Catalogue, args: argparse.Namespace) -> tuple[Any, list[str], int]:
    found = catalogue.found(args.words)[:SHOWN_MAX]
    told = [{"code": one.code, "name": one.name, "branch": one.branch} for one in found]
    lines = [f"{one.code}  {one.name}（{catalogue.branches[one.branch].name}）" for one in found]
    return told, lines or ["没有找到，请换个说法"], 0 if found else 1


def _power(_: Pack, catalogue: Catalogue, args: argparse.Namespace) -> tuple[Any, list[str], int]:
    from haihe.kernel.catalogue import power_list

    rows = power_list(catalogue)
    lines = [f"{one.code}  {one.branch}  {one.name}  {TIER_WORDS[one.tier]}" for one in rows]
    return [row._asdict() for row in rows], [] if args.json else lines, 0


VERBS = {"check": _check, "show": _show, "search": _search, "power": _power}
FIELD_WORDS = {
    "name": "名称", "basis": "依据", "conditions": "条件", "materials": "材料", "legal": "法定时限",
    "promised": "承诺时限", "channels": "在哪办", "tier": "谁审批", "fee": "费用", "result": "结果",
    "remedy": "救济", "words": "平常的说法",
}  # fmt: skip
FROM_WORDS = {"applicant": "您带", "shared": "不用带，我们查", "promise": "书面承诺即可"}
CHANNEL_WORDS = {"online": "网上", "window": "窗口", "terminal": "自助机", "station": "一窗派出所"}
TIER_WORDS = {"station": "派出所", "district": "分局", "city": "市公安局"}
