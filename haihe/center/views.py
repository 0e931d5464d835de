"""Pages of those who supervise: the day's numbers, each with its list; findings; the settings."""

from __future__ import annotations

from typing import Final, cast, get_args

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from haihe.center import faces, live
from haihe.center.asked import AFTER_MAX, Asked, address, area, asked, kind, organ, word
from haihe.center.entering import center_page
from haihe.center.figures import board_values
from haihe.center.words import NUMBERS
from haihe.records import board, board_findings, board_settings
from haihe.records.board import Ask
from haihe.records.board_findings import AskFindings, When
from haihe.records.board_lists import Which
from haihe.records.shown import Reader

WHENS: Final[tuple[When, ...]] = get_args(When)


@require_safe
@center_page
def overview(request: HttpRequest, reader: Reader) -> HttpResponse:
    """The numbers of the day, or as of a past one; every number leads to its list."""
    if live.wanted(request):
        return live.answer(request, reader, "center/part_figures.html")
    told = asked(request)
    tag = "" if told.as_of else live.version(reader)
    values = board_values(reader, told) | {"version": tag}
    return render(request, "center/board.html", values)


@require_safe
@center_page
def wall(request: HttpRequest, reader: Reader) -> HttpResponse:
    """The same numbers for a screen on the wall: large, dark, nothing to scroll."""
    if live.wanted(request):
        return live.answer(request, reader, "center/part_wall.html")
    tag = live.version(reader)
    return render(request, "center/wall.html", live.values(reader, tag))


@require_safe
@center_page
def matters(request: HttpRequest, reader: Reader, which: str) -> HttpResponse:
    """The matters behind one number."""
    ask, told = ask_of(request, which)
    listing = board.matters(ask, reader, after=request.GET.get("after", "")[:AFTER_MAX])
    name, says = NUMBERS[ask.which]
    query = {"kind": ask.kind, "area": ask.area, "organ": ask.organ, "as_of": told.text}
    values = {
        "reader": reader,
        "here": "board",
        "asked": told,
        "listing": listing,
        "name": name,
        "says": says,
        "more": address("matters", which, **query, after=listing.after),
        "table": address("matters-csv", which, **query),
        "back": address("board", as_of=told.text),
    }
    return render(request, "center/matters.html", values)


def ask_of(request: HttpRequest, which: str) -> tuple[Ask, Asked]:
    """Which matters a page or file was asked for; 404 for a list there is not."""
    if which not in NUMBERS:
        raise Http404
    told = asked(request)
    found = Ask(cast(Which, which), kind(request), area(request), organ(request), told.as_of)
    return found, told


@require_safe
@center_page
def findings(request: HttpRequest, reader: Reader) -> HttpResponse:
    """What the models noticed: the events that prove it, and the rectification it opened."""
    ask, told = findings_of(request)
    found = board_findings.page(ask, reader, after=request.GET.get("after", "")[:AFTER_MAX])
    query = {
        "model": ask.model,
        "when": "" if ask.when == "open" else ask.when,
        "kind": ask.kind,
        "area": ask.area,
        "organ": ask.organ,
        "as_of": told.text,
    }
    values = {
        "reader": reader,
        "here": "findings",
        "asked": told,
        "found": found,
        "listing": found.listing,
        "model": ask.model,
        "when": ask.when,
        "area_name": board.area_name(ask.area, board.instant(told.as_of)),
        "kind_name": board.kind_names().get(ask.kind, ""),
        "models": faces.models(board_findings.numbers(reader, as_of=told.as_of), told.text),
        "more": address("findings", **query, after=found.listing.after),
        "table": address("findings-csv", **query),
        "all": address("findings", as_of=told.text),
    }
    return render(request, "center/findings.html", values)


def findings_of(request: HttpRequest) -> tuple[AskFindings, Asked]:
    """Which findings a page or file was asked for."""
    told = asked(request)
    model, when = word(request, "model"), word(request, "when") or "open"
    if when not in WHENS:
        raise Http404
    ask = AskFindings(model, when, kind(request), area(request), organ(request), told.as_of)
    return ask, told


@require_safe
@center_page
def settings(request: HttpRequest, reader: Reader) -> HttpResponse:
    """The lengths this city agreed on, with source and day of checking, and when each was set."""
    values = {"reader": reader, "here": "settings", "groups": board_settings.settings()}
    return render(request, "center/settings.html", values)
