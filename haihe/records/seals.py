"""Seals over the journal: batches of all that is recorded under Merkle roots, chained and signed.

Three kinds of rows are sealed: events of matters, readings, and events of service halls.

What was sealed can no longer be changed, removed or reordered unseen, not even by who holds the
database: the signature needs the key, and the log of seals lies outside the database.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from haihe.records import home, keys, merkle, signers
from haihe.records.chain import GENESIS, HASHES, Hash, encode
from haihe.records.database import Connection, writing
from haihe.records.instants import stored
from haihe.records.positions import settled
from haihe.records.tables import TABLES

SEAL_FORM: Final = "haihe-seal-2"
ROWS_A_SEAL_MAX: Final = 100_000
SEALS_A_RUN_MAX: Final = 10_000
TRIES_MAX: Final = 3  # when another key took over meanwhile
LOG_FILE: Final = "seals.log"
COLUMNS: Final = ", ".join(TABLES["seal"].names)


class Seal(NamedTuple):
    """A row of table seal; `*_after` is the last position before the batch, `*_upto` its last."""

    number: int
    sealed_at: int
    algorithm: str
    events_after: int
    events_upto: int
    events: int
    events_root: bytes
    readings_after: int
    readings_upto: int
    readings: int
    readings_root: bytes
    halls_after: int
    halls_upto: int
    halls: int
    halls_root: bytes
    previous: bytes
    hash: bytes
    public_key: bytes
    signature: bytes


class LoggedSeal(msgspec.Struct, frozen=True):
    """A line of the log outside the database."""

    number: int
    hash: str
    signature: str


def canonical_seal(seal: Seal) -> bytes:
    """What the seal's hash is made of: a JSON array of the columns before `hash`, and the key."""
    columns = seal[: Seal._fields.index("hash")]
    told = [one.hex() if isinstance(one, bytes) else one for one in columns]
    return encode((SEAL_FORM, *told, seal.public_key.hex()))


def close_all(connection: Connection, now: datetime) -> list[Seal]:
    """Seal everything that was committed and is not sealed; none if there is nothing new."""
    made: list[Seal] = []
    while len(made) < SEALS_A_RUN_MAX:
        seal = close_one(connection, now)
        if seal is None:
            break
        made.append(seal)
    return made


def close_one(connection: Connection, now: datetime) -> Seal | None:
    """One seal over at most ROWS_A_SEAL_MAX rows of each kind; None if nothing is new.

    Writers wait only while the greatest position is looked up, not while the batch is hashed. If
    two processes seal at once, the number of the second is taken and the database refuses it.
    """
    signer = signers.present(connection)
    algorithm = home.hash_name()
    upto = settled(connection)
    before = last(connection)
    starts = (before.events_upto, before.readings_upto, before.halls_upto) if before else (0, 0, 0)
    events = _batch(connection, "event", starts[0], upto.event, algorithm)
    readings = _batch(connection, "reading", starts[1], upto.reading, algorithm)
    halls = _batch(connection, "hall_event", starts[2], upto.hall, algorithm)
    if events.tree.leaves + readings.tree.leaves + halls.tree.leaves == 0:
        return None
    draft = Seal(
        number=before.number + 1 if before else 1,
        sealed_at=stored(now),
        algorithm=algorithm,
        events_after=events.after,
        events_upto=events.upto,
        events=events.tree.leaves,
        events_root=events.tree.root(),
        readings_after=readings.after,
        readings_upto=readings.upto,
        readings=readings.tree.leaves,
        readings_root=readings.tree.root(),
        halls_after=halls.after,
        halls_upto=halls.upto,
        halls=halls.tree.leaves,
        halls_root=halls.tree.root(),
        previous=before.hash if before else GENESIS,
        hash=b"",
        public_key=signer.public,
        signature=b"",
    )
    seal = _stored(connection, draft, signer, now)
    _log(seal)
    return seal


def _stored(connection: Connection, draft: Seal, signer: keys.Signer, now: datetime) -> Seal:
    """The seal signed and stored; signed once more if another key took over meanwhile."""
    for _ in range(TRIES_MAX):
        told = draft._replace(public_key=signer.public)
        digest = HASHES[told.algorithm](canonical_seal(told))
        seal = told._replace(hash=digest, signature=signer.sign(digest))
        with writing(connection):
            if signers.is_present(connection, signer, now):
                connection.insert("seal", [seal])
                keys.publish(signer)
                return seal
        signer = signers.present(connection)
    raise keys.KeyTrouble("the key of the seals changes too often; seal again")


class Batch(NamedTuple):
    """Rows by position from `after` (excluded) to `upto`, as a tree of their hashes."""

    after: int
    upto: int
    tree: merkle.Tree


def _batch(connection: Connection, table: str, after: int, settled: int, algorithm: str) -> Batch:
    tree, upto = merkle.Tree(HASHES[algorithm]), after
    rows = connection.stream(
        f"SELECT position, hash FROM {table} WHERE position > ? AND position <= ? "
        "ORDER BY position LIMIT ?",
        (after, settled, ROWS_A_SEAL_MAX),
    )
    for position, row_hash in rows:
        tree.add(bytes(row_hash))
        upto = position
    return Batch(after, upto, tree)


def last(connection: Connection) -> Seal | None:
    """The newest seal."""
    rows = connection.rows(f"SELECT {COLUMNS} FROM seal ORDER BY number DESC LIMIT 1")
    return _seal(rows[0]) if rows else None


def last_before(connection: Connection, instant: datetime) -> Seal | None:
    """The newest seal that was made before an instant."""
    rows = connection.rows(
        f"SELECT {COLUMNS} FROM seal WHERE sealed_at < ? ORDER BY number DESC LIMIT 1",
        (stored(instant),),
    )
    return _seal(rows[0]) if rows else None


def every(connection: Connection) -> Iterator[Seal]:
    """All seals, oldest first."""
    for row in connection.stream(f"SELECT {COLUMNS} FROM seal ORDER BY number"):
        yield _seal(row)


def _seal(row: tuple[object, ...]) -> Seal:
    plain = [bytes(one) if isinstance(one, memoryview) else one for one in row]
    return Seal(*plain)  # type: ignore[arg-type]  # the columns are those of the table


def is_signed(seal: Seal) -> bool:
    """Whether the signature is that of the key the seal names."""
    try:
        Ed25519PublicKey.from_public_bytes(seal.public_key).verify(seal.signature, seal.hash)
    except (InvalidSignature, ValueError):
        return False
    return True


def hash_of(algorithm: str) -> Hash | None:
    """The hash a seal names; None if there is no such hash."""
    return HASHES.get(algorithm)


def log_file() -> Path:
    """The log of seals: a line a seal, outside the database."""
    return home.home() / LOG_FILE


def _log(seal: Seal) -> None:
    line = LoggedSeal(seal.number, seal.hash.hex(), seal.signature.hex())
    log = os.open(log_file(), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(log, encode(line) + b"\n")
    finally:
        os.close(log)


def logged() -> Iterator[LoggedSeal]:
    """The seals of the log, oldest first; lines cut short by a crash are left out."""
    path = log_file()
    if not path.is_file():
        return
    decode = msgspec.json.Decoder(LoggedSeal).decode
    with path.open("rb") as log:
        for line in log:
            try:
                yield decode(line)
            except msgspec.DecodeError:
                continue
