"""What the table of disposals says, held against the chain: what vouches for one is its event.

Table `disposal` can be written by whoever has the database; the event that destroyed the keys
cannot. So each disposal that is done needs its event, with the same proposer, approver, reason and
articles, and each such event its row; nobody approved what they had proposed themselves.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from haihe.records.database import Connection, Row
from haihe.records.journal import ERASE
from haihe.records.traces import told_of


class Wrong(NamedTuple):
    """One disposal or event that the other side does not bear out."""

    says: str
    matter: str
    seq: int | None = None


def verify(connection: Connection) -> Iterator[Wrong]:
    """Everything in which table and chain differ."""
    yield from _rows_without_event(connection)
    yield from _events_without_row(connection)


def _rows_without_event(connection: Connection) -> Iterator[Wrong]:
    rows = connection.stream(
        "SELECT d.disposal_id, d.matter_id, d.proposed_by, d.decided_by, d.reason, d.cites, "
        "d.state, e.person, e.data FROM disposal d LEFT JOIN event e "
        "ON e.matter_id = d.matter_id AND e.act = ? WHERE d.state = 'done' ORDER BY d.disposal_id",
        (ERASE,),
    )
    borne_out: set[int] = set()
    failed: dict[int, str] = {}
    for row in rows:
        if _vouches(row):
            borne_out.add(row[0])
        else:
            failed[row[0]] = row[1]
        if row[2] == row[3]:
            yield Wrong(f"disposal {row[0]} was approved by whoever proposed it", row[1])
    for disposal, matter in failed.items():
        if disposal not in borne_out:
            yield Wrong(f"disposal {disposal} is done, but no event of the matter says so", matter)


def _vouches(row: Row) -> bool:
    """Whether an event is that of the disposal it is beside."""
    _, _, proposed_by, decided_by, reason, cites, _, person, data = row
    told = told_of(data) if data is not None else {}
    return (
        bool(person == decided_by)
        and told.get("proposed_by") == proposed_by
        and told.get("proposed_reason") == reason
        and told.get("cites") == cites.split()
    )


def _events_without_row(connection: Connection) -> Iterator[Wrong]:
    rows = connection.stream(
        "SELECT e.matter_id, e.seq, e.data FROM event e WHERE e.act = ? AND NOT EXISTS (SELECT 1 "
        "FROM disposal d WHERE d.matter_id = e.matter_id AND d.state = 'done')",
        (ERASE,),
    )
    for matter, seq, data in rows:
        if "proposed_by" in told_of(data):
            yield Wrong("a disposal was carried out that the table does not have", matter, seq)
