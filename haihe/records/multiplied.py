"""A simulated city many times over: views of millions of events for benches, in seconds.

Every copy has its own matters, parties, places and days (each lies a day further back), so copies
do not meet one another; who acted, acts and values of choice stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from haihe.kernel.procedure import Procedure
from haihe.records.told import OF_MATTERS
from haihe.supervision import views
from haihe.supervision.manifest import Manifest, Segment, write_manifest

COPIES_MAX: Final = 100_000
EVENTS_A_SEGMENT: Final = 1_000_000
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


@dataclass(slots=True)
class Multiplied:
    """How much was written."""

    copies: int = 0
    events: int = 0
    matters: int = 0
    held: dict[str, list[Segment]] = field(default_factory=dict)


def multiply(
    base: Path, folder: Path, *, events: int, procedures: tuple[Procedure, ...]
) -> Multiplied:
    """At least so many events, made of the city in `base`, as views in an empty folder."""
    own = {view: _table(base, view) for view in ("event", *OF_MATTERS)}
    count = own["event"].num_rows
    if not count:
        raise ValueError(f"{base}: no events there; write a simulated city first")
    copies = -(-events // count)
    if copies > COPIES_MAX:
        raise ValueError(f"{copies} copies; at most {COPIES_MAX}: write a larger city first")
    changed = _changed_texts(procedures)
    by_kind = _by_kind(own["event"])
    done = Multiplied()
    at_once = max(1, EVENTS_A_SEGMENT // count)
    for start in range(0, copies, at_once):
        numbers = range(start, min(start + at_once, copies))
        done.copies += len(numbers)
        for kind, table in by_kind.items():
            _write(folder, "event", f"event/{kind}", table, numbers, changed, done, "")
            done.events += table.num_rows * len(numbers)
        for view in OF_MATTERS:
            first = _id(numbers[0])
            _write(folder, view, view, own[view], numbers, changed, done, first)
        done.matters += own["matter"].num_rows * len(numbers)
    for view in ("organ", "post", "place", "today", "reading"):
        table = _table(base, view)
        if table.num_rows:
            _write(folder, view, view, table, range(1), frozenset(), done, "")
    held = {view: tuple(segments) for view, segments in done.held.items()}
    write_manifest(folder, Manifest(views=held, generation=1))
    return done


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


def _write(
    folder: Path,
    view: str,
    below: str,
    table: pa.Table,
    numbers: range,
    changed: frozenset[str],
    done: Multiplied,
    first: str,
) -> None:
    whole = pa.concat_tables(list(_copies(table, numbers, changed)))
    path = Path(below) / f"{1:012}-{numbers[0] + 1:012}.parquet"
    views.write_table(folder / path, whole)
    done.held.setdefault(view, []).append(
        Segment(path.as_posix(), tuple(whole.column_names), whole.num_rows, first)
    )


def _copies(table: pa.Table, numbers: range, changed: frozenset[str]) -> Iterator[pa.Table]:
    for number in numbers:
        columns = [
            _shifted(name, table.column(name), number, changed) for name in table.column_names
        ]
        yield pa.table(columns, names=table.column_names)


def _shifted(
    name: str, column: pa.ChunkedArray, number: int, changed: frozenset[str]
) -> pa.ChunkedArray:
    kind = column.type
    if name in IDS:
        rest = pc.utf8_slice_codeunits(column, start=ID_DIGITS)
        return pc.binary_join_element_wise(pa.scalar(_id(number)), rest, "")
    if number and pa.types.is_timestamp(kind):
        back = pa.scalar(number * DAY_MICROSECONDS, pa.duration("us"))
        return pc.subtract(column, back)
    if number and pa.types.is_date32(kind) and name not in KEPT_DAYS:
        days = pc.subtract(column.cast(pa.int32()), pa.scalar(number, pa.int32()))
        return days.cast(pa.date32())
    if number and name in changed and pa.types.is_string(kind):
        return pc.binary_join_element_wise(column, pa.scalar(f"〔{number}〕"), "")
    return column


def _id(number: int) -> str:
    return f"{number:0{ID_DIGITS}x}"
