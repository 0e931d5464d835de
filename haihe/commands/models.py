"""`haihe models`: list models, run their worked cases, send them to and take them from a city."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from haihe.supervision.catalogue import Catalogue, Verdict

HELP = "监督模型：列出，运行示例，在沙箱里试运行草稿，导出、导入签名的模型包"
PACKAGE_NAME_MAX = 100


def arguments(parser: argparse.ArgumentParser) -> None:
    """What to do, and with which pack."""
    parser.add_argument(
        "what",
        nargs="?",
        default="list",
        choices=["list", "test", "try", "export", "import"],
        help="list 列出（默认），test 检查卡片并运行全部示例，"
        "try 在沙箱里试运行草稿并与在用的一版比较，export 导出，import 导入",
    )
    parser.add_argument(
        "names",
        nargs="*",
        metavar="NAME",
        help="try：草稿文件夹；export：模型的编号；import：模型包文件",
    )
    parser.add_argument("--out", type=Path, metavar="FILE", help="export：写到这个文件")
    parser.add_argument(
        "--trust", action="append", default=[], metavar="FINGERPRINT", help="import：信任的签名者"
    )
    parser.add_argument(
        "--to", type=Path, metavar="FOLDER", help="import：写入这个城市文件夹（同 HAIHE_PACK）"
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
        if args.what == "import":
            return _import(args)
        if args.what == "try":
            return _try(args)
        catalogue = read_catalogue(args.pack)
        if args.what == "export":
            return _export(catalogue, args)
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


def _try(args: argparse.Namespace) -> int:
    """Check a draft and run it in the sandbox over this installation, as the workshop does."""
    import os

    from haihe.supervision.package import FILES

    folder = Path(args.names[0]) if len(args.names) == 1 else None
    if folder is None or not (folder / "card.yaml").is_file():
        print(
            "用法：haihe models try 草稿文件夹（card.yaml、model.sql、cases.yaml）", file=sys.stderr
        )
        return 2
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "haihe.config.settings")
    import django

    django.setup()
    from haihe.records import workshop

    there = [name for name in FILES if (folder / name).is_file()]
    told = workshop.examine({name: (folder / name).read_text("utf-8") for name in there})
    if args.json:
        _print_json(
            {
                "problems": told.problems,
                "found": told.found,
                "before": told.before,
                "more": told.more_count,
                "fewer": told.fewer_count,
                "hits": [(hit.matter, hit.cause, hit.seqs) for hit in told.hits],
            }
        )
    for problem in told.problems:
        print(f"✗ {problem}", file=sys.stderr)
    if not told.problems:
        beside = (
            f"比在用的第{told.before}版多 {told.more_count} 个，少 {told.fewer_count} 个"
            if told.before
            else "这是新模型"
        )
        print(f"示例全部相符；找到 {told.found} 个发现，{beside}", file=sys.stderr)
    return 1 if told.problems else 0


def _export(catalogue: Catalogue, args: argparse.Namespace) -> int:
    """Sign the named models with this installation's key and write them to a file."""
    from datetime import UTC, datetime

    from haihe.records import keys
    from haihe.supervision.package import NotTaken, fingerprint, packed, signed

    if not args.names or args.out is None:
        print("用法：haihe models export 模型编号… --out 文件", file=sys.stderr)
        return 2
    name = args.out.stem[:PACKAGE_NAME_MAX]
    try:
        package = packed(catalogue, args.names, name, datetime.now(UTC))
    except NotTaken as error:
        print(str(error), file=sys.stderr)
        return 1
    signer = keys.signers()[0]
    args.out.write_bytes(signed(package, signer))
    mark = fingerprint(signer.public.hex())
    if args.json:
        _print_json({"file": args.out.name, "models": args.names, "fingerprint": mark})
    print(
        f"导出了 {len(package.models)} 个模型到 {args.out}；签名指纹 {mark}，请另外告诉对方",
        file=sys.stderr,
    )
    return 0


def _import(args: argparse.Namespace) -> int:
    """Take a package into a city's own pack; nothing is written if anything differs."""
    import os

    from haihe.pack.place import models_folder
    from haihe.supervision.catalogue import read_catalogue
    from haihe.supervision.package import NotTaken, opened, take

    if len(args.names) != 1 or not Path(args.names[0]).is_file():
        print("用法：haihe models import 模型包文件 --to 城市文件夹 --trust 指纹", file=sys.stderr)
        return 2
    if args.to is not None:
        os.environ["HAIHE_PACK"] = str(args.to)
    if not os.environ.get("HAIHE_PACK"):
        print(
            "说明导入到哪个城市文件夹：--to 文件夹，或者设置 HAIHE_PACK；"
            "本机正在使用的模型由工作台送审（监督中心“模型”）",
            file=sys.stderr,
        )
        return 2
    try:
        package = opened(Path(args.names[0]).read_bytes(), frozenset(args.trust))
        taken = take(package, read_catalogue(None), models_folder())
    except NotTaken as error:
        print(str(error), file=sys.stderr)
        return 1
    if args.json:
        _print_json({"taken": taken})
    print(f"导入了 {len(taken)} 个模型：{'、'.join(taken)}", file=sys.stderr)
    return 0


def _print_json(value: Any) -> None:
    import msgspec

    sys.stdout.write(msgspec.json.encode(value).decode() + "\n")
