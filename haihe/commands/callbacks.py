"""`haihe callbacks`: draw the spot call-backs of a day by a seed, or compute a draw again.

The worker draws every working day by the last seal of the day before; `check` repeats that.
"""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, date, datetime

HELP = "抽查回访：draw 按种子抽一天的任务，check 重算并且和任务核对"

WRONG = 1
UNUSABLE = 2


def arguments(parser: argparse.ArgumentParser) -> None:
    """Which day, by which seed."""
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    draw = verbs.add_parser("draw", help="抽这一天的任务并且立件；再抽一次结果相同")
    check = verbs.add_parser("check", help="不写任何东西，重算一次，和已经立的任务核对")
    for one in (draw, check):
        one.add_argument("--date", type=date.fromisoformat, required=True, help="哪一天的名单")
        one.add_argument("--seed", default="", help="种子；不写就用前一天最后一次封存的编号和摘要")
        one.add_argument("--json", action="store_true", help="以 JSON 输出")


def run(args: argparse.Namespace) -> int:
    """Exit code 1: the tasks differ from the draw; 2: it cannot be drawn."""
    import os

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "haihe.config.settings")
    import django

    django.setup()
    import msgspec

    from haihe.records import call_backs, daily_draw, database

    try:
        connection = database.connect_prepared()
    except database.NoTables as missing:
        print(missing, file=sys.stderr)
        return UNUSABLE
    wrong: list[str] = []
    try:
        seed = args.seed or daily_draw.seed_of(connection, args.date)
        if args.verb == "draw":
            told = call_backs.draw(connection, args.date, seed, datetime.now(UTC))
        else:
            told = call_backs.repeated(connection, args.date, seed)
            wrong = call_backs.differences(connection, told)
    except call_backs.UnusableDraw as refused:
        print(refused, file=sys.stderr)
        return UNUSABLE
    finally:
        connection.close()
    if args.json:
        made = msgspec.to_builtins(told) | {"differences": wrong}
        print(msgspec.json.encode(made).decode())
    else:
        print(f"{told.day} 种子 {told.seed}：名单 {told.population} 件，摘要 {told.digest}")
        for one in told.drawn:
            print(f"  {one.kind} {one.stratum} 第{one.rank} {one.organ} {one.mark} {one.task}")
        for says in wrong:
            print(f"  不同：{says}", file=sys.stderr)
    return WRONG if wrong else 0
