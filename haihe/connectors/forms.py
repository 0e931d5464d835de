"""Reading what departments write: text in their charset, JSON, days in their way of writing."""

from __future__ import annotations

import re
from datetime import date
from http import HTTPStatus
from typing import Any, Final

import msgspec

from haihe.connectors.contract import Nonsense, Reply, TheyAreDown, TheyRefuse

REFUSED: Final = (
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.CONFLICT,
    HTTPStatus.UNPROCESSABLE_ENTITY,
)
_DAY: Final = re.compile(r"(\d{4})\D?(\d{1,2})\D?(\d{1,2})日?")
_COMPACT: Final = re.compile(r"(\d{4})(\d{2})(\d{2})")


def answered(reply: Reply, type: str) -> bytes:
    """The body of an answer of this type; raises TheyRefuse, TheyAreDown, Nonsense for others."""
    if reply.status in REFUSED:
        raise TheyRefuse
    if reply.status >= HTTPStatus.INTERNAL_SERVER_ERROR or reply.status in (
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.REQUEST_TIMEOUT,
    ):
        raise TheyAreDown
    if reply.status != HTTPStatus.OK or reply.type.partition(";")[0].strip() != type:
        raise Nonsense
    return reply.body


def text(body: bytes, charset: str) -> str:
    """A text in this charset, whole."""
    try:
        return body.decode(charset)
    except UnicodeDecodeError:
        raise Nonsense from None


def record(body: bytes) -> dict[str, Any]:
    """A JSON object."""
    try:
        return msgspec.json.decode(body, type=dict[str, Any])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise Nonsense from None


def word(told: object) -> str:
    """A text that is there."""
    if not isinstance(told, str) or not told.strip():
        raise Nonsense
    return told.strip()


def day(told: object) -> str:
    """A day, however it is written (2020年5月20日, 20200520, 2020/5/20), as 2020-05-20."""
    written = word(told)
    matched = _COMPACT.fullmatch(written) or _DAY.fullmatch(written)
    try:
        if matched is None:
            raise Nonsense
        return date(*(int(part) for part in matched.groups())).isoformat()
    except ValueError:
        raise Nonsense from None
