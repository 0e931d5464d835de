"""The lobby officer's console: materials before the wait, re-routing, help without a phone."""

from __future__ import annotations

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from haihe.hall import shown, views
from haihe.hall.staff import hall_page, works
from haihe.kernel.values import Data, Refused
from haihe.records import halls, halls_night
from haihe.records.shown import Reader

ACTS: Final = frozenset(
    {
        "check", "favour", "set_aside", "come_back", "turn_away", "transfer", "add", "leave",
        "arrive", "extend", "close", "close_window", "lift_quota",
    }
)  # fmt: skip
WORDS_MAX: Final = 200
TAKE: Final = "take"


@require_safe
@hall_page("lobby")
def console(request: HttpRequest, reader: Reader, site: str) -> HttpResponse:
    """Everybody who waits, the windows, and who may not be served before the doors close."""
    return _page(request, reader, site, None)


@require_safe
@hall_page("lobby")
def part(request: HttpRequest, reader: Reader, site: str) -> HttpResponse:
    """What changes of it."""
    return render(request, "hall/part/lobby.html", _values(reader, site))


@require_POST
@hall_page("lobby")
def act(request: HttpRequest, reader: Reader, site: str, act: str) -> HttpResponse:
    """One act of the lobby; every one of them is an event with who did it and why."""
    post = request.POST
    if act == TAKE:
        return _take(request, reader, site)
    if act not in ACTS:
        raise Http404
    until = post.get("until", "")
    data: Data = {
        "number": post.get("number", "")[:10],
        "window": post.get("window", "")[:40],
        "why": post.get("why", "").strip()[:WORDS_MAX],
        "favour": post.get("favour", "")[:40],
        "errand": post.get("errand", "")[:40],
        "lacking": [one.strip() for one in post.getlist("lacking") if one.strip()],
    }
    if act == "extend":
        data["until"] = _second(until)
    answer = halls.act(site, halls.today(), act, by=reader.person, data=data)
    if isinstance(answer, Refused):
        return _page(request, reader, site, answer)
    if act == "close":
        halls_night.carry_over(site, halls.today(), datetime.now(UTC))
    return redirect("hall:lobby", site)


def _second(told: str) -> int:
    """`18:30` as a second of the day; 0 where it is no time."""
    hour, _, minute = told.partition(":")
    if not (hour.isdecimal() and minute.isdecimal() and len(told) <= 5):
        return 0
    return int(hour) * 3_600 + int(minute) * 60


def _take(request: HttpRequest, reader: Reader, site: str) -> HttpResponse:
    """A number for somebody without a phone, on paper."""
    day, secret = halls.today(), halls.new_secret()
    data = views.wanted(request, "paper")
    answer = halls.act(site, day, "take", by=reader.person, data=data, secret=secret)
    if isinstance(answer, Refused):
        return _page(request, reader, site, answer)
    return redirect("hall:paper", halls.code_of(site, day, secret, answer))


def _page(request: HttpRequest, reader: Reader, site: str, refusal: Refused | None) -> HttpResponse:
    values = {**_values(reader, site), "refusal": refusal}
    status = HTTPStatus.OK if refusal is None else HTTPStatus.UNPROCESSABLE_ENTITY
    return render(request, "hall/lobby.html", values, status=status)


def _values(reader: Reader, site: str) -> dict[str, Any]:
    of_day = halls.today()
    with halls.looking(site, of_day) as day:
        hall, at, memory = day.hall, halls.second(of_day), halls.memory(day)
        values = {
            "plan": hall.plan,
            "reader": reader,
            "rows": shown.lobby(hall, memory, at),
            "windows": shown.windows(hall, reader.person, at),
            "figures": shown.figures(hall),
            "unlikely": shown.unlikely(hall, memory, at),
            "closes": shown.clock(hall.closes_at),
            "closed": hall.closed,
            "limited": bool(hall.plan.quota.address_an_hour) and not hall.unlimited,
            "carries": hall.plan.carry is not None,
            "after_close": at >= hall.closes_at,
            "at_windows": works(reader, site, "window"),
        }
    return {**values, **views.living(site, of_day, reverse("hall:lobby_part", args=[site]))}
