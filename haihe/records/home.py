"""Where this installation keeps its data and its keys, as the environment says."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal, cast

HashName = Literal["sha256", "sm3"]
CipherName = Literal["aes-256-gcm", "sm4-gcm"]
CertificateAlgorithm = Literal["Ed25519", "SM2"]

_CIPHERS: dict[str, CipherName] = {"aes": "aes-256-gcm", "sm4": "sm4-gcm"}
_CERTIFICATE_ALGORITHMS: dict[str, CertificateAlgorithm] = {"ed25519": "Ed25519", "sm2": "SM2"}


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


def cipher_name() -> CipherName:
    """HAIHE_CIPHER: `aes` (default) or `sm4`, with GCM, for keys and values made from now on."""
    name = os.environ.get("HAIHE_CIPHER", "aes").lower()
    if name not in _CIPHERS:
        raise UnusableSetting("HAIHE_CIPHER must be aes or sm4")
    return _CIPHERS[name]


def certificate_algorithm() -> CertificateAlgorithm:
    """HAIHE_CERTIFICATE_ALGORITHM: `Ed25519` (default) or `SM2`, for certificates from now on."""
    name = os.environ.get("HAIHE_CERTIFICATE_ALGORITHM", "Ed25519").lower()
    if name not in _CERTIFICATE_ALGORITHMS:
        raise UnusableSetting("HAIHE_CERTIFICATE_ALGORITHM must be Ed25519 or SM2")
    return _CERTIFICATE_ALGORITHMS[name]


def key_folder() -> Path:
    """HAIHE_KEY_FOLDER, default HAIHE_HOME/keys."""
    named = os.environ.get("HAIHE_KEY_FOLDER")
    return Path(named).resolve() if named else home() / "keys"


def put_whole(path: Path, content: bytes, *, replacing: bool = False) -> None:
    """Write a file of mode 600 that is there whole or not at all, and durable when this returns.

    A file that is there stays, unless `replacing`.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(descriptor, content)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    try:
        if replacing:
            draft.replace(path)
        else:
            os.link(draft, path)
    except FileExistsError:
        pass  # another process was first: its file is the one
    finally:
        draft.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
