"""The start page of the demo, one-click entering, the tours, and the stories told here."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from django.contrib.auth import get_user_model, login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from haihe.demo import tours
from haihe.identity import sessions
from haihe.records import account_book
from haihe.stories.keeping import KeptStory, kept, told_lately
from haihe.stories.telling import load_stories

BACKEND: Final = "django.contrib.auth.backends.ModelBackend"
SENTENCES_MAX: Final = 400


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """Who do you want to be? Every role with its tour, and the stories."""
    _only_in_a_demo()
    told = kept()
    values = {
        "roles": [tours.shown(one) for one in tours.TOURS],
        "stories": [(one.story, one.title, one.story in told) for one in load_stories()],
    }
    return render(request, "demo/start.html", values)


@require_POST
def enter(request: HttpRequest) -> HttpResponse:
    """Become somebody of the demo, or nobody; only accounts that the demo made can be entered."""
    _only_in_a_demo()
    person = request.POST.get("person", "")
    if request.user.is_authenticated:
        sessions.finish(request)
    if person:
        _sign_in(request, person)
    role = request.POST.get("tour", "")
    if role:
        return redirect("demo:tour", role=role)
    return HttpResponseRedirect(_own_address(request, request.POST.get("next", "/")))


@require_safe
def tour(request: HttpRequest, role: str) -> HttpResponse:
    """A tour: its stops, each a link to a page of the program; begins where one is told to."""
    _only_in_a_demo()
    found = tours.TOURS_BY_ROLE.get(role)
    if found is None:
        raise Http404
    person = request.user.get_username() if request.user.is_authenticated else ""
    values = {
        "tour": tours.shown(found),
        "stops": tours.stops(found),
        "ready": person == found.person,
    }
    return render(request, "demo/tour.html", values)


@require_safe
def stop(request: HttpRequest, role: str, number: int) -> HttpResponse:
    """Go to a stop of a tour: the bar on the page says what to see there."""
    _only_in_a_demo()
    found = tours.TOURS_BY_ROLE.get(role)
    if found is None or not 1 <= number <= len(found.stops):
        raise Http404
    request.session[tours.SESSION] = f"{role}/{number}"
    return HttpResponseRedirect(tours.address(found.stops[number - 1]))


@require_safe
def end(request: HttpRequest) -> HttpResponse:
    """Leave the tour."""
    _only_in_a_demo()
    request.session.pop(tours.SESSION, None)
    return redirect("demo:start")


@require_safe
def stories(request: HttpRequest) -> HttpResponse:
    """Every story: what is told here, and which is only checked by `haihe stories`."""
    _only_in_a_demo()
    told = kept()
    values = {"stories": [(one, one.story in told) for one in load_stories()]}
    return render(request, "demo/stories.html", values)


@require_safe
def story(request: HttpRequest, name: str) -> HttpResponse:
    """One story as it was told here, sentence by sentence, each with the file behind it."""
    _only_in_a_demo()
    found = kept().get(name)
    if found is None:
        raise Http404
    lines = [_line(found, number) for number in range(min(len(found.lines), SENTENCES_MAX))]
    values = {
        "name": name,
        "story": found,
        "lines": lines,
        "people": list(found.people.values()),
        "matters": [(one, _first(found, key)) for key, one in found.matters.items()],
        "is_told_now": told_lately(),
    }
    return render(request, "demo/story.html", values)


def _line(found: KeptStory, number: int) -> dict[str, object]:
    """A sentence, and what one can open with it: a file as whoever acted, or the public page."""
    line = found.lines[number]
    matter, person = found.matters.get(line.matter), found.people.get(line.by)
    return {"line": line, "matter": matter, "person": person}


def _first(found: KeptStory, matter: str) -> str:
    """The first sentence told of a matter."""
    return next((line.says for line in found.lines if line.matter == matter), "")


def _sign_in(request: HttpRequest, person: str) -> None:
    entry = account_book.entry_of(person)
    if entry is None or entry.origin != "demo" or entry.withdrawn_at is not None:
        raise Http404
    user = get_user_model().objects.filter(pk=entry.user_id, is_active=True).first()
    if user is None:
        raise Http404
    login(request, user, backend=BACKEND)
    sessions.begin(request, entry.user_id, limited=False)


def _own_address(request: HttpRequest, wanted: str) -> str:
    """An address of this installation; anything else leads to the first page."""
    ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure())
    return wanted if ours and not urlsplit(wanted).netloc else "/"


def _only_in_a_demo() -> None:
    """The pages are not there where no account of a demo works."""
    if not account_book.holds_demo():
        raise Http404
