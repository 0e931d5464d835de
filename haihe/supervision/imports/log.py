"""The one way to read an outside log into `matter` and `event`, damage included."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from haihe.supervision.imports.assemble import joined, twice
from haihe.supervision.imports.damage import Damage
from haihe.supervision.imports.ocel import read_ocel
from haihe.supervision.imports.plan import Plan
from haihe.supervision.imports.read import Progress, Read
from haihe.supervision.imports.rows import read_csv, read_parquet
from haihe.supervision.imports.xes import line_of_repeat, read_xes
from haihe.supervision.views import write_segment

Reader = Callable[[Path, Plan, Progress], Read]

_READERS: Final[tuple[tuple[str, Reader], ...]] = (
    (".xes", read_xes),
    (".xes.gz", read_xes),
    (".csv", read_csv),
    (".csv.gz", read_csv),
    (".parquet", read_parquet),
    (".json", read_ocel),
    (".jsonocel", read_ocel),
    (".sqlite", read_ocel),
    (".sqlite3", read_ocel),
    (".db", read_ocel),
)


@dataclass
class Log:
    """A log as read: rows of `matter` and `event`, keys nobody asked for, and its damage."""

    matter: pa.Table
    event: pa.Table
    left_out: dict[str, int]
    damage: Damage | None


def quiet(_done: int, _size: int) -> None:
    """Progress that nobody looks at."""


def read_log(path: Path, plan: Plan, progress: Progress = quiet) -> Log:
    """Read a log of any kind we know; never raises Damage, answers it beside the good part.

    `path` is .xes, .xes.gz, .csv, .csv.gz, .parquet, or OCEL 2.0 (.json, .jsonocel, .sqlite).
    """
    if not path.is_file():
        return _nothing(plan, Damage(f"没有这个文件：{path}"))
    if path.stat().st_size == 0:
        return _nothing(plan, Damage("文件是空的"))
    reader = _reader_of(path)
    if reader is None:
        known = ", ".join(suffix for suffix, _ in _READERS)
        return _nothing(plan, Damage(f"不认识 {path.name}；可读：{known}"))
    read = reader(path, plan, progress)
    tables = joined(read.parts, plan)
    log = Log(tables.matter, tables.event, tables.left_out, read.damage)
    repeated = twice(tables)
    if repeated:
        log = _before_repeat(log, path, plan, repeated)
    if log.damage is not None:
        log.damage.matters = log.matter.num_rows
        log.damage.events = log.event.num_rows
    return log


def write_log(log: Log, folder: Path, plan: Plan) -> None:
    """Write a log as the first segments of a folder of views."""
    if log.matter.num_rows:
        fields = plan.matter_fields
        write_segment(
            folder, "matter", log.matter, first=1, last=log.matter.num_rows, fields=fields
        )
    if log.event.num_rows:
        fields = plan.event_fields
        write_segment(folder, "event", log.event, first=1, last=log.event.num_rows, fields=fields)


def _reader_of(path: Path) -> Reader | None:
    name = path.name.lower()
    return next((reader for suffix, reader in _READERS if name.endswith(suffix)), None)


def _nothing(plan: Plan, damage: Damage) -> Log:
    tables = joined([], plan)
    return Log(tables.matter, tables.event, {}, damage)


def _before_repeat(log: Log, path: Path, plan: Plan, repeated: list[str]) -> Log:
    """The log before a case id stands for the second time, with the damage that says so."""
    ids = log.matter.column("matter_id").cast(pa.string())
    rows = [pc.indices_nonzero(pc.equal(ids, name))[1].as_py() for name in repeated]
    row = min(rows)
    name = repeated[rows.index(row)]
    line = line_of_repeat(path, plan, name)
    events = int(pc.sum(log.matter.column("last_seq").slice(0, row)).as_py() or 0)
    damage = Damage(f"案件编号 {name} 第二次出现；每个案件只能有一条 trace", line=line)
    return Log(log.matter.slice(0, row), log.event.slice(0, events), log.left_out, damage)
