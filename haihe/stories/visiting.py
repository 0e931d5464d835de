"""Asks for pages as somebody would: over HTTP, through every door and check of the program.

The requests are made inside this process (Django's test client is a WSGI client), so a story needs
no port. Staff sign in by the session of their own account.
"""

from __future__ import annotations

import re
from html import unescape
from typing import Final, NamedTuple

from django.contrib.auth import get_user_model
from django.test import Client

HOST: Final = "localhost"
_TAGS: Final = re.compile(r"<(script|style)\b.*?</\1>|<[^>]+>", re.DOTALL)


class Answer(NamedTuple):
    """What came back."""

    status: int
    text: str


def visit(path: str, person: str = "") -> Answer:
    """The page at an address, for a member of staff or the public; redirects are followed."""
    client = Client(SERVER_NAME=HOST, raise_request_exception=False)
    if person:
        client.force_login(
            get_user_model().objects.get(username=person),
            backend="django.contrib.auth.backends.ModelBackend",
        )
    got = client.get(path, follow=True)
    return Answer(got.status_code, got.content.decode(errors="replace"))


def words_of(html: str) -> str:
    """What a page says, without its tags."""
    return " ".join(unescape(_TAGS.sub(" ", html)).split())
