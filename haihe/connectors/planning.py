"""规划档案 of the planning archive: JSON in pages of a few, the newest last."""

from __future__ import annotations

from typing import Final

import msgspec

from haihe.connectors import forms
from haihe.connectors.contract import PAGES_MAX, Asking, Nonsense, Question, Reply, Told

PATH: Final = "/archive/search"
TYPE: Final = "application/json"


class Planning:
    """The newest permit of an applicant, found on the last page."""

    source = "planning"
    form = "JSON，每页几条，要翻到最后一页才是最新的"

    def translate(self, question: Question) -> Asking:
        """The first page."""
        return _page(question.number, 1)

    def understand(self, reply: Reply) -> Told:
        """The newest of this page, and the next page if there is one."""
        told = forms.record(forms.answered(reply, TYPE))
        page, pages, files = told.get("page"), told.get("pages"), told.get("files")
        if not (isinstance(page, int) and isinstance(pages, int) and isinstance(files, list)):
            raise Nonsense
        if not (0 < page <= max(pages, 1) <= PAGES_MAX) or (pages > 0) != bool(files):
            raise Nonsense
        values: dict[str, str] = {}
        for one in files:
            if not isinstance(one, dict):
                raise Nonsense
            values = {"planning_number": forms.word(one.get("permitNo"))}
        number = forms.word(told.get("owner"))
        more = _page(number, page + 1) if page < pages else None
        return Told(values, forms.word(told.get("queryNo")), more)


def _page(number: str, page: int) -> Asking:
    return Asking(PATH, TYPE, msgspec.json.encode({"owner": number, "page": page}))
