"""Every page of every face in Chromium: axe finds nothing, nothing lies sideways."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, ConsoleMessage
from playwright.sync_api import Page as Tab

from bench.browser import Mode, Visits, pages_of
from haihe.config.pages import NO_PAGE, PAGES, Page
from tests.pages.axe import AXE, JUDGED
from tests.pages.conftest import ROOT, free_port, serving

PHONE = Mode(320, 640)
DESK = Mode(1280, 800, dark=True)
TARGET_PIXELS_MIN = 44
TABS_MAX = 400
NAMES = [f"{page.route}-{page.who or 'anybody'}-{at}" for at, page in enumerate(PAGES)]
WALKED = ("citizen:start", "citizen:follow", "account_login", "officer:inbox", "center:board")

# Elements that reach beyond the window, those that scroll inside themselves left out.
SIDEWAYS = """() => document.documentElement.scrollWidth > window.innerWidth
  ? [...document.querySelectorAll('body *')]
      .filter(e => e.getBoundingClientRect().right > window.innerWidth + 1)
      .map(e => e.tagName + '.' + e.className).slice(0, 5)
  : []"""

# Controls lower than a finger, links inside running text left out.
SMALL = """least => [...document.querySelectorAll(
    'button, input, select, textarea, summary, nav a, a.button, a.tile, .foot a, .chips a')]
  .filter(e => e.type !== 'hidden' && !e.closest('.picks') && e.checkVisibility())
  .filter(e => e.getBoundingClientRect().height < least)
  .map(e => e.tagName + ' ' + (e.textContent || e.name).slice(0, 20)).slice(0, 5)"""

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
def visits(browser: Browser, shown: dict[str, str]) -> Iterator[Visits]:
    """Tabs on a server of the demo city that also shows the demo."""
    with serving(shown, free_port()) as (address, _):
        yield Visits(browser, address)


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


def unfold(tab: Tab) -> None:
    tab.evaluate("document.querySelectorAll('details').forEach(e => e.open = true)")


@pytest.mark.parametrize("at", range(len(PAGES)), ids=NAMES)
def test_a_page_is_for_everybody(
    visits: Visits, every: list[Page], complaints: list[str], at: int
) -> None:
    tab = opened(visits, every[at], PHONE, complaints)
    found = [f"small: {one}" for one in tab.evaluate(SMALL, TARGET_PIXELS_MIN - 1)]
    found += [f"sideways: {one}" for one in tab.evaluate(SIDEWAYS)]
    unfold(tab)
    found += [f"sideways when unfolded: {one}" for one in tab.evaluate(SIDEWAYS)]
    tab.evaluate(AXE)
    found += [f"phone: {one}" for one in tab.evaluate(JUDGED)]
    tab.evaluate("document.documentElement.classList.add('is-big')")
    found += [f"sideways in big type: {one}" for one in tab.evaluate(SIDEWAYS)]
    if not tab.evaluate("document.documentElement.classList.contains('is-wall')"):
        tab.evaluate("document.documentElement.style.fontSize = '200%'")  # a wall sizes itself
        found += [f"sideways in type twice as big: {one}" for one in tab.evaluate(SIDEWAYS)]
    found += complaints

    tab = opened(visits, every[at], DESK, complaints)
    unfold(tab)
    tab.evaluate(AXE)
    found += [f"desk, dark: {one}" for one in tab.evaluate(JUDGED)]
    found += complaints

    assert not found, "\n".join(found)


BROKEN = """<html><body><main><img src="a.png"><p style="color:#999;background:#fff">太浅的字</p>
  <input><button style="width:2000px;height:9px">一</button></main></body></html>"""


def test_a_broken_page_does_not_pass(visits: Visits) -> None:
    tab = visits.tab("", Mode(320, 641))
    tab.set_content(BROKEN)
    tab.evaluate(AXE)
    found = {one.split(":")[0] for one in tab.evaluate(JUDGED)}

    assert {"image-alt", "color-contrast", "label", "html-has-lang", "document-title"} <= found
    assert len(tab.evaluate(SMALL, TARGET_PIXELS_MIN)) == 2
    assert tab.evaluate(SIDEWAYS)


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
