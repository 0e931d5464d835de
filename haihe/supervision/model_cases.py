"""Runs the worked cases of models: small histories in which a model must find or stay silent."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Any, Final
from zoneinfo import ZoneInfo

import duckdb
import pyarrow as pa

from haihe.pack.models import CaseMatter, Model, ModelCase, Prepared
from haihe.supervision.sweep import Finding, Swept, UnusableModel, prepare, run_model
from haihe.supervision.views import SQL_TYPES, TYPES, VIEWS, Fields, fit, shut_in

_WHEN: Final = re.compile(
    r"(\d{4}-\d{2}-\d{2}) (Mon|Tue|Wed|Thu|Fri|Sat|Sun)(?: (\d{2}:\d{2}(?::\d{2})?))?"
)
_WORD: Final = re.compile(r"\w+")
UNSAID_TODAY: Final = timedelta(minutes=1)  # after the last event, where a case names no day
NO_EVENT_TODAY: Final = "2026-09-30 Wed 12:00"
WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


class WrongCase(ValueError):
    """A case that cannot be run: a weekday, a field or a row that makes no sense."""


@dataclass(frozen=True)
class CaseResult:
    """How a case went: what is wrong (nothing if it holds) and what the model found."""

    model: str
    case: str
    it: str
    problems: tuple[str, ...]
    found: tuple[Finding, ...] = ()
    measures: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Ground:
    """What the cases of a pack stand on: its zone, its kind, its data fields, shared tables."""

    zone: ZoneInfo
    kind: str
    event_fields: Fields
    matter_fields: Fields
    prepared: Sequence[Prepared] = ()


def run_cases(model: Model, ground: Ground, settings: Sequence[str] = ()) -> list[CaseResult]:
    """Run every case of a model, on one engine with these SET statements."""
    named = named_fields(model, ground)
    with own_engine(settings) as engine:
        return [_run(model, case, named, engine) for case in model.cases]


@contextmanager
def own_engine(settings: Sequence[str] = ()) -> Iterator[duckdb.DuckDBPyConnection]:
    """A DuckDB that reads nothing of this machine; to start one costs more than to run a case."""
    engine = duckdb.connect()
    try:
        for setting in settings:
            engine.execute(setting)
        shut_in(engine)
        yield engine
    finally:
        engine.close()


def named_fields(model: Model, ground: Ground) -> Ground:
    """The ground with those data fields only that the model's SQL or its cases can mean."""
    texts = (model.sql, model.population, *(table.sql for table in ground.prepared))
    words = {word for text in texts for word in _WORD.findall(text)}
    for case in model.cases:
        for matter in case.matters:
            words |= {*matter.with_, *(name for event in matter.events for name in event.with_)}
        words |= {name for rows in case.rows.values() for row in rows for name in row}
    return replace(
        ground,
        event_fields={name: kind for name, kind in ground.event_fields.items() if name in words},
        matter_fields={name: kind for name, kind in ground.matter_fields.items() if name in words},
    )


def _run(
    model: Model, case: ModelCase, ground: Ground, engine: duckdb.DuckDBPyConnection
) -> CaseResult:
    told = partial(CaseResult, model.id, case.id, case.it)
    try:
        swept = swept_tables(model, case_tables(case, ground), ground, engine)
    except (WrongCase, UnusableModel) as error:
        return told((str(error),))
    findings = tuple(swept.all())
    found = {(one.matter_id, one.cause): one.seqs for one in findings}
    wanted = {(one.matter, one.cause): tuple(sorted(one.seqs)) for one in case.finds}
    problems = [f"多找到 {_say(key, found[key])}" for key in found.keys() - wanted]
    problems += [f"没有找到 {_say(key, wanted[key])}" for key in wanted.keys() - found]
    problems += [
        f"找到 {_say(key, found[key])}，应当是第 {list(wanted[key])} 条"
        for key in found.keys() & wanted
        if found[key] != wanted[key]
    ]
    problems += [
        f"measures.{name} 是 {swept.measures.get(name)}，应当是 {number}"
        for name, number in case.measures.items()
        if swept.measures.get(name) != number
    ]
    return told(tuple(problems), findings, swept.measures)


def swept_tables(
    model: Model,
    tables: Mapping[str, pa.Table],
    ground: Ground,
    engine: duckdb.DuckDBPyConnection,
) -> Swept:
    """What the model finds in views that are tables, none of which the engine keeps.

    Raises UnusableModel.
    """
    connection = engine.cursor()
    try:
        for name, table in tables.items():
            connection.register(name, table)
        prepare(connection, ground.prepared)
        return run_model(connection, model)
    finally:
        connection.close()


def _say(key: tuple[str, str], seqs: Sequence[int]) -> str:
    return f"{key[0]}（{key[1]}，第 {list(seqs)} 条）"


def case_tables(case: ModelCase, ground: Ground) -> dict[str, pa.Table]:
    """Every published view of a case, as Arrow tables."""
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in VIEWS}
    for matter in case.matters:
        events = _events(matter, ground)
        rows["event"] += events
        rows["matter"].append(_matter(matter, events, ground))
    rows["today"].append(_today(case, rows["event"], ground))
    for view, given in case.rows.items():
        if view not in VIEWS:
            raise WrongCase(f"rows.{view}: there is no such view; one of {', '.join(VIEWS)}")
        rows[view] += [_row(view, row, ground) for row in given]
    for row in rows["clock"]:
        row.setdefault("rule", row["clock"].partition("#")[0])
    return {view: _table(view, rows[view], ground) for view in VIEWS}


def _today(case: ModelCase, events: list[dict[str, Any]], ground: Ground) -> dict[str, Any]:
    if case.today:
        local = moment(case.today)
        return {"at": _utc(local, ground.zone), "at_local": local}
    ends = [event["happened_local"] for event in events]
    local = max(ends) + UNSAID_TODAY if ends else moment(NO_EVENT_TODAY)
    return {"at": _utc(local, ground.zone), "at_local": local}


def _fields(view: str, ground: Ground) -> Fields:
    return {"event": ground.event_fields, "matter": ground.matter_fields}.get(view, {})


def _table(view: str, rows: list[dict[str, Any]], ground: Ground) -> pa.Table:
    fields = _fields(view, ground)
    kinds = {column.name: TYPES[column.type] for column in VIEWS[view].columns}
    kinds |= {name: TYPES[kind] for name, kind in fields.items()}
    columns = {name: pa.array([row.get(name) for row in rows], t) for name, t in kinds.items()}
    try:
        return fit(view, pa.table(columns), fields)
    except ValueError as error:
        raise WrongCase(str(error)) from None


def _events(matter: CaseMatter, ground: Ground) -> list[dict[str, Any]]:
    rows = []
    for seq, event in enumerate(matter.events, start=1):
        local = moment(event.on)
        base = {
            "matter_id": matter.id,
            "seq": seq,
            "happened_at": _utc(local, ground.zone),
            "happened_local": local,
            "recorded_at": _utc(moment(event.recorded or event.on), ground.zone),
            "act": event.act,
            "role": event.role or None,
            "organ": event.organ or None,
            "person": event.person or None,
            "kind": matter.kind or ground.kind,
        }
        rows.append(base | _data("event", event.with_, ground))
    return rows


def _matter(matter: CaseMatter, events: list[dict[str, Any]], ground: Ground) -> dict[str, Any]:
    base = {
        "matter_id": matter.id,
        "kind": matter.kind or ground.kind,
        "opened_at": events[0]["happened_at"] if events else None,
        "state": matter.state or (events[-1]["act"] if events else None),
        "source": "case",
        "last_seq": len(events),
    }
    known = {column.name for column in VIEWS["matter"].columns}
    columns = {name: value for name, value in matter.with_.items() if name in known}
    fields = {name: value for name, value in matter.with_.items() if name not in known}
    latest = {
        name: event[name]
        for event in events
        for name in ground.matter_fields
        if name in ground.event_fields and event.get(name) is not None
    }
    return base | latest | _row("matter", columns, ground) | _data("matter", fields, ground)


def _data(view: str, given: Mapping[str, Any], ground: Ground) -> dict[str, Any]:
    fields = _fields(view, ground)
    unknown = sorted(set(given) - set(fields))
    if unknown:
        declared = ", ".join(sorted(fields)) or "none"
        raise WrongCase(f"no data field {', '.join(unknown)} of {view}; declared: {declared}")
    return {name: _value(value, fields[name], ground) for name, value in given.items()}


def _row(view: str, given: Mapping[str, Any], ground: Ground) -> dict[str, Any]:
    kinds = {column.name: column.type for column in VIEWS[view].columns}
    kinds |= _fields(view, ground)
    unknown = sorted(set(given) - set(kinds))
    if unknown:
        raise WrongCase(f"no column {', '.join(unknown)} in {view}; it has {', '.join(kinds)}")
    return {name: _value(value, kinds[name], ground) for name, value in given.items()}


def _value(value: Any, kind: str, ground: Ground) -> Any:
    if kind == "instant" and value is not None:
        return _utc(moment(str(value)), ground.zone)
    if kind == "day" and isinstance(value, str):
        return moment(value).date()
    if kind == "number" and isinstance(value, int):
        return float(value)
    if kind == "text" and value is not None:
        return str(value)
    return value


def moment(text: str) -> datetime:
    """`2006-07-24 Mon 08:10` as a local time; WrongCase when the weekday is not that day's."""
    read = _WHEN.fullmatch(text)
    if read is None:
        raise WrongCase(f"{text!r}: write it like 2006-07-24 Mon 08:10, or without the time")
    day = date.fromisoformat(read[1])
    if WEEKDAYS[day.weekday()] != read[2]:
        raise WrongCase(f"{text!r}: {read[1]} is a {WEEKDAYS[day.weekday()]}")
    return datetime.combine(day, time.fromisoformat(read[3] or "00:00"))


def _utc(local: datetime, zone: ZoneInfo) -> datetime:
    return local.replace(tzinfo=zone).astimezone(UTC).replace(tzinfo=None)


def columns_of(ground: Ground) -> dict[str, str]:
    """Every `view.column` a model may name in its card, with its SQL type."""
    named = {
        f"{view.name}.{column.name}": SQL_TYPES[column.type]
        for view in VIEWS.values()
        for column in view.columns
    }
    for view, fields in (("event", ground.event_fields), ("matter", ground.matter_fields)):
        named |= {f"{view}.{name}": SQL_TYPES[kind] for name, kind in fields.items()}
    return named
