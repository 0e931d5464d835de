"""Letters as a chief sees them: the late ones, the repeated ones, what they are about."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec

from haihe.kernel.values import Frozen
from haihe.records import board, lists
from haihe.records.board import Ask, Matters
from haihe.records.board_lists import LETTERS, LISTS, Which
from haihe.records.database import reading_connection
from haihe.records.letter_fit import JOIN, JOINED, KIND, SAME_AS
from haihe.records.shown import Item, Reader, Tone
from haihe.records.writer import first_id

LATE_MAX: Final = 50
JOINED_MAX: Final = 500
SUBJECTS_MAX: Final = 30
REGISTERED_MAX: Final = 5_000
SPAN: Final = timedelta(days=28)
NONE: Final = "-"  # the category of letters that nobody gave one


class LetterNumber(Frozen, frozen=True, kw_only=True):
    """A number of letters; its list is that of the board with this name."""

    which: Which
    tone: Tone
    total: int


class Repeated(Frozen, frozen=True, kw_only=True):
    """A letter that is being handled, and the letters that wait for its answer."""

    first: Item
    others: tuple[Item, ...]


class Category(Frozen, frozen=True, kw_only=True):
    """How many letters of the last four weeks a person gave this category."""

    name: str
    total: int


def numbers(reader: Reader, now: datetime | None = None) -> tuple[LetterNumber, ...]:
    """The numbers of letters in the reader's reach, the late ones first."""
    return tuple(
        LetterNumber(
            which=which, tone=LISTS[which].tone, total=board.total(Ask(which), reader, now)
        )
        for which in LETTERS
    )


def late(reader: Reader, now: datetime | None = None) -> Matters:
    """The letters over their time, the longest over first."""
    return board.matters(Ask("letters_late"), reader, now=now, limit=LATE_MAX)


def repeated(reader: Reader, now: datetime | None = None) -> tuple[Repeated, ...]:
    """The matters about which several letters came, those with the most first."""
    connection = reading_connection()
    visible = lists.visible(connection, reader)
    last: dict[str, str] = {}
    for letter, data in connection.rows(
        "SELECT m.matter_id, e.data FROM matter m JOIN event e ON e.matter_id = m.matter_id "
        "AND e.act = ? WHERE m.kind = ? AND m.state = ? AND NOT m.ended "
        f"AND {visible.sql} ORDER BY m.matter_id, e.seq LIMIT ?",
        (JOIN, KIND, JOINED, *visible.values, JOINED_MAX),
    ):
        last[letter] = str(msgspec.json.decode(data).get(SAME_AS, ""))
    by_first: dict[str, list[str]] = defaultdict(list)
    for letter, first in last.items():
        by_first[first].append(letter)
    most = sorted(by_first, key=lambda one: (-len(by_first[one]), one))[:SUBJECTS_MAX]
    known = {item.matter for item in _visible(most, reader, now)}
    return tuple(
        Repeated(
            first=_visible([first], reader, now)[0],
            others=_visible(by_first[first][: lists.LIST_MAX], reader, now),
        )
        for first in most
        if first in known
    )


def categories(reader: Reader, now: datetime | None = None) -> tuple[Category, ...]:
    """What people said the letters of the last four weeks are about, the most frequent first."""
    counted: dict[str, int] = defaultdict(int)
    for name in _registered(reader, now).values():
        counted[name] += 1
    order = sorted(counted, key=lambda one: (one == NONE, -counted[one], one))
    return tuple(Category(name=name, total=counted[name]) for name in order)


def of_category(reader: Reader, name: str, now: datetime | None = None) -> tuple[Item, ...]:
    """The letters behind the number of a category, the newest first; at most LIST_MAX."""
    found = [letter for letter, one in _registered(reader, now).items() if one == name]
    newest = sorted(found, reverse=True)[: lists.LIST_MAX]
    items = {item.matter: item for item in lists.items(newest, now)}
    return tuple(items[letter] for letter in newest)


def _registered(reader: Reader, now: datetime | None) -> dict[str, str]:
    """The letters of the span with the category last given; NONE where it was left open."""
    connection = reading_connection()
    visible = lists.visible(connection, reader)
    rows = connection.rows(
        "SELECT m.matter_id, e.data FROM matter m JOIN event e ON e.matter_id = m.matter_id "
        f"AND e.act = 'register' WHERE m.kind = ? AND m.matter_id >= ? AND {visible.sql} "
        "ORDER BY m.matter_id DESC, e.seq LIMIT ?",
        (KIND, first_id((now or datetime.now(UTC)) - SPAN), *visible.values, REGISTERED_MAX),
    )
    told = ((letter, msgspec.json.decode(data)) for letter, data in rows)
    return {letter: str(given.get("letter_category", NONE)) for letter, given in told}


def _visible(matters: list[str], reader: Reader, now: datetime | None) -> tuple[Item, ...]:
    """Those of these that the reader's reach holds, in their order."""
    if not matters:
        return ()
    connection = reading_connection()
    visible = lists.visible(connection, reader)
    marks = ", ".join("?" * len(matters))
    rows = connection.rows(
        f"SELECT m.matter_id FROM matter m WHERE m.matter_id IN ({marks}) AND {visible.sql}",
        (*matters, *visible.values),
    )
    known = {row[0] for row in rows}
    items = {one.matter: one for one in lists.items([one for one in matters if one in known], now)}
    return tuple(items[one] for one in matters if one in items)
