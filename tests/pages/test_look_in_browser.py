"""Pages as Chromium lays them out: nothing sideways at 320, no small targets, no complaint."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page

from haihe.commands.demo import PASSWORD
from tests.conftest import opened_page

NARROW, TALL = 320, 640
TARGET_PIXELS_MIN = 44
FIRST_LOAD_BYTES_MAX = 100_000
RESOURCES_MAX = 2  # the style sheet and the mark
CITIZEN = (
    "/",
    "/report/",
    "/report/grid_event/call_in/",
    "/report/people_mediation/apply/",
    "/follow/",
    "/follow/?code=2222-2222-2222",
    "/identity/citizen/",
    "/officer/login/",
    "/nowhere/",
)
STAFF = (
    "/officer/",
    "/officer/new/",
    "/officer/new/alarm/take_call/",
    "/center/",
    "/center/findings/",
    "/center/settings/",
    "/center/traces/",
    "/center/retention/",
    "/center/matters/open/",
    "/identity/account/",
    "/identity/account/password/",
    "/identity/account/totp/",
    "/identity/sessions/",
)

# Elements that reach beyond the window, those that scroll inside themselves left out.
SIDEWAYS = """() => document.documentElement.scrollWidth > window.innerWidth
  ? [...document.querySelectorAll('body *')]
      .filter(e => e.getBoundingClientRect().right > window.innerWidth + 1)
      .map(e => e.tagName + '.' + e.className).slice(0, 5)
  : []"""

# Controls lower than a finger, links inside running text left out.
SMALL = """least => [...document.querySelectorAll(
    'button, input, select, textarea, summary, nav a, a.button, a.tile')]
  .filter(e => e.type !== 'hidden' && !e.closest('.picks') && e.checkVisibility())
  .filter(e => e.getBoundingClientRect().height < least)
  .map(e => e.tagName + ' ' + (e.textContent || e.name).slice(0, 20)).slice(0, 5)"""

NAMELESS = """() => [...document.querySelectorAll('input:not([type=hidden]), select, textarea')]
  .filter(e => !e.labels.length && !e.getAttribute('aria-label')).map(e => e.name)"""


@pytest.fixture(scope="module")
def narrow_page(browser: Browser) -> Iterator[Page]:
    """A very small phone, signed in as a supervisor."""
    yield from opened_page(browser, width=NARROW, height=TALL)


@pytest.fixture(scope="module")
def staff_page(narrow_page: Page, city: str) -> Page:
    """The same page after signing in."""
    narrow_page.goto(f"{city}officer/login/")
    narrow_page.get_by_label("账号").fill("administrator")
    narrow_page.get_by_label("密码").fill(PASSWORD)
    narrow_page.get_by_role("button", name="登录", exact=True).click()
    narrow_page.wait_for_url("**/officer/")
    return narrow_page


@pytest.fixture(scope="module")
def file_path(staff_page: Page, city: str) -> str:
    """The file of some matter, as a supervisor opens it."""
    staff_page.goto(f"{city}center/matters/open/")
    href = staff_page.locator(".rows a.cover").first.get_attribute("href")
    assert href
    return href


def faults(page: Page, address: str) -> list[str]:
    """What is wrong with a page on a very small phone: as it comes, unfolded, in big type."""
    found: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type == "error" and "status of" not in message.text:
            found.append(f"the browser complained: {message.text}")

    page.on("console", listen)
    page.goto(address)
    found += [f"small: {one}" for one in page.evaluate(SMALL, TARGET_PIXELS_MIN - 1)]
    found += [f"without a label: {one}" for one in page.evaluate(NAMELESS)]
    found += [f"sideways: {one}" for one in page.evaluate(SIDEWAYS)]
    page.evaluate("document.querySelectorAll('details').forEach(e => e.open = true)")
    found += [f"sideways when unfolded: {one}" for one in page.evaluate(SIDEWAYS)]
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    found += [f"sideways in big type: {one}" for one in page.evaluate(SIDEWAYS)]
    page.remove_listener("console", listen)
    return found


@pytest.mark.parametrize("path", CITIZEN)
def test_citizen_pages_fit_a_very_small_phone(narrow_page: Page, city: str, path: str) -> None:
    assert faults(narrow_page, city.rstrip("/") + path) == []


@pytest.mark.parametrize("path", STAFF)
def test_staff_pages_fit_a_very_small_phone(staff_page: Page, city: str, path: str) -> None:
    assert faults(staff_page, city.rstrip("/") + path) == []


def test_a_file_fits_a_very_small_phone(staff_page: Page, city: str, file_path: str) -> None:
    assert faults(staff_page, city.rstrip("/") + file_path) == []


def test_the_first_load_of_the_start_page_is_small(browser: Browser, city: str) -> None:
    for page in opened_page(browser, width=390, height=844):
        with page.expect_response("**/look.css") as style:
            answer = page.goto(city, wait_until="load")

        assert answer
        assert len(answer.body()) + len(style.value.body()) < FIRST_LOAD_BYTES_MAX
        assert page.evaluate("performance.getEntriesByType('resource').length") <= RESOURCES_MAX


def test_the_walk_from_field_to_field_needs_the_keyboard_only(browser: Browser, city: str) -> None:
    for page in opened_page(browser, width=1280, height=800):
        page.goto(city)
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "直接看正文"
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.id") == "code"
