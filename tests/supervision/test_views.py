"""The published views as Parquet: schema, segments, and how DuckDB sees them."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from haihe.supervision import views
from haihe.supervision.views import VIEWS, WrongView, open_views, write_segment

ROOT = Path(__file__).resolve().parents[2]


def events(*ids: str, **more: pa.Array) -> pa.Table:
    """One event for each id, with further columns."""
    count = len(ids)
    return pa.table(
        {"matter_id": list(ids), "seq": [1] * count, "act": ["a"] * count, "kind": ["k"] * count}
        | more
    )


@pytest.mark.parametrize(("often", "kept"), [(False, 9), (True, 9), (True, 0)])
def test_segments_of_one_view_are_read_as_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, often: bool, kept: int
) -> None:
    monkeypatch.setattr(views, "CELLS_KEPT_MAX", kept * 100)
    write_segment(tmp_path, "event", events("F1", "F2"), first=1, last=2)
    write_segment(
        tmp_path,
        "event",
        events("F3", amount=pa.array([35.0])),
        first=3,
        last=3,
        fields={"amount": "number"},
    )
    connection = open_views(tmp_path, {"amount": "number"}, often=often)
    rows = connection.execute("SELECT matter_id, amount FROM event ORDER BY 1").fetchall()
    assert rows == [("F1", None), ("F2", None), ("F3", 35.0)]
    tables = connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()
    assert (("event",) in tables) == (often and kept > 0)


def test_a_view_without_segments_is_empty_but_has_its_columns(tmp_path: Path) -> None:
    connection = open_views(tmp_path, {"amount": "number"})
    assert connection.execute("SELECT matter_id, amount FROM event").fetchall() == []
    for view in VIEWS.values():
        names = [row[0] for row in connection.execute(f"DESCRIBE {view.name}").fetchall()]
        assert set(names) >= {column.name for column in view.columns}


def test_a_segment_that_overlaps_another_is_refused(tmp_path: Path) -> None:
    write_segment(tmp_path, "event", events("F1", "F2"), first=1, last=2)
    with pytest.raises(WrongView, match="overlaps"):
        write_segment(tmp_path, "event", events("F2", "F3"), first=2, last=3)


@pytest.mark.parametrize(
    ("table", "fields", "says"),
    [
        (events("F1").drop_columns(["act"]), {}, "event.act is missing"),
        (events("F1", nonsense=pa.array([1])), {}, "no such column nonsense"),
        (events("F1", amount=pa.array(["35"])), {"amount": "number"}, "event.amount is string"),
        (events("F1").set_column(2, "act", pa.array([None], pa.string())), {}, "is empty in 1"),
        (events("F1"), {"seq": "number"}, "seq: a base column"),
        (events("F1"), {"Amount €": "number"}, "a field name"),
        (events("F1"), {"amount": "money"}, "type 'money' is unknown"),
    ],
)
def test_a_table_that_does_not_fit_is_refused_by_name(
    tmp_path: Path, table: pa.Table, fields: views.Fields, says: str
) -> None:
    with pytest.raises(WrongView, match=says):
        write_segment(tmp_path, "event", table, first=1, last=1, fields=fields)
    assert views.segments(tmp_path, "event") == []


def test_only_matter_and_event_take_data_fields(tmp_path: Path) -> None:
    table = pa.table({"matter_id": ["F1"], "clock": ["c"]})
    with pytest.raises(WrongView, match="takes no data fields"):
        write_segment(tmp_path, "clock", table, first=1, last=1, fields={"amount": "number"})


def test_no_view_names_a_person_but_by_pseudonym() -> None:
    named = {
        column.name: column.meaning
        for view in VIEWS.values()
        for column in view.columns
        if column.name in ("person", "party")
    }
    assert named
    assert all("pseudonym" in meaning for meaning in named.values())


def test_the_handbook_names_every_view() -> None:
    page = (ROOT / "docs" / "views.md").read_text(encoding="utf-8")
    assert [name for name in VIEWS if f"`{name}`" not in page] == []


def test_a_text_that_no_row_says_can_be_cut_like_one_that_some_say(tmp_path: Path) -> None:
    silent = events("A", "B", cards_shown=pa.nulls(2, pa.string()))
    fields: dict[str, views.FieldType] = {"cards_shown": "text"}
    write_segment(tmp_path, "event", silent, first=1, last=2, fields=fields)
    connection = open_views(tmp_path, fields)

    sql = "SELECT count(*) FROM event WHERE split_part(cards_shown, '|', 2) <> ''"
    assert connection.sql(sql).fetchall() == [(0,)]
