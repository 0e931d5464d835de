"""A pack: the law, the calendar and the procedures a city works by, read from a folder."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, tzinfo
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from haihe.kernel.calendar import Calendar
from haihe.kernel.procedure import Procedure
from haihe.kernel.values import Frozen
from haihe.pack.law import HOUSE_LAW, Law, load_law
from haihe.pack.place import MissingFolder, law_folder, own_folder, procedures_folder
from haihe.pack.procedures import Procedures, governing, load_procedures
from haihe.pack.yaml_file import UnusablePack, read_struct

ZONE: Final = "Asia/Shanghai"

__all__ = ["Pack", "PackFile", "UnusablePack", "load_pack"]


class PackFile(Frozen, frozen=True, kw_only=True):
    """`pack.yaml` of a foreign pack; `imports` is what its importer needs, unread here."""

    name: str = ""
    zone: str = ""
    imports: dict[str, Any] = {}


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
    about: PackFile

    def governing(self, kind: str, day: date) -> Procedure | None:
        """The version of a kind in force on a day; None if there is none."""
        return governing(self.procedures, kind, day)

    def version(self, kind: str, since: date) -> Procedure | None:
        """The version of a kind that came into force on this day; None if there is none."""
        return next((one for one in self.procedures.get(kind, ()) if one.since == since), None)

    def in_force(self, day: date) -> list[Procedure]:
        """Every kind that may be opened on a day, in its version of that day."""
        found = (self.governing(kind, day) for kind in self.procedures)
        return [one for one in found if one is not None]


def load_pack(root: Path | None = None) -> Pack:
    """The pack in a folder, or the installed one; raises UnusablePack that names file and key."""
    try:
        laws = root / "law" if root is not None else law_folder()
        procedures = root / "procedures" if root is not None else procedures_folder()
    except MissingFolder as error:
        raise UnusablePack(str(error)) from error
    if root is not None and not root.is_dir():
        raise UnusablePack(f"{root}: there is no such folder")
    about = _about(root)
    calendar = _calendar(laws / "calendar", about.zone)
    return Pack(
        root=root,
        name=about.name or (root.name if root is not None else "haihe"),
        zone=calendar.zone,
        calendar=calendar,
        law=load_law(laws, _house_law()),
        procedures=load_procedures(procedures),
        folder=procedures,
        about=about,
    )


def _house_law() -> Path | None:
    try:
        return own_folder("law") / f"{HOUSE_LAW}.yaml"
    except MissingFolder:
        return None


def _about(root: Path | None) -> PackFile:
    path = root / "pack.yaml" if root is not None else None
    if path is None or not path.is_file():
        return PackFile()
    return read_struct(path, path.name, PackFile)


def _calendar(folder: Path, zone: str) -> Calendar:
    """The pack's calendar; a pack without one follows the week, and every date is provisional."""
    from haihe.pack.calendar import UnusableCalendar, load_calendar

    try:
        named = ZoneInfo(zone) if zone else None
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise UnusablePack(f"pack.yaml: zone: there is no zone `{zone}`") from error
    if not folder.is_dir():
        return Calendar(named or ZoneInfo(ZONE), frozenset(), {}, {})
    try:
        calendar = load_calendar(folder)
    except UnusableCalendar as error:
        raise UnusablePack(str(error)) from error
    return calendar if named is None else replace(calendar, zone=named)
