"""The demo city: every kind of matter, told apart, filled in through the one door, only once."""

from __future__ import annotations

import re
import sqlite3
from datetime import date, timedelta
from pathlib import Path

import pytest

from haihe.commands import demo
from haihe.pack import load_pack
from haihe.pack.city import load_organs
from haihe.records.halls_city import load_halls
from haihe.stories.pictures import picture
from tests.demo_home import run_demo
from tests.pages.visitor import Visitor

THURSDAY = date(2026, 11, 19)
CITY = demo.load()
OWN_KINDS = {
    "alarm",
    "public_security_case",
    "people_mediation",
    "judicial_confirmation",
    "idea",
    "public_hearing",
    "grid_event",
    "chief_letter",
    "rectification",
    "zone_request",
    "whistle",
}


def test_it_has_some_eighty_matters_of_its_own_kinds() -> None:
    kinds = {CITY.courses[matter.course].kind for matter in CITY.matters}

    assert kinds == OWN_KINDS
    assert 70 <= len(CITY.matters) <= 90


def test_its_staff_serve_organs_of_the_city_in_roles_of_the_procedures() -> None:
    roles = {role for one in load_pack().in_force(THURSDAY) for role in one.roles}
    halls = load_halls().values()
    roles |= {role for one in halls for role in (*one.window_roles, *one.lobby_roles)}
    for person, post in CITY.staff.items():
        assert post.organ in load_organs(), person
        assert set(post.roles) <= roles, person


def test_the_accounts_that_are_printed_exist() -> None:
    assert {name for name, _ in demo.SIGN_INS} <= set(CITY.staff)


def test_it_fills_an_installation_once_and_leaves_it_alone_afterwards(
    settings: dict[str, str], city: str
) -> None:
    before = Visitor(city)
    before.sign_in("supervisor", demo.PASSWORD)
    matters = re.search(r"共 \d+ 件", before.get("/center/matters/open/").text)
    assert matters
    again = run_demo(settings)

    assert again.returncode == 1
    assert "已经有事项" in again.stderr
    assert matters[0] in before.get("/center/matters/open/").text  # its hours go on meanwhile


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("90 minutes", timedelta(minutes=90)),
        ("3 hours", timedelta(hours=3)),
        ("2 days", timedelta(days=2)),
    ],
)
def test_a_length_is_read(text: str, length: timedelta) -> None:
    assert demo.length(text) == length


@pytest.mark.parametrize("text", ["soon", "3 weeks", "-1 days", "1.5 hours"])
def test_a_length_that_cannot_be_read_says_how_to_write_it(text: str) -> None:
    with pytest.raises(demo.Unfilled, match="90 minutes"):
        demo.length(text)


def test_a_photo_of_the_demo_is_a_png() -> None:
    assert picture(10, 20, 30).startswith(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")


def test_a_month_of_the_simulated_city_lies_around_it(settings: dict[str, str]) -> None:
    home = Path(settings["HAIHE_HOME"])
    connection = sqlite3.connect(home / "haihe.sqlite3")
    kinds = {row[0] for row in connection.execute("SELECT DISTINCT kind FROM matter")}
    simulated = connection.execute(
        "SELECT count(*) FROM command_key WHERE key LIKE 'sim-%' AND seq = 1"
    ).fetchone()[0]
    connection.close()

    assert len(kinds) > 15
    assert simulated > 100
    assert (home / "truth" / "truth.parquet").is_file()
