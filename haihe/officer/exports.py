"""The page of exports: a list as a file, asked for by one and decided by another."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from haihe.identity.confirming import confirmed
from haihe.kernel.values import Refused
from haihe.look.staff import staff_page
from haihe.records import exports, lists, read
from haihe.records.shown import Reader

DIGITS_MAX: Final = 18
DONE: Final = {
    "ask": _("已经提出，等另一人决定。批准以后三天内可以领取。"),
    "approve": _("已经批准，申请人三天内可以领取。"),
    "refuse": _("没有批准，已经告诉申请人。"),
}


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """The page; whoever asks or decides on it proves once more who they are."""
    return (_sent if request.method == "POST" else _shown)(request)


def _page(request: HttpRequest, reader: Reader) -> HttpResponse:
    """What this reader asked for, what waits for this reader's decision, and the form to ask."""
    refusal = None
    if request.method == "POST":
        do = request.POST.get("do", "")
        answer = _carried_out(request, reader, do)
        if not isinstance(answer, Refused):
            return redirect(f"{reverse('officer:exports')}?done={do}")
        refusal = read.refusal(answer)
    watches = lists.supervises(reader)
    values = {
        "reader": reader,
        "here": "exports",
        "mine": exports.mine(reader),
        "waiting": exports.waiting(reader),
        "lists": [
            (one, name)
            for one, name in exports.LISTS.items()
            if watches or one not in ("reach", "findings")
        ],
        "reason_max": exports.REASON_MAX,
        "refusal": refusal,
        "done": DONE.get(request.GET.get("done", ""), ""),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if refusal else HTTPStatus.OK
    return render(request, "officer/exports.html", values, status=status)


_shown = staff_page(_page)
_sent = confirmed(_shown)


@require_safe
@confirmed
@staff_page
def file(_request: HttpRequest, reader: Reader, number: int) -> HttpResponse:
    """The file of an approved export, for whoever asked and proves once more to be it."""
    made = exports.fetch(reader, number) if number < 10**DIGITS_MAX else None
    if made is None or isinstance(made, Refused):
        raise Http404
    response = HttpResponse(made.content, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f"attachment; filename={made.name}"
    return response


def _carried_out(request: HttpRequest, reader: Reader, do: str) -> object:
    """Carry the posted form out; a Refused says why it could not be."""
    if do == "ask":
        reason = request.POST.get("reason", "")[: exports.REASON_MAX]
        return exports.ask(reader, request.POST.get("list", ""), reason)
    number = request.POST.get("export", "")
    if do not in ("approve", "refuse") or not number.isdecimal() or len(number) > DIGITS_MAX:
        raise BadRequest("the form says neither what to do nor with which request")
    return exports.decide(reader, int(number), "approve" if do == "approve" else "refuse")
