"""The bench of the waiting time: what it reads, and that every rule is judged on the same."""

from __future__ import annotations

import gzip
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


def test_a_log_with_many_lines_that_cannot_be_read_is_refused_with_the_first(log: Path) -> None:
    log.write_text(log.read_text("utf-8") + row(5, 0, 1).replace("10:00:00", "ten"), "utf-8")
    with pytest.raises(ValueError, match="line 63"):
        read(log)


def test_a_single_bad_line_among_many_is_left_out_and_told(
    log: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [row(day, minute, 10) for day in (5, 6, 7) for minute in range(0, 58, 2)]
    text = log.read_text("utf-8") + "".join(rows)
    log.write_text(text + row(8, 0, 1).replace("10:00:00", "ten"), "utf-8")
    assert len(read(log)) == len(text.splitlines()) - 1
    assert "1 lines left out" in capsys.readouterr().err


def test_a_log_without_a_column_that_is_needed_says_which(log: Path) -> None:
    log.write_text(log.read_text("utf-8").replace("q_exit", "left", 1), "utf-8")
    with pytest.raises(ValueError, match="no column q_exit"):
        read(log)


def test_a_log_without_servers_and_priorities_is_one_group(log: Path) -> None:
    whole = log.read_text("utf-8").splitlines()
    cut = [",".join(line.split(",")[:2] + line.split(",")[3:-1]) for line in whole]
    log.write_text("\n".join(cut), "utf-8")
    figures = measured(read(log))
    assert figures["test"]["told"] == 20
    assert len(figures["by_group"]) == 1


def test_a_packed_log_is_known_by_its_first_bytes(log: Path) -> None:
    plain = read(log)
    log.write_bytes(gzip.compress(log.read_bytes()))
    assert read(log) == plain


def test_a_type_nobody_was_served_with_is_told_a_wait_by_what_the_others_waited(log: Path) -> None:
    calls = read(log)
    late = [call._replace(type="NEW") if call.day == "2010-08-04" else call for call in calls]
    assert measured(late)["haihe"] == measured(calls)["haihe"]


def test_earlier_days_of_another_log_are_learned_from_and_all_of_this_one_is_the_test(
    log: Path,
) -> None:
    calls = read(log)
    early = [call for call in calls if call.day == "2010-08-02"]
    late = [call for call in calls if call.day > "2010-08-02"]
    figures = measured(late, before=early)
    assert (figures["test"]["learn_days"], figures["test"]["test_days"]) == (1, 2)
    assert figures["haihe"] == measured(calls, learn_days=1)["haihe"]
    with pytest.raises(ValueError, match="some to learn from"):
        measured(early, before=late)


def test_nothing_of_a_test_day_that_is_still_to_come_changes_what_somebody_is_told(
    log: Path,
) -> None:
    """Whoever joins is told the same whether the rest of the day is there or not."""
    calls = read(log)
    groups = groups_of(calls)
    day = [call for call in calls if call.day == "2010-08-04"]
    whole = list(lived_on(day, groups))
    for nth, one in enumerate(whole):
        so_far = [call for call in day if call.joined <= one.joined]
        assert list(lived_on(so_far, groups))[nth].moment == one.moment


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
