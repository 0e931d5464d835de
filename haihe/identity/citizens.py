"""Citizens: sign in by a code to the phone, sign out, and who is asking.

Nobody needs to sign in to report something or to follow a matter with its code; signing in shows
what belongs to one's own phone. Wrong and unknown are answered alike, and every wait is told.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import wraps
from http import HTTPStatus
from typing import Concatenate, Final, ParamSpec

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from haihe.identity import senders
from haihe.identity.addresses import address_of
from haihe.records import citizens as kept
from haihe.records.citizens import Citizen, Wait

Rest = ParamSpec("Rest")

SESSION_KEY: Final = "citizen"
PHONE_KEY: Final = "citizen_phone"  # between asking for a code and typing it
IDLE: Final = timedelta(minutes=30)
WHOLE: Final = timedelta(hours=8)
TYPED_MAX: Final = 40
AFTER_MAX: Final = 500
RATING: Final = "/rate/"  # whoever comes from there is told why signing in is needed

NO_PHONE: Final = gettext_lazy("请填11位手机号，例如 13912345678。")
WRONG_CODE: Final = gettext_lazy(
    "验证码不对，或者已经过期。请核对短信里的六位数字，也可以重新获取。"
)
NOT_SENT: Final = gettext_lazy("短信暂时发不出去，请过几分钟再试。急事请直接拨打110或到窗口办理。")


def citizen_of(request: HttpRequest) -> Citizen | None:
    """The citizen who signed in with this browser, or None; never a member of staff."""
    told = request.session.get(SESSION_KEY) if hasattr(request, "session") else None
    if not isinstance(told, dict):
        return None
    now = time.time()
    idle, whole = now - told["seen"], now - told["begun"]
    if idle > IDLE.total_seconds() or whole > WHOLE.total_seconds():
        del request.session[SESSION_KEY]
        return None
    if idle > IDLE.total_seconds() / 30:  # written down now and then, not at every page
        request.session[SESSION_KEY] = told | {"seen": now}
    return Citizen(
        id=told["id"],
        phone=told["phone"],
        phone_tags=tuple(bytes.fromhex(one) for one in told["tags"]),
    )


def citizen_page(
    page: Callable[Concatenate[HttpRequest, Citizen, Rest], HttpResponse],
) -> Callable[Concatenate[HttpRequest, Rest], HttpResponse]:
    """Give a page its citizen; whoever has not signed in does so first and comes back."""

    @wraps(page)
    def entered(request: HttpRequest, /, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponse:
        citizen = citizen_of(request)
        if citizen is None:
            after = urlencode({"next": request.get_full_path()})
            return redirect(f"{reverse('identity:citizen')}?{after}")
        return page(request, citizen, *args, **kwargs)

    return entered


def let_in(request: HttpRequest, citizen: Citizen) -> None:
    """This browser is the citizen's from now on; what the session held before is gone."""
    request.session.flush()
    now = time.time()
    request.session[SESSION_KEY] = {
        "id": citizen.id,
        "phone": citizen.phone,
        "tags": [one.hex() for one in citizen.phone_tags],
        "begun": now,
        "seen": now,
    }


@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for a code to a phone."""
    if request.method != "POST":
        return _ask_page(request)
    typed = request.POST.get("phone", "")[:TYPED_MAX]
    phone = kept.normal_phone(typed)
    if phone is None:
        return _ask_page(request, typed, str(NO_PHONE))
    sender = senders.sender()
    if sender is None:
        return _ask_page(request, typed, str(NOT_SENT))
    answer = kept.new_code(phone, address_of(request), datetime.now(UTC))
    if isinstance(answer, Wait):
        told = _("验证码要得太勤了，请过%(wait)s再试。")
        return _ask_page(request, typed, told % {"wait": waiting(answer.length)})
    minutes = kept.CODE_LASTS // timedelta(minutes=1)
    told = _("海河验证码%(code)s，%(minutes)s分钟内有效。任何工作人员都不会向您索要验证码。")
    words = told % {"code": answer.code, "minutes": minutes}
    try:
        sender.send(answer.phone, words)
    except senders.NotSent:
        return _ask_page(request, typed, str(NOT_SENT))
    request.session[PHONE_KEY] = phone
    return redirect(_with_after(request, "identity:citizen_code"))


@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """Type the code; then back to where signing in began."""
    phone = request.session.get(PHONE_KEY)
    if not isinstance(phone, str):
        return redirect(_with_after(request, "identity:citizen"))
    if request.method != "POST":
        return _code_page(request, phone)
    typed = request.POST.get("code", "")[:TYPED_MAX]
    answer = kept.by_code(phone, typed, address_of(request), datetime.now(UTC))
    if isinstance(answer, Wait):
        told = _("试得太多了，请过%(wait)s再试。") % {"wait": waiting(answer.length)}
        return _code_page(request, phone, told)
    if answer is None:
        return _code_page(request, phone, str(WRONG_CODE))
    after = after_of(request)
    let_in(request, answer)
    return redirect(after or "/")


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Sign out; nothing of the session remains."""
    request.session.flush()
    return redirect("/")


def waiting(length: timedelta) -> str:
    """How long to wait, rounded up, in words: 40秒, 3分钟, 2小时."""
    seconds = max(1, -(-length // timedelta(seconds=1)))
    if seconds < 60:
        return ngettext("%(n)s秒", "%(n)s秒", seconds) % {"n": seconds}
    minutes = -(-seconds // 60)
    if minutes < 60:
        return ngettext("%(n)s分钟", "%(n)s分钟", minutes) % {"n": minutes}
    hours = -(-minutes // 60)
    return ngettext("%(n)s小时", "%(n)s小时", hours) % {"n": hours}


def _ask_page(request: HttpRequest, typed: str = "", wrong: str = "") -> HttpResponse:
    values = {
        "typed": typed,
        "wrong": wrong,
        "after": after_of(request),
        "rating": after_of(request).startswith(RATING),
        "citizen": citizen_of(request),
        "by_code": senders.sender() is not None,
        "by_provider": bool(settings.HAIHE_OIDC_ISSUER),
    }
    return render(request, "identity/citizen.html", values, status=_status(wrong))


def _code_page(request: HttpRequest, phone: str, wrong: str = "") -> HttpResponse:
    values = {"phone": kept.masked_phone(phone), "wrong": wrong, "after": after_of(request)}
    return render(request, "identity/citizen_code.html", values, status=_status(wrong))


def _with_after(request: HttpRequest, name: str) -> str:
    after = after_of(request)
    return reverse(name) + (f"?{urlencode({'next': after})}" if after else "")


def after_of(request: HttpRequest) -> str:
    """Where to go afterwards: a page of this installation, or "" for the start."""
    told = (request.POST.get("next") or request.GET.get("next") or "")[:AFTER_MAX]
    safe = url_has_allowed_host_and_scheme(told, {request.get_host()}, request.is_secure())
    return told if safe else ""


def _status(wrong: str) -> HTTPStatus:
    return HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK
