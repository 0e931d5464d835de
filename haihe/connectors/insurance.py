"""社会保险缴费 of human resources: always 200, the true status inside; months one by one."""

from __future__ import annotations

from typing import Final

import msgspec

from haihe.connectors import forms
from haihe.connectors.contract import Asking, Nonsense, Question, Reply, TheyAreDown, Told

PATH: Final = "/si/gateway"
TYPE: Final = "application/json"
METHOD: Final = "queryPayments"
FOUND, NONE_FOUND, BUSY = "0", "404", "500"
MONTHS_MAX: Final = 1_200


class Insurance:
    """How many months in a row were paid, counted here, back from the last."""

    source = "insurance"
    form = "JSON 网关，总是 200，真正的状态在里面；逐月列出，连续月数由我们数"

    def translate(self, question: Question) -> Asking:
        """The gateway's own envelope."""
        asked = {"method": METHOD, "params": {"aac002": question.number, "aac003": question.name}}
        return Asking(PATH, TYPE, msgspec.json.encode(asked))

    def understand(self, reply: Reply) -> Told:
        """Months are written 202610, in any order."""
        told = forms.record(forms.answered(reply, TYPE))
        code, reference = told.get("code"), forms.word(told.get("serial"))
        if code == BUSY:
            raise TheyAreDown
        if code == NONE_FOUND:
            return Told({}, reference)
        data = told.get("data")
        if code != FOUND or not isinstance(data, dict):
            raise Nonsense
        months = data.get("months")
        if not isinstance(months, list) or not 0 < len(months) <= MONTHS_MAX:
            raise Nonsense
        return Told(
            {
                "insured_months": str(_in_a_row({_ordinal(one) for one in months})),
                "employer": forms.word(data.get("aab004")),
            },
            reference,
        )


def _ordinal(month: object) -> int:
    """202610 as a number that grows by one a month."""
    written = forms.word(month)
    if len(written) != 6 or not written.isdecimal() or not 1 <= int(written[4:]) <= 12:
        raise Nonsense
    return int(written[:4]) * 12 + int(written[4:])


def _in_a_row(months: set[int]) -> int:
    last = max(months)
    return next(n for n in range(1, len(months) + 1) if last - n not in months)
