"""The measurements of `haihe bench sweep`, each in a process of its own; prints one JSON line."""

from __future__ import annotations

import json
import os
import resource
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

UNTIL: Final = date(2026, 6, 30)  # Tuesday
FORTY: Final = 40
YEARS_ASLEEP: Final = 10
MICROSECONDS_A_YEAR: Final = 365 * 86_400_000_000
CACHE_KB: Final = 1_000_000
# The tables a sweep of touched matters reads, and what differs in a copy beside the ids.
HISTORY: Final[dict[str, dict[str, str]]] = {
    "event": {"position": "position - {number} * 1000000000"},
    "matter": {"number": "number || '/{number}'", "code_tag": "randomblob(16)"},
    "clock": {},
    "finding": {"closed_at": "coalesce(closed_at, last_seen)", "rectification": "NULL"},
}

Figures = dict[str, Any]


def city(folder: str, days: str, scale: str) -> Figures:
    """A simulated city as views."""
    from haihe.records.rehearsal import write_city

    written = write_city(Path(folder), until=UNTIL, days=int(days), scale=float(scale))
    return {"matters": written.matters, "events": written.events, "days": int(days)}


def multiply(base: str, folder: str, events: str) -> Figures:
    """The city many times over."""
    from haihe.pack import load_pack
    from haihe.records.multiplied import multiply as many

    procedures = tuple(one for every in load_pack().procedures.values() for one in every)
    made = many(Path(base), Path(folder), events=int(events), procedures=procedures)
    return {"events": made.events, "matters": made.matters}


def full(folder: str) -> Figures:
    """Every model in service over all of it; beside it a bare scan of the columns they name."""
    from msgspec import structs

    from haihe.supervision.sweep import run_model

    connection, models = opened(Path(folder))
    connection.execute("SELECT count(*) FROM event").fetchall()
    begun, started = time.perf_counter(), time.process_time()
    for query in scans(connection, models):
        connection.execute(query).fetchall()
    scan = time.perf_counter() - begun
    scan_processor = time.process_time() - started
    started = time.process_time()
    seconds: dict[str, float] = {}
    found: dict[str, int] = {}
    for model in models:
        begun = time.perf_counter()
        bare = replace(model, population="", card=structs.replace(model.card, measures={}))
        swept = run_model(connection, bare)
        seconds[model.id] = round(time.perf_counter() - begun, 3)
        found[model.id] = swept.findings
    whole = sum(seconds.values())
    forty = sorted(seconds)[:FORTY]
    processor = time.process_time() - started
    counts = connection.execute(
        "SELECT (SELECT count(*) FROM matter), (SELECT count(*) FROM event)"
    ).fetchall()[0]
    return {
        "matters": counts[0],
        "events": counts[1],
        "models": len(models),
        "scan_seconds": round(scan, 2),
        "sweep_seconds": round(whole, 2),
        "forty": {
            "rule": "the first forty in service by id",
            "seconds": round(sum(seconds[name] for name in forty), 2),
            "models": forty,
        },
        "times_the_scan": round(whole / scan, 1),
        "processor_seconds": round(processor, 2),
        "scan_processor_seconds": round(scan_processor, 2),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "findings": sum(found.values()),
        "seconds_of": seconds,
    }


def opened(folder: Path) -> tuple[Any, list[Any]]:
    """The views of a folder, and the models in service."""
    from haihe.pack import load_pack
    from haihe.pack.models import in_service, load_models
    from haihe.pack.place import models_folder
    from haihe.supervision.views import data_fields, mentioned, open_views

    models = list(in_service(load_models(models_folder())))
    procedures = [one for every in load_pack().procedures.values() for one in every]
    sql = [model.sql for model in models]
    connection = open_views(
        folder,
        mentioned(data_fields(procedures), sql),
        mentioned(data_fields(procedures, "matter"), sql),
    )
    return connection, models


def scans(connection: Any, models: list[Any]) -> list[str]:
    """A query a view that looks at every value of the columns the cards name, once."""
    known = connection.execute("SELECT table_name, column_name FROM duckdb_columns()").fetchall()
    columns: dict[str, set[str]] = {}
    for model in models:
        for named in model.card.inputs:
            view, _, column = named.partition(".")
            if (view, column) in known:
                columns.setdefault(view, set()).add(column)
    return [
        "SELECT " + ", ".join(f'max("{name}")' for name in sorted(names)) + f" FROM {view}"
        for view, names in sorted(columns.items())
    ]


# ── the ten rules of the peers ───────────────────────────────────────────────────────────────


LOG_COLUMNS: Final = "matter_id, seq, act, person, happened_at, recorded_at"


def log(folder: str, file: str) -> Figures:
    """The events as one Parquet file, as a process miner would be given them."""
    import pyarrow.parquet as pq

    connection, _ = opened(Path(folder))
    table = connection.sql(f"SELECT {LOG_COLUMNS} FROM event ORDER BY matter_id, seq")
    rows = table.to_arrow_table()
    pq.write_table(rows, file)
    return {"events": rows.num_rows}


def rules(folder: str) -> Figures:
    """The ten rules over the views."""
    from bench.peers.ten_rules import sql_of, timed

    begun = time.perf_counter()
    connection, _ = opened(Path(folder))
    load = time.perf_counter() - begun

    def ask(rule: tuple[Any, ...]) -> int:
        return int(connection.execute(sql_of(rule)).fetchall()[0][0])

    return {"load_seconds": round(load, 2)} | timed(ask)


def postgresql(file: str, url: str) -> Figures:
    """The ten rules over the same events in PostgreSQL, with the indexes that help them."""
    import psycopg
    import pyarrow.parquet as pq

    from bench.peers.ten_rules import sql_of, timed

    rows = pq.read_table(file)
    begun = time.perf_counter()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "CREATE TABLE event (matter_id text, seq integer, act text, person text,"
            " happened_at timestamp, recorded_at timestamp)"
        )
        with connection.cursor().copy(f"COPY event ({LOG_COLUMNS}) FROM STDIN") as copy:
            for batch in rows.to_batches(50_000):
                for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                    copy.write_row(row)
        connection.execute("CREATE INDEX event_act ON event (act, matter_id)")
        connection.execute("VACUUM ANALYZE event")
        load = time.perf_counter() - begun

        def ask(rule: tuple[Any, ...]) -> int:
            found = connection.execute(sql_of(rule).encode()).fetchall()
            return int(found[0][0])

        return {"load_seconds": round(load, 2)} | timed(ask)


# ── touched matters in a journal of any size ─────────────────────────────────────────────────


def begin() -> Figures:
    """The first sweep of the journal as it was taken in."""
    from haihe.records import sweeping

    begun = time.perf_counter()
    told = sweeping.sweep_all(datetime.now(UTC))
    return {"seconds": round(time.perf_counter() - begun, 2), "matters": told.matters}


def touched(matters: str) -> Figures:
    """The sweep of so many touched matters, three times."""
    from haihe.records import follow, sweeping
    from haihe.records.database import connect
    from haihe.records.instants import stored

    connection = connect()
    now = datetime.now(UTC)
    own = [
        row[0]
        for row in connection.rows("SELECT matter_id FROM event WHERE position > 0 AND seq = 1")
    ]
    step = max(1, len(own) // int(matters))
    chosen = own[::step][: int(matters)]
    events = connection.rows("SELECT count(*) FROM event")[0][0]
    seconds, told = [], sweeping.Sweep(full=False)
    for _ in range(3):
        with follow.opened() as followed:
            marks = followed.marks()
            assert marks is not None
            followed.wake(chosen, stored(now))
            followed.keep(marks)
        now += timedelta(seconds=1)
        begun, spent = time.perf_counter(), time.process_time()
        told = sweeping.sweep_touched(now)
        seconds.append((time.perf_counter() - begun, time.process_time() - spent))
    return {
        "events": events,
        "matters": told.matters,
        "full": told.full,
        "seconds": round(min(one for one, _ in seconds), 3),
        "processor_seconds": round(min(one for _, one in seconds), 3),
        "first_seconds": round(seconds[0][0], 3),
        "linked_left": len(told.left),
        "findings": sum(one.open for one in told.models.values()),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def grow(events: str) -> Figures:
    """Add copies of the city's matters under other ids, as history that nobody touches.

    Their events lie before all others, their next look in ten years; their places and families are
    their own.
    """
    from haihe.records import home

    size, begun = int(events), time.perf_counter()
    with _growing(home.sqlite_file()) as records:
        (count,) = records.execute("SELECT count(*) FROM event WHERE position > 0").fetchone()
        (have,) = records.execute("SELECT count(*) FROM event").fetchone()
        first = (have - count) // count + 1
        numbers = range(first, first + max(0, -(-(size - have) // count)))
        for table in HISTORY:
            _set_aside(records, table, "matter_id")
        for number in numbers:
            for table, changed in HISTORY.items():
                records.execute(_copying(table, changed, number))
    with _growing(home.home() / "follow.sqlite3") as notes:
        for table in ("wake", "link"):
            _set_aside(notes, table, "matter")
        for number in numbers:
            own = _own("matter", number)
            asleep = YEARS_ASLEEP * MICROSECONDS_A_YEAR
            notes.execute(f"INSERT INTO wake SELECT {own}, at + {asleep} FROM city_wake")
            notes.execute(
                "INSERT OR IGNORE INTO link SELECT"
                f" substr(word, 1, 2) || '{number}/' || substr(word, 3), {own} FROM city_link"
            )
    return {"copies": len(numbers), "seconds": round(time.perf_counter() - begun, 1)}


@contextmanager
def _growing(file: Path) -> Iterator[sqlite3.Connection]:
    """A database that grows fast: without a journal, its indexes made when all rows are there."""
    with closing(sqlite3.connect(file, isolation_level=None)) as raw:
        for pragma in ("journal_mode = OFF", "synchronous = OFF", f"cache_size = -{CACHE_KB}"):
            raw.execute(f"PRAGMA {pragma}")
        indexes = raw.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
        ).fetchall()
        for name, _ in indexes:
            raw.execute(f"DROP INDEX {name}")
        raw.execute("BEGIN")
        yield raw
        raw.execute("COMMIT")
        for _, statement in indexes:
            raw.execute(statement)
        raw.execute("PRAGMA journal_mode = WAL")


def _set_aside(raw: sqlite3.Connection, table: str, matter: str) -> None:
    """The rows of the city itself, without those of copies: their ids begin with 00."""
    raw.execute(
        f"CREATE TEMP TABLE city_{table} AS SELECT * FROM {table} WHERE {matter} > '01'"
        f" ORDER BY {matter}"
    )


def _own(column: str, number: int) -> str:
    return f"printf('%08x', {number}) || substr({column}, 9)"


def _copying(table: str, changed: dict[str, str], number: int) -> str:
    """The statement that copies the city's rows of a table; `changed` tells other values."""
    from haihe.records.tables import TABLES

    told = TABLES[table]
    names = [name for name in (told.counted, *told.names) if name and name != "finding_id"]
    ids = ("matter_id", "from_matter")
    own = {name: _own(name, number) for name in names if name in ids}
    own |= {name: value.format(number=number) for name, value in changed.items()}
    values = ", ".join(own.get(name, name) for name in names)
    return f"INSERT INTO {table} ({', '.join(names)}) SELECT {values} FROM city_{table}"


COMMANDS: Final[dict[str, Callable[..., Figures]]] = {
    "city": city, "multiply": multiply, "full": full, "log": log, "rules": rules,
    "postgresql": postgresql, "begin": begin, "grow": grow,
    "touched": touched,
}  # fmt: skip


if __name__ == "__main__":
    if "HAIHE_HOME" in os.environ:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "haihe.config.settings")
        import django

        django.setup()
    figures = json.dumps(COMMANDS[sys.argv[1]](*sys.argv[2:]))
    print(f"{' '.join(sys.argv[1:])}: {figures}", file=sys.stderr)  # what is done stays told
    print(figures)
