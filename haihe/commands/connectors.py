"""`haihe connectors`: check connectors, say what is connected, show what was asked of whom."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

HELP = "和其他部门的接口：check 检查，list 接通了哪些"

UNUSABLE = 2


def arguments(parser: argparse.ArgumentParser) -> None:
    """What to do."""
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    check = verbs.add_parser("check", help="按约定检查接口：不写名称就检查各部门的和示范的")
    check.add_argument("name", nargs="?", default="", help="例如 marriage；broken 是坏的示范")
    check.add_argument("--json", action="store_true", help="以 JSON 输出")


def run(args: argparse.Namespace) -> int:
    """Exit code 1: a connector breaks the contract; 2: there is none of that name."""
    return VERBS[args.verb](args)


def _check(args: argparse.Namespace) -> int:
    from haihe.connectors import check, known
    from haihe.pack import load_pack
    from haihe.pack.catalogue import load_catalogue

    if args.name and args.name not in known.EVERY:
        names = "、".join(known.EVERY)
        print(f"没有叫 {args.name} 的接口。现有：{names}", file=sys.stderr)
        return UNUSABLE
    names: list[str] = [args.name or ""]
    if not args.name:
        names = [one for one in known.EVERY if one not in known.MEANT_TO_FAIL]
    pack = load_pack()
    catalogue = load_catalogue(pack.law, pack.calendar)
    told: dict[str, Any] = {}
    for name in names:
        connector, cases = known.EVERY[name], check.cases_of(name)
        gives = catalogue.sources[connector.source].gives
        types = {fact: catalogue.facts[fact].type for fact in gives}
        found = check.checked(connector, cases, types)
        told[name] = [{"rule": one.rule, "says": one.says} for one in found]
        ends = f"有 {len(found)} 处不合约定" if found else "合格"
        print(f"{name}（{connector.form}）：{len(cases)} 个用例，{ends}", file=sys.stderr)
        for one in found:
            print(f"  {one.rule}：{one.says}", file=sys.stderr)
    if args.json:
        print(json.dumps(told, ensure_ascii=False))
    return 1 if any(told.values()) else 0


VERBS = {"check": _check}
