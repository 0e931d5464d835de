"""`haihe keys`: list, rotate, re-wrap, retire and restore the keys; docs/keys.md tells when."""

from __future__ import annotations

import argparse
import json
import sys
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from haihe.records.database import Connection
    from haihe.records.keys import Name

HELP = (
    "密钥：list 列出，show 详情，rotate 换新，rewrap 重新加密，retire 停用，restore 恢复，make 生成"
)
SHOWN_EVERY = 1.0  # seconds between two lines of progress


def arguments(parser: argparse.ArgumentParser) -> None:
    """What to do with which key."""
    parser.add_argument(
        "what", choices=["list", "show", "rotate", "rewrap", "retire", "restore", "make"]
    )
    parser.add_argument("name", nargs="?", default="", help="密钥的名称；rewrap 不写就是全部")
    parser.add_argument("version", nargs="?", type=int, default=0, help="第几版")
    parser.add_argument("--limit", type=int, metavar="N", help="rewrap：最多处理多少行")
    parser.add_argument(
        "--at-once", action="store_true", help="retire：泄露时立即停用 django 或 api，不等到期"
    )
    parser.add_argument("--json", action="store_true", help="以 JSON 输出，不含任何密钥内容")


def run(args: argparse.Namespace) -> int:
    """0 done; 1 not possible now (it says why; nothing was changed); 2 unusable arguments."""
    from haihe.records import home, keys

    if args.name not in ("", *keys.NAMES) or (
        args.what not in ("list", "rewrap") and not args.name
    ):
        print(f"请写密钥的名称：{'、'.join(keys.NAMES)}", file=sys.stderr)
        return 2
    if args.what in ("retire", "restore", "make") and not 0 < args.version <= keys.VERSIONS_MAX:
        print(f"请写第几版（1 至 {keys.VERSIONS_MAX}）", file=sys.stderr)
        return 2
    if args.limit is not None and args.limit < 1:
        print("--limit 至少是 1", file=sys.stderr)
        return 2
    steps = {
        "list": _list,
        "show": _show,
        "rotate": _rotate,
        "rewrap": _rewrap,
        "retire": _retire,
        "restore": _restore,
        "make": _make,
    }
    try:
        return steps[args.what](args)
    except (keys.KeyTrouble, home.UnusableSetting) as trouble:
        print(f"haihe keys: {trouble}", file=sys.stderr)
        return 1


def _database() -> Connection | None:
    """The database, if it is there and has its tables."""
    from haihe.records import database

    try:
        return database.connect_prepared()
    except (database.NoTables, *database.Failure):
        return None


def _list(args: argparse.Namespace) -> int:
    from haihe.records import keys

    connection = _database()
    told = [_told(name, connection) for name in keys.NAMES if args.name in ("", name)]
    if args.json:
        source = keys.store().source.kind
        print(json.dumps({"source": source, "keys": told}, ensure_ascii=False))
        return 0
    for one in told:
        for version in one["versions"]:
            rows = version["rows"]
            used = "" if rows is None else f"，{rows} 行"
            print(
                f"{one['name']:<13} 第{version['version']}版  {version['state']:<7} "
                f"{version['cipher']:<11} {version['made_at'][:10]}{used}"
            )
    return 0


def _told(name: Name, connection: Connection | None) -> dict[str, Any]:
    """A key as the list tells it; rows are None where no column says what a version made."""
    from haihe.records import key_register, key_uses, keys

    key, register = keys.store().key(name), key_register.read()
    places = key_uses.in_use(connection, name) if connection is not None else {}
    versions: list[dict[str, Any]] = [
        {
            "version": one.number,
            "state": "newest" if one == key.newest else "old",
            "cipher": one.cipher,
            "made_at": one.made_at.isoformat(),
            "rows": sum(used.get(one.number, 0) for used in places.values()) if places else None,
        }
        for one in key.versions
    ]
    for noted in register.keys:
        entry = {"version": noted.version, "state": "retired", "cipher": "", "rows": None}
        if noted.name == name and noted.retired_at is not None:
            versions.append({**entry, "made_at": noted.noted_at.isoformat()})
    for version in versions:
        found = register.entry(name, version["version"])
        version["fingerprint"] = found.fingerprint if found else ""
    return {"name": name, "versions": versions}


def _show(args: argparse.Namespace) -> int:
    """One key: its versions, where each is used, why each is needed; for signing who attests."""
    from haihe.records import key_uses, keys

    connection = _database()
    now = datetime.now(UTC)
    told = _told(args.name, connection)
    for version in told["versions"]:
        if version["state"] != "retired":
            number = version["version"]
            version["needed"] = key_uses.why_needed(connection, args.name, number, now)
    if connection is not None:
        told["places"] = {
            place: {str(number): rows for number, rows in used.items()}
            for place, used in key_uses.in_use(connection, args.name).items()
        }
    if args.name == "seal-signing":
        told["public"] = {str(one.number): one.public.hex() for one in keys.signers()}
        told["attested"] = _attested(connection) if connection is not None else []
    print(json.dumps(told, ensure_ascii=False, indent=None if args.json else 1))
    return 0


def _attested(connection: Connection) -> list[dict[str, Any]]:
    from haihe.records import signers

    return [
        {name: value.hex() if isinstance(value, bytes) else value for name, value in told.items()}
        for told in (one._asdict() for one in signers.every(connection))
    ]


def _rotate(args: argparse.Namespace) -> int:
    """Make a new version; the key of the seals is attested by the one before at once."""
    from haihe.records import keys, signers

    connection = _database()
    if args.name == "seal-signing":
        if connection is None:
            print("换封存签名的密钥需要数据库：旧密钥要为新密钥作证。", file=sys.stderr)
            return 1
        if signers.attest(connection, datetime.now(UTC)) is not None and _is_waiting(args):
            return 0
    made = keys.rotate(args.name)
    if args.name == "seal-signing" and connection is not None:
        signers.attest(connection, datetime.now(UTC))
    if args.json:
        print(json.dumps({"name": args.name, "version": made.number, "cipher": made.cipher}))
    print(
        f"{args.name} 换到第 {made.number} 版：运行中的服务最迟 {_notice(made)} 秒后使用。"
        "旧的一版继续用来读旧数据；haihe keys rewrap 之后可以停用。请马上备份新的密钥。",
        file=sys.stderr,
    )
    return 0


def _is_waiting(args: argparse.Namespace) -> bool:
    """A rotation that was cut off between making the key and attesting it is now complete."""
    from haihe.records import keys

    versions = keys.store().key("seal-signing").versions
    if len(versions) < 2:
        return False  # the first key has just begun to sign
    if args.json:
        told = {"name": args.name, "version": versions[0].number, "cipher": versions[0].cipher}
        print(json.dumps(told))
    print(f"上次没有做完的换新已经完成：第 {versions[0].number} 版开始签名。", file=sys.stderr)
    return True


def _notice(_made: object) -> int:
    from haihe.records import keys

    store = keys.store()
    return int(keys.KMS_LOOK_SECONDS if store.source.kind == "kms" else keys.LOOK_SECONDS)


def _rewrap(args: argparse.Namespace) -> int:
    """Renew what older versions made; may be stopped and started again at any time."""
    from haihe.records import database, key_uses

    try:
        connection = database.connect_prepared()
    except database.NoTables as missing:
        print(missing, file=sys.stderr)
        return 2
    shown = [time.monotonic()]

    def told(place: str, rows: int) -> None:
        if time.monotonic() - shown[0] >= SHOWN_EVERY:
            shown[0] = time.monotonic()
            print(f"{place}：{rows} 行", file=sys.stderr, flush=True)

    done = key_uses.renew(
        connection,
        datetime.now(UTC),
        names=[args.name] if args.name else [],
        rows_max=args.limit,
        told=told,
    )
    if args.json:
        rows = {place: {"rows": one.rows, "kept": one.kept} for place, one in done.items()}
        print(json.dumps({"renewed": rows}))
    for place, one in done.items():
        kept = f"，{one.kept} 行这次没有改（正在被改写，或者还不到期）" if one.kept else ""
        stopped = f"；{one.stopped}" if one.stopped else ""
        print(f"{place}：更新了 {one.rows} 行{kept}{stopped}", file=sys.stderr)
    return 0


def _retire(args: argparse.Namespace) -> int:
    """Put a version aside that nothing uses; says what uses it otherwise."""
    from haihe.records import key_uses, keys

    connection = _database()
    if connection is None:
        print("连不上数据库，不知道还有没有数据用这一版，没有停用。", file=sys.stderr)
        return 1
    needed = key_uses.why_needed(connection, args.name, args.version, datetime.now(UTC))
    newest = args.version == keys.store().key(args.name).newest.number
    if needed and (newest or not (args.at_once and args.name in ("django", "api"))):
        for why in needed:
            print(f"还不能停用 {args.name} 第 {args.version} 版：{why}", file=sys.stderr)
        return 1
    keys.retire(args.name, args.version)
    print(
        f"{args.name} 第 {args.version} 版已停用（移到 retired）；"
        "读旧备份还要用它，备份过期后再销毁。",
        file=sys.stderr,
    )
    return 0


def _restore(args: argparse.Namespace) -> int:
    from haihe.records import keys

    keys.restore(args.name, args.version)
    print(f"{args.name} 第 {args.version} 版已恢复。", file=sys.stderr)
    return 0


def _make(args: argparse.Namespace) -> int:
    """A new random key as a line for the environment; the one place where a secret is printed."""
    from haihe.records import home
    from haihe.records.key_sources import new_variable

    print(new_variable(args.name, args.version, home.cipher_name()))
    return 0
