"""What leaves the center on paper or as a table: figures that carry the query behind them."""

from __future__ import annotations

from typing import Any, Final, cast

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.http import require_safe

from haihe.center import faces
from haihe.center.asked import address, asked
from haihe.center.entering import center_page
from haihe.center.figures import board_values
from haihe.center.views import ask_of, findings_of
from haihe.records import board, board_export
from haihe.records.board_export import Figure
from haihe.records.shown import Reader

CHINESE: Final = "zh-hans"  # what leaves the house is written in the language of the law


@require_safe
@center_page
def report(request: HttpRequest, reader: Reader) -> HttpResponse:
    """The board for paper; always of one named instant, so that its address gives it again."""
    told = asked(request)
    if told.as_of is None:
        return HttpResponseRedirect(address("report", as_of=board.as_of_text(board.instant(None))))
    board_export.note_report(reader, told.text)
    values = board_values(reader, told)
    return render(
        request,
        "center/report.html",
        values
        | {
            "figures": figures_of(request, values),
            "standing": board_export.standing_of(reader),
            "address": request.build_absolute_uri(),
        },
    )


@require_safe
@center_page
def board_csv(request: HttpRequest, reader: Reader) -> HttpResponse:
    """The figures of the board as a table, each with its query."""
    told = asked(request)
    if told.as_of is None:
        now = board.as_of_text(board.instant(None))
        return HttpResponseRedirect(address("board-csv", as_of=now))
    with translation.override(CHINESE):
        values = board_values(reader, told)
        content = board_export.figures(figures_of(request, values), reader, told.text)
    return _file("board.csv", content)


@require_safe
@center_page
def matters_csv(request: HttpRequest, reader: Reader, which: str) -> HttpResponse:
    """The list behind a number as a table, without a word of what the matters are about."""
    ask, _told = ask_of(request, which)
    return _file(f"{which}.csv", board_export.matters(ask, reader))


@require_safe
@center_page
def findings_csv(request: HttpRequest, reader: Reader) -> HttpResponse:
    """The findings behind a number as a table."""
    ask, _told = findings_of(request)
    return _file("findings.csv", board_export.findings(ask, reader))


def figures_of(request: HttpRequest, values: dict[str, Any]) -> list[Figure]:
    """Every number of the board with what was asked and the address that asks it again."""
    made: list[Figure] = []
    whole = {
        one.which: one.total or 0
        for group in cast(tuple[faces.Group, ...], values["groups"])
        for one in group.faces
    }
    for group in cast(tuple[faces.Group, ...], values["groups"]):
        for one in group.faces:
            of = whole["new_today"] if one.share else None
            made.append(_figure(request, group.name, one, one.name, one.says, of))
    findings = cast(faces.Face, values["findings"])
    made.append(_figure(request, findings.name, findings, findings.name, findings.says, None))
    made += [
        _figure(request, findings.name, model.open, model.name, findings.says, None)
        for model in cast(tuple[faces.ModelFace, ...], values["models"])
    ]
    return made


def _figure(
    request: HttpRequest, group: str, one: faces.Face, name: str, says: str, of: int | None
) -> Figure:
    href = request.build_absolute_uri(one.href)
    return Figure(group=group, name=name, total=one.total or 0, of=of, asks=says, address=href)


def _file(name: str, content: bytes) -> HttpResponse:
    made = HttpResponse(content, content_type="text/csv; charset=utf-8")
    made.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    made.headers["Cache-Control"] = "no-store"
    return made
