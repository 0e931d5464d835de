"""The procedures, the calendar and the names in force: what records asks of the pack."""

from __future__ import annotations

import threading
from datetime import date, tzinfo
from typing import Protocol

from haihe.kernel.calendar import Calendar
from haihe.kernel.competence import Competence
from haihe.kernel.grids import Tiles
from haihe.kernel.organs import Organs
from haihe.kernel.paper import PaperTemplate
from haihe.kernel.places import Places
from haihe.kernel.procedure import Procedure
from haihe.kernel.qualification import Qualifications
from haihe.kernel.responsible import Responsible
from haihe.pack.settings import SettingRow


class Rules(Protocol):
    """A pack, as records sees it. Procedures are the same objects for as long as it is in use."""

    @property
    def zone(self) -> tzinfo:
        """The zone in which days begin."""

    @property
    def calendar(self) -> Calendar:
        """Working days and rest days."""

    def governing(self, kind: str, day: date) -> Procedure | None:
        """The version in force on a day; None if there is none."""

    def version(self, kind: str, since: date) -> Procedure | None:
        """The version a matter was opened under."""

    def in_force(self, day: date) -> list[Procedure]:
        """Every kind that may be opened on a day."""

    def every_version(self) -> list[Procedure]:
        """Every version of every kind the pack has."""

    def settings(self, day: date) -> list[SettingRow]:
        """Every clock that the city may set, with what holds on a day."""

    def article(self, cite: str) -> str:
        """A citation in words: `psp-2025#118` -> 治安管理处罚法第118条."""

    def organ_name(self, organ: str) -> str:
        """The name of an organ; its id when the city does not list it."""

    def organs(self) -> dict[str, str]:
        """Every organ of the city: id -> name."""

    def every_organ(self) -> dict[str, str]:
        """The same with those of a simulated city, which no form offers."""

    @property
    def organ_register(self) -> Organs:
        """Every body through time: sort, tier, area, who is above and below it on a day."""

    @property
    def places(self) -> Places:
        """The four tiers of the city through time, with what people call them."""

    @property
    def tiles(self) -> Tiles:
        """The grids and police beats of the city."""

    def responsible(self, area: str, day: date) -> Responsible | None:
        """The one post that answers for a place, grid or beat on a day; None if there is none."""

    def organ_above(self, organ: str) -> str:
        """The organ above it; "" when the city tells none."""

    def organ_tier(self, organ: str) -> str:
        """city, district, street or community; "" when the city does not say."""

    @property
    def competence(self) -> Competence:
        """Which body may open, decide, approve and supervise what, where and from when."""

    def look_again(self) -> None:
        """Bodies were put beside those the city lists: read them before anything else is asked."""

    @property
    def qualifications(self) -> Qualifications:
        """Which steps and posts need which qualification."""

    def papers(self, procedure: Procedure, step: str) -> tuple[PaperTemplate, ...]:
        """The templates of the papers that this step of this version issues."""

    def model_name(self, model: str) -> str:
        """The name on a supervision model's card; its id when it has none."""


_in_use: list[Rules] = []
_loading = threading.Lock()


def use(rules: Rules) -> None:
    """From now on this process works by these rules."""
    _in_use[:] = [rules]


def current() -> Rules:
    """The rules in use: those of the installed pack, loaded on first use."""
    if not _in_use:
        from haihe.records.installed import InstalledRules

        with _loading:  # the first requests of a server come together; one of them reads the pack
            if not _in_use:
                use(InstalledRules())
    return _in_use[0]
