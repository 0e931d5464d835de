"""The same models over the same Parquet on Apache Spark, for a city too large for one machine.

A model stays written once, in the SQL of DuckDB; sqlglot rewrites it for Spark. What the two count
differently is rewritten here, and a test compares the rows of every model on both engines.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa

from haihe.pack.models import Model
from haihe.supervision.sweep import Swept, UnusableModel, swept
from haihe.supervision.views import VIEWS, Fields, FieldType, segments

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession
    from sqlglot import exp

MISSING: Final = (
    "Spark is not installed here: python -m pip install 'haihe[spark]' and a Java runtime 17"
    " (Debian: openjdk-17-jre-headless)"
)
_TYPES: Final[dict[FieldType, str]] = {
    "text": "STRING",
    "number": "DOUBLE",
    "integer": "BIGINT",
    "instant": "TIMESTAMP_NTZ",
    "day": "DATE",
    "yes_no": "BOOLEAN",
}
_SETTINGS: Final = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    "spark.sql.ansi.enabled": "false",  # a division by zero is NULL, as in DuckDB
    "spark.sql.adaptive.enabled": "true",
    "spark.scheduler.minRegisteredResourcesRatio": "1.0",  # begin when every worker is there
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}
LOCAL: Final = "local"
LOCAL_PARTITIONS: Final = "4"  # the usual 200 only make work for the few cores of one machine
_CLUSTER: Final = re.compile(r"local-cluster\[ *\d+ *, *\d+ *, *(\d+) *\]")


class NoSpark(RuntimeError):
    """Spark or Java is missing, or the master cannot be reached; the message says what to do."""


@contextmanager
def session(master: str, settings: dict[str, str] | None = None) -> Iterator[SparkSession]:
    """A Spark session at `master` (`local[2]`, `local-cluster[2,1,1024]`, `spark://…`).

    A master on this machine speaks over the loopback only. Raises NoSpark.
    """
    try:
        from py4j.protocol import Py4JError  # type: ignore[import-untyped]  # it has no types
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
    except ImportError:
        raise NoSpark(MISSING) from None
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.master(master).appName("haihe sweep")
    told = _SETTINGS | (_here(master) if master.startswith(LOCAL) else {}) | (settings or {})
    for name, value in told.items():
        builder = builder.config(name, value)
    try:
        spark = builder.getOrCreate()
    except (PySparkException, Py4JError, RuntimeError, OSError) as error:
        raise NoSpark(f"Spark does not start at {master}: {_why(error)}\n{MISSING}") from None
    spark.sparkContext.setLogLevel("ERROR")
    try:
        yield spark
    finally:
        spark.stop()


def _why(error: Exception) -> str:
    """The line of a Java error that says what was wrong."""
    lines = [line for line in str(error).splitlines() if line and not line.startswith("\tat ")]
    return lines[-1] if lines else type(error).__name__


def _here(master: str) -> dict[str, str]:
    """Settings of a master on this machine; a worker of a local cluster is one executor."""
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    here = {
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.sql.shuffle.partitions": LOCAL_PARTITIONS,
    }
    cluster = _CLUSTER.fullmatch(master)
    return here | ({"spark.executor.memory": f"{cluster[1]}m"} if cluster else {})


def name_views(
    spark: SparkSession,
    folder: Path,
    event: Fields,
    matter: Fields,
    only: Collection[str] = tuple(VIEWS),
) -> None:
    """Give the published views of a folder their names in this session.

    Every worker must see the folder under the same path (one machine, or shared storage).
    """
    for name in only:
        view = VIEWS[name]
        kinds = {column.name: column.type for column in view.columns}
        kinds |= {"event": event, "matter": matter}.get(name, {})
        told = ", ".join(f"`{column}` {_TYPES[kind]}" for column, kind in kinds.items())
        paths = [str(path.resolve()) for path in segments(folder, name)]
        rows = spark.read.schema(told).parquet(*paths) if paths else _nothing(spark, kinds)
        rows.createOrReplaceTempView(name)


def _nothing(spark: SparkSession, kinds: Fields) -> DataFrame:
    """No rows, told in SQL: rows of this program, even none, take a Python of every worker."""
    empty = ", ".join(f"CAST(NULL AS {_TYPES[kind]}) AS `{name}`" for name, kind in kinds.items())
    return spark.sql(f"SELECT {empty} LIMIT 0")


def sweep(spark: SparkSession, models: Sequence[Model]) -> list[Swept]:
    """Run the models over the named views, in their order; UnusableModel names a wrong one."""
    return [run_model(spark, model) for model in models]


def run_model(spark: SparkSession, model: Model) -> Swept:
    """Run one model on Spark; the same Swept as haihe.supervision.sweep.run_model gives."""
    return swept(model, lambda name, sql: _rows(spark, name, sql))


def _rows(spark: SparkSession, name: str, sql: str) -> pa.Table:
    from pyspark.errors import PySparkException

    try:
        frame = spark.sql(translated(name, sql))
        found = frame.collect()
    except PySparkException as error:
        raise UnusableModel(f"{name}: on Spark: {error}") from None
    columns: dict[str, list[Any]] = {column: [] for column in frame.columns}
    for row in found:
        for column, value in zip(frame.columns, row, strict=True):
            columns[column].append(value)
    return pa.table({name: pa.array(held) for name, held in columns.items()})


def views_named(model: Model) -> frozenset[str]:
    """The published views that the SQL of a model reads; UnusableModel where it is no SQL."""
    from sqlglot import exp

    texts = {f"models/{model.id}/model.sql": model.sql}
    texts |= {f"models/{model.id}/population.sql": model.population} if model.population else {}
    read = {
        table.name for name, sql in texts.items() for table in _read(name, sql).find_all(exp.Table)
    }
    return frozenset(read & VIEWS.keys())


def translated(name: str, sql: str) -> str:
    """The SQL of a model as Spark understands it; UnusableModel where that is not possible."""
    import sqlglot
    from sqlglot.errors import SqlglotError

    tree = _read(name, sql)
    _count_boundaries(tree)
    try:
        return tree.sql(dialect="spark", unsupported_level=sqlglot.ErrorLevel.RAISE)
    except SqlglotError as error:
        raise UnusableModel(f"{name}: cannot be written for Spark: {error}") from None


def _read(name: str, sql: str) -> exp.Expr:
    import sqlglot
    from sqlglot.errors import SqlglotError

    try:
        return sqlglot.parse_one(sql, read="duckdb")
    except SqlglotError as error:
        raise UnusableModel(f"{name}: {error}") from None


def _count_boundaries(tree: exp.Expr) -> None:
    """DuckDB's date_diff counts the boundaries passed, Spark's the whole units between."""
    from sqlglot import exp

    for diff in list(tree.find_all(exp.DateDiff, exp.TimestampDiff)):
        unit = diff.args.get("unit") or exp.var("DAY")
        for part in ("this", "expression"):
            diff.set(part, exp.TimestampTrunc(this=diff.args[part].copy(), unit=unit.copy()))
