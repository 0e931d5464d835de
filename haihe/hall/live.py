"""Whether anything changed in a hall: one small address that every open page asks.

It passes Django by: no session, no form, no page, and the answer is the same for everybody. What it
gives is the version of a hall's day; asked with the version one has, it says 304. Waits grow older
without any event, so a new minute is a new version too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from haihe.records import halls, write

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

PREFIX: Final = "/hall/v/"
_PATH: Final = re.compile(r"/hall/v/([a-z0-9-]{2,40})/(\d{4}-\d{2}-\d{2})/")


def ready() -> None:
    """Read the halls of the city before anybody comes, and say at once what is wrong with them."""
    halls.every_hall()


def version(site: str, day: date) -> str:
    """The version of a hall's day at this minute."""
    return f"{halls.version(site, day)}.{int(halls.second(day) // 60)}"


def address(site: str, day: date) -> str:
    """The address that tells it."""
    return f"{PREFIX}{site}/{day.isoformat()}/"


def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """200 with the version, 304 if the one that was sent is still right, 404 for no hall."""
    found = _PATH.fullmatch(environ["PATH_INFO"])
    site = found[1] if found else ""
    if found is None or site not in halls.every_hall():
        return _answer(start_response, HTTPStatus.NOT_FOUND, "")
    try:
        now = version(site, date.fromisoformat(found[2]))
    except ValueError:
        return _answer(start_response, HTTPStatus.NOT_FOUND, "")
    except write.Failure:
        return _answer(start_response, HTTPStatus.SERVICE_UNAVAILABLE, "")
    if environ.get("HTTP_IF_NONE_MATCH", "").strip('W/"') == now:
        return _answer(start_response, HTTPStatus.NOT_MODIFIED, now)
    return _answer(start_response, HTTPStatus.OK, now)


def _answer(start_response: StartResponse, status: HTTPStatus, told: str) -> Iterable[bytes]:
    body = b"" if status == HTTPStatus.NOT_MODIFIED else told.encode()
    headers = [
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Length", str(len(body))),
        ("Cache-Control", "no-cache"),
        ("X-Content-Type-Options", "nosniff"),
    ]
    if told:
        headers.append(("ETag", f'"{told}"'))
    start_response(f"{status.value} {status.phrase}", headers)
    return [body]
