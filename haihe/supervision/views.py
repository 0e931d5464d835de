"""The published views: what models, indicators and exports see, column by column, in Parquet.

A folder of views holds one folder a view, and in it immutable segments named by the sequence
range they hold (`event/000000000001-000000561470.parquet`). DuckDB reads them in the process.
The handbook page docs/reference/views.md is written from this module.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from haihe.kernel.procedure import Procedure
from haihe.supervision.manifest import Segment, read_manifest

FieldType = Literal["text", "number", "integer", "instant", "day", "yes_no"]
Fields = Mapping[str, FieldType]

TYPES: Final[dict[FieldType, pa.DataType]] = {
    "text": pa.string(),
    "number": pa.float64(),
    "integer": pa.int64(),
    "instant": pa.timestamp("us"),
    "day": pa.date32(),
    "yes_no": pa.bool_(),
}
SQL_TYPES: Final[dict[FieldType, str]] = {
    "text": "VARCHAR",
    "number": "DOUBLE",
    "integer": "BIGINT",
    "instant": "TIMESTAMP",
    "day": "DATE",
    "yes_no": "BOOLEAN",
}
# What acts of the kernel (transfer, extend, answer, withdraw) say beside the fields of procedures.
ACT_FIELDS: Final[dict[str, FieldType]] = {
    "to_organ": "text",
    "from_organ": "text",
    "by_order": "text",
    "clock": "text",
    "rank": "text",
    "approved_on": "text",
    "document": "text",
    "into": "text",
    "opinion": "text",
    "request": "integer",
    "undoes": "integer",
    "record": "integer",
    "item": "text",
}
_FIELD_TYPES: Final[dict[str, FieldType]] = {
    "number": "number",
    "integer": "integer",
    "yes_no": "yes_no",
    "day": "day",
    "instant": "instant",
}
_WORD: Final = re.compile(r"[a-z_][a-z0-9_]*")
SEQUENCE_DIGITS: Final = 12
SEGMENTS_MAX: Final = 100_000
FIELDS_MAX: Final = 5_000
ROWS_PER_GROUP: Final = 122_880  # DuckDB reads one row group a thread
CELLS_KEPT_MAX: Final = 4_000_000  # rows × columns of a view that is worth keeping in memory


@dataclass(frozen=True)
class Column:
    """One column: its type, what it means, and whether every row must say it."""

    name: str
    type: FieldType
    meaning: str
    required: bool = False


@dataclass(frozen=True)
class View:
    """One published view; `fields` says that declared data fields stand beside its columns."""

    name: str
    meaning: str
    columns: tuple[Column, ...]
    fields: bool = False


class WrongView(ValueError):
    """A table does not fit its view; the message says which column and what was expected."""


_MATTER_ID = Column("matter_id", "text", "the matter 事项", required=True)

_ALL: Final = (
    View(
        "today",
        "one row: the instant the sweep stands at; a model never reads the machine's clock",
        (
            Column("at", "instant", "as of when everything is told, UTC", required=True),
            Column("at_local", "instant", "the same moment on the clocks of the pack's zone"),
        ),
    ),
    View(
        "matter",
        "one row a matter, as it stands",
        (
            Column("matter_id", "text", "the matter 事项; unique in this view", required=True),
            Column("kind", "text", "kind of procedure, e.g. chief_letter", required=True),
            Column("version", "day", "day from which its procedure version is in force"),
            Column("opened_at", "instant", "first event, UTC"),
            Column("closed_at", "instant", "when it ended, UTC; empty while it runs or unknown"),
            Column("state", "text", "its state; for an imported log the last act"),
            Column("outcome", "text", "how it ended, if the procedure or the log says so"),
            Column("organ", "text", "the organ that owns it"),
            Column("place", "text", "where it happened, code of the place"),
            Column("source", "text", "where the row was read: the journal or a file name"),
            Column("last_seq", "integer", "number of its last event; 0 when it has none"),
            Column("from_matter", "text", "the matter that opened it by a step; empty: none"),
            Column("from_seq", "integer", "event of that matter which opened it"),
            Column("merged_into", "text", "the matter it was merged into"),
            Column("organ_since", "instant", "since when this organ owns it, UTC"),
            Column("contested", "yes_no", "the party contests how it ended"),
            Column("suspended", "yes_no", "its clocks stand still"),
        ),
        fields=True,
    ),
    View(
        "event",
        "one row an event: the history of every matter",
        (
            _MATTER_ID,
            Column("seq", "integer", "place in the history of its matter, from 1", required=True),
            Column("happened_at", "instant", "when it happened, UTC"),
            Column("happened_local", "instant", "the same moment on the clocks of the pack's zone"),
            Column("recorded_at", "instant", "when the server wrote it, UTC; empty for old logs"),
            Column("act", "text", "what was done: step or act", required=True),
            Column("role", "text", "in which role"),
            Column("organ", "text", "for which organ"),
            Column("person", "text", "keyed pseudonym of who acted; never a name or number"),
            Column("kind", "text", "kind of procedure of its matter", required=True),
        ),
        fields=True,
    ),
    View(
        "clock",
        "one row a clock of a matter, as it stands",
        (
            _MATTER_ID,
            Column("clock", "text", "the clock 期限, its later runs as review#2", required=True),
            Column("rule", "text", "the clock rule in its procedure: review of review#2"),
            Column("whose", "text", "organ or citizen: whom it binds"),
            Column("started_at", "instant", "when it started, UTC"),
            Column("nominal_due", "instant", "end by plain counting, UTC"),
            Column("legal_due", "instant", "end that binds (rolled, extended, suspended), UTC"),
            Column("official", "yes_no", "no while it touches an unpublished calendar year"),
            Column("stopped_at", "instant", "when it was stopped, UTC"),
            Column("status", "text", "running, met, overdue, ended_late, suspended, cancelled"),
            Column("extended", "integer", "how many extensions it has had"),
            Column("start_seq", "integer", "event that started it"),
            Column("stop_seq", "integer", "event that stopped it"),
        ),
    ),
    View(
        "request",
        "one row a request to another organ 协办",
        (
            _MATTER_ID,
            Column("seq", "integer", "event that asked", required=True),
            Column("to_organ", "text", "the organ asked", required=True),
            Column("question", "text", "what was asked"),
            Column("due_at", "instant", "until when, UTC"),
            Column("answer_seq", "integer", "event that answered; empty while open"),
            Column("answered_at", "instant", "when it was answered, UTC"),
            Column("status", "text", "open, overdue, answered, answered_late"),
        ),
    ),
    View(
        "evidence",
        "one row a file or thing entered as evidence",
        (
            _MATTER_ID,
            Column("seq", "integer", "event that entered it", required=True),
            Column("digest", "text", "SHA-256 of the file", required=True),
            Column("sort", "text", "the field of the form that holds it"),
        ),
    ),
    View(
        "rating",
        "one row a rating of a service 好差评",
        (
            _MATTER_ID,
            Column("seq", "integer", "event that rated", required=True),
            Column("stars", "integer", "5 very satisfied … 1 very dissatisfied", required=True),
            Column("organ", "text", "the organ rated"),
            Column("rated_at", "instant", "when, UTC"),
        ),
    ),
    View(
        "reading",
        "one row an opening of a file by a reader",
        (
            _MATTER_ID,
            Column("read_at", "instant", "when, UTC", required=True),
            Column("role", "text", "in which role"),
            Column("organ", "text", "for which organ"),
            Column("person", "text", "keyed pseudonym of the reader"),
            Column("purpose", "text", "the purpose given"),
            Column("sort", "text", "open, paper, file or download"),
            Column("clear", "integer", "how many personal fields were seen in clear"),
        ),
    ),
    View(
        "party",
        "one row a party of a matter, under a keyed pseudonym",
        (
            _MATTER_ID,
            Column("party", "text", "keyed pseudonym: same datum, same word", required=True),
            Column("standing", "text", "in which standing: applicant, suspect, victim, reporter"),
            Column("known_by", "text", "what the pseudonym is made of: name or phone"),
            Column("seq", "integer", "event that told it"),
        ),
    ),
    View(
        "organ",
        "one row an organ",
        (
            Column("organ", "text", "its id", required=True),
            Column("name", "text", "its official name"),
            Column("above", "text", "the organ above it"),
            Column("tier", "text", "city, district, street or community"),
            Column("place", "text", "code of the place it works for"),
            Column("sort", "text", "its sort, one of city/sorts.yaml"),
            Column("lineage", "text", "itself and all above it, ids from below up, joined by /"),
            Column("since", "day", "its first day; empty when nobody wrote it down"),
            Column("until", "day", "its last day; empty while it goes on"),
        ),
    ),
    View(
        "post",
        "one row a role of a post of an organ",
        (
            Column("post", "text", "its id", required=True),
            Column("organ", "text", "its organ", required=True),
            Column("role", "text", "a role whoever holds it acts in"),
            Column("rank", "text", "its name, for approvals; empty where the city tells none"),
            Column("since", "day", "its first day; empty: always"),
            Column("until", "day", "its last day; empty: still there"),
        ),
    ),
    View(
        "place",
        "one row a place",
        (
            Column("place", "text", "its code, or the words of the form", required=True),
            Column("name", "text", "its name"),
            Column("above", "text", "code of the place it lies in; empty when words do not say"),
            Column("tier", "text", "city, district, street or community; empty for words"),
            Column("sort", "text", "district, street, town, township, zone, community, village …"),
            Column("lineage", "text", "codes from the city down to it, joined by /"),
            Column("since", "day", "its first day; empty when nobody wrote it down"),
            Column("until", "day", "its last day; empty while it goes on"),
        ),
    ),
    View(
        "finding",
        "one row an event that proves a finding 监督发现",
        (
            _MATTER_ID,
            Column("model", "text", "the model that found it", required=True),
            Column("cause", "text", "what exactly was found", required=True),
            Column("seq", "integer", "event that proves it", required=True),
            Column("found_at", "instant", "when a sweep first found it, UTC"),
            Column("closed_at", "instant", "when its cause was gone, UTC; empty while it stands"),
            Column("times", "integer", "how often it came up, from 1"),
            Column("rectification", "text", "the matter that it opened; empty: none"),
        ),
    ),
)
VIEWS: Final[dict[str, View]] = {view.name: view for view in _ALL}


def check_fields(view: str, fields: Fields) -> None:
    """Refuse data fields whose name is a base column, no SQL name, or whose type is unknown."""
    base = {column.name for column in VIEWS[view].columns}
    if fields and not VIEWS[view].fields:
        raise WrongView(f"the view {view} takes no data fields")
    if len(fields) > FIELDS_MAX:
        raise WrongView(f"{len(fields)} data fields; a view takes at most {FIELDS_MAX}")
    for name, kind in fields.items():
        if name in base:
            raise WrongView(f"{name}: a base column of the view {view}; choose another field name")
        if not (name.isascii() and name.isidentifier() and name == name.lower()):
            raise WrongView(f"{name}: a field name is lower-case letters, digits and underscores")
        if kind not in TYPES:
            raise WrongView(f"{name}: type {kind!r} is unknown; one of {', '.join(TYPES)}")


def schema(view: str, fields: Fields | None = None) -> pa.Schema:
    """The Arrow schema of a view with these data fields beside its base columns."""
    declared = fields or {}
    check_fields(view, declared)
    columns = [
        pa.field(column.name, TYPES[column.type], nullable=not column.required)
        for column in VIEWS[view].columns
    ]
    return pa.schema(columns + [pa.field(name, TYPES[kind]) for name, kind in declared.items()])


def data_fields(procedures: Iterable[Procedure], view: str = "event") -> dict[str, FieldType]:
    """The data fields of these procedures: every field that is not personal.

    `event` carries what the event said, with the fields of kernel acts (ACT_FIELDS); `matter` what
    was said last. Lists (officers, files) are text: a JSON list. A field named like a base column
    is told by it.
    """
    base = {column.name for column in VIEWS[view].columns}
    acts = ACT_FIELDS if view == "event" else {}
    return acts | {
        name: _FIELD_TYPES.get(field.type, "text")
        for procedure in procedures
        for name, field in procedure.fields.items()
        if not field.personal and name not in base
    }


def segment_path(folder: Path, view: str, first: int, last: int) -> Path:
    """Where the segment of this sequence range lies."""
    return folder / view / f"{first:0{SEQUENCE_DIGITS}}-{last:0{SEQUENCE_DIGITS}}.parquet"


def segments(folder: Path, view: str) -> list[Path]:
    """The segments of a view in use; none when it has no rows yet."""
    return [folder / one.path for one in held_segments(folder, view)]


def held_segments(folder: Path, view: str) -> tuple[Segment, ...]:
    """The segments of a view as the manifest tells them; without one, those that lie there."""
    manifest = read_manifest(folder)
    if manifest is not None:
        found = manifest.views.get(view, ())
    else:
        paths = sorted((folder / view).glob("*-*.parquet"))
        found = tuple(_segment(folder, path) for path in paths)
    assert len(found) <= SEGMENTS_MAX, f"{view}: more than {SEGMENTS_MAX} segments; compact them"
    return found


def _segment(folder: Path, path: Path) -> Segment:
    told = pq.read_metadata(path)
    names = tuple(told.schema.to_arrow_schema().names)
    return Segment(str(path.relative_to(folder)), names, told.num_rows)


def write_segment(
    folder: Path,
    view: str,
    table: pa.Table,
    *,
    first: int,
    last: int,
    fields: Fields | None = None,
) -> Path:
    """Write rows of one sequence range as an immutable segment; answers its path.

    `table` holds the base columns (missing optional ones become empty) and the declared
    `fields`. `first` and `last` are the sequence numbers the segment covers; a range that
    overlaps one already there is refused (WrongView), as is a table that does not fit the view.
    The file appears whole or not at all.
    """
    _refuse_overlap(folder, view, first, last)
    path = segment_path(folder, view, first, last)
    write_table(path, fit(view, table, fields))
    return path


def write_table(path: Path, table: pa.Table) -> None:
    """A table as Parquet, whole or not at all."""
    write_tables(path, [table])


def write_tables(path: Path, tables: Iterable[pa.Table]) -> None:
    """Tables of the same columns one after another as one Parquet file, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(f".{os.getpid()}.draft")
    writer: pq.ParquetWriter | None = None
    try:
        for table in tables:
            writer = writer or pq.ParquetWriter(
                draft,
                table.schema,
                compression="lz4",
                use_dictionary=[name for name in table.column_names if name != "matter_id"],
            )
            writer.write_table(table, row_group_size=ROWS_PER_GROUP)
        if writer is not None:
            writer.close()
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def without_empty(view: str, table: pa.Table) -> pa.Table:
    """The table without data fields that hold nothing: a view has hundreds, a segment a few."""
    base = {column.name for column in VIEWS[view].columns}
    kept = [
        name
        for name in table.column_names
        if name in base or table.column(name).null_count < table.num_rows
    ]
    return table.select(kept)


def fit(view: str, table: pa.Table, fields: Fields | None = None) -> pa.Table:
    """`table` with the columns of the view in their order; WrongView says what does not fit."""
    wanted = schema(view, fields)
    held = {name: place for place, name in enumerate(table.column_names)}
    unknown = sorted(held.keys() - set(wanted.names))
    if unknown:
        raise WrongView(f"{view}: no such column {', '.join(unknown)}; declare it as a data field")
    columns = []
    for field in wanted:
        if field.name not in held:
            if not field.nullable:
                raise WrongView(f"{view}.{field.name} is missing; every row must say it")
            columns.append(pa.nulls(table.num_rows, field.type))
            continue
        column = table.column(held[field.name])
        if not field.nullable and column.null_count:
            raise WrongView(f"{view}.{field.name} is empty in {column.null_count} rows")
        columns.append(_of_type(view, field, column))
    return pa.table(columns, names=wanted.names)


def _of_type(view: str, field: pa.Field, column: pa.ChunkedArray) -> pa.ChunkedArray:
    kind = column.type
    if kind == field.type:
        return column
    if field.name == "matter_id" and pa.types.is_dictionary(kind):
        return column.cast(field.type)  # nearly every value its own: a dictionary only costs
    if pa.types.is_dictionary(kind) and kind.value_type == field.type:
        return column
    if pa.types.is_integer(kind) and pa.types.is_integer(field.type):
        return column.cast(field.type)
    if pa.types.is_null(kind):
        return column.cast(field.type)
    raise WrongView(f"{view}.{field.name} is {kind}; expected {field.type}")


def _refuse_overlap(folder: Path, view: str, first: int, last: int) -> None:
    if not 0 < first <= last:
        raise WrongView(f"{view}: {first}-{last} is no sequence range; it starts at 1")
    for path in sorted((folder / view).glob("*-*.parquet")):
        begin, end = (int(part) for part in path.stem.split("-"))
        if first <= end and begin <= last:
            raise WrongView(f"{view}: {first}-{last} overlaps the segment {path.name}")


def open_views(
    folder: Path,
    fields: Fields | None = None,
    matter_fields: Fields | None = None,
    settings: Sequence[str] = (),
    *,
    often: bool = False,
) -> duckdb.DuckDBPyConnection:
    """A DuckDB connection in which every published view can be named in SQL.

    A view has its base columns; `event` and `matter` those of `fields` and `matter_fields` beside
    them, which read as empty where no segment carries them. The connection reads nothing else on
    this machine. `settings` are SET statements carried out before the configuration is locked.
    `often` says that many queries come: a small view (CELLS_KEPT_MAX) is then read once, not by
    each of them.
    """
    connection = _connected()
    for setting in settings:
        connection.execute(setting)
    for name, view in VIEWS.items():
        declared = {"event": fields or {}, "matter": matter_fields or {}}.get(name, {})
        held = held_segments(folder, name)
        cells = sum(one.rows for one in held) * (len(view.columns) + len(declared))
        made = "TABLE" if often and cells <= CELLS_KEPT_MAX else "VIEW"
        connection.execute(f"CREATE {made} {name} AS {_select(folder, view, declared, held)}")
    shut_in(connection, folder)
    return connection


def open_tables(
    tables: Mapping[str, pa.Table],
    fields: Fields,
    matter_fields: Fields,
    sql: Iterable[str] | None = None,
) -> duckdb.DuckDBPyConnection:
    """The same views over rows in memory: those of a few matters. Views not given are empty.

    `sql` is all that will be asked: views and data fields that it does not name are left out.
    """
    words = None if sql is None else _words(sql)
    connection = _connected()
    for name, view in VIEWS.items():
        declared = {"event": fields, "matter": matter_fields}.get(name, {})
        if words is not None:
            if name not in words:
                continue
            declared = {field: declared[field] for field in declared if field in words}
        kinds = {column.name: column.type for column in view.columns} | dict(declared)
        given = tables.get(name, schema(name).empty_table())
        rows = pa.table(
            {
                field: given[field]
                if field in given.column_names
                else pa.nulls(given.num_rows, TYPES[kind])
                for field, kind in kinds.items()
            }
        )
        connection.register("given", rows)
        connection.execute(f"CREATE TABLE {name} AS FROM given")
        connection.unregister("given")
    shut_in(connection)
    return connection


def _connected() -> duckdb.DuckDBPyConnection:
    """A DuckDB that does not fold a column that holds nothing: it then fails at split_part."""
    connection = duckdb.connect()
    connection.execute("SET disabled_optimizers = 'statistics_propagation'")
    return connection


def _words(sql: Iterable[str]) -> set[str]:
    return {word for text in sql for word in _WORD.findall(text.lower())}


def mentioned(fields: Fields, sql: Iterable[str]) -> dict[str, FieldType]:
    """Those data fields whose names occur in some SQL: a view has hundreds, models name a few."""
    words = _words(sql)
    return {name: kind for name, kind in fields.items() if name in words}


def shut_in(connection: duckdb.DuckDBPyConnection, folder: Path | None = None) -> None:
    """Let a connection read `folder` (none: nothing) and no other file, host or setting.

    A model is data from somebody else: a SELECT could otherwise read any file of this machine.
    """
    if folder is not None:
        allowed = str(folder.resolve()).replace("'", "''")
        connection.execute(f"SET allowed_directories = ['{allowed}']")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


def _select(folder: Path, view: View, fields: Fields, held: tuple[Segment, ...]) -> str:
    columns = {column.name: SQL_TYPES[column.type] for column in view.columns}
    columns |= {name: SQL_TYPES[kind] for name, kind in fields.items()}
    if not held:
        empty = ", ".join(f'CAST(NULL AS {kind}) AS "{name}"' for name, kind in columns.items())
        return f"SELECT {empty} LIMIT 0"
    known = {name for one in held for name in one.columns}
    chosen = ", ".join(
        f'"{name}"' if name in known else f'CAST(NULL AS {kind}) AS "{name}"'
        for name, kind in columns.items()
    )
    listed = ", ".join(
        "'" + str((folder / one.path).resolve()).replace("'", "''") + "'" for one in held
    )
    union = ", union_by_name = true" if len({one.columns for one in held}) > 1 else ""
    return f"SELECT {chosen} FROM read_parquet([{listed}]{union})"
