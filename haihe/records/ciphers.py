"""The two authenticated ciphers of an installation: AES-256-GCM, and SM4-GCM (GB/T 32907-2016).

What is sealed is a nonce of 12 random bytes, the ciphertext and a tag of 16 bytes.
"""

from __future__ import annotations

import os
from typing import Final, NamedTuple, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher as RawCipher
from cryptography.hazmat.primitives.ciphers import algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from haihe.records.home import CipherName

NONCE_BYTES: Final = 12
TAG_BYTES: Final = 16


class NotOpened(Exception):
    """A ciphertext is not what was sealed with this key in this place."""


class _Aead(Protocol):
    """Encrypts and decrypts with one key; raises InvalidTag."""

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes: ...

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes: ...


class _Sm4Gcm:
    """SM4-GCM in the shape of AESGCM."""

    def __init__(self, key: bytes) -> None:
        self._algorithm = algorithms.SM4(key)

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes:
        made = RawCipher(self._algorithm, modes.GCM(nonce)).encryptor()
        made.authenticate_additional_data(associated_data)
        return made.update(data) + made.finalize() + made.tag

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes:
        text, tag = data[:-TAG_BYTES], data[-TAG_BYTES:]
        made = RawCipher(self._algorithm, modes.GCM(nonce, tag)).decryptor()
        made.authenticate_additional_data(associated_data)
        return made.update(text) + made.finalize()


class Cipher(NamedTuple):
    """A cipher: its name, the length of its keys (which tells it), and the hash beside it."""

    name: CipherName
    key_bytes: int
    hash: str

    def box(self, key: bytes) -> Box:
        """Ready to seal and to open with a key of `key_bytes`."""
        assert len(key) == self.key_bytes, f"{self.name} takes {self.key_bytes} bytes"
        return Box(AESGCM(key) if self.name == "aes-256-gcm" else _Sm4Gcm(key))


class Box:
    """Seals and opens with one key."""

    def __init__(self, aead: _Aead) -> None:
        self._aead = aead

    def seal(self, plain: bytes, place: bytes) -> bytes:
        """Nonce, ciphertext and tag, bound to the place where it is kept."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._aead.encrypt(nonce, plain, place)

    def open(self, sealed: bytes, place: bytes) -> bytes:
        """What was sealed; raises NotOpened."""
        if len(sealed) < NONCE_BYTES + TAG_BYTES:
            raise NotOpened
        try:
            return self._aead.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], place)
        except (InvalidTag, ValueError):
            raise NotOpened from None


CIPHERS: Final[dict[str, Cipher]] = {
    one.name: one
    for one in (
        Cipher("aes-256-gcm", 32, "sha256"),
        Cipher("sm4-gcm", 16, "sm3"),
    )
}
BY_KEY_BYTES: Final = {one.key_bytes: one for one in CIPHERS.values()}
