"""A citizen and an officer with nothing but a keyboard, in a browser that runs no scripts.

Chromium really presses the keys: whatever is hidden, covered or out of the tab order is not
reached. No page is told where to go; each is come to by its links and buttons.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from haihe.commands.demo import PASSWORD
from tests.pages.test_rate_pages import ended
from tests.pages.visitor import Visitor

TABS_MAX = 150
OPTIONS_MAX = 40
PLACE = "营口道140号"
FOCUSED = "e => e === document.activeElement"


@pytest.fixture
def tab(browser: Browser, city: str) -> Iterator[Page]:
    """A phone 320 pixels wide that runs no scripts, at the start page."""
    context = browser.new_context(
        viewport={"width": 320, "height": 640}, java_script_enabled=False, locale="zh-CN"
    )
    page = context.new_page()
    page.goto(city)
    yield page
    context.close()


def reach(tab: Page, wanted: Locator) -> None:
    """Press the Tab key until this has focus."""
    for _ in range(TABS_MAX):
        if wanted.evaluate(FOCUSED):
            return
        tab.keyboard.press("Tab")
    raise AssertionError(f"{wanted} is not reached with {TABS_MAX} tabs")


def press(tab: Page, wanted: Locator) -> None:
    """Go to a link or a button and press Enter; gives when the next page is there."""
    reach(tab, wanted)
    with tab.expect_navigation():
        tab.keyboard.press("Enter")


def type_in(tab: Page, name: str, text: str) -> None:
    """Type into the field of this name."""
    reach(tab, tab.locator(f"main [name={name}]"))
    tab.keyboard.type(text)


def choose(tab: Page, name: str, value: str) -> None:
    """Choose from the radio buttons or the list of this name with the arrow keys."""
    field = tab.locator(f"main [name={name}]")
    if field.count() > 1:
        reach(tab, field.first)
        field = tab.locator(f"main [name={name}][value='{value}']")
        tab.keyboard.press("Space")
        while not field.is_checked():
            tab.keyboard.press("ArrowDown")
        return
    reach(tab, field)
    for _ in range(OPTIONS_MAX):
        if field.input_value() == value:
            return
        tab.keyboard.press("ArrowDown")
    raise AssertionError(f"{name} cannot be set to {value}")


def signed_in(tab: Page, city: str, person: str) -> None:
    """Sign in from the address that members of staff know by heart."""
    tab.goto(f"{city}officer/")
    type_in(tab, "username", person)
    type_in(tab, "password", PASSWORD)
    with tab.expect_navigation():
        tab.keyboard.press("Enter")


def follow(tab: Page, city: str, code: str) -> None:
    """From the start page to what is told to who has the code."""
    tab.goto(city)
    type_in(tab, "code", code)
    with tab.expect_navigation():
        tab.keyboard.press("Enter")


def test_a_citizen_reports_an_officer_answers_the_citizen_contests(tab: Page, city: str) -> None:
    main = tab.locator("main")
    press(tab, tab.get_by_role("link", name=re.compile("身边有东西坏了")))
    choose(tab, "street", "dayingmen-street")
    type_in(tab, "what", "路灯不亮，夜里看不清路。")
    type_in(tab, "place", PLACE)
    choose(tab, "minor_involved", "no")
    press(tab, tab.get_by_role("button", name="提交", exact=True))
    alone = tab.locator("button[name=_alone]")
    if alone.count():  # the demo city knows of something alike
        press(tab, alone)
    found = re.search(r"[0-9A-Z]{4}(-[0-9A-Z]{4}){3}", main.inner_text())
    assert found, main.inner_text()
    follow(tab, city, found[0])
    expect(main).to_contain_text("您反映的问题已经登记")

    signed_in(tab, city, "dispatcher")
    type_in(tab, "number", PLACE)
    with tab.expect_navigation():
        tab.keyboard.press("Enter")
    press(tab, tab.get_by_role("link", name=re.compile(PLACE)))
    step = tab.locator("form[action*='/act/reject/']")
    for folded in step.locator("xpath=ancestor::details[not(@open)]/summary").all():
        reach(tab, folded)
        tab.keyboard.press("Enter")
    type_in(tab, "rejection", "属于物业维修范围")
    choose(tab, "route_told", "yes")
    press(tab, step.get_by_role("button").first)
    expect(main).to_contain_text("已记下：不予受理")
    press(tab, tab.get_by_role("button", name="退出"))

    follow(tab, city, found[0])
    type_in(tab, "reason", "物业说不归他们管，没有解决。")
    press(tab, tab.locator("form[action*='/act/contest/']").get_by_role("button").first)
    expect(main).to_contain_text("已经收到您的异议，正在核查。")


def test_a_citizen_applies_and_makes_an_appointment(tab: Page, city: str) -> None:
    main = tab.locator("main")
    type_in(tab, "q", "夫妻投靠迁入")
    with tab.expect_navigation():
        tab.keyboard.press("Enter")
    press(tab, main.get_by_role("link", name=re.compile("夫妻投靠迁入")).first)
    press(tab, main.get_by_role("link", name=re.compile("夫妻投靠迁入")).first)
    press(tab, main.get_by_role("button", name=re.compile("开始办理")))
    type_in(tab, "applicant", "王女士")
    type_in(tab, "number", "120199199003070019")
    type_in(tab, "applicant_phone", "13900000004")
    choose(tab, "window", "machang-station")
    choose(tab, "minor_involved", "no")
    press(tab, main.get_by_role("button").last)
    choose(tab, "relation", "spouse")
    press(tab, main.get_by_role("button").last)
    press(tab, main.get_by_role("button").last)
    assert "/receipt/" in tab.url, main.inner_text()

    tab.goto(f"{city}hall/")
    press(tab, main.get_by_role("link", name="预约").first)
    choose(tab, "errand", "card")
    press(tab, main.locator("button[name=day]").nth(2))
    press(tab, main.locator("button[name=slot]:enabled").first)
    expect(main).to_contain_text("已预约")


def test_a_citizen_reads_the_messages_and_rates(tab: Page, city: str) -> None:
    main = tab.locator("main")
    code = ended(Visitor(city))
    follow(tab, city, code)
    press(tab, main.get_by_role("link", name=re.compile("^消息")))
    expect(main.locator("h1")).to_contain_text("消息")
    follow(tab, city, code)
    press(tab, main.get_by_role("link", name=re.compile("评价办得怎么样")))
    choose(tab, "score", "5")
    press(tab, main.locator("form[action^='/rate/']").get_by_role("button").last)
    assert tab.url.endswith(f"/rate/{code}/thanks/")
