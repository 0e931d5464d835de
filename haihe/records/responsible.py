"""Who by name answers for an area on a day: whoever held its responsible post then.

Such a post is one of the register like any other; its role is that of no procedure, so that to
answer for an area is no right to take a step there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from itertools import pairwise
from typing import Final

from haihe.kernel.responsible import Responsible
from haihe.records import posts
from haihe.records.database import Connection, reading_connection
from haihe.records.posts import RESPONSIBLE, Holding, Post
from haihe.records.rules import Rules

ONE_DAY: Final = timedelta(days=1)
_HOLDERS: Final = (
    "SELECT h.post_id, h.person, h.since, h.until, s.name FROM holding h "
    "LEFT JOIN staff s ON s.person = h.person"
)

BEAT: Final = "beat"
# At which bodies the posts are: the one of the smallest area around, of these sorts.
HOUSES: Final = ("city_center", "district_center", "zone", "street")
POLICE_HOUSES: Final = ("city_police", "district_police", "station")

Holdings = dict[str, list[tuple[date, date | None, str]]]  # post -> first day, last day, who


def holdings(connection: Connection, post: str = "") -> Holdings:
    """Who held which post, or this one, from when to when, in order."""
    found: Holdings = {}
    asked = (f"{_HOLDERS} WHERE h.post_id = ?", (post,)) if post else (_HOLDERS, ())
    for held, person, since, until, name in connection.rows(*asked):
        last = date.fromisoformat(until) if until else None
        found.setdefault(held, []).append((date.fromisoformat(since), last, name or person))
    return {post: sorted(held, key=lambda one: one[0]) for post, held in found.items()}


def in_charge(held: Holdings, post: str, day: date) -> tuple[str, ...]:
    """The names of those who hold a post on a day; exactly one where all is well."""
    return tuple(
        who
        for since, last, who in held.get(post, ())
        if since <= day and (last is None or day <= last)
    )


def unmanned(held: Holdings, posts: Iterable[Responsible], day: date) -> Iterator[str]:
    """The posts that nobody holds on a day, or that two held at once, in words."""
    for one in posts:
        if not in_charge(held, one.post, day):
            yield f"{one.post}（{one.name}）：{day} 没有人任职"
        for earlier, later in pairwise(held.get(one.post, ())):
            if earlier[1] is None or later[0] <= earlier[1]:
                yield f"{one.post}（{one.name}）：{earlier[2]}和{later[2]}在{later[0]}同时任职"
            elif later[0] > earlier[1] + ONE_DAY:
                yield f"{one.post}（{one.name}）：{earlier[1]}以后到{later[0]}以前没有人任职"


def fill_posts(rules: Rules, day: date, since: date, name: Callable[[], str]) -> int:
    """Put a new person into the post of every area of a day, from `since` on; gives how many.

    One transaction; `name` gives the next person's name. For cities that are invented: the posts
    of a real one come in by `haihe posts load`.
    """
    houses, police = _houses(rules, HOUSES, day), _houses(rules, POLICE_HOUSES, day)
    areas: list[tuple[str, str]] = [(one.code, one.kind) for one in rules.places.at(day)]
    areas += [(one.code, one.kind) for one in rules.tiles.tiles if one.holds(day)]
    made, people, held = [], [], []
    for code, kind in areas:
        asked = rules.responsible(code, day)
        organ = _around(code, police if kind == BEAT else houses)
        if asked is None or not organ:
            continue
        post = Post(id=asked.post, organ=organ, roles=(RESPONSIBLE,), name=asked.name, since=since)
        made.append(posts.post_row(post))
        people.append((asked.post, name(), None))
        held.append(posts.holding_row(Holding(post=asked.post, person=asked.post, since=since)))
    connection = reading_connection()
    connection.begin()
    try:
        connection.write({}, {"staff": people, "post": made, "holding": held})
        connection.commit()
    except BaseException:
        connection.rollback()
        raise
    posts.forget()
    return len(made)


def _houses(rules: Rules, sorts: tuple[str, ...], day: date) -> dict[str, str]:
    """The body of these sorts at each area; of several the first by its id."""
    bodies = sorted(rules.organ_register.at(day), key=lambda one: one.id, reverse=True)
    return {one.area: one.id for one in bodies if one.sort in sorts and one.area}


def _around(code: str, houses: dict[str, str]) -> str:
    """The body whose area is the smallest around an area; "" when there is none."""
    around = (houses[code[:end]] for end in range(len(code), 0, -1) if code[:end] in houses)
    return next(around, "")
