"""SM2 signatures with SM3 (GB/T 32918.2, the curve of GB/T 32918.5): made by openssl, checked here.

The program openssl (3.0 or newer) signs: it is kept well, and its time does not tell the key, which
reaches it through a pipe and never lies on a disk. Checking needs no secret and is arithmetic, so
that it works anywhere; tests hold it to the example of the standard and to openssl.
"""

from __future__ import annotations

import os
import subprocess
from typing import Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

_P: Final = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
_A: Final = _P - 3
_B: Final = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
_N: Final = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
_G: Final = (
    0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
    0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0,
)
SIGNER: Final = b"1234567812345678"  # who signs, where nobody is named (GM/T 0009)
PUBLIC_BYTES: Final = 64  # both coordinates
SIGNATURE_BYTES: Final = 64  # r and s
NUMBER_BYTES: Final = 32
SECONDS_MAX: Final = 20.0  # of one signature; it takes some 10 ms
CURVE_OID: Final = bytes.fromhex("06082a811ccf5501822d")  # 1.2.156.10197.1.301
Point = tuple[int, int] | None  # None is the point at infinity


class CannotSign(Exception):
    """There is no openssl that signs with SM2; the message says what to do."""


def private_number(secret: bytes) -> int:
    """The private key that 32 secret bytes stand for: 1 to n-2."""
    return int.from_bytes(secret) % (_N - 2) + 1


def public_of(number: int) -> bytes:
    """The public half of a private key: both coordinates, 32 bytes each."""
    told = _openssl(["pkey", "-inform", "DER", "-pubout", "-outform", "DER"], number, b"", "-in")
    return told[-PUBLIC_BYTES:]


def sign(number: int, said: bytes) -> bytes:
    """A signature, r and s with 32 bytes each."""
    asks = ["dgst", "-sm3", "-sigopt", f"distid:{SIGNER.decode()}", "-keyform", "DER"]
    r, s = decode_dss_signature(_openssl(asks, number, said, "-sign"))
    return r.to_bytes(NUMBER_BYTES) + s.to_bytes(NUMBER_BYTES)


def _openssl(asks: list[str], number: int, said: bytes, takes_key: str) -> bytes:
    """What openssl answers; the key goes through a pipe."""
    out, into = os.pipe()
    try:
        os.write(into, _private_der(number))
        os.close(into)
        done = subprocess.run(
            ["openssl", *asks, takes_key, f"/dev/fd/{out}"],
            input=said,
            capture_output=True,
            pass_fds=(out,),
            timeout=SECONDS_MAX,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as missing:
        raise CannotSign(f"SM2 签名要用 openssl 程序（3.0 以上），请安装：{missing}") from missing
    finally:
        os.close(out)
    if done.returncode != 0 or not done.stdout:
        raise CannotSign(
            f"openssl 不能用 SM2 签名，要 3.0 以上：{done.stderr.decode(errors='replace')[:200]}"
        )
    return done.stdout


def _private_der(number: int) -> bytes:
    """An ECPrivateKey (RFC 5915) without its public half, which openssl works out."""
    named = b"\xa0" + bytes([len(CURVE_OID)]) + CURVE_OID
    inside = b"\x02\x01\x01\x04\x20" + number.to_bytes(NUMBER_BYTES) + named
    return b"\x30" + bytes([len(inside)]) + inside


# ── checked ──────────────────────────────────────────────────────────────────────────────────────


def is_good(public: bytes, signature: bytes, said: bytes, signer: bytes = SIGNER) -> bool:
    """Whether whoever has the private half of `public` signed this."""
    if len(public) != PUBLIC_BYTES or len(signature) != SIGNATURE_BYTES:
        return False
    key = (int.from_bytes(public[:NUMBER_BYTES]), int.from_bytes(public[NUMBER_BYTES:]))
    r, s = (int.from_bytes(part) for part in (signature[:NUMBER_BYTES], signature[NUMBER_BYTES:]))
    total = (r + s) % _N
    if not (0 < r < _N and 0 < s < _N and total and _on_curve(key)):
        return False
    digest = int.from_bytes(_sm3(_of_signer(public, signer) + said))
    point = _sum_of(s, _G, total, key)
    return point is not None and (digest + point[0]) % _N == r


def _of_signer(public: bytes, signer: bytes) -> bytes:
    """Z: the digest of who signs, the curve and the key, in front of what is signed."""
    length = (len(signer) * 8).to_bytes(2)
    numbers = b"".join(one.to_bytes(NUMBER_BYTES) for one in (_A, _B, *_G))
    return _sm3(length + signer + numbers + public)


def _sm3(content: bytes) -> bytes:
    digest = hashes.Hash(hashes.SM3())
    digest.update(content)
    return digest.finalize()


def _on_curve(point: tuple[int, int]) -> bool:
    x, y = point
    return 0 <= x < _P and 0 <= y < _P and (y * y - (x * x * x + _A * x + _B)) % _P == 0


def _sum_of(one: int, at: Point, other: int, beside: Point) -> Point:
    """one·at + other·beside, both at once, from the highest bit down."""
    both = _plus(at, beside)
    found: Point = None
    for bit in reversed(range(_N.bit_length())):
        found = _plus(found, found)
        takes = (one >> bit & 1, other >> bit & 1)
        if takes != (0, 0):
            found = _plus(found, {(1, 0): at, (0, 1): beside, (1, 1): both}[takes])
    return found


def _plus(one: Point, other: Point) -> Point:
    if one is None or other is None:
        return other if one is None else one
    if one[0] == other[0]:
        if (one[1] + other[1]) % _P == 0:
            return None
        slope = (3 * one[0] * one[0] + _A) * pow(2 * one[1], -1, _P)
    else:
        slope = (other[1] - one[1]) * pow(other[0] - one[0], -1, _P)
    x = (slope * slope - one[0] - other[0]) % _P
    return x, (slope * (one[0] - x) - one[1]) % _P
