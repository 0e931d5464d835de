"""A progress bar on the terminal for long reading; silent where nobody looks."""

from __future__ import annotations

import sys
import time
from typing import Final, TextIO

from haihe.supervision.imports.read import Progress

WIDTH: Final = 30
STEP_SECONDS: Final = 0.1


def bar(title: str, out: TextIO | None = None) -> Progress:
    """Progress that draws on stderr when it is a terminal, at most ten times a second."""
    stream = sys.stderr if out is None else out
    drawn_at = 0.0

    def draw(done: int, size: int) -> None:
        nonlocal drawn_at
        now = time.monotonic()
        if now - drawn_at < STEP_SECONDS and done < size:
            return
        drawn_at = now
        share = done / size if size else 1.0
        full = round(share * WIDTH)
        end = "\n" if done >= size else ""
        stream.write(f"\r{title} [{'█' * full}{'·' * (WIDTH - full)}] {share:4.0%}{end}")
        stream.flush()

    return draw if stream.isatty() else lambda _done, _size: None
