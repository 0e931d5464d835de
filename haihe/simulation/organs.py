"""The public bodies of the simulated city and the people who serve in them, all invented."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from haihe.kernel.organs import Organ, Sort
from haihe.pack.place import own_folder
from haihe.pack.places import read_places
from haihe.simulation.book import CityBook

CITY_CODE: Final = "12"
IN_A_STREET: Final = ("street", "community")  # tiers of bodies that every street has
ORGANS_MAX: Final = 20_000
ELSEWHERE: Final = "~"  # after a sort: one of another district


class UnknownSort(ValueError):
    """A course, a fault or a field names a sort of organ that `city.yaml` does not have."""


@dataclass(frozen=True, slots=True)
class Area:
    """Where a matter lives: a street or town of a district."""

    district: int
    street: int


class City:
    """Every organ of the city; `known` maps official names to ids that are in use already.

    `only` limits the matters (not the organs) to these district codes.
    """

    def __init__(
        self,
        book: CityBook,
        sorts: Mapping[str, Sort],
        known: Mapping[str, str] | None = None,
        only: tuple[str, ...] = (),
    ) -> None:
        self.book = book
        self._tiers = {one: told.tier for one, told in sorts.items() if one in book.bodies}
        uppers = {one: sorts[one].above for one in self._tiers}
        self._above = {one: upper if upper in book.bodies else "" for one, upper in uppers.items()}
        self._known = known or {}
        self.codes = [name.split()[0] for name in book.districts]
        self.names = [name.split()[1] for name in book.districts]
        self.streets = list(book.districts.values())
        self._listed = read_places(own_folder("city") / "places" / "streets.csv")
        self._street_codes: dict[tuple[str, str], str] = {}
        chosen = [n for n, code in enumerate(self.codes) if not only or code in only]
        if not chosen:
            raise UnknownSort(f"no such district: {', '.join(only)}")
        self.areas = [Area(d, s) for d in chosen for s in range(len(self.streets[d]))]
        self._ids: dict[tuple[str, int, int, int], str] = {}
        self.organs: dict[str, Organ] = {}

    def area_name(self, area: Area) -> str:
        """The district and street in words."""
        return f"{self.names[area.district]}{self.streets[area.district][area.street]}"

    def organ(self, sort: str, area: Area, number: int = 0) -> str:
        """The id of the organ of this sort that is competent for an area.

        `sort~` is one of another district (or of another street where the tier is the street).
        """
        if sort.endswith(ELSEWHERE):
            sort = sort[:-1]
            area = self._elsewhere(sort, area, number)
            number = 0
        found = self.book.bodies.get(sort)
        if found is None:
            raise UnknownSort(f"there is no sort of organ `{sort}` in city.yaml")
        key = (
            sort,
            -1 if self._tiers[sort] == "city" else area.district,
            area.street if self._tiers[sort] in IN_A_STREET else -1,
            number % found.count,
        )
        known = self._ids.get(key)
        if known is None:
            known = self._ids[key] = self._made(key, area)
        return known

    def _elsewhere(self, sort: str, area: Area, number: int) -> Area:
        if self._tiers.get(sort) in IN_A_STREET:
            streets = len(self.streets[area.district])
            return Area(area.district, (area.street + 1 + number % max(1, streets - 1)) % streets)
        districts = len(self.codes)
        district = (area.district + 1 + number % max(1, districts - 1)) % districts
        return Area(district, 0)

    def _made(self, key: tuple[str, int, int, int], area: Area) -> str:
        sort, district, street, number = key
        told = self.book.bodies[sort]
        place = self.names[district] if district >= 0 else ""
        town = self.streets[district][street] if street >= 0 else ""
        name = told.name.format(
            district=place,
            short=place.removesuffix("新区").removesuffix("区"),
            street=town,
            town=town.removesuffix("街道").removesuffix("镇").removesuffix("乡"),
            n=number + 1,
        )
        code = CITY_CODE if district < 0 else self.codes[district]
        within = f"{code}{street + 1:03d}" if street >= 0 else code
        id_ = self._known.get(name) or f"{within}-{sort.replace('_', '-')}" + (
            f"-{number + 1}" if told.count > 1 else ""
        )
        above = self.organ(self._above[sort], area) if self._above[sort] else ""
        if len(self.organs) >= ORGANS_MAX:
            raise UnknownSort(f"more than {ORGANS_MAX} organs")
        place = self._street_code(code, town) if town else code
        self.organs[id_] = Organ(
            id=id_, name=name, sort=sort, tier=self._tiers[sort], above=above, area=place
        )
        return id_

    def _street_code(self, district: str, town: str) -> str:
        """The code of a street or town as the city's places tell; they may call it by more."""
        if not self._street_codes:
            self._street_codes = {(one.above, one.name): one.code for one in self._listed}
        known = self._street_codes.get((district, town))
        if known is None:
            (known,) = {
                code
                for (above, name), code in self._street_codes.items()
                if above == district and name.endswith(town)
            }
            self._street_codes[district, town] = known
        return known

    def everything(self) -> list[Organ]:
        """Every organ there can be, in the order of the sorts."""
        for sort, told in self.book.bodies.items():
            for number in range(told.count):
                for district in range(len(self.codes)):
                    streets = len(self.streets[district]) if self._tiers[sort] in IN_A_STREET else 1
                    for street in range(streets):
                        self.organ(sort, Area(district, street), number)
        return list(self.organs.values())
