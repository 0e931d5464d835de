"""The line to a department: one signed question, one whole signed answer, within its seconds.

Nothing here decides whether to ask again: a question that failed is asked again by the worker, and
the idempotency key makes that harmless.
"""

from __future__ import annotations

import base64
import http.client
import socket
import threading
import time
from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final, NamedTuple
from urllib.parse import quote, urlsplit

import msgspec

from haihe.connectors import signatures
from haihe.connectors.contract import Asking, Nonsense, Reply, TheyAreDown
from haihe.connectors.signatures import Message, Unsigned
from haihe.records.connections import Connection, Signer

SECONDS_MAX: Final = 2.5  # of one question with all its pages, connecting included
ANSWER_BYTES_MAX: Final = 200_000
HEADERS_MAX: Final = 60
READ_BYTES: Final = 16_384
ASK, ANSWER = "ask", "answer"  # labels of the signatures
PROOF_FORM: Final = "haihe-answer-1"
ASKING_COVERS: Final = (
    '"@method"', '"@path"', '"@authority"', '"content-type"', '"content-digest"',
    '"haihe-purpose"', '"haihe-matter"', '"haihe-basis"', '"idempotency-key"',
)  # fmt: skip
ANSWER_COVERS: Final = (
    '"@status"', '"content-type"', '"content-digest"', '"signature";req;key="ask"',
)  # fmt: skip
BROKEN_OFF: Final = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.REQUEST_TIMEOUT)


class Silent(Exception):
    """No whole answer within the time; the department may or may not have got the question."""


class Why(NamedTuple):
    """For what a question is asked; every word of it is signed."""

    purpose: str
    matter: str
    basis: str
    key: str  # idempotency


def ask(
    to: Connection, asking: Asking, why: Why, signer: Signer, now: datetime, seconds: float
) -> tuple[Reply, dict[str, Any]]:
    """Ask once; gives the answer and what proves it to others.

    Raises Silent, TheyAreDown, Nonsense and Unsigned.
    """
    request = _request(to, asking, why, signer, now)
    status, headers, body = _sent(to.address, request, asking.body, seconds)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in BROKEN_OFF:
        raise TheyAreDown
    answer = Message(headers, status=status)
    signatures.checked(
        ANSWER, answer, {to.key_id: to.public_key}, ANSWER_COVERS, now, body, request
    )
    reply = Reply(status, headers.get("content-type", ""), body)
    return reply, _proof(to, request, asking.body, answer, body)


def _request(to: Connection, asking: Asking, why: Why, signer: Signer, now: datetime) -> Message:
    headers = {
        "content-type": asking.type,
        "content-digest": signatures.digest_of(asking.body),
        "haihe-purpose": quote(why.purpose, safe=" "),
        "haihe-matter": quote(why.matter, safe=" "),
        "haihe-basis": quote(why.basis, safe=" #"),
        "idempotency-key": why.key,
    }
    message = Message(headers, "POST", urlsplit(to.address).netloc, asking.path)
    said = signatures.parameters(ASKING_COVERS, int(now.timestamp()), signer.key_id)
    signed = signatures.signed(ASK, said, message, signer.sign)
    return message._replace(headers=headers | signed)


def _sent(
    address: str, request: Message, body: bytes, seconds: float
) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body; raises Silent whatever goes wrong on the way, Nonsense if too long.

    A socket's own timeout begins anew with every byte, so the line is cut from outside at the end.
    """
    parts = urlsplit(address)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    line = kind(parts.hostname or "", parts.port, timeout=seconds)
    give_up_at = time.monotonic() + seconds
    cut = threading.Timer(seconds, _cut, (line,))
    cut.daemon = True
    cut.start()
    try:
        line.request("POST", request.path, body, dict(request.headers))
        answer = line.getresponse()
        if len(answer.getheaders()) > HEADERS_MAX:
            raise Nonsense
        whole = bytearray()
        while part := answer.read1(READ_BYTES):
            whole += part
            if len(whole) > ANSWER_BYTES_MAX:
                raise Nonsense
        promised = answer.getheader("content-length")
        if time.monotonic() > give_up_at or (promised and promised != str(len(whole))):
            raise Silent
        headers = {name.lower(): value for name, value in answer.getheaders()}
        return answer.status, headers, bytes(whole)
    except (OSError, http.client.HTTPException, ValueError, AttributeError):
        raise Silent from None  # AttributeError: the line was cut while it was being read
    finally:
        cut.cancel()
        line.close()


def _cut(line: http.client.HTTPConnection) -> None:
    held = line.sock
    if held is not None:
        try:
            held.shutdown(socket.SHUT_RDWR)
        except OSError:
            return  # it was closed already


# ── what proves an answer to others ──────────────────────────────────────────────────────────


def _proof(
    to: Connection, request: Message, asked: bytes, answer: Message, body: bytes
) -> dict[str, Any]:
    return {
        "key_id": to.key_id,
        "public_key": base64.b64encode(to.public_key).decode(),
        "request": {**request._asdict(), "body": base64.b64encode(asked).decode()},
        "answer": {**answer._asdict(), "body": base64.b64encode(body).decode()},
    }


def proof_file(source: str, at: datetime, pages: list[dict[str, Any]]) -> bytes:
    """The file that is kept: everything that was said, with both signatures."""
    return msgspec.json.encode(
        {"form": PROOF_FORM, "source": source, "at": at.isoformat(), "pages": pages}
    )


class Proven(NamedTuple):
    """What a proof shows, once it was checked: who asked for what, and what was answered."""

    source: str
    at: str
    purposes: tuple[str, ...]
    bodies: tuple[bytes, ...]
    keys: tuple[str, ...]  # that signed it, in base64


def proven(file: bytes, keys: Mapping[str, bytes] | None = None) -> Proven:
    """Check a proof without a network; `keys` are those one trusts instead of the one in it.

    Raises Unsigned and msgspec.MsgspecError.
    """
    told = msgspec.json.decode(file, type=_Proof)
    purposes, bodies = [], []
    for page in told.pages:
        asked, answered = page.request.message(), page.answer.message()
        body = base64.b64decode(page.answer.body)
        trusted = keys if keys is not None else {page.key_id: base64.b64decode(page.public_key)}
        now = datetime.fromisoformat(told.at)
        signatures.checked(ANSWER, answered, trusted, ANSWER_COVERS, now, body, asked)
        if asked.headers.get("content-digest") != signatures.digest_of(
            base64.b64decode(page.request.body)
        ):
            raise Unsigned("问题和它的摘要不符")
        purposes.append(asked.headers.get("haihe-purpose", ""))
        bodies.append(body)
    signers = tuple(dict.fromkeys(f"{page.key_id} {page.public_key}" for page in told.pages))
    return Proven(told.source, told.at, tuple(purposes), tuple(bodies), signers)


class _Said(msgspec.Struct):
    headers: dict[str, str]
    method: str
    authority: str
    path: str
    query: str
    status: int
    body: str

    def message(self) -> Message:
        return Message(
            self.headers, self.method, self.authority, self.path, self.query, self.status
        )


class _Page(msgspec.Struct):
    key_id: str
    public_key: str
    request: _Said
    answer: _Said


class _Proof(msgspec.Struct):
    form: str
    source: str
    at: str
    pages: list[_Page]
