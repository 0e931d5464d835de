"""Finds matters by words of their place and subject: pairs of characters, in a table of our own.

Only fields that are not personal are indexed, and of them no run of digits that could be somebody's
number: a person's words are found by keyed tags only (uses.py). What is found passes the same
conditions as every list (lists.found_among). Chinese is written without blanks, so no word list is
needed: 井盖松动 is found where 井盖, 盖松 and 松动 all stand.

The index runs behind the journal and is brought up to it before it is asked, a limited piece at a
time: nobody who records a step waits for it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Final, Literal

import msgspec

from haihe.kernel.procedure import Procedure
from haihe.kernel.values import Datum
from haihe.records import lists, reading, rules, subject, uses
from haihe.records.database import Connection, Row, reading_connection, writing
from haihe.records.lists import Condition
from haihe.records.positions import settled
from haihe.records.rules import Rules
from haihe.records.shown import Listing, Reader
from haihe.records.writer import first_id

EVENTS_AT_ONCE: Final = 2_000
ROUNDS_MAX: Final = 5  # of one search: 10,000 events
TEXT_MAX: Final = 80  # characters of one field that are indexed
PAIRS_MAX: Final = 12  # of what is searched for; more say nothing new
SIMILAR_DAYS: Final = timedelta(days=90)
SIMILAR_SHARE: Final = 0.34  # of its pairs that another matter has too
SIMILAR_MAX: Final = 100  # looked at for one page
PAIRS_OF_A_TEXT_MAX: Final = 40
_NOTE: Final = 0  # the only row of table word_upto
_INDEXED: Final = ("place", "text", "long_text")
_NUMBER: Final = re.compile(r"[0-9A-Za-z]{5,}")
_PIECES: Final = re.compile(r"[一-鿿㐀-䶿]+|[0-9a-z]+")

_decode = msgspec.json.Decoder(dict[str, object]).decode


def search(reader: Reader, words: str, limit: int, now: datetime | None = None) -> Listing | None:
    """Matters in whose place or subject all these words stand, the newest first; traced.

    None for what is too short to be searched for: two characters at least.
    """
    sought = [one for piece in words.split() for one in pairs(piece)][:PAIRS_MAX]
    if not sought:
        return None
    at = now or datetime.now(UTC)
    connection = reading_connection()
    catch_up(connection)
    found = lists.found_among(reader, _sought(connection, sought), limit, at)
    told = {"by": "words", "found": len(found.items), **reading.sought(words)}
    reading.trace("search", reader, "handle", at, told=told)
    return found


def similar(reader: Reader, text: str, limit: int, now: datetime | None = None) -> Listing:
    """Open matters of the last weeks that say much the same of much the same place."""
    sought = pairs(text)[:PAIRS_OF_A_TEXT_MAX]
    if not sought:
        return Listing(items=())
    at = now or datetime.now(UTC)
    connection = reading_connection()
    catch_up(connection)
    marks = ", ".join("?" * len(sought))
    rows = connection.rows(
        f"SELECT matter_id, count(*) FROM word WHERE pair IN ({marks}) AND matter_id >= ? "
        "GROUP BY matter_id HAVING count(*) >= ? ORDER BY 2 DESC, 1 DESC LIMIT ?",
        (*sought, first_id(at - SIMILAR_DAYS), len(sought) * SIMILAR_SHARE, SIMILAR_MAX),
    )
    ids = [str(row[0]) for row in rows]
    if not ids:
        return Listing(items=())
    marks = ", ".join("?" * len(ids))
    chosen = Condition(f"NOT m.ended AND m.matter_id IN ({marks})", tuple(ids))
    likely = lists.Sought(chosen, "matter m JOIN matter w ON w.matter_id = m.matter_id", chosen, 0)
    found = lists.found_among(reader, likely, SIMILAR_MAX, at)
    told: dict[str, Datum] = {"by": "similar", "found": len(found.items)}
    reading.trace("search", reader, "handle", at, told=told)
    place = {matter: number for number, matter in enumerate(ids)}
    ranked = sorted(found.items, key=lambda item: place[item.matter])
    return Listing(items=tuple(ranked[:limit]))


def number_in(text: str) -> Literal["", "phone", "identity"]:
    """Whether a text holds a whole phone or identity number, by which somebody is found."""
    found = uses.numbers(text)
    if not found:
        return ""
    return "identity" if uses.sort(found[0]) == "identity" else "phone"


def pairs(text: str) -> list[int]:
    """The pairs of neighbouring characters of a text, each as one number, in order, once."""
    plain = _NUMBER.sub(" ", unicodedata.normalize("NFKC", text)).lower()
    found: dict[int, None] = {}
    for piece in _PIECES.findall(plain):
        for first, second in pairwise(piece):
            found[(ord(first) << 21) | ord(second)] = None
    return list(found)


def catch_up(connection: Connection, rounds: int = ROUNDS_MAX) -> bool:
    """Bring the index up to the journal; False when that takes more rounds than these."""
    told, upto = rules.current(), _upto(connection)
    ((last,),) = connection.rows("SELECT coalesce(max(position), 0) FROM event")
    newest = settled(connection).event if upto < last else upto
    for _ in range(rounds):
        if upto >= newest:
            return True
        rows = connection.rows(
            "SELECT e.matter_id, e.seq, e.data, m.kind, m.version FROM event e "
            "JOIN matter m ON m.matter_id = e.matter_id WHERE e.position > ? AND e.position <= ? "
            "ORDER BY e.position",
            (upto, min(newest, upto + EVENTS_AT_ONCE)),
        )
        upto = min(newest, upto + EVENTS_AT_ONCE)
        _add(connection, rows, told, upto)
    return upto >= newest


def _add(connection: Connection, rows: Sequence[Row], told: Rules, upto: int) -> None:
    """The pairs of these events, and how far the index is now."""
    fresh: dict[tuple[int, str], int] = {}
    for matter, seq, data, kind, version in rows:
        if seq > subject.EARLY_EVENTS:
            continue
        procedure = told.version(kind, date.fromisoformat(version))
        if procedure is None:
            continue
        for text in public_texts(procedure, _decode(data)):
            for pair in pairs(text):
                fresh.setdefault((pair, matter), seq)
    with writing(connection):
        connection.replace("word", [(*key, seq) for key, seq in fresh.items()])
        connection.replace("word_upto", [(_NOTE, upto)])


def public_texts(procedure: Procedure, data: dict[str, object]) -> Iterable[str]:
    """The texts of an event that name no person and shield nobody."""
    for name, value in data.items():
        field = procedure.fields.get(name)
        if field is None or not isinstance(value, str) or field.type not in _INDEXED:
            continue
        if not (field.personal or field.informant or field.confined):
            yield value[:TEXT_MAX]


def _upto(connection: Connection) -> int:
    rows = connection.rows("SELECT position FROM word_upto WHERE note = ?", (_NOTE,))
    return int(rows[0][0]) if rows else 0


def _sought(connection: Connection, pairs_: Sequence[int]) -> lists.Sought:
    """Matters that have all these pairs; the rarest leads the walk through the index."""
    counted = {pair: _often(connection, pair) for pair in pairs_}
    rarest, *others = sorted(pairs_, key=counted.__getitem__)
    one = "EXISTS (SELECT 1 FROM word o WHERE o.pair = ? AND o.matter_id = {}.matter_id)"
    there = " AND ".join(["w.pair = ?", *[one.format("w")] * len(others)])
    # CROSS JOIN: SQLite then walks the words first and never sorts; PostgreSQL decides itself.
    return lists.Sought(
        each=Condition(" AND ".join([one.format("m")] * len(pairs_)), tuple(pairs_)),
        start="word w CROSS JOIN matter m",
        there=Condition(f"m.matter_id = w.matter_id AND {there}", (rarest, *others)),
        often=counted[rarest],
    )


def _often(connection: Connection, pair: int) -> int:
    """How many matters have a pair, counted up to COUNTED_MAX."""
    ((count,),) = connection.rows(
        "SELECT count(*) FROM (SELECT 1 FROM word WHERE pair = ? LIMIT ?) counted",
        (pair, lists.COUNTED_MAX),
    )
    return int(count)
