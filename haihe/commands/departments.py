"""`haihe departments`: the departments of a demo as servers of their own, each with its log."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
from contextlib import ExitStack
from pathlib import Path
from typing import Any

HELP = "演示用的各部门服务：民政、市场监管、卫生健康、交管、规划、人社；log 看部门自己的日志"

UNUSABLE = 2
LOOK_SECONDS = 0.05  # how soon a department notices that it is to stop
FOLDER = "departments"  # in HAIHE_HOME: their registers' logs and keys, none of them ours


def arguments(parser: argparse.ArgumentParser) -> None:
    """Serve, or show the log of one."""
    parser.add_argument("verb", nargs="?", choices=("serve", "log"), default="serve")
    parser.add_argument("name", nargs="?", default="", help="log：哪个部门，例如 marriage")
    parser.add_argument("--port", type=int, default=0, help="第一个端口；0 用空闲的（默认）")
    parser.add_argument("--matter", default="", help="log：只看这个编号的事项")
    parser.add_argument("--json", action="store_true", help="log：以 JSON 输出")


def run(args: argparse.Namespace) -> int:
    """Serve until Ctrl-C or SIGTERM; exit code 2: no such department, or the ports are taken."""
    from haihe.departments.desks import DESKS
    from haihe.records import home

    folder = home.home() / FOLDER
    if args.verb == "log":
        if args.name not in DESKS:
            print(f"没有这个部门：{args.name}。有：{'、'.join(DESKS)}", file=sys.stderr)
            return UNUSABLE
        return _show(folder, args)
    try:
        return _serve(folder, args.port)
    except (OSError, OverflowError) as error:
        print(f"haihe departments: 端口不能用（{error}）。换一个 --port。", file=sys.stderr)
        return UNUSABLE


def _serve(folder: Path, port: int) -> int:
    from haihe.departments import server
    from haihe.departments.desks import DESKS
    from haihe.departments.desks import registers as held_by
    from haihe.records import connections
    from haihe.records.connections import Connection

    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    held, found = held_by(), dict[str, Connection]()
    with ExitStack() as running:
        for place, (name, desk) in enumerate(DESKS.items()):
            address = ("127.0.0.1", port + place if port else 0)
            one = server.Department(desk, held[name], folder, connections.our_public_keys, address)
            threading.Thread(target=one.serve_forever, args=(LOOK_SECONDS,), daemon=True).start()
            running.callback(one.close)
            found[name] = Connection(one.address, one.key_id, server.public_half(one.key))
            print(f"{desk.keeper}（{name}）：{one.address}{desk.path}", file=sys.stderr)
        connections.connect(found)
        print("已接通。按 Ctrl-C 停止。", file=sys.stderr, flush=True)
        stop.wait()
    return 0


def _show(folder: Path, args: argparse.Namespace) -> int:
    from haihe.departments import server

    rows: list[dict[str, Any]] = [
        one._asdict() for one in server.log(folder / f"{args.name}.sqlite3", args.matter)
    ]
    if args.json:
        print(json.dumps(rows, ensure_ascii=False))
        return 0
    for one in rows:
        print("｜".join(str(value) for value in one.values()))
    if not rows:
        print("还没有人问过", file=sys.stderr)
    return 0
