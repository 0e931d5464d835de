"""Which departments are connected, where, and whose keys are used on the way: connections.json.

It lies in HAIHE_HOME and is read anew for every question, so a department may be connected while
everything runs. It holds no secret: addresses and public halves.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

import msgspec

from haihe.records import home, keys

FILE: Final = "connections.json"
KEY_ID: Final = "haihe"


class Connection(NamedTuple):
    """Where a department is, and the key it signs with."""

    address: str
    key_id: str
    public_key: bytes


class Signer(NamedTuple):
    """Our key."""

    key_id: str
    sign: Callable[[bytes], bytes]


class Written(msgspec.Struct, frozen=True):
    """A connection as the file has it; the key in base64."""

    address: str
    key_id: str
    public_key: str


class UnusableConnections(Exception):
    """connections.json cannot be read; the message says how to mend it."""


def never_any() -> bool:
    """Whether no department was ever connected here."""
    return not (home.home() / FILE).exists()


def our_signer() -> Signer:
    """Our key of now, with the id by which departments know it."""
    key = keys.store().key("connectors")
    return Signer(f"{KEY_ID}-{key.newest.number}", key.sign)


def our_public_keys() -> dict[str, bytes]:
    """The public half of every version, for departments to check us by."""
    key = keys.store().key("connectors")
    return {f"{KEY_ID}-{one.number}": key.public(one.number) for one in key.versions}


def present() -> dict[str, Connection]:
    """What is connected, by source; raises UnusableConnections."""
    path = home.home() / FILE
    try:
        told = msgspec.json.decode(path.read_bytes(), type=dict[str, Written])
        return {
            source: Connection(one.address, one.key_id, base64.b64decode(one.public_key))
            for source, one in told.items()
        }
    except FileNotFoundError:
        return {}
    except (msgspec.MsgspecError, binascii.Error) as wrong:
        raise UnusableConnections(f"{path} cannot be read ({wrong}); connect again") from None


def connect(found: Mapping[str, Connection]) -> None:
    """Write down where departments are; those that are not named stay as they are."""
    _write({**present(), **found})


def _write(every: Mapping[str, Connection]) -> None:
    told = {
        source: Written(one.address, one.key_id, base64.b64encode(one.public_key).decode())
        for source, one in sorted(every.items())
    }
    home.put_whole(home.home() / FILE, msgspec.json.encode(told) + b"\n", replacing=True)


def disconnect(source: str) -> bool:
    """Forget where a department is; False where it was not connected."""
    every = present()
    if every.pop(source, None) is None:
        return False
    _write(every)
    return True
