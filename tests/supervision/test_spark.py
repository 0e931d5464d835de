"""Apache Spark finds what DuckDB finds: every model, on a local cluster with two workers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from haihe.pack.models import Model, ModelCase
from haihe.supervision import spark, sweep
from haihe.supervision.catalogue import Catalogue, read_catalogue
from haihe.supervision.model_cases import Ground, case_tables, named_fields
from haihe.supervision.views import write_segment

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

TWO_WORKERS = "local-cluster[2,1,640]"
SHORT_LIVED = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
SMALL = {  # a few rows: to compile code for them costs more than it saves
    "spark.driver.extraJavaOptions": SHORT_LIVED,
    "spark.executor.extraJavaOptions": SHORT_LIVED,
    "spark.sql.shuffle.partitions": "2",
    "spark.locality.wait": "0",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.adaptive.enabled": "false",
    "spark.driver.memory": "512m",
}
CATALOGUE: Catalogue = read_catalogue(None)
IN_SERVICE = [model for model in CATALOGUE.models if model.card.status != "retired"]


@pytest.fixture(scope="module")
def cluster() -> Iterator[SparkSession]:
    with spark.session(TWO_WORKERS, SMALL) as session:
        yield session


def rows(swept: sweep.Swept) -> list[tuple[Any, ...]]:
    return sorted(
        (row["matter_id"], row["cause"], row["seq"], row["weight"] and round(row["weight"], 9))
        for row in swept.rows.to_pylist()
    )


def views_of(case: ModelCase, ground: Ground, folder: Path) -> Path:
    """The worked case as a folder of published views."""
    fields = {"event": ground.event_fields, "matter": ground.matter_fields}
    for view, table in case_tables(case, ground).items():
        if table.num_rows:
            write_segment(
                folder, view, table, first=1, last=table.num_rows, fields=fields.get(view)
            )
    return folder


def on_duckdb(model: Model, case: ModelCase, ground: Ground) -> sweep.Swept:
    connection = duckdb.connect()
    for name, table in case_tables(case, ground).items():
        connection.register(name, table)
    return sweep.run_model(connection, model)


def test_a_master_that_is_not_there_is_said_in_one_line() -> None:
    with pytest.raises(spark.NoSpark, match="does not start at nowhere"), spark.session("nowhere"):
        pass


def test_the_cluster_has_two_workers(cluster: SparkSession) -> None:
    assert cluster.range(0, 100, 1, 4).count() == 100
    driver_and_workers = cluster.sparkContext._jsc.sc().getExecutorMemoryStatus().size()
    assert driver_and_workers == 3


@pytest.mark.parametrize("model", IN_SERVICE, ids=lambda model: model.id)
def test_a_model_finds_the_same_on_spark(
    cluster: SparkSession, model: Model, tmp_path: Path
) -> None:
    case = next(case for case in model.cases if case.finds)
    ground = named_fields(model, CATALOGUE.ground)
    folder = views_of(case, ground, tmp_path)
    named = spark.views_named(model)
    spark.name_views(cluster, folder, ground.event_fields, ground.matter_fields, named)
    there, here = spark.run_model(cluster, model), on_duckdb(model, case, ground)
    assert rows(there) == rows(here) != []
    assert there.measures == here.measures
