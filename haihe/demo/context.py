"""What every page of a demo shows beside its own: the way back, and the tour one is on."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from haihe.demo import tours


def guide(request: HttpRequest) -> dict[str, Any]:
    """`demo` on every page; `guide` while a tour is under way in this browser."""
    told: dict[str, Any] = {"demo": True}
    if request.path.startswith("/demo/") or not hasattr(request, "session"):
        return told
    place = request.session.get(tours.SESSION)
    found = tours.stop_of(place) if isinstance(place, str) else None
    return told | {"guide": found} if found is not None else told
