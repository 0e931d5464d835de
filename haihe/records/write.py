"""The one door in: every change of every matter goes through here."""

from __future__ import annotations

from datetime import datetime

from haihe.kernel.values import Command, Refused
from haihe.records.answers import Recorded
from haihe.records.bulk import RefusedHistory, Taken, submit_many
from haihe.records.database import Failure
from haihe.records.erasure import erase
from haihe.records.recompute import Moved, recompute_clocks
from haihe.records.writer import writer

__all__ = [
    "Failure",
    "Moved",
    "Recorded",
    "RefusedHistory",
    "Taken",
    "erase",
    "recompute_clocks",
    "submit",
    "submit_many",
]


def submit(command: Command, *, now: datetime | None = None) -> Recorded | Refused:
    """Carry a command out, or say by which article it may not be and what can be done instead.

    One transaction; when this returns `Recorded` the event is on the disk. The same key with the
    same content is carried out once, however often it comes. `now` defaults to the server's time.
    Raises what the database raised if it could not be reached or refused the rows (some tries).
    """
    return writer().submit(command, now)
