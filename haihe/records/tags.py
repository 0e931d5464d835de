"""Keyed tags of what people are known by (found, never read), and sealed secrets of sign-in."""

from __future__ import annotations

import base64
import hmac
from typing import Final

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from haihe.records import keys

TAG_BYTES: Final = 16
NONCE_BYTES: Final = 12


def tag(sort: str, word: str) -> bytes:
    """The tag to store for a word of a sort: 16 bytes, useless without the key."""
    return hmac.digest(_secret(), f"{sort}\0{word}".encode(), "sha256")[:TAG_BYTES]


def tags(sort: str, word: str) -> list[bytes]:
    """Every tag the word may be stored under, the newest key's first."""
    return [tag(sort, word)]


def sealed(text: str, purpose: str) -> str:
    """A secret that has to be read again (of an authenticator), encrypted, as letters."""
    nonce = keys.random_bytes(NONCE_BYTES)
    return base64.b64encode(
        nonce + _cipher().encrypt(nonce, text.encode(), purpose.encode())
    ).decode()


def opened(letters: str, purpose: str) -> str:
    """The secret again; raises InvalidTag when it was changed or belongs elsewhere."""
    raw = base64.b64decode(letters)
    return _cipher().decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], purpose.encode()).decode()


def _secret() -> bytes:
    return keys.store().derive("identity tags")


def _cipher() -> AESGCM:
    return AESGCM(keys.store().derive("identity sealing"))
