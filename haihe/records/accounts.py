"""Staff accounts: who may act for which organ in which roles, and the tokens of their machines.

Passwords and log-in are Django's; table staff adds organ and roles. A person's id in the journal is
the account's name. Of a token only a hash is kept: it is 32 random bytes, so no salt is needed.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from collections import OrderedDict
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec

from haihe.records.database import Row, place, reading_connection
from haihe.records.instants import stored
from haihe.records.rules import current
from haihe.records.shown import Reader

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser, AnonymousUser

TOKEN_BYTES = 32
TOKENS_KEPT = 10_000
TOKEN_SECONDS_KEPT = 30.0  # a withdrawn token stops working within this time
ROLES_MAX = 50
STAFF_COLUMNS = "person, name, organ, roles, supervisor"

_decode_roles = msgspec.json.Decoder(tuple[str, ...]).decode


class UnusableAccount(ValueError):
    """An account that cannot be made; the message says why."""


def create_staff(
    person: str,
    *,
    name: str,
    organ: str,
    roles: Sequence[str],
    password: str | None = None,
    hashed: str | None = None,
    supervisor: bool = False,
) -> int:
    """A new account, or a known one changed; gives the id of its Django user.

    Without a password nobody can log in with it (a machine uses a token); `hashed` is one that
    Django's `make_password` has hashed already. Raises UnusableAccount.
    """
    from django.contrib.auth import get_user_model

    if not person or not organ or not 0 < len(roles) <= ROLES_MAX:
        raise UnusableAccount(f"an account needs a name, an organ and 1 to {ROLES_MAX} roles")
    user, _ = get_user_model().objects.get_or_create(username=person)
    if hashed is not None:
        user.password = hashed
    elif password is not None:
        user.set_password(password)
    else:
        user.set_unusable_password()
    user.save()
    reading_connection().run(
        f"INSERT INTO staff (user_id, {STAFF_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (user_id) DO UPDATE SET person = excluded.person, name = excluded.name, "
        "organ = excluded.organ, roles = excluded.roles, supervisor = excluded.supervisor",
        (user.pk, person, name, organ, msgspec.json.encode(list(roles)).decode(), supervisor),
    )
    forget_names()
    return int(user.pk)


def issue_token(person: str) -> str:
    """A new token for the machines of an account; it is shown this once. Raises UnusableAccount."""
    connection = reading_connection()
    rows = connection.rows("SELECT user_id FROM staff WHERE person = ?", (person,))
    if not rows:
        raise UnusableAccount(f"there is no staff account {person}")
    token = secrets.token_urlsafe(TOKEN_BYTES)
    connection.run(
        "INSERT INTO staff_token (digest, user_id, made_at) VALUES (?, ?, ?)",
        (_digest(token), rows[0][0], stored(datetime.now(UTC))),
    )
    return token


def withdraw_tokens(person: str) -> int:
    """Make every token of an account useless; gives how many there were."""
    return reading_connection().run(
        "DELETE FROM staff_token WHERE user_id IN (SELECT user_id FROM staff WHERE person = ?)",
        (person,),
    )


def reader_of(user: AbstractBaseUser | AnonymousUser) -> Reader | None:
    """The member of staff behind a Django user, or None (a citizen, somebody not logged in)."""
    if not user.is_authenticated or not getattr(user, "is_active", False):
        return None
    rows = reading_connection().rows(
        f"SELECT {STAFF_COLUMNS} FROM staff WHERE user_id = ?", (user.pk,)
    )
    return _reader(rows[0]) if rows else None


_by_token: OrderedDict[tuple[Any, str], tuple[float, Reader]] = OrderedDict()


def reader_by_token(token: str) -> Reader | None:
    """The account behind a token; kept in memory for TOKEN_SECONDS_KEPT."""
    key = (place(), token)
    known = _by_token.get(key)
    now = time.monotonic()
    if known is not None and now - known[0] < TOKEN_SECONDS_KEPT:
        return known[1]
    rows = reading_connection().rows(
        f"SELECT {STAFF_COLUMNS} FROM staff "
        "WHERE user_id IN (SELECT user_id FROM staff_token WHERE digest = ?)",
        (_digest(token),),
    )
    _by_token.pop(key, None)
    if not rows:
        return None
    if len(_by_token) >= TOKENS_KEPT:
        _by_token.popitem(last=False)
    reader = _reader(rows[0])
    _by_token[key] = (now, reader)
    return reader


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()


def _reader(row: Row) -> Reader:
    person, name, organ, roles, supervisor = row
    return Reader(
        person=person,
        name=name,
        organ=organ,
        organ_name=current().organ_name(organ),
        roles=_decode_roles(roles),
        supervisor=bool(supervisor),
    )


_names: dict[Any, dict[str, str]] = {}
NAMES_MAX = 200_000


def person_name(person: str) -> str:
    """The name of a member of staff; the id itself for anybody else."""
    known = _names.get(place())
    if known is None or (person not in known and len(known) < NAMES_MAX):
        rows = reading_connection().rows(
            "SELECT person, name FROM staff WHERE person = ?", (person,)
        )
        known = _names.setdefault(place(), {})
        known[person] = rows[0][1] if rows else person
    return known.get(person, person)


def forget_names() -> None:
    """Names were changed: read them again."""
    _names.clear()
