"""`haihe letters`: learn categories of letters from labelled ones, show what is in use, try it."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from haihe.letters.learned import Learned

HELP = "来信类别的建议：learn 从已经分类的来信学习，show 正在用的学习结果，suggest 试一句"

UNUSABLE = 2


def arguments(parser: argparse.ArgumentParser) -> None:
    """What to do."""
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    learn = verbs.add_parser("learn", help="学习并测量，结果存入 HAIHE_HOME/letters.json")
    learn.add_argument("--data", type=Path, required=True, help="已经分类的来信（CSV，可压缩）")
    learn.add_argument("--tree", type=Path, help="类别体系（CSV）：下级类别的名称也用来学习")
    learn.add_argument("--into", type=Path, help="存到别的文件")
    show = verbs.add_parser("show", help="正在用的学习结果：日期、件数、测得的宏平均 F1、校验值")
    suggest = verbs.add_parser("suggest", help="对一句话给出类别建议和依据的词")
    suggest.add_argument("text", help="来信的内容")
    suggest.add_argument("--subject", default="", help="主题")
    for one in (learn, show, suggest):
        one.add_argument("--json", action="store_true", help="以 JSON 输出")


def run(args: argparse.Namespace) -> int:
    """Exit code 2: unusable arguments, or a file that cannot be used."""
    try:
        told = {"learn": _learn, "show": _show, "suggest": _suggest}[args.verb](args)
    except ModuleNotFoundError as error:
        print(
            f"{error}：学习需要附加组件 letters，请先 pip install 'haihe[letters]'"
            "（源码目录中 make setup 会装好）",
            file=sys.stderr,
        )
        return UNUSABLE
    except (OSError, ValueError) as error:
        print(f"haihe letters: {error}", file=sys.stderr)
        return UNUSABLE
    if args.json:
        print(json.dumps(told, ensure_ascii=False))
    else:
        for name, value in told.items():
            print(f"{name}: {json.dumps(value, ensure_ascii=False)}")
    return 0


def _learn(args: argparse.Namespace) -> dict[str, object]:
    from haihe.letters import learned
    from haihe.letters.learning import learn
    from haihe.records.home import home
    from haihe.records.learned_letters import FILE

    into = args.into or home() / FILE
    kept = learned.write(learn(args.data, args.tree, datetime.now(UTC).date()), into)
    return {"file": str(into), **_about(kept)}


def _show(_: argparse.Namespace) -> dict[str, object]:
    from haihe.records.learned_letters import file_in_use

    return {"file": str(file_in_use()), **_about(_in_use())}


def _suggest(args: argparse.Namespace) -> dict[str, object]:
    said = _in_use().suggest(args.subject, args.text)
    told: dict[str, object] = {
        one.category: {"probability": round(one.probability, 3), "because": list(one.because)}
        for one in said.best
    }
    return {**told, "unsure": said.unsure}


def _in_use() -> Learned:
    from haihe.records.learned_letters import in_use

    learned = in_use()
    if learned is None:
        raise ValueError("还没有学习结果；请先 haihe letters learn --data 文件")
    return learned


def _about(learned: Learned) -> dict[str, object]:
    import msgspec

    told = msgspec.to_builtins(learned)
    pieces = told.pop("pieces")
    return {**told, "pieces": len(pieces)}
