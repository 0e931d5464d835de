"""Citizens who signed in: by a code sent to their phone, or by the national identity provider.

Of a phone and of a provider's subject only keyed tags are kept (个人信息保护法 6: no more than
needed). A code is six digits, kept as a keyed digest for CODE_LASTS, compared in constant time,
tried CODE_TRIES_MAX times at most and worth one sign-in.
"""

from __future__ import annotations

import hmac
import re
import secrets
import unicodedata
from datetime import datetime, timedelta
from typing import Final

import msgspec

from haihe.records import attempts
from haihe.records.attempts import Quota
from haihe.records.database import Connection, reading_connection, writing
from haihe.records.instants import stored
from haihe.records.tags import TAG_BYTES, tag, tags

CODE_DIGITS: Final = 6
CODE_LASTS: Final = timedelta(minutes=5)
CODE_TRIES_MAX: Final = 5
BETWEEN_CODES: Final = Quota(1, timedelta(seconds=60))
CODES_TO_PHONE: Final = Quota(8, timedelta(hours=24))
CODES_FROM_ADDRESS: Final = Quota(20, timedelta(hours=1))
ID_BYTES: Final = 16

_PHONE: Final = re.compile(r"1[3-9]\d{9}")


class Citizen(msgspec.Struct, frozen=True):
    """A signed-in citizen; `phone` is masked (139****0001), "" when no phone is known.

    `phone_tags` are the tags under which this phone may be stored, the newest key's first.
    """

    id: str
    phone: str
    phone_tags: tuple[bytes, ...]


class Sent(msgspec.Struct, frozen=True):
    """A code to send to this phone now; it is told nowhere else."""

    phone: str
    code: str


class Wait(msgspec.Struct, frozen=True):
    """No code yet: too many were asked for."""

    length: timedelta


def plain_phone(typed: str) -> str:
    """A telephone as it was typed, without blanks, brackets and dashes."""
    return re.sub(r"[\s()（）\-－—]", "", unicodedata.normalize("NFKC", typed))


def normal_phone(typed: str) -> str | None:
    """A mobile number as it was typed (blanks, +86, full-width digits), or None."""
    plain = plain_phone(typed).removeprefix("+86").removeprefix("0086")
    return plain if _PHONE.fullmatch(plain) else None


def masked_phone(phone: str) -> str:
    """139****0001."""
    return f"{phone[:3]}****{phone[-4:]}"


def phone_tags(phone: str) -> tuple[bytes, ...]:
    """The tags of a normal phone number; store the first, look for all."""
    return tuple(tags("phone", phone))


# ── By a code to the phone ───────────────────────────────────────────────────────────────────


def new_code(phone: str, address: str, now: datetime) -> Sent | Wait:
    """A code for this phone, asked for from this address; the one before is worth nothing now."""
    for sort, word, quota in (
        ("codes from address", address, CODES_FROM_ADDRESS),
        ("code to phone", phone, BETWEEN_CODES),
        ("codes to phone", phone, CODES_TO_PHONE),
    ):
        length = attempts.take(sort, word, quota, now)
        if length:
            return Wait(length)
    code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
    row = (tag("phone code", phone), _digest(phone, code), stored(now + CODE_LASTS), 0)
    connection = reading_connection()
    with writing(connection):
        connection.run("DELETE FROM phone_code WHERE expires_at < ?", (stored(now),))
        connection.replace("phone_code", [row])
    return Sent(phone, code)


def by_code(phone: str, code: str, address: str, now: datetime) -> Citizen | Wait | None:
    """The citizen who typed the right code; None if it is wrong, used, old or tried too often."""
    length = attempts.begin("code from address", address, attempts.CODE_FROM_ADDRESS, now)
    if length:
        return Wait(length)
    key = tag("phone code", phone)
    connection = reading_connection()
    with writing(connection):
        rows = connection.rows(
            "UPDATE phone_code SET tries = tries + 1 "
            "WHERE phone_tag = ? AND tries < ? AND expires_at > ? RETURNING digest",
            (key, CODE_TRIES_MAX, stored(now)),
        )
        typed = unicodedata.normalize("NFKC", code).strip()
        kept = bytes(rows[0][0]) if rows else b"\0" * TAG_BYTES
        right = hmac.compare_digest(kept, _digest(phone, typed)) and bool(rows)
        if right:
            connection.run("DELETE FROM phone_code WHERE phone_tag = ?", (key,))
    if not right:
        return None
    attempts.uncount("code from address", address)
    return _known("phone_tag", phone_tags(phone), now, phone)


def _digest(phone: str, code: str) -> bytes:
    return tag("code", f"{phone}\0{code}")


# ── By the national identity provider ────────────────────────────────────────────────────────


def by_subject(issuer: str, subject: str, phone: str | None, now: datetime) -> Citizen:
    """The citizen an identity provider vouches for; `phone` only if the provider checked it."""
    return _known("subject_tag", tuple(tags("subject", f"{issuer}\0{subject}")), now, phone or "")


def _known(column: str, found_by: tuple[bytes, ...], now: datetime, phone: str) -> Citizen:
    """The citizen's row, made at the first sign-in; signing in again changes when it was seen."""
    connection = reading_connection()
    with writing(connection):
        citizen = _row(connection, column, found_by)
        if citizen is None:
            citizen = secrets.token_hex(ID_BYTES)
            own = {"phone_tag": None, "subject_tag": None, column: found_by[0]}
            row = (citizen, own["phone_tag"], own["subject_tag"], stored(now), stored(now))
            connection.insert("citizen", [row])
        else:
            connection.run(
                f"UPDATE citizen SET seen_at = ?, {column} = ? WHERE citizen_id = ?",
                (stored(now), found_by[0], citizen),
            )
    return Citizen(
        id=citizen,
        phone=masked_phone(phone) if phone else "",
        phone_tags=phone_tags(phone) if phone else (),
    )


def _row(connection: Connection, column: str, found_by: tuple[bytes, ...]) -> str | None:
    marks = ", ".join("?" * len(found_by))
    rows = connection.rows(f"SELECT citizen_id FROM citizen WHERE {column} IN ({marks})", found_by)
    return str(rows[0][0]) if rows else None
