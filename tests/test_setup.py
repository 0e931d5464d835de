"""Set-up without root touches nothing and says exactly what to install."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

# A Python of Debian without python3-venv: it has a version, and no ensurepip.
PYTHON_WITHOUT_VENV = """#!/bin/sh
case "$*" in
    *ensurepip*) exit 1 ;;
    *--version*) echo Python 3.11.2 ;;
esac
"""


@pytest.fixture
def checkout() -> Iterator[Path]:
    """A copy of what set-up reads, where an account that is not root may read it."""
    folder = Path(tempfile.mkdtemp(prefix="haihe-setup-"))
    folder.chmod(0o755)
    for name in ("setup", "requirements"):
        shutil.copytree(ROOT / name, folder / name)
    for name in ("pyproject.toml", "Makefile"):
        shutil.copy(ROOT / name, folder / name)
    yield folder
    shutil.rmtree(folder)


def set_up(checkout: Path, python: str) -> subprocess.CompletedProcess[str]:
    """Run the set-up for the product as an account that is not root."""
    return subprocess.run(
        ["sh", "setup/install.sh", "run"],
        cwd=checkout,
        env={"PATH": os.environ["PATH"], "PYTHON": python},
        user=pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else None,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def test_what_is_missing_is_named_as_one_line_to_type(checkout: Path) -> None:
    python = checkout / "python3"
    python.write_text(PYTHON_WITHOUT_VENV)
    python.chmod(0o755)
    done = set_up(checkout, str(python))
    assert done.returncode == 1
    assert "sudo apt-get update && sudo apt-get install -y" in done.stderr
    assert done.stderr.rstrip().endswith("--no-install-recommends python3-venv")
    assert not (checkout / ".venv").exists()


def test_a_python_that_is_not_there_is_named(checkout: Path) -> None:
    done = set_up(checkout, str(checkout / "no-python"))
    assert done.returncode == 1
    assert "no-python" in done.stderr
    assert "Python 3.11" in done.stderr


def test_the_makefile_lists_every_verb_it_has() -> None:
    listed = subprocess.run(
        ["make", "--no-print-directory", "help"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    for verb in ("setup", "run", "test", "check", "docs", "bench", "help"):
        assert f"make {verb}\t" in listed.stdout
