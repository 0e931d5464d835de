"""Whether the same thing was reported nearby already; asked before a report is sent.

What others wrote is never shown. Told are the words that both wrote, so nobody reads what one has
not typed oneself, and how far the matter is. Not among them are matters about minors, sealed or
ended ones, and kinds that nobody may join. Only public fields are looked at.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

import msgspec

from haihe.kernel.procedure import Procedure
from haihe.kernel.values import Frozen
from haihe.records import joining, rules
from haihe.records.database import Row, reading_connection
from haihe.records.instants import restored, stored
from haihe.records.journal import procedure_of
from haihe.records.printing import Printer

LOOKED_AT_MAX: Final = 400
SHOWN_MAX: Final = 3
BACK: Final = timedelta(days=60)
WORDS_SHOWN_MAX: Final = 3
SAME_PLACE: Final = 0.5  # of pairs of characters
SAME_THING: Final = 0.22
SURELY_SAME_PLACE: Final = 0.8  # then the same category is enough
_COLUMNS: Final = "m.matter_id, m.kind, m.version, m.state, m.opened_at, m.owner_organ, e.data"
_decode = msgspec.json.Decoder(dict[str, object]).decode


class Alike(Frozen, frozen=True, kw_only=True):
    """A matter that may be the same: how far it is, and the words that both wrote."""

    matter: str
    title: str
    organ: str
    opened: str
    since: str
    says: str
    place: str  # what both wrote of the place
    both: tuple[str, ...]  # what both wrote of the thing


class _Thing(NamedTuple):
    """What tells a thing: where (by code and the rest of the words), what, and of which sort."""

    area: str
    place: str
    what: str
    sorts: frozenset[tuple[str, object]]


def near(
    kind: str, organ: str, told: Mapping[str, object], now: datetime | None = None
) -> tuple[Alike, ...]:
    """Open matters of this kind, given to this organ, that may be what is told; likeliest first."""
    now = now or datetime.now(UTC)
    current = rules.current()
    procedure = current.governing(kind, now.astimezone(current.zone).date())
    if procedure is None or not joining.may_join(procedure):
        return ()
    mine = _thing(procedure, told, now)
    printer = Printer(rules=current, now=now)
    found: list[tuple[float, Row, _Thing]] = []
    for row in _rows(kind, organ, now):
        other = _thing(procedure_of(current, row[1], row[2]), _decode(row[-1]), now)
        score = _same(mine, other)
        if score:
            found.append((score, row, other))
    found.sort(key=lambda one: (-one[0], one[1][0]))
    return tuple(_shown(printer, mine, other, row) for _, row, other in found[:SHOWN_MAX])


def _rows(kind: str, organ: str, now: datetime) -> list[Row]:
    """Open matters an organ has or had, newest first; each half by its own index."""
    where = "m.kind = ? AND m.ended = ? AND m.minor = ? AND m.opened_at > ?"
    values = (kind, False, False, stored(now - BACK))
    connection = reading_connection()
    start = (
        f"SELECT {_COLUMNS} FROM matter m JOIN event e ON e.matter_id = m.matter_id AND e.seq = 1"
    )
    tail = "ORDER BY m.opened_at DESC LIMIT ?"
    own = connection.rows(
        f"{start} WHERE m.owner_organ = ? AND {where} {tail}", (organ, *values, LOOKED_AT_MAX)
    )
    had = connection.rows(
        f"{start} JOIN stake t ON t.matter_id = m.matter_id AND t.organ = ? AND t.how = 'had' "
        f"WHERE {where} {tail}",
        (organ, *values, LOOKED_AT_MAX),
    )
    return list({row[0]: row for row in (*own, *had)}.values())


def _thing(procedure: Procedure, told: Mapping[str, object], now: datetime) -> _Thing:
    """What public fields tell; personal ones are not looked at."""
    places, sorts = [], set()
    words = []
    for name, field in procedure.fields.items():
        value = told.get(name)
        if field.personal or field.informant or field.confined or not isinstance(value, str):
            continue
        if field.type == "place":
            places.append(value)
        elif field.type in ("long_text", "text"):
            words.append(value)
        elif field.type == "choice":
            sorts.add((name, value))
    area, rest = _split("".join(places), now)
    return _Thing(area, rest, _plain("".join(words)), frozenset(sorts))


def _split(place: str, now: datetime) -> tuple[str, str]:
    """The code of the area that words begin with, and the rest (road, number)."""
    current = rules.current()
    found = current.places.address(place, now.astimezone(current.zone).date()) if place else ()
    if len(found) == 1:
        return found[0].place.code, _plain(found[0].rest)
    return "", _plain(place)


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(c for c in folded if unicodedata.category(c)[0] in "LN")


def _same(mine: _Thing, other: _Thing) -> float:
    """How surely two things are one; 0 when they are not."""
    if mine.area and other.area and not _within(mine.area, other.area):
        return 0.0
    place = 1.0 if mine.place == other.place else _share(mine.place, other.place)
    numbers = [set(re.findall(r"\d+", one.place)) for one in (mine, other)]
    if place < SAME_PLACE or (all(numbers) and not numbers[0] & numbers[1]):
        return 0.0
    thing = _share(mine.what, other.what)
    if thing >= SAME_THING:
        return place + thing
    if place >= SURELY_SAME_PLACE and mine.place and mine.sorts & other.sorts:
        return place
    return 0.0


def _within(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)


def _share(one: str, other: str) -> float:
    """The share of the pairs of characters of the shorter text that stand in the other too."""
    pairs = [{text[at : at + 2] for at in range(len(text) - 1)} for text in (one, other)]
    least = min(len(pairs[0]), len(pairs[1]))
    return len(pairs[0] & pairs[1]) / least if least else 0.0


def common(one: str, other: str) -> tuple[str, ...]:
    """The longest pieces that stand in both, in the order of the first; each of two or more."""
    found: list[str] = []
    at = 0
    while at < len(one):
        end = at
        while end < len(one) and one[at : end + 1] in other:
            end += 1
        if end - at >= 2:
            found.append(one[at:end])
            at = end
        else:
            at += 1
    longest = sorted(dict.fromkeys(found), key=len, reverse=True)[:WORDS_SHOWN_MAX]
    return tuple(piece for piece in found if piece in longest)


def _shown(printer: Printer, mine: _Thing, other: _Thing, row: Row) -> Alike:
    matter, kind, version, state, opened_at, owner, _ = row
    procedure = procedure_of(printer.rules, kind, version)
    opened = restored(opened_at, printer.rules.zone)
    return Alike(
        matter=matter,
        title=procedure.name,
        organ=printer.rules.organ_name(owner),
        opened=printer.instant(opened),
        since=printer.since(opened),
        says=procedure.states[state].citizen,
        place="、".join(common(mine.place, other.place)),
        both=common(mine.what, other.what),
    )
