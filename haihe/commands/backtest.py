"""`haihe backtest`: run the models over a simulated city whose faults are known, and count."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from haihe.pack.models import Model
    from haihe.supervision.scoring import Score

HELP = "回测：在已知有哪些问题的模拟城市里运行模型，给出查准、查全和每千件发现数"
DAYS = 120
SCALE = 0.004
SEED = 4
UNTIL = "2026-08-31"
PLANTS = 25
RESULTS = "backtest.json"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Which models, and how large a city."""
    parser.add_argument("--model", action="append", default=[], metavar="ID", help="只测这个模型")
    parser.add_argument("--seed", type=int, default=SEED, help="随机数种子")
    parser.add_argument("--days", type=int, default=DAYS, help="多少天的事项")
    parser.add_argument("--scale", type=float, default=SCALE, help="1 等于天津一年的量")
    parser.add_argument(
        "--plants", type=int, default=PLANTS, help="每种问题另外埋设多少件（少见的才数得出）"
    )
    parser.add_argument("--until", default=UNTIL, metavar="DAY", help="最后一天")
    parser.add_argument("--views", type=Path, metavar="FOLDER", help="用这个文件夹里已有的模拟城市")
    parser.add_argument("--write", action="store_true", help="写入 simulation/backtest.json")
    parser.add_argument("--json", action="store_true", help="以 JSON 输出")


def run(args: argparse.Namespace) -> int:
    """0: every model in force meets its aim or says why not; 1: one does not; 2: unusable."""
    from haihe.pack.yaml_file import UnusablePack

    try:
        models = _chosen(args.model)
        told, scores = _tested(args, models)
    except (UnusablePack, ValueError) as error:
        print(str(error), file=sys.stderr)
        return 2
    told["models"] = {name: one.plain() for name, one in scores.items()}
    if args.write:
        _write(told, whole=not args.model)
    if args.json:
        import msgspec

        sys.stdout.write(msgspec.json.encode(told).decode() + "\n")
    short = _short(models, scores)
    _say(told, scores, short)
    return 1 if short else 0


def _tested(
    args: argparse.Namespace, models: tuple[Model, ...]
) -> tuple[dict[str, Any], dict[str, Score]]:
    """What the city was, and the score of each model: usual city and planted faults together."""
    import tempfile

    from haihe.supervision.scoring import together

    if args.views:
        told, scores = measured(models, args.views)
        return {"city": told}, scores
    with tempfile.TemporaryDirectory(prefix="haihe-backtest-") as lent:
        folder = Path(lent)
        _simulated(args, folder / "usual", plants=0)
        usual, scores = measured(models, folder / "usual")
        _simulated(args, folder / "planted", plants=args.plants)
        planted, often = measured(models, folder / "planted")
    made = {name: getattr(args, name) for name in ("seed", "days", "scale", "until", "plants")}
    told = {"city": made | usual, "planted": planted}
    return told, {name: together(scores[name], often[name]) for name in scores}


def _chosen(names: list[str]) -> tuple[Model, ...]:
    from haihe.pack.models import in_service, load_models
    from haihe.pack.place import models_folder

    models = in_service(load_models(models_folder()))
    unknown = sorted(set(names) - {model.id for model in models})
    if unknown:
        raise ValueError(f"没有在用的模型 {'、'.join(unknown)}；haihe models 列出全部")
    return tuple(model for model in models if not names or model.id in names)


def _simulated(args: argparse.Namespace, folder: Path, *, plants: int) -> None:
    """The usual city, or (with `plants`) one of planted faults alone."""
    from datetime import date

    from haihe.records.rehearsal import write_city

    write_city(
        folder,
        until=date.fromisoformat(args.until),
        days=0 if plants else args.days,
        scale=args.scale,
        seed=args.seed,
        plants=plants,
    )


def measured(models: tuple[Model, ...], folder: Path) -> tuple[dict[str, Any], dict[str, Score]]:
    """The size of a simulated city (views with `truth.parquet`) and the score of each model."""
    import pyarrow.parquet as pq

    from haihe.pack import load_pack
    from haihe.records.rehearsal import TRUTH_FILE
    from haihe.supervision.scoring import Known, score, truths_of
    from haihe.supervision.sweep import run_model
    from haihe.supervision.views import data_fields, mentioned, open_views

    file = folder / TRUTH_FILE
    if not file.is_file():
        raise ValueError(f"{folder} 里没有 {TRUTH_FILE}：先用 haihe simulate 生成模拟城市")
    known = Known.of(truths_of(pq.read_table(file)))
    every = [one for versions in load_pack().procedures.values() for one in versions]
    asked = [sql for model in models for sql in (model.sql, model.population)]
    event, matter = (mentioned(data_fields(every, view), asked) for view in ("event", "matter"))
    connection = open_views(folder, event, matter, often=True)
    try:
        ((matters,),) = connection.sql("SELECT count(*) FROM matter").fetchall()
        ((events,),) = connection.sql("SELECT count(*) FROM event").fetchall()
        scores = {
            model.id: score(model.id, run_model(connection, model).rows, known, matters)
            for model in models
        }
    finally:
        connection.close()
    return {"matters": matters, "events": events}, scores


def _short(models: tuple[Model, ...], scores: dict[str, Score]) -> list[str]:
    """Models in force that miss their aim and whose card does not say so."""
    return [
        model.id
        for model in models
        if model.card.status == "in_force"
        and model.card.opens != "notice"
        and not model.card.falls_short
        and not scores[model.id].meets(model.card.expects)
    ]


def _write(told: dict[str, Any], *, whole: bool) -> None:
    """Keep the figures; of some models only, those of the others stay as they were measured."""
    import json

    from haihe.pack.place import own_folder

    file = own_folder("simulation") / RESULTS
    if not whole and file.is_file():
        kept = json.loads(file.read_text(encoding="utf-8"))
        told = {**kept, "models": {**kept["models"], **told["models"]}}
    text = json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True)
    file.write_text(text + "\n", encoding="utf-8")


def _say(told: dict[str, Any], scores: dict[str, Score], short: list[str]) -> None:
    city = told["city"]
    print(f"模拟城市：{city['matters']} 个事项、{city['events']} 条记录", file=sys.stderr)
    for one in scores.values():
        print(
            f"  {one.model}：发现 {one.found}（每千件 {one.per_thousand:g}），埋设 {one.planted}，"
            f"查准 {share(one.precision)}，查全 {share(one.recall)}",
            file=sys.stderr,
        )
        for name, some in (("漏", one.missed_shown), ("误", one.extra_shown)):
            for matter, cause, fault in some:
                print(f"      {name}：{matter}（{cause}）{fault}", file=sys.stderr)
    if short:
        print(f"没有达到目标，卡片也没有说明：{'、'.join(short)}", file=sys.stderr)


def share(value: float | None) -> str:
    """A share as people write it; a dash where there was nothing to measure."""
    return "—" if value is None else f"{value:.1%}"
