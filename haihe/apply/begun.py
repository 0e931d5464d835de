"""Applications opened in this browser and not sent: whoever begins the same item again is told.

The session keeps only which drafts these are and who was signed in then. The way into one is shown
to that citizen alone; to all others that there is one, which opens with its number. At a terminal,
where one person stands after another, nothing is kept.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, NamedTuple

from django.http import HttpRequest

from haihe.apply import terminal
from haihe.identity.citizens import citizen_of
from haihe.records import drafts
from haihe.records.drafts import Kept

KEY: Final = "begun"
KEPT_MAX: Final = 20  # of one browser


class Begun(NamedTuple):
    """An application of the same item that was not sent; `code` for whose it is, else ""."""

    code: str


def note(request: HttpRequest, kept: Kept) -> None:
    """This application is open here, to the citizen who is signed in or to somebody."""
    known, citizen = _known(request), citizen_of(request)
    whose = citizen.id if citizen is not None else known.get(kept.id, "")
    if terminal.of(request) is None and known.get(kept.id) != whose:
        known = {**known, kept.id: whose}
        request.session[KEY] = dict(list(known.items())[-KEPT_MAX:])


def unsent(request: HttpRequest, item: str, now: datetime) -> Begun | None:
    """The newest application of this item opened here and not sent; None if there is none."""
    if terminal.of(request) is not None:
        return None
    citizen = citizen_of(request)
    for kept_id, whose in reversed(_known(request).items()):
        kept = drafts.of(kept_id, now)
        if kept is None or kept.draft.item != item or kept.state != drafts.OPEN:
            continue
        own = citizen is not None and citizen.id == whose
        return Begun(code=kept.code if own else "")
    return None


def _known(request: HttpRequest) -> dict[str, str]:
    told: Any = request.session.get(KEY)
    return told if isinstance(told, dict) else {}
