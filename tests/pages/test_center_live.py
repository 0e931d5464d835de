"""The board without a reload: in Chromium, what is taken in shows within two seconds."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from haihe.commands.demo import PASSWORD
from tests.pages.test_citizen_pages import LAMP, TYPED, report
from tests.pages.visitor import Visitor

ASKED_MAX = 3  # one may be under way, the next may wait for a second: the third knows
POLLS_WATCHED = 3
WALL = {"width": 1920, "height": 1080}
NUMBER = """which => {
    const one = document.querySelector(`#live a[href^="/center/matters/${which}/"]`);
    return Number(one.dataset.count);
}"""


@pytest.fixture
def page(browser: Browser, city: str) -> Iterator[Page]:
    """A supervisor of the city who has just signed in, at a large screen."""
    context = browser.new_context(viewport={"width": WALL["width"], "height": WALL["height"]})
    opened = context.new_page()
    opened.goto(f"{city}officer/login/")
    opened.fill("[name=username]", "administrator")
    opened.fill("[name=password]", PASSWORD)
    opened.press("[name=password]", "Enter")
    opened.wait_for_url("**/officer/")
    yield opened
    context.close()


def new_today(number: int) -> str:
    """Where the page says that so many matters were taken in today."""
    return f'#live a[href="/center/matters/new_today/"][data-count="{number}"]'


def report_a_lamp(visitor: Visitor) -> None:
    """A citizen reports something: one more matter of today."""
    receipt = report(visitor, LAMP, TYPED | {"place": f"浙江路{time.time_ns()}号"})
    assert "/receipt/" in receipt.path, receipt.text[:300]


@pytest.mark.parametrize("address", ["center/", "center/wall/"])
def test_a_matter_taken_in_shows_within_two_seconds_without_a_reload(
    page: Page, city: str, anybody: Visitor, address: str
) -> None:
    page.goto(f"{city}{address}")
    page.evaluate("window.stayed = true")
    before = page.evaluate(NUMBER, "new_today")
    report_a_lamp(anybody)
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url) if "part=live" in one.url else None)

    page.wait_for_selector(new_today(before + 1), timeout=60_000)
    assert len(asked) <= ASKED_MAX
    assert page.evaluate("window.stayed"), "the page was loaded anew"
    changed = page.locator("#live .is-changed[href^='/center/matters/new_today/']")
    assert changed.count() >= 1, "what changed is marked"


def test_a_page_that_has_everything_is_told_so_and_nothing_else(page: Page, city: str) -> None:
    page.goto(f"{city}center/")
    answers: list[int] = []
    page.on("response", lambda one: answers.append(one.status) if "part=live" in one.url else None)
    for _ in range(POLLS_WATCHED):
        page.wait_for_event("response", lambda one: "part=live" in one.url, timeout=60_000)

    assert len(answers) >= POLLS_WATCHED
    assert 304 in answers
    assert set(answers) <= {200, 304}


def test_who_stands_on_a_number_stays_there_when_the_numbers_change(
    page: Page, city: str, anybody: Visitor
) -> None:
    page.goto(f"{city}center/")
    page.focus('#live a[href="/center/matters/open/"]')
    before = page.evaluate(NUMBER, "new_today")
    report_a_lamp(anybody)
    page.wait_for_selector(new_today(before + 1), timeout=60_000)

    assert page.evaluate("document.activeElement.getAttribute('href')") == "/center/matters/open/"


def test_a_board_that_lost_its_server_says_so(page: Page, city: str) -> None:
    page.goto(f"{city}center/")
    page.route("**/*part=live*", lambda route: route.abort())

    page.wait_for_selector("#now:has-text('连接中断')", timeout=60_000)
    assert re.search(r"数字停在 \d{4}年\d+月\d+日", page.inner_text("#now"))


def test_a_page_that_asks_by_itself_keeps_nobody_signed_in(page: Page, city: str) -> None:
    page.goto(f"{city}center/")
    with page.expect_request("**/*part=live*") as asked:
        pass
    assert asked.value.headers["x-asked-by"] == "page"

    page.goto(f"{city}center/wall/")
    with page.expect_request("**/*part=live*") as of_the_wall:
        pass
    assert "x-asked-by" not in of_the_wall.value.headers, "nobody touches a screen on the wall"


def test_the_wall_screen_is_dark_large_and_not_scrolled(page: Page, city: str) -> None:
    page.goto(f"{city}center/wall/")
    size = page.evaluate(
        "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
    )
    assert size == [WALL["width"], WALL["height"]]
    seen = page.evaluate(
        "[...document.querySelectorAll('#live a')].every(one => {"
        " const box = one.getBoundingClientRect();"
        " return box.bottom <= innerHeight && box.right <= innerWidth && box.height > 0; })"
    )
    assert seen, "every number is on the screen"
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert max(int(one) for one in re.findall(r"\d+", ground)[:3]) < 64
    letters = "parseFloat(getComputedStyle(document.querySelector('.figure')).fontSize)"
    assert page.evaluate(letters) > 48


def test_every_mark_of_the_map_is_reached_by_the_keyboard(page: Page, city: str) -> None:
    page.goto(f"{city}center/map/?what=new_four_weeks")
    marks = page.locator("svg a")
    assert marks.count() > 20
    second = marks.nth(1).get_attribute("aria-label") or ""
    marks.nth(0).focus()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == second
    page.keyboard.press("Enter")
    page.wait_for_url("**/center/matters/new_four_weeks/**")
    name, number = second.split(" ")
    assert name in page.inner_text("h1")
    assert f"共 {number} 件" in page.inner_text("main")
