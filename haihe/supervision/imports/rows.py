"""Imports a table of events (CSV, Parquet), one row an event, by the pack's mapping.

Rows of one matter may stand anywhere; its events are put in the order of their time, rows of
the same time in the order of the file.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from haihe.supervision.imports.assemble import faults_of, tables_of
from haihe.supervision.imports.damage import Damage
from haihe.supervision.imports.opened import text_of
from haihe.supervision.imports.plan import Plan, Target
from haihe.supervision.imports.raw import Block, TextColumn
from haihe.supervision.imports.read import Progress, Read

CELL_CHARACTERS_MAX: Final = 1_000_000
ROWS_PER_PART: Final = 100_000
LINE_MEANS: Final = "第{}行"
ROW_MEANS: Final = "第{}条记录"


@dataclass
class Rows:
    """The wanted columns of a table of events, row by row, and where each row stands."""

    keys: tuple[str, ...]
    parts: dict[str, list[pa.DictionaryArray]] = field(default_factory=dict)
    lines: list[int] = field(default_factory=list)  # empty: the row number itself
    damage: Damage | None = None

    def add(self, columns: Sequence[Iterable[str | None]]) -> None:
        """Append rows given column by column, in the order of `keys`."""
        for key, values in zip(self.keys, columns, strict=True):
            texts = pa.array(values, pa.string())
            self.parts.setdefault(key, []).append(texts.dictionary_encode())

    def column(self, key: str) -> TextColumn:
        """One column whole."""
        chunks = pa.chunked_array(self.parts.get(key, []), pa.dictionary(pa.int32(), pa.string()))
        whole = chunks.unify_dictionaries().combine_chunks()
        if isinstance(whole, pa.ChunkedArray):
            whole = whole.chunk(0)
        codes = whole.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int32)
        return TextColumn(codes, whole.dictionary)


def read_csv(path: Path, plan: Plan, progress: Progress) -> Read:
    """A CSV file (.csv, .csv.gz, in the mapping's encoding and delimiter) as tables."""
    return _read(_csv_rows(path, plan, progress), plan, path.name, LINE_MEANS)


def read_parquet(path: Path, plan: Plan, progress: Progress) -> Read:
    """A Parquet file of events as tables; its typed columns are taken as they are written."""
    size = path.stat().st_size
    rows = Rows(tuple(sorted(plan.matter_keys | plan.event_keys)))
    try:
        file = pq.ParquetFile(path)
        _refuse_lacking(rows.keys, file.schema_arrow.names)
        for batch in file.iter_batches(ROWS_PER_PART, columns=list(rows.keys)):
            rows.add([_as_text(batch.column(key)).to_pylist() for key in rows.keys])
    except (pa.ArrowInvalid, OSError) as error:
        rows.damage = Damage(f"不是完整的 Parquet 文件：{error}")
    except Damage as damage:
        rows.damage = damage
    progress(size, size)
    return _read(rows, plan, path.name, ROW_MEANS)


def _as_text(column: pa.Array) -> pa.Array:
    return column.cast(pa.string())


def _csv_rows(path: Path, plan: Plan, progress: Progress) -> Rows:
    rows = Rows(tuple(sorted(plan.matter_keys | plan.event_keys)))
    log = plan.imports.log
    csv.field_size_limit(CELL_CHARACTERS_MAX)
    reader = csv.reader(_lines(path, log.encoding, progress), delimiter=log.delimiter, strict=True)
    held: list[list[str]] = []
    places: list[int] = []
    try:
        header = next(reader, None)
        if header is None:
            raise Damage("文件是空的", line=1)
        _refuse_lacking(rows.keys, header)
        places = [header.index(key) for key in rows.keys]
        for row in reader:
            if not row:
                continue
            if len(row) != len(header):
                raise Damage(
                    f"这一行有 {len(row)} 格，表头有 {len(header)} 格", line=reader.line_num
                )
            rows.lines.append(reader.line_num)
            held.append(row)
            if len(held) == ROWS_PER_PART:
                _flush(rows, held, places)
    except Damage as damage:
        rows.damage = damage
        if not damage.where:
            damage.where = f"第{reader.line_num}行之后"
    except csv.Error as error:
        rows.damage = Damage(f"读不成 CSV：{error}", line=reader.line_num)
    except UnicodeDecodeError as error:
        rows.damage = Damage(
            f"不是 {log.encoding} 文字：{error.reason}；在映射里写明 encoding",
            where=f"第{reader.line_num}行之后",
        )
    _flush(rows, held, places)
    return rows


def _flush(rows: Rows, held: list[list[str]], places: list[int]) -> None:
    if held:
        rows.add([[row[place] or None for row in held] for place in places])
    held.clear()


def _lines(path: Path, encoding: str, progress: Progress) -> Iterator[str]:
    """Lines of a packed or plain text file; a cut file still gives its whole lines."""
    stream = _Stream(text_of(path, progress))
    yield from io.TextIOWrapper(io.BufferedReader(stream), encoding=encoding, newline="")


class _Stream(io.RawIOBase):
    """A stream of byte blocks as a readable file."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks = blocks
        self._held = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override] # typeshed's Buffer has no len
        while not self._held:
            block = next(self._blocks, None)
            if block is None:
                return 0
            self._held = block
        taken = self._held[: len(buffer)]
        self._held = self._held[len(taken) :]
        buffer[: len(taken)] = taken
        return len(taken)


def _refuse_lacking(wanted: Sequence[str], header: Sequence[str]) -> None:
    lacking = [key for key in wanted if key not in header]
    if lacking:
        raise Damage(f"没有列 {', '.join(lacking)}；文件里有 {', '.join(header)[:400]}", line=1)


def _read(rows: Rows, plan: Plan, source: str, place: str) -> Read:
    """Rows as tables; the first refused row ends the good part."""
    if not rows.parts:
        return Read([], rows.damage or Damage("其中没有记录"))
    columns = {key: rows.column(key) for key in rows.keys}
    total = len(columns[rows.keys[0]].codes)
    damage, good = rows.damage, total
    faults = faults_of(columns, _row_targets(plan), total, plan)
    if faults:
        good, reason = min(faults)
        line = rows.lines[good] if rows.lines else good + 1
        damage = Damage(reason, line=line, where=place.format(line))
    if damage is not None:
        columns = {key: column.first(good) for key, column in columns.items()}
        columns = _whole_matters(columns, plan.matter_key)
    if len(columns[plan.matter_key].codes) == 0:
        return Read([], damage)
    return Read([tables_of(_block(columns, plan), plan, source)], damage)


def _row_targets(plan: Plan) -> tuple[Target, ...]:
    """Every target judged row by row; a table of events must say the time of each."""
    timed = {"happened_at"}
    return (*plan.matter, *(replace(t, required=t.required or t.name in timed) for t in plan.event))


def _whole_matters(columns: dict[str, TextColumn], matter_key: str) -> dict[str, TextColumn]:
    """Before damage, the matters known to be whole: none when the rows of matters are mixed."""
    codes = columns[matter_key].codes
    if len(codes) == 0:
        return columns
    begins = np.flatnonzero(np.diff(codes, prepend=-1))
    clustered = len(begins) == len(np.unique(codes))
    rows = int(begins[-1]) if clustered else 0
    return {key: column.first(rows) for key, column in columns.items()}


def _block(columns: dict[str, TextColumn], plan: Plan) -> Block:
    """Rows sorted by matter (in order of first appearance), time and place in the file."""
    codes = columns[plan.matter_key].codes
    _, first_row, matter_of = np.unique(codes, return_index=True, return_inverse=True)
    rank = np.argsort(np.argsort(first_row))
    matter_rank = rank[matter_of]
    order = np.lexsort((np.arange(len(codes)), _times(columns, plan), matter_rank))
    counts = np.bincount(matter_rank, minlength=len(first_row)).astype(np.int64)
    starts = np.cumsum(counts) - counts
    return Block(
        len(counts),
        len(codes),
        counts,
        {key: _first_said(columns[key], order, starts) for key in plan.matter_keys},
        {
            key: TextColumn(columns[key].codes[order], columns[key].dictionary)
            for key in plan.event_keys
        },
        {},
    )


def _times(columns: dict[str, TextColumn], plan: Plan) -> npt.NDArray[np.int64]:
    target = next(target for target in plan.event if target.name == "happened_at")
    column = columns[target.key]
    instants = plan.value(target, column.dictionary).cast(pa.int64())
    values: npt.NDArray[np.int64] = instants.to_numpy(zero_copy_only=False).astype(np.int64)
    return values[column.codes]


def _first_said(
    column: TextColumn, order: npt.NDArray[np.int64], starts: npt.NDArray[np.int64]
) -> TextColumn:
    """For every matter the first value its rows give."""
    codes = column.codes[order]
    said = np.where(codes >= 0, np.arange(len(codes)), len(codes))
    first = np.minimum.reduceat(said, starts)
    ends = np.append(starts[1:], len(codes))
    found = np.where(first < ends, codes[np.minimum(first, len(codes) - 1)], -1)
    return TextColumn(found.astype(np.int32), column.dictionary)
