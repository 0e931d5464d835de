"""What a matter is about, in one line of public words, so that a list can be told apart.

Only fields that are not personal are used: the place, then what happened. A matter whose account
is personal (a mediation, a letter) is told by a choice instead: 邻里, 建议意见.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

import msgspec

from haihe.kernel.procedure import Field, Procedure
from haihe.records.database import IN_MAX, reading_connection
from haihe.records.rules import Rules

SUBJECT_CHARACTERS_MAX: Final = 40

_decode = msgspec.json.Decoder(dict[str, object]).decode


def subject(procedure: Procedure, values: Mapping[str, object]) -> str:
    """One line about a matter from its public values; "" if none of them says anything."""
    fields = {
        name: field
        for name, field in procedure.fields.items()
        if not field.personal and isinstance(values.get(name), str) and values[name]
    }
    told = [_first(fields, values, "place"), _first(fields, values, "long_text")]
    if not any(told):
        told = [_first(fields, values, "text") or _first(fields, values, "choice")]
    line = " ".join(" ".join(part.split()) for part in told if part)
    if len(line) <= SUBJECT_CHARACTERS_MAX:
        return line
    return line[: SUBJECT_CHARACTERS_MAX - 1] + "…"


def subjects(matters: Iterable[tuple[str, str, str]], rules: Rules) -> dict[str, str]:
    """The same for a page of a list, by the opening events of (matter, kind, version)."""
    kinds = {matter: (kind, version) for matter, kind, version in matters}
    assert len(kinds) <= IN_MAX
    if not kinds:
        return {}
    rows = reading_connection().rows_in(
        "SELECT matter_id, data FROM event WHERE seq = 1 AND matter_id", list(kinds)
    )
    found: dict[str, str] = {}
    for matter, data in rows:
        kind, version = kinds[matter]
        procedure = rules.version(kind, date.fromisoformat(version))
        found[matter] = "" if procedure is None else subject(procedure, _decode(data))
    return found


def _first(fields: Mapping[str, Field], values: Mapping[str, object], type_name: str) -> str:
    for name, field in fields.items():
        if field.type == type_name:
            value = str(values[name])
            return field.choices.get(value, value)
    return ""
