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
from haihe.kernel.state import State
from haihe.records.database import IN_MAX, reading_connection
from haihe.records.rules import Rules

SUBJECT_CHARACTERS_MAX: Final = 40
EARLY_EVENTS: Final = 4  # a matter not told by its opening is told by one of these (a letter)

_decode = msgspec.json.Decoder(dict[str, object]).decode


def subject(procedure: Procedure, values: Mapping[str, object]) -> str:
    """One line about a matter from its public values; "" if none of them says anything.

    Short texts that are mere ids (the name of a model) say nothing.
    """
    fields = {
        name: field
        for name, field in procedure.fields.items()
        if not (field.personal or field.informant or field.confined)
        and isinstance(values.get(name), str)
        and values[name]
    }
    told = [_first(fields, values, "place"), _first(fields, values, "long_text")]
    if not any(told):
        told = [_first(fields, values, "text") or _first(fields, values, "choice")]
    line = " ".join(" ".join(part.split()) for part in told if part)
    if len(line) <= SUBJECT_CHARACTERS_MAX:
        return line
    return line[: SUBJECT_CHARACTERS_MAX - 1] + "…"


def subject_now(procedure: Procedure, state: State) -> str:
    """The line of a matter as it stands: what it was opened with tells it, or one of the acts next.

    What was noted later (a revisit, an opinion) does not become what the matter is about.
    """
    done = state.done
    for acts in (done[:1], done[1:EARLY_EVENTS]):
        steps = [procedure.steps[one.act] for one in acts if one.act in procedure.steps]
        asked = {name for step in steps for name in (*step.asks, *step.may_ask)}
        told = subject(procedure, {k: one for k, one in state.fields.items() if k in asked})
        if told:
            return told
    return ""


def subjects(matters: Iterable[tuple[str, str, str]], rules: Rules) -> dict[str, str]:
    """The same for a page of a list, by the opening events of (matter, kind, version)."""
    kinds = {matter: (kind, version) for matter, kind, version in matters}
    assert len(kinds) <= IN_MAX
    if not kinds:
        return {}
    found: dict[str, str] = {}
    for first, last in ((1, 1), (2, EARLY_EVENTS)):
        untold = [matter for matter in kinds if not found.get(matter)]
        if untold:
            found |= _told_by(first, last, {matter: kinds[matter] for matter in untold}, rules)
    return found


def sealed(matters: Iterable[tuple[str, str, str]], rules: Rules) -> frozenset[str]:
    """Those of these ended matters (matter, kind, version) that some act said concern a minor.

    A list tells nothing of them but that they are there; the file itself judges exactly.
    """
    names: dict[str, tuple[str, ...]] = {}
    for matter, kind, version in matters:
        procedure = rules.version(kind, date.fromisoformat(version))
        if procedure is not None and any(name in procedure.fields for name in procedure.minors):
            names[matter] = procedure.minors
    assert len(names) <= IN_MAX
    if not names:
        return frozenset()
    rows = reading_connection().rows_in(
        "SELECT matter_id, data FROM event WHERE matter_id", [*names]
    )
    told = ((matter, _decode(data)) for matter, data in rows)
    return frozenset(
        matter for matter, data in told if any(data.get(name) is True for name in names[matter])
    )


def _told_by(
    first: int, last: int, kinds: Mapping[str, tuple[str, str]], rules: Rules
) -> dict[str, str]:
    """The lines that the events first to last of these matters give."""
    rows = reading_connection().rows_in(
        f"SELECT matter_id, data FROM event WHERE seq BETWEEN {first} AND {last} AND matter_id",
        list(kinds),
    )
    values: dict[str, dict[str, object]] = {}
    for matter, data in rows:
        values.setdefault(matter, {}).update(_decode(data))
    found = {}
    for matter, told in values.items():
        kind, version = kinds[matter]
        procedure = rules.version(kind, date.fromisoformat(version))
        found[matter] = "" if procedure is None else subject(procedure, told)
    return found


def _first(fields: Mapping[str, Field], values: Mapping[str, object], type_name: str) -> str:
    for name, field in fields.items():
        value = str(values[name])
        if field.type == type_name and not (type_name == "text" and value.isascii()):
            return field.choices.get(value, value)
    return ""
