"""The page of what may no longer be kept: proposed by one, approved or refused by another."""

from __future__ import annotations

from typing import Final, Literal

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from haihe.identity.confirming import confirmed
from haihe.kernel.values import Refused
from haihe.look.staff import supervisor_page
from haihe.records import read, retention
from haihe.records.shown import Reader

REASON_MAX: Final = 2_000
DONE: Final = {
    "propose": _("已经提出，等另一人批准。"),
    "approve": _("已经批准：密钥已销毁，姓名等个人信息和附件不能再恢复。"),
    "refuse": _("已经退回，个人信息仍然保存。"),
}


@require_http_methods(["GET", "HEAD", "POST"])
@supervisor_page
def page(request: HttpRequest, reader: Reader) -> HttpResponse:
    """What is due, what waits for a second person, and how long what is kept."""
    return _page(request, reader)


@require_http_methods(["GET", "HEAD", "POST"])
@confirmed
@supervisor_page
def decision(request: HttpRequest, reader: Reader) -> HttpResponse:
    """Approve or refuse: sensitive, so the person at the keyboard is asked for once more."""
    return _page(request, reader)


def _page(request: HttpRequest, reader: Reader) -> HttpResponse:
    refusal = None
    if request.method == "POST":
        do = request.POST.get("do", "")
        if do == "approve" and request.path != reverse("center:disposal"):
            raise BadRequest("an approval is sent to the page that confirms who approves")
        answer = _carried_out(request, reader, do)
        if not isinstance(answer, Refused):
            return redirect(f"{reverse('center:retention')}?done={do}")
        refusal = read.refusal(answer)
    values = {
        "reader": reader,
        "here": "retention",
        "due": retention.due(reader),
        "most": retention.DUE_MAX,
        "waiting": retention.waiting(reader),
        "schedules": retention.schedules(),
        "refusal": refusal,
        "done": DONE.get(request.GET.get("done", ""), ""),
    }
    return render(request, "center/retention.html", values, status=422 if refusal else 200)


def _carried_out(request: HttpRequest, reader: Reader, do: str) -> object:
    """Carry the posted form out; a Refused says why it could not be."""
    reason = request.POST.get("reason", "")[:REASON_MAX]
    if do == "propose":
        chosen = request.POST.getlist("matter")[: retention.DUE_MAX]
        return retention.propose(reader, chosen, reason)
    number = request.POST.get("disposal", "")
    if do not in ("approve", "refuse") or not number.isdecimal() or len(number) > 18:
        raise BadRequest("the form says neither what to do nor with which proposal")
    decision: Literal["approve", "refuse"] = "approve" if do == "approve" else "refuse"
    return retention.decide(reader, int(number), decision, reason)
