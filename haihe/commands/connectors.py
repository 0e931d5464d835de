"""`haihe connectors`: check connectors, say what is connected, show what was asked of whom."""

from __future__ import annotations

import argparse
import base64
import binascii
import json
import sys
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote, urlsplit

HELP = "和其他部门的接口：检查、接通、看问过什么、验签名的答复、和对方的日志对账"

UNUSABLE = 2


def arguments(parser: argparse.ArgumentParser) -> None:
    """What to do."""
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    check = verbs.add_parser("check", help="按约定检查接口：不写名称就检查各部门的和示范的")
    check.add_argument("name", nargs="?", default="", help="例如 marriage；broken 是坏的示范")
    listed = verbs.add_parser("list", help="接通了哪些部门，我们的公钥")
    connect = verbs.add_parser("connect", help="接通一个部门")
    connect.add_argument("name", help="来源，例如 marriage")
    connect.add_argument("address", help="例如 https://mz.example.gov.cn")
    connect.add_argument("key_id", help="对方签名密钥的名称")
    connect.add_argument("public_key", help="对方的公钥，32字节，base64")
    disconnect = verbs.add_parser("disconnect", help="断开一个部门")
    disconnect.add_argument("name", help="来源，例如 marriage")
    log = verbs.add_parser("log", help="我们问过什么：目的、事项、依据、结果")
    log.add_argument("--number", default="", help="只看这个编号的事项")
    log.add_argument("--source", default="", help="只看这个来源")
    prove = verbs.add_parser("prove", help="不联网，验一份来源签名的答复")
    prove.add_argument("file", help="从卷宗下载的文件")
    compare = verbs.add_parser("compare", help="我们的日志和演示部门的日志对账")
    for one in (check, listed, log, prove, compare):
        one.add_argument("--json", action="store_true", help="以 JSON 输出")


def run(args: argparse.Namespace) -> int:
    """Exit code 1: something is wrong; 2: unusable arguments."""
    if args.verb in NEED_RECORDS:
        import os

        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "haihe.config.settings")
        import django

        django.setup()
    return VERBS[args.verb](args)


def _check(args: argparse.Namespace) -> int:
    from haihe.connectors import check, known
    from haihe.pack import load_pack
    from haihe.pack.catalogue import load_catalogue

    if args.name and args.name not in known.EVERY:
        every = "、".join(known.EVERY)
        print(f"没有叫 {args.name} 的接口。现有：{every}", file=sys.stderr)
        return UNUSABLE
    shown = [one for one in known.EVERY if one not in known.MEANT_TO_FAIL]
    pack = load_pack()
    catalogue = load_catalogue(pack.law, pack.calendar)
    told: dict[str, Any] = {}
    for name in [args.name] if args.name else shown:
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


def _list(args: argparse.Namespace) -> int:
    from haihe.connectors.known import CONNECTORS
    from haihe.records import connections

    there = connections.present()
    told = {
        "connected": {name: there[name].address for name in CONNECTORS if name in there},
        "our_keys": {
            name: base64.b64encode(key).decode()
            for name, key in connections.our_public_keys().items()
        },
    }
    if args.json:
        print(json.dumps(told, ensure_ascii=False))
        return 0
    for name, connector in CONNECTORS.items():
        where = there[name].address if name in there else "没有接通"
        print(f"{name}：{where}（{connector.form}）")
    for name, key in told["our_keys"].items():
        print(f"我们的公钥 {name}：{key}")
    return 0


def _connect(args: argparse.Namespace) -> int:
    from haihe.connectors.known import CONNECTORS
    from haihe.records import connections
    from haihe.records.connections import Connection

    parts = urlsplit(args.address)
    try:
        key = base64.b64decode(args.public_key, validate=True)
    except binascii.Error:
        key = b""
    wrong = ""
    if args.name not in CONNECTORS:
        wrong = f"没有叫 {args.name} 的接口。现有：{'、'.join(CONNECTORS)}"
    elif parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/"):
        wrong = f"地址要像 https://mz.example.gov.cn：{args.address}"
    elif len(key) != PUBLIC_KEY_BYTES:
        wrong = "公钥要是32字节的base64"
    if wrong:
        print(wrong, file=sys.stderr)
        return UNUSABLE
    address = f"{parts.scheme}://{parts.netloc}"
    connections.connect({args.name: Connection(address, args.key_id, key)})
    print(
        f"{args.name} 已接通 {address}。把我们的公钥给对方：haihe connectors list", file=sys.stderr
    )
    return 0


def _disconnect(args: argparse.Namespace) -> int:
    from haihe.records import connections

    if connections.disconnect(args.name):
        return 0
    print(f"{args.name} 本来就没有接通", file=sys.stderr)
    return 1


def _log(args: argparse.Namespace) -> int:
    from haihe.records import exchanges
    from haihe.records.database import reading_connection

    matter = ""
    if args.number:
        rows = reading_connection().rows(
            "SELECT matter_id FROM matter WHERE number = ?", (args.number,)
        )
        if not rows:
            print(f"没有编号 {args.number}", file=sys.stderr)
            return UNUSABLE
        matter = rows[0][0]
    told = [one._asdict() for one in exchanges.log(matter=matter, source=args.source)]
    if args.json:
        print(json.dumps(told, ensure_ascii=False))
        return 0
    for one in told:
        at = datetime.fromtimestamp(one["asked_at"] / 1_000_000, UTC).isoformat(timespec="seconds")
        outcome = exchanges.OUTCOMES[one["outcome"]]
        about = one["matter_id"] or one["thread"]
        print("｜".join((at, one["source"], one["purpose"], one["basis"], about, outcome)))
    return 0


def _prove(args: argparse.Namespace) -> int:
    from pathlib import Path

    import msgspec

    from haihe.connectors import line
    from haihe.connectors.signatures import Unsigned

    try:
        shown = line.proven(Path(args.file).read_bytes())
    except OSError as error:
        print(f"{args.file}：{error.strerror}", file=sys.stderr)
        return UNUSABLE
    except (Unsigned, msgspec.MsgspecError, ValueError) as wrong:
        says = str(wrong) if isinstance(wrong, Unsigned) else "不是一份签名的答复"
        print(f"{args.file}：{says}", file=sys.stderr)
        return 1
    purposes = [unquote(one) for one in shown.purposes]
    keys = {"source": shown.source, "at": shown.at, "purposes": purposes, "keys": shown.keys}
    if args.json:
        print(json.dumps(keys, ensure_ascii=False))
    else:
        print(f"签名无误：{shown.source}，{shown.at}，为了{'、'.join(dict.fromkeys(purposes))}")
        print("签名的公钥，请和登记的核对：" + "、".join(shown.keys))
    return 0


def _compare(args: argparse.Namespace) -> int:
    """Two logs that were kept apart tell the same: what we say was answered, they say they gave."""
    from haihe.commands.departments import FOLDER
    from haihe.connectors.known import CONNECTORS
    from haihe.departments import server
    from haihe.records import exchanges, home

    told: list[dict[str, str]] = []
    for source in CONNECTORS:
        given, oldest = set[str](), ""
        for logged in server.every_log(home.home() / FOLDER / f"{source}.sqlite3"):
            given.add(logged.key.rpartition("-")[0])
            oldest = oldest or logged.at
        asked = set[str]()
        for one in exchanges.every(source):
            asked.add(one.key)
            at = datetime.fromtimestamp(one.asked_at / 1_000_000, UTC).isoformat()
            # Before its first entry a department was not there: the demo played it.
            if one.outcome in GIVEN and one.key not in given and oldest and at >= oldest:
                told.append({"source": source, "key": one.key, "says": "我们记了答复，对方没有记"})
        told += [
            {"source": source, "key": key, "says": "对方记了，我们没有问过"}
            for key in sorted(given - asked)
        ]
    if args.json:
        print(json.dumps(told, ensure_ascii=False))
    for difference in told:
        print("｜".join(difference.values()), file=sys.stderr)
    if not told:
        print("两边的日志一致", file=sys.stderr)
    return 1 if told else 0


VERBS = {
    "check": _check,
    "list": _list,
    "connect": _connect,
    "disconnect": _disconnect,
    "log": _log,
    "prove": _prove,
    "compare": _compare,
}
NEED_RECORDS = ("log", "compare")
GIVEN = ("answered", "nothing", "refused")
PUBLIC_KEY_BYTES = 32
