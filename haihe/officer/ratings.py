"""Ratings at the desk: one's own unit's in batches, and what one has to answer and to call."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from haihe.look.levels import LEVELS
from haihe.look.staff import staff_page
from haihe.records import rating_figures, ratings
from haihe.records.shown import Reader


@require_safe
@staff_page
def page(request: HttpRequest, reader: Reader) -> HttpResponse:
    """The unit's batches for everybody of it; bad ratings and call-backs for who answers them."""
    answers = rating_figures.ANSWERS in reader.roles
    batches = [
        {
            "one": one,
            "levels": [(words, one.levels[score]) for score, words in LEVELS.items()],
        }
        for one in rating_figures.batches(reader.organ)
    ]
    values = {
        "reader": reader,
        "here": "ratings",
        "answers": answers,
        "batches": batches,
        "least": ratings.settings().batch,
        "bad": rating_figures.tasks(reader, "bad_rating"),
        "calls": rating_figures.tasks(reader, "call_back"),
    }
    return render(request, "officer/ratings.html", values)
