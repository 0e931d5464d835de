"""谁看过我的信息: who looked at a matter, and the objection that needs nothing typed again."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe
from msgspec.structs import replace

from haihe.citizen.follow import unknown_code
from haihe.kernel.values import Actor
from haihe.look import acting, forms
from haihe.records import looked, read

NUMBER_MAX: Final = 1_000_000_000


@require_safe
def readings(request: HttpRequest, code: str) -> HttpResponse:
    """Who looked, when, for what and on which basis; newest first."""
    matter = read.matter_of(code)
    found = looked.readings(matter) if matter else None
    if found is None:
        return unknown_code(request, code)
    values = {"here": "follow", "code": code, "found": found, "kept": looked.LOOKED_MAX}
    return render(request, "citizen/readings.html", values)


@require_http_methods(["GET", "HEAD", "POST"])
def object_to(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Object to one reading: only the reason is typed; afterwards the receipt of a new matter."""
    matter = read.matter_of(code)
    if matter is None:
        return unknown_code(request, code)
    found = looked.objectionable(matter, number) if number <= NUMBER_MAX else None
    act = read.public_opening(looked.OBJECTION, looked.OBJECT)
    if found is None or act is None:
        raise Http404
    if found.looked.objected:
        return redirect("citizen:follow", found.looked.objected)
    typed = replace(act, form=tuple(one for one in act.form if one.name not in found.given))
    form = forms.printed(typed, request.path)
    if request.method == "POST":
        answer = acting.attempt(
            request,
            typed,
            request.path,
            Actor(person=read.PUBLIC, role=act.role, organ=read.PUBLIC),
            kind=looked.OBJECTION,
            given=found.given,
            key=looked.objection_key(matter, number),
        )
        if not isinstance(answer, forms.ActForm):
            return redirect("citizen:receipt", answer.code)
        form = answer
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.tried else HTTPStatus.OK
    values = {"here": "follow", "code": code, "found": found, "form": form}
    return render(request, "citizen/object.html", values, status=status)
