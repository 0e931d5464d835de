"""Verifies the whole journal as of one moment, in constant memory, and names whatever is wrong.

Everything that follows from the events is computed again: hashes, states, clocks, marks, personal
values, roots. A problem names the matter and the event, so that it can be looked at and restored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import Any, Final, NamedTuple

import msgspec

from haihe.kernel.values import Event, Frozen
from haihe.records import (
    account_book,
    certificate_check,
    disposal_check,
    halls_journal,
    home,
    keys,
    merkle,
    past,
    seals,
    signers,
    uses,
)
from haihe.records.chain import (
    GENESIS,
    HASH_BYTES,
    HASHES,
    EventRow,
    Hash,
    ReadingRow,
    canonical_event,
    canonical_reading,
)
from haihe.records.codes import code_tag, follow_code
from haihe.records.database import Connection, Row
from haihe.records.instants import restored
from haihe.records.journal import (
    CLOCK_COLUMNS,
    ERASE,
    EVENT_COLUMNS,
    Held,
    event_of,
    folded,
    mark_of,
    matter_row,
    procedure_of,
    stake_rows,
)
from haihe.records.keys import KeyMissing, Name
from haihe.records.reading import OF_A_READER
from haihe.records.rules import Rules
from haihe.records.sealing import BrokenSeal, MatterKey, WrongKey
from haihe.records.staging import all_clocks
from haihe.records.tables import TABLES

PROBLEMS_MAX: Final = 1_000
SEALED: Final = ("event", "reading", "hall_event")
GAPS_MAX: Final = 10  # positions named for one seal
MATTER_COLUMNS: Final = TABLES["matter"].names
READING_COLUMNS: Final = ", ".join(ReadingRow._fields)
_OF_READERS: Final = f"chain >= '{OF_A_READER}' AND chain < '{OF_A_READER[:-1]};'"  # ; follows :
TOLD_EVERY: Final = 2_000  # events between two calls of `told`

_digests_of = msgspec.json.Decoder(dict[str, str]).decode


class Problem(Frozen, frozen=True, kw_only=True):
    """One thing that is wrong: a stable word, where, and in English what."""

    problem: str
    says: str
    matter: str | None = None
    seq: int | None = None
    seal: int | None = None


@dataclass(slots=True)
class Verified:
    """What was looked at, and what was found; `cut` when there was more than PROBLEMS_MAX."""

    matters: int = 0
    events: int = 0
    readings: int = 0
    personal: int = 0
    clocks: int = 0
    seals: int = 0
    last_seal: str = ""
    unsealed_events: int = 0
    problems: list[Problem] = field(default_factory=list)
    cut: bool = False

    def found(
        self,
        problem: str,
        says: str,
        matter: str | None = None,
        seq: int | None = None,
        seal: int | None = None,
    ) -> None:
        """Note one problem."""
        if len(self.problems) >= PROBLEMS_MAX:
            self.cut = True
            return
        self.problems.append(Problem(problem=problem, says=says, matter=matter, seq=seq, seal=seal))


def verify(
    connection: Connection, rules: Rules, told: Callable[[int], None] = lambda _events: None
) -> Verified:
    """Everything as of one moment; `told` is called with the number of events done so far."""
    connection.take_any_text()
    connection.look()
    try:
        result = Verified()
        _Journal(connection, rules, result, told).verify()
        _verify_searches(connection, result)
        _verify_references(connection, result)
        _verify_register(connection, result)
        _verify_devices(connection, result)
        _verify_seals(connection, result)
        for one in disposal_check.verify(connection):
            result.found("disposal", one.says, one.matter, one.seq)
        for told_wrong in certificate_check.verify(connection):
            result.found("certificate", told_wrong.says, told_wrong.matter)
        for problem, says, matter in past.wrong(connection):
            result.found(problem, says, matter)
        for wrong in halls_journal.verify(connection, rules.zone):
            result.found("hall", f"hall {wrong.day_id}: {wrong.says}", seq=wrong.seq)
        for says in account_book.not_separate(connection):
            result.found("not_separate", says)
        return result
    finally:
        connection.rollback()


class _Grouped:
    """Rows in the order of their matter, taken matter by matter beside another such stream."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._rows = iter(rows)
        self._next: Row | None = next(self._rows, None)

    def before(self, matter: str | None) -> Iterator[tuple[str, list[Row]]]:
        """The groups that come before a matter: theirs is not in the other stream."""
        while self._next is not None and (matter is None or self._next[0] < matter):
            owner = self._next[0]
            yield owner, self.of(owner)

    def of(self, matter: str) -> list[Row]:
        """The rows of this matter, if it is the next."""
        found: list[Row] = []
        while self._next is not None and self._next[0] == matter:
            found.append(self._next)
            self._next = next(self._rows, None)
        return found


# ── matter by matter ─────────────────────────────────────────────────────────────────────────


class _Journal:
    """All tables side by side, in the order of the matters."""

    def __init__(
        self,
        connection: Connection,
        rules: Rules,
        result: Verified,
        told: Callable[[int], None],
    ) -> None:
        self._rules = rules
        self._result = result
        self._told = told
        self._told_at = 0
        self._store = keys.store()
        self._hash = HASHES[home.hash_name()]
        stream = connection.stream
        self._matters = stream(f"SELECT {', '.join(MATTER_COLUMNS)} FROM matter ORDER BY matter_id")
        by_event = "ORDER BY matter_id, seq"
        self._beside = {
            "event": _Grouped(stream(f"SELECT {EVENT_COLUMNS}, hash FROM event {by_event}")),
            "clock": _Grouped(stream(f"SELECT {CLOCK_COLUMNS} FROM clock ORDER BY matter_id")),
            "number_tag": _Grouped(
                stream("SELECT matter_id, tag, seq, field FROM number_tag ORDER BY matter_id")
            ),
            "file_use": _Grouped(
                stream("SELECT matter_id, digest, seq FROM file_use ORDER BY matter_id")
            ),
            "stake": _Grouped(
                stream("SELECT matter_id, organ, how, number FROM stake ORDER BY matter_id")
            ),
            "personal": _Grouped(
                stream(f"SELECT matter_id, seq, field, sealed FROM personal {by_event}, field")
            ),
            "matter_key": _Grouped(
                stream("SELECT matter_id, wrapped FROM matter_key ORDER BY matter_id")
            ),
            "reading": _Grouped(
                stream(
                    f"SELECT {READING_COLUMNS}, hash FROM reading WHERE NOT ({_OF_READERS}) "
                    "ORDER BY chain, seq"
                )
            ),
        }

    def verify(self) -> None:
        """Walk through all matters; rows of a matter that is not there are named."""
        for row in self._matters:
            self._strangers(row[0])
            self._result.matters += 1
            self._verify_matter(row)
        self._strangers(None)

    def _strangers(self, matter: str | None) -> None:
        for table, grouped in self._beside.items():
            for owner, rows in grouped.before(matter):
                self._count(table, rows)
                self._result.found(
                    "matter_missing",
                    f"{len(rows)} row(s) of table {table} belong to a matter that is not there",
                    owner,
                )

    def _count(self, table: str, rows: Sequence[Row]) -> None:
        result = self._result
        if table == "event":
            result.events += len(rows)
            if result.events - self._told_at >= TOLD_EVERY:
                self._told_at = result.events
                self._told(result.events)
        elif table == "reading":
            result.readings += len(rows)
        elif table == "personal":
            result.personal += len(rows)
        elif table == "clock":
            result.clocks += len(rows)

    def _verify_matter(self, row: Row) -> None:
        matter = row[0]
        own = {table: grouped.of(matter) for table, grouped in self._beside.items()}
        for table, rows in own.items():
            self._count(table, rows)
        events = [EventRow._make(one[:-1]) for one in own["event"]]
        head = self._verify_chain(matter, events, [one[-1] for one in own["event"]])
        _verify_readings(self._hash, own["reading"], self._result)
        numbers = self._verify_personal(matter, events, own["personal"], own["matter_key"])
        self._compare_numbers(matter, own["number_tag"], numbers)
        self._compare_files(matter, events, own["file_use"])
        if not events:
            self._result.found("events_missing", "the matter has no event at all", matter)
            return
        self._verify_projection(row, events, head, own["clock"], own["stake"])

    def _verify_chain(
        self, matter: str, events: Sequence[EventRow], hashes: Sequence[Any]
    ) -> bytes:
        """Each event against its hash and the one before; gives the last hash as stored."""
        previous, expected = GENESIS, 1
        for event, stored_hash in zip(events, hashes, strict=True):
            if event.seq != expected:
                self._result.found(
                    "event_missing",
                    f"event {expected} is not there; event {event.seq} follows",
                    matter,
                    expected,
                )
            stored_hash = _bytes(stored_hash)
            if _hash_of(self._hash, canonical_event, event, previous) != stored_hash:
                self._result.found(
                    "event_hash",
                    "the event is not the one its hash was made of, or does not follow the one "
                    "before",
                    matter,
                    event.seq,
                )
            previous = stored_hash
            expected = event.seq + 1 if isinstance(event.seq, int) else expected + 1
        return previous

    def _verify_personal(
        self, matter: str, events: Sequence[EventRow], rows: Sequence[Row], wrapped: Sequence[Row]
    ) -> dict[tuple[int, str], list[list[bytes]] | None]:
        """Every sealed field opens and is what its event vouches for, unless it was erased.

        Gives the tags that each number among them may have, by event and field; None for a value
        that does not open.
        """
        numbers: dict[tuple[int, str], list[list[bytes]] | None] = {}
        unopened: set[tuple[int, str]] = set()
        vouched = self._vouched(events)
        erased = _erased(events)
        key = self._key(matter, wrapped)
        for _, seq, name, sealed in rows:
            digest = vouched.pop((seq, name), None)
            if digest is None:
                self._result.found(
                    "personal_stranger",
                    f"no event vouches for the field {name}",
                    matter,
                    seq,
                )
            elif key is not None:
                try:
                    value = key.open(seq, name, _bytes(sealed), digest, self._hash)
                    if found := [uses.every_tag(one) for one in uses.numbers(value)]:
                        numbers[seq, name] = found
                except (BrokenSeal, msgspec.MsgspecError) as broken:
                    self._result.found("personal_value", str(broken), matter, seq)
                    unopened.add((seq, name))
            else:
                self._result.found(
                    "matter_key", f"the key that opens {name} is missing or damaged", matter, seq
                )
                unopened.add((seq, name))
        for seq, name in vouched:
            if f"{seq}:{name}" not in erased:
                self._result.found(
                    "personal_missing",
                    f"the sealed field {name} is gone and no erasure was recorded",
                    matter,
                    seq,
                )

        return numbers | dict.fromkeys(unopened)

    def _compare_numbers(
        self,
        matter: str,
        rows: Sequence[Row],
        numbers: dict[tuple[int, str], list[list[bytes]] | None],
    ) -> None:
        """The index of people's numbers: a tag for each number that is sealed, and no other."""
        there: dict[tuple[int, str], set[bytes]] = {}
        for _, tag, seq, name in rows:
            there.setdefault((seq, name), set()).add(_bytes(tag))
        for place in sorted(there.keys() | numbers.keys(), key=str):
            left = set(there.get(place, ()))
            wanted = numbers.get(place, [])
            if wanted is None:  # the value does not open, so nobody can tell
                continue
            met = sum(bool(left & set(one)) for one in wanted)
            left.difference_update(tag for one in wanted for tag in one)
            if left or met < len(wanted):
                self._result.found(
                    "number_tag",
                    f"the index of numbers is not what the field {place[1]} gives",
                    matter,
                    place[0],
                )

    def _compare_files(self, matter: str, events: Sequence[EventRow], rows: Sequence[Row]) -> None:
        """Which kept files the matter uses, as far as its public fields tell."""
        given = ((event.seq, _data_of(event)) for event in events)
        wanted = {row[0]: row[2] for seq, data in given for row in uses.file_rows("", seq, (data,))}
        there = {row[1]: row[2] for row in rows}
        sealed = any(event.sealed != "{}" for event in events)
        for digest in sorted(wanted.keys() | there.keys(), key=str):
            extra = digest not in wanted and sealed
            if not extra and wanted.get(digest) != there.get(digest):
                self._result.found(
                    "file_use",
                    f"the use of file {str(digest)[:12]} is not what its events give",
                    matter,
                )

    def _vouched(self, events: Sequence[EventRow]) -> dict[tuple[int, str], str]:
        found: dict[tuple[int, str], str] = {}
        for event in events:
            if event.sealed != "{}":
                try:
                    for name, digest in _digests_of(event.sealed).items():
                        found[event.seq, name] = digest
                except (msgspec.MsgspecError, TypeError):
                    continue  # its hash was found wrong already
        return found

    def _key(self, matter: str, wrapped: Sequence[Row]) -> MatterKey | None:
        if not wrapped:
            return None
        try:
            return MatterKey.unwrapped(matter, _bytes(wrapped[0][1]), self._store)
        except (WrongKey, KeyMissing):
            self._result.found("matter_key", "the key of the matter does not open", matter)
            return None

    def _verify_projection(
        self,
        row: Row,
        events: Sequence[EventRow],
        head: bytes,
        clocks: Sequence[Row],
        stakes: Sequence[Row],
    ) -> None:
        """The matter's row, its clocks and the stakes of organs against what the events give."""
        stored_row = dict(zip(MATTER_COLUMNS, row, strict=True))
        try:
            now = self._recomputed(stored_row, events, head)
            wanted = dict(zip(MATTER_COLUMNS, matter_row(now), strict=True))
            running = {one: tuple(told) for one, told in now.clocks.items()}
            staked = set(stake_rows(now))
        except Exception as broken:
            self._result.found(
                "history",
                f"the events cannot be read as a history: {type(broken).__name__}: {broken}",
                row[0],
            )
            return
        self._compare_matter(stored_row, wanted, events[-1].seq)
        self._compare_clocks(row[0], {one[1]: one for one in clocks}, running)
        for organ in sorted({str(one[1]) for one in staked.symmetric_difference(stakes)}):
            self._result.found(
                "stake", f"what organ {organ} has to do with it is not what its events give", row[0]
            )

    def _compare_matter(
        self, stored_row: dict[str, Any], wanted: dict[str, Any], last: int
    ) -> None:
        matter = stored_row["matter_id"]
        if stored_row["seq"] != last:
            self._result.found(
                "tail_missing",
                f"the matter's row says {stored_row['seq']} events, {last} are there",
                matter,
                stored_row["seq"] if isinstance(stored_row["seq"], int) else None,
            )
        for name, value in wanted.items():
            if name != "seq" and _plain(stored_row[name]) != _plain(value):
                self._result.found(
                    "projection",
                    f"column {name} of the matter's row is not what its events give",
                    matter,
                )

    def _compare_clocks(
        self, matter: str, stored_clocks: dict[str, Row], running: dict[str, tuple[Any, ...]]
    ) -> None:
        for name in stored_clocks.keys() | running.keys():
            told = stored_clocks.get(name)
            if name not in running:
                self._result.found("clock", f"no event started the clock {name}", matter)
            elif told is None:
                self._result.found("clock", f"the clock {name} is missing", matter)
            elif told != running[name]:
                self._result.found(
                    "clock",
                    f"the clock {name} is not what events and calendar give",
                    matter,
                )

    def _recomputed(
        self, stored_row: dict[str, Any], events: Sequence[EventRow], head: bytes
    ) -> Held:
        """The matter as its events give it; only number and origin are taken from the row."""
        zone = self._rules.zone
        first = events[0]
        procedure = procedure_of(self._rules, first.kind or "", first.version or "")
        history: list[Event] = [event_of(one, zone) for one in events]
        state = folded(procedure, history)
        changed_at = events[-1].recorded_at
        matter = first.matter_id
        return Held(
            matter=matter,
            procedure=procedure,
            state=state,
            head=head,
            number=stored_row["number"],
            code_tag=self._code_tag(matter, stored_row["code_tag"]),
            from_matter=stored_row["from_matter"],
            from_seq=stored_row["from_seq"],
            changed_at=changed_at,
            clocks=all_clocks(self._rules, procedure, state, matter, restored(changed_at, zone)),
            mark=mark_of(
                matter,
                stored_row["number"],
                stored_row["from_matter"],
                stored_row["from_seq"],
                self._store.marks(self._known("marks", stored_row["mark"])),
            ),
        )

    def _known(self, name: Name, stored_tag: Any) -> int:
        """The version of the key that a tag begins with; the newest if there is no such version."""
        try:
            return self._store.version(name, _bytes(stored_tag)[0]).number
        except (KeyMissing, IndexError):
            return self._store.key(name).newest.number

    def _code_tag(self, matter: str, stored_tag: Any) -> bytes:
        """The tag the matter's code has, by the version of the key that the stored one names."""
        codes = self._store.codes_of(self._known("codes", stored_tag))
        return code_tag(follow_code(matter, codes), codes)


def _erased(events: Sequence[EventRow]) -> set[str]:
    """`seq:field` of everything that was lawfully erased."""
    found: set[str] = set()
    for event in events:
        if event.act == ERASE:
            try:
                found.update(msgspec.json.decode(event.data)["erased"])
            except (msgspec.MsgspecError, KeyError, TypeError):
                continue  # its hash was found wrong already
    return found


def _bytes(value: Any) -> bytes:
    if isinstance(value, bytes):
        return value
    return str(value).encode("utf-8", "replace")


def _plain(value: Any) -> Any:
    """A value as both databases give it: yes and no are 1 and 0."""
    return int(value) if isinstance(value, bool) else value


def _data_of(event: EventRow) -> dict[str, Any]:
    try:
        found: dict[str, Any] = msgspec.json.decode(event.data)
    except (msgspec.MsgspecError, TypeError):
        return {}  # its hash was found wrong already
    return found


# ── readings ─────────────────────────────────────────────────────────────────────────────────


def _hash_of(
    hash_of: Hash, canonical: Callable[[Any, bytes], bytes], row: Any, previous: bytes
) -> bytes:
    try:
        return hash_of(canonical(row, previous))
    except (TypeError, ValueError, msgspec.MsgspecError):
        return b""


def _verify_searches(connection: Connection, result: Verified) -> None:
    """The chains of readers: searches, exports, audits and refusals that concern no one matter."""
    rows = connection.stream(
        f"SELECT {READING_COLUMNS}, hash FROM reading WHERE {_OF_READERS} ORDER BY chain, seq"
    )
    hash_of = HASHES[home.hash_name()]
    for _, group in groupby(rows, key=itemgetter(0)):
        result.readings += _verify_readings(hash_of, group, result)


def _verify_readings(hash_of: Hash, rows: Iterable[Row], result: Verified) -> int:
    """One chain of readings, each against its hash and the one before; gives how many."""
    previous, expected, count = GENESIS, 1, 0
    for row in rows:
        count += 1
        reading = ReadingRow._make(row[:-1])
        if reading.seq != expected:
            result.found(
                "reading_missing", f"reading {expected} is not there", reading.chain, expected
            )
        stored_hash = _bytes(row[-1])
        if _hash_of(hash_of, canonical_reading, reading, previous) != stored_hash:
            result.found(
                "reading_hash",
                "the reading is not the one its hash was made of, or does not follow the one "
                "before",
                reading.chain,
                reading.seq,
            )
        previous = stored_hash
        expected = reading.seq + 1 if isinstance(reading.seq, int) else expected + 1
    return count


# ── what refers to events ────────────────────────────────────────────────────────────────────


def _verify_references(connection: Connection, result: Verified) -> None:
    """Rows that name an event name one that is there; an outbox row says what its event says.

    An export was decided by another person than the one who asked.
    """
    for (number,) in connection.stream(
        "SELECT export_id FROM export WHERE (state = 'asked') <> (decided_by IS NULL) "
        "OR decided_by = asked_by"
    ):
        result.found("export", f"export {number} was not decided by a second person")
    for matter, seq in connection.stream(
        "SELECT k.matter_id, k.seq FROM command_key k LEFT JOIN event e "
        "ON e.matter_id = k.matter_id AND e.seq = k.seq WHERE e.seq IS NULL"
    ):
        result.found("command_stranger", "a command was answered; its event is gone", matter, seq)
    for matter, seq in connection.stream(
        "SELECT s.matter_id, s.seq FROM citizen_seen s LEFT JOIN event e "
        "ON e.matter_id = s.matter_id AND e.seq = s.seq WHERE e.seq IS NULL"
    ):
        result.found("seen_stranger", "a citizen saw an event that is not there", matter, seq)
    for matter, seq in connection.stream(
        "SELECT a.matter_id, a.seq FROM citizen_away a LEFT JOIN event e "
        "ON e.matter_id = a.matter_id AND e.seq = a.seq WHERE e.seq IS NULL"
    ):
        result.found("away_stranger", "a citizen put away an event that is not there", matter, seq)
    for (matter,) in connection.stream(
        "SELECT j.matter_id FROM citizen_joined j LEFT JOIN matter m "
        "ON m.matter_id = j.matter_id WHERE m.matter_id IS NULL"
    ):
        result.found("joined_stranger", "a citizen joined a matter that is not there", matter)
    for (matter,) in connection.stream(
        "SELECT DISTINCT x.matter_id FROM exchange x LEFT JOIN matter m "
        "ON m.matter_id = x.matter_id WHERE x.matter_id <> '' AND m.matter_id IS NULL"
    ):
        result.found("exchange_stranger", "a register was asked for a matter that is gone", matter)
    for matter, seq, act in connection.stream(
        "SELECT o.matter_id, o.seq, e.act FROM outbox o LEFT JOIN event e "
        "ON e.matter_id = o.matter_id AND e.seq = o.seq LEFT JOIN matter m "
        "ON m.matter_id = o.matter_id WHERE e.seq IS NULL OR m.kind IS NULL "
        "OR o.topic <> m.kind || '.' || e.act OR o.made_at <> e.recorded_at"
    ):
        if act is None:
            result.found("outbox_stranger", "an event was announced and is not there", matter, seq)
        else:
            result.found("outbox", "the announcement is not that of its event", matter, seq)


def _verify_devices(connection: Connection, result: Verified) -> None:
    """What a device sent lies in the journal as its maker's, and no number is missing."""
    for device, number in connection.stream(
        "SELECT d.device, d.number FROM device_entry d LEFT JOIN event e "
        "ON e.matter_id = d.matter_id AND e.seq = d.seq "
        "WHERE d.state = 'recorded' AND (e.person IS NULL OR e.person <> d.person)"
    ):
        result.found("device_entry", f"entry {number} of device {device} is not in the journal")
    for device, last, count in connection.stream(
        "SELECT device, max(number), count(*) FROM device_entry GROUP BY device "
        "HAVING max(number) <> count(*)"
    ):
        result.found("device_gap", f"device {device} has sent {last} entries; {count} are here")


def _verify_register(connection: Connection, result: Verified) -> None:
    """Who holds a post is somebody, and the post is there."""
    for post, person, holds in connection.stream(
        "SELECT h.post_id, h.person, p.post_id FROM holding h "
        "LEFT JOIN post p ON p.post_id = h.post_id "
        "LEFT JOIN staff s ON s.person = h.person WHERE p.post_id IS NULL OR s.person IS NULL"
    ):
        what = "nobody of the staff" if holds else "a post that is not there"
        result.found("holding_stranger", f"{person} holds {post}: {what}")
    for person, kind in connection.stream(
        "SELECT q.person, q.kind FROM qualification q "
        "LEFT JOIN staff s ON s.person = q.person WHERE s.person IS NULL"
    ):
        result.found("qualification_stranger", f"{person} has {kind}: nobody of the staff")


# ── seals ────────────────────────────────────────────────────────────────────────────────────


def _verify_seals(connection: Connection, result: Verified) -> None:
    known: dict[int, str] = {}
    successions = signers.every(connection)
    for says in signers.troubles(successions, {one.public for one in keys.signers()}):
        result.found("seal_key", says)
    before: seals.Seal | None = None
    for seal in seals.every(connection):
        result.seals += 1
        _verify_seal(seal, before, signers.signer_of(successions, seal.number), result)
        for table in SEALED:
            _verify_batch(connection, seal, table, result)
        known[seal.number] = seal.hash.hex()
        before = seal
    for one in seals.logged():
        if known.get(one.number) != one.hash:
            result.found(
                "seal_missing",
                f"the log outside the database knows seal {one.number} as {one.hash[:16]}…",
                seal=one.number,
            )
    upto = before.events_upto if before else 0
    result.last_seal = f"{before.number}:{before.hash.hex()}" if before else ""
    ((left,),) = connection.rows("SELECT count(*) FROM event WHERE position > ?", (upto,))
    result.unsealed_events = int(left)


def _verify_seal(
    seal: seals.Seal, before: seals.Seal | None, signer: bytes, result: Verified
) -> None:
    """Its own hash and signature, and that it follows the seal before."""
    hash_of = seals.hash_of(seal.algorithm)
    if hash_of is None or hash_of(seals.canonical_seal(seal)) != seal.hash:
        result.found("seal_hash", "the seal is not the one its hash was made of", seal=seal.number)
    elif seal.public_key != signer or not seals.is_signed(seal):
        result.found("seal_signature", "the seal is not signed by our key", seal=seal.number)
    number, previous = (before.number + 1, before.hash) if before else (1, GENESIS)
    follows = (seal.number, seal.previous) == (number, previous) and all(
        _batch_of(seal, table).after == (_batch_of(before, table).upto if before else 0)
        for table in SEALED
    )
    if not follows:
        result.found("seal_order", f"the seal does not follow seal {number - 1}", seal=seal.number)


class _Batch(NamedTuple):
    """The rows of one table that a seal covers."""

    after: int
    upto: int
    rows: int
    root: bytes


def _batch_of(seal: seals.Seal, table: str) -> _Batch:
    if table == "event":
        return _Batch(seal.events_after, seal.events_upto, seal.events, seal.events_root)
    if table == "reading":
        return _Batch(seal.readings_after, seal.readings_upto, seal.readings, seal.readings_root)
    return _Batch(seal.halls_after, seal.halls_upto, seal.halls, seal.halls_root)


def _verify_batch(connection: Connection, seal: seals.Seal, table: str, result: Verified) -> None:
    """The rows a seal covers: as many, in the order, with the hashes it was made of."""
    after, upto, count, root = _batch_of(seal, table)
    hash_of = seals.hash_of(seal.algorithm)
    if hash_of is None:
        return
    tree = merkle.Tree(hash_of)
    gaps: list[int] = []
    expected = after + 1
    for position, row_hash in connection.stream(
        f"SELECT position, hash FROM {table} WHERE position > ? AND position <= ? "
        "ORDER BY position",
        (after, upto),
    ):
        while expected < position and len(gaps) < GAPS_MAX:
            gaps.append(expected)
            expected += 1
        expected = position + 1
        leaf = _bytes(row_hash)
        tree.add(leaf if len(leaf) == HASH_BYTES else leaf.ljust(HASH_BYTES))
    if tree.leaves != count:
        named = ", ".join(str(gap) for gap in gaps) or str(expected)
        result.found(
            f"sealed_{table}s",
            f"the seal covers {count} {table}s, {tree.leaves} are there; positions without one: "
            f"{named}",
            seal=seal.number,
        )
    elif tree.root() != root:
        result.found(
            f"sealed_{table}s",
            f"the {table}s at positions {after + 1} to {upto} are not those that were sealed, or "
            "not in their order",
            seal=seal.number,
        )
