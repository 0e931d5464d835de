"""Which keys were ever made here: HAIHE_HOME/keys.json, without a secret.

It tells a key that was never made from one that is lost, and the right key from another: so no new
key is made silently where the old one is only missing.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec

from haihe.records import home
from haihe.records.key_sources import (
    KeyMissing,
    Name,
    Source,
    Version,
    WrongKey,
    fingerprint,
    gone,
    in_turn,
)

FILE: Final = "keys.json"
FORM: Final = "haihe-keys-1"


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One version that was made; `fingerprint` tells it from another and nothing else."""

    name: Name
    version: int
    fingerprint: str
    noted_at: datetime
    retired_at: datetime | None = None


class Register(msgspec.Struct, frozen=True):
    """Every version ever made, in the order of their names."""

    form: str = FORM
    keys: tuple[Entry, ...] = ()

    def entry(self, name: str, number: int) -> Entry | None:
        """What is noted of a version."""
        for one in self.keys:
            if (one.name, one.version) == (name, number):
                return one
        return None

    def newest(self, name: str) -> int:
        """The number of the newest version ever made; 0 when there never was one."""
        return max((one.version for one in self.keys if one.name == name), default=0)

    def missing(self, present: list[Version]) -> list[Entry]:
        """Versions that should be there and are not."""
        there = {(one.name, one.number) for one in present}
        return [
            one
            for one in self.keys
            if one.retired_at is None and (one.name, one.version) not in there
        ]


def path() -> Path:
    """Where it lies."""
    return home.home() / FILE


def read() -> Register:
    """The register; empty when there is none. Raises UnusableSetting when it is not whole."""
    try:
        found = msgspec.json.decode(path().read_bytes(), type=Register)
    except FileNotFoundError:
        return Register()
    except msgspec.MsgspecError:
        raise home.UnusableSetting(
            f"{path()} is not whole; restore it from its backup, or remove it if every key is there"
        ) from None
    return found


def compared(present: list[Version], source: Source) -> Register:
    """The register, with every version of the source in it; raises WrongKey for another key."""
    register = read()
    unknown: list[Version] = []
    for one in present:
        noted = register.entry(one.name, one.number)
        if noted is None:
            unknown.append(one)
        elif noted.fingerprint != fingerprint(source, one):
            raise WrongKey(
                f"version {one.number} of the key {one.name} is not the one that was made here "
                f"(fingerprint {noted.fingerprint}); put the right one back (docs/keys.md)"
            )
    return _with(unknown, source) if unknown else register


def _with(unknown: list[Version], source: Source) -> Register:
    with in_turn(home.home()):
        register = read()
        new = [one for one in unknown if register.entry(one.name, one.number) is None]
        entries = [
            Entry(
                name=one.name,
                version=one.number,
                fingerprint=fingerprint(source, one),
                noted_at=datetime.now(UTC),
            )
            for one in new
        ]
        return _write([*register.keys, *entries]) if entries else register


def note(name: str, number: int, *, retired_at: datetime | None) -> None:
    """A version was retired, or taken back (None)."""
    with in_turn(home.home()):
        _write(
            [
                msgspec.structs.replace(one, retired_at=retired_at)
                if (one.name, one.version) == (name, number)
                else one
                for one in read().keys
            ]
        )


def _write(entries: list[Entry]) -> Register:
    told = Register(keys=tuple(sorted(entries, key=lambda one: (one.name, one.version))))
    text = msgspec.json.format(msgspec.json.encode(told), indent=1) + b"\n"
    home.put_whole(path(), text, replacing=True)
    return told


def check_newest(register: Register, name: Name, present: int) -> None:
    """The newest version that was made must be there to make what is new; raises KeyMissing."""
    for one in register.keys:
        if one.name == name and one.retired_at is None and one.version > present:
            raise KeyMissing(gone(name, one.version))
