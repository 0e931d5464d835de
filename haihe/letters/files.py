"""Reads files of messages as they come: packed or not, in the encodings that offices save in.

A file is used or refused as a whole by its columns; a row that cannot be read is left out and told,
with its number and why, so that one odd row does not hold up a thousand.
"""

from __future__ import annotations

import csv
import gzip
import io
import sys
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final, TypeVar

ROWS_MAX: Final = 1_000_000
FILE_BYTES_MAX: Final = 2_000_000_000  # unpacked
ENCODINGS: Final = ("utf-8-sig", "gb18030")  # Chinese: tried in this order
MARKS: Final = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
PACKED: Final = b"\x1f\x8b"
BOOK: Final = b"PK\x03\x04"
OLD_BOOK: Final = b"\xd0\xcf\x11\xe0"
ALSO: Final = {  # names of columns that mean others
    "一级标签": "一级分类",  # Chinese: as files have it
    "二级标签": "二级分类",  # Chinese: as files have it
    "三级标签": "三级分类",  # Chinese: as files have it
}
TOLD_MAX: Final = 5  # of the rows left out
Read = TypeVar("Read")

Row = dict[str, str]


class LeftOut:
    """The rows of a file that could not be read: how many, and of the first ones why."""

    def __init__(self) -> None:
        self.count = 0
        self.first: list[str] = []

    def add(self, number: int, why: str) -> None:
        """One more."""
        self.count += 1
        if len(self.first) < TOLD_MAX:
            self.first.append(f"row {number}: {why}")


def columns_of(path: Path) -> frozenset[str]:
    """The names in the head of a file; those that mean a known one under its name."""
    return frozenset(_names(csv.DictReader(_lines(path))))


def rows(path: Path, columns: Sequence[str], odd: LeftOut) -> Iterator[tuple[int, Row]]:
    """The rows of a file with their numbers, from 1. Raises ValueError where columns are lacking.

    `odd` gets what has too few columns; a file without one row that can be read is refused.
    """
    csv.field_size_limit(min(sys.maxsize, 10_000_000))
    table = csv.DictReader(_lines(path))
    table.fieldnames = _names(table)
    lacking = [name for name in columns if name not in table.fieldnames]
    if lacking:
        there = "、".join(table.fieldnames)[:120]
        raise ValueError(f"no column {'、'.join(lacking)} (there are: {there})")
    number = 0
    try:
        for number, row in enumerate(table, 1):
            if number > ROWS_MAX:
                raise ValueError(f"at most {ROWS_MAX} messages are read")
            if any(row[name] is None for name in columns):
                odd.add(number, "too few columns")
                continue
            yield number, row
    except csv.Error as error:
        raise ValueError(f"row {number + 1}: {error}") from None
    if not number:
        raise ValueError("no message in this file")


def each(
    path: Path, columns: Sequence[str], made: Callable[[Row], Read], odd: LeftOut | None
) -> list[Read]:
    """What `made` makes of the rows; without `odd` the first that it cannot read is an error.

    Raises ValueError, saying which row and why, also where no row can be read.
    """
    told, left = [], odd if odd is not None else LeftOut()
    for number, row in rows(path, columns, left):
        try:
            told.append(made(row))
        except ValueError as error:
            left.add(number, str(error))
    if left.count and (odd is None or not told):
        raise ValueError(f"{left.count} rows cannot be read; {'; '.join(left.first)}")
    return told


def _names(table: csv.DictReader[str]) -> list[str]:
    try:
        names = [name.strip() for name in table.fieldnames or ()]
    except csv.Error as error:
        raise ValueError(f"this is no CSV file: {error}") from None
    return [name if ALSO.get(name, name) in names else ALSO.get(name, name) for name in names]


def _lines(path: Path) -> io.StringIO:
    """The text of a file. Raises ValueError, saying what to do, if it is none."""
    raw = path.read_bytes()
    if raw.startswith(PACKED):
        try:
            with gzip.open(io.BytesIO(raw)) as packed:
                raw = packed.read(FILE_BYTES_MAX + 1)
        except (OSError, EOFError, zlib.error) as error:
            raise ValueError(f"the packed file is damaged: {error}") from None
    if len(raw) > FILE_BYTES_MAX:
        raise ValueError(f"at most {FILE_BYTES_MAX} bytes are read")
    if not raw.strip():
        raise ValueError("the file is empty")
    if raw.startswith((BOOK, OLD_BOOK)):
        raise ValueError("this is a spreadsheet; save it as CSV (UTF-8) first")
    for encoding in MARKS.get(raw[:2], ""), *ENCODINGS:
        try:
            text = raw.decode(encoding) if encoding else ""
        except UnicodeDecodeError:
            continue
        if text:
            return io.StringIO(_with_commas(text), newline="")
    raise ValueError("this is no text in UTF-8, UTF-16 or GB18030; save it as CSV (UTF-8) first")


def _with_commas(text: str) -> str:
    """The text without characters that no CSV may hold; a table with tabs gets commas."""
    text = text.replace("\0", "")
    head = text.partition("\n")[0]
    if "\t" not in head or "," in head:
        return text
    told = io.StringIO(newline="")
    csv.writer(told).writerows(csv.reader(io.StringIO(text, newline=""), delimiter="\t"))
    return told.getvalue()
