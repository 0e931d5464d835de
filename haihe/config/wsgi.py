"""What granian serves: the machine door by itself, every other address through Django."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.core.wsgi import get_wsgi_application

from haihe.api import steps
from haihe.hall import live
from haihe.records import rules

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "haihe.config.settings")

COLLECT_AFTER = 50_000  # objects; states are many and never form circles

_pages = get_wsgi_application()
rules.current()  # the pack is read before the first request, and said to be wrong at once
live.ready()
gc.freeze()
gc.set_threshold(COLLECT_AFTER, 20, 50)


def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Steps by machines and what open pages of a hall ask need no session: they pass Django by."""
    if environ.get("PATH_INFO") == steps.PATH:
        return steps.application(environ, start_response)
    if environ.get("PATH_INFO", "").startswith(live.PREFIX):
        return live.application(environ, start_response)
    return _pages(environ, start_response)
