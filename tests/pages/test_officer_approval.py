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


def test_what_a_station_puts_under_approval_is_proposed_signed_and_done(
    signed_in: SignedIn,
) -> None:
    officer = signed_in("officer")
    file = received(officer)
    matter = file.path.split("?")[0]
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
