"""Rate a service: once, after its end, with the code of the ticket or of the matter.

The page is the same whether it was rated or not, and so is the answer to a second rating: who has
a code need not be who rated. Only the browser that rated is told how a bad one goes on.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Final, NamedTuple

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from haihe.identity.citizens import citizen_of
from haihe.kernel.values import Refused
from haihe.look.levels import LEVELS
from haihe.look.squares import square
from haihe.records import citizens, ratings, read
from haihe.records.ratings import Said, Served
from haihe.records.shown import Refusal

TYPED_MAX: Final = 60
KEPT: Final = "rated"  # of the session: what this browser rated, and the code that follows it
KEPT_MAX: Final = 20
AGES: Final = {"yes": True, "no": False}


class Typed(NamedTuple):
    """What was typed, and what is wrong with it by field."""

    said: Said | None
    values: dict[str, str | list[str]]
    wrong: dict[str, str]


@require_safe
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for the code; `?code=` leads on. What the square code at a window shows."""
    code = request.GET.get("code", "").strip()
    if code and len(code) <= TYPED_MAX and "/" not in code and ratings.is_over(code):
        return redirect("citizen:rate", code)
    target = request.build_absolute_uri(reverse("citizen:rate_ask"))
    values = {"here": "rate", "typed": code[:TYPED_MAX], "square": square(target)}
    status = HTTPStatus.NOT_FOUND if code else HTTPStatus.OK
    return render(request, "citizen/rate_ask.html", values, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def rate(request: HttpRequest, code: str) -> HttpResponse:
    """The five levels, and whatever somebody wants to add."""
    if len(code) > TYPED_MAX or not ratings.is_over(code):
        raise Http404
    one = ratings.served(code)
    if one is None:
        return _said(request, code, "later", HTTPStatus.CONFLICT)
    if request.user.is_authenticated:
        return _said(request, code, "staff", HTTPStatus.FORBIDDEN)
    if not _is_served(request, one):
        if citizen_of(request) is not None:
            return _said(request, code, "other", HTTPStatus.FORBIDDEN)
        after = urlencode({"next": request.get_full_path()})
        return redirect(f"{reverse('identity:citizen')}?{after}")
    typed = _read(request) if request.method == "POST" else Typed(None, {}, {})
    refusal: Refusal | None = None
    if typed.said is not None and not typed.wrong:
        answer = ratings.give(one, typed.said)
        if not isinstance(answer, Refused):
            if answer.first:
                _keep(request, one.key, answer.code)
            return redirect("citizen:rated", code)
        refusal = read.refusal(answer)
    return _page(request, code, one, typed, refusal)


@require_safe
def rated(request: HttpRequest, code: str) -> HttpResponse:
    """Thanks; to the browser that rated also how a bad rating goes on."""
    one = ratings.served(code) if len(code) <= TYPED_MAX else None
    if one is None:
        raise Http404
    kept = request.session.get(KEPT, {})
    values = {"here": "rate", "code": code, "served": one, "progress": kept.get(one.key, "")}
    return render(request, "citizen/rated.html", values)


def _is_served(request: HttpRequest, one: Served) -> bool:
    citizen = citizen_of(request)
    return ratings.may_rate(one, citizen.phone_tags if citizen is not None else ())


def _page(
    request: HttpRequest, code: str, one: Served, typed: Typed, refusal: Refusal | None
) -> HttpResponse:
    tags = ratings.settings().tags
    values = {
        "here": "rate",
        "code": code,
        "served": one,
        "levels": LEVELS.items(),
        "low": tags.low,
        "high": tags.high,
        "typed": typed.values,
        "wrong": typed.wrong,
        "refusal": refusal,
        "text_max": ratings.TEXT_MAX,
    }
    tried = bool(typed.wrong) or refusal is not None
    status = HTTPStatus.UNPROCESSABLE_ENTITY if tried else HTTPStatus.OK
    return render(request, "citizen/rate.html", values, status=status)


def _said(request: HttpRequest, code: str, why: str, status: HTTPStatus) -> HttpResponse:
    values = {
        "here": "rate",
        "code": code,
        "why": why,
        "days": ratings.settings().open_days,
        "citizen": citizen_of(request),
    }
    return render(request, "citizen/rate_not_now.html", values, status=status)


def _keep(request: HttpRequest, key: str, code: str) -> None:
    """What this browser rated, for its own page of thanks."""
    kept = dict(list(request.session.get(KEPT, {}).items())[-KEPT_MAX + 1 :])
    request.session[KEPT] = kept | {key: code}


def _read(request: HttpRequest) -> Typed:
    post = request.POST
    offered = ratings.settings().tags
    chosen = [one for one in post.getlist("tag") if one in (*offered.low, *offered.high)]
    text, typed_phone = post.get("text", "").strip(), post.get("phone", "").strip()
    score = post.get("score", "")
    values: dict[str, str | list[str]] = {
        "score": score,
        "tag": chosen,
        "text": text,
        "phone": typed_phone,
        "minor": post.get("minor", ""),
    }
    phone = citizens.normal_phone(typed_phone) if typed_phone else ""
    wrong: dict[str, str] = {}
    if score not in map(str, ratings.SCORES):
        wrong["score"] = _("请选一个。")
    if len(text) > ratings.TEXT_MAX or len(text) == 1:
        wrong["text"] = _("请写两个字以上、%(most)s字以内。") % {"most": ratings.TEXT_MAX}
    if len(chosen) > ratings.TAGS_A_RATING_MAX:
        wrong["tag"] = _("最多选%(most)s个。") % {"most": ratings.TAGS_A_RATING_MAX}
    if phone is None:
        wrong["phone"] = _("请填11位手机号，例如 13912345678。")
    if typed_phone and values["minor"] not in AGES:
        wrong["minor"] = _("留电话的请选一个，未成年人的会请监护人在场。")
    if wrong:
        return Typed(None, values, wrong)
    said = Said(
        score=int(score),
        tags=tuple(chosen),
        text=text,
        phone=phone or "",
        minor=AGES.get(str(values["minor"])) if phone else None,
    )
    return Typed(said, values, {})
