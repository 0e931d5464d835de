"""How long the law allows: a number and its unit, and how lengths are laid over the calendar.

Units come from the law, never from the number (行政处罚法85, 行政许可法82, 行政强制法69,
行政复议法88); month ends follow 民法典202 or, in criminal cases, 法释〔2021〕1号第202条.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date
from typing import Literal, get_args

import msgspec

from haihe.kernel.calendar import FIRST_YEAR, LAST_YEAR, OutsideCalendar

Unit = Literal["minutes", "hours", "office_hours", "days", "working_days", "months", "years"]
MonthRule = Literal["civil", "criminal", "earlier"]
UNITS: tuple[Unit, ...] = get_args(Unit)
MONTH_RULES: tuple[MonthRule, ...] = get_args(MonthRule)

ALLOWANCE_MAX: dict[Unit, int] = {
    "minutes": 5_256_000,
    "hours": 87_600,
    "office_hours": 4_000,
    "days": 36_500,
    "working_days": 25_000,
    "months": 1_200,
    "years": 100,
}
UNIT_WORDS: dict[Unit, str] = {
    "minutes": "分钟",
    "hours": "小时",
    "office_hours": "个办公小时",
    "days": "日",
    "working_days": "个工作日",
    "months": "个月",
    "years": "年",
}
ALLOWANCE_TEXT_MAX = 40
MORE_DAYS_MAX = 30
_FORM = re.compile(
    r"(-?\d+)\s*(working[ _-]day|office[ _-]hour|minute|hour|day|month|year)s?"
    r"(?:\s+(\d+)\s*days?)?(\s+before)?"
)
_SPOKEN: dict[str, Unit] = {
    **{word: unit for unit, word in UNIT_WORDS.items()},
    **{"天": "days", "个小时": "hours"},
}
_SPOKEN_FORM = re.compile(rf"(\d+)({'|'.join(_SPOKEN)})(?:(\d+)[日天])?(前)?")


class UnusableAllowance(ValueError):
    """A length that is not written in a known form, or lies outside the named limits."""


class Allowance(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A length of time given by law: `n` of a unit; `back` counts back from an event (N日前).

    `more_days` follow whole months: a month and a half is 1 month 15 days (法释〔2021〕1号202).
    """

    n: int
    unit: Unit
    back: bool = False
    more_days: int = 0

    def __post_init__(self) -> None:
        """Refuse lengths that are not positive or are absurdly long (ALLOWANCE_MAX)."""
        if self.unit not in ALLOWANCE_MAX:
            raise UnusableAllowance(f"不认识的期间单位“{self.unit}”，可用：{'、'.join(UNITS)}")
        limit = ALLOWANCE_MAX[self.unit]
        if not 1 <= self.n <= limit:
            raise UnusableAllowance(
                f"期间长度 {self.n} 不可用：以{UNIT_WORDS[self.unit]}计的期间应在1到{limit}之间"
            )
        if self.back and self.unit == "office_hours":
            raise UnusableAllowance("办公小时只往后计算，不能写在某事之前")
        if self.more_days and (
            self.unit != "months" or self.back or self.more_days > MORE_DAYS_MAX
        ):
            raise UnusableAllowance(
                f"只有整月之后、往后计算的期间可以再加日数，最多{MORE_DAYS_MAX}日"
            )

    def __str__(self) -> str:
        """The Chinese wording: 30日, 20个工作日, 1个月15日, 3日前."""
        more = f"{self.more_days}日" if self.more_days else ""
        return f"{self.n}{UNIT_WORDS[self.unit]}{more}{'前' if self.back else ''}"

    @property
    def by_instant(self) -> bool:
        """Whether the length runs from instant to instant (minutes, hours) and never rolls."""
        return self.unit in ("minutes", "hours", "office_hours")


def parse_allowance(text: str) -> Allowance:
    """Read "30 days", "1 month 15 days", "7 working days before" (plural or not), and 2个工作日.

    The second is what people write in a form: the wording that `str` gives, spaces or none.
    """
    if len(text) > ALLOWANCE_TEXT_MAX:
        raise UnusableAllowance(f"期间的写法过长（上限{ALLOWANCE_TEXT_MAX}个字符）")
    if spoken := _SPOKEN_FORM.fullmatch("".join(text.split())):
        number, word, more, before = spoken.groups()
        return Allowance(int(number), _SPOKEN[word], before is not None, int(more or 0))
    found = _FORM.fullmatch(" ".join(text.lower().split()))
    if found is None:
        raise UnusableAllowance(
            f"看不懂期间“{text}”，请写成 30 days、20 working days、2 months、1 year、"
            "8 hours、4 office hours、15 minutes、3 days before 这样的形式"
        )
    number, word, more, before = found.groups()
    unit = next(u for u in UNITS if u == word.replace(" ", "_").replace("-", "_") + "s")
    return Allowance(int(number), unit, before is not None, int(more or 0))


def add_months(day: date, count: int, rule: MonthRule = "civil") -> date:
    """The corresponding day `count` months on (or back, when negative).

    civil: the same day, or the month-end where the month has no such day (民法典202).
    criminal: besides, a period that starts on a month-end ends on a month-end (法释〔2021〕1号202).
    earlier: the earlier of the two, for restraint of liberty; that is always the civil one, since
    the criminal rule can only put the end later in the same month.
    """
    index = day.year * 12 + day.month - 1 + count
    year, month = divmod(index, 12)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise OutsideCalendar(year)
    last = monthrange(year, month + 1)[1]
    if rule == "criminal" and day.day == monthrange(day.year, day.month)[1]:
        return date(year, month + 1, last)
    return date(year, month + 1, min(day.day, last))
