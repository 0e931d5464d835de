"""Signed tokens of machines: for which account, for what (scopes), until when; withdrawn at will.

A token is a compact JWS (RFC 7515) with Ed25519, signed by a key derived from the key `api`, whose
version its header names: what was not signed here is refused without asking the database. Its row
says whether it still stands, so a withdrawal counts within SECONDS_KEPT everywhere. The token
itself is kept nowhere.
"""

from __future__ import annotations

import base64
import binascii
import secrets
import time
from collections import OrderedDict
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Final

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from haihe.records import accounts, keys
from haihe.records.database import Row, place, reading_connection
from haihe.records.instants import restored, stored
from haihe.records.shown import Reader

# What a token may be for; a route of the machine door asks for one of them.
SCOPES: Final = {"steps:open": "登记新的事项", "steps:act": "办理已有的事项"}
DAYS_MAX: Final = 366
SECONDS_KEPT: Final = 20.0  # a withdrawn token stops working within this time, promised: 30
TOKENS_KEPT: Final = 10_000
TOKEN_LENGTH_MAX: Final = 1_000
LABEL_MAX: Final = 60
LISTED_MAX: Final = 500

_ID_BYTES: Final = 12
_COLUMNS: Final = (
    "token_id, user_id, label, scopes, made_by, made_at, expires_at, withdrawn_at, withdrawn_by"
)


class UnusableToken(ValueError):
    """A token that cannot be issued; the message says why."""


class Issued(msgspec.Struct, frozen=True):
    """A new token: `text` is shown this once, `id` names it in the list."""

    id: str
    text: str


class Client(msgspec.Struct, frozen=True):
    """Who stands behind a token, and what the token is for."""

    id: str
    reader: Reader
    scopes: frozenset[str]
    expires_at: int  # seconds since 1970


class TokenLine(msgspec.Struct, frozen=True):
    """A token as the list of tokens shows it."""

    id: str
    person: str
    label: str
    scopes: tuple[str, ...]
    made_by: str
    made_at: datetime
    expires_at: datetime
    withdrawn_at: datetime | None
    withdrawn_by: str


class _Claims(msgspec.Struct, frozen=True):
    jti: str
    sub: int  # id of the account
    scope: str
    iat: int
    exp: int


_HEADER: Final = {"alg": "EdDSA", "typ": "haihe-client+jwt"}
_claims = msgspec.json.Decoder(_Claims).decode
_scopes = msgspec.json.Decoder(tuple[str, ...]).decode


def issue_token(
    person: str,
    *,
    scopes: Collection[str],
    label: str,
    made_by: str,
    lasts: timedelta = timedelta(days=90),
    now: datetime | None = None,
) -> Issued:
    """A new token for the machines of an account, at most DAYS_MAX days. Raises UnusableToken."""
    strange = sorted(set(scopes) - set(SCOPES))
    if strange or not scopes:
        raise UnusableToken(f"scopes are one or more of {', '.join(SCOPES)}; not {strange}")
    if not timedelta(0) < lasts <= timedelta(days=DAYS_MAX):
        raise UnusableToken(f"a token lasts at most {DAYS_MAX} days")
    if not 0 < len(label) <= LABEL_MAX:
        raise UnusableToken(f"a token needs a label of at most {LABEL_MAX} characters")
    user_id = accounts.user_id_of(person)
    if user_id is None:
        raise UnusableToken(f"there is no staff account {person}")
    made_at = (now or datetime.now(UTC)).replace(microsecond=0)
    expires_at = made_at + lasts
    token_id = secrets.token_hex(_ID_BYTES)
    claims = _Claims(
        jti=token_id,
        sub=user_id,
        scope=" ".join(sorted(scopes)),
        iat=int(made_at.timestamp()),
        exp=int(expires_at.timestamp()),
    )
    kept = msgspec.json.encode(sorted(scopes)).decode()
    row = (token_id, user_id, label, kept, made_by, stored(made_at), stored(expires_at), None, "")
    reading_connection().insert("client_token", [row])
    return Issued(token_id, _signed(claims))


def client_by_token(token: str) -> Client | None:
    """Who stands behind a token that is ours, not expired and not withdrawn; else None."""
    if len(token) > TOKEN_LENGTH_MAX:
        return None
    key = (place(), token)
    known = _by_token.get(key)
    if known is not None and time.monotonic() - known[0] < SECONDS_KEPT:
        return known[1] if time.time() < known[1].expires_at else None
    _by_token.pop(key, None)
    client = _looked_up(token)
    if client is None:
        return None
    if len(_by_token) >= TOKENS_KEPT:
        _by_token.popitem(last=False)
    _by_token[key] = (time.monotonic(), client)
    return client


_by_token: OrderedDict[tuple[Any, str], tuple[float, Client]] = OrderedDict()


def withdraw_token(token_id: str, *, by: str) -> int:
    """Make one token useless; gives how many were withdrawn (0: there is none that stands)."""
    return _withdraw("token_id = ?", token_id, by)


def withdraw_tokens(person: str, *, by: str) -> int:
    """Make every token of an account useless; gives how many there were."""
    return _withdraw("user_id = ?", accounts.user_id_of(person), by)


def tokens() -> list[TokenLine]:
    """The newest LISTED_MAX tokens, those that no longer stand included."""
    rows = reading_connection().rows(
        f"SELECT {_COLUMNS} FROM client_token ORDER BY made_at DESC, token_id LIMIT {LISTED_MAX}"
    )
    return [_line(row) for row in rows]


def _withdraw(which: str, value: object, by: str) -> int:
    withdrawn = reading_connection().run(
        f"UPDATE client_token SET withdrawn_at = ?, withdrawn_by = ? "
        f"WHERE {which} AND withdrawn_at IS NULL",
        (stored(datetime.now(UTC)), by, value),
    )
    _by_token.clear()
    return withdrawn


def _looked_up(token: str) -> Client | None:
    claims = _verified(token)
    if claims is None or time.time() >= claims.exp:
        return None
    rows = reading_connection().rows(
        "SELECT scopes, expires_at FROM client_token "
        "WHERE token_id = ? AND user_id = ? AND withdrawn_at IS NULL",
        (claims.jti, claims.sub),
    )
    if not rows or stored(datetime.now(UTC)) >= rows[0][1]:
        return None
    reader = accounts.reader_of_user_id(claims.sub)
    if reader is None:
        return None
    scopes = frozenset(_scopes(rows[0][0])) & frozenset(claims.scope.split())
    return Client(claims.jti, reader, scopes, claims.exp)


def _line(row: Row) -> TokenLine:
    token_id, user_id, label, scopes, made_by, made_at, expires_at, withdrawn_at, withdrawn_by = row
    return TokenLine(
        id=token_id,
        person=accounts.person_of_user_id(user_id),
        label=label,
        scopes=_scopes(scopes),
        made_by=made_by,
        made_at=restored(made_at, UTC),
        expires_at=restored(expires_at, UTC),
        withdrawn_at=None if withdrawn_at is None else restored(withdrawn_at, UTC),
        withdrawn_by=withdrawn_by,
    )


# ── Signing ──────────────────────────────────────────────────────────────────────────────────


@lru_cache(maxsize=4)
def _key(secret: bytes) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(secret)


def _signing_key(number: int) -> Ed25519PrivateKey:
    return _key(keys.store().key("api").secret("client tokens", number))


def _signed(claims: _Claims) -> str:
    number = keys.store().key("api").newest.number
    parts = (msgspec.json.encode({**_HEADER, "kid": str(number)}), msgspec.json.encode(claims))
    said = b".".join(_letters(part) for part in parts)
    return b".".join((said, _letters(_signing_key(number).sign(said)))).decode()


def _verified(token: str) -> _Claims | None:
    """The claims of a token that this installation signed; the algorithm is ours, never its own."""
    said, _, signature = token.rpartition(".")
    try:
        header, _, claims = said.partition(".")
        told = msgspec.json.decode(_bytes(header), type=dict[str, str])
        number = int(told.pop("kid", "0"))
        if told != _HEADER or not 0 < number <= keys.VERSIONS_MAX:
            return None
        public = _signing_key(number).public_key()
        public.verify(_bytes(signature), said.encode("ascii"))
        return _claims(_bytes(claims))
    except (
        InvalidSignature,
        UnicodeError,
        binascii.Error,
        ValueError,
        msgspec.MsgspecError,
        keys.KeyMissing,
    ):
        return None


def _letters(part: bytes) -> bytes:
    return base64.urlsafe_b64encode(part).rstrip(b"=")


def _bytes(letters: str) -> bytes:
    return base64.urlsafe_b64decode(letters + "=" * (-len(letters) % 4))
