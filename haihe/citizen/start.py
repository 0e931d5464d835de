"""The start: say what you need in your own words; nobody has to know which organ is in charge."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe
from msgspec.structs import replace

from haihe.citizen import needs
from haihe.citizen.needs import HEARD, Need
from haihe.citizen.search import TYPED_CHARACTERS_MAX
from haihe.records import read
from haihe.records.shown import Act

FIRST_MAX = 8  # needs on the start page
TOLD_CHARACTERS_MIN = 10  # fewer are a catchword and no report


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """What do you need, and how far is your matter."""
    possible = possible_needs()
    first = [one for one in possible if one.first] or possible
    values = {"here": "start", "needs": first[:FIRST_MAX], "more": len(possible) > FIRST_MAX}
    return render(request, "citizen/start.html", values)


@require_safe
def report(request: HttpRequest) -> HttpResponse:
    """Everything that can be begun here, under headings."""
    groups = needs.grouped(possible_needs(), needs.needs().groups, gettext("其他"))
    return render(request, "citizen/report.html", {"here": "report", "groups": groups})


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """What these everyday words may mean; whatever they mean, a way to be heard."""
    typed = " ".join(request.GET.get("q", "").split())[:TYPED_CHARACTERS_MAX]
    possible = possible_needs()
    values = {
        "here": "start",
        "typed": typed,
        "needs": [replace(one, said=typed) for one in needs.search(typed, possible)]
        if typed
        else [],
        "heard": _heard(typed, possible),
        "services": needs.services(typed),
    }
    return render(request, "citizen/search.html", values)


def possible_needs() -> list[Need]:
    """The needs that can be met today."""
    return needs.in_order(read.openings_for_public(), needs.needs().needs)


def _heard(typed: str, possible: list[Need]) -> str:
    """Where somebody is heard whose words found nothing: what was typed goes along."""
    if not any(one.id == HEARD for one in possible):
        return reverse("citizen:report")
    one = next(one for one in possible if one.id == HEARD)
    address = reverse("citizen:opening", args=[one.kind, one.step])
    return f"{address}?{urlencode({'said': typed})}" if typed else address


def said(request: HttpRequest, need: Need | None, step: Act) -> dict[str, str]:
    """What a form is filled with already: by the need, and by what was typed into the search.

    The words stand where the form asks what it is about, if they tell more than a catchword.
    """
    given = dict(need.given) if need is not None else {}
    typed = request.GET.get("said", "")[:TYPED_CHARACTERS_MAX]
    about = next((one.name for one in step.form if one.type == "long_text"), "")
    heard = need is not None and need.id == HEARD
    told = about and typed and (heard or len(typed) >= TOLD_CHARACTERS_MIN)
    return given | ({about: typed} if told else {})
