"""The wheel carries the data folders, and the program in it finds them from anywhere."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel's content, as an installer would lay it out."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def test_the_wheel_carries_every_tracked_file_of_the_data_folders(installed: Path) -> None:
    listed = subprocess.run(
        [
            "git",
            "ls-files",
            "-z",
            "law",
            "procedures",
            "papers",
            "models",
            "city",
            "simulation",
            "examples",
        ],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    names = [name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]
    assert names
    assert not [name for name in names if not (installed / "haihe/data" / name).is_file()]


def test_the_wheel_carries_the_english_words_compiled(installed: Path) -> None:
    compiled = {path.parents[3].name for path in installed.glob("haihe/*/locale/en/*/django.mo")}

    assert {path.parents[3].name for path in ROOT.glob("haihe/*/locale/en/*/django.po")} == compiled
    assert not list(installed.rglob("*.po"))


def test_the_installed_program_computes_a_date_with_the_calendar_it_carries(
    installed: Path, tmp_path: Path
) -> None:
    environment = {name: value for name, value in os.environ.items() if "HAIHE" not in name}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, "due", "30 days", "--from", "2026-09-01", "--json"],
        cwd=tmp_path,
        env=environment | {"PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert '"legal":"2026-10-08"' in done.stdout.replace(" ", "")  # Thursday after the holiday
    assert str(installed) in done.stderr


PROGRAM = """
import sys
import haihe
from haihe.pack import place
print(haihe.__file__, place.law_folder(), file=sys.stderr)
assert place.law_folder().is_relative_to(haihe.__path__[0])
from haihe.commands import main
sys.exit(main())
"""
