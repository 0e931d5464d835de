"""Connections to the two databases behind one small interface: plain SQL, tuples in and out.

SQL is written once with `?` marks. SQLite runs in WAL mode with synchronous=FULL, so a COMMIT that
returned is on the disk; PostgreSQL keeps its own synchronous_commit, which is on by default.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import msgspec
import psycopg

from haihe.records import home
from haihe.records.tables import (
    TABLES,
    Vendor,
    copy_sql,
    create_statements,
    insert_sql,
    replace_sql,
    write_sql,
)

Row = tuple[Any, ...]
Rows = Mapping[str, Sequence[Row]]  # by table, all its columns in order
Place = tuple[int, str | None, str | None]

BUSY_MILLISECONDS_MAX = 15_000
CONNECT_SECONDS_MAX = 10
SQLITE_STATEMENTS_CACHED = 256
WAL_PAGES_BEFORE_CHECKPOINT = 4_000  # 16 MB: fewer checkpoints, so fewer slow commits
STREAM_ROWS = 2_000
IN_MAX = 500  # ids in one query
PREPARED_AFTER = 2  # PostgreSQL plans a statement once it was seen this often

_encode = msgspec.json.Encoder().encode

# What a statement may fail with: the batch is undone and tried again one command at a time.
Failure = (sqlite3.Error, psycopg.Error)
Lost = (psycopg.OperationalError, psycopg.InterfaceError)


class Query(NamedTuple):
    """`sql` ends with a column, which must be one of `ids` (at most IN_MAX); then `tail`."""

    sql: str
    ids: Sequence[str]
    tail: str = ""


class Connection(Protocol):
    """One connection, used by one thread at a time."""

    vendor: Vendor

    @property
    def usable(self) -> bool:
        """Whether the database has not been lost."""

    def begin(self) -> None:
        """Start a transaction that will write; on SQLite it is the only one."""

    def look(self) -> None:
        """Start a transaction that reads everything as of one moment, whoever writes meanwhile."""

    def commit(self) -> None:
        """Make it durable; when this returns it is."""

    def rollback(self) -> None:
        """Undo the transaction, if one is open."""

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        """All rows of a query that is known to give few."""

    def rows_in(self, sql: str, ids: Sequence[str], tail: str = "") -> list[Row]:
        """Rows of `sql` + the list of ids (at most IN_MAX) + `tail`; `sql` ends with a column."""

    def stream(self, sql: str, values: Sequence[Any] = ()) -> Iterator[Row]:
        """Rows of a long query in constant memory."""

    def take_any_text(self) -> None:
        """Read damaged text as far as it goes, instead of failing on it."""

    def run(self, sql: str, values: Sequence[Any] = ()) -> int:
        """Run a statement; gives how many rows it touched."""

    def insert(self, table: str, rows: Sequence[Row]) -> None:
        """Insert rows, all columns of the table in order."""

    def replace(self, table: str, rows: Sequence[Row]) -> None:
        """Insert rows or replace those with the same key; one key may occur once."""

    def begin_with(self, queries: Sequence[Query]) -> list[list[Row]]:
        """Start a transaction that will write, and answer these queries in it."""

    def write(self, inserts: Rows, replaces: Rows) -> None:
        """Insert and replace rows of several tables; tables without rows are left out."""

    def write_and_commit(self, inserts: Rows, replaces: Rows) -> None:
        """The same, then make all of the transaction durable."""

    def load(self, table: str, rows: Sequence[Row]) -> None:
        """Insert many rows the fastest way (COPY, executemany)."""

    def close(self) -> None:
        """Give the connection up."""


class SqliteConnection:
    """sqlite3, in a mode where transactions begin and end only where we say so."""

    vendor: Vendor = "sqlite"

    def __init__(self, file: Path) -> None:
        self._raw = sqlite3.connect(
            file,
            timeout=BUSY_MILLISECONDS_MAX / 1000,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=SQLITE_STATEMENTS_CACHED,
        )
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            f"wal_autocheckpoint={WAL_PAGES_BEFORE_CHECKPOINT}",
            "cache_size=-65536",
            "temp_store=MEMORY",
            "secure_delete=ON",
        ):
            self._raw.execute(f"PRAGMA {pragma}")
        # Writers of several processes queue on this file instead of polling SQLite's own lock.
        self._turn = os.open(f"{file}.turn", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    @property
    def usable(self) -> bool:
        return True

    def begin(self) -> None:
        fcntl.flock(self._turn, fcntl.LOCK_EX)
        try:
            self._raw.execute("BEGIN IMMEDIATE")
        except BaseException:
            fcntl.flock(self._turn, fcntl.LOCK_UN)
            raise

    def look(self) -> None:
        self._raw.execute("BEGIN")

    def commit(self) -> None:
        self._raw.execute("COMMIT")
        fcntl.flock(self._turn, fcntl.LOCK_UN)

    def rollback(self) -> None:
        if self._raw.in_transaction:
            self._raw.execute("ROLLBACK")
        fcntl.flock(self._turn, fcntl.LOCK_UN)

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        return self._raw.execute(sql, values).fetchall()

    def rows_in(self, sql: str, ids: Sequence[str], tail: str = "") -> list[Row]:
        assert len(ids) <= IN_MAX
        marks = ",".join("?" * len(ids))
        return self._raw.execute(f"{sql} IN ({marks}) {tail}", ids).fetchall()

    def stream(self, sql: str, values: Sequence[Any] = ()) -> Iterator[Row]:
        cursor = self._raw.execute(sql, values)
        while rows := cursor.fetchmany(STREAM_ROWS):
            yield from rows

    def take_any_text(self) -> None:
        self._raw.text_factory = _any_text

    def run(self, sql: str, values: Sequence[Any] = ()) -> int:
        return self._raw.execute(sql, values).rowcount

    def insert(self, table: str, rows: Sequence[Row]) -> None:
        self._raw.executemany(_sqlite_insert(table), rows)

    def replace(self, table: str, rows: Sequence[Row]) -> None:
        self._raw.executemany(_sqlite_replace(table), rows)

    def begin_with(self, queries: Sequence[Query]) -> list[list[Row]]:
        self.begin()
        return [self.rows_in(*query) if query.ids else [] for query in queries]

    def write(self, inserts: Rows, replaces: Rows) -> None:
        for table, rows in inserts.items():
            if rows:
                self.insert(table, rows)
        for table, rows in replaces.items():
            if rows:
                self.replace(table, rows)

    def write_and_commit(self, inserts: Rows, replaces: Rows) -> None:
        self.write(inserts, replaces)
        self.commit()

    def load(self, table: str, rows: Sequence[Row]) -> None:
        self._raw.executemany(_sqlite_insert(table), rows)

    def close(self) -> None:
        self._raw.close()
        os.close(self._turn)


class PostgresConnection:
    """psycopg 3; rows of one table travel as one statement with an array a column."""

    vendor: Vendor = "postgresql"

    def __init__(self, url: str) -> None:
        self._raw = psycopg.connect(
            url,
            autocommit=True,
            connect_timeout=CONNECT_SECONDS_MAX,
            prepare_threshold=PREPARED_AFTER,
        )
        self._cursor = self._raw.cursor()
        self._streams = 0

    @property
    def usable(self) -> bool:
        return not self._raw.closed and not self._raw.broken

    def begin(self) -> None:
        self._cursor.execute("BEGIN")

    def look(self) -> None:
        self._cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")

    def commit(self) -> None:
        self._cursor.execute("COMMIT")

    def rollback(self) -> None:
        if not self._raw.closed and not self._raw.broken:
            self._raw.rollback()

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        self._cursor.execute(_marked(sql), values)
        return self._cursor.fetchall()

    def rows_in(self, sql: str, ids: Sequence[str], tail: str = "") -> list[Row]:
        assert len(ids) <= IN_MAX
        self._cursor.execute(_marked(f"{sql} = ANY(?) {tail}"), (list(ids),))
        return self._cursor.fetchall()

    def stream(self, sql: str, values: Sequence[Any] = ()) -> Iterator[Row]:
        alone = self._raw.info.transaction_status == psycopg.pq.TransactionStatus.IDLE
        with self._raw.transaction() if alone else nullcontext():
            self._streams += 1
            with self._raw.cursor(name=f"stream{self._streams}") as cursor:
                cursor.itersize = STREAM_ROWS
                cursor.execute(_marked(sql), values)
                yield from cursor

    def take_any_text(self) -> None:
        """PostgreSQL lets no damaged text in."""

    def run(self, sql: str, values: Sequence[Any] = ()) -> int:
        self._cursor.execute(_marked(sql), values)
        return self._cursor.rowcount

    def insert(self, table: str, rows: Sequence[Row]) -> None:
        self.write({table: rows}, {})

    def replace(self, table: str, rows: Sequence[Row]) -> None:
        self.write({}, {table: rows})

    def begin_with(self, queries: Sequence[Query]) -> list[list[Row]]:
        """All in one round trip."""
        asked = [query for query in queries if query.ids]
        cursors = [self._raw.cursor() for _ in asked]
        with self._raw.pipeline():
            self._cursor.execute("BEGIN")
            for cursor, query in zip(cursors, asked, strict=True):
                sql = _marked(f"{query.sql} = ANY(?) {query.tail}")
                cursor.execute(sql, (list(query.ids),))
            found = iter([cursor.fetchall() for cursor in cursors])
        return [next(found) if query.ids else [] for query in queries]

    def write(self, inserts: Rows, replaces: Rows) -> None:
        self._cursor.execute(*_statement(inserts, replaces))

    def write_and_commit(self, inserts: Rows, replaces: Rows) -> None:
        """All in one round trip."""
        with self._raw.pipeline():
            self._cursor.execute(*_statement(inserts, replaces))
            self._cursor.execute("COMMIT")

    def load(self, table: str, rows: Sequence[Row]) -> None:
        if not rows:
            return
        with self._cursor.copy(_postgres_copy(table)) as copy:
            for row in rows:
                copy.write_row(row)

    def close(self) -> None:
        self._raw.close()


def _any_text(text: bytes) -> str:
    return text.decode("utf-8", "replace")


@lru_cache
def _sqlite_insert(table: str) -> str:
    return insert_sql(TABLES[table])


@lru_cache
def _sqlite_replace(table: str) -> str:
    return replace_sql(TABLES[table])


def _statement(inserts: Rows, replaces: Rows) -> tuple[bytes, tuple[str]]:
    """The statement that writes these rows on PostgreSQL, and its parameter."""
    names = tuple(name for name, rows in inserts.items() if rows)
    replaced = tuple(name for name, rows in replaces.items() if rows)
    tables = [inserts[name] for name in names] + [replaces[name] for name in replaced]
    return _postgres_write(names, replaced), (_encode(tables).decode(),)


@lru_cache(maxsize=256)
def _postgres_write(inserts: tuple[str, ...], replaces: tuple[str, ...]) -> bytes:
    return write_sql(inserts, replaces).encode()


@lru_cache
def _postgres_copy(table: str) -> bytes:
    return copy_sql(TABLES[table]).encode()


@lru_cache(maxsize=512)
def _marked(sql: str) -> bytes:
    """Our SQL with the driver's marks: `?` is a value, and `%` (as in LIKE) is only itself."""
    return sql.replace("%", "%%").replace("?", "%s").encode()


def connect() -> Connection:
    """A new connection to the database of this installation."""
    url = home.database_url()
    return PostgresConnection(url) if url else SqliteConnection(home.sqlite_file())


class _Readers(threading.local):
    """The connection each thread reads through, and the place it leads to."""

    connection: Connection | None = None
    leads_to: Place | None = None


_readers = _Readers()


def place() -> Place:
    """This process and the settings that name its database: what a kept connection must match."""
    get = os.environ.get
    return os.getpid(), get("HAIHE_DATABASE_URL"), get("HAIHE_HOME")


def reading_connection() -> Connection:
    """This thread's connection for reading; made anew after a fork, a loss, or other settings."""
    leads_to = place()
    known = _readers.connection
    if known is None or _readers.leads_to != leads_to or not known.usable:
        if _readers.leads_to is not None and _readers.leads_to[0] == leads_to[0]:
            forget_reading_connection()
        known = connect()
        _readers.connection, _readers.leads_to = known, leads_to
    return known


def forget_reading_connection() -> None:
    """Drop this thread's connection (it broke, or the database is about to be removed)."""
    if _readers.connection is not None:
        _readers.connection.close()
    _readers.connection = None


@contextmanager
def writing(connection: Connection) -> Iterator[None]:
    """A transaction: committed at the end, undone on any error."""
    connection.begin()
    try:
        yield
        connection.commit()
    except BaseException:
        connection.rollback()
        raise


def create_tables(connection: Connection) -> None:
    """All tables of records in an empty database; `haihe` itself does it by a migration."""
    with writing(connection):
        for statement in create_statements(connection.vendor):
            connection.run(statement)


class NoTables(Exception):
    """The database is there, but nobody has created the tables yet."""


def connect_prepared() -> Connection:
    """A new connection to a database that has its tables; raises NoTables."""
    connection = connect()
    sql = (
        "SELECT 1 FROM sqlite_master WHERE name = 'seal'"
        if connection.vendor == "sqlite"
        else "SELECT 1 WHERE to_regclass('seal') IS NOT NULL"
    )
    if connection.rows(sql):
        return connection
    connection.close()
    raise NoTables("这里还没有记录。请先运行 haihe run 或者 haihe demo，或者核对 HAIHE_HOME。")
