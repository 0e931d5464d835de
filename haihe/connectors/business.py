"""营业执照 of market regulation: JSON, capital in yuan with commas; revoked licences are listed."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Final

import msgspec

from haihe.connectors import forms
from haihe.connectors.contract import Asking, Nonsense, Question, Reply, Told

PATH: Final = "/api/v2/licence"
TYPE: Final = "application/json"
IN_FORCE: Final = "存续"
STATES: Final = (IN_FORCE, "吊销", "注销", "撤销")
TEN_THOUSAND: Final = 10_000


class Business:
    """A licence that is in force; one that was revoked is none."""

    source = "business"
    form = "JSON，注册资本以元计、带千分位，吊销的也查得到"

    def translate(self, question: Question) -> Asking:
        """The code of the enterprise."""
        return Asking(PATH, TYPE, msgspec.json.encode({"uscc": question.number.upper()}))

    def understand(self, reply: Reply) -> Told:
        """`entity` is null where there is none."""
        told = forms.record(forms.answered(reply, TYPE))
        reference = forms.word(told.get("trace_id"))
        entity = told.get("entity", Nonsense)
        if entity is None:
            return Told({}, reference)
        if not isinstance(entity, dict) or entity.get("state") not in STATES:
            raise Nonsense
        if entity["state"] != IN_FORCE:
            return Told({}, reference)
        return Told(
            {
                "enterprise_name": forms.word(entity.get("name")),
                "credit_code": forms.word(entity.get("uscc")),
                "legal_person": forms.word(entity.get("legal_representative")),
                "capital": _ten_thousands(entity.get("registered_capital")),
            },
            reference,
        )


def _ten_thousands(told: object) -> str:
    """5,000,000.00 yuan as 500."""
    try:
        amount = Decimal(forms.word(told).replace(",", "")) / TEN_THOUSAND
        if not amount.is_finite() or amount < 0:
            raise Nonsense
    except InvalidOperation:
        raise Nonsense from None
    return f"{amount.normalize():f}"
