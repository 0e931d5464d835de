"""Pages for the public: say what you need, get one code, follow the matter with it."""

from __future__ import annotations

from http import HTTPStatus

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from haihe.citizen.needs import in_order, needs
from haihe.kernel.values import Actor
from haihe.look import acting, forms
from haihe.records import read
from haihe.records.shown import Act, CitizenFile, KindOf

TYPED_CODE_CHARACTERS_MAX = 60
UNKNOWN_CODE = "没有这个查询码。请核对每一个字母和数字；再不行，带身份证件到受理窗口找回。"


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """What do you need, and how far is your matter."""
    return render(request, "citizen/start.html", {"here": "start", "needs": _needs()})


@require_safe
def report(request: HttpRequest) -> HttpResponse:
    """What may be reported here."""
    return render(request, "citizen/report.html", {"here": "report", "needs": _needs()})


@require_http_methods(["GET", "HEAD", "POST"])
def opening(request: HttpRequest, kind: str, act: str) -> HttpResponse:
    """The generated form with which a citizen opens a matter; afterwards the receipt."""
    chosen, step = _opening(kind, act)
    form = forms.printed(step, request.path)
    if request.method == "POST":
        answer = acting.attempt(request, step, request.path, _anyone(step), kind=kind)
        if not isinstance(answer, forms.ActForm):
            return redirect("citizen:receipt", answer.code)
        form = answer
    need = next((one for one in needs() if (one.kind, one.step) == (kind, act)), None)
    values = {"here": "report", "kind": chosen, "form": form, "need": need}
    return render(request, "citizen/opening.html", values, status=_status(form))


@require_safe
def receipt(request: HttpRequest, code: str) -> HttpResponse:
    """The code to keep, what was received, and who has it."""
    file = read.follow(code)
    if file is None:
        return unknown_code(request, code)
    return render(request, "citizen/receipt.html", {"here": "report", "code": code, "file": file})


@require_safe
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for a code; a code that was typed leads to its page."""
    code = request.GET.get("code", "").strip()
    if not code:
        return render(request, "citizen/ask.html", {"here": "follow"})
    if len(code) > TYPED_CODE_CHARACTERS_MAX or "/" in code or read.follow(code) is None:
        return unknown_code(request, code)
    return redirect("citizen:follow", code)


@require_safe
def follow(request: HttpRequest, code: str) -> HttpResponse:
    """What happens now, who has it, until when and why, what I can do, what happened."""
    file = read.follow(code)
    if file is None:
        return unknown_code(request, code)
    done = next((act.name for act in file.acts if act.id == request.GET.get("done")), "")
    return _follow_page(request, code, file, None, done)


@require_http_methods(["POST"])
def act(request: HttpRequest, code: str, act: str) -> HttpResponse:
    """A step of the citizen's own: answer, confirm, contest, withdraw."""
    file = read.follow(code)
    if file is None:
        return unknown_code(request, code)
    wanted = next((one for one in file.acts if one.id == act), None)
    if wanted is None:
        raise Http404
    answer = acting.attempt(
        request,
        wanted,
        _act_href(code, wanted),
        _anyone(wanted),
        matter=file.matter,
        seq=file.seq,
    )
    if isinstance(answer, forms.ActForm):
        return _follow_page(request, code, file, answer, "")
    return redirect(f"{reverse('citizen:follow', args=[code])}?done={act}")


def _follow_page(
    request: HttpRequest, code: str, file: CitizenFile, tried: forms.ActForm | None, done: str
) -> HttpResponse:
    possible = [act for act in file.acts if act.refusal is None]
    printed = [
        tried
        if tried is not None and tried.act.id == act.id
        else forms.printed(act, _act_href(code, act), expects=file.seq)
        for act in possible
    ]
    if tried is not None and tried.act.id not in {act.id for act in possible}:
        printed.insert(0, tried)
    values = {
        "here": "follow",
        "code": code,
        "file": file,
        "forms": printed,
        "cannot": [act for act in file.acts if act.refusal is not None],
        "done": done,
    }
    status = HTTPStatus.OK if tried is None else HTTPStatus.UNPROCESSABLE_ENTITY
    return render(request, "citizen/follow.html", values, status=status)


def _needs() -> list[dict[str, str]]:
    return [
        {
            "need": one.need,
            "says": one.says,
            "href": reverse("citizen:opening", args=[one.kind, one.step]),
        }
        for one in in_order(read.openings_for_public(), needs())
    ]


def _opening(kind: str, act: str) -> tuple[KindOf, Act]:
    for chosen in read.openings_for_public():
        for step in chosen.acts:
            if (chosen.kind, step.id) == (kind, act):
                return chosen, step
    raise Http404


def _anyone(act: Act) -> Actor:
    """The public acts without an account: the code is the right to act, no name is asked for."""
    return Actor(person=read.PUBLIC, role=act.role, organ=read.PUBLIC)


def _act_href(code: str, act: Act) -> str:
    return reverse("citizen:act", args=[code, act.id])


def unknown_code(request: HttpRequest, code: str) -> HttpResponse:
    """No matter has this code: the page that asks for one, with what was typed."""
    values = {"here": "follow", "typed": code[:TYPED_CODE_CHARACTERS_MAX], "wrong": UNKNOWN_CODE}
    return render(request, "citizen/ask.html", values, status=HTTPStatus.NOT_FOUND)


def _status(form: forms.ActForm) -> HTTPStatus:
    return HTTPStatus.UNPROCESSABLE_ENTITY if form.tried else HTTPStatus.OK
