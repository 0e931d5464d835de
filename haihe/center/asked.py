"""What a page of the center was asked for, as of when, of which kind and area; its addresses."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, NamedTuple
from urllib.parse import urlencode

from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from haihe.look import typed_days
from haihe.records import board

EARLIEST: Final = 2000  # the first year that may be asked for
AFTER_MAX: Final = 80
_WORD: Final = re.compile(r"[a-z0-9_]{1,60}")
_ORGAN: Final = re.compile(r"[A-Za-z0-9_.-]{1,80}")
_AREA: Final = re.compile(r"12[0-9]{4}([0-9]{3})?|none")


class Asked(NamedTuple):
    """`as_of` None: the moment. `text` is what addresses carry on; `wrong` says what was not
    understood, and the page shows the moment instead."""

    as_of: datetime | None
    text: str
    wrong: str


def asked(request: HttpRequest, now: datetime | None = None) -> Asked:
    """The moment that `as_of` names: a day stands for its end, an instant for itself."""
    text = request.GET.get("as_of", "").strip()
    if not text:
        return Asked(None, "", "")
    at = _instant(text)
    current = now or datetime.now(UTC)
    if at is None:
        return Asked(None, "", _("没有看懂这个日期。请写成 2026-09-01 或者 2026-09-01 08:10。"))
    if at > current:
        if typed_days.day(text) and at - current < timedelta(days=1):
            return Asked(None, "", "")
        return Asked(None, "", _("这个时刻还没有到，下面是现在的情况。"))
    day = typed_days.day(text)
    return Asked(at, day.isoformat() if day else text, "")


def _instant(text: str) -> datetime | None:
    zone = board.zone()
    day = typed_days.day(text)
    if day is not None and day < date.max:
        after = datetime.combine(day + timedelta(days=1), time(), tzinfo=zone)
        at: datetime | None = after - timedelta(microseconds=1)
    else:
        at = typed_days.moment(text, zone)
    return at if at is not None and at.year >= EARLIEST else None


def word(request: HttpRequest, name: str) -> str:
    """A plain id from the query; 404 for what can be none."""
    told = request.GET.get(name, "")
    if told and not _WORD.fullmatch(told):
        raise Http404
    return told


def area(request: HttpRequest) -> str:
    """The code of a district or street from the query, or `none`."""
    told = request.GET.get("area", "")
    if told and not _AREA.fullmatch(told):
        raise Http404
    return told


def kind(request: HttpRequest) -> str:
    """The kind of matters from the query; 404 for one there is not."""
    told = word(request, "kind")
    if told and told not in board.kind_names():
        raise Http404
    return told


def organ(request: HttpRequest) -> str:
    """The id of an organ from the query: one that is not in reach has nothing to count."""
    told = request.GET.get("organ", "")
    if told and not _ORGAN.fullmatch(told):
        raise Http404
    return told


def address(name: str, *args: str, **query: str) -> str:
    """The address of a page of the center with what is asked of it; what is empty is left out."""
    told = {key: value for key, value in query.items() if value}
    made = reverse(f"center:{name}", args=args)
    return f"{made}?{urlencode(told)}" if told else made
