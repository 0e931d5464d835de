"""`haihe retention`: the matters whose personal data may no longer be kept, for all organs."""

from __future__ import annotations

import argparse
import json
import sys

HELP = "到期：列出个人信息保存期满、可以提出处置的事项；--json 输出"
LIMIT = 1_000


def arguments(parser: argparse.ArgumentParser) -> None:
    """One switch: the list for machines."""
    parser.add_argument("--json", action="store_true", help="以 JSON 输出")


def run(args: argparse.Namespace) -> int:
    """List what is due; nothing is disposed of here, that takes two persons at their desks."""
    from haihe.records import database, retention

    try:
        database.connect_prepared().close()
    except database.NoTables as missing:
        print(missing, file=sys.stderr)
        return 2
    found = retention.due_everywhere(LIMIT)
    if args.json:
        told = [{"number": one.number, "organ": one.organ, "years": one.years} for one in found]
        print(json.dumps({"due": told}, ensure_ascii=False))
    for one in found:
        words = f"{one.number} {one.title}，{one.organ}，{one.ended}办结，保存{one.years}年"
        print(words, file=sys.stderr)
    if not found:
        print("没有保存期满的事项。", file=sys.stderr)
    return 0
