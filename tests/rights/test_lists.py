"""Lists on both databases: what each holds, that it goes on, and that both ways to it agree."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from haihe.kernel.values import Actor, Command
from haihe.records import lists, reach, rules, write
from haihe.records.answers import Recorded
from haihe.records.database import Connection
from haihe.records.shown import Reader
from haihe.records.verify import verify
from tests.records.fresh import BOTH, fresh_journal, url_of
from tests.records.small_city import TUESDAY
from tests.rights.one_of_each import PEOPLE, City, clerk, opened

NOW = TUESDAY + timedelta(hours=1)
OWNERS = ("north", "old", "far", "north", "old")


@pytest.fixture(params=BOTH)
def journal(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Connection]:
    """The city with one matter of each kind, and three more a body."""
    with fresh_journal(tmp_path, monkeypatch, City(), url_of(request)) as connection:
        for name in ("open", "sealed", "reported"):
            opened(name)
        for number, organ in enumerate(OWNERS):
            command = Command(
                key=f"more-{number}",
                act="receive",
                actor=clerk(organ),
                kind="permit",
                data={"what": f"申请{number}"},
            )
            assert isinstance(write.submit(command, now=TUESDAY), Recorded)
        yield connection


def reader(name: str) -> Reader:
    one = PEOPLE[name]
    return Reader(person=name, organ=one.organ, roles=one.roles, supervisor=one.supervisor)


def numbers(name: str, of: lists.Of, limit: int = lists.LIST_USUAL) -> list[str]:
    """Every number of a list, page after page."""
    found: list[str] = []
    after = ""
    for _ in range(20):
        page = lists.inbox(reader(name), limit, after, NOW, of=of)
        found += [item.number[-1] for item in page.items]
        after = page.after
        if not after:
            return found
    raise AssertionError("the list does not end")


def test_each_list_holds_what_its_organ_has_to_do_with(journal: Connection) -> None:
    # 1 open, 2 sealed, 3 reports the supervisor of the district; 4 to 8 are of OWNERS
    assert sorted(numbers("handler", "own")) == ["1", "3", "4", "7"]
    assert numbers("asked", "asked") == ["1"]
    assert sorted(numbers("co_handler", "helps")) == ["1", "3"]
    assert sorted(numbers("earlier_owner", "had")) == ["1", "3"]
    assert sorted(numbers("district_supervisor", "reach")) == ["1", "4", "5", "7", "8"]
    assert sorted(numbers("far_supervisor", "reach")) == ["6"]
    assert sorted(numbers("city_leader", "reach")) == ["1", "3", "4", "5", "6", "7", "8"]
    assert numbers("stranger", "reach") == []
    assert numbers("handler", "reach") == []
    assert verify(journal, rules.current()).problems == []


def test_a_request_leaves_the_list_when_it_was_answered(journal: Connection) -> None:
    ((matter, seq),) = journal.rows(
        "SELECT e.matter_id, e.seq FROM event e JOIN matter m ON m.matter_id = e.matter_id "
        "WHERE e.act = 'request' AND m.number = 'PE-2026-000001'"
    )
    answer = write.submit(
        Command(
            key="answer",
            act="answer",
            actor=Actor(person="asked", role="traffic", organ="west"),
            matter=matter,
            data={"request": seq, "text": "没有"},
        ),
        now=NOW,
    )
    assert isinstance(answer, Recorded), answer
    assert numbers("asked", "asked") == []
    found = lists.search(reader("asked"), "PE-", now=NOW).items
    assert [item.number[-1] for item in found] == ["1"]
    assert verify(journal, rules.current()).problems == []


@pytest.mark.usefixtures("journal")
@pytest.mark.parametrize("of", ["reach", "own"])
def test_pages_follow_each_other_without_gap_or_repetition(of: lists.Of) -> None:
    for name in ("city_leader", "district_supervisor", "handler"):
        assert numbers(name, of, limit=2) == numbers(name, of)


@pytest.mark.usefixtures("journal")
@pytest.mark.parametrize("near", [0, 1, 3])
def test_walking_the_city_and_merging_its_organs_give_the_same(
    near: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    walked = numbers("district_supervisor", "reach")
    searched = lists.search(reader("district_supervisor"), "PE-", now=NOW)
    monkeypatch.setattr(lists, "NEAR", near)
    assert numbers("district_supervisor", "reach") == walked
    assert numbers("district_supervisor", "reach", limit=2) == walked
    assert lists.search(reader("district_supervisor"), "PE-", now=NOW) == searched


@pytest.mark.usefixtures("journal")
def test_what_one_supervises_follows_area_line_and_subordination() -> None:
    assert reach.reach_of("city").organs is None
    area = reach.reach_of("watch").organs
    assert area == {"watch", "north", "east", "west", "old"}
    assert reach.reach_of("west") == ({"west"}, ("west", "watch"))
    assert reach.reach_of("nobody knows it") == ({"nobody knows it"}, ("nobody knows it",))


def test_a_changed_stake_is_named(journal: Connection) -> None:
    journal.run("UPDATE stake SET how = 'helps' WHERE organ = 'west' AND how = 'asked'")
    problems = verify(journal, rules.current()).problems
    assert {one.problem for one in problems} == {"stake"}
    assert all("west" in one.says for one in problems)
