"""POST /api/steps: one command in JSON in, what was recorded or refused out; for machines.

A bearer token names the account; the command's actor must be that account, and the token must be
for opening matters (`steps:open`) or for acting on them (`steps:act`). Answers: 200 Recorded,
404 Refused because there is no such matter, or none that the account may know of; 409 Refused
because something else came first, 422 Refused by rule; 400, 401, 403, 405, 413, 503 with `says` and
`instead`. It is plain WSGI: sessions, forms and templates have no part in it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

import msgspec

from haihe.kernel.values import Command, Refused
from haihe.records import clients, read, write
from haihe.records.answers import Recorded, unknown_matter
from haihe.records.shown import Reader

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

PATH: Final = "/api/steps"
BODY_BYTES_MAX: Final = 1_048_576
OPEN: Final = "steps:open"
ACT: Final = "steps:act"
CAME_FIRST: Final = frozenset({"moved_on", "key_reused"})
STATUS: Final = {
    200: "200 OK",
    400: "400 Bad Request",
    401: "401 Unauthorized",
    403: "403 Forbidden",
    404: "404 Not Found",
    405: "405 Method Not Allowed",
    409: "409 Conflict",
    413: "413 Content Too Large",
    422: "422 Unprocessable Content",
    503: "503 Service Unavailable",
}

log = logging.getLogger(__name__)

_decode = msgspec.json.Decoder(Command).decode
_encode = msgspec.json.Encoder().encode


class Trouble(msgspec.Struct, frozen=True):
    """Why a request was not looked at as a command."""

    says: str
    instead: str


def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """One request."""
    status, answer = respond(environ)
    body = _encode(answer)
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
    if status == 401:
        headers.append(("WWW-Authenticate", "Bearer"))
    start_response(STATUS[status], headers)
    return [body]


def respond(environ: WSGIEnvironment) -> tuple[int, Recorded | Refused | Trouble]:
    """The status and the answer to one request; nothing was done where we could not write."""
    try:
        return _answered(environ)
    except write.Failure:
        log.exception("a command could not be written")
        return 503, Trouble("暂时无法写入，没有办理。", "请稍后以同一编号重试。")


def _answered(environ: WSGIEnvironment) -> tuple[int, Recorded | Refused | Trouble]:
    if environ["REQUEST_METHOD"] != "POST":
        return 405, Trouble("这里只接受POST。", "用POST提交一条JSON指令。")
    word, _, token = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    if word.lower() != "bearer" or not token:
        return 401, Trouble("没有令牌。", "请在Authorization中写Bearer和账号的令牌。")
    client = clients.client_by_token(token)
    if client is None:
        return 401, Trouble("令牌无效、已过期或已收回。", "请向管理员申请新的令牌。")
    try:
        length = int(environ.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 400, Trouble("Content-Length不是数字。", "请写明请求体的字节数。")
    if length > BODY_BYTES_MAX:
        return 413, Trouble("请求体过大。", f"不要超过{BODY_BYTES_MAX}字节。")
    try:
        command = _decode(environ["wsgi.input"].read(length))
    except (msgspec.MsgspecError, UnicodeDecodeError) as wrong:
        return 400, Trouble(f"不是合格的指令：{wrong}", "请按Command的字段提交JSON。")
    scope = OPEN if command.matter is None else ACT
    if scope not in client.scopes:
        return 403, Trouble(
            f"这个令牌不能用来{clients.SCOPES[scope]}。", f"请申请带有{scope}的令牌。"
        )
    actor, reader = command.actor, client.reader
    if (
        actor.person != reader.person
        or actor.organ != reader.organ
        or actor.role not in reader.roles
    ):
        return 403, Trouble(
            "指令中的办理人不是令牌所属的账号。", "请以本账号的人员、角色和单位提交。"
        )
    return carried_out(command, reader)


def carried_out(command: Command, reader: Reader) -> tuple[int, Recorded | Refused | Trouble]:
    """Submit it and tell the answer as a status.

    A refusal would tell of the matter: who may not know of it is told that there is none.
    """
    answer = write.submit(command)
    if isinstance(answer, Recorded):
        return 200, answer
    if command.matter is not None and not read.knows_of_matter(reader, command.matter):
        return 404, unknown_matter(command.matter)
    return (409 if answer.reason in CAME_FIRST else 422), answer
