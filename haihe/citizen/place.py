"""Where it is: chosen from district to community, or by the position a phone offers."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import Final
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from haihe.identity.addresses import address_of
from haihe.records import attempts, where
from haihe.records.attempts import Quota

CARRIED: Final = ("need", "said")  # goes along in the address from page to page
PLACE_PERMISSION: Final = "camera=(), microphone=(), geolocation=(self), payment=()"
POSITIONS_FROM_ADDRESS: Final = Quota(60, timedelta(hours=1))
DIGITS_MAX: Final = 24


@require_safe
def place(request: HttpRequest, kind: str, act: str) -> HttpResponse:
    """Districts, then streets, then communities: one touch each, and back to the form."""
    code = request.GET.get("area", "")
    asked = where.areas(code)
    if asked is None:
        raise Http404
    values = {
        "here": "report",
        "asked": asked,
        "kind": kind,
        "act": act,
        "form": reverse("citizen:opening", args=[kind, act]),
        "carried": carried(request),
    }
    return render(request, "citizen/place.html", values)


@require_POST
def here(request: HttpRequest, kind: str, act: str) -> JsonResponse:
    """What a position (degrees) fills into a form; it is looked up and forgotten."""
    if attempts.take("positions", address_of(request), POSITIONS_FROM_ADDRESS, timezone.now()):
        says = gettext("问得太多了，请过一会儿再试，或者从列表里选。")
        return JsonResponse({"says": says}, status=HTTPStatus.TOO_MANY_REQUESTS)
    found = where.here(_degrees(request, "longitude"), _degrees(request, "latitude"))
    if found is None:
        says = gettext("这个位置还没有网格地图，请从列表里选区、街道、社区。")
        return JsonResponse({"says": says}, status=HTTPStatus.NOT_FOUND)
    filled = where.given(kind, act, found.code)
    return JsonResponse({"whole": found.whole, "area": found.code, "given": filled})


def carried(request: HttpRequest) -> str:
    """What the address carries on to the next page, ready to be put behind `area=…`."""
    told = {name: request.GET[name] for name in CARRIED if request.GET.get(name)}
    return f"&{urlencode(told)}" if told else ""


def _degrees(request: HttpRequest, name: str) -> float:
    """A coordinate; not a number where none was sent."""
    text = request.POST.get(name, "")[:DIGITS_MAX]
    try:
        return float(text)
    except ValueError:
        return float("nan")
