"""A simulated city many times over: views of millions of events for benches, in seconds.

Every copy has its own matters, parties, places and days (each lies a day further back), so copies
do not meet one another; who acted, acts and values of choice stay as they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from haihe.kernel.procedure import Procedure
from haihe.records.mirror import EVENTS_A_SEGMENT_MAX, MATTERS_A_SEGMENT
from haihe.records.told import OF_MATTERS
from haihe.supervision import views
from haihe.supervision.manifest import Manifest, Segment, write_manifest

COPIES_MAX: Final = 100_000
OF_COPIES: Final = (*OF_MATTERS, "reading")
ROWS_AT_ONCE: Final = 200_000
WRITERS: Final = 2  # Arrow and Parquet work without holding the interpreter
ID_DIGITS: Final = 8  # of a matter's id that tell the copy
IDS: Final = ("matter_id", "from_matter", "merged_into", "concerned_matter", "relapse_of")
DAY_MICROSECONDS: Final = 86_400_000_000
KEPT_DAYS: Final = frozenset({"version"})
# Columns that name what law or city names: they mean the same in every copy.
KEPT_TEXTS: Final = frozenset(
    {
        "act", "role", "organ", "person", "kind", "state", "outcome", "source", "clock", "rule",
        "whose", "status", "sort", "standing", "known_by", "to_organ", "purpose", "digest",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Multiplied:
    """How much was written."""

    copies: int
    events: int
    matters: int


@dataclass(frozen=True, slots=True)
class _Piece:
    """A segment to be written: rows of a view below a folder, once for each number of a copy."""

    view: str
    below: str
    table: pa.Table
    numbers: range


def multiply(
    base: Path, folder: Path, *, events: int, procedures: tuple[Procedure, ...]
) -> Multiplied:
    """At least so many events, made of the city in `base`, as views in an empty folder.

    Segments are as large as the mirror makes them: events by kind, the rest by ranges of matters.
    """
    own = {view: _table(base, view) for view in ("event", *OF_COPIES)}
    count, matters = own["event"].num_rows, own["matter"].num_rows
    if not count:
        raise ValueError(f"{base}: no events there; write a simulated city first")
    copies = -(-events // count)
    if copies > COPIES_MAX:
        raise ValueError(f"{copies} copies; at most {COPIES_MAX}: write a larger city first")
    pieces = _pieces(own, copies)
    changed = _changed_texts(procedures)
    with ThreadPoolExecutor(WRITERS) as writers:
        written = list(writers.map(lambda piece: _write(folder, piece, changed), pieces))
    held: dict[str, list[Segment]] = {}
    for piece, segment in zip(pieces, written, strict=True):
        held.setdefault(piece.view, []).append(segment)
    for view in ("organ", "post", "place", "today"):
        table = _table(base, view)
        if table.num_rows:
            whole = _Piece(view, view, table, range(1))
            held[view] = [_write(folder, whole, frozenset())]
    in_use = {view: tuple(segments) for view, segments in held.items()}
    write_manifest(folder, Manifest(views=in_use, generation=1))
    return Multiplied(copies, count * copies, matters * copies)


def _pieces(own: Mapping[str, pa.Table], copies: int) -> list[_Piece]:
    """What one segment each holds."""
    found = []
    for kind, table in _by_kind(own["event"]).items():
        numbers = _cut(copies, max(1, EVENTS_A_SEGMENT_MAX // table.num_rows))
        found += [_Piece("event", f"event/{kind}", table, some) for some in numbers]
    for view in OF_COPIES:
        at_once = max(1, MATTERS_A_SEGMENT // own["matter"].num_rows)
        found += [_Piece(view, view, own[view], some) for some in _cut(copies, at_once)]
    return found


def _cut(copies: int, at_once: int) -> list[range]:
    return [range(one, min(one + at_once, copies)) for one in range(0, copies, at_once)]


def _table(base: Path, view: str) -> pa.Table:
    parts = [pq.ParquetFile(path).read() for path in views.segments(base, view)]
    if not parts:
        return views.schema(view).empty_table()
    return pa.concat_tables(parts, promote_options="default").combine_chunks()


def _by_kind(table: pa.Table) -> dict[str, pa.Table]:
    found: dict[str, pa.Table] = {}
    for kind in sorted(pc.unique(table["kind"]).to_pylist()):
        rows = table.filter(pc.equal(table["kind"], kind))
        found[kind] = views.without_empty("event", rows).combine_chunks()
    return found


def _changed_texts(procedures: tuple[Procedure, ...]) -> frozenset[str]:
    """The text fields whose value is of one matter: words, places and numbers, no choices."""
    own = {"party", "place", "question"}
    for procedure in procedures:
        own |= {
            name
            for name, told in procedure.fields.items()
            if told.type in ("text", "long_text", "place") and not told.personal
        }
    return frozenset(own - KEPT_TEXTS)


def _write(folder: Path, piece: _Piece, changed: frozenset[str]) -> Segment:
    """The copies of a piece as one segment, some row groups at a time."""
    path = Path(piece.below) / f"{1:012}-{piece.numbers[0] + 1:012}.parquet"
    at_once = max(1, ROWS_AT_ONCE // max(1, piece.table.num_rows))
    table = views.without_empty(piece.view, piece.table)
    parts = (
        _copies(table, piece.numbers[start : start + at_once], changed)
        for start in range(0, len(piece.numbers), at_once)
    )
    views.write_tables(folder / path, parts)
    rows = table.num_rows * len(piece.numbers)
    first = _id(piece.numbers[0]) if piece.view in OF_MATTERS else ""
    return Segment(path.as_posix(), tuple(table.column_names), rows, first)


def _copies(table: pa.Table, numbers: range, changed: frozenset[str]) -> pa.Table:
    """The rows of a table once a number, each time under the ids, days and words of that copy."""
    many = pa.concat_tables([table] * len(numbers)).combine_chunks()
    copy = pa.array(range(len(numbers)), pa.int64())
    rows = pa.array(np.repeat(copy.to_numpy(), table.num_rows))

    def each(values: list[Any], kind: pa.DataType) -> pa.Array:
        return pa.array(values, kind).take(rows)

    ids = each([_id(number) for number in numbers], pa.string())
    back = each([number * DAY_MICROSECONDS for number in numbers], pa.duration("us"))
    days = each(list(numbers), pa.int32())
    marks = each([f"〔{number}〕" if number else "" for number in numbers], pa.string())

    def own(name: str, column: pa.ChunkedArray) -> pa.ChunkedArray:
        kind = column.type
        if name in IDS:
            rest = pc.utf8_slice_codeunits(column, start=ID_DIGITS)
            return pc.binary_join_element_wise(ids, rest, "")
        if pa.types.is_timestamp(kind):
            return pc.subtract(column, back)
        if pa.types.is_date32(kind) and name not in KEPT_DAYS:
            return pc.subtract(column.cast(pa.int32()), days).cast(pa.date32())
        if name in changed and pa.types.is_string(kind):
            return pc.binary_join_element_wise(column, marks, "")
        return column

    columns = [own(name, many.column(name)) for name in many.column_names]
    return pa.table(columns, names=many.column_names)


def _id(number: int) -> str:
    return f"{number:0{ID_DIGITS}x}"
