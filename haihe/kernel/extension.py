"""Extensions of a period: who may grant them, how many, and which of those granted are valid.

An extension is a document, not an edit: it carries the approver's rank, the moment of approval and
an article. One granted too late or by the wrong rank changes nothing: the old last day stands.
"""

from __future__ import annotations

from datetime import date, datetime, tzinfo

import msgspec

from haihe.kernel.allowance import Allowance
from haihe.kernel.reckoning import UnusablePeriod, local_day

EXTENSIONS_MAX = 100


class ExtensionLeg(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One extension the law allows: how long at most, which ranks may approve, which article."""

    allowance: Allowance
    ranks: tuple[str, ...]
    article: str


class ExtensionRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The extensions the law allows for one period, in order; their number is the maximum."""

    legs: tuple[ExtensionLeg, ...] = ()


class Extension(msgspec.Struct, frozen=True):
    """An extension somebody granted.

    `approved_at` is a day, or an aware datetime where the period runs by hours. `allowance` None
    means the whole length the rule allows. `approver` is how the explanation names the approver
    (上一级公安机关); the rank is shown where it is empty.
    """

    rank: str
    approved_at: date | datetime
    allowance: Allowance | None = None
    article: str = ""
    approver: str = ""

    @property
    def by_whom(self) -> str:
        """The approver as the explanation names them."""
        return self.approver or self.rank


class RefusedExtension(msgspec.Struct, frozen=True):
    """An extension that changes nothing, with the reason in Chinese and the article."""

    extension: Extension
    reason: str
    article: str


def refusal(
    extension: Extension,
    rule: ExtensionRule,
    granted: int,
    start: date | datetime,
    last: date | datetime | None,
    zone: tzinfo,
) -> RefusedExtension | None:
    """Why an extension changes nothing, or None if it is valid.

    `granted` extensions came before; `start` and `last` are the beginning and the legal end of the
    leg it would prolong (`last` None while suspended). Valid means: the law allows one more, the
    rank is right, it is no longer than allowed, and it was approved while the leg was running.
    """
    if granted >= len(rule.legs):
        return _refused(extension, _too_many(granted), _basis(extension, rule), last)
    leg = rule.legs[granted]
    if extension.rank not in leg.ranks:
        reason = f"{extension.by_whom}无权批准，应由{'或者'.join(leg.ranks)}批准"
        return _refused(extension, reason, leg.article, last)
    if extension.allowance is not None and not _within(extension.allowance, leg.allowance):
        reason = f"批准延长{extension.allowance}，而法律只允许延长{leg.allowance}"
        return _refused(extension, reason, leg.article, last)
    approved = _comparable(extension.approved_at, start, zone)
    if last is not None and approved > last:
        return _refused(extension, "批准晚于原期间的最后一日", leg.article, last)
    if approved < start:
        return _refused(extension, "批准早于本期间的起算，不及于本期间", leg.article, last)
    return None


def _comparable(approved: date | datetime, start: date | datetime, zone: tzinfo) -> date | datetime:
    """The approval as a day for day periods, as an instant for hour periods."""
    if not isinstance(start, datetime):
        return local_day(approved, zone)
    if not isinstance(approved, datetime) or approved.tzinfo is None:
        raise UnusablePeriod("以小时计算的期间，延长的批准要写明带时区的时刻")
    return approved


def _within(asked: Allowance, allowed: Allowance) -> bool:
    lengths = (asked.n, asked.more_days), (allowed.n, allowed.more_days)
    return asked.unit == allowed.unit and lengths[0] <= lengths[1]


def _too_many(granted: int) -> str:
    return f"法律最多允许延长{granted}次，已经用完" if granted else "法律没有规定本期间可以延长"


def _basis(extension: Extension, rule: ExtensionRule) -> str:
    return rule.legs[-1].article if rule.legs else extension.article or "没有可以引用的延长依据"


def _refused(
    extension: Extension, reason: str, article: str, last: date | datetime | None
) -> RefusedExtension:
    stands = "" if last is None else f"，原届满时间{_plain(last)}不变"
    text = f"{_plain(extension.approved_at)}批准的延长无效：{reason}{stands}"
    return RefusedExtension(extension, text, article)


def _plain(moment: date | datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}" if isinstance(moment, datetime) else moment.isoformat()
