"""The day's new matters looked at one after the other, several on a page: 100 % is the duty."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from haihe.center.asked import AFTER_MAX, address, area, kind, organ
from haihe.center.entering import center_page
from haihe.records import board, read
from haihe.records.board import Ask
from haihe.records.shown import Against, ClockFace, File, Line, Reader, Refusal, Shown

SUPERVISE: Final = "supervise"
BATCH: Final = 10  # matters that are opened at once
LINES_MAX: Final = 6  # of what happened, the newest
FIELDS_MAX: Final = 12
_MATTER: Final = re.compile(r"[0-9a-f]{32}")


class Digest(NamedTuple):
    """What a supervisor sees of a matter before opening all of it; `file` None: it may not be."""

    matter: str
    file: File | None
    refusal: Refusal | None
    fields: tuple[Shown, ...]
    lines: tuple[Line, ...]
    clocks: tuple[ClockFace, ...]
    findings: tuple[Against, ...]


@require_http_methods(["GET", "HEAD", "POST"])
@center_page
def page(request: HttpRequest, reader: Reader) -> HttpResponse:
    """What is still to be looked at; a batch is opened by a button, so no reload opens another."""
    query = {"kind": kind(request), "area": area(request), "organ": organ(request)}
    ask = Ask("unseen_today", query["kind"], query["area"], query["organ"])
    if request.method == "POST":
        found = board.matters(ask, reader, request.POST.get("after", "")[:AFTER_MAX], limit=BATCH)
        told = {**query, "after": found.after}
        if not found.rows:
            return redirect(address("review", **query))
        shown = "".join(row.item.matter for row in found.rows)
        return redirect(address("review", **told, m=shown))
    digests = tuple(_digest(one, reader) for one in _chosen(request.GET.get("m", "")))
    first = board.matters(ask, reader, limit=1)
    kinds = board.kinds_of_day(reader)
    values = {
        "reader": reader,
        "here": "board",
        "digests": digests,
        "left": first.total,
        "names": (first.kind_name, first.area_name, first.organ_name),
        "kinds": [(one, address("review", kind=one.kind)) for one in kinds if one.unseen],
        "new": sum(one.new for one in kinds),
        "seen": sum(one.seen for one in kinds),
        "kind": query["kind"],
        "all": address("review"),
        "href": address("review", **query),
        "list": address("matters", "unseen_today", **query),
        "after": request.GET.get("after", "")[:AFTER_MAX],
        "batch": BATCH,
    }
    return render(request, "center/review.html", values)


def _chosen(text: str) -> tuple[str, ...]:
    """The matters that an address names, one id after the other."""
    return tuple(dict.fromkeys(_MATTER.findall(text)))[:BATCH]


def _digest(matter: str, reader: Reader) -> Digest:
    """Open one of them: it counts as looked at, and its trace is on the disk first."""
    opened = read.open_file(matter, reader, SUPERVISE)
    if isinstance(opened, Refusal):
        return Digest(matter, None, opened, (), (), (), ())
    told = (one for one in opened.fields if one.value and not one.personal and not one.files)
    return Digest(
        matter=matter,
        file=opened,
        refusal=None,
        fields=tuple(told)[:FIELDS_MAX],
        lines=opened.timeline[-LINES_MAX:],
        clocks=tuple(one for one in opened.clocks if not one.stopped),
        findings=tuple(one for one in opened.against if not one.closed),
    )
