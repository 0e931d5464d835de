"""Somebody at a browser without JavaScript: reads pages, fills in their forms, sends them.

The requests are made inside this process and go through every door of the program.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import unescape
from typing import Final

from django.test import Client

from haihe.stories.visiting import HOST, words_of

_CODE: Final = re.compile(r"(?<!\d)(\d{6})(?!\d)")
_TAG: Final = re.compile(r"<(/?)(form|input|select|option|textarea)\b([^>]*)>")
_ATTRIBUTE: Final = re.compile(r"""([\w-]+)(?:="([^"]*)")?""")


class Outbox:
    """Keeps the messages to phones, so that a story can read the code it was sent."""

    sent: Final[list[tuple[str, str]]] = []

    def send(self, phone: str, words: str) -> None:
        """One message."""
        self.sent.append((phone, words))


@dataclass
class Form:
    """A form as it is printed: where it goes, and what it already carries."""

    action: str = ""
    values: dict[str, str] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    files: int = 0


def forms_of(html: str) -> list[Form]:
    """The forms of a page; of a choice that is open the first is taken."""
    found: list[Form] = []
    select = ""
    for tag in _TAG.finditer(html):
        name, told = tag[2], _attributes(tag[3])
        if tag[1]:
            select = "" if name == "select" else select
        elif name == "form":
            found.append(Form(told.get("action", "")))
        elif found and name == "select":
            select = told.get("name", "")
        elif found and name == "option" and select and told.get("value"):
            _give(found[-1], select, told["value"], firmly="selected" in told)
        elif found and name == "textarea" and told.get("name"):
            inside = html[tag.end() : html.index("<", tag.end())]
            _give(found[-1], told["name"], unescape(inside).strip(), firmly=True)
        elif found and name == "input" and told.get("name"):
            _input(found[-1], told)
    return found


def _attributes(text: str) -> dict[str, str]:
    return {name: unescape(value) for name, value in _ATTRIBUTE.findall(text)}


def _input(form: Form, told: Mapping[str, str]) -> None:
    kind = told.get("type", "text")
    if kind == "file":
        form.files += 1
    elif kind not in ("radio", "checkbox") or "checked" in told:
        _give(form, told["name"], told.get("value", ""), firmly=True)
    else:
        form.names.add(told["name"])


def _give(form: Form, name: str, value: str, *, firmly: bool) -> None:
    form.names.add(name)
    if firmly or name not in form.values:
        form.values[name] = value


class Browser:
    """One person's browser, with its cookies; `path`, `text` and `status` are of the last page."""

    def __init__(self) -> None:
        self._client = Client(SERVER_NAME=HOST, raise_request_exception=False)
        self.path = ""
        self.text = ""
        self.status = 0
        self.html = ""

    def get(self, path: str) -> str:
        """Open an address; gives the words of the page."""
        return self._answered(path, self._client.get(path, follow=True))

    def send(self, ending: str, typed: Mapping[str, str] | None = None) -> str:
        """Send the form of this page whose address ends so, with these fields typed over."""
        form = self.form(ending)
        given = form.values | dict(typed or {})
        action = form.action or self.path
        return self._answered(action, self._client.post(action, given, follow=True))

    def form(self, ending: str = "") -> Form:
        """The form of this page whose address ends so; that of the page itself when "" is given."""
        for one in forms_of(self.html):
            path = (one.action or self.path).partition("?")[0]
            if path.endswith(ending) if ending else path == self.path:
                return one
        raise LookupError(f"{self.path}: no form to …{ending}")

    def sign_in(self, phone: str) -> str:
        """Sign in as a citizen with the code that comes to the phone."""
        self.get("/identity/citizen/")
        self.send("/identity/citizen/", {"phone": phone})
        found = _CODE.search(Outbox.sent[-1][1]) if Outbox.sent else None
        return self.send("/identity/citizen/code/", {"code": found[1] if found else ""})

    def _answered(self, asked: str, got: object) -> str:
        chain = getattr(got, "redirect_chain", [])
        self.path = (chain[-1][0] if chain else asked).partition("?")[0]
        self.status = int(getattr(got, "status_code", 0))
        self.html = getattr(got, "content", b"").decode(errors="replace")
        self.text = words_of(self.html)
        return self.text
