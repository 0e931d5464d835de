"""谁看过我的信息: a citizen sees who looked, without names, and objects without typing it again."""

from __future__ import annotations

import re
from collections.abc import Callable

from tests.pages.test_citizen_pages import LAMP, MEDIATION, TYPED, code_on, report
from tests.pages.test_citizen_sign_in import ASK, asked, code_sent_to, typed
from tests.pages.visitor import Page, Visitor

APPLY = "/report/people_mediation/apply/"
SignIn = Callable[[str], Visitor]


def looked_at(anybody: Visitor, signed_in: SignIn) -> tuple[str, Page]:
    """A mediation that its mediator opened twice: the code, and the page of its readings."""
    code = code_on(report(anybody, APPLY, MEDIATION))
    number = anybody.get(f"/follow/{code}/").text.partition("编号 ")[2].split()[0]
    officer = signed_in("mediator")
    found = officer.get(f"/officer/?number={number}")
    matter = re.search(r"/officer/matter/\w+/", found.html)
    assert matter, found.text
    for _ in range(2):
        assert officer.get(matter[0]).status == 200
    return code, anybody.get(f"/follow/{code}/readings/")


def test_a_matter_nobody_opened_says_so(anybody: Visitor) -> None:
    code = code_on(report(anybody, APPLY, MEDIATION))
    page = anybody.get(f"/follow/{code}/")
    assert page.link("谁看过我的信息") == f"/follow/{code}/readings/"
    assert "还没有人打开过" in anybody.get(f"/follow/{code}/readings/").text


def test_a_citizen_sees_organ_post_time_purpose_and_basis_but_no_name(
    anybody: Visitor, signed_in: SignIn
) -> None:
    _, page = looked_at(anybody, signed_in)
    assert page.status == 200
    assert "大营门街道人民调解委员会" in page.text
    assert "共 2 次" in page.text
    assert "办理" in page.text
    assert "个人信息保护法第34条" in page.text
    assert "申请人" in page.text
    assert "试验申请人" not in page.text
    assert "mediator" not in page.text


def test_an_objection_takes_only_a_reason_and_opens_one_matter(
    anybody: Visitor, signed_in: SignIn
) -> None:
    code, page = looked_at(anybody, signed_in)
    form_page = anybody.get(page.link("不该看？提出异议"))
    assert "由天津市综治中心决定" in form_page.text or "由河西区综治中心决定" in form_page.text
    address = form_page.path
    empty = anybody.send(form_page, form_page.form(address), {})
    assert empty.status == 422
    told = {"objection_text": "我已经撤回申请，为什么还看", "minor_involved": "no"}
    receipt = anybody.send(form_page, form_page.form(address), told)
    assert receipt.path.startswith("/receipt/"), receipt.text
    own = code_on(receipt)
    followed = anybody.get(f"/follow/{own}/")
    assert "您的异议已经收到" in followed.text
    again = anybody.get(f"/follow/{code}/readings/")
    assert again.link("看我的异议办到哪了") == f"/follow/{own}/"
    assert anybody.get(address).path == f"/follow/{own}/"


def test_readings_need_the_code_and_a_number_that_is_there(
    anybody: Visitor, signed_in: SignIn
) -> None:
    code, _ = looked_at(anybody, signed_in)
    assert anybody.get("/follow/2222-2222-2222-2222/readings/").status == 404
    assert anybody.get("/follow/2222-2222-2222-2222/readings/1/").status == 404
    assert anybody.get(f"/follow/{code}/readings/999/").status == 404


def test_a_citizen_who_signed_in_sees_what_the_own_phone_brought(
    anybody: Visitor, settings: dict[str, str]
) -> None:
    lamp = report(anybody, LAMP, TYPED | {"reporter_phone": "139 0000 7001"})
    assert "/identity/citizen/" in anybody.get("/mine/").path
    page = asked(anybody, "13900007001", f"{ASK}?next=/mine/")
    mine = typed(anybody, page, code_sent_to("13900007001", settings))
    assert mine.path == "/mine/"
    assert mine.link("谁看过我的信息") == f"/follow/{code_on(lamp)}/readings/"
    signed = anybody.get(ASK)
    anybody.send(signed, signed.form("/identity/citizen/leave/"))
    other = asked(anybody, "13900007002", f"{ASK}?next=/mine/")
    assert "还没有用这个手机号" in typed(anybody, other, code_sent_to("13900007002", settings)).text
