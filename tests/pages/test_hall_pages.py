"""The service hall in a browser without JavaScript: story T01, the window, the lobby, the wall."""

from __future__ import annotations

import re
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import date

import pytest

from haihe.hall.live import address
from haihe.records import halls
from tests.pages.visitor import Page, Visitor

HALL = "/hall/machang/"
INTERVAL = re.compile(r"约\d+到\d+分钟|\d+分钟以内|马上就到|没有开|约.*到\d+分钟|约.*到\d+小时")


def takes(visitor: Visitor, errand: str = "move", **typed: str) -> Page:
    """Tap, press the errand; gives the page of the ticket."""
    page = visitor.get(HALL)
    return visitor.send(page, page.form("/take/"), {"errand": errand, **typed})


def number_of(page: Page) -> str:
    found = re.search(r"[A-Z]\d{3}", page.text)
    assert found, page.text
    return found[0]


def presses(visitor: Visitor, page: Page, act: str, **typed: str) -> Page:
    return visitor.send(page, page.form(f"/{act}/"), typed)


# ── T01: 李先生 taps his phone ───────────────────────────────────────────────────────────────


def test_a_phone_that_taps_twice_has_one_number_with_an_interval(anybody: Visitor) -> None:
    first = takes(anybody)
    assert "/hall/t/" in first.path
    assert INTERVAL.search(first.text), first.text
    assert "迁户口" in first.text
    again = anybody.get(HALL)
    assert again.path == first.path
    twice = anybody.send(first, first.form("/remind/"), {"remind_at": "3"})
    assert number_of(twice) == number_of(first)


def test_the_ticket_of_a_form_that_is_sent_twice_is_one(anybody: Visitor) -> None:
    page = anybody.get(HALL)
    one = anybody.send(page, page.form("/take/"), {"errand": "card"})
    other = anybody.send(page, page.form("/take/"), {"errand": "card"})
    assert one.path == other.path


def test_the_order_is_explained_with_the_rule_it_rests_on(anybody: Visitor, city: str) -> None:
    mine = takes(anybody, "move")
    somebody = Visitor(city)
    takes(somebody, "move", favour="disabled")
    page = anybody.get(mine.path)
    if "前面没有人" not in page.text and "正在" not in page.text and "请到" not in page.text:
        assert "残疾人优先，视同提前40分钟到" in page.text
        assert "残疾人保障法" in page.text


def test_a_ticket_shows_what_to_bring_and_can_be_given_up(anybody: Visitor) -> None:
    page = takes(anybody, "newborn")
    assert "出生医学证明" in page.text
    more = anybody.send(page, page.form("/add/"), {"errand": "collect"})
    assert "给新生儿上户口、取已经办好的证" in more.text
    gone = anybody.send(more, more.form("/leave/"))
    assert "已经取消" in gone.text
    assert anybody.get(HALL).path == HALL


def test_messages_are_set_up_for_a_phone_and_taken_back_with_its_number(anybody: Visitor) -> None:
    page = takes(anybody, "newborn")
    wrong = anybody.send(page, page.form("/notify/"), {"phone": "12", "minutes": "20"})
    assert wrong.status == 422
    assert "请写11位的手机号码" in wrong.text
    assert 'value="12"' in wrong.html
    told = anybody.send(wrong, wrong.form("/notify/"), {"phone": "13900000009", "minutes": "20"})
    assert "轮到前约20分钟发短信" in told.text
    assert "13900000009" not in told.html
    gone = anybody.send(told, told.form("/notify_no_more/"))
    assert "发短信提醒我" in gone.text
    anybody.send(gone, gone.form("/leave/"))


def test_a_paper_ticket_carries_the_square_code_of_its_page(anybody: Visitor) -> None:
    page = takes(anybody)
    paper = anybody.get(f"{page.path}paper/")
    assert number_of(paper) == number_of(page)
    assert "<svg" in paper.html
    assert 'style="' not in paper.html


def test_no_name_no_telephone_number_is_asked_for(anybody: Visitor) -> None:
    names = set(anybody.get(HALL).form("/take/").names)
    assert names == {"csrfmiddlewaretoken", "errand", "favour", "code"}


def test_a_code_that_leads_nowhere_takes_no_number(anybody: Visitor) -> None:
    page = takes(anybody, code="2222-2222-2222-2222")
    assert page.status == 422
    assert "没有这个查询码" in page.text


@pytest.mark.parametrize("path", ["/hall/nowhere/", "/hall/t/22222222/", "/hall/nowhere/screen/"])
def test_what_does_not_exist_is_not_found(anybody: Visitor, path: str) -> None:
    assert anybody.get(path).status == 404


# ── live ─────────────────────────────────────────────────────────────────────────────────────


def asked(city: str, path: str, version: str = "") -> tuple[int, str]:
    request = urllib.request.Request(city.rstrip("/") + path)
    if version:
        request.add_header("If-None-Match", f'"{version}"')
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, ""


def test_an_open_page_hears_of_a_change_and_else_nothing(anybody: Visitor, city: str) -> None:
    page = takes(anybody)
    watch, version = watched(page)
    status, now = asked(city, watch, version)
    assert status in (200, 304)  # 200: a minute has passed, or the demo moved
    version = now or version
    takes(Visitor(city))
    changed = asks = time.monotonic()
    while asked(city, watch, version)[0] == 304:
        assert asks - changed < 2  # when it asked: the machine may be slow to answer
        time.sleep(0.1)
        asks = time.monotonic()
    assert asked(city, address("nowhere", halls.today()))[0] == 404
    assert asked(city, "/hall/v/machang/2026-13-45/")[0] == 404


def watched(page: Page) -> tuple[str, str]:
    told = next(told for _, told in page.tags if "data-watch" in told)
    return told["data-watch"], told["data-version"]


def test_the_part_of_a_ticket_is_what_its_page_shows(anybody: Visitor) -> None:
    page = takes(anybody)
    part = anybody.get(f"{page.path}part/")
    assert number_of(part) == number_of(page)
    assert "<html" not in part.html


# ── the window ───────────────────────────────────────────────────────────────────────────────


def test_a_window_calls_serves_and_opens_the_matter_without_typing_it_again(
    signed_in: Callable[[str], Visitor], city: str
) -> None:
    somebody = Visitor(city)
    ticket = takes(somebody, "change", favour="disabled")
    officer = signed_in("window")
    page = officer.get(f"{HALL}windows/5/")
    if any(one.action.endswith("/open_window/") for one in page.forms):
        page = presses(officer, page, "open_window")
    for _ in range(40):
        page = presses(officer, page, "call")
        mine = number_of(page) == number_of(ticket)
        called = page
        page = presses(officer, page, "start")
        if mine:
            break
        page = presses(officer, page, "finish")
    else:
        pytest.fail("the number was never called")
    assert "请到5号窗口" in somebody.get(ticket.path).text or "办理" in somebody.last.text
    again = presses(officer, called, "start")
    assert "这一步" in again.text or "正在办理" in again.text
    page = presses(officer, page, "open_matter", minor="false")
    file = officer.get(page.link("打开这个号带来的事项"))
    assert file.status == 200
    assert "户口项目变更更正" in file.text
    page = presses(officer, officer.get(f"{HALL}windows/5/"), "finish")
    done = somebody.get(ticket.path)
    assert "办完了" in done.text
    follow = next(one.href for one in done.links if one.href.startswith("/follow/"))
    assert "户口项目变更更正" in somebody.get(follow).text
    assert follow not in Visitor(city).get(ticket.path).html  # only the phone that took it
    presses(officer, page, "close_window")


def test_a_window_belongs_to_its_officer_and_the_pages_to_the_hall(
    signed_in: Callable[[str], Visitor], anybody: Visitor
) -> None:
    officer = signed_in("window")
    page = officer.get(f"{HALL}windows/1/")
    if any(one.action.endswith("/open_window/") for one in page.forms):  # the demo's day is over
        colleague = signed_in("officer")
        presses(colleague, colleague.get(f"{HALL}windows/1/"), "open_window")
        page = officer.get(f"{HALL}windows/1/")
    assert "别的同事" in page.text
    assert officer.get("/hall/zhangguizhuang/windows/").status == 404
    assert officer.get(f"{HALL}lobby/").status == 404
    assert anybody.get(f"{HALL}windows/").path.startswith("/officer/login/")


def test_a_window_strikes_a_priority_that_was_only_said_with_a_reason_on_record(
    signed_in: Callable[[str], Visitor], city: str
) -> None:
    number = number_of(takes(Visitor(city), "change", favour="disabled"))
    officer = signed_in("window")
    page = officer.get(f"{HALL}windows/5/")
    if any(one.action.endswith("/open_window/") for one in page.forms):
        page = presses(officer, page, "open_window")
    for _ in range(40):
        page = presses(officer, page, "call")
        if number_of(page) == number:
            break
        page = presses(officer, presses(officer, page, "start"), "finish")
    else:
        pytest.fail("the number was never called")
    strike = next(one for one in page.forms if one.values.get("favour") == [""])
    assert "还没有写原因" in officer.send(page, strike, {"why": ""}).text
    page = officer.send(page, strike, {"why": "没有带残疾证"})
    assert "已叫" not in page.text
    record = signed_in("lobby").get(f"{HALL}record/?number={number}")
    assert "取消优先" in record.text
    assert "没有带残疾证" in record.text
    presses(officer, page, "close_window")


# ── the lobby ────────────────────────────────────────────────────────────────────────────────


def test_the_lobby_gives_paper_looks_at_materials_and_keeps_a_place(
    signed_in: Callable[[str], Visitor],
) -> None:
    lobby = signed_in("lobby")
    page = lobby.get(f"{HALL}lobby/")
    paper = presses(lobby, page, "take", errand="move", favour="elderly")
    assert "/paper/" in paper.path
    number = number_of(paper)
    page = lobby.get(f"{HALL}lobby/")
    assert number in page.text
    form = next(
        one
        for one in page.forms
        if one.action.endswith("/turn_away/") and one.values.get("number") == [number]
    )
    form.action = form.action.replace("turn_away", "set_aside")
    lobby.send(page, form, {"lacking": "户口簿"})
    ticket = lobby.get(paper.path.replace("paper/", ""))
    assert "位置保留中" in ticket.text
    assert "还缺：户口簿" in ticket.text
    back = lobby.send(ticket, ticket.form("/come_back/"))
    assert "位置保留中" not in back.text


def test_what_the_lobby_refuses_says_what_to_do(signed_in: Callable[[str], Visitor]) -> None:
    lobby = signed_in("lobby")
    paper = presses(lobby, lobby.get(f"{HALL}lobby/"), "take", errand="residence", favour="")
    number = number_of(paper)
    page = lobby.get(f"{HALL}lobby/")
    form = next(
        one
        for one in page.forms
        if one.action.endswith("/turn_away/") and one.values.get("number") == [number]
    )
    refused = lobby.send(page, form, {"why": ""})
    assert refused.status == 422
    assert "还没有写原因" in refused.text


def test_the_lobby_reads_who_used_a_rule_and_by_which_article(
    signed_in: Callable[[str], Visitor], city: str
) -> None:
    somebody = Visitor(city)
    number = number_of(takes(somebody, "residence", favour="soldier"))
    lobby = signed_in("lobby")
    decided = lobby.get(f"{HALL}record/")
    assert number in decided.text
    assert "现役军人、消防救援人员优先（自报）" in decided.text
    one = lobby.get(f"{HALL}record/?number={number}")
    assert "大厅叫号的次序" in one.text
    assert "本人" in one.text
    assert lobby.get(f"{HALL}record/?number=Z999").text.count("今天没有这个号") == 1
    somebody.send(somebody.last, somebody.last.form("/leave/"))


# ── the wall, appointments ───────────────────────────────────────────────────────────────────


def test_the_wall_shows_calls_waits_and_the_code_to_tap(anybody: Visitor) -> None:
    page = anybody.get(f"{HALL}screen/")
    assert "正在叫号" in page.text
    assert "现在取号：" in page.text
    assert "<svg" in page.html
    assert anybody.get(f"{HALL}screen/part/").status == 200
    assert "/hall/machang/" in anybody.get(f"{HALL}poster/").text


def test_an_appointment_is_a_ticket_of_its_day(anybody: Visitor) -> None:
    page = anybody.get(f"{HALL}book/?errand=card")
    days = [told["value"] for tag, told in page.tags if told.get("name") == "day"]
    form = next(one for one in page.forms if one.method == "get")
    page = anybody.send(page, form, {"day": days[2], "errand": "card"})
    slot = next(told["value"] for _, told in page.tags if told.get("name") == "slot")
    form = next(one for one in page.forms if one.method == "post" and "slot" in one.names)
    ticket = anybody.send(page, form, {"slot": slot})
    assert "已预约" in ticket.text
    assert date.fromisoformat(days[2]) > halls.today()
    assert anybody.get(HALL).path == HALL  # today the phone has no number
