"""What a connector has to be, a fake that plays one in tests, and the registers of the demo.

A connector is a `Source` (haihe.kernel.sources): asked once, it answers or says why not, within
FETCH_SECONDS_MAX, and never raises. `haihe.records.sources` finds those of an installation by
HAIHE_SOURCES, which names a function that gives them by the names of the city's catalogue.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from haihe.kernel.sources import Answer, Down, Question, Source

FETCH_SECONDS_MAX: Final = 3.0  # a page waits for it
PLAYED_REGION: Final = "120199"  # of identity numbers that nobody has: an unassigned region
NOT_CONNECTED: Final = "这个来源还没有接通"

__all__ = ["FETCH_SECONDS_MAX", "Answer", "Down", "Played", "Question", "Source", "demo"]


class Played:
    """A register played from values by number; while `is_down`, it says so instead."""

    def __init__(self, source: str, held: Mapping[str, Mapping[str, str]]) -> None:
        self.source = source
        self.held = {number: dict(values) for number, values in held.items()}
        self.is_down = False
        self.asked: list[Question] = []

    def fetch(self, question: Question, now: datetime) -> Answer | Down:
        """The values of this number; nothing where it holds none."""
        self.asked.append(question)
        if self.is_down:
            return Down(source=self.source, at=now, why="线路中断，没有答复")
        return Answer(
            source=self.source,
            at=now,
            values=self.held.get(question.number, {}),
            reference=f"{self.source}-{len(self.asked)}",
        )


class OfTheDemo:
    """Plays a register for numbers of PLAYED_REGION; for anybody else it is not connected."""

    def __init__(self, source: str, values: Mapping[str, str]) -> None:
        self._source, self._values = source, dict(values)

    def fetch(self, question: Question, now: datetime) -> Answer | Down:
        """The same values for every number that nobody has."""
        if PLAYED_REGION not in question.number[:8]:
            return Down(source=self._source, at=now, why=NOT_CONNECTED)
        return Answer(source=self._source, at=now, values=self._values, reference="demo")


def demo() -> Mapping[str, Source]:
    """The registers of the demo city, as long as no department is connected."""
    return {source: OfTheDemo(source, values) for source, values in _DEMO.items()}


_DEMO: Final[Mapping[str, Mapping[str, str]]] = {
    "marriage": {
        "spouse_name": "刘某",
        "married_on": "2020-05-20",
        "marriage_number": "J120113-2020-000001",
    },
    "business": {
        "enterprise_name": "津北乳业有限公司",
        "credit_code": "91120199MA0000000X",
        "legal_person": "孙某",
        "capital": "500",
    },
    "birth": {
        "child_name": "王小某",
        "born_on": "2026-10-18",
        "birth_number": "V120000001",
    },
    "vehicle": {"plate": "津A00001", "frame_number": "LTESTDEMO00000001"},
    "planning": {"planning_number": "2026津北规证0001"},
    "insurance": {"insured_months": "30", "employer": "津北乳业有限公司"},
}
