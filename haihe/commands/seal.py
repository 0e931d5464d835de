"""`haihe seal`: close what was recorded since the last seal under a signed Merkle root."""

from __future__ import annotations

import argparse
import json
import sys

HELP = "封存：把上次封存以来的记录用默克尔根和签名固定下来；--json 输出"


def arguments(parser: argparse.ArgumentParser) -> None:
    """One switch: the seals for machines."""
    parser.add_argument("--json", action="store_true", help="以 JSON 输出")


def run(args: argparse.Namespace) -> int:
    """Seal everything that waits; exit code 0 also when nothing was new."""
    from datetime import UTC, datetime

    from haihe.records import database, seals

    try:
        connection = database.connect_prepared()
    except database.NoTables as missing:
        print(missing, file=sys.stderr)
        return 2
    try:
        made = seals.close_all(connection, datetime.now(UTC))
    finally:
        connection.close()
    if args.json:
        told = [
            {
                "number": one.number,
                "events": one.events,
                "readings": one.readings,
                "hash": one.hash.hex(),
            }
            for one in made
        ]
        print(json.dumps({"seals": told}))
    for one in made:
        print(
            f"第 {one.number} 次封存：{one.events} 条记录、{one.readings} 次查阅，{one.hash.hex()}",
            file=sys.stderr,
        )
    if not made:
        print("没有新的记录需要封存。", file=sys.stderr)
    return 0
