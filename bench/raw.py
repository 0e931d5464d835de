"""The raw limit: the very statements of recorded steps, played again by a bare script.

`record` takes steps with one caller and notes what reached the database. `replay_sqlite` plays it
on an empty database with the same durability, one COMMIT a step or 64; `pgbench_script` writes the
statements of one step for PostgreSQL's own load generator.
"""

from __future__ import annotations

import re
import sqlite3
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from unittest import mock

from haihe.records import writer
from haihe.records.database import Connection, Row, SqliteConnection
from haihe.records.tables import TABLES, insert_sql, replace_sql

Statement = tuple[str, list[Any]]  # SQL and its rows; an empty list for a query already bound
PGBENCH_WORKERS = 2


class Recording(SqliteConnection):
    """SQLite as records uses it, noting every statement between BEGIN and COMMIT."""

    def __init__(self, file: Path) -> None:
        super().__init__(file)
        self.steps: list[list[tuple[str, str, Any]]] = []

    def begin(self) -> None:
        self.steps.append([])
        super().begin()

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        self._note("one", sql, tuple(values))
        return super().rows(sql, values)

    def rows_in(self, sql: str, ids: Sequence[str], tail: str = "") -> list[Row]:
        marks = ",".join("?" * len(ids))
        self._note("one", f"{sql} IN ({marks}) {tail}", tuple(ids))
        return super().rows_in(sql, ids, tail)

    def run(self, sql: str, values: Sequence[Any] = ()) -> int:
        self._note("one", sql, tuple(values))
        return super().run(sql, values)

    def insert(self, table: str, rows: Sequence[Row]) -> None:
        self._note("many", insert_sql(TABLES[table]), list(rows))
        super().insert(table, rows)

    def replace(self, table: str, rows: Sequence[Row]) -> None:
        self._note("many", replace_sql(TABLES[table]), list(rows))
        super().replace(table, rows)

    def _note(self, how: str, sql: str, values: Any) -> None:
        if self.steps:
            self.steps[-1].append((how, sql, values))


def record(act: Any, turns: int, file: Path) -> list[list[tuple[str, str, Any]]]:
    """Take `turns` steps with one caller on the SQLite database in `file`; what they said to it."""
    connection = Recording(file)

    def connect() -> Connection:
        return connection

    writer.forget_writer()
    with mock.patch.object(writer, "connect", connect):
        for turn in range(turns):
            act(0, turn)
    writer.forget_writer()
    assert len(connection.steps) == turns, "one transaction a step"
    return connection.steps


def replay_sqlite(steps: Sequence[Sequence[tuple[str, str, Any]]], file: Path, batch: int) -> float:
    """Play recorded steps on an empty database, `batch` a COMMIT; steps a second."""
    raw = sqlite3.connect(file, isolation_level=None, cached_statements=256)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "wal_autocheckpoint=4000"):
        raw.execute(f"PRAGMA {pragma}")
    before = time.perf_counter()
    for start in range(0, len(steps), batch):
        raw.execute("BEGIN IMMEDIATE")
        for step in steps[start : start + batch]:
            for how, sql, values in step:
                if how == "one":
                    raw.execute(sql, values).fetchall()
                else:
                    raw.executemany(sql, values)
        raw.execute("COMMIT")
    seconds = time.perf_counter() - before
    raw.close()
    return len(steps) / seconds


def pgbench_script(step: Sequence[tuple[str, str, Any]]) -> str:
    """The statements of one recorded step for pgbench: each client its own matter and its own seq.

    The values are those of the record; the matter's id and its seq are pgbench's variables.
    """
    matter = next(
        values[0][0]
        for how, sql, values in step
        if how == "many" and sql.startswith("INSERT INTO event")
    )
    lines = ["\\set seq :seq + 1", "BEGIN;"]
    for how, sql, values in step:
        rows = [values] if how == "one" else values
        lines += [_with_literals(sql, row, matter) + ";" for row in rows]
    return "\n".join([*lines, "COMMIT;", ""])


def _with_literals(sql: str, row: Sequence[Any], matter: str) -> str:
    columns = _columns(sql)
    marks = iter(range(len(row)))

    def literal(_: re.Match[str]) -> str:
        place = next(marks)
        name = columns[place] if place < len(columns) else ""
        return _literal(row[place], name, matter)

    text = re.sub(r"\?", literal, sql)
    return text.replace("ORDER BY matter_id", "ORDER BY matter_id FOR UPDATE")


def _columns(sql: str) -> list[str]:
    named = re.match(r"INSERT INTO \w+ \(([^)]*)\)", sql)
    return named.group(1).split(", ") if named else []


def _literal(value: Any, column: str, matter: str) -> str:
    if value == matter:
        return "('m' || :client_id)"
    if column in ("seq",):
        return ":seq"
    if column == "key":
        return "('k' || :client_id || '-' || :seq)"
    if column in ("number", "code_tag"):  # unique columns
        own = f"'\\x{value.hex()}'::bytea" if isinstance(value, bytes) else f"'{value}'"
        kind = "bytea" if isinstance(value, bytes) else "text"
        return f"({own} || (:client_id)::text::{kind})"
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, bytes):
        return f"'\\x{value.hex()}'::bytea"
    return "'" + str(value).replace("'", "''").replace("\\", "\\\\") + "'"


def run_pgbench(url: str, script: Path, callers: int, seconds: float, programs: Path) -> float:
    """Transactions a second of `callers` clients; raises if any of them failed."""
    words = [str(programs / "pgbench"), "--no-vacuum", "--file", str(script), "-D", "seq=1"]
    words += ["--client", str(callers), "--jobs", str(PGBENCH_WORKERS), "--protocol", "prepared"]
    words += ["--time", str(max(1, round(seconds))), url]
    told = subprocess.run(words, capture_output=True, text=True, check=False)
    rate = re.search(r"tps = ([\d.]+)", told.stdout)
    if rate is None or "number of failed transactions: 0 " not in told.stdout:
        raise RuntimeError(f"pgbench failed:\n{told.stdout}\n{told.stderr}")
    return float(rate.group(1))
