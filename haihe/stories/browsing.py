"""Somebody at a browser without JavaScript: reads pages, fills in their forms, sends them.

The requests are made inside this process and go through every door of the program.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final

from django.test import Client

from haihe.stories.visiting import HOST, words_of

_CODE: Final = re.compile(r"(?<!\d)(\d{6})(?!\d)")


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


class _Forms(HTMLParser):
    """Collects the forms of a page; of a choice that is open the first is taken."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._select = ""
        self._area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(told.get("action", "")))
        elif not self.forms:
            return
        elif tag == "select":
            self._select = told.get("name", "")
        elif tag == "option" and self._select and told.get("value"):
            self._give(self._select, told["value"], firmly="selected" in told)
        elif tag == "textarea":
            self._area = told.get("name", "")
            self.forms[-1].names.add(self._area)
        elif tag == "input" and told.get("name"):
            self._input(told)

    def _input(self, told: Mapping[str, str]) -> None:
        kind = told.get("type", "text")
        if kind == "file":
            self.forms[-1].files += 1
        elif kind not in ("radio", "checkbox") or "checked" in told:
            self._give(told["name"], told.get("value", ""), firmly=True)
        else:
            self.forms[-1].names.add(told["name"])

    def _give(self, name: str, value: str, *, firmly: bool) -> None:
        form = self.forms[-1]
        form.names.add(name)
        if firmly or name not in form.values:
            form.values[name] = value

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._area = ""

    def handle_data(self, data: str) -> None:
        if self._area and self.forms:
            self.forms[-1].values[self._area] = self.forms[-1].values.get(self._area, "") + data


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
        reader = _Forms()
        reader.feed(self.html)
        for one in reader.forms:
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
