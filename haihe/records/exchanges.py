"""Our log of questions to registers of other departments: begun before one is sent, then ended.

Basis: 政务数据共享条例 (a stated purpose, a record of every use), 个人信息保护法 44. No personal
value is in it. What was asked for a matter is told to its citizen as a trace of the matter. The log
also says whether a register is at rest (circuit breaker), in every process alike.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, Literal, NamedTuple

from haihe.kernel.sources import Question
from haihe.records import keys, reading
from haihe.records.database import Connection, Row, reading_connection, writing
from haihe.records.instants import restored, stored
from haihe.records.shown import Reader
from haihe.records.traces import told_of

Outcome = Literal[
    "answered", "nothing", "refused", "down", "silent", "nonsense", "unsigned", "lost",
]  # fmt: skip

OUTCOMES: Final[dict[str, str]] = {
    "": "还没有答复",
    "answered": "已答复",
    "nothing": "答复没有登记",
    "refused": "拒绝答复",
    "down": "停用",
    "silent": "没有答复",
    "nonsense": "答复看不懂，没有采用",
    "unsigned": "答复的签名不对，没有采用",
    "lost": "中断，不知道对方是否收到",
}
FAILED: Final = frozenset({"down", "silent", "nonsense", "unsigned"})
FAILURES_MAX: Final = 5  # in a row: then the register is left at rest
REST: Final = timedelta(seconds=60)
LOST_AFTER: Final = timedelta(minutes=1)
TELL_MAX: Final = 200
LOG_MAX: Final = 200
CONNECTOR: Final = "connector"


class Logged(NamedTuple):
    """One question, as the log has it."""

    exchange_id: str
    source: str
    key: str
    thread: str
    matter_id: str
    purpose: str
    basis: str
    asked_at: int
    ended_at: int | None
    outcome: str
    proof: str
    told_at: int | None


_COLUMNS: Final = ", ".join(Logged._fields)


def key_of(question: Question) -> str:
    """The same for the same question of the same thread: a register answers it once."""
    words = "\n".join((question.thread or question.matter, question.source, question.number))
    return keys.store().key("index").tag("exchange", words).hex()


def at_rest(source: str, now: datetime) -> bool:
    """Whether a register is left alone: FAILURES_MAX failed in a row, the last within REST.

    Afterwards one question goes through; the others wait for how it ends.
    """
    rows = reading_connection().rows(
        "SELECT outcome, asked_at, ended_at FROM exchange WHERE source = ? "
        "ORDER BY asked_at DESC LIMIT ?",
        (source, FAILURES_MAX + 1),
    )
    going = bool(rows) and rows[0][2] is None
    failed = rows[1:] if going else rows[:FAILURES_MAX]
    if len(failed) < FAILURES_MAX or any(row[0] not in FAILED for row in failed):
        return False
    since = rows[0][1] if going else rows[0][2]
    return bool(stored(now - REST) < since <= stored(now))


def begin(question: Question, now: datetime) -> str:
    """Write down that a question is about to be sent; gives the id of the entry."""
    exchange_id = os.urandom(16).hex()
    row = Logged(
        exchange_id=exchange_id,
        source=question.source,
        key=key_of(question),
        thread=question.thread or question.matter,
        matter_id=question.matter,
        purpose=question.purpose,
        basis=question.basis,
        asked_at=stored(now),
        ended_at=None,
        outcome="",
        proof="",
        told_at=None,
    )
    connection = reading_connection()
    with writing(connection):
        connection.insert("exchange", [row])
    return exchange_id


def end(exchange_id: str, outcome: Outcome, now: datetime, proof: str = "") -> None:
    """Write down what came of it."""
    connection = reading_connection()
    with writing(connection):
        connection.run(
            "UPDATE exchange SET outcome = ?, ended_at = ?, proof = ? WHERE exchange_id = ?",
            (outcome, stored(now), proof, exchange_id),
        )


def attach(connection: Connection, thread: str, matter: str) -> None:
    """What was asked for a draft was asked for the matter it became; inside a transaction."""
    connection.run(
        "UPDATE exchange SET matter_id = ? WHERE thread = ? AND matter_id = ?",
        (matter, thread, ""),
    )


def proofs(thread: str, matter: str = "") -> list[str]:
    """The digests of the signed answers that came for a thread."""
    rows = reading_connection().rows(
        "SELECT proof FROM exchange WHERE (thread = ? OR matter_id = ?) AND proof <> ? "
        "ORDER BY asked_at LIMIT ?",
        (thread, matter or thread, "", LOG_MAX),
    )
    return list(dict.fromkeys(row[0] for row in rows))


def tell(connection: Connection, now: datetime, names: Mapping[str, str]) -> int:
    """Tell what was asked for matters in their traces; gives how many. May be cut off at any point.

    `names` are registers in words, 民政部门的婚姻登记, by source.
    """
    with writing(connection):
        connection.run(
            "UPDATE exchange SET outcome = ?, ended_at = asked_at "
            "WHERE ended_at IS NULL AND asked_at < ?",
            ("lost", stored(now - LOST_AFTER)),
        )
    rows = connection.rows(
        f"SELECT {', '.join(f'x.{one}' for one in Logged._fields)}, m.owner_organ FROM exchange x "
        "JOIN matter m ON m.matter_id = x.matter_id "
        "WHERE x.told_at IS NULL AND x.ended_at IS NOT NULL ORDER BY x.asked_at LIMIT ?",
        (TELL_MAX,),
    )
    for *told, organ in rows:
        one = Logged._make(told)
        if not _is_told(connection, one):
            _trace(connection, one, organ, names.get(one.source, one.source), now)
        with writing(connection):
            connection.run(
                "UPDATE exchange SET told_at = ? WHERE exchange_id = ?",
                (stored(now), one.exchange_id),
            )
    return len(rows)


def _trace(connection: Connection, one: Logged, organ: str, name: str, now: datetime) -> None:
    reading.trace(
        "asked",
        Reader(person=CONNECTOR, organ=organ, roles=(CONNECTOR,)),
        f"{one.purpose}：凭姓名和证件号码向{name}查询，{OUTCOMES[one.outcome]}",
        restored(one.asked_at, now.tzinfo) if now.tzinfo else now,
        matter=one.matter_id,
        basis=one.basis.split(),
        told={
            "source": one.source,
            "outcome": one.outcome,
            "exchange": one.exchange_id,
            "clear": ["applicant"],
        },
        connection=connection,
    )


def _is_told(connection: Connection, one: Logged) -> bool:
    rows = connection.rows(
        "SELECT told FROM reading WHERE chain = ? AND sort = ?", (one.matter_id, "asked")
    )
    return any(told_of(row[0]).get("exchange") == one.exchange_id for row in rows)


def log(*, matter: str = "", source: str = "", limit: int = LOG_MAX) -> list[Logged]:
    """The newest entries, of one matter or one register or all."""
    where: dict[str, Any] = {"matter_id": matter, "source": source}
    chosen = {column: value for column, value in where.items() if value}
    condition = " AND ".join(f"{column} = ?" for column in chosen) or "asked_at > 0"
    rows: list[Row] = reading_connection().rows(
        f"SELECT {_COLUMNS} FROM exchange WHERE {condition} ORDER BY asked_at DESC LIMIT ?",
        (*chosen.values(), min(limit, LOG_MAX)),
    )
    return [Logged._make(row) for row in rows]


def every(source: str) -> Iterator[Logged]:
    """Every entry of one register, oldest first, a page at a time."""
    after: tuple[int, str] = (0, "")
    while True:
        rows: list[Row] = reading_connection().rows(
            f"SELECT {_COLUMNS} FROM exchange WHERE source = ? AND (asked_at > ? "
            "OR (asked_at = ? AND exchange_id > ?)) ORDER BY asked_at, exchange_id LIMIT ?",
            (source, after[0], *after, LOG_MAX),
        )
        yield from (Logged._make(row) for row in rows)
        if len(rows) < LOG_MAX:
            return
        last = Logged._make(rows[-1])
        after = (last.asked_at, last.exchange_id)
