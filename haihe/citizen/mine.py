"""What is mine: my matters by my phone, what was told me, and how it was done, rated once."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final, NamedTuple

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe
from msgspec.structs import replace

from haihe.citizen.follow import unknown_code
from haihe.citizen.opening import anyone, called
from haihe.identity.citizens import citizen_page
from haihe.look import acting, forms
from haihe.records import looked, messages, rating, read
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


@require_http_methods(["GET", "HEAD", "POST"])
def rate(request: HttpRequest, code: str) -> HttpResponse:
    """Say that I am not satisfied with how a matter ended: once, and only by my own wish."""
    matter = read.matter_of(code)
    if matter is None:
        return unknown_code(request, code)
    found, act = rating.ratable(matter), read.public_opening(rating.KIND, rating.RATE)
    if found is None or act is None:
        raise Http404
    if found.rated:
        return redirect("citizen:follow", found.rated)
    left = tuple(one for one in act.form if one.name not in found.given)
    typed = called(replace(act, form=left))
    form = forms.printed(typed, request.path)
    if request.method == "POST":
        answer = acting.attempt(
            request,
            typed,
            request.path,
            anyone(act),
            kind=rating.KIND,
            given=found.given,
            key=rating.rating_key(matter),
        )
        if not isinstance(answer, forms.ActForm):
            return redirect("citizen:receipt", answer.code)
        form = answer
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.tried else HTTPStatus.OK
    values = {"here": "follow", "code": code, "found": found, "form": form}
    return render(request, "citizen/rate.html", values, status=status)
