"""Personal fields sealed apart: encrypted with a key a matter, bound to the chain by digests.

A value is stored sealed as salt + JSON value (ciphers.py: AES-256-GCM or SM4-GCM, whichever was in
use when the matter's key was made); the event keeps only hash(salt + JSON [matter, seq, field,
value]). The salt lies inside the ciphertext, so once key or ciphertext is gone the digest tells
nothing about the value, and the chain still verifies.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from haihe.kernel.values import Data, Datum
from haihe.records import home
from haihe.records.chain import Hash, encode
from haihe.records.ciphers import BY_KEY_BYTES, CIPHERS, NotOpened
from haihe.records.keys import KeyStore, WrongKey, random_bytes

SALT_BYTES = 16

_decode_value: Callable[[bytes], Datum] = msgspec.json.Decoder(Datum).decode


class BrokenSeal(Exception):
    """A sealed value does not open, or is not the one the chain vouches for."""


class MatterKey:
    """The key of one matter, ready to seal and to open."""

    def __init__(self, matter: str, key: bytes) -> None:
        self._matter = matter
        self._box = BY_KEY_BYTES[len(key)].box(key)

    @classmethod
    def unwrapped(cls, matter: str, wrapped: bytes, keys: KeyStore) -> MatterKey:
        """The key as stored; raises WrongKey, KeyMissing, KeyUnavailable."""
        return cls(matter, keys.unwrap(wrapped, matter))

    def seal(self, seq: int, field: str, value: Datum, hash_of: Hash) -> tuple[str, bytes]:
        """The hex digest for the chain, and the ciphertext to store apart."""
        salt = random_bytes(SALT_BYTES)
        text = encode(value)
        sealed = self._box.seal(salt + text, self._place(seq, field))
        return self._digest(seq, field, salt, text, hash_of).hex(), sealed

    def open(self, seq: int, field: str, sealed: bytes, digest: str, hash_of: Hash) -> Datum:
        """The value; raises BrokenSeal when it was changed, swapped or re-sealed."""
        place = self._place(seq, field)
        try:
            plain = self._box.open(sealed, place)
        except NotOpened:
            raise BrokenSeal(f"{field} of event {seq} does not open") from None
        salt, text = plain[:SALT_BYTES], plain[SALT_BYTES:]
        if self._digest(seq, field, salt, text, hash_of).hex() != digest:
            raise BrokenSeal(f"{field} of event {seq} is not the value the chain vouches for")
        return _decode_value(text)

    def _place(self, seq: int, field: str) -> bytes:
        return f"{self._matter} {seq} {field}".encode()

    def _digest(self, seq: int, field: str, salt: bytes, text: bytes, hash_of: Hash) -> bytes:
        return hash_of(salt + encode((self._matter, seq, field)) + text)


def new_key(matter: str, keys: KeyStore) -> tuple[MatterKey, bytes]:
    """A fresh random key for a matter, of the cipher in use, and its wrapped form to store."""
    cipher = CIPHERS[home.cipher_name()]
    key = random_bytes(cipher.key_bytes)
    return MatterKey(matter, key), keys.wrap(key, matter)


def seal_all(
    key: MatterKey, seq: int, personal: Data, hash_of: Hash
) -> tuple[dict[str, str], list[tuple[str, bytes]]]:
    """Every personal field of one event: the digests by field, and (field, ciphertext) to store."""
    digests: dict[str, str] = {}
    sealed: list[tuple[str, bytes]] = []
    for field, value in personal.items():
        digests[field], ciphertext = key.seal(seq, field, value, hash_of)
        sealed.append((field, ciphertext))
    return digests, sealed


__all__ = ["BrokenSeal", "MatterKey", "WrongKey", "new_key", "seal_all"]
