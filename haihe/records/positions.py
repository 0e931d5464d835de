"""How far the journal is settled: positions below which nothing can still appear."""

from __future__ import annotations

from typing import NamedTuple

from haihe.records.database import Connection, writing


class Settled(NamedTuple):
    """The last positions of each kind of rows below which nothing can still appear."""

    event: int
    reading: int
    hall: int


def settled(connection: Connection) -> Settled:
    """PostgreSQL numbers rows before they are committed: a brief lock waits for those at work."""
    newest = (
        "SELECT (SELECT coalesce(max(position), 0) FROM event), "
        "(SELECT coalesce(max(position), 0) FROM reading), "
        "(SELECT coalesce(max(position), 0) FROM hall_event)"
    )
    if connection.vendor == "sqlite":
        return Settled(*connection.rows(newest)[0])
    with writing(connection):
        connection.run("LOCK TABLE event, reading, hall_event IN SHARE MODE")
        return Settled(*connection.rows(newest)[0])


def head(connection: Connection, position: int) -> str:
    """The hash of the event at a position: another one means that the journal is another."""
    rows = connection.rows("SELECT hash FROM event WHERE position = ?", (position,))
    return bytes(rows[0][0]).hex() if rows else ""
