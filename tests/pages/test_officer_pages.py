"""What an officer finds: an inbox, a file with clocks and reasons, forms that refuse for people."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import quote

from haihe.commands.demo import PASSWORD
from tests.pages.test_officer_approval import received
from tests.pages.visitor import Page, Visitor

SignedIn = Callable[[str], Visitor]
CALL = "/officer/new/alarm/take_call/"
CALL_TYPED = {
    "channel": "phone",
    "place": "试验路1号",
    "what": "楼下有人争吵。",
    "urgent": "no",
    "phone": "13900009999",
}


def called(taker: Visitor) -> Page:
    page = taker.get(CALL)
    return taker.send(page, page.form(CALL), CALL_TYPED)


def graded(taker: Visitor, page: Page, **typed: str) -> Page:
    values = {"category": "public_security", "level": "third"} | typed
    return taker.send(page, page.form("/act/grade/"), values)


def test_a_stranger_is_sent_to_the_sign_in_page_and_back(city: str) -> None:
    visitor = Visitor(city)
    page = visitor.get("/officer/new/")
    assert page.path.startswith("/officer/login/")

    typed = {"username": "taker", "password": PASSWORD}
    assert visitor.send(page, page.form("/officer/login/"), typed).path == "/officer/new/"


def test_a_wrong_password_is_told_without_telling_which_half_was_wrong(city: str) -> None:
    page = Visitor(city).sign_in("taker", "not-it")

    assert page.path == "/officer/login/"
    assert "账号或密码不对" in page.text


def test_the_inbox_shows_what_runs_out_first_and_both_clocks(signed_in: SignedIn) -> None:
    page = signed_in("officer").get("/officer/")
    first = r'<div class="side"><div class="due"><details class="badge ([a-z-]*)">'
    tones = re.findall(first, page.html)

    assert "群众反映以来" in page.text
    assert "登记以来" in page.text, "nobody of the public brought evidence or a rectification"
    assert "本单位接手以来" in page.text
    assert tones[0] == "is-late"
    assert "is-late" not in tones[tones.index("") :], "nothing overdue stands below what is not"
    assert '<ol class="why">' in page.html, "touched, a clock says why"


def test_an_opened_matter_shows_its_number_code_clock_and_next_steps(signed_in: SignedIn) -> None:
    page = called(signed_in("taker"))

    assert page.status == 200
    assert "已记下：接警" in page.text
    assert re.search(r"AL-\d{4}-\d{6}", page.text)
    assert re.search(r"群众查询码 [0-9A-Z]{4}-", page.text)
    assert "下达处警指令" in page.text
    assert page.form("/act/grade/").button == "定级分类"
    assert "还不能办的步骤" in page.text


def test_a_refusal_names_the_article_and_the_way_out_and_keeps_what_was_typed(
    signed_in: SignedIn,
) -> None:
    taker = signed_in("taker")
    page = graded(taker, called(taker), level="first")

    assert page.status == 422
    assert "一级警情须报值班局领导" in page.text
    assert "可以这样办：请先报告，再保存级别" in page.text
    assert "依据：" in page.text
    assert page.form("/act/grade/").values["level"] == ["first"]
    mended = taker.send(page, page.form("/act/grade/"), {"reported_to_leader": "yes"})
    assert "已记下：定级分类" in mended.text


def test_two_clicks_on_a_step_act_once(signed_in: SignedIn) -> None:
    taker = signed_in("taker")
    page = called(taker)
    graded(taker, page)
    again = graded(taker, page)

    assert again.status == 200
    assert again.html.count('<span class="what">定级分类</span>') == 1


def test_a_form_of_a_file_that_moved_on_is_refused_and_kept(signed_in: SignedIn) -> None:
    taker, other = signed_in("taker"), signed_in("taker")
    page = called(taker)
    seen_by_other = other.get(page.path)
    graded(taker, page)
    late = graded(other, seen_by_other, level="second")

    assert late.status == 422
    assert late.form("/act/grade/").values["level"] == ["second"]


def test_what_really_happened_earlier_is_written_up_with_both_times(signed_in: SignedIn) -> None:
    taker = signed_in("taker")
    page = taker.get(CALL)
    typed = CALL_TYPED | {"_happened_at": "2026-11-02T08:10"}
    opened = taker.send(page, page.form(CALL), typed)

    assert "2026年11月2日 星期一 08:10" in opened.text
    assert "补记" in opened.text


def test_a_file_that_is_not_for_this_purpose_asks_for_another(signed_in: SignedIn) -> None:
    opened = called(signed_in("taker"))
    matter = opened.path.split("?")[0]
    refused = signed_in("administrator").get(f"{matter}?purpose=answer")

    assert refused.status == 403
    assert "为什么要看这份卷宗" in refused.text
    assert "13900009999" not in refused.text
    assert "依据：" in refused.text


def test_a_file_of_another_organ_is_no_page_at_all(signed_in: SignedIn) -> None:
    opened = called(signed_in("taker"))
    matter = opened.path.split("?")[0]
    mediator = signed_in("mediator")
    for purpose in ("", "?purpose=handle", "?purpose=supervise"):
        page = mediator.get(f"{matter}{purpose}")
        assert page.status == 404
        assert page.body == mediator.get(f"/officer/matter/{'0' * 32}/{purpose}").body


def test_a_supervisor_sees_the_file_with_personal_values_masked(signed_in: SignedIn) -> None:
    opened = called(signed_in("taker"))
    assert "13900009999" in opened.text
    page = signed_in("administrator").get(opened.path.split("?")[0] + "?purpose=supervise")

    assert page.status == 200
    assert "试验路1号" in page.text
    assert "13900009999" not in page.text


def test_a_supervisor_who_says_why_sees_them_and_the_reason_goes_on_with_the_links(
    signed_in: SignedIn,
) -> None:
    opened = called(signed_in("taker"))
    asked = "?purpose=supervise&need=" + quote("核实投诉人来电")
    supervisor = signed_in("administrator")
    page = supervisor.get(opened.path.split("?")[0] + asked)

    assert "13900009999" in page.text
    assert "need=" in page.link("接报案登记")
    assert "理由" in supervisor.get(opened.path.split("?")[0] + "?purpose=answer").text


def test_the_general_acts_have_generated_forms_too(signed_in: SignedIn) -> None:
    taker = signed_in("taker")
    page = called(taker)
    remark = taker.get(page.link("批注"))
    done = taker.send(remark, remark.form("/act/remark/"), {"text": "已电话安抚报警人。"})

    assert "已记下：批注" in done.text
    assert "已电话安抚报警人。" in done.text


def test_an_unknown_matter_is_told_in_words(signed_in: SignedIn) -> None:
    page = signed_in("taker").get("/officer/matter/none/?purpose=handle")

    assert page.status == 404
    assert "没有这一页" in page.text
    assert "回到我的待办" in page.text


def test_a_photo_of_the_matter_opens_for_its_organ_and_for_nobody_else(
    signed_in: SignedIn,
) -> None:
    dispatcher = signed_in("tianta-dispatcher")
    page = dispatcher.get(dispatcher.get("/officer/").link("树枝折断"))
    photo = page.link("文件1")

    shown = dispatcher.get(photo)
    assert shown.status == 200
    assert shown.headers["Content-Type"] == "image/png"
    assert shown.body.startswith(b"\x89PNG")
    assert signed_in("mediator").get(photo).status == 404
    assert dispatcher.get(photo.replace("/file/", "/file/0")).status == 404


def test_a_matter_is_found_by_its_number(signed_in: SignedIn) -> None:
    officer = signed_in("officer")
    page = officer.get("/officer/")
    number = re.findall(r"AL-\d{4}-\d{6}", page.text)[0]
    found = officer.send(page, page.form("/officer/"), {"number": number.lower()})

    assert found.html.count('class="title"') == 1
    assert number in found.text
    nothing = officer.send(page, page.form("/officer/"), {"number": "ZZ-1"})
    assert "没有以“ZZ-1”开头的事项" in nothing.text


def test_another_organ_is_asked_in_chinese_and_answers(signed_in: SignedIn) -> None:
    taker = signed_in("taker")
    page = called(taker)
    asking = taker.get(page.link("协办请求"))
    typed = {"organ": "tj-center", "question": "请核实有无同类纠纷。", "due": "2 working days"}
    asked = taker.send(asking, asking.form("/act/request/"), typed)
    assert "2个工作日" in asked.text
    assert "working days" not in asked.text

    center = signed_in("administrator")
    assert re.search(
        "还剩[^<]*</p><p[^>]*>请在 [^<]* 前答复", center.get("/officer/?of=asked").html
    )
    file = center.get(asked.path.split("?")[0] + "?purpose=answer")
    answering = center.get(file.link("协办答复"))
    form = answering.form("/act/answer/")
    answered = center.send(answering, form, {"request": "2", "text": "没有同类纠纷。"})
    assert "已记下：协办答复" in answered.text
    assert "已答复" in answered.text
    assert "答复：没有同类纠纷。" in answered.text


def test_no_page_shows_the_id_of_an_organ(signed_in: SignedIn) -> None:
    opened = called(signed_in("taker"))
    page = signed_in("administrator").get(opened.path.split("?")[0] + "?purpose=supervise")

    assert "还不能办的步骤" in page.text
    assert "tj-110" not in page.text


def test_a_matter_is_named_by_its_number_and_one_that_was_merged_leads_to_it(
    signed_in: SignedIn,
) -> None:
    officer = signed_in("officer")
    first, second = (received(officer) for _ in range(2))
    numbers = [re.findall(r"PSC-\d{4}-\d+", one.text)[0] for one in (first, second)]
    path = second.path.split("?")[0]
    page = officer.get(f"{path}act/merge/?purpose=handle")
    strange = officer.send(page, page.form("/act/merge/"), {"into": "PSC-1-1", "reason": "同一起"})
    assert "没有编号为PSC-1-1的事项" in strange.text
    merged = officer.send(
        strange, strange.form("/act/merge/"), {"into": numbers[0].lower(), "reason": "同一起"}
    )
    assert "已记下：合并" in merged.text
    refused = officer.get(f"{path}act/judge_jurisdiction/?purpose=handle")
    assert "请在并入的事项中办理" in refused.text
    assert officer.get(refused.link(f"打开 {numbers[0]}")).path == first.path.split("?")[0]
    assert not re.findall(r"[0-9a-f]{32}", refused.text)
