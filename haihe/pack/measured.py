"""What the back-test measured of each supervision model: simulation/backtest.json."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

import msgspec

from haihe.pack.place import own_folder

RESULTS: Final = "backtest.json"


class Measured(msgspec.Struct, frozen=True):
    """Of one model: `hit` findings on planted faults, `extra` on none; how many were planted.

    What another model finds rightly as well counts neither way (haihe backtest).
    """

    hit: int = 0
    extra: int = 0
    planted: int = 0


class _Results(msgspec.Struct, frozen=True):
    models: dict[str, Measured] = {}


def load_measured(folder: Path | None = None) -> dict[str, Measured]:
    """By model; nothing where no back-test was kept. Raises msgspec errors for a broken file."""
    file = (folder or own_folder("simulation")) / RESULTS
    return _read(file) if file.is_file() else {}


@cache
def _read(file: Path) -> dict[str, Measured]:
    return msgspec.json.decode(file.read_bytes(), type=_Results).models
