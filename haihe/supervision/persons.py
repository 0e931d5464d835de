"""A model judges matters and organs, never persons: what would rank or tell a person is refused.

Models may ask whether two acts were done by the same person; who it was must not matter. So the
worked cases are run once more with every pseudonym replaced by another in the opposite order: what
is found must be the same to the letter. Functions that put rows in an order of merit are refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

import duckdb
import pyarrow as pa

from haihe.pack.models import Model, ModelCase
from haihe.supervision.model_cases import (
    Ground,
    case_tables,
    named_fields,
    own_engine,
    swept_tables,
)
from haihe.supervision.sweep import uncounted
from haihe.supervision.views import VIEWS

PERSON_COLUMNS: Final = ("person", "party")
_MERIT: Final = re.compile(
    r"\b(rank|dense_rank|percent_rank|cume_dist|ntile|quantile\w*|percentile\w*)\s*\(",
    re.IGNORECASE,
)


def merits(model: Model) -> list[str]:
    """Functions in its SQL that make an order of merit."""
    return sorted({found.lower() for found in _MERIT.findall(f"{model.sql}\n{model.population}")})


def faults(model: Model, ground: Ground, settings: Sequence[str] = ()) -> Iterator[str]:
    """Why a model may not be used on people; nothing when it may."""
    for name in merits(model):
        yield f"{name}() 给行排名次：模型只判断事项和单位，不给人排名打分"
    named, judging = named_fields(model, ground), uncounted(model)
    with own_engine(settings) as engine:
        for case in model.cases:
            if _depends(judging, case, named, engine):
                yield f"{case.id}: 换一批人的代号，找到的就不同：模型不能按人得出结论"


def _depends(
    model: Model, case: ModelCase, ground: Ground, engine: duckdb.DuckDBPyConnection
) -> bool:
    """Whether the model finds something else with others in the places of the case's persons."""
    tables = case_tables(case, ground)
    people = sorted(
        {
            value
            for view, table in tables.items()
            for column in _columns(view)
            for value in table.column(column).to_pylist()
            if value
        }
    )
    if not people:
        return False
    others = {person: f"{len(people) - place:04d} another" for place, person in enumerate(people)}
    swapped = {view: _swapped(view, table, others) for view, table in tables.items()}
    told, changed = (
        {
            (one.matter_id, one.cause, one.seqs, one.weight)
            for one in swept_tables(model, held, ground, engine).all()
        }
        for held in (tables, swapped)
    )
    return told != changed


def _columns(view: str) -> list[str]:
    return [one.name for one in VIEWS[view].columns if one.name in PERSON_COLUMNS]


def _swapped(view: str, table: pa.Table, others: dict[str, str]) -> pa.Table:
    for name in _columns(view):
        place = table.column_names.index(name)
        values = [value and others[value] for value in table.column(name).to_pylist()]
        column = pa.array(values, table.schema.field(place).type)
        table = table.set_column(place, table.schema.field(place), column)
    return table
