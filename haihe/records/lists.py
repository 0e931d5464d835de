"""Lists of matters and findings: each row is one that the rule of reading lets this reader open.

What a row must fulfil is part of the query, so a list costs the same whoever asks. Three indexes
carry it: a matter's organ with its urgency, its organ with its number, and table stake, which
says what other organs have to do with a matter (haihe.kernel.standing). What several organs have
is merged from the beginning of each organ's own part of the index.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Final, Literal, NamedTuple, get_args

import msgspec
from msgspec.structs import replace

from haihe.kernel.organs import Archive
from haihe.kernel.standing import SIGNS_AS, SIGNS_IN_ROLE
from haihe.records import reach, reading, requests_shown, rules, uses
from haihe.records.accounts import person_name
from haihe.records.database import IN_MAX, Connection, Row, reading_connection
from haihe.records.instants import due_words, restored, stored
from haihe.records.journal import NEVER, due_of, procedure_of
from haihe.records.parties import from_public
from haihe.records.printing import Printer
from haihe.records.rules import Rules
from haihe.records.shown import FindingList, FindingRow, Item, Listing, Reader, Tone
from haihe.records.subject import subjects

# own: what the reader's organ has open; contested: what it ended and the party contests;
# reach: what the organs have that the reader supervises; the
# others by what the reader's organ has to do with it; signs: where it is the reader's turn to sign.
Of = Literal["own", "signs", "contested", "asked", "helps", "had", "reach"]
OF: Final[tuple[Of, ...]] = get_args(Of)

LIST_MAX: Final = 200
LIST_USUAL: Final = 25
PERSON_MAX: Final = 40  # matters shown for one identity number or phone
NEAR: Final = 2_000  # rows of the whole city that are walked before organs are asked one by one
COUNTED_MAX: Final = 5_000  # what is counted before a search decides how to go about it
LAST: Final = "\U0010ffff"  # sorts behind every character of a number
_ITEM: Final = (
    "m.matter_id, m.number, m.kind, m.version, m.state, m.owner_organ, m.owner_person, "
    "m.opened_at, m.with_owner_since, m.changed_at, m.ended, m.urgent_at, m.urgent_clock, m.minor"
)
_STAKED: Final = "stake t JOIN matter m ON m.matter_id = t.matter_id"


class Condition(NamedTuple):
    """A part of a query and the values of its marks."""

    sql: str
    values: tuple[object, ...] = ()


OPEN: Final = Condition("NOT m.ended")  # the words of the index by urgency
OPEN_OF_ORGAN: Final = Condition("m.ended = ?", (False,))  # a column of the index by organ
CONTESTED: Final = Condition("m.ended = ? AND m.contested = ?", (True, True))


class _Wanted(NamedTuple):
    """Which matters: as the index of all says it, as that of an organ does, from where on."""

    of_all: Condition
    of_organ: Condition
    beyond: tuple[Condition, ...]
    order: str


class _Query(NamedTuple):
    """Rows of matters `m`: `start` begins with FROM, `order` are columns with their direction."""

    start: str
    where: tuple[Condition, ...]
    order: str


def inbox(
    reader: Reader,
    limit: int = LIST_USUAL,
    after: str = "",
    now: datetime | None = None,
    *,
    of: Of = "own",
) -> Listing:
    """Open matters, the most urgent first; by stake the newest first, `had` with ended ones."""
    limit = LIST_MAX if of == "asked" else _limit(limit)  # ordered by when the answer is wanted
    connection = reading_connection()
    if of in ("own", "contested"):
        owned = Condition("m.owner_organ = ?", (reader.organ,))
        which = OPEN_OF_ORGAN if of == "own" else CONTESTED
        where = (owned, which, *_beyond(after), *_own(reader))
        rows = _rows(connection, _Query("matter m", where, "m.urgent_at, m.matter_id"), limit + 1)
    elif of == "reach":
        wanted = _Wanted(OPEN, OPEN_OF_ORGAN, _beyond(after), "m.urgent_at, m.matter_id")
        rows = _reached(connection, reader, wanted, limit + 1)
    else:
        rule = (*_older(after), *_staked(reader, of))
        rows = []
        for one in _own_stakes(reader):
            where = (one, _how(reader, of), *rule)
            rows += _rows(connection, _Query(_STAKED, where, "t.matter_id DESC"), limit + 1)
        rows = sorted({row[0]: row for row in rows}.values(), key=_newest, reverse=True)
        rows = rows[: limit + 1]
    printer = _printer(now)
    found = _listing(rows, limit, printer)
    if of != "asked":
        return found
    timed = requests_shown.with_answer_times(connection, printer, found.items, _organs(reader))
    return replace(found, items=timed)


def search(
    reader: Reader, number: str, limit: int = LIST_USUAL, now: datetime | None = None
) -> Listing:
    """Matters whose number begins like this, or in which this identity number or phone was given.

    Only those the reader may know of; minors of other organs are found by no number of a person.
    The search is traced.
    """
    begins = number.strip().upper()
    if not begins:
        return Listing(items=())
    limit = _limit(limit)
    printer = _printer(now)
    tags = uses.tags_of(number)
    if tags:
        rows = _with_number(reading_connection(), reader, tags)[:limit]
    else:
        rows = _found(reading_connection(), reader, begins, limit)
    told = {"by": "person" if tags else "number", "found": len(rows), **reading.sought(number)}
    reading.trace("search", reader, "handle", printer.now, told=told)
    return _listing(rows, limit, printer)


class Sought(NamedTuple):
    """Which matters `m` are looked for, in the three ways in which a query can go about it.

    `each` is tested on one matter after the other, where few are to be looked at. `start` and
    `there` walk an index of their own (`w`) with the newest first, however many there are.
    """

    each: Condition
    start: str
    there: Condition
    often: int  # how many the index has, counted up to COUNTED_MAX


def with_own(
    reader: Reader, chosen: Condition, limit: int = LIST_USUAL, now: datetime | None = None
) -> Listing:
    """Of the matters `m` that fulfil this, those the own organ has or has to do with, newest first.

    Sealed records are left out. Whoever asks leaves the trace.
    """
    connection, limit = reading_connection(), _limit(limit)
    where = (chosen, Condition("NOT (m.ended AND m.minor)"))
    order = "m.matter_id DESC"
    rows: list[Row] = []
    for owned in _owned(reader):
        rows += _rows(connection, _Query("matter m", (owned, *where, *_own(reader)), order), limit)
    staked = (Condition("t.how <> 'apart'"), *where, *_staked(reader, "had"))
    for own in _own_stakes(reader):
        rows += _rows(connection, _Query(_STAKED, (own, *staked), order), limit)
    found = sorted({row[0]: row for row in rows}.values(), key=_newest, reverse=True)
    return _listing(found[:limit], limit, _printer(now))


def found_among(
    reader: Reader, sought: Sought, limit: int = LIST_USUAL, now: datetime | None = None
) -> Listing:
    """Of the matters sought those the reader may know of, the newest first; none is left out.

    Sealed records are found by their number only. Whoever asks leaves the trace.
    """
    connection, limit = reading_connection(), _limit(limit)
    unsealed = Condition("NOT (m.ended AND m.minor)")
    where = (sought.each, unsealed)
    order = "m.matter_id DESC"
    rows: list[Row] = []
    for owned in _owned(reader):
        rows += _rows(connection, _Query("matter m", (owned, *where, *_own(reader)), order), limit)
    roles = [
        Condition(f"(t.how IN ('asked', 'answered') OR {one.sql})", one.values)
        for one in _kinds_allowed(reader, "had")
    ]
    staked = (Condition("t.how <> 'apart'"), *where, _not_apart(_lineage(reader)), *roles)
    for own in _own_stakes(reader):
        rows += _rows(connection, _Query(_STAKED, (own, *staked), order), limit)
    if supervises(reader):
        rows += _sought_in_reach(connection, reader, sought, limit)
    found = sorted({row[0]: row for row in rows}.values(), key=_newest, reverse=True)
    return _listing(found[:limit], limit, _printer(now))


def _sought_in_reach(
    connection: Connection, reader: Reader, sought: Sought, limit: int
) -> list[Row]:
    """The newest of what is sought in the reader's reach.

    What is rare is walked whole. What is common is walked until a page is full; unless the reach
    has few matters: then these are looked at one by one.
    """
    unsealed = Condition("NOT (m.ended AND m.minor)")
    rule = (unsealed, _not_apart(_lineage(reader)), *_kinds_allowed(reader, "reach"))
    listed = reach.reach_of(reader.organ).organs
    organs = None if listed is None else sorted(listed)
    if organs is not None and sought.often >= COUNTED_MAX:
        own = _among(connection, "m.owner_organ", organs)
        ((few,),) = connection.rows(
            f"SELECT count(*) FROM (SELECT 1 FROM matter m WHERE {own.sql} LIMIT ?) counted",
            (*own.values, COUNTED_MAX),
        )
        if few < COUNTED_MAX:
            query = _Query("matter m", (own, sought.each, *rule), "m.matter_id DESC")
            return _rows(connection, query, limit)
    of_organs: tuple[Condition, ...] = ()
    if organs is not None:
        of_organs = (_among(connection, "m.owner_organ", organs, free=True),)
    query = _Query(sought.start, (sought.there, *of_organs, *rule), "w.matter_id DESC")
    return _rows(connection, query, limit)


def supervises(reader: Reader) -> bool:
    """Whether the reader supervises any kind of matter, of whatever organ."""
    return reader.supervisor or bool(_kinds(rules.current(), reader.roles, of="reach"))


def is_empty() -> bool:
    """Whether no matter was ever opened here."""
    return not reading_connection().rows("SELECT 1 FROM matter LIMIT 1")


def items(
    matters: Collection[str], now: datetime | None = None, *, past: bool = False
) -> tuple[Item, ...]:
    """The rows of a list for these matters (at most LIST_MAX), in no order; `past`: as they stood.

    Whoever asks has found them by a query that has `visible` in it. A record that has been sealed
    since tells nothing of what it is about, whenever it is asked for.
    """
    assert len(matters) <= LIST_MAX
    if not matters:
        return ()
    printer, connection = _printer(now), reading_connection()
    if not past:
        rows = connection.rows_in(f"SELECT {_ITEM} FROM matter m WHERE m.matter_id", [*matters])
        return _listing(rows, LIST_MAX, printer).items
    at = stored(printer.now)
    marks = ", ".join("?" * len(matters))
    rows = connection.rows(
        f"SELECT {_ITEM}, m.due, m.due_from, x.ended AND x.minor FROM stood m JOIN matter x "
        f"ON x.matter_id = m.matter_id WHERE m.matter_id IN ({marks}) "
        "AND m.since <= ? AND m.until > ?",
        (*matters, at, at),
    )
    dues = {(row[0], row[12]): (row[14], row[15]) for row in rows if row[12] and row[14]}
    sealed = {row[0] for row in rows if row[16]}
    return _listing([row[:14] for row in rows], LIST_MAX, printer, dues, sealed).items


def without_subject(item: Item) -> Item:
    """The row, telling nothing of what the matter is about."""
    return replace(item, subject="")


def visible(connection: Connection, reader: Reader, *, free: bool = False) -> Condition:
    """Of a matter `m` that supervision counts or lists: an organ of the reader's reach has it.

    What reports the reader's own line is looked up once and not for each matter: often nothing is.
    `free`: what else is asked is narrower than what an organ has; no index of organs is to be used.
    """
    organs = reach.reach_of(reader.organ).organs
    lineage = _lineage(reader)
    marks = ", ".join("?" * len(lineage))
    apart = f"SELECT a.matter_id FROM stake a WHERE a.how = 'apart' AND a.organ IN ({marks})"
    parts = [*_kinds_allowed(reader, "reach")]
    if connection.rows(f"{apart} LIMIT 1", lineage):
        parts.append(Condition(f"m.matter_id NOT IN ({apart})", lineage))
    if organs is not None:
        parts.append(_among(connection, "m.owner_organ", sorted(organs), free=free))
    return _joined(parts) if parts else Condition("1 = 1")


def findings(
    reader: Reader,
    limit: int = LIST_USUAL,
    after: str = "",
    *,
    model: str = "",
    open_only: bool = True,
    now: datetime | None = None,
) -> FindingList:
    """What models noticed, newest first, of the organs in reach; others see the own organ's."""
    connection = reading_connection()
    where: list[Condition] = []
    if open_only:
        where.append(Condition("f.closed_at IS NULL"))
    if model:
        where.append(Condition("f.model = ?", (model,)))
    if reader.supervisor:
        where.append(visible(connection, reader))
    else:
        where += [_any(_owned(reader)), *_own(reader)]
    return found_by(FOUND_NOW, where, limit, after, now)


class Found(NamedTuple):
    """Where findings `f`, their matters `m` and rectifications `r` are read, and how they stand."""

    start: Condition
    closed_at: str
    times: str


FOUND_NOW: Final = Found(
    Condition(
        "finding f JOIN matter m ON m.matter_id = f.matter_id "
        "LEFT JOIN matter r ON r.matter_id = f.rectification"
    ),
    closed_at="f.closed_at",
    times="f.times",
)


def found_by(
    found: Found,
    where: Sequence[Condition],
    limit: int = LIST_USUAL,
    after: str = "",
    now: datetime | None = None,
) -> FindingList:
    """A page of findings, newest first; whoever asks has put the reader's rule into `where`."""
    printer, limit, connection = _printer(now), _limit(limit), reading_connection()
    beyond = Condition("f.finding_id < ?", (_whole(after) if after else NEVER,))
    whole = _joined([beyond, *where])
    rows = connection.rows(
        "SELECT f.finding_id, f.model, f.matter_id, f.says, f.events, f.first_seen, f.last_seen, "
        f"{found.closed_at}, {found.times}, f.rectification, m.number, m.kind, m.version, "
        "r.number, r.kind, r.version, r.state, EXISTS (SELECT 1 FROM matter x "
        "WHERE x.matter_id = f.matter_id AND x.ended AND x.minor) "
        f"FROM {found.start.sql} WHERE {whole.sql} ORDER BY f.finding_id DESC LIMIT ?",
        (*found.start.values, *whole.values, limit + 1),
    )
    told = [(row[2], row[11], row[12]) for row in rows[:limit] if not row[17]]
    lines = subjects(told, printer.rules)
    shown = tuple(_finding(printer, row, lines.get(row[2], "")) for row in rows[:limit])
    return FindingList(rows=shown, after=shown[-1].after if len(rows) > limit else "")


# ── what a row must fulfil ───────────────────────────────────────────────────────────────────


def _organs(reader: Reader) -> tuple[str, ...]:
    """The reader's organ, and the closed bodies in whose place it stands."""
    return (reader.organ, *(one.organ for one in reach.archives(reader.organ)))


def _owned(reader: Reader) -> list[Condition]:
    """That the organ has the matter: itself, or as the heir of a closed body; one each."""
    return _of_organs("m.owner_organ", reader)


def _how(reader: Reader, of: Of) -> Condition:
    """What the organ has to do with a matter `t`; whose turn to sign is told by role or person.

    What the reader proposed or signed since it was last proposed is not theirs to sign.
    """
    if of != "signs":
        return Condition("t.how = ?", (of,))
    hows = (*(f"{SIGNS_IN_ROLE}{role}" for role in reader.roles), f"{SIGNS_AS}{reader.person}")
    marks = ", ".join("?" * len(hows))
    return Condition(
        f"t.how IN ({marks}) AND NOT EXISTS (SELECT 1 FROM event e WHERE "
        "e.matter_id = t.matter_id AND e.person = ? AND e.act IN ('seek_approval', 'sign_off') "
        "AND NOT EXISTS (SELECT 1 FROM event l WHERE l.matter_id = e.matter_id "
        "AND l.act = 'seek_approval' AND l.seq > e.seq))",
        (*hows, reader.person),
    )


def _own_stakes(reader: Reader) -> list[Condition]:
    """That the organ has to do with the matter: itself, or as the heir of a closed body."""
    return _of_organs("t.organ", reader)


def _of_organs(column: str, reader: Reader) -> list[Condition]:
    left = [_left_by(column, one) for one in reach.archives(reader.organ)]
    return [Condition(f"{column} = ?", (reader.organ,)), *left]


def _left_by(column: str, left: Archive) -> Condition:
    """What a closed body left to this heir: some kinds, or all but some."""
    kinds = sorted(left.elsewhere if left.rest else left.kinds)
    if not kinds:
        return Condition(f"{column} = ?", (left.organ,))
    marks = ", ".join("?" * len(kinds))
    of = f"m.kind NOT IN ({marks})" if left.rest else f"m.kind IN ({marks})"
    return Condition(f"({column} = ? AND {of})", (left.organ, *kinds))


def _any(parts: Sequence[Condition]) -> Condition:
    whole = " OR ".join(one.sql for one in parts)
    return Condition(f"({whole})", tuple(value for one in parts for value in one.values))


def _not_inherited(reader: Reader) -> tuple[Condition, ...]:
    """That it is none of what closed bodies left to the reader's organ: that is its own."""
    parts = _owned(reader)[1:]
    return tuple(Condition(f"NOT ({one.sql})", one.values) for one in parts)


def _newest(row: Row) -> str:
    return str(row[0])


def _own(reader: Reader) -> list[Condition]:
    """Of what the reader's organ has: that it does not report this organ, and its kind."""
    apart = (*_organs(reader), *sorted(reach.also(reader.person, reader.organ)))
    return [_not_apart(apart), *_kinds_allowed(reader, "own")]


def _lineage(reader: Reader) -> tuple[str, ...]:
    """Whoever must not know of a matter where the reader's organ has it not: it, all above it."""
    lineage = reach.reach_of(reader.organ).lineage
    also = sorted(reach.also(reader.person, reader.organ))
    return tuple(dict.fromkeys((*lineage, *_organs(reader), *also)))


def _staked(reader: Reader, of: Of) -> list[Condition]:
    """Of what the organ has to do with: who was asked needs no role, sealed records are out."""
    kinds = () if of in ("asked", "signs") else _kinds_allowed(reader, of)
    return [_not_apart(_lineage(reader)), *kinds, Condition("NOT (m.ended AND m.minor)")]


def _not_apart(organs: Sequence[str]) -> Condition:
    marks = ", ".join("?" * len(organs))
    return Condition(
        "NOT EXISTS (SELECT 1 FROM stake a WHERE a.matter_id = m.matter_id AND a.how = 'apart' "
        f"AND a.organ IN ({marks}))",
        tuple(organs),
    )


def _not_sealed(reader: Reader) -> Condition:
    """Sealed records of the own organ: whoever took part, and all while an objection is open."""
    owned, organs = _any(_owned(reader)), _organs(reader)
    marks = ", ".join("?" * len(organs))
    return Condition(
        f"(NOT (m.ended AND m.minor) OR {owned.sql} AND (m.contested OR EXISTS (SELECT 1 "
        "FROM event e WHERE e.matter_id = m.matter_id AND e.person = ? "
        f"AND e.organ IN ({marks}))))",
        (*owned.values, reader.person, *organs),
    )


def _kinds_allowed(reader: Reader, of: Of) -> tuple[Condition, ...]:
    """The kinds in which the reader has a role; nothing for who has one in all."""
    partly = _partly_reached(reader) if of == "reach" else ()
    if reader.supervisor:
        return partly
    current = rules.current()
    kinds = _kinds(current, reader.roles, of=of)
    if kinds == frozenset(one.kind for one in current.every_version()):
        return partly
    marks = ", ".join("?" * len(kinds)) or "NULL"
    return (*partly, Condition(f"m.kind IN ({marks})", tuple(sorted(kinds))))


def _partly_reached(reader: Reader) -> tuple[Condition, ...]:
    """Of closed bodies whose heirs are not all in reach: only what went to one that is."""
    parts = [(one.organ, _left_by("m.owner_organ", one)) for one in reach.partly(reader.organ)]
    return tuple(
        Condition(f"(m.owner_organ <> ? OR {left.sql})", (organ, *left.values))
        for organ, left in parts
    )


def _kinds(current: Rules, roles: tuple[str, ...], *, of: Of) -> frozenset[str]:
    """The kinds with one of these roles; `reach`: those they supervise."""
    return frozenset(
        one.kind
        for one in current.every_version()
        if any(role in one.supervisors or (of != "reach" and role in one.roles) for role in roles)
    )


def _beyond(after: str) -> tuple[Condition, ...]:
    """What comes after this place in the order of urgency."""
    if not after:
        return ()
    urgent_at, _, matter = after.partition("-")
    place = (_whole(urgent_at), matter)
    return (Condition("(m.urgent_at, m.matter_id) > (?, ?)", place),)


def _older(after: str) -> tuple[Condition, ...]:
    matter = after.partition("-")[2]
    return (Condition("t.matter_id < ?", (matter,)),) if matter else ()


def _among(
    connection: Connection, column: str, organs: Sequence[str], *, free: bool = False
) -> Condition:
    """That a column is one of many organs: one value, however many there are.

    `free`: an index of this column must not be used for it, for the order is worth more.
    """
    if connection.vendor == "postgresql":
        tested = f"({column} || '')" if free else column
        return Condition(f"{tested} = ANY(?)", (list(organs),))
    tested = f"+{column}" if free else column
    return Condition(f"{tested} IN (SELECT value FROM json_each(?))", (json.dumps(organs),))


def _joined(parts: Sequence[Condition]) -> Condition:
    return Condition(
        " AND ".join(one.sql for one in parts),
        tuple(value for one in parts for value in one.values),
    )


# ── the queries ──────────────────────────────────────────────────────────────────────────────


def _rows(connection: Connection, query: _Query, limit: int) -> list[Row]:
    whole = _joined(query.where)
    return connection.rows(
        f"SELECT {_ITEM} FROM {query.start} WHERE {whole.sql} ORDER BY {query.order} LIMIT ?",
        (*whole.values, limit),
    )


def _reached(
    connection: Connection,
    reader: Reader,
    wanted: _Wanted,
    limit: int,
) -> list[Row]:
    """The first of what all organs in reach have, the own one left out.

    A district has one in sixteen of all rows: its first page is among the first NEAR of the city
    almost always, and found by walking these. If not, the parts of its organs are merged.
    """
    if not supervises(reader):
        return []
    organs = reach.reach_of(reader.organ).organs
    apart = _not_apart(_lineage(reader))
    rule = (apart, *_kinds_allowed(reader, "reach"), *_not_inherited(reader))
    order, where = wanted.order, (wanted.of_all, *wanted.beyond)
    if organs is None:
        others = Condition("m.owner_organ <> ?", (reader.organ,))
        return _rows(connection, _Query("matter m", (*where, *rule, others), order), limit)
    others_of = sorted(organs - {reader.organ})
    last = _nth(connection, where, order, NEAR)
    near = (*where, *last, _among(connection, "m.owner_organ", others_of, free=True), *rule)
    rows = _rows(connection, _Query("matter m", near, order), limit)
    if len(rows) >= limit or not last:
        return rows
    by_organ = (wanted.of_organ, *wanted.beyond, *rule)
    return _merged(connection, others_of, by_organ, order, limit)


def _nth(
    connection: Connection, where: tuple[Condition, ...], order: str, number: int
) -> tuple[Condition, ...]:
    """That a row is among the first `number` of all that fulfil this; () when there are fewer."""
    whole = _joined(where)
    rows = connection.rows(
        f"SELECT {order} FROM matter m WHERE {whole.sql} ORDER BY {order} LIMIT 1 OFFSET ?",
        (*whole.values, number),
    )
    marks = ", ".join("?" * (order.count(",") + 1))
    return tuple(Condition(f"({order}) <= ({marks})", tuple(row)) for row in rows)


def _merged(
    connection: Connection,
    organs: Sequence[str],
    where: tuple[Condition, ...],
    order: str,
    limit: int,
) -> list[Row]:
    """The first `limit` of what these organs have: of each the first, then the first of these."""
    whole = _joined(where)
    if connection.vendor == "postgresql":
        return connection.rows(
            f"SELECT {_ITEM} FROM unnest(?::text[]) o(organ) CROSS JOIN LATERAL (SELECT * FROM "
            f"matter m WHERE m.owner_organ = o.organ AND {whole.sql} ORDER BY {order} LIMIT ?) m "
            f"ORDER BY {order} LIMIT ?",
            (list(organs), *whole.values, limit, limit),
        )
    return connection.rows(
        f"SELECT {_ITEM.replace('m.', 'n.')} FROM json_each(?) o JOIN matter n ON n.matter_id IN "
        f"(SELECT m.matter_id FROM matter m WHERE m.owner_organ = o.value AND {whole.sql} "
        f"ORDER BY {order} LIMIT ?) ORDER BY {order.replace('m.', 'n.')} LIMIT ?",
        (json.dumps(organs), *whole.values, limit, limit),
    )


def _found(connection: Connection, reader: Reader, begins: str, limit: int) -> list[Row]:
    """By the beginning of the number: what the organ has, has to do with, and supervises."""
    between = (begins, begins + LAST)
    of_matter = Condition("m.number >= ? AND m.number < ?", between)
    rows: list[Row] = []
    sealed = _not_sealed(reader)
    for owned in _owned(reader):
        where = (owned, of_matter, *_own(reader), sealed)
        rows += _rows(connection, _Query("matter m", where, "m.number"), limit)
    numbered = Condition("t.number >= ? AND t.number < ? AND t.how <> 'apart'", between)
    roles = [
        Condition(f"(t.how IN ('asked', 'answered') OR {one.sql})", one.values)
        for one in _kinds_allowed(reader, "had")
    ]
    for own in _own_stakes(reader):
        where = (own, numbered, _not_apart(_lineage(reader)), sealed, *roles)
        rows += _rows(connection, _Query(_STAKED, where, "t.number"), limit)
    wanted = _Wanted(of_matter, of_matter, (), "m.number")
    rows += _reached(connection, reader, wanted, limit)
    by_matter = {row[0]: row for row in rows}
    return sorted(by_matter.values(), key=lambda row: str(row[1]))[:limit]


def _with_number(connection: Connection, reader: Reader, tags: list[bytes]) -> list[Row]:
    """Matters in which a person's number was given: the newest few, judged one by one."""
    marks, owned = ", ".join("?" * len(tags)), _any(_owned(reader))
    candidates = connection.rows(
        "SELECT m.number FROM matter m WHERE m.matter_id IN "
        f"(SELECT matter_id FROM number_tag WHERE tag IN ({marks})) "
        f"AND (m.minor = ? OR {owned.sql}) ORDER BY m.matter_id DESC LIMIT ?",
        (*tags, False, *owned.values, PERSON_MAX),
    )
    found = [_found(connection, reader, number, 1) for (number,) in candidates]
    return [
        rows[0]
        for rows, (number,) in zip(found, candidates, strict=True)
        if rows and rows[0][1] == number
    ]


# ── rows in words ────────────────────────────────────────────────────────────────────────────


def _printer(now: datetime | None) -> Printer:
    return Printer(rules=rules.current(), now=now or datetime.now(UTC))


def _limit(limit: int) -> int:
    return max(1, min(limit, LIST_MAX))


def _whole(text: str) -> int:
    """The number in the `after` of a list; a page that made one up begins anew."""
    return int(text) if text.isdecimal() and len(text) <= 19 else 0


def _listing(
    rows: list[Row],
    limit: int,
    printer: Printer,
    dues: dict[tuple[str, str], tuple[str, int]] | None = None,
    sealed: Collection[str] = (),
) -> Listing:
    """A page in words; `dues` of the past are given, and of `sealed` no subject is told."""
    if dues is None:
        dues = _dues([row[0] for row in rows[:limit]])
    told = [
        (row[0], row[2], row[3])
        for row in rows[:limit]
        if not (row[10] and row[13]) and row[0] not in sealed
    ]
    lines = subjects(told, printer.rules)
    items = tuple(_item(row, dues, lines.get(row[0], ""), printer) for row in rows[:limit])
    return Listing(items=items, after=items[-1].after if len(rows) > limit else "")


def _dues(matters: list[str]) -> dict[tuple[str, str], tuple[str, int]]:
    """Legal due date and start of every clock of these matters."""
    assert len(matters) <= IN_MAX
    if not matters:
        return {}
    rows = reading_connection().rows_in(
        "SELECT matter_id, clock, legal, started_at FROM clock WHERE matter_id", matters
    )
    return {(row[0], row[1]): (row[2], row[3]) for row in rows if row[2]}


def _item(
    row: Row, dues: dict[tuple[str, str], tuple[str, int]], line: str, printer: Printer
) -> Item:
    matter, number, kind, version, state, organ, person, *times, _ = row
    opened_at, with_owner_since, changed_at, ended, urgent_at, urgent = times
    procedure = procedure_of(printer.rules, kind, version)
    zone = printer.rules.zone
    until = Printer(rules=printer.rules, now=restored(changed_at, zone)) if ended else printer
    due = says = due_name = ""
    tone: Tone = "plain"
    if urgent is not None and (matter, urgent) in dues:
        text, started = dues[matter, urgent]
        legal = due_of(text)
        assert legal is not None
        says, over, soon = printer.left(legal, restored(started, zone))
        tone = "bad" if over else "warn" if soon else "plain"
        due, due_name = due_words(legal, zone), procedure.clocks[urgent.partition("#")[0]].name
    return Item(
        matter=matter,
        number=number,
        title=procedure.name,
        subject=line,
        state_name=procedure.states[state].name,
        owner=printer.rules.organ_name(organ),
        owner_person=person_name(person) if person else "",
        opened=printer.instant(restored(opened_at, zone)),
        from_public=from_public(procedure),
        since_opened=until.since(restored(opened_at, zone)),
        with_owner=until.since(restored(with_owner_since, zone)),
        due=due,
        due_name=due_name,
        says=says,
        tone=tone,
        ended=bool(ended),
        after=f"{urgent_at}-{matter}",
    )


def _finding(printer: Printer, row: Row, line: str) -> FindingRow:
    zone = printer.rules.zone
    found_id, model, matter, says, events, first, last, closed, times, rectification = row[:10]
    number, kind, version, r_number, r_kind, r_version, r_state = row[10:17]
    state = ""
    if r_kind:
        state = procedure_of(printer.rules, r_kind, r_version).states[r_state].name
    return FindingRow(
        id=found_id,
        model=model,
        model_name=printer.rules.model_name(model),
        matter=matter,
        number=number or "",
        title=procedure_of(printer.rules, kind, version).name if kind else "",
        subject=line,
        says=says,
        events=tuple(msgspec.json.decode(events)),
        first_seen=printer.instant(restored(first, zone)),
        last_seen=printer.instant(restored(last, zone)),
        closed="" if closed is None else printer.instant(restored(closed, zone)),
        times=times,
        open=closed is None,
        rectification=rectification or "",
        rectification_number=r_number or "",
        rectification_state=state,
        after=str(found_id),
    )
