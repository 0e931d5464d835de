"""Tabs of a browser: each person of a story has one, on a phone or a desk, and fills in forms."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, tzinfo
from typing import Any, Final, Literal, NamedTuple

from playwright.sync_api import Browser, Locator, Page, sync_playwright

from haihe.kernel.values import Datum
from haihe.records import files

Size = Literal["phone", "desk"]
SIZES: Final[Mapping[Size, tuple[int, int]]] = {"phone": (360, 740), "desk": (1280, 800)}
WAIT_MILLISECONDS_MAX: Final = 120_000  # a slow machine takes its time; nothing sleeps
FLAGS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PNG: Final = b"\x89PNG"
# What a form asks for: the sort of control of each name in it.
CONTROLS: Final = """form => Object.fromEntries([...form.elements].filter(one => one.name)
    .map(one => [one.name, one.type]))"""
OPEN_ALL: Final = "document.querySelectorAll('details').forEach(one => { one.open = true })"
WIDE: Final = "document.documentElement.scrollWidth - innerWidth"


class NoBrowser(Exception):
    """Chromium is not on this machine."""


class Unasked(Exception):
    """A form does not ask for something that the story says; names it."""


class Person(NamedTuple):
    """Whose tab it is: an account, or "" for somebody of the public; and on what."""

    account: str
    size: Size


@contextmanager
def chromium() -> Iterator[Browser]:
    """The system's Chromium, without a window."""
    program = shutil.which("chromium")
    if program is None:
        raise NoBrowser("这台机器没有 Chromium：make setup 会装上。")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


def tab(browser: Browser, size: Size, address: str) -> Page:
    """A tab in a browser of its own: nobody else's cookies."""
    width, height = SIZES[size]
    context = browser.new_context(
        base_url=address,
        viewport={"width": width, "height": height},
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        has_touch=size == "phone",
        service_workers="block",
    )
    context.set_default_timeout(WAIT_MILLISECONDS_MAX)
    return context.new_page()


def resize(page: Page, size: Size) -> None:
    """Look at the same page on a phone or at a desk."""
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})


def seen_text(page: Page) -> str:
    """All that the page shows, with everything unfolded."""
    page.evaluate(OPEN_ALL)
    return page.locator("body").inner_text()


def fill(form: Locator, data: Mapping[str, Datum], stated: frozenset[str], zone: tzinfo) -> None:
    """Fill in a form by hand; Unasked where it has no field for what the story states."""
    controls: dict[str, str] = form.evaluate(CONTROLS)
    for name, told in data.items():
        if told is None:
            continue
        if name not in controls:
            if name in stated:
                raise Unasked(name)
            continue
        _put(form.locator(f"[name='{name}']"), controls[name], told, zone)


def _put(control: Locator, sort: str, told: Any, zone: tzinfo) -> None:
    words = _words(told)
    match sort:
        case "radio":
            control.and_(control.page.locator(f"[value='{words}']")).check()
        case "select-one":
            control.select_option(words)
        case "file":
            control.set_input_files([_upload(str(one)) for one in told])
        case "datetime-local":
            control.fill(_local(words, zone))
        case _:
            control.fill(words)


def _words(told: Any) -> str:
    if isinstance(told, bool):
        return "yes" if told else "no"
    if isinstance(told, list):
        return "\n".join(str(one) for one in told)
    return str(told)


def _local(told: str, zone: tzinfo) -> str:
    return datetime.fromisoformat(told).astimezone(zone).strftime("%Y-%m-%dT%H:%M")


def _upload(digest: str) -> Any:
    content = files.load(digest)
    sort = "image/png" if content.startswith(PNG) else "application/octet-stream"
    ending = "png" if content.startswith(PNG) else "bin"
    return {"name": f"{digest[:8]}.{ending}", "mimeType": sort, "buffer": content}
