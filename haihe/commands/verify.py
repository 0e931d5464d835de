"""`haihe verify`: check events, chains, projections, clocks, personal fields and seals."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable

HELP = "核验全部记录：事件链、投影、期限、个人信息、封存；--json 输出结果"

WIDTH = 30
SHOWN_MAX = 20


def arguments(parser: argparse.ArgumentParser) -> None:
    """One switch: the result for machines."""
    parser.add_argument("--json", action="store_true", help="以 JSON 输出")


def run(args: argparse.Namespace) -> int:
    """Exit code 0 when everything is as it was written, 1 when anything is not."""
    import msgspec

    from haihe.records import database, rules
    from haihe.records.verify import verify

    try:
        connection = database.connect_prepared()
    except database.NoTables as missing:
        print(missing, file=sys.stderr)
        return 2
    try:
        ((total,),) = connection.rows("SELECT count(*) FROM event")
        found = verify(connection, rules.current(), _progress(int(total)))
    finally:
        connection.close()
    if args.json:
        told = {"clean": not found.problems, **msgspec.to_builtins(found)}
        print(json.dumps(told, ensure_ascii=False))
    _end_progress()
    print(
        f"核验了 {found.matters} 个事项、{found.events} 条记录、{found.readings} 次查阅、"
        f"{found.seals} 次封存：{'没有发现问题' if not found.problems else '发现问题'}。",
        file=sys.stderr,
    )
    for one in found.problems[:SHOWN_MAX]:
        where = f"seal {one.seal}" if one.seal is not None else f"{one.matter} #{one.seq or '-'}"
        print(f"  {one.problem}  {where}  {one.says}", file=sys.stderr)
    if len(found.problems) > SHOWN_MAX:
        print(f"  共 {len(found.problems)} 处；全部见 --json", file=sys.stderr)
    return 1 if found.problems else 0


def _progress(total: int) -> Callable[[int], None]:
    """A bar on a terminal; nothing elsewhere."""
    if not sys.stderr.isatty() or total == 0:
        return lambda _events: None

    def told(events: int) -> None:
        share = min(events / total, 1)
        bar = "█" * int(WIDTH * share)
        print(f"\r{bar:<{WIDTH}} {events}/{total}", end="", file=sys.stderr, flush=True)

    return told


def _end_progress() -> None:
    if sys.stderr.isatty():
        print(f"\r{' ' * (WIDTH + 30)}\r", end="", file=sys.stderr)
