"""Pages of a hall for everybody: tap, ticket, paper, wall screen. Nobody gives a name here."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from http import HTTPStatus
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from haihe.hall import live, notices, shown
from haihe.identity.addresses import address_of
from haihe.kernel.values import Data, Refused
from haihe.look.squares import square
from haihe.queueing.hall import Hall, Ticket
from haihe.queueing.plan import DAY_SECONDS
from haihe.records import halls, halls_phones, read

TAP_COOKIE: Final = "haihe_tap"
TAP_SECONDS: Final = 8 * 24 * 3_600  # an appointment lies at most a week ahead
SECRET: Final = re.compile(r"[0-9a-f]{32}")
FOLLOW_CODE_MAX: Final = 40
CITIZEN_ACTS: Final = frozenset({"leave", "come_back", "arrive", "remind", "add"})
NOTIFY, NOTIFY_NO_MORE = "notify", "notify_no_more"


@require_safe
def every(request: HttpRequest) -> HttpResponse:
    """Every hall of the city with how many wait there."""
    told = []
    for site, one in halls.every_hall().items():
        with halls.looking(site, halls.today()) as day:
            told.append({"site": site, "hall": one, **_state(day.hall, halls.second(day.day))})
    return render(request, "hall/every.html", {"halls": told})


@require_safe
def tap(request: HttpRequest, site: str) -> HttpResponse:
    """Where a phone arrives that was held to the sign: its ticket, or what it can be for."""
    known(site)
    secret = secret_of(request)
    code = halls.ticket_of(site, halls.today(), secret) if secret else ""
    if code:
        return redirect("hall:ticket", code)
    response = _tap_page(request, site, None)
    keep_secret(request, response, secret or halls.new_secret())
    return response


def _tap_page(request: HttpRequest, site: str, refusal: Refused | None) -> HttpResponse:
    with halls.looking(site, halls.today()) as day:
        at = halls.second(day.day)
        hall, plan = day.hall, day.hall.plan
        values = {
            "plan": plan,
            "queues": shown.offers(hall, halls.memory(day), at),
            "favours": plan.favours,
            "refusal": refusal,
            "hours": hours(hall),
            **_state(hall, at),
        }
    status = HTTPStatus.OK if refusal is None else HTTPStatus.UNPROCESSABLE_ENTITY
    return render(request, "hall/tap.html", values, status=status)


@require_POST
def take(request: HttpRequest, site: str) -> HttpResponse:
    """One ticket for this phone, however often it is asked for."""
    known(site)
    day = halls.today()
    secret = secret_of(request) or halls.new_secret()
    data = wanted(request, "phone") | {"from": halls.address_digest(address_of(request), site, day)}
    typed = request.POST.get("code", "").strip()
    if typed:
        brought = _brought(typed)
        if isinstance(brought, Refused):
            return _tap_page(request, site, brought)
        data["matter"] = brought
    answer = halls.act(site, day, "take", data=data, secret=secret)
    if isinstance(answer, Refused):
        code = halls.ticket_of(site, day, secret) if answer.reason == "has_one" else ""
        response = redirect("hall:ticket", code) if code else _tap_page(request, site, answer)
    else:
        response = redirect("hall:ticket", halls.code_of(site, day, secret, answer))
    keep_secret(request, response, secret)
    return response


def _brought(code: str) -> str | Refused:
    """The matter whose follow code somebody brings: what was filled in at home is not typed again.

    The code itself is kept nowhere.
    """
    file = None if len(code) > FOLLOW_CODE_MAX or "/" in code else read.follow(code)
    if file is None:
        return Refused(
            reason="unknown_matter",
            says=_("没有这个查询码，还没有取号。"),
            instead=_("请核对每一个字母和数字；也可以不填，直接取号。"),
        )
    return file.matter


def wanted(request: HttpRequest, channel: str) -> Data:
    """What a form asks a ticket for."""
    return {
        "errands": request.POST.getlist("errand")[:10],
        "favour": request.POST.get("favour", "")[:40],
        "channel": channel,
    }


# ── the ticket ───────────────────────────────────────────────────────────────────────────────


@require_safe
def ticket(request: HttpRequest, code: str) -> HttpResponse:
    """The number, how long still, why in this order, and what can be done."""
    return _ticket_page(request, code, None)


@require_safe
def ticket_part(request: HttpRequest, code: str) -> HttpResponse:
    """What changes of it, for the page that is open."""
    values = _ticket_values(code)
    values["follow"] = halls.follow_code_for(secret_of(request), code)
    return render(request, "hall/part/ticket.html", values)


@require_POST
def ticket_act(request: HttpRequest, code: str, act: str) -> HttpResponse:
    """Go, come back, say one is here, be reminded, one errand more."""
    site, day, number = found(code)
    if act in (NOTIFY, NOTIFY_NO_MORE):
        return _notify(request, code, act)
    if act not in CITIZEN_ACTS:
        raise Http404
    data: Data = {"number": number}
    if act == "remind":
        told = request.POST.get("remind_at", "")
        data["remind_at"] = int(told) if told.isdecimal() and len(told) < 4 else 0
    if act == "add":
        data["errand"] = request.POST.get("errand", "")[:40]
    answer = halls.act(site, day, act, data=data)
    if isinstance(answer, Refused):
        return _ticket_page(request, code, answer)
    if act == "leave":
        halls_phones.forget(halls.id_of(site, day), number)
    return redirect("hall:ticket", code)


def _notify(request: HttpRequest, code: str, act: str) -> HttpResponse:
    """Messages to a phone, wanted or not any more."""
    site, day, number = found(code)
    now = datetime.now(UTC)
    if act == NOTIFY_NO_MORE:
        refused = notices.want_no_more(site, day, number, now)
    else:
        minutes, typed = request.POST.get("minutes", ""), request.POST.get("phone", "")[:30]
        length = int(minutes) if minutes.isdecimal() and len(minutes) < 4 else 0
        refused = notices.want(site, day, number, typed, length, now)
    if refused is not None:
        return _ticket_page(request, code, refused, typed=request.POST.get("phone", "")[:20])
    return redirect("hall:ticket", code)


def _ticket_page(
    request: HttpRequest, code: str, refusal: Refused | None, typed: str = ""
) -> HttpResponse:
    values = {**_ticket_values(code), "refusal": refusal, "typed": typed}
    values["follow"] = halls.follow_code_for(secret_of(request), code)
    status = HTTPStatus.OK if refusal is None else HTTPStatus.UNPROCESSABLE_ENTITY
    return render(request, "hall/ticket.html", values, status=status)


def _ticket_values(code: str) -> dict[str, Any]:
    site, of_day, number = found(code)
    with halls.looking(site, of_day) as day:
        one = _ticket(day.hall, number)
        face = shown.face(day.hall, halls.memory(day), one, _at(day))
    return {
        "code": code,
        "face": face,
        "sent": notices.sent_words(one),
        "notify_minutes": notices.MINUTES if notices.offered() else (),
        "day": of_day,
        "today": of_day == halls.today(),
        "day_words": halls.day_in_words(of_day),
        **living(site, of_day, reverse("hall:ticket_part", args=[code])),
    }


def _ticket(hall: Hall, number: str) -> Ticket:
    one = hall.tickets.get(number)
    if one is None:
        raise Http404
    return one


@require_safe
def paper(request: HttpRequest, code: str) -> HttpResponse:
    """A ticket on paper, with the square code of its page for whoever lends a phone."""
    values = _ticket_values(code)
    target = request.build_absolute_uri(reverse("hall:ticket", args=[code]))
    return render(request, "hall/paper.html", {**values, "square": square(target), "prints": True})


@require_safe
def poster(request: HttpRequest, site: str) -> HttpResponse:
    """The sign for the door: the square code and the address to write into an NFC tag."""
    target = request.build_absolute_uri(reverse("hall:tap", args=[site]))
    values = {"hall": known(site), "address": target, "square": square(target), "prints": True}
    return render(request, "hall/poster.html", values)


# ── the wall ─────────────────────────────────────────────────────────────────────────────────


@require_safe
def screen(request: HttpRequest, site: str) -> HttpResponse:
    """The wall screen: who is called where, who is next, how long it takes now."""
    return render(request, "hall/screen.html", _screen_values(request, site))


@require_safe
def screen_part(request: HttpRequest, site: str) -> HttpResponse:
    """What changes of it."""
    return render(request, "hall/part/screen.html", _screen_values(request, site))


def _screen_values(request: HttpRequest, site: str) -> dict[str, Any]:
    known(site)
    with halls.looking(site, halls.today()) as day:
        hall, at = day.hall, _at(day)
        memory = halls.memory(day)
        called = shown.calls(hall)
        values = {
            "plan": hall.plan,
            "calls": called,
            "ring": max((when for when, _number, _window in hall.called[-1:]), default=0),
            "lines": shown.lines(hall, memory, at),
            "unlikely": shown.unlikely(hall, memory, at),
            "clock": shown.clock(at),
            "windows": shown.windows(hall, "", at),
            "hours": hours(hall),
            **_state(hall, at),
        }
    target = request.build_absolute_uri(reverse("hall:tap", args=[site]))
    part = reverse("hall:screen_part", args=[site])
    return {**values, "square": square(target), **living(site, day.day, part)}


# ── what several pages need ──────────────────────────────────────────────────────────────────


def known(site: str) -> Any:
    """The hall of this id; 404 for none."""
    one = halls.every_hall().get(site)
    if one is None:
        raise Http404
    return one


def found(code: str) -> tuple[str, date, str]:
    """Hall, day and number of a ticket; 404 for a code that leads nowhere."""
    told = halls.find(code)
    if told is None:
        raise Http404(_("没有这个号。"))
    return told


def living(site: str, day: date, part: str) -> dict[str, str]:
    """What an open page needs to follow its hall."""
    return {"version": live.version(site, day), "watch": live.address(site, day), "part": part}


def hours(hall: Hall) -> str:
    """The hours of the day: 08:30–12:00，13:30–17:30."""
    if sum(end - begin for begin, end in hall.spans) == DAY_SECONDS:
        return _("全天")
    return _("，").join(f"{shown.clock(begin)}–{shown.clock(end)}" for begin, end in hall.spans)


def _state(hall: Hall, at: float) -> dict[str, Any]:
    plan = hall.plan
    opens = plan.opens_at - plan.tap_before_minutes * 60
    return {
        "figures": shown.figures(hall),
        "no_hours": not plan.spans,
        "too_early": bool(plan.spans) and at < opens,
        "over": hall.closed or (bool(plan.spans) and at >= hall.closes_at),
        "opens": shown.clock(opens),
        "closes": shown.clock(hall.closes_at),
        "played": plan.played,
        "open_windows": sum(one.state == "open" for one in hall.windows.values()),
    }


def _at(day: halls.Day) -> float:
    return halls.second(day.day)


def secret_of(request: HttpRequest) -> str:
    """What this phone keeps for its tickets, or ""."""
    told = request.COOKIES.get(TAP_COOKIE, "") or request.POST.get("tap", "")
    return told if SECRET.fullmatch(told) else ""


def keep_secret(request: HttpRequest, response: HttpResponse, secret: str) -> None:
    """Let the phone keep it: chance, nothing about its holder, sent to the halls only."""
    response.set_cookie(
        TAP_COOKIE,
        secret,
        max_age=TAP_SECONDS,
        path=reverse("hall:every"),
        httponly=True,
        secure=request.is_secure(),
        samesite="Lax",
    )
