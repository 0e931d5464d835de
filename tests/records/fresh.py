"""An empty journal in force for this process, and what tests ask of one again and again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from haihe.records import database, rules, write, writer
from haihe.records.answers import Recorded
from haihe.records.database import Connection
from haihe.records.verify import Problem, verify
from tests.records.small_city import TUESDAY, opening

BOTH = ["sqlite", "postgresql"]


@contextmanager
def fresh_journal(
    folder: Path, monkeypatch: pytest.MonkeyPatch, city: rules.Rules, url: str = ""
) -> Iterator[Connection]:
    """An empty journal of a city: a file in this folder, or the database of `url`."""
    monkeypatch.setenv("HAIHE_HOME", str(folder))
    if url:
        monkeypatch.setenv("HAIHE_DATABASE_URL", url)
    else:
        monkeypatch.delenv("HAIHE_DATABASE_URL", raising=False)
    rules.use(city)
    connection = database.connect()
    database.create_tables(connection)
    yield connection
    connection.close()
    writer.forget_writer()
    database.forget_reading_connection()


def url_of(request: pytest.FixtureRequest) -> str:
    """Where the database of a fixture with the parameters `BOTH` is; "" for SQLite."""
    return str(request.getfixturevalue("postgresql_url")) if request.param == BOTH[1] else ""


def problems() -> list[Problem]:
    """What `haihe verify` finds wrong in the journal in force."""
    with closing(database.connect()) as connection:
        return verify(connection, rules.current()).problems


def opened() -> str:
    """A call that was just taken in the small city; its matter."""
    done = write.submit(opening(), now=TUESDAY)
    assert isinstance(done, Recorded)
    return done.matter
