"""What to take from a log: every wanted key with the column, level and type it becomes."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

import pyarrow as pa

from haihe.pack.description import Description, Imports
from haihe.supervision.imports.typed import typed
from haihe.supervision.views import FieldType, check_fields

PSEUDONYM_DIGITS: Final = 16
UTC: Final = ZoneInfo("UTC")


@dataclass(frozen=True)
class Target:
    """One column of a view and the key of the log it is read from."""

    name: str
    type: FieldType
    key: str
    required: bool = False
    pseudonym: bool = False


@dataclass(frozen=True)
class Plan:
    """Everything an import needs to know besides the log itself."""

    kind: str
    zone: ZoneInfo
    bare_zone: ZoneInfo  # of instants written without an offset
    matter: tuple[Target, ...]
    event: tuple[Target, ...]
    nothing: frozenset[str]
    pseudonym_key: bytes
    imports: Imports

    @property
    def matter_keys(self) -> frozenset[str]:
        """Keys wanted of a matter (trace)."""
        return frozenset(target.key for target in self.matter)

    @property
    def event_keys(self) -> frozenset[str]:
        """Keys wanted of an event."""
        return frozenset(target.key for target in self.event)

    @property
    def matter_key(self) -> str:
        """The key that names a matter."""
        return self.imports.log.matter_id

    @property
    def event_fields(self) -> dict[str, FieldType]:
        """Data fields beside the base columns of `event`."""
        return {name: field.type for name, field in self.imports.event_fields.items()}

    @property
    def matter_fields(self) -> dict[str, FieldType]:
        """Data fields beside the base columns of `matter`."""
        return {name: field.type for name, field in self.imports.matter_fields.items()}

    def value(self, target: Target, texts: pa.StringArray) -> pa.Array:
        """Texts of one column as its values; `typed.WrongValue` when one does not fit."""
        if self.nothing:
            texts = pa.array([None if t in self.nothing else t for t in texts.to_pylist()])
        if target.pseudonym:
            return pa.array([self._pseudonym(text) for text in texts.to_pylist()], pa.string())
        return typed(texts.cast(pa.string()), target.type, self.zone, self.bare_zone)

    def _pseudonym(self, text: str | None) -> str | None:
        if not text:
            return None
        digest = hmac.new(self.pseudonym_key, text.encode(), hashlib.sha256)
        return digest.hexdigest()[:PSEUDONYM_DIGITS]


def plan_of(description: Description, pseudonym_key: bytes) -> Plan:
    """The plan a pack's description asks for; WrongView when a field name or type is refused.

    `pseudonym_key` keys the pseudonyms of persons: the same person gets the same word under the
    same key, and nobody without the key can tell who it is.
    """
    imports = description.imports
    log = imports.log
    event = (
        Target("act", "text", log.act, required=True),
        Target("happened_at", "instant", log.happened_at),
        Target("recorded_at", "instant", log.recorded_at),
        Target("role", "text", log.role),
        Target("organ", "text", log.organ),
        Target("person", "text", log.person, pseudonym=True),
        *(Target(name, f.type, f.key) for name, f in imports.event_fields.items()),
    )
    matter = (
        Target("matter_id", "text", log.matter_id, required=True),
        Target("closed_at", "instant", log.closed_at),
        Target("outcome", "text", log.outcome),
        Target("organ", "text", log.matter_organ),
        Target("place", "text", log.place),
        *(Target(name, f.type, f.key) for name, f in imports.matter_fields.items()),
    )
    plan = Plan(
        kind=imports.kind,
        zone=description.clock_zone(),
        bare_zone=UTC if log.bare_times == "utc" else description.clock_zone(),
        matter=_mapped(matter),
        event=_mapped(event),
        nothing=frozenset(log.nothing),
        pseudonym_key=pseudonym_key,
        imports=imports,
    )
    check_fields("event", plan.event_fields)
    check_fields("matter", plan.matter_fields)
    return plan


def _mapped(targets: Iterable[Target]) -> tuple[Target, ...]:
    return tuple(target for target in targets if target.key)
