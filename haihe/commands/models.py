"""`haihe models`: list the supervision models of a pack, or run all their worked cases."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from haihe.supervision.catalogue import Catalogue, Verdict

HELP = "监督模型：列出，检查卡片并运行全部示例"


def arguments(parser: argparse.ArgumentParser) -> None:
    """What to do, and with which pack."""
    parser.add_argument(
        "what",
        nargs="?",
        default="list",
        choices=["list", "test"],
        help="list 列出（默认），test 检查卡片并运行全部示例",
    )
    parser.add_argument(
        "--pack", type=Path, metavar="FOLDER", help="程序包所在文件夹（默认本机的）"
    )
    parser.add_argument("--json", action="store_true", help="以 JSON 输出到标准输出")


def run(args: argparse.Namespace) -> int:
    """0: all is well; 1: a case or a card is wrong; 2: the pack cannot be read."""
    from haihe.pack.yaml_file import UnusablePack
    from haihe.supervision.catalogue import read_catalogue, verdicts
    from haihe.supervision.views import WrongView

    try:
        catalogue = read_catalogue(args.pack)
        if args.what == "test":
            return _test(verdicts(catalogue), args)
        return _list(catalogue, args)
    except (UnusablePack, WrongView) as error:
        print(str(error), file=sys.stderr)
        return 1 if args.what == "test" else 2


def _list(catalogue: Catalogue, args: argparse.Namespace) -> int:
    if args.json:
        _print_json([_as_json(catalogue, one.id) for one in catalogue.models])
        return 0
    for model in catalogue.models:
        card = model.card
        print(
            f"{card.id}  {card.name}（{card.status}，第{card.version}版，示例 {len(model.cases)}）"
        )
        print(f"    {card.question}")
        print(f"    依据：{'；'.join(catalogue.law.say(cite) for cite in card.basis)}")
    print(f"共 {len(catalogue.models)} 个模型", file=sys.stderr)
    return 0


def _as_json(catalogue: Catalogue, wanted: str) -> dict[str, Any]:
    import msgspec

    model = next(one for one in catalogue.models if one.id == wanted)
    card: dict[str, Any] = msgspec.to_builtins(model.card)
    return card | {"cases": [case.id for case in model.cases], "rate": bool(model.population)}


def _test(found: Sequence[Verdict], args: argparse.Namespace) -> int:
    wrong = [one for one in found if one.problems]
    cases = sum(bool(one.case) for one in found)
    if args.json:
        _print_json(
            {
                "models": len({one.model for one in found}),
                "cases": cases,
                "problems": [
                    {"model": one.model, "case": one.case, "problem": problem}
                    for one in wrong
                    for problem in one.problems
                ],
            }
        )
    for one in wrong:
        print(f"✗ {one.model} {one.case} {one.it}".rstrip(), file=sys.stderr)
        for problem in one.problems:
            print(f"    {problem}", file=sys.stderr)
    print(
        f"{len({one.model for one in found})} 个模型，{cases} 个示例，{len(wrong)} 处不符",
        file=sys.stderr,
    )
    return 1 if wrong else 0


def _print_json(value: Any) -> None:
    import msgspec

    sys.stdout.write(msgspec.json.encode(value).decode() + "\n")
