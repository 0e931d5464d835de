"""What a reader answers: the tables it read whole, and the damage that ended them, if any."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from haihe.supervision.imports.assemble import Tables
from haihe.supervision.imports.damage import Damage

Progress = Callable[[int, int], None]  # bytes of the file read so far, and all of them


@dataclass
class Read:
    """What was read, in the order of the log; `damage` says why it ends before the log does."""

    parts: list[Tables] = field(default_factory=list)
    damage: Damage | None = None
