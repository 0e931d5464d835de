"""The form with which a citizen opens a matter, filled in as far as the need says it."""

from __future__ import annotations

from http import HTTPStatus

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods
from msgspec.structs import replace

from haihe.citizen import needs
from haihe.citizen.needs import Need
from haihe.citizen.start import said
from haihe.kernel.values import Actor
from haihe.look import acting, forms
from haihe.records import files, read
from haihe.records.shown import Act, KindOf


@require_http_methods(["GET", "HEAD", "POST"])
def opening(request: HttpRequest, kind: str, act: str) -> HttpResponse:
    """The generated form with which a citizen opens a matter; afterwards the receipt."""
    chosen, step = _opening(kind, act)
    need = _need(request, kind, act)
    if need is not None and need.by_code:
        return redirect(need.href)
    here = request.get_full_path()
    form = forms.printed(_filled(step, said(request, need)), here)
    if request.method == "POST":
        answer = acting.attempt(
            request, step, here, anyone(step), kind=kind, keep=files.keep_cleaned
        )
        if not isinstance(answer, forms.ActForm):
            return redirect("citizen:receipt", answer.code)
        form = answer
    values = {"here": "report", "kind": chosen, "form": form, "need": need}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.tried else HTTPStatus.OK
    return render(request, "citizen/opening.html", values, status=status)


def anyone(act: Act) -> Actor:
    """The public acts without an account: the code is the right to act, no name is asked for."""
    return Actor(person=read.PUBLIC, role=act.role, organ=read.PUBLIC)


def _opening(kind: str, act: str) -> tuple[KindOf, Act]:
    for chosen in read.openings_for_public():
        for step in chosen.acts:
            if (chosen.kind, step.id) == (kind, act):
                return chosen, step
    raise Http404


def _need(request: HttpRequest, kind: str, act: str) -> Need | None:
    """The need somebody came with, else the one that this form answers."""
    told = needs.needs()
    named = told.get(request.GET.get("need", ""))
    if named is not None and (named.kind, named.step) == (kind, act):
        return named
    return told.of(kind, act)


def _filled(step: Act, given: dict[str, str]) -> Act:
    """The step with these fields filled in as if they were typed; what is known comes first."""
    form = (
        replace(one, value=given[one.name]) if one.name in given and not one.value else one
        for one in step.form
    )
    return replace(step, form=tuple(form))
