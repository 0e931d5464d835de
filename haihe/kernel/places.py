"""Where things happen: the four tiers of a city, by date."""

from __future__ import annotations

from datetime import date
from typing import Final, Literal

from haihe.kernel.organs import ALWAYS, Tier
from haihe.kernel.values import Frozen

# street, town, township: administrative ones; zone: a functional zone that is none of them
Kind = Literal[
    "city", "district", "street", "town", "township", "zone",
    "community", "village", "like_community", "like_village",
]  # fmt: skip
KIND_TIERS: Final[dict[Kind, Tier]] = {
    "city": "city",
    "district": "district",
    "street": "street",
    "town": "street",
    "township": "street",
    "zone": "street",
    "community": "community",
    "village": "community",
    "like_community": "community",
    "like_village": "community",
}


class Place(Frozen, frozen=True, kw_only=True):
    """One place as it is from `since` up to, and without, `until`; `above` is where it lies."""

    code: str
    name: str
    kind: Kind
    above: str = ""
    since: date = ALWAYS
    until: date | None = None

    @property
    def tier(self) -> Tier:
        """city, district, street or community."""
        return KIND_TIERS[self.kind]

    def holds(self, day: date) -> bool:
        """Whether this version is the one of a day."""
        return self.since <= day and (self.until is None or day < self.until)
