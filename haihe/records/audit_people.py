"""Whose data were read by many: readings counted by person concerned, across all their matters.

A person is known here by the keyed tag of an identity number or phone (table number_tag), never by
a value: who looks at the list learns that somebody's data were read often, where and by how many,
and can ask for those readings. Counted are the people concerned; readers are not ranked.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from haihe.kernel.values import Frozen
from haihe.records.database import Connection
from haihe.records.instants import restored
from haihe.records.printing import Printer
from haihe.records.uses import tags_of

READERS_MANY: Final = 5  # different people who looked at one person's data
LISTED_MAX: Final = 10
MARK_SHOWN: Final = 8  # hex digits of a mark that a page shows
_MARK: Final = re.compile(r"[0-9a-f]{32,128}")  # longer than any number of a person
SEEING: Final = ("open", "paper", "download", "file")  # sorts of traces that show data


class ReadByMany(Frozen, frozen=True, kw_only=True):
    """One person concerned: the mark to ask for the readings by, and how many there were."""

    mark: str
    shown: str
    readers: int
    organs: int
    matters: int
    last: str


def marks_of(words: str) -> list[bytes]:
    """The tags of a typed identity number or phone, or of a mark of the list; none if neither."""
    if _MARK.fullmatch(words):
        return [bytes.fromhex(words)]
    return tags_of(words)


def of_person(tags: Sequence[bytes]) -> tuple[str, list[object]]:
    """That a trace `r` is of a matter in which one of these numbers was given."""
    marks = ", ".join("?" * len(tags))
    return f"r.chain IN (SELECT t.matter_id FROM number_tag t WHERE t.tag IN ({marks}))", [*tags]


def read_by_many(
    connection: Connection, printer: Printer, where: Sequence[str], values: Sequence[object]
) -> tuple[ReadByMany, ...]:
    """Those whose data at least READERS_MANY people looked at, the most first.

    `where` says, of traces `r`, which ones count: the days, and those this reader may see.
    """
    marks = ", ".join("?" * len(SEEING))
    rows = connection.rows(
        "SELECT t.tag, count(DISTINCT r.person), count(DISTINCT r.organ), "
        "count(DISTINCT r.chain), max(r.read_at) FROM reading r "
        f"JOIN number_tag t ON t.matter_id = r.chain WHERE r.sort IN ({marks}) "
        f"AND {' AND '.join(where)} GROUP BY t.tag HAVING count(DISTINCT r.person) >= ? "
        "ORDER BY count(DISTINCT r.person) DESC, max(r.read_at) DESC LIMIT ?",
        (*SEEING, *values, READERS_MANY, LISTED_MAX),
    )
    return tuple(
        ReadByMany(
            mark=bytes(tag).hex(),
            shown=bytes(tag).hex()[:MARK_SHOWN],
            readers=readers,
            organs=organs,
            matters=matters,
            last=printer.instant(restored(at, printer.rules.zone)),
        )
        for tag, readers, organs, matters, at in rows
    )
