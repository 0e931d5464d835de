"""Signed statements in compact form (RFC 7515) with Ed25519 (RFC 8037): made and checked, pure.

The algorithm is ours, never the statement's own; a key is found by its id among those we publish.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

ALGORITHM: Final = "EdDSA"
TEXT_CHARACTERS_MAX: Final = 20_000
PARTS: Final = 3


class NotSigned(ValueError):
    """The text is no statement of ours, or was changed; the message says which, in Chinese."""


def signed(
    claims: Mapping[str, Any], key_id: str, sort: str, sign: Callable[[bytes], bytes]
) -> str:
    """A statement: header, claims and signature, each in base64url."""
    header = msgspec.json.encode({"alg": ALGORITHM, "kid": key_id, "typ": sort})
    said = b".".join((letters(header), letters(msgspec.json.encode(claims))))
    return b".".join((said, letters(sign(said)))).decode()


def claims_of(text: str, keys: Mapping[str, bytes], sort: str) -> dict[str, Any]:
    """The claims of a statement that one of these keys signed (32 bytes each, by id)."""
    parts = text.strip().split(".")
    if len(parts) != PARTS or len(text) > TEXT_CHARACTERS_MAX:
        raise NotSigned("这不是一张电子证照：内容不完整或者不是证照")
    try:
        header = msgspec.json.decode(raw(parts[0]), type=dict[str, str])
        signature = raw(parts[2])
    except (binascii.Error, UnicodeError, msgspec.MsgspecError, ValueError):
        raise NotSigned("这不是一张电子证照：内容不完整或者不是证照") from None
    if header.get("alg") != ALGORITHM or header.get("typ") != sort:
        raise NotSigned("这不是本系统签发的电子证照")
    public = keys.get(header.get("kid", ""))
    if public is None:
        raise NotSigned("签发的密钥不在公布的名单里，请先更新名单再验")
    try:
        said = f"{parts[0]}.{parts[1]}".encode("ascii")
        Ed25519PublicKey.from_public_bytes(public).verify(signature, said)
        return msgspec.json.decode(raw(parts[1]), type=dict[str, Any])
    except InvalidSignature:
        raise NotSigned("签名不对：内容被改动过，或者不是我们签发的") from None
    except (binascii.Error, UnicodeError, msgspec.MsgspecError, ValueError):
        raise NotSigned("这不是一张电子证照：内容不完整或者不是证照") from None


def letters(part: bytes) -> bytes:
    """base64url without padding."""
    return base64.urlsafe_b64encode(part).rstrip(b"=")


def raw(text: str) -> bytes:
    """What base64url letters stand for; raises binascii.Error."""
    if len(text) % 4 == 1:
        raise binascii.Error("not base64url")
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
