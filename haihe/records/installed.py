"""The installed pack and city as rules for records: read once, the same objects ever after."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, tzinfo
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Final

import msgspec
import yaml

from haihe.kernel.calendar import Calendar
from haihe.kernel.competence import UNRESTRICTED, Competence
from haihe.kernel.grids import Tiles
from haihe.kernel.organs import Organ, Organs
from haihe.kernel.paper import PaperTemplate
from haihe.kernel.places import Places
from haihe.kernel.procedure import Procedure
from haihe.kernel.qualification import Qualifications
from haihe.kernel.responsible import Responsible
from haihe.pack import Pack
from haihe.pack.approvals import approvals_of_the_city, with_approvals
from haihe.pack.city import City, load_city, load_responsibles
from haihe.pack.competence import load_competence
from haihe.pack.grids import load_tiles
from haihe.pack.organs import load_sorts
from haihe.pack.place import MissingFolder, models_folder
from haihe.pack.posts import NONE, load_qualifications
from haihe.pack.settings import Setting, SettingRow, pack_of_the_city, rows
from haihe.records import home

SIMULATED_FILE: Final = "simulated-organs.json"  # in HAIHE_HOME
OFFERED_FILE: Final = "offered-organs.json"  # beside it: ids of those that forms offer
CARD_FILE: Final = "card.yaml"


class UnusableCity(ValueError):
    """What is kept of a simulated city cannot be read; the message says what was expected."""


class InstalledRules:
    """A pack behind the questions records asks, with the names of the city's organs."""

    _settings: tuple[Setting, ...]

    def __init__(self, pack: Pack | None = None, organs: Iterable[Organ] | None = None) -> None:
        if pack is not None:
            self.pack, self._shipped, self._settings = pack, pack, ()
            self._qualifications = NONE
        else:
            ours, self._shipped, self._settings = pack_of_the_city()
            self.pack = with_approvals(ours, approvals_of_the_city())
            self._qualifications = load_qualifications(self.pack.law)
        self._installed = pack is None
        self._city = load_city() if organs is None else City(Organs(organs), Places(()), ())
        self._city_is_installed = organs is None
        self._responsibles = load_responsibles(self._city.places) if organs is None else None
        self._listed = self._city.organs
        self._register: Organs | None = None
        self._competence: Competence | None = None
        self._models: dict[str, str] = {}

    @property
    def zone(self) -> tzinfo:
        """The zone in which days begin."""
        return self.pack.zone

    @property
    def calendar(self) -> Calendar:
        """Working days and rest days."""
        return self.pack.calendar

    def governing(self, kind: str, day: date) -> Procedure | None:
        """The version of a kind in force on a day."""
        return self.pack.governing(kind, day)

    def version(self, kind: str, since: date) -> Procedure | None:
        """The version a matter was opened under."""
        return self.pack.version(kind, since)

    def in_force(self, day: date) -> list[Procedure]:
        """Every kind that may be opened on a day."""
        return self.pack.in_force(day)

    def every_version(self) -> list[Procedure]:
        """Every version of every kind the pack has."""
        return [one for versions in self.pack.procedures.values() for one in versions]

    def settings(self, day: date) -> list[SettingRow]:
        """Every clock the city may set, with what holds on a day."""
        return rows(self._shipped, self._settings, day)

    def article(self, cite: str) -> str:
        """Citations in words; a clock's reason may join several by 、."""
        return self.pack.law.spell(cite)

    @property
    def organ_register(self) -> Organs:
        """Every body through time: the city's, and beside them those of a simulated city."""
        if self._register is None:
            beside = [one for one in simulated_organs() if one.id not in self._listed]
            listed = self._listed
            self._register = listed.joined(beside) if beside else listed
        return self._register

    @property
    def competence(self) -> Competence:
        """Which body may do what where; a pack given by hand restricts nobody."""
        if self._competence is None:
            if self._installed:
                sorts = load_sorts()
                self._competence = load_competence(self.pack, self.organ_register, sorts)
            else:
                self._competence = UNRESTRICTED
        return self._competence

    @property
    def places(self) -> Places:
        """Every place of the city through time."""
        return self._city.places

    @cached_property
    def tiles(self) -> Tiles:
        """The grids and police beats of the city; none in a city given by hand."""
        return load_tiles() if self._city_is_installed else Tiles()

    def responsible(self, area: str, day: date) -> Responsible | None:
        """The one post that answers for a place, grid or beat on a day; None if there is none."""
        if self._responsibles is None:
            return None
        tile = None if area in self.places else self.tiles.get(area, day)
        place = self.places.area(area, day)
        kind = place.kind if place is not None else tile.kind if tile is not None else ""
        return self._responsibles.of(area, kind, day) if kind else None

    def look_again(self) -> None:
        """The bodies of a simulated city were put beside the others: read them."""
        self._register = self._competence = None

    def _organ(self, organ: str) -> Organ | None:
        """A body as it is today; one that is closed as it was."""
        return self.organ_register.known(organ, self._today())

    def _today(self) -> date:
        return datetime.now(self.zone).date()

    def organ_name(self, organ: str) -> str:
        """The name of an organ; its id when the city does not list it."""
        found = self._organ(organ)
        return found.name if found else organ

    def organs(self) -> dict[str, str]:
        """Every organ the city lists that there is today: id -> name, in the order of the file.

        Of a simulated city those only in which somebody of a told story serves.
        """
        beside = {one: self.organ_name(one) for one in sorted(offered_organs())}
        return {one.id: one.name for one in self._listed.at(self._today())} | beside

    def every_organ(self) -> dict[str, str]:
        """Every organ there ever was, those of a simulated city beside them: id -> name."""
        return {organ: self.organ_name(organ) for organ in self.organ_register.ids()}

    def organ_above(self, organ: str) -> str:
        """The organ above it; "" when the city tells none."""
        found = self._organ(organ)
        return found.above if found else ""

    def organ_tier(self, organ: str) -> str:
        """Its tier, that of its sort; "" when the city does not list it."""
        found = self._organ(organ)
        return found.tier if found else ""

    @property
    def qualifications(self) -> Qualifications:
        """Which steps and posts need which qualification; none in a pack given by hand."""
        return self._qualifications

    def papers(self, procedure: Procedure, step: str) -> tuple[PaperTemplate, ...]:
        """The templates of the papers that this step of this version issues."""
        names = procedure.steps[step].issues
        return tuple(
            one
            for one in (self.pack.papers_of(procedure) if names else ())
            if step in one.steps and one.name in names
        )

    def model_name(self, model: str) -> str:
        """The name on a supervision model's card; its id when it has none."""
        if model not in self._models:
            self._models[model] = _card_name(model)
        return self._models[model]


def _card_name(model: str) -> str:
    try:
        card = models_folder() / model / CARD_FILE
        told = yaml.load(card.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        return str(told["name"])
    except (MissingFolder, OSError, yaml.YAMLError, KeyError, TypeError):
        return model


def offered_organs() -> frozenset[str]:
    """The bodies of a simulated city that forms offer as they do those the city lists.

    A story may be told while the pages are served: the file is looked at whenever it has changed.
    """
    path = home.home() / OFFERED_FILE
    try:
        return _offered(path, path.stat().st_mtime_ns)
    except FileNotFoundError:
        return frozenset()


@lru_cache(maxsize=4)
def _offered(path: Path, _changed: int) -> frozenset[str]:
    try:
        return frozenset(msgspec.json.decode(path.read_bytes(), type=list[str]))
    except msgspec.DecodeError as error:
        raise UnusableCity(f"{OFFERED_FILE}: {error}") from error


def simulated_organs() -> list[Organ]:
    """The bodies of the simulated city that was taken in here; none in a real one."""
    path = home.home() / SIMULATED_FILE
    if not path.is_file():
        return []
    try:
        return msgspec.json.decode(path.read_bytes(), type=list[Organ])
    except msgspec.DecodeError as error:
        raise UnusableCity(f"{SIMULATED_FILE}: take the simulated city in anew: {error}") from None
