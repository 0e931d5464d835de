"""Keys are changed under a running server: who is signed in stays so, codes and pages go on."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from haihe.records.keys import LOOK_SECONDS
from tests.pages.test_officer_pages import called
from tests.pages.visitor import Visitor

ROOT = Path(__file__).resolve().parents[2]
NAMES = (
    "content", "index", "codes", "marks", "pseudonyms", "django", "api", "certificates",
    "connectors", "seal-signing",
)  # fmt: skip


def haihe(settings: dict[str, str], *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "haihe", *words],
        env=settings,
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def rotate_all(settings: dict[str, str]) -> None:
    """`haihe keys rotate` for each, in one process that starts once."""
    each = "import sys; from haihe.commands import main; sys.exit(any("
    each += "main(['keys', 'rotate', name]) for name in sys.argv[1:]))"
    done = subprocess.run(
        [sys.executable, "-c", each, *NAMES],
        env=settings,
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


def test_whoever_is_signed_in_stays_so_and_files_open_after_every_key_was_changed(
    settings: dict[str, str], city: str, signed_in: Callable[[str], Visitor]
) -> None:
    before = signed_in("taker")
    shown = called(before)
    assert shown.status == 200
    file = shown.path
    rotate_all(settings)
    time.sleep(LOOK_SECONDS + 0.2)
    assert before.get("/officer/").path == "/officer/"
    again = before.get(file)
    assert (again.status, again.path) == (200, shown.path)
    after = signed_in("taker")
    assert after.get(file).status == 200
    haihe(settings, "keys", "rewrap")
    assert after.get(file).status == 200
    assert before.get(file).status == 200
    told = json.loads(haihe(settings, "keys", "list", "content", "--json"))
    (content,) = told["keys"]
    assert [one["version"] for one in content["versions"]] == [2, 1]
    assert content["versions"][1]["rows"] == 0
    assert city
