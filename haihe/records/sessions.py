"""Where each account is signed in: begun, last seen, from which address, with which browser.

The session itself is Django's; this list lets people see and end their own, and keeps an account
from being signed in at too many places at once.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

import msgspec

from haihe.records.database import reading_connection, writing
from haihe.records.instants import restored, stored

DEVICE_MAX: Final = 200
LISTED_MAX: Final = 100
_COLUMNS: Final = "session_key, user_id, begun_at, seen_at, address, device"


class SignedIn(msgspec.Struct, frozen=True):
    """One place where an account is signed in."""

    key: str
    user_id: int
    begun_at: datetime
    seen_at: datetime
    address: str
    device: str


def begin(
    key: str, user_id: int, address: str, device: str, now: datetime, most: int
) -> tuple[str, ...]:
    """Note a new session; gives the keys of the oldest ones that are too many now (forgotten)."""
    connection = reading_connection()
    with writing(connection):
        at = stored(now)
        row = (key, user_id, at, at, address, device[:DEVICE_MAX])
        connection.replace("signed_in", [row])
        rows = connection.rows(
            "SELECT session_key FROM signed_in WHERE user_id = ? "
            "ORDER BY seen_at DESC, session_key",
            (user_id,),
        )
        ended = tuple(str(one) for (one,) in rows[most:])
        for one in ended:
            connection.run("DELETE FROM signed_in WHERE session_key = ?", (one,))
    return ended


def seen(key: str, now: datetime) -> bool:
    """Note that a session is in use; False when it was ended from elsewhere."""
    connection = reading_connection()
    with writing(connection):
        sql = "UPDATE signed_in SET seen_at = ? WHERE session_key = ?"
        return connection.run(sql, (stored(now), key)) > 0


def end(key: str) -> None:
    """Forget one session."""
    connection = reading_connection()
    with writing(connection):
        connection.run("DELETE FROM signed_in WHERE session_key = ?", (key,))


def end_all(user_id: int) -> tuple[str, ...]:
    """Forget every session of an account; gives their keys."""
    connection = reading_connection()
    with writing(connection):
        rows = connection.rows("SELECT session_key FROM signed_in WHERE user_id = ?", (user_id,))
        connection.run("DELETE FROM signed_in WHERE user_id = ?", (user_id,))
    return tuple(str(key) for (key,) in rows)


def of_user(user_id: int) -> list[SignedIn]:
    """Where an account is signed in, what was used last on top."""
    rows = reading_connection().rows(
        f"SELECT {_COLUMNS} FROM signed_in WHERE user_id = ? "
        f"ORDER BY seen_at DESC, session_key LIMIT {LISTED_MAX}",
        (user_id,),
    )
    return [
        SignedIn(key, user, restored(begun, UTC), restored(last, UTC), address, device)
        for key, user, begun, last, address, device in rows
    ]


def forget_unused(before: datetime) -> int:
    """Delete the notes of sessions last seen before an instant; gives how many."""
    connection = reading_connection()
    with writing(connection):
        return connection.run("DELETE FROM signed_in WHERE seen_at < ?", (stored(before),))
