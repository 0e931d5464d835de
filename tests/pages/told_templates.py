"""Every answer tells in a header which templates made it: so that no page goes unlooked at."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.template.backends.django import DjangoTemplates

HEADER: Final = "X-Templates"
_asked: ContextVar[list[str] | None] = ContextVar("asked", default=None)


class Telling(DjangoTemplates):
    """Notes what views ask for: the pages themselves, what they extend and include left out."""

    def get_template(self, template_name: str) -> Any:
        """The template of this name."""
        found = super().get_template(template_name)
        asked = _asked.get()
        if asked is not None:
            asked.append(template_name)
        return found


def told(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware, outermost: the names of the templates in a header."""

    def answer(request: HttpRequest) -> HttpResponse:
        asked: list[str] = []
        _asked.set(asked)
        response = get_response(request)
        response.headers[HEADER] = " ".join(asked)
        return response

    return answer
