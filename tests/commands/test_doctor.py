"""Every defect the doctor knows, by really breaking it: it says so, and what to do, and goes on."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from haihe.commands import main
from haihe.config import health as examination
from haihe.records import database, health, home, keys, rules, seals, write, writer
from haihe.records.database import Connection
from tests.records.small_city import SmallCity, opening

Told = dict[str, Any]


@pytest.fixture(autouse=True)
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    for name in [one for one in os.environ if one.startswith("HAIHE_")]:
        monkeypatch.delenv(name)
    folder = tmp_path / "home"
    monkeypatch.setenv("HAIHE_HOME", str(folder))
    # what Django's own tables need is looked at once, in its own test
    monkeypatch.setattr(examination, "look_at_migrations", lambda: iter(()))
    monkeypatch.setattr(examination, "look_at_pack", lambda: iter(()))
    keys.forget()
    yield folder
    writer.forget_writer()
    database.forget_reading_connection()
    keys.forget()


@pytest.fixture
def living(house: Path) -> Iterator[Connection]:
    """An installation at work: a matter, sealed, its notice sent, the worker just seen."""
    rules.use(SmallCity())
    connection = database.connect()
    database.create_tables(connection)
    assert house.is_dir()
    write.submit(opening(), now=datetime.now(UTC))
    seals.close_all(connection, datetime.now(UTC))
    connection.run("UPDATE outbox SET sent_at = made_at")
    (house / health.BEAT_FILE).touch()
    yield connection
    connection.close()


def asked(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, list[Told]]:
    code = main(["doctor", "--json", *words])
    out = capsys.readouterr().out
    for path in Path(os.environ["HAIHE_HOME"]).glob("keys/*.key"):
        if os.access(path, os.R_OK) and "secret" in path.read_text():
            assert json.loads(path.read_text())["secret"] not in out
    told = json.loads(out)
    assert told["code"] == code
    assert all(one["todo"] for one in told["lines"] if one["level"] != "ok")
    return code, told["lines"]


def level(lines: list[Told], check: str, words: str = "") -> str:
    """The worst level among the lines of a check whose words (or what to do) hold these."""
    order = ["ok", "warning", "defect"]
    found = [
        order.index(one["level"])
        for one in lines
        if one["check"] == check and words in one["says"] + one["todo"]
    ]
    assert found, (check, words, lines)
    return order[max(found)]


def test_a_living_installation_has_no_defect_and_the_report_can_be_read(
    living: Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    assert living.rows("SELECT count(*) FROM event") == [(1,)]
    code, lines = asked(capsys)
    assert code < 2, [one for one in lines if one["level"] == "defect"]
    for check in ("home", "keys", "key_uses", "database", "tables", "clock", "worker", "seals"):
        assert level(lines, check) == "ok"
    assert main(["doctor"]) == code
    assert "正常  database" in capsys.readouterr().out


def test_before_the_first_start_nothing_is_made(
    house: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, lines = asked(capsys)
    assert code == 1
    assert level(lines, "home", "haihe run") == "warning"
    assert level(lines, "database", "haihe run") == "warning"
    assert not house.exists()


@pytest.mark.parametrize(
    ("name", "value", "grade", "words"),
    [
        ("HAIHE_HOST", "x", "warning", "HAIHE_HOSTS"),
        ("HAIHE_SOMETHING_ELSE", "x", "warning", "docs/reference/settings.md"),
        ("HAIHE_HASH", "md5", "defect", "sha256 or sm3"),
        ("HAIHE_CIPHER", "des", "defect", "aes or sm4"),
        ("HAIHE_DATABASE_URL", "mysql://x", "defect", "postgresql://"),
        ("HAIHE_HOSTS", "city.example", "defect", "HAIHE_HTTPS"),
        ("HAIHE_HOSTS", "*", "warning", "只写"),
        ("HAIHE_DEBUG", "1", "warning", "HAIHE_DEBUG"),
        ("HAIHE_ORIGINS", "http://city.example", "defect", "https://"),
    ],
)
def test_a_setting_that_is_wrong_or_unknown_is_named(
    name: str,
    value: str,
    grade: str,
    words: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv(name, value)
    _, lines = asked(capsys)
    assert level(lines, "settings", words) == grade


def test_a_database_that_does_not_answer_is_told_without_its_password(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HAIHE_DATABASE_URL", "postgresql://me:geheim@127.0.0.1:1/none")
    code = main(["doctor", "--json"])
    out = capsys.readouterr().out
    assert code == 2
    assert "geheim" not in out
    assert level(json.loads(out)["lines"], "database", "连不上") == "defect"


Breaking = Callable[[Path, Connection], object]
OLD = "UPDATE {} SET {} = {} - 200000000000"  # more than two days earlier, in microseconds


@pytest.mark.parametrize(
    ("broken", "check", "words", "grade"),
    [
        (lambda h, _: h.chmod(0o755), "home", "chmod 700", "defect"),
        (lambda h, _: (h / "haihe.sqlite3").chmod(0o644), "home", "chmod o-rwx", "defect"),
        (lambda h, _: (h / "keys").chmod(0o755), "keys", "chmod 700", "defect"),
        (lambda h, _: (h / "keys/content.1.key").chmod(0o644), "keys", "chmod 600", "defect"),
        (lambda h, _: (h / "keys/content.1.key").unlink(), "keys", "不在了", "defect"),
        (lambda h, _: (h / "keys/codes.1.key").write_text("?"), "keys", "密钥备份", "defect"),
        (lambda h, _: shutil.rmtree(h / "keys"), "keys", "不在了", "defect"),
        (lambda h, _: (h / "keys.json").write_text("?"), "keys", "not whole", "defect"),
        (lambda _, c: c.run("DROP TABLE outbox"), "tables", "outbox", "defect"),
        (lambda _, c: c.run("ALTER TABLE seal DROP COLUMN algorithm"), "tables", "seal", "defect"),
        (
            lambda _, c: c.run("UPDATE event SET recorded_at = recorded_at + 600000000"),
            "clock",
            "将来",
            "defect",
        ),
        (lambda h, _: (h / health.BEAT_FILE).unlink(), "worker", "没有见过", "warning"),
        (lambda h, _: os.utime(h / health.BEAT_FILE, (0, 0)), "worker", "haihe work", "defect"),
        (
            lambda _, c: (
                c.run("UPDATE outbox SET sent_at = NULL"),
                c.run(OLD.format("outbox", "made_at", "made_at")),
            ),
            "outbox",
            "没有送出",
            "defect",
        ),
        (
            lambda _, c: (
                c.run("DELETE FROM seal"),
                c.run(OLD.format("event", "recorded_at", "recorded_at")),
            ),
            "seals",
            "库外的封存记录",
            "defect",
        ),
        (
            lambda h, c: (
                c.run("DELETE FROM seal"),
                (h / "seals.log").unlink(),
                c.run(OLD.format("event", "recorded_at", "recorded_at")),
            ),
            "seals",
            "没有封存",
            "defect",
        ),
        (
            lambda _, c: c.run("UPDATE matter_key SET wrapped = x'0909'"),
            "key_uses",
            "content 第 9 版",
            "defect",
        ),
        (
            lambda _, c: c.run("UPDATE matter_key SET wrapped = substr(wrapped, 1, 40)"),
            "key_uses",
            "不是一套",
            "defect",
        ),
    ],
)
def test_what_is_broken_is_named_with_what_to_do(
    broken: Breaking,
    check: str,
    words: str,
    grade: str,
    living: Connection,
    house: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    broken(house, living)
    keys.forget()
    code, lines = asked(capsys)
    assert level(lines, check, words) == grade
    assert code == (2 if grade == "defect" else 1)
    house.chmod(0o700)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to another account")
@pytest.mark.parametrize(
    ("path", "check", "words"),
    [
        (".", "home", "属于别的账号"),
        ("keys", "keys", "belongs to another account"),
        ("keys/marks.1.key", "keys", "belongs to another account"),
    ],
)
def test_what_belongs_to_another_account_is_a_defect(
    path: str,
    check: str,
    words: str,
    living: Connection,
    house: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert living.rows("SELECT count(*) FROM matter") == [(1,)]
    os.chown(house / path, 54321, 54321)
    code, lines = asked(capsys)
    assert (code, level(lines, check, words)) == (2, "defect")


def test_a_database_file_that_is_none_is_a_defect_and_the_rest_is_looked_at(
    living: Connection, house: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    writer.forget_writer()
    for path in house.glob("haihe.sqlite3*"):
        path.unlink()
    (house / "haihe.sqlite3").write_text("this is no database at all" * 100)
    (house / "haihe.sqlite3").chmod(0o600)
    code, lines = asked(capsys)
    assert code == 2
    assert level(lines, "database", "备份") == "defect"
    assert level(lines, "keys", "可用") == "ok"


def test_a_damaged_page_of_the_database_is_a_defect(
    living: Connection, house: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    writer.forget_writer()
    living.rows("PRAGMA wal_checkpoint(TRUNCATE)")
    file = house / "haihe.sqlite3"
    with sqlite3.connect(file) as raw:
        ((page,),) = raw.execute("SELECT rootpage FROM sqlite_master WHERE name = 'event'")
        ((size,),) = raw.execute("PRAGMA page_size")
    raw.close()
    with file.open("r+b") as content:
        content.seek((page - 1) * size)
        content.write(b"\xff" * 200)
    code, lines = asked(capsys)
    assert code == 2
    assert any(one["check"] == "database" and one["level"] == "defect" for one in lines)


def test_a_home_that_is_a_file_and_keys_without_a_kms_are_defects(
    house: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    house.write_text("no folder")
    code = main(["doctor", "--json"])
    lines = json.loads(capsys.readouterr().out)["lines"]
    assert (code, level(lines, "home", "不是目录")) == (2, "defect")
    house.unlink()
    house.mkdir(mode=0o700)
    monkeypatch.setenv("HAIHE_KEY_SOURCE", "kms")
    monkeypatch.setenv("HAIHE_KMS_URL", "http://127.0.0.1:1")
    code, lines = asked(capsys)
    assert (code, level(lines, "keys", "cannot be used")) == (2, "defect")


def test_old_keys_and_versions_that_nothing_needs_are_worth_a_look(
    living: Connection, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["keys", "rotate", "pseudonyms"]) == 0
    later = datetime.now(UTC) + timedelta(days=500)
    lines = list(health.look_at_keys(living, later))
    told = [one._asdict() for one in lines]
    assert level(told, "key_age", "haihe keys rotate content") == "warning"
    assert level(told, "key_retirable", "haihe keys retire pseudonyms 1") == "warning"
    assert capsys.readouterr().out == ""
    monkeypatch.undo()


def test_a_full_disk_and_growth_that_fills_it_are_told(
    living: Connection, house: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime.now(UTC)
    first = list(examination.look_at_disk(living, now))
    assert [one.level for one in first if "home" in one.check] == []
    assert (house / examination.SIZES_FILE).stat().st_mode & 0o777 == 0o600
    (house / "files").mkdir()
    (house / "files" / "big").write_bytes(b"x" * 20_000_000)
    usage = type(shutil.disk_usage(house))
    for free, grade in ((10**12, "warning"), (10**9, "warning"), (10**8, "defect")):
        monkeypatch.setattr(shutil, "disk_usage", lambda _, left=free: usage(10**14, 0, left))
        (line, *_) = list(examination.look_at_disk(living, now + timedelta(days=1)))
        assert line.level == grade  # 10¹² bytes are less than 5 % of this disk
        assert "每天约增加" in line.says


class _OldClock(BaseHTTPRequestHandler):
    def do_HEAD(self) -> None:
        self.send_response_only(200)
        self.send_header("Date", "Tue, 01 Sep 2026 00:00:00 GMT")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Quiet."""


def test_a_clock_that_differs_from_the_one_given_is_a_defect() -> None:
    server = HTTPServer(("127.0.0.1", 0), _OldClock)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    (line,) = examination.look_at_time(f"http://127.0.0.1:{server.server_port}/")
    server.shutdown()
    server.server_close()
    assert (line.level, "对时" in line.todo) == ("defect", True)
    (line,) = examination.look_at_time("http://127.0.0.1:1/")
    assert line.level == "warning"
    (line,) = examination.look_at_time("tomorrow")
    assert line.level == "warning"


@pytest.mark.parametrize(
    ("on", "grade"),
    [
        (datetime(2026, 6, 1, tzinfo=UTC), "ok"),  # Monday
        (datetime(2026, 12, 15, tzinfo=UTC), "warning"),  # Tuesday; the notice of 2027 is due
        (datetime(2031, 6, 2, tzinfo=UTC), "defect"),  # Monday
    ],
)
def test_a_year_without_its_notice_is_told(on: datetime, grade: str) -> None:
    (line,) = examination.look_at_calendar(on)
    assert line.level == grade


def test_a_check_that_fails_itself_is_a_defect_and_hides_no_other() -> None:
    def failing() -> Iterator[health.Line]:
        yield health.ok("first", "seen")
        raise OSError("the disk is gone")

    first, last = examination.guarded("some", failing)
    assert (first.level, last.level) == ("ok", "defect")
    assert "the disk is gone" in last.says


def test_pending_migrations_and_a_pack_that_does_not_load_are_defects(
    house: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.undo()
    monkeypatch.setenv("HAIHE_HOME", str(house))
    monkeypatch.setenv("HAIHE_PACK", str(tmp_path))
    (tmp_path / "procedures" / "thing").mkdir(parents=True)
    (tmp_path / "procedures" / "thing" / "from-2026-01-01.yaml").write_text("kind: [")
    (line,) = examination.guarded("pack", examination.look_at_pack)
    assert line.level == "defect"
    assert home.home() == house.resolve()
