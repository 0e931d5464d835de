"""Frozen values shared by the whole kernel: what a pack file or a command may contain."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Final

import msgspec

# A datum of an event: text, number, yes/no, or a list of texts (officers, file digests, ...).
# Days and instants travel as ISO 8601 text and are checked against the field's type.
Datum = str | int | float | bool | list[str] | None
Data = dict[str, Datum]
NUMBER_DIGITS: Final = 15  # what a float holds of a decimal number without changing it


class Frozen(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, gc=False):
    """A value that never changes and refuses fields it does not know."""


class Actor(Frozen, frozen=True, kw_only=True):
    """Who acts: a person, in which role, for which organ (all are ids, never names)."""

    person: str
    role: str
    organ: str


class Owner(Frozen, frozen=True, kw_only=True):
    """Who has the matter now: always exactly one organ, and a person of it once one took it."""

    organ: str
    person: str | None = None


class Event(Frozen, frozen=True, kw_only=True):
    """A fact that happened, without its place in the chain (records adds hash and digests).

    `happened_at` is the instant the law counts from; `recorded_at` when the server wrote it.
    `sealed` names the personal fields that were given; their values are kept apart.
    The first event of a matter carries `kind` and `version` (its procedure's first day in force).
    """

    seq: int
    act: str
    actor: Actor
    happened_at: datetime
    recorded_at: datetime
    data: Data = msgspec.field(default_factory=dict)
    sealed: tuple[str, ...] = ()
    kind: str | None = None
    version: date | None = None


class Command(Frozen, frozen=True, kw_only=True):
    """A wish to act: open a matter (`matter` is None, `kind` says which) or act on one.

    `key` makes it idempotent: the same key is carried out once, whoever repeats it.
    `happened_at` defaults to the server's time; `expects` refuses if the matter has moved on.
    `data` holds public and personal fields alike, under their field names.
    """

    key: str
    act: str
    actor: Actor
    matter: str | None = None
    kind: str | None = None
    data: Data = msgspec.field(default_factory=dict)
    happened_at: datetime | None = None
    expects: int | None = None


class Refused(Frozen, frozen=True, kw_only=True):
    """A refusal for people: what was refused, by which article, and what can be done instead.

    `reason` is a stable word from `haihe.kernel.decide.REASONS`; `field` names a wrong field.
    """

    reason: str
    says: str
    instead: str
    cites: tuple[str, ...] = ()
    field: str | None = None


class Decided(Frozen, frozen=True, kw_only=True):
    """What `decide` allows: the event to append, and the personal values to seal apart."""

    event: Event
    personal: Data = msgspec.field(default_factory=dict)


def number_words(value: float) -> str:
    """A number as people write it: 1234567.5, 800; no exponent, at most 15 digits that mean it."""
    told = f"{Decimal(f'{value:.{NUMBER_DIGITS}g}'):f}"
    return told.rstrip("0").rstrip(".") if "." in told else told
