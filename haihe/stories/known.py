"""What the journal knows of a matter besides its state: its follow code, its last event."""

from __future__ import annotations

from haihe.records import keys
from haihe.records.codes import follow_code
from haihe.records.database import reading_connection


def code_of(matter: str) -> str:
    """The code with which a citizen follows a matter."""
    sql = "SELECT code_tag FROM matter WHERE matter_id = ?"
    ((tag,),) = reading_connection().rows(sql, (matter,))
    return follow_code(matter, keys.store().codes_of(bytes(tag)[0]))


def latest(matter: str) -> int:
    """The number of its last event."""
    sql = "SELECT max(seq) FROM event WHERE matter_id = ?"
    ((seq,),) = reading_connection().rows(sql, (matter,))
    return int(seq)
