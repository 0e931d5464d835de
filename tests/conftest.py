"""What every test may ask for: a private PostgreSQL, a filled home, a browser and its pages."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.demo_home import filled_once
from tests.longest import place
from tests.postgresql import PostgresServer, running_postgresql

CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PAGE_WAIT_MILLISECONDS_MAX = 60_000


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take longest; inside a file the order stays."""
    tests = Path(__file__).parent
    items.sort(key=lambda item: place(item.path.relative_to(tests).as_posix()))


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[PostgresServer]:
    """One PostgreSQL server a test process, started when first asked for.

    It does not wait for the disk; a test that cuts the power starts a durable one.
    """
    with running_postgresql(durable=False) as server:
        yield server


@pytest.fixture
def postgresql_url(postgresql_server: PostgresServer) -> Iterator[str]:
    """The address of a new empty database, dropped after the test."""
    url = postgresql_server.create_database()
    yield url
    postgresql_server.drop_database(url)


@pytest.fixture(scope="session")
def filled_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the demo city, for all test processes: never work in it, take a `copy_of` it."""
    return filled_once(tmp_path_factory)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, without a window.

    One a module: Playwright keeps an event loop in the test's own thread while it lives, and
    Django refuses to query there, so a module that uses this starts its server as a process.
    """
    chromium = shutil.which("chromium")
    if chromium is None:
        raise RuntimeError("Chromium is not installed; `make setup` installs it")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def phone_page(browser: Browser) -> Iterator[Page]:
    """An empty page of a phone's size, in Chinese."""
    yield from opened_page(browser, width=390, height=844)


@pytest.fixture
def desk_page(browser: Browser) -> Iterator[Page]:
    """An empty page of a desk's size, in Chinese."""
    yield from opened_page(browser, width=1280, height=800)


def opened_page(browser: Browser, width: int, height: int) -> Iterator[Page]:
    """A page in a context of its own: its cookies are shared with no other page."""
    context = browser.new_context(
        viewport={"width": width, "height": height},
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
    )
    context.set_default_timeout(PAGE_WAIT_MILLISECONDS_MAX)
    yield context.new_page()
    context.close()
