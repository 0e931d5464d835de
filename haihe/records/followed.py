"""Acts that happened since a job looked last, by their position in the journal.

The mark is a small file in HAIHE_HOME, never a source: without it all is looked at once more,
so what a job does with an act has to be the same when done again.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

import msgspec

from haihe.records import home
from haihe.records.database import Connection

A_ROUND_MAX: Final = 1_000
ROUNDS_MAX: Final = 1_000
OVERLAP: Final = 500  # positions of PostgreSQL may be committed out of order


class Happened(NamedTuple):
    """One act of one matter."""

    position: int
    matter: str
    act: str


def since(connection: Connection, file: str, acts: tuple[str, ...]) -> Iterator[Happened]:
    """The acts since the mark in this file, in order; the mark moves on when all were taken."""
    path = home.home() / file
    try:
        mark = int(msgspec.json.decode(path.read_bytes(), type=dict[str, int])["position"])
    except (OSError, KeyError, msgspec.MsgspecError):
        mark = 0
    ((last,),) = connection.rows("SELECT coalesce(max(position), 0) FROM event")
    after = max(0, mark - OVERLAP)
    marks = ", ".join("?" * len(acts))
    for _ in range(ROUNDS_MAX):
        rows = connection.rows(
            f"SELECT position, matter_id, act FROM event WHERE position > ? AND act IN ({marks}) "
            "ORDER BY position LIMIT ?",
            (after, *acts, A_ROUND_MAX),
        )
        yield from (Happened(*row) for row in rows)
        if len(rows) < A_ROUND_MAX:
            break
        after = rows[-1][0]
    home.put_whole(path, msgspec.json.encode({"position": last}), replacing=True)
