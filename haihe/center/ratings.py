"""Ratings for who supervises: by kind of service, each number with its list."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from haihe.center.asked import AFTER_MAX, address
from haihe.center.entering import center_page
from haihe.look.levels import LEVELS
from haihe.records import rating_figures, ratings
from haihe.records.shown import Reader


@require_safe
@center_page
def page(request: HttpRequest, reader: Reader) -> HttpResponse:
    """Ended, rated, unrated and the five levels of the last four weeks."""
    values = {
        "reader": reader,
        "here": "ratings",
        "rows": [
            {
                "one": one,
                "faces": [(score, words, one.levels[score]) for score, words in LEVELS.items()],
            }
            for one in rating_figures.rows(reader)
        ],
        "levels": LEVELS.items(),
        "days": rating_figures.DAYS,
        "windows": ratings.WINDOWS,
    }
    return render(request, "center/ratings.html", values)


@require_safe
@center_page
def listed(request: HttpRequest, reader: Reader, which: str) -> HttpResponse:
    """The list behind a number: `ended`, `rated`, or a level from 1 to 5, of `?service=`."""
    service = request.GET.get("service", "")[:60]
    after = request.GET.get("after", "")[:AFTER_MAX]
    if which == "ended":
        behind = rating_figures.ended(reader, service, after)
    elif which == "rated" or which in map(str, ratings.SCORES):
        level = int(which) if which != "rated" else 0
        behind = rating_figures.given(reader, service, level, after)
    else:
        raise Http404
    values = {
        "reader": reader,
        "here": "ratings",
        "service": service,
        "which": which,
        "level": LEVELS.get(int(which)) if which.isdecimal() else "",
        "behind": behind,
        "closed": range(behind.closed),
        "next": address("ratings_list", which, service=service, after=behind.after),
    }
    return render(request, "center/ratings_list.html", values)
