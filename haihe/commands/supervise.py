"""`haihe supervise PATH`: every matter of a log, or of a folder of views, under every model."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from haihe.supervision.imports.damage import Damage
    from haihe.supervision.inspection import Inspection, Shown

HELP = "监督全部事项：导入一份日志（XES、CSV、Parquet、OCEL 2.0），逐件运行全部模型"
EXAMPLES = 3


def arguments(parser: argparse.ArgumentParser) -> None:
    """The log, the pack, and what to print."""
    parser.add_argument("path", type=Path, metavar="PATH", help="日志文件，或者视图文件夹")
    parser.add_argument(
        "--pack", type=Path, required=True, metavar="FOLDER", help="程序包所在文件夹"
    )
    parser.add_argument("--mapping", type=Path, metavar="FILE", help="代替 pack.yaml 的映射文件")
    parser.add_argument("--model", action="append", metavar="ID", help="只运行这个模型，可写多次")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="把视图（Parquet）留在此文件夹")
    parser.add_argument(
        "--keep-good", action="store_true", help="日志损坏时，仍监督损坏之前读完整的部分"
    )
    parser.add_argument(
        "--examples", type=int, default=EXAMPLES, metavar="N", help="每个模型列出最严重的几件"
    )
    parser.add_argument("--json", action="store_true", help="以 JSON 输出到标准输出")


def run(args: argparse.Namespace) -> int:
    """0: the whole log was supervised; 1: it is damaged; 2: the pack or arguments are unusable."""
    from haihe.pack.yaml_file import UnusablePack
    from haihe.supervision.imports.progress import bar
    from haihe.supervision.inspection import Wanted, inspect
    from haihe.supervision.sweep import UnusableModel
    from haihe.supervision.views import WrongView

    wanted = Wanted(args.pack, args.mapping, tuple(args.model or ()), args.keep, args.examples)
    try:
        result = inspect(args.path, wanted, bar("读取日志"), keep_good=args.keep_good)
    except (UnusablePack, UnusableModel, WrongView) as error:
        print(str(error), file=sys.stderr)
        return 2
    if result.damage is not None:
        _tell_damage(result.damage, kept=args.keep_good)
    if args.json:
        _print_json(result)
    elif result.damage is None or args.keep_good:
        _print_summary(result, args.path)
    return 0 if result.damage is None else 1


def _tell_damage(damage: Damage, *, kept: bool) -> None:
    print(f"日志不完整，{'仅监督完好部分' if kept else '不予监督'}。{damage}", file=sys.stderr)
    print(
        f"此前读完整的：{damage.matters:,} 个事项，{damage.events:,} 条记录；原文件没有改动。",
        file=sys.stderr,
    )
    if not kept and damage.matters:
        print("改好后重来；或加 --keep-good 先监督完好的部分。", file=sys.stderr)


def _print_json(result: Inspection) -> None:
    import msgspec

    value: dict[str, Any] = {
        "matters": result.matters,
        "events": result.events,
        "findings": {one.model: one.findings for one in result.shown},
        "causes": {one.model: one.causes for one in result.shown},
        "measures": {one.model: one.measures for one in result.shown},
        "worst": {one.model: [example.as_json() for example in one.worst] for one in result.shown},
        "seconds": round(result.seconds, 3),
        "seconds_of": {name: round(spent, 3) for name, spent in result.spent.items()},
    }
    if result.damage is not None:
        damage = result.damage
        value["damage"] = {
            "where": damage.where,
            "line": damage.line or None,
            "reason": damage.reason,
            "matters": damage.matters,
            "events": damage.events,
        }
    sys.stdout.write(msgspec.json.encode(value).decode() + "\n")


def _print_summary(result: Inspection, path: Path) -> None:
    print(f"{path.name}：{result.matters:,} 个事项，{result.events:,} 条记录，全部监督。")
    for one in result.shown:
        print()
        _print_model(one)
    if result.left_out:
        named = "、".join(f"{key}（{count:,}）" for key, count in result.left_out.items())
        print(f"\n没有用到的内容：{named}")
    spent = "，".join(f"{name} {seconds:.2f}" for name, seconds in result.spent.items())
    print(f"\n用时 {result.seconds:.2f} 秒（{spent}）。")


def _print_model(one: Shown) -> None:
    print(f"■ {one.name}（{one.model}，{one.level}）：{_count(one)}")
    print(f"  {one.question}")
    print(f"  依据：{'；'.join(one.basis)}")
    for words, number in one.other_measures:
        print(f"  {words}：{number:,}")
    if len(one.causes) > 1:
        causes = sorted(one.causes.items(), key=lambda pair: (-pair[1], pair[0]))
        shown = "，".join(f"{one.cause_words(cause)} {count:,}" for cause, count in causes[:12])
        print(f"  其中：{shown}{'……' if len(causes) > 12 else ''}")
    for example in one.worst:
        print(f"  · {example.matter_id} {one.cause_words(example.cause)}")
        _print_history(example.history)
    if one.findings:
        print(f"  怎么办：{one.what_to_do}")


def _print_history(history: Sequence[tuple[int, str, str, bool]]) -> None:
    for seq, when, act, proves in history:
        print(f"      {'→' if proves else ' '} {seq:>3}  {when}  {act}")


def _count(one: Shown) -> str:
    if one.of is None:
        return f"发现 {one.findings:,}"
    number, words = one.of
    share = f"，{one.findings / number:.2%}" if number else ""
    return f"发现 {one.findings:,}，{words} {number:,}{share}"
