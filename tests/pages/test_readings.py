"""谁看过我的信息: a citizen sees who looked, without names, and objects without typing it again."""

from __future__ import annotations

import re
from collections.abc import Callable

from tests.pages.test_citizen_pages import MEDIATION, code_on, report
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
    assert "大营门街道" in form_page.text
    address = form_page.path
    empty = anybody.send(form_page, form_page.form(address), {})
    assert empty.status == 422
    typed = {"objection_text": "我已经撤回申请，为什么还看"}
    receipt = anybody.send(form_page, form_page.form(address), typed)
    assert receipt.path.startswith("/receipt/")
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
