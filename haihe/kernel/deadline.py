"""When a statutory period ends: nominal and legal day, and the reasons a citizen can follow.

`due` is the one entry. Rules of computing: 民法典200-204, 民诉法85, 刑诉法105, 行政处罚法85 and the
laws named in `GeneralLaw`; which of them speaks is the caller's choice, as are roll and month rule.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Literal, NamedTuple

import msgspec

from haihe.kernel import explanation as words
from haihe.kernel.allowance import Allowance, MonthRule, UnusableAllowance, parse_allowance
from haihe.kernel.calendar import FIRST_YEAR, LAST_YEAR, Calendar, OutsideCalendar
from haihe.kernel.exclusion import Exclusion, UnusableExclusion, merge
from haihe.kernel.explanation import CIVIL_CODE, GENERAL_LAWS, GeneralLaw, Reason
from haihe.kernel.extension import (
    EXTENSIONS_MAX,
    Extension,
    ExtensionLeg,
    ExtensionRule,
    RefusedExtension,
    refusal,
)
from haihe.kernel.reckoning import (
    Leg,
    Length,
    Roll,
    StartRule,
    UnusablePeriod,
    back_nominal,
    elapsed,
    first_instant,
    leg,
    local_day,
)

__all__ = [
    "CIVIL_CODE",
    "GENERAL_LAWS",
    "NO_EXTENSIONS",
    "Allowance",
    "Due",
    "Exclusion",
    "Extension",
    "ExtensionLeg",
    "ExtensionRule",
    "GeneralLaw",
    "NewStart",
    "OutsideCalendar",
    "Reason",
    "RefusedExtension",
    "UnusableAllowance",
    "UnusableExclusion",
    "UnusablePeriod",
    "due",
    "expires_at",
    "parse_allowance",
    "warn_on",
]

NO_EXTENSIONS = ExtensionRule()
NEW_STARTS_MAX = 100
UNUSED_NAMED_MAX = 10


class NewStart(msgspec.Struct, frozen=True):
    """A fact that moves the start: a restart (补充侦查移送, 发回重审) or a toll (身份查清之日).

    `on` is the new starting day (not counted), or an aware datetime where hours run.
    """

    on: date | datetime
    matter: str
    article: str
    kind: Literal["restart", "toll"] = "restart"


class Due(msgspec.Struct, frozen=True):
    """When a period ends.

    `nominal` is the last day before rolling, `legal` the last day that counts; both are a `date`,
    an aware `datetime` for minutes and (office) hours, or None while a suspension without end
    keeps the period from ending. `official` is False where a year without a published calendar is
    touched; minutes and hours ask no calendar and are always official (office hours ask it).
    `why` is empty when no reasons were asked for. `start` is the day (instant) the period runs
    from, `chain` the nominal end of every leg, `refused` the extensions that changed nothing.
    """

    nominal: date | datetime | None
    legal: date | datetime | None
    official: bool
    why: tuple[Reason, ...] = ()
    start: date | datetime | None = None
    chain: tuple[date | datetime | None, ...] = ()
    refused: tuple[RefusedExtension, ...] = ()


def due(
    allowance: Allowance,
    start: date | datetime,
    calendar: Calendar,
    *,
    roll: Roll = "next",
    months: MonthRule = "civil",
    start_rule: StartRule = "instant",
    exclusions: Sequence[Exclusion] = (),
    extensions: Sequence[Extension] = (),
    extension_rule: ExtensionRule = NO_EXTENSIONS,
    new_starts: Sequence[NewStart] = (),
    law: GeneralLaw | None = CIVIL_CODE,
) -> Due:
    """Compute when `allowance` from `start` ends, with reasons; `law=None` leaves the reasons out.

    `start` is a day or an aware datetime (required for minutes and hours); the starting day itself
    never counts. Rules that do not bear on the unit are ignored: hours never roll and are not
    stopped by exclusions; periods counted backwards take neither exclusions nor extensions.
    Raises UnusableAllowance, UnusableExclusion, UnusablePeriod or OutsideCalendar (all ValueError).
    """
    if len(extensions) > EXTENSIONS_MAX or len(new_starts) > NEW_STARTS_MAX:
        raise UnusablePeriod(
            f"延长或者重新起算过多（上限各{EXTENSIONS_MAX}次、{NEW_STARTS_MAX}次）"
        )
    moved = _latest(new_starts, start, calendar.zone) if new_starts else None
    terms = _Terms(
        allowance,
        calendar,
        roll,
        months,
        start_rule,
        exclusions,
        extensions,
        extension_rule,
        moved,
        law,
    )
    start = moved.on if moved else start
    if not FIRST_YEAR <= start.year <= LAST_YEAR:
        raise OutsideCalendar(start.year)
    if allowance.by_instant:
        return _by_instant(terms, start)
    first = local_day(start, calendar.zone)
    return _backwards(terms, first) if allowance.back else _forwards(terms, first)


def expires_at(ending: Due, calendar: Calendar) -> datetime | None:
    """The first instant at which the period is over: 24:00 of the legal last day (民法典203).

    Hour periods are over right after their last instant, which is returned as it is. None while
    the period is suspended.
    """
    if ending.legal is None or isinstance(ending.legal, datetime):
        return ending.legal
    return datetime.combine(ending.legal + timedelta(days=1), time.min, calendar.zone)


def warn_on(allowance: Allowance, ending: Due) -> date | datetime | None:
    """When to warn: the nominal last day, never the rolled one; counted back, a day earlier."""
    if allowance.back and ending.legal is not None:
        return ending.legal - timedelta(days=1)
    return ending.nominal


class _Terms(NamedTuple):
    """The arguments of `due`, kept together on their way down."""

    allowance: Allowance
    calendar: Calendar
    roll: Roll
    months: MonthRule
    start_rule: StartRule
    exclusions: Sequence[Exclusion]
    extensions: Sequence[Extension]
    extension_rule: ExtensionRule
    moved: NewStart | None
    law: GeneralLaw | None


class _Granted(NamedTuple):
    """A valid extension, what it added and where the nominal chain then ends."""

    extension: Extension
    more: Allowance
    nominal: date | datetime | None
    article: str


def _latest(
    new_starts: Sequence[NewStart], start: date | datetime, zone: tzinfo
) -> NewStart | None:
    """The last new start that comes after the old one, if any."""
    if isinstance(start, datetime):
        later_ones = [one for one in new_starts if _is_after(one.on, start, zone)]
    else:
        later_ones = [one for one in new_starts if local_day(one.on, zone) > start]
    return max(later_ones, key=lambda one: _sortable(one.on, zone), default=None)


def _is_after(on: date | datetime, start: datetime, zone: tzinfo) -> bool:
    if isinstance(on, datetime):
        return on > start
    return on > local_day(start, zone)


def _sortable(on: date | datetime, zone: tzinfo) -> datetime:
    return on if isinstance(on, datetime) else datetime.combine(on, time.min, zone)


def _by_instant(terms: _Terms, start: date | datetime) -> Due:
    """Minutes and hours: real time passes, nothing rolls; office hours alone ask the calendar."""
    if not isinstance(start, datetime) or start.tzinfo is None:
        raise UnusablePeriod("以分钟、小时计算的期间要写明起算的时刻，例如 2026-10-01T22:15")
    zone = terms.calendar.zone
    begin = first_instant(start.astimezone(zone), terms.start_rule)
    total, end = terms.allowance, elapsed(begin, terms.allowance, terms.calendar)
    chain, granted, refused = [end], list[_Granted](), list[RefusedExtension]()
    for one in () if terms.allowance.back else terms.extensions:
        no = refusal(one, terms.extension_rule, len(granted), begin, end, zone)
        if no is not None:
            refused.append(no)
            continue
        allowed = terms.extension_rule.legs[len(granted)]
        more = one.allowance or allowed.allowance
        total = _added_minutes(total, more)
        end = elapsed(begin, total, terms.calendar)
        chain.append(end)
        granted.append(_Granted(one, more, end, one.article or allowed.article))
    why = () if terms.law is None else _instant_words(terms, terms.law, start, begin, chain[0])
    if terms.law is not None:
        why = (*why, *_extension_words(granted, refused))
    official = True
    if terms.allowance.unit == "office_hours":
        official = terms.calendar.are_official(begin.date(), end.date())
    return Due(
        end,
        end,
        official=official,
        why=why,
        start=begin,
        chain=tuple(chain),
        refused=tuple(refused),
    )


def _added_minutes(total: Allowance, more: Allowance) -> Allowance:
    if not more.by_instant or "office_hours" in (total.unit, more.unit):
        raise UnusablePeriod(f"以小时计算的期间不能延长{more}：单位不能混用")
    minutes = sum(one.n * (60 if one.unit == "hours" else 1) for one in (total, more))
    return Allowance(minutes, "minutes")


def _instant_words(
    terms: _Terms, law: GeneralLaw, start: datetime, begin: datetime, end: datetime
) -> tuple[Reason, ...]:
    zone = terms.calendar.zone
    why = [*_moved_words(terms)]
    if terms.allowance.unit == "office_hours":
        why.append(words.office_end(str(terms.allowance), begin, end, terms.calendar, law))
    elif terms.allowance.back:
        why.append(words.instant_back(str(terms.allowance), begin, end, law))
    else:
        why.append(words.first_instant(start.astimezone(zone), begin, law))
        why.append(words.instant_end(str(terms.allowance), end, law))
    if terms.exclusions:
        why.append(words.not_deducted("以分钟、小时计算的期间不因中止或者扣除而停", law.hours))
    return tuple(why)


def _backwards(terms: _Terms, event: date) -> Due:
    """N日前: the latest day, or the working day before it when that is a rest day."""
    calendar = terms.calendar
    nominal = back_nominal(terms.allowance, event, calendar, terms.months)
    legal = calendar.workday_until(nominal)
    official = calendar.are_official(legal, event)
    due_on = Due(nominal, legal, official, (), event, (nominal,))
    if terms.law is None:
        return due_on
    why = [*_moved_words(terms), words.backwards(terms.allowance, event, nominal, terms.law)]
    if legal != nominal:
        why.append(words.moved_before(nominal, legal, calendar, terms.law))
    if terms.exclusions:
        why.append(words.not_deducted("往前推算的期间不作扣除", terms.law.first_day))
    if not official:
        why.append(_provisional_words(terms, legal, event))
    return msgspec.structs.replace(due_on, why=tuple(why))


def _forwards(terms: _Terms, first: date) -> Due:
    """Days, working days, months, years: the chain of legs, each with its exclusions and roll."""
    calendar, roll, months = terms.calendar, terms.roll, terms.months
    merged = merge(terms.exclusions, first) if terms.exclusions else []
    length = Length().plus(terms.allowance)
    current = leg(length, first, calendar, roll, months, merged)
    legs = [current]
    granted: list[_Granted] = []
    refused: list[RefusedExtension] = []
    for one in terms.extensions:
        no = refusal(one, terms.extension_rule, len(granted), first, current.legal, calendar.zone)
        if no is not None:
            refused.append(no)
            continue
        allowed = terms.extension_rule.legs[len(granted)]
        more = one.allowance or allowed.allowance
        length = length.plus(more)
        current = leg(length, first, calendar, roll, months, merged)
        legs.append(current)
        granted.append(_Granted(one, more, current.bare, one.article or allowed.article))
    last = current.legal or (current.stopped.first if current.stopped else first)
    official = calendar.are_official(first, last)
    why: tuple[Reason, ...] = ()
    if terms.law is not None:
        why = _forward_words(terms, terms.law, first, legs, granted, refused)
        if not official:
            why = (*why, _provisional_words(terms, first, last))
    chain = tuple(one.nominal for one in legs)
    return Due(current.nominal, current.legal, official, why, first, chain, tuple(refused))


def _forward_words(
    terms: _Terms,
    law: GeneralLaw,
    first: date,
    legs: Sequence[Leg],
    granted: Sequence[_Granted],
    refused: Sequence[RefusedExtension],
) -> tuple[Reason, ...]:
    allowance, calendar, end = terms.allowance, terms.calendar, legs[-1]
    why = [*_moved_words(terms), words.first_day(first, law)]
    working = allowance.unit == "working_days"
    if working:
        why.append(words.working_end(allowance, first, legs[0].bare, calendar, law))
    else:
        why.append(words.natural_end(allowance, first, legs[0].bare, terms.months))
    why.extend(_extension_words(granted, refused))
    unit = "个工作日" if working else "日"
    why.extend(words.deduction(one, days, unit) for one, days in end.deducted)
    unused = _unused(terms.exclusions, end)
    if unused:
        why.append(words.beside_the_period(unused))
    if end.stopped is not None:
        why.append(words.stopped(end.stopped, end.left, unit))
    elif end.nominal is not None and end.legal is not None:
        if end.deducted:
            why.append(words.after_deductions(end.nominal, end.deducted[-1][0]))
        if not working:
            why.append(_roll_words(terms, law, end.nominal, end.legal))
    return tuple(why)


def _unused(exclusions: Sequence[Exclusion], end: Leg) -> str:
    """The exclusions no day of which was deducted, as spans."""
    used = [one for one, _ in end.deducted]
    if end.stopped is not None:
        used.append(end.stopped)
    beside = [
        f"{one.first}至{one.last or '今'}"
        for one in exclusions
        if not any(_overlap(one, deducted) for deducted in used)
    ]
    return "、".join(beside[:UNUSED_NAMED_MAX])


def _overlap(one: Exclusion, other: Exclusion) -> bool:
    """Whether two half-open intervals share a day."""
    return (other.last is None or one.first < other.last) and (
        one.last is None or other.first < one.last
    )


def _roll_words(terms: _Terms, law: GeneralLaw, nominal: date, legal: date) -> Reason:
    if terms.roll == "next":
        return words.rolled(nominal, legal, terms.calendar, law)
    if terms.roll == "never":
        return words.never_rolled(nominal, terms.calendar, law)
    return words.silent(nominal, terms.calendar, law)


def _moved_words(terms: _Terms) -> list[Reason]:
    moved = terms.moved
    if moved is None:
        return []
    return [words.new_start(moved.matter, moved.on, moved.article, moved.kind)]


def _extension_words(
    granted: Sequence[_Granted], refused: Sequence[RefusedExtension]
) -> list[Reason]:
    valid = [words.granted(one.extension, one.more, one.nominal, one.article) for one in granted]
    return [*valid, *(words.refused(one) for one in refused)]


def _provisional_words(terms: _Terms, first: date, last: date) -> Reason:
    published = terms.calendar.published
    years = [year for year in range(first.year, last.year + 1) if year not in published]
    moves = terms.allowance.unit == "working_days" or terms.roll == "next" or terms.allowance.back
    fixed = "放假通知载入后重新计算" if moves else "本期间不顺延，届满日不会因放假通知而改变"
    return words.provisional(years, fixed)
