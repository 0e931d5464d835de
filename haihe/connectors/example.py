"""The smallest whole connector, to begin one's own from: lines `name: value`, the last is `end`."""

from __future__ import annotations

from typing import Final

from haihe.connectors import forms
from haihe.connectors.contract import Asking, Nonsense, Question, Reply, Told

TYPE: Final = "text/plain"
END: Final = "end"


class Example:
    """A register of vehicles that nobody has."""

    source = "vehicle"
    form = "示范：一行一项的文本，最后一行是 end"

    def translate(self, question: Question) -> Asking:
        """One line with the number."""
        return Asking("/ask", TYPE, f"number: {question.number}\n".encode())

    def understand(self, reply: Reply) -> Told:
        """Whole only with its last line; a register that holds nothing says so by `end` alone."""
        lines = forms.text(forms.answered(reply, TYPE), "utf-8").splitlines()
        if not lines or lines[-1] != END:
            raise Nonsense
        told = dict(_pair(line) for line in lines[:-1])
        reference = told.pop("reference", "")
        if not told:
            return Told({}, reference)
        if set(told) != {"plate"}:
            raise Nonsense
        return Told({"plate": forms.word(told["plate"])}, reference)


def _pair(line: str) -> tuple[str, str]:
    name, found, value = line.partition(": ")
    if not found:
        raise Nonsense
    return name, value
