"""Where it is, and whether it was reported already: joined instead of opened a second time."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from urllib.parse import quote, urlencode

import pytest
from playwright.sync_api import Browser, Page, expect

from haihe.records.alike import common
from tests.conftest import opened_page
from tests.pages import test_citizen_sign_in as sign_in
from tests.pages.test_citizen_pages import LAMP, MEDIATION, PHOTO, code_on, report
from tests.pages.visitor import Page as Answer
from tests.pages.visitor import Visitor

SECRET = "住在3门502的王某常打骂孩子"
FIRST = {
    "street": "machang-street",
    "what": f"大树倒在路上挡住去路。{SECRET}",
    "place": "河西区马场街道气象台路21号",
    "minor_involved": "no",
}
SECOND = FIRST | {"what": "有棵大树倒了，挡住半条路", "place": "马场街道气象台路21号门口"}


@pytest.fixture(scope="module")
def first(city: str) -> tuple[str, str]:
    """A report that is there already: its code and its number."""
    visitor = Visitor(city)
    code = code_on(_new(visitor, FIRST))
    number = re.search(r"GE-\d{4}-\d{6}", visitor.get(f"/receipt/{code}/").text)
    assert number
    return code, number[0]


def _new(visitor: Visitor, typed: dict[str, str]) -> Answer:
    """Reported as something of its own, whatever is alike."""
    return report(visitor, LAMP, typed)


def asked(visitor: Visitor, typed: dict[str, str]) -> Answer:
    """What comes first when this is reported: the receipt, or what is alike."""
    page = visitor.get(LAMP)
    return visitor.send(page, page.form(LAMP), typed)


def _with(page: Answer, name: str, value: str) -> object:
    form = page.form(LAMP)
    form.values[name] = [value]
    return form


def test_what_was_reported_nearby_is_shown_before_anything_is_sent(
    anybody: Visitor, first: tuple[str, str]
) -> None:
    page = asked(anybody, SECOND)

    assert page.path == LAMP
    assert "是同一件事吗" in page.text
    assert "还没有提交您的" in page.text
    assert "气象台路21号" in page.text
    assert "大树倒" in page.text
    assert page.form(LAMP).values["what"] == [SECOND["what"]], "nothing typed is lost"


def test_nothing_of_the_other_is_shown_that_one_has_not_typed_oneself(
    anybody: Visitor, first: tuple[str, str]
) -> None:
    page = asked(anybody, SECOND)

    assert "王某" not in page.html
    assert "502" not in page.html
    for word in first:
        assert word not in page.html
    told = page.text.partition("是同一件事吗")[2].partition("我也遇到")[0]
    quoted = told.partition("差不多的事，还在办。还没有提交您的。")[2].partition("前反映")[0]
    assert "去路" not in quoted


def test_a_part_of_what_others_wrote_finds_nothing_without_the_same_place(
    anybody: Visitor, first: tuple[str, str]
) -> None:
    typed = SECOND | {"what": "王某打骂孩子", "place": "马场街道爱国道7号"}
    assert asked(anybody, typed).path.startswith("/receipt/")


def test_joining_opens_no_second_matter_and_gives_a_code_of_ones_own(
    anybody: Visitor, first: tuple[str, str], signed_in: Callable[[str], Visitor]
) -> None:
    page = asked(anybody, SECOND)
    token = next(
        told["value"] for tag, told in page.tags if tag == "button" and told.get("name") == "_join"
    )
    receipt = anybody.send(page, _with(page, "_join", token))
    again = anybody.send(page, _with(page, "_join", token))

    assert "已加到那一件里" in receipt.text
    assert first[1] in receipt.text, "the matter that is there"
    assert code_on(receipt) == code_on(again) != first[0]
    joined = anybody.get(f"/follow/{code_on(receipt)}/")
    assert joined.status == 200
    assert "另有 1 人" in joined.text
    assert not [form for form in joined.forms if "/act/" in form.action]
    assert FIRST["what"] not in joined.text
    assert anybody.get(f"/follow/{code_on(receipt)}/readings/").status == 404
    mine = anybody.get(f"/follow/{first[0]}/")
    assert mine.form("/act/add_more/")
    assert SECOND["what"] not in mine.html, "nor does who came first read what others added"


def test_whoever_has_the_code_adds_to_the_own_matter_and_is_not_counted_twice(
    anybody: Visitor, first: tuple[str, str]
) -> None:
    page = anybody.get(f"/follow/{first[0]}/")
    form = page.form("/act/add_more/")

    assert "also_met" not in form.names
    done = anybody.send(
        page, form, {"added_text": "今天又掉下一根树枝"}, files={"photos_added": PHOTO}
    )
    assert "已经记入这件事项" in done.text


def test_a_token_of_ones_own_making_joins_nothing(anybody: Visitor, first: tuple[str, str]) -> None:
    page = asked(anybody, SECOND | {"place": "马场街道气象台路21号后门"})
    receipt = anybody.send(page, _with(page, "_join", "grid_event:made-up"))
    assert first[1] not in receipt.text
    assert receipt.path.startswith("/receipt/")


def test_another_kind_another_place_and_another_thing_are_not_alike(anybody: Visitor) -> None:
    for typed in (
        SECOND | {"place": "马场街道气象台路88号"},
        SECOND | {"street": "tianta-street", "place": "天塔街道气象台路21号"},
        SECOND | {"what": "井盖丢失", "place": "马场街道气象台路21号旁"},
    ):
        assert asked(anybody, typed).path.startswith("/receipt/"), typed
    for _ in range(2):
        answer = report(anybody, "/report/people_mediation/apply/", MEDIATION)
        assert answer.path.startswith("/receipt/"), "nobody joins the quarrel of others"


def test_what_concerns_a_minor_is_never_told_as_alike(anybody: Visitor) -> None:
    typed = SECOND | {"minor_involved": "yes", "place": "马场街道黄埔南路3号", "what": "秋千坏了"}
    assert asked(anybody, typed).path.startswith("/receipt/")
    again = asked(anybody, typed | {"minor_involved": "no"})
    assert again.path.startswith("/receipt/")


def test_pieces_that_both_wrote_are_the_longest_ones() -> None:
    assert common("浙江路8号楼下", "在浙江路8号旁边") == ("浙江路8号",)
    assert common("甲乙", "丙丁") == ()


def test_a_joined_matter_is_kept_in_the_account_of_who_signs_in(
    anybody: Visitor, first: tuple[str, str], settings: dict[str, str]
) -> None:
    page = asked(anybody, SECOND)
    assert "丢了找不回来" in page.text
    token = next(
        told["value"] for tag, told in page.tags if tag == "button" and told.get("name") == "_join"
    )
    receipt = anybody.send(page, _with(page, "_join", token))
    keep = receipt.link("存到“我的”")
    phone = "13900004343"
    signing = sign_in.asked(anybody, phone, f"/identity/citizen/?next={quote(keep)}")
    mine = sign_in.typed(anybody, signing, sign_in.code_sent_to(phone, settings))
    kept = anybody.send(mine, mine.form("/mine/"))
    assert "我也遇到的" in kept.text
    assert SECRET not in kept.text
    assert code_on(receipt) in kept.html
    assert "已经存到“我的”" in anybody.get(receipt.path).text
    wrong = anybody.send(kept, kept.form("/mine/"), {"keep": first[0]})
    assert wrong.status == 422, "the code of who came first is none of a joiner"


def test_the_place_is_chosen_in_three_touches_and_fills_the_form(anybody: Visitor) -> None:
    district = anybody.get(f"{LAMP}place/")
    street = anybody.get(f"{LAMP}place/{district.link('河西区')}")
    community = anybody.get(f"{LAMP}place/{street.link('大营门街道')}")
    form = anybody.get(community.link("就选河西区大营门街道"))

    assert form.form(LAMP).values["street"] == ["dayingmen-street"]
    assert form.form(LAMP).values["place"] == ["河西区大营门街道"]
    further = [link for link in community.links if "area=120103001" in link.href]
    assert len(further) > 2
    assert anybody.get(further[-1].href).form(LAMP).values["street"] == ["dayingmen-street"]


def test_a_place_without_a_body_says_what_to_do(anybody: Visitor) -> None:
    page = anybody.get(f"{LAMP}?area=120101")  # a whole district, which is no street
    assert "还定不下交给谁" in page.text
    assert "12345" in page.text


def test_every_street_of_the_city_can_be_chosen_though_the_form_lists_some(
    anybody: Visitor,
) -> None:
    page = anybody.get(f"{LAMP}?area=120101001")
    receipt = anybody.send(page, page.form(LAMP), {"what": "路灯不亮", "minor_involved": "no"})
    assert "和平区劝业场街道" in anybody.get(f"/follow/{code_on(receipt)}/").text


def test_the_need_goes_along_while_the_place_is_chosen(anybody: Visitor) -> None:
    district = anybody.get(f"{LAMP}place/?{urlencode({'need': 'lamp'})}")
    street = anybody.get(f"{LAMP}place/{district.link('河西区')}")
    community = anybody.get(f"{LAMP}place/{street.link('大营门街道')}")
    form = anybody.get(community.link("就选河西区大营门街道")).form(LAMP)
    assert form.values["category"] == ["facility"]


def test_what_is_written_before_the_place_is_chosen_stands_in_the_form_again(
    anybody: Visitor,
) -> None:
    form = anybody.get(LAMP).form(LAMP)
    form.action = f"{LAMP}place/"
    sent = {"what": "灯不亮，我摔了一跤", "reporter_phone": "13912340001"}
    photo = {"photos_before": PHOTO}
    page = anybody.send(anybody.get(LAMP), form, sent, files=photo)
    assert "您写的都还在" in page.text
    assert "13912340001" not in page.path, "nothing of it lies in an address"

    chosen = page.form(LAMP)
    chosen.action = f"{LAMP}?area=120103001"
    again = anybody.send(page, chosen)
    assert again.status == 200
    values = again.form(LAMP).values
    assert values["what"] == ["灯不亮，我摔了一跤"]
    assert values["reporter_phone"] == ["13912340001"]
    assert values["street"] == ["dayingmen-street"]
    assert len(values["_kept_photos_before"]) == 1


def test_no_such_place_is_no_page(anybody: Visitor) -> None:
    assert anybody.get(f"{LAMP}place/?area=999999").status == 404
    assert anybody.get(f"{LAMP}?area=%00").status == 200


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    yield from opened_page(browser, width=360, height=740)


def test_a_phone_that_gives_its_position_fills_the_form(phone: Page, city: str) -> None:
    phone.context.grant_permissions(["geolocation"], origin=city.rstrip("/"))
    phone.context.set_geolocation({"longitude": 117.2, "latitude": 39.1})
    phone.goto(city.rstrip("/") + LAMP)
    phone.click("#place-here")
    expect(phone.locator("#place-says")).to_contain_text("已填好：河西区")
    assert phone.locator("input[name=place]").input_value().startswith("河西区")


def test_a_phone_outside_of_the_city_is_led_to_the_list(phone: Page, city: str) -> None:
    phone.context.grant_permissions(["geolocation"], origin=city.rstrip("/"))
    phone.context.set_geolocation({"longitude": 2.35, "latitude": 48.85})
    phone.goto(city.rstrip("/") + LAMP)
    phone.click("#place-here")
    expect(phone.locator("#place-says")).to_contain_text("从列表里选")
