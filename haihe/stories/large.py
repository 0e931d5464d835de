"""What happens hundreds of times in a story: told in Python, through the bulk door."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from haihe.stories.playing import Line, Playing

Large = Callable[[Playing], Iterator[Line]]
LARGE: Final[dict[str, Large]] = {}
