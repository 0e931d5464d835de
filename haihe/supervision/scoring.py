"""How well models find what is known to be there: precision, recall and findings per thousand.

What is known are the faults planted in a simulated city, each with the model and the cause under
which it must be found. A fault that another model rightly finds as well names it: there its
findings count neither for nor against.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import msgspec
import pyarrow as pa

from haihe.pack.models import Aim

ANY_CAUSE = "*"
SHOWN = 5

Pair = tuple[str, str]  # matter, cause
Shown = tuple[str, str, str]  # matter, cause, and the fault that was planted in it, if one was


class Truth(msgspec.Struct, frozen=True):
    """A planted fault: where it must be found, under which model and cause, and by whom as well.

    Without a model it need not be found (not yet, or no more); `also` sets its matter aside.
    """

    matter: str
    model: str
    cause: str
    fault: str
    also: tuple[str, ...] = ()


class Score(msgspec.Struct, frozen=True):
    """One model against the planted faults.

    `counted` are the findings that count for or against it; `extra` those that nothing explains.
    """

    model: str
    found: int
    planted: int
    hit: int
    counted: int
    extra: int
    per_thousand: float
    missed_shown: tuple[Shown, ...] = ()
    extra_shown: tuple[Shown, ...] = ()

    @property
    def precision(self) -> float | None:
        """The share of its findings that are right; None where it found nothing."""
        return (self.counted - self.extra) / self.counted if self.counted else None

    @property
    def recall(self) -> float | None:
        """The share of the planted faults that it found; None where none was planted."""
        return self.hit / self.planted if self.planted else None

    def meets(self, aim: Aim) -> bool:
        """Whether nothing that could be measured falls below the aim."""
        shares = ((self.precision, aim.precision), (self.recall, aim.recall))
        return all(share is None or share >= least for share, least in shares)

    def plain(self) -> dict[str, object]:
        """Its figures for a file or a machine."""
        return {
            "found": self.found,
            "planted": self.planted,
            "hit": self.hit,
            "extra": self.extra,
            "precision": None if self.precision is None else round(self.precision, 4),
            "recall": None if self.recall is None else round(self.recall, 4),
            "per_thousand": self.per_thousand,
        }


@dataclass
class Known:
    """The planted faults, by model."""

    wanted: dict[str, set[Pair]]
    aside: dict[str, set[str]]  # model -> matters in which its findings do not count
    faults: dict[str, str]  # matter -> the fault planted in it

    @classmethod
    def of(cls, truths: Iterable[Truth]) -> Known:
        """The truths sorted by model."""
        known = cls({}, {}, {})
        for one in truths:
            if one.model:
                known.wanted.setdefault(one.model, set()).add((one.matter, one.cause))
            known.faults.setdefault(one.matter, one.fault)
            for other in one.also:
                known.aside.setdefault(other, set()).add(one.matter)
        return known

    def shown(self, some: Iterable[Pair]) -> tuple[Shown, ...]:
        """The first few, each with the fault of its matter."""
        return tuple((*one, self.faults.get(one[0], "")) for one in sorted(some)[:SHOWN])


def truths_of(table: pa.Table) -> list[Truth]:
    """The rows of a truth file (`truth.parquet`)."""
    columns = ("matter_id", "model", "cause", "fault", "also")
    rows = zip(*(table.column(name).to_pylist() for name in columns), strict=True)
    return [
        Truth(matter, model, cause, fault, tuple(filter(None, (also or "").split(","))))
        for matter, model, cause, fault, also in rows
    ]


def score(model: str, rows: pa.Table, known: Known, matters: int) -> Score:
    """The findings of one model (columns matter_id and cause) against what is known."""
    columns = (rows.column("matter_id").to_pylist(), rows.column("cause").to_pylist())
    found: set[Pair] = set(zip(*columns, strict=True))
    wanted = known.wanted.get(model, set())
    whole = {matter for matter, cause in wanted if cause == ANY_CAUSE}
    seen = {matter for matter, _ in found}
    missed = {
        (matter, cause)
        for matter, cause in wanted - found
        if cause != ANY_CAUSE or matter not in seen
    }
    aside = known.aside.get(model, set())
    beyond = {one for one in found - wanted if one[0] not in whole}
    extra = {one for one in beyond if one[0] not in aside}
    return Score(
        model=model,
        found=len(found),
        planted=len(wanted),
        hit=len(wanted) - len(missed),
        counted=len(found) - len(beyond) + len(extra),
        extra=len(extra),
        per_thousand=round(1000 * len(found) / matters, 3) if matters else 0.0,
        missed_shown=known.shown(missed),
        extra_shown=known.shown(extra),
    )


def together(usual: Score, planted: Score) -> Score:
    """The score over the usual city and the one where every fault was planted often.

    Findings per thousand matters are those of the usual city.
    """
    return Score(
        model=usual.model,
        found=usual.found + planted.found,
        planted=usual.planted + planted.planted,
        hit=usual.hit + planted.hit,
        counted=usual.counted + planted.counted,
        extra=usual.extra + planted.extra,
        per_thousand=usual.per_thousand,
        missed_shown=(usual.missed_shown + planted.missed_shown)[:SHOWN],
        extra_shown=(usual.extra_shown + planted.extra_shown)[:SHOWN],
    )
