"""Approval through the pages: proposed, signed by somebody with an account of their own, done."""

from __future__ import annotations

from collections.abc import Callable

from tests.pages.visitor import Page, Visitor

SignedIn = Callable[[str], Visitor]
RECEIVE = "/officer/new/public_security_case/receive/"
TYPED = {
    "reported_at": "2026-03-02T08:10",
    "what": "两人因停车推打。",
    "place": "审签路1号",
    "reporter": "报案人甲",
    "minor_involved": "no",
}
TRANSFER = {"to_organ": "zhangguizhuang-station", "reason": "属其管辖"}
WITH = {f"with.{name}": value for name, value in TRANSFER.items()}


def received(officer: Visitor) -> Page:
    page = officer.get(RECEIVE)
    return officer.send(page, page.form(RECEIVE), TYPED)


def batch_of(officer: Visitor, matter: str, typed: dict[str, str]) -> Page:
    id_ = matter.strip("/").split("/")[-1]
    page = officer.get(f"/officer/batch/?act=transfer&kind=&m={id_}")
    return officer.send(page, page.form("/officer/batch/"), typed)


def bare(page: Page) -> str:
    """Its words without spaces."""
    return page.text.replace(" ", "")


def test_what_a_station_puts_under_approval_is_proposed_signed_and_done(
    signed_in: SignedIn,
) -> None:
    officer = signed_in("officer")
    file = received(officer)
    matter = file.path.split("?")[0]
    assert "请由办案部门负责人办理" in file.text, "who does what the reader may not do"
    proposals = [one.words for one in file.links if one.words.startswith("送审“")]
    assert "送审“转办”" in proposals
    assert "送审“中止”" not in proposals, "no signature makes up for a ground there is not"
    asked = officer.get(f"{matter}act/transfer/?purpose=handle")
    assert "要先经审签（派出所所长）" in asked.text
    page = officer.get(f"{matter}act/seek_approval/?purpose=handle&for_act=transfer")
    proposed = officer.send(page, page.form("/act/seek_approval/"), {"text": "管辖不属本所"} | WITH)
    assert "已记下：送审" in proposed.text
    assert "审签中" in proposed.text
    assert "审签路1号" not in officer.get("/officer/?of=signs").text

    chief = signed_in("chief")
    assert "两人因停车推打" in chief.get("/officer/?of=signs").text
    page = chief.get(matter)
    assert "等您审签" in page.text
    assert "转往单位" in page.text
    assert "属其管辖" in page.text
    signed = chief.send(page, page.form("/act/sign_off/"), {"verdict": "agree"})
    assert "全部同意" in signed.text
    assert "两人因停车推打" not in chief.get("/officer/?of=signs").text
    own = chief.get(f"{matter}act/transfer/?purpose=handle")
    assert "有您的签字，不能再由您办理" in own.text

    page = officer.get(f"{matter}act/transfer/?purpose=handle")
    form = page.form("/act/transfer/")
    assert "to_organ" not in form.names
    assert "照审签同意的内容办理" in page.text
    other = batch_of(officer, matter, TRANSFER | {"to_organ": "hexi-police"})
    assert "和审签同意的“转办”不一样" in other.text
    gone = officer.send(page, form, {})
    assert "已记下：转办" in gone.text
    assert "属其管辖" in gone.text
    assert "已办理" in gone.text


def test_the_second_officer_is_a_named_colleague(signed_in: SignedIn) -> None:
    officer = signed_in("officer")
    matter = received(officer).path.split("?")[0]
    page = officer.get(f"{matter}act/seek_approval/?purpose=handle")
    typed = {"for_act": "transfer", "text": "请同事一起看", "signer": "station-legal"}
    lacking = officer.send(page, page.form("/act/seek_approval/"), typed)
    assert "请选择“转往单位”" in lacking.text
    proposed = officer.send(lacking, lacking.form("/act/seek_approval/"), WITH)
    assert "另请签字" in proposed.text
    chief = signed_in("chief").get(matter)
    assert "等您审签" not in chief.text
    colleague = signed_in("station-legal")
    page = colleague.get(matter)
    back = {"verdict": "back", "text": "先核实管辖"}
    returned = colleague.send(page, page.form("/act/sign_off/"), back)
    assert "退回理由：先核实管辖" in returned.text
    assert "的送审被退回了" in officer.get(f"{matter}act/transfer/?purpose=handle").text


def test_who_signs_sees_the_paper_what_it_lacks_and_what_changed_since_it_was_sent_back(
    signed_in: SignedIn,
) -> None:
    officer, colleague = signed_in("officer"), signed_in("station-legal")
    matter = received(officer).path.split("?")[0]
    seek = f"{matter}act/seek_approval/?purpose=handle&for_act=decline"
    typed = {"text": "不属违反治安管理", "signer": "station-legal", "with.reason_text": "显著轻微"}
    page = officer.get(seek)
    looked = officer.send(page, page.form("/act/seek_approval/"), typed | {"_preview": "1"})
    assert "文书里还有1处空着：是否已告知报案人并说明理由" in bare(looked)
    assert "理由：显著轻微" in looked.text
    assert "已记下" not in looked.text, "looking at a paper proposes nothing"
    told = {"with.reporter_told": "no"}
    officer.send(looked, looked.form("/act/seek_approval/"), told)

    page = colleague.get(matter)
    waits = bare(page).split("等您审签")[1]
    assert waits.index("还缺不予立案应当告知报案人") < waits.index("不予立案告知书编号：")
    assert "是否已经告知并说明理由：否" in waits
    draft = colleague.get(page.link("打印样稿：不予立案告知书"))
    assert "照送审的内容生成的样稿" in draft.text
    assert "理由：显著轻微" in draft.text
    assert colleague.get(draft.path.replace("?", "issue/?")).status in (403, 405)
    colleague.send(page, page.form("/act/sign_off/"), {"verdict": "back", "text": "先告知"})

    page = officer.get(seek)
    again = typed | {"with.reporter_told": "yes"}
    officer.send(page, page.form("/act/seek_approval/"), again)
    page = colleague.get(matter)
    waits = bare(page).split("等您审签")[1]
    assert "第2次送审上一次退回的理由：先告知和上一次送审不一样的：" in waits
    assert "是否已告知报案人并说明理由否→是" in waits
    assert "还缺" not in waits.split("打印样稿")[0]
    signed = colleague.send(page, page.form("/act/sign_off/"), {"verdict": "agree"})
    assert "的送审（第2次）" in bare(signed)
    chief = signed_in("chief")
    page = chief.get(f"{matter}act/decline/?purpose=handle")
    assert "文书样稿：不予立案告知书" in page.text
    assert "的送审办理（第2次）" in bare(chief.send(page, page.form("/act/decline/"), {}))
