"""The machine door: one command in, what was recorded or refused out, with the right status."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from haihe.api import steps
from haihe.kernel.values import Command
from haihe.records import accounts, database, rules, writer
from haihe.records.database import Connection
from tests.records.small_city import OFFICER, TAKER, SmallCity, opening, step

Ask = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def door(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Connection]:
    """A journal on SQLite with two accounts."""
    monkeypatch.setenv("HAIHE_HOME", str(tmp_path))
    monkeypatch.delenv("HAIHE_DATABASE_URL", raising=False)
    rules.use(SmallCity())
    connection = database.connect()
    database.create_tables(connection)
    for number, actor in enumerate((TAKER, OFFICER)):
        roles = msgspec.json.encode([actor.role]).decode()
        connection.insert(
            "staff", [(number, actor.person, actor.person, actor.organ, roles, False)]
        )
    yield connection
    connection.close()
    writer.forget_writer()
    database.forget_reading_connection()


def ask(command: Command | bytes, token: str, **more: str) -> tuple[int, dict[str, Any]]:
    body = command if isinstance(command, bytes) else msgspec.json.encode(command)
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": steps.PATH,
        "HTTP_AUTHORIZATION": f"Bearer {token}",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
        **more,
    }
    told: list[str] = []

    def start_response(status: str, _headers: list[tuple[str, str]]) -> None:
        told.append(status)

    (answer,) = steps.application(environ, start_response)  # type: ignore[arg-type]  # enough of WSGI
    return int(told[0][:3]), msgspec.json.decode(answer)


@pytest.mark.usefixtures("door")
def test_a_step_is_recorded_and_a_repetition_answered_alike() -> None:
    token = accounts.issue_token(TAKER.person)
    command = opening("one")
    status, answer = ask(command, token)
    assert (status, answer["seq"], answer["replayed"]) == (200, 1, False)
    again, replayed = ask(command, token)
    assert (again, replayed["matter"], replayed["replayed"]) == (200, answer["matter"], True)


@pytest.mark.usefixtures("door")
def test_a_refusal_has_its_article_and_the_way_out() -> None:
    taker, officer = (accounts.issue_token(one.person) for one in (TAKER, OFFICER))
    matter = ask(opening(), taker)[1]["matter"]
    status, answer = ask(step(matter, "close"), officer)
    assert (status, answer["reason"], answer["field"]) == (422, "missing_field", "result")
    assert answer["cites"] == ["law#3"]
    assert answer["instead"]


@pytest.mark.usefixtures("door")
def test_who_came_second_gets_a_conflict() -> None:
    taker, officer = (accounts.issue_token(one.person) for one in (TAKER, OFFICER))
    matter = ask(opening("one"), taker)[1]["matter"]
    late = msgspec.structs.replace(step(matter, "arrive"), expects=7)
    assert ask(late, officer)[0] == 409
    assert ask(opening("one", {"place": "别处", "what": "另一件"}), taker)[0] == 409


@pytest.mark.usefixtures("door")
def test_nobody_acts_in_the_name_of_another() -> None:
    taker = accounts.issue_token(TAKER.person)
    assert ask(opening(actor=OFFICER), taker)[0] == 403
    other = msgspec.structs.replace(TAKER, organ="nankai")
    assert ask(opening(actor=other), taker)[0] == 403
    chief = msgspec.structs.replace(TAKER, role="officer")
    assert ask(opening(actor=chief), taker)[0] == 403


def test_a_token_that_is_wrong_missing_or_withdrawn_opens_nothing(
    door: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = accounts.issue_token(TAKER.person)
    assert ask(opening(), "wrong")[0] == 401
    assert ask(opening(), token, HTTP_AUTHORIZATION="")[0] == 401
    assert ask(opening(), token, HTTP_AUTHORIZATION=f"Basic {token}")[0] == 401
    assert ask(opening(), token)[0] == 200
    assert accounts.withdraw_tokens(TAKER.person) == 1
    monkeypatch.setattr(accounts, "TOKEN_SECONDS_KEPT", 0.0)
    assert ask(opening(), token)[0] == 401
    assert door.rows("SELECT count(*) FROM staff_token") == [(0,)]


@pytest.mark.usefixtures("door")
@pytest.mark.parametrize(
    ("body", "more", "status"),
    [
        (b"{}", {}, 400),
        (b"not json", {}, 400),
        (b'{"key": "\xff"}', {}, 400),
        (b"{}", {"CONTENT_LENGTH": "many"}, 400),
        (b"{}", {"CONTENT_LENGTH": str(steps.BODY_BYTES_MAX + 1)}, 413),
        (b"{}", {"REQUEST_METHOD": "GET"}, 405),
    ],
)
def test_what_is_no_command_is_said_to_be_none(
    body: bytes, more: dict[str, str], status: int
) -> None:
    token = accounts.issue_token(TAKER.person)
    found, answer = ask(body, token, **more)
    assert found == status
    assert answer["says"]
    assert answer["instead"]
