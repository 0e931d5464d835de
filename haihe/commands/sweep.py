"""`haihe sweep`: run the models over this installation and raise their findings."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from haihe.pack.models import Model

HELP = "全量监督：用所有模型核查每一个事项，发现问题即开立整改；--json 输出统计"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Over what to sweep, and as of when."""
    parser.add_argument("--touched", action="store_true", help="只核查上次以来有变化的事项")
    parser.add_argument(
        "--as-of",
        metavar="DAY",
        help="列出到那一天结束（或者 2026-06-30T08:00 那一刻）应当发现的问题，不立案",
    )
    parser.add_argument(
        "--imported", action="store_true", help="与 --as-of 合用：整批导入的记录按发生时间计"
    )
    parser.add_argument(
        "--model", action="append", default=[], metavar="ID", help="与 --as-of 合用：只看这个模型"
    )
    parser.add_argument(
        "--engine",
        choices=["duckdb", "spark"],
        default="duckdb",
        help="在本机进程内，或者在 Apache Spark 上运行同样的模型",
    )
    parser.add_argument(
        "--master", default="local[2]", metavar="URL", help="Spark 的地址，如 spark://主机:7077"
    )
    parser.add_argument("--json", action="store_true", help="以 JSON 输出")


def run(args: argparse.Namespace) -> int:
    """0 whatever is found (that is raised, no failure of the command); 2: unusable arguments."""
    import os
    from datetime import UTC

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "haihe.config.settings")
    import django

    django.setup()
    if args.as_of:
        return _as_of(args)
    if args.imported or args.model:
        print("--imported 和 --model 只与 --as-of 合用", file=sys.stderr)
        return 2
    if args.touched and args.engine == "spark":
        print("--touched 在本机进程内运行，不与 --engine spark 合用", file=sys.stderr)
        return 2
    if args.engine == "spark":
        return _on_spark(args)
    told = (sweep_touched if args.touched else sweep_all)(datetime.now(UTC))
    return _told(args, told)


def _on_spark(args: argparse.Namespace) -> int:
    from datetime import UTC

    from haihe.records import sweeping
    from haihe.supervision.spark import NoSpark

    engine = sweeping.on_spark(args.master)
    try:
        told = sweeping.sweep_all(datetime.now(UTC), engine=engine).as_json()
    except NoSpark as error:
        print(str(error), file=sys.stderr)
        return 2
    return _told(args, told)


def _told(args: argparse.Namespace, told: dict[str, Any]) -> int:
    if args.json:
        print(json.dumps(told, ensure_ascii=False))
    else:
        print(_in_words(told), file=sys.stderr)
    return 0


def sweep_all(now: datetime) -> dict[str, Any]:
    """A full sweep as of now: every model over every matter; gives what it looked at and raised."""
    from haihe.records import sweeping

    return sweeping.sweep_all(now).as_json()


def sweep_touched(now: datetime) -> dict[str, Any]:
    """The same over the matters that were touched since the last sweep."""
    from haihe.records import sweeping

    return sweeping.sweep_touched(now).as_json()


def _as_of(args: argparse.Namespace) -> int:
    from haihe.records import rules, sweeping

    try:
        at = _instant(args.as_of, rules.current().zone)
        models = _chosen(args.model)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    swept = sweeping.found_as_of(at, models, imported=args.imported)
    found = [
        {"model": one.model, "matter": one.matter_id, "cause": one.cause, "events": one.seqs}
        for result in swept
        for one in result.all()
    ]
    failed = sorted({one.id for one in models} - {result.model.id for result in swept})
    if args.json:
        told = {"as_of": at.isoformat(), "findings": found, "failed": failed}
        print(json.dumps(told, ensure_ascii=False))
        return 0
    print(f"截至 {at:%Y-%m-%d %H:%M}，应当发现：")
    for result in swept:
        print(f"  {result.model.card.name}（{result.model.id}）：{result.findings} 个")
    if failed:
        print(f"没有能运行的模型：{'、'.join(failed)}", file=sys.stderr)
    return 0


def _instant(text: str, zone: Any) -> datetime:
    """A day stands for its end, an instant for itself; both on the clocks of the city."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text}：请写成 2026-06-30 或者 2026-06-30T08:00") from None
    at = read if read.tzinfo else read.replace(tzinfo=zone)
    return at + timedelta(days=1) if len(text) == 10 else at


def _chosen(names: list[str]) -> tuple[Model, ...]:
    from haihe.pack.models import in_service
    from haihe.records import published
    from haihe.records.database import reading_connection

    models = in_service(published.in_use(reading_connection()).models)
    unknown = sorted(set(names) - {one.id for one in models})
    if unknown:
        raise ValueError(f"没有在用的模型 {'、'.join(unknown)}；haihe models 列出全部")
    return tuple(one for one in models if not names or one.id in names)


def _in_words(told: dict[str, Any]) -> str:
    what = "全部" if told["full"] else "有变化的"
    lines = [f"核查了{what} {told['matters']} 个事项、{told['events']} 条记录："]
    lines += [
        f"  {model}：{one['open']} 个发现（新 {one['new']}，再次出现 {one['returned']}，"
        f"消除 {one['gone']}，合并整改 {one['gathered']}）"
        for model, one in told["models"].items()
        if any(one[count] for count in ("open", "new", "returned", "gone"))
    ]
    lines += [f"  未能立项：{says}" for one in told["models"].values() for says in one["refused"]]
    lines += [f"  关联事项过多，留待下次全量核查：{model}" for model in told["left"]]
    lines.append(f"复查整改 {told['rechecked']} 件，逾期提级 {told['escalated']} 件")
    return "\n".join(lines)
