"""The book of accounts: where each comes from, who invited and who withdrew it, who administers.

The three administrators (system, security, audit; GB/T 22239-2019 level 3) are three persons: an
account has one row here for ever, and a human being, known by the keyed tag of an identity number,
too; both are unique in the table, so no second duty can be given, under whatever name or post.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Final, Literal, get_args

import msgspec

from haihe.records.database import Connection, Failure, Row, reading_connection, writing
from haihe.records.instants import restored, stored
from haihe.records.tags import tag, tags

Duty = Literal["system", "security", "audit"]
Origin = Literal["demo", "installation", "invitation"]

DUTIES: Final[dict[Duty, str]] = {
    "system": "系统管理员",
    "security": "安全管理员",
    "audit": "审计管理员",
}
INVITATION_LASTS: Final = timedelta(hours=72)
INVITATION_BYTES: Final = 24
LISTED_MAX: Final = 500
NAME_MAX: Final = 100
_COLUMNS: Final = "user_id, person, name, origin, made_by, made_at, withdrawn_at, withdrawn_by"


class NotSeparate(ValueError):
    """One person would hold two of the three duties, or a duty and a post; says which."""


class _Told(msgspec.Struct):
    did: str = ""
    about: str = ""
    more: str = ""


_decode = msgspec.json.Decoder(_Told).decode


def _told(text: str) -> _Told:
    try:
        return _decode(text.encode())
    except msgspec.MsgspecError:
        return _Told()  # the chain of traces says that it was changed


class Entry(msgspec.Struct, frozen=True):
    """An account as the book has it."""

    user_id: int
    person: str
    name: str
    origin: str
    made_by: str
    made_at: datetime
    withdrawn_at: datetime | None
    withdrawn_by: str
    duty: str = ""


def enter(user_id: int, person: str, name: str, *, origin: Origin, made_by: str) -> None:
    """Write a new account down; a known one stays as it is."""
    connection = reading_connection()
    with writing(connection):
        connection.run(
            f"INSERT INTO account ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, NULL, '') "
            "ON CONFLICT (user_id) DO NOTHING",
            (user_id, person, name[:NAME_MAX], origin, made_by, stored(datetime.now(UTC))),
        )


def entry(user_id: int) -> Entry | None:
    """What the book says of an account, or None."""
    found = _entries("a.user_id = ?", (user_id,))
    return found[0] if found else None


def entry_of(person: str) -> Entry | None:
    """The same by the name people sign in with."""
    found = _entries("a.person = ?", (person,))
    return found[0] if found else None


def entries(beginning: str = "") -> list[Entry]:
    """The first LISTED_MAX accounts whose name to sign in with begins so, in its order."""
    return _entries("a.person >= ? AND a.person < ?", (beginning, beginning + "\U0010ffff"))


def is_demo(user_id: int) -> bool:
    """Whether the account belongs to a demo: its password is known to everybody."""
    sql = "SELECT 1 FROM account WHERE user_id = ? AND origin = 'demo'"
    return bool(reading_connection().rows(sql, (user_id,)))


def holds_demo() -> bool:
    """Whether an account of a demo still works here."""
    sql = "SELECT 1 FROM account WHERE origin = 'demo' AND withdrawn_at IS NULL LIMIT 1"
    return bool(reading_connection().rows(sql))


def withdraw(user_id: int, *, by: str) -> bool:
    """Write down that an account is withdrawn; False when it was already or is unknown."""
    connection = reading_connection()
    with writing(connection):
        changed = connection.run(
            "UPDATE account SET withdrawn_at = ?, withdrawn_by = ? "
            "WHERE user_id = ? AND withdrawn_at IS NULL",
            (stored(datetime.now(UTC)), by, user_id),
        )
    return changed > 0


# ── The three administrators ─────────────────────────────────────────────────────────────────


def appoint(user_id: int, duty: Duty, human: str, *, by: str) -> None:
    """Give an account one of the three duties, for ever; `human` is an identity number.

    Raises NotSeparate when the account or the human being has a duty or a post already.
    """
    assert duty in get_args(Duty)
    connection = reading_connection()
    has = duty_of(user_id)
    if has is not None:
        raise NotSeparate(f"这个账号已经是{DUTIES[has]}，一个账号只有一种管理员职责。")
    check_human(human)
    if connection.rows(
        "SELECT 1 FROM holding h JOIN account a ON a.person = h.person WHERE a.user_id = ? LIMIT 1",
        (user_id,),
    ):
        raise NotSeparate("这个账号有办案岗位：管理员另用账号，不办理事项。")
    try:
        with writing(connection):
            row = (user_id, duty, tag("human", human), stored(datetime.now(UTC)), by)
            connection.insert("administrator", [row])
    except Failure as lost:
        raise NotSeparate("此人已经担任一种管理员。") from lost


def check_human(human: str) -> None:
    """Raises NotSeparate when a human being, by identity number, is an administrator already."""
    found_by = tags("human", human)
    marks = ", ".join("?" * len(found_by))
    rows = reading_connection().rows(
        f"SELECT duty FROM administrator WHERE human IN ({marks})", found_by
    )
    if rows:
        has = DUTIES[rows[0][0]]
        raise NotSeparate(f"此人已经是{has}：三种管理员不能由一个人担任，换账号也不行。")


def duty_of(user_id: int) -> Duty | None:
    """The duty of an account, or None."""
    rows = reading_connection().rows("SELECT duty FROM administrator WHERE user_id = ?", (user_id,))
    duty: Duty | None = rows[0][0] if rows else None
    return duty


def duty_name(duty: str) -> str:
    """What a duty is called; "" of none."""
    return next((words for name, words in DUTIES.items() if name == duty), "")


def duties_taken() -> frozenset[str]:
    """The duties that some account which is not withdrawn has."""
    rows = reading_connection().rows(
        "SELECT DISTINCT d.duty FROM administrator d JOIN account a ON a.user_id = d.user_id "
        "WHERE a.withdrawn_at IS NULL"
    )
    return frozenset(str(duty) for (duty,) in rows)


def not_separate(connection: Connection) -> list[str]:
    """What is wrong with the separation of duties, in English; for `haihe verify`.

    Besides what the table cannot hold, each row must have the trace of its appointment.
    """
    wrong = [
        f"the administrator {person} holds the post {post}"
        for person, post in connection.rows(
            "SELECT a.person, h.post_id FROM administrator d JOIN account a "
            "ON a.user_id = d.user_id JOIN holding h ON h.person = a.person"
        )
    ]
    traced: dict[str, set[str]] = {}
    for (told,) in connection.rows("SELECT told FROM reading WHERE sort = 'account'"):
        said = _told(told)
        if said.did == "appointed":
            traced.setdefault(said.about, set()).add(said.more)
    rows = connection.rows(
        "SELECT d.user_id, d.duty, a.person FROM administrator d "
        "LEFT JOIN account a ON a.user_id = d.user_id"
    )
    for user_id, duty, person in rows:
        if person is None:
            wrong.append(f"the administrator of account {user_id} has no account")
        elif traced.get(person) != {duty}:
            wrong.append(f"no trace tells that {person} was appointed {duty}, or one tells more")
    return wrong


# ── Invitations ──────────────────────────────────────────────────────────────────────────────


def invite(user_id: int, *, by: str, now: datetime) -> str:
    """A word that lets its bearer set the password of an account once; earlier ones end."""
    word = secrets.token_urlsafe(INVITATION_BYTES)
    connection = reading_connection()
    with writing(connection):
        connection.run("DELETE FROM invitation WHERE user_id = ?", (user_id,))
        row = (_digest(word), user_id, by, stored(now), stored(now + INVITATION_LASTS))
        connection.insert("invitation", [row])
    return word


def invited(word: str, now: datetime) -> int | None:
    """The account that a word invites to, or None (unknown, used, too old)."""
    rows = reading_connection().rows(
        "SELECT user_id FROM invitation WHERE digest = ? AND expires_at > ?",
        (_digest(word), stored(now)),
    )
    return int(rows[0][0]) if rows else None


def use_invitation(word: str, now: datetime) -> int | None:
    """The same, and the word is used up."""
    connection = reading_connection()
    with writing(connection):
        rows = connection.rows(
            "DELETE FROM invitation WHERE digest = ? AND expires_at > ? RETURNING user_id",
            (_digest(word), stored(now)),
        )
    return int(rows[0][0]) if rows else None


def prune(now: datetime) -> int:
    """Forget invitations that are too old; gives how many."""
    connection = reading_connection()
    with writing(connection):
        return connection.run("DELETE FROM invitation WHERE expires_at < ?", (stored(now),))


def waiting(user_ids: Collection[int]) -> set[int]:
    """Which of these accounts have an invitation that nobody used yet."""
    rows = reading_connection().rows(f"SELECT user_id FROM invitation LIMIT {LISTED_MAX * 20}")
    return {int(one) for (one,) in rows} & set(user_ids)


def _digest(word: str) -> bytes:
    return hashlib.sha256(word.encode("utf-8", "surrogateescape")).digest()


def _entries(which: str, values: tuple[object, ...]) -> list[Entry]:
    columns = ", ".join(f"a.{one}" for one in _COLUMNS.split(", "))
    rows = reading_connection().rows(
        f"SELECT {columns}, d.duty FROM account a "
        "LEFT JOIN administrator d ON d.user_id = a.user_id "
        f"WHERE {which} ORDER BY a.person LIMIT {LISTED_MAX}",
        values,
    )
    return [_entry(row) for row in rows]


def _entry(row: Row) -> Entry:
    user_id, person, name, origin, made_by, made_at, withdrawn_at, withdrawn_by, duty = row
    return Entry(
        user_id=user_id,
        person=person,
        name=name,
        origin=origin,
        made_by=made_by,
        made_at=restored(made_at, UTC),
        withdrawn_at=None if withdrawn_at is None else restored(withdrawn_at, UTC),
        withdrawn_by=withdrawn_by,
        duty=duty or "",
    )
