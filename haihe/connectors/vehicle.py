"""机动车登记 of the vehicle administration: a posted form, lines of text in GB 18030 come back."""

from __future__ import annotations

import csv
from typing import Final
from urllib.parse import urlencode

from haihe.connectors import forms
from haihe.connectors.contract import Asking, Nonsense, Question, Reply, Told

PATH: Final = "/query.do"
TYPE: Final = "text/csv"
CHARSET: Final = "gb18030"
COLUMNS: Final = ["号牌号码", "车辆识别代号", "状态"]
END: Final = "#"  # the last line: how many there were, and the number of the query
IN_USE: Final = "正常"


class Vehicle:
    """The vehicle of an owner who has one in use: which of several is not ours to say."""

    source = "vehicle"
    form = "表单提交，逗号分隔的文本，GB 18030 编码，最后一行是条数和流水号"

    def translate(self, question: Question) -> Asking:
        """A form with the owner's number and name."""
        asked = urlencode({"sfzmhm": question.number, "syr": question.name}, encoding=CHARSET)
        return Asking(PATH, "application/x-www-form-urlencoded", asked.encode("ascii"))

    def understand(self, reply: Reply) -> Told:
        """The last line tells whether the answer is whole."""
        lines = forms.text(forms.answered(reply, TYPE), CHARSET).splitlines()
        try:
            rows = list(csv.reader(lines, strict=True))
        except csv.Error:
            raise Nonsense from None
        if len(rows) < 2 or rows[0] != COLUMNS or len(rows[-1]) != 3 or rows[-1][0] != END:
            raise Nonsense
        vehicles = rows[1:-1]
        if rows[-1][1] != str(len(vehicles)) or any(len(one) != len(COLUMNS) for one in vehicles):
            raise Nonsense
        used = [one for one in vehicles if one[2] == IN_USE]
        if len(used) != 1:
            return Told({}, forms.word(rows[-1][2]))
        plate, frame, _ = used[0]
        return Told(
            {"plate": forms.word(plate), "frame_number": forms.word(frame)},
            forms.word(rows[-1][2]),
        )
