"""Hostile SQL in the sandbox: it reads nothing but the views, writes nothing, and is stopped."""

from __future__ import annotations

import http.server
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from haihe.supervision.sandbox import Limits, Sandbox, Stopped
from haihe.supervision.views import write_segment

ROOT = Path(__file__).resolve().parents[2]
SECRET = "the planted truth"


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home folder with views of 20,000 events, a secret beside them, and a key."""
    home = tmp_path_factory.mktemp("home")
    (home / "truth").mkdir()
    (home / "truth" / "secret.csv").write_text(f"word\n{SECRET}\n")
    (home / "master.key").write_bytes(b"k" * 32)
    count = 20_000
    events = pa.table(
        {
            "matter_id": [f"m{number}" for number in range(count)],
            "seq": [1] * count,
            "act": ["take_call"] * count,
            "kind": ["alarm"] * count,
        }
    )
    write_segment(home / "views", "event", events, first=1, last=count)
    return home


@pytest.fixture
def sandbox(city: Path) -> Sandbox:
    return Sandbox(city / "views", {}, {}, Limits(seconds=45, memory_mb=256, rows=1_000))


def test_a_select_over_the_views_gives_its_rows(sandbox: Sandbox) -> None:
    ran = sandbox.run("SELECT count(*) AS n, min(act) AS act FROM event")
    assert ran.rows.to_pylist() == [{"n": 20_000, "act": "take_call"}]
    assert not ran.cut


def test_more_rows_than_allowed_are_cut_and_said(sandbox: Sandbox) -> None:
    ran = sandbox.run("SELECT matter_id FROM event")
    assert (ran.rows.num_rows, ran.cut) == (1_000, True)
    with pytest.raises(Stopped, match="1000行"):
        sandbox.rows_of()("model.sql", "SELECT matter_id FROM event")


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_csv('{home}/truth/secret.csv')",
        "SELECT * FROM '{home}/truth/secret.csv'",
        "SELECT * FROM read_text('{home}/truth/secret.csv')",
        "SELECT * FROM read_blob('{home}/master.key')",
        "SELECT * FROM read_csv('{home}/views/../truth/secret.csv')",
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM glob('{home}/*')",
        "SELECT * FROM read_text('/proc/self/environ')",
        "SELECT * FROM sniff_csv('{home}/truth/secret.csv')",
        "SELECT * FROM read_json('{home}/truth/secret.csv')",
        "SELECT * FROM parquet_metadata('{home}/truth/secret.csv')",
        "SELECT * FROM (FROM read_text('{home}/truth/secret.csv'))",
        "SELECT getenv('HOME')",
    ],
)
def test_no_other_file_is_read(sandbox: Sandbox, city: Path, sql: str) -> None:
    with pytest.raises(Stopped) as stopped:
        sandbox.run(sql.format(home=city))
    assert SECRET not in str(stopped.value)
    assert "root:" not in str(stopped.value)


@pytest.mark.parametrize(
    "sql",
    [
        "COPY (SELECT 1) TO '{home}/out.csv'",
        "CREATE TABLE kept AS SELECT 1",
        "ATTACH '{home}/other.db'",
        "EXPORT DATABASE '{home}/out'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET enable_external_access = true",
        "SET memory_limit = '100GB'",
        "PRAGMA temp_directory = '{home}'",
        "SELECT 1; COPY (SELECT 1) TO '{home}/out.csv'",
        "DELETE FROM event",
        "CALL pragma_version()",
        "SELECT 1) TO '{home}/out.csv' --",
        "SELECT write_log('x') FROM duckdb_settings() WHERE set_config('threads', 9)",
    ],
)
def test_nothing_is_written_and_no_setting_changes(sandbox: Sandbox, city: Path, sql: str) -> None:
    before = sorted(path.name for path in city.rglob("*"))
    with pytest.raises(Stopped):
        sandbox.run(sql.format(home=city))
    assert sorted(path.name for path in city.rglob("*")) == before


@pytest.fixture
def asked() -> Iterator[tuple[str, list[str]]]:
    """A server on the loopback that remembers what it was asked."""
    seen: list[str] = []

    class Door(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(self.path)
            self.send_error(404)

        do_HEAD = do_GET

    server = http.server.HTTPServer(("127.0.0.1", 0), Door)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", seen
    server.shutdown()
    server.server_close()


def test_no_host_is_reached(sandbox: Sandbox, asked: tuple[str, list[str]]) -> None:
    address, seen = asked
    for sql in (
        f"SELECT * FROM read_csv('{address}/a.csv')",
        f"SELECT * FROM read_parquet('{address}/a.parquet')",
        f"SELECT * FROM '{address}/a.json'",
    ):
        with pytest.raises(Stopped):
            sandbox.run(sql)
    assert seen == []


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT count(*) FROM event a, event b, event c WHERE a.seq + b.seq > c.seq",
        "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT max(n) FROM t",
    ],
    ids=["cross join", "recursion without end"],
)
def test_what_takes_too_long_is_killed(city: Path, sql: str) -> None:
    short = Sandbox(city / "views", {}, {}, Limits(seconds=2, memory_mb=256))
    begun = time.monotonic()
    with pytest.raises(Stopped, match=r"停止|[Mm]emory"):
        short.run(sql)
    assert time.monotonic() - begun < 120


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT string_agg(repeat(a.matter_id, 1000), '') FROM event a, range(1000)",
        "SELECT list(a.matter_id || b.matter_id) FROM event a, event b",
        "SELECT repeat('x', 4000000000)",
    ],
    ids=["one long text", "one long list", "a text of four gigabytes"],
)
def test_what_grows_too_large_is_stopped(sandbox: Sandbox, sql: str) -> None:
    with pytest.raises(Stopped):
        sandbox.run(sql)


def test_a_mistake_is_said_in_the_words_of_the_engine(sandbox: Sandbox) -> None:
    with pytest.raises(Stopped, match="matterid"):
        sandbox.run("SELECT matterid FROM event")


def test_cases_of_a_draft_are_run_within_the_limits_too(sandbox: Sandbox, tmp_path: Path) -> None:
    folder = tmp_path / "models"
    shutil.copytree(ROOT / "models/contest_unheard", folder / "contest_unheard")
    assert sandbox.run_cases(folder, "Asia/Shanghai") == ()
    sql = folder / "contest_unheard/model.sql"
    sql.write_text("SELECT matter_id, 'unheard' AS cause, seq FROM event WHERE act = 'x'")
    wrong = sandbox.run_cases(folder, "Asia/Shanghai")
    assert wrong
    assert all("没有找到" in one.problems[0] for one in wrong)
    sql.write_text(
        "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t)"
        " SELECT 'm' AS matter_id, 'c' AS cause, max(n) AS seq FROM t"
    )
    short = Sandbox(sandbox.views, {}, {}, Limits(seconds=2, memory_mb=256))
    with pytest.raises(Stopped, match="停止"):
        short.run_cases(folder, "Asia/Shanghai")
