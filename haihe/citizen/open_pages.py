"""Public information: who may decide what, which hearings are open, how ideas were answered."""

from __future__ import annotations

from datetime import date
from itertools import groupby
from typing import Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from haihe.records import open_pages, powers

IDEAS_FIRST: Final = 10  # earlier ones are folded away


@require_safe
def public(request: HttpRequest) -> HttpResponse:
    """What is public here, with how much there is of it."""
    values = {
        "here": "public",
        "kinds": len(powers.powers()),
        "hearings": len(open_pages.hearings()),
        "sittings": len(open_pages.sittings()),
        "ideas": len(open_pages.ideas()),
    }
    return render(request, "citizen/public.html", values)


@require_safe
def power_list(request: HttpRequest) -> HttpResponse:
    """The kinds of matters in which somebody may decide something."""
    return render(request, "citizen/powers.html", {"here": "public", "kinds": powers.powers()})


@require_safe
def powers_of(request: HttpRequest, kind: str) -> HttpResponse:
    """What may be decided in one kind: by whom, by which article, within which time."""
    found = powers.powers_of(kind)
    if found is None:
        raise Http404
    return render(request, "citizen/powers_of.html", {"here": "public", "kind": found})


@require_safe
def hearings(request: HttpRequest) -> HttpResponse:
    """Hearings that anybody may attend: when, where, how."""
    values = {"here": "public", "hearings": open_pages.hearings()}
    return render(request, "citizen/hearings.html", values)


@require_safe
def sittings(request: HttpRequest) -> HttpResponse:
    """When a travelling court comes to which place; `?since=` a day, else from today on."""
    since = _since(request.GET.get("since", ""))
    told = open_pages.sittings(since=since)
    days = [(day, list(here)) for day, here in groupby(told, key=lambda one: one.day)]
    values = {"here": "public", "days": days, "since": since.isoformat() if since else ""}
    return render(request, "citizen/sittings.html", values)


def _since(told: str) -> date | None:
    """A day that somebody typed; None where it is none."""
    try:
        return date.fromisoformat(told)
    except ValueError:
        return None


@require_safe
def ideas(request: HttpRequest) -> HttpResponse:
    """Ideas and their public answers, adopted or not."""
    found = open_pages.ideas()
    values = {"here": "public", "ideas": found[:IDEAS_FIRST], "earlier": found[IDEAS_FIRST:]}
    return render(request, "citizen/ideas.html", values)
