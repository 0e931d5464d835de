"""A photo over a bad line: pieces stay, the rest follows, and where it was taken goes."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from haihe.records.files import FILE_BYTES_MAX
from haihe.records.pictures import cleaned
from haihe.records.uploads import KEPT, PIECE_BYTES, PIECE_BYTES_MAX
from tests.conftest import opened_page
from tests.pages.test_citizen_pages import LAMP, PHOTO, TYPED
from tests.pages.visitor import Visitor

# A photo of some hundred thousand bytes: the same with an honest piece of colour profile in it.
BIG = (
    PHOTO[:2]
    + b"".join(
        b"\xff\xe2" + (40_016).to_bytes(2, "big") + b"ICC_PROFILE\0\1\1" + part
        for part in (random.Random(seed).randbytes(40_000) for seed in range(10))
    )
    + PHOTO[2:]
)


class Sender:
    """Sends pieces as the script of the page does."""

    def __init__(self, visitor: Visitor) -> None:
        page = visitor.get(LAMP)
        self.visitor = visitor
        self.token = page.form(LAMP).values["csrfmiddlewaretoken"][0]

    def send(self, path: str, body: bytes, kind: str = "application/octet-stream") -> Any:
        headers = {"X-CSRFToken": self.token, "Content-Type": kind, "Referer": self.visitor.address}
        address = self.visitor.address.rstrip("/") + path
        return self._told(Request(address, data=body, headers=headers))

    def begin(self, size: int) -> Any:
        return self.send("/upload/", f"size={size}".encode(), "application/x-www-form-urlencoded")

    def standing(self, id: str) -> Any:
        return self._told(Request(f"{self.visitor.address.rstrip('/')}/upload/{id}/"))

    def _told(self, request: Request) -> Any:
        try:
            answer = self.visitor._opener.open(request, timeout=120)
        except HTTPError as error:
            answer = error
        with answer:
            return {"status": answer.status, **json.loads(answer.read())}


@pytest.fixture
def sender(anybody: Visitor) -> Sender:
    return Sender(anybody)


def test_a_photo_in_pieces_is_the_same_photo_without_its_place(sender: Sender) -> None:
    begun = sender.begin(len(BIG))
    assert (begun["status"], begun["at"], begun["piece"]) == (201, 0, PIECE_BYTES)
    at, told = 0, begun
    for _ in range(len(BIG) // PIECE_BYTES + 1):
        told = sender.send(f"/upload/{begun['id']}/?at={at}", BIG[at : at + PIECE_BYTES])
        at = told["at"]

    assert at == len(BIG) > 3 * PIECE_BYTES
    assert told["digest"] == sha256(cleaned(BIG)).hexdigest()
    page = sender.visitor.get(LAMP)
    form = page.form(LAMP)
    form.values["_kept_photos_before"] = [told["digest"]]
    form.values["_alone"] = ["1"]  # other tests of this city report a lamp in the same street
    assert sender.visitor.send(page, form, TYPED).path.startswith("/receipt/")


def test_a_line_cut_within_a_piece_loses_this_piece_only(sender: Sender, city: str) -> None:
    id = sender.begin(len(BIG))["id"]
    sender.send(f"/upload/{id}/?at=0", BIG[:PIECE_BYTES])
    parts = urlsplit(city)
    cookie = "; ".join(f"{one.name}={one.value}" for one in _cookies(sender.visitor))
    line = HTTPConnection(parts.hostname or "", parts.port or 80, timeout=60)
    line.putrequest("POST", f"/upload/{id}/?at={PIECE_BYTES}")
    for name, value in {
        "Content-Length": str(PIECE_BYTES),
        "Cookie": cookie,
        "X-CSRFToken": sender.token,
        "Referer": city,
    }.items():
        line.putheader(name, value)
    line.endheaders()
    line.send(BIG[PIECE_BYTES : PIECE_BYTES + 1_000])
    line.close()

    assert sender.standing(id)["at"] == PIECE_BYTES
    told = sender.send(f"/upload/{id}/?at={PIECE_BYTES}", BIG[PIECE_BYTES : 2 * PIECE_BYTES])
    assert told["at"] == 2 * PIECE_BYTES


def _cookies(visitor: Visitor) -> Iterator[Any]:
    for handler in visitor._opener.handlers:
        yield from getattr(handler, "cookiejar", ())


def test_a_piece_that_came_already_is_told_where_to_go_on(sender: Sender) -> None:
    id = sender.begin(len(BIG))["id"]
    sender.send(f"/upload/{id}/?at=0", BIG[:1000])
    again = sender.send(f"/upload/{id}/?at=0", BIG[:1000])

    assert (again["status"], again["at"]) == (409, 1000)
    empty = sender.send(f"/upload/{id}/?at=1000", b"")
    assert (empty["status"], empty["at"]) == (409, 1000)


def test_the_last_answer_may_be_lost_and_is_given_again(sender: Sender) -> None:
    id = sender.begin(len(PHOTO))["id"]
    told = sender.send(f"/upload/{id}/?at=0", PHOTO)
    assert sender.standing(id) == told
    assert sender.send(f"/upload/{id}/?at=0", PHOTO) == told


def test_what_is_too_large_empty_unknown_or_not_cleanable_is_refused_in_words(
    sender: Sender,
) -> None:
    assert sender.begin(FILE_BYTES_MAX + 1)["status"] == 413
    assert sender.begin(0)["status"] == 400
    assert sender.standing("0" * 32)["status"] == 404
    assert sender.standing("no-upload")["status"] == 404
    id = sender.begin(FILE_BYTES_MAX)["id"]
    assert sender.send(f"/upload/{id}/?at=0", bytes(PIECE_BYTES_MAX + 1))["status"] == 413
    heic = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"
    id = sender.begin(len(heic))["id"]
    refused = sender.send(f"/upload/{id}/?at=0", heic)
    assert refused["status"] == 422
    assert "截屏" in refused["says"]
    assert sender.standing(id)["status"] == 404, "nothing of it stays"


def test_no_piece_of_a_photo_lies_on_the_disk_in_clear(
    sender: Sender, settings: dict[str, str]
) -> None:
    id = sender.begin(len(BIG))["id"]
    sender.send(f"/upload/{id}/?at=0", BIG[:1000])
    folder = Path(settings["HAIHE_HOME"]) / "uploads"
    content = b"".join(one.read_bytes() for one in folder.rglob("*") if one.is_file())

    assert content
    assert BIG[100:200] not in content
    assert not [one for one in folder.rglob("*") if id in str(one)]


def test_an_upload_nobody_finished_is_forgotten_after_a_day(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from haihe.records import uploads

    monkeypatch.setattr(uploads, "home", lambda: tmp_path)
    monkeypatch.setattr(uploads.attempts, "take", lambda *_: timedelta(0))
    monkeypatch.setattr(uploads, "cipher_name", lambda: "aes-256-gcm")
    now = datetime.now(UTC)
    id = uploads.begin(10, "192.0.2.1", now)
    assert uploads.forget_old(now + KEPT - timedelta(minutes=1)) == 1
    assert uploads.forget_old(now + KEPT + timedelta(minutes=1)) == 0
    with pytest.raises(uploads.NoUpload):
        uploads.standing(id)


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    yield from opened_page(browser, width=360, height=740)


def test_a_phone_that_loses_the_net_goes_on_where_it_was(
    phone: Page, city: str, tmp_path: Path
) -> None:
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(BIG)
    sent: list[int] = []

    def through(route: Route) -> None:
        at = route.request.url.partition("at=")[2]
        if route.request.method == "POST" and at:
            sent.append(int(at))
            if int(at) >= PIECE_BYTES and sent.count(int(at)) == 1 and len(sent) < 4:
                route.abort()  # the line is cut
                return
        route.continue_()

    phone.route("**/upload/**", through)
    phone.goto(city.rstrip("/") + LAMP)
    phone.set_input_files("input[type=file]", photo)
    expect(phone.locator("[data-uploads] [role=status]")).to_contain_text("已传好")
    kept = phone.locator("input[name=_kept_photos_before]").input_value()

    assert kept == sha256(cleaned(BIG)).hexdigest()
    assert sent.count(PIECE_BYTES) == 2, "the piece that was cut came twice"
    assert sent.count(0) == 1, "nothing that had come was sent again"


def test_what_failed_is_said_before_anything_is_sent_and_can_be_left_out(
    phone: Page, city: str, tmp_path: Path
) -> None:
    picture = tmp_path / "photo.heic"
    picture.write_bytes(b"\0\0\0\x18ftypheic" + bytes(500))
    phone.goto(city.rstrip("/") + LAMP)
    held: list[Route] = []
    phone.route("**/upload/", lambda route: held.append(route))
    phone.set_input_files("input[type=file]", picture)
    phone.locator("form.fill button[type=submit]").click()
    expect(phone.locator("[data-upload-notice]")).to_contain_text("照片还在传")
    held.pop().continue_()

    expect(phone.locator("[data-uploads]")).to_contain_text("HEIC")
    expect(phone.locator("[data-upload-notice]")).to_contain_text("还没有提交")
    phone.get_by_role("button", name="不要这个 photo.heic").click()
    expect(phone.locator("[data-uploads] li")).to_have_count(0)
