"""The program served to a browser of this machine, at the hour that a story tells.

One request at a time, in a thread of its own: while it is answered the clock of the process shows
the story's hour, so every page, clock and session behaves as on that day. Only stories use it.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import time_machine
from django.core.handlers.wsgi import WSGIHandler
from django.core.servers.basehttp import WSGIRequestHandler, WSGIServer
from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

HOST: Final = "127.0.0.1"


class _Quiet(WSGIRequestHandler):
    """Answers and writes nothing of it; a server without threads closes after each request."""

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is written."""


@dataclass
class Served:
    """A running server: its address, and what time it is there."""

    now: datetime
    address: str = ""


@contextmanager
def served(now: datetime) -> Iterator[Served]:
    """Serve the pages of this process on a free port, until the end."""
    told = Served(now)
    pages = get_wsgi_application()
    _ = get_resolver().url_patterns  # the first page is as quick as the others
    server = WSGIServer((HOST, 0), _Quiet)
    server.set_app(_at_its_hour(told, pages))
    told.address = f"http://{HOST}:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, name="story", daemon=True)
    thread.start()
    try:
        yield told
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _at_its_hour(told: Served, pages: WSGIHandler) -> Any:
    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        with time_machine.travel(told.now.astimezone(UTC), tick=False):
            found = pages(environ, start_response)
            try:
                return [b"".join(found)]
            finally:
                close = getattr(found, "close", None)
                if close is not None:
                    close()

    return answer
