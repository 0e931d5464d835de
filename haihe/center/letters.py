"""The chief's page of letters: the late ones on top by themselves, then every number, its list."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from haihe.center.asked import address
from haihe.center.entering import center_page
from haihe.center.words import NUMBERS
from haihe.records import letter_board
from haihe.records.letter_board import LATE_MAX, LetterNumber
from haihe.records.shown import Reader

CATEGORY_MAX: Final = 30  # characters of a category


@require_safe
@center_page
def page(request: HttpRequest, reader: Reader) -> HttpResponse:
    """The letters of the day in the reader's reach; `category` lists those of one category."""
    category = request.GET.get("category", "")[:CATEGORY_MAX]
    late = letter_board.late(reader)
    values = {
        "reader": reader,
        "here": "letters",
        "numbers": [_face(one) for one in letter_board.numbers(reader)],
        "late": late,
        "late_max": LATE_MAX,
        "late_list": address("matters", "letters_late"),
        "repeated": letter_board.repeated(reader),
        "categories": letter_board.categories(reader),
        "none": letter_board.NONE,
        "category": category,
        "of_category": letter_board.of_category(reader, category) if category else (),
    }
    return render(request, "center/letters.html", values)


def _face(one: LetterNumber) -> dict[str, object]:
    name, says = NUMBERS[one.which]
    return {
        "name": name,
        "says": says,
        "tone": one.tone if one.total else "plain",
        "total": one.total,
        "href": address("matters", one.which),
    }
