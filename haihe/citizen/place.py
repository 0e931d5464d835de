"""Where it is: chosen from district to community, or by the position a phone offers."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from http import HTTPStatus
from typing import Final
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from haihe.identity.addresses import address_of
from haihe.look import forms
from haihe.records import attempts, files, pictures, where
from haihe.records.attempts import Quota

CARRIED: Final = ("need", "said")  # goes along in the address from page to page
PLACE_PERMISSION: Final = "camera=(), microphone=(), geolocation=(self), payment=()"
POSITIONS_FROM_ADDRESS: Final = Quota(60, timedelta(hours=1))
DIGITS_MAX: Final = 24
PLACED: Final = "_placed"  # the form came back from choosing a place: it is shown, not sent
TOKEN: Final = "csrfmiddlewaretoken"
WRITTEN_FIELDS_MAX: Final = 80
WRITTEN_CHARACTERS_MAX: Final = forms.TYPED_CHARACTERS_MAX + 1  # too long stays too long


@require_http_methods(["GET", "HEAD", "POST"])
def place(request: HttpRequest, kind: str, act: str) -> HttpResponse:
    """Districts, then streets, then communities: one touch each, and back to the form.

    What somebody has written in the form already is sent here, goes along from page to page, and
    stands in the form again: nothing of it lies in an address or is kept.
    """
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
        "written": written(request),
        "placed": PLACED,
    }
    return render(request, "citizen/place.html", values)


def written(request: HttpRequest) -> list[tuple[str, str]]:
    """What the form held when it was sent here, files as the digests under which they were kept."""
    if request.method != "POST":
        return []
    found = [
        (name, text[:WRITTEN_CHARACTERS_MAX])
        for name in list(request.POST)[:WRITTEN_FIELDS_MAX]
        for text in request.POST.getlist(name)[: forms.FILES_MAX]
        if name not in (*CARRIED, PLACED, TOKEN)
    ]
    for name in list(request.FILES)[:WRITTEN_FIELDS_MAX]:
        for upload in request.FILES.getlist(name)[: forms.FILES_MAX]:
            with suppress(files.FileTooLarge, pictures.NotCleaned):  # asked for again in the form
                found.append((f"_kept_{name}", files.keep_cleaned(upload.chunks())))
    return found


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
    names = {name: where.named(id)[1] for name, id in filled.items() if id != found.whole}
    return JsonResponse({"whole": found.whole, "given": filled, "names": names})


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
