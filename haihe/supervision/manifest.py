"""Which segments of a folder of views are in use: one small file that is replaced whole.

A refresh writes new segments beside the old ones and then this file, so whoever reads sees one
moment of every view; what it no longer names is garbage and goes with a later refresh. A folder
without the file (an imported log) holds just the segments that lie in it.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import msgspec

FILE: Final = "manifest.json"


class Segment(msgspec.Struct, frozen=True):
    """One Parquet file below the folder: where it lies, its columns, how many rows."""

    path: str
    columns: tuple[str, ...]
    rows: int
    first: str = ""  # least matter_id of a segment that holds whole matters


class Manifest(msgspec.Struct, frozen=True):
    """The segments of every view, and how far into the journal they reach."""

    views: dict[str, tuple[Segment, ...]] = {}
    position: int = 0  # of the last event
    head: str = ""  # hash of that event: another one means that the journal is another
    reading: int = 0  # of the last reading
    at: int = 0  # instant of the last refresh, microseconds since 1970
    made_by: str = ""  # what the rows were made by: another value means that all are made anew
    finding: str = ""  # the state of table finding that view finding tells
    generation: int = 0  # how many refreshes there were


def read_manifest(folder: Path) -> Manifest | None:
    """The manifest of a folder; None when it has none or when it cannot be read."""
    try:
        return msgspec.json.decode((folder / FILE).read_bytes(), type=Manifest)
    except (FileNotFoundError, msgspec.DecodeError):
        return None


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Put a manifest in the place of the one before, durably."""
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f".{FILE}.{os.getpid()}"
    with draft.open("wb") as out:
        out.write(msgspec.json.encode(manifest))
        out.flush()
        os.fsync(out.fileno())
    draft.replace(folder / FILE)


def sweep_away(folder: Path, keep: Manifest, older_than: float) -> int:
    """Remove segments that no manifest names and that were written before an instant (epoch)."""
    named = {one.path for held in keep.views.values() for one in held}
    gone = 0
    for path in folder.rglob("*.parquet"):
        if str(path.relative_to(folder)) not in named and path.stat().st_mtime < older_than:
            path.unlink(missing_ok=True)
            gone += 1
    return gone
