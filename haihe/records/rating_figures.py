"""Ratings counted: for who supervises by kind of service, for a rated unit its own in batches.

Unrated is what ended and was not rated: never good, never bad. No unit is set beside another, no
person is counted. Basis: 国办发〔2019〕51号, law/rating-settings.yaml §1 and §10.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final, NamedTuple

import msgspec

from haihe.kernel.values import Frozen
from haihe.records import lists, ratings, reach, rules
from haihe.records.database import IN_MAX, Connection, reading_connection
from haihe.records.instants import stored
from haihe.records.lists import Condition
from haihe.records.shown import Item, Reader

DAYS: Final = 28  # over which supervisors' figures go
RATINGS_MAX: Final = 200_000
LIST_MAX: Final = 100  # rows of a page
LAST: Final = "g"  # after every matter's id, which is hexadecimal
BATCHES_SHOWN_MAX: Final = 52
WEEK: Final = timedelta(days=7)
EVERY: Final = "all"
ANSWERS: Final = "rating_officer"  # the role of who answers bad ratings and calls


class Row(Frozen, frozen=True, kw_only=True):
    """A kind of service: how many ended, how many were rated, and with which levels."""

    service: str
    ended: int
    rated: int
    levels: dict[int, int]

    @property
    def unrated(self) -> int:
        """What ended and was not rated."""
        return max(self.ended - self.rated, 0)


class Batch(Frozen, frozen=True, kw_only=True):
    """Whole weeks of a unit's own ratings, told together."""

    first: date
    last: date
    levels: dict[int, int]

    @property
    def rated(self) -> int:
        """How many ratings it holds."""
        return sum(self.levels.values())


class Behind(NamedTuple):
    """The list behind a number, a page of it: its whole length, and how many of the page's rows the
    reader may not open; `after` leads to the next page, "" after the last one."""

    total: int
    items: tuple[Item, ...]
    closed: int
    after: str


class _Rating(NamedTuple):
    """A rating as it is counted."""

    matter: str
    organ: str
    service: str
    score: int
    at: int


# ── for who supervises ───────────────────────────────────────────────────────────────────────


def rows(reader: Reader, now: datetime | None = None) -> tuple[Row, ...]:
    """Every kind of service of the last DAYS days in the reader's reach, by name.

    What the reader's own organ and those above it did is left out: their ratings are kept from it.
    """
    at = now or datetime.now(UTC)
    since = at - timedelta(days=DAYS)
    connection = reading_connection()
    ended = _ended(connection, reader, since, at)
    levels: dict[str, Counter[int]] = {}
    for one in _given(connection, reader, since, at):
        levels.setdefault(one.service, Counter())[one.score] += 1
    return tuple(
        Row(
            service=name,
            ended=ended[name],
            rated=levels.get(name, Counter()).total(),
            levels={score: levels.get(name, Counter())[score] for score in ratings.SCORES},
        )
        for name in sorted(ended | {name: 0 for name in levels if name not in ended})
    )


def given(
    reader: Reader, service: str, score: int, after: str = "", now: datetime | None = None
) -> Behind:
    """The ratings of a service of this level (0: any), the newest first."""
    at = now or datetime.now(UTC)
    connection = reading_connection()
    found = [
        one.matter
        for one in _given(connection, reader, at - timedelta(days=DAYS), at)
        if service in (EVERY, one.service) and score in (0, one.score)
    ]
    left = sorted((one for one in found if not after or one < after), reverse=True)
    page = left[:LIST_MAX]
    visible = lists.visible(connection, reader)
    seen: set[str] = set()
    for start in range(0, len(page), IN_MAX):
        part = page[start : start + IN_MAX]
        marks = ", ".join("?" * len(part))
        told = connection.rows(
            f"SELECT m.matter_id FROM matter m WHERE m.matter_id IN ({marks}) AND {visible.sql}",
            (*part, *visible.values),
        )
        seen.update(row[0] for row in told)
    items = _newest_first([one for one in page if one in seen], at)
    return Behind(len(found), items, len(page) - len(items), _next(page, left))


def ended(reader: Reader, service: str, after: str = "", now: datetime | None = None) -> Behind:
    """The matters of a kind of service that ended, the newest first: not which were rated."""
    at = now or datetime.now(UTC)
    connection, current = reading_connection(), rules.current()
    kinds = {
        kind
        for kind, version in connection.rows("SELECT DISTINCT kind, version FROM matter")
        if ratings.procedure_name(current, kind, version) == service
    } - set(ratings.settings().not_rated)
    if not kinds:
        return Behind(0, (), 0, "")
    marks = ", ".join("?" * len(kinds))
    condition = _over(connection, reader, at - timedelta(days=DAYS), at)
    where = f"FROM matter m WHERE m.kind IN ({marks}) AND {condition.sql}"
    values = (*sorted(kinds), *condition.values)
    total = int(connection.rows(f"SELECT count(*) {where}", values)[0][0])
    left = [
        str(row[0])
        for row in connection.rows(
            f"SELECT m.matter_id {where} AND m.matter_id < ? ORDER BY m.matter_id DESC LIMIT ?",
            (*values, after or LAST, LIST_MAX + 1),
        )
    ]
    page = left[:LIST_MAX]
    return Behind(total, _newest_first(page, at), 0, _next(page, left))


def _newest_first(matters: Sequence[str], at: datetime) -> tuple[Item, ...]:
    shown = lists.items(list(matters), at)
    return tuple(sorted(shown, key=lambda one: one.matter, reverse=True))


def _next(page: Sequence[str], left: Sequence[str]) -> str:
    """Where the next page goes on, "" after the last one."""
    return page[-1] if len(left) > len(page) else ""


def _over(connection: Connection, reader: Reader, since: datetime, at: datetime) -> Condition:
    """That a matter ended in this time, where the reader supervises and may know of it."""
    where, visible = _organs(reader, "m.owner_organ"), lists.visible(connection, reader)
    return Condition(
        "m.ended = ? AND m.changed_at >= ? AND m.changed_at <= ? AND m.merged_into IS NULL "
        f"AND {where.sql} AND {visible.sql}",
        (True, stored(since), stored(at), *where.values, *visible.values),
    )


def _organs(reader: Reader, column: str) -> Condition:
    """That an organ is in the reader's reach, and neither the own one nor one above it."""
    organs, lineage = reach.reach_of(reader.organ)[:2]
    own = sorted({*lineage, reader.organ})
    left = Condition(f"{column} NOT IN ({', '.join('?' * len(own))})", tuple(own))
    if organs is None:
        return left
    within = sorted(set(organs) - set(own))
    marks = ", ".join("?" * len(within)) or "''"
    return Condition(f"{column} IN ({marks})", tuple(within))


def _ended(connection: Connection, reader: Reader, since: datetime, at: datetime) -> Counter[str]:
    """By the name of the service, what ended: matters by kind, errands finished at windows."""
    told, current = ratings.settings(), rules.current()
    where = _over(connection, reader, since, at)
    found = connection.rows(
        f"SELECT m.kind, m.version, count(*) FROM matter m WHERE {where.sql} "
        "GROUP BY m.kind, m.version",
        where.values,
    )
    counted: Counter[str] = Counter()
    for kind, version, count in found:
        if kind not in told.not_rated:
            counted[ratings.procedure_name(current, kind, version)] += int(count)
    counted[ratings.WINDOWS] += ratings.visits(connection, _reached_halls(reader), since, at)
    return counted


def _reached_halls(reader: Reader) -> set[str]:
    organs, lineage = reach.reach_of(reader.organ)[:2]
    every = ratings.hall_organs()
    return (every if organs is None else every & set(organs)) - {*lineage, reader.organ}


def _given(
    connection: Connection, reader: Reader, since: datetime, at: datetime
) -> Iterable[_Rating]:
    where = _organs(reader, "a.organ")
    return _read(
        connection,
        "JOIN stake a ON a.matter_id = m.matter_id AND a.how = 'apart'",
        Condition(
            f"m.changed_at >= ? AND m.changed_at <= ? AND {where.sql}",
            (stored(since), stored(at), *where.values),
        ),
    )


def _read(connection: Connection, join: str, where: Condition) -> list[_Rating]:
    rows = connection.rows(
        f"SELECT m.matter_id, e.data, e.recorded_at FROM matter m {join} "
        "JOIN event e ON e.matter_id = m.matter_id AND e.seq = 1 "
        f"WHERE m.kind = '{ratings.KIND}' AND {where.sql} ORDER BY m.matter_id LIMIT ?",
        (*where.values, RATINGS_MAX),
    )
    found = []
    for matter, data, at in rows:
        told = msgspec.json.decode(data)
        service = ratings.WINDOWS if told["channel"] == ratings.HALL else told["service_name"]
        found.append(_Rating(matter, told["rated_organ"], service, told["score"], at))
    return found


# ── for who answers ──────────────────────────────────────────────────────────────────────────


def tasks(reader: Reader, kind: str, now: datetime | None = None) -> tuple[Item, ...]:
    """What the reader's organ has open of this kind, the most urgent first; for who answers."""
    if ANSWERS not in reader.roles:
        return ()
    rows = reading_connection().rows(
        "SELECT m.matter_id FROM matter m WHERE m.owner_organ = ? AND m.ended = ? AND m.kind = ? "
        "ORDER BY m.urgent_at, m.matter_id LIMIT ?",
        (reader.organ, False, kind, LIST_MAX),
    )
    order = [row[0] for row in rows]
    shown = {one.matter: one for one in lists.items(order, now)}
    return tuple(shown[matter] for matter in order)


# ── for the unit that was rated ──────────────────────────────────────────────────────────────


def batches(organ: str, now: datetime | None = None) -> tuple[Batch, ...]:
    """A unit's own ratings, the newest batch first; what makes no whole batch yet is not told."""
    at = now or datetime.now(UTC)
    found = _read(
        reading_connection(),
        "JOIN stake a ON a.matter_id = m.matter_id AND a.how = 'apart'",
        Condition("a.organ = ?", (organ,)),
    )
    this_week = ratings.week_of(stored(at))
    weeks: dict[date, list[int]] = {}
    for one in found:
        week = ratings.week_of(one.at)
        if week < this_week:
            weeks.setdefault(week, []).append(one.score)
    told = gathered(sorted(weeks.items()), ratings.settings().batch)
    return tuple(reversed(told))[:BATCHES_SHOWN_MAX]


def gathered(weeks: Sequence[tuple[date, Sequence[int]]], least: int) -> list[Batch]:
    """Whole weeks together until there are enough, and until not all are of one level.

    What is left at the end waits for the weeks to come.
    """
    found: list[Batch] = []
    first: date | None = None
    scores: list[int] = []
    for monday, given_then in weeks:
        first = first or monday
        scores += given_then
        if len(scores) >= least and len(set(scores)) > 1:
            levels = {score: scores.count(score) for score in ratings.SCORES}
            found.append(Batch(first=first, last=monday + WEEK - timedelta(days=1), levels=levels))
            first, scores = None, []
    return found
