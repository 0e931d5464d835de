"""Dates, lengths of time and counts as the rules write them, in English."""

from __future__ import annotations

import re
from typing import Final

from haihe.look.rule_words import HAN

MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
WEEKDAYS: Final = {
    "星期一": "Mon", "星期二": "Tue", "星期三": "Wed", "星期四": "Thu",  # Chinese: forms of data
    "星期五": "Fri", "星期六": "Sat", "星期日": "Sun",  # Chinese: forms of data
}  # fmt: skip
UNITS: Final = {  # Chinese: forms of data
    "年": "year", "个月": "month", "周": "week", "天": "day", "日": "day",  # Chinese: forms of data
    "个工作日": "working day", "小时": "hour", "个小时": "hour",  # Chinese: forms of data
    "个办公小时": "office hour", "分钟": "minute", "秒": "second",  # Chinese: forms of data
    "次": "time", "人": "person", "件": "matter", "项": "item",  # Chinese: forms of data
    "个文件": "file", "条": "row", "位": "person", "份": "copy",  # Chinese: forms of data
    "页": "page", "处": "place", "元": "yuan", "个": "",  # Chinese: forms of data
}  # fmt: skip
_MANY: Final = {"person": "people", "copy": "copies", "yuan": "yuan", "": ""}
_DAY: Final = re.compile(
    r"(?:(?P<year>\d{4})年)?(?P<month>\d{1,2})月(?P<day>\d{1,2})日"  # Chinese: forms of data
    r"(?: ?[(（]?(?P<weekday>星期[一二三四五六日])[)）]?)?"  # Chinese: forms of data
    r"(?: ?(?P<time>\d{1,2}:\d\d(?::\d\d)?))?(?P<before>前)?"  # Chinese: forms of data
)
_MONTH: Final = re.compile(r"(?P<year>\d{4})年(?:(?P<month>\d{1,2})月)?")  # Chinese: forms of data
_UNIT: Final = "|".join(sorted(UNITS, key=len, reverse=True))
_LENGTH: Final = re.compile(
    rf"-?(?:[\d,.]+ ?(?:{_UNIT}))+(?P<before>前)?"  # Chinese: forms of data
)
_FORM_WORDS: Final = frozenset("年月日周天小时分钟秒")  # Chinese: forms of data
_STEP: Final = re.compile(rf"(?P<n>[\d,.]+) ?(?P<unit>{_UNIT})")


def moment(text: str) -> str | None:
    """`2026年9月1日 星期二` is Tue 1 Sep 2026; `3天2小时` is 3 days 2 hours; None: neither."""
    weekday = WEEKDAYS.get(text)
    if weekday:
        return weekday
    day = _DAY.fullmatch(text)
    if day is not None:
        return _day(day)
    month = _MONTH.fullmatch(text)
    if month is not None:
        return f"{_name(month['month'])} {month['year']}" if month["month"] else month["year"]
    length = _LENGTH.fullmatch(text)
    if length is None:
        return None
    told = " ".join(_counted(one["n"], UNITS[one["unit"]]) for one in _STEP.finditer(text))
    return f"{told.strip()} before" if length["before"] else told.strip()


def with_days(text: str) -> str:
    """The text with every day in it told: `Received 2026年9月1日 08:10` has one."""
    return _DAY.sub(_day, text)


def is_form(text: str) -> bool:
    """Whether what stands between holes says nothing but how days and lengths are written."""
    return not set(HAN.findall(text)) - _FORM_WORDS


def _day(found: re.Match[str]) -> str:
    weekday = f"{WEEKDAYS[found['weekday']]} " if found["weekday"] else ""
    year = f" {found['year']}" if found["year"] else ""
    time = f", {found['time']}" if found["time"] else ""
    before = "before " if found["before"] else ""
    return f"{before}{weekday}{found['day']} {_name(found['month'])}{year}{time}"


def _name(month: str) -> str:
    return MONTHS[int(month) - 1] if 1 <= int(month) <= len(MONTHS) else month


def _counted(number: str, unit: str) -> str:
    many = unit if number == "1" else _MANY.get(unit, f"{unit}s")
    return f"{number} {many}".strip()
