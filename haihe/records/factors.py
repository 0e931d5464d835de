"""Second factors of staff (seeds of authenticators, recovery codes), sealed under `content`.

They lie in a table of allauth, as letters inside JSON; here they are counted and sealed anew.
"""

from __future__ import annotations

import base64
import binascii
from collections import Counter
from typing import Any, Final

import msgspec

from haihe.records import tags
from haihe.records.database import Connection, Row, writing
from haihe.records.keys import KeyMissing, WrongKey, store

TABLE: Final = "mfa_authenticator"
PLACE: Final = f"{TABLE}.data"
SECRET: Final = "authenticator"  # what they are sealed for (tags.sealed)
FIELDS: Final = ("secret", "seed", "migrated_codes")
FACTORS_MAX: Final = 1_000_000


def versions(connection: Connection) -> dict[int, int]:
    """How many sealed values each version of `content` has made."""
    found: Counter[int] = Counter()
    for _, data in _rows(connection):
        found.update(_version(letters) for letters in _letters(_read(data)))
    return dict(found)


def sealed_anew(connection: Connection) -> tuple[int, int]:
    """Seal with the newest version what older ones sealed: how many factors, how many left."""
    newest = store().key("content").newest.number
    done = left = 0
    for factor, data in _rows(connection):
        told = _read(data)
        if all(_version(letters) == newest for letters in _letters(told)):
            continue
        try:
            changed = {name: _renewed(name, value) for name, value in told.items()}
        except (WrongKey, KeyMissing, binascii.Error):
            left += 1
            continue
        before = data if isinstance(data, str) else _text(told)
        with writing(connection):
            wrote = connection.run(
                f"UPDATE {TABLE} SET data = ? WHERE id = ? AND data = ?",
                (_text(changed), factor, before),
            )
        done, left = done + wrote, left + 1 - wrote
    return done, left


def _rows(connection: Connection) -> list[Row]:
    there = (
        "SELECT 1 FROM sqlite_master WHERE name = ?"
        if connection.vendor == "sqlite"
        else "SELECT 1 WHERE to_regclass(?) IS NOT NULL"
    )
    if not connection.rows(there, (TABLE,)):
        return []
    return connection.rows(f"SELECT id, data FROM {TABLE} ORDER BY id LIMIT {FACTORS_MAX}")


def _read(data: Any) -> dict[str, Any]:
    return msgspec.json.decode(data, type=dict[str, Any]) if isinstance(data, str) else dict(data)


def _text(told: dict[str, Any]) -> str:
    return msgspec.json.encode(told).decode()


def _letters(told: dict[str, Any]) -> list[str]:
    found: list[str] = []
    for name in FIELDS:
        value = told.get(name, [])
        found += [value] if isinstance(value, str) else list(value)
    return found


def _renewed(name: str, value: Any) -> Any:
    if name not in FIELDS:
        return value
    if isinstance(value, str):
        return tags.sealed(tags.opened(value, SECRET), SECRET)
    return [tags.sealed(tags.opened(one, SECRET), SECRET) for one in value]


def _version(letters: str) -> int:
    """The version a sealed value begins with; 0 for what was never sealed."""
    try:
        return base64.b64decode(letters, validate=True)[0]
    except (binascii.Error, IndexError):
        return 0
