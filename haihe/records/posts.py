"""The register of posts: who holds which post from when to when, and who has which qualification.

Roles belong to posts, not to persons. Everything has its days: a holding that ended yesterday gives
no power today and changes nothing of what was done. `until` is the last day, "" none.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

import msgspec

from haihe.kernel.qualification import Held
from haihe.kernel.values import Actor, Refused
from haihe.records import rules
from haihe.records.database import Connection, Row, place, reading_connection

ID_LENGTH_MAX: Final = 200
ROLES_MAX: Final = 50
PERSONS_KEPT: Final = 50_000
SECONDS_KEPT: Final = 20.0  # a holding that another process ends counts here within this time
ONE_DAY: Final = timedelta(days=1)
RESPONSIBLE: Final = "responsible"  # role of a post that answers for an area; of no procedure
POST_COLUMNS: Final = "post_id, organ, name, roles, supervisor, since, until"
# A holding with its post, both valid on a day (the four marks); a person's first post first.
HELD_ON: Final = (
    "FROM holding h JOIN post p ON p.post_id = h.post_id WHERE {} "
    "AND h.since <= ? AND (h.until IS NULL OR h.until >= ?) "
    "AND p.since <= ? AND (p.until IS NULL OR p.until >= ?) ORDER BY h.since, h.post_id"
)

_decode_roles = msgspec.json.Decoder(tuple[str, ...]).decode


class UnusablePost(ValueError):
    """A post, a holding or a qualification that cannot be registered; the message says why."""


class Post(msgspec.Struct, frozen=True, kw_only=True):
    """A post of an organ with the roles whoever holds it may act in, valid from day to day."""

    id: str
    organ: str
    roles: tuple[str, ...]
    name: str = ""
    supervisor: bool = False
    since: date = date.min
    until: date | None = None


class Holding(msgspec.Struct, frozen=True, kw_only=True):
    """A person holds a post from a day, to a day."""

    post: str
    person: str
    since: date
    until: date | None = None


class Known(msgspec.Struct, frozen=True):
    """What the register says of a person: every post ever held, every qualification."""

    holdings: tuple[tuple[Post, date, date | None], ...]
    qualifications: tuple[Held, ...]

    def holds(self, organ: str, role: str, day: date) -> bool:
        """Whether a post of this organ with this role is held on a day."""
        return any(
            post.organ == organ
            and role in post.roles
            and max(since, post.since) <= day
            and (until is None or day <= until)
            and (post.until is None or day <= post.until)
            for post, since, until in self.holdings
        )

    def organs(self, day: date) -> frozenset[str]:
        """The organs of all posts held on a day."""
        return frozenset(
            post.organ
            for post, since, until in self.holdings
            if max(since, post.since) <= day
            and (until is None or day <= until)
            and (post.until is None or day <= post.until)
        )

    def begun_on(self, roles: Sequence[str]) -> date | None:
        """The first day any of these roles was held; None if never."""
        days = [since for post, since, _ in self.holdings if set(post.roles) & set(roles)]
        return min(days, default=None)


def today() -> date:
    """The day on the city's clocks."""
    return datetime.now(rules.current().zone).date()


# ── writing ──────────────────────────────────────────────────────────────────────────────────


def post_row(post: Post) -> Row:
    """The row of a post, in the order of the table. Raises UnusablePost."""
    if not 0 < len(post.id) <= ID_LENGTH_MAX or not post.organ:
        raise UnusablePost(f"a post needs an id (at most {ID_LENGTH_MAX} characters) and an organ")
    if not 0 < len(post.roles) <= ROLES_MAX:
        raise UnusablePost(f"post {post.id} needs 1 to {ROLES_MAX} roles")
    _in_order(post.since, post.until)
    roles = msgspec.json.encode(list(post.roles)).decode()
    return (
        *(post.id, post.organ, post.name, roles, post.supervisor),
        *(post.since.isoformat(), post.until.isoformat() if post.until else None),
    )


def holding_row(holding: Holding) -> Row:
    """The row of a holding. Raises UnusablePost."""
    _in_order(holding.since, holding.until)
    until = holding.until.isoformat() if holding.until else None
    return (holding.post, holding.person, holding.since.isoformat(), until)


def qualification_row(person: str, held: Held) -> Row:
    """The row of a qualification. Raises UnusablePost."""
    if held.qualification not in rules.current().qualifications.qualifications:
        raise UnusablePost(f"there is no qualification {held.qualification} in city/posts.yaml")
    _in_order(held.since, held.until)
    until = held.until.isoformat() if held.until else None
    return (person, held.qualification, held.number, held.since.isoformat(), until)


def _in_order(since: date, until: date | None) -> None:
    if until is not None and until < since:
        raise UnusablePost(f"{until.isoformat()} lies before {since.isoformat()}")


def make_post(post: Post) -> None:
    """Register a post, or change a known one. Raises UnusablePost."""
    reading_connection().replace("post", [post_row(post)])
    forget()


def qualify(person: str, held: Held) -> None:
    """Register a qualification, or change a known one. Raises UnusablePost."""
    reading_connection().replace("qualification", [qualification_row(person, held)])
    forget()


def hold(holding: Holding) -> None:
    """Give a person a post from a day on. Raises UnusablePost: no such post, not qualified."""
    connection = reading_connection()
    posts = connection.rows(f"SELECT {POST_COLUMNS} FROM post WHERE post_id = ?", (holding.post,))
    if not posts:
        raise UnusablePost(f"there is no post {holding.post}")
    sql = "SELECT 1 FROM administrator d JOIN account a ON a.user_id = d.user_id WHERE a.person = ?"
    if connection.rows(sql, (holding.person,)):
        raise UnusablePost(f"{holding.person} 是管理员账号，不担任办案岗位；请另用账号。")
    refused = unqualified(_post(posts[0]), holding, known(holding.person))
    if refused is not None:
        raise UnusablePost(f"{holding.person}: {refused.says} {refused.instead}")
    connection.replace("holding", [holding_row(holding)])
    forget()


def end_holding(person: str, post: str, last_day: date) -> int:
    """The last day a person holds a post; gives how many holdings that ended. History stays."""
    ended = reading_connection().run(
        "UPDATE holding SET until = ? WHERE person = ? AND post_id = ? AND since <= ? "
        "AND (until IS NULL OR until > ?)",
        (last_day.isoformat(), person, post, last_day.isoformat(), last_day.isoformat()),
    )
    forget()
    return ended


def hold_only(holding: Holding) -> None:
    """Give a person a post and end every other holding the day before. Raises UnusablePost."""
    hold(holding)
    eve, day = (holding.since - ONE_DAY).isoformat(), holding.since.isoformat()
    others = "person = ? AND post_id <> ? AND (until IS NULL OR until >= ?)"
    connection = reading_connection()
    connection.run(
        f"DELETE FROM holding WHERE {others} AND since >= ?",
        (holding.person, holding.post, day, day),
    )
    connection.run(
        f"UPDATE holding SET until = ? WHERE {others}", (eve, holding.person, holding.post, day)
    )
    forget()


# ── reading ──────────────────────────────────────────────────────────────────────────────────


def held_by(person: str, day: date) -> tuple[Post, ...]:
    """The posts a person holds on a day, the one held longest first."""
    said = day.isoformat()
    columns = ", ".join(f"p.{name}" for name in POST_COLUMNS.split(", "))
    found = reading_connection().rows(
        f"SELECT {columns} {HELD_ON.format('h.person = ?')}", (person, said, said, said, said)
    )
    return tuple(_post(row) for row in found)


def sought(words: str, most: int) -> list[Post]:
    """At most `most` posts of today whose name, id or organ holds these words.

    Those that only answer for an area, of which there are thousands, come last.
    """
    like, day = f"%{words}%", today().isoformat()
    found = reading_connection().rows(
        f"SELECT {POST_COLUMNS} FROM post WHERE since <= ? AND (until IS NULL OR until >= ?) "
        "AND (post_id LIKE ? OR name LIKE ? OR organ LIKE ?) "
        "ORDER BY CASE WHEN roles = ? THEN 1 ELSE 0 END, post_id LIMIT ?",
        (day, day, like, like, like, f'["{RESPONSIBLE}"]', most),
    )
    return [_post(row) for row in found]


def colleagues(organ: str, roles: Collection[str], most: int) -> list[str]:
    """Who holds a post of an organ today that has one of these roles, by person id."""
    day = today().isoformat()
    rows = reading_connection().rows(
        "SELECT h.person, p.roles FROM post p JOIN holding h ON h.post_id = p.post_id "
        "WHERE p.organ = ? AND p.since <= ? AND (p.until IS NULL OR p.until >= ?) "
        "AND h.since <= ? AND (h.until IS NULL OR h.until >= ?) ORDER BY h.person LIMIT ?",
        (organ, day, day, day, day, most),
    )
    return list(dict.fromkeys(str(row[0]) for row in rows if set(_decode_roles(row[1])) & {*roles}))


def every_post(connection: Connection) -> list[Post]:
    """The whole register of posts, also of those that are no more."""
    return [
        _post(row) for row in connection.stream(f"SELECT {POST_COLUMNS} FROM post ORDER BY post_id")
    ]


def _post(row: Row) -> Post:
    id_, organ, name, roles, supervisor, since, until = row
    return Post(
        id=id_,
        organ=organ,
        name=name,
        roles=_decode_roles(roles),
        supervisor=bool(supervisor),
        since=date.fromisoformat(since),
        until=date.fromisoformat(until) if until else None,
    )


_changes = [0]  # how often this process changed the register
_known: OrderedDict[tuple[Any, str], tuple[float, Known | None]] = OrderedDict()


def forget() -> None:
    """The register was changed: read it again."""
    _known.clear()
    _changes[0] += 1


def known(person: str) -> Known | None:
    """What the register says of a person, None for a stranger; kept for SECONDS_KEPT."""
    key = (place(), person)
    kept = _known.get(key)
    now = time.monotonic()
    if kept is not None and now < kept[0]:
        return kept[1]
    found = _read(person)
    while len(_known) >= PERSONS_KEPT:
        _known.popitem(last=False)
    _known.pop(key, None)
    _known[key] = (now + SECONDS_KEPT, found)
    return found


def _read(person: str) -> Known | None:
    connection = reading_connection()
    if not connection.rows("SELECT 1 FROM staff WHERE person = ?", (person,)):
        return None
    columns = ", ".join(f"p.{name}" for name in POST_COLUMNS.split(", "))
    held = connection.rows(
        f"SELECT {columns}, h.since, h.until FROM holding h "
        "JOIN post p ON p.post_id = h.post_id WHERE h.person = ? ORDER BY h.since, h.post_id",
        (person,),
    )
    told = connection.rows(
        "SELECT kind, number, since, until FROM qualification WHERE person = ? ORDER BY since",
        (person,),
    )
    return Known(
        tuple(
            (
                _post(row[:7]),
                date.fromisoformat(row[7]),
                date.fromisoformat(row[8]) if row[8] else None,
            )
            for row in held
        ),
        tuple(
            Held(
                qualification=kind,
                number=number,
                since=date.fromisoformat(since),
                until=date.fromisoformat(until) if until else None,
            )
            for kind, number, since, until in told
        ),
    )


# ── judging ──────────────────────────────────────────────────────────────────────────────────


def unqualified(post: Post, holding: Holding, person: Known | None) -> Refused | None:
    """Why a person may not be given a post, for want of a qualification on its first day."""
    asked = rules.current().qualifications
    needed = asked.needed_to_hold(post.roles, holding.since)
    if not needed:
        return None
    roles = [role for rule in needed for role in rule.roles]
    held = person.qualifications if person is not None else ()
    begun = person.begun_on(roles) if person is not None else None
    return asked.lacking(needed, held, begun or holding.since, holding.since)


def may_act(kind: str, act: str, actor: Actor, day: date) -> Refused | None:
    """Why a member of staff may not take a step on a day: no such post, or no qualification.

    Only persons of the register are judged: a citizen has no post, and the past of others that is
    taken in by bulk names people this register never knew.
    """
    person = known(actor.person)
    if person is None:
        return None
    if not person.holds(actor.organ, actor.role, day):
        return _no_post(actor, day)
    asked = rules.current().qualifications
    needed = asked.needed_to_act(kind, act, actor.role, day)
    if not needed:
        return None
    roles = [role for rule in needed for role in rule.roles]
    return asked.lacking(needed, person.qualifications, person.begun_on(roles), day)


class Judge:
    """`may_act` with its answers kept for SECONDS_KEPT: one for each writer, who asks it always."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str, Actor, date], tuple[float, Refused | None]] = {}
        self._changes = _changes[0]

    def may_act(self, kind: str, act: str, actor: Actor, day: date) -> Refused | None:
        """As the function of this name."""
        if self._changes != _changes[0]:
            self._kept.clear()
            self._changes = _changes[0]
        key = (kind, act, actor, day)
        kept = self._kept.get(key)
        now = time.monotonic()
        if kept is not None and now < kept[0]:
            return kept[1]
        if len(self._kept) >= PERSONS_KEPT:
            self._kept.clear()
        answer = may_act(kind, act, actor, day)
        self._kept[key] = (now + SECONDS_KEPT, answer)
        return answer


def _no_post(actor: Actor, day: date) -> Refused:
    organ = rules.current().organ_name(actor.organ)
    return Refused(
        reason="no_post",
        says=f"您在{day.isoformat()}不担任“{organ}”的这个岗位，不能以它的名义办理",
        instead="请以您现在的岗位办理；岗位有变动的，请岗位管理员先登记任职",
        cites=("haihe#post",),
    )
