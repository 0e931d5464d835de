"""Runs models over the published views: one sweep, every matter, findings with their proof."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
from msgspec import structs

from haihe.pack.models import OF, Model, Prepared
from haihe.supervision.views import VIEWS

FINDING_COLUMNS: Final = ("matter_id", "cause", "seq")
WEIGHT: Final = "weight"  # optional fourth column: the larger, the worse
FINDING_ROWS_MAX: Final = 50_000_000
MEASURES_MAX: Final = 50

RowsOf = Callable[[str, str], pa.Table]  # the name of a file of SQL, and the SQL


class UnusableModel(ValueError):
    """A model's SQL cannot be run; the message names the model and what to mend."""


@dataclass(frozen=True)
class Finding:
    """What a model noticed about one matter, with the events that prove it."""

    model: str
    matter_id: str
    cause: str
    seqs: tuple[int, ...]
    weight: float | None = None


@dataclass
class Swept:
    """The result of one model: its rows (matter_id, cause, seq, weight) and its measures.

    `findings` counts distinct (matter_id, cause); `measures` holds the rows of population.sql,
    `of` being the denominator of the rate.
    """

    model: Model
    rows: pa.Table
    findings: int
    causes: dict[str, int]
    measures: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def rate(self) -> float | None:
        """Findings by population; None where the model counts none."""
        return self.findings / self.measures[OF] if self.measures.get(OF) else None

    def worst(self, limit: int) -> list[Finding]:
        """The heaviest findings first; without weights those of the first matters."""
        if self.rows.num_rows == 0:
            return []
        grouped = self.rows.group_by(["matter_id", "cause"]).aggregate(
            [("weight", "max"), ("seq", "list")]
        )
        order = pc.sort_indices(
            grouped, [("weight_max", "descending"), ("matter_id", "ascending")]
        ).slice(0, limit)
        return [_finding(self.model.id, row) for row in grouped.take(order).to_pylist()]

    def all(self) -> list[Finding]:
        """Every finding, by matter."""
        found = self.worst(FINDING_ROWS_MAX)
        return sorted(found, key=lambda finding: (finding.matter_id, finding.cause))


def _finding(model: str, row: dict[str, Any]) -> Finding:
    seqs = tuple(sorted(set(row["seq_list"])))
    return Finding(model, row["matter_id"], row["cause"], seqs, row["weight_max"])


def prepare(connection: duckdb.DuckDBPyConnection, prepared: Sequence[Prepared]) -> None:
    """Fill the shared tables of a pack; UnusableModel when one is wrong or hides a view."""
    for table in prepared:
        if table.name in VIEWS:
            raise UnusableModel(f"prepared/{table.name}.sql: the name of a published view")
        refuse_more_than_select(f"prepared/{table.name}.sql", table.sql)
        try:
            connection.execute(f"CREATE TEMP TABLE {table.name} AS {table.sql}")
        except duckdb.Error as error:
            raise UnusableModel(f"prepared/{table.name}.sql: {error}") from None


def sweep(
    connection: duckdb.DuckDBPyConnection,
    models: Sequence[Model],
    prepared: Sequence[Prepared] = (),
) -> list[Swept]:
    """Run the models over the views of a connection, in their order."""
    prepare(connection, prepared)
    return [run_model(connection, model) for model in models]


def uncounted(model: Model) -> Model:
    """The model without its population: who wants only its findings needs no rate."""
    return replace(model, population="", card=structs.replace(model.card, measures={}))


def run_model(connection: duckdb.DuckDBPyConnection, model: Model) -> Swept:
    """Run one model; UnusableModel when its SQL or its columns are wrong."""
    return swept(model, lambda name, sql: _rows(connection, name, sql))


def swept(model: Model, rows_of: RowsOf) -> Swept:
    """Run one model on any engine: `rows_of` answers a file of SQL, given its name, with rows."""
    begun = time.perf_counter()
    rows = rows_of(f"models/{model.id}/model.sql", model.sql)
    _refuse_wrong_columns(model, rows)
    measures = _measures(model, rows_of)
    counted = _counted(rows)
    return Swept(
        model,
        rows if WEIGHT in rows.column_names else rows.append_column(WEIGHT, _no_weight(rows)),
        sum(counted.values()),
        counted,
        measures,
        time.perf_counter() - begun,
    )


def _rows(connection: duckdb.DuckDBPyConnection, name: str, sql: str) -> pa.Table:
    refuse_more_than_select(name, sql)
    try:
        table = connection.sql(sql).to_arrow_table()
    except duckdb.Error as error:
        raise UnusableModel(f"{name}: {error}") from None
    if table.num_rows > FINDING_ROWS_MAX:
        raise UnusableModel(f"{name}: more than {FINDING_ROWS_MAX} rows; it finds everything")
    return table


def refuse_more_than_select(name: str, sql: str) -> None:
    """UnusableModel unless the text is one SELECT."""
    try:
        statements = duckdb.extract_statements(sql)
    except duckdb.Error as error:
        raise UnusableModel(f"{name}: {error}") from None
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise UnusableModel(f"{name}: expected one SELECT and nothing else")


def _refuse_wrong_columns(model: Model, rows: pa.Table) -> None:
    name = f"models/{model.id}/model.sql"
    names = tuple(rows.column_names)
    if names not in (FINDING_COLUMNS, (*FINDING_COLUMNS, WEIGHT)):
        wanted = ", ".join(FINDING_COLUMNS)
        raise UnusableModel(f"{name}: gives {', '.join(names)}; expected {wanted} [, {WEIGHT}]")
    for column in FINDING_COLUMNS:
        if rows.column(column).null_count:
            raise UnusableModel(f"{name}: {column} is empty in a row; a finding names its event")


def _no_weight(rows: pa.Table) -> pa.Array:
    return pa.nulls(rows.num_rows, pa.float64())


def _counted(rows: pa.Table) -> dict[str, int]:
    """How many findings each cause has."""
    causes = pc.value_counts(rows.column("cause")).to_pylist()
    if len(causes) == 1:
        return {causes[0]["values"]: pc.count_distinct(rows.column("matter_id")).as_py()}
    pairs = rows.select(["cause", "matter_id"]).group_by(["cause", "matter_id"]).aggregate([])
    return {
        str(entry["values"]): int(entry["counts"])
        for entry in pc.value_counts(pairs.column("cause")).to_pylist()
    }


def _measures(model: Model, rows_of: RowsOf) -> dict[str, int]:
    if not model.population:
        return {}
    name = f"models/{model.id}/population.sql"
    table = rows_of(name, model.population)
    if table.column_names != ["measure", "n"] or table.num_rows > MEASURES_MAX:
        raise UnusableModel(f"{name}: expected at most {MEASURES_MAX} rows of measure, n")
    measures = {row["measure"]: int(row["n"]) for row in table.to_pylist()}
    if set(measures) != set(model.card.measures):
        told = ", ".join(sorted(model.card.measures))
        raise UnusableModel(f"{name}: gives {', '.join(sorted(measures))}; the card has {told}")
    return measures
