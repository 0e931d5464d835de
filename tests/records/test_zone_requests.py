"""A company of a zone asks by place: the zone's office has it, and the code tells who answers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from haihe.commands import demo
from haihe.kernel.values import Actor, Command, Data, Datum, Refused
from haihe.records import answers_told, write
from haihe.records.answers import Recorded
from haihe.records.database import Connection
from tests.records.fresh import fresh_journal
from tests.records.test_power_at_the_door import AT
from tests.records.test_routes import city

ZONES = {
    "120116400": "teda-liaison",
    "120116401": "bonded-liaison",
    "120116402": "hi-tech-liaison",
    "120116403": "dongjiang-liaison",
    "120116406": "eco-city-liaison",
}
BONDED = "bonded-liaison"
ASKED: Data = {
    "place": "天津港保税区海滨八路20号",
    "what": "货车夜里堵住消防通道",
    "request_kind": "traffic",
    "minor_involved": False,
}


@pytest.fixture
def journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Connection]:
    with fresh_journal(tmp_path, monkeypatch, city()) as connection:
        yield connection


def ask(to: str, **given: Datum) -> str:
    """A request sent to this body; its matter."""
    told: Data = {**ASKED, "liaison_office": to, **given}
    actor = Actor(person="public", role="asker", organ="public")
    done = write.submit(
        Command(key="ask", act="ask", actor=actor, kind="zone_request", data=told), now=AT
    )
    assert isinstance(done, Recorded), done
    return done.matter


def name_liaison(matter: str, organ: str) -> Recorded | Refused:
    actor = Actor(person="p", role="liaison_head", organ=organ)
    told: Data = {"liaison_name": "民警赵斌", "liaison_phone": "120-00000011"}
    command = Command(key="n", act="name_liaison", actor=actor, matter=matter, data=told)
    return write.submit(command, now=AT + timedelta(hours=1))


def test_each_of_the_five_zones_has_its_office_and_somebody_of_the_demo_serves_there() -> None:
    routes = {one: city().competence.route("zone_request", one, AT.date()) for one in ZONES}
    assert routes == ZONES
    heads = {one.organ for one in demo.load().staff.values() if "liaison_head" in one.roles}
    assert heads == set(ZONES.values())


def test_outside_the_zones_the_station_of_the_place_takes_it() -> None:
    route = city().competence.route("zone_request", "120116014", AT.date())
    assert city().organ_name(route) == "泰达派出所"


@pytest.mark.parametrize(
    ("to", "owner"),
    [
        (BONDED, BONDED),
        ("teda-liaison", BONDED),  # another zone's
        ("binhai-station-26", BONDED),  # a station of the zone
        ("machang-station", BONDED),
    ],
)
def test_wherever_it_is_sent_the_office_of_the_zone_has_it(
    journal: Connection, to: str, owner: str
) -> None:
    ask(to)
    assert journal.rows("SELECT owner_organ FROM matter") == [(owner,)]


def test_the_code_tells_who_the_liaison_is_once_one_is_named(journal: Connection) -> None:
    matter = ask(BONDED)
    assert answers_told.answers_told(matter) == ()
    assert isinstance(name_liaison(matter, "binhai-station-26"), Refused)
    assert isinstance(name_liaison(matter, BONDED), Recorded)
    told = [(one.label, one.value) for one in answers_told.answers_told(matter)]
    assert told == [("联络员姓名和岗位", "民警赵斌"), ("联络员电话", "120-00000011")]


def test_where_a_minor_is_concerned_the_code_tells_the_state_alone(journal: Connection) -> None:
    matter = ask(BONDED, minor_involved=True, guardian_name="监护人甲")
    assert isinstance(name_liaison(matter, BONDED), Recorded)
    assert answers_told.answers_told(matter) == ()


def test_no_matter_tells_nothing(journal: Connection) -> None:
    assert answers_told.answers_told("nothing") == ()
