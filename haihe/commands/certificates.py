"""`haihe certificates`: check one offline, publish keys and the list, revoke, prolong by order."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from haihe.records.certificates import Checked
    from haihe.records.database import Connection

HELP = "电子证照：check 离线验证，keys 公钥，revoked 吊销名单，revoke 吊销，prolong 依文件统一顺延"

UNUSABLE = 2
FILE_BYTES_MAX = 1_000_000


def arguments(parser: argparse.ArgumentParser) -> None:
    """What to do."""
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    check = verbs.add_parser("check", help="验证一张证照；给出 --keys 时完全离线，不用数据库")
    check.add_argument("file", help="证照文件（二维码里的内容）；- 从标准输入读")
    check.add_argument("--keys", type=Path, help="公布的公钥名单 keys.json")
    check.add_argument("--revoked", type=Path, help="公布的吊销名单 revoked.jws")
    keys = verbs.add_parser("keys", help="输出公钥名单（JWKS）")
    revoked = verbs.add_parser("revoked", help="输出签名的吊销名单")
    revoke = verbs.add_parser("revoke", help="吊销一张证照")
    revoke.add_argument("id", help="证照编号")
    revoke.add_argument("--why", required=True, help="吊销的理由")
    prolong = verbs.add_parser("prolong", help="依目录中的文件统一顺延有效期，并告知持证人")
    prolong.add_argument("order", help="city/catalogue/orders.yaml 中的编号，例如 typhoon")
    for one in (check, keys, revoked, revoke, prolong):
        one.add_argument("--json", action="store_true", help="以 JSON 输出")


def run(args: argparse.Namespace) -> int:
    """Exit code 1: not a good certificate, or nothing was done; 2: unusable arguments."""
    if args.verb == "check" and args.keys is not None:
        return _check_offline(args)
    import os

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "haihe.config.settings")
    import django

    django.setup()
    from haihe.records import database

    try:
        connection = database.connect_prepared()
    except database.NoTables as missing:
        print(missing, file=sys.stderr)
        return UNUSABLE
    try:
        return VERBS[args.verb](connection, args)
    finally:
        connection.close()


def _text(file: str) -> str:
    if file == "-":
        return sys.stdin.read(FILE_BYTES_MAX)
    with Path(file).open(encoding="utf-8") as opened:
        return opened.read(FILE_BYTES_MAX)


def _check_offline(args: argparse.Namespace) -> int:
    from haihe.records import certificates
    from haihe.records.jws import NotSigned

    try:
        public = certificates.keys_of(json.loads(args.keys.read_text(encoding="utf-8")))
        revoked: list[str] = []
        made = None
        if args.revoked is not None:
            revoked, made = certificates.ids_of(args.revoked.read_text(encoding="utf-8"), public)
        found = certificates.check(_text(args.file), public, revoked, datetime.now(UTC))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError, NotSigned) as wrong:
        print(f"读不了：{wrong}", file=sys.stderr)
        return UNUSABLE
    listed = (
        "没有给吊销名单，是否吊销没有查" if made is None else f"吊销名单：{made:%Y-%m-%d %H:%M} UTC"
    )
    return _tell(args, found, listed)


def _check(connection: Connection, args: argparse.Namespace) -> int:
    from haihe.records import certificates

    try:
        text = _text(args.file)
    except (OSError, UnicodeDecodeError) as wrong:
        print(f"读不了：{wrong}", file=sys.stderr)
        return UNUSABLE
    found = certificates.check(
        text,
        certificates.public_keys(connection),
        certificates.revoked_ids(connection),
        datetime.now(UTC),
    )
    return _tell(args, found, "")


def _tell(args: argparse.Namespace, found: Checked, listed: str) -> int:
    import msgspec

    told: dict[str, Any] = {
        "good": found.good,
        "wrong": found.wrong,
        "revoked": found.revoked,
        "expired": found.expired,
        "claims": msgspec.to_builtins(found.claims) if found.claims is not None else None,
    }
    if args.json:
        print(json.dumps(told, ensure_ascii=False))
    if found.claims is None:
        print(found.wrong, file=sys.stderr)
    else:
        says = "已吊销" if found.revoked else "已过有效期" if found.expired else "有效"
        one = found.claims
        print(f"{says}：{one.item} {one.no}，{one.name}，{one.iss}签发", file=sys.stderr)
    if listed:
        print(listed, file=sys.stderr)
    return 0 if found.good else 1


def _keys(connection: Connection, _: argparse.Namespace) -> int:
    from haihe.records import certificates

    print(json.dumps(certificates.key_set(connection)))
    return 0


def _revoked(connection: Connection, _: argparse.Namespace) -> int:
    from haihe.records import certificates

    print(certificates.revoked_list(connection, datetime.now(UTC)))
    return 0


def _revoke(connection: Connection, args: argparse.Namespace) -> int:
    from haihe.records import certificates

    done = certificates.revoke(connection, args.id, args.why, datetime.now(UTC))
    print("已吊销" if done else "没有这张证照，或者已经吊销", file=sys.stderr)
    return 0 if done else 1


def _prolong(connection: Connection, args: argparse.Namespace) -> int:
    from haihe.records import applications, prolonging

    order = next((one for one in applications.catalogue().orders if one.id == args.order), None)
    if order is None or order.sort != "prolong":
        print(f"没有统一顺延的文件 {args.order}", file=sys.stderr)
        return UNUSABLE
    done = prolonging.prolong(connection, order, datetime.now(UTC), _told)
    if args.json:
        print(json.dumps(done._asdict()))
    moved = f"换发电子证照 {len(done.moved)} 张，纸质证件 {len(done.papers)} 件"
    print(f"{moved}，在办的延续 {len(done.renewals)} 件；短信告知 {done.told} 人", file=sys.stderr)
    if done.untold:
        print(f"还有 {len(done.untold)} 人没有告知到，一个工作日内由原窗口告知", file=sys.stderr)
    for certificate, says in done.refused:
        print(f"{certificate} 没有顺延：{says}", file=sys.stderr)
    return 1 if done.refused else 0


def _told(phone: str, words: str) -> bool:
    """Tell a holder by a short message; the page of the matter shows it in any case."""
    from haihe.identity import senders

    sender = senders.sender()
    if sender is None:
        return False
    try:
        sender.send(phone, words)
    except senders.NotSent:
        return False
    return True


VERBS = {
    "check": _check,
    "keys": _keys,
    "revoked": _revoked,
    "revoke": _revoke,
    "prolong": _prolong,
}
