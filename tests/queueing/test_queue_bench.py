"""The bench of the waiting time: what it reads, and that every rule is judged on the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.queue import groups_of, lived_on, measured, read

HEADER = (
    "vru+line,call_id,priority,type,date,vru_entry,vru_exit,vru_time,q_start,q_exit,q_time,"
    "outcome,ser_start,ser_exit,ser_time,server\n"
)


def row(day: int, minute: int, waits: int, *, server: str = "ANN", outcome: str = "AGENT") -> str:
    joined, left = f"10:{minute:02}:00", f"10:{minute:02}:{waits:02}"
    served = f"{left},10:{minute + 1:02}:50,60,{server}"
    ended = served if outcome == "AGENT" else "0:00:00,0:00:00,0,NO_SERVER"
    call = f"AA,1,0,PS,2010-08-{day:02} 00:00:00,{joined},{joined},0,{joined},{left},{waits}"
    return f"{call},{outcome},{ended}\n"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "calls.csv"
    rows = [row(day, minute, 10 + minute) for day in (2, 3, 4) for minute in range(0, 40, 2)]
    path.write_text(HEADER + "".join(rows) + row(4, 50, 5, outcome="HANG"), "utf-8")
    return path


def test_a_line_that_cannot_be_read_is_named(log: Path) -> None:
    log.write_text(log.read_text("utf-8") + row(5, 0, 1).replace("10:00:00", "ten"), "utf-8")
    with pytest.raises(ValueError, match="line 63"):
        read(log)


def test_who_hung_up_is_seen_in_the_queue_but_not_judged(log: Path) -> None:
    calls = read(log)
    last_day = [call for call in calls if call.day == "2010-08-04"]
    assert len(last_day) == 21
    assert len(list(lived_on(last_day, groups_of(calls)))) == 20


def test_every_rule_is_measured_on_the_same_people(log: Path) -> None:
    figures = measured(read(log))
    assert figures["test"]["learn_days"] == 2
    assert figures["test"]["told"] == 20
    assert figures["mean_wait"] == 29.0
    # Nobody waits when the next one joins; the one called last had waited two seconds less.
    assert figures["hol"]["mae"] == 29.0
    assert figures["les"]["mae"] == round((10 + 19 * 2) / 20, 2)
    assert figures["haihe"]["mae"] < figures["hol"]["mae"]


def test_one_day_alone_is_refused(log: Path) -> None:
    with pytest.raises(ValueError, match="some to learn from and some to test on"):
        measured([call for call in read(log) if call.day == "2010-08-02"])
