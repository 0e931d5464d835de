"""One act on several matters: each by itself, with a result for each, and once only."""

from __future__ import annotations

import re
from collections.abc import Callable

from tests.pages.test_officer_pages import called, graded
from tests.pages.visitor import Page, Visitor

SignedIn = Callable[[str], Visitor]


def matter_of(page: Page) -> str:
    return re.findall(r"/officer/matter/([0-9a-f]{32})/", page.address)[0]


def chosen(taker: Visitor, matters: list[str]) -> Page:
    return taker.get("/officer/batch/?" + "&".join(f"m={one}" for one in matters))


def test_one_remark_goes_to_every_chosen_matter_and_once_however_often_it_is_sent(
    signed_in: SignedIn,
) -> None:
    taker = signed_in("taker")
    matters = [matter_of(called(taker)) for _ in range(3)]
    offered = chosen(taker, matters)
    assert "选了 3 件" in offered.text
    page = taker.get(offered.link("批注 · 3 件能办"))
    form = page.form("/officer/batch/")
    for _ in range(2):
        done = taker.send(page, form, {"text": "一起回复过了。"})
        assert "办成 3 件" in done.text
    for one in matters:
        assert taker.get(f"/officer/matter/{one}/").text.count("一起回复过了。") == 1


def test_what_one_matter_refuses_the_others_do_not_suffer_from(signed_in: SignedIn) -> None:
    taker, other = signed_in("taker"), signed_in("taker")
    pages = [called(taker) for _ in range(2)]
    matters = [matter_of(page) for page in pages]
    offered = chosen(taker, matters)
    page = taker.get(offered.link("定级分类 · 2 件能办"))
    graded(other, other.get(pages[0].path), level="second")
    typed = {"category": "public_security", "level": "third"}
    done = taker.send(page, page.form("/officer/batch/"), typed)

    assert "办成 1 件" in done.text
    assert "没有办成 1 件" in done.text
    assert "已经有了新的记录" in done.text
    assert "三级" in taker.get(f"/officer/matter/{matters[1]}/").text


def test_no_value_of_one_matter_stands_in_the_form_for_all(signed_in: SignedIn) -> None:
    taker = signed_in("taker")
    page = graded(taker, called(taker))
    offered = chosen(taker, [matter_of(page)])
    form = taker.get(offered.link("定级分类 · 1 件能办")).form("/officer/batch/")

    assert "category" not in form.values
    assert page.form("/act/grade/").values["category"] == ["public_security"]


def test_a_matter_one_may_not_open_is_left_out_and_nothing_of_it_is_said(
    signed_in: SignedIn,
) -> None:
    opened = called(signed_in("taker"))
    page = chosen(signed_in("mediator"), [matter_of(opened)])

    assert "有 1 件您不能打开" in page.text
    assert "试验路1号" not in page.text


def test_matters_are_chosen_from_the_inbox(signed_in: SignedIn) -> None:
    officer = signed_in("officer")
    page = officer.get("/officer/" + officer.get("/officer/").link("选几件一起办"))
    number = re.findall(r'name="m" value="([0-9a-f]{32})"', page.html)[0]
    offered = officer.send(page, page.form("/officer/batch/"), {"m": number})

    assert "选了 1 件" in offered.text
