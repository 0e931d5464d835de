"""An empty journal on each database, for every test that writes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from haihe.records.database import Connection
from tests.records.fresh import BOTH, fresh_journal, url_of
from tests.records.small_city import SmallCity


@pytest.fixture(params=BOTH)
def journal(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Connection]:
    """An empty journal in force for this process; gives a connection for direct SQL."""
    with fresh_journal(tmp_path, monkeypatch, SmallCity(), url_of(request)) as connection:
        yield connection
