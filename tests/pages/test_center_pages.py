"""What a supervisor finds: numbers that open, findings with their proof and rectification."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.pages.visitor import Page, Visitor

SignedIn = Callable[[str], Visitor]
PAGES_MAX = 20
LISTS = (
    "new_today",
    "unseen_today",
    "overdue",
    "near",
    "contested",
    "suspended",
    "open",
    "rectifications",
    "rectifications_overdue",
)


@pytest.fixture
def supervisor(signed_in: SignedIn) -> Visitor:
    return signed_in("supervisor")


def rows_of(visitor: Visitor, page: Page) -> int:
    """How many rows a list has, all its pages together."""
    rows = 0
    for _ in range(PAGES_MAX):
        rows += page.html.count('<li>\n<div class="main')
        after = [one.href for one in page.links if one.words == "后面的"]
        if not after:
            return rows
        page = visitor.get(page.path.split("?")[0] + after[0])
    raise AssertionError("the list does not end")


@pytest.mark.parametrize("which", LISTS)
def test_every_number_is_a_link_to_a_list_of_that_length(supervisor: Visitor, which: str) -> None:
    board = supervisor.get("/center/")
    told = re.search(
        rf'href="/center/matters/{which}/">.*?<span class="figure">(\d+)</span>', board.html
    )
    assert told
    listed = supervisor.get(f"/center/matters/{which}/")

    assert f"共 {told[1]} 件" in listed.text
    assert rows_of(supervisor, listed) == int(told[1])


def test_the_numbers_are_not_all_nothing(supervisor: Visitor) -> None:
    figures = re.findall(r'<span class="figure">(\d+)</span>', supervisor.get("/center/").html)

    assert len(figures) == len(LISTS)
    assert sum(int(one) > 0 for one in figures) >= 5


def test_a_finding_leads_to_its_matter_its_proof_and_the_rectification_it_opened(
    supervisor: Visitor,
) -> None:
    page = supervisor.get("/center/findings/")
    proof = re.search(
        r'href="(/officer/matter/[0-9a-f]+/\?purpose=supervise)#event-(\d+)"', page.html
    )
    rectification = page.link("RE-")
    assert proof

    matter = supervisor.get(proof[1])
    assert matter.status == 200
    assert f'id="event-{proof[2]}"' in matter.html
    opened = supervisor.get(rectification)
    assert opened.status == 200
    assert "监督整改" in opened.text
    assert "监督模型（系统）" in opened.text
    assert "model_runner" not in opened.text
    assert proof[1].split("/")[3] not in opened.text, "a matter is told by its number, not its id"
    assert any(proof[1].split("?")[0] in one.href for one in opened.links)


def test_the_findings_of_one_model_are_as_many_as_its_number_says(supervisor: Visitor) -> None:
    board = supervisor.get("/center/")
    told = re.findall(
        r'href="(/center/findings/\?model=[^"]+)">.*?<span class="left">(\d+)</span>',
        board.html,
        re.DOTALL,
    )
    assert told
    for address, number in told:
        assert rows_of(supervisor, supervisor.get(address)) == int(number), address


def test_a_matter_a_supervisor_opened_is_shown_as_seen(supervisor: Visitor) -> None:
    page = supervisor.get("/center/matters/open/")
    unseen = page.text.count("未查看")
    first = next(one.href for one in page.links if "purpose=supervise" in one.href)
    if "已监督查看" in page.html.split(first)[1].split("</li>")[0]:
        assert unseen < page.html.count('<li>\n<div class="main')
        return
    supervisor.get(first)

    assert supervisor.get("/center/matters/open/").text.count("未查看") == unseen - 1


def test_who_does_not_supervise_is_told_why_the_page_stays_closed(signed_in: SignedIn) -> None:
    page = signed_in("mediator").get("/center/")

    assert page.status == 403
    assert "监督页面只对承担监督职责的岗位开放" in page.text
    assert "管理员" in page.text


def test_the_state_of_the_journal_is_told(supervisor: Visitor) -> None:
    page = supervisor.get("/center/")

    assert "记录是否完好" in page.text
    assert re.search(r"\d+ 条", page.text)


def test_the_lengths_of_the_city_are_told_with_source_and_day_of_checking(
    supervisor: Visitor,
) -> None:
    board = supervisor.get("/center/")
    page = supervisor.get(board.link("期限设置"))

    assert page.status == 200
    assert "下达处警指令：3分钟" in page.text
    assert "来源：本市默认值（国家规则只写及时）" in page.text
    assert re.search(r"\d{4}年\d+月\d+日 星期.核对", page.text)
    assert "办案期限" not in page.text, "what the law fixes is no setting"
