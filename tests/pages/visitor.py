"""A visitor without JavaScript: keeps cookies, reads pages, fills in and sends their forms."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.client import HTTPMessage
from http.cookiejar import CookieJar
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urldefrag, urlencode, urljoin, urlsplit
from urllib.request import HTTPCookieProcessor, HTTPRedirectHandler, Request, build_opener

VOID = frozenset({"br", "hr", "img", "input", "link", "meta", "path"})


@dataclass
class Form:
    """A form as it was printed: where it goes, and the values it already carries."""

    action: str
    method: str
    id: str
    values: dict[str, list[str]] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    button: str = ""


@dataclass
class Link:
    """A link and its words."""

    href: str
    words: str = ""


class _Reader(HTMLParser):
    """Collects text, forms and links of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.text: list[str] = []
        self.forms: list[Form] = []
        self.links: list[Link] = []
        self.tags: list[tuple[str, dict[str, str]]] = []
        self._open: list[str] = []
        self._area = ""
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        self.tags.append((tag, told))
        if tag not in VOID:
            self._open.append(tag)
        if tag == "form":
            method = told.get("method", "get").lower()
            self.forms.append(Form(told.get("action", ""), method, told.get("id", "")))
        elif tag == "button" and told.get("name") and self.forms:
            self.forms[-1].names.add(told["name"])
        elif tag == "a" and "href" in told:
            self.links.append(Link(told["href"]))
        elif tag == "input":
            self._input(told)
        elif tag == "textarea":
            self._area = told["name"]
            self._give(self._area, "")
        elif tag == "select":
            self._select = told["name"]
            self.forms[-1].names.add(self._select)
        elif tag == "option" and "selected" in told:
            self._give(self._select, told.get("value", ""))

    def _input(self, told: dict[str, str]) -> None:
        name, kind = told.get("name", ""), told.get("type", "text")
        if not name or not self.forms:
            return
        self.forms[-1].names.add(name)
        if kind in ("radio", "checkbox") and "checked" not in told:
            return
        if kind != "file":
            self._give(name, told.get("value", ""))

    def _give(self, name: str, value: str) -> None:
        self.forms[-1].names.add(name)
        self.forms[-1].values.setdefault(name, []).append(value)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            while self._open.pop() != tag:
                pass
        if tag == "textarea":
            self._area = ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self.forms[-1].values[self._area][-1] += data
        if "style" not in self._open and "script" not in self._open:
            self.text.append(data)
        if "a" in self._open and self.links:
            self.links[-1].words += data
        if "button" in self._open and self.forms:
            self.forms[-1].button += data.strip()


class Page:
    """An answer: its address after redirects, status, headers, words, forms and links."""

    def __init__(self, address: str, status: int, headers: HTTPMessage, body: bytes) -> None:
        self.address, self.status, self.headers, self.body = address, status, headers, body
        self.html = body.decode(errors="replace")
        reader = _Reader()
        reader.feed(self.html)
        self.text = " ".join("".join(reader.text).split())
        self.forms, self.links, self.tags = reader.forms, reader.links, reader.tags

    @property
    def path(self) -> str:
        """The path and query of its address."""
        parts = urlsplit(self.address)
        return parts.path + (f"?{parts.query}" if parts.query else "")

    def form(self, ending: str) -> Form:
        """The form that is sent to an address ending so (the query left out)."""
        found = [one for one in self.forms if urlsplit(one.action).path.endswith(ending)]
        assert found, f"no form to …{ending}; there are {[one.action for one in self.forms]}"
        return found[0]

    def link(self, words: str) -> str:
        """Where the first link leads whose words contain these."""
        found = [one.href for one in self.links if words in one.words]
        assert found, f"no link says {words}; links: {[one.words for one in self.links]}"
        return found[0]


class _Noting(HTTPRedirectHandler):
    """Follows redirects as a browser does, and notes every address."""

    def __init__(self, addresses: list[str]) -> None:
        self._addresses = addresses

    def redirect_request(self, *words: Any) -> Request | None:
        self._addresses.append(str(words[-1]))
        return super().redirect_request(*words)


class Visitor:
    """One person at one browser."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.addresses: list[str] = []  # where redirects led
        self._opener = build_opener(HTTPCookieProcessor(CookieJar()), _Noting(self.addresses))
        self.last = Page(address, 0, HTTPMessage(), b"")

    def get(self, path: str) -> Page:
        """Open an address of this installation."""
        return self._send(Request(urljoin(self.address, path)))

    def send(
        self,
        page: Page,
        form: Form,
        typed: Mapping[str, str] | None = None,
        files: Mapping[str, bytes] | None = None,
    ) -> Page:
        """Send a form as it stands on its page, with these fields typed over."""
        values = dict(form.values)
        for name, value in (typed or {}).items():
            assert name in form.names, f"the form has no field {name}: {sorted(form.names)}"
            values[name] = [value]
        target = urldefrag(urljoin(page.address, form.action)).url
        if form.method == "get":
            return self._send(Request(f"{target}?{urlencode(values, doseq=True)}"))
        if files:
            boundary = uuid.uuid4().hex
            body = _multipart(values, files, boundary)
            kind = f"multipart/form-data; boundary={boundary}"
        else:
            body, kind = urlencode(values, doseq=True).encode(), "application/x-www-form-urlencoded"
        headers = {"Content-Type": kind, "Referer": page.address}
        return self._send(Request(target, data=body, headers=headers))

    def sign_in(self, person: str, password: str) -> Page:
        """Sign in as a member of staff; gives the inbox, or the sign-in page once more."""
        page = self.get("/officer/login/")
        typed = {"username": person, "password": password}
        return self.send(page, page.form("/officer/login/"), typed)

    def _send(self, request: Request) -> Page:
        try:
            answer = self._opener.open(request, timeout=120)
        except HTTPError as error:
            answer = error
        with answer:
            self.last = Page(answer.url, answer.status or 0, answer.headers, answer.read())
            return self.last


def _multipart(values: Mapping[str, list[str]], files: Mapping[str, bytes], boundary: str) -> bytes:
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, given in values.items()
        for value in given
    ]
    for name, content in files.items():
        head = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="a.jpg"\r\n'
            "Content-Type: image/jpeg\r\n\r\n"
        )
        parts.append(head.encode() + content + b"\r\n")
    return b"".join([*parts, f"--{boundary}--\r\n".encode()])
