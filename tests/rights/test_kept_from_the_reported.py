"""What is about somebody leaves no trace for them: no word, no number, no other answer.

kept_from_the_reported.py walks the addresses of the program as the body that letters and ratings
are about, as those below it, as the person reported and as somebody with another post there, before
and after these have come; what it finds is asserted here.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parents[2]
SECONDS_MAX: Final = 900


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    home = tmp_path_factory.mktemp("home")
    home.chmod(0o700)
    told = {name: value for name, value in os.environ.items() if not name.startswith("HAIHE_")}
    told |= {"HAIHE_HOME": str(home), "DJANGO_SETTINGS_MODULE": "haihe.config.settings"}
    done = subprocess.run(
        [sys.executable, "-m", "tests.rights.kept_from_the_reported"],
        cwd=ROOT,
        env=told,
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS_MAX,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    answers: dict[str, list[str]] = json.loads(done.stdout)
    return answers


def test_no_answer_holds_a_word_of_what_is_about_its_reader(found: dict[str, list[str]]) -> None:
    assert found["named"] == []


def test_no_list_number_file_or_search_is_another_one_than_before(
    found: dict[str, list[str]],
) -> None:
    assert found["moved"] == []


def test_what_is_kept_is_answered_like_what_does_not_exist(found: dict[str, list[str]]) -> None:
    assert found["unlike"] == []


def test_the_walk_would_have_seen_it(found: dict[str, list[str]]) -> None:
    """The same pages of who may know did change: lists, numbers, searches, files, calendars."""
    known = set(found["known"])
    for route in ("officer:inbox", "officer:feed", "officer:export", "officer:ratings"):
        assert f"clerk {route}" in known, route
    for route in ("board", "board-csv", "letters", "matters", "matters-csv", "findings", "map"):
        assert f"clerk center:{route}" in known, route
    assert "handler officer:letters" in known
