"""Reads `pack.yaml`: what a pack is called, its zone, and how an outside log maps to the views.

A foreign log is supervised without code: the pack says which key is the matter, the act, the
time, and which further keys are data fields of which type.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
import yaml

from haihe.kernel.values import Frozen

PACK_FILE: Final = "pack.yaml"
PACK_BYTES_MAX: Final = 1_000_000

Shape = TypeVar("Shape")

FieldType = Literal["text", "number", "integer", "instant", "day", "yes_no"]


class WrongPack(ValueError):
    """A file of a pack cannot be used; the message names the file, the key and what to do."""


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


class Description(Frozen, frozen=True, kw_only=True):
    """One pack: its names, its zone, the kind its matters are of, and its data fields."""

    name: str
    local_name: str = msgspec.field(default="", name="中文")
    zone: str = "Asia/Shanghai"
    kind: str = ""
    log: LogMapping = LogMapping()
    event_fields: dict[str, DataField] = {}
    matter_fields: dict[str, DataField] = {}

    def clock_zone(self) -> ZoneInfo:
        """The zone on whose clocks local days are counted."""
        return ZoneInfo(self.zone)


def load_description(folder: Path) -> Description:
    """The description of the pack in `folder`; WrongPack when there is none or it is wrong."""
    path = folder / PACK_FILE
    if not path.is_file():
        raise WrongPack(f"{folder}: there is no {PACK_FILE}; a pack for a log needs one")
    return read_yaml(path, Description)


def read_mapping(path: Path) -> Description:
    """A description in a file of its own (a mapping file for one log)."""
    return read_yaml(path, Description)


def read_yaml(path: Path, shape: type[Shape]) -> Shape:
    """A YAML file as a struct; WrongPack names the file, the key and what was expected."""
    text = path.read_bytes()
    if len(text) > PACK_BYTES_MAX:
        raise WrongPack(f"{path}: longer than {PACK_BYTES_MAX} bytes")
    try:
        read = yaml.load(text, Loader=yaml.CSafeLoader)
        value = msgspec.convert(read, shape)
    except yaml.YAMLError as error:
        raise WrongPack(f"{path}: not readable as YAML: {error}") from None
    except msgspec.ValidationError as error:
        raise WrongPack(f"{path}: {error}") from None
    zone = getattr(value, "zone", "")
    if zone:
        _refuse_unknown_zone(path, zone)
    return value


def _refuse_unknown_zone(path: Path, zone: str) -> None:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise WrongPack(f"{path}: zone {zone!r} is unknown; write it like Europe/Rome") from None
