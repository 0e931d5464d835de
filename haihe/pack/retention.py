"""How long a city keeps the personal data of ended matters: `city/retention.yaml`, checked.

Basis: 个人信息保护法 19 (no longer than needed), 47 (what is to be deleted). Where a law fixes the
time its article is cited; where none does the entry is of level C or D and says where it is from.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Final, Literal

from haihe.kernel.values import Frozen
from haihe.pack.law import Law
from haihe.pack.yaml_file import UnusablePack, read_struct

FILE: Final = "retention.yaml"
YEARS_MAX: Final = 100
SCHEDULES_MAX: Final = 500


class Schedule(Frozen, frozen=True, kw_only=True):
    """The personal data of these kinds are kept so many years after a matter has ended.

    `kinds` empty: whatever no other entry names. `remains` says in words what is left afterwards.
    """

    kinds: tuple[str, ...] = ()
    years: int
    remains: str
    cites: tuple[str, ...]
    level: Literal["A", "B", "C", "D"]
    source: str
    checked_on: date


class Retention(Frozen, frozen=True, kw_only=True):
    """The city's schedules; `objections_to` decides objections where no organ is above.

    `halls`: how long the days of service halls are kept, whose records name nobody.
    """

    objections_to: str = ""
    halls: Schedule | None = None
    retention: tuple[Schedule, ...] = ()

    def of(self, kind: str) -> Schedule | None:
        """The schedule of a kind; None where nothing is disposed of."""
        usual = None
        for one in self.retention:
            if kind in one.kinds:
                return one
            usual = usual if one.kinds else one
        return usual


@lru_cache(maxsize=4)
def load_retention(folder: Path) -> Retention:
    """The retention of a city folder; an empty one if it has no such file. Raises UnusablePack."""
    path = folder / FILE
    if not path.is_file():
        return Retention()
    found = read_struct(path, FILE, Retention)
    wrong = list(_wrong(found))
    if wrong:
        raise UnusablePack("\n".join(f"{FILE}: {one}" for one in wrong))
    return found


def unknown_words(told: Retention, kinds: set[str], law: Law) -> Iterator[str]:
    """Kinds that no procedure has, and citations that do not resolve."""
    for place, one in enumerate(told.retention, 1):
        yield from (
            f"retention {place}: no such kind `{kind}`" for kind in one.kinds if kind not in kinds
        )
        yield from (
            f"retention {place}: no such article `{cite}`"
            for cite in one.cites
            if not law.resolves(cite)
        )
    for cite in told.halls.cites if told.halls else ():
        if not law.resolves(cite):
            yield f"halls: no such article `{cite}`"


def _wrong(told: Retention) -> Iterator[str]:
    if len(told.retention) > SCHEDULES_MAX:
        yield f"at most {SCHEDULES_MAX} entries"
    seen: set[str] = set()
    for place, one in enumerate(told.retention, 1):
        if not 0 < one.years <= YEARS_MAX:
            yield f"retention {place}: `years` must be 1 to {YEARS_MAX}"
        if not one.remains.strip() or not one.source.strip() or not one.cites:
            yield f"retention {place}: `remains`, `source` and `cites` must say something"
        for kind in one.kinds or ("*",):
            if kind in seen:
                what = "an entry without kinds" if kind == "*" else f"kind `{kind}`"
                yield f"retention {place}: {what} comes twice"
            seen.add(kind)
    halls = told.halls
    if halls is not None and (halls.kinds or not 0 < halls.years <= YEARS_MAX or not halls.cites):
        yield f"halls: no `kinds`, `years` 1 to {YEARS_MAX}, and `cites` that say something"
