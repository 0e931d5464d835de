"""Where this installation keeps its data and its keys, as the environment says."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal, cast

HashName = Literal["sha256", "sm3"]


class UnusableSetting(Exception):
    """A setting has a value that cannot be used; the message says which and what to write."""


def home() -> Path:
    """HAIHE_HOME, default `./var`; created with mode 700 when it is missing."""
    folder = Path(os.environ.get("HAIHE_HOME") or "var").resolve()
    if not folder.is_dir():
        folder.mkdir(mode=0o700, parents=True)
    return folder


def database_url() -> str:
    """HAIHE_DATABASE_URL, or "" for the SQLite file of HAIHE_HOME."""
    url = os.environ.get("HAIHE_DATABASE_URL", "")
    if url and not url.startswith(("postgresql://", "postgres://")):
        raise UnusableSetting(
            "HAIHE_DATABASE_URL must begin with postgresql://; leave it unset for SQLite"
        )
    return url


def sqlite_file() -> Path:
    """The database file used while HAIHE_DATABASE_URL is not set; made empty with mode 600."""
    file = home() / "haihe.sqlite3"
    if not file.exists():
        os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))
    return file


def hash_name() -> HashName:
    """HAIHE_HASH: `sha256` (default) or `sm3`. One journal keeps one hash for its whole life."""
    name = os.environ.get("HAIHE_HASH", "sha256").lower()
    if name not in ("sha256", "sm3"):
        raise UnusableSetting("HAIHE_HASH must be sha256 or sm3")
    return cast(HashName, name)


def secret_file(name: str, size: int, file: Path | None = None) -> bytes:
    """A random secret of `size` bytes, kept in HAIHE_HOME with mode 600, made on first use.

    Two processes that start together agree on one secret: the file is linked into place whole.
    Raises UnusableSetting when others may read the file or its length is wrong.
    """
    path = file or home() / name
    if not path.exists():
        _make_secret(path, size)
    if path.stat().st_mode & 0o077:
        raise UnusableSetting(f"{path} may be read by others; run: chmod 600 {path}")
    secret = path.read_bytes()
    if len(secret) != size:
        raise UnusableSetting(f"{path} must hold exactly {size} bytes; restore it from its backup")
    return secret


def _make_secret(path: Path, size: int) -> None:
    draft = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(descriptor, os.urandom(size))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass  # another process was first: its secret is the one
    finally:
        draft.unlink()
