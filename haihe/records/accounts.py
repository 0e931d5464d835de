"""Staff accounts: who may act for which organ in which roles.

Passwords and log-in are Django's; table staff adds organ and roles. A person's id in the journal is
the account's name. Tokens of machines: clients.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from haihe.records.database import Row, place, reading_connection
from haihe.records.rules import current
from haihe.records.shown import Reader

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser, AnonymousUser

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


def reader_of(user: AbstractBaseUser | AnonymousUser) -> Reader | None:
    """The member of staff behind a Django user, or None (a citizen, somebody not logged in)."""
    if not user.is_authenticated or not getattr(user, "is_active", False):
        return None
    return reader_of_user_id(int(user.pk))


def reader_of_user_id(user_id: int) -> Reader | None:
    """The member of staff behind an account, or None."""
    rows = reading_connection().rows(
        f"SELECT {STAFF_COLUMNS} FROM staff WHERE user_id = ?", (user_id,)
    )
    return _reader(rows[0]) if rows else None


def user_id_of(person: str) -> int | None:
    """The account of a member of staff, or None."""
    rows = reading_connection().rows("SELECT user_id FROM staff WHERE person = ?", (person,))
    return int(rows[0][0]) if rows else None


def person_of_user_id(user_id: int) -> str:
    """The member of staff of an account, or ""."""
    rows = reading_connection().rows("SELECT person FROM staff WHERE user_id = ?", (user_id,))
    return str(rows[0][0]) if rows else ""


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
