"""Reads `city/halls.yaml`: the service halls of a city, and the plan of one of them for a day."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from haihe.kernel.calendar import Calendar
from haihe.kernel.values import Frozen
from haihe.pack.law import Law
from haihe.pack.place import MissingFolder, city_folder
from haihe.pack.yaml_file import UnusablePack, read_struct
from haihe.queueing import plan as plans
from haihe.queueing.plan import (
    Booking,
    Carry,
    Favour,
    HallRules,
    Plan,
    Span,
)

if TYPE_CHECKING:
    from haihe.pack import Pack

HALLS_FILE: Final = "halls.yaml"
HALLS_MAX: Final = 5_000
_SPAN: Final = re.compile(r"([01]\d|2[0-4]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)")


class Hours(Frozen, frozen=True, kw_only=True):
    """When a hall is open: `08:30-12:00`, on official working days and on days off."""

    workday: tuple[str, ...] = ()
    restday: tuple[str, ...] = ()


class HallOf(HallRules, frozen=True, kw_only=True):
    """A hall as the city describes it."""

    window_roles: tuple[str, ...]
    lobby_roles: tuple[str, ...]
    hours: Hours

    def plan(self, site: str, day: date, calendar: Calendar) -> Plan:
        """What the hall is on this day."""
        hours = self.hours.workday if calendar.is_workday(day) else self.hours.restday
        return self.plan_with(site, day, tuple(span(one) for one in hours))

    def plan_with(
        self,
        site: str,
        day: date,
        spans: tuple[Span, ...],
        *,
        played: bool = False,
        booking: Booking | None = None,
    ) -> Plan:
        """The same with hours that are told; `played` for a day that the demo moves."""
        rules = {name: getattr(self, name) for name in HallRules.__struct_fields__}
        rules["booking"] = booking or self.booking
        return Plan(site=site, day=day, spans=spans, played=played, **rules)


class Halls(Frozen, frozen=True, kw_only=True):
    """What the file holds; `favours` and `carry` stand there only to be named by the halls."""

    halls: dict[str, HallOf] = {}
    favours: tuple[Favour, ...] = ()
    carry: Carry | None = None


def load_halls(law: Law | None = None, folder: Path | None = None) -> dict[str, HallOf]:
    """The halls of a city folder; a city without the file has none. Raises UnusablePack."""
    try:
        path = (folder or city_folder()) / HALLS_FILE
    except MissingFolder:
        return {}
    if not path.is_file():
        return {}
    name = f"city/{HALLS_FILE}"
    halls = read_struct(path, name, Halls).halls
    if len(halls) > HALLS_MAX:
        raise UnusablePack(f"{name}: at most {HALLS_MAX} halls are read")
    wrong = [
        f"{name}: halls.{site}: {says}"
        for site, hall in halls.items()
        for says in _wrong(site, hall, law)
    ]
    if wrong:
        raise UnusablePack("\n".join(wrong))
    return halls


def _wrong(site: str, hall: HallOf, law: Law | None) -> list[str]:
    hours = (*hall.hours.workday, *hall.hours.restday)
    told = [f"hours {one!r} are not like 08:30-12:00" for one in hours if not _SPAN.fullmatch(one)]
    if not re.fullmatch(r"[a-z0-9-]{2,40}", site):
        told.append("its id is 2 to 40 small letters, digits and dashes")
    if told:
        return told
    for some in (hall.hours.workday, hall.hours.restday):
        spans = tuple(span(one) for one in some)
        told += plans.wrong(hall.plan_with(site, date.min, spans))
    cites = [cite for one in hall.favours for cite in one.cites]
    cites += hall.carry.cites if hall.carry else ()
    told += [f"`{one}` is not told in law/" for one in cites if law and not law.resolves(one)]
    return list(dict.fromkeys(told))


def faults(halls: Mapping[str, HallOf], pack: Pack, organs: Collection[str]) -> Iterator[str]:
    """What halls name that there is not: organs, articles, kinds with their steps and fields."""
    day = datetime.now(pack.zone).date()
    for site, hall in halls.items():
        if hall.organ not in organs:
            yield f"halls.{site}: there is no organ `{hall.organ}`"
        for says in _wrong(site, hall, pack.law):
            yield f"halls.{site}: {says}"
        for errand in hall.errands:
            procedure = pack.governing(errand.kind, day) if errand.kind else None
            where = f"halls.{site}: errand `{errand.id}`"
            if errand.kind and procedure is None:
                yield f"{where}: there is no kind `{errand.kind}`"
            elif procedure is not None:
                if errand.step not in procedure.steps:
                    yield f"{where}: {errand.kind} has no step `{errand.step}`"
                for field in sorted(set(errand.data) - set(procedure.fields)):
                    yield f"{where}: {errand.kind} has no field `{field}`"


def span(text: str) -> Span:
    """`08:30-12:00` as seconds of the day."""
    found = _SPAN.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is not like 08:30-12:00")
    hour, minute, to_hour, to_minute = (int(one) for one in found.groups())
    return (hour * 3_600 + minute * 60, to_hour * 3_600 + to_minute * 60)
