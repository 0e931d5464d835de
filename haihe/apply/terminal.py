"""A self-service terminal: a browser that stands in a hall and serves one person after another.

What is begun at it is an ordinary application, marked with the channel, taken in by its hall. The
code leads on at a phone or a window, and back to a terminal. At a terminal an application is open
only to who began it there or typed its code; leaving forgets that, and nothing is kept for Back.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_POST, require_safe

from haihe.identity.citizens import SESSION_KEY as CITIZEN
from haihe.look.squares import square
from haihe.records import applications

KEY: Final = "terminal"
CODES_MAX: Final = 20  # of one visitor


@require_safe
def start(request: HttpRequest, site: str) -> HttpResponse:
    """Make this browser the terminal of a hall; whoever sets it up opens this page once."""
    day = applications.day_of(datetime.now(UTC))
    if site not in applications.window_sites(day):
        raise Http404
    request.session.flush()
    request.session[KEY] = {"site": site, "name": applications.organ_name(site), "codes": []}
    return redirect("apply:services")


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """The next person, please: nothing of this one stays in the browser."""
    told = of(request)
    if told is not None:
        request.session[KEY] = {**told, "codes": []}
        request.session.pop(CITIZEN, None)
    return redirect("apply:services")


def of(request: HttpRequest) -> dict[str, Any] | None:
    """The terminal this browser is: its site, its name, the codes of who stands there; or None."""
    told = request.session.get(KEY)
    return told if isinstance(told, dict) else None


def opens(request: HttpRequest, code: str) -> None:
    """Whoever stands here may open the application of this code."""
    told = of(request)
    if told is not None:
        codes = [*told["codes"], code][-CODES_MAX:]
        request.session[KEY] = {**told, "codes": codes}


def is_open(request: HttpRequest, code: str) -> bool:
    """Whether it is open here: everywhere but at a terminal the code is enough."""
    told = of(request)
    return told is None or code in told["codes"]


def leads_on(request: HttpRequest, code: str) -> SafeString | str:
    """At a terminal, the square that brings the application to the phone that reads it."""
    if of(request) is None:
        return ""
    address = request.build_absolute_uri(reverse("apply:again"))
    return mark_safe(square(f"{address}?code={code}"))
