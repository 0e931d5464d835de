"""The tests' own tools: the private PostgreSQL and the browser really work."""

from __future__ import annotations

from pathlib import Path

import psycopg
from playwright.sync_api import Page

from tests.longest import LONGEST
from tests.postgresql import PostgresServer


def test_the_files_that_take_longest_are_there() -> None:
    here = Path(__file__).parent
    assert [name for name in LONGEST if not (here / name).is_file()] == []


def test_a_new_database_is_empty(postgresql_url: str) -> None:
    with psycopg.connect(postgresql_url) as connection:
        tables = "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'"
        assert connection.execute(tables).fetchone() == (0,)
        assert connection.execute("SHOW server_encoding").fetchone() == ("UTF8",)


def test_a_database_can_be_made_like_another(postgresql_server: PostgresServer) -> None:
    first = postgresql_server.create_database()
    with psycopg.connect(first) as connection:
        connection.execute("CREATE TABLE kept (word text)")
    second = postgresql_server.create_database(template=first.rsplit("/", 1)[1])
    with psycopg.connect(second) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)
    postgresql_server.drop_database(first)
    postgresql_server.drop_database(second)


def test_the_browser_shows_chinese_on_a_phone_and_on_a_desk(
    phone_page: Page, desk_page: Page
) -> None:
    for page, width in ((phone_page, 390), (desk_page, 1280)):
        page.set_content("<style>i { font: 40px sans-serif }</style><i>海</i> <i>河</i>")
        assert page.evaluate("innerWidth") == width
        assert page.evaluate("navigator.language") == "zh-CN"
        sea, river = page.locator("i").all()
        assert sea.screenshot() != river.screenshot(), "without a font both are the same box"
