"""The one door in: every change of every matter goes through here."""

from __future__ import annotations

from datetime import datetime

from haihe.kernel.values import Command, Refused
from haihe.records import database
from haihe.records.answers import Recorded
from haihe.records.bulk import RefusedHistory, Taken, submit_many
from haihe.records.erasure import erase
from haihe.records.keys import KeyTrouble
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

# What may be tried again later: the database or the keeper of the keys did not answer.
Failure = (*database.Failure, KeyTrouble)


def submit(command: Command, *, now: datetime | None = None) -> Recorded | Refused:
    """Carry a command out, or say by which article it may not be and what can be done instead.

    One transaction; when this returns `Recorded` the event is on the disk. The same key with the
    same content is carried out once, however often it comes. `now` defaults to the server's time.
    Raises Failure if the database could not be reached or refused the rows (some tries), or if a
    key cannot be used; nothing was written then.
    """
    return writer().submit(command, now)
