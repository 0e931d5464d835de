"""HTTP Message Signatures (RFC 9421) with Ed25519 and Content-Digest (RFC 9530), as we use them.

A profile, not the whole of the RFC: fields and @method, @path, @query, @authority and @status; the
parameters `req` (of the request an answer belongs to) and `key` (one member of a dictionary field).
What is not in it is refused, never guessed.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

ALGORITHM: Final = "ed25519"
SIGNATURE_BYTES: Final = 64
COMPONENTS_MAX: Final = 20
FIELD_CHARACTERS_MAX: Final = 4_000
FRESH: Final = timedelta(minutes=5)  # how old a signature may be
AHEAD: Final = timedelta(seconds=60)  # how far the clock of the other may be ahead

_ITEM: Final = re.compile(r'"(@?[a-z0-9-]+)"((?:;(?:req|key="[a-z0-9-]+"))*)')
_PARAMETER: Final = re.compile(r';([a-z]+)=(?:(\d{1,15})|"([\x20\x21\x23-\x5b\x5d-\x7e]*)")')
_MEMBER: Final = re.compile(r"([a-z][a-z0-9-]*)=")


class Unsigned(ValueError):
    """A message is not signed as it should be; the message says why, in Chinese."""


class Message(NamedTuple):
    """A request, or an answer (`status`, then without method); names of headers are lower case."""

    headers: Mapping[str, str]
    method: str = ""
    authority: str = ""
    path: str = ""
    query: str = ""
    status: int = 0


class Parameters(NamedTuple):
    """What a signature says about itself."""

    components: tuple[str, ...]  # as they stand: "@method", "signature";req;key="ask"
    created: int
    key_id: str
    text: str  # all of it, as the signature covers it


def digest_of(body: bytes) -> str:
    """The value of Content-Digest."""
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"


def parameters(
    components: Sequence[str], created: int, key_id: str, more: Mapping[str, str] | None = None
) -> Parameters:
    """What a new signature says about itself; `components` as they stand, with their quotes."""
    text = f'({" ".join(components)});created={created};keyid="{key_id}"'
    for name, value in (more or {}).items():
        text += f';{name}="{value}"'
    return _read(text)


def base_of(said: Parameters, message: Message, request: Message | None = None) -> bytes:
    """The signature base (section 2.5): a line a component, then the parameters."""
    lines = [f"{one}: {_value(one, message, request)}" for one in said.components]
    return "\n".join([*lines, f'"@signature-params": {said.text}']).encode("ascii")


def signed(
    label: str,
    said: Parameters,
    message: Message,
    sign: Callable[[bytes], bytes],
    request: Message | None = None,
) -> dict[str, str]:
    """The two header fields that carry the signature."""
    signature = base64.b64encode(sign(base_of(said, message, request))).decode()
    return {"signature-input": f"{label}={said.text}", "signature": f"{label}=:{signature}:"}


def checked(
    label: str,
    message: Message,
    keys: Mapping[str, bytes],
    covers: Sequence[str],
    now: datetime,
    body: bytes,
    request: Message | None = None,
) -> Parameters:
    """Check a message signed with `label` by one of `keys` (32 bytes each, by their ids).

    It must cover at least `covers` and its body by Content-Digest, and be fresh at `now`. Raises
    Unsigned.
    """
    said = _read(_member(message, "signature-input", label))
    lacking = [one for one in covers if one not in said.components]
    if lacking:
        raise Unsigned(f"签名没有盖住{'、'.join(lacking)}")
    made = datetime.fromtimestamp(said.created, UTC)
    if not now - FRESH <= made <= now + AHEAD:
        raise Unsigned("签名的时间不对：太旧，或者对方的时钟快了")
    if message.headers.get("content-digest") != digest_of(body):
        raise Unsigned("内容和摘要不符：不完整，或者被改动过")
    public = keys.get(said.key_id)
    if public is None:
        raise Unsigned("签名的密钥不在登记的名单里")
    try:
        text = base_of(said, message, request)
        key = Ed25519PublicKey.from_public_bytes(public)
        key.verify(_bytes(_member(message, "signature", label)), text)
    except (InvalidSignature, UnicodeError):
        raise Unsigned("签名不对：内容被改动过，或者不是它签的") from None
    return said


def _bytes(member: str) -> bytes:
    try:
        if len(member) < 2 or member[0] != ":" or member[-1] != ":":
            raise Unsigned("签名写得不对")
        return base64.b64decode(member[1:-1], validate=True)
    except binascii.Error:
        raise Unsigned("签名写得不对") from None


def _value(component: str, message: Message, request: Message | None) -> str:
    matched = _ITEM.fullmatch(component)
    if matched is None:
        raise Unsigned("签名用了不认识的成分")
    name, flags = matched[1], matched[2]
    of = request if ";req" in flags else message
    if of is None:
        raise Unsigned("签名要和请求连起来看，没有请求")
    if name.startswith("@"):
        return _derived(name, of)
    _, has_member, member = flags.partition(';key="')
    if has_member:
        return _member(of, name, member.partition('"')[0])
    value = of.headers.get(name)
    if value is None:
        raise Unsigned(f"签名盖住的 {name} 不在信里")
    return value.strip()


def _derived(name: str, message: Message) -> str:
    if name == "@status" and message.status:
        return str(message.status)
    told = {
        "@method": message.method,
        "@path": message.path or "/",
        "@query": f"?{message.query}",
        "@authority": message.authority.lower(),
    }
    if not message.method or name not in told:
        raise Unsigned("签名用了不认识的成分")
    return told[name]


def _member(message: Message, field: str, label: str) -> str:
    """One member of a dictionary field, as it stands."""
    text = message.headers.get(field, "")
    if len(text) > FIELD_CHARACTERS_MAX:
        raise Unsigned("签名太长")
    for part in _parts(text):
        matched = _MEMBER.match(part)
        if matched is not None and matched[1] == label:
            return part[matched.end() :]
    raise Unsigned("没有签名")


def _parts(text: str) -> list[str]:
    """The members of a dictionary field: commas within quotes do not part them."""
    parts, begun, quoted = [], 0, False
    for place, one in enumerate(text):
        if one == '"':
            quoted = not quoted
        elif one == "," and not quoted:
            parts.append(text[begun:place].strip())
            begun = place + 1
    return [*parts, text[begun:].strip()]


def _read(text: str) -> Parameters:
    """Parameters as they stand; anything that is not written exactly as we would is refused."""
    inner, closed, rest = text.partition(")")
    if not inner.startswith("(") or not closed:
        raise Unsigned("签名的说明写得不对")
    components = tuple(inner[1:].split(" ")) if len(inner) > 1 else ()
    if len(components) > COMPONENTS_MAX or len(set(components)) != len(components):
        raise Unsigned("签名的说明写得不对")
    if any(_ITEM.fullmatch(one) is None for one in components):
        raise Unsigned("签名用了不认识的成分")
    told: dict[str, str] = {}
    place = 0
    while place < len(rest):
        matched = _PARAMETER.match(rest, place)
        if matched is None or matched[1] in told:
            raise Unsigned("签名的说明写得不对")
        told[matched[1]] = matched[2] or matched[3] or ""
        place = matched.end()
    if told.get("alg", ALGORITHM) != ALGORITHM or not told.get("created", "").isdigit():
        raise Unsigned("签名不是 Ed25519，或者没有写时间")
    return Parameters(components, int(told["created"]), told.get("keyid", ""), text)
