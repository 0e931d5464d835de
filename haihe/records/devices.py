"""What devices kept without a network and send later: each entry once, in the device's own order.

A device numbers its entries 1, 2, 3 …; a number is taken in only after every smaller one is known
here. Its clock when the entry was made, its clock when it was sent and our own clock when it came
are kept side by side; the difference of the two clocks at that moment tells when it really
happened. An entry waits for an earlier one of the same matter that was refused and not mended yet.

Half of the key that seals what a device keeps lies here: whoever finds a device without a signed-in
account opens nothing, and a lost device is withdrawn by no longer giving it away.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, Literal, NamedTuple

import msgspec

from haihe.kernel.values import Frozen
from haihe.records import keys, rules
from haihe.records.database import Connection, reading_connection, writing
from haihe.records.instants import restored, stored
from haihe.records.printing import Printer
from haihe.records.shown import Reader

# recorded: it is in the journal; dropped: its maker gave it up; refused: it has to be mended;
# held: it waits for an earlier one of its matter; received: it came and was not decided yet.
State = Literal["received", "recorded", "refused", "held", "dropped"]

HALF_BYTES: Final = 32
TAG_DIGITS: Final = 32
DEVICES_MAX: Final = 100  # of one person, in use at once
STALE: Final = timedelta(days=60)  # not seen for so long, and nothing ever came from it
NUMBER_MAX: Final = 10**9
SHOWN_MAX: Final = 30
ON_DEVICE: Final = "@"  # begins the thread of a matter that has not arrived yet
_DEVICE: Final = re.compile(r"[0-9a-f]{32}")
_OVER: Final = ("recorded", "dropped")
_WAITS: Final = "('received', 'refused', 'held')"
_COLUMNS: Final = (
    "device, number, person, key, thread, made_at, sent_at, received_at, settled_at, state, "
    "tries, matter_id, seq"
)


class Entry(NamedTuple):
    """What a device sends: its number, the key of its form, what it concerns, and its two times."""

    device: str
    number: int
    key: str
    thread: str  # the matter it is a step of; of one that only its device knows: `opened_by`
    made_at: datetime
    sent_at: datetime


class Came(NamedTuple):
    """An entry that is in its turn; `matter` and `seq` of what was recorded."""

    state: State
    happened_at: datetime
    received_at: datetime
    matter: str = ""
    seq: int = 0
    waits_for: int = 0


class Gap(NamedTuple):
    """A number that is not in its turn; `expected` is."""

    expected: int


class Kept(Frozen, frozen=True, kw_only=True):
    """An entry as the page of its maker's devices lists it."""

    number: int
    made: str
    received: str
    state: State


class Device(Frozen, frozen=True, kw_only=True):
    """A device of somebody's: since when, when it was last here, what of it still waits."""

    id: str
    since: str
    seen: str
    withdrawn: str
    waiting: int


def account_tag(reader: Reader) -> str:
    """What tells one account from another on a shared device; no key, so it never changes."""
    return hashlib.sha256(f"device account\0{reader.person}".encode()).hexdigest()[:TAG_DIGITS]


def half_of(reader: Reader, device: str, now: datetime | None = None) -> bytes | None:
    """Our half of a device's key for this account, made at its first use.

    None for a device of another account, one that was withdrawn, or one too many.
    """
    if not _DEVICE.fullmatch(device):
        return None
    at, connection = stored(now or datetime.now(UTC)), reading_connection()
    with writing(connection):
        rows = connection.rows(
            "SELECT person, half, withdrawn_at FROM device WHERE device = ?", (device,)
        )
        if rows:
            person, half, withdrawn = rows[0]
            if person != reader.person or withdrawn is not None:
                return None
            connection.run("UPDATE device SET seen_at = ? WHERE device = ?", (at, device))
            return bytes(half)
        connection.run(
            "DELETE FROM device WHERE person = ? AND seen_at < ? AND NOT EXISTS "
            "(SELECT 1 FROM device_entry e WHERE e.device = device.device)",
            (reader.person, at - STALE // timedelta(microseconds=1)),
        )
        ((count,),) = connection.rows(
            "SELECT count(*) FROM device WHERE person = ? AND withdrawn_at IS NULL",
            (reader.person,),
        )
        if count >= DEVICES_MAX:
            return None
        fresh = keys.random_bytes(HALF_BYTES)
        connection.insert("device", [(device, reader.person, fresh, at, at, None)])
        return fresh


def is_in_use(reader: Reader, device: str) -> bool:
    """Whether it is a device of this reader's that was not withdrawn."""
    return bool(
        reading_connection().rows(
            "SELECT 1 FROM device WHERE device = ? AND person = ? AND withdrawn_at IS NULL",
            (device, reader.person),
        )
    )


def withdraw(reader: Reader, device: str, now: datetime | None = None) -> None:
    """A device of the reader's is lost: it opens no more, and nothing of it is taken in."""
    connection = reading_connection()
    with writing(connection):
        connection.run(
            "UPDATE device SET withdrawn_at = ? WHERE device = ? AND person = ? "
            "AND withdrawn_at IS NULL",
            (stored(now or datetime.now(UTC)), device, reader.person),
        )


def opened_by(number: int) -> str:
    """The thread of an opening and of its next steps, for as long as it has not arrived."""
    return f"{ON_DEVICE}{number}"


class Opening(NamedTuple):
    """What became of the opening that a step on the device belongs to: its state and its event."""

    state: State
    matter: str
    seq: int


def opening(device: str, number: int) -> Opening | None:
    """An opening of this device; None where the number is of none."""
    rows = reading_connection().rows(
        "SELECT state, matter_id, seq, thread FROM device_entry WHERE device = ? AND number = ?",
        (device, number),
    )
    if not rows:
        return None
    state, matter, seq, thread = rows[0]
    if thread not in (opened_by(number), matter):
        return None
    return Opening(msgspec.convert(state, State), str(matter or ""), int(seq or 0))


def take(reader: Reader, entry: Entry, now: datetime | None = None) -> Came | Gap:
    """Note that an entry came, once: the first times stay, however often it comes again."""
    assert 0 < entry.number <= NUMBER_MAX
    connection, at = reading_connection(), now or datetime.now(UTC)
    with writing(connection):
        row = _row(connection, entry)
        if row is None:
            expected = _last(connection, entry.device) + 1
            if entry.number != expected:
                return Gap(expected)
            times = (stored(entry.made_at), stored(entry.sent_at), stored(at))
            told = (entry.device, entry.number, reader.person, entry.key, entry.thread)
            connection.insert("device_entry", [(*told, *times, None, "received", 1, None, None)])
        elif row[9] in _OVER:
            return _came(row)
        else:
            connection.run(
                "UPDATE device_entry SET key = ?, thread = ?, tries = tries + 1, "
                "state = 'received' WHERE device = ? AND number = ?",
                (entry.key, entry.thread, entry.device, entry.number),
            )
        waits_for = _waits_for(connection, entry)
        if waits_for:
            _settle(connection, entry, "held", at)
        row = _row(connection, entry)
    assert row is not None, "it was written before"
    return _came(row)._replace(waits_for=waits_for)


def settle(
    entry: Entry, state: State, *, matter: str = "", seq: int = 0, now: datetime | None = None
) -> Came:
    """Note what became of an entry; answers what stands.

    A page that is closed while it sends leaves its request under way, and the next page sends the
    entry again: whatever the slower of the two finds, what was recorded or dropped stays so.
    """
    connection = reading_connection()
    with writing(connection):
        row = _row(connection, entry)
        assert row is not None, "it was taken before"
        if row[9] in _OVER:
            return _came(row)
        done = carried_out(entry.key) if state == "refused" else None
        if done is not None:
            state, (matter, seq) = "recorded", done
        _settle(connection, entry, state, now or datetime.now(UTC), matter, seq)
        if matter and entry.thread == opened_by(entry.number):
            connection.run(
                "UPDATE device_entry SET thread = ? WHERE device = ? AND thread = ?",
                (matter, entry.device, entry.thread),
            )
        row = _row(connection, entry)
    assert row is not None, "it was there a moment ago"
    return _came(row)


def carried_out(key: str) -> tuple[str, int] | None:
    """The matter and the number of the event a command key was carried out with, or None."""
    rows = reading_connection().rows("SELECT matter_id, seq FROM command_key WHERE key = ?", (key,))
    return (str(rows[0][0]), int(rows[0][1])) if rows else None


def expected_seq(reader: Reader, matter: str, seen: int) -> int:
    """The last event its maker may be taken to know: what was seen, and what they did since.

    Whatever somebody else did meanwhile is not known to who had no network; the number then stays
    behind, and the step is refused until its maker has looked.
    """
    rows = reading_connection().rows(
        "SELECT seq, person FROM event WHERE matter_id = ? AND seq > ? ORDER BY seq", (matter, seen)
    )
    if any(person != reader.person for _, person in rows):
        return seen
    return int(rows[-1][0]) if rows else seen


def of_person(reader: Reader, now: datetime | None = None) -> tuple[Device, ...]:
    """The devices of a person, the one used last on top."""
    told = Printer(rules=rules.current(), now=now or datetime.now(UTC))
    rows = reading_connection().rows(
        "SELECT d.device, d.made_at, d.seen_at, d.withdrawn_at, (SELECT count(*) FROM "
        f"device_entry e WHERE e.device = d.device AND e.state IN {_WAITS}) FROM device d "
        "WHERE d.person = ? ORDER BY d.seen_at DESC, d.device LIMIT ?",
        (reader.person, SHOWN_MAX),
    )
    return tuple(
        Device(
            id=device,
            since=_words(told, made),
            seen=_words(told, seen),
            withdrawn="" if withdrawn is None else _words(told, withdrawn),
            waiting=waiting,
        )
        for device, made, seen, withdrawn, waiting in rows
    )


def _words(told: Printer, micros: int) -> str:
    return told.instant(restored(micros, told.rules.zone))


def _row(connection: Connection, entry: Entry) -> Sequence[object] | None:
    rows = connection.rows(
        f"SELECT {_COLUMNS} FROM device_entry WHERE device = ? AND number = ?",
        (entry.device, entry.number),
    )
    return rows[0] if rows else None


def _last(connection: Connection, device: str) -> int:
    ((last,),) = connection.rows(
        "SELECT COALESCE(max(number), 0) FROM device_entry WHERE device = ?", (device,)
    )
    return int(last)


def _waits_for(connection: Connection, entry: Entry) -> int:
    """The number of an earlier entry of the same matter that is not settled, or 0."""
    if not entry.thread:
        return 0
    ((first,),) = connection.rows(
        "SELECT COALESCE(min(number), 0) FROM device_entry WHERE device = ? AND thread = ? "
        f"AND number < ? AND state IN {_WAITS}",
        (entry.device, entry.thread, entry.number),
    )
    return int(first)


def _settle(
    connection: Connection,
    entry: Entry,
    state: State,
    at: datetime,
    matter: str = "",
    seq: int = 0,
) -> None:
    connection.run(
        "UPDATE device_entry SET state = ?, settled_at = ?, matter_id = ?, seq = ? "
        "WHERE device = ? AND number = ?",
        (state, stored(at), matter or None, seq or None, entry.device, entry.number),
    )


def _came(row: Sequence[object]) -> Came:
    made, sent, received = (restored(_whole(row[at]), UTC) for at in (5, 6, 7))
    return Came(
        state=msgspec.convert(row[9], State),
        happened_at=_happened(made, sent, received),
        received_at=received,
        matter=str(row[11] or ""),
        seq=_whole(row[12] or 0),
    )


def _happened(made: datetime, sent: datetime, received: datetime) -> datetime:
    """When it was made by our clock: as long before it came as the device says it was made."""
    ago = max(timedelta(0), sent - made)
    return received - ago


def _whole(value: object) -> int:
    assert isinstance(value, int)
    return value
