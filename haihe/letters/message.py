"""A message of a citizen as it came, the reply it got, and the files that hold them."""

from __future__ import annotations

import csv
import gzip
import re
import sys
import unicodedata
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Final, NamedTuple

ROWS_MAX: Final = 1_000_000
TEXT_MAX: Final = 20_000  # characters of one message that are read
_NUMBER, _USER, _SUBJECT = "留言编号", "留言用户", "留言主题"  # columns of the files
_WRITTEN, _TEXT, _LABEL = "留言时间", "留言详情", "一级分类"
_REPLY, _REPLIED = "答复意见", "答复时间"
_DAY: Final = re.compile(r"\s*(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?!\d)")


class Message(NamedTuple):
    """One message; `label` is its first-level category where somebody gave it one."""

    id: str
    user: str
    subject: str
    text: str
    on: date
    label: str = ""

    @property
    def words(self) -> str:
        """Subject and text in one form of characters, without breaks."""
        return plain(f"{self.subject} {self.text}")


class Answered(NamedTuple):
    """A message with the reply of an office and the day of it."""

    message: Message
    reply: str
    replied_on: date


def plain(text: str) -> str:
    """A text in one width of characters, small letters, single blanks."""
    return " ".join(unicodedata.normalize("NFKC", text[:TEXT_MAX]).lower().split())


def read_messages(path: Path) -> list[Message]:
    """The messages of a file of the public board. Raises ValueError naming what cannot be read."""
    return [_message(row) for row in _rows(path, (_NUMBER, _USER, _SUBJECT, _WRITTEN, _TEXT))]


def read_labelled(path: Path) -> list[Message]:
    """The same, each with its category."""
    return [_message(row) for row in _rows(path, (_NUMBER, _SUBJECT, _WRITTEN, _TEXT, _LABEL))]


def read_answered(path: Path) -> list[Answered]:
    """The same, each with its reply."""
    columns = (_NUMBER, _USER, _SUBJECT, _WRITTEN, _TEXT, _REPLY, _REPLIED)
    return [
        Answered(_message(row), row[_REPLY], day(row[_REPLIED])) for row in _rows(path, columns)
    ]


def read_tree(path: Path) -> list[tuple[str, str]]:
    """The words of each third-level category, and its first-level category."""
    columns = (_LABEL, "二级分类", "三级分类")
    return [(f"{row[columns[1]]} {row[columns[2]]}", row[_LABEL]) for row in _rows(path, columns)]


def day(text: str) -> date:
    """The calendar day of `2019/4/25 9:32:09`, `2018/4/24` or an ISO instant, as written."""
    found = _DAY.match(text)
    if found is None:
        raise ValueError(f"no day in {text[:30]!r}")
    year, month, of_month = (int(part) for part in found.groups())
    return date(year, month, of_month)


def _message(row: dict[str, str]) -> Message:
    return Message(
        id=row[_NUMBER].strip(),
        user=(row.get(_USER) or "").strip(),
        subject=row[_SUBJECT],
        text=row[_TEXT],
        on=day(row[_WRITTEN]),
        label=(row.get(_LABEL) or "").strip(),
    )


def _rows(path: Path, columns: tuple[str, ...]) -> Iterator[dict[str, str]]:
    opened = gzip.open if path.suffix == ".gz" else open
    csv.field_size_limit(min(sys.maxsize, 10_000_000))
    with opened(path, "rt", encoding="utf-8-sig", newline="") as lines:
        rows = csv.DictReader(lines)
        lacking = [name for name in columns if name not in (rows.fieldnames or ())]
        if lacking:
            raise ValueError(f"no column {'、'.join(lacking)}")
        number = 0
        for number, row in enumerate(rows, 1):
            if number > ROWS_MAX:
                raise ValueError(f"at most {ROWS_MAX} messages are read")
            if any(row[name] is None for name in columns):
                raise ValueError(f"message {number} has too few columns")
            yield row
        if not number:
            raise ValueError("no message in this file")
