"""What was announced with an event and has to reach others: delivered in order, at least once.

A sink that fails is asked again later; a notice may come twice after a crash, so a receiver keeps
the position it has seen last.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, Protocol

import msgspec

from haihe.records.chain import encode
from haihe.records.database import Connection, writing
from haihe.records.instants import stored

NOTICES_A_ROUND_MAX: Final = 500
DAYS_KEPT: Final = 90


class Notice(msgspec.Struct, frozen=True):
    """An event that happened; whoever needs more reads it through the door out."""

    position: int
    matter: str
    seq: int
    topic: str  # kind.act
    made_at: int  # microseconds since 1970 in UTC


class Sink(Protocol):
    """Takes notices; when `send` returns they are safe with the receiver."""

    def send(self, notices: Sequence[Notice]) -> None:
        """Deliver these in order; raises OSError to be asked again."""


class FileSink:
    """Appends a JSON line a notice to a file, durably."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def send(self, notices: Sequence[Notice]) -> None:
        """Append and sync."""
        with self._file.open("ab") as out:
            out.writelines(encode(notice) + b"\n" for notice in notices)
            out.flush()
            os.fsync(out.fileno())


def deliver(connection: Connection, sink: Sink, now: datetime) -> int:
    """One round: hand the oldest waiting notices to the sink; gives how many were taken.

    Raises OSError when the sink failed; the notices then wait and their tries are counted. Call it
    from one place at a time: two rounds at once would deliver twice.
    """
    rows = connection.rows(
        "SELECT position, matter_id, seq, topic, made_at FROM outbox WHERE sent_at IS NULL "
        "ORDER BY position LIMIT ?",
        (NOTICES_A_ROUND_MAX,),
    )
    if not rows:
        return 0
    notices = [Notice(*row) for row in rows]
    first, last = notices[0].position, notices[-1].position
    between = "WHERE sent_at IS NULL AND position >= ? AND position <= ?"
    try:
        sink.send(notices)
    except OSError:
        with writing(connection):
            connection.run(f"UPDATE outbox SET tries = tries + 1 {between}", (first, last))
        raise
    known = {notice.position for notice in notices}
    with writing(connection):
        # A row that PostgreSQL numbered earlier and committed later is not among those delivered.
        late = [
            row[0]
            for row in connection.rows(f"SELECT position FROM outbox {between}", (first, last))
            if row[0] not in known
        ]
        if late:
            for position in known:
                connection.run(
                    "UPDATE outbox SET sent_at = ? WHERE position = ?", (stored(now), position)
                )
        else:
            connection.run(f"UPDATE outbox SET sent_at = ? {between}", (stored(now), first, last))
    return len(notices)


def prune(connection: Connection, now: datetime) -> int:
    """Forget what was delivered DAYS_KEPT ago; gives how many notices went."""
    with writing(connection):
        return connection.run(
            "DELETE FROM outbox WHERE sent_at < ?", (stored(now - timedelta(days=DAYS_KEPT)),)
        )
