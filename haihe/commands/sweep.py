"""`haihe sweep`: run the models over every matter of this installation and raise their findings."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from datetime import datetime
from typing import Any

HELP = "全量监督：用所有模型核查每一个事项，发现问题即开立整改；--json 输出统计"


def arguments(parser: argparse.ArgumentParser) -> None:
    """One switch: figures for machines."""
    parser.add_argument("--json", action="store_true", help="以 JSON 输出")


def run(args: argparse.Namespace) -> int:
    """Sweep once; exit code 0 (what it finds is raised, not a failure of the command)."""
    import os
    from datetime import UTC

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "haihe.config.settings")
    import django

    django.setup()
    told = sweep_all(datetime.now(UTC))
    if args.json:
        print(json.dumps(told, ensure_ascii=False))
    else:
        print(_in_words(told), file=sys.stderr)
    return 0


def sweep_all(now: datetime) -> dict[str, Any]:
    """Bring the views up to the journal, run every model in service, raise what they find.

    Gives how many matters and events were looked at, and per model how many findings stand open,
    are new, came back or are gone. A model on trial raises findings without a rectification.
    """
    from haihe.pack.models import in_service, load_models
    from haihe.pack.place import models_folder
    from haihe.records import findings, mirror, rules
    from haihe.records.database import reading_connection
    from haihe.supervision.sweep import run_model
    from haihe.supervision.views import data_fields, open_views

    in_use = rules.current()
    procedures = in_use.every_version()
    views = mirror.refresh(reading_connection(), in_use, procedures, now)
    connection = open_views(views, data_fields(procedures), data_fields(procedures, "matter"))
    try:
        told: dict[str, Any] = {
            "matters": _count(connection, "matter"),
            "events": _count(connection, "event"),
        }
        models: dict[str, Any] = {}
        for model in in_service(load_models(models_folder())):
            swept = run_model(connection, model)
            raised = findings.raise_findings(model.card, swept.all(), now)
            models[model.id] = asdict(raised)
        return told | {"models": models}
    finally:
        connection.close()


def _count(connection: Any, view: str) -> int:
    return int(connection.sql(f"SELECT count(*) FROM {view}").fetchall()[0][0])


def _in_words(told: dict[str, Any]) -> str:
    lines = [f"核查了 {told['matters']} 个事项、{told['events']} 条记录："]
    lines += [
        f"  {model}：{one['open']} 个发现（新 {one['new']}，再次出现 {one['returned']}，"
        f"消除 {one['gone']}，复查整改 {one['rechecked']}）"
        for model, one in told["models"].items()
    ]
    lines += [f"  未能立项：{says}" for one in told["models"].values() for says in one["refused"]]
    return "\n".join(lines)
