"""Keyed tags of what people are known by (an account, an address, a phone): found, never read."""

from __future__ import annotations

import hmac
from typing import Final

from haihe.records import keys

TAG_BYTES: Final = 16


def tag(sort: str, word: str) -> bytes:
    """The tag to store for a word of a sort: 16 bytes, useless without the key."""
    return hmac.digest(_secret(), f"{sort}\0{word}".encode(), "sha256")[:TAG_BYTES]


def tags(sort: str, word: str) -> list[bytes]:
    """Every tag the word may be stored under, the newest key's first."""
    return [tag(sort, word)]


def _secret() -> bytes:
    return keys.store().derive("identity tags")
