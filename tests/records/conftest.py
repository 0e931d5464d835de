"""An empty journal on each database, for every test that writes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from haihe.records import database, rules, writer
from haihe.records.database import Connection
from tests.records.small_city import SmallCity


@pytest.fixture(params=["sqlite", "postgresql"])
def journal(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Connection]:
    """An empty journal in force for this process; gives a connection for direct SQL."""
    monkeypatch.setenv("HAIHE_HOME", str(tmp_path))
    if request.param == "postgresql":
        monkeypatch.setenv("HAIHE_DATABASE_URL", request.getfixturevalue("postgresql_url"))
    else:
        monkeypatch.delenv("HAIHE_DATABASE_URL", raising=False)
    rules.use(SmallCity())
    connection = database.connect()
    database.create_tables(connection)
    yield connection
    connection.close()
    writer.forget_writer()
    database.forget_reading_connection()
