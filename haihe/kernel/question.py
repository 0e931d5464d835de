"""A question about a period written as text (command line, one line of JSON), and its answer.

The keys and words are those of `haihe due`; every mistake gets a message that says how to mend it.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from functools import lru_cache

import msgspec

from haihe.kernel.allowance import MONTH_RULES, MonthRule, parse_allowance
from haihe.kernel.calendar import Calendar
from haihe.kernel.deadline import GENERAL_LAWS, Due, Exclusion, due
from haihe.kernel.exclusion import EXCLUSIONS_MAX
from haihe.kernel.reckoning import ROLLS, START_RULES, Roll, StartRule

QUESTION_BYTES_MAX = 65_536
EXCLUSION_MATTER_MAX = 40
ALLOWANCES_KEPT_MAX = 1_024
KEYS = ("allow", "from", "roll", "months", "start", "exclude", "law")
WORDS: dict[str, tuple[str, ...]] = {
    "roll": ROLLS,
    "months": MONTH_RULES,
    "start": START_RULES,
    "law": tuple(GENERAL_LAWS),
}
_DAY = r"\d{4}-\d{2}-\d{2}"
_START = re.compile(rf"{_DAY}([T ]\d{{2}}:\d{{2}}(:\d{{2}})?(Z|[+-]\d{{2}}:\d{{2}})?)?", re.ASCII)
_EXCLUSION = re.compile(rf"({_DAY})\.\.({_DAY})?(?::(.+))?", re.ASCII)
_kept_allowance = lru_cache(ALLOWANCES_KEPT_MAX)(parse_allowance)


class UnusableQuestion(ValueError):
    """A question that cannot be answered; the message names the key and how to write it."""


class Question(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"start_from": "from"}
):
    """What is asked: length and start as text, and which rules apply.

    `exclude` holds `2026-03-10..2026-03-25`, optionally with a reason (`…:鉴定`); without a second
    day the suspension is still running. `law` names whose general articles the reasons cite.
    """

    allow: str
    start_from: str
    roll: Roll = "next"
    months: MonthRule = "civil"
    start: StartRule = "instant"
    exclude: tuple[str, ...] = ()
    law: str = "民法典"


_decode = msgspec.json.Decoder(Question).decode


def read_question(line: bytes) -> Question:
    """One line of JSON as a question; raises UnusableQuestion."""
    if len(line) > QUESTION_BYTES_MAX:
        raise UnusableQuestion(f"这一行过长（上限{QUESTION_BYTES_MAX}字节）")
    try:
        return _decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return question_of(_anything(line))


def _anything(line: bytes) -> object:
    try:
        return msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as wrong:
        raise UnusableQuestion(f"不是可以读的 JSON：{wrong}") from wrong


def question_of(found: object) -> Question:
    """A question from its parts by key; raises UnusableQuestion that says which part is wrong."""
    if not isinstance(found, dict):
        raise UnusableQuestion('请求应是 JSON 对象，如 {"allow": "30 days", "from": "2026-09-01"}')
    for key, value in found.items():
        if key not in KEYS:
            raise UnusableQuestion(f"不认识的键“{key}”，可用：{'、'.join(KEYS)}")
        if key in WORDS and value not in WORDS[key]:
            raise UnusableQuestion(f"{key} 不能是“{value}”，可用：{'、'.join(WORDS[key])}")
    for key, what in (("allow", "期间长度，如 30 days"), ("from", "起算之日，如 2026-09-01")):
        if key not in found:
            raise UnusableQuestion(f"缺少 {key}（{what}）")
        if not isinstance(found[key], str):
            raise UnusableQuestion(f"{key} 应是文字（{what}）")
    try:
        return msgspec.convert(found, Question)
    except msgspec.ValidationError as wrong:
        raise UnusableQuestion('exclude 应是文字的列表，如 ["2026-03-10..2026-03-25"]') from wrong


def answer(question: Question, calendar: Calendar) -> Due:
    """When the period asked about ends, with reasons; raises ValueError for what cannot be."""
    if question.law not in GENERAL_LAWS:
        raise UnusableQuestion(f"law 不能是“{question.law}”，可用：{'、'.join(GENERAL_LAWS)}")
    return due(
        _kept_allowance(question.allow),
        read_start(question.start_from, calendar),
        calendar,
        roll=question.roll,
        months=question.months,
        start_rule=question.start,
        exclusions=[read_exclusion(text) for text in question.exclude[: EXCLUSIONS_MAX + 1]],
        law=GENERAL_LAWS[question.law],
    )


def read_start(text: str, calendar: Calendar) -> date | datetime:
    """A day, or a moment; a moment without a zone is local time where the office is."""
    if _START.fullmatch(text) is None:
        raise UnusableQuestion(f"看不懂起算时间“{text}”，请写成 2026-09-01，或者 2026-10-01T22:15")
    day = _day(text[:10])
    if len(text) == len("2026-09-01"):
        return day
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as wrong:
        raise UnusableQuestion(f"“{text}”不是存在的时刻，请核对小时和分钟") from wrong
    return moment if moment.tzinfo else moment.replace(tzinfo=calendar.zone)


def read_exclusion(text: str) -> Exclusion:
    """`2026-03-10..2026-03-25`, `2026-03-10..` (still running), each with `:鉴定` if wished."""
    found = _EXCLUSION.fullmatch(text)
    if found is None or len(found[3] or "") > EXCLUSION_MATTER_MAX:
        raise UnusableQuestion(
            f"看不懂不计入的期间“{text[:60]}”，请写成 2026-03-10..2026-03-25，"
            f"需要时加上事由（不超过{EXCLUSION_MATTER_MAX}字），如 2026-03-10..2026-03-25:鉴定"
        )
    return Exclusion(_day(found[1]), _day(found[2]) if found[2] else None, found[3] or "")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as wrong:
        raise UnusableQuestion(f"“{text}”不是历法上存在的日期，请核对月份和日数") from wrong


def as_json(found: Due) -> dict[str, object]:
    """The answer as `haihe due --json` prints it: local times to the minute, reasons as text."""
    return {
        "nominal": _written(found.nominal),
        "legal": _written(found.legal),
        "official": found.official,
        "why": [str(reason) for reason in found.why],
    }


def _written(moment: date | datetime | None) -> str | None:
    if isinstance(moment, datetime):
        exact = "seconds" if moment.second else "minutes"
        return moment.replace(tzinfo=None).isoformat(timespec=exact)
    return None if moment is None else moment.isoformat()
