"""Where the keys of an installation lie: in files, in the environment, or in a KMS (kms.py).

A source does four things with a version of a key - wrap, unwrap, sign, hmac - and nothing else ever
sees the key itself. A key in a file or in the environment is 32 random bytes.
"""

from __future__ import annotations

import base64
import binascii
import fcntl
import hashlib
import hmac
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal, Protocol

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from haihe.records import home
from haihe.records.ciphers import CIPHERS, Box, NotOpened
from haihe.records.home import CipherName

KEY_BYTES: Final = 32
VERSIONS_MAX: Final = 255  # a version is one byte in front of what it keyed
KEY_FORM: Final = "haihe-key-1"
RETIRED_FOLDER: Final = "retired"
FINGERPRINT_DIGITS: Final = 16
PRIVATE: Final = "seal-signing"  # the key with a public half
VARIABLE_PREFIX: Final = "HAIHE_KEY_"

Name = Literal[
    "content", "index", "codes", "marks", "pseudonyms", "seal-signing", "django", "api",
    "certificates", "connectors",
]  # fmt: skip
NAMES: Final[tuple[Name, ...]] = (
    "content", "index", "codes", "marks", "pseudonyms", "seal-signing", "django", "api",
    "certificates", "connectors",
)  # fmt: skip
_KEY_FILE = re.compile(rf"({'|'.join(NAMES)})\.([1-9]\d{{0,2}})\.key")
_VARIABLE = re.compile(
    rf"{VARIABLE_PREFIX}({'|'.join(name.upper().replace('-', '_') for name in NAMES)})"
    r"_([1-9]\d{0,2})"
)


class KeyTrouble(Exception):
    """A key cannot be used; the message says why and what to do. Nothing was changed."""


class WrongKey(KeyTrouble):
    """A key does not open what it should: another key, or a changed ciphertext."""


class KeyMissing(KeyTrouble):
    """A version of a key is not where it was kept."""


class KeyUnavailable(KeyTrouble):
    """The keeper of the keys does not answer, or not sensibly; it may later."""


class Version(msgspec.Struct, frozen=True):
    """One version of a named key; the newest is used for what is new, the others for what is."""

    name: Name
    number: int
    cipher: CipherName
    made_at: datetime


class Source(Protocol):
    """Keeps the keys."""

    kind: str

    def stamp(self) -> object:
        """Another value whenever `versions` gives something else; cheap."""

    def versions(self) -> list[Version]:
        """Every version that may be used."""

    def make(self, name: Name, number: int, cipher: CipherName) -> None:
        """Make this version unless it is there; raises KeyTrouble where that cannot be."""

    def retire(self, version: Version) -> None:
        """Put a version aside, where it is used no longer."""

    def restore(self, name: Name, number: int) -> None:
        """Take a version back that was put aside."""

    def wrap(self, version: Version, key: bytes, place: bytes) -> bytes:
        """`key` encrypted under this version, bound to the place where it is kept."""

    def unwrap(self, version: Version, wrapped: bytes, place: bytes) -> bytes:
        """The key again; raises WrongKey."""

    def sign(self, version: Version, message: bytes) -> bytes:
        """An Ed25519 signature, 64 bytes."""

    def public(self, version: Version) -> bytes:
        """The public half of a signing key, 32 bytes."""

    def hmac(self, version: Version, message: bytes) -> bytes:
        """32 bytes that only this version gives for this message."""


class KeyFile(msgspec.Struct, frozen=True):
    """What a key file holds, as JSON; `check` shows that it is whole."""

    form: str
    name: Name
    version: int
    cipher: CipherName
    made_at: datetime
    secret: bytes
    check: str


class _Held:
    """Keys that lie in this process: what files and environment have in common."""

    def __init__(self) -> None:
        self._secrets: dict[tuple[str, int], bytes] = {}
        self._boxes: dict[Version, Box] = {}

    def _box(self, version: Version) -> Box:
        found = self._boxes.get(version)
        if found is None or (version.name, version.number) not in self._secrets:
            cipher = CIPHERS[version.cipher]
            found = cipher.box(self.hmac(version, b"wrap")[: cipher.key_bytes])
            self._boxes[version] = found
        return found

    def _secret(self, version: Version) -> bytes:
        found = self._secrets.get((version.name, version.number))
        if found is None:
            raise KeyMissing(gone(version.name, version.number))
        return found

    def wrap(self, version: Version, key: bytes, place: bytes) -> bytes:
        """Sealed with the cipher of the version."""
        return self._box(version).seal(key, place)

    def unwrap(self, version: Version, wrapped: bytes, place: bytes) -> bytes:
        """Opened again; raises WrongKey."""
        try:
            return self._box(version).open(wrapped, place)
        except NotOpened:
            raise WrongKey(f"{version.name} {version.number} does not open it") from None

    def sign(self, version: Version, message: bytes) -> bytes:
        """Signed by the key itself."""
        return self._private(version).sign(message)

    def public(self, version: Version) -> bytes:
        """The public half."""
        return self._private(version).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    def hmac(self, version: Version, message: bytes) -> bytes:
        """HMAC with SHA-256, or with SM3 where the cipher is SM4."""
        return hmac.digest(self._secret(version), message, CIPHERS[version.cipher].hash)

    def _private(self, version: Version) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self._secret(version))


class FileSource(_Held):
    """A file a version, `NAME.VERSION.key`, mode 600, in a folder of mode 700 that is ours."""

    kind = "file"

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder

    def stamp(self) -> object:
        """When a file was last added or taken away."""
        try:
            told = self.folder.stat()
        except FileNotFoundError:
            return None
        return told.st_mtime_ns, told.st_ino

    def versions(self) -> list[Version]:
        """What the folder holds; raises KeyTrouble when a file cannot be used."""
        if not self.folder.is_dir():
            return []
        check_folder(self.folder)
        found: list[Version] = []
        for path in sorted(self.folder.iterdir()):
            if _KEY_FILE.fullmatch(path.name):
                one = read_key_file(path)
                self._secrets[one.name, one.version] = one.secret
                found.append(Version(one.name, one.version, one.cipher, one.made_at))
        return found

    def make(self, name: Name, number: int, cipher: CipherName) -> None:
        """A new random key; two processes that make it at once agree on one."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        check_folder(self.folder)
        secret = os.urandom(KEY_BYTES)
        made = KeyFile(
            form=KEY_FORM,
            name=name,
            version=number,
            cipher=cipher,
            made_at=datetime.now(UTC),
            secret=secret,
            check=_check(secret),
        )
        home.put_whole(self._path(name, number), msgspec.json.encode(made) + b"\n")

    def retire(self, version: Version) -> None:
        """The file goes into the folder `retired`, for backups that still need it."""
        aside = self.folder / RETIRED_FOLDER
        aside.mkdir(mode=0o700, exist_ok=True)
        path = self._path(version.name, version.number)
        path.rename(aside / path.name)
        self._secrets.pop((version.name, version.number), None)

    def restore(self, name: Name, number: int) -> None:
        """The file comes back from the folder `retired`."""
        path = self._path(name, number)
        aside = self.folder / RETIRED_FOLDER / path.name
        if not aside.is_file():
            raise KeyMissing(f"there is no {aside}")
        aside.rename(path)

    def _path(self, name: str, number: int) -> Path:
        return self.folder / f"{name}.{number}.key"


def check_folder(folder: Path) -> None:
    """Nobody else may look into the folder of the keys; raises UnusableSetting."""
    told = folder.stat()
    if told.st_uid != os.geteuid():
        raise home.UnusableSetting(
            f"{folder} belongs to another account; run as its owner, or: chown -R {os.geteuid()} "
            f"{folder}"
        )
    if told.st_mode & 0o077:
        raise home.UnusableSetting(f"{folder} is open to others; run: chmod 700 {folder}")


def read_key_file(path: Path) -> KeyFile:
    """A key file, whole and ours alone; raises UnusableSetting."""
    again = "restore it from the backup of the keys"
    try:
        told = path.stat()
        if told.st_uid != os.geteuid():
            raise home.UnusableSetting(f"{path} belongs to another account; see docs/keys.md")
        if told.st_mode & 0o077:
            raise home.UnusableSetting(f"{path} may be read by others; run: chmod 600 {path}")
        one = msgspec.json.decode(path.read_bytes(), type=KeyFile)
    except OSError as error:
        raise home.UnusableSetting(f"{path} cannot be read ({error.strerror}); {again}") from None
    except msgspec.MsgspecError:
        raise home.UnusableSetting(f"{path} is not a whole key file; {again}") from None
    named = f"{one.name}.{one.version}.key"
    whole = (
        one.form == KEY_FORM
        and len(one.secret) == KEY_BYTES
        and _check(one.secret) == one.check
        and path.name == named
    )
    if not whole:
        raise home.UnusableSetting(f"{path} does not hold what it should ({named}); {again}")
    return one


class EnvironmentSource(_Held):
    """A variable a version: HAIHE_KEY_CONTENT_1=aes-256-gcm:<32 bytes in base64>."""

    kind = "environment"

    def stamp(self) -> object:
        """The environment of a process stays as it is."""
        return "environment"

    def versions(self) -> list[Version]:
        """What the environment holds; raises UnusableSetting when a variable cannot be used."""
        found: list[Version] = []
        names = {name.upper().replace("-", "_"): name for name in NAMES}
        for variable, value in sorted(os.environ.items()):
            matched = _VARIABLE.fullmatch(variable)
            if matched is None:
                continue
            name, number = names[matched[1]], int(matched[2])
            cipher, secret = _variable(variable, value)
            self._secrets[name, number] = secret
            found.append(Version(name, number, cipher, datetime(1970, 1, 1, tzinfo=UTC)))
        return found

    def make(self, name: Name, number: int, cipher: CipherName) -> None:
        """Nobody can set the environment for others: says what to set."""
        raise home.UnusableSetting(
            f"{variable_name(name, number)} is not set; `haihe keys make {name} {number}` prints a "
            f"new one ({cipher}); set it for every process and start them again"
        )

    def retire(self, version: Version) -> None:
        """Says what to unset."""
        raise home.UnusableSetting(
            f"nothing uses it any more: unset {variable_name(version.name, version.number)} and "
            "start every process again"
        )

    def restore(self, name: Name, number: int) -> None:
        """Says what to set."""
        raise home.UnusableSetting(f"set {variable_name(name, number)} to what it was")


def variable_name(name: str, number: int) -> str:
    """HAIHE_KEY_SEAL_SIGNING_2."""
    return f"{VARIABLE_PREFIX}{name.upper().replace('-', '_')}_{number}"


def is_key_variable(variable: str) -> bool:
    """Whether a variable of the environment holds a key."""
    return _VARIABLE.fullmatch(variable) is not None


def new_variable(name: str, number: int, cipher: str) -> str:
    """A line that sets a new random key."""
    secret = base64.b64encode(os.urandom(KEY_BYTES)).decode()
    return f"{variable_name(name, number)}={cipher}:{secret}"


def _variable(variable: str, value: str) -> tuple[CipherName, bytes]:
    cipher, _, text = value.partition(":")
    try:
        secret = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        secret = b""
    if cipher not in CIPHERS or len(secret) != KEY_BYTES:
        raise home.UnusableSetting(
            f"{variable} must be a cipher ({' or '.join(CIPHERS)}), a colon and {KEY_BYTES} bytes "
            "in base64; `haihe keys make` prints such a line"
        )
    return CIPHERS[cipher].name, secret


def _check(secret: bytes) -> str:
    return hashlib.sha256(KEY_FORM.encode() + secret).hexdigest()[:FINGERPRINT_DIGITS]


def fingerprint(source: Source, version: Version) -> str:
    """The beginning of the SHA-256 of a public half, of a keyed hash for every other key."""
    if version.name == PRIVATE:
        return hashlib.sha256(source.public(version)).hexdigest()[:FINGERPRINT_DIGITS]
    return source.hmac(version, b"fingerprint").hex()[:FINGERPRINT_DIGITS]


def gone(name: str, number: int) -> str:
    """What to say when a version is not there."""
    return (
        f"version {number} of the key {name} is not there; put it back from the backup of the keys "
        "(docs/keys.md) - what it keyed cannot be read without it"
    )


@contextmanager
def in_turn(folder: Path) -> Iterator[None]:
    """One process at a time changes the keys."""
    lock = os.open(folder / "keys.turn", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)
