"""Story T14: a withdrawn alarm is queued with its reason, and the one before it is proposed."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from haihe.commands.sweep import sweep_all
from haihe.kernel.values import Actor, Command, Data
from haihe.pack.models import load_models
from haihe.pack.place import models_folder
from haihe.records import published, rules, write
from haihe.records.answers import Recorded
from haihe.records.database import Connection
from haihe.records.installed import InstalledRules

WEDNESDAY = datetime(2026, 7, 29, 22, 40, tzinfo=ZoneInfo("Asia/Shanghai"))
TAKER = Actor(person="li", role="call_taker", organ="tj-110")
LEGAL = Actor(person="sun", role="legal", organ="hexi-legal")
PATROL = Actor(person="zhang", role="patrol", organ="machang-station")
MODELS = tuple(
    one
    for one in load_models(models_folder())
    if one.id in ("likely_series", "withdrawn_alarm_unexamined")
)
FOUND = "SELECT matter_id, says FROM finding WHERE model = ? AND closed_at IS NULL"


@pytest.fixture
def city(journal: Connection, monkeypatch: pytest.MonkeyPatch) -> Connection:
    """An empty journal under the installed pack with the two models of withdrawn alarms."""
    rules.use(InstalledRules())
    monkeypatch.setattr(published, "load_models", lambda _: MODELS)
    return journal


def act(actor: Actor, name: str, hours: float, data: Data, matter: str | None = None) -> str:
    """One act, so many hours after Wednesday 29 July 2026, 22:40; gives its matter."""
    command = Command(
        key=f"{name}-{matter}-{hours}",
        act=name,
        actor=actor,
        matter=matter,
        kind=None if matter else "alarm",
        data=data,
    )
    answer = write.submit(command, now=WEDNESDAY + timedelta(hours=hours))
    assert isinstance(answer, Recorded), answer
    return answer.matter


def alarm(hours: float, what: str, place: str, told: Data) -> str:
    """An alarm that was taken, graded and sent to the station."""
    data: Data = {"channel": "phone", "place": place, "what": what, "urgent": False, **told}
    matter = act(TAKER, "take_call", hours, data)
    act(TAKER, "grade", hours + 0.02, {"category": "public_security", "level": "third"}, matter)
    sent: Data = {"unit": PATROL.organ, "response_ring": "three"}
    act(TAKER, "dispatch", hours + 0.04, sent, matter)
    return matter


def test_the_alarm_of_the_day_before_is_proposed_first_and_reopening_ends_the_proposal(
    city: Connection,
) -> None:
    trap: Data = {"means": "honey_trap", "target_kind": "cash"}
    before = alarm(0, "称在酒店被女子带来的几名男子威胁，被迫转账六千元", "解放南路某宾馆", trap)
    alarm(20, "电动自行车在楼下被盗", "友谊路某酒店", {"means": "other", "target_kind": "vehicle"})
    alarm(21, "楼上装修吵闹，请民警到场", "友谊路8号", {})
    told = alarm(22.4, "称在酒店被一名女子和几名男子威胁，转账八千元", "友谊路某酒店", trap)
    withdrawal: Data = {
        "withdrawal_reason": "没有实际财产损失",
        "withdrawal_proposed_by": "caller",
    }
    act(PATROL, "withdraw_alarm", 23.5, withdrawal, told)

    sweep_all(WEDNESDAY + timedelta(hours=24))
    ((matter, says),) = city.rows(FOUND, ("likely_series",))
    assert matter == told
    ((number,),) = city.rows("SELECT number FROM matter WHERE matter_id = ?", (before,))
    assert number in says
    assert "特征手法同对象3" in says
    ((rectification,),) = city.rows(
        "SELECT rectification FROM finding WHERE model = 'likely_series'"
    )
    assert rectification
    assert city.rows(FOUND, ("withdrawn_alarm_unexamined",)) == []

    sweep_all(WEDNESDAY + timedelta(hours=48))
    assert [row[0] for row in city.rows(FOUND, ("withdrawn_alarm_unexamined",))] == [told]

    opinion: Data = {
        "legal_opinion": "与前一日警情手法相同，串并审查",
        "category": "criminal",
        "jurisdiction": "ours",
        "minor_involved": False,
    }
    act(LEGAL, "reopen", 49, opinion, told)
    sweep_all(WEDNESDAY + timedelta(hours=49.5))
    assert city.rows(FOUND, ("likely_series",)) == []
    review = "SELECT status FROM clock WHERE matter_id = ? AND clock = 'criminal_review'"
    assert city.rows(review, (told,)) == [("running",)]
