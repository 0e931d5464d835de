"""The supervisor's numbers, and the list behind each: both are the same condition, asked twice.

A board is made for the moment, or as of a past one from the recorded history (records/past.py).
The reader's reach and standing are those of today. Limits: a list gives LIST_USUAL rows and
continues with `after`; numbers are exact.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import UTC, datetime, tzinfo
from typing import Final, NamedTuple

from haihe.kernel.values import Frozen
from haihe.records import lists, past, rules
from haihe.records.board_lists import (
    COUNTED_ONLY,
    LISTS,
    SHARES,
    SHOWN,
    Moment,
    Section,
    Which,
    both,
    seen,
)
from haihe.records.database import Connection, reading_connection
from haihe.records.instants import instant_words, restored, stored
from haihe.records.journal import NEVER
from haihe.records.lists import Condition
from haihe.records.shown import Item, Reader, Tone

LIST_USUAL: Final = 25
CSV_AT_ONCE: Final = 200
SEAL_FINGERPRINT_BYTES: Final = 8
KINDS_MAX: Final = 200
DISTRICT_DIGITS: Final = 6
ROUNDS_FOR_A_PAGE: Final = 2  # of haihe.records.past: more is left to the worker


class Number(Frozen, frozen=True, kw_only=True):
    """A number; `of` is the whole it is a part of, where it is a share.

    `total` is None while the history it is counted in is still being made.
    """

    which: Which
    section: Section
    tone: Tone
    total: int | None
    of: int | None = None
    of_which: str = ""


class KindNumber(Frozen, frozen=True, kw_only=True):
    """Of one kind: taken in on the day, and looked at of these."""

    kind: str
    name: str
    new: int
    seen: int
    unseen: int


class SealFace(Frozen, frozen=True, kw_only=True):
    """The last seal: up to which event the journal cannot be altered unseen."""

    number: int
    at: str
    events: int
    fingerprint: str


class Board(Frozen, frozen=True, kw_only=True):
    """The supervisor's page of a moment; `as_of` asks for the same page later."""

    now: str
    as_of: str
    past: bool
    numbers: tuple[Number, ...]
    kinds: tuple[KindNumber, ...]
    seal: SealFace | None
    unsealed: int


class SeenItem(Frozen, frozen=True, kw_only=True):
    """A matter of a list, and whether a supervisor has opened it."""

    item: Item
    seen: bool


class Matters(Frozen, frozen=True, kw_only=True):
    """A page of the list behind a number; `total` is that number."""

    total: int
    rows: tuple[SeenItem, ...]
    after: str
    now: str
    as_of: str
    kind_name: str
    area_name: str
    organ_name: str


class Ask(NamedTuple):
    """Which matters: a list, if wanted of one kind, area or organ, as of a past instant or now.

    An area is a district or a street (its code), or `none`: matters that lie in no known place.
    """

    which: Which
    kind: str = ""
    area: str = ""
    organ: str = ""
    as_of: datetime | None = None


class StillBeingMade(Exception):
    """The history is being made anew and does not reach to the moment yet: ask again later."""


def moment_of(
    as_of: datetime | None, now: datetime | None = None, *, stood: bool = False
) -> Moment:
    """The moment a page tells; brings the history up where it is needed. Raises StillBeingMade."""
    at = as_of or now or datetime.now(UTC)
    if as_of is None and not stood:
        return Moment(at=at, past=False)
    if as_of is None or not past.reaches(reading_connection(), as_of):
        whole = past.catch_up(ROUNDS_FOR_A_PAGE)
        if not whole and (as_of is None or not past.reaches(reading_connection(), as_of)):
            raise StillBeingMade
    return Moment(at=at, past=True)


def board(reader: Reader, now: datetime | None = None, as_of: datetime | None = None) -> Board:
    """Every number of the moment, of what the organs in the reader's reach have."""
    moment = moment_of(as_of, now)
    connection = reading_connection()
    visible = {free: lists.visible(connection, reader, free=free) for free in (False, True)}
    totals = {
        which: _count(connection, which, moment, visible[not LISTS[which].broad]) for which in SHOWN
    }
    seal = _seal(connection, moment)
    return Board(
        now=words_of(moment.at),
        as_of=as_of_text(moment.at),
        past=moment.past,
        numbers=tuple(_number(which, totals) for which in SHOWN),
        kinds=_kinds(connection, moment, visible[True]),
        seal=seal,
        unsealed=_unsealed(connection, moment),
    )


def matters(
    ask: Ask,
    reader: Reader,
    after: str = "",
    now: datetime | None = None,
    limit: int = LIST_USUAL,
) -> Matters:
    """The matters behind a number, the newest or the most urgent first."""
    one = LISTS[ask.which]
    moment = moment_of(ask.as_of, now, stood=one.stood or bool(ask.area))
    connection = reading_connection()
    asked = whole(ask, moment, lists.visible(connection, reader, free=not one.broad))
    beyond, order = _beyond(after, one.order)
    looked = seen(moment)
    rows = connection.rows(
        f"SELECT m.matter_id, m.urgent_at, {looked.sql} FROM {_table(moment)} m "
        f"WHERE {asked.sql} AND {beyond.sql} ORDER BY {order} LIMIT ?",
        (*looked.values, *asked.values, *beyond.values, limit + 1),
    )
    shown = rows[:limit]
    found = lists.items([row[0] for row in shown], moment.at, past=moment.past)
    items = {item.matter: item for item in found}
    kinds = {row[0]: row[1] for row in _kinds_of(connection, [row[0] for row in shown])}
    return Matters(
        total=_total(connection, asked, moment),
        rows=tuple(
            SeenItem(item=_bare(items[row[0]], kinds[row[0]]), seen=bool(row[2])) for row in shown
        ),
        after=f"{shown[-1][1]}-{shown[-1][0]}" if len(rows) > limit else "",
        now=words_of(moment.at),
        as_of=as_of_text(moment.at),
        kind_name=kind_names().get(ask.kind, ask.kind) if ask.kind else "",
        area_name=area_name(ask.area, moment.at),
        organ_name=rules.current().organ_name(ask.organ) if ask.organ else "",
    )


def kinds_of_day(reader: Reader, now: datetime | None = None) -> tuple[KindNumber, ...]:
    """What was taken in on the day, by kind, and how much of it was looked at."""
    connection = reading_connection()
    return _kinds(connection, moment_of(None, now), lists.visible(connection, reader, free=True))


def total(ask: Ask, reader: Reader, now: datetime | None = None) -> int:
    """The number itself."""
    one = LISTS[ask.which]
    moment = moment_of(ask.as_of, now, stood=one.stood or bool(ask.area))
    connection = reading_connection()
    visible = lists.visible(connection, reader, free=not one.broad)
    return _total(connection, whole(ask, moment, visible), moment)


def version(reader: Reader, now: datetime | None = None) -> str:
    """A word that is another as soon as a number of the reader's board may be another.

    The newest event, reading and change of a finding, and the second in which time alone moves
    numbers: when the next clock of the city runs out is not looked up, a minute is enough.
    """
    connection = reading_connection()
    at = now or datetime.now(UTC)
    rows = connection.rows(
        "SELECT (SELECT max(position) FROM event), (SELECT max(position) FROM reading), "
        "(SELECT max(since) FROM finding_span), (SELECT max(number) FROM seal), "
        "(SELECT count(*) FROM finding WHERE closed_at IS NULL)"
    )
    told = (*rows[0], at.strftime("%Y%m%d%H%M"), reader.organ, reader.roles, reader.person)
    return hashlib.sha256(repr(told).encode()).hexdigest()[:20]


def as_of_text(at: datetime) -> str:
    """The instant as `as_of` takes it: on the clocks of the city, to the microsecond."""
    return at.astimezone(rules.current().zone).replace(tzinfo=None).isoformat()


def instant(as_of: datetime | None) -> datetime:
    """The instant itself, or now."""
    return as_of or datetime.now(UTC)


def words_of(at: datetime) -> str:
    """An instant in words, on the clocks of the city."""
    return instant_words(at, rules.current().zone)


def restored_at(microseconds: int) -> datetime:
    """An instant of the journal."""
    return restored(microseconds, rules.current().zone)


def zone() -> tzinfo:
    """The clocks of the city."""
    return rules.current().zone


def kind_names() -> dict[str, str]:
    """The names of the kinds of matters."""
    return {one.kind: one.name or one.kind for one in rules.current().every_version()}


def area_name(area: str, at: datetime) -> str:
    """The name of a district or street: 河西区 马场街道; "" for none."""
    if not area or area == "none":
        return ""
    current = rules.current()
    line = current.places.lineage(area, at.astimezone(current.zone).date())
    return " ".join(one.name for one in line[1:]) or area


# ── the conditions ───────────────────────────────────────────────────────────────────────────


def _table(moment: Moment) -> str:
    return "stood" if moment.past else "matter"


def stands(moment: Moment, row: str = "m") -> Condition:
    """Of the history: that the row is the one of the moment."""
    if not moment.past:
        return Condition("1 = 1")
    at = stored(moment.at)
    return Condition(f"{row}.until > ? AND {row}.since <= ?", (at, at))


def whole(ask: Ask, moment: Moment, visible: Condition) -> Condition:
    """What a matter must fulfil to be counted and listed; `visible` is the reader's reach."""
    one = LISTS[ask.which]
    found = both(one.where(moment), stands(moment))
    if one.broad and not moment.past:
        found = both(found, lists.OPEN_OF_ORGAN)  # a column of the index by organ
    if ask.kind:
        found = both(found, Condition("m.kind = ?", (ask.kind,)))
    if ask.area:
        found = both(found, in_area(ask.area))
    if ask.organ:
        found = both(found, Condition("m.owner_organ = ?", (ask.organ,)))
    return both(found, visible)


def in_area(area: str) -> Condition:
    """That a matter of the history lies in a district or street, or in no known place (`none`)."""
    if area == "none":
        return Condition("length(m.area) < ?", (DISTRICT_DIGITS,))
    return Condition("m.area >= ? AND m.area < ?", (area, f"{area}:"))


def _count(connection: Connection, which: Which, moment: Moment, visible: Condition) -> int | None:
    if LISTS[which].stood and not moment.past:
        try:
            moment = moment_of(None, moment.at, stood=True)
        except StillBeingMade:
            return None
    return _total(connection, whole(Ask(which), moment, visible), moment)


def _total(connection: Connection, asked: Condition, moment: Moment) -> int:
    rows = connection.rows(
        f"SELECT count(*) FROM {_table(moment)} m WHERE {asked.sql}", asked.values
    )
    return int(rows[0][0])


def _beyond(after: str, order: str) -> tuple[Condition, str]:
    """What comes after a place in the list, and its order; a place somebody made up is none."""
    urgent_at, _, matter = after.partition("-")
    known = urgent_at.isdecimal() and len(urgent_at) <= len(str(2**62)) and bool(matter)
    if order == "newest":
        where = Condition("m.matter_id < ?", (matter,)) if known else Condition("1 = 1")
        return where, "m.matter_id DESC"
    place = (int(urgent_at), matter) if known else ()
    where = Condition("(m.urgent_at, m.matter_id) > (?, ?)", place) if known else Condition("1 = 1")
    return where, "m.urgent_at, m.matter_id"


# ── the numbers ──────────────────────────────────────────────────────────────────────────────


def _number(which: Which, totals: dict[Which, int | None]) -> Number:
    one, whole = LISTS[which], SHARES.get(which)
    return Number(
        which=which,
        section=one.section,
        tone=one.tone,
        total=totals[which],
        of=None if whole is None else totals[whole],
        of_which=whole or "",
    )


def _kinds(connection: Connection, moment: Moment, visible: Condition) -> tuple[KindNumber, ...]:
    """What was taken in on the day, by kind, in the order of the kinds' names."""
    looked = seen(moment)
    asked = whole(Ask("new_today"), moment, visible)
    rows = connection.rows(
        f"SELECT m.kind, count(*), count(CASE WHEN {looked.sql} THEN 1 END) "
        f"FROM {_table(moment)} m WHERE {asked.sql} GROUP BY m.kind ORDER BY m.kind LIMIT ?",
        (*looked.values, *asked.values, KINDS_MAX),
    )
    names = kind_names()
    return tuple(
        KindNumber(
            kind=str(kind),
            name=names.get(kind) or str(kind),
            new=new,
            seen=opened,
            unseen=new - opened,
        )
        for kind, new, opened in rows
    )


def _kinds_of(connection: Connection, matters: Collection[str]) -> list[tuple[str, str]]:
    if not matters:
        return []
    rows = connection.rows_in("SELECT matter_id, kind FROM matter WHERE matter_id", [*matters])
    return [(row[0], row[1]) for row in rows]


def _bare(item: Item, kind: str) -> Item:
    """The row, without what it is about where only counting is allowed."""
    return item if kind not in COUNTED_ONLY else lists.without_subject(item)


# ── the seal ─────────────────────────────────────────────────────────────────────────────────


def _unsealed(connection: Connection, moment: Moment) -> int:
    """Events after the last seal: a range of positions, up to the next seal if there is one."""
    at = stored(moment.at)
    told = "SELECT count(*) FROM event WHERE position > "
    told += "(SELECT coalesce(max(events_upto), 0) FROM seal WHERE sealed_at <= ?)"
    values = [at]
    if moment.past:
        told += (
            " AND recorded_at <= ? AND position <= coalesce((SELECT min(events_upto) FROM seal "
            "WHERE sealed_at > ?), ?)"
        )
        values += [at, at, NEVER]
    return int(connection.rows(told, values)[0][0])


def _seal(connection: Connection, moment: Moment) -> SealFace | None:
    at = stored(moment.at)
    rows = connection.rows(
        "SELECT number, sealed_at, hash, (SELECT sum(events) FROM seal WHERE sealed_at <= ?) "
        "FROM seal WHERE sealed_at <= ? ORDER BY number DESC LIMIT 1",
        (at, at),
    )
    if not rows:
        return None
    number, sealed_at, hashed, events = rows[0]
    zone = rules.current().zone
    return SealFace(
        number=number,
        at=instant_words(restored(sealed_at, zone), zone),
        events=int(events),
        fingerprint=bytes(hashed)[:SEAL_FINGERPRINT_BYTES].hex(),
    )
