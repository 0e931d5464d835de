"""Signed statements in compact form (RFC 7515), with Ed25519 (RFC 8037) or SM2: made and checked.

The algorithm is that of the key, never the statement's own; a key is found by its id among those
we publish. For SM2 with SM3 no name is registered, so its object identifier is its name (RFC 7515,
4.1.1 asks for a name that nobody else has).
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from haihe.records import sm2

ED25519: Final = "EdDSA"
SM2: Final = "urn:oid:1.2.156.10197.1.501"
SM2_CURVE: Final = "urn:oid:1.2.156.10197.1.301"
TEXT_CHARACTERS_MAX: Final = 20_000
PARTS: Final = 3


class NotSigned(ValueError):
    """The text is no statement of ours, or was changed; the message says which, in Chinese."""


def algorithm_of(public: bytes) -> str:
    """What a public key signs with: SM2 keys have both coordinates."""
    return SM2 if len(public) == sm2.PUBLIC_BYTES else ED25519


def signed(
    claims: Mapping[str, Any],
    key_id: str,
    sort: str,
    sign: Callable[[bytes], bytes],
    algorithm: str = ED25519,
) -> str:
    """A statement: header, claims and signature, each in base64url."""
    header = msgspec.json.encode({"alg": algorithm, "kid": key_id, "typ": sort})
    said = b".".join((letters(header), letters(msgspec.json.encode(claims))))
    return b".".join((said, letters(sign(said)))).decode()


def claims_of(text: str, keys: Mapping[str, bytes], sort: str) -> dict[str, Any]:
    """The claims of a statement that one of these keys signed (32 bytes, SM2 64; by id)."""
    parts = text.strip().split(".")
    if len(parts) != PARTS or len(text) > TEXT_CHARACTERS_MAX:
        raise NotSigned("这不是一张电子证照：内容不完整或者不是证照")
    try:
        header = msgspec.json.decode(raw(parts[0]), type=dict[str, str])
        signature = raw(parts[2])
    except (binascii.Error, UnicodeError, msgspec.MsgspecError, ValueError):
        raise NotSigned("这不是一张电子证照：内容不完整或者不是证照") from None
    if header.get("alg") not in (ED25519, SM2) or header.get("typ") != sort:
        raise NotSigned("这不是本系统签发的电子证照")
    public = keys.get(header.get("kid", ""))
    if public is None:
        raise NotSigned("签发的密钥不在公布的名单里，请先更新名单再验")
    if header["alg"] != algorithm_of(public):
        raise NotSigned("签名不对：内容被改动过，或者不是我们签发的")
    try:
        said = f"{parts[0]}.{parts[1]}".encode("ascii")
        _verify(public, signature, said)
        return msgspec.json.decode(raw(parts[1]), type=dict[str, Any])
    except InvalidSignature:
        raise NotSigned("签名不对：内容被改动过，或者不是我们签发的") from None
    except (binascii.Error, UnicodeError, msgspec.MsgspecError, ValueError):
        raise NotSigned("这不是一张电子证照：内容不完整或者不是证照") from None


def _verify(public: bytes, signature: bytes, said: bytes) -> None:
    """Raises InvalidSignature."""
    if algorithm_of(public) == ED25519:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, said)
    elif not sm2.is_good(public, signature, said):
        raise InvalidSignature


def letters(part: bytes) -> bytes:
    """base64url without padding."""
    return base64.urlsafe_b64encode(part).rstrip(b"=")


def raw(text: str) -> bytes:
    """What base64url letters stand for; raises binascii.Error."""
    if len(text) % 4 == 1:
        raise binascii.Error("not base64url")
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
