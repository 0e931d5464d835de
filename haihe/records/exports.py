"""Exports of a whole list as a file: asked for by one, decided by another, made after that.

Basis: 个人信息保护法 6, 51, 54 and our own rule haihe#second-person. The file holds what the list
shows and no personal value; it is made anew from the list when it is fetched, by whoever asked and
for as long as the approval holds, so it never shows more than that reader may see then. Asking,
deciding and every fetching leave a trace before anything is given.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Final, Literal, NamedTuple

from haihe.kernel.values import Datum, Frozen, Refused
from haihe.records import answers, lists, reach, reading, rules
from haihe.records.accounts import person_name
from haihe.records.database import reading_connection, writing
from haihe.records.instants import restored, stored
from haihe.records.printing import Printer
from haihe.records.shown import Reader

Decision = Literal["approve", "refuse"]
REASON_MIN: Final = 4  # letters of why a list has to leave the house
REASON_MAX: Final = 500
ROWS_MAX: Final = 20_000
SHOWN_MAX: Final = 50
HOLDS: Final = timedelta(days=3)  # an approval
CITES: Final = ("haihe#second-person",)
PURPOSE: Final = "supervise"
LISTS: Final[dict[str, str]] = {
    "own": "本单位正在办理的事项",
    "had": "本单位经手过的事项",
    "reach": "监督范围内正在办理的事项",
    "findings": "监督范围内没有消除的监督发现",
}
HEAD: Final = ("编号", "种类", "事由", "状态", "承办单位", "登记", "最近期限", "期限情况")
HEAD_OF_FINDINGS: Final = ("编号", "种类", "模型", "发现", "首次发现", "最近发现", "次数", "整改")
_COLUMNS: Final = (
    "export_id, list, asked_by, asked_organ, asked_at, reason, state, decided_by, decided_at"
)
# A cell that begins so is a formula to a spreadsheet.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


class Export(Frozen, frozen=True, kw_only=True):
    """One request, ready to print; `mine`: the reader's own; `fetchable`: its file may be made."""

    id: int
    name: str
    by: str
    organ: str
    asked: str
    reason: str
    state: str
    decided: str
    mine: bool
    fetchable: bool


class Made(NamedTuple):
    """The file of an export."""

    name: str
    content: bytes
    rows: int


class _Row(NamedTuple):
    id: int
    list: str
    asked_by: str
    asked_organ: str
    asked_at: int
    reason: str
    state: str
    decided_by: str | None
    decided_at: int | None


def ask(reader: Reader, list_: str, reason: str, now: datetime | None = None) -> int | Refused:
    """Ask for a list as a file; gives the number of the request."""
    if list_ not in LISTS or (list_ in ("reach", "findings") and not lists.supervises(reader)):
        return answers.unusable("list", "没有这份清单。", "请从列出的清单中选择。")
    if not REASON_MIN <= len(reason.strip()) <= REASON_MAX:
        return answers.unusable(
            "reason", "没有写明导出的理由。", f"请用{REASON_MIN}到{REASON_MAX}个字写明用在哪里。"
        )
    at = now or datetime.now(UTC)
    connection = reading_connection()
    reading.trace("export", reader, PURPOSE, at, told={"did": "asked", "list": list_})
    row = (list_, reader.person, reader.organ, stored(at), reason.strip(), "asked")
    with writing(connection):
        connection.insert("export", [(*row, None, None)])
        ((number,),) = connection.rows(
            "SELECT max(export_id) FROM export WHERE asked_by = ?", (reader.person,)
        )
    return int(number)


def waiting(reader: Reader, now: datetime | None = None) -> tuple[Export, ...]:
    """The requests this reader may decide, oldest first."""
    rows = _rows("state = 'asked' ORDER BY export_id LIMIT ?", (SHOWN_MAX,))
    return tuple(_export(one, reader, now) for one in rows if _may_decide(reader, one) is None)


def mine(reader: Reader, now: datetime | None = None) -> tuple[Export, ...]:
    """The reader's own requests, newest first."""
    rows = _rows("asked_by = ? ORDER BY export_id DESC LIMIT ?", (reader.person, SHOWN_MAX))
    return tuple(_export(one, reader, now) for one in rows)


def decide(
    reader: Reader, number: int, decision: Decision, now: datetime | None = None
) -> Refused | None:
    """A second person approves or refuses; None once that is done."""
    found = _rows("export_id = ? AND state = 'asked'", (number,))
    if not found:
        return _no_such()
    refused = _may_decide(reader, found[0])
    if refused is not None:
        return refused
    at = now or datetime.now(UTC)
    told: dict[str, Datum] = {"did": decision, "export": number, "list": found[0].list}
    reading.trace("export", reader, PURPOSE, at, told=told)
    state = "approved" if decision == "approve" else "refused"
    connection = reading_connection()
    with writing(connection):
        changed = connection.run(
            "UPDATE export SET state = ?, decided_by = ?, decided_at = ? "
            "WHERE export_id = ? AND state = 'asked'",
            (state, reader.person, stored(at), number),
        )
    return None if changed else _no_such()


def fetch(reader: Reader, number: int, now: datetime | None = None) -> Made | Refused:
    """The file, for whoever asked, once approved and while the approval holds; traced first."""
    found = _rows("export_id = ? AND asked_by = ?", (number, reader.person))
    at = now or datetime.now(UTC)
    if not found:
        return _no_such()
    if not _holds(found[0], at):
        return _refused(
            "need_unmet", "这次导出还没有批准，或者批准已经过期。", "请重新申请，由另一人批准。"
        )
    content, rows = _written(reader, found[0].list, at)
    told: dict[str, Datum] = {
        "did": "fetched",
        "export": number,
        "list": found[0].list,
        "rows": rows,
        "digest": hashlib.sha256(content).hexdigest(),
    }
    reading.trace("export", reader, PURPOSE, at, told=told)
    return Made(name=f"export-{number}.csv", content=content, rows=rows)


# ── who decides ──────────────────────────────────────────────────────────────────────────────


def _may_decide(reader: Reader, row: _Row) -> Refused | None:
    """Another person, who supervises the organ that asks and does not stand below it."""
    if reader.person == row.asked_by:
        return _refused("same_person", "自己申请的导出不能自己批准。", "请由另一名监督人员决定。")
    organs, lineage = reach.reach_of(reader.organ)
    in_reach = reader.supervisor and (organs is None or row.asked_organ in organs)
    if not in_reach or row.asked_organ in lineage[1:]:
        return _no_such()
    return None


def _no_such() -> Refused:
    return _refused("not_yours", "没有等您决定或者领取的这次导出。", "请从列出的申请中选择。")


def _refused(reason: str, says: str, instead: str) -> Refused:
    return Refused(reason=reason, says=says, instead=instead, cites=CITES)


def _holds(row: _Row, at: datetime) -> bool:
    return (
        row.state == "approved"
        and row.decided_at is not None
        and stored(at - HOLDS) <= row.decided_at
    )


def _rows(where: str, values: tuple[object, ...]) -> list[_Row]:
    found = reading_connection().rows(f"SELECT {_COLUMNS} FROM export WHERE {where}", values)
    return [_Row(*row) for row in found]


def _export(row: _Row, reader: Reader, now: datetime | None) -> Export:
    at = now or datetime.now(UTC)
    printer = Printer(rules=rules.current(), now=at)
    zone = printer.rules.zone
    decided = ""
    if row.decided_by and row.decided_at is not None:
        decided = f"{person_name(row.decided_by)} {printer.instant(restored(row.decided_at, zone))}"
    own = row.asked_by == reader.person
    states = {"asked": "等另一人决定", "approved": "已经批准", "refused": "没有批准"}
    return Export(
        id=row.id,
        name=LISTS[row.list],
        by=person_name(row.asked_by),
        organ=printer.rules.organ_name(row.asked_organ),
        asked=printer.instant(restored(row.asked_at, zone)),
        reason=row.reason,
        state=states[row.state],
        decided=decided,
        mine=own,
        fetchable=own and _holds(row, at),
    )


# ── the file ─────────────────────────────────────────────────────────────────────────────────


def _written(reader: Reader, list_: str, now: datetime) -> tuple[bytes, int]:
    """The list as CSV, and its rows."""
    if list_ == "findings":
        return as_csv(HEAD_OF_FINDINGS, _of_findings(reader, now))
    return as_csv(HEAD, _of_matters(reader, list_, now))


def as_csv(head: Sequence[str], rows: Iterable[Sequence[str]]) -> tuple[bytes, int]:
    """A table in UTF-8 with its mark, as spreadsheets expect, and its rows: at most ROWS_MAX."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(head)
    count = 0
    for row in islice(rows, ROWS_MAX):
        writer.writerow([f"'{one}" if one.startswith(_FORMULA) else one for one in row])
        count += 1
    return text.getvalue().encode("utf-8-sig"), count


def _of_matters(reader: Reader, list_: str, now: datetime) -> Iterator[tuple[str, ...]]:
    of: lists.Of = next(one for one in lists.OF if one == list_)
    after = ""
    while True:
        page = lists.inbox(reader, lists.LIST_MAX, after, now, of=of)
        for one in page.items:
            told = (one.number, one.title, one.subject, one.state_name, one.owner)
            yield (*told, one.opened, one.due, one.says)
        after = page.after
        if not after:
            return


def _of_findings(reader: Reader, now: datetime) -> Iterator[tuple[str, ...]]:
    after = ""
    while True:
        page = lists.findings(reader, lists.LIST_MAX, after, now=now)
        for one in page.rows:
            told = (one.number, one.title, one.model_name, one.says, one.first_seen, one.last_seen)
            yield (*told, str(one.times), one.rectification_number)
        after = page.after
        if not after:
            return
