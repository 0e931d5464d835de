"""The figures of a campaign come from the matters that joined it, on its page and in its paper."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from haihe.kernel.values import Actor, Command
from haihe.pack import load_pack
from haihe.records import read, rules, write
from haihe.records.answers import Recorded
from haihe.records.database import Connection
from haihe.records.derived import LABEL
from haihe.records.installed import InstalledRules
from haihe.records.shown import File, Paper, Reader

DAY = "2026-09-01"  # a Tuesday
PLANNER = Reader(person="陈某", organ="team", roles=("planner",))
PLAN: dict[str, Any] = {
    "title": "诚基中心整治",
    "legal_ground": "区政府专项工作方案",
    "scope": "诚基中心各栋的安全隐患",
    "sets_quota": False,
    "members": ["team", "station"],
}


def at(when: str) -> datetime:
    return datetime.fromisoformat(f"{DAY}T{when}").replace(tzinfo=rules.current().zone)


def taken(when: str, act: str, actor: Actor, matter: str = "", kind: str = "", **data: Any) -> str:
    """One step through the door; gives the matter."""
    command = Command(
        key=f"{act}-{when}",
        act=act,
        actor=actor,
        matter=matter or None,
        kind=kind or None,
        data=data,
    )
    answer = write.submit(command, now=at(when))
    assert isinstance(answer, Recorded), answer
    return answer.matter


def grid_event(when: str) -> str:
    worker = Actor(person="网格员", role="grid_worker", organ="community")
    return taken(
        when,
        "report",
        worker,
        kind="grid_event",
        street="street",
        place="诚基中心",
        category="safety",
        what="楼道堆物",
        photos_before=["a" * 64],
    )


def campaign() -> tuple[str, list[str]]:
    """A running campaign that three matters joined and one left again."""
    planner = Actor(person="陈某", role="planner", organ="team")
    head = Actor(person="书记", role="head", organ="district")
    matter = taken("09:00", "draft", planner, kind="campaign", **PLAN)
    taken("10:00", "approve", head, matter)
    events = [grid_event(f"10:0{number}") for number in range(1, 4)]
    for number, event in enumerate(events, start=1):
        taken(f"11:0{number}", "join_matter", planner, matter, joined_matter=event)
    left = {"joined_matter": events[0], "left_reason": "不在范围内"}
    taken("11:10", "leave_matter", planner, matter, **left)
    return matter, events


def test_a_campaign_shows_how_many_matters_it_has_and_how_many_of_them_ended(
    journal: Connection,
) -> None:
    rules.use(InstalledRules(load_pack(), organs=()))
    matter, events = campaign()
    file = read.open_file(matter, PLANNER, "handle", now=at("12:00"))
    assert isinstance(file, File)
    shown = [one.value for one in file.fields if one.label == LABEL]
    assert shown == ["共2件，已经办结0件：网格事件2件"]
    clerk = Actor(person="派遣员", role="dispatcher", organ="street")
    taken("12:10", "reject", clerk, events[1], rejection="不归网格处理", route_told=True)
    file = read.open_file(matter, PLANNER, "handle", now=at("12:20"))
    assert isinstance(file, File)
    shown = [one.value for one in file.fields if one.label == LABEL]
    assert shown == ["共2件，已经办结1件：网格事件2件"]


def test_a_matter_that_none_joined_shows_no_figures_and_the_summary_tells_the_count(
    journal: Connection,
) -> None:
    rules.use(InstalledRules(load_pack(), organs=()))
    matter, events = campaign()
    planner = Actor(person="陈某", role="planner", organ="team")
    taken("13:00", "end_campaign", planner, matter)
    taken("14:00", "sum_up", planner, matter, summary_text="隐患已经清除")
    step = 8  # draft, approve, three joins, one leave, end, summary
    paper = read.paper(matter, step, "campaign-summary", PLANNER, "handle", at("15:00"))
    assert isinstance(paper, Paper)
    assert any("纳入的事项2件" in line.text for line in paper.lines)
    reader = Reader(person="派遣员", organ="street", roles=("dispatcher",))
    file = read.open_file(events[2], reader, "handle", now=at("15:00"))
    assert isinstance(file, File)
    assert LABEL not in [one.label for one in file.fields]
