"""Pages of those who supervise: the day's numbers, each with its list; findings; the journal."""

from __future__ import annotations

from typing import cast, get_args

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from haihe.look.staff import supervisor_page
from haihe.records import board, lists
from haihe.records.board import Which
from haihe.records.shown import Reader


@require_safe
@supervisor_page
def overview(request: HttpRequest, reader: Reader) -> HttpResponse:
    """Today's numbers; every number leads to its list, and the list has that length."""
    values = {"reader": reader, "here": "board", "board": board.board(reader)}
    return render(request, "center/board.html", values)


@require_safe
@supervisor_page
def matters(request: HttpRequest, reader: Reader, which: str) -> HttpResponse:
    """The matters behind one number."""
    if which not in get_args(Which):
        raise Http404
    listing = board.matters(cast(Which, which), reader, after=request.GET.get("after", ""))
    values = {"reader": reader, "here": "board", "listing": listing}
    return render(request, "center/matters.html", values)


@require_safe
@supervisor_page
def findings(request: HttpRequest, reader: Reader) -> HttpResponse:
    """What the models noticed: the events that prove it, and the rectification it opened."""
    model = request.GET.get("model", "")
    listing = lists.findings(reader, model=model, after=request.GET.get("after", ""))
    values = {
        "reader": reader,
        "here": "findings",
        "listing": listing,
        "model": model,
        "models": board.models(reader),
    }
    return render(request, "center/findings.html", values)


@require_safe
@supervisor_page
def settings(request: HttpRequest, reader: Reader) -> HttpResponse:
    """The lengths this city agreed on, with source and day of checking, and when each was set."""
    values = {"reader": reader, "here": "settings", "groups": board.settings()}
    return render(request, "center/settings.html", values)
