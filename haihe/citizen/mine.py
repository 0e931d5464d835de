"""What is mine: my matters by my phone, and what was told me."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final, NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from haihe.citizen.follow import TYPED_CODE_CHARACTERS_MAX, unknown_code
from haihe.identity.citizens import citizen_page
from haihe.records import joining, looked, messages, read
from haihe.records.citizens import Citizen
from haihe.records.looked import Mine
from haihe.records.shown import CitizenFile

DIGITS_MAX: Final = 9
TOLD_MAX: Final = 30  # matters of which the page tells how far they are; the others it lists


class Joined(NamedTuple):
    """A matter I joined, as its code shows it."""

    code: str
    file: CitizenFile


class Own(NamedTuple):
    """One of my matters: how far it is, and how many messages I have not read."""

    mine: Mine
    file: CitizenFile | None
    unread: int


@require_http_methods(["GET", "HEAD", "POST"])
@citizen_page
def mine(request: HttpRequest, citizen: Citizen) -> HttpResponse:
    """Every matter brought with my phone: how far, until when, what is new, who looked.

    Sent to it: the code of a joined matter, to be kept in this account.
    """
    typed = (request.POST.get("keep") or request.GET.get("keep", ""))[:TYPED_CODE_CHARACTERS_MAX]
    if request.method == "POST" and joining.keep(citizen.id, typed):
        return redirect(f"{reverse('citizen:mine')}#joined")
    found = looked.mine(citizen.phone_tags)
    unread = messages.unread([one.matter for one in found[:TOLD_MAX]])
    own = [
        Own(
            one,
            read.follow(one.code) if place < TOLD_MAX else None,
            unread.get(one.matter, 0),
        )
        for place, one in enumerate(found)
    ]
    values = {
        "here": "mine",
        "citizen": citizen,
        "own": own,
        "joined": _joined(citizen),
        "keep": typed,
        "unkept": request.method == "POST",
        "unread": sum(one.unread for one in own),
        "running": sum(one.file is not None and not one.file.ended for one in own),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if values["unkept"] else HTTPStatus.OK
    return render(request, "citizen/mine.html", values, status=status)


def _joined(citizen: Citizen) -> list[Joined]:
    """The matters I joined and kept here, the newest first."""
    files = ((code, read.follow(code)) for code in joining.kept(citizen.id)[:TOLD_MAX])
    return [Joined(code, file) for code, file in files if file is not None]


@require_http_methods(["GET", "HEAD", "POST"])
def told(request: HttpRequest, code: str) -> HttpResponse:
    """The messages of a matter, newest first; what is on the page counts as read.

    Sent to it: which of them to put away (`away`), or to put in front again (`back`).
    """
    matter = read.matter_of(code)
    file = read.follow(code) if matter is not None else None
    if matter is None or file is None:
        return unknown_code(request, code)
    if request.method == "POST":
        messages.put_away(matter, _numbers(request, "away"))
        messages.take_back(matter, _numbers(request, "back"))
        return redirect("citizen:messages", code)
    found = messages.messages(matter)
    front, behind = messages.parted(found)
    values = {"here": "follow", "code": code, "file": file, "messages": front, "behind": behind}
    response = render(request, "citizen/messages.html", values)
    if found and request.method == "GET":
        messages.mark_read(matter, found[0].seq)
    return response


def _numbers(request: HttpRequest, name: str) -> list[int]:
    """The numbers a form names, as many as there can be messages."""
    told = request.POST.getlist(name)[: messages.MESSAGES_MAX]
    return [int(one) for one in told if one.isdecimal() and len(one) <= DIGITS_MAX]
