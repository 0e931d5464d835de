"""What a rated unit answered to the problem it was told, written into the file of the bad rating.

The unit's file is a rectification that does not tell where it came from; the organ that answers the
rater may not read it as its own. So what the unit replied is carried over, once a reply.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec

from haihe.kernel.values import Command, Refused
from haihe.records import followed, ratings, write
from haihe.records.database import Connection

MARK: Final = "rating-answers.json"
REPLY: Final = "reply"


def carry(connection: Connection, now: datetime) -> int:
    """Carry the replies since the last time; gives how many."""
    carried = 0
    for one in followed.since(connection, MARK, (REPLY,)):
        rows = connection.rows(
            "SELECT b.matter_id, e.data, e.seq FROM event e "
            "JOIN matter r ON r.matter_id = e.matter_id "
            "JOIN matter b ON b.matter_id = r.from_matter "
            "WHERE e.position = ? AND r.kind = 'rectification' AND b.kind = ? AND NOT b.ended",
            (one.position, ratings.BAD),
        )
        for bad, data, seq in rows:
            told = msgspec.json.decode(data)
            said = "；".join(str(told[name]) for name in ("answer_facts", "cause", "measures"))
            command = Command(
                key=f"rating-answer:{one.matter}:{seq}",
                act="unit_answered",
                actor=ratings.DESK,
                matter=bad,
                data={"unit_answer": said},
            )
            carried += not isinstance(write.submit(command, now=now), Refused)
    return carried
