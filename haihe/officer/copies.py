"""Pages that a device may keep, sealed, for when there is no network (offline.py)."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from django.http import HttpResponse
from django.utils import translation

from haihe.look import tongue
from haihe.look.words import LANGUAGE

COPY_HEADER: Final = "Haihe-Copy"  # its value: the title of the page


def copied(response: HttpResponse, title: str) -> HttpResponse:
    """Mark a page as one that a device may keep under this title, in its reader's language."""
    if translation.get_language() == LANGUAGE:
        title = tongue.english().told(title) or title
    response[COPY_HEADER] = quote(title)
    return response
