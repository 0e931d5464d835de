"""`haihe calendar`: check which years are published, load a new one, recompute running clocks."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from haihe.kernel.calendar import Calendar
    from haihe.records.write import Moved

HELP = "放假安排：check 检查是否齐全，load 载入新一年的安排并重算涉及的期限"

MOVED_SHOWN_MAX = 1_000


def arguments(parser: argparse.ArgumentParser) -> None:
    """`check`, `load FILE` or `recompute YEAR …`."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    check = actions.add_parser("check", help="检查各年文件；缺少应当载入的年份时返回 1")
    check.add_argument("--today", metavar="DAY", help="按这一天检查（默认今天）")
    check.add_argument("--json", action="store_true", help="输出一行 JSON")
    load = actions.add_parser("load", help="校验一年的放假安排，放入法规目录，并重算期限")
    load.add_argument("file", metavar="FILE", help="一年的放假安排（YAML）")
    load.add_argument("--replace", action="store_true", help="替换已经载入的同一年安排")
    load.add_argument("--json", action="store_true", help="输出一行 JSON")
    again = actions.add_parser("recompute", help="按现有放假安排重算涉及这些年份的运行中期限")
    again.add_argument("years", metavar="YEAR", nargs="+", type=int, help="年份")
    again.add_argument("--json", action="store_true", help="输出一行 JSON")


def run(args: argparse.Namespace) -> int:
    """Do what was asked; 2 when a file or an argument cannot be used."""
    from haihe.pack.calendar import load_calendar
    from haihe.pack.place import MissingFolder, law_folder

    try:
        folder = law_folder() / "calendar"
        form = "json" if args.json else "text"
        if args.action == "check":
            return _check(load_calendar(folder), args.today, form)
        if args.action == "load":
            return _load(Path(args.file), folder, "replace" if args.replace else "refuse", form)
        return _recompute(load_calendar(folder), frozenset(args.years), {}, form)
    except (ValueError, MissingFolder) as wrong:
        print(f"haihe calendar: {wrong}", file=sys.stderr)
        return 2


def _check(calendar: Calendar, today_text: str | None, form: str) -> int:
    from haihe.kernel.calendar import missing_year

    today = _day(today_text) if today_text else datetime.now(calendar.zone).date()
    missing = missing_year(today, calendar.published)
    if form == "json":
        found = {
            "published": sorted(calendar.published),
            "today": today.isoformat(),
            "missing": missing,
        }
        print(json.dumps(found, ensure_ascii=False))
    else:
        years = sorted(calendar.published)
        print(f"已载入 {years[0]}年至{years[-1]}年，共{len(years)}年的放假安排")
        if today.year + 1 not in calendar.published:
            print(f"{today.year + 1}年的安排还没有载入，涉及该年的期限都是暂定的")
    if missing is not None:
        print(
            f"缺少{missing}年的放假安排：请按国务院办公厅通知编写 {missing}.yaml，"
            f"再运行 haihe calendar load {missing}.yaml",
            file=sys.stderr,
        )
    return 0 if missing is None else 1


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as wrong:
        raise ValueError(f"“{text}”不是存在的日期，请写成 2026-12-01") from wrong


def _load(source: Path, folder: Path, occupied: str, form: str) -> int:
    from haihe.pack.calendar import load_calendar
    from haihe.pack.new_year import install_year

    loaded = install_year(source, folder, "replace" if occupied == "replace" else "refuse")
    words = {"new": "已载入", "same": "早已载入，内容相同", "replaced": "已替换"}
    if form == "text":
        print(f"{loaded.file.year}年的放假安排{words[loaded.state]}：{loaded.path}")
    told: dict[str, object] = {"year": loaded.file.year, "state": loaded.state}
    return _recompute(load_calendar(folder), loaded.touching | {loaded.file.year}, told, form)


def _recompute(
    calendar: Calendar, touching: frozenset[int], told: dict[str, object], form: str
) -> int:
    """Compute running clocks that touch the years anew, and say what moved."""
    from haihe.records.home import database_url, sqlite_file

    changed: list[Moved] = []
    in_use = bool(database_url()) or sqlite_file().stat().st_size > 0
    if in_use:
        from haihe.records.write import recompute_clocks

        changed = recompute_clocks(calendar, touching)
    moved = [one for one in changed if one.old_legal != one.new_legal]
    confirmed = len(changed) - len(moved)
    if form == "json":
        rows = [_row(one) for one in moved]
        print(json.dumps({**told, "moved": rows, "confirmed": confirmed}, ensure_ascii=False))
        return 0
    years = "、".join(f"{year}年" for year in sorted(touching))
    print(f"涉及{years}的运行中期限：{len(moved)}项日期变动，{confirmed}项日期不变")
    for one in moved[:MOVED_SHOWN_MAX]:
        fixed = "" if one.official else "（仍为暂定）"
        print(
            f"  {one.matter} {one.clock}：{one.old_legal or '无'} → {one.new_legal or '无'}{fixed}"
        )
    if len(moved) > MOVED_SHOWN_MAX:
        print(f"  ……另有{len(moved) - MOVED_SHOWN_MAX}项，用 --json 查看全部")
    if in_use:
        print("正在运行的 haihe run、haihe work 重启后才使用新的放假安排", file=sys.stderr)
    return 0


def _row(one: Moved) -> dict[str, object]:
    return {
        "matter": one.matter,
        "clock": one.clock,
        "old_legal": one.old_legal and one.old_legal.isoformat(),
        "new_legal": one.new_legal and one.new_legal.isoformat(),
        "official": one.official,
    }
