"""Materials are asked once: what came with an earlier application is offered in a later one.

Basis: 政务数据共享条例 (nothing is collected twice), catalogue-settings#8 (for how long).
Offered is only what came itself, not what was itself used again, so that nothing grows younger;
only of the same applicant, and while its file is kept. The applicant chooses.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final

from haihe.kernel.allowance import parse_allowance
from haihe.kernel.catalogue import Item
from haihe.kernel.deadline import due
from haihe.kernel.values import Data, Frozen
from haihe.records import applications, certificates, files, rules
from haihe.records.certificates import Held
from haihe.records.database import reading_connection

MATTERS_MAX: Final = 30  # of the newest are looked through


class Earlier(Frozen, frozen=True, kw_only=True):
    """A material that came with an earlier application: its files, with which, when, until when."""

    files: tuple[str, ...]
    number: str
    handed: date
    until: date

    @property
    def says(self) -> str:
        """As the matter that uses it again has it."""
        return f"用{self.handed:%Y年%-m月%-d日}{self.number}交的那一份，可用到{self.until}"


def earlier(matters: Iterable[str], who: Data, item: Item, day: date) -> dict[str, Earlier]:
    """What of an item's materials came before and may be used again, by material; the newest."""
    known = applications.catalogue().materials
    wanted = {
        known[one].name: one
        for one in item.materials
        if known[one].from_ == "applicant" and known[one].keeps
    }
    found: dict[str, Earlier] = {}
    if not wanted:
        return found
    connection = reading_connection()
    for matter in list(matters)[:MATTERS_MAX]:
        held = certificates.held(connection, matter)
        if held is None or not _is_of(held, who):
            continue
        numbers = connection.rows("SELECT number FROM matter WHERE matter_id = ?", (matter,))
        for name, digests in _handed_in(held).items():
            one = wanted.get(name)
            offer = _offer(one, digests, numbers[0][0], held, day) if one is not None else None
            if one is not None and offer is not None:
                found[one] = max(found.get(one, offer), offer, key=lambda each: each.handed)
    return found


def running(matters: Iterable[str], who: Data, item: Item) -> str:
    """The number of an application of the same person for the same item that still runs; ""."""
    connection = reading_connection()
    for matter in list(matters)[:MATTERS_MAX]:
        rows = connection.rows(
            "SELECT number FROM matter WHERE matter_id = ? AND NOT ended", (matter,)
        )
        held = certificates.held(connection, matter) if rows else None
        if held is not None and held.item.code == item.code and _is_of(held, who):
            return str(rows[0][0])
    return ""


def _is_of(held: Held, who: Data) -> bool:
    """Whether this person applied: the same name and, where one was told, the same number."""
    filled = held.told.get("filled")
    number = who.get(applications.NUMBER)
    told = isinstance(filled, list) and applications.number_line(str(number)) in filled
    return held.told.get("applicant") == who.get("applicant") and (told or not number)


def _handed_in(held: Held) -> dict[str, tuple[str, ...]]:
    """The files of each material that came with an application, in the order of its names."""
    names, digests = (held.state.fields.get(one) for one in ("material_names", "material_files"))
    if not isinstance(names, list) or not isinstance(digests, list):
        return {}
    found: dict[str, tuple[str, ...]] = {}
    for name, digest in zip(names, digests, strict=False):
        found[name] = (*found.get(name, ()), digest)
    return found


def _offer(
    material: str, digests: tuple[str, ...], number: str, held: Held, day: date
) -> Earlier | None:
    calendar = rules.current().calendar
    handed = held.state.opened_at.astimezone(calendar.zone).date()
    length = parse_allowance(applications.catalogue().materials[material].keeps)
    until = due(length, handed, calendar, roll="never", law=None).legal
    if not isinstance(until, date) or until < day or not all(files.kept(one) for one in digests):
        return None
    return Earlier(files=digests, number=number, handed=handed, until=until)
