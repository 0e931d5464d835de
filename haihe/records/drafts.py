"""Applications that are being filled in: kept sealed, found by a code on any device, forgotten.

A draft is no matter yet: nobody at the police sees it, and after DRAFT_LASTS it is gone. Whoever
has the code goes on where it was left, online, at a terminal or at a window; it becomes one matter.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import uuid4

import msgspec

from haihe.kernel.values import Actor, Data, Frozen
from haihe.records import keys
from haihe.records.codes import code_tag, follow_code, normal_code
from haihe.records.database import Connection, reading_connection, writing
from haihe.records.instants import stored

DRAFT_LASTS: Final = timedelta(days=30)
DRAFT_BYTES_MAX: Final = 200_000
PURPOSE: Final = "draft"
OPEN: Final = "open"
SENDING: Final = "sending"  # it was submitted; what follows from that is not yet all written


class Got(Frozen, frozen=True, kw_only=True):
    """What a register answered, or why it did not (`why`)."""

    at: str
    values: dict[str, str] = {}
    reference: str = ""
    proof: str = ""  # the digest of the kept file with the signed answer
    why: str = ""


class Reused(Frozen, frozen=True, kw_only=True):
    """A material of an earlier application that the applicant chose to use again."""

    files: tuple[str, ...]
    says: str


class Draft(Frozen, frozen=True, kw_only=True):
    """An application as far as it was filled in; `channels` are those it was touched at."""

    item: str
    window: str = ""
    likely: str = ""  # the window of the hall where it was begun, until one is chosen
    channels: tuple[str, ...] = ()
    who: Data = {}
    facts: Data = {}
    got: dict[str, Got] = {}
    files: tuple[str, ...] = ()
    brought: dict[str, tuple[str, ...]] = {}  # material -> files that came with this application
    reused: dict[str, Reused] = {}  # material -> what came with an earlier one
    earlier: tuple[str, ...] = ()  # matters whose materials may be used: their codes were typed
    actor: Actor | None = None  # who sent it, when it was sent
    sent_at: str = ""


class Kept(Frozen, frozen=True, kw_only=True):
    """A draft with its id and its code."""

    id: str
    code: str
    draft: Draft
    state: str = OPEN


class TooLong(Exception):
    """The draft has more in it than is kept."""


def begin(draft: Draft, now: datetime) -> Kept:
    """Keep a new draft; gives it with the code that finds it again."""
    kept_id = uuid4().hex
    own = keys.store().codes
    code = follow_code(f"draft {kept_id}", own)
    connection = reading_connection()
    with writing(connection):
        connection.insert(
            "draft", [(kept_id, code_tag(code, own), _sealed(kept_id, draft), OPEN, stored(now))]
        )
    return Kept(id=kept_id, code=code, draft=draft)


def load(code: str, now: datetime) -> Kept | None:
    """The draft behind a code as somebody typed it; None where there is none (any more)."""
    normal = normal_code(code)
    if normal is None:
        return None
    marks = [code_tag(normal, one) for one in keys.store().every_codes()]
    rows = reading_connection().rows(
        f"SELECT draft_id, sealed, state, changed_at FROM draft "
        f"WHERE code_tag IN ({', '.join('?' * len(marks))})",
        marks,
    )
    if not rows or rows[0][3] < stored(now - DRAFT_LASTS):
        return None
    kept_id, sealed, state, _ = rows[0]
    return Kept(id=kept_id, code=normal, draft=_opened(kept_id, bytes(sealed)), state=state)


def of(kept_id: str, now: datetime) -> Kept | None:
    """The draft of this id with its code; None where there is none (any more)."""
    rows = reading_connection().rows(
        "SELECT code_tag, sealed, state, changed_at FROM draft WHERE draft_id = ?", (kept_id,)
    )
    if not rows or rows[0][3] < stored(now - DRAFT_LASTS):
        return None
    tag, sealed, state, _ = rows[0]
    codes = ((follow_code(f"draft {kept_id}", one), one) for one in keys.store().every_codes())
    code = next((code for code, one in codes if code_tag(code, one) == tag), "")
    return Kept(id=kept_id, code=code, draft=_opened(kept_id, bytes(sealed)), state=state)


def keep(kept: Kept, now: datetime, state: str = OPEN) -> None:
    """Keep what a draft has become."""
    connection = reading_connection()
    with writing(connection):
        connection.run(
            "UPDATE draft SET sealed = ?, state = ?, changed_at = ? WHERE draft_id = ?",
            (_sealed(kept.id, kept.draft), state, stored(now), kept.id),
        )


def forget(connection: Connection, kept_id: str) -> None:
    """The draft has become a matter, or is not wanted; inside the caller's transaction."""
    connection.run("DELETE FROM draft WHERE draft_id = ?", (kept_id,))


def drop(kept: Kept) -> None:
    """Forget a draft because its owner wants it."""
    connection = reading_connection()
    with writing(connection):
        forget(connection, kept.id)


def prune(connection: Connection, now: datetime) -> int:
    """Forget drafts nobody touched for DRAFT_LASTS; gives how many went."""
    with writing(connection):
        return connection.run(
            "DELETE FROM draft WHERE changed_at < ? AND state = ?",
            (stored(now - DRAFT_LASTS), OPEN),
        )


def cut_off(connection: Connection, before: datetime, most: int) -> list[Kept]:
    """Drafts whose submission was cut off: the process ended between two transactions."""
    rows = connection.rows(
        "SELECT draft_id, sealed FROM draft WHERE state = ? AND changed_at < ? "
        "ORDER BY changed_at LIMIT ?",
        (SENDING, stored(before), most),
    )
    return [
        Kept(id=kept_id, code="", draft=_opened(kept_id, bytes(sealed)), state=SENDING)
        for kept_id, sealed in rows
    ]


def _sealed(kept_id: str, draft: Draft) -> bytes:
    plain = msgspec.json.encode(draft)
    if len(plain) > DRAFT_BYTES_MAX:
        raise TooLong(f"{len(plain)} bytes; at most {DRAFT_BYTES_MAX} are kept")
    return keys.store().key("content").seal(PURPOSE, plain, kept_id)


def _opened(kept_id: str, sealed: bytes) -> Draft:
    plain = keys.store().key("content").open(PURPOSE, sealed, kept_id)
    return msgspec.json.decode(plain, type=Draft)
