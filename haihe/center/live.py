"""The board that keeps itself up to date: a page asks every second, and mostly hears: as before.

The question costs a few look-ups of the newest rows; only when something was recorded (or a minute
went by, for clocks run out without anybody's doing) are the numbers counted anew, once for all
readers of one standing in this process.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from threading import Lock
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import render
from django.utils.translation import get_language

from haihe.center.asked import Asked
from haihe.center.figures import board_values
from haihe.records import board
from haihe.records.shown import Reader

PART: Final = "live"
KEPT_MAX: Final = 64

_kept: OrderedDict[str, dict[str, Any]] = OrderedDict()
_turn = Lock()


def wanted(request: HttpRequest) -> bool:
    """Whether the page asks for its moving part only."""
    return request.GET.get("part") == PART


def answer(request: HttpRequest, reader: Reader, template: str) -> HttpResponse:
    """The moving part, or 304 when it is what the page has."""
    tag = version(reader)
    if request.headers.get("If-None-Match") == tag:
        same = HttpResponseNotModified()
        same.headers["ETag"] = tag
        return same
    made = render(request, template, values(reader, tag))
    made.headers["ETag"] = tag
    return made


def version(reader: Reader) -> str:
    """The tag of what the page would show now."""
    told = f"{board.version(reader)} {get_language()}"
    return f'"{hashlib.sha256(told.encode()).hexdigest()[:20]}"'


def values(reader: Reader, tag: str) -> dict[str, Any]:
    """What the board prints in this version; counted once and kept for who asks next."""
    with _turn:
        known = _kept.get(tag)
        if known is None:
            known = board_values(reader, Asked(None, "", "")) | {"version": tag}
            _kept[tag] = known
            while len(_kept) > KEPT_MAX:
                _kept.popitem(last=False)
    return known
