"""Files are kept under their digest: once, whole, and noticed when they were touched."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from haihe.records import database, files
from haihe.records.database import Connection


@pytest.fixture(autouse=True)
def home(journal: Connection, tmp_path: Path) -> Path:
    assert journal.usable
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
    place = home / "files" / digest[:2] / digest
    sealed = place.read_bytes()
    place.write_bytes(sealed[:-1] + bytes([sealed[-1] ^ 1]))

    with pytest.raises(files.FileDamaged):
        files.load(digest)


@pytest.mark.parametrize("digest", ["", "../../etc/passwd", "f" * 63, "F" * 64, "0" * 64])
def test_what_is_no_digest_or_unknown_is_not_there(digest: str) -> None:
    assert not files.kept(digest)
    with pytest.raises(FileNotFoundError):
        files.load(digest)


@pytest.mark.parametrize("name", ["aes", "sm4"])
def test_a_file_lies_on_the_disk_sealed_by_the_cipher_chosen(
    home: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("HAIHE_CIPHER", name)
    digest = files.keep([b"the name of a witness"])

    sealed = (home / "files" / digest[:2] / digest).read_bytes()
    assert b"witness" not in sealed
    monkeypatch.setenv("HAIHE_CIPHER", "aes")
    assert files.load(digest) == b"the name of a witness"


def test_a_destroyed_key_disposes_of_every_copy_and_the_file_may_come_again(home: Path) -> None:
    digest = files.keep([b"statement"])
    place = home / "files" / digest[:2] / digest
    copy = place.read_bytes()
    connection = database.reading_connection()
    with database.writing(connection):
        assert files.destroy_keys(connection, [digest, "0" * 64]) == [digest]
    files.remove([digest])
    place.write_bytes(copy)  # as a backup would bring it back
    assert not files.kept(digest)
    with pytest.raises(FileNotFoundError):
        files.load(digest)
    assert files.keep([b"statement"]) == digest
    assert files.load(digest) == b"statement"
