"""The catalogue and an application as people meet them, without JavaScript: found, filled, sent."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import count

import pytest

from tests.pages.test_citizen_sign_in import code_sent_to, sent_to
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


def test_what_a_citizen_may_not_do_yet_is_told_with_its_article(anybody: Visitor) -> None:
    """An application counts as accepted after five working days of silence, on no day at once."""
    facts = said_who(anybody, begun(anybody))
    last = anybody.send(facts, facts.form(facts.path), {"relation": "spouse"})
    receipt = anybody.send(last, last.form(last.path), {})
    page = anybody.get(f"/follow/{code_on(receipt)}/")

    waits = page.text.split("现在还不能做的")[1]
    assert "告知补正的五个工作日还没有过" in waits
    assert re.search(r"依据：[^。]*行政许可法第32条", waits)
    assert not [one for one in page.forms if "deem_accepted" in one.action]


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


def test_who_begins_the_same_again_is_told_and_led_on_only_as_the_one_who_is_signed_in(
    woman: Visitor, city: str
) -> None:
    first = begun(woman, "/services/rk53/")
    again = woman.get("/services/rk53/")
    assert "您已经有一份同样的申请，还没有提交。" in again.text
    assert again.link("接着办那一份") == first.path
    assert "还没有提交" not in woman.get("/services/rk51/").text  # another item

    somebody = Visitor(city)
    begun(somebody, "/services/rk53/")
    told = somebody.get("/services/rk53/")
    assert "这台设备上开始过一份同样的申请" in told.text
    assert told.link("填编号接着办") == "/apply/"
    assert "还没有提交" not in Visitor(city).get("/services/rk53/").text  # another browser


def test_a_terminal_begins_a_phone_goes_on_and_the_terminal_takes_it_back(
    anybody: Visitor, city: str
) -> None:
    assert anybody.get("/services/terminal/nowhere/").status == 404
    front = anybody.get("/services/terminal/machang-station/")
    assert "自助机 · 马场派出所" in front.text
    page = begun(anybody)
    code = code_on(page)
    assert "用手机相机扫一扫" in page.text
    left = anybody.send(page, page.form("/services/terminal/"), {})
    assert left.path == "/services/"
    assert anybody.get(page.path).status == 404  # the next person goes back in vain
    phone = Visitor(city)
    facts = said_who(phone, phone.get(f"/apply/?code={code}"))
    assert facts.path.endswith("/facts/")
    back = anybody.get(f"/apply/?code={code}")
    assert 'value="王女士"' in back.html
    here = anybody.get(facts.path)
    last = anybody.send(here, here.form(facts.path), {"relation": "spouse"})
    done = anybody.send(last, last.form(last.path), {})

    assert "结束，换下一位" in done.text
    assert phone.get(last.path).status == 404  # one matter, sent once
    assert "夫妻投靠迁入" in phone.get(f"/follow/{code_on(done)}/").text
    anybody.send(done, done.form("/services/terminal/"), {})


def test_a_material_that_came_before_is_not_asked_again(anybody: Visitor) -> None:
    facts = said_who(anybody, begun(anybody))
    proof = {"brought_home_proof": "租赁备案证明".encode()}
    last = anybody.send(facts, facts.form(facts.path), {"relation": "spouse"}, proof)
    assert "已收到 1 个文件" in last.text
    code = code_on(anybody.send(last, last.form(last.path), {}))

    second = said_who(anybody, begun(anybody, "/services/cj22/"), window="hexi-police")
    wrong = anybody.send(second, second.form(second.path), {"earlier_code": "2222-2222-2222"})
    assert wrong.status == 422
    offer = anybody.send(second, second.form(second.path), {"earlier_code": code})
    assert "您以前交过" in offer.text
    checked = anybody.send(offer, offer.form(offer.path), {"again_home_proof": "earlier"})
    assert "不用再交" in checked.text
    other = {"window": "hexi-police", "applicant": "李女士"}
    stranger = said_who(anybody, begun(anybody, "/services/cj22/"), **other)
    refused = anybody.send(stranger, stranger.form(stranger.path), {"earlier_code": code})
    assert "您以前交过" not in refused.text


def test_an_agent_gets_a_code_of_ones_own_and_the_applicant_reads_the_looks(
    anybody: Visitor, settings: dict[str, str]
) -> None:
    applicant = "13900007790"
    agent = {"agent_name": "代办员", "agent_phone": "13900000098", "agent_authorised": "yes"}
    facts = said_who(anybody, begun(anybody), applicant_phone=applicant, **agent)
    last = anybody.send(facts, facts.form(facts.path), {"relation": "other"})
    receipt = anybody.send(last, last.form(last.path), {})
    own = code_on(receipt)
    assert "这是代办人的查询码" in receipt.text
    assert "谁看过我的信息" not in anybody.get(f"/follow/{own}/").text
    code = sent_to(applicant, "代办员替您提交了申请，查询码([0-9A-Z-]+)", settings)
    readings = anybody.get(f"/follow/{code}/readings/")
    assert "您的代办人" in readings.text
    page = anybody.get(f"/follow/{code}/")
    anybody.send(page, page.form("/act/revoke_agent/"), {})

    assert anybody.get(f"/follow/{own}/").status == 404
    assert anybody.get(f"/follow/{code}/").status == 200


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


def test_the_power_list_has_every_item_branch_by_branch(anybody: Visitor) -> None:
    front = anybody.get("/services/power/")
    branches = re.findall(r"\?branch=(\w+)", front.html)
    pages = [anybody.get(f"/services/power/?branch={one}") for one in branches]
    items = [code for page in pages for code in re.findall(r'href="/services/(\w+)/"', page.html)]

    assert len(branches) == 12
    assert len({one for one in items if one != "power"}) == 312
    assert anybody.get("/services/power/?branch=nothing").status == 404


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
