"""Papers on the officer's pages: issued once by a button, printed, taken as .docx, masked."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from collections.abc import Callable

from tests.pages.visitor import Page, Visitor

SignedIn = Callable[[str], Visitor]
CALL = "/officer/new/alarm/take_call/"
PAPER = "/paper/1/alarm-registration/"
CALL_TYPED = {
    "channel": "phone",
    "place": "试验路2号",
    "what": "楼上漏水，双方争吵。",
    "urgent": "no",
    "caller_name": "陈小明",
    "phone": "13900008888",
}


def called(taker: Visitor) -> Page:
    page = taker.get(CALL)
    return taker.send(page, page.form(CALL), CALL_TYPED)


def issued(taker: Visitor) -> Page:
    page = called(taker)
    return taker.send(page, page.form(f"{PAPER}issue/"))


def test_a_paper_is_issued_by_its_button_and_stands_in_the_history_with_its_digest(
    signed_in: SignedIn,
) -> None:
    taker = signed_in("taker")
    page = issued(taker)
    docx = taker.get(page.link("下载 接报案登记"))

    assert "已记下：出具文书" in page.text
    assert docx.status == 200
    assert hashlib.sha256(docx.body).hexdigest() in page.text
    with zipfile.ZipFile(io.BytesIO(docx.body)) as archive:
        words = archive.read("word/document.xml").decode()
    assert "陈小明，电话：13900008888" in words
    assert "试验路2号" in words


def test_two_clicks_issue_one_paper(signed_in: SignedIn) -> None:
    taker = signed_in("taker")
    page = called(taker)
    for _ in range(2):
        after = taker.send(page, page.form(f"{PAPER}issue/"))
        assert after.status == 200
    assert after.html.count('<span class="what">出具文书</span>') == 1


def test_the_printable_page_says_what_the_file_says(signed_in: SignedIn) -> None:
    taker = signed_in("taker")
    page = issued(taker)
    printed = taker.get(page.link("接报案登记"))

    assert printed.status == 200
    assert "陈小明，电话：13900008888" in printed.text
    assert "依据：" in printed.text
    assert "（印章）" in printed.text
    digest = re.search(r"[0-9a-f]{64}", printed.text)
    assert digest is not None
    assert digest[0] in page.text


def test_a_draft_says_that_it_was_not_issued(signed_in: SignedIn) -> None:
    taker = signed_in("taker")
    draft = taker.get(called(taker).link("接报案登记"))

    assert "还没有出具" in draft.text
    assert "试验路2号" in draft.text


def test_a_supervisor_reads_the_paper_masked_and_gets_neither_file_nor_button(
    signed_in: SignedIn,
) -> None:
    taker = signed_in("taker")
    path = issued(taker).path.split("?")[0]
    supervisor = signed_in("administrator")
    printed = supervisor.get(f"{path.rstrip('/')}{PAPER}?purpose=supervise")

    assert printed.status == 200
    assert "13900008888" not in printed.text
    assert "陈小明" not in printed.text
    assert "试验路2号" in printed.text
    assert supervisor.get(f"{path.rstrip('/')}{PAPER}docx/?purpose=supervise").status == 403
    file = supervisor.get(f"{path}?purpose=supervise")
    assert not [one for one in file.forms if "/issue/" in one.action]


def test_a_stranger_sees_no_paper_and_an_unknown_paper_is_no_page(signed_in: SignedIn) -> None:
    taker = signed_in("taker")
    path = called(taker).path.split("?")[0].rstrip("/")

    assert signed_in("mediator").get(f"{path}{PAPER}").status == 404
    assert taker.get(f"{path}/paper/1/summons/").status == 404
    assert taker.get(f"{path}{PAPER}docx/").status == 404
