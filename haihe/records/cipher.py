"""Authenticated encryption by the cipher an installation chose: AES-256-GCM or SM4-GCM.

HAIHE_CIPHER is `aes` (default) or `sm4` (GB/T 32907-2016; 密码法, 个人信息保护法 51). What was
sealed says by its first byte with which, so a changed setting holds for what is sealed later.
"""

from __future__ import annotations

import os
from typing import Final, Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from haihe.records.home import UnusableSetting

CipherName = Literal["aes", "sm4"]
KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
TAG_BYTES: Final = 16
SM4_KEY_BYTES: Final = 16
MARKS: Final[dict[CipherName, int]] = {"aes": 1, "sm4": 2}


class NotOpened(Exception):
    """A sealed value does not open: another key or place, or changed bytes."""


def cipher_name() -> CipherName:
    """HAIHE_CIPHER: `aes` (default) or `sm4`. Raises UnusableSetting."""
    for name in MARKS:
        if os.environ.get("HAIHE_CIPHER", "aes").lower() == name:
            return name
    raise UnusableSetting("HAIHE_CIPHER must be aes or sm4")


def seal(key: bytes, plain: bytes, place: bytes) -> bytes:
    """Mark, nonce, ciphertext and tag of `plain`, bound to where it belongs; `key` has 32 bytes."""
    mark, nonce = MARKS[cipher_name()], os.urandom(NONCE_BYTES)
    encryptor = Cipher(_algorithm(mark, key), modes.GCM(nonce)).encryptor()
    encryptor.authenticate_additional_data(place)
    sealed = encryptor.update(plain) + encryptor.finalize()
    return bytes([mark]) + nonce + sealed + encryptor.tag


def unseal(key: bytes, sealed: bytes, place: bytes) -> bytes:
    """What was sealed; raises NotOpened."""
    nonce, rest = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
    if len(rest) < TAG_BYTES or sealed[0] not in MARKS.values():
        raise NotOpened("too short, or sealed by a cipher that is not known")
    mode = modes.GCM(nonce, rest[-TAG_BYTES:])
    decryptor = Cipher(_algorithm(sealed[0], key), mode).decryptor()
    decryptor.authenticate_additional_data(place)
    try:
        return decryptor.update(rest[:-TAG_BYTES]) + decryptor.finalize()
    except InvalidTag:
        raise NotOpened("another key or place, or changed bytes") from None


def _algorithm(mark: int, key: bytes) -> algorithms.AES256 | algorithms.SM4:
    assert len(key) == KEY_BYTES
    if mark == MARKS["aes"]:
        return algorithms.AES256(key)
    return algorithms.SM4(HKDF(hashes.SHA256(), SM4_KEY_BYTES, None, b"sm4").derive(key))
