"""The board as files: its figures, each with the query behind it, and its lists as tables.

What leaves this way holds no personal value and no words of a matter (what it is about may tell
who is concerned), so no second person is asked: number, kind, state, organ, days. Whoever needs
more asks for an export (records/exports.py). Each file leaves a trace before it is given.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Final

from haihe.kernel.values import Datum, Frozen
from haihe.records import board, board_findings, lists, reach, reading, rules
from haihe.records.accounts import person_name
from haihe.records.board import Ask
from haihe.records.board_findings import AskFindings
from haihe.records.exports import ROWS_MAX, as_csv
from haihe.records.shown import Reader

HEAD_OF_MATTERS: Final = ("编号", "种类", "状态", "承办单位", "收到", "最近期限", "监督查看")
HEAD_OF_FINDINGS: Final = ("编号", "种类", "模型", "首次发现", "次数", "整改", "整改状态")
HEAD_OF_FIGURES: Final = ("分组", "指标", "数", "合计", "比例", "怎样数", "截至", "权限", "地址")
PURPOSE: Final = "supervise"
FIGURES: Final = "figures"


class Figure(Frozen, frozen=True, kw_only=True):
    """A number that leaves the house, with what was asked: it can be asked again and compared."""

    group: str
    name: str
    total: int
    of: int | None
    asks: str
    address: str

    @property
    def share(self) -> str:
        """The fraction in percent; "" where it is no share."""
        return f"{self.total / self.of:.1%}" if self.of else ""


class Standing(Frozen, frozen=True, kw_only=True):
    """Whose rights a figure was counted with."""

    person: str
    organ: str
    post: str
    reach: str

    @property
    def parts(self) -> tuple[str, ...]:
        """What of it there is."""
        return tuple(one for one in (self.organ, self.post, self.person, self.reach) if one)

    @property
    def line(self) -> str:
        """In one line."""
        return "，".join(self.parts)


def standing_of(reader: Reader) -> Standing:
    """The reader in words: who, for which organ, and how far that reaches."""
    organs = reach.reach_of(reader.organ).organs
    return Standing(
        person=reader.name or person_name(reader.person),
        organ=reader.organ_name or rules.current().organ_name(reader.organ),
        post="监督岗位" if reader.supervisor else "",
        reach="全市" if organs is None else f"监督范围内{len(organs)}个单位",
    )


def figures(
    made: Sequence[Figure], reader: Reader, as_of: str, now: datetime | None = None
) -> bytes:
    """The figures as a table."""
    who = standing_of(reader).line
    rows = (
        (
            one.group,
            one.name,
            str(one.total),
            "" if one.of is None else str(one.of),
            one.share,
            one.asks,
            as_of,
            who,
            one.address,
        )
        for one in made
    )
    return _traced(as_csv(HEAD_OF_FIGURES, rows), reader, FIGURES, now)


def matters(ask: Ask, reader: Reader, now: datetime | None = None) -> bytes:
    """The list behind a number as a table: at most ROWS_MAX rows."""
    return _traced(as_csv(HEAD_OF_MATTERS, _matters(ask, reader)), reader, ask.which, now)


def findings(ask: AskFindings, reader: Reader, now: datetime | None = None) -> bytes:
    """The findings behind a number as a table: at most ROWS_MAX rows."""
    return _traced(as_csv(HEAD_OF_FINDINGS, _findings(ask, reader)), reader, "findings", now)


def note_report(reader: Reader, as_of: str, now: datetime | None = None) -> None:
    """Leave the trace that a report was made."""
    told: dict[str, Datum] = {"did": "fetched", "list": "report", "as_of": as_of}
    reading.trace("export", reader, PURPOSE, now or datetime.now(UTC), told=told)


def _matters(ask: Ask, reader: Reader) -> Iterator[tuple[str, ...]]:
    after = ""
    for _ in range(ROWS_MAX // lists.LIST_MAX + 1):
        page = board.matters(ask, reader, after=after, limit=lists.LIST_MAX)
        for row in page.rows:
            one = row.item
            told = (one.number, one.title, one.state_name, one.owner, one.opened, one.due)
            yield (*told, "是" if row.seen else "否")
        after = page.after
        if not after:
            return


def _findings(ask: AskFindings, reader: Reader) -> Iterator[tuple[str, ...]]:
    after = ""
    for _ in range(ROWS_MAX // lists.LIST_MAX + 1):
        page = board_findings.page(ask, reader, after=after, limit=lists.LIST_MAX)
        for one in page.listing.rows:
            told = (one.number, one.title, one.model_name, one.first_seen, str(one.times))
            yield (*told, one.rectification_number, one.rectification_state)
        after = page.listing.after
        if not after:
            return


def _traced(made: tuple[bytes, int], reader: Reader, list_: str, now: datetime | None) -> bytes:
    content, rows = made
    told: dict[str, Datum] = {
        "did": "fetched",
        "list": list_,
        "rows": rows,
        "digest": hashlib.sha256(content).hexdigest(),
    }
    reading.trace("export", reader, PURPOSE, now or datetime.now(UTC), told=told)
    return content
