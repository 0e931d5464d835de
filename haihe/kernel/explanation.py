"""Words for a computed period: one reason after another that a citizen can follow, with articles.

General articles: 民法典200-203, 民诉法85, 刑诉法105, 行政处罚法85, 公安机关办理行政案件程序规定35.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import lru_cache

import msgspec

from haihe.kernel.allowance import Allowance, MonthRule, add_months
from haihe.kernel.calendar import Calendar, weekday_name
from haihe.kernel.exclusion import Exclusion
from haihe.kernel.extension import Extension, RefusedExtension

CIVIL_MONTH_END = "民法典第202条"
CRIMINAL_MONTH_END = "法释〔2021〕1号第202条"
HOLIDAY_RULE = "全国年节及纪念日放假办法第2条"
GROUNDS_ELSEWHERE = "依据以准予扣除或者中止的文书所引条文为准"
NAMED_DAYS_MAX = 8
DAYS_KEPT_MAX = 4_096
EXAMINED_DAYS_MAX = 800


class Reason(msgspec.Struct, frozen=True):
    """One step of an explanation in plain Chinese, and the article it rests on."""

    text: str
    article: str

    def __str__(self) -> str:
        """The reason with its article in brackets."""
        return f"{self.text}（{self.article}）"


class GeneralLaw(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which articles say how time is computed where the special law is silent.

    first_day: the starting day does not count. hours: an hour period runs from the stated moment.
    next_hour: it runs from the next full hour. roll: a last day on a rest day. never: no roll.
    working_days: which short periods are working days; empty where the law does not say.
    """

    name: str
    first_day: str
    hours: str
    roll: str
    next_hour: str = "民事诉讼法第85条、民诉法解释第125条"
    never: str = "刑事诉讼法第105条"
    working_days: str = ""


CIVIL_CODE = GeneralLaw(
    name="民法典",
    first_day="民法典第201条",
    hours="民法典第201条",
    roll="民法典第203条",
)
CIVIL_PROCEDURE = GeneralLaw(
    name="民事诉讼法",
    first_day="民事诉讼法第85条",
    hours="民事诉讼法第85条、民诉法解释第125条",
    roll="民事诉讼法第85条",
)
CRIMINAL_PROCEDURE = GeneralLaw(
    name="刑事诉讼法",
    first_day="刑事诉讼法第105条",
    hours="刑事诉讼法第105条",
    roll="刑事诉讼法第105条",
)
ADMINISTRATIVE_PENALTY = GeneralLaw(
    name="行政处罚法",
    first_day="民法典第201条",
    hours="民法典第201条",
    roll="民法典第203条",
    working_days="行政处罚法第85条",
)
ADMINISTRATIVE_LICENCE = GeneralLaw(
    name="行政许可法",
    first_day="民法典第201条",
    hours="民法典第201条",
    roll="民法典第203条",
    working_days="行政许可法第82条",
)
ADMINISTRATIVE_REVIEW = GeneralLaw(
    name="行政复议法",
    first_day="行政复议法第88条、民事诉讼法第85条",
    hours="行政复议法第88条、民事诉讼法第85条",
    roll="行政复议法第88条、民事诉讼法第85条",
    working_days="行政复议法第88条",
)
POLICE_PROCEDURE = GeneralLaw(
    name="公安机关办理行政案件程序规定",
    first_day="公安机关办理行政案件程序规定第35条",
    hours="公安机关办理行政案件程序规定第35条",
    roll="公安机关办理行政案件程序规定第35条",
    never="公安机关办理行政案件程序规定第35条",
)
GENERAL_LAWS: dict[str, GeneralLaw] = {
    law.name: law
    for law in (
        CIVIL_CODE,
        CIVIL_PROCEDURE,
        CRIMINAL_PROCEDURE,
        ADMINISTRATIVE_PENALTY,
        ADMINISTRATIVE_LICENCE,
        ADMINISTRATIVE_REVIEW,
        POLICE_PROCEDURE,
    )
}


@lru_cache(DAYS_KEPT_MAX)
def day(value: date) -> str:
    """2026年10月8日(星期四)."""
    return f"{plain_day(value)}（{weekday_name(value)}）"


def plain_day(value: date) -> str:
    """2026年10月8日."""
    return f"{value.year}年{value.month}月{value.day}日"


def moment(value: datetime) -> str:
    """2026年10月2日06:15."""
    return f"{plain_day(value)}{value:%H:%M}"


def first_day(first: date, law: GeneralLaw) -> Reason:
    """The starting day does not count."""
    begin = first + timedelta(days=1)
    return Reason(f"{day(first)}是起算之日，当日不计入，从{day(begin)}开始计算", law.first_day)


def first_instant(start: datetime, begin: datetime, law: GeneralLaw) -> Reason:
    """From which instant an hour period runs."""
    if begin == start:
        return Reason(f"以分钟、小时计算的期间从{moment(start)}起连续计算", law.hours)
    return Reason(
        f"{moment(start)}所在的小时不计入，从下一个整点{moment(begin)}开始计算", law.next_hour
    )


def instant_end(total: str, end: datetime, law: GeneralLaw) -> Reason:
    """An hour period ends to the minute and ignores holidays."""
    return Reason(f"{total}，到{moment(end)}届满，不因夜间、周末或者节假日顺延", law.hours)


def office_end(
    total: str, start: datetime, end: datetime, calendar: Calendar, law: GeneralLaw
) -> Reason:
    """A period of office hours: only the hours of working days count."""
    hours = "、".join(f"{opens:%H:%M}至{shuts:%H:%M}" for opens, shuts in calendar.office)
    return Reason(
        f"从{moment(start)}起只计办公时间（工作日{hours}），{total}到{moment(end)}届满", law.roll
    )


def instant_back(total: str, event: datetime, end: datetime, law: GeneralLaw) -> Reason:
    """An hour period counted back from an event."""
    return Reason(f"从{moment(event)}往前推算，{total}的最迟时刻是{moment(end)}", law.hours)


def natural_end(allowance: Allowance, first: date, end: date, months: MonthRule) -> Reason:
    """Where a period in days, months or years ends before anything is deducted or rolled."""
    if allowance.unit == "days":
        return Reason(f"期间为{allowance}，按自然日计算，到{day(end)}", "民法典第200条")
    count = allowance.n * (12 if allowance.unit == "years" else 1)
    civil, criminal = (add_months(first, count, rule) for rule in ("civil", "criminal"))
    if allowance.more_days:
        return Reason(
            f"期间为{allowance}，先按月到对应日，再加{allowance.more_days}日，到{day(end)}",
            f"{CIVIL_MONTH_END}、{CRIMINAL_MONTH_END}",
        )
    if months == "earlier" and civil != criminal:
        return Reason(
            f"期间为{allowance}，按对应日为{day(civil)}，按月末对月末为{day(criminal)}，"
            f"限制人身自由的期间取较早的{day(end)}",
            f"{CIVIL_MONTH_END}、{CRIMINAL_MONTH_END}",
        )
    if months == "criminal" and civil != criminal:
        return Reason(
            f"期间为{allowance}，起算之日是月末，到{day(end)}即当月月末", CRIMINAL_MONTH_END
        )
    if end.day != first.day:
        return Reason(
            f"期间为{allowance}，{end.month}月没有{first.day}日，到当月月末{day(end)}",
            CIVIL_MONTH_END,
        )
    return Reason(f"期间为{allowance}，到对应日{day(end)}", CIVIL_MONTH_END)


def working_end(
    allowance: Allowance, first: date, end: date, calendar: Calendar, law: GeneralLaw
) -> Reason:
    """Where a period in working days ends, and which unusual days lie on the way."""
    skipped, counted = _unusual_days(first, end, calendar)
    text = f"期间为{allowance}，只计工作日，第{allowance.n}个工作日是{day(end)}"
    if skipped:
        text += f"；其间{skipped}休假不计"
    if counted:
        text += f"；调休上班的{counted}计入"
    return Reason(text, _working_day_sources(first, end, calendar, law))


def _working_day_sources(first: date, end: date, calendar: Calendar, law: GeneralLaw) -> str:
    years = range(min(first.year, end.year), max(first.year, end.year) + 1)
    notices = dict.fromkeys(calendar.source(year) for year in years[:2])
    return "、".join([*([law.working_days] if law.working_days else []), *notices])


def _unusual_days(first: date, end: date, calendar: Calendar) -> tuple[str, str]:
    """Holidays skipped and make-up days counted after `first` up to `end`, both as short lists."""
    length = min((end - first).days, EXAMINED_DAYS_MAX)
    days = [first + timedelta(days=step) for step in range(1, length + 1)]
    holidays: dict[str, None] = {}
    for one in days:
        name = calendar.holiday(one)
        if name and one.weekday() < 5:
            holidays[name] = None
    makeups = [day(one) for one in days if one in calendar.makeup_days]
    return _short_list(list(holidays)), _short_list(makeups)


def _short_list(names: list[str]) -> str:
    shown = "、".join(names[:NAMED_DAYS_MAX])
    return f"{shown}等{len(names)}项" if len(names) > NAMED_DAYS_MAX else shown


def deduction(one: Exclusion, count: int, unit: str) -> Reason:
    """Days that do not count."""
    assert one.last is not None, "only an exclusion that has ended can be deducted"
    what = f"{one.matter}期间" if one.matter else "不计入的期间"
    return Reason(
        f"扣除{what}{count}{unit}（{day(one.first)}当日仍计入，次日起至{day(one.last)}不计入）",
        one.article or GROUNDS_ELSEWHERE,
    )


def after_deductions(end: date, last: Exclusion) -> Reason:
    """Where the last day comes to lie after deductions, of which `last` was the last."""
    return Reason(f"扣除后期间的最后一日是{day(end)}", last.article or GROUNDS_ELSEWHERE)


def stopped(one: Exclusion, left: int, unit: str) -> Reason:
    """A suspension that has not ended: no last day can be named."""
    what = one.matter or "中止"
    return Reason(
        f"自{day(one.first)}起因{what}停止计算，尚未恢复，目前没有截止日；恢复后还剩{left}{unit}",
        one.article or GROUNDS_ELSEWHERE,
    )


def beside_the_period(days: str) -> Reason:
    """Exclusions that lie before the start or after the end of the period."""
    return Reason(f"{days}不在本期间之内，没有扣除", GROUNDS_ELSEWHERE)


def not_deducted(what: str, article: str) -> Reason:
    """Exclusions that do not apply to this kind of period."""
    return Reason(f"{what}，给出的不计入期间没有扣除", article)


def granted(one: Extension, more: Allowance, end: date | datetime | None, article: str) -> Reason:
    """A valid extension, counted from the unrolled last day."""
    approved = one.approved_at
    when = moment(approved) if isinstance(approved, datetime) else day(approved)
    text = f"{when}经{one.by_whom}批准延长{more}，从原期间的名义届满日连续计算"
    if isinstance(end, datetime):
        text += f"，到{moment(end)}"
    elif end is not None:
        text += f"，到{day(end)}"
    return Reason(text, article)


def refused(one: RefusedExtension) -> Reason:
    """An extension that changes nothing."""
    return Reason(one.reason, one.article)


def rolled(nominal: date, legal: date, calendar: Calendar, law: GeneralLaw) -> Reason:
    """The last day of a period that rolls."""
    if legal != nominal:
        return Reason(
            f"最后一日{plain_day(nominal)}是"
            f"{calendar.describe(nominal)}，顺延到休假结束后的第一个工作日{day(legal)}",
            law.roll,
        )
    if nominal in calendar.makeup_days:
        return Reason(
            f"最后一日{plain_day(nominal)}是{calendar.describe(nominal)}，是工作日，不顺延",
            f"{law.roll}、{calendar.source(nominal.year)}",
        )
    return Reason(f"最后一日{day(nominal)}是工作日，不需要顺延，当日24时届满", law.roll)


def never_rolled(nominal: date, calendar: Calendar, law: GeneralLaw) -> Reason:
    """The last day of a period that never rolls."""
    if calendar.is_workday(nominal):
        return Reason(f"最后一日是{day(nominal)}，当日24时届满；本期间不因节假日顺延", law.never)
    return Reason(
        f"最后一日{plain_day(nominal)}是{calendar.describe(nominal)}，"
        "但本期间（如限制人身自由的期间）不因节假日顺延",
        law.never,
    )


def silent(nominal: date, calendar: Calendar, law: GeneralLaw) -> Reason:
    """The last day of a period whose law does not say whether it rolls."""
    text = f"所依据的法律没有规定最后一日遇休假日是否顺延，以未顺延的{day(nominal)}为准"
    if not calendar.is_workday(nominal):
        text += (
            f"；该日是{calendar.describe(nominal)}，"
            f"到{day(calendar.workday_from(nominal))}才办理的，只能以此作为抗辩理由"
        )
    return Reason(text, f"参照{law.roll}")


def backwards(allowance: Allowance, event: date, nominal: date, law: GeneralLaw) -> Reason:
    """A day counted back from an event."""
    return Reason(
        f"从{day(event)}往前推算，当日不计入，{allowance}的最迟一日是{day(nominal)}", law.first_day
    )


def moved_before(nominal: date, legal: date, calendar: Calendar, law: GeneralLaw) -> Reason:
    """A latest day that is a rest day moves forward in time, never past it."""
    return Reason(
        f"最迟一日{plain_day(nominal)}是{calendar.describe(nominal)}，"
        f"不办公，应提前到此前的工作日{day(legal)}办理",
        law.roll,
    )


def new_start(matter: str, on: date | datetime, article: str, kind: str) -> Reason:
    """The start moved: the period begins anew, or begins only now."""
    when = moment(on) if isinstance(on, datetime) else day(on)
    if kind == "toll":
        return Reason(f"因{matter}，期间自{when}起才开始计算", article)
    return Reason(f"因{matter}，期间自{when}起重新计算", article)


def provisional(years: list[int], fixed: str) -> Reason:
    """Years whose notice is not loaded."""
    named = "、".join(f"{year}年" for year in years[:3]) + ("等" if len(years) > 3 else "")
    text = f"{named}的放假安排没有公布或者没有载入，先按周末和法定节日推算"
    return Reason(f"{text}，{fixed}", HOLIDAY_RULE)
