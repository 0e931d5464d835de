"""What a reading of a matter is recorded with: which personal fields were seen, on which basis."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final

import msgspec

from haihe.kernel.procedure import Procedure
from haihe.kernel.reading import View
from haihe.kernel.values import Datum, Event
from haihe.records.journal import ERASE

# By which articles somebody may look for a purpose, before those the matter itself rests on.
BASES: Final[dict[str, tuple[str, ...]]] = {
    "handle": ("personal-information-2021#34",),
    "answer": ("personal-information-2021#34", "data-sharing-2025#按目的使用"),
    "supervise": ("personal-information-2021#34", "haihe#need-to-know"),
    "audit": ("personal-information-2021#54", "haihe#need-to-know"),
    "own": ("personal-information-2021#45",),
    "publish": ("personal-information-2021#34",),
    "statistics": ("personal-information-2021#34",),
    "maintain": ("personal-information-2021#51",),
}

_decode = msgspec.json.Decoder(dict[str, object]).decode


def basis(purpose: str, procedure: Procedure | None) -> tuple[str, ...]:
    """The citations of a reading: of its purpose, then of what the matter rests on."""
    own = procedure.basis if procedure is not None else ()
    return tuple(dict.fromkeys((*BASES.get(purpose, ()), *own)))


def given(events: Iterable[Event]) -> frozenset[str]:
    """The personal fields of which a value is still there after these events."""
    there: set[tuple[int, str]] = set()
    for event in events:
        there.update((event.seq, name) for name in event.sealed)
        erased = event.data.get("erased") if event.act == ERASE else None
        for one in erased if isinstance(erased, list) else ():
            number, _, name = str(one).partition(":")
            there.discard((int(number), name))
    return frozenset(name for _, name in there)


def seen(view: View, fields: Collection[str]) -> dict[str, Datum]:
    """Which of these personal fields a view shows in clear and which masked."""
    told: dict[str, Datum] = {}
    for sight in ("clear", "masked"):
        names = sorted(name for name in fields if view.fields.get(name) == sight)
        if names:
            told[sight] = names
    return told


def told_of(text: str) -> dict[str, object]:
    """The column `told` of a trace, read back."""
    return _decode(text)
