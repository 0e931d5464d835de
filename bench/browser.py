"""Every page of a running demo city in Chromium: signed in, on a phone, a desk or a wall.

Used by `haihe screenshots`, by the bench of page budgets and by the tests of every page.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, NamedTuple

from playwright.sync_api import Browser, BrowserContext, sync_playwright
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page as Tab

from bench.environment import ROOT
from haihe.commands.demo import PASSWORD
from haihe.config.pages import Page

WAIT_MILLISECONDS_MAX = 15_000
SIGN_IN = "/officer/login/"
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
LIST = """
import json, django
django.setup()
from haihe.config import pages
print(json.dumps(pages.sought()))
"""


class Mode(NamedTuple):
    """How a page is looked at."""

    width: int
    height: int
    dark: bool = False
    cookies: Mapping[str, str] = {}
    faces: tuple[str, ...] = ()  # only these; none named means all


MODES = {
    "phone": Mode(360, 740),
    "desk": Mode(1280, 800),
    "dark": Mode(1280, 800, dark=True),
    "big": Mode(360, 740, cookies={"haihe_type": "big"}),
    "english": Mode(1280, 800, cookies={"haihe_language": "en"}),
    "wall": Mode(1920, 1080, dark=True, faces=("center", "hall")),
}


def pages_of(environment: Mapping[str, str]) -> list[Page]:
    """Every page with its path in the demo city of this environment."""
    pages = sought_in(environment)
    lacking = [f"{page.route} lacks {{{lacks}}}" for page, lacks in pages if lacks]
    if lacking:
        raise RuntimeError(f"the demo city does not show every page: {', '.join(lacking)}")
    return [page for page, _ in pages]


def sought_in(environment: Mapping[str, str]) -> list[tuple[Page, str]]:
    """Every page in its order, each with what this demo city lacks for its path, or ""."""
    told = {"DJANGO_SETTINGS_MODULE": "haihe.config.settings", **environment}
    listed = subprocess.run(
        [sys.executable, "-c", LIST],
        env=told,
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    if listed.returncode:
        raise RuntimeError(listed.stderr[-2000:])
    return [(Page(*row), lacks) for row, lacks in json.loads(listed.stdout)]


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, without a window."""
    program = shutil.which("chromium")
    if program is None:
        raise RuntimeError("Chromium is not installed; `make setup` installs it")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


class Visits:
    """Tabs of one browser on one installation: one for each account and mode, signed in once."""

    def __init__(self, browser: Browser, address: str) -> None:
        self._browser = browser
        self._address = address.rstrip("/")
        self._sessions: dict[str, list[Any]] = {}
        self._tabs: dict[tuple[str, str], Tab] = {}

    def tab(self, who: str, mode: Mode) -> Tab:
        """A tab in which this account ("" is nobody) is signed in."""
        key = (who, str(mode))
        if key not in self._tabs:
            self._tabs[key] = self.fresh_tab(who, mode)
        return self._tabs[key]

    def fresh_tab(self, who: str, mode: Mode) -> Tab:
        """The same in a context of its own, with nothing kept from before."""
        context = self._context(mode)
        if who:
            context.add_cookies(self._session(who))
        return context.new_page()

    def address_of(self, page: Page) -> str:
        """The whole address of a page."""
        return f"{self._address}{page.path}"

    def open(self, page: Page, mode: Mode) -> Tab:
        """The tab after going to the page."""
        tab = self.tab(page.who, mode)
        tab.goto(self.address_of(page))
        return tab

    def close(self, who: str, mode: Mode) -> None:
        """Forget a tab that does not answer; the next page gets a fresh one."""
        tab = self._tabs.pop((who, str(mode)), None)
        if tab is not None:
            with suppress(PlaywrightError):
                tab.context.close()

    def _context(self, mode: Mode) -> BrowserContext:
        context = self._browser.new_context(
            viewport={"width": mode.width, "height": mode.height},
            color_scheme="dark" if mode.dark else "light",
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
        )
        context.set_default_timeout(WAIT_MILLISECONDS_MAX)
        for name, value in mode.cookies.items():
            context.add_cookies([{"name": name, "value": value, "url": self._address}])
        return context

    def _session(self, who: str) -> list[Any]:
        """The cookies of an account that signed in once, for every mode."""
        if who not in self._sessions:
            context = self._context(MODES["desk"])
            tab = context.new_page()
            tab.goto(f"{self._address}{SIGN_IN}")
            tab.locator("[name=username]").fill(who)
            tab.locator("[name=password]").fill(PASSWORD)
            tab.locator("main button[type=submit]").first.click()
            tab.wait_for_url(lambda url: SIGN_IN not in url)  # administrators land elsewhere
            self._sessions[who] = context.cookies()
            context.close()
        return self._sessions[who]
