"""Personal values of a matter opened again, each checked against what its chain vouches for."""

from __future__ import annotations

import msgspec

from haihe.kernel.values import Data
from haihe.records.chain import Hash
from haihe.records.database import Connection
from haihe.records.keys import KeyStore
from haihe.records.sealing import BrokenSeal, MatterKey

_decode = msgspec.json.Decoder(dict[str, str]).decode


def key_of(connection: Connection, matter: str, store: KeyStore) -> MatterKey | None:
    """The key of a matter, or None if it never had one or it was destroyed."""
    rows = connection.rows("SELECT wrapped FROM matter_key WHERE matter_id = ?", (matter,))
    return MatterKey.unwrapped(matter, bytes(rows[0][0]), store) if rows else None


def values_by_event(
    connection: Connection, matter: str, store: KeyStore, hash_of: Hash
) -> dict[int, Data]:
    """The personal values of each event that still has some; raises BrokenSeal or WrongKey."""
    rows = connection.rows(
        "SELECT p.seq, p.field, p.sealed, e.sealed FROM personal p "
        "JOIN event e ON e.matter_id = p.matter_id AND e.seq = p.seq "
        "WHERE p.matter_id = ? ORDER BY p.seq, p.field",
        (matter,),
    )
    if not rows:
        return {}
    key = key_of(connection, matter, store)
    if key is None:
        raise BrokenSeal(f"matter {matter} has personal fields but no key")
    found: dict[int, Data] = {}
    for seq, field, sealed, digests in rows:
        digest = _decode(digests).get(field, "")
        found.setdefault(seq, {})[field] = key.open(seq, field, bytes(sealed), digest, hash_of)
    return found


def latest_values(connection: Connection, matter: str, store: KeyStore, hash_of: Hash) -> Data:
    """Each personal field as it was last given."""
    latest: Data = {}
    for values in values_by_event(connection, matter, store, hash_of).values():
        latest.update(values)
    return latest
