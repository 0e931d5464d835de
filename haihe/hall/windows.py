"""The calling console: one window, one person at a time, large type and a sound."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from haihe.hall import shown, views
from haihe.hall.opening import open_matter, opened_in
from haihe.hall.staff import hall_page, works
from haihe.kernel.values import Data, Refused
from haihe.records import halls
from haihe.records.shown import Reader

ACTS: Final = frozenset(
    {
        "open_window", "pause_window", "close_window", "call", "call_again", "start", "miss",
        "finish", "transfer", "add", "set_aside", "turn_away", "favour",
    }
)  # fmt: skip
OF_A_TICKET: Final = frozenset({"transfer", "add", "set_aside", "turn_away", "favour"})
OPEN_MATTER: Final = "open_matter"


@require_safe
@hall_page("window")
def every(request: HttpRequest, reader: Reader, site: str) -> HttpResponse:
    """Choose a window; the one that is mine comes first."""
    with halls.looking(site, halls.today()) as day:
        at = halls.second(day.day)
        rows = shown.windows(day.hall, reader.person, at)
        values = {
            "plan": day.hall.plan,
            "reader": reader,
            "windows": sorted(rows, key=lambda one: not one.mine),
            "figures": shown.figures(day.hall),
            "lobby": works(reader, site, "lobby"),
        }
    return render(request, "hall/windows.html", values)


@require_safe
@hall_page("window")
def console(request: HttpRequest, reader: Reader, site: str, window: str) -> HttpResponse:
    """The window: whom it serves, who is next, the buttons that may be pressed now."""
    return _page(request, reader, site, window, None)


@require_safe
@hall_page("window")
def part(request: HttpRequest, reader: Reader, site: str, window: str) -> HttpResponse:
    """What changes of it."""
    return render(request, "hall/part/console.html", _values(reader, site, window))


@require_POST
@hall_page("window")
def act(request: HttpRequest, reader: Reader, site: str, window: str, act: str) -> HttpResponse:
    """One press of a button; the second press of the same button changes nothing."""
    if act == OPEN_MATTER:
        return _open(request, reader, site, window)
    if act not in ACTS:
        raise Http404
    turn = request.POST.get("turn", "")
    data: Data = {"window": window, "why": request.POST.get("why", "").strip()[:200]}
    if turn.isdecimal() and len(turn) < 9:
        data["turn"] = int(turn)
    if act in OF_A_TICKET:
        number = _own_number(reader, site, window)
        lacking = request.POST.getlist("lacking")
        data |= {"number": number, "errand": request.POST.get("errand", ""), "lacking": lacking}
        data["favour"] = request.POST.get("favour", "")[:40]
    answer = halls.act(site, halls.today(), act, by=reader.person, data=data)
    if isinstance(answer, Refused):
        return _page(request, reader, site, window, answer)
    return redirect("hall:window", site, window)


def _own_number(reader: Reader, site: str, window: str) -> str:
    """The ticket at this window, if the window is this reader's."""
    with halls.looking(site, halls.today()) as day:
        one = day.hall.windows.get(window)
        return one.ticket if one is not None and one.person == reader.person else ""


def _open(request: HttpRequest, reader: Reader, site: str, window: str) -> HttpResponse:
    number = _own_number(reader, site, window)
    if not number:
        raise Http404
    answer = open_matter(request, reader, site, number)
    if isinstance(answer, Refused):
        return _page(request, reader, site, window, answer)
    return redirect("hall:window", site, window)


def _page(
    request: HttpRequest, reader: Reader, site: str, window: str, refusal: Refused | None
) -> HttpResponse:
    values = {**_values(reader, site, window), "refusal": refusal}
    status = HTTPStatus.OK if refusal is None else HTTPStatus.UNPROCESSABLE_ENTITY
    return render(request, "hall/console.html", values, status=status)


def _values(reader: Reader, site: str, window: str) -> dict[str, Any]:
    of_day = halls.today()
    with halls.looking(site, of_day) as day:
        hall, at = day.hall, halls.second(of_day)
        counter = hall.windows.get(window)
        if counter is None:
            raise Http404
        ticket = hall.tickets.get(counter.ticket) if counter.ticket else None
        following = hall.next_for(counter)
        waiting = [one for one in hall.waiting() if one.errand in counter.skills]
        plan = hall.plan
        errand = hall.errand(ticket.errand) if ticket else None
        values: dict[str, Any] = {
            "plan": plan,
            "reader": reader,
            "window": next(
                one for one in shown.windows(hall, reader.person, at) if one.id == window
            ),
            "turn": counter.turn,
            "ticket": shown.row(hall, ticket, at) if ticket else None,
            "calls": ticket.calls if ticket else 0,
            "errand": errand,
            "then": [hall.errand(one).name for one in ticket.errands[ticket.step + 1 :]]
            if ticket
            else [],
            "cannot_miss": ticket is None or ticket.calls < plan.calls_min,
            "following": shown.row(hall, following, at) if following else None,
            "waiting": [shown.row(hall, one, at) for one in waiting[:8]],
            "waiting_count": len(waiting),
            "served": counter.served,
            "errands": plan.errands,
            "opens_matter": bool(errand and errand.kind and ticket and not ticket.matter),
            "may_open": bool(errand and errand.kind) and opened_in(reader, errand),
            "matter": ticket.matter if ticket else "",
            "says_idle": _("现在没有人等这个窗口的业务"),
        }
    here = reverse("hall:window_part", args=[site, window])
    return {**values, **views.living(site, of_day, here)}
