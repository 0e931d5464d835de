"""The trends page: an organ's day against its own past, and against nobody else's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from haihe.center.asked import address, asked
from haihe.center.asked import organ as organ_asked
from haihe.center.entering import center_page
from haihe.records import board_trends
from haihe.records.board_trends import Course, DayNumber, Trend
from haihe.records.shown import Reader

WIDTH: Final = 28 * 24
HEIGHT: Final = 120
BAR: Final = 18

COURSES: Final[dict[Course, Promise]] = {
    "new": gettext_lazy("新收"),
    "ended": gettext_lazy("办结"),
    "rectifications": gettext_lazy("整改立项"),
    "findings": gettext_lazy("监督新发现"),
}


@dataclass(frozen=True)
class Bar:
    """A day in the picture."""

    day: str
    short: str
    total: int
    href: str
    x: int
    y: float
    height: float
    told: bool  # whether its date stands below


@dataclass(frozen=True)
class CourseFace:
    """A course as it is printed: the day, what is usual, and the bars of four weeks."""

    id: str
    name: str
    bars: tuple[Bar, ...]
    most: int
    today: Bar
    usual: tuple[Bar, ...]
    says: str
    tone: str
    low: int
    median: str
    high: int


@require_safe
@center_page
def page(request: HttpRequest, reader: Reader) -> HttpResponse:
    """The reader's whole reach, or one organ in it."""
    told = asked(request)
    organs = board_trends.organs(reader)
    organ = organ_asked(request)
    if organ and organ not in dict(organs):
        raise Http404
    found = board_trends.trends(reader, organ, told.as_of)
    values = {
        "reader": reader,
        "here": "trends",
        "asked": told,
        "trends": found,
        "organs": organs,
        "organ": organ,
        "courses": [_course(one, organ) for one in found.courses],
        "width": WIDTH,
        "height": HEIGHT,
        "hold": HEIGHT + 10,
        "bar": BAR,
        "live": address("trends", organ=organ),
    }
    return render(request, "center/trends.html", values)


def _course(one: Trend, organ: str) -> CourseFace:
    most = max((day.total for day in one.days), default=0)
    says, tone = _says(one)
    return CourseFace(
        id=one.course,
        name=str(COURSES[one.course]),
        bars=tuple(_bar(one, day, at, most, organ) for at, day in enumerate(one.days)),
        most=most,
        today=_bar(one, one.today, 0, most, organ),
        usual=tuple(_bar(one, day, 0, most, organ) for day in one.usual),
        says=says,
        tone=tone,
        low=one.low,
        median=f"{one.median:g}",
        high=one.high,
    )


def _bar(one: Trend, day: DayNumber, at: int, most: int, organ: str) -> Bar:
    height = round(HEIGHT * day.total / most, 1) if most else 0.0
    return Bar(
        day=day.day,
        short=day.short,
        total=day.total,
        href=list_of(one, day, organ),
        x=at * 24 + 3,
        y=round(HEIGHT - height, 1),
        height=height,
        told=at % 7 == 0,
    )


def list_of(one: Trend, day: DayNumber, organ: str) -> str:
    """The list behind the number of a day."""
    if not one.which:
        return address("findings", when="today", organ=organ, as_of=day.as_of)
    return address("matters", one.which, organ=organ, as_of=day.as_of)


def _says(one: Trend) -> tuple[str, str]:
    """Whether the day is within what the same weekdays were; never good or bad."""
    if not one.known:
        return _("记录还不满四周，先不比较"), "plain"
    if one.today.total > one.high:
        return _("高于前四周同一天到同一时刻的范围"), "warn"
    if one.today.total < one.low:
        return _("低于前四周同一天到同一时刻的范围"), "warn"
    return _("在前四周同一天到同一时刻的范围之内"), "plain"
