"""Keyed tags of what people are known by (found, never read), and sealed secrets of sign-in."""

from __future__ import annotations

import base64

from haihe.records import keys
from haihe.records.keys import TAG_BYTES

__all__ = ["TAG_BYTES", "opened", "sealed", "tag", "tags"]

_TAGS = "identity tags"
_SEALING = "identity sealing"


def tag(sort: str, word: str) -> bytes:
    """The tag to store for a word of a sort: 16 bytes, useless without the key `index`."""
    return keys.store().key("index").tag(_TAGS, f"{sort}\0{word}")


def tags(sort: str, word: str) -> list[bytes]:
    """Every tag the word may be stored under, the newest key's first."""
    return keys.store().key("index").tags(_TAGS, f"{sort}\0{word}")


def sealed(text: str, purpose: str) -> str:
    """A secret that has to be read again (of an authenticator), encrypted, as letters."""
    made = keys.store().key("content").seal(_SEALING, text.encode(), purpose)
    return base64.b64encode(made).decode()


def opened(letters: str, purpose: str) -> str:
    """The secret again; raises WrongKey when it was changed or belongs elsewhere."""
    raw = base64.b64decode(letters)
    return keys.store().key("content").open(_SEALING, raw, purpose).decode()
