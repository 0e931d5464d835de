"""The secrets of sessions and forms, taken anew from the keys while the server runs."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from haihe.records import keys


def fresh_secrets(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: after a rotation of the key `django`, new sessions are signed by its newest.

    Those signed by an earlier version go on: Django tries the fallbacks.
    """
    seen: list[keys.KeyStore] = []

    def answered(request: HttpRequest) -> HttpResponse:
        store = keys.store()
        if not seen or seen[0] is not store:
            settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS = keys.django_secrets()
            seen[:] = [store]
        return get_response(request)

    return answered
