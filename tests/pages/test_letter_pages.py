"""The pages of letters: written, suggested, decided with one click, answered, seen by the chief."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import quote

from tests.pages.visitor import Page, Visitor

TEMPLATE = (
    "您反映的问题我们高度重视，已经安排专人负责，将进一步加强管理，"
    "切实维护群众合法权益，感谢您对公安工作的关心和支持。"
)


def letters_of(page: Page) -> list[str]:
    found = re.findall(r"/officer/letters/([0-9a-f]{32})/\"", page.html)
    return list(dict.fromkeys(found))


def by_text(staff: Visitor, words: str) -> tuple[str, Page]:
    """The letter of a desk whose page says these words."""
    for matter in letters_of(staff.get("/officer/letters/")):
        page = staff.get(f"/officer/letters/{matter}/")
        if words in page.text:
            return matter, page
    raise AssertionError(f"no letter says {words}")


def test_a_letter_gets_a_code_at_once_is_registered_with_one_click_and_can_be_joined(
    anybody: Visitor, signed_in: Callable[[str], Visitor]
) -> None:
    opening = anybody.get("/report/chief_letter/write_anonymous/")
    form = opening.form("/report/chief_letter/write_anonymous/")
    told = {
        "mailbox": "hexi-police",
        "subject": "烧烤摊太吵了",
        "letter_text": "宾水道河边的烧烤摊每晚喧哗到后半夜，老人孩子都睡不着，派出所管一管吧。",
        "letter_place": "马场街道宾水道",
    }
    receipt = anybody.send(opening, form, told)
    code = receipt.path.strip("/").split("/")[-1]
    assert re.fullmatch(r"(?:[0-9A-Z]{4}-){3}[0-9A-Z]{4}", code)
    followed = anybody.get(f"/follow/{code}/")
    assert "补充材料或者情况" in followed.text
    clerk = signed_in("mailbox")
    matter, page = by_text(clerk, "派出所管一管吧")
    assert "凭这些字" in page.text
    assert "相似的来信" in page.text
    assert "几乎一样" in page.text
    done = clerk.send(
        page,
        page.form(f"/officer/letters/{matter}/register/"),
        {
            "letter_class": "help",
            "gist": "反映宾水道烧烤摊夜间喧哗",
            "complexity": "ordinary",
            "minor_involved": "no",
            "letter_category": "城乡建设",
        },
    )
    assert "已登记待交办" in done.text
    file = clerk.get(f"/officer/matter/{matter}/?purpose=handle")
    assert "登记时机器的建议" in file.text
    assert "事项类别 " in file.text
    ready = [one for one in done.forms if one.action.endswith("/join_letter/")]
    assert any(one.values.get("same_as", [""])[0] for one in ready)  # one click joins
    sought = clerk.get(f"/officer/letters/{matter}/?find={quote('烧烤')}")
    found = re.search(r'type="radio" name="same_as" .*?(CL-\d{4}-\d{6})', sought.html, re.S)
    assert found is not None
    typing = next(one for one in sought.forms if "same_as_number" in one.values)
    reason = {"join_reason": "同一处烧烤摊"}
    wrong = clerk.send(sought, typing, {"same_as_number": "CL-2026-999999"} | reason)
    assert wrong.status == 422
    assert "没有编号是“CL-2026-999999”的来信" in wrong.text
    assert "同一处烧烤摊" in wrong.html
    again = next(one for one in wrong.forms if "same_as_number" in one.values)
    joined = clerk.send(wrong, again, {"same_as_number": found[1].lower()} | reason)
    assert "与别的来信一并办理" in joined.text or "与同类来信一并办理" in joined.text
    assert "和您的一起办" in anybody.get(f"/follow/{code}/").text


def test_a_reply_that_copies_a_template_is_pointed_out_before_it_goes_on(
    signed_in: Callable[[str], Visitor],
) -> None:
    officer = signed_in("officer")
    matter, page = by_text(officer, "绿灯时间太短")
    form = page.form(f"/officer/letters/{matter}/draft/")
    told = {"reply_text": TEMPLATE, "result": "explain", "reply_basis": "信访工作条例"}
    warned = officer.send(page, form, told)
    assert warned.status == 422
    assert "与模板“高度重视”一样" in warned.text
    assert TEMPLATE in warned.html
    again = officer.send(warned, warned.form(f"/officer/letters/{matter}/draft/"))
    assert again.status == 200
    assert "起草的答复有这些要看的" in again.text
    checker = signed_in("reviewer")
    share = checker.get(f"/officer/letters/{matter}/").form(
        f"/officer/letters/{matter}/approve_reply/"
    )
    assert share.values["template_share"] == ["1.0"]


def test_a_stack_of_letters_is_confirmed_at_once_and_each_goes_on_by_itself(
    signed_in: Callable[[str], Visitor],
) -> None:
    clerk = signed_in("mailbox")
    matter, _page = by_text(clerk, "希望安排民警疏导")
    page = clerk.get("/officer/letters/together/")
    form = page.form("/officer/letters/together/")
    none = clerk.send(page, form)
    assert "没有勾选，所以一封也没有办" in none.text
    told = {"do": matter, f"{matter}-minor_involved": "no", f"{matter}-then": "to:machang-station"}
    lacking = clerk.send(page, form, told)
    assert lacking.status == 422
    assert "请填写“不带个人信息的摘要”" in lacking.text
    again = lacking.form("/officer/letters/together/")
    assert again.values[f"{matter}-then"] == ["to:machang-station"]  # nothing typed is lost
    assert again.values["do"] == [matter]
    done = clerk.send(lacking, again, {f"{matter}-gist": "建议放学时段安排民警疏导"})
    assert "办成 1 封" in done.text
    assert "登记、交办" in done.text
    assert f'value="{matter}"' not in done.html
    file = clerk.get(f"/officer/matter/{matter}/?purpose=handle")
    assert "已交办待签收" in file.text
    assert file.text.count("登记时机器的建议") >= 2  # of registering and of handing over


def test_late_letters_are_on_the_chiefs_page_by_themselves_and_each_number_is_its_list(
    signed_in: Callable[[str], Visitor],
) -> None:
    chief = signed_in("bureau-chief")
    page = chief.get("/center/letters/")
    late = re.search(r"超期的来信（(\d+)）", page.text)
    assert late is not None
    assert int(late[1]) >= 1
    tiles = re.findall(r'href="(/center/matters/letters_\w+/)" data-count="(\d+)"', page.html)
    assert len(tiles) == 7
    for address, count in tiles:
        listed = chief.get(address)
        assert f"共 {count} 件" in listed.text, address
    assert "，另有 " in page.text  # a matter about which several wrote
    category = re.search(r'href="\?category=([^"#]+)#about-head" data-count="(\d+)"', page.html)
    assert category is not None
    shown = chief.get(f"/center/letters/?category={category[1]}")
    rows = shown.html.partition('id="of-category"')[2].partition("</ol>")[0]
    assert rows.count("<li>") == int(category[2])
