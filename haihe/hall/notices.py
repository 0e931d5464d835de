"""Messages of a hall to phones: wanted on the ticket's page, sent by the worker when they are due.

The event `notified` is written before a message is handed over, so two workers send it once, and
the ticket's page tells which messages were sent. A message that cannot be handed over is tried
again; a worker that dies in between has sent none: people are never told twice.
"""

from __future__ import annotations

import logging
from datetime import date, datetime, timedelta
from typing import Final

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from haihe.hall.shown import clock
from haihe.identity import senders
from haihe.kernel.values import Data, Refused
from haihe.queueing.hall import Hall, Ticket
from haihe.queueing.notices import Due, Later, due
from haihe.queueing.plan import DAY_SECONDS
from haihe.queueing.steps import NOT_SENT_MAX
from haihe.records import attempts, halls, halls_phones
from haihe.records.attempts import Quota
from haihe.records.citizens import normal_phone

MINUTES: Final = (5, 10, 15, 20, 30, 45)  # before the turn, that one can choose
OF_A_PHONE: Final = Quota(6, timedelta(days=1))  # tickets whose messages go to one number
SENT: Final = {
    "come_back": gettext_lazy("请您回来"),
    "called": gettext_lazy("正在叫您"),
    "missed": gettext_lazy("叫了没有等到"),
    "closing": gettext_lazy("下班前可能轮不到"),
    "unreached": gettext_lazy("今天没有轮到"),
    "appointed": gettext_lazy("预约提醒"),
}

log = logging.getLogger(__name__)
_not_before: dict[str, dict[str, float]] = {}  # what this worker need not look at yet


def offered() -> bool:
    """Whether this installation can send messages at all."""
    return senders.sender() is not None


def want(
    site: str, day: date, number: str, typed: str, minutes: int, now: datetime
) -> Refused | None:
    """Messages of a ticket shall go to a phone; gives why not."""
    phone = normal_phone(typed)
    if phone is None:
        return _no(_("手机号码不对，没有设好提醒。"), _("请写11位的手机号码。"), "wrong_phone")
    if attempts.take("hall phone", phone, OF_A_PHONE, now):
        return _no(
            _("这个号码今天已经设过好几次提醒。"), _("请看页面上预计的时间。"), "phone_quota"
        )
    data: Data = {
        "number": number,
        "minutes": minutes,
        "language": translation.get_language() or "",
    }
    answer = halls.act(site, day, "notify", data=data, now=now)
    if isinstance(answer, Refused):
        return answer
    halls_phones.keep(halls.id_of(site, day), number, phone)
    return None


def want_no_more(site: str, day: date, number: str, now: datetime) -> Refused | None:
    """The number goes at once, and nothing is sent any more."""
    halls_phones.forget(halls.id_of(site, day), number)
    answer = halls.act(site, day, "notify", data={"number": number, "minutes": 0}, now=now)
    return answer if isinstance(answer, Refused) else None


def _no(says: str, instead: str, reason: str) -> Refused:
    return Refused(reason=reason, says=says, instead=instead, cites=("haihe#hall-order",))


def sent_words(ticket: Ticket) -> tuple[tuple[str, str], ...]:
    """What was sent for a ticket, and when: `10:05`, `请您回来`."""
    told = sorted((when, what) for what, when in ticket.notified.items())
    return tuple((clock(when % DAY_SECONDS), str(SENT.get(what, what))) for when, what in told)


def send_due(now: datetime) -> int:
    """Send what is due in all halls; gives how many messages were handed over."""
    sender = senders.sender()
    if sender is None:
        return 0
    sent = 0
    days = [id_ for id_ in halls_phones.days() if halls.site_and_day(id_)[0] in halls.every_hall()]
    for gone in set(_not_before) - set(days):
        del _not_before[gone]
    for id_ in days:
        for one, words in _due_words(id_, now):
            sent += _send(sender, id_, one, words, now)
    return sent


def _due_words(id_: str, now: datetime) -> list[tuple[Due, str]]:
    site, day = halls.site_and_day(id_)
    later = _not_before.setdefault(id_, {})
    found: list[tuple[Due, str]] = []
    with halls.looking(site, day) as one:
        if not one.hall.planned:
            return []
        for what in due(one.hall, halls.memory(one), halls.second(day, now), later):
            if isinstance(what, Later):
                later[what.number] = what.at
            else:
                found.append((what, _words(one.hall, one.hall.tickets[what.number], what, day)))
    return found


def _send(sender: senders.Sender, id_: str, one: Due, words: str, now: datetime) -> bool:
    site, day = halls.site_and_day(id_)
    phone = halls_phones.phone_of(id_, one.number)
    data: Data = {"number": one.number, "what": one.what}
    if not phone or isinstance(halls.act(site, day, "notified", data=data, now=now), Refused):
        return False  # somebody else sends it, or has sent it
    try:
        sender.send(phone, words)
    except senders.NotSent:
        log.warning("a message of hall %s was not sent; %s tries at most", site, NOT_SENT_MAX)
        halls.act(site, day, "not_notified", data=data, now=now)
        return False
    return True


def _words(hall: Hall, ticket: Ticket, one: Due, day: date) -> str:
    """The message, in the language in which the ticket's page was read."""
    with translation.override(ticket.language or None):
        values: dict[str, str | int] = {
            "hall": hall.plan.name,
            "number": ticket.number,
            "low": clock(one.low),
            "high": clock(one.high + 59),
            "until": clock(one.high),
            "closes": clock(hall.closes_at),
            "window": hall.windows[ticket.window].plan.name if ticket.window else "",
            "day": halls.day_in_words(day),
            "early": hall.plan.booking.early_minutes,
            "minutes": hall.plan.kept_minutes,
        }
        return _text(hall, ticket, one) % values


def _text(hall: Hall, ticket: Ticket, one: Due) -> str:
    match one.what:
        case "come_back":
            return _("%(hall)s：您的%(number)s号预计%(low)s到%(high)s叫到，请现在回大厅。")
        case "called":
            return _(
                "%(hall)s：正在叫您的%(number)s号，请到%(window)s。没赶上，位置还留%(minutes)d分钟。"
            )
        case "missed":
            return _(
                "%(hall)s：叫了%(number)s号没有等到您，位置留到%(until)s。"
                "回来后在取号页面点“我回来了”，或者找大堂工作人员。"
            )
        case "closing" if hall.plan.carry is not None:
            return _(
                "%(hall)s：%(closes)s下班，您的%(number)s号今天不一定轮得到。"
                "继续等而没有轮到的，下一个办公日一早先办。"
            )
        case "closing":
            return _(
                "%(hall)s：%(closes)s下班，您的%(number)s号今天不一定轮得到，可以在取号页面改约。"
            )
        case "unreached":
            return _(
                "%(hall)s：对不起，今天没有轮到您的%(number)s号。可以在取号页面预约最近的时间。"
            )
        case _ if ticket.carried:
            return _(
                "%(hall)s：对不起，上次没有轮到您。给您留了%(day)s %(low)s的位置，号%(number)s，"
                "提前%(early)d分钟起可以报到。不来请在原来的取号页面点“不要这个位置”。"
            )
    return _(
        "%(hall)s：您预约了%(day)s %(low)s，号%(number)s，提前%(early)d分钟起可以报到。"
        "来不了请在取号页面取消，把位置让给别人。"
    )
