"""Phone numbers that citizens left for messages of a hall: sealed, one a ticket, gone with its day.

The journal of the hall tells that messages were wanted and which were sent, never to which number.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from haihe.records import keys
from haihe.records.database import reading_connection, writing
from haihe.records.halls_journal import parted
from haihe.records.keys import KeyMissing, WrongKey

PURPOSE: Final = "hall phone"


def keep(id_: str, number: str, phone: str) -> None:
    """Keep the number of a ticket, in place of one it had."""
    sealed = keys.store().key("content").seal(PURPOSE, phone.encode(), f"{id_} {number}")
    connection = reading_connection()
    with writing(connection):
        connection.run("DELETE FROM hall_phone WHERE day_id = ? AND number = ?", (id_, number))
        connection.insert("hall_phone", [(id_, number, sealed)])


def forget(id_: str, number: str) -> None:
    """The number of a ticket goes."""
    connection = reading_connection()
    with writing(connection):
        connection.run("DELETE FROM hall_phone WHERE day_id = ? AND number = ?", (id_, number))


def carry(id_: str, number: str, later: str, later_number: str) -> None:
    """The number goes along with who has a place on another day."""
    phone = phone_of(id_, number)
    if phone:
        keep(later, later_number, phone)
        forget(id_, number)


def phone_of(id_: str, number: str) -> str:
    """The number that was left for a ticket, or ""."""
    rows = reading_connection().rows(
        "SELECT sealed FROM hall_phone WHERE day_id = ? AND number = ?", (id_, number)
    )
    if not rows:
        return ""
    key = keys.store().key("content")
    try:
        return key.open(PURPOSE, bytes(rows[0][0]), f"{id_} {number}").decode()
    except (WrongKey, KeyMissing):
        return ""


def days() -> list[str]:
    """The days of halls for which numbers are kept, the oldest first."""
    rows = reading_connection().rows("SELECT DISTINCT day_id FROM hall_phone ORDER BY day_id")
    return [str(id_) for (id_,) in rows]


def forget_before(today: date) -> int:
    """Numbers of days that are over go; gives of how many days."""
    over = [id_ for id_ in days() if parted(id_)[1] < today]
    connection = reading_connection()
    for id_ in over:
        with writing(connection):
            connection.run("DELETE FROM hall_phone WHERE day_id = ?", (id_,))
    return len(over)
