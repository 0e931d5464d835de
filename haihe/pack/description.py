"""Reads `pack.yaml`: what a pack is called, its zone, and how an outside log maps to the views.

A foreign log is supervised without code: the pack says which key is the matter, the act, the
time, and which further keys are data fields of which type.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from haihe.kernel.values import Frozen
from haihe.pack.yaml_file import UnusablePack, read_struct

PACK_FILE: Final = "pack.yaml"

FieldType = Literal["text", "number", "integer", "instant", "day", "yes_no"]


class DataField(Frozen, frozen=True, kw_only=True):
    """A data field of the views: its type, the key of the log it is read from, its meaning."""

    type: FieldType
    key: str
    means: str = ""


class LogMapping(Frozen, frozen=True, kw_only=True):
    """Which key of a log says what. In XES the matter's keys are those of the trace.

    In CSV and Parquet every key is a column; a matter's value is the first one its rows give.
    In OCEL 2.0 `object_type` names the type of object that is the matter; its `matter_id` and
    `act`, `happened_at` are then the object's id, the event's type and time.
    """

    matter_id: str = "concept:name"
    act: str = "concept:name"
    happened_at: str = "time:timestamp"
    recorded_at: str = ""
    role: str = ""
    organ: str = ""
    person: str = ""  # becomes a keyed pseudonym before anything is written
    closed_at: str = ""
    outcome: str = ""
    matter_organ: str = ""
    place: str = ""
    object_type: str = ""
    bare_times: Literal["zone", "utc"] = "zone"  # whose clocks show times without an offset
    delimiter: str = ","
    encoding: str = "utf-8-sig"
    nothing: tuple[str, ...] = ()  # texts that mean "not said", e.g. "NULL"


class Imports(Frozen, frozen=True, kw_only=True):
    """How a log becomes views: the kind its matters are of, its keys, and its data fields."""

    kind: str = "imported"
    log: LogMapping = LogMapping()
    event_fields: dict[str, DataField] = {}
    matter_fields: dict[str, DataField] = {}


class Description(Frozen, frozen=True, kw_only=True):
    """`pack.yaml` with its imports, or a mapping file of the same form for one log."""

    name: str = ""
    zone: str = "Asia/Shanghai"
    imports: Imports = Imports()

    def clock_zone(self) -> ZoneInfo:
        """The zone on whose clocks local days are counted."""
        return ZoneInfo(self.zone)


def load_description(folder: Path) -> Description:
    """The description of the pack in `folder`; UnusablePack when there is none or it is wrong."""
    path = folder / PACK_FILE
    if not path.is_file():
        raise UnusablePack(f"{folder}: there is no {PACK_FILE}; a pack for a log needs one")
    return read_description(path)


def read_description(path: Path) -> Description:
    """A description in a file of its own; UnusablePack names the file, the key and the remedy."""
    description = read_struct(path, path.name, Description)
    try:
        ZoneInfo(description.zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise UnusablePack(
            f"{path.name}: zone: there is no zone `{description.zone}`; write it like Europe/Rome"
        ) from None
    return description
