"""Who signs the seals: each key that took over from another, attested by both.

The key before signs for the new one, so whoever trusted it may trust its successor; the new one
signs for the key before, so our present key vouches for every earlier seal. A key signs no seal
after the one at which it was followed.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from haihe.records import keys
from haihe.records.chain import GENESIS, encode
from haihe.records.database import Connection, Row, writing
from haihe.records.instants import stored
from haihe.records.keys import Signer
from haihe.records.tables import TABLES

FORM: Final = "haihe-signer-1"
SIGNERS_MAX: Final = 1_000
COLUMNS: Final = ", ".join(TABLES["signer"].names)


class Succession(NamedTuple):
    """A row of table signer: from seal `after_seal` on (excluded), this key signs."""

    number: int
    public_key: bytes
    after_seal: int
    after_hash: bytes
    attested_at: int
    by_before: bytes
    by_itself: bytes


def canonical(one: Succession, before: bytes) -> bytes:
    """What both keys sign: the place, both public keys, and the seal at which one follows."""
    told = (one.number, before.hex(), one.public_key.hex(), one.after_seal, one.after_hash.hex())
    return encode((FORM, *told, one.attested_at))


def every(connection: Connection) -> list[Succession]:
    """All of them, the first first."""
    rows = connection.rows(f"SELECT {COLUMNS} FROM signer ORDER BY number LIMIT {SIGNERS_MAX}")
    return [_succession(row) for row in rows]


def last(connection: Connection) -> Succession | None:
    """Who signs now."""
    rows = connection.rows(f"SELECT {COLUMNS} FROM signer ORDER BY number DESC LIMIT 1")
    return _succession(rows[0]) if rows else None


def present(connection: Connection) -> Signer:
    """The one of our keys that signs the next seal; raises KeyMissing when it is not here."""
    ours, attested = keys.signers(), last(connection)
    if attested is None:
        return ours[-1]
    for one in ours:
        if one.public == attested.public_key:
            return one
    raise keys.KeyMissing(
        "the key that signs the seals of this database is not here; put it back from the backup "
        "of the keys (docs/keys.md), or, if it is lost for good, read there how to go on"
    )


def attest(connection: Connection, now: datetime) -> Succession | None:
    """Let our newest key follow the one that signs now; None when it signs already."""
    with writing(connection):
        _alone(connection)
        newest, before = keys.signers()[0], last(connection)
        if before is None or before.public_key == newest.public:
            return begin(connection, newest, now) if before is None else None
        signer = present(connection)
        rows = connection.rows("SELECT number, hash FROM seal ORDER BY number DESC LIMIT 1")
        seal, seal_hash = (rows[0][0], bytes(rows[0][1])) if rows else (0, GENESIS)
        draft = Succession(
            number=before.number + 1,
            public_key=newest.public,
            after_seal=seal,
            after_hash=seal_hash,
            attested_at=stored(now),
            by_before=b"",
            by_itself=b"",
        )
        said = canonical(draft, before.public_key)
        made = draft._replace(by_before=signer.sign(said), by_itself=newest.sign(said))
        connection.insert("signer", [made])
    keys.publish(newest)
    return made


def begin(connection: Connection, signer: Signer, now: datetime) -> Succession:
    """The first key signs for itself; inside a transaction."""
    draft = Succession(1, signer.public, 0, GENESIS, stored(now), b"", b"")
    said = signer.sign(canonical(draft, b""))
    made = draft._replace(by_before=said, by_itself=said)
    connection.insert("signer", [made])
    return made


def is_present(connection: Connection, signer: Signer, now: datetime) -> bool:
    """Whether this key still signs, inside the transaction that stores its seal."""
    _alone(connection)
    attested = last(connection)
    if attested is None:
        begin(connection, signer, now)
        return True
    return attested.public_key == signer.public


def troubles(successions: list[Succession], ours: set[bytes]) -> list[str]:
    """What is wrong with the chain of keys, in words; `ours` are the public keys we hold."""
    found: list[str] = []
    before = b""
    for place, one in enumerate(successions, start=1):
        said = canonical(one, before)
        first = place == 1
        if one.number != place:
            found.append(f"key {place} of the seals is missing")
        if not _signed(one.public_key, one.by_itself, said) or not _signed(
            one.public_key if first else before, one.by_before, said
        ):
            found.append(f"key {one.number} of the seals is not attested by the key before it")
        before = one.public_key
    if successions and successions[-1].public_key not in ours:
        found.append("the key that signs now is not one of ours")
    return found


def signer_of(successions: list[Succession], seal: int) -> bytes:
    """The public key that signs a seal of this number; b"" when there is none."""
    found = b""
    for one in successions:
        if one.after_seal < seal:
            found = one.public_key
    return found


def _signed(public: bytes, signature: bytes, message: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def _alone(connection: Connection) -> None:
    """Nobody else changes who signs until the transaction ends."""
    if connection.vendor == "postgresql":
        connection.run("LOCK TABLE signer IN SHARE ROW EXCLUSIVE MODE")


def _succession(row: Row) -> Succession:
    number, public_key, after_seal, after_hash, attested_at, by_before, by_itself = row
    return Succession(
        number,
        bytes(public_key),
        after_seal,
        bytes(after_hash),
        attested_at,
        bytes(by_before),
        bytes(by_itself),
    )
