"""Staff accounts: which person signs in with which account, and the posts that person holds.

Passwords and log-in are Django's; who somebody is stands in table staff, what they may do in the
register of posts (posts.py). A person's id in the journal is the account's name. Tokens of
machines: clients.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from haihe.kernel.qualification import Held
from haihe.records import posts
from haihe.records.database import place, reading_connection
from haihe.records.posts import Post
from haihe.records.rules import current
from haihe.records.shown import Reader

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser, AnonymousUser


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
    post: str = "",
    since: date | None = None,
    qualifications: Sequence[Held] = (),
) -> int:
    """A new account with the one post it holds, or a known one changed; gives its Django user's id.

    Without a password nobody can log in with it (a machine uses a token); `hashed` is one that
    Django's `make_password` has hashed already. `post` names the post in words; it is held from
    `since`, today if not told, and every other holding ends. Raises UnusableAccount.
    """
    from django.contrib.auth import get_user_model

    if not person or not organ or not 0 < len(roles) <= posts.ROLES_MAX:
        raise UnusableAccount(f"an account needs a name, an organ and 1 to {posts.ROLES_MAX} roles")
    user, _ = get_user_model().objects.get_or_create(username=person)
    if hashed is not None:
        user.password = hashed
    elif password is not None:
        user.set_password(password)
    else:
        user.set_unusable_password()
    user.save()
    enrol(person, name, int(user.pk))
    try:
        for held in qualifications:
            posts.qualify(person, held)
        appoint(person, organ, roles, supervisor=supervisor, post=post, since=since)
    except posts.UnusablePost as error:
        raise UnusableAccount(str(error)) from error
    return int(user.pk)


def enrol(person: str, name: str, user_id: int | None = None) -> None:
    """Take a person into the register of staff, or change name and account."""
    reading_connection().run(
        "INSERT INTO staff (person, name, user_id) VALUES (?, ?, ?) ON CONFLICT (person) "
        "DO UPDATE SET name = excluded.name, user_id = COALESCE(excluded.user_id, staff.user_id)",
        (person, name, user_id),
    )
    forget_names()
    posts.forget()


def appoint(
    person: str,
    organ: str,
    roles: Sequence[str],
    *,
    supervisor: bool = False,
    post: str = "",
    since: date | None = None,
) -> None:
    """Give a person the post of an organ with these roles and no other. Raises UnusablePost."""
    day = since or posts.today()
    id_ = f"{organ}/{'+'.join(roles)}"
    made = Post(id=id_, organ=organ, name=post, roles=tuple(roles), supervisor=supervisor)
    posts.make_post(made)
    posts.hold_only(posts.Holding(post=id_, person=person, since=day))


def posts_of(user: AbstractBaseUser | AnonymousUser, day: date | None = None) -> tuple[Post, ...]:
    """The posts behind a Django user on a day (today); whoever has several chooses one to act."""
    if not user.is_authenticated or not getattr(user, "is_active", False):
        return ()
    person = person_of_user_id(int(user.pk))
    return posts.held_by(person, day or posts.today()) if person else ()


def reader_of(user: AbstractBaseUser | AnonymousUser, post: str = "") -> Reader | None:
    """The member of staff behind a Django user, or None (a citizen, a stranger, nobody's post).

    `post` is the one chosen of several; without it, or when it is held no more, the longest held.
    """
    if not user.is_authenticated or not getattr(user, "is_active", False):
        return None
    return reader_of_user_id(int(user.pk), post)


def reader_of_user_id(user_id: int, post: str = "") -> Reader | None:
    """The member of staff behind an account in a post held today, or None."""
    rows = reading_connection().rows("SELECT person, name FROM staff WHERE user_id = ?", (user_id,))
    if not rows:
        return None
    person, name = rows[0]
    held = posts.held_by(person, posts.today())
    if not held:
        return None
    chosen = next((one for one in held if one.id == post), held[0])
    return Reader(
        person=person,
        name=name,
        organ=chosen.organ,
        organ_name=current().organ_name(chosen.organ),
        roles=chosen.roles,
        supervisor=chosen.supervisor,
        post=chosen.id,
    )


def user_id_of(person: str) -> int | None:
    """The account of a member of staff, or None."""
    rows = reading_connection().rows("SELECT user_id FROM staff WHERE person = ?", (person,))
    return int(rows[0][0]) if rows else None


def person_of_user_id(user_id: int) -> str:
    """The member of staff of an account, or ""."""
    rows = reading_connection().rows("SELECT person FROM staff WHERE user_id = ?", (user_id,))
    return str(rows[0][0]) if rows else ""


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
