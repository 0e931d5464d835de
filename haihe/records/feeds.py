"""Calendar addresses of posts: secret, withdrawn at will, and dead as soon as the post is left.

Basis: 个人信息保护法 6, 51. What a calendar program fetches lies on foreign machines, so it holds
no personal value, not even what a matter is about: kind, number, clock, day. It is 256 bits
of chance; only its digest is kept, so nobody who reads the table can fetch anything.
"""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, date, datetime, timedelta
from typing import Final

import msgspec

from haihe.kernel.correction import SEPARATOR
from haihe.kernel.procedure import Procedure
from haihe.kernel.values import Frozen
from haihe.records import accounts, keys, lists, rules
from haihe.records.database import IN_MAX, reading_connection, writing
from haihe.records.instants import restored, stored
from haihe.records.journal import due_of, procedure_of
from haihe.records.printing import Printer
from haihe.records.shown import Reader

SECRET_BYTES: Final = 32
FEEDS_MAX: Final = 5  # of one person in one post
ENTRIES_MAX: Final = 500
PAST_KEPT: Final = timedelta(days=30)
_SECRET: Final = re.compile(r"[0-9a-f]{64}")
_HEARING: Final = "hearing_"  # begins the name of a field that holds when a hearing is

_decode = msgspec.json.Decoder(dict[str, object]).decode


class Feed(Frozen, frozen=True, kw_only=True):
    """An address that was given out, ready to print."""

    id: str
    made: str
    seen: str


class Entry(Frozen, frozen=True, kw_only=True):
    """One entry of a calendar: a legal due day, or a hearing; `on` is a day or an instant."""

    id: str
    matter: str
    number: str
    title: str
    name: str
    on: date | datetime


def make(reader: Reader, now: datetime | None = None) -> str | None:
    """A new secret address for the reader in the post held now; None for one too many."""
    secret = keys.random_bytes(SECRET_BYTES).hex()
    at, connection = stored(now or datetime.now(UTC)), reading_connection()
    with writing(connection):
        ((count,),) = connection.rows(
            "SELECT count(*) FROM feed WHERE person = ? AND post_id = ? AND withdrawn_at IS NULL",
            (reader.person, reader.post),
        )
        if count >= FEEDS_MAX:
            return None
        row = (_digest(secret), reader.person, reader.post, at, None, None)
        connection.insert("feed", [row])
    return secret


def withdraw(reader: Reader, id: str, now: datetime | None = None) -> None:
    """An address of the reader's gives nothing any more."""
    if not _SECRET.fullmatch(id):
        return
    connection = reading_connection()
    with writing(connection):
        connection.run(
            "UPDATE feed SET withdrawn_at = ? WHERE digest = ? AND person = ?",
            (stored(now or datetime.now(UTC)), bytes.fromhex(id), reader.person),
        )


def mine(reader: Reader, now: datetime | None = None) -> tuple[Feed, ...]:
    """The addresses of the reader's post that are in use."""
    told = Printer(rules=rules.current(), now=now or datetime.now(UTC))
    rows = reading_connection().rows(
        "SELECT digest, made_at, seen_at FROM feed WHERE person = ? AND post_id = ? "
        "AND withdrawn_at IS NULL ORDER BY made_at",
        (reader.person, reader.post),
    )
    zone = told.rules.zone
    return tuple(
        Feed(
            id=bytes(digest).hex(),
            made=told.instant(restored(made, zone)),
            seen="" if seen is None else told.instant(restored(seen, zone)),
        )
        for digest, made, seen in rows
    )


def reader_of(secret: str, now: datetime | None = None) -> Reader | None:
    """Whose calendar this address is, as long as the post is held and the account in use."""
    if not _SECRET.fullmatch(secret):
        return None
    connection = reading_connection()
    rows = connection.rows(
        "SELECT person, post_id FROM feed WHERE digest = ? AND withdrawn_at IS NULL",
        (_digest(secret),),
    )
    user = accounts.user_id_of(rows[0][0]) if rows else None
    reader = accounts.reader_of_user_id(user, rows[0][1]) if user is not None else None
    if reader is None or reader.post != rows[0][1]:
        return None
    with writing(connection):
        at = stored(now or datetime.now(UTC))
        connection.run("UPDATE feed SET seen_at = ? WHERE digest = ?", (at, _digest(secret)))
    return reader


def entries(reader: Reader, now: datetime | None = None) -> tuple[Entry, ...]:
    """Due days and hearings of what the reader's organ has, the most urgent matters first."""
    at, told = now or datetime.now(UTC), rules.current()
    items = lists.inbox(reader, lists.LIST_MAX, now=at).items
    ids = [item.matter for item in items]
    assert len(ids) <= IN_MAX
    if not ids:
        return ()
    connection = reading_connection()
    kinds = {
        matter: procedure_of(told, kind, version)
        for matter, kind, version in connection.rows_in(
            "SELECT matter_id, kind, version FROM matter WHERE matter_id", ids
        )
    }
    running: dict[str, list[tuple[str, date | datetime]]] = {}
    for matter, clock, legal in connection.rows_in(
        "SELECT matter_id, clock, legal FROM clock WHERE stopped_at IS NULL AND matter_id", ids
    ):
        due = due_of(legal)
        if due is not None:
            running.setdefault(matter, []).append((clock, due))
    hearings = _hearings(ids, kinds)
    first = (at - PAST_KEPT).astimezone(told.zone).date()
    found: list[Entry] = []
    for item in items:
        procedure = kinds[item.matter]
        dated = [
            (clock, procedure.clocks[clock.partition("#")[0]].name, on)
            for clock, on in sorted(running.get(item.matter, ()), key=lambda one: one[0])
        ]
        dated += [
            (name, procedure.fields[name].name, on)
            for name, on in sorted(hearings.get(item.matter, {}).items())
            if _day(on) >= first
        ]
        found += [
            Entry(
                id=f"{item.matter}-{key}",
                matter=item.matter,
                number=item.number,
                title=item.title,
                name=name,
                on=on,
            )
            for key, name, on in dated
        ]
    return tuple(found[:ENTRIES_MAX])


def _hearings(ids: list[str], kinds: dict[str, Procedure]) -> dict[str, dict[str, date | datetime]]:
    """When hearings are, by matter and field: what was said last holds."""
    found: dict[str, dict[str, date | datetime]] = {}
    rows = reading_connection().rows_in(
        "SELECT matter_id, data, seq FROM event WHERE matter_id", ids, "ORDER BY matter_id, seq"
    )
    for matter, data, _ in rows:
        if _HEARING not in data:
            continue
        for name, value in _said(_decode(data)).items():
            field = kinds[matter].fields.get(name)
            if field is None or field.personal or not isinstance(value, str):
                continue
            if name.startswith(_HEARING) and field.type in ("day", "instant"):
                found.setdefault(matter, {})[name] = _when(field.type, value)
    return found


def _said(data: dict[str, object]) -> dict[str, object]:
    """What an event says of a hearing; also one that puts right when it is."""
    if "now_reads" in data:
        return {str(data["item"]).partition(SEPARATOR)[2]: data["now_reads"]}
    return data


def _when(type_name: str, value: str) -> date | datetime:
    return date.fromisoformat(value) if type_name == "day" else datetime.fromisoformat(value)


def _day(on: date | datetime) -> date:
    return on.date() if isinstance(on, datetime) else on


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
