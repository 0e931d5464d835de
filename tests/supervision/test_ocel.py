"""OCEL 2.0 in JSON and SQLite: the objects of one type become the matters."""

from __future__ import annotations

import json
import sqlite3
from datetime import datetime
from pathlib import Path
from typing import Any

from haihe.supervision.imports.log import Log, read_log
from tests.supervision.small_logs import column, plan

KEYS = {"matter_id": "ocel:id", "act": "ocel:type", "happened_at": "ocel:time", "person": ""}


def log_of(*, time: str = "2006-07-24T08:00:00Z") -> dict[str, Any]:
    """Two fines, one payment for both, and an invoice that nobody asked for."""
    return {
        "objectTypes": [{"name": "Fine", "attributes": []}],
        "eventTypes": [{"name": "Create", "attributes": []}],
        "objects": [
            {
                "id": "F1",
                "type": "Fine",
                "attributes": [
                    {"name": "channel", "time": "2006-07-25T00:00:00Z", "value": "post"},
                    {"name": "channel", "time": "1970-01-01T00:00:00Z", "value": "desk"},
                ],
            },
            {"id": "F2", "type": "Fine"},
            {"id": "I1", "type": "Invoice"},
        ],
        "events": [
            {
                "id": "e2",
                "type": "Pay",
                "time": "2006-07-26T08:00:00Z",
                "attributes": [{"name": "amount", "value": 35.5}],
                "relationships": [
                    {"objectId": "F1", "qualifier": "pays"},
                    {"objectId": "F2", "qualifier": "pays"},
                    {"objectId": "I1", "qualifier": "settles"},
                ],
            },
            {
                "id": "e1",
                "type": "Create",
                "time": time,
                "relationships": [{"objectId": "F1", "qualifier": "opens"}],
            },
        ],
    }


def json_log(folder: Path, content: Any, object_type: str = "Fine") -> Log:
    path = folder / "log.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return read_log(path, plan(object_type=object_type, **KEYS))


def test_an_event_of_two_objects_belongs_to_both_histories(tmp_path: Path) -> None:
    log = json_log(tmp_path, log_of())
    assert log.damage is None
    assert log.matter.column("matter_id").to_pylist() == ["F1", "F2"]
    assert column(log, "act") == ["Create", "Pay", "Pay"]
    assert column(log, "seq") == [1, 2, 1]
    assert column(log, "amount") == [None, 35.5, 35.5]
    assert log.left_out == {"Invoice": 1}


def test_an_attribute_of_an_object_takes_its_last_value(tmp_path: Path) -> None:
    assert json_log(tmp_path, log_of()).matter.column("channel").to_pylist() == ["post", None]


def test_a_bad_time_names_its_event(tmp_path: Path) -> None:
    log = json_log(tmp_path, log_of(time="noon"))
    assert log.damage is not None
    assert "e1" in log.damage.where
    assert "'noon'" in log.damage.reason


def test_a_type_that_is_not_there_is_answered_with_those_that_are(tmp_path: Path) -> None:
    log = json_log(tmp_path, log_of(), "Parcel")
    assert log.damage is not None
    assert "Fine" in log.damage.reason
    assert "Invoice" in log.damage.reason


def test_cut_json_is_refused(tmp_path: Path) -> None:
    log = json_log(tmp_path, json.dumps(log_of())[:-30])
    assert log.damage is not None
    assert "JSON" in log.damage.reason


def test_an_object_id_that_stands_twice_is_refused(tmp_path: Path) -> None:
    content = log_of()
    content["objects"].append({"id": "F1", "type": "Fine"})
    assert json_log(tmp_path, content).damage is not None


def sqlite_log(path: Path) -> None:
    """The same log as a database of the OCEL 2.0 form."""
    connection = sqlite3.connect(path)
    connection.executescript(
        """
        CREATE TABLE event (ocel_id TEXT, ocel_type TEXT);
        CREATE TABLE object (ocel_id TEXT, ocel_type TEXT);
        CREATE TABLE event_map_type (ocel_type TEXT, ocel_type_map TEXT);
        CREATE TABLE object_map_type (ocel_type TEXT, ocel_type_map TEXT);
        CREATE TABLE event_object
          (ocel_event_id TEXT, ocel_object_id TEXT, ocel_qualifier TEXT);
        CREATE TABLE event_Pay (ocel_id TEXT, ocel_time TEXT, amount REAL);
        CREATE TABLE event_Create (ocel_id TEXT, ocel_time TEXT);
        CREATE TABLE object_Fine
          (ocel_id TEXT, ocel_time TEXT, ocel_changed_field TEXT, channel TEXT);
        INSERT INTO event VALUES ('e1','Create'), ('e2','Pay');
        INSERT INTO object VALUES ('F1','Fine'), ('F2','Fine'), ('I1','Invoice');
        INSERT INTO event_map_type VALUES ('Create','Create'), ('Pay','Pay');
        INSERT INTO object_map_type VALUES ('Fine','Fine');
        INSERT INTO event_object VALUES ('e1','F1','opens'), ('e2','F1','pays'), ('e2','F2','pays');
        INSERT INTO event_Pay VALUES ('e2','2006-07-26 08:00:00+00:00',35.5);
        INSERT INTO event_Create VALUES ('e1','2006-07-24 08:00:00+00:00');
        INSERT INTO object_Fine VALUES ('F1','1970-01-01 00:00:00',NULL,'desk'),
          ('F2','1970-01-01 00:00:00',NULL,NULL),
          ('F1','2006-07-25 00:00:00','channel','post');
        """
    )
    connection.commit()
    connection.close()


def test_a_database_reads_like_the_json(tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite"
    sqlite_log(path)
    log = read_log(path, plan(object_type="Fine", **KEYS))
    assert log.damage is None
    same = json_log(tmp_path, log_of())
    for name in ("matter_id", "seq", "act", "happened_at", "amount"):
        assert column(log, name) == column(same, name)
    assert log.matter.column("channel").to_pylist() == ["post", None]
    assert column(log, "happened_local")[0] == datetime.fromisoformat("2006-07-24T10:00")


def test_a_cut_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite"
    sqlite_log(path)
    path.write_bytes(path.read_bytes()[:5000])
    log = read_log(path, plan(object_type="Fine", **KEYS))
    assert log.damage is not None
    assert "数据库" in log.damage.reason
