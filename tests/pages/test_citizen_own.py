"""My own matters: messages, contesting an end so that it is seen, all of mine."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from tests.pages.test_citizen_pages import LAMP, TYPED, code_on, report
from tests.pages.test_citizen_sign_in import CODE, asked, code_sent_to, typed
from tests.pages.visitor import Page, Visitor

SignedIn = Callable[[str], Visitor]
APPLY = "/report/people_mediation/apply/"
REJECTED = {"rejection": "属于物业维修范围", "route_told": "yes"}
AGREED = {
    "court": "hexi-court",
    "joint": "yes",
    "dispute_kind": "damage",
    "agreement_text": "对方赔偿修车费三千元，三十日内付清。",
    "effective_on": (datetime.now(UTC) - timedelta(days=2)).date().isoformat(),
    "applicant": "试验甲",
    "respondent": "试验乙",
    "minor_involved": "no",
}
WHY = "物业说不归他们管，没有解决。"


def number_on(page: Page) -> str:
    found = re.search(r"[A-Z]+-\d{4}-\d{6}", page.text)
    assert found, page.text
    return found[0]


def rejected(citizen: Visitor, officer: Visitor, place: str) -> tuple[str, str]:
    """The code and number of a report that the street did not take."""
    receipt = report(citizen, LAMP, TYPED | {"place": place})
    number = number_on(receipt)
    found = officer.get(f"/officer/?number={number}")
    file = officer.get(found.link(place))
    assert officer.send(file, file.form("/act/reject/"), REJECTED).status == 200
    return code_on(receipt), number


def test_each_step_of_an_organ_is_a_message_that_is_new_until_it_was_read(
    anybody: Visitor, signed_in: SignedIn
) -> None:
    code, _ = rejected(anybody, signed_in("dispatcher"), "营口道11号")
    page = anybody.get(f"/follow/{code}/")
    assert "消息（1 条新）" in page.text

    told = anybody.get(page.link("消息"))
    assert "不予受理" in told.text
    assert "这件事不归网格处理，已经告知您其他途径。" in told.text
    assert "不予受理告知书" in told.text
    assert ">新</span>" in told.html
    assert "群众反映" not in told.text.split("消息")[-1], "what one did oneself is no message"

    assert "条新" not in anybody.get(f"/follow/{code}/").text
    again = anybody.get(f"/follow/{code}/messages/")
    assert ">新</span>" not in again.html
    assert "看过" in again.text

    away = again.form("/messages/")
    (number,) = re.findall(r'name="away" value="(\d+)"', again.html)
    front = anybody.send(again, away, {"away": number})
    assert "没有新消息" in front.text
    assert "收起的和更早的（1）" in front.text
    assert "不予受理告知书" in front.text, "what is put away is not gone"
    assert "看过" in anybody.send(front, front.form("/messages/"), {"back": number}).text


def test_messages_of_no_code_are_not_there(anybody: Visitor) -> None:
    assert anybody.get("/follow/2222-2222-2222-2222/messages/").status == 404
    assert anybody.get("/follow/2222-2222-2222-2222/rate/").status == 404


def test_a_contested_end_reaches_the_owner_and_the_supervisor(
    anybody: Visitor, signed_in: SignedIn
) -> None:
    officer = signed_in("dispatcher")
    code, number = rejected(anybody, officer, "营口道22号")
    assert number not in officer.get("/officer/?of=contested").text
    page = anybody.get(f"/follow/{code}/")
    assert "承办单位和监督它的单位都会看到" in page.text
    done = anybody.send(page, page.form("/act/contest/"), {"reason": WHY})

    assert "已经收到您的异议，正在核查。" in done.text
    mine = officer.get("/officer/?of=contested")
    assert number in mine.text
    assert "群众有异议" in officer.get(mine.link("营口道22号")).text
    watching = signed_in("administrator")  # the center above the street
    assert number in watching.get("/center/matters/contested/").text

    file = officer.get(mine.link("营口道22号"))
    answer = {"finding": "amended", "reason": "请物业到场，灯已经修好，请您看看。"}
    page = officer.get(file.link("答复异议"))
    assert officer.send(page, page.form("/act/answer_contest/"), answer).status == 200
    told = anybody.get(f"/follow/{code}/")
    assert "您的异议已经答复" in told.text
    assert WHY in told.text
    assert "异议成立，已经补办改正。请物业到场，灯已经修好，请您看看。" in told.text
    assert "/act/contest/" not in told.html
    assert "答复异议" in anybody.get(told.link("消息")).text
    assert number not in officer.get("/officer/?of=contested").text
    assert number not in watching.get("/center/matters/contested/").text


def test_who_brought_a_merged_matter_is_told_how_far_the_other_one_is(
    anybody: Visitor, signed_in: SignedIn
) -> None:
    officer = signed_in("dispatcher")
    other = number_on(report(anybody, LAMP, TYPED | {"place": "营口道66号"}))
    receipt = report(anybody, LAMP, TYPED | {"place": "营口道77号", "what": "树枝挡着门牌。"})
    file = officer.get(officer.get(f"/officer/?number={number_on(receipt)}").link("营口道77号"))
    page = officer.get(file.link("合并"))
    merged = {"into": other, "reason": "同一条路上的同一件事"}
    assert officer.send(page, page.form("/act/merge/"), merged).status == 200

    told = anybody.get(f"/follow/{code_on(receipt)}/").text
    assert f"并入的那件（{other}）现在怎样" in told
    assert "街镇正在决定是否受理。" in told
    assert "merged" not in told


def test_whoever_did_nothing_finds_no_contested_matter_of_others(
    anybody: Visitor, signed_in: SignedIn
) -> None:
    code, number = rejected(anybody, signed_in("dispatcher"), "营口道33号")
    page = anybody.get(f"/follow/{code}/")
    anybody.send(page, page.form("/act/contest/"), {"reason": WHY})
    assert number not in signed_in("tianta-dispatcher").get("/officer/?of=contested").text


def test_all_of_mine_stands_on_one_page_with_what_is_new(
    anybody: Visitor, signed_in: SignedIn, settings: dict[str, str]
) -> None:
    mine = {"reporter": "试验某", "reporter_phone": "13900004242", "place": "营口道55号"}
    receipt = report(anybody, LAMP, TYPED | mine)
    number, officer = number_on(receipt), signed_in("dispatcher")
    file = officer.get(officer.get(f"/officer/?number={number}").link("营口道55号"))
    officer.send(file, file.form("/act/reject/"), REJECTED)
    page = asked(anybody, "13900004242", "/identity/citizen/?next=/mine/")
    assert page.form(CODE)
    own = typed(anybody, page, code_sent_to("13900004242", settings))

    assert own.path == "/mine/"
    assert number in own.text
    assert "营口道55号" in own.text, "which of mine it is"
    assert "1 条新消息" in own.text
    assert "这件事不归网格处理" in own.text
    assert "谁看过我的信息" in own.text
    anybody.get(own.link("消息（1 条新）"))
    assert "条新" not in anybody.get("/mine/").text


def test_who_is_asked_for_more_is_told_until_when_and_answers(
    anybody: Visitor, signed_in: SignedIn
) -> None:
    receipt = report(anybody, "/report/judicial_confirmation/apply/", AGREED)
    code, number = code_on(receipt), number_on(receipt)
    for person, step, told in (
        (
            "clerk",
            "accept",
            {"bar": "none", "materials": "complete", "case_no": "（2026）津0103民特99号"},
        ),
        ("judge", "ask_more", {"more_what": "补交修车发票"}),
    ):
        officer = signed_in(person)
        found = officer.get(f"/officer/?number={number}")
        file = officer.get(next(one.href for one in found.links if "/matter/" in one.href))
        assert officer.send(file, file.form(f"/act/{step}/"), told).status == 200
    page = anybody.get(f"/follow/{code}/")

    assert "现在等您：" in page.text
    assert "补充材料" in page.text
    done = anybody.send(page, page.form("/act/give_more/"), {"more_given": "发票一张，三千元"})
    assert "已经记入这件事项" in done.text
    assert "现在等您：" not in done.text
