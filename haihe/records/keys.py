"""The keys of an installation: a master key that wraps the key of each matter, and derived secrets.

`KeyStore` is the seam for a hardware module: it wraps and unwraps 32-byte keys and derives secrets,
and nothing else ever sees the master key.
"""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from haihe.records import home
from haihe.records.codes import CodeKeys

KEY_BYTES = 32
NONCE_BYTES = 12


class WrongKey(Exception):
    """A key does not open what it should: another master key, or a changed ciphertext."""


class KeyStore(Protocol):
    """Keeps the master key."""

    def wrap(self, key: bytes, owner: str) -> bytes:
        """`key` encrypted under the master key, bound to its owner (a matter's id)."""

    def unwrap(self, wrapped: bytes, owner: str) -> bytes:
        """The key again; raises WrongKey."""

    def derive(self, purpose: str) -> bytes:
        """A 32-byte secret for one purpose, always the same."""


class FileKeyStore:
    """The master key in a file of 32 bytes: HAIHE_MASTER_KEY_FILE, else HAIHE_HOME/master.key."""

    def __init__(self, file: Path | None = None) -> None:
        named = os.environ.get("HAIHE_MASTER_KEY_FILE")
        path = file or (Path(named) if named else None)
        self._master = home.secret_file("master.key", KEY_BYTES, path)
        self._cipher = AESGCM(self._master)

    def wrap(self, key: bytes, owner: str) -> bytes:
        """Nonce and AES-256-GCM ciphertext."""
        nonce = random_bytes(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, key, owner.encode())

    def unwrap(self, wrapped: bytes, owner: str) -> bytes:
        """The key again; raises WrongKey."""
        try:
            return self._cipher.decrypt(
                wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], owner.encode()
            )
        except (InvalidTag, ValueError):
            raise WrongKey(f"the key of matter {owner} does not open") from None

    def derive(self, purpose: str) -> bytes:
        """HKDF-SHA-256 of the master key."""
        return HKDF(hashes.SHA256(), KEY_BYTES, None, purpose.encode()).derive(self._master)


@lru_cache(maxsize=4)
def _store(_home: Path, _named: str | None) -> FileKeyStore:
    return FileKeyStore()


def store() -> KeyStore:
    """The key store of this installation."""
    return _store(home.home(), os.environ.get("HAIHE_MASTER_KEY_FILE"))


def code_keys(keys: KeyStore) -> CodeKeys:
    """The secrets behind follow codes."""
    return CodeKeys(code=keys.derive("follow code"), tag=keys.derive("follow tag"))


def command_secret(keys: KeyStore) -> bytes:
    """The secret that keys the digests of commands (they hold personal values: no plain hash)."""
    return keys.derive("command digest")


def signing_key() -> Ed25519PrivateKey:
    """The key that signs seals, HAIHE_HOME/seal.key; its public half lies beside it (PEM)."""
    key = Ed25519PrivateKey.from_private_bytes(home.secret_file("seal.key", KEY_BYTES))
    public = home.home() / "seal.pub"
    if not public.exists():
        public.write_bytes(
            key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        )
    return key


def random_bytes(size: int) -> bytes:
    """Unpredictable bytes for keys, nonces, salts and ids."""
    return os.urandom(size)


def public_key() -> bytes:
    """The public half of the signing key, 32 bytes."""
    return signing_key().public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
