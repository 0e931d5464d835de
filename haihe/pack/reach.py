"""Reads `city/supervision.yaml`: how far the supervisors of each sort of body reach."""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal

import msgspec
import yaml

from haihe.pack.place import MissingFolder, city_folder

FILE: Final = "supervision.yaml"
BYTES_MAX: Final = 100_000
How = Literal["area", "line"]


class UnusableReach(ValueError):
    """The file cannot be used; the message says what was expected."""


def load_reach(folder: Path | None = None) -> dict[str, How]:
    """Sort of body -> how far it reaches; {} if the city has no such file. Raises UnusableReach."""
    try:
        path = (folder or city_folder()) / FILE
    except MissingFolder:
        return {}
    if not path.is_file():
        return {}
    if path.stat().st_size > BYTES_MAX:
        raise UnusableReach(f"{FILE}: at most {BYTES_MAX} bytes are read")
    try:
        read = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        found = msgspec.convert(read, dict[str, dict[How, list[str]]])["reach"]
    except (yaml.YAMLError, msgspec.ValidationError, KeyError, UnicodeDecodeError) as error:
        raise UnusableReach(
            f"{FILE}: expected `reach:` with area: and line:, each a list of sorts: {error}"
        ) from None
    reach: dict[str, How] = {}
    for how, sorts in found.items():
        for sort in sorts:
            if sort in reach:
                raise UnusableReach(f"{FILE}: the sort {sort} is listed twice")
            reach[sort] = how
    return reach
