"""The catalogue and an application as people meet them, without JavaScript: found, filled, sent."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import count

import pytest

from tests.pages.test_citizen_sign_in import code_sent_to
from tests.pages.visitor import Page, Visitor

NUMBER = "120199199003070019"  # of a region that nobody is from
MOVING = "/services/rk13/"
PHONES = count(10)


def code_on(page: Page) -> str:
    found = re.search(r"[0-9A-Z]{4}(-[0-9A-Z]{4}){3}", page.text)
    assert found, page.text
    return found[0]


def begun(visitor: Visitor, item: str = MOVING) -> Page:
    page = visitor.get(item)
    return visitor.send(page, page.form(item), {})


def said_who(visitor: Visitor, page: Page, **more: str) -> Page:
    window = {"window": "machang-station", "minor_involved": "no"}
    who = {"applicant": "王女士", "number": NUMBER, "applicant_phone": "13900000004"}
    return visitor.send(page, page.form(page.path), {**window, **who, **more})


@pytest.fixture
def woman(anybody: Visitor, settings: dict[str, str]) -> Visitor:
    """A citizen who signed in with a phone."""
    page = anybody.get("/identity/citizen/")
    phone = f"139000077{next(PHONES)}"  # a code a minute to each
    page = anybody.send(page, page.form("/identity/citizen/"), {"phone": phone})
    code = code_sent_to(phone, settings)
    anybody.send(page, page.form("/identity/citizen/code/"), {"code": code})
    return anybody


def test_everyday_words_lead_to_an_item_that_says_what_it_takes(anybody: Visitor) -> None:
    found = anybody.get("/services/?q=%E7%BB%93%E5%A9%9A%E8%BF%81%E6%88%B7%E5%8F%A3")
    page = anybody.get(found.link("夫妻投靠迁入"))

    assert "5个工作日内办好" in page.text
    assert "不用带，我们去查" in page.text
    assert "向民政部门查" in page.text
    assert "户口登记条例第13条" in page.text


def test_a_woman_moves_her_household_online_and_uploads_nothing_the_state_holds(
    woman: Visitor,
) -> None:
    facts = said_who(woman, begun(woman))
    assert "来自民政部门的婚姻登记" in facts.text
    assert 'value="刘某"' in facts.html
    last = woman.send(facts, facts.form(facts.path), {"relation": "spouse", "home": "own"})
    assert "天津市公安局河西分局" in last.text
    receipt = woman.send(last, last.form(last.path), {})

    assert receipt.path.startswith("/receipt/")
    progress = woman.get(f"/follow/{code_on(receipt)}/")
    assert "夫妻投靠迁入" in progress.text
    assert woman.get(last.path).status == 404


def test_who_has_not_signed_in_is_told_nothing_about_anybody_and_can_still_send_it(
    anybody: Visitor,
) -> None:
    facts = said_who(anybody, begun(anybody))
    assert "刘某" not in facts.html
    last = anybody.send(facts, facts.form(facts.path), {"relation": "spouse"})
    assert "待核验" in last.text

    assert anybody.send(last, last.form(last.path), {}).path.startswith("/receipt/")


def test_an_application_goes_on_from_another_device_by_its_code(woman: Visitor, city: str) -> None:
    facts = said_who(woman, begun(woman))
    other = Visitor(city)
    page = other.get("/apply/")
    again = other.send(page, page.form("/apply/"), {"code": code_on(facts).lower()})

    assert again.path == facts.path.removesuffix("facts/")
    assert 'value="王女士"' in again.html
    gone = other.get("/apply/?code=2222-2222-2222-2222")
    assert gone.status == 404
    assert "没有找到这份申请" in gone.text


def test_a_wrong_number_is_told_beside_its_field_and_nothing_typed_is_lost(
    anybody: Visitor,
) -> None:
    page = said_who(anybody, begun(anybody), number="120199199003070018")

    assert page.status == 422
    assert "身份证号是十八位" in page.text
    assert 'value="王女士"' in page.html


def test_a_condition_that_is_not_met_is_explained_with_its_article_and_stops_nobody(
    anybody: Visitor,
) -> None:
    facts = said_who(anybody, begun(anybody, "/services/rk57/"))
    typed = {"months_lived": "3", "stay_ground": "job"}
    last = anybody.send(facts, facts.form(facts.path), typed)

    assert "在本市居住半年以上" in last.text
    assert "住满半年再来" in last.text
    assert "居住证条例第2条" in last.text
    assert anybody.send(last, last.form(last.path), {}).path.startswith("/receipt/")


def test_an_item_that_needs_the_person_has_no_form_and_says_why(anybody: Visitor) -> None:
    page = anybody.get("/services/cj01/")

    assert "要本人到窗口办" in page.text
    assert "开始办理" not in page.text


def test_the_power_list_has_every_item(anybody: Visitor) -> None:
    assert anybody.get("/services/power/").html.count("/services/") >= 312


def test_the_keys_and_the_list_are_published_and_nonsense_is_no_certificate(
    anybody: Visitor,
) -> None:
    listed = anybody.get("/certificates/revoked.jws")
    keys = anybody.get("/certificates/keys.json")
    page = anybody.get("/certificates/check/")
    wrong = anybody.send(page, page.form("/certificates/check/"), {"text": "a.b.c"})

    assert '"crv": "Ed25519"' in keys.html
    assert listed.html.count(".") == 2
    assert wrong.status == 422
    assert "不能证明是真的" in wrong.text


def test_staff_without_a_window_see_what_everybody_sees(
    signed_in: Callable[[str], Visitor],
) -> None:
    officer = signed_in("officer")
    assert said_who(officer, begun(officer)).path.endswith("/facts/")
