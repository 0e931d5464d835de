"""What supervision found against a matter, for those who handle it: what to mend, until when.

The open findings, those just gone for a while, and the rectification each opened with its clocks.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Final

import msgspec

from haihe.records import clock_faces
from haihe.records.database import Connection
from haihe.records.instants import restored, stored
from haihe.records.printing import Printer
from haihe.records.shown import Against, Link

AGAINST_MAX: Final = 20
GONE_SHOWN: Final = timedelta(days=30)


def against(
    connection: Connection,
    printer: Printer,
    matter: str,
    link_of: Callable[[str], Link | None],
) -> tuple[Against, ...]:
    """The findings of models about this matter, open ones first.

    `link_of` answers with the link to a rectification, or None where the reader may not know of it.
    """
    rows = connection.rows(
        "SELECT model, says, events, first_seen, closed_at, rectification FROM finding "
        "WHERE matter_id = ? AND (closed_at IS NULL OR closed_at > ?) "
        "ORDER BY closed_at IS NOT NULL, finding_id DESC LIMIT ?",
        (matter, stored(printer.now - GONE_SHOWN), AGAINST_MAX),
    )
    zone = printer.rules.zone
    links = {row[5]: link_of(row[5]) for row in rows if row[5]}
    faces = clock_faces.running([one for one, link in links.items() if link], printer.now)

    def told(at: int | None) -> str:
        return "" if at is None else printer.instant(restored(at, zone))

    return tuple(
        Against(
            name=printer.rules.model_name(model),
            says=says,
            events=tuple(msgspec.json.decode(events)),
            first_seen=told(first),
            closed=told(closed),
            rectification=links.get(opened),
            clocks=faces.get(opened or "", ()),
        )
        for model, says, events, first, closed, opened in rows
    )
