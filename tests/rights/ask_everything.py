"""Asks every address of the program as every reader, in one process, and tells what came.

Run by test_matrix.py in an installation of its own; prints one JSON object. `answers` has a row for
each request: route, reader, matter, purpose, status, digest of headers and body, and which of the
secrets were in the body. `routes` are all the names the addresses have.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator
from datetime import date
from typing import Any, Final

from haihe.kernel.values import Actor, Command
from tests.rights.one_of_each import (
    HALL,
    MATTERS,
    NOTICE,
    OPENER,
    PAPER_STEP,
    PEOPLE,
    PHONE,
    PICTURE,
    City,
    opened,
)
from tests.rights.walked import sent_by_machine

PURPOSES: Final = ("handle", "answer", "supervise", "audit")
ANYBODY: Final = "anybody"
NEWCOMER: Final = "newcomer"  # an account that the administrators work on; no reader
NO_MATTER: Final = "0" * 32
NO_CODE: Final = "2222-2222-2222-2222"
OF_ADMINISTRATION: Final = frozenset(
    f"identity:{name}"
    for name in ("invite", "withdraw", "unlock", "factors", "give_post", "end_post")
)
ENDS_SESSION: Final = frozenset({"officer:logout", "account_logout"})
POSTED: Final = frozenset({"officer:issue", "officer:logout", "citizen:act", *OF_ADMINISTRATION})
OF_A_MATTER: Final = frozenset(
    {
        "officer:file",
        "officer:kept_file",
        "officer:paper",
        "officer:docx",
        "officer:issue",
        "officer:act",
        "officer:sheet",
    }
)
API: Final = "api:steps"
APPOINTED: Final = date(2026, 1, 1)


def routes() -> Iterator[str]:
    """The names of all addresses of the program; Django's, and the machine door's."""
    from django.urls import get_resolver

    resolver = get_resolver()
    yield from (name for name in resolver.reverse_dict if isinstance(name, str))
    for namespace, (_, inner) in resolver.namespace_dict.items():
        for name in inner.reverse_dict:
            if isinstance(name, str):
                yield f"{namespace}:{name}"
        assert not inner.namespace_dict, "addresses are one level deep"
    for pattern in resolver.url_patterns:
        assert hasattr(pattern, "url_patterns"), f"{pattern} belongs to no face"
    yield API


def signed_in(client: Any, person: str) -> None:
    """Sign in a moment ago: nobody is asked to prove once more who they are."""
    from django.contrib.auth import get_user_model
    from django.test import RequestFactory

    from haihe.identity import sessions

    user = get_user_model().objects.get(username=person)
    client.force_login(user)
    request = RequestFactory().get("/")
    request.session = client.session
    sessions.begin(request, user.pk, limited=False)
    request.session.save()


class Asking:
    """One client a reader, and the rows of all answers."""

    def __init__(self) -> None:
        from django.test import Client

        self.rows: list[list[object]] = []
        self.matters = {name: opened(name) for name in MATTERS}
        self.numbers = dict(self._numbers())
        self.clients = {ANYBODY: Client(HTTP_HOST="127.0.0.1")}
        for person in PEOPLE:
            client = Client(HTTP_HOST="127.0.0.1", raise_request_exception=True)
            signed_in(client, person)
            self.clients[person] = client

    def _numbers(self) -> Iterator[tuple[str, str]]:
        from haihe.records.printing import matter_number

        for name, one in self.matters.items():
            yield name, matter_number(one.matter)

    def everything(self) -> None:
        """Every route as every reader, of every matter, for every purpose."""
        for route in sorted(set(routes())):
            if route == API:
                self._steps()
            elif route in OF_A_MATTER:
                self._of_matters(route)
            else:
                self._plain(route)

    def _of_matters(self, route: str) -> None:
        ids = {name: one.matter for name, one in self.matters.items()} | {"none": NO_MATTER}
        purposes = PURPOSES if route == "officer:file" else ("handle", "supervise")
        for name, matter in ids.items():
            for purpose in purposes:
                for reader in self.clients:
                    address = f"{_address(route, matter)}?purpose={purpose}"
                    self._ask(route, reader, name, purpose, address)

    def _plain(self, route: str) -> None:
        from django.urls import NoReverseMatch, reverse

        try:
            addresses = {"": reverse(route)}
        except NoReverseMatch:
            addresses = self._with_words(route)
        if route == "officer:inbox":
            lists = ("own", "contested", "asked", "helps", "had", "reach")
            addresses |= {f"of {one}": f"{addresses['']}?of={one}" for one in lists}
            addresses["searched"] = f"{addresses['']}?number=PE-"
        for reader in self.clients:
            for name, address in addresses.items():
                self._ask(route, reader, name, "", address)

    def _with_words(self, route: str) -> dict[str, str]:
        """The addresses of a route that takes words: one that leads somewhere, one that is none."""
        from django.urls import reverse

        code = self.matters["open"].code
        words: dict[str, list[tuple[str, list[object]]]] = {
            "apply:branch": [("none", ["nothing"])],
            "apply:item": [("none", ["nothing"])],
            "apply:terminal": [("none", ["nothing"])],
            "apply:who": [("none", [code])],
            "apply:facts": [("none", [code])],
            "apply:check": [("none", [code])],
            "apply:certificates": [("", [code]), ("none", [NO_CODE])],
            "apply:certificate_file": [("none", [code, "nothing"])],
            "citizen:opening": [("", ["permit", "apply"]), ("none", ["permit", "grant"])],
            "citizen:here": [("", ["permit", "apply"])],
            "citizen:place": [("", ["permit", "apply"])],
            "citizen:receipt": [("", [code]), ("none", [NO_CODE])],
            "citizen:follow": [("", [code]), ("none", [NO_CODE])],
            "citizen:messages": [("", [code]), ("none", [NO_CODE])],
            "citizen:powers_of": [("", ["nothing"])],
            "citizen:rate": [("none", [NO_CODE])],
            "citizen:rated": [("none", [NO_CODE])],
            "citizen:readings": [("", [code]), ("none", [NO_CODE])],
            "citizen:object": [("none", [NO_CODE, 1])],
            "citizen:act": [("none", [NO_CODE, "contest"])],
            "citizen:upload_piece": [("none", ["0" * 32])],
            **{
                f"hall:{one}": [("", ["north-hall"]), ("none", ["nowhere"])]
                for one in (
                    *("tap", "take", "poster", "screen", "screen_part", "book"),
                    *("windows", "lobby", "lobby_part", "record"),
                )
            },
            **{
                f"hall:{one}": [("", ["north-hall", "1"]), ("none", ["north-hall", "9"])]
                for one in ("window", "window_part")
            },
            "hall:window_act": [("", ["north-hall", "1", "call"])],
            "hall:lobby_act": [("", ["north-hall", "close"])],
            "hall:ticket": [("none", ["NOTICKET"])],
            "hall:ticket_part": [("none", ["NOTICKET"])],
            "hall:paper": [("none", ["NOTICKET"])],
            "hall:ticket_act": [("none", ["NOTICKET", "leave"])],
            "officer:export": [("none", [1])],
            "officer:letter": [("none", [NO_MATTER])],
            "officer:letter_act": [("none", [NO_MATTER, "register"])],
            "officer:feed": [("none", ["0" * 64])],
            "officer:withdraw_feed": [("none", ["0" * 64])],
            "officer:withdraw_device": [("none", ["0" * 32])],
            "officer:opening": [("", ["permit", "receive"]), ("none", ["permit", "grant"])],
            "officer:then": [("", ["permit", "receive"]), ("none", ["permit", "grant"])],
            "officer:then_step": [("", ["permit", "receive", "accept"])],
            "identity:account": [("", [NEWCOMER])],
            "identity:invitation": [("none", ["no-invitation"])],
            "mfa_remove_webauthn": [("none", [1])],
            **{one: [("", [NEWCOMER])] for one in OF_ADMINISTRATION},
            "center:matters": [("", ["open"]), ("all", ["new_today"]), ("none", ["nothing"])],
            "center:matters-csv": [("", ["open"]), ("none", ["nothing"])],
            "center:ratings_list": [("", ["rated"])],
            "center:model": [("none", ["no-model"])],
            "center:model-change": [("new", ["new"])],
        }
        if route not in words:
            return {}
        return {name: reverse(route, args=values) for name, values in words[route]}

    def _ask(self, route: str, reader: str, matter: str, purpose: str, address: str) -> None:
        client = self.clients[reader]
        answer = client.post(address) if route in POSTED else client.get(address)
        if route in ENDS_SESSION and reader != ANYBODY:
            signed_in(client, reader)
        policy = answer.headers.get("Content-Security-Policy", "")
        assert "default-src 'none'" in policy, address
        assert "unsafe" not in policy, address
        headers = sorted(
            (name, value) for name, value in answer.headers.items() if name != "Set-Cookie"
        )
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        self._keep(route, reader, matter, purpose, answer.status_code, headers, body)

    def _keep(
        self,
        route: str,
        reader: str,
        matter: str,
        purpose: str,
        status: int,
        headers: Any,
        body: bytes,
    ) -> None:
        text = body.decode(errors="replace")
        told = [name for name, number in self.numbers.items() if number in text]
        told += [f"id {name}" for name, one in self.matters.items() if one.matter in text]
        told += [word for word in (OPENER, PHONE, "评价星数", "只对调解员说的话") if word in text]
        digest = hashlib.sha256(repr(headers).encode() + body).hexdigest()
        self.rows.append([route, reader, matter, purpose, status, digest, told])

    def _steps(self) -> None:
        """A remark by the machine door, which the rules let nobody make: refused, or not known."""
        from haihe.records import clients

        ids = {name: one.matter for name, one in self.matters.items()} | {"none": NO_MATTER}
        for reader, person in PEOPLE.items():
            if not person.roles:
                continue
            token = clients.issue_token(
                reader, scopes=clients.SCOPES, label="matrix", made_by="tests"
            ).text
            for name, matter in ids.items():
                actor = Actor(person=reader, role=person.roles[0], organ=person.organ)
                command = Command(key=f"{reader}-{name}", act="grant", actor=actor, matter=matter)
                status, body = sent_by_machine(command, token)
                told = body.replace(matter.encode(), b"")
                assert status != 200, "nobody of these may take this step"
                self._keep(API, reader, name, "", status, [], told)


def _address(route: str, matter: str) -> str:
    from django.urls import reverse

    from haihe.records import files

    rest: dict[str, list[object]] = {
        "officer:file": [],
        "officer:kept_file": [files.keep([PICTURE])],
        "officer:act": ["remark"],
        "officer:sheet": [],
    }
    return reverse(route, args=[matter, *rest.get(route, [PAPER_STEP, NOTICE.id])])


def main() -> None:
    """Make the city, ask everything, print it."""
    from haihe.commands.run import prepare
    from haihe.records import account_book, accounts, halls, rules
    from haihe.records.database import reading_connection

    prepare(demo=False)
    rules.use(City())
    halls.use({"north-hall": HALL})
    reading_connection().run("PRAGMA synchronous=OFF")  # nothing here has to outlive the process
    from django.contrib.auth import get_user_model
    from django.contrib.auth.hashers import make_password

    from haihe.identity import administration

    hashed = make_password("one password for all of them")
    for person, one in PEOPLE.items():
        if one.roles:
            accounts.create_staff(
                person,
                name=f"人{person}",
                organ=one.organ,
                roles=one.roles,
                supervisor=one.supervisor,
                hashed=hashed,
                since=APPOINTED,
            )
        else:
            password = hashed if one.duty else make_password(None)
            user = get_user_model().objects.create(username=person, password=password)
            if one.duty:
                account_book.enter(user.pk, person, person, origin="installation", made_by="tests")
                account_book.appoint(user.pk, one.duty, person, by="tests")
    administration.make_account(NEWCOMER, NEWCOMER, by="tests")
    asking = Asking()
    asking.everything()
    json.dump({"routes": sorted(set(routes())), "answers": asking.rows}, sys.stdout)


if __name__ == "__main__":
    main()
