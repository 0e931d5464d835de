"""Who by name answers for an area on a day: whoever held its responsible post then."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import pairwise
from typing import Final

from haihe.kernel.responsible import Responsible
from haihe.records.database import Connection

ONE_DAY: Final = timedelta(days=1)
_HOLDERS: Final = (
    "SELECT h.post_id, h.person, h.since, h.until, s.name FROM holding h "
    "LEFT JOIN staff s ON s.person = h.person"
)

Holdings = dict[str, list[tuple[date, date | None, str]]]  # post -> first day, last day, who


def holdings(connection: Connection) -> Holdings:
    """Who held which post from when to when, in order."""
    found: Holdings = {}
    for post, person, since, until, name in connection.rows(_HOLDERS, ()):
        last = date.fromisoformat(until) if until else None
        found.setdefault(post, []).append((date.fromisoformat(since), last, name or person))
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
