"""Appointments: a day, a time that is still free, one ticket; no name and no telephone number."""

from __future__ import annotations

from datetime import date, timedelta
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from haihe.hall import shown, views
from haihe.identity.addresses import address_of
from haihe.kernel.values import Frozen, Refused
from haihe.queueing.plan import slots
from haihe.queueing.steps import free_in
from haihe.records import halls


class Slot(Frozen, frozen=True, kw_only=True):
    """A time of a day that can be appointed."""

    second: int
    clock: str
    free: int


@require_http_methods(["GET", "HEAD", "POST"])
def book(request: HttpRequest, site: str) -> HttpResponse:
    """First what for and which day, then which time; the ticket is there at once."""
    views.known(site)
    days = open_days(site)
    day = next((one for one in days if one.isoformat() == _asked(request, "day")), None)
    errand = _asked(request, "errand")
    if request.method != "POST" or day is None:
        return _page(request, site, days, day, errand, None)
    secret = views.secret_of(request) or halls.new_secret()
    told = request.POST.get("slot", "")
    data = {
        **views.wanted(request, "booked"),
        "from": halls.address_digest(address_of(request), site, day),
        "errands": [errand],
        "appointed": int(told) if told.isdecimal() and len(told) < 6 else 0,
    }
    answer = halls.act(site, day, "book", data=data, secret=secret)
    if isinstance(answer, Refused):
        response = _page(request, site, days, day, errand, answer)
    else:
        response = redirect("hall:ticket", halls.code_of(site, day, secret, answer))
    views.keep_secret(request, response, secret)
    return response


def _asked(request: HttpRequest, name: str) -> str:
    return (request.POST.get(name) or request.GET.get(name, ""))[:40]


def _page(
    request: HttpRequest,
    site: str,
    days: list[date],
    day: date | None,
    errand: str,
    refusal: Refused | None,
) -> HttpResponse:
    with halls.looking(site, day or halls.today()) as one:
        plan = one.hall.plan
        known = plan.errand(errand)
        free: list[Slot] = []
        if day is not None and known is not None:
            free = _slots(one, errand)
    values: dict[str, Any] = {
        "plan": plan,
        "days": [(one.isoformat(), halls.day_of_year_in_words(one)) for one in days],
        "day": day.isoformat() if day else "",
        "day_words": halls.day_in_words(day) if day else "",
        "errand": known,
        "slots": free,
        "refusal": refusal,
    }
    status = HTTPStatus.OK if refusal is None else HTTPStatus.UNPROCESSABLE_ENTITY
    return render(request, "hall/book.html", values, status=status)


def open_days(site: str) -> list[date]:
    """The days on which the hall is open and which may be appointed, from today on."""
    hall = halls.every_hall()[site]
    first = halls.today()
    some = [first + timedelta(days=later) for later in range(hall.booking.days_ahead + 1)]
    return [one for one in some if halls.plan_for(site, one).spans]


def _slots(one: halls.Day, errand: str) -> list[Slot]:
    at = halls.second(one.day)
    return [
        Slot(second=second, clock=shown.clock(second), free=free_in(one.hall, second, errand))
        for second in slots(one.hall.plan)
        if second > at
    ]
