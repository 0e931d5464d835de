"""A home filled by `haihe demo`: made once a run of tests, copied by whoever wants one."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def run_demo(settings: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """`haihe demo` in this environment."""
    words = [sys.executable, "-m", "haihe", "demo"]
    return subprocess.run(
        words, env=settings, cwd=ROOT, check=False, capture_output=True, text=True
    )


def filled_once(factory: pytest.TempPathFactory) -> Path:
    """The filled home of this run; the first process that asks fills it, the others wait."""
    base = factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    home = shared / "filled-home"
    with _turn(shared / "filled-home.turn"):
        if not home.exists():
            _fill(shared / "filled-home.draft").rename(home)
    return home


def copy_of(filled: Path, home: Path) -> Path:
    """A home of one's own with all that is in the filled one: keys, files, who may read them."""
    shutil.copytree(filled, home)
    return home


@contextmanager
def _turn(file: Path) -> Iterator[None]:
    with file.open("a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def _fill(home: Path) -> Path:
    shutil.rmtree(home, ignore_errors=True)  # of a process that was killed while it filled
    home.mkdir(mode=0o700)
    told = {name: value for name, value in os.environ.items() if not name.startswith("HAIHE_")}
    told |= {"HAIHE_HOME": str(home), "DJANGO_SETTINGS_MODULE": "tests.pages.quick_settings"}
    filled = run_demo(told | {"HAIHE_SENDER": "console"})
    assert filled.returncode == 0, filled.stderr
    return home
