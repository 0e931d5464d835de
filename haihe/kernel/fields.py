"""Whether a value fits its field: type, limits, choices and pattern, with words for a refusal."""

from __future__ import annotations

import math
import re
from datetime import date, datetime
from difflib import get_close_matches
from typing import Final, NamedTuple

from haihe.kernel.procedure import Field, FieldType
from haihe.kernel.values import Datum, number_words

TEXT_MAX: Final = 500
NAME_MAX: Final = 100  # of a name that somebody got wrong
LONG_TEXT_MAX: Final = 20_000
LIST_MAX: Final = 200
ITEM_MAX: Final = 500
NUMBER_MAX: Final = 10**15
YEAR_MIN: Final = 1900
YEAR_MAX: Final = 2150
DIGEST: Final = re.compile(r"[0-9a-f]{64}")
CONTROL: Final = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]")
CONTROL_IN_LONG_TEXT: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")

TYPE_WORDS: dict[FieldType, str] = {
    "text": "一行文字",
    "long_text": "文字",
    "number": "数字",
    "integer": "整数",
    "yes_no": "是或者否",
    "choice": "所列选项之一",
    "day": "日期，写成 2026-09-01",
    "instant": "带时区的时刻，写成 2026-09-01T08:10+08:00",
    "texts": "若干行文字",
    "files": "已存文件的摘要（64位十六进制）",
    "organ": "单位的编号",
    "person": "人员的编号",
    "place": "地点",
    "matter": "事项的编号",
}


class Wrong(NamedTuple):
    """What is wrong with a value, and what to write instead (Chinese)."""

    says: str
    instead: str


def wrong_value(field: Field, value: Datum, pattern: re.Pattern[str] | None = None) -> Wrong | None:
    """Why this value (which is given) does not fit the field, or None if it does.

    `at_least` and `at_most` limit a number's value, a text's length, a list's count; `pattern`
    must match a whole text, or every text of a list.
    """
    kind = field.type
    if kind in ("texts", "files"):
        return _wrong_list(field, value, pattern)
    if kind in ("number", "integer"):
        return _wrong_number(field, value)
    if kind == "yes_no":
        return None if isinstance(value, bool) else _expected(field)
    if not isinstance(value, str):
        return _expected(field)
    if kind == "choice":
        return None if value in field.choices else _not_a_choice(field, value)
    if kind == "day":
        return None if is_day(value) else _no_such_day(field, value)
    if kind == "instant":
        return None if is_instant(value) else _expected(field)
    return _wrong_text(field, value, pattern)


def is_day(text: str) -> bool:
    """Whether this is a day that exists, written 2026-09-01."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return False
    return len(text) == 10 and text[4] == "-" and YEAR_MIN <= found.year <= YEAR_MAX


def is_instant(text: str) -> bool:
    """Whether this is an instant with its offset, written 2026-09-01T08:10+08:00."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return False
    return found.tzinfo is not None and YEAR_MIN <= found.year <= YEAR_MAX


def nearest(wanted: str, known: dict[str, str]) -> str:
    """The id in `known` (id -> name) that was probably meant, by id or by name; or nothing."""
    by_name = {name: key for key, name in known.items()}
    found = get_close_matches(wanted[:NAME_MAX], [*known, *by_name], n=1, cutoff=0.5)
    return by_name.get(found[0], found[0]) if found else ""


def _expected(field: Field) -> Wrong:
    return Wrong(f"“{field.name}”的值不合要求", f"请填写{TYPE_WORDS[field.type]}")


def _not_a_choice(field: Field, value: str) -> Wrong:
    options = "、".join(f"{word}（{key}）" for key, word in field.choices.items())
    return Wrong(f"“{field.name}”没有“{value[:40]}”这一选项", f"可选：{options}")


def _no_such_day(field: Field, value: str) -> Wrong:
    return Wrong(f"“{field.name}”的“{value[:40]}”不是存在的日期", "请写成 2026-09-01 这样的日期")


def _wrong_text(field: Field, value: str, pattern: re.Pattern[str] | None) -> Wrong | None:
    long = field.type == "long_text"
    if (CONTROL_IN_LONG_TEXT if long else CONTROL).search(value):
        return Wrong(f"“{field.name}”含有不能显示的字符", "请删去这些字符后重新填写")
    most = field.at_most if field.at_most is not None else (LONG_TEXT_MAX if long else TEXT_MAX)
    if len(value) > most:
        return Wrong(f"“{field.name}”有{len(value)}个字，过长", f"请不超过{number_words(most)}个字")
    if field.at_least is not None and len(value.strip()) < field.at_least:
        return Wrong(f"“{field.name}”过短", f"请至少写{number_words(field.at_least)}个字")
    if pattern is not None and pattern.fullmatch(value) is None:
        return Wrong(f"“{field.name}”的写法不对", field.hint or "请照证件、文书上的写法填写")
    return None


def _wrong_number(field: Field, value: Datum) -> Wrong | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return _expected(field)
    if field.type == "integer" and not isinstance(value, int):
        return _expected(field)
    if abs(value) > NUMBER_MAX or not math.isfinite(value):
        return Wrong(
            f"“{field.name}”不是可用的数", f"请填写绝对值不超过{number_words(NUMBER_MAX)}的数"
        )
    if field.at_least is not None and value < field.at_least:
        return Wrong(f"“{field.name}”过小", f"应不小于{number_words(field.at_least)}")
    if field.at_most is not None and value > field.at_most:
        return Wrong(f"“{field.name}”过大", f"应不大于{number_words(field.at_most)}")
    return None


def _wrong_list(field: Field, value: Datum, pattern: re.Pattern[str] | None) -> Wrong | None:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        return _expected(field)
    if field.type == "files" and not all(DIGEST.fullmatch(one) for one in value):
        return _expected(field)
    most = min(LIST_MAX, field.at_most if field.at_most is not None else LIST_MAX)
    if len(value) > most:
        return Wrong(f"“{field.name}”过多", f"最多{number_words(most)}项")
    if field.at_least is not None and len(value) < field.at_least:
        return Wrong(f"“{field.name}”不足", f"至少{number_words(field.at_least)}项")
    if len(set(value)) != len(value):
        return Wrong(f"“{field.name}”有重复", "每项只写一次")
    for one in value:
        if not one.strip() or len(one) > ITEM_MAX or CONTROL.search(one):
            return Wrong(f"“{field.name}”中有空白、过长或者不能显示的一项", "请逐项核对")
        if pattern is not None and pattern.fullmatch(one) is None:
            return Wrong(f"“{field.name}”中“{one[:40]}”的写法不对", field.hint or "请核对写法")
    return None
