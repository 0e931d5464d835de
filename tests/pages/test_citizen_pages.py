"""What a citizen finds: say the need, get one code, follow the matter, act on it; no JavaScript."""

from __future__ import annotations

import re
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlencode

import pytest

from haihe.citizen.needs import load_needs
from haihe.records.pictures import cleaned
from tests.pages.visitor import Page, Visitor

ROOT = Path(__file__).resolve().parents[2]
PHOTO = (ROOT / "tests/records/pictures/phone.jpg").read_bytes()
LAMP = "/report/grid_event/call_in/"
TYPED = {
    "street": "dayingmen-street",
    "what": "路灯不亮，夜里看不清路。",
    "place": "浙江路8号",
    "minor_involved": "no",
}
MEDIATION = {
    "committee": "dayingmen-mediation",
    "dispute_kind": "neighbour",
    "facts": "楼上漏水，吊顶泡坏。",
    "claims": "请求赔偿维修费。",
    "applicant": "试验申请人",
    "respondent": "试验对方",
}


def code_on(receipt: Page) -> str:
    found = re.search(r"[0-9A-Z]{4}(-[0-9A-Z]{4}){3}", receipt.text)
    assert found, receipt.text
    return found[0]


def report(visitor: Visitor, address: str, typed: dict[str, str]) -> Page:
    page = visitor.get(address)
    return alone(visitor, visitor.send(page, page.form(address), typed), address)


def alone(visitor: Visitor, page: Page, address: str) -> Page:
    """The page, or what comes after it where a report seemed to be known: sent on its own."""
    if "是同一件事吗" not in page.text:
        return page
    form = page.form(address)
    form.values["_alone"] = ["1"]
    return visitor.send(page, form)


def test_the_start_page_begins_with_needs_in_everyday_words(anybody: Visitor) -> None:
    page = anybody.get("/")

    assert page.status == 200
    assert "我想" in page.text
    assert "身边有东西坏了" in page.text
    assert page.link("身边有东西坏了") == LAMP


def test_every_opening_for_the_public_is_called_by_the_need_it_answers(anybody: Visitor) -> None:
    said = {(need.kind, need.step) for need in load_needs(ROOT / "city").needs}
    offered = set(re.findall(r'href="/report/(\w+)/(\w+)/', anybody.get("/report/").html))
    assert len(offered) > 20
    assert offered - said == set()


def test_a_report_gives_one_code_and_the_code_shows_who_until_when_and_why(
    anybody: Visitor,
) -> None:
    receipt = report(anybody, LAMP, TYPED)
    assert receipt.path.startswith("/receipt/")
    page = anybody.get(f"/follow/{code_on(receipt)}/")

    assert page.status == 200
    assert "您反映的问题已经登记" in page.text
    assert "河西区大营门街道" in page.text
    assert "受理期限" in page.text
    assert "还剩" in page.text
    assert "public" not in page.text
    assert "为什么是这个日子" in page.text
    assert "网格事件设置" in page.text  # the article each reason rests on
    assert re.search(r"\d{4}年\d+月\d+日 星期. \d\d:\d\d", page.text)


def test_a_code_is_found_in_small_letters_and_with_blanks(anybody: Visitor) -> None:
    code = code_on(report(anybody, LAMP, TYPED))
    page = anybody.get("/follow/")
    found = anybody.send(page, page.form("/follow/"), {"code": code.lower().replace("-", " ")})

    assert found.status == 200
    assert "什么时候到期" in found.text


def test_an_unknown_code_says_what_to_do_and_keeps_what_was_typed(anybody: Visitor) -> None:
    page = anybody.get("/follow/?code=2222-2222-2222")

    assert page.status == 404
    assert "没有这个查询码" in page.text
    assert "找回" in page.text
    assert page.form("/follow/").values["code"] == ["2222-2222-2222"]


def test_a_form_with_something_missing_loses_nothing(anybody: Visitor) -> None:
    page = report(anybody, LAMP, TYPED | {"place": ""})

    assert page.status == 422
    assert "请填写“具体在哪里”" in page.text
    form = page.form(LAMP)
    assert form.values["what"] == [TYPED["what"]]
    assert form.values["street"] == [TYPED["street"]]
    receipt = alone(anybody, anybody.send(page, form, {"place": "浙江路8号"}), LAMP)
    assert receipt.path.startswith("/receipt/")


def test_a_photo_is_sent_once_even_if_the_form_comes_back(anybody: Visitor) -> None:
    page = anybody.get(LAMP)
    typed = TYPED | {"place": ""}
    again = anybody.send(page, page.form(LAMP), typed, files={"photos_before": PHOTO})
    assert "已收到 1 个文件" in again.text

    receipt = alone(anybody, anybody.send(again, again.form(LAMP), {"place": "浙江路8号"}), LAMP)
    assert receipt.path.startswith("/receipt/")


def test_where_a_photo_was_taken_is_taken_out_before_it_is_kept(anybody: Visitor) -> None:
    page = anybody.get(LAMP)
    typed = TYPED | {"place": ""}
    again = anybody.send(page, page.form(LAMP), typed, files={"photos_before": PHOTO})

    (digest,) = again.form(LAMP).values["_kept_photos_before"]
    assert digest == sha256(cleaned(PHOTO)).hexdigest() != sha256(PHOTO).hexdigest()


def test_a_picture_that_cannot_be_cleaned_is_not_taken_and_nothing_is_lost(
    anybody: Visitor,
) -> None:
    page = anybody.get(LAMP)
    heic = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"
    again = anybody.send(page, page.form(LAMP), TYPED, files={"photos_before": heic})

    assert again.status == 422
    assert "请截屏后传截图" in again.text
    assert again.form(LAMP).values["what"] == [TYPED["what"]]


def test_two_clicks_on_the_button_open_one_matter(anybody: Visitor) -> None:
    page = anybody.get(LAMP)
    typed = TYPED | {"place": "大沽北路99号"}
    first = anybody.send(page, page.form(LAMP), typed)
    second = anybody.send(page, page.form(LAMP), typed)

    assert code_on(first) == code_on(second)


def test_the_citizen_withdraws_an_application_and_sees_it_in_the_history(anybody: Visitor) -> None:
    code = code_on(report(anybody, "/report/people_mediation/apply/", MEDIATION))
    page = anybody.get(f"/follow/{code}/")
    done = anybody.send(page, page.form("/act/drop/"), {"drop_reason": "reconciled"})

    assert done.status == 200
    assert "已经记入这件事项" in done.text
    assert "申请已经撤回" in done.text
    assert "撤回申请" in done.text


def test_a_citizen_who_is_not_satisfied_contests_an_ended_matter(anybody: Visitor) -> None:
    code = code_on(report(anybody, "/report/people_mediation/apply/", MEDIATION))
    page = anybody.get(f"/follow/{code}/")
    ended = anybody.send(page, page.form("/act/drop/"), {"drop_reason": "no_longer"})
    contested = anybody.send(ended, ended.form("/act/contest/"), {"reason": "撤回不是我本人办的。"})

    assert contested.status == 200
    assert "异议" in contested.text


def test_the_citizen_sees_no_name_and_no_personal_field(anybody: Visitor) -> None:
    code = code_on(report(anybody, "/report/people_mediation/apply/", MEDIATION))
    page = anybody.get(f"/follow/{code}/")

    assert "试验申请人" not in page.text
    assert "漏水" not in page.text


def test_two_clicks_on_a_step_that_ends_the_matter_are_one_step(anybody: Visitor) -> None:
    code = code_on(report(anybody, "/report/people_mediation/apply/", MEDIATION))
    page = anybody.get(f"/follow/{code}/")
    anybody.send(page, page.form("/act/drop/"), {"drop_reason": "reconciled"})
    again = anybody.send(page, page.form("/act/drop/"), {"drop_reason": "reconciled"})

    assert again.status == 200
    assert "已经记入这件事项" in again.text
    assert again.html.count('<p class="what">撤回申请</p>') == 1


def test_the_five_sentences_stand_at_the_top_and_nothing_is_said_twice(anybody: Visitor) -> None:
    receipt = report(anybody, LAMP, TYPED)
    page = anybody.get(f"/follow/{code_on(receipt)}/")

    top = page.text.split("期限是怎么算的")[0]
    assert "您反映的问题已经登记，街镇正在决定是否受理。" in top
    assert "由河西区大营门街道办理。" in top
    assert "受理的安排单位去办，不受理的告诉您找谁。" in top
    told = re.search(r"受理期限：按本市约定最迟(\d+年\d+月\d+日 星期. \d\d:\d\d)。", top)
    assert told
    assert "您可以补充情况。" in top
    assert top.count(told[1]) == 1
    assert page.text.count("河西区大营门街道办理") == 1
    assert told[1] in page.text.split("期限是怎么算的")[1], "the clock tells the same day"


def test_what_the_sentence_offers_is_a_form_on_the_same_page(anybody: Visitor) -> None:
    code = code_on(report(anybody, "/report/people_mediation/apply/", MEDIATION))
    page = anybody.get(f"/follow/{code}/")

    assert "您可以拒绝调解、撤回申请。" in page.text
    assert page.form("/act/refuse/")
    assert page.form("/act/drop/")


def test_a_length_the_city_agreed_on_says_where_it_comes_from(anybody: Visitor) -> None:
    page = anybody.get(f"/follow/{code_on(report(anybody, LAMP, TYPED))}/")

    assert "这个长短由本市约定，来源：地方设置" in page.text
    assert re.search(r"地方设置.*?\d{4}年\d+月\d+日 星期.核对。", page.text)


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("GE-2026-000001", "这是事项编号，不是查询码"),
        ("139 0000 1234", "这是手机号，不是查询码"),
        ("29VC-68E9-M23R", "您输入的有12个"),
        ("2222-2222-2222-2223", "多半抄错了一个"),
    ],
)
def test_what_is_no_code_is_told_for_what_it_is(anybody: Visitor, typed: str, says: str) -> None:
    page = anybody.get(f"/follow/?{urlencode({'code': typed})}")
    assert page.status == 404
    assert says in page.text
    assert page.form("/follow/").values["code"] == [typed]


def test_a_telephone_that_nobody_could_ring_is_told_before_anything_is_sent(
    anybody: Visitor,
) -> None:
    page = anybody.get(LAMP)
    again = anybody.send(page, page.form(LAMP), TYPED | {"reporter_phone": "12345"})
    assert again.status == 422
    assert "这个电话打不通。" in again.text
    assert again.form(LAMP).values["reporter_phone"] == ["12345"], "nothing typed is lost"


def test_who_writes_beside_somebody_else_keeps_the_words_and_sends_them_again(
    anybody: Visitor,
) -> None:
    code = code_on(report(anybody, LAMP, TYPED | {"place": "营口道141号"}))
    page = anybody.get(f"/follow/{code}/")
    form = page.form("/act/add_more/")
    anybody.send(page, form, {"added_text": "又灭了一盏。"})
    old = anybody.send(page, form, {"added_text": "第三盏也灭了。", "_key": "0" * 32})
    assert "再按一次“提交”" in old.text
    again = anybody.send(old, old.form("/act/add_more/"), {})
    assert "已收到" in again.text
