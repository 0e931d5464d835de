"""The form with which a citizen opens a matter, filled in as far as need and place say it."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Final

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods
from msgspec.structs import replace

from haihe.citizen import needs, same
from haihe.citizen.needs import Need
from haihe.citizen.place import PLACE_PERMISSION, PLACED, carried
from haihe.citizen.start import said
from haihe.identity.citizens import citizen_of
from haihe.kernel.values import Actor
from haihe.look import acting, forms
from haihe.records import citizens, files, joining, read, where
from haihe.records.shown import Act, KindOf, Refusal

PERMISSIONS: Final = "Permissions-Policy"
PHONE: Final = "_phone"  # how the names of fields end that hold a telephone
RINGS: Final = re.compile(r"\+?[0-9]{7,15}")
WAS: Final = "_was"  # the place chosen before, whose words the new one's replace


@require_http_methods(["GET", "HEAD", "POST"])
def opening(request: HttpRequest, kind: str, act: str) -> HttpResponse:
    """The generated form with which a citizen opens a matter; afterwards the receipt.

    Where the same thing seems to be reported already, it is shown before anything is sent.
    """
    chosen, step = public_opening(kind, act)
    need = _need(request, kind, act)
    if need is not None and need.by_code:
        return redirect(need.href)
    here = request.get_full_path()
    place = where.given(kind, act, request.GET.get("area", ""))
    step = called(_offering(step, place))
    form = forms.printed(_filled(step, said(request, need, step) | place), here)
    found: tuple[same.Same, ...] = ()
    citizen = citizen_of(request)
    if request.method == "POST" and PLACED in request.POST:
        form = _written(step, here, request.POST, place)
    elif request.method == "POST" and _phones(step, request.POST):
        form = _wrong(request, step, here)
    elif request.method == "POST":
        answer = same.asked(request, kind, step, here)
        if isinstance(answer, str):
            if citizen is not None:
                joining.keep(citizen.id, answer)
            return redirect("citizen:receipt", answer)
        if isinstance(answer, same.Found):
            form, found = answer.form, answer.found
        else:
            form_or_done = _sent(request, kind, step, here, answer)
            if isinstance(form_or_done, str):
                return redirect("citizen:receipt", form_or_done)
            form = form_or_done
    values = {
        "here": "report",
        "kind": chosen,
        "form": _settled(form, place),
        "need": need,
        "found": found,
        "signed_in": citizen is not None,
        "asks_place": where.matters(kind),
        "chosen": where.areas(request.GET.get("area", "") or "-"),
        "routed": any(field.type == "organ" and field.name in place for field in step.form),
        "carried": carried(request),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.tried else HTTPStatus.OK
    response = render(request, "citizen/opening.html", values, status=status)
    response[PERMISSIONS] = PLACE_PERMISSION
    return response


def _wrong(request: HttpRequest, step: Act, here: str) -> forms.ActForm:
    """The form once more, with what could not be understood and the telephones beside it."""
    typed = forms.read(step.form, request.POST, request.FILES, acting.zone(), files.keep_cleaned)
    wrong = _phones(step, request.POST) | typed.wrong
    return forms.printed_again(step, here, request.POST, expects=None, wrong=wrong, kept=typed.kept)


def _sent(
    request: HttpRequest, kind: str, step: Act, here: str, refused: Refusal | None
) -> forms.ActForm | str:
    """Open the matter: its follow code, or the form once more with what was wrong."""
    answer = acting.attempt(request, step, here, anyone(step), kind=kind, keep=files.keep_cleaned)
    if not isinstance(answer, forms.ActForm):
        return answer.code
    return answer if refused is None else replace(answer, refusal=refused)


def _phones(step: Act, post: QueryDict) -> dict[str, str]:
    """The telephones of one's own that nobody could ring, nor sign in with, by their fields."""
    typed = {
        one.name: citizens.plain_phone(post.get(one.name, ""))
        for one in step.form
        if one.name.endswith(PHONE)
    }
    says = gettext("这个电话打不通。手机号填11位，座机带上区号；不想留就空着。")
    return {name: says for name, digits in typed.items() if digits and not RINGS.fullmatch(digits)}


def anyone(act: Act) -> Actor:
    """The public acts without an account: the code is the right to act, no name is asked for."""
    return Actor(person=read.PUBLIC, role=act.role, organ=read.PUBLIC)


def public_opening(kind: str, act: str) -> tuple[KindOf, Act]:
    """The kind and its opening step that anybody may take today; 404 if there is none."""
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


def called(step: Act) -> Act:
    """The step with its fields called as a citizen would; one called "" may be left out and is."""
    labels, hints = needs.needs().fields, needs.needs().hints
    form = (
        replace(
            one,
            label=labels.get(one.name) or one.label,
            hint=hints.get(one.name) or one.hint,
        )
        for one in step.form
        if one.required or labels.get(one.name) != ""
    )
    return replace(step, form=tuple(form))


def _offering(step: Act, place: dict[str, str]) -> Act:
    """The step with the body of the chosen place among its choices: a form lists some only."""
    form = (
        replace(one, choices=(*one.choices, where.named(place[one.name])))
        if one.type == "organ" and one.name in place and place[one.name] not in dict(one.choices)
        else one
        for one in step.form
    )
    return replace(step, form=tuple(form))


def _written(step: Act, here: str, post: QueryDict, place: dict[str, str]) -> forms.ActForm:
    """The form as it was written before a place was chosen, with what the place fills in."""
    typed, types = post.copy(), {field.name: field.type for field in step.form}
    for name, value in place.items():
        if types.get(name) == "organ" or typed.get(name, "") in ("", post.get(WAS, "")):
            typed[name] = value
    kept = {
        field.name: tuple(post.getlist(f"_kept_{field.name}")[: forms.FILES_MAX])
        for field in step.form
        if field.type == "files"
    }
    again = forms.printed_again(step, here, typed, expects=None, wrong={}, kept=kept)
    return replace(again, tried=False)


def _settled(form: forms.ActForm, place: dict[str, str]) -> forms.ActForm:
    """The form without the question which body: the chosen place has answered it."""
    entries = (
        replace(one, widget="settled", typed=place[one.name], wrong="")
        if one.name in place and place[one.name] in dict(one.choices)
        else one
        for one in form.entries
    )
    return replace(form, entries=tuple(entries))


def _filled(step: Act, given: dict[str, str]) -> Act:
    """The step with these fields filled in as if they were typed; what is known comes first."""
    form = (
        replace(one, value=given[one.name]) if one.name in given and not one.value else one
        for one in step.form
    )
    return replace(step, form=tuple(form))
