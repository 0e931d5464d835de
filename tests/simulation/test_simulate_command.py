"""`haihe simulate`: a city through the bulk door or as lines; what it keeps and answers."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

ROOT = Path(__file__).resolve().parents[2]
UNTIL = ("--until", "2026-11-19", "--days", "25", "--scale", "0.0005", "--seed", "1")  # Thursday


def haihe(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    told = {name: value for name, value in os.environ.items() if not name.startswith("HAIHE_")}
    return subprocess.run(
        [sys.executable, "-m", "haihe", *words],
        env=told | {"HAIHE_HOME": str(home)},
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )


def simulated(home: Path, *words: str) -> dict[str, Any]:
    done = haihe(home, "simulate", "--json", *words)
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation with some days of a small city."""
    folder = tmp_path_factory.mktemp("home")
    folder.chmod(0o700)
    told = simulated(folder, *UNTIL)
    assert told["refused"] == 0
    assert told["matters"] > 100
    return folder


def rows(home: Path, sql: str) -> list[tuple[Any, ...]]:
    connection = sqlite3.connect(home / "haihe.sqlite3")
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


def test_what_was_taken_in_verifies_and_again_changes_nothing(home: Path) -> None:
    assert haihe(home, "verify").returncode == 0
    again = simulated(home, *UNTIL)

    assert (again["matters"], again["refused"]) == (0, 0)
    assert again["known"] > 50


def test_nothing_was_entered_before_it_happened_or_after_the_last_day(home: Path) -> None:
    assert rows(home, "SELECT count(*) FROM event WHERE recorded_at < happened_at") == [(0,)]
    newest = rows(home, "SELECT max(recorded_at) FROM event")[0][0]

    assert newest < 1_795_104_000_000_000  # 2026-11-20 00:00 in Tianjin


def test_the_truth_lies_beside_the_database_and_names_matters_of_it(home: Path) -> None:
    held = {row[0] for row in rows(home, "SELECT matter_id FROM matter")}
    truths = pq.read_table(home / "truth" / "truth.parquet").to_pylist()

    assert truths
    assert {one["matter_id"] for one in truths} <= held
    tables = rows(home, "SELECT name FROM sqlite_master WHERE name LIKE '%truth%'")
    assert tables == []


def test_the_bodies_of_the_city_have_names(home: Path) -> None:
    told = json.loads((home / "simulated-organs.json").read_text("utf-8"))
    named = {one["id"]: one["name"] for one in told}
    owners = {row[0] for row in rows(home, "SELECT DISTINCT owner_organ FROM matter")}
    listed = (ROOT / "city" / "organs.yaml").read_text("utf-8")

    assert all(named.get(one) or f"  {one}:" in listed for one in owners)


def test_the_lines_are_the_same_for_the_same_seed(tmp_path: Path) -> None:
    for name in ("first", "again"):
        simulated(tmp_path, *UNTIL[:2], "--days", "2", "--out", str(tmp_path / name))

    assert (tmp_path / "first").read_bytes() == (tmp_path / "again").read_bytes()
    assert (tmp_path / "first").read_bytes().count(b"\n") > 20
    assert not (tmp_path / "haihe.sqlite3").exists()


@pytest.mark.parametrize(
    "words", [("--scale", "3"), ("--days", "0"), ("--count", "0"), ("--kind", "piracy")]
)
def test_what_cannot_be_simulated_is_refused(tmp_path: Path, words: tuple[str, str]) -> None:
    assert haihe(tmp_path, "simulate", *words).returncode == 2
