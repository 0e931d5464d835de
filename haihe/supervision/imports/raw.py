"""What every reader of a log hands over: text columns of matters and events, not yet typed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa


@dataclass(frozen=True)
class TextColumn:
    """Text, each distinct value once: row r says `dictionary[codes[r]]`, or nothing when -1."""

    codes: npt.NDArray[np.int32]
    dictionary: pa.StringArray

    def with_values(self, values: Sequence[str]) -> TextColumn:
        """The same rows with other words in the dictionary (same length)."""
        assert len(values) == len(self.dictionary)
        return TextColumn(self.codes, pa.array(values, pa.string()))

    def text(self, row: int) -> str | None:
        """What one row says."""
        code = int(self.codes[row])
        return None if code < 0 else str(self.dictionary[code].as_py())

    def first(self, rows: int) -> TextColumn:
        """The first rows only, with the texts they say and no others."""
        codes = self.codes[:rows]
        said, inverse = np.unique(codes, return_inverse=True)
        silent = int(np.searchsorted(said, 0))  # how many of `said` are -1: none or one
        texts = self.dictionary.take(pa.array(said[silent:]))
        return TextColumn((inverse - silent).astype(np.int32), texts)


@dataclass(frozen=True)
class Block:
    """A run of whole matters: how many events each has, and the wanted columns by key."""

    traces: int
    events: int
    events_per_trace: npt.NDArray[np.int64]
    trace_columns: dict[str, TextColumn]
    event_columns: dict[str, TextColumn]
    left_out: dict[str, int]  # key -> how many values nobody asked for

    def first(self, traces: int) -> Block:
        """The first matters only, with their events."""
        events = int(self.events_per_trace[:traces].sum())
        return Block(
            traces,
            events,
            self.events_per_trace[:traces],
            {key: column.first(traces) for key, column in self.trace_columns.items()},
            {key: column.first(events) for key, column in self.event_columns.items()},
            self.left_out,
        )
