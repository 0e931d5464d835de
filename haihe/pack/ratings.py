"""What a city lays down about ratings 好差评: `city/ratings.yaml`, checked.

Basis: 国办发〔2019〕51号 (voluntary, the two lowest are answered), GB/T 39734—2020 §7 (five
levels, once a visit or a matter); the numbers are the city's own rule (law/rating-settings.yaml).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Final

from haihe.kernel.values import Frozen
from haihe.pack.yaml_file import UnusablePack, read_struct

FILE: Final = "ratings.yaml"
DAYS_MAX: Final = 366
BATCH_MIN: Final = 5  # fewer would tell who rated
TAGS_MAX: Final = 12


class Tags(Frozen, frozen=True, kw_only=True):
    """Aspects offered with the lower and with the upper levels."""

    low: tuple[str, ...] = ()
    high: tuple[str, ...] = ()


class Calls(Frozen, frozen=True, kw_only=True):
    """How many a draw takes of each kind of service, and from how many days."""

    rated: int = 1
    unrated: int = 2
    days: int = 7


class Ratings(Frozen, frozen=True, kw_only=True):
    """The rules of a city; `otherwise` answers for a unit that has no organ above it."""

    open_days: int = 30
    crowd_days: int = 30
    batch: int = 10
    otherwise: str = ""
    instead: str = ""
    not_rated: tuple[str, ...] = ("service_rating", "bad_rating", "call_back", "rectification")
    tags: Tags = Tags()
    calls: Calls = Calls()


@lru_cache(maxsize=4)
def load_ratings(folder: Path) -> Ratings:
    """The rules of a city folder; the usual ones if it has no such file. Raises UnusablePack."""
    path = folder / FILE
    if not path.is_file():
        return Ratings()
    found = read_struct(path, FILE, Ratings)
    wrong = list(_wrong(found))
    if wrong:
        raise UnusablePack("\n".join(f"{FILE}: {one}" for one in wrong))
    return found


def _wrong(told: Ratings) -> Iterator[str]:
    for name in ("open_days", "crowd_days"):
        if not 0 < getattr(told, name) <= DAYS_MAX:
            yield f"{name}: expected 1 to {DAYS_MAX} days"
    if told.batch < BATCH_MIN:
        yield f"batch: fewer than {BATCH_MIN} ratings would tell who rated"
    if not 0 < told.calls.days <= DAYS_MAX:
        yield f"calls.days: expected 1 to {DAYS_MAX} days"
    if min(told.calls.rated, told.calls.unrated) < 1:
        yield "calls: who rated and who did not are both called; expected at least 1 of each"
    for name in ("low", "high"):
        if len(getattr(told.tags, name)) > TAGS_MAX:
            yield f"tags.{name}: at most {TAGS_MAX}"
