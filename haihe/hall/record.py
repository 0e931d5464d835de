"""The record of a hall's day for its lobby: who decided what, when, why and by which rule.

Every use of a rule of priority, every transfer, every number that was sent away is an event of the
day; here they are read again, all decisions of today or all that happened to one number.
"""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from haihe.hall.shown import clock
from haihe.hall.staff import hall_page
from haihe.kernel.values import Frozen
from haihe.queueing.hall import Told
from haihe.queueing.plan import DAY_SECONDS, PLAYED, Plan
from haihe.records import halls
from haihe.records.accounts import person_name
from haihe.records.shown import Reader

SHOWN_MAX: Final = 300  # the newest
DECISIONS: Final = frozenset(
    {"favour", "transfer", "set_aside", "turn_away", "miss", "extend", "lift_quota", "close"}
)
ACTS: Final = {
    "take": gettext_lazy("取号"),
    "book": gettext_lazy("预约"),
    "arrive": gettext_lazy("报到"),
    "leave": gettext_lazy("本人取消"),
    "come_back": gettext_lazy("回来"),
    "remind": gettext_lazy("设提醒"),
    "check": gettext_lazy("材料看过，齐了"),
    "set_aside": gettext_lazy("暂离，位置保留"),
    "turn_away": gettext_lazy("今天办不了"),
    "favour": gettext_lazy("改优先"),
    "transfer": gettext_lazy("转到别的业务"),
    "add": gettext_lazy("加一件事"),
    "carry": gettext_lazy("登记事项"),
    "notify": gettext_lazy("设短信提醒"),
    "notified": gettext_lazy("发了短信"),
    "not_notified": gettext_lazy("短信没有发出去"),
    "call": gettext_lazy("叫号"),
    "call_again": gettext_lazy("再叫一次"),
    "start": gettext_lazy("开始办"),
    "miss": gettext_lazy("叫了没来，记过号"),
    "finish": gettext_lazy("办完"),
    "extend": gettext_lazy("延时"),
    "lift_quota": gettext_lazy("放开同一网络的取号"),
    "close": gettext_lazy("结束今天"),
}


class Entry(Frozen, frozen=True, kw_only=True):
    """Something that happened in the hall; `law`: by which articles, `by`: "" for the person."""

    at: str
    number: str
    what: str
    says: str
    law: tuple[str, ...]
    by: str


@require_safe
@hall_page("lobby")
def record(request: HttpRequest, reader: Reader, site: str) -> HttpResponse:
    """Today's decisions, or with `?number=` everything that happened to one number."""
    number = request.GET.get("number", "").strip().upper()[:10]
    day = halls.today()
    with halls.looking(site, day) as one:
        plan = one.hall.plan
    told = [event for event in halls.events(site, day) if _is_asked(event, number)]
    values: dict[str, Any] = {
        "plan": plan,
        "reader": reader,
        "number": number,
        "day_words": halls.day_in_words(day),
        "entries": [_entry(plan, event) for event in reversed(told[-SHOWN_MAX:])],
        "cut": len(told) > SHOWN_MAX,
        "most": SHOWN_MAX,
    }
    return render(request, "hall/record.html", values)


def _is_asked(event: Told, number: str) -> bool:
    if number:
        return event.data.get("number") == number
    return event.act in DECISIONS or bool(event.act == "take" and event.data.get("favour"))


def _by(person: str) -> str:
    if person.startswith(f"{PLAYED}-"):
        return _("演示程序")
    return person_name(person) if person else ""


def _entry(plan: Plan, event: Told) -> Entry:
    data = event.data
    rule = plan.favour(str(data.get("favour") or ""))
    errand = plan.errand(str(data.get("errand") or ""))
    lacking = data.get("lacking")
    window = next((one.name for one in plan.windows if one.id == data.get("window")), "")
    parts = [window, errand.name if errand else "", str(data.get("why") or "")]
    if event.act == "set_aside":  # why a place is kept is a word of the program
        parts[-1] = ""
    if rule is not None:
        said = _("%(rule)s优先（自报）") if event.act == "take" else _("%(rule)s优先")
        parts.insert(0, said % {"rule": rule.name})
    elif event.act == "favour":
        parts.insert(0, _("取消优先"))
    if isinstance(lacking, list) and lacking:
        parts.append(_("还缺：%(what)s") % {"what": _("、").join(map(str, lacking))})
    if isinstance(until := data.get("until"), int | float):
        parts.append(_("到%(until)s") % {"until": clock(until)})
    return Entry(
        at=clock(event.at % DAY_SECONDS),
        number=str(data.get("number") or ""),
        what=str(ACTS.get(event.act, event.act)),
        says=_("；").join(one for one in parts if one),
        law=tuple(halls.article(cite) for cite in rule.cites) if rule is not None else (),
        by=_by(event.by),
    )
