"""`haihe city`: what it checks, finds and shows, for people and for machines."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from haihe.commands import main
from haihe.commands.work import pass_to_heirs
from haihe.kernel.values import Actor, Command, Data
from haihe.pack.place import city_folder
from haihe.records import accounts, database, posts, rules, verify, write, writer
from haihe.records.answers import Recorded
from haihe.records.installed import InstalledRules
from haihe.records.responsible import fill_posts

Run = Callable[..., tuple[int, Any, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Call the command with --json; gives exit code, what was told, the words beside it."""
    monkeypatch.setenv("HAIHE_HOME", str(tmp_path))

    def call(*words: str) -> tuple[int, Any, str]:
        code = main(["city", *words, "--json"])
        out, words_beside = capsys.readouterr()
        return code, json.loads(out) if out else None, words_beside

    return call


def test_the_city_shipped_has_nothing_wrong(run: Run) -> None:
    code, told, words = run("check")

    assert (code, told["wrong"]) == (0, [])
    assert (told["places"]["street"], told["places"]["community"]) == (299, 5617)
    assert "没有发现问题" in words


def test_a_name_of_several_places_gives_all_of_them_with_where_they_lie(run: Run) -> None:
    code, told, words = run("resolve", "海滨街道", "--day", "2026-11-23")

    assert code == 0
    assert sorted(one["lineage"][1] for one in told["found"]) == ["宝坻区", "滨海新区"]
    assert "可能是 2 个地方" in words
    code, told, _ = run("resolve", "无此地名")
    assert (code, told["found"]) == (1, [])


def test_a_body_and_a_place_are_shown_as_of_a_day(run: Run) -> None:
    _, station, _ = run("show", "machang-station", "--day", "2026-11-23")
    _, street, _ = run("show", "120103005", "--day", "2026-11-23")
    _, old, _ = run("show", "120107", "--day", "2009-11-08")  # Sunday, the day before its end

    assert station["lineage"] == [
        "machang-station",
        "hexi-police",
        "tj-police",
        "12-city-government",
    ]
    assert "machang-station" in street["organs"]
    assert street["responsible"]["post"] == "120103005/first"
    assert old["now"]["name"] == "塘沽区"
    code, told, words = run("show", "nobody")
    assert (code, told) == (1, None)
    assert "nobody" in words


def test_a_point_has_one_grid_and_one_beat_that_name_one_another(run: Run) -> None:
    code, told, _ = run("at", "117.2234", "39.0912")

    assert code == 0
    assert told["grid"]["code"] in told["beat"]["linked"]
    assert told["beat"]["code"] in told["grid"]["linked"]
    assert run("at", "100", "30")[0] == 1


def test_a_city_that_contradicts_itself_is_unusable_and_says_where(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "city"
    shutil.copytree(city_folder(), root)
    text = (root / "organs.yaml").read_text(encoding="utf-8")
    wrong = text.replace("above: tj-police", "above: moon", 1)
    (root / "organs.yaml").write_text(wrong, encoding="utf-8")
    monkeypatch.setenv("HAIHE_CITY", str(root))
    code, _, words = run("check")

    assert code == 2
    assert "there is no organ `moon`" in words


def test_a_body_under_one_of_another_sort_than_its_own_sort_says_is_told(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "city"
    shutil.copytree(city_folder(), root)
    text = (root / "organs.yaml").read_text(encoding="utf-8")
    wrong = text.replace("sort: court, area: \"120103\", above: tj-second-court", "sort: court, "
                         "area: \"120103\", above: hexi-police")  # fmt: skip
    (root / "organs.yaml").write_text(wrong, encoding="utf-8")
    monkeypatch.setenv("HAIHE_CITY", str(root))
    code, told, _ = run("check")

    assert code == 1
    assert [one.split(":")[0] for one in told["wrong"]] == ["hexi-court"]


def test_what_a_closed_station_had_goes_to_its_heir_on_the_day_and_the_worker_does_the_same(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HAIHE_DATABASE_URL", raising=False)
    connection = database.connect()
    database.create_tables(connection)
    rules.use(InstalledRules())
    first, second = dispatched(), dispatched()
    clocks = connection.rows(CLOCKS, ())
    root = tmp_path / "city"
    shutil.copytree(city_folder(), root)
    (root / "changes").mkdir(exist_ok=True)
    today = datetime.now(rules.current().zone).date()

    close(root, today + timedelta(days=1))
    monkeypatch.setenv("HAIHE_CITY", str(root))
    rules.use(InstalledRules())
    assert run("apply")[:2] == (0, {"matters": 0, "to": {}, "left": []})

    close(root, today)
    rules.use(InstalledRules())
    assert run("show", "machang-station")[1]["exists"] is False
    assert run("apply")[:2] == (0, {"matters": 2, "to": {"dayingmen-station": 2}, "left": []})
    owners = connection.rows("SELECT matter_id, owner_organ FROM matter ORDER BY matter_id", ())
    assert owners == [(one, "dayingmen-station") for one in sorted((first, second))]
    assert connection.rows(CLOCKS, ()) == clocks
    assert verify.verify(connection, rules.current()).problems == []
    pass_to_heirs()
    assert run("apply")[1]["matters"] == 0
    connection.close()
    writer.forget_writer()
    database.forget_reading_connection()
    monkeypatch.delenv("HAIHE_CITY")
    rules.use(InstalledRules())


def test_every_area_has_one_person_by_name_and_another_from_the_day_of_a_change(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HAIHE_DATABASE_URL", raising=False)
    assert run("show", STREET)[1]["responsible"]["people"] == ""  # nothing was recorded yet
    connection = database.connect()
    database.create_tables(connection)
    rules.use(InstalledRules())
    assert run("people", "--day", str(EVE))[0] == 1
    names = (f"某{number:05d}" for number in count())
    filled = fill_posts(rules.current(), EVE, date(2018, 9, 1), lambda: next(names))

    code, told, _ = run("people", "--day", str(EVE))
    assert (code, told["wrong"], told["posts"]) == (0, [], filled)
    assert filled > 7000
    old = run("show", STREET, "--day", str(EVE))[1]["responsible"]["people"]
    assert old.startswith("某")
    posts.end_holding(f"{STREET}/first", f"{STREET}/first", EVE)
    accounts.enrol("new", "新来的人")
    posts.hold(posts.Holding(post=f"{STREET}/first", person="new", since=DAY))
    for day, name in ((EVE, old), (DAY, "新来的人")):
        assert run("show", STREET, "--day", str(day))[1]["responsible"]["people"] == name
        assert run("people", "--day", str(day))[0] == 0

    shown = posts.sought("hexi", 50)  # whoever looks for a post to act in finds those first
    assert posts.held_by("new", DAY)[0].organ == "machang-street"
    assert [one.roles for one in shown] == [(posts.RESPONSIBLE,)] * len(shown)
    posts.make_post(posts.Post(id="z", organ="hexi-center", roles=("greeter",)))
    assert posts.sought("hexi", 50)[0].id == "z"
    assert verify.verify(connection, rules.current()).problems == []
    connection.close()
    writer.forget_writer()
    database.forget_reading_connection()


STREET = "120103005"
EVE = date(2026, 11, 22)  # a Sunday
DAY = date(2026, 11, 23)

CLOCKS = "SELECT matter_id, clock, started_at, legal, falls_at FROM clock ORDER BY matter_id, clock"


def close(root: Path, day: date) -> None:
    """An order that closes the station of Machang on a day, the only one."""
    for old in (root / "changes").glob("*.yaml"):
        old.unlink()
    (root / "changes" / f"{day}-close.yaml").write_text(
        f"day: {day}\norder: 津公编〔2026〕1号\nby: 市公安局\nchanges:\n"
        "  - {do: close_organ, organ: machang-station, heirs: [{organ: dayingmen-station}]}\n",
        encoding="utf-8",
    )


def dispatched() -> str:
    """An alarm that the command centre gave to the station of Machang."""
    taker = Actor(person="taker", role="call_taker", organ="tj-110")
    call: Data = {
        "channel": "phone",
        "place": "马场道12号",
        "what": "邻里因楼道堆物争吵，请民警到场。",
        "urgent": False,
        "caller_name": "报警人甲",
        "phone": "13900000001",
    }
    steps: list[tuple[str, Data]] = [
        ("take_call", call),
        ("grade", {"category": "public_security", "level": "third"}),
        ("dispatch", {"unit": "machang-station", "response_ring": "three"}),
    ]
    matter = ""
    for act, data in steps:
        command = Command(
            key=f"{act}-{uuid4()}",
            act=act,
            actor=taker,
            matter=matter or None,
            kind=None if matter else "alarm",
            data=data,
        )
        answer = write.submit(command)
        assert isinstance(answer, Recorded), answer
        matter = answer.matter
    return matter
