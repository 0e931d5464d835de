"""Where the data folders lie: beside the checkout, inside the wheel, or where a city keeps its own.

HAIHE_PACK names a folder that replaces `law/`, `procedures/`, `papers/` and `models/`;
HAIHE_CITY names one that replaces `city/`. Everything else of the program stays as it is.
"""

from __future__ import annotations

import os
from pathlib import Path

PROGRAM = Path(__file__).resolve().parents[1]
SHIPPED = PROGRAM / "data"


class MissingFolder(Exception):
    """A data folder is not where it should be; the message says which setting to mend."""


def law_folder() -> Path:
    """The folder of statutes, with `calendar/` in it."""
    return pack_folder("law")


def procedures_folder() -> Path:
    """The folder with one folder a kind of matter."""
    return pack_folder("procedures")


def models_folder() -> Path:
    """The folder with one folder a supervision model."""
    return pack_folder("models")


def papers_folder() -> Path:
    """The folder of the templates of papers; a pack of somebody else's may do without one."""
    replaced = os.environ.get("HAIHE_PACK")
    return Path(replaced) / "papers" if replaced else own_folder("papers")


def city_folder() -> Path:
    """The folder of organs, posts, places and the service catalogue of a city."""
    replaced = os.environ.get("HAIHE_CITY")
    if replaced:
        return existing(Path(replaced), "HAIHE_CITY")
    return own_folder("city")


def examples_folder() -> Path:
    """The folder of foreign packs."""
    return own_folder("examples")


def pack_folder(kind: str) -> Path:
    """`law`, `procedures` or `models` of the pack in use."""
    replaced = os.environ.get("HAIHE_PACK")
    if replaced:
        return existing(Path(replaced) / kind, "HAIHE_PACK")
    return own_folder(kind)


def own_folder(kind: str) -> Path:
    """A data folder of Haihe itself: shipped in the wheel, else at the root of the checkout."""
    shipped = SHIPPED / kind
    return shipped if shipped.is_dir() else existing(PROGRAM.parent / kind, "the installation")


def existing(folder: Path, named_by: str) -> Path:
    """`folder` itself, absolute; MissingFolder when there is none."""
    if not folder.is_dir():
        raise MissingFolder(f"{named_by}: there is no folder {folder}")
    return folder.resolve()
