"""Who opened which file for what: a chain of readings a matter, like the chain of its events."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Final

from haihe.records.chain import GENESIS, HASHES, ReadingRow, canonical_reading
from haihe.records.database import Connection, Failure, writing
from haihe.records.home import hash_name
from haihe.records.instants import stored

TRIES_MAX: Final = 5
RETRY_SECONDS: Final = 0.01


def record(
    connection: Connection,
    matter: str,
    *,
    person: str,
    role: str,
    organ: str,
    purpose: str,
    at: datetime,
) -> int:
    """Append one reading durably; gives its number. Two at once: the second tries again."""
    for attempt in range(1, TRIES_MAX + 1):
        try:
            with writing(connection):
                return _append(connection, matter, person, role, organ, purpose, stored(at))
        except Failure:
            if attempt == TRIES_MAX:
                raise
            time.sleep(RETRY_SECONDS * attempt)
    raise AssertionError("the last attempt either returned or raised")


def _append(
    connection: Connection,
    matter: str,
    person: str,
    role: str,
    organ: str,
    purpose: str,
    at: int,
) -> int:
    last = connection.rows(
        "SELECT seq, hash FROM reading WHERE matter_id = ? ORDER BY seq DESC LIMIT 1", (matter,)
    )
    seq, previous = (last[0][0] + 1, bytes(last[0][1])) if last else (1, GENESIS)
    row = ReadingRow(matter, seq, person, role, organ, purpose, at)
    reading_hash = HASHES[hash_name()](canonical_reading(row, previous))
    connection.insert("reading", [(*row, reading_hash)])
    return seq
