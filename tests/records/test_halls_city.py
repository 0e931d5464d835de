"""The halls of a city: they load and rest on told articles; wrong ones say why."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

import pytest
from msgspec.structs import replace

from haihe.pack import load_pack
from haihe.pack.city import load_organs
from haihe.pack.yaml_file import UnusablePack
from haihe.queueing.plan import Carry
from haihe.records.halls_city import faults, load_halls, span

the_pack = cache(load_pack)  # read once

MONDAY, SATURDAY = date(2026, 11, 23), date(2026, 11, 28)
HALL = """
halls:
  small:
    name: 小厅
    organ: station
    window_roles: [window]
    lobby_roles: [lobby]
    hours: {{workday: ["{hours}"]}}
    queues: [{{letter: A, name: 综合}}]
    errands: [{{id: one, name: 一件事, queue: {queue}}}]
    windows: [{{id: "1", name: 1号, serves: [A]}}]
    favours: [{{id: old, name: 老人, ahead_minutes: {ahead}, cites: [{cite}]}}]
"""


def written(folder: Path, **told: str) -> Path:
    values = {"hours": "08:30-12:00", "queue": "A", "ahead": "20", "cite": "haihe#hall-order"}
    (folder / "halls.yaml").write_text(HALL.format(**(values | told)), encoding="utf-8")
    return folder


def test_every_hall_of_the_city_works_and_rests_on_what_is_told() -> None:
    pack, organs = the_pack(), load_organs()
    halls = load_halls(pack.law)
    assert halls
    assert list(faults(halls, pack, organs.ids())) == []
    for site, hall in halls.items():
        assert hall.plan(site, MONDAY, pack.calendar).spans


def test_what_a_hall_names_that_is_not_there_is_told() -> None:
    hall = load_halls()["machang"]
    first, *_ = hall.errands
    wrong = replace(
        hall,
        organ="nowhere",
        errands=(
            replace(first, kind="nothing"),
            replace(first, step="nothing"),
            replace(first, data={"nothing": "x"}),
        ),
        carry=Carry(cites=("haihe#nothing",)),
    )
    found = "\n".join(faults({"machang": wrong}, the_pack(), ["machang-station"]))
    assert "there is no organ `nowhere`" in found
    assert "there is no kind `nothing`" in found
    assert "service_item has no step `nothing`" in found
    assert "service_item has no field `nothing`" in found
    assert "`haihe#nothing` is not told in law/" in found


def test_hours_follow_the_official_calendar() -> None:
    hall = load_halls()["machang"]
    calendar = the_pack().calendar
    assert hall.plan("machang", MONDAY, calendar).spans == (span("08:30-12:00"), (48_600, 63_000))
    assert hall.plan("machang", SATURDAY, calendar).spans == ((32_400, 43_200),)


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ({"hours": "8:30-12:00"}, "are not like 08:30-12:00"),
        ({"hours": "12:00-08:30"}, "they follow each other"),
        ({"queue": "B"}, "there is no queue `B`"),
        ({"ahead": "500"}, "1 to 120 minutes"),
        ({"cite": "haihe#nothing"}, "is not told in law/"),
    ],
)
def test_a_hall_that_cannot_work_says_why(tmp_path: Path, told: dict[str, str], says: str) -> None:
    with pytest.raises(UnusablePack, match=says):
        load_halls(the_pack().law, written(tmp_path, **told))


def test_a_city_without_halls_has_none(tmp_path: Path) -> None:
    assert load_halls(None, tmp_path) == {}
    assert set(load_halls(None, written(tmp_path))) == {"small"}
