"""A pack: the law, the calendar and the procedures a city works by, read from a folder."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, tzinfo
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from haihe.kernel.calendar import Calendar
from haihe.kernel.paper import PaperTemplate
from haihe.kernel.procedure import Procedure
from haihe.pack.calendar import UnusableCalendar, load_calendar
from haihe.pack.description import PACK_FILE, Description, read_description
from haihe.pack.law import HOUSE_LAW, Law, load_law
from haihe.pack.papers import load_papers, papers_of
from haihe.pack.place import (
    MissingFolder,
    law_folder,
    own_folder,
    papers_folder,
    procedures_folder,
)
from haihe.pack.procedures import Procedures, governing, load_procedures
from haihe.pack.yaml_file import UnusablePack

ZONE: Final = "Asia/Shanghai"

__all__ = ["Pack", "UnusablePack", "load_pack"]


@dataclass(frozen=True, slots=True)
class Pack:
    """Everything a city works by. Procedures stay the same objects for as long as it is in use."""

    root: Path | None  # None: the installed pack
    name: str
    zone: tzinfo
    calendar: Calendar
    law: Law
    procedures: Procedures  # kind -> versions, oldest first
    folder: Path  # where `<kind>/cases.yaml` lie
    about: Description | None  # `pack.yaml`
    papers: tuple[PaperTemplate, ...] = ()  # templates of the papers that steps issue

    def governing(self, kind: str, day: date) -> Procedure | None:
        """The version of a kind in force on a day; None if there is none."""
        return governing(self.procedures, kind, day)

    def version(self, kind: str, since: date) -> Procedure | None:
        """The version of a kind that came into force on this day; None if there is none."""
        return next((one for one in self.procedures.get(kind, ()) if one.since == since), None)

    def papers_of(self, procedure: Procedure) -> tuple[PaperTemplate, ...]:
        """The templates of the papers that steps of this version issue."""
        return papers_of(self.papers, procedure, self.law)

    def in_force(self, day: date) -> list[Procedure]:
        """Every kind that may be opened on a day, in its version of that day."""
        found = (self.governing(kind, day) for kind in self.procedures)
        return [one for one in found if one is not None]


def load_pack(root: Path | None = None) -> Pack:
    """The pack in a folder, or the installed one; raises UnusablePack that names file and key."""
    try:
        laws = root / "law" if root is not None else law_folder()
        procedures = root / "procedures" if root is not None else procedures_folder()
        papers = root / "papers" if root is not None else papers_folder()
    except MissingFolder as error:
        raise UnusablePack(str(error)) from error
    if root is not None and not root.is_dir():
        raise UnusablePack(f"{root}: there is no such folder")
    about = _about(root)
    calendar = _calendar(laws / "calendar", about.clock_zone() if about is not None else None)
    return Pack(
        root=root,
        name=about.name if about is not None and about.name else _called(root),
        zone=calendar.zone,
        calendar=calendar,
        law=load_law(laws, _house_law()),
        procedures=load_procedures(procedures),
        folder=procedures,
        about=about,
        papers=load_papers(papers),
    )


def _called(root: Path | None) -> str:
    return root.name if root is not None else "haihe"


def _house_law() -> Path | None:
    try:
        return own_folder("law") / f"{HOUSE_LAW}.yaml"
    except MissingFolder:
        return None


def _about(root: Path | None) -> Description | None:
    """`pack.yaml`, which only foreign packs need."""
    path = root / PACK_FILE if root is not None else None
    return read_description(path) if path is not None and path.is_file() else None


def _calendar(folder: Path, zone: ZoneInfo | None) -> Calendar:
    """The pack's calendar; a pack without one follows the week, and every date is provisional."""
    if not folder.is_dir():
        return Calendar(zone or ZoneInfo(ZONE), frozenset(), {}, {})
    try:
        calendar = load_calendar(folder)
    except UnusableCalendar as error:
        raise UnusablePack(str(error)) from error
    return calendar if zone is None else replace(calendar, zone=zone)
