"""Puts the text columns of a block into the shape of the views `matter` and `event`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from haihe.supervision.imports.plan import Plan, Target
from haihe.supervision.imports.raw import Block, TextColumn
from haihe.supervision.imports.typed import WrongValue, local_clock
from haihe.supervision.views import fit


@dataclass
class Tables:
    """Rows of `matter` and `event` that belong together, in the order of the log."""

    matter: pa.Table
    event: pa.Table
    left_out: dict[str, int] = field(default_factory=dict)


class Unnamed(ValueError):
    """A matter without an id or an event without an act: `row` counts within the block."""

    def __init__(self, name: str, row: int) -> None:
        super().__init__(name)
        self.name = name
        self.row = row


def tables_of(block: Block, plan: Plan, source: str) -> Tables:
    """The view rows of a block; WrongValue or Unnamed when something in it is refused."""
    matter = _columns(block.trace_columns, plan.matter, block.traces, plan)
    event = _columns(block.event_columns, plan.event, block.events, plan)
    counts = block.events_per_trace
    ends = np.cumsum(counts)
    starts = ends - counts
    trace_of = np.repeat(np.arange(block.traces, dtype=np.int32), counts)
    matter_ids = matter["matter_id"]
    event["matter_id"] = pa.DictionaryArray.from_arrays(pa.array(trace_of), _plain(matter_ids))
    event["seq"] = pa.array(np.arange(block.events, dtype=np.int64) - starts[trace_of] + 1)
    event["kind"] = _constant(plan.kind, block.events)
    happened = event.setdefault("happened_at", pa.nulls(block.events, pa.timestamp("us")))
    event["happened_local"] = local_clock(happened, plan.zone)
    last = pa.array(np.where(counts > 0, ends - 1, 0), mask=counts == 0)
    first = pa.array(np.where(counts > 0, starts, 0), mask=counts == 0)
    matter["kind"] = _constant(plan.kind, block.traces)
    matter["source"] = _constant(source, block.traces)
    matter["last_seq"] = pa.array(counts)
    matter["state"] = event["act"].take(last)
    matter["opened_at"] = happened.take(first)
    return Tables(
        fit("matter", pa.table(matter), plan.matter_fields),
        fit("event", pa.table(event), plan.event_fields),
        dict(block.left_out),
    )


def _columns(
    texts: dict[str, TextColumn], targets: Sequence[Target], rows: int, plan: Plan
) -> dict[str, pa.Array]:
    columns: dict[str, pa.Array] = {}
    for target in targets:
        column = texts.get(target.key, _silent(rows))
        values = plan.value(target, column.dictionary)
        if target.required:
            _refuse_missing(target, column.codes, values)
        columns[target.name] = _rows(column.codes, values, target)
    return columns


def _refuse_missing(target: Target, codes: npt.NDArray[np.int32], values: pa.Array) -> None:
    blank = _blank(target, values)
    blanks = np.flatnonzero(blank.to_numpy(zero_copy_only=False))
    missing = np.flatnonzero((codes < 0) | np.isin(codes, blanks))
    if len(missing):
        raise Unnamed(target.name, int(missing[0]))


def _blank(target: Target, values: pa.Array) -> pa.BooleanArray:
    blank = pc.is_null(values)
    return pc.or_(blank, pc.equal(values.fill_null(""), "")) if target.type == "text" else blank


def faults_of(
    texts: dict[str, TextColumn], targets: Sequence[Target], rows: int, plan: Plan
) -> list[tuple[int, str]]:
    """The first refused row of each target, with the reason in words."""
    faults: list[tuple[int, str]] = []
    for target in targets:
        column = texts.get(target.key, _silent(rows))
        bad = _faults_by_code(target, column.dictionary, plan)
        refused = np.isin(column.codes, list(bad))
        if target.required:
            refused |= column.codes < 0
        if refused.any():
            row = int(np.flatnonzero(refused)[0])
            said = bad.get(int(column.codes[row]), "没有写")
            faults.append((row, f"{target.name} ({target.key}) {said}"))
    return faults


def _faults_by_code(target: Target, texts: pa.StringArray, plan: Plan) -> dict[int, str]:
    """The refused values of a dictionary by their code; judged singly only when one is refused."""
    try:
        values = plan.value(target, texts)
        if not target.required or not _blank(target, values).to_numpy(zero_copy_only=False).any():
            return {}
    except WrongValue:
        pass
    reasons = {code: _fault(target, text, plan) for code, text in enumerate(texts.to_pylist())}
    return {code: reason for code, reason in reasons.items() if reason}


def _fault(target: Target, text: str, plan: Plan) -> str | None:
    try:
        value = plan.value(target, pa.array([text], pa.string()))[0].as_py()
    except WrongValue as wrong:
        return str(wrong)
    return "没有写" if target.required and value in (None, "") else None


def _silent(rows: int) -> TextColumn:
    return TextColumn(np.full(rows, -1, np.int32), pa.array([], pa.string()))


def _rows(codes: npt.NDArray[np.int32], values: pa.Array, target: Target) -> pa.Array:
    indices = pa.array(codes, mask=codes < 0)
    if target.type == "text":
        if values.null_count:
            return values.take(indices)
        return pa.DictionaryArray.from_arrays(indices, values)
    return values.take(indices)


def _plain(values: pa.Array) -> pa.Array:
    return values.dictionary_decode() if isinstance(values, pa.DictionaryArray) else values


def _constant(text: str, rows: int) -> pa.DictionaryArray:
    codes = pa.array(np.zeros(rows, np.int8))
    return pa.DictionaryArray.from_arrays(codes, pa.array([text]))


def joined(parts: Sequence[Tables], plan: Plan) -> Tables:
    """Parts of one log as one, in their order."""
    if not parts:
        empty = Block(0, 0, np.zeros(0, np.int64), {}, {}, {})
        return tables_of(empty, plan, "")
    matter = pa.concat_tables([part.matter for part in parts]).unify_dictionaries()
    event = pa.concat_tables([part.event for part in parts]).unify_dictionaries()
    left_out: dict[str, int] = {}
    for part in parts:
        for key, count in part.left_out.items():
            left_out[key] = left_out.get(key, 0) + count
    return Tables(matter, event, left_out)


def twice(tables: Tables) -> list[str]:
    """Matter ids that stand more than once, in order; at most the first hundred."""
    ids = _plain_chunks(tables.matter.column("matter_id"))
    if pc.count_distinct(ids).as_py() == len(ids):
        return []
    counts = pc.value_counts(ids)
    repeated = counts.filter(pc.greater(counts.field("counts"), 1)).field("values")
    return [str(value) for value in repeated[:100].to_pylist()]


def _plain_chunks(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return column.cast(pa.string()) if pa.types.is_dictionary(column.type) else column
