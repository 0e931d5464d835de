"""出生医学证明 of health: JSON, days as 20261018, slow; asked for by a parent's number."""

from __future__ import annotations

from typing import Final

import msgspec

from haihe.connectors import forms
from haihe.connectors.contract import Asking, Nonsense, Question, Reply, Told

PATH: Final = "/birth/byParent"
TYPE: Final = "application/json"
CHILDREN_MAX: Final = 50


class Birth:
    """The youngest child of a parent: the one a household is entered for."""

    source = "birth"
    form = "JSON，日期写作“20261018”，答复慢，按父或母的证件号查，可能有几个孩子"

    def translate(self, question: Question) -> Asking:
        """A parent's number."""
        return Asking(PATH, TYPE, msgspec.json.encode({"parentNo": question.number}))

    def understand(self, reply: Reply) -> Told:
        """`rows` is empty where no birth is known."""
        told = forms.record(forms.answered(reply, TYPE))
        reference, rows = forms.word(told.get("seq")), told.get("rows")
        if not isinstance(rows, list) or len(rows) > CHILDREN_MAX or told.get("total") != len(rows):
            raise Nonsense
        children = [_child(one) for one in rows]
        return Told(max(children, key=lambda one: one["born_on"], default={}), reference)


def _child(row: object) -> dict[str, str]:
    if not isinstance(row, dict):
        raise Nonsense
    return {
        "child_name": forms.word(row.get("babyName")),
        "born_on": forms.day(row.get("birthDay")),
        "birth_number": forms.word(row.get("certNo")),
    }
