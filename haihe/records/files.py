"""A content-addressed folder: a file is kept under the SHA-256 of its bytes, and never changed.

The journal holds the digest only, so a file that was swapped or damaged on the disk is noticed
the moment it is read.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable
from pathlib import Path
from tempfile import NamedTemporaryFile

from haihe.records.home import home

FILE_BYTES_MAX = 20 * 1024 * 1024

_DIGEST = re.compile(r"[0-9a-f]{64}")


class FileTooLarge(Exception):
    """More than FILE_BYTES_MAX bytes."""


class FileDamaged(Exception):
    """The bytes on the disk are no longer those that were kept; restore them from a backup."""


def keep(chunks: Iterable[bytes]) -> str:
    """Keep a file durably and return its digest; keeping the same bytes twice keeps one file."""
    hashed, size = hashlib.sha256(), 0
    folder = _folder()
    with NamedTemporaryFile(dir=folder, prefix=".", delete=False) as draft:
        try:
            for chunk in chunks:
                size += len(chunk)
                if size > FILE_BYTES_MAX:
                    raise FileTooLarge(size)
                hashed.update(chunk)
                draft.write(chunk)
            draft.flush()
            os.fsync(draft.fileno())
            digest = hashed.hexdigest()
            _settle(Path(draft.name), folder / digest[:2] / digest)
        except BaseException:
            Path(draft.name).unlink(missing_ok=True)
            raise
    return digest


def kept(digest: str) -> bool:
    """Whether a file of this digest is here; False too for text that is no digest."""
    return _DIGEST.fullmatch(digest) is not None and _place(digest).is_file()


def load(digest: str) -> bytes:
    """The bytes of a kept file; FileNotFoundError if there is none, FileDamaged if it changed."""
    if not kept(digest):
        raise FileNotFoundError(digest[:64])
    content = _place(digest).read_bytes()
    if hashlib.sha256(content).hexdigest() != digest:
        raise FileDamaged(digest)
    return content


def _settle(draft: Path, place: Path) -> None:
    place.parent.mkdir(mode=0o700, exist_ok=True)
    os.replace(draft, place)
    directory = os.open(place.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def _folder() -> Path:
    folder = home() / "files"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def _place(digest: str) -> Path:
    return _folder() / digest[:2] / digest
