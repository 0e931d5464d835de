"""The hash chain of a matter, pure: canonical bytes of an event and of a reading, and their hash.

Canonical bytes are a JSON array without blanks, in UTF-8, exactly what Python's
`json.dumps(row, ensure_ascii=False, separators=(",", ":"))` writes. `data` and `sealed` enter it as
the very text that is stored, so a changed byte in any column changes the hash. Each event carries
the hash of the one before; the first carries GENESIS. There is one chain a matter: a single chain
for all would make every writer wait for every other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import NamedTuple

import msgspec

from haihe.kernel.values import Data

EVENT_FORM = "haihe-event-1"
READING_FORM = "haihe-reading-1"
GENESIS = b"\x00" * 32
HASH_BYTES = 32

Hash = Callable[[bytes], bytes]

encode = msgspec.json.Encoder().encode
encode_sorted = msgspec.json.Encoder(order="deterministic").encode


class EventRow(NamedTuple):
    """An event as it is stored, before `position` and `hash`; instants are microseconds UTC."""

    matter_id: str
    seq: int
    act: str
    person: str
    role: str
    organ: str
    happened_at: int
    recorded_at: int
    data: str
    sealed: str
    kind: str | None
    version: str | None


class ReadingRow(NamedTuple):
    """A reading as it is stored, before `position` and `hash`."""

    chain: str
    seq: int
    sort: str
    person: str
    role: str
    organ: str
    post: str
    purpose: str
    basis: str
    told: str
    read_at: int


def sha256(message: bytes) -> bytes:
    """SHA-256, 32 bytes."""
    return hashlib.sha256(message).digest()


def sm3(message: bytes) -> bytes:
    """SM3 (GB/T 32905-2016), 32 bytes."""
    return hashlib.new("sm3", message).digest()


HASHES: dict[str, Hash] = {"sha256": sha256, "sm3": sm3}


def data_text(data: Data) -> str:
    """Data as stored: JSON with sorted keys and no blanks."""
    return encode_sorted(data).decode() if data else "{}"


def digests_text(digests: dict[str, str]) -> str:
    """The sealed fields of an event as stored: {"field": "hex digest"}, sorted."""
    return encode_sorted(digests).decode() if digests else "{}"


def canonical_event(row: EventRow, previous: bytes) -> bytes:
    """The bytes whose hash is the event's hash."""
    return encode((EVENT_FORM, *row, previous.hex()))


def canonical_reading(row: ReadingRow, previous: bytes) -> bytes:
    """The bytes whose hash is the reading's hash."""
    return encode((READING_FORM, *row, previous.hex()))
