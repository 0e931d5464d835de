"""Runs SQL that nobody has approved yet: read-only, in a process of its own, within hard limits.

The child sees the published views and nothing else: no other file, no host, no setting, no
environment; its memory, processor time, open files and written bytes are limited by the kernel of
the operating system, its time by the parent, which kills it. What comes back is rows.
"""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import msgspec
import pyarrow as pa

from haihe.supervision.views import FieldType

MEGABYTE: Final = 1024 * 1024
SECONDS: Final = 20
ROWS_MAX: Final = 200_000
MEMORY_MB: Final = 1_024
PROGRAM_MB: Final = 1_536  # address space of Python, DuckDB and Arrow before any query
OUTPUT_MB_MAX: Final = 256
THREADS: Final = 2
FILES_OPEN_MAX: Final = 4_096
REFUSED: Final = 3  # exit code of a child that says why on its standard error
WORDS_MAX: Final = 2_000
SQL_BYTES_MAX: Final = 20_000


class Stopped(Exception):
    """The SQL was stopped or refused; the message says why and what to change."""


class Limits(msgspec.Struct, frozen=True):
    """How long and how large a run may become."""

    seconds: float = SECONDS
    memory_mb: int = MEMORY_MB
    rows: int = ROWS_MAX


class Query(msgspec.Struct, frozen=True, tag="query"):
    """A child's task: one SELECT over the published views."""

    sql: str
    views: str
    event: dict[str, FieldType]
    matter: dict[str, FieldType]
    limits: Limits


class Cases(msgspec.Struct, frozen=True, tag="cases"):
    """A child's task: the worked cases of the models that lie in a folder."""

    folder: str
    zone: str
    event: dict[str, FieldType]
    matter: dict[str, FieldType]
    limits: Limits


class CaseProblems(msgspec.Struct, frozen=True):
    """A case that does not hold, and why."""

    model: str
    case: str
    problems: tuple[str, ...]


@dataclass(frozen=True)
class Ran:
    """Rows and the time they took; `cut` when there were more than the limit."""

    rows: pa.Table
    seconds: float
    cut: bool


@dataclass(frozen=True)
class Sandbox:
    """Where unapproved SQL runs: a folder of views with the data fields it may name."""

    views: Path
    event: dict[str, FieldType]
    matter: dict[str, FieldType]
    limits: Limits = field(default_factory=Limits)

    def run(self, sql: str) -> Ran:
        """Run one SELECT; Stopped says what was wrong, too long or too large."""
        if len(sql.encode()) > SQL_BYTES_MAX:
            raise Stopped(f"语句超过{SQL_BYTES_MAX}字节：请写得短一些，或者拆成几个模型。")
        views = str(self.views.resolve())
        task = Query(sql, views, self.event, self.matter, self.limits)
        begun = time.perf_counter()
        done = _child(msgspec.json.encode(task), self.limits)
        rows = pa.ipc.open_stream(done).read_all()
        cut = rows.num_rows > self.limits.rows
        return Ran(rows.slice(0, self.limits.rows), time.perf_counter() - begun, cut)

    def run_cases(self, folder: Path, zone: str) -> tuple[CaseProblems, ...]:
        """What is wrong with the worked cases of the models in a folder; Stopped as `run`."""
        task = Cases(str(folder.resolve()), zone, self.event, self.matter, self.limits)
        done = _child(msgspec.json.encode(task), self.limits)
        return msgspec.json.decode(done, type=tuple[CaseProblems, ...])

    def rows_of(self) -> Callable[[str, str], pa.Table]:
        """The engine for haihe.supervision.sweep.swept; a run that was cut is refused."""

        def rows(_name: str, sql: str) -> pa.Table:
            ran = self.run(sql)
            if ran.cut:
                raise Stopped(f"结果超过{self.limits.rows}行：模型几乎什么都报，请收紧条件。")
            return ran.rows

        return rows


def _child(task: bytes, limits: Limits) -> bytes:
    """What the child wrote; Stopped when it refused, was killed or took too long."""
    child = subprocess.Popen(
        [sys.executable, "-m", "haihe.supervision.sandbox"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=_environment(),
        start_new_session=True,
        close_fds=True,
    )
    try:
        out, err = child.communicate(task, timeout=limits.seconds)
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        child.communicate()
        raise Stopped(
            f"运行超过{limits.seconds:g}秒，已经停止：先按事项类型和步骤筛选，再关联。"
        ) from None
    if child.returncode == 0:
        return out
    words = err.decode("utf-8", "replace")[-WORDS_MAX:].strip()
    if child.returncode == REFUSED:
        raise Stopped(words)
    raise Stopped(
        f"运行超过了内存（{limits.memory_mb} MB）或者处理器时间的限制，已经停止：减少关联的行数。"
    )


def _environment() -> dict[str, str]:
    """All that the child is told of this machine.

    Without the limit on arenas every thread reserves address space that it never uses, and the
    child would reach its limit with nothing done.
    """
    program = str(Path(__file__).resolve().parents[2])
    return {
        "PATH": os.defpath,
        "LANG": "C.UTF-8",
        "PYTHONPATH": program,
        "MALLOC_ARENA_MAX": "2",
    }


# ── the child ────────────────────────────────────────────────────────────────────────────────


def main() -> int:
    """Carry out the task on standard input; what it gives goes to standard output."""
    task = msgspec.json.decode(sys.stdin.buffer.read(), type=Query | Cases)
    return _query(task) if isinstance(task, Query) else _cases(task)


def _query(task: Query) -> int:
    """The rows of a SELECT as an Arrow stream."""
    import duckdb

    from haihe.supervision.sweep import UnusableModel, refuse_more_than_select
    from haihe.supervision.views import open_views

    _confine(task.limits)
    connection = open_views(Path(task.views), task.event, task.matter, _small(task.limits))
    try:
        refuse_more_than_select("model.sql", task.sql)
        limited = f"SELECT * FROM (\n{task.sql}\n) LIMIT {task.limits.rows + 1}"
        rows = connection.sql(limited).to_arrow_table()
    except (UnusableModel, duckdb.Error) as error:
        return _refuse(str(error))
    if rows.nbytes > OUTPUT_MB_MAX * MEGABYTE:
        return _refuse(f"结果超过{OUTPUT_MB_MAX} MB：只选需要的列。")
    with pa.ipc.new_stream(sys.stdout.buffer, rows.schema) as out:
        out.write_table(rows)
    return 0


def _cases(task: Cases) -> int:
    """The cases that do not hold, as JSON."""
    from haihe.pack.models import load_models
    from haihe.pack.yaml_file import UnusablePack
    from haihe.supervision.model_cases import Ground, run_cases
    from haihe.supervision.persons import faults

    _confine(task.limits)
    ground = Ground(ZoneInfo(task.zone), "", task.event, task.matter)
    try:
        models = load_models(Path(task.folder))
    except UnusablePack as error:
        return _refuse(str(error))
    settings = _small(task.limits)
    wrong: list[CaseProblems] = []
    for model in models:
        ran = [one for one in run_cases(model, ground, settings) if one.problems]
        wrong += [CaseProblems(one.model, one.case, one.problems) for one in ran]
        if not ran:
            faulty = tuple(faults(model, ground, settings))
            wrong += [CaseProblems(model.id, "", faulty)] if faulty else []
    sys.stdout.buffer.write(msgspec.json.encode(wrong))
    return 0


def _refuse(why: str) -> int:
    print(why[:WORDS_MAX], file=sys.stderr)
    return REFUSED


def _confine(limits: Limits) -> None:
    """Limits of the operating system that this process cannot raise again."""
    space = (limits.memory_mb + PROGRAM_MB) * MEGABYTE
    seconds = int(limits.seconds * THREADS) + 1
    for what, most in (
        (resource.RLIMIT_AS, space),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, FILES_OPEN_MAX),
    ):
        hard = resource.getrlimit(what)[1]
        least = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (least, least))


def _small(limits: Limits) -> tuple[str, ...]:
    """Settings of a connection before its configuration is locked."""
    return (
        f"SET memory_limit = '{limits.memory_mb}MB'",
        f"SET threads = {THREADS}",
        "SET temp_directory = ''",
        "SET autoinstall_known_extensions = false",
        "SET autoload_known_extensions = false",
    )


if __name__ == "__main__":
    sys.exit(main())
