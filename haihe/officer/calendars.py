"""The calendar feed (iCalendar, RFC 5545): hearings and due days at a secret address of a post."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from icalendar import Calendar, Event

from haihe.look.staff import staff_page
from haihe.records import feeds
from haihe.records.shown import Reader

REFRESHED: Final = timedelta(hours=1)  # how often a calendar program is asked to look again
HEARING_LASTS: Final = timedelta(hours=2)  # where only its beginning is known


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def page(request: HttpRequest, reader: Reader) -> HttpResponse:
    """The addresses of this post; POST makes one, which is shown this once."""
    made = feeds.make(reader) if request.method == "POST" else None
    address = (
        request.build_absolute_uri(reverse("officer:feed", args=[made])) if made is not None else ""
    )
    values = {
        "reader": reader,
        "here": "",
        "address": address,
        "too_many": request.method == "POST" and made is None,
        "feeds": feeds.mine(reader),
        "most": feeds.FEEDS_MAX,
    }
    return render(request, "officer/calendar.html", values)


@require_POST
@staff_page
def withdraw(_request: HttpRequest, reader: Reader, feed: str) -> HttpResponse:
    """An address is given up: whoever still has it gets nothing."""
    feeds.withdraw(reader, feed)
    return redirect("officer:calendar")


@require_safe
def feed(request: HttpRequest, secret: str) -> HttpResponse:
    """The calendar itself, for whoever has the address; 404 once it was withdrawn."""
    reader = feeds.reader_of(secret)
    if reader is None:
        raise Http404
    now = datetime.now(UTC)
    calendar = Calendar()
    calendar.add("prodid", "-//Haihe//calendar//ZH")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", _("海河 · %(organ)s") % {"organ": reader.organ_name})
    calendar.add("refresh-interval", REFRESHED, parameters={"value": "DURATION"})
    for one in feeds.entries(reader, now):
        calendar.add_component(_event(request, one, now))
    response = HttpResponse(calendar.to_ical(), content_type="text/calendar; charset=utf-8")
    response["Cache-Control"] = "private, no-store"
    return response


def _event(request: HttpRequest, one: feeds.Entry, now: datetime) -> Event:
    event = Event()
    event.add("uid", f"{one.id}@haihe")
    event.add("dtstamp", now)
    event.add("summary", f"{one.name} · {one.title} {one.number}")
    event.add("url", request.build_absolute_uri(reverse("officer:file", args=[one.matter])))
    if isinstance(one.on, datetime):
        event.add("dtstart", one.on.astimezone(UTC))
        event.add("dtend", one.on.astimezone(UTC) + HEARING_LASTS)
    else:
        event.add("dtstart", one.on)
        event.add("dtend", one.on + timedelta(days=1))
    event.add("transp", "TRANSPARENT")
    return event
