"""`haihe letters`: learn categories of letters, show what is in use, try a sentence or a file."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from haihe.letters.learned import Learned

HELP = "来信类别的建议：learn 学习，show 正在用的学习结果，suggest 试一句，sort 试一个文件"

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
    sort = verbs.add_parser("sort", help="对一个文件里的每一件给出建议：类别、像哪一封、地点、承办")
    sort.add_argument(
        "file", type=Path, help="留言（CSV，可压缩；留言编号、用户、主题、时间、详情）"
    )
    sort.add_argument(
        "--mailbox", default="", metavar="单位", help="信箱所属单位的编号，如 hexi-police"
    )
    sort.add_argument("--into", type=Path, help="写成表格（CSV）；不写则列在这里")
    for one in (learn, show, suggest, sort):
        one.add_argument("--json", action="store_true", help="以 JSON 输出")


def run(args: argparse.Namespace) -> int:
    """Exit code 2: unusable arguments, or a file that cannot be used."""
    try:
        told = {"learn": _learn, "show": _show, "suggest": _suggest, "sort": _sort}[args.verb](args)
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


def _sort(args: argparse.Namespace) -> dict[str, object]:
    from haihe.letters.files import LeftOut
    from haihe.letters.message import read_messages
    from haihe.records import rules
    from haihe.records.exports import as_csv
    from haihe.records.letter_stack import HEAD, suggested

    left = LeftOut()
    try:
        messages = read_messages(args.file, left)
    except ValueError as error:
        raise ValueError(f"{args.file}: {error}") from None
    day = datetime.now(rules.current().zone).date()
    rows = list(suggested(messages, args.mailbox, day))
    told: dict[str, object] = {"messages": len(rows), "left_out": left.count, "why": left.first}
    if args.into is None:
        return told | {"rows": [dict(zip(HEAD, row, strict=True)) for row in rows]}
    args.into.write_bytes(as_csv(HEAD, rows)[0])
    return told | {"into": str(args.into)}


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
