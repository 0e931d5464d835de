"""What is mine: my matters by my phone, and what was told me."""

from __future__ import annotations

from typing import Final, NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from haihe.citizen.follow import unknown_code
from haihe.identity.citizens import citizen_page
from haihe.records import looked, messages, read
from haihe.records.citizens import Citizen
from haihe.records.looked import Mine
from haihe.records.shown import CitizenFile

TOLD_MAX: Final = 30  # matters of which the page tells how far they are; the others it lists


class Own(NamedTuple):
    """One of my matters: how far it is, and how many messages I have not read."""

    mine: Mine
    file: CitizenFile | None
    unread: int


@require_safe
@citizen_page
def mine(request: HttpRequest, citizen: Citizen) -> HttpResponse:
    """Every matter brought with my phone: how far, until when, what is new, who looked."""
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
        "unread": sum(one.unread for one in own),
        "running": sum(one.file is not None and not one.file.ended for one in own),
    }
    return render(request, "citizen/mine.html", values)


@require_safe
def told(request: HttpRequest, code: str) -> HttpResponse:
    """The messages of a matter, newest first; what is on the page counts as read."""
    matter = read.matter_of(code)
    file = read.follow(code) if matter is not None else None
    if matter is None or file is None:
        return unknown_code(request, code)
    found = messages.messages(matter)
    values = {"here": "follow", "code": code, "file": file, "messages": found}
    response = render(request, "citizen/messages.html", values)
    if found and request.method == "GET":
        messages.mark_read(matter, found[0].seq)
    return response
