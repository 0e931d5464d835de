"""Pages of the three administrators: accounts (system), powers (security), traces (audit).

No one of them can do the work of another: the system administrator makes and withdraws accounts
but gives no power; the security administrator gives and takes posts and unlocks but makes no
account; the audit administrator only reads. Nobody ever learns or sets another's password.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import wraps
from http import HTTPStatus
from typing import Concatenate, Final, ParamSpec

from allauth.mfa.models import Authenticator
from django.contrib.auth import get_user_model
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from haihe.identity import sessions, staff_door
from haihe.identity.confirming import confirmed
from haihe.records import account_acts, account_book, accounts, attempts, clients, posts
from haihe.records.account_book import Duty, Entry

Rest = ParamSpec("Rest")

SOUGHT_MAX: Final = 100
POSTS_SHOWN_MAX: Final = 30
PERSON: Final = re.compile(r"[a-z][a-z0-9.-]{1,49}")
NO_PERSON: Final = gettext_lazy("账号用小写字母开头，可以有数字、点和横线，2至50位。")
OF_AN_ADMINISTRATOR: Final = gettext_lazy(
    "管理员的账号只能在服务器上用 haihe accounts 办理，管理员之间互不经手。"
)
TAKEN: Final = gettext_lazy("这个账号已经有人用了。")
NOT_YOURS: Final = gettext_lazy(
    "这一步由另一种管理员办理：系统管账号，安全管权限，审计管痕迹，互不代办。"
)


def administrator_of(request: HttpRequest) -> Duty | None:
    """Which of the three administrators is asking, or None."""
    if not request.user.is_authenticated:
        return None
    return account_book.duty_of(int(request.user.pk))


def duty_page(
    *duties: Duty,
) -> Callable[
    [Callable[Concatenate[HttpRequest, Duty, Rest], HttpResponse]],
    Callable[Concatenate[HttpRequest, Rest], HttpResponse],
]:
    """A page for administrators with one of these duties; it is given the duty."""

    def of(
        page: Callable[Concatenate[HttpRequest, Duty, Rest], HttpResponse],
    ) -> Callable[Concatenate[HttpRequest, Rest], HttpResponse]:
        @wraps(page)
        def entered(
            request: HttpRequest, /, *args: Rest.args, **kwargs: Rest.kwargs
        ) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path(), reverse("officer:login"))
            duty = administrator_of(request)
            if duty is None:
                raise PermissionDenied(_("这一页只对管理员开放。"))
            if duty not in duties:
                raise PermissionDenied(NOT_YOURS)
            return page(request, duty, *args, **kwargs)

        return entered

    return of


# ── Looking ──────────────────────────────────────────────────────────────────────────────────


@require_safe
@duty_page("system", "security", "audit")
def index(request: HttpRequest, duty: Duty) -> HttpResponse:
    """Accounts for those who work on them, traces for the one who audits."""
    sought = request.GET.get("account", "").strip()[:SOUGHT_MAX]
    if duty == "audit":
        acts = account_acts.latest(sought)
        return _page(request, duty, "identity/traces.html", acts=acts, sought=sought)
    found = account_book.entries(sought)
    locked = attempts.locked(
        staff_door.PASSWORD, [staff_door.lock_name(one.person) for one in found], _now()
    ) | attempts.locked(staff_door.FACTOR, [str(one.user_id) for one in found], _now())
    waiting = account_book.waiting([one.user_id for one in found])
    lines = [
        {
            "entry": one,
            "duty": account_book.duty_name(one.duty),
            "locked": bool({staff_door.lock_name(one.person), str(one.user_id)} & locked),
            "waiting": one.user_id in waiting,
            "posts": _posts(one),
        }
        for one in found
    ]
    return _page(request, duty, "identity/accounts.html", lines=lines, sought=sought)


@require_safe
@duty_page("system", "security")
def account(request: HttpRequest, duty: Duty, person: str) -> HttpResponse:
    """One account: what it is, and what this administrator may do with it."""
    return _account_page(request, duty, _known(person))


# ── The system administrator: accounts, never powers ─────────────────────────────────────────


@require_http_methods(["GET", "HEAD", "POST"])
@confirmed
@duty_page("system")
def new(request: HttpRequest, duty: Duty) -> HttpResponse:
    """A new account without any power; its owner gets a link to set the password."""
    person = request.POST.get("person", "").strip()[:SOUGHT_MAX]
    name = request.POST.get("name", "").strip()[: account_book.NAME_MAX]
    wrong = ""
    if request.method == "POST":
        wrong = _unusable(person, name)
        if not wrong:
            made = make_account(person, name, by=_me(request))
            account_acts.note(_me(request), "made", person, duty=duty)
            return _invite_page(request, duty, made)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK
    values = {"person": person, "name": name, "wrong": wrong}
    return _page(request, duty, "identity/account_new.html", status=status, **values)


@require_POST
@confirmed
@duty_page("system")
def invite(request: HttpRequest, duty: Duty, person: str) -> HttpResponse:
    """A new invitation: for a forgotten password, or when the first was not used in time."""
    return _invite_page(request, duty, _ordinary(person))


@require_POST
@confirmed
@duty_page("system")
def withdraw(request: HttpRequest, duty: Duty, person: str) -> HttpResponse:
    """Withdraw an account: its sessions and tokens end at once, what it did stays."""
    entry = _ordinary(person)
    withdraw_account(entry, by=_me(request))
    account_acts.note(_me(request), "withdrawn", person, duty=duty)
    return redirect("identity:account", person)


# ── The security administrator: powers, never accounts ───────────────────────────────────────


@require_POST
@confirmed
@duty_page("security")
def unlock(request: HttpRequest, duty: Duty, person: str) -> HttpResponse:
    """Let somebody try again at once who tried a wrong password too often."""
    entry = _working(person)
    attempts.unlock(staff_door.PASSWORD, staff_door.lock_name(person))
    attempts.unlock(staff_door.FACTOR, str(entry.user_id))
    account_acts.note(_me(request), "unlocked", person, duty=duty)
    return redirect("identity:account", person)


@require_POST
@confirmed
@duty_page("security")
def reset_factors(request: HttpRequest, duty: Duty, person: str) -> HttpResponse:
    """A lost phone: the second factors go, the sessions end, the next sign-in sets up a new one."""
    entry = _ordinary(person)
    clear_factors(entry)
    account_acts.note(_me(request), "factors_reset", person, duty=duty)
    return redirect("identity:account", person)


@require_POST
@confirmed
@duty_page("security")
def give_post(request: HttpRequest, duty: Duty, person: str) -> HttpResponse:
    """Give an account a post from a day on; only then can it see and do anything."""
    entry = _working(person)
    try:
        since = date.fromisoformat(request.POST.get("since", ""))
        holding = posts.Holding(
            post=request.POST.get("post", "")[: posts.ID_LENGTH_MAX], person=person, since=since
        )
        if entry.duty:
            raise posts.UnusablePost(_("管理员账号不担任办案岗位。"))
        posts.hold(holding)
    except posts.UnusablePost as wrong:
        return _account_page(request, duty, entry, str(wrong))
    except ValueError:
        return _account_page(request, duty, entry, _("请选岗位，并填起始日期，例如 2026-09-01。"))
    account_acts.note(_me(request), "post_given", person, duty=duty, more=holding.post)
    return redirect("identity:account", person)


@require_POST
@confirmed
@duty_page("security")
def end_post(request: HttpRequest, duty: Duty, person: str) -> HttpResponse:
    """Take a post back as of yesterday's end; what was done in it stays."""
    _known(person)
    post = request.POST.get("post", "")[: posts.ID_LENGTH_MAX]
    if posts.end_holding(person, post, posts.today() - posts.ONE_DAY):
        account_acts.note(_me(request), "post_ended", person, duty=duty, more=post)
    return redirect("identity:account", person)


# ── What the pages and `haihe accounts` do ───────────────────────────────────────────────────


def make_account(
    person: str, name: str, *, by: str, origin: account_book.Origin = "invitation"
) -> Entry:
    """A new account that nobody can sign in with yet, without any post."""
    user = get_user_model()(username=person)
    user.set_unusable_password()
    user.save()
    account_book.enter(int(user.pk), person, name, origin=origin, made_by=by)
    accounts.enrol(person, name, int(user.pk))
    made = account_book.entry(int(user.pk))
    assert made is not None
    return made


def withdraw_account(entry: Entry, *, by: str) -> None:
    """Nobody signs in with it any more; sessions and tokens end at once."""
    get_user_model().objects.filter(pk=entry.user_id).update(is_active=False)
    account_book.withdraw(entry.user_id, by=by)
    sessions.end_everywhere(entry.user_id)
    clients.withdraw_tokens(entry.person, by=by)


def clear_factors(entry: Entry) -> None:
    """The second factors of an account go, its sessions end."""
    Authenticator.objects.filter(user_id=entry.user_id).delete()
    sessions.end_everywhere(entry.user_id)


def _account_page(request: HttpRequest, duty: Duty, entry: Entry, wrong: str = "") -> HttpResponse:
    sought = request.GET.get("post", "").strip()[:SOUGHT_MAX]
    locked = attempts.locked(
        staff_door.PASSWORD, [staff_door.lock_name(entry.person)], _now()
    ) | attempts.locked(staff_door.FACTOR, [str(entry.user_id)], _now())
    values = {
        "entry": entry,
        "wrong": wrong,
        "entry_duty": account_book.duty_name(entry.duty),
        "posts": _posts(entry),
        "locked": bool(locked),
        "waiting": bool(account_book.waiting([entry.user_id])),
        "sought": sought,
        "choices": posts.sought(sought, POSTS_SHOWN_MAX) if sought and duty == "security" else [],
        "today": posts.today().isoformat(),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK
    return _page(request, duty, "identity/account.html", status=status, **values)


def _invite_page(request: HttpRequest, duty: Duty, entry: Entry) -> HttpResponse:
    word = account_book.invite(entry.user_id, by=_me(request), now=_now())
    account_acts.note(_me(request), "invited", entry.person, duty=duty)
    link = request.build_absolute_uri(reverse("identity:invitation", args=[word]))
    return _page(request, duty, "identity/invited.html", entry=entry, link=link)


def _page(
    request: HttpRequest,
    duty: Duty,
    template: str,
    status: HTTPStatus = HTTPStatus.OK,
    **values: object,
) -> HttpResponse:
    told = {"here": "administration", "duty": duty, "duty_name": account_book.DUTIES[duty]}
    return render(request, template, told | values, status=status)


def _unusable(person: str, name: str) -> str:
    if not PERSON.fullmatch(person):
        return str(NO_PERSON)
    if not name:
        return _("请填姓名。")
    taken = get_user_model().objects.filter(username=person).exists()
    return str(TAKEN) if taken else ""


def _posts(entry: Entry) -> tuple[posts.Post, ...]:
    return () if entry.withdrawn_at else posts.held_by(entry.person, posts.today())


def _known(person: str) -> Entry:
    entry = account_book.entry_of(person)
    if entry is None:
        raise Http404
    return entry


def _working(person: str) -> Entry:
    entry = _known(person)
    if entry.withdrawn_at is not None:
        raise PermissionDenied(_("这个账号已经停用。"))
    return entry


def _ordinary(person: str) -> Entry:
    """An account that no administrator has: none of the three can get at another of them."""
    entry = _working(person)
    if entry.duty:
        raise PermissionDenied(OF_AN_ADMINISTRATOR)
    return entry


def _me(request: HttpRequest) -> str:
    return str(request.user.get_username())


def _now() -> datetime:
    return datetime.now(UTC)
