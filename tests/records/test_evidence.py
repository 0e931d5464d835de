"""The recording of an alarm becomes evidence in the same transaction, and verifies ever after."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from haihe.kernel.values import Actor, Command, Refused
from haihe.pack import load_pack
from haihe.records import read, rules, write
from haihe.records.answers import Recorded
from haihe.records.database import Connection
from haihe.records.installed import InstalledRules
from haihe.records.shown import File, Reader
from haihe.records.verify import verify

DAY = "2026-09-01"  # a Tuesday
TWO = {"officers": ["王警官", "李警官"], "recording_on": True}
FILM = "ab" * 32
CALL = {"channel": "phone", "place": "马场道12号", "what": "邻居打人", "urgent": False}
SCENE = {"scene_work": "service", "scene_found": "已制止", "injured": 0, "minor_involved": False}
STORED = {
    "recording_files": [FILM],
    "keep": "six_months",
    "device": "津A0071",
    "recorded_from": f"{DAY}T08:20+08:00",
    "recorded_to": f"{DAY}T09:00+08:00",
}


def taken(when: str, act: str, role: str, organ: str, matter: str = "", **data: Any) -> str:
    """One step of a matter through the door; gives the matter."""
    command = Command(
        key=f"{act}-{when}",
        act=act,
        actor=Actor(person=role, role=role, organ=organ),
        matter=matter or None,
        kind=None if matter else "alarm",
        data=data,
    )
    zone = rules.current().zone
    now = datetime.fromisoformat(f"{DAY}T{when}").replace(tzinfo=zone)
    answer = write.submit(command, now=now)
    assert isinstance(answer, Recorded), answer
    return answer.matter


def stored() -> str:
    """An alarm whose recording was stored at noon."""
    alarm = taken("08:10", "take_call", "call_taker", "center110", **CALL)
    taken(
        "08:11",
        "grade",
        "call_taker",
        "center110",
        alarm,
        category="public_security",
        level="third",
    )
    taken("08:12", "dispatch", "duty_chief", "center110", alarm, unit="mcp", response_ring="five")
    taken("08:13", "acknowledge", "patrol", "mcp", alarm, officers=TWO["officers"])
    taken("08:20", "arrive", "patrol", "mcp", alarm, **TWO)
    taken("08:40", "handle", "patrol", "mcp", alarm, **TWO, **SCENE)
    return taken("12:00", "store_recordings", "patrol", "mcp", alarm, **STORED)


def test_a_stored_recording_is_evidence_with_what_the_alarm_knows(journal: Connection) -> None:
    rules.use(InstalledRules(load_pack(), organs=()))
    alarm = stored()
    ((evidence, owner, state, origin),) = journal.rows(
        "SELECT matter_id, owner_organ, state, from_matter FROM matter WHERE kind = 'evidence'"
    )
    assert (owner, state, origin) == ("mcp", "kept", alarm)
    assert journal.rows(
        "SELECT legal FROM clock WHERE matter_id = ? AND clock = 'keep'", (evidence,)
    ) == [("2027-03-01",)]
    reader = Reader(person="patrol", organ="mcp", roles=("officer",))
    noon = datetime.fromisoformat(f"{DAY}T12:30").replace(tzinfo=rules.current().zone)
    file = read.open_file(evidence, reader, "handle", now=noon)
    assert isinstance(file, File)
    assert {"津A0071", "视听资料"} <= {str(field.value) for field in file.fields}
    assert [link.relation for link in file.links] == ["来自"]
    assert verify(journal, rules.current()).problems == []


def test_what_opened_evidence_is_not_taken_back(journal: Connection) -> None:
    rules.use(InstalledRules(load_pack(), organs=()))
    alarm = stored()
    undo = Command(
        key="undo",
        act="withdraw",
        actor=Actor(person="patrol", role="patrol", organ="mcp"),
        matter=alarm,
        data={"reason": "传错了文件"},
    )
    noon = datetime.fromisoformat(f"{DAY}T12:30").replace(tzinfo=rules.current().zone)
    answer = write.submit(undo, now=noon)
    assert isinstance(answer, Refused)
    assert answer.reason == "final"
