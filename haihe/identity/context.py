"""What every page may ask about the account that is signed in; looked up only when it asks."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from haihe.look.staff import POST_KEY
from haihe.records import account_book, accounts


def account(request: HttpRequest) -> dict[str, object]:
    """`duty`: which administrator this is, or ""; `account_home`: where the account begins;
    `own_posts`: the posts that the account holds today.
    """

    def duty() -> str:
        user = getattr(request, "user", None)
        if user is None or not user.is_authenticated:
            return ""
        return account_book.duty_of(int(user.pk)) or ""

    def home() -> str:
        return reverse("identity:administration") if duty() else reverse("officer:inbox")

    def own_posts() -> list[dict[str, object]]:
        user = getattr(request, "user", None)
        held = accounts.posts_of(user) if user is not None else ()
        now = request.session.get(POST_KEY, "")
        known = any(one.id == now for one in held)
        return [{"post": one, "here": one.id == now if known else one is held[0]} for one in held]

    return {
        "duty": SimpleLazyObject(duty),
        "account_home": SimpleLazyObject(home),
        "own_posts": SimpleLazyObject(own_posts),
    }
