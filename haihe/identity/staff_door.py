"""The door for staff: password with lockout, then a second factor; what allauth asks of us.

allauth (docs/decisions/0008) carries the steps of signing in; here is what is our own: locks that
grow, one answer for wrong and unknown, sealed secrets, a second factor for everybody outside a
demo, sessions that are noted, and words in Chinese.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any, Final

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import LoginForm
from allauth.account.views import LoginView, LogoutView, password_change
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.contrib.auth import authenticate
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from haihe.identity import sessions
from haihe.identity.addresses import address_of
from haihe.identity.citizens import waiting
from haihe.look import errors
from haihe.records import account_acts, account_book, attempts, tags
from haihe.records.attempts import Quota
from haihe.records.factors import SECRET

PASSWORD: Final = "password"
FROM_ADDRESS: Final = "password from address"
FACTOR: Final = "second factor"
NAME_MAX: Final = 150
ONE_TIME: Final = Quota(1, timedelta(seconds=120))  # a code of an authenticator works once
OWN_FACTORS: Final = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]

WRONG: Final = gettext_lazy(
    "账号或密码不对。请核对大小写；忘记密码请找本单位的系统管理员重新发邀请。"
)
WRONG_CODE: Final = gettext_lazy(
    "验证码不对或已经用过。请等验证器换下一个数字再试，也可以用备用码。"
)
NO_PASSWORD: Final = (
    gettext_lazy("这个账号没有密码"),
    gettext_lazy("所以没有可以修改的密码；通行密钥照常可用，什么都没有改动。"),
    gettext_lazy("想设一个密码，请本单位的系统管理员重新发邀请，打开邀请里的链接自己设。"),
)


def locked_words(length: timedelta) -> str:
    """What somebody is told who tried too often; the same for accounts that do not exist."""
    told = _("试得太多了，请过%(wait)s再试。着急的话，请安全管理员解锁。")
    return told % {"wait": waiting(length)}


def lock_name(username: str) -> str:
    """The name under which the attempts at an account are counted."""
    return unicodedata.normalize("NFKC", username).strip().casefold()[:NAME_MAX]


class StaffDoor(DefaultAccountAdapter):  # type: ignore[misc] # allauth ships no types
    """What allauth asks about signing in."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": WRONG,
        "incorrect_password": gettext_lazy("密码不对，请再试一次。"),
        "enter_current_password": gettext_lazy("请填写现在的密码。"),
    }

    def is_open_for_signup(self, _request: HttpRequest) -> bool:
        """Nobody makes an account for himself: the system administrator invites."""
        return False

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        """The account, if the password is right and neither account nor address is locked."""
        now = datetime.now(UTC)
        name, address = lock_name(str(credentials.get("username", ""))), address_of(request)
        for sort, word, lock in (
            (PASSWORD, name, attempts.PASSWORD_OF_ACCOUNT),
            (FROM_ADDRESS, address, attempts.PASSWORD_FROM_ADDRESS),
        ):
            length = attempts.begin(sort, word, lock, now)
            if length:
                raise ValidationError(locked_words(length), code="locked")
        user = authenticate(request, **credentials)
        if user is not None:
            attempts.succeeded(PASSWORD, name)
            attempts.uncount(FROM_ADDRESS, address)
        return user

    def reauthenticate(self, user: AbstractBaseUser, password: str) -> bool:
        """Whoever has a second factor confirms with it, not with the password."""
        return not has_factor(user) and bool(super().reauthenticate(user, password))

    def get_reauthentication_methods(self, user: AbstractBaseUser) -> list[dict[str, Any]]:
        """The ways to confirm that one is still oneself: the second factor before the password."""
        ways: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        strong = [way for way in ways if way["id"] != "reauthenticate"]
        return strong or ways

    def is_reauthentication_required(self, *, app: str, **more: Any) -> bool:
        """Whoever signed in a moment ago has just proved it: nobody is asked twice in a row."""
        if sessions.is_fresh(self._asking()):
            return False
        return bool(super().is_reauthentication_required(app=app, **more))

    def post_login(self, request: HttpRequest, user: AbstractBaseUser, **more: Any) -> HttpResponse:
        """Note the session; without a second factor the next page is the one that sets it up."""
        demo = account_book.is_demo(int(user.pk))
        person = str(user.get_username())
        account_acts.note(person, "sign_in", person, more=address_of(request))
        sessions.begin(request, int(user.pk), limited=not demo)
        response: HttpResponse = super().post_login(request, user, **more)
        if demo or has_factor(user):
            return response
        sessions.ask_for_factor(request)
        return HttpResponseRedirect(reverse("mfa_index"))

    def logout(self, request: HttpRequest) -> None:
        """Sign out and forget the session."""
        sessions.finish(request)

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Administrators have no matters: they begin at their own page."""
        if account_book.duty_of(int(request.user.pk or 0)) is not None:
            return reverse("identity:administration")
        return str(super().get_login_redirect_url(request))

    def get_logout_redirect_url(self, _request: HttpRequest) -> str:
        """Back to the first page."""
        return "/"

    def get_password_change_redirect_url(self, _request: HttpRequest) -> str:
        """Back to one's own account."""
        return reverse("mfa_index")

    def respond_user_inactive(self, request: HttpRequest, _user: AbstractBaseUser) -> HttpResponse:
        """A withdrawn account is told what an unknown one is told."""
        messages.error(request, WRONG)
        return HttpResponseRedirect(reverse("account_login"))

    def add_message(self, request: HttpRequest, level: int, *args: Any, **more: Any) -> None:
        """Only what went wrong is said on the next page; what went well shows itself."""
        if level >= messages.ERROR:
            super().add_message(request, level, *args, **more)

    def _asking(self) -> HttpRequest:
        from allauth.core import context

        request: HttpRequest = self.request or context.request
        return request


class Factors(DefaultMFAAdapter):  # type: ignore[misc] # allauth ships no types
    """What allauth asks about second factors."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": WRONG_CODE,
        "cannot_delete_authenticator": gettext_lazy(
            "这是最后一种第二验证方式，先添加另一种才能停用它。"
        ),
    }

    def encrypt(self, text: str) -> str:
        """Seeds of authenticators lie sealed in the database."""
        return tags.sealed(text, SECRET)

    def decrypt(self, encrypted_text: str) -> str:
        """The seed again."""
        return tags.opened(encrypted_text, SECRET)

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """The last factor stays: an account without one could not do its work."""
        others = Authenticator.objects.filter(user_id=authenticator.user_id, type__in=OWN_FACTORS)
        if account_book.is_demo(authenticator.user_id):
            return True
        return bool(others.exclude(pk=authenticator.pk).exists())

    def generate_authenticator_name(self, user: AbstractBaseUser, type: Authenticator.Type) -> str:
        """通行密钥 1, 通行密钥 2 …: proposed in the language of who adds it, who may change it."""
        count = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return _("通行密钥 %(n)s") % {"n": count + 1}

    def build_totp_svg(self, url: str) -> str:
        """The picture as a page holds it: without the head of a file of its own."""
        return str(super().build_totp_svg(url)).partition("?>")[2].strip()

    def _get_site_name(self) -> str:
        return "海河"  # Chinese: the name an authenticator keeps


class SignInForm(LoginForm):  # type: ignore[misc] # allauth ships no types
    """Account and password, in fields that browsers know by these names."""

    def add_prefix(self, field_name: str) -> str:
        """allauth calls the account `login`."""
        return str(super().add_prefix("username" if field_name == "login" else field_name))


def counted(user: AbstractBaseUser, code: Callable[[], str]) -> str:
    """A right code of a second factor: tries are counted and lock, and a code works once.

    Raises ValidationError with what to do.
    """
    now, who = datetime.now(UTC), str(user.pk)
    length = attempts.begin(FACTOR, who, attempts.SECOND_FACTOR, now)
    if length:
        raise ValidationError(locked_words(length), code="locked")
    right = str(code())
    if attempts.take("used code", f"{who}\0{right}", ONE_TIME, now):
        raise ValidationError(WRONG_CODE, code="used")
    attempts.succeeded(FACTOR, who)
    return right


class FactorForm(AuthenticateForm):  # type: ignore[misc] # allauth ships no types
    """The second factor at signing in."""

    def clean_code(self) -> str:
        """The code, once it is found right."""
        return counted(self.user, super().clean_code)


class ConfirmForm(ReauthenticateForm):  # type: ignore[misc] # allauth ships no types
    """The second factor before a sensitive act."""

    def clean_code(self) -> str:
        """The code, once it is found right."""
        return counted(self.user, super().clean_code)


def has_factor(user: AbstractBaseUser) -> bool:
    """Whether an account has a second factor (recovery codes alone are none)."""
    return bool(Factors().is_mfa_enabled(user, OWN_FACTORS))


class SignIn(LoginView):  # type: ignore[misc] # allauth ships no types
    """Account and password."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The page also says why the last session ended."""
        told: dict[str, Any] = super().get_context_data(**kwargs)
        return told | {"ended": sessions.why_ended(self.request)}


class SignOut(LogoutView):  # type: ignore[misc] # allauth ships no types
    """Sign out; by a form only, so that no picture of another site signs anybody out."""

    http_method_names = ["post"]


@login_required
def change_password(request: HttpRequest) -> HttpResponse:
    """One's own password; an account that has none is told how to get one."""
    if isinstance(request.user, AbstractBaseUser) and request.user.has_usable_password():
        answer: HttpResponse = password_change(request)
        return answer
    return errors.message(request, HTTPStatus.FORBIDDEN, *map(str, NO_PASSWORD))


sign_in = SignIn.as_view()
sign_out = SignOut.as_view()
