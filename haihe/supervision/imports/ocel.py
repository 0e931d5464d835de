"""Imports OCEL 2.0 (JSON, SQLite): the objects of one type are the matters, their events theirs.

An event related to several objects of that type belongs to each of their histories; other
object types are counted as left out. Attributes of an object are data fields of the matter
(the last value it took), attributes of an event data fields of the event.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np
import pyarrow as pa

from haihe.supervision.imports.assemble import faults_of, tables_of
from haihe.supervision.imports.damage import Damage
from haihe.supervision.imports.plan import Plan
from haihe.supervision.imports.raw import Block, TextColumn
from haihe.supervision.imports.read import Progress, Read

OCEL_BYTES_MAX: Final = 4 << 30
ID_KEY: Final = "ocel:id"
TYPE_KEY: Final = "ocel:type"
TIME_KEY: Final = "ocel:time"
SQLITE_MAGIC: Final = b"SQLite format 3\0"


class _Named(msgspec.Struct):
    name: str
    value: Any = None
    time: str = ""


class _Related(msgspec.Struct):
    objectId: str  # the name OCEL gives it
    qualifier: str = ""


class _Object(msgspec.Struct):
    id: str
    type: str
    attributes: list[_Named] = []


class _Event(msgspec.Struct):
    id: str
    type: str
    time: str
    attributes: list[_Named] = []
    relationships: list[_Related] = []


class _Log(msgspec.Struct):
    objects: list[_Object]
    events: list[_Event]


@dataclass
class Happened:
    """One event of an object-centric log, as text."""

    id: str
    type: str
    time: str
    values: dict[str, str]
    objects: list[str]


@dataclass
class Objects:
    """The matters of the log and its events, whatever file it came in."""

    values: dict[str, dict[str, str]] = field(default_factory=dict)  # matter id -> attributes
    events: list[Happened] = field(default_factory=list)
    left_out: dict[str, int] = field(default_factory=dict)


def read_ocel(path: Path, plan: Plan, progress: Progress) -> Read:
    """An OCEL 2.0 log as tables, its matters the objects of the mapping's `object_type`."""
    size = path.stat().st_size
    try:
        if size > OCEL_BYTES_MAX:
            raise Damage(f"超过 {OCEL_BYTES_MAX} 字节；请改用 Parquet 导入")
        wanted = plan.imports.log.object_type
        with path.open("rb") as file:
            in_sqlite = file.read(len(SQLITE_MAGIC)) == SQLITE_MAGIC
        objects = _from_sqlite(path, wanted) if in_sqlite else _from_json(path, wanted)
        _refuse_no_matter(objects, wanted)
    except Damage as damage:
        return Read([], damage)
    progress(size, size)
    return _read(objects, plan, path.name)


def _refuse_no_matter(objects: Objects, wanted: str) -> None:
    if objects.values:
        return
    types = ", ".join(sorted(objects.left_out)) or "没有对象"
    named = f"没有类型为 {wanted} 的对象" if wanted else "映射没有写 object_type"
    raise Damage(f"{named}；日志里有：{types}")


def _from_json(path: Path, wanted: str) -> Objects:
    text = path.read_bytes()
    try:
        log = msgspec.json.decode(text, type=_Log)
    except msgspec.ValidationError as error:
        raise Damage(f"不是 OCEL 2.0：{error}") from None
    except msgspec.DecodeError as error:
        raise Damage(f"JSON 不完整：{error}", line=text.count(b"\n") + 1) from None
    objects = Objects()
    for thing in log.objects:
        if thing.type != wanted:
            objects.left_out[thing.type] = objects.left_out.get(thing.type, 0) + 1
            continue
        if not thing.id or thing.id in objects.values:
            raise Damage(f"对象 {thing.id!r}：编号必须写明，且只能出现一次")
        last = sorted(thing.attributes, key=lambda attribute: attribute.time)
        objects.values[thing.id] = {a.name: _text(a.value) for a in last if a.value is not None}
    for event in log.events:
        values = {a.name: _text(a.value) for a in event.attributes if a.value is not None}
        related = [relation.objectId for relation in event.relationships]
        objects.events.append(Happened(event.id, event.type, event.time, values, related))
    return objects


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _from_sqlite(path: Path, wanted: str) -> Objects:
    try:
        connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        connection.row_factory = sqlite3.Row
        try:
            return _objects_of(connection, wanted)
        finally:
            connection.close()
    except sqlite3.DatabaseError as error:
        raise Damage(f"不是完整的 OCEL 2.0 数据库：{error}") from None


def _objects_of(connection: sqlite3.Connection, wanted: str) -> Objects:
    objects = Objects()
    for kind, count in connection.execute("SELECT ocel_type, count(*) FROM object GROUP BY 1"):
        if kind != wanted:
            objects.left_out[str(kind)] = int(count)
    object_tables = _tables(connection, "object")
    if wanted in object_tables:
        for thing, values in _attribute_rows(connection, object_tables[wanted], "ocel_time"):
            objects.values.setdefault(thing, {}).update(values)
    related: dict[str, list[str]] = {}
    for event, thing in connection.execute(
        "SELECT ocel_event_id, ocel_object_id FROM event_object ORDER BY rowid"
    ):
        related.setdefault(str(event), []).append(str(thing))
    for kind, table in _tables(connection, "event").items():
        for event, values in _attribute_rows(connection, table, "ocel_time"):
            time = values.pop(TIME_KEY, "")
            objects.events.append(Happened(event, kind, time, values, related.get(event, [])))
    return objects


def _tables(connection: sqlite3.Connection, what: str) -> dict[str, str]:
    """The table that holds each type of event or object."""
    rows = connection.execute(f"SELECT ocel_type, ocel_type_map FROM {what}_map_type")
    return {str(kind): f"{what}_{mapped}" for kind, mapped in rows}


def _attribute_rows(
    connection: sqlite3.Connection, table: str, time: str
) -> Iterator[tuple[str, dict[str, str]]]:
    quoted = table.replace('"', '""')
    for row in connection.execute(f'SELECT * FROM "{quoted}" ORDER BY {time}, rowid'):
        named = {name: row[name] for name in row.keys() if row[name] is not None}  # noqa: SIM118 - a Row iterates values
        thing = str(named.pop("ocel_id"))
        named.pop("ocel_changed_field", None)
        at = named.pop(time, "")
        yield thing, {TIME_KEY: str(at)} | {name: _text(value) for name, value in named.items()}


def _read(objects: Objects, plan: Plan, source: str) -> Read:
    histories = _histories(objects)
    block = _block(objects, histories, plan)
    log = plan.imports.log
    faults = [
        (row, f"对象 {list(histories)[row]}: {reason}")
        for row, reason in faults_of(block.trace_columns, plan.matter, block.traces, plan)
    ]
    flat = [(thing, event) for thing, events in histories.items() for event in events]
    order = {thing: row for row, thing in enumerate(histories)}
    for row, reason in faults_of(block.event_columns, plan.event, block.events, plan):
        thing, event = flat[row]
        faults.append((order[thing], f"记录 {event.id}（{log.object_type} {thing}）: {reason}"))
    if not faults:
        return Read([tables_of(block, plan, source)])
    good, reason = min(faults)
    parts = [tables_of(block.first(good), plan, source)] if good else []
    where, _, said = reason.partition(": ")
    return Read(parts, Damage(said, where=where))


def _histories(objects: Objects) -> dict[str, list[Happened]]:
    """The events of every matter in the order of their time, file order within one instant."""
    histories: dict[str, list[Happened]] = {thing: [] for thing in objects.values}
    for event in sorted(objects.events, key=lambda event: event.time):
        for thing in dict.fromkeys(event.objects):
            if thing in histories:
                histories[thing].append(event)
    return histories


def _block(objects: Objects, histories: dict[str, list[Happened]], plan: Plan) -> Block:
    flat = [event for events in histories.values() for event in events]
    matter_rows = [{plan.matter_key: thing} | objects.values[thing] for thing in histories]
    log = plan.imports.log
    event_rows = [
        event.values | {log.act: event.type, log.happened_at: event.time} for event in flat
    ]
    return Block(
        len(matter_rows),
        len(event_rows),
        np.array([len(events) for events in histories.values()], np.int64),
        {key: _column(matter_rows, key) for key in plan.matter_keys},
        {key: _column(event_rows, key) for key in plan.event_keys},
        objects.left_out,
    )


def _column(rows: list[dict[str, str]], key: str) -> TextColumn:
    encoded = pa.array([row.get(key) for row in rows], pa.string()).dictionary_encode()
    codes = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int32)
    return TextColumn(codes, encoded.dictionary)
