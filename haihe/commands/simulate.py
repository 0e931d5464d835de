"""`haihe simulate`: a simulated city, written through the bulk door; and trials of its parts."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from haihe.records.rehearsal import Written
    from haihe.simulation.book import Book, Fault
    from haihe.simulation.telling import Chronicler

HELP = "模拟城市：按公布的数量生成事项，经批量入口装入；也可试一个错误、一种事项"
SCALE_MAX = 2.0
DAYS_MAX = 1_500
COUNT_MAX = 10_000
PROBLEMS_SHOWN = 12


def arguments(parser: argparse.ArgumentParser) -> None:
    """A city: seed, days, scale, until; a trial: a fault or a kind, and how many."""
    parser.add_argument("--seed", type=int, default=1, help="种子；同一种子生成完全相同的历史")
    parser.add_argument("--days", type=int, default=30, help="天数")
    parser.add_argument("--scale", type=float, default=0.001, help="规模；1 为全市一年的公布数量")
    parser.add_argument("--until", type=date.fromisoformat, help="最后一天，默认昨天")
    parser.add_argument("--no-faults", action="store_true", help="不植入错误")
    parser.add_argument("--out", type=Path, help="把历史写成逐行 JSON，不装入")
    parser.add_argument("--views", type=Path, help="把视图和真值写入空文件夹，不经过数据库")
    parser.add_argument("--fault", type=Path, help="试一个错误：它的文件")
    parser.add_argument("--kind", help="试一种事项的正常办理")
    parser.add_argument("--course", default="", help="与 --kind 同用：只试这一条")
    parser.add_argument("--workers", type=int, default=1, help="装入时旁边判定的进程数")
    parser.add_argument("--count", type=int, default=40, help="试多少件")
    parser.add_argument("--json", action="store_true", help="以 JSON 输出")


def run(args: argparse.Namespace) -> int:
    """0 fine; 1 a trial found what it should not, or missed what it should; 2 unusable."""
    from haihe.pack import UnusablePack

    if not (0 < args.scale <= SCALE_MAX and 0 < args.days <= DAYS_MAX):
        print(f"规模在0与{SCALE_MAX:g}之间，天数在1与{DAYS_MAX}之间。", file=sys.stderr)
        return 2
    if not 0 < args.count <= COUNT_MAX:
        print(f"--count 在1与{COUNT_MAX}之间。", file=sys.stderr)
        return 2
    try:
        if args.fault or args.kind:
            return _trial(args)
        if args.views:
            return _views(args)
        return _write_out(args) if args.out else _take_in(args)
    except UnusablePack as error:
        print(error, file=sys.stderr)
        return 2


def _until(args: argparse.Namespace) -> date:
    """The last day that is told: yesterday on the clocks of the city."""
    from datetime import UTC, datetime, timedelta
    from zoneinfo import ZoneInfo

    from haihe.pack import ZONE

    given: date | None = args.until
    return given or (datetime.now(UTC).astimezone(ZoneInfo(ZONE)) - timedelta(days=1)).date()


def _views(args: argparse.Namespace) -> int:
    from haihe.records.rehearsal import write_city

    written = write_city(
        args.views,
        until=_until(args),
        days=args.days,
        scale=args.scale,
        seed=args.seed,
        faults=not args.no_faults,
    )
    _tell(args, _counts(written))
    return 0


def _write_out(args: argparse.Namespace) -> int:
    """The histories as lines of JSON: the same seed gives the same bytes."""
    import msgspec

    made = _city(args)
    count = 0
    with args.out.open("wb") as lines:
        for chronicle in made.chronicles():
            lines.write(msgspec.json.encode(chronicle))
            lines.write(b"\n")
            count += 1
    _tell(
        args,
        {"histories": count, "truths": len(made.truths), "problems": made.worst(PROBLEMS_SHOWN)},
    )
    return 0


def _take_in(args: argparse.Namespace) -> int:
    """The histories through the bulk door, and the truth beside the database."""
    import os
    import time

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "haihe.config.settings")
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0, interactive=False)
    from haihe.records import write
    from haihe.records.simulated import found_bodies, keep_beside

    made = _city(args)
    found_bodies(made.simulation.city)
    begun = time.perf_counter()
    told: dict[str, Any] = {"matters": 0, "events": 0, "known": 0, "refused": 0}
    for taken in write.submit_many(made.chronicles(), workers=args.workers):
        told["matters"] += taken.matters
        told["events"] += taken.events
        told["known"] += taken.known
        told["refused"] += len(taken.refused)
        for one in taken.refused[:PROBLEMS_SHOWN]:
            print(f"{one.key}，第{one.command}步：{one.refused.says}", file=sys.stderr)
    keep_beside(made)
    told |= {
        "seconds": round(time.perf_counter() - begun, 1),
        "truths": len(made.truths),
        "problems": made.worst(PROBLEMS_SHOWN),
    }
    _tell(args, told)
    return 1 if told["refused"] else 0


def _city(args: argparse.Namespace) -> Chronicler:
    from datetime import datetime, time

    from haihe.pack import load_pack
    from haihe.pack.city import load_organs
    from haihe.simulation.book import load_book
    from haihe.simulation.city import Simulation
    from haihe.simulation.telling import Chronicler

    pack = load_pack()
    known = load_organs().by_name()
    simulation = Simulation(pack, load_book(), args.seed, faults=not args.no_faults, known=known)
    end = datetime.combine(_until(args), time(23, 59, 59), pack.zone)
    return Chronicler(simulation, end, args.days, args.scale)


def _counts(written: Written) -> dict[str, Any]:
    return {
        "matters": written.matters,
        "events": written.events,
        "kinds": written.kinds,
        "faults": written.faults,
        "problems": dict(sorted(written.problems.items(), key=lambda one: -one[1])[:40]),
    }


def _tell(args: argparse.Namespace, told: dict[str, Any]) -> None:
    print(
        json.dumps(told, ensure_ascii=False, indent=None if args.json else 1),
        file=sys.stdout if args.json else sys.stderr,
    )


def _trial(args: argparse.Namespace) -> int:
    import tempfile
    from datetime import datetime, time, timedelta

    from haihe.pack import UnusablePack, load_pack
    from haihe.records.rehearsal import fault_lots, write_lots
    from haihe.simulation.book import load_book, load_fault
    from haihe.simulation.city import Simulation

    pack = load_pack()
    book: Book = load_book()
    fault: Fault | None = load_fault(args.fault) if args.fault else None
    kind = fault.kind if fault is not None else args.kind
    if kind not in book.courses:
        raise UnusablePack(f"{kind}: there is no simulation/courses/{kind}.yaml")
    simulation = Simulation(pack, book, args.seed, faults=False)
    until = _until(args)
    lots = fault_lots(simulation, fault, kind, args.course, args.count, until)
    told: dict[str, Any] = {
        "tried": args.count,
        "played": len(lots),
        "problems": dict(
            sorted(simulation.tally.problems.items(), key=lambda one: -one[1])[:PROBLEMS_SHOWN]
        ),
    }
    at = datetime.combine(until + timedelta(days=1), time(0), pack.zone)
    with tempfile.TemporaryDirectory(prefix="haihe-trial-") as lent:
        folder = args.views or Path(lent)
        written = write_lots(folder, lots, simulation, at)
        told |= {"matters": written.matters, "truths": len(written.truths)}
        told["models"] = _found(folder, written, fault)
    _tell(args, told)
    wrong = any(one["missed"] or one["extra"] for one in told["models"].values())
    return 1 if wrong or not lots else 0


def _found(folder: Path, written: Written, fault: Fault | None) -> dict[str, Any]:
    """What every model finds on these views, beside what it should."""
    from haihe.pack import load_pack
    from haihe.pack.models import load_models
    from haihe.pack.place import models_folder
    from haihe.supervision.sweep import UnusableModel, run_model
    from haihe.supervision.views import data_fields, mentioned, open_views

    procedures = [one for versions in load_pack().procedures.values() for one in versions]
    models = load_models(models_folder())
    asked = [sql for model in models for sql in (model.sql, model.population)]
    event, matter = (
        mentioned(data_fields(procedures, view), asked) for view in ("event", "matter")
    )
    connection = open_views(folder, event, matter, often=True)
    wanted: dict[str, set[tuple[str, str]]] = {}
    for one in filter(lambda one: one.model, written.truths):
        wanted.setdefault(one.model, set()).add((one.matter_id, one.cause))
    told: dict[str, Any] = {}
    for model in models:
        try:
            rows = run_model(connection, model).rows
        except UnusableModel as error:
            told[model.id] = {"error": str(error), "missed": [], "extra": []}
            continue
        found = set(
            zip(*(rows.column(name).to_pylist() for name in ("matter_id", "cause")), strict=True)
        )
        must = wanted.pop(model.id, set())
        anyhow = {matter for matter, cause in must if cause == "*"}
        missed = [
            one
            for one in sorted(must)
            if one not in found and not (one[1] == "*" and any(m == one[0] for m, _ in found))
        ]
        extra = [one for one in sorted(found) if one not in must and one[0] not in anyhow]
        if fault is not None and model.id in fault.also:
            extra = []
        if found or must:
            told[model.id] = {
                "found": len(found),
                "must": len(must),
                "missed": missed[:5],
                "extra": extra[:5],
                "extras": len(extra),
            }
    for name, must in wanted.items():
        told[name] = {"error": "there is no such model", "missed": sorted(must)[:3], "extra": []}
    return told
