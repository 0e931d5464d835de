"""The service hall in a browser: open pages follow the hall by themselves, phone and wall."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page

from tests.pages.visitor import Visitor

HALL = "hall/machang/"
HEARD_MILLISECONDS_MAX = 20_000  # a page asks every two seconds; a busy machine is ten times slower


def test_an_open_ticket_hears_its_call_and_the_wall_shows_it(
    phone_page: Page, desk_page: Page, city: str, signed_in: Callable[[str], Visitor]
) -> None:
    desk_page.goto(f"{city}{HALL}screen/")
    phone_page.goto(f"{city}{HALL}")
    phone_page.click("summary:has-text('可以优先')")
    phone_page.check("input[value=disabled]")
    phone_page.click("button[value=newborn]")
    number = phone_page.inner_text("h1").split("：")[-1].strip()
    officer = signed_in("window")
    page = officer.get(f"/{HALL}windows/5/")
    if any(one.action.endswith("/open_window/") for one in page.forms):
        page = officer.send(page, page.form("/open_window/"))
    for _ in range(40):
        page = officer.send(page, page.form("/call/"))
        if number in page.text.split("这个窗口的队")[0]:
            break
        page = officer.send(page, page.form("/start/"))
        page = officer.send(page, page.form("/finish/"))

    phone_page.wait_for_selector("text=请到5号窗口", timeout=HEARD_MILLISECONDS_MAX)
    desk_page.wait_for_selector(
        f".hall-call.is-fresh:has-text('{number}')", timeout=HEARD_MILLISECONDS_MAX
    )
    assert phone_page.title().startswith("请到5号窗口")
    page = officer.send(page, page.form("/start/"))
    page = officer.send(page, page.form("/finish/"))
    phone_page.wait_for_selector("text=办完了", timeout=HEARD_MILLISECONDS_MAX)
    officer.send(page, page.form("/close_window/"))


def test_a_page_that_lost_its_server_says_so(phone_page: Page, city: str) -> None:
    phone_page.goto(f"{city}{HALL}screen/")
    phone_page.route("**/hall/v/**", lambda route: route.abort())
    phone_page.wait_for_selector("text=连接中断", timeout=2 * HEARD_MILLISECONDS_MAX)
    assert phone_page.is_visible("[data-lost]")
