"""Certificates for their holders and for whoever wants to check one, with us or without."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from haihe.look.squares import square
from haihe.records import certificates_shown, read
from haihe.records.certificates_shown import Checked, Issued
from haihe.records.instants import day_words, instant_words

TEXT_CHARACTERS_MAX: Final = 5_000
RENEWED: Final = ("police_permit", "renew")
LIST_SECONDS: Final = 300  # how long others may keep the published list
WORKER: Final = "apply/worker.js"
KEPT: Final = ("apply/check.js", "apply/sm2.js", "look/look.css", "look/mark.svg")


@require_safe
def held(request: HttpRequest, code: str) -> HttpResponse:
    """The certificates of a matter for who has its follow code."""
    matter = read.matter_of(code)
    if matter is None:
        raise Http404
    now = datetime.now(UTC)
    issued = certificates_shown.of_matter(matter, now)
    values = {
        "here": "follow",
        "code": code,
        "found": [_shown(request, one) for one in issued],
        "renews": _renews(code) if issued and issued[0].revoked_at is None else "",
    }
    return render(request, "apply/held.html", values)


def _renews(code: str) -> str:
    """Where a permit is prolonged by its holder, who need not write again what it is for."""
    matter = read.follow(code)
    if matter is None or matter.kind != RENEWED[0]:
        return ""
    address = reverse("citizen:opening", args=RENEWED)
    return f"{address}?{urlencode({'said': matter.subject})}" if matter.subject else address


@require_safe
def file(_request: HttpRequest, code: str, certificate: str) -> HttpResponse:
    """The signed text as a file, for who has the follow code."""
    matter = read.matter_of(code)
    issued = certificates_shown.one(certificate)
    if matter is None or issued is None or issued.matter != matter or not issued.text:
        raise Http404
    answer = HttpResponse(issued.text, content_type="application/jose")
    answer["Content-Disposition"] = f'attachment; filename="{certificate}.jws"'
    answer["Cache-Control"] = "no-store"
    return answer


# The page works on any machine, also when it was kept there: its form carries nothing of a session.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest) -> HttpResponse:
    """Check a certificate: in the browser by the script, on our side where there is none."""
    now = datetime.now(UTC)
    values: dict[str, Any] = {
        "here": "services",
        "zone": str(certificates_shown.zone()),
        "keys": certificates_shown.key_set(),
        "revoked": certificates_shown.revoked_list(now),
    }
    status = HTTPStatus.OK
    if request.method == "POST":
        text = request.POST.get("text", "")[:TEXT_CHARACTERS_MAX]
        found = certificates_shown.check(text, now)
        values |= {"checked": _said(found), "text": text}
        status = HTTPStatus.OK if found.claims is not None else HTTPStatus.UNPROCESSABLE_ENTITY
    return render(request, "apply/check_certificate.html", values, status=status)


@require_safe
def keys(_request: HttpRequest) -> HttpResponse:
    """The public keys as a JSON Web Key Set, for everybody."""
    return _published(JsonResponse(certificates_shown.key_set()))


@require_safe
def revoked(_request: HttpRequest) -> HttpResponse:
    """The list of revoked ids, signed."""
    text = certificates_shown.revoked_list(datetime.now(UTC))
    return _published(HttpResponse(text, content_type="application/jose"))


@require_safe
def worker(_request: HttpRequest) -> HttpResponse:
    """The script that keeps the page that checks for when there is no network."""
    lines = (
        f'const page = "{reverse("apply:check_certificate")}";',
        f"const files = {json.dumps([static(one) for one in KEPT])};",
        f'importScripts("{static(WORKER)}");',
    )
    return HttpResponse("\n".join(lines), content_type="text/javascript")


def _published(answer: HttpResponse) -> HttpResponse:
    answer["Cache-Control"] = f"public, max-age={LIST_SECONDS}"
    answer["Access-Control-Allow-Origin"] = "*"
    return answer


def _shown(request: HttpRequest, issued: Issued) -> dict[str, Any]:
    address = request.build_absolute_uri(reverse("apply:check_certificate"))
    code = square(f"{address}#{issued.text}", bears="l") if issued.text else ""
    item, zone = issued.item, certificates_shown.zone()
    return {
        "id": issued.id,
        "item": item,
        "code": mark_safe(code),
        "issued": day_words(issued.issued_at),
        "until": instant_words(issued.valid_until, zone) if issued.valid_until else "",
        "revoked": day_words(issued.revoked_at) if issued.revoked_at else "",
        "reason": issued.reason,
        "said": _said(certificates_shown.check(issued.text, datetime.now(UTC))),
    }


def _said(found: Checked) -> dict[str, Any]:
    """What a check found, for people."""
    if found.claims is None:
        return {"tone": "bad", "says": _("不能证明是真的"), "why": found.wrong, "rows": []}
    one, zone = found.claims, certificates_shown.zone()
    says = (
        _("已吊销，不要再用")
        if found.revoked
        else _("已过有效期")
        if found.expired
        else _("是真的，现在有效")
    )
    rows = [
        (_("证照"), one.item),
        (_("编号"), one.no),
        (_("持证人"), one.name),
        (_("准予的内容"), one.what),
        (_("签发单位"), one.iss),
        (_("签发日期"), day_words(datetime.fromtimestamp(one.iat, zone))),
    ]
    if one.exp is not None:
        rows.append(
            (_("有效期至"), instant_words(datetime.fromtimestamp(one.exp - 60, zone), zone))
        )
    tone = "good" if found.good else "warn"
    return {"tone": tone, "says": says, "why": "", "rows": [row for row in rows if row[1]]}
