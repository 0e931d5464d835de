"""A message of a citizen as it came, the reply it got, and the files that hold them."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from pathlib import Path
from typing import Final, NamedTuple

from haihe.letters.files import LeftOut, Row, each

TEXT_MAX: Final = 20_000  # characters of one message that are read
_NUMBER, _USER, _SUBJECT = "留言编号", "留言用户", "留言主题"  # columns of the files
_WRITTEN, _TEXT, LABEL = "留言时间", "留言详情", "一级分类"
COLUMNS: Final = (_NUMBER, _USER, _SUBJECT, _WRITTEN, _TEXT)
OF_REPLIES: Final = ("答复意见", "答复时间")
_DAY: Final = re.compile(r"\s*(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})(?!\d)")


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


def read_messages(path: Path, odd: LeftOut | None = None) -> list[Message]:
    """The messages of a file of the public board. Raises ValueError naming what cannot be read.

    With `odd` rows that cannot be read are left out and told there.
    """
    return each(path, COLUMNS, _message, odd)


def read_labelled(path: Path, odd: LeftOut | None = None) -> list[Message]:
    """The same, each with its category."""
    return each(path, (_NUMBER, _SUBJECT, _WRITTEN, _TEXT, LABEL), _labelled, odd)


def read_answered(path: Path, odd: LeftOut | None = None) -> list[Answered]:
    """The same, each with its reply."""
    return each(path, (*COLUMNS, *OF_REPLIES), _answered, odd)


def read_tree(path: Path) -> list[tuple[str, str]]:
    """The words of each third-level category, and its first-level category."""
    second, third = "二级分类", "三级分类"
    return each(
        path, (LABEL, second, third), lambda row: (f"{row[second]} {row[third]}", row[LABEL]), None
    )


def day(text: str) -> date:
    """The calendar day of `2019/4/25 9:32:09`, `2018/4/24`, `2018年4月24日` or an ISO instant."""
    found = _DAY.match(text)
    if found is None:
        raise ValueError(f"no day in {text[:30]!r}")
    year, month, of_month = (int(part) for part in found.groups())
    return date(year, month, of_month)


def _message(row: Row) -> Message:
    if not row[_SUBJECT].strip() and not row[_TEXT].strip():
        raise ValueError("neither subject nor text")
    return Message(
        id=row[_NUMBER].strip(),
        user=(row.get(_USER) or "").strip(),
        subject=row[_SUBJECT],
        text=row[_TEXT],
        on=day(row[_WRITTEN]),
        label=(row.get(LABEL) or "").strip(),
    )


def _labelled(row: Row) -> Message:
    message = _message(row)
    if not message.label:
        raise ValueError("no category")
    return message


def _answered(row: Row) -> Answered:
    reply, replied = (row[name] for name in OF_REPLIES)
    if not reply.strip() and not replied.strip():
        raise ValueError("not replied to")
    return Answered(_message(row), reply, day(replied))
