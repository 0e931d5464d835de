"""A hall's day as the journal holds it: a chain of events, folded again whenever it is needed.

The chain of a day is like that of a matter: the hash of an event is over its columns and the hash
before. `hall_day` holds number and hash of the last event, so that one look tells whether anything
happened. Nothing in it names a citizen: a phone is a digest that is another one every day.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta, tzinfo
from typing import Final, NamedTuple

import msgspec

from haihe.kernel.values import Data
from haihe.queueing.hall import BrokenHall, Hall, Told
from haihe.records.chain import GENESIS, HASHES, data_text, encode
from haihe.records.database import Connection, Query
from haihe.records.home import hash_name
from haihe.records.instants import restored, stored

FORM: Final = "haihe-hall-1"
EVENTS_A_DAY_MAX: Final = 200_000
GONE: Final = ""  # the act of an event whose content was disposed of; its hash stays
DISPOSE: Final = "dispose"
CARRIED_MAX: Final = 8  # days on which one may not be reached, one after the other
TICKET_CODE_LETTERS: Final = "23456789ACEFHJKMNPRTVWX"  # no look-alikes
TICKET_CODE_LENGTH: Final = 12
COLUMNS: Final = "day_id, seq, act, person, at, data"

_data_of = msgspec.json.Decoder(Data).decode


class HallRow(NamedTuple):
    """An event of a hall as it is stored, before its hash; `at` in microseconds UTC."""

    day_id: str
    seq: int
    act: str
    person: str
    at: int
    data: str


def day_id(site: str, day: date) -> str:
    """The id of a hall's day: machang/2026-11-23."""
    return f"{site}/{day.isoformat()}"


def parted(id_: str) -> tuple[str, date]:
    """Hall and day of a day's id."""
    site, _, day = id_.partition("/")
    return site, date.fromisoformat(day)


def midnight(day: date, zone: tzinfo) -> datetime:
    """The instant a day begins with, from which its seconds are counted."""
    return datetime(day.year, day.month, day.day, tzinfo=zone)


def second_of(instant: datetime, day: date, zone: tzinfo) -> float:
    """An instant as seconds of a day, which may lie outside it."""
    return (instant - midnight(day, zone)).total_seconds()


def instant_of(second: float, day: date, zone: tzinfo) -> datetime:
    """The instant of a second of a day."""
    return midnight(day, zone) + timedelta(seconds=second)


def row_of(id_: str, event: Told, zone: tzinfo) -> HallRow:
    """The row that tells an event."""
    at = stored(instant_of(event.at, parted(id_)[1], zone))
    return HallRow(id_, event.seq, event.act, event.by, at, data_text(event.data))


def event_of(row: HallRow, zone: tzinfo) -> Told:
    """The event that a row tells."""
    at = second_of(restored(row.at, zone), parted(row.day_id)[1], zone)
    return Told(seq=row.seq, act=row.act, at=at, by=row.person, data=_data_of(row.data))


def hash_of(row: HallRow, previous: bytes) -> bytes:
    """The hash of an event: over a JSON array of its columns and the hash before."""
    return HASHES[hash_name()](encode((FORM, *row, previous.hex())))


def heads(connection: Connection, ids: Iterable[str]) -> Query:
    """The query that locks these days, in one order everywhere."""
    tail = "ORDER BY day_id FOR UPDATE" if connection.vendor == "postgresql" else ""
    return Query("SELECT day_id, seq, head FROM hall_day WHERE day_id", sorted(ids), tail)


def events_after(connection: Connection, id_: str, seq: int) -> Iterator[HallRow]:
    """The events of a day after one of them, in order."""
    rows = connection.rows(
        f"SELECT {COLUMNS} FROM hall_event WHERE day_id = ? AND seq > ? ORDER BY seq LIMIT ?",
        (id_, seq, EVENTS_A_DAY_MAX),
    )
    return (HallRow._make(row) for row in rows)


def ticket_code(secret: str, id_: str, number: str) -> str:
    """The code of a ticket's page: who holds the secret of the tap gets the same one again."""
    value = int.from_bytes(hashlib.sha256(f"{secret}\0{id_}\0{number}".encode()).digest(), "big")
    letters = []
    for _ in range(TICKET_CODE_LENGTH):
        value, place = divmod(value, len(TICKET_CODE_LETTERS))
        letters.append(TICKET_CODE_LETTERS[place])
    return "".join(letters)


def code_digest(code: str) -> str:
    """What the table keeps of a ticket's code."""
    return hashlib.sha256(code.strip().upper().encode()).hexdigest()


def carried_digest(digest: str, times: int) -> str:
    """What the table keeps of the same code on the next day: who has the one has the other."""
    return hashlib.sha256(f"{digest}\0{times}".encode()).hexdigest() if times else digest


def digests_of(code: str) -> list[str]:
    """Every digest under which a ticket with this code may stand, of the first day first."""
    first = code_digest(code)
    return [carried_digest(first, times) for times in range(CARRIED_MAX)]


def phone_digest(secret: str, id_: str) -> str:
    """What a day's events keep of a phone: another word every day and in every hall."""
    return hashlib.sha256(f"{secret}\0{id_}".encode()).hexdigest()[:32]


class Checked(NamedTuple):
    """What was wrong with one day of a hall."""

    day_id: str
    seq: int
    says: str


def verify(connection: Connection, zone: tzinfo) -> Iterator[Checked]:
    """Every day of every hall computed again from its events; gives what does not agree."""
    tickets: dict[str, set[str]] = {}
    for id_, number in connection.rows("SELECT day_id, number FROM hall_ticket"):
        tickets.setdefault(id_, set()).add(number)
    phones: dict[str, set[str]] = {}
    for id_, number in connection.rows("SELECT day_id, number FROM hall_phone"):
        phones.setdefault(id_, set()).add(number)
    days = connection.rows("SELECT day_id, seq, head FROM hall_day ORDER BY day_id")
    known = {id_ for id_, _, _ in days}
    strangers = connection.rows("SELECT DISTINCT day_id FROM hall_event")
    for (id_,) in strangers:
        if id_ not in known:
            yield Checked(id_, 0, "events of a day that the halls do not have")
    for id_, seq, head in days:
        beside = _Beside(tickets.pop(id_, set()), phones.pop(id_, set()))
        yield from _verify_day(connection, id_, (seq, bytes(head)), beside, zone)
    for id_ in tickets:
        yield Checked(id_, 0, "tickets of a day that the halls do not have")
    for id_ in phones:
        yield Checked(id_, 0, "phones of a day that the halls do not have")


class _Beside(NamedTuple):
    """The numbers of a day that codes lead to, and those for which a phone is kept."""

    tickets: set[str]
    phones: set[str]


def _verify_day(
    connection: Connection, id_: str, told: tuple[int, bytes], beside: _Beside, zone: tzinfo
) -> Iterator[Checked]:
    hall, previous, last, gone = Hall(), GENESIS, 0, 0
    rows = connection.stream(
        f"SELECT {COLUMNS}, hash FROM hall_event WHERE day_id = ? ORDER BY seq", (id_,)
    )
    for *columns, stored_hash in rows:
        row, found = HallRow._make(columns), bytes(stored_hash)
        if row.seq != last + 1:
            yield Checked(id_, last + 1, "an event is not there")
            return
        if row.act == GONE:  # only what it was made of is gone: its hash is under the seals
            gone, previous, last = gone + 1, found, row.seq
            hall.seq = row.seq
            if (row.person, row.at, row.data) != ("", 0, ""):
                yield Checked(id_, row.seq, "something of an event was disposed of, not all")
            continue
        if found != hash_of(row, previous):
            yield Checked(id_, row.seq, "the hash is not that of the event and the one before")
            return
        try:
            hall.apply(event_of(row, zone))
        except (BrokenHall, ValueError, msgspec.DecodeError) as error:
            yield Checked(id_, row.seq, f"the event cannot follow: {error}")
            return
        previous, last = found, row.seq
    if (last, previous) != told:
        yield Checked(id_, last, f"the day says {told[0]} events and another hash")
    yield from _verify_beside(connection, id_, hall, beside, last)
    if gone and (not hall.disposed or gone != last - 1):
        yield Checked(id_, last, "events are gone, and no disposal tells why")


def _verify_beside(
    connection: Connection, id_: str, hall: Hall, beside: _Beside, last: int
) -> Iterator[Checked]:
    """What follows from a day: the codes of its tickets, phones, and what was lived."""
    if beside.tickets - set(hall.tickets):
        yield Checked(id_, last, "a code leads to a number that was never given")
    wanted = {one.number for one in hall.tickets.values() if one.notify_minutes}
    if beside.phones - wanted:
        yield Checked(id_, last, "a phone is kept for somebody who wants no messages")
    lived = connection.rows("SELECT level, moments FROM hall_lived WHERE day_id = ?", (id_,))
    if lived and tuple(lived[0]) != (NOTHING_LIVED if hall.disposed else lived_row(hall)):
        yield Checked(id_, last, "what is remembered of the waits is not those of its day")


NOTHING_LIVED: Final = ("", "[]")  # of a day that was disposed of


def lived_row(hall: Hall) -> tuple[str, str]:
    """What is remembered of a day: how wide its intervals were at the end, and every wait."""
    return " ".join(map(repr, hall.tunings.levels)), msgspec.json.encode(hall.lived).decode()
