"""A large file on its way in lies sealed on the disk, and nowhere once the request is over."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from django.utils.module_loading import import_string

from haihe.look import uploads
from haihe.look.uploads import SealedOnArrival, SealedUpload
from haihe.records.ciphers import NotOpened
from haihe.records.files import FILE_BYTES_MAX, FileTooLarge, keep

PIECE = b"caller 13800000000 " * 3_000


@pytest.fixture(autouse=True)
def at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HAIHE_HOME", str(tmp_path))
    return tmp_path


def received(*pieces: bytes) -> SealedUpload:
    handler = SealedOnArrival()
    handler.new_file("photo", "a.jpg", "image/jpeg", None)
    for piece in pieces:
        assert handler.receive_data_chunk(piece, 0) is None
    return handler.file_complete(sum(map(len, pieces)))


def on_the_disk(upload: SealedUpload) -> bytes:
    descriptor = upload.draft.lying.fileno()
    upload.draft.lying.flush()
    return os.pread(descriptor, os.fstat(descriptor).st_size, 0)


def test_the_pieces_come_back_as_they_came_and_as_often_as_asked() -> None:
    upload = received(PIECE, b"", b"end")
    assert b"".join(upload.chunks()) == PIECE + b"end"
    assert upload.read() == PIECE + b"end"
    assert (upload.name, upload.size) == ("a.jpg", len(PIECE) + 3)


@pytest.mark.parametrize("cipher", ["aes", "sm4"])
def test_nothing_of_it_lies_in_clear_on_the_disk(
    at_home: Path, monkeypatch: pytest.MonkeyPatch, cipher: str
) -> None:
    monkeypatch.setenv("HAIHE_CIPHER", cipher)
    upload = received(PIECE, PIECE)
    assert len(on_the_disk(upload)) > 2 * len(PIECE)
    assert b"13800000000" not in on_the_disk(upload)
    folder = at_home / "uploads"
    assert folder.stat().st_mode & 0o777 == 0o700
    upload.close()
    assert list(folder.iterdir()) == []


def test_pieces_that_were_exchanged_on_the_disk_do_not_open() -> None:
    upload = received(b"one", b"two")
    lying = on_the_disk(upload)
    half = len(lying) // 2
    os.pwrite(upload.draft.lying.fileno(), lying[half:] + lying[:half], 0)
    with pytest.raises(NotOpened):
        upload.read()


def test_what_is_too_large_is_not_kept_to_its_end_and_told_as_too_large() -> None:
    piece = bytes(1024 * 1024)
    count = FILE_BYTES_MAX // len(piece) + 5
    upload = received(*[piece] * count)
    assert len(on_the_disk(upload)) < FILE_BYTES_MAX + 2 * len(piece)
    with pytest.raises(FileTooLarge):
        keep(upload.chunks())


def test_an_upload_that_breaks_off_leaves_nothing(at_home: Path) -> None:
    handler = SealedOnArrival()
    handler.upload_interrupted()
    handler.new_file("photo", "a.jpg", "image/jpeg", None)
    handler.receive_data_chunk(PIECE, 0)
    handler.upload_interrupted()
    assert list((at_home / "uploads").iterdir()) == []


def test_the_server_takes_no_other_way_to_the_disk() -> None:
    from haihe.config import settings

    small, large = map(import_string, settings.FILE_UPLOAD_HANDLERS)
    assert small.__name__ == "MemoryFileUploadHandler"
    assert large is uploads.SealedOnArrival
