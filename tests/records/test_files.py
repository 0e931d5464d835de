"""Files are kept under their digest: once, whole, and noticed when they were touched."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from haihe.records import files


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HAIHE_HOME", str(tmp_path))
    return tmp_path


def test_a_file_comes_back_by_its_digest() -> None:
    digest = files.keep([b"one ", b"file"])

    assert digest == hashlib.sha256(b"one file").hexdigest()
    assert files.kept(digest)
    assert files.load(digest) == b"one file"


def test_the_same_bytes_are_kept_once(home: Path) -> None:
    assert files.keep([b"same"]) == files.keep([b"sa", b"me"])
    assert len([path for path in (home / "files").rglob("*") if path.is_file()]) == 1


def test_a_file_that_is_too_large_leaves_nothing_behind(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "FILE_BYTES_MAX", 8)
    with pytest.raises(files.FileTooLarge):
        files.keep([b"12345", b"6789"])

    assert [path for path in (home / "files").rglob("*") if path.is_file()] == []


def test_a_file_that_was_touched_is_noticed(home: Path) -> None:
    digest = files.keep([b"evidence"])
    (home / "files" / digest[:2] / digest).write_bytes(b"evidenco")

    with pytest.raises(files.FileDamaged):
        files.load(digest)


@pytest.mark.parametrize("digest", ["", "../../etc/passwd", "f" * 63, "F" * 64, "0" * 64])
def test_what_is_no_digest_or_unknown_is_not_there(digest: str) -> None:
    assert not files.kept(digest)
    with pytest.raises(FileNotFoundError):
        files.load(digest)
