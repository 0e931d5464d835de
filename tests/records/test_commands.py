"""`haihe verify`, `haihe seal` and `haihe work --once` as somebody calls them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from haihe.commands import main
from haihe.records import home, write
from haihe.records.database import Connection
from tests.records.small_city import TUESDAY, opening


def test_verify_prints_json_and_says_by_its_code_whether_all_is_well(
    journal: Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    write.submit(opening(), now=TUESDAY)
    assert main(["verify", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["clean"], told["events"], told["problems"]) == (True, 1, [])
    journal.run("UPDATE event SET act = 'taken'")
    assert main(["verify", "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert "event_hash" in {one["problem"] for one in told["problems"]}
    assert main(["verify"]) == 1
    assert "event_hash" in capsys.readouterr().err


def test_seal_closes_what_is_new_and_nothing_twice(
    journal: Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    write.submit(opening(), now=TUESDAY)
    assert main(["seal", "--json"]) == 0
    (seal,) = json.loads(capsys.readouterr().out)["seals"]
    assert (seal["number"], seal["events"]) == (1, 1)
    assert main(["seal", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"seals": []}
    assert journal.rows("SELECT count(*) FROM seal") == [(1,)]
    assert (home.home() / "seal.pub").read_text().startswith("-----BEGIN PUBLIC KEY-----")
    assert (home.home() / "keys" / "seal-signing.1.key").stat().st_mode & 0o777 == 0o600


def test_the_worker_seals_and_delivers(journal: Connection) -> None:
    write.submit(opening(), now=TUESDAY)
    assert main(["work", "--once", "--sweep-seconds", "0"]) == 0
    assert journal.rows("SELECT count(*) FROM seal") == [(1,)]
    line = json.loads((home.home() / "outbox.jsonl").read_text())
    assert line["topic"] == "alarm.take_call"


@pytest.mark.parametrize("command", ["verify", "seal", "work"])
def test_without_tables_a_command_says_what_to_do(
    command: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("HAIHE_HOME", str(tmp_path))
    monkeypatch.delenv("HAIHE_DATABASE_URL", raising=False)
    assert main([command]) == 2
    assert "haihe run" in capsys.readouterr().err
