"""What was put right is put right in the published views, and was not before that day."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from haihe.kernel.values import Actor, Command, Datum
from haihe.records import mirror, read, rules, verify, write
from haihe.records.answers import Recorded
from haihe.records.database import Connection
from haihe.records.installed import InstalledRules
from haihe.records.shown import File, Reader
from haihe.records.told import Moment
from haihe.supervision.views import data_fields, open_views

TUESDAY = datetime(2026, 9, 1, 8, 10, tzinfo=ZoneInfo("Asia/Shanghai"))
STREET = "dayingmen-street"
WORKER = Actor(person="sun", role="grid_worker", organ=STREET)
DISPATCHER = Actor(person="wang", role="dispatcher", organ=STREET)
COLUMNS = "seq, act, category, record, item"
INSTALLED = InstalledRules()


@pytest.fixture
def city(journal: Connection) -> Connection:
    """An empty journal under the installed pack."""
    rules.use(INSTALLED)
    return journal


def act(actor: Actor, name: str, hours: float, matter: str | None = None, **data: Any) -> Recorded:
    """One act that must be allowed."""
    command = Command(
        key=f"{name}-{matter}-{hours}", act=name, actor=actor, matter=matter,
        kind=None if matter else "grid_event", data=data,
    )  # fmt: skip
    answer = write.submit(command, now=TUESDAY + timedelta(hours=hours))
    assert isinstance(answer, Recorded), answer
    return answer


def report(hours: float) -> str:
    data: dict[str, Datum] = {"street": STREET, "category": "facility", "what": "电线被风刮落",
                  "place": "谊城公寓3号楼", "photos_before": ["a3" * 32]}  # fmt: skip
    return act(WORKER, "report", hours, None, **data).matter


def put_right(matter: str, hours: float) -> Recorded:
    procedure = rules.current().governing("grid_event", TUESDAY.date())
    assert procedure is not None
    safety = procedure.fields["category"].choices["safety"]
    command = Command(
        key=f"right-{matter}", act="put_right", actor=DISPATCHER, matter=matter,
        data={"item": "1.category", "value": safety, "reason": "抄错了类别"},
    )  # fmt: skip
    answer = write.submit(command, now=TUESDAY + timedelta(hours=hours))
    assert isinstance(answer, Recorded), answer
    return answer


def rows(root: Path, matter: str) -> list[tuple[Any, ...]]:
    told = open_views(root, data_fields(rules.current().every_version()))
    try:
        sql = f"SELECT {COLUMNS} FROM event WHERE matter_id = ? ORDER BY seq"
        return told.execute(sql, [matter]).fetchall()
    finally:
        told.close()


def refreshed(connection: Connection, hours: float) -> Path:
    now = TUESDAY + timedelta(hours=hours)
    return mirror.refresh(connection, rules.current(), rules.current().every_version(), now)


def test_the_views_tell_what_is_true_and_a_past_day_what_was_written(
    city: Connection, tmp_path: Path
) -> None:
    wrong, other = report(0), report(0.1)
    act(DISPATCHER, "accept", 0.2, wrong, urgency="ordinary", category="facility")
    before = rows(refreshed(city, 1), wrong)
    assert [row[:3] for row in before] == [(1, "report", "facility"), (2, "accept", "facility")]
    put_right(wrong, 2)
    root = refreshed(city, 3)
    after = rows(root, wrong)
    assert after[0][:3] == (1, "report", "safety")
    assert after[2] == (3, "put_right", None, 1, "1.category")
    assert [row[:3] for row in rows(root, other)] == [(1, "report", "facility")]
    mirror.forget()
    assert rows(refreshed(city, 4), wrong) == after, "made anew the rows are the same"
    moment = Moment(TUESDAY + timedelta(hours=1), past=True)
    mirror.as_of(city, rules.current(), rules.current().every_version(), moment, tmp_path)
    assert rows(tmp_path, wrong) == before


def test_the_file_tells_what_was_put_right_and_the_journal_still_fits(city: Connection) -> None:
    matter = report(0)
    act(DISPATCHER, "accept", 0.2, matter, urgency="ordinary", category="facility")
    put_right(matter, 2)
    reader = Reader(person="wang", organ=STREET, roles=("dispatcher",))
    file = read.open_file(matter, reader, "handle", now=TUESDAY + timedelta(hours=3))
    assert isinstance(file, File), "the street may read it"
    told = {one.label: one.value for one in file.timeline[-1].values}
    assert told["更正哪一项"] == "第1号记录“大类”"
    assert told["更正理由"] == "抄错了类别"
    assert "now_reads" not in told
    assert not verify.verify(city, rules.current()).problems
