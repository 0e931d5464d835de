"""Sessions of staff: at most so long unused, at most so long at all, at most so many an account.

Basis: GB/T 22239-2019, level 3 (sessions end by themselves). A session that is ended from
another browser is gone at once: Django's own row is deleted.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from haihe.identity.addresses import address_of
from haihe.look.staff import POST_KEY
from haihe.records import accounts
from haihe.records import sessions as kept

IDLE: Final = timedelta(minutes=30)
WHOLE: Final = timedelta(hours=12)
AN_ACCOUNT_MAX: Final = 3  # sessions of one account at once
NOTED_EVERY: Final = timedelta(minutes=1)
BY_ITSELF: Final = "X-Asked-By"

_TIMES: Final = "signed_in"
_DUE: Final = "factor_due"
_ENDED: Final = "ended"
# Whoever still has to set up a second factor sees these pages and no others.
_BEFORE_FACTOR: Final = ("/identity/", "/officer/login/", "/officer/logout/", "/look/", "/static/")

WHY: Final = {
    "idle": gettext_lazy("半小时没有操作，已自动退出。没有提交的内容请重新填写。"),
    "whole": gettext_lazy("登录已满十二小时，请重新登录。"),
    "elsewhere": gettext_lazy("这个账号在别处登录太多，或者这次登录已被结束。请重新登录。"),
}


def session_limits(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: end sessions that are over; lead to the second factor whoever still lacks it."""

    def answer(request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            _keep_to_limits(request)
            if is_factor_due(request) and not request.path.startswith(_BEFORE_FACTOR):
                return HttpResponseRedirect(reverse("mfa_index"))
        return get_response(request)

    return answer


def begin(request: HttpRequest, user_id: int, *, limited: bool) -> None:
    """Note that somebody signed in with this browser; the oldest sessions too many end."""
    now = time.time()
    request.session[_TIMES] = {"begun": now, "seen": now}
    request.session.pop("citizen", None)
    if not request.session.session_key:
        request.session.save()
    key = str(request.session.session_key)
    device = str(request.META.get("HTTP_USER_AGENT", ""))
    most = AN_ACCOUNT_MAX if limited else kept.LISTED_MAX
    ended = kept.begin(key, user_id, address_of(request), device, datetime.now(UTC), most)
    for one in ended:
        SessionStore(session_key=one).delete()


def finish(request: HttpRequest, why: str = "") -> None:
    """Sign out; the next sign-in page may say why."""
    if request.session.session_key:
        kept.end(str(request.session.session_key))
    logout(request)
    if why:
        request.session[_ENDED] = why


def end_everywhere(user_id: int) -> int:
    """End every session of an account; gives how many."""
    keys = kept.end_all(user_id)
    for key in keys:
        SessionStore(session_key=key).delete()
    return len(keys)


def why_ended(request: HttpRequest) -> str:
    """Why the last session with this browser ended by itself, once."""
    return str(WHY.get(request.session.pop(_ENDED, ""), ""))


def ask_for_factor(request: HttpRequest) -> None:
    """From now on this session sees only the pages that set up a second factor."""
    request.session[_DUE] = True


def is_factor_due(request: HttpRequest) -> bool:
    """Whether this session still has to set up a second factor."""
    if not request.session.get(_DUE):
        return False
    from haihe.identity.staff_door import has_factor

    if not request.user.is_authenticated or has_factor(request.user):
        del request.session[_DUE]
        return False
    return True


def is_fresh(request: HttpRequest) -> bool:
    """Whether this browser signed in so lately that it need not prove itself again."""
    told: Any = request.session.get(_TIMES)
    span: int = settings.ACCOUNT_REAUTHENTICATION_TIMEOUT
    return isinstance(told, dict) and time.time() - float(told["begun"]) < span


@require_safe
@login_required
def page(request: HttpRequest) -> HttpResponse:
    """Where my account is signed in."""
    lines = [
        {"line": line, "device": device_words(line.device), "here": _is_this(request, line.key)}
        for line in kept.of_user(int(request.user.pk or 0))
    ]
    values = {"lines": lines, "idle": IDLE, "whole": WHOLE, "most": AN_ACCOUNT_MAX}
    return render(request, "identity/sessions.html", values)


@require_POST
@login_required
def end_others(request: HttpRequest) -> HttpResponse:
    """End every other session of my account."""
    for line in kept.of_user(int(request.user.pk or 0)):
        if not _is_this(request, line.key):
            kept.end(line.key)
            SessionStore(session_key=line.key).delete()
    return redirect("identity:sessions")


@require_POST
@login_required
def choose_post(request: HttpRequest) -> HttpResponse:
    """Act in another of my posts from now on, until I sign out."""
    wanted = request.POST.get("post", "")
    if any(post.id == wanted for post in accounts.posts_of(request.user)):
        request.session[POST_KEY] = wanted
    return redirect("officer:inbox")


def device_words(agent: str) -> str:
    """A browser in words: Chrome · Windows; "" stays unknown."""
    browsers = {"Edg/": "Edge", "Firefox/": "Firefox", "Chrome/": "Chrome", "Safari/": "Safari"}
    systems = {
        "Windows": "Windows",
        "Android": "Android",
        "iPhone": "iPhone",
        "Mac OS": "macOS",
        "Linux": "Linux",
    }
    browser = next((name for mark, name in browsers.items() if mark in agent), _("其他浏览器"))
    system = next((name for mark, name in systems.items() if mark in agent), "")
    return f"{browser} · {system}" if system else browser


def _is_this(request: HttpRequest, key: str) -> bool:
    return key == request.session.session_key


def asks_by_itself(request: HttpRequest) -> bool:
    """Whether the page asks and not its reader: that keeps nobody signed in who went away.

    A wall screen is there to be looked at by who does not touch it; it ends with WHOLE.
    """
    return request.headers.get(BY_ITSELF) == "page"


def _keep_to_limits(request: HttpRequest) -> None:
    told: Any = request.session.get(_TIMES)
    if not isinstance(told, dict):
        return
    now = time.time()
    if now - told["begun"] > WHOLE.total_seconds():
        finish(request, "whole")
    elif now - told["seen"] > IDLE.total_seconds():
        finish(request, "idle")
    elif now - told["seen"] > NOTED_EVERY.total_seconds() and not asks_by_itself(request):
        if kept.seen(str(request.session.session_key), datetime.now(UTC)):
            request.session[_TIMES] = told | {"seen": now}
        else:
            finish(request, "elsewhere")
