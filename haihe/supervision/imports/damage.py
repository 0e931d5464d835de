"""A log that cannot be read whole: where it breaks, why, and what is good before that."""

from __future__ import annotations


class Damage(Exception):
    """The log is refused: `line` (or `row`), `reason`, and how much was read whole before it."""

    def __init__(self, reason: str, *, line: int = 0, where: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line
        self.where = where or (f"第{line}行" if line else "")
        self.matters = 0
        self.events = 0

    def __str__(self) -> str:
        place = f"{self.where}：" if self.where else ""
        return f"{place}{self.reason}"
