"""What a card says of its scope is true: findings about a matter depend on nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from random import Random

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from haihe.pack.models import Model, load_models
from haihe.pack.place import models_folder, procedures_folder
from haihe.pack.procedures import load_procedures
from haihe.records.rehearsal import write_city
from haihe.supervision.catalogue import read_catalogue
from haihe.supervision.model_cases import case_tables
from haihe.supervision.sweep import run_model, uncounted
from haihe.supervision.views import (
    VIEWS,
    FieldType,
    data_fields,
    mentioned,
    open_tables,
    open_views,
)
from haihe.supervision.waits import looks_at_time, waits_of

MODELS = load_models(models_folder())
ALONE = [one for one in MODELS if one.card.scope == "matter"]
UNTIL = date(2026, 6, 30)  # Tuesday
Tables = dict[str, pa.Table]
Found = set[tuple[str, str, tuple[int, ...]]]


def fields_of(view: str) -> dict[str, FieldType]:
    """The data fields that some model names."""
    versions = [one for every in load_procedures(procedures_folder()).values() for one in every]
    return mentioned(data_fields(versions, view), [model.sql for model in MODELS])


EVENT_FIELDS, MATTER_FIELDS = fields_of("event"), fields_of("matter")


def found(connection: duckdb.DuckDBPyConnection, model: Model) -> Found:
    """What a model finds."""
    return {(one.matter_id, one.cause, one.seqs) for one in run_model(connection, model).all()}


def only(tables: Tables, matters: set[str]) -> Tables:
    """The rows of some matters, and all rows that belong to none."""
    chosen = pa.array(sorted(matters), pa.string())
    return {
        name: table.filter(pc.is_in(table["matter_id"], chosen))
        if "matter_id" in table.column_names
        else table
        for name, table in tables.items()
    }


def opened(tables: Tables, models: Sequence[Model]) -> duckdb.DuckDBPyConnection:
    """The views over these rows, as far as these models name them."""
    return open_tables(tables, EVENT_FIELDS, MATTER_FIELDS, [one.sql for one in models])


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    """Every view of a small simulated city."""
    folder: Path = tmp_path_factory.mktemp("city")
    write_city(folder, until=UNTIL, days=20, scale=0.0006, processes=1)
    connection = open_views(folder, EVENT_FIELDS, MATTER_FIELDS)
    tables = {name: connection.sql(f"FROM {name}").to_arrow_table() for name in VIEWS}
    connection.close()
    at = datetime(2026, 7, 1)  # noqa: DTZ001 (views hold instants without a zone)
    return tables | {"today": pa.table({"at": [at], "at_local": [at]})}


def test_a_model_of_one_matter_finds_in_a_part_of_the_city_what_it_finds_there_in_the_whole(
    city: Tables,
) -> None:
    matters = set(city["matter"]["matter_id"].to_pylist())
    assert len(matters) > 100
    half = set(Random(4).sample(sorted(matters), len(matters) // 2))
    whole, part = opened(city, ALONE), opened(only(city, half), ALONE)
    wrong = []
    total = 0
    for model in map(uncounted, ALONE):
        everywhere = found(whole, model)
        total += len(everywhere)
        if found(part, model) != {one for one in everywhere if one[0] in half}:
            wrong.append(model.id)
    assert total > 0
    assert not wrong, "these cards say `scope: matter`, but depend on other matters"


def test_a_model_of_one_matter_finds_in_each_matter_of_a_case_what_it_finds_beside_the_others() -> (
    None
):
    ground = read_catalogue(None).ground
    wrong = []
    tried = 0
    for model in map(uncounted, ALONE):
        for case in model.cases:
            if len(case.matters) < 2:
                continue
            tables = case_tables(case, ground)
            everywhere = found(opened(tables, [model]), model)
            for matter in case.matters:
                tried += 1
                here = {one for one in everywhere if one[0] == matter.id}
                if found(opened(only(tables, {matter.id}), [model]), model) != here:
                    wrong.append(f"{model.id} {case.id} {matter.id}")
    assert tried > 5
    assert not wrong, "these cards say `scope: matter`, but depend on other matters"


def test_a_model_that_looks_at_the_time_says_or_shows_when_to_look_again() -> None:
    silent = [
        model.id
        for model in MODELS
        if looks_at_time(model) and model.card.scope != "all"
        if len(waits_of([model]).lengths) == 1 and not waits_of([model]).shares
    ]
    # These compare a day or an instant of the matter with today itself: zero is their length.
    assert set(silent) <= {"hung_past_date", "custody_gap"}
