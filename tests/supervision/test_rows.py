"""CSV and Parquet with a mapping: order, types, and what is refused with its line."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from haihe.supervision.imports.log import Log, read_log
from tests.supervision.small_logs import column, plan, read

HEADER = "case,act,time,amount,due,channel\n"
ROWS = (
    "F2,Create Fine,2006-07-25T09:00:00+02:00,71.5,2006-07-26,post\n"
    "F1,Send Fine,2006-12-05 10:00:00,,,\n"
    "F1,Create Fine,2006-07-24 08:00:00,35,2006-07-24T23:30:00Z,desk\n"
)
KEYS = {"matter_id": "case", "act": "act", "happened_at": "time", "person": ""}


def csv(folder: Path, text: str | bytes, name: str = "log.csv", **more: str) -> Log:
    """Read a CSV text with columns for the fields that the small plan declares."""
    content = text.encode() if isinstance(text, str) else text
    lines = content.split(b"\n")
    lines[0] += b",points,dismissal,urgent" if b"\t" not in lines[0] else b""
    rows = [line + b",,," if line and b"\t" not in line else line for line in lines[1:]]
    return read(folder, b"\n".join([lines[0], *rows]), name, **(KEYS | more))


def test_rows_of_a_matter_are_put_in_the_order_of_their_time(tmp_path: Path) -> None:
    log = csv(tmp_path, HEADER + ROWS)
    assert log.damage is None
    assert log.matter.column("matter_id").to_pylist() == ["F2", "F1"]
    assert column(log, "act") == ["Create Fine", "Create Fine", "Send Fine"]
    assert column(log, "seq") == [1, 1, 2]
    assert column(log, "amount") == [71.5, 35.0, None]


def test_a_time_without_offset_is_local_and_a_day_is_the_local_day(tmp_path: Path) -> None:
    log = csv(tmp_path, HEADER + ROWS)
    assert column(log, "happened_at")[1] == datetime.fromisoformat("2006-07-24T06:00")
    assert column(log, "happened_local")[1] == datetime.fromisoformat("2006-07-24T08:00")
    assert column(log, "due_on") == [date(2006, 7, 26), date(2006, 7, 25), None]


def test_a_mapping_may_say_that_bare_times_are_universal(tmp_path: Path) -> None:
    log = csv(tmp_path, HEADER + ROWS, bare_times="utc")
    assert column(log, "happened_local")[1] == datetime.fromisoformat("2006-07-24T10:00")


def test_the_value_of_a_matter_is_the_first_its_rows_give(tmp_path: Path) -> None:
    log = csv(tmp_path, HEADER + ROWS + "F3,Create Fine,2006-07-26,1,,\n")
    assert log.matter.column("channel").to_pylist() == ["post", "desk", None]


def test_rows_of_the_same_instant_keep_their_order(tmp_path: Path) -> None:
    rows = "".join(f"F1,{act},2006-07-24 08:00:00,,,\n" for act in "cab")
    assert column(csv(tmp_path, HEADER + rows), "act") == ["c", "a", "b"]


def test_packed_and_quoted_rows_with_line_breaks_are_read(tmp_path: Path) -> None:
    rows = 'F1,"Create,\nFine",2006-07-24,,,\nF1,Send Fine,2006-07-25,,,\n'
    text = HEADER.strip() + ",points,dismissal,urgent\n" + rows.replace(",,,\n", ",,,,,,\n")
    log = read(tmp_path, text, "log.csv.gz", **KEYS)
    assert log.damage is None
    assert column(log, "act") == ["Create,\nFine", "Send Fine"]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (",Create Fine,2006-07-24,1,,", "matter_id"),
        ("F9,Create Fine,yesterday,1,,", "'yesterday' 不是日期"),
        ("F9,Create Fine,,1,,", "happened_at"),
        ("F9,,2006-07-24,1,,", "act"),
        ("F9,Create Fine,2006-07-24,1", "格"),
        ('F9,"Create Fine" x,2006-07-24,1,,', "CSV"),
        ("F9,Create Fine,2006-07-24,one,,", "'one' 不是数"),
    ],
)
def test_a_wrong_row_is_refused_with_its_line(tmp_path: Path, row: str, reason: str) -> None:
    good = "F1,Create Fine,2006-07-24,1,,\nF1,Send Fine,2006-07-25,1,,\n"
    good += "F2,Create Fine,2006-07-26,1,,\n"
    log = csv(tmp_path, HEADER + good + row + "\nF3,Create Fine,2006-07-28,1,,\n")
    assert log.damage is not None
    assert log.damage.line == 5
    assert reason in log.damage.reason
    assert (log.damage.matters, log.damage.events) == (1, 2)  # F2 may not be whole


def test_mixed_rows_before_damage_make_no_whole_matter(tmp_path: Path) -> None:
    mixed = "F1,a,2006-07-24,,,\nF2,a,2006-07-24,,,\nF1,b,2006-07-25,,,\n"
    log = csv(tmp_path, HEADER + mixed + "F3,a,never,,,\n")
    assert log.damage is not None
    assert log.damage.matters == 0


def test_a_missing_column_is_named_with_those_there_are(tmp_path: Path) -> None:
    log = csv(tmp_path, HEADER.replace("time", "when") + ROWS)
    assert log.damage is not None
    assert "time" in log.damage.reason
    assert "when" in log.damage.reason


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    log = csv(tmp_path, HEADER.encode() + ROWS.encode() + b"F7,\xff\xfe,2006-07-24,,,\n")
    assert log.damage is not None


def events_table() -> pa.Table:
    """Three events with typed columns."""
    return pa.table(
        {
            "case": ["F1", "F1", "F2"],
            "act": ["a", "b", "a"],
            "time": pa.array(
                [datetime.fromisoformat(f"2006-07-{day}T08:00") for day in (24, 25, 26)],
                pa.timestamp("us"),
            ),
            "amount": [35.0, None, 71.5],
            "due": pa.array([date(2006, 7, 24), None, None]),
            "points": pa.array([2.0, None, None]),
            "urgent": [True, None, False],
            "dismissal": ["#", None, None],
            "channel": [None, "desk", None],
        }
    )


def test_a_parquet_file_keeps_its_types(tmp_path: Path) -> None:
    path = tmp_path / "log.parquet"
    pq.write_table(events_table(), path)
    log = read_log(path, plan(**KEYS))
    assert log.damage is None
    assert column(log, "points") == [2, None, None]
    assert column(log, "urgent") == [True, None, False]
    assert column(log, "happened_local")[0] == datetime.fromisoformat("2006-07-24T08:00")
    assert log.matter.column("channel").to_pylist() == ["desk", None]


def test_a_cut_parquet_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "log.parquet"
    pq.write_table(events_table(), path)
    path.write_bytes(path.read_bytes()[:-40])
    log = read_log(path, plan(**KEYS))
    assert log.damage is not None
    assert log.damage.matters == 0
