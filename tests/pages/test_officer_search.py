"""Searching by words of place and subject: inside one's rights, never by what is personal."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import quote

from tests.pages.test_officer_pages import CALL, CALL_TYPED
from tests.pages.visitor import Page, Visitor

SignedIn = Callable[[str], Visitor]


def searched(visitor: Visitor, words: str) -> Page:
    return visitor.get(f"/officer/?number={quote(words)}")


def rows(page: Page) -> int:
    return page.html.count('class="title"')


def test_a_matter_is_found_by_words_of_its_place_and_of_what_happened(signed_in: SignedIn) -> None:
    taker = signed_in("taker")
    typed = CALL_TYPED | {"place": "寻字路77弄", "what": "水管爆裂，积水漫进车库。"}
    page = taker.get(CALL)
    taker.send(page, page.form(CALL), typed)

    for words in ("寻字路", "水管爆裂", "寻字路 车库", "漫进车库积水"):
        found = searched(taker, words)
        expected = 0 if words == "漫进车库积水" else 1  # 库积 stands nowhere
        assert rows(found) == expected, words
    assert rows(searched(taker, "寻字路 井盖")) == 0


def test_what_somebody_may_not_know_of_is_not_found_by_words_either(signed_in: SignedIn) -> None:
    taker = signed_in("taker")
    page = taker.get(CALL)
    taker.send(page, page.form(CALL), CALL_TYPED | {"place": "秘而不宣巷1号"})

    assert rows(searched(taker, "秘而不宣")) == 1
    assert rows(searched(signed_in("administrator"), "秘而不宣")) == 1, "a supervisor of the city"
    assert rows(searched(signed_in("mediator"), "秘而不宣")) == 0
    assert rows(searched(signed_in("zhou"), "秘而不宣")) == 0


def test_no_personal_word_and_no_run_of_digits_is_in_the_index(signed_in: SignedIn) -> None:
    taker = signed_in("taker")
    page = taker.get(CALL)
    typed = {
        "place": "索引路3号",
        "what": "来电人留了13900007777，姓欧阳。",
        "phone": "13900006666",
    }
    taker.send(page, page.form(CALL), CALL_TYPED | typed)

    assert rows(searched(taker, "索引路")) == 1
    assert rows(searched(taker, "来电人留了 7777姓")) == 0


def test_one_character_is_too_little_and_a_search_by_words_is_traced(signed_in: SignedIn) -> None:
    taker = signed_in("taker")
    assert "至少写两个字" in searched(taker, "灯").text

    searched(taker, "留痕的词")
    traces = signed_in("administrator").get("/center/traces/?sort=search")
    assert "检索" in traces.text
    assert "留痕的词" not in traces.text, "only its tag and a masked form are kept"


def test_a_number_is_still_found_by_its_beginning(signed_in: SignedIn) -> None:
    officer = signed_in("officer")
    number = re.findall(r"AL-\d{4}-\d{6}", officer.get("/officer/").text)[0]

    assert rows(searched(officer, number)) == 1
    assert rows(searched(officer, number.lower()[:7])) >= 1
