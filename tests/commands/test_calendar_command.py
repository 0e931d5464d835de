"""`haihe calendar` says which year is missing, takes a new one in, and refuses a wrong file."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from haihe.commands import main
from haihe.kernel.values import Command
from haihe.records import database, rules, write, writer
from tests.kernel.clock_days import CALENDAR_FOLDER, moment
from tests.pack.test_calendar_files import NOTICE_2027
from tests.records.small_city import OFFICER, SmallCity


@pytest.fixture(autouse=True)
def pack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A pack of its own with the calendar up to 2026, and no database."""
    folder = tmp_path / "pack" / "law" / "calendar"
    shutil.copytree(CALENDAR_FOLDER, folder, ignore=shutil.ignore_patterns("2027.yaml"))
    monkeypatch.setenv("HAIHE_PACK", str(tmp_path / "pack"))
    monkeypatch.setenv("HAIHE_HOME", str(tmp_path / "var"))
    monkeypatch.delenv("HAIHE_DATABASE_URL", raising=False)
    return folder


@pytest.fixture
def notice(tmp_path: Path) -> Path:
    path = tmp_path / "notice.yaml"
    path.write_text(NOTICE_2027, encoding="utf-8")
    return path


def test_check_is_content_in_november_and_complains_in_december(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["calendar", "check", "--today", "2026-11-30"]) == 0
    assert "2027年的安排还没有载入" in capsys.readouterr().out
    assert main(["calendar", "check", "--today", "2026-12-01"]) == 1
    assert "缺少2027年的放假安排" in capsys.readouterr().err


def test_check_tells_machines_the_years(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["calendar", "check", "--today", "2026-12-01", "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["missing"] == 2027
    assert found["published"] == list(range(2004, 2027))


def test_a_day_that_does_not_exist_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["calendar", "check", "--today", "2026-02-30"]) == 2
    assert "2026-02-30" in capsys.readouterr().err


def test_loading_a_year_makes_its_dates_official(
    capsys: pytest.CaptureFixture[str], notice: Path, pack: Path
) -> None:
    ask = ["due", "6 months", "--from", "2026-08-11", "--json"]
    assert main(ask) == 0
    before = json.loads(capsys.readouterr().out)
    assert (before["legal"], before["official"]) == ("2027-02-11", False)
    assert main(["calendar", "load", str(notice)]) == 0
    assert "2027年的放假安排已载入" in capsys.readouterr().out
    assert (pack / "2027.yaml").exists()
    assert main(ask) == 0
    after = json.loads(capsys.readouterr().out)
    assert (after["legal"], after["official"]) == ("2027-02-12", True)
    assert main(["calendar", "check", "--today", "2026-12-01"]) == 0


def test_loading_tells_machines_what_happened(
    capsys: pytest.CaptureFixture[str], notice: Path
) -> None:
    assert main(["calendar", "load", str(notice), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "year": 2027,
        "state": "new",
        "moved": [],
        "confirmed": 0,
    }


def test_a_wrong_file_is_refused_and_leaves_no_trace(
    capsys: pytest.CaptureFixture[str], notice: Path, pack: Path
) -> None:
    notice.write_text(NOTICE_2027.replace("2027-10-01..", "2027-10-04.."), encoding="utf-8")
    assert main(["calendar", "load", str(notice)]) == 2
    assert "缺少法定假日 2027-10-01" in capsys.readouterr().err
    assert not (pack / "2027.yaml").exists()


@pytest.fixture
def journal(pack: Path) -> Iterator[None]:
    """An empty SQLite journal of a small city in the folder the command will look at."""
    assert pack.is_dir()
    rules.use(SmallCity())
    connection = database.connect()
    database.create_tables(connection)
    connection.close()
    yield
    writer.forget_writer()
    database.forget_reading_connection()


def accepted(at: str) -> str:
    """A case accepted at a moment; 30 days to decide. Gives its matter."""
    command = Command(key=at, act="accept", actor=OFFICER, kind="case", data={"facts": "殴打他人"})
    done = write.submit(command, now=moment(at))
    assert isinstance(done, write.Recorded), done
    return done.matter


@pytest.mark.usefixtures("journal")
def test_loading_a_year_moves_the_clocks_that_run_into_its_holidays_and_says_so(
    capsys: pytest.CaptureFixture[str], notice: Path
) -> None:
    moving = accepted("Tue 2027-01-12 09:00")  # ends Thu 2027-02-11, off by the new notice
    accepted("Wed 2027-01-13 09:00")  # ends Fri 2027-02-12, worked
    accepted("Tue 2026-03-03 09:00")  # does not touch 2027
    assert main(["calendar", "load", str(notice), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["moved"] == [
        {
            "matter": moving,
            "clock": "handling",
            "old_legal": "2027-02-11",
            "new_legal": "2027-02-12",
            "official": True,
        }
    ]
    assert found["confirmed"] == 3  # the other case, and the notice of both
    assert main(["calendar", "recompute", "2027"]) == 0
    printed = capsys.readouterr()
    assert "0项日期变动，0项日期不变" in printed.out
    assert "重启" in printed.err


@pytest.mark.usefixtures("journal")
def test_what_moved_is_printed_for_people_too(
    capsys: pytest.CaptureFixture[str], notice: Path
) -> None:
    moving = accepted("Tue 2027-01-12 09:00")
    assert main(["calendar", "load", str(notice)]) == 0
    assert f"{moving} handling：2027-02-11 → 2027-02-12" in capsys.readouterr().out
