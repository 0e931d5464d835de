"""`haihe calendar` says which year is missing, takes a new one in, and refuses a wrong file."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from haihe.commands import main
from tests.kernel.clock_days import CALENDAR_FOLDER
from tests.pack.test_calendar_files import NOTICE_2027


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
    assert json.loads(capsys.readouterr().out) == {"year": 2027, "state": "new", "moved": []}


def test_a_wrong_file_is_refused_and_leaves_no_trace(
    capsys: pytest.CaptureFixture[str], notice: Path, pack: Path
) -> None:
    notice.write_text(NOTICE_2027.replace("2027-10-01..", "2027-10-04.."), encoding="utf-8")
    assert main(["calendar", "load", str(notice)]) == 2
    assert "缺少法定假日 2027-10-01" in capsys.readouterr().err
    assert not (pack / "2027.yaml").exists()
