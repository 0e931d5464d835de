"""A content-addressed folder: a file is kept sealed under the SHA-256 of its bytes, never changed.

The journal holds the digest only, so a file that was swapped or damaged on the disk is noticed
the moment it is read. Each file has its own key, wrapped in table file_key: whoever takes the
folder without the database and the master key has nothing, and a destroyed key disposes of every
copy of the file.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Collection, Iterable
from pathlib import Path
from tempfile import NamedTemporaryFile

from haihe.records import keys, pictures
from haihe.records.ciphers import BY_KEY_BYTES, CIPHERS, Box, NotOpened
from haihe.records.database import IN_MAX, Connection, reading_connection, writing
from haihe.records.home import cipher_name, home

FILE_BYTES_MAX = 20 * 1024 * 1024

_DIGEST = re.compile(r"[0-9a-f]{64}")


class FileTooLarge(Exception):
    """More than FILE_BYTES_MAX bytes."""


class FileDamaged(Exception):
    """The bytes on the disk are no longer those that were kept; restore them from a backup."""


def keep(chunks: Iterable[bytes]) -> str:
    """Keep a file durably and return its digest; keeping the same bytes twice keeps one file.

    Its clear bytes are only in memory. Raises FileTooLarge.
    """
    content = _whole(chunks)
    digest = hashlib.sha256(content).hexdigest()
    if kept(digest):
        return digest
    sealed = _box(_key_made(digest)).seal(content, digest.encode())
    folder = _folder()
    with NamedTemporaryFile(dir=folder, prefix=".", delete=False) as draft:
        try:
            draft.write(sealed)
            draft.flush()
            os.fsync(draft.fileno())
            _settle(Path(draft.name), folder / digest[:2] / digest)
        except BaseException:
            Path(draft.name).unlink(missing_ok=True)
            raise
    return digest


def keep_cleaned(chunks: Iterable[bytes]) -> str:
    """Keep a file without what a picture tells besides what is seen; only then it lies here.

    Raises FileTooLarge, and pictures.NotCleaned for a picture that cannot be cleaned.
    """
    return keep([pictures.cleaned(_whole(chunks))])


def kept(digest: str) -> bool:
    """Whether a file of this digest is here and opens; False too for text that is no digest."""
    there = _DIGEST.fullmatch(digest) is not None and _place(digest).is_file()
    return there and _key(digest) is not None


def load(digest: str) -> bytes:
    """The bytes of a kept file; FileDamaged if it changed.

    FileNotFoundError if there is none, or if it was disposed of.
    """
    key = _key(digest) if _DIGEST.fullmatch(digest) else None
    if key is None or not _place(digest).is_file():
        raise FileNotFoundError(digest[:64])
    try:
        content = _box(key).open(_place(digest).read_bytes(), digest.encode())
    except NotOpened:
        raise FileDamaged(digest) from None
    if hashlib.sha256(content).hexdigest() != digest:
        raise FileDamaged(digest)
    return content


def destroy_keys(connection: Connection, digests: Collection[str]) -> list[str]:
    """Destroy the keys of these files inside a transaction; gives those that had one.

    From its commit on no copy of them opens. `remove` then frees the room they take.
    """
    assert len(digests) <= IN_MAX
    if not digests:
        return []
    rows = connection.rows_in("SELECT digest FROM file_key WHERE digest", list(digests))
    for row in rows:
        connection.run("DELETE FROM file_key WHERE digest = ?", row)
    return sorted(row[0] for row in rows)


def remove(digests: Iterable[str]) -> None:
    """Remove the sealed bytes of files whose keys were destroyed."""
    for digest in digests:
        _place(digest).unlink(missing_ok=True)


def _whole(chunks: Iterable[bytes]) -> bytes:
    content = bytearray()
    for chunk in chunks:
        content += chunk
        if len(content) > FILE_BYTES_MAX:
            raise FileTooLarge(len(content))
    return bytes(content)


def _key(digest: str) -> bytes | None:
    """The key of a file; None where it has none, or no more."""
    rows = reading_connection().rows("SELECT wrapped FROM file_key WHERE digest = ?", (digest,))
    return keys.store().unwrap(bytes(rows[0][0]), digest) if rows else None


def _box(key: bytes) -> Box:
    """What seals and opens with a key; its length tells the cipher it was made for."""
    return BY_KEY_BYTES[len(key)].box(key)


def _key_made(digest: str) -> bytes:
    """The key of a file, made where there is none; of two who make one at once the first wins."""
    connection = reading_connection()
    fresh = keys.random_bytes(CIPHERS[cipher_name()].key_bytes)
    with writing(connection):
        connection.run(
            "INSERT INTO file_key (digest, wrapped) VALUES (?, ?) ON CONFLICT (digest) DO NOTHING",
            (digest, keys.store().wrap(fresh, digest)),
        )
    key = _key(digest)
    assert key is not None, "it was written before"
    return key


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
