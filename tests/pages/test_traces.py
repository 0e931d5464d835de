"""The auditor's page: every reading, search and refusal is found, and looking is a trace too."""

from __future__ import annotations

import re
from collections.abc import Callable

from tests.pages.test_citizen_pages import MEDIATION, code_on, report
from tests.pages.visitor import Visitor

APPLY = "/report/people_mediation/apply/"
SignIn = Callable[[str], Visitor]


def number_of_a_read_matter(anybody: Visitor, signed_in: SignIn) -> str:
    """The number of a mediation that its mediator searched for and opened."""
    code = code_on(report(anybody, APPLY, MEDIATION))
    number = anybody.get(f"/follow/{code}/").text.partition("编号 ")[2].split()[0]
    officer = signed_in("mediator")
    matter = re.search(r"/officer/matter/\w+/", officer.get(f"/officer/?number={number}").html)
    assert matter
    assert officer.get(matter[0]).status == 200
    return number


def test_an_auditor_finds_the_opening_of_a_matter_and_the_search_for_it(
    anybody: Visitor, signed_in: SignIn
) -> None:
    number = number_of_a_read_matter(anybody, signed_in)
    auditor = signed_in("administrator")
    opened = auditor.get(f"/center/traces/?number={number}")
    assert opened.status == 200
    assert "打开卷宗" in opened.text
    assert "王秀英" in opened.text
    assert "看到" in opened.text
    assert "试验申请人" not in opened.text
    searched = auditor.send(opened, opened.form("/center/traces/"), {"word": number, "number": ""})
    assert f"查{number}；得到1条" in searched.text


def test_whoever_looks_at_traces_leaves_one(anybody: Visitor, signed_in: SignIn) -> None:
    supervisor = signed_in("supervisor")
    asked = supervisor.get("/center/traces/")
    found = supervisor.send(asked, asked.form("/center/traces/"), {"word": "13812345678"})
    assert (found.status, found.path) == (200, "/center/traces/")
    auditor = signed_in("administrator")
    page = auditor.get("/center/traces/?sort=audit&organ=hexi-justice")
    assert "郭志明" in page.text
    assert "查138****5678（只留遮盖的样子）" in page.text
    assert "13812345678" not in page.text


def test_officers_do_not_see_traces_and_dates_must_make_sense(signed_in: SignIn) -> None:
    assert signed_in("mediator").get("/center/traces/").status == 403
    auditor = signed_in("administrator")
    wrong = auditor.get("/center/traces/?first=2026-01-02&last=2026-01-01")
    assert "起止日期不对" in wrong.text
    assert auditor.get("/center/traces/?first=nonsense&after=x").status == 200
