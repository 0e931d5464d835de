"""What a connector has to be: it translates; the line and the log are the same for all of them.

A connector is a class of a page: `translate` says in the department's own form what is asked,
`understand` says in ours what was answered. It asks no clock, keeps nothing and never guesses: an
answer that it cannot read whole is Nonsense, which is asked again, and never "nothing found".
`haihe connectors check` holds every connector to this (haihe.connectors.check).

HAIHE_SOURCES names the function that gives the sources of an installation (haihe.records.sources).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final, NamedTuple, Protocol

from haihe.kernel.sources import Answer, Down, Question, Source

FETCH_SECONDS_MAX: Final = 3.0  # a page waits for it
PAGES_MAX: Final = 10  # of one answer
PLAYED_REGION: Final = "120199"  # of identity numbers that nobody has: an unassigned region
NOT_CONNECTED: Final = "这个来源还没有接通"

__all__ = [
    "FETCH_SECONDS_MAX", "Answer", "Asking", "Connector", "Down", "Nonsense", "Played", "Question",
    "Reply", "Source", "TheyAreDown", "TheyRefuse", "Told", "demo",
]  # fmt: skip


class Asking(NamedTuple):
    """A question in the department's own form: what is posted, where, as what type."""

    path: str
    type: str
    body: bytes


class Reply(NamedTuple):
    """What came back: a whole answer, signature checked, not read yet."""

    status: int
    type: str
    body: bytes


class Told(NamedTuple):
    """An answer in our terms: none of `values` is nothing found; `more` asks for the next page."""

    values: dict[str, str]
    reference: str = ""
    more: Asking | None = None


class Nonsense(Exception):
    """The answer cannot be read; the department is asked again later."""


class TheyAreDown(Exception):
    """The department itself says that it cannot answer now."""


class TheyRefuse(Exception):
    """The department will not answer this question; asking again does not help."""


class Connector(Protocol):
    """Between a department's own form and ours; without state, clock and line."""

    source: str  # by the city's catalogue
    form: str  # what is particular about the department's form, a line

    def translate(self, question: Question) -> Asking:
        """The question in the department's form; the same whenever it is asked again."""

    def understand(self, reply: Reply) -> Told:
        """What was answered; of several pages the values of the later ones hold.

        Raises Nonsense, TheyAreDown and TheyRefuse, and nothing else whatever comes.
        """


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
