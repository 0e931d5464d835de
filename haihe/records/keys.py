"""The keys of an installation: named, each with versions; the newest for what is new.

`content` wraps the key of each matter, `index` tags what is looked up by identity, `codes` makes
follow codes, `marks` vouches for what no event tells, `pseudonyms` makes the words of the views,
`seal-signing` signs seals and packages, `django` sessions, `api` the tokens of machines. What a key
made begins with the number of its version in one byte. A running program notices a new version
within LOOK_SECONDS. Which version is used where: key_uses.py.
"""

from __future__ import annotations

import hmac
import logging
import os
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from haihe.records import home, key_register
from haihe.records.ciphers import CIPHERS, Cipher, NotOpened
from haihe.records.codes import CodeKeys
from haihe.records.key_sources import (
    KEY_BYTES,
    NAMES,
    VERSIONS_MAX,
    EnvironmentSource,
    FileSource,
    KeyMissing,
    KeyTrouble,
    KeyUnavailable,
    Name,
    Source,
    Version,
    WrongKey,
    gone,
    in_turn,
)
from haihe.records.kms import KmsSource

LOOK_SECONDS: Final = 1.0  # a new version is noticed within this time
KMS_LOOK_SECONDS: Final = 5.0
TAG_BYTES: Final = 16
DIGEST_BYTES: Final = 33

log = logging.getLogger(__name__)


class Keyed(NamedTuple):
    """A secret and the version it was derived from."""

    version: int
    secret: bytes

    def tag(self, message: bytes, size: int = TAG_BYTES) -> bytes:
        """`size` bytes: the version, then what only this secret gives for the message."""
        return bytes((self.version,)) + hmac.digest(self.secret, message, "sha256")[: size - 1]


class NamedKey:
    """One key of a store: its live versions, the newest first."""

    def __init__(self, name: Name, store: KeyStore, versions: Sequence[Version]) -> None:
        assert versions, "a key has a version"
        self.name = name
        self.versions = tuple(versions)
        self._store = store
        self._keyed: dict[tuple[str, int], Keyed] = {}

    @property
    def newest(self) -> Version:
        """The version that makes what is new."""
        return self.versions[0]

    def secret(self, purpose: str, number: int | None = None) -> bytes:
        """32 bytes for one purpose, of the newest version or of this one; raises KeyMissing."""
        version = self.newest if number is None else self._store.version(self.name, number)
        return self._store.secret(version, purpose)

    def secrets(self, purpose: str) -> dict[int, bytes]:
        """The secret of every version, the newest first."""
        return {one.number: self._store.secret(one, purpose) for one in self.versions}

    def keyed(self, purpose: str, number: int | None = None) -> Keyed:
        """The same with the number of the version."""
        at = (purpose, self.newest.number if number is None else number)
        found = self._keyed.get(at)
        if found is None:
            found = self._keyed[at] = Keyed(at[1], self.secret(*at))
        return found

    def tag(self, purpose: str, text: str) -> bytes:
        """What to store of a text that is to be found again: 16 bytes, made by the newest."""
        return self.keyed(purpose).tag(text.encode())

    def tags(self, purpose: str, text: str) -> list[bytes]:
        """What to look for: the tags of every version, the newest first."""
        return [self.keyed(purpose, one.number).tag(text.encode()) for one in self.versions]

    def seal(self, purpose: str, plain: bytes, place: str) -> bytes:
        """Sealed with the newest version and bound to its place, to be stored."""
        box = self._store.cipher(self.newest).box(self._box_key(purpose, self.newest))
        return bytes((self.newest.number,)) + box.seal(plain, place.encode())

    def open(self, purpose: str, sealed: bytes, place: str) -> bytes:
        """What was sealed there; raises WrongKey and KeyMissing."""
        version = self._store.version(self.name, sealed[0] if sealed else 0)
        try:
            box = self._store.cipher(version).box(self._box_key(purpose, version))
            return box.open(sealed[1:], place.encode())
        except NotOpened:
            raise WrongKey(f"what is sealed at {place} does not open") from None

    def sign(self, message: bytes, number: int | None = None) -> bytes:
        """An Ed25519 signature of the newest version, or of this one."""
        version = self.newest if number is None else self._store.version(self.name, number)
        return self._store.source.sign(version, message)

    def public(self, number: int | None = None) -> bytes:
        """The public half, 32 bytes."""
        version = self.newest if number is None else self._store.version(self.name, number)
        return self._store.public(version)

    def _box_key(self, purpose: str, version: Version) -> bytes:
        whole = self._store.secret(version, f"seal {purpose}")
        return whole[: self._store.cipher(version).key_bytes]


class KeyStore:
    """The keys as they were at one moment; `store()` gives the present ones."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self._versions: dict[Name, tuple[Version, ...]] = {}
        self._register = key_register.Register()
        self._secrets: dict[tuple[str, int, str], bytes] = {}
        self._public: dict[tuple[str, int], bytes] = {}
        self._named: dict[Name, NamedKey] = {}
        self._look()

    def _look(self) -> None:
        present = self.source.versions()
        self._register = key_register.compared(present, self.source)
        found: dict[Name, list[Version]] = {}
        for one in present:
            found.setdefault(one.name, []).append(one)
        self._versions = {
            name: tuple(sorted(some, key=lambda one: -one.number)) for name, some in found.items()
        }
        self._named = {}

    def key(self, name: Name) -> NamedKey:
        """A key by its name; made when there never was one.

        Raises KeyMissing when the newest version it had is not there.
        """
        known = self._named.get(name)
        if known is not None:
            return known
        if name not in self._versions and not self._register.newest(name):
            self._begin(name)
        versions = self._versions.get(name, ())
        key_register.check_newest(self._register, name, versions[0].number if versions else 0)
        made = self._named[name] = NamedKey(name, self, versions)
        return made

    def _begin(self, wanted: Name) -> None:
        """Make the first version of every key there never was, so that one backup has them all."""
        with in_turn(home.home()):
            self._look_for_old_form()
            register = key_register.read()
            for name in NAMES:
                wants = name == wanted or self.source.kind == "file"
                if wants and not register.newest(name) and name not in self._versions:
                    self.source.make(name, 1, home.cipher_name())
        self._look()

    def _look_for_old_form(self) -> None:
        if (home.home() / "master.key").exists():
            raise home.UnusableSetting(
                f"{home.home()} was made by an unreleased state of Haihe with one master.key; "
                "begin with an empty folder and database"
            )

    def versions(self, name: Name) -> tuple[Version, ...]:
        """The live versions, the newest first; none when the key was never made or is gone."""
        return self._versions.get(name, ())

    def version(self, name: Name, number: int) -> Version:
        """One version; looks again when another process has just made it. Raises KeyMissing."""
        for again in (False, True):
            if again:
                self._look()
            for one in self._versions.get(name, ()):
                if one.number == number:
                    return one
        raise KeyMissing(gone(name, number))

    def secret(self, version: Version, purpose: str) -> bytes:
        """32 bytes for one purpose, always the same."""
        at = (version.name, version.number, purpose)
        found = self._secrets.get(at)
        if found is None:
            found = self.source.hmac(version, f"derive {purpose}".encode())
            self._secrets[at] = found
        return found

    def public(self, version: Version) -> bytes:
        """The public half of a signing key."""
        at = (version.name, version.number)
        found = self._public.get(at)
        if found is None:
            found = self._public[at] = self.source.public(version)
        return found

    def cipher(self, version: Version) -> Cipher:
        """The cipher of a version."""
        return CIPHERS[version.cipher]

    def wrap(self, key: bytes, owner: str) -> bytes:
        """A key under `content`, bound to its owner (a matter's id), the version in front."""
        version = self.key("content").newest
        return bytes((version.number,)) + self.source.wrap(version, key, owner.encode())

    def unwrap(self, wrapped: bytes, owner: str) -> bytes:
        """The key again; raises WrongKey, KeyMissing, KeyUnavailable."""
        try:
            version = self.version("content", wrapped[0])
            return self.source.unwrap(version, wrapped[1:], owner.encode())
        except (WrongKey, IndexError):
            raise WrongKey(f"the key of matter {owner} does not open") from None

    @property
    def codes(self) -> CodeKeys:
        """The secrets that make the follow codes of new matters."""
        return self.codes_of(self.key("codes").newest.number)

    def codes_of(self, number: int) -> CodeKeys:
        """The secrets that made the codes of matters whose tag begins with this number."""
        key = self.key("codes")
        return CodeKeys(key.secret("code", number), key.secret("tag", number), number)

    def every_codes(self) -> list[CodeKeys]:
        """Those of every version, the newest first."""
        return [self.codes_of(one.number) for one in self.key("codes").versions]

    def marks(self, number: int | None = None) -> Keyed:
        """What makes the marks of matters (haihe.records.journal.mark_of)."""
        return self.key("marks").keyed("mark", number)

    def commands(self, number: int | None = None) -> Keyed:
        """What keys the digests of commands (they hold personal values: no plain hash)."""
        return self.key("marks").keyed("command digest", number)


# ── the store of this process ────────────────────────────────────────────────────────────────


class _Kept(NamedTuple):
    store: KeyStore
    stamp: object
    looked_at: float


_SETTINGS: Final = (
    "HAIHE_HOME", "HAIHE_KEY_SOURCE", "HAIHE_KEY_FOLDER", "HAIHE_KMS_URL", "HAIHE_KMS_TOKEN_FILE",
)  # fmt: skip
_kept: dict[tuple[str | None, ...], _Kept] = {}


def store() -> KeyStore:
    """The keys of this installation as they are now; ask anew whenever something is made."""
    at = tuple(os.environ.get(name) for name in _SETTINGS)
    kept, now = _kept.get(at), time.monotonic()
    if kept is not None:
        wait = KMS_LOOK_SECONDS if kept.store.source.kind == "kms" else LOOK_SECONDS
        if now - kept.looked_at < wait:
            return kept.store
    return _looked(at, kept, now)


def _looked(at: tuple[str | None, ...], kept: _Kept | None, now: float) -> KeyStore:
    source = kept.store.source if kept is not None else source_of_settings()
    try:
        stamp = source.stamp()
        if kept is None or stamp != kept.stamp:
            kept = _Kept(KeyStore(source), stamp, now)
    except (KeyTrouble, home.UnusableSetting, OSError) as trouble:
        if kept is None:
            raise
        log.warning("the keys were looked for and not found; those in memory are used: %s", trouble)
    _kept[at] = kept._replace(looked_at=now)
    return kept.store


def forget() -> None:
    """Look at the keys anew at the next question: they were changed by this process."""
    _kept.clear()


def source_of_settings() -> Source:
    """HAIHE_KEY_SOURCE: `file` (default), `environment` or `kms`; raises UnusableSetting."""
    kind = os.environ.get("HAIHE_KEY_SOURCE") or "file"
    if kind == "file":
        return FileSource(home.key_folder())
    if kind == "environment":
        return EnvironmentSource()
    if kind == "kms":
        token = os.environ.get("HAIHE_KMS_TOKEN_FILE")
        return KmsSource(os.environ.get("HAIHE_KMS_URL", ""), Path(token) if token else None)
    raise home.UnusableSetting("HAIHE_KEY_SOURCE must be file, environment or kms")


def django_secrets() -> list[str]:
    """What signs sessions and forms, the newest first."""
    return [one.hex() for one in store().key("django").secrets("session").values()]


# ── changing the keys ────────────────────────────────────────────────────────────────────────


def rotate(name: Name) -> Version:
    """Make a new version; it makes what is new from now on, everywhere within LOOK_SECONDS."""
    forget()
    present = store()
    newest = present.key(name).newest.number
    number = max(newest, key_register.read().newest(name)) + 1
    if number > VERSIONS_MAX:
        raise KeyTrouble(f"the key {name} has had {VERSIONS_MAX} versions; there can be no more")
    with in_turn(home.home()):
        present.source.make(name, number, home.cipher_name())
    forget()
    return store().version(name, number)


def retire(name: Name, number: int, now: datetime | None = None) -> None:
    """Put a version aside that nothing uses; the caller has made sure of that."""
    forget()
    present = store()
    version = present.version(name, number)
    if version == present.key(name).newest:
        raise KeyTrouble(f"{number} is the newest version of {name}: rotate it first")
    key_register.note(name, number, retired_at=now or datetime.now(UTC))
    present.source.retire(version)
    forget()


def restore(name: Name, number: int) -> Version:
    """Take a retired version back, to read a backup that still needs it."""
    forget()
    present = store()
    present.source.restore(name, number)
    key_register.note(name, number, retired_at=None)
    forget()
    return store().version(name, number)


# ── signing ──────────────────────────────────────────────────────────────────────────────────


class Signer:
    """Signs with one version of `seal-signing`; `public` is its other half, 32 bytes."""

    def __init__(self, key: NamedKey, number: int) -> None:
        self._key = key
        self.number = number
        self.public = key.public(number)

    def sign(self, message: bytes) -> bytes:
        """An Ed25519 signature."""
        return self._key.sign(message, self.number)


def signers() -> list[Signer]:
    """Who may sign here, the newest first."""
    key = store().key("seal-signing")
    return [Signer(key, one.number) for one in key.versions]


def publish(signer: Signer) -> None:
    """Its public half for everybody: HAIHE_HOME/seal.pub (PEM)."""
    key = Ed25519PublicKey.from_public_bytes(signer.public)
    text = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    path = home.home() / "seal.pub"
    if not path.is_file() or path.read_bytes() != text:
        home.put_whole(path, text, replacing=True)


def random_bytes(size: int) -> bytes:
    """Unpredictable bytes for keys, nonces, salts and ids."""
    return os.urandom(size)


__all__ = [
    "DIGEST_BYTES",
    "KEY_BYTES",
    "LOOK_SECONDS",
    "NAMES",
    "TAG_BYTES",
    "VERSIONS_MAX",
    "KeyMissing",
    "KeyStore",
    "KeyTrouble",
    "KeyUnavailable",
    "Keyed",
    "Name",
    "NamedKey",
    "Signer",
    "Source",
    "Version",
    "WrongKey",
    "django_secrets",
    "forget",
    "publish",
    "random_bytes",
    "restore",
    "retire",
    "rotate",
    "signers",
    "source_of_settings",
    "store",
]
