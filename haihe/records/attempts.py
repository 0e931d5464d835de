"""How often somebody tried: sign-in attempts that lock for a growing while, and plain quotas.

Basis: GB/T 22239-2019, level 3 (a limit on failed sign-ins). Each attempt is counted before it is
looked at, so that many at once gain nothing; a success forgets them. What is counted is known by a
keyed tag only, and unknown accounts are counted like known ones: nobody learns which exist.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from haihe.records.database import IN_MAX, reading_connection, writing
from haihe.records.instants import stored
from haihe.records.tags import tag

SECOND: Final = 1_000_000  # microseconds


class Lock(NamedTuple):
    """After `free` attempts without success each further one locks, twice as long every time."""

    free: int
    first: timedelta
    longest: timedelta
    forgotten: timedelta  # without an attempt for this long, counting begins anew


class Quota(NamedTuple):
    """At most `most` in a window of `length`."""

    most: int
    length: timedelta


PASSWORD_OF_ACCOUNT: Final = Lock(5, timedelta(seconds=30), timedelta(hours=1), timedelta(hours=24))
PASSWORD_FROM_ADDRESS: Final = Lock(
    50, timedelta(minutes=1), timedelta(hours=1), timedelta(hours=1)
)
SECOND_FACTOR: Final = Lock(5, timedelta(seconds=30), timedelta(hours=1), timedelta(hours=24))
CODE_FROM_ADDRESS: Final = Lock(30, timedelta(minutes=1), timedelta(hours=1), timedelta(hours=1))

# Both statements lock the row, so attempts made at once are counted one after another.
_ATTEMPT: Final = (
    "INSERT INTO attempt (tag, times, since, last_at, locked_until) VALUES (?, 1, ?, ?, 0) "
    "ON CONFLICT (tag) DO UPDATE SET "
    "times = CASE WHEN attempt.locked_until > excluded.last_at THEN attempt.times "
    "WHEN attempt.last_at < ? THEN 1 ELSE attempt.times + 1 END, "
    "last_at = excluded.last_at RETURNING times, locked_until"
)
_USE: Final = (
    "INSERT INTO attempt (tag, times, since, last_at, locked_until) VALUES (?, 1, ?, ?, 0) "
    "ON CONFLICT (tag) DO UPDATE SET "
    "times = CASE WHEN attempt.since < ? THEN 1 ELSE attempt.times + 1 END, "
    "since = CASE WHEN attempt.since < ? THEN excluded.since ELSE attempt.since END, "
    "last_at = excluded.last_at RETURNING times, since"
)


def begin(sort: str, word: str, lock: Lock, now: datetime) -> timedelta:
    """Count an attempt; zero when it may be made, else how long to wait (nothing is counted)."""
    key, at = tag(sort, word), stored(now)
    connection = reading_connection()
    with writing(connection):
        oldest = at - _microseconds(lock.forgotten)
        ((times, until),) = connection.rows(_ATTEMPT, (key, at, at, oldest))
        if until > at:
            return timedelta(microseconds=until - at)
        if times >= lock.free:
            doubled = lock.first * 2 ** min(times - lock.free, 30)
            until = at + _microseconds(min(doubled, lock.longest))
            connection.run("UPDATE attempt SET locked_until = ? WHERE tag = ?", (until, key))
    return timedelta(0)


def succeeded(sort: str, word: str) -> None:
    """The attempt was a success: forget all before it."""
    _forget(tag(sort, word))


def uncount(sort: str, word: str) -> None:
    """The attempt was a success, but others from the same place may not have been: undo one."""
    connection = reading_connection()
    with writing(connection):
        connection.run(
            "UPDATE attempt SET times = CASE WHEN times > 0 THEN times - 1 ELSE 0 END, "
            "locked_until = 0 WHERE tag = ?",
            (tag(sort, word),),
        )


def take(sort: str, word: str, quota: Quota, now: datetime) -> timedelta:
    """Use one of a quota; zero when there was one left, else how long until there is."""
    key, at = tag(sort, word), stored(now)
    window = _microseconds(quota.length)
    connection = reading_connection()
    with writing(connection):
        ((times, since),) = connection.rows(_USE, (key, at, at, at - window, at - window))
    if times <= quota.most:
        return timedelta(0)
    return timedelta(microseconds=max(since + window - at, SECOND))


def locked(sort: str, words: Iterable[str], now: datetime) -> set[str]:
    """Which of these (at most IN_MAX) are locked now."""
    by_tag = {tag(sort, word).hex(): word for word in words}
    assert len(by_tag) <= IN_MAX
    rows = reading_connection().rows(
        f"SELECT tag FROM attempt WHERE locked_until > ? LIMIT {IN_MAX * IN_MAX}", (stored(now),)
    )
    return {by_tag[found] for (raw,) in rows if (found := bytes(raw).hex()) in by_tag}


def unlock(sort: str, word: str) -> bool:
    """Let somebody try again at once; False when nothing was locked."""
    return _forget(tag(sort, word)) > 0


def forget_old(now: datetime, kept: timedelta = timedelta(days=2)) -> int:
    """Delete what no lock and no quota looks at any more; gives how many rows."""
    connection = reading_connection()
    with writing(connection):
        oldest = stored(now - kept)
        return connection.run(
            "DELETE FROM attempt WHERE last_at < ? AND locked_until < ?", (oldest, stored(now))
        )


def _forget(key: bytes) -> int:
    connection = reading_connection()
    with writing(connection):
        return connection.run("DELETE FROM attempt WHERE tag = ?", (key,))


def _microseconds(length: timedelta) -> int:
    return length // timedelta(microseconds=1)
