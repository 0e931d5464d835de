"""Accepting an invitation: its bearer sets the password; nobody else ever knows it."""

from __future__ import annotations

from datetime import UTC, datetime
from http import HTTPStatus

from django.contrib.auth import get_user_model
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from haihe.identity import sessions
from haihe.records import account_acts, account_book

DIFFER = gettext_lazy("两次填的密码不一样。")
OVER = gettext_lazy("这个邀请已经用过或者过期了。请系统管理员重新发一个。")


@require_http_methods(["GET", "HEAD", "POST"])
def accept(request: HttpRequest, word: str) -> HttpResponse:
    """Set the password of the account that a word invites to; then sign in."""
    entry = account_book.entry(account_book.invited(word, datetime.now(UTC)) or 0)
    if entry is None or entry.withdrawn_at is not None:
        return _page(request, word, "", [str(OVER)], HTTPStatus.NOT_FOUND)
    if request.method != "POST":
        return _page(request, word, entry.person, [])
    user = get_user_model().objects.get(pk=entry.user_id)
    password = request.POST.get("password", "")
    wrongs = [] if password == request.POST.get("again", "") else [str(DIFFER)]
    try:
        validate_password(password, user)
    except ValidationError as weak:
        wrongs += weak.messages
    if wrongs:
        return _page(request, word, entry.person, wrongs, HTTPStatus.UNPROCESSABLE_ENTITY)
    if account_book.use_invitation(word, datetime.now(UTC)) != entry.user_id:
        return _page(request, word, "", [str(OVER)], HTTPStatus.NOT_FOUND)
    user.set_password(password)
    user.save()
    sessions.end_everywhere(entry.user_id)
    account_acts.note(entry.person, "accepted", entry.person)
    return redirect("account_login")


def _page(
    request: HttpRequest,
    word: str,
    person: str,
    wrongs: list[str],
    status: HTTPStatus = HTTPStatus.OK,
) -> HttpResponse:
    values = {"word": word, "person": person, "wrongs": wrongs}
    return render(request, "identity/invitation.html", values, status=status)
