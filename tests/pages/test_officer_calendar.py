"""The calendar of a post: due days at a secret address, nothing personal, withdrawn at will."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from icalendar import Calendar

from tests.pages.visitor import Visitor

SignedIn = Callable[[str], Visitor]


def new_address(visitor: Visitor) -> str:
    page = visitor.get("/officer/calendar/")
    made = visitor.send(page, page.form("/officer/calendar/"))
    found = re.findall(r"http://\S+/officer/calendar/[0-9a-f]{64}\.ics", made.text)
    assert found, made.text
    return urlsplit(str(found[0])).path


def test_the_calendar_has_the_due_days_of_the_inbox_and_opens_without_a_session(
    signed_in: SignedIn, city: str
) -> None:
    officer = signed_in("officer")
    page = officer.get("/officer/")
    answer = Visitor(city).get(new_address(officer))

    assert answer.headers["Content-Type"].startswith("text/calendar")
    events = Calendar.from_ical(answer.body.decode()).walk("VEVENT")
    told = " ".join(str(event["SUMMARY"]) for event in events)
    numbers = set(re.findall(r"AL-\d{4}-\d{6}", page.text))
    assert numbers & set(re.findall(r"AL-\d{4}-\d{6}", told))
    assert len({str(event["UID"]) for event in events}) == len(events) > 0


def test_the_calendar_says_nothing_of_what_a_matter_is_about(
    signed_in: SignedIn, city: str
) -> None:
    officer = signed_in("officer")
    text = Visitor(city).get(new_address(officer)).body.decode()
    subjects = re.findall(r'class="cover"[^>]*>([^<]+)<', officer.get("/officer/").html)

    assert subjects
    unfolded = text.replace("\r\n ", "")
    for subject in subjects:
        if " " in subject:  # a place and what happened there; others are names of a kind
            assert subject.split(" ")[0] not in unfolded


def test_an_address_that_was_withdrawn_gives_nothing(signed_in: SignedIn, city: str) -> None:
    mediator = signed_in("mediator")
    address = new_address(mediator)
    assert Visitor(city).get(address).status == 200

    page = mediator.get("/officer/calendar/")
    mediator.send(page, page.form("/withdraw/"))
    assert Visitor(city).get(address).status == 404
    assert Visitor(city).get(address.replace(address[-8:-4], "0000")).status == 404


def test_the_address_is_shown_once_only(signed_in: SignedIn) -> None:
    legal = signed_in("legal")
    address = new_address(legal)

    assert address not in legal.get("/officer/calendar/").text
