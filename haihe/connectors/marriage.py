"""婚姻登记 of civil affairs: XML in GBK, days as 2020年5月20日."""

from __future__ import annotations

from typing import Final
from xml.sax.saxutils import escape

from haihe.connectors import forms
from haihe.connectors.contract import Asking, Nonsense, Question, Reply, Told
from haihe.connectors.plain_xml import elements

PATH: Final = "/hydj/cx"
TYPE: Final = "application/xml"
HELD, NONE_HELD, ENDED = "01", "00", "02"


class Marriage:
    """Who is married to whom since when; a marriage that was ended is none."""

    source = "marriage"
    form = "XML，GBK 编码，日期写作“2020年5月20日”，离婚的仍有记录"

    def translate(self, question: Question) -> Asking:
        """A small XML document with number and name."""
        asked = (
            '<?xml version="1.0" encoding="GBK"?>'
            f"<CX><SFZH>{escape(question.number)}</SFZH><XM>{escape(question.name)}</XM></CX>"
        )
        return Asking(PATH, TYPE, asked.encode("gbk", "xmlcharrefreplace"))

    def understand(self, reply: Reply) -> Told:
        """State 01 is a marriage that is in force."""
        told = elements(forms.text(forms.answered(reply, TYPE), "gbk"), "JG")
        reference = forms.word(told.get("LSH"))
        state = told.get("ZT")
        if state in (NONE_HELD, ENDED):
            return Told({}, reference)
        if state != HELD:
            raise Nonsense
        return Told(
            {
                "spouse_name": forms.word(told.get("POXM")),
                "married_on": forms.day(told.get("DJRQ")),
                "marriage_number": forms.word(told.get("ZH")),
            },
            reference,
        )
