"""The auditor's page: who looked at what, by organ, reader, matter, time and sort."""

from __future__ import annotations

from datetime import date
from typing import Final

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from haihe.identity.administration import administrator_of
from haihe.look.staff import staff_page
from haihe.records import audit
from haihe.records.accounts import person_name
from haihe.records.shown import Reader

WORDS_MAX: Final = 80
AFTER_MAX: Final = 60
ASKED: Final = ("organ", "person", "number", "sort", "word", "subject")


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """For supervisors within their reach, and for the audit administrator, who holds no post."""
    if administrator_of(request) != "audit":
        return _for_staff(request)
    person = request.user.get_username()
    reader = Reader(person=person, organ="", roles=(audit.AUDITOR,), name=person_name(person))
    return _page(request, reader)


@staff_page
def _for_staff(request: HttpRequest, reader: Reader) -> HttpResponse:
    return _page(request, reader)


def _page(request: HttpRequest, reader: Reader) -> HttpResponse:
    """The traces asked for, newest first, and what models found in them; leaves its own trace.

    The form is posted: a searched name or number belongs in no address and no log of a server.
    """
    if not audit.may_audit(reader):
        raise PermissionDenied(_("查阅记录只对监督岗位和审计管理员开放。"))
    sent = request.POST if request.method == "POST" else request.GET
    asked = {name: sent.get(name, "")[:WORDS_MAX].strip() for name in ASKED}
    days = {name: _day(sent.get(name, "")) for name in ("first", "last")}
    if request.method != "POST":
        asked["word"] = asked["subject"] = ""
    if asked["sort"] not in audit.SORTS:
        asked["sort"] = ""
    sought = audit.Sought(**asked, first=days["first"], last=days["last"])
    found = audit.search(reader, sought, sent.get("after", "")[:AFTER_MAX])
    span = {"first": found.first.isoformat(), "last": found.last.isoformat()}
    values = {
        "reader": reader,
        "here": "traces",
        "asked": asked | span,
        "found": found,
        "sorts": audit.SORTS.items(),
        "findings": audit.findings(),
    }
    return render(request, "center/traces.html", values)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None
