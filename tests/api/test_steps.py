"""The machine door: one command in, what was recorded or refused out, with the right status."""

from __future__ import annotations

import base64
import io
import json
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from haihe.api import steps
from haihe.kernel.values import Actor, Command
from haihe.records import accounts, clients, database, rules, writer
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
        accounts.enrol(actor.person, actor.person, number)
        accounts.appoint(actor.person, actor.organ, [actor.role])
    yield connection
    connection.close()
    writer.forget_writer()
    database.forget_reading_connection()


def token_of(actor: Actor, *scopes: str, lasts: timedelta = timedelta(days=1)) -> str:
    issued = clients.issue_token(
        actor.person, scopes=scopes or clients.SCOPES, label="trial", made_by="tests", lasts=lasts
    )
    return issued.text


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
    token = token_of(TAKER)
    command = opening("one")
    status, answer = ask(command, token)
    assert (status, answer["seq"], answer["replayed"]) == (200, 1, False)
    again, replayed = ask(command, token)
    assert (again, replayed["matter"], replayed["replayed"]) == (200, answer["matter"], True)


@pytest.mark.usefixtures("door")
def test_a_refusal_has_its_article_and_the_way_out() -> None:
    taker, officer = (token_of(one) for one in (TAKER, OFFICER))
    matter = ask(opening(), taker)[1]["matter"]
    status, answer = ask(step(matter, "close"), officer)
    assert (status, answer["reason"], answer["field"]) == (422, "missing_field", "result")
    assert answer["cites"] == ["law#3"]
    assert answer["instead"]


@pytest.mark.usefixtures("door")
def test_who_came_second_gets_a_conflict() -> None:
    taker, officer = (token_of(one) for one in (TAKER, OFFICER))
    matter = ask(opening("one"), taker)[1]["matter"]
    late = msgspec.structs.replace(step(matter, "arrive"), expects=7)
    assert ask(late, officer)[0] == 409
    assert ask(opening("one", {"place": "别处", "what": "另一件"}), taker)[0] == 409


@pytest.mark.usefixtures("door")
def test_nobody_acts_in_the_name_of_another() -> None:
    taker = token_of(TAKER)
    assert ask(opening(actor=OFFICER), taker)[0] == 403
    other = msgspec.structs.replace(TAKER, organ="nankai")
    assert ask(opening(actor=other), taker)[0] == 403
    chief = msgspec.structs.replace(TAKER, role="officer")
    assert ask(opening(actor=chief), taker)[0] == 403


def test_a_token_that_is_wrong_missing_or_withdrawn_opens_nothing(
    door: Connection,
) -> None:
    token = token_of(TAKER)
    assert ask(opening(), "wrong")[0] == 401
    assert ask(opening(), token, HTTP_AUTHORIZATION="")[0] == 401
    assert ask(opening(), token, HTTP_AUTHORIZATION=f"Basic {token}")[0] == 401
    assert ask(opening(), token)[0] == 200
    assert clients.withdraw_tokens(TAKER.person, by="tests") == 1
    assert ask(opening(), token)[0] == 401
    assert door.rows("SELECT withdrawn_by FROM client_token") == [("tests",)]
    assert clients.withdraw_tokens(TAKER.person, by="tests") == 0


def test_a_token_withdrawn_by_another_program_stops_within_thirty_seconds(
    door: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = token_of(TAKER)
    assert ask(opening("one"), token)[0] == 200
    door.run("UPDATE client_token SET withdrawn_at = 1")
    later = time.monotonic() + 30
    monkeypatch.setattr(clients.time, "monotonic", lambda: later)
    assert ask(opening("two"), token)[0] == 401


@pytest.mark.usefixtures("door")
def test_a_token_works_until_it_expires(monkeypatch: pytest.MonkeyPatch) -> None:
    token = token_of(TAKER, lasts=timedelta(hours=1))
    assert ask(opening("one"), token)[0] == 200
    later = time.time() + 3600
    monkeypatch.setattr(clients.time, "time", lambda: later)
    assert ask(opening("two"), token)[0] == 401


@pytest.mark.usefixtures("door")
def test_a_token_opens_only_what_it_is_for() -> None:
    matter = ask(opening(), token_of(TAKER, "steps:open"))[1]["matter"]
    status, answer = ask(step(matter, "arrive"), token_of(OFFICER, "steps:open"))
    assert (status, "steps:act" in answer["instead"]) == (403, True)
    assert ask(opening("two"), token_of(TAKER, "steps:act"))[0] == 403
    assert ask(step(matter, "arrive"), token_of(OFFICER, "steps:act"))[0] == 200


@pytest.mark.usefixtures("door")
def test_a_token_changed_by_one_letter_or_signed_by_another_opens_nothing() -> None:
    token = token_of(TAKER)
    header, claims, signature = token.split(".")
    told = json.loads(base64.urlsafe_b64decode(claims + "=="))
    more = base64.urlsafe_b64encode(json.dumps(told | {"exp": told["exp"] + 1}).encode()).decode()
    assert ask(opening(), f"{header}.{more.rstrip('=')}.{signature}")[0] == 401
    foreign = Ed25519PrivateKey.generate().sign(f"{header}.{claims}".encode())
    letters = base64.urlsafe_b64encode(foreign).decode().rstrip("=")
    assert ask(opening(), f"{header}.{claims}.{letters}")[0] == 401
    none = base64.urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("=")
    assert ask(opening(), f"{none}.{claims}.")[0] == 401
    assert ask(opening(), token)[0] == 200


@pytest.mark.usefixtures("door")
@pytest.mark.parametrize(
    ("scopes", "label", "lasts"),
    [
        ((), "a", timedelta(days=1)),
        (("all",), "a", timedelta(days=1)),
        (("steps:act",), "", timedelta(days=1)),
        (("steps:act",), "a", timedelta(days=clients.DAYS_MAX + 1)),
        (("steps:act",), "a", timedelta(0)),
    ],
)
def test_a_token_without_bounds_is_not_issued(
    scopes: tuple[str, ...], label: str, lasts: timedelta
) -> None:
    with pytest.raises(clients.UnusableToken):
        clients.issue_token(TAKER.person, scopes=scopes, label=label, made_by="x", lasts=lasts)


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
    token = token_of(TAKER)
    found, answer = ask(body, token, **more)
    assert found == status
    assert answer["says"]
    assert answer["instead"]
