"""Which learned categories are in use: those of this installation, else those of the city."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from haihe.letters.learned import Learned, read
from haihe.pack.place import MissingFolder, city_folder
from haihe.records.home import home

FILE: Final = "letters.json"
SHIPPED: Final = "letters.json.xz"
_kept: dict[Path, tuple[int, Learned]] = {}


def file_in_use() -> Path | None:
    """`letters.json` of HAIHE_HOME, else the packed one of the city; None if there is neither."""
    own = home() / FILE
    if own.is_file():
        return own
    try:
        shipped = city_folder() / SHIPPED
    except MissingFolder:
        return None
    return shipped if shipped.is_file() else None


def in_use() -> Learned | None:
    """What was learned, read once for each state of its file. Raises ValueError if not whole."""
    file = file_in_use()
    if file is None:
        return None
    changed = file.stat().st_mtime_ns
    kept = _kept.get(file)
    if kept is None or kept[0] != changed:
        kept = (changed, read(file))
        _kept[file] = kept
    return kept[1]
