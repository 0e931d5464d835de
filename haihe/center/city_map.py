"""The map page: matters and findings by district and street, each mark a link to its list.

Colour and size only repeat what a number beside them says, and a table tells all of it again.
Districts and streets stand in the order of their codes; nothing is put in an order of merit.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from haihe.center import drawing
from haihe.center.asked import Asked, address, area, asked, kind, word
from haihe.center.drawing import Frame, Shape
from haihe.center.entering import center_page
from haihe.pack.outlines import load_outlines
from haihe.records import board, board_map
from haihe.records.board import Ask
from haihe.records.board_findings import AskFindings, When
from haihe.records.board_lists import Which
from haihe.records.board_map import AreaNumber, AreaNumbers
from haihe.records.shown import Reader

STEPS: Final = 5  # of heat
LETTERS_LEAST: Final = 0.033  # of the width of a map: names are read on a phone as well
MATTERS: Final[dict[str, tuple[Which, Promise]]] = {
    "new_today": ("new_today", _("今日新收")),
    "new_week": ("new_week", _("七天新收")),
    "new_four_weeks": ("new_four_weeks", _("四周新收")),
    "open": ("open", _("正在办理")),
    "overdue": ("overdue", _("已经超期")),
    "due_three_days": ("due_three_days", _("三天内到期")),
    "contested": ("contested", _("群众有异议")),
}
FINDINGS: Final[dict[str, Promise]] = {
    "findings": _("监督发现"),
    "findings_today": _("今日新发现"),
}


@dataclass(frozen=True)
class Mark:
    """A district or street on the map; `heat` 0 to STEPS, sizes in units of the picture."""

    code: str
    name: str
    total: int
    href: str
    heat: int
    path: str = ""
    x: float = 0.0
    y: float = 0.0
    size: float = 0.0
    label: bool = False


@dataclass(frozen=True)
class Picture:
    """A map: the frame, its districts, its streets, and the size of its letters."""

    title: str
    box: str
    districts: tuple[Mark, ...]
    streets: tuple[Mark, ...]
    letters: float
    stroke: float


@require_safe
@center_page
def page(request: HttpRequest, reader: Reader) -> HttpResponse:
    """Where matters or findings lie; `district` looks at one with its streets."""
    told = asked(request)
    what = word(request, "what") or "open"
    district = area(request)
    if (what not in MATTERS and what not in FINDINGS) or len(district) not in (0, 6):
        raise Http404
    one_kind = kind(request)
    numbers = _numbers(reader, what, one_kind, told)
    return render(
        request,
        "center/map.html",
        {
            "reader": reader,
            "here": "map",
            "asked": told,
            "what": what,
            "kind": one_kind,
            "kinds": sorted(board.kind_names().items(), key=lambda one: one[1]),
            "whats": [(name, str(words)) for name, (_which, words) in MATTERS.items()]
            + [(name, str(words)) for name, words in FINDINGS.items()],
            "code": district,
            "district": board.area_name(district, board.instant(told.as_of)),
            "numbers": numbers,
            "of_matters": what in MATTERS,
            "pictures": _pictures(numbers, what, one_kind, told, district),
            "rows": _rows(numbers, what, one_kind, told, district),
            "total": _total(numbers, district),
            "nowhere": _href(what, one_kind, "none", told),
            "whole": _href(what, one_kind, district, told),
            "back": address("map", what=what, kind=one_kind, as_of=told.text),
            "legend": [] if district else _legend(numbers),
            "source": load_outlines().source,
            "invented": not load_outlines().points,
        },
    )


def _numbers(reader: Reader, what: str, one_kind: str, told: Asked) -> AreaNumbers:
    if what in MATTERS:
        ask = Ask(MATTERS[what][0], kind=one_kind, as_of=told.as_of)
        return board_map.of_matters(ask, reader)
    when: When = "today" if what == "findings_today" else "open"
    return board_map.of_findings(AskFindings("", when, one_kind, as_of=told.as_of), reader)


def _href(what: str, one_kind: str, code: str, told: Asked) -> str:
    if what in MATTERS:
        which = MATTERS[what][0]
        return address("matters", which, kind=one_kind, area=code, as_of=told.text)
    when = "today" if what == "findings_today" else ""
    return address("findings", when=when, kind=one_kind, area=code, as_of=told.text)


def _total(numbers: AreaNumbers, district: str) -> int:
    of = (one.total for one in numbers.districts if one.code == district)
    return next(of, 0) if district else numbers.total


def _rows(
    numbers: AreaNumbers, what: str, one_kind: str, told: Asked, district: str
) -> list[tuple[AreaNumber, str, str]]:
    """The table: area, address of its list, address of its own map."""
    if district:
        found = [one for one in numbers.streets if one.code.startswith(district)]
        return [(one, _href(what, one_kind, one.code, told), "") for one in found]
    return [
        (
            one,
            _href(what, one_kind, one.code, told),
            address("map", what=what, kind=one_kind, area=one.code, as_of=told.text),
        )
        for one in numbers.districts
    ]


def _pictures(
    numbers: AreaNumbers, what: str, one_kind: str, told: Asked, district: str
) -> tuple[Picture, ...]:
    known = drawing.shapes(load_outlines())
    if not known or (district and district not in known):
        return ()
    query = (what, one_kind, told)
    if district:
        return (_picture("", numbers, [known[district]], query, streets=True),)
    inner = [known[code] for code in drawing.INNER if code in known]
    whole = _picture(str(_("全市")), numbers, list(known.values()), query, streets=False)
    if not inner:
        return (whole,)
    return whole, _picture(str(_("中心城区放大")), numbers, inner, query, streets=False)


def _picture(
    title: str,
    numbers: AreaNumbers,
    found: list[Shape],
    query: tuple[str, str, Asked],
    *,
    streets: bool,
) -> Picture:
    frame = drawing.frame(found)
    least = 0 if streets else frame.width * LETTERS_LEAST
    codes = {one.code for one in found}
    named = {one.code: one for one in numbers.districts if one.code in codes}
    most = max((one.total for one in numbers.districts), default=0)
    districts = tuple(
        _district(shape, named[shape.code], most, frame, query)
        for shape in found
        if shape.code in named
    )
    return Picture(
        title=title,
        box=frame.box,
        districts=districts,
        streets=tuple(
            mark
            for shape in found
            for mark in _streets(shape, numbers, frame, query, named=streets)
        ),
        letters=round(max(frame.unit * (2.6 if streets else 2.3), least), 2),
        stroke=round(frame.unit / 6, 2),
    )


def _district(
    shape: Shape, one: AreaNumber, most: int, frame: Frame, query: tuple[str, str, Asked]
) -> Mark:
    what, one_kind, told = query
    return Mark(
        code=one.code,
        name=one.name,
        total=one.total,
        href=_href(what, one_kind, one.code, told),
        heat=heat(one.total, most),
        path=shape.path,
        x=round(shape.label[0], 1),
        y=round(shape.label[1], 1),
        label=shape.width > frame.unit * 9,
    )


def _streets(
    shape: Shape,
    numbers: AreaNumbers,
    frame: Frame,
    query: tuple[str, str, Asked],
    *,
    named: bool,
) -> list[Mark]:
    what, one_kind, told = query
    own = [one for one in numbers.streets if one.code.startswith(shape.code)]
    points = drawing.street_points(load_outlines(), shape.code, [one.code for one in own])
    most = max((one.total for one in numbers.streets), default=0)
    return [
        Mark(
            code=one.code,
            name=one.name,
            total=one.total,
            href=_href(what, one_kind, one.code, told),
            heat=heat(one.total, most),
            x=round(points[one.code][0], 1),
            y=round(points[one.code][1], 1),
            size=round(frame.unit * radius(one.total, most, named=named), 2),
            label=named,
        )
        for one in own
        if one.code in points
    ]


def heat(total: int, most: int) -> int:
    """0 for none, else 1 to STEPS, in equal parts of the most."""
    return 0 if total <= 0 else min(STEPS, 1 + (total - 1) * STEPS // max(most, 1))


def radius(total: int, most: int, *, named: bool) -> float:
    """Of a street's mark, in hundredths of the picture: its area grows with the number."""
    least, span = (0.7, 1.7) if named else (0.28, 0.8)
    return least if total <= 0 else least + span * math.sqrt(total / max(most, 1))


def _legend(numbers: AreaNumbers) -> list[tuple[int, str]]:
    """What each colour of a district means: 0, 1–4, 5–8 …"""
    most = max((one.total for one in numbers.districts), default=0)
    found: dict[int, list[int]] = {}
    for total in sorted({one.total for one in numbers.districts}):
        found.setdefault(heat(total, most), []).append(total)
    return [
        (step, f"{totals[0]}" if totals[0] == totals[-1] else f"{totals[0]}–{totals[-1]}")
        for step, totals in sorted(found.items())
    ]
