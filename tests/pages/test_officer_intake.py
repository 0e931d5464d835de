"""Intake: what is said suggests the kind, what is open already, and who came before."""

from __future__ import annotations

from collections.abc import Callable

from tests.pages.test_officer_pages import CALL, CALL_TYPED
from tests.pages.visitor import Page, Visitor

SignedIn = Callable[[str], Visitor]


def told(visitor: Visitor, **typed: str) -> Page:
    page = visitor.get("/officer/new/")
    return visitor.send(page, page.form("/officer/new/"), typed)


def part(page: Page, head: str) -> str:
    """The words from one heading of the page on."""
    return page.text.partition(head)[2]


def test_everyday_words_suggest_a_kind_and_its_form_is_filled_in(signed_in: SignedIn) -> None:
    grid = signed_in("grid")
    page = told(grid, said="小区门口路灯不亮，晚上看不清路", place="登记路8号")
    form = page.form("/officer/new/grid_event/report/")
    filled = grid.send(page, form)

    assert filled.status == 200, "nothing was sent yet"
    values = filled.form("/officer/new/grid_event/report/").values
    assert values["what"] == ["小区门口路灯不亮，晚上看不清路"]
    assert values["place"] == ["登记路8号"]


def test_the_place_is_found_in_what_is_said_and_tells_who_takes_it_in(signed_in: SignedIn) -> None:
    center = signed_in("administrator")
    said = "楼上漏水吵起来了，住在大营门街南昌路5号楼下"
    page = told(center, said=said, person="13900000077")
    assert page.form("/officer/new/").values["place"] == ["河西区大营门街道南昌路5号"]
    assert "地点是从说的话里找出来的" in page.text

    form = "/officer/new/people_mediation/entrust/"
    values = center.send(page, page.form(form)).form(form).values
    assert values["committee"] == ["dayingmen-mediation"]
    assert values["facts"] == [said]
    assert values["applicant_phone"] == ["13900000077"]
    assert values["respondent_phone"] == [""], "the other side's number is another"

    nowhere = told(center, said="小区门口路灯不亮，晚上看不清路")
    assert nowhere.form("/officer/new/").values["place"] == [""], "门口路 is no road"


def test_what_the_public_is_to_ring_for_is_suggested_to_who_takes_it_down(
    signed_in: SignedIn,
) -> None:
    page = told(signed_in("officer"), said="有人在马场道打架", place="马场道")

    assert "110接处警" in part(page, "可能是").partition("所有种类")[0]


def test_open_matters_that_say_much_the_same_are_shown_before(signed_in: SignedIn) -> None:
    taker = signed_in("taker")
    page = taker.get(CALL)
    said = {"place": "重复路12号院", "what": "地下车库冒烟，闻到焦味。"}
    taker.send(page, page.form(CALL), CALL_TYPED | said)

    again = told(taker, said="车库里冒烟，有焦味", place="重复路12号院")
    assert "重复路12号院" in part(again, "正在办的类似事项").partition("所有种类")[0]
    other = told(taker, said="邻居半夜装修", place="另一条街3号")
    assert "重复路12号院" not in part(other, "直接选").partition("所有种类")[0]
    stranger = told(signed_in("mediator"), said="车库里冒烟，有焦味", place="重复路12号院")
    assert "重复路12号院 地下车库" not in stranger.text, "not in the reach of the mediator"


def test_who_came_before_is_found_by_the_whole_number_within_ones_rights(
    signed_in: SignedIn,
) -> None:
    taker = signed_in("taker")
    page = taker.get(CALL)
    typed = {"place": "回头路5号", "phone": "13900005151"}
    taker.send(page, page.form(CALL), CALL_TYPED | typed)

    assert "回头路5号" in part(told(taker, person="13900005151"), "这个人以前的事项")
    assert "没有查" in told(taker, person="1390000").text
    assert "回头路5号" not in told(signed_in("mediator"), person="13900005151").text
