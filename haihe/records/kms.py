"""Keys kept by a KMS behind HTTP: it wraps, unwraps, signs and hashes; no key ever comes here.

    GET  /keys                          -> {"keys": [{"name", "number", "cipher", "made_at"}, …]}
    POST /keys/NAME/NUMBER              {"cipher"}           -> {}       made unless it is there
    POST /keys/NAME/NUMBER/retire|restore                    -> {}
    POST /keys/NAME/NUMBER/wrap         {"plain", "place"}   -> {"wrapped"}
    POST /keys/NAME/NUMBER/unwrap       {"wrapped", "place"} -> {"plain"}, 422: it does not open
    POST /keys/NAME/NUMBER/sign|hmac    {"message"}          -> {"signature"} | {"mac"}
    GET  /keys/NAME/NUMBER/public       -> {"public"}

Bytes are base64. A KMS of another make is reached through a small relay that speaks this. Every
answer is checked before anything relies on it: what it wrapped must open again, what it signed
must verify.
"""

from __future__ import annotations

import http.client
import ssl
import threading
import time
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from haihe.records import home
from haihe.records.ciphers import CIPHERS
from haihe.records.home import CipherName
from haihe.records.key_sources import (
    NAMES,
    VERSIONS_MAX,
    KeyMissing,
    KeyUnavailable,
    Name,
    Version,
    WrongKey,
    gone,
)

ANSWER_SECONDS_MAX: Final = 2.0
ANSWER_BYTES_MAX: Final = 1_000_000
REST_SECONDS: Final = 3.0  # after a failure nobody asks again for this long: no queue builds up
TRIES: Final = 2  # the second only when a kept connection had gone
WRAPPED_BYTES_MAX: Final = 1_000
LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")

_encode = msgspec.json.Encoder().encode


class _Listed(msgspec.Struct, frozen=True):
    keys: list[Version]


class KmsSource:
    """HAIHE_KMS_URL, with the bearer token in HAIHE_KMS_TOKEN_FILE."""

    kind = "kms"

    def __init__(self, url: str, token_file: Path | None) -> None:
        parts = urlsplit(url)
        host = parts.hostname or ""
        if parts.scheme not in ("http", "https") or not host:
            raise home.UnusableSetting("HAIHE_KMS_URL must be https://host[:port][/path]")
        if parts.scheme == "http" and host not in LOOPBACK:
            raise home.UnusableSetting("HAIHE_KMS_URL must begin with https:// except on loopback")
        self._url = url.rstrip("/")
        self._host, self._port, self._path = host, parts.port, parts.path.rstrip("/")
        self._tls = ssl.create_default_context() if parts.scheme == "https" else None
        self._token = _token(token_file) if token_file else ""
        self._kept = threading.local()
        self._resting_until = 0.0
        self._why = ""

    def stamp(self) -> object:
        """The list of versions itself."""
        return tuple(self.versions())

    def versions(self) -> list[Version]:
        """Every version the KMS offers."""
        told = self._asked("GET", "/keys", None)
        try:
            listed = msgspec.convert(told, _Listed).keys
        except msgspec.ValidationError as error:
            raise self._nonsense(f"to /keys: {error}") from None
        if any(not 0 < one.number <= VERSIONS_MAX or one.made_at.tzinfo is None for one in listed):
            raise self._nonsense("to /keys: a number or an instant that cannot be")
        return sorted(listed, key=lambda one: (NAMES.index(one.name), one.number))

    def make(self, name: Name, number: int, cipher: CipherName) -> None:
        """Ask it to make a version."""
        self._asked("POST", f"/keys/{name}/{number}", {"cipher": cipher})

    def retire(self, version: Version) -> None:
        """Ask it to put a version aside."""
        self._asked("POST", f"{_of(version)}/retire", {})

    def restore(self, name: Name, number: int) -> None:
        """Ask it to take a version back."""
        self._asked("POST", f"/keys/{name}/{number}/restore", {})

    def wrap(self, version: Version, key: bytes, place: bytes) -> bytes:
        """Wrapped by the KMS, and opened once more before anybody stores it."""
        wrapped = self._bytes(version, "wrap", {"plain": key, "place": place}, "wrapped")
        if not 0 < len(wrapped) <= WRAPPED_BYTES_MAX or key in wrapped:
            raise self._nonsense("to wrap: not a wrapped key")
        try:
            again = self.unwrap(version, wrapped, place)
        except WrongKey:
            again = b""
        if again != key:
            raise self._nonsense("to wrap: what it wrapped does not open again")
        return wrapped

    def unwrap(self, version: Version, wrapped: bytes, place: bytes) -> bytes:
        """The key again; raises WrongKey."""
        key = self._bytes(version, "unwrap", {"wrapped": wrapped, "place": place}, "plain")
        if len(key) not in {one.key_bytes for one in CIPHERS.values()}:
            raise self._nonsense(f"to unwrap: a key of {len(key)} bytes")
        return key

    def sign(self, version: Version, message: bytes) -> bytes:
        """A signature that verifies."""
        signature = self._bytes(version, "sign", {"message": message}, "signature")
        try:
            Ed25519PublicKey.from_public_bytes(self.public(version)).verify(signature, message)
        except (InvalidSignature, ValueError):
            raise self._nonsense("to sign: a signature that does not verify") from None
        return signature

    def public(self, version: Version) -> bytes:
        """The public half."""
        public = self._bytes(version, "public", None, "public")
        if len(public) != 32:
            raise self._nonsense("to public: not a key of 32 bytes")
        return public

    def hmac(self, version: Version, message: bytes) -> bytes:
        """32 bytes."""
        mac = self._bytes(version, "hmac", {"message": message}, "mac")
        if len(mac) != 32:
            raise self._nonsense("to hmac: not 32 bytes")
        return mac

    def _bytes(
        self, version: Version, verb: str, body: dict[str, bytes] | None, field: str
    ) -> bytes:
        told = self._asked("GET" if body is None else "POST", f"{_of(version)}/{verb}", body)
        try:
            return msgspec.convert(told[field], bytes)
        except (KeyError, TypeError, msgspec.ValidationError):
            raise self._nonsense(f"to {verb}: no {field} in base64") from None

    def _asked(self, method: str, path: str, body: dict[str, Any] | None) -> dict[str, Any]:
        """One question and its answer; raises KeyUnavailable, KeyMissing, WrongKey."""
        if time.monotonic() < self._resting_until:
            raise KeyUnavailable(self._why)
        for last in (False, True):
            try:
                status, text = self._sent(method, path, b"" if body is None else _encode(body))
                break
            except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError) as gone_:
                self._kept.connection = None
                if last:
                    raise self._silent(str(gone_)) from None
            except (OSError, http.client.HTTPException) as error:
                self._kept.connection = None
                raise self._silent(str(error)) from None
        return self._read(status, text, path)

    def _sent(self, method: str, path: str, body: bytes) -> tuple[int, bytes]:
        connection = getattr(self._kept, "connection", None)
        if connection is None:
            connection = self._connected()
            self._kept.connection = connection
        headers = {"Content-Type": "application/json", "Connection": "keep-alive"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        connection.request(method, self._path + path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read(ANSWER_BYTES_MAX)

    def _connected(self) -> http.client.HTTPConnection:
        if self._tls is not None:
            return http.client.HTTPSConnection(
                self._host, self._port, timeout=ANSWER_SECONDS_MAX, context=self._tls
            )
        return http.client.HTTPConnection(self._host, self._port, timeout=ANSWER_SECONDS_MAX)

    def _read(self, status: int, text: bytes, path: str) -> dict[str, Any]:
        if status == 422:
            raise WrongKey(f"the KMS does not open it ({path})")
        if status == 404:
            _, _, name, number, *_ = [*path.split("/"), "", ""]
            raise KeyMissing(gone(name, int(number or 0)))
        if status in (401, 403):
            raise self._silent(f"it refuses our token with {status}; see HAIHE_KMS_TOKEN_FILE")
        if status != 200:
            raise self._silent(f"it answered {status}")
        try:
            return msgspec.json.decode(text, type=dict[str, Any])
        except msgspec.MsgspecError:
            raise self._nonsense(f"to {path}: not JSON") from None

    def _silent(self, why: str) -> KeyUnavailable:
        """It does not answer: nobody asks again for REST_SECONDS."""
        self._why = (
            f"the KMS at {self._url} cannot be used: {why or 'no answer'}; nothing was changed, "
            "try again when it is back"
        )
        self._resting_until = time.monotonic() + REST_SECONDS
        return KeyUnavailable(self._why)

    def _nonsense(self, what: str) -> KeyUnavailable:
        return self._silent(f"it answered nonsense {what}")


def _of(version: Version) -> str:
    return f"/keys/{version.name}/{version.number}"


def _token(file: Path) -> str:
    try:
        if file.stat().st_mode & 0o077:
            raise home.UnusableSetting(f"{file} may be read by others; run: chmod 600 {file}")
        return file.read_text("utf-8").strip()
    except OSError as error:
        raise home.UnusableSetting(f"HAIHE_KMS_TOKEN_FILE {file}: {error.strerror}") from None
