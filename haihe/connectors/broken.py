"""A connector that breaks the contract on purpose, to see that the check finds it.

Each mistake is one that real ones made: what cannot be read counts as nothing found, a day stays as
the department writes it, a refusal is asked again for ever, every question is another one.
"""

from __future__ import annotations

import msgspec

from haihe.connectors.contract import Asking, Question, Reply, Told


class Broken:
    """Never connected to anything."""

    source = "marriage"
    form = "坏的示范，检查一定不通过"

    def __init__(self) -> None:
        self._asked = 0

    def translate(self, question: Question) -> Asking:
        """Counts, so that the same question asked again is another one."""
        self._asked += 1
        asked = {"name": question.name, "try": self._asked}
        return Asking("/q", "application/json", msgspec.json.encode(asked))

    def understand(self, reply: Reply) -> Told:
        """Reads what it can, and calls the rest nothing."""
        try:
            told = msgspec.json.decode(reply.body)
        except msgspec.DecodeError:
            return Told({})
        return Told({"married_on": str(told["day"]), "spouse": str(told["spouse"])})
