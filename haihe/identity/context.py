"""What every page may ask about the account that is signed in; looked up only when it asks."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from haihe.records import account_book


def account(request: HttpRequest) -> dict[str, object]:
    """`duty`: which administrator this is, or ""; `account_home`: where the account begins."""

    def duty() -> str:
        user = getattr(request, "user", None)
        if user is None or not user.is_authenticated:
            return ""
        return account_book.duty_of(int(user.pk)) or ""

    def home() -> str:
        return reverse("identity:administration") if duty() else reverse("officer:inbox")

    return {"duty": SimpleLazyObject(duty), "account_home": SimpleLazyObject(home)}
