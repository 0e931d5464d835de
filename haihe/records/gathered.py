"""The findings a rectification stands for: one, or those that a digest gathered in a week."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import msgspec

from haihe.records.database import Connection
from haihe.records.instants import restored
from haihe.records.printing import Printer
from haihe.records.shown import Gathered, Link

GATHERED_MAX: Final = 100


def gathered(
    connection: Connection,
    printer: Printer,
    matter: str,
    link_of: Callable[[str], Link | None],
) -> tuple[tuple[Gathered, ...], int]:
    """The first GATHERED_MAX of them, those still found first, and how many there are.

    `link_of` answers with the link to a matter, or None where the reader may not know of it.
    """
    ((count,),) = connection.rows("SELECT count(*) FROM finding WHERE rectification = ?", (matter,))
    rows = connection.rows(
        "SELECT matter_id, says, events, first_seen, closed_at FROM finding"
        " WHERE rectification = ? ORDER BY closed_at IS NOT NULL, finding_id LIMIT ?",
        (matter, GATHERED_MAX),
    )
    zone = printer.rules.zone
    found = tuple(
        Gathered(
            says=says,
            events=tuple(msgspec.json.decode(events)),
            first_seen=printer.instant(restored(first, zone)),
            closed="" if closed is None else printer.instant(restored(closed, zone)),
            link=link_of(concerned),
        )
        for concerned, says, events, first, closed in rows
    )
    return found, int(count)
