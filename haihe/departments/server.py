"""A department as an HTTP server: who asks, for what, by which law; a signed answer; its own log.

It answers a question once: the same idempotency key with the same question gets the same bytes
again, with another question it is refused.
"""

from __future__ import annotations

import base64
import hashlib
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import unquote

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from haihe.connectors import signatures
from haihe.connectors.signatures import Message, Unsigned
from haihe.departments.desks import Desk, Unclear, Written

BODY_BYTES_MAX: Final = 20_000
HEADER_CHARACTERS_MAX: Final = 1_000
READ_SECONDS: Final = 5.0
LOG_MAX: Final = 200
KEPT_ANSWERS_MAX: Final = 10_000
COVERS: Final = (
    '"@method"', '"@path"', '"@authority"', '"content-type"', '"content-digest"',
    '"haihe-purpose"', '"haihe-matter"', '"haihe-basis"', '"idempotency-key"',
)  # fmt: skip
ANSWER_COVERS: Final = (
    '"@status"', '"content-type"', '"content-digest"', '"signature";req;key="ask"',
)  # fmt: skip
SAID: Final = ("haihe-purpose", "haihe-matter", "haihe-basis", "idempotency-key")
_TABLES: Final = """
CREATE TABLE IF NOT EXISTS log (at TEXT, key TEXT, who TEXT, matter TEXT, purpose TEXT,
    basis TEXT, outcome TEXT);
CREATE INDEX IF NOT EXISTS log_key ON log (key);
CREATE TABLE IF NOT EXISTS answer (key TEXT PRIMARY KEY, question TEXT, type TEXT, body BLOB);
"""


class Logged(NamedTuple):
    """One question, as the department wrote it down; outcome in its own words."""

    at: str
    key: str
    who: str
    matter: str
    purpose: str
    basis: str
    outcome: str


class Book:
    """The department's own log and the answers it gave, in a file of its own."""

    def __init__(self, file: Path) -> None:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._held = sqlite3.connect(file, check_same_thread=False, isolation_level=None)
        self._held.executescript("PRAGMA journal_mode=WAL;" + _TABLES)
        self._turn = threading.Lock()

    def close(self) -> None:
        """Nothing is asked after this."""
        self._held.close()

    def note(self, one: Logged) -> None:
        """Write down a question and what became of it."""
        with self._turn:
            self._held.execute("INSERT INTO log VALUES (?, ?, ?, ?, ?, ?, ?)", one)

    def given(self, key: str) -> tuple[str, str, bytes] | None:
        """What was answered under a key: the digest of the question, type and body."""
        with self._turn:
            row = self._held.execute(
                "SELECT question, type, body FROM answer WHERE key = ?", (key,)
            ).fetchone()
        return None if row is None else (row[0], row[1], bytes(row[2]))

    def give(self, key: str, question: str, written: Written) -> None:
        """Keep an answer for who asks again; the oldest go."""
        with self._turn:
            self._held.execute(
                "INSERT OR IGNORE INTO answer VALUES (?, ?, ?, ?)",
                (key, question, written.type, written.body),
            )
            self._held.execute(
                "DELETE FROM answer WHERE rowid <= (SELECT max(rowid) FROM answer) - ?",
                (KEPT_ANSWERS_MAX,),
            )


def log(file: Path, matter: str = "") -> list[Logged]:
    """The newest entries of a department's log, of one matter or all."""
    if not file.is_file():
        return []
    with closing(sqlite3.connect(file)) as held:
        rows = held.execute(
            "SELECT * FROM log WHERE ? IN ('', matter) ORDER BY rowid DESC LIMIT ?",
            (matter, LOG_MAX),
        ).fetchall()
    return [Logged(*row) for row in rows]


def every_log(file: Path) -> Iterator[Logged]:
    """Every entry of a department's log, oldest first, a page at a time."""
    after = 0
    while file.is_file():
        with closing(sqlite3.connect(file)) as held:
            rows = held.execute(
                "SELECT rowid, * FROM log WHERE rowid > ? ORDER BY rowid LIMIT ?", (after, LOG_MAX)
            ).fetchall()
        yield from (Logged(*row[1:]) for row in rows)
        if len(rows) < LOG_MAX:
            return
        after = rows[-1][0]


def own_key(file: Path) -> Ed25519PrivateKey:
    """The key a department signs with; made when there is none."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not file.is_file():
        with open(os.open(file, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as made:
            made.write(base64.b64encode(os.urandom(32)))
    return Ed25519PrivateKey.from_private_bytes(base64.b64decode(file.read_bytes()))


def public_half(key: Ed25519PrivateKey) -> bytes:
    """32 bytes."""
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


class Department(ThreadingHTTPServer):
    """One department, listening; `serve_forever` in a thread of its own, `close` at the end."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(
        self,
        desk: Desk,
        held: Mapping[str, Any],
        folder: Path,
        trusted: Callable[[], Mapping[str, bytes]],
        address: tuple[str, int] = ("127.0.0.1", 0),
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.desk, self.held, self.trusted, self.clock = desk, held, trusted, clock
        self.key = own_key(folder / f"{desk.name}.key")
        self.key_id = f"{desk.name}-1"
        self.book = Book(folder / f"{desk.name}.sqlite3")
        super().__init__(address, _Desk)

    @property
    def address(self) -> str:
        """Where it answers."""
        host, port = self.server_address[:2]
        return f"http://{host!s}:{port}"

    def answer(self, asked: Message, body: bytes) -> tuple[HTTPStatus, Written]:
        """What to say to a question, and a line in the log; never raises what the asker sent."""
        key = asked.headers.get("idempotency-key", "")
        who = ""
        try:
            who = signatures.checked(
                "ask", asked, self.trusted(), COVERS, self.clock(), body
            ).key_id
            status, written, outcome = self._answered(asked, body, key)
        except Unsigned as wrong:
            status, written, outcome = HTTPStatus.UNAUTHORIZED, _said(str(wrong)), "未签名，拒绝"
        except Unclear:
            status, written, outcome = (
                HTTPStatus.UNPROCESSABLE_ENTITY,
                _said("看不懂"),
                "看不懂，拒绝",
            )
        purpose, matter, basis = (
            unquote(asked.headers.get(f"haihe-{name}", ""))[:HEADER_CHARACTERS_MAX]
            for name in ("purpose", "matter", "basis")
        )
        at = self.clock().isoformat()
        self.book.note(
            Logged(at, key[:HEADER_CHARACTERS_MAX], who, matter, purpose, basis, outcome)
        )
        return status, written

    def _answered(self, asked: Message, body: bytes, key: str) -> tuple[HTTPStatus, Written, str]:
        if any(not asked.headers.get(name, "").strip() for name in SAID):
            says = "没有写明目的、事项或者依据"
            return HTTPStatus.FORBIDDEN, _said(says), f"{says}，拒绝"
        question = hashlib.sha256(asked.path.encode() + b"\n" + body).hexdigest()
        before = self.book.given(key)
        if before is not None:
            if before[0] != question:
                return HTTPStatus.CONFLICT, _said("同一个编号问了两件事"), "编号重复，拒绝"
            return (
                HTTPStatus.OK,
                Written(before[1], before[2], found=True),
                "重复的问题，给原来的答复",
            )
        time.sleep(self.desk.seconds)
        written = self.desk.answer(self.held, body, key[-12:])
        self.book.give(key, question, written)
        return HTTPStatus.OK, written, "已答复" if written.found else "答复没有登记"

    def close(self) -> None:
        """Stop listening."""
        self.shutdown()
        self.server_close()
        self.book.close()


def _said(text: str) -> Written:
    return Written("text/plain; charset=utf-8", text.encode(), found=False)


class _Desk(BaseHTTPRequestHandler):
    """Reads one question from the line and writes one answer to it."""

    server: Department
    protocol_version = "HTTP/1.0"  # an answer, then the line is closed
    timeout = READ_SECONDS
    server_version = "Register/7"
    sys_version = ""

    def ask(self) -> None:
        """Read one question and answer it."""
        length = self.headers.get("content-length", "")
        if not length.isdecimal() or int(length) > BODY_BYTES_MAX:
            self.send_error(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            return
        body = self.rfile.read(int(length))
        if self.path != self.server.desk.path:
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        asked = Message(headers, "POST", headers.get("host", ""), self.path)
        status, written = self.server.answer(asked, body)
        self._write(asked, status, written)

    def _write(self, asked: Message, status: HTTPStatus, written: Written) -> None:
        headers = {
            "content-type": written.type,
            "content-digest": signatures.digest_of(written.body),
        }
        answer = Message(headers, status=int(status))
        if "ask=" in asked.headers.get("signature", ""):
            now = int(self.server.clock().timestamp())
            said = signatures.parameters(ANSWER_COVERS, now, self.server.key_id)
            try:
                headers |= signatures.signed("answer", said, answer, self.server.key.sign, asked)
            except Unsigned:
                self.send_error(HTTPStatus.BAD_REQUEST)
                return
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(written.body)))
        self.end_headers()
        self.wfile.write(written.body)

    do_POST = ask  # the name http.server looks for: there is no other way to ask

    def log_message(self, format: str, *args: Any) -> None:
        """The log is the book."""
