"""Every page of every face in Chromium: axe finds nothing, a finger and a keyboard reach all."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from http.client import HTTPMessage
from pathlib import Path
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Response
from playwright.sync_api import Page as Tab

from bench.browser import Mode, Visits, pages_of
from haihe.config.pages import NO_PAGE, PAGES, Page
from tests.conftest import opened_page
from tests.own_settings import own_settings
from tests.pages import test_staff_sign_in as staff
from tests.pages.axe import (
    AXE,
    JUDGED,
    SIDEWAYS,
    SMALL,
    TARGET_PIXELS_MIN,
    UNREACHED,
    faults,
    faults_on,
    unfold,
)
from tests.pages.conftest import ROOT, free_port, serving
from tests.pages.states import STATES, WITH_KEY, House
from tests.pages.told_templates import HEADER
from tests.pages.visitor import Page as Answer

PHONE = Mode(320, 640)
DESK = Mode(1280, 800, dark=True)
TABS_MAX = 400
NAMES = [f"{page.route}-{page.who or 'anybody'}-{at}" for at, page in enumerate(PAGES)]
WALKED = ("citizen:start", "citizen:follow", "account_login", "officer:inbox", "center:board")
# Pages that a test of their own looks at, which asks for them by name.
OF_PASSKEYS = {
    "mfa/webauthn/authenticator_confirm_delete.html",
    "mfa/webauthn/reauthenticate.html",
}
EXTENDS = re.compile(r'{% extends "([^"]+)" %}')

# What a keyboard must reach, and which of it has focus now, told by its place in the page.
REACHABLE = """() => [...document.querySelectorAll(
    'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]')]
  .filter(e => e.checkVisibility() && !e.disabled && !(e.type === 'radio' && e.name))
  .map(e => [...document.querySelectorAll('*')].indexOf(e))"""
FOCUSED = """() => {
  const e = document.activeElement;
  const style = getComputedStyle(e);
  const seen = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0;
  return [[...document.querySelectorAll('*')].indexOf(e), seen];
}"""


@pytest.fixture(scope="module")
def shown(settings: dict[str, str]) -> dict[str, str]:
    """The environment of the demo city with the pages of the demo itself."""
    return settings | {"HAIHE_DEMO": "1"}


@pytest.fixture(scope="module")
def every(shown: dict[str, str]) -> list[Page]:
    """All pages with their paths in the demo city."""
    return pages_of(shown)


@pytest.fixture(scope="module")
def address(shown: dict[str, str]) -> Iterator[str]:
    """The address of a server of the demo city that also shows the demo."""
    with serving(shown, free_port()) as (address, _):
        yield address


@pytest.fixture(scope="module")
def visits(browser: Browser, address: str) -> Visits:
    """Tabs on that server."""
    return Visits(browser, address)


@pytest.fixture(scope="module")
def house(address: str, shown: dict[str, str]) -> House:
    """The same for visitors without a browser."""
    return House(address, shown)


@pytest.fixture(scope="module")
def phone(browser: Browser) -> Iterator[Tab]:
    """A tab in which their pages are shown."""
    yield from opened_page(browser, width=PHONE.width, height=PHONE.height)


@pytest.fixture(scope="module")
def templates() -> dict[str, set[str]]:
    """The templates that were looked at, by the name of what was opened."""
    return {}


@pytest.fixture(scope="module")
def complaints() -> list[str]:
    """What the browser said since it was last asked."""
    return []


def opened(visits: Visits, page: Page, mode: Mode, complaints: list[str]) -> Tab:
    """The page, and what the browser says about it from now on."""

    def listen(message: ConsoleMessage) -> None:
        if message.type == "error" and "status of" not in message.text:
            complaints.append(f"the browser complained: {message.text}")

    tab = visits.tab(page.who, mode)
    tab.remove_listener("console", listen)
    complaints.clear()
    tab.once("console", listen)
    visits.open(page, mode)
    path = tab.evaluate("location.pathname + location.search")
    assert tab.evaluate("decodeURI(location.pathname + location.search)") == page.path, path
    return tab


def noted(tab: Tab, open_it: Callable[[], object]) -> set[str]:
    """The templates of what this opens in the tab."""
    answers: list[Response] = []

    def note(answer: Response) -> None:
        answers.append(answer)

    tab.on("response", note)
    open_it()
    tab.remove_listener("response", note)
    return {one for answer in answers for one in answer.headers.get(HEADER.lower(), "").split()}


@pytest.mark.parametrize("at", range(len(PAGES)), ids=NAMES)
def test_a_page_is_for_everybody(
    visits: Visits,
    every: list[Page],
    complaints: list[str],
    templates: dict[str, set[str]],
    at: int,
) -> None:
    tab = visits.tab(every[at].who, PHONE)
    templates[NAMES[at]] = noted(tab, partial(opened, visits, every[at], PHONE, complaints))
    found = [f"phone: {one}" for one in [*faults_on(tab), *complaints]]

    tab = opened(visits, every[at], DESK, complaints)
    unfold(tab)
    tab.evaluate(AXE)
    found += [f"desk, dark: {one}" for one in [*tab.evaluate(JUDGED), *complaints]]

    assert not found, "\n".join(found)


@pytest.mark.parametrize("name", STATES)
def test_what_comes_after_a_form_is_for_everybody(
    phone: Tab, house: House, templates: dict[str, set[str]], name: str
) -> None:
    page = STATES[name](house)
    templates[name] = set(page.headers[HEADER].split())

    assert faults(phone, page) == []


def test_what_is_said_of_our_own_faults_is_for_everybody(
    phone: Tab, address: str, tmp_path: Path
) -> None:
    own_settings(tmp_path)
    from django.test import RequestFactory

    from haihe.look import errors

    for path in ("/", "/officer/"):
        told = errors.broken(RequestFactory().get(path))
        page = Answer(urljoin(address, path), told.status_code, HTTPMessage(), told.content)
        assert "系统出了差错" in page.text
        assert faults(phone, page) == []


def test_the_pages_of_a_passkey_are_for_everybody(browser: Browser, house: House) -> None:
    staff.accepted(house.address, house.passkey_word)
    here = house.address.replace("127.0.0.1", "localhost")  # a passkey belongs to a name
    for tab in opened_page(browser, width=PHONE.width, height=PHONE.height):
        staff.give_authenticator(tab)
        staff.add_passkey(tab, here, WITH_KEY)
        found: list[str] = []
        seen: set[str] = set()
        paths = ["identity/account/", "identity/confirm/passkey/", "identity/account/passkeys/"]
        for path in paths:
            seen |= noted(tab, partial(tab.goto, f"{here}{path}"))
            if path.endswith("passkeys/"):
                ends = tab.locator("a[href$='/end/']").first.get_attribute("href")
                paths.append(str(ends).removeprefix("/"))
            found += [f"{path}: {one}" for one in faults_on(tab)]
        assert found == []
        assert seen >= OF_PASSKEYS


def test_every_template_of_a_page_was_looked_at(
    visits: Visits,
    every: list[Page],
    house: House,
    complaints: list[str],
    templates: dict[str, set[str]],
) -> None:
    for at, page in enumerate(every):
        if NAMES[at] not in templates:  # asked for alone
            tab = visits.tab(page.who, PHONE)
            open_it = partial(opened, visits, page, PHONE, complaints)
            templates[NAMES[at]] = noted(tab, open_it)
    for name in STATES.keys() - templates.keys():
        templates[name] = set(STATES[name](house).headers[HEADER].split())
    texts = {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for folder in (ROOT / "haihe").glob("*/templates")
        for path in folder.rglob("*.html")
    }
    extended = {name: told[1] for name, text in texts.items() if (told := EXTENDS.search(text))}
    pages = extended.keys() - set(extended.values())

    assert len(pages) > 80
    assert pages - OF_PASSKEYS - set().union(*templates.values()) == set()


BROKEN = """<html><body><main><img src="a.png"><p style="color:#999;background:#fff">太浅的字</p>
  <input><button style="width:2000px;height:9px">一</button>
  <button tabindex="2" style="width:60px;height:60px;outline:none">二</button>
  <a href="/" tabindex="-1" style="display:block;height:60px">三</a></main></body></html>"""
LID = """() => {
  const lid = document.body.appendChild(document.createElement('dialog'));
  lid.setAttribute('style', 'display:block; position:fixed; inset:0; width:100%; height:100%');
}"""


def test_a_broken_page_does_not_pass(visits: Visits) -> None:
    tab = visits.tab("", Mode(320, 641))
    tab.set_content(BROKEN)
    tab.evaluate(AXE)
    found = {one.split(":")[0] for one in tab.evaluate(JUDGED)}

    assert {"image-alt", "color-contrast", "label", "html-has-lang", "document-title"} <= found
    assert len(tab.evaluate(SMALL, TARGET_PIXELS_MIN)) == 2
    assert tab.evaluate(SIDEWAYS)
    tab.keyboard.press("Tab")
    missed = {one.split(":")[0] for one in tab.evaluate(UNREACHED)}
    assert missed == {"out of turn", "shows no focus", "left out"}
    tab.evaluate(LID)
    assert "lies under something: BUTTON 一" in tab.evaluate(UNREACHED)


@pytest.mark.parametrize("route", WALKED)
def test_every_control_is_reached_with_the_tab_key_and_shows_it(
    visits: Visits, every: list[Page], complaints: list[str], route: str
) -> None:
    page = next(one for one in every if one.route == route)
    tab = opened(visits, page, DESK, complaints)
    tab.route("**/*part=live*", lambda asked: asked.abort())  # numbers that move move the places
    wanted = set(tab.evaluate(REACHABLE))
    assert len(wanted) > 5

    reached: dict[int, bool] = {}
    last = None
    for _ in range(TABS_MAX):
        tab.keyboard.press("Tab")
        place, seen = tab.evaluate(FOCUSED)
        if place in reached and place != last:  # a date is one control with three stops
            break
        reached[place], last = reached.get(place, False) or seen, place

    assert wanted - reached.keys() == set()
    assert [place for place, seen in reached.items() if not seen and place in wanted] == []


def test_the_first_stop_leads_past_the_header(visits: Visits, every: list[Page]) -> None:
    tab = visits.open(next(one for one in every if one.route == "citizen:ask"), DESK)
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.textContent") == "直接看正文"
    tab.keyboard.press("Enter")
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.id") == "code"


def test_every_address_is_in_the_list_of_pages_or_says_why_not(shown: dict[str, str]) -> None:
    script = (
        "import json, django; django.setup()\n"
        "from tests.rights.ask_everything import API, routes\n"
        "print(json.dumps(sorted(set(routes()) - {API})))"
    )
    told = subprocess.run(
        [sys.executable, "-c", script],
        env=shown,
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    listed = {page.route for page in PAGES} - {"look:missing"}

    assert not listed & NO_PAGE.keys()
    assert set(json.loads(told.stdout)) - listed - NO_PAGE.keys() == set()
    assert {*listed, *NO_PAGE} - set(json.loads(told.stdout)) == set()
