"""The installed pack and city as rules for records: read once, the same objects ever after."""

from __future__ import annotations

from datetime import date, tzinfo
from pathlib import Path
from typing import Final, Literal

import msgspec
import yaml

from haihe.kernel.calendar import Calendar
from haihe.kernel.paper import PaperTemplate
from haihe.kernel.procedure import Procedure
from haihe.kernel.qualification import Qualifications
from haihe.pack import Pack
from haihe.pack.place import MissingFolder, city_folder, models_folder
from haihe.pack.posts import NONE, load_qualifications
from haihe.pack.settings import Setting, SettingRow, pack_of_the_city, rows
from haihe.records import home

ORGANS_FILE: Final = "organs.yaml"
SIMULATED_FILE: Final = "simulated-organs.json"  # in HAIHE_HOME; JSON is YAML too
CARD_FILE: Final = "card.yaml"
ORGANS_MAX: Final = 100_000
# The first of these words in a name tells the tier.
TIER_WORDS: Final = {
    "community": ("社区", "居民委员会", "村民委员会"),
    "street": ("派出所", "街道", "镇", "乡"),
    "district": ("分局", "区"),
    "city": ("市",),
}


class UnusableCity(ValueError):
    """`city/organs.yaml` cannot be used; the message says what was expected."""


class Organ(msgspec.Struct, frozen=True):
    """One public body of the city; the id of the organ above it, if any, and its tier."""

    name: str
    above: str = ""
    tier: Literal["", "city", "district", "street", "community"] = ""


class InstalledRules:
    """A pack behind the questions records asks, with the names of the city's organs."""

    _settings: tuple[Setting, ...]

    def __init__(self, pack: Pack | None = None, organs: dict[str, Organ] | None = None) -> None:
        if pack is not None:
            self.pack, self._shipped, self._settings = pack, pack, ()
            self._qualifications = NONE
        else:
            self.pack, self._shipped, self._settings = pack_of_the_city()
            self._qualifications = load_qualifications(self.pack.law)
        self._organs = load_organs() if organs is None else organs
        self._simulated: dict[str, Organ] | None = None
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

    def organ_name(self, organ: str) -> str:
        """The name of an organ; its id when the city does not list it."""
        found = self._organ(organ)
        return found.name if found else organ

    def _organ(self, organ: str) -> Organ | None:
        """An organ the city lists, else one of a simulated city."""
        found = self._organs.get(organ)
        return found if found is not None else self.simulated_organs().get(organ)

    def simulated_organs(self) -> dict[str, Organ]:
        """The organs of the simulated city that was taken in here; none in a real one."""
        if self._simulated is None:
            self._simulated = load_organs(home.home(), SIMULATED_FILE)
        return self._simulated

    def organs(self) -> dict[str, str]:
        """Every organ of the city: id -> name, in the order of the file."""
        return {organ: told.name for organ, told in self._organs.items()}

    def every_organ(self) -> dict[str, str]:
        """The city's organs and those of a simulated city beside them."""
        beside = {organ: told.name for organ, told in self.simulated_organs().items()}
        return {**beside, **self.organs()}

    def organ_above(self, organ: str) -> str:
        """The organ above it; "" when the city tells none."""
        found = self._organ(organ)
        return found.above if found else ""

    def organ_tier(self, organ: str) -> str:
        """Its tier as the city says it; else told from its official name; "" when neither does."""
        found = self._organ(organ)
        return (found.tier or _tier_of(found.name)) if found else ""

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


def _tier_of(name: str) -> str:
    """The tier an official name tells: 马场派出所 is of a street, 河西分局 of a district."""
    for tier, words in TIER_WORDS.items():
        if any(word in name for word in words):
            return tier
    return ""


def _card_name(model: str) -> str:
    try:
        card = models_folder() / model / CARD_FILE
        told = yaml.load(card.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        return str(told["name"])
    except (MissingFolder, OSError, yaml.YAMLError, KeyError, TypeError):
        return model


def load_organs(folder: Path | None = None, file: str = ORGANS_FILE) -> dict[str, Organ]:
    """`organs.yaml` of a city; none if the city has no such file. Raises UnusableCity."""
    try:
        path = (folder or city_folder()) / file
    except MissingFolder:
        return {}
    if not path.is_file():
        return {}
    try:
        found = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        organs = msgspec.convert(found, dict[str, dict[str, Organ]])["organs"]
    except (yaml.YAMLError, msgspec.ValidationError, KeyError, UnicodeDecodeError) as error:
        raise UnusableCity(
            f"{ORGANS_FILE}: expected `organs:` with id: {{name: …}}: {error}"
        ) from None
    if len(organs) > ORGANS_MAX:
        raise UnusableCity(f"{ORGANS_FILE}: at most {ORGANS_MAX} organs are read")
    return organs
