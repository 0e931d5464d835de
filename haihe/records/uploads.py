"""A file that arrives in pieces over a bad line: what has come stays, and only the rest is sent.

Pieces lie sealed under a key made from the name of the upload, which only the sender has: nothing
clear touches the disk, and nobody here can open what is not finished. A finished file is kept like
any other (records/files.py), cleaned as one from the public is; an unfinished one goes after a day.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple

from haihe.records import attempts, files
from haihe.records.attempts import Quota
from haihe.records.ciphers import CIPHERS, NONCE_BYTES, TAG_BYTES, Box
from haihe.records.home import cipher_name, home

PIECE_BYTES: Final = 128 * 1024  # what a sender is told to send at once
PIECE_BYTES_MAX: Final = 1024 * 1024
PIECES_MAX: Final = 2_000
UPLOADS_MAX: Final = 500  # unfinished ones at once
KEPT: Final = timedelta(hours=24)
UPLOADS_FROM_ADDRESS: Final = Quota(120, timedelta(hours=1))

_ID: Final = re.compile(r"[0-9a-f]{32}")
_SIZE: Final = "size"
_DIGEST: Final = "digest"
_SEALED_MORE: Final = NONCE_BYTES + TAG_BYTES


class Standing(NamedTuple):
    """How far an upload is: `at` of `size` bytes; `digest` names the kept file once all came."""

    at: int
    size: int
    digest: str = ""


class NoUpload(Exception):
    """There is no such upload, or it is over."""


class Elsewhere(Exception):
    """The piece does not begin where the last one ended; `at` is where it must."""

    def __init__(self, at: int) -> None:
        super().__init__(at)
        self.at = at


class TooMany(Exception):
    """More uploads than are taken now: from this address, or in all."""


def begin(size: int, address: str, now: datetime) -> str:
    """A new upload of so many bytes; gives its name, which is the only key to it.

    Raises files.FileTooLarge and TooMany; ValueError for a size that is none.
    """
    if size < 1:
        raise ValueError(f"{size} bytes are no file")
    if size > files.FILE_BYTES_MAX:
        raise files.FileTooLarge(size)
    if attempts.take("uploads from address", address, UPLOADS_FROM_ADDRESS, now):
        raise TooMany
    folder = _folder()
    if forget_old(now) >= UPLOADS_MAX:
        raise TooMany
    id = secrets.token_hex(16)
    place = folder / _tag(id)
    place.mkdir(mode=0o700)
    (place / _SIZE).write_text(str(size))
    return id


def standing(id: str) -> Standing:
    """How far this upload is. Raises NoUpload."""
    place = _place(id)
    try:
        size = int((place / _SIZE).read_text())
        if (place / _DIGEST).is_file():
            sealed = (place / _DIGEST).read_bytes()
            return Standing(size, size, _box(id).open(sealed, b"digest").decode())
        return Standing(sum(length for _, length in _pieces(place)), size)
    except FileNotFoundError:
        raise NoUpload from None


def add(id: str, at: int, piece: bytes) -> Standing:
    """Keep the next piece; the last one finishes the file and gives its digest.

    A piece that came already is taken once more without harm. Raises NoUpload, Elsewhere where it
    does not fit, files.FileTooLarge, and pictures.NotCleaned for a picture that is not taken.
    """
    now = standing(id)
    if now.digest:
        return now
    if at != now.at or not piece:
        raise Elsewhere(now.at)
    if len(piece) > PIECE_BYTES_MAX or at + len(piece) > now.size:
        raise files.FileTooLarge(at + len(piece))
    place = _place(id)
    draft = place / f".{secrets.token_hex(4)}"
    draft.write_bytes(_box(id).seal(piece, str(at).encode()))
    os.replace(draft, place / f"{at:012d}")
    if at + len(piece) < now.size:
        return Standing(at + len(piece), now.size)
    return _finished(id, now.size)


def _finished(id: str, size: int) -> Standing:
    """All came: keep the file, forget the pieces; the digest stays for whoever asks again."""
    place, box = _place(id), _box(id)
    try:
        digest = files.keep_cleaned(
            box.open((place / f"{at:012d}").read_bytes(), str(at).encode())
            for at, _ in list(_pieces(place))
        )
    except ValueError:  # not taken: nothing of it stays
        shutil.rmtree(place, ignore_errors=True)
        raise
    (place / _DIGEST).write_bytes(box.seal(digest.encode(), b"digest"))
    for at, _ in list(_pieces(place)):
        (place / f"{at:012d}").unlink(missing_ok=True)
    return Standing(size, size, digest)


def forget_old(now: datetime) -> int:
    """Remove what was begun longer than KEPT ago; gives how many uploads are left."""
    left = 0
    for place in _folder().iterdir():
        if now.timestamp() - place.stat().st_mtime > KEPT.total_seconds():
            shutil.rmtree(place, ignore_errors=True)
        elif not (place / _DIGEST).exists():
            left += 1
    return left


def _pieces(place: Path) -> Iterator[tuple[int, int]]:
    """Where each piece begins and how long it is, in order, up to the first gap."""
    at = 0
    for _ in range(PIECES_MAX):
        try:
            length = (place / f"{at:012d}").stat().st_size - _SEALED_MORE
        except FileNotFoundError:
            return
        yield at, length
        at += length


def _box(id: str) -> Box:
    cipher = CIPHERS[cipher_name()]
    key = hmac.digest(bytes.fromhex(id), b"upload key", "sha256")
    return cipher.box(key[: cipher.key_bytes])


def _tag(id: str) -> str:
    """The name of the folder: it does not tell the name of the upload."""
    return hashlib.sha256(id.encode()).hexdigest()[:32]


def _place(id: str) -> Path:
    if not _ID.fullmatch(id):
        raise NoUpload
    return _folder() / _tag(id)


def _folder() -> Path:
    folder = home() / "uploads"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder
