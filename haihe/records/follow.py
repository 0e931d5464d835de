"""How far the sweeps have followed the journal, when each matter is due again, and who is linked.

A small SQLite file beside the views, never a source: without it the next sweep is a full one.
For each matter it keeps the next moment at which a model may see it otherwise although nothing
happens, and the words that link it to others (its family, its parties, its place).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import date, datetime, time, tzinfo
from pathlib import Path
from typing import Final

import msgspec

from haihe.records import home
from haihe.records.database import IN_MAX
from haihe.records.instants import stored
from haihe.records.journal import NEVER
from haihe.records.told import Reader, Told, place_of, request_due
from haihe.supervision.waits import DAY, Waits

FILE: Final = "follow.sqlite3"
LINK_LETTERS: Final = {"family": "m", "party": "p", "place": "l"}
FORM: Final = 1

_TABLES: Final = (
    "CREATE TABLE IF NOT EXISTS mark (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS wake (matter TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE INDEX IF NOT EXISTS wake_at ON wake (at)",
    "CREATE TABLE IF NOT EXISTS link (word TEXT, matter TEXT, PRIMARY KEY (word, matter))"
    " WITHOUT ROWID",
    "CREATE INDEX IF NOT EXISTS link_of ON link (matter, word)",
)


class Marks(msgspec.Struct):
    """Up to where the last sweep looked, and by which models in which form."""

    form: int = FORM
    position: int = 0
    head: str = ""
    reading: int = 0
    at: int = 0
    waits: str = ""
    pack: str = ""
    models: dict[str, str] = {}  # id -> digest of what was swept last


class Follow:
    """The file, opened; everything is one transaction until `keep`."""

    def __init__(self, file: Path) -> None:
        self._raw = sqlite3.connect(file, isolation_level=None)
        self._raw.execute("PRAGMA journal_mode=WAL")
        self._raw.execute("PRAGMA synchronous=NORMAL")
        for statement in _TABLES:
            self._raw.execute(statement)
        self._raw.execute("BEGIN IMMEDIATE")

    def marks(self) -> Marks | None:
        """Where the last sweep stood; None before the first."""
        rows = self._raw.execute("SELECT value FROM mark WHERE name = 'swept'").fetchall()
        try:
            found = msgspec.json.decode(rows[0][0], type=Marks) if rows else None
        except msgspec.DecodeError:
            return None
        return found if found is not None and found.form == FORM else None

    def keep(self, marks: Marks) -> None:
        """Write where this sweep stood, and everything noted with it."""
        told = msgspec.json.encode(marks).decode()
        self._raw.execute("INSERT OR REPLACE INTO mark VALUES ('swept', ?)", (told,))
        self._raw.execute("COMMIT")
        self._raw.execute("BEGIN IMMEDIATE")

    def empty(self) -> None:
        """Forget every matter."""
        for table in ("mark", "wake", "link"):
            self._raw.execute(f"DELETE FROM {table}")

    def close(self) -> None:
        """Leave what was not kept."""
        self._raw.execute("ROLLBACK")
        self._raw.close()

    def woken(self, now: int) -> list[str]:
        """Matters that are due for another look."""
        return [
            row[0] for row in self._raw.execute("SELECT matter FROM wake WHERE at <= ?", (now,))
        ]

    def wake(self, matters: Iterable[str], at: int) -> None:
        """Have these matters looked at again at an instant, whatever they tell."""
        rows = [(matter, at) for matter in matters]
        self._raw.executemany("INSERT OR REPLACE INTO wake VALUES (?, ?)", rows)

    def note(self, told: Iterable[Told], reader: Reader, waits: Waits, now: int) -> None:
        """When these matters are due again and what links them, in the place of what was noted."""
        wakes, asleep, links, matters = [], [], [], []
        for one in told:
            matters.append((one.matter,))
            at = next_look(one, reader, waits, now)
            if at is None:
                asleep.append((one.matter,))
            else:
                wakes.append((one.matter, at))
            links += [(word, one.matter) for word in words_of(one)]
        run = self._raw.executemany
        run("DELETE FROM wake WHERE matter = ?", asleep)
        run("INSERT OR REPLACE INTO wake VALUES (?, ?)", wakes)
        run("DELETE FROM link WHERE matter = ?", matters)
        run("INSERT OR IGNORE INTO link VALUES (?, ?)", links)

    def words(self, matters: Sequence[str], letters: str) -> set[str]:
        """The words of these matters, of the sorts asked for."""
        found: set[str] = set()
        for part in _parts(matters):
            marks = ",".join("?" * len(part))
            sql = f"SELECT word FROM link WHERE matter IN ({marks})"
            found.update(row[0] for row in self._raw.execute(sql, part))
        return {word for word in found if word[0] in letters}

    def matters(self, words: Iterable[str], limit: int) -> set[str] | None:
        """The matters that have one of these words; None when they are more than `limit`."""
        found: set[str] = set()
        for part in _parts(sorted(words)):
            marks = ",".join("?" * len(part))
            sql = f"SELECT matter FROM link WHERE word IN ({marks}) LIMIT ?"
            found.update(row[0] for row in self._raw.execute(sql, (*part, limit + 1)))
            if len(found) > limit:
                return None
        return found


@contextmanager
def opened() -> Iterator[Follow]:
    """The file of this installation."""
    with closing(Follow(home.home() / FILE)) as follow:
        yield follow


def _parts(values: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(values), IN_MAX):
        yield values[start : start + IN_MAX]


# ── a matter's words and its next look ───────────────────────────────────────────────────────


def words_of(told: Told) -> set[str]:
    """What links a matter to others; the letter says by what."""
    words = {f"m:{told.matter}"}
    if told.from_matter:
        words.add(f"m:{told.from_matter}")
    if told.state.merged_into:
        words.add(f"m:{told.state.merged_into}")
    fields = told.procedure.fields
    for data in told.data:
        words.update(
            f"m:{value}"
            for name, value in data.items()
            if name in fields and fields[name].type == "matter" and isinstance(value, str)
        )
    words.update(f"p:{party.party}" for party in told.parties)
    place = place_of(told)
    if place:
        words.add(f"l:{place}")
    return words


def next_look(told: Told, reader: Reader, waits: Waits, now: int) -> int | None:
    """The first moment from `now` on at which time alone may change what a model finds."""
    found = [
        at
        for anchor in _anchors(told, reader)
        if (at := waits.next(anchor, _midnight(anchor, reader), now)) is not None
    ]
    for clock in told.clocks:
        if clock.status == "running" and clock.falls_at < NEVER:
            span = clock.falls_at - clock.started_at
            shares = (clock.started_at + span * part // whole for part, whole in waits.shares)
            found += [at for at in shares if at >= now]
    return min(found, default=None)


def _anchors(told: Told, reader: Reader) -> set[int]:
    """Every instant a matter tells: of its events, clocks and requests, and in its data."""
    found: set[int] = set()
    for event in told.events:
        found.update((event.happened_at, event.recorded_at))
    for clock in told.clocks:
        found.update(at for at in (clock.started_at, clock.falls_at) if at < NEVER)
    found.update(
        stored(due_at)
        for asked in told.state.requests
        if asked.answered_seq is None
        and (due_at := request_due(asked, reader.rules.calendar)) is not None
    )
    found.update(row[1] for row in told.readings)
    zone = reader.rules.zone
    fields = told.procedure.fields
    for data in told.data:
        for name, value in data.items():
            if (
                name in fields
                and fields[name].type in ("day", "instant")
                and isinstance(value, str)
            ):
                found.add(_instant(value, zone))
    return found


def _instant(text: str, zone: tzinfo) -> int:
    if len(text) == 10:
        return stored(datetime.combine(date.fromisoformat(text), time(), tzinfo=zone))
    return stored(datetime.fromisoformat(text))


def _midnight(instant: int, reader: Reader) -> int:
    """The local midnight before an instant, in UTC."""
    local = reader.local(instant)
    return instant - local % DAY
