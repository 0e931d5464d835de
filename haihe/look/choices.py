"""What a reader chose about the look: language, type size, light or dark; kept in cookies.

A page begins in Chinese whatever the browser asks for: the notices of an office are in Chinese,
and kinds, acts and articles stay so. English is one press away, at the foot of every page.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

KEPT_SECONDS = 365 * 24 * 3600


class Choice(NamedTuple):
    """One thing to choose; the first value is what holds for those who chose nothing."""

    cookie: str
    label: object
    values: dict[str, object]  # value -> its words


CHOICES = {
    "language": Choice("haihe_language", _("语言"), dict(settings.LANGUAGES)),
    "type": Choice("haihe_type", _("字号"), {"usual": _("标准"), "big": _("大字")}),
    "scheme": Choice(
        "haihe_scheme", _("配色"), {"auto": _("跟随系统"), "light": _("浅色"), "dark": _("深色")}
    ),
}


def chosen(request: HttpRequest, name: str) -> str:
    """What holds for this reader; a cookie that says anything else counts as none."""
    choice = CHOICES[name]
    told = request.COOKIES.get(choice.cookie, "")
    return told if told in choice.values else next(iter(choice.values))


def chosen_language(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: every word of this answer is in the language its reader chose."""

    def answer(request: HttpRequest) -> HttpResponse:
        with translation.override(chosen(request, "language")):
            response = get_response(request)
            response.headers.setdefault("Content-Language", translation.get_language() or "")
            return response

    return answer


def look(request: HttpRequest) -> dict[str, object]:
    """`look`: what the base page needs to know, and the switches of its foot."""
    now = {name: chosen(request, name) for name in CHOICES}
    switches = [
        {
            "name": name,
            "label": choice.label,
            "values": [
                {"value": value, "words": words, "here": value == now[name]}
                for value, words in choice.values.items()
            ],
        }
        for name, choice in CHOICES.items()
    ]
    return {"look": {**now, "switches": switches}}


@csrf_exempt  # nothing but the look of this browser's pages can be changed by it
@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Keep what was pressed and go back to the page where it was pressed.

    The browser names that page; no page names itself, so "not here" tells nothing of its address.
    """
    back = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        back = "/"
    response = HttpResponseRedirect(back, status=303)
    for name, choice in CHOICES.items():
        told = request.POST.get(name)
        if told is None:
            continue
        if told not in choice.values:
            raise BadRequest("no such choice")
        response.set_cookie(
            choice.cookie,
            told,
            max_age=KEPT_SECONDS,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    return response
