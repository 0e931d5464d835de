"""Pages of those who supervise: the day's numbers, each with its list; findings; the settings."""

from __future__ import annotations

from typing import Any, Final, cast, get_args

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from haihe.center import faces
from haihe.center.asked import AFTER_MAX, Asked, address, area, asked, kind, organ, word
from haihe.center.words import NUMBERS
from haihe.look.staff import supervisor_page
from haihe.records import board, board_findings, board_settings
from haihe.records.board import Ask
from haihe.records.board_findings import AskFindings, When
from haihe.records.board_lists import Which
from haihe.records.shown import Reader

WHENS: Final[tuple[When, ...]] = get_args(When)


@require_safe
@supervisor_page
def overview(request: HttpRequest, reader: Reader) -> HttpResponse:
    """The numbers of the day, or as of a past one; every number leads to its list."""
    values = board_values(reader, asked(request))
    return render(request, "center/board.html", values)


def board_values(reader: Reader, told: Asked) -> dict[str, Any]:
    """What the board, its wall screen and its report print."""
    made = board.board(reader, as_of=told.as_of)
    models = board_findings.numbers(reader, as_of=told.as_of)
    total = sum(one.open for one in models)
    return {
        "reader": reader,
        "here": "board",
        "asked": told,
        "board": made,
        "groups": faces.groups(made, told.text),
        "kinds": faces.kinds(made.kinds, told.text),
        "models": faces.models(models, told.text),
        "findings": faces.Face(
            which="findings",
            name=_("监督发现"),
            says=_("现在没有消除的"),
            tone="plain",
            total=total,
            href=address("findings", as_of=told.text),
        ),
        "again": address("board", as_of=made.as_of),
    }


@require_safe
@supervisor_page
def matters(request: HttpRequest, reader: Reader, which: str) -> HttpResponse:
    """The matters behind one number."""
    ask, told = _ask(request, which)
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
        "back": address("board", as_of=told.text),
    }
    return render(request, "center/matters.html", values)


def _ask(request: HttpRequest, which: str) -> tuple[Ask, Asked]:
    if which not in NUMBERS:
        raise Http404
    told = asked(request)
    found = Ask(cast(Which, which), kind(request), area(request), organ(request), told.as_of)
    return found, told


@require_safe
@supervisor_page
def findings(request: HttpRequest, reader: Reader) -> HttpResponse:
    """What the models noticed: the events that prove it, and the rectification it opened."""
    told = asked(request)
    model, when = word(request, "model"), word(request, "when") or "open"
    if when not in WHENS:
        raise Http404
    ask = AskFindings(model, when, area(request), organ(request), told.as_of)
    found = board_findings.page(ask, reader, after=request.GET.get("after", "")[:AFTER_MAX])
    query = {
        "model": model,
        "when": "" if when == "open" else when,
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
        "model": model,
        "when": when,
        "area_name": board.area_name(ask.area, board.instant(told.as_of)),
        "models": faces.models(board_findings.numbers(reader, as_of=told.as_of), told.text),
        "more": address("findings", **query, after=found.listing.after),
        "all": address("findings", as_of=told.text),
    }
    return render(request, "center/findings.html", values)


@require_safe
@supervisor_page
def settings(request: HttpRequest, reader: Reader) -> HttpResponse:
    """The lengths this city agreed on, with source and day of checking, and when each was set."""
    values = {"reader": reader, "here": "settings", "groups": board_settings.settings()}
    return render(request, "center/settings.html", values)
