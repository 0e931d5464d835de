"""What a supervisor finds: numbers that open, findings with their proof and rectification."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import quote, unquote

import pytest

from tests.pages.test_citizen_pages import LAMP, TYPED, report
from tests.pages.visitor import Page, Visitor

SignedIn = Callable[[str], Visitor]
PAGES_MAX = 40
TRIES_MAX = 3
ROWS_A_PAGE = 25
ZEROS_A_PAGE = 8  # of the numbers that are 0: a map has hundreds
MARKS_A_PAGE = 25  # of those that are not: a page of trends has more than a hundred
BOARDS = (
    "/center/",
    "/center/findings/",
    "/center/map/",
    "/center/map/?what=findings&kind=grid_event",
    "/center/map/?what=new_four_weeks&kind=alarm&area=120103",
    "/center/trends/",
)
NOW = (
    "/center/wall/",
    "/center/review/",
    "/center/ratings/",
    "/center/models/",
)  # no past of theirs
# A supervisor of a district asks for all, one of the whole city and an analyst for the first two.
ROLES = (("supervisor", BOARDS), ("administrator", BOARDS[:2]), ("analyst", BOARDS[:2]))


@pytest.fixture
def supervisor(signed_in: SignedIn) -> Visitor:
    return signed_in("supervisor")


def rows_of(visitor: Visitor, page: Page) -> int:
    """How many rows a list has, all its pages together."""
    rows = 0
    for _ in range(PAGES_MAX):
        rows += page.html.count('<li>\n<div class="main') + page.html.count('<li class="sheet')
        after = [one.href for one in page.links if one.words == "后面的"]
        if not after:
            return rows
        page = visitor.get(after[0])
    raise AssertionError("the list does not end")


def told_numbers(page: Page) -> dict[str, int]:
    """Every number of a page that is a link, by its address."""
    found: dict[str, int] = {}
    for tag, told in page.tags:
        if "data-count" in told:
            assert tag == "a", f"the number {told} is no link"
            number = int(told["data-count"])
            assert found.setdefault(told["href"], number) == number, told
    return found


def again_of(page: Page) -> str:
    """The address that shows this board later."""
    return next(one.href for one in page.links if one.href.startswith("/center/?as_of="))


def moments(page: Page) -> tuple[str, str]:
    """The day before and an instant three days ago, on the city's clocks."""
    now = datetime.fromisoformat(unquote(again_of(page).partition("=")[2]))
    return (now - timedelta(days=1)).date().isoformat(), (now - timedelta(days=3)).isoformat()


def sampled(numbers: dict[str, int]) -> list[str]:
    """Every number of a board; of the many of a map or a course, evenly taken ones."""
    some = [address for address, number in numbers.items() if number]
    empty = [address for address, number in numbers.items() if not number]
    return some[:: len(some) // MARKS_A_PAGE or 1] + empty[:: len(empty) // ZEROS_A_PAGE or 1]


def length_of(visitor: Visitor, href: str) -> int:
    """How long a list is, its pages together; -1 where it says another number of itself."""
    listed = visitor.get(href)
    rows = rows_of(visitor, listed)
    return rows if re.search(rf"共 {rows} [件项]", listed.text) else -1


def at_once(visitor: Visitor, address: str, href: str) -> tuple[int, int]:
    """The list and its number, asked for one after the other: clocks run while a test walks."""
    for _ in range(TRIES_MAX):
        number = told_numbers(visitor.get(address)).get(href)
        listed = length_of(visitor, href)
        if number is None or number == listed:  # None: a day has ended, the page has other links
            return listed, listed
    assert number is not None
    return listed, number


@pytest.mark.parametrize(("role", "pages"), ROLES)
def test_every_number_of_every_page_is_a_link_to_a_list_of_that_length(
    signed_in: SignedIn, role: str, pages: tuple[str, ...]
) -> None:
    """For three readers, now and as of two past moments."""
    visitor = signed_in(role)
    known: dict[str, int] = {}
    for as_of in ("", *moments(visitor.get("/center/"))):
        for address in pages:
            past = f"{address}{'&' if '?' in address else '?'}as_of={quote(as_of)}"
            page = visitor.get(past if as_of else address)
            assert page.status == 200, page.text[:300]
            numbers = told_numbers(page)
            assert numbers or "findings" in address, address
            for href in sampled(numbers):
                if href not in known:
                    known[href] = length_of(visitor, href)
                if known[href] != numbers[href] and not as_of:
                    known[href], numbers[href] = at_once(visitor, address, href)
                assert known[href] == numbers[href], f"{page.path}: {href}"
        pages = tuple(one for one in pages if "trends" not in one)  # their days are past already
    assert sum(number > 0 for number in known.values()) > 15


def test_numbers_of_the_other_pages_open_lists_of_that_length(supervisor: Visitor) -> None:
    """Screen on the wall, looking through, ratings, models; letters list on their own page."""
    for address in NOW:
        numbers = told_numbers(supervisor.get(address))
        assert numbers, address
        for href in sampled(numbers):
            listed, number = at_once(supervisor, address, href)
            assert listed == number, f"{address}: {href}"
    letters = told_numbers(supervisor.get("/center/letters/"))
    for href in [one for one in letters if one.startswith("?")]:
        listed_there = supervisor.get(f"/center/letters/{href.partition('#')[0]}").html
        rows = listed_there.split('id="of-category"')[1].split("</ol>")[0].count("<li>")
        assert rows == letters[href], href


def test_a_list_longer_than_a_page_is_counted_over_all_its_pages(supervisor: Visitor) -> None:
    listed = supervisor.get("/center/matters/open/")

    assert rows_of(supervisor, listed) > ROWS_A_PAGE


def test_a_share_prints_its_fraction(supervisor: Visitor) -> None:
    page = supervisor.get("/center/")
    numbers = told_numbers(page)
    new, seen = (numbers[f"/center/matters/{one}/"] for one in ("new_today", "seen_today"))

    assert f"{seen}/{new}" + (f"（{seen / new:.0%}）" if new else "") in page.text
    assert re.search(r"今日新发现.*\d+/\d+（\d+%）", page.text), "a measured precision"


def shown(page: Page) -> str:
    """What a board says: its figures, without what one can do now and the moment's addresses."""
    figures = page.html.split('id="live"')[1].split('class="sheet no-print"')[0]
    figures = re.sub(r'<p class="buttons no-print">.*?</p>', "", figures)
    return re.sub(r'href="[^"]*"|data-version="[^"]*"', "", figures)


def test_the_board_asked_for_later_is_the_board_that_was_shown(
    supervisor: Visitor, anybody: Visitor
) -> None:
    """A page saved now, and ?as_of= its instant once somebody has worked on."""
    report(anybody, LAMP, TYPED)  # after midnight nothing else is of today
    saved = supervisor.get("/center/")
    unseen = supervisor.get("/center/matters/unseen_today/")
    first = next(one.href for one in unseen.links if "purpose=supervise" in one.href)
    assert supervisor.get(first).status == 200
    assert shown(supervisor.get("/center/")) != shown(saved)

    then = supervisor.get(again_of(saved))
    assert "按当时已经记录的内容重新算出" in then.text
    assert shown(then) == shown(saved)


def test_a_moment_to_come_or_one_nobody_understands_shows_the_present_and_says_so(
    supervisor: Visitor,
) -> None:
    assert "还没有到" in supervisor.get("/center/?as_of=2999-01-01").text
    assert "没有看懂" in supervisor.get("/center/?as_of=yesterday").text
    for wrong in ("kind=nothing", "area=99", "organ=%27"):
        assert supervisor.get(f"/center/matters/open/?{wrong}").status == 404


def test_custody_is_counted_and_nothing_is_told_of_it(supervisor: Visitor) -> None:
    page = supervisor.get("/center/")

    assert "办案区此刻" in page.text
    assert "只有人次，不显示任何人的信息" in page.text


def test_the_map_tells_in_a_table_what_it_shows(supervisor: Visitor) -> None:
    page = supervisor.get("/center/map/?what=new_four_weeks")
    drawn = re.findall(r'aria-label="(\S+) (\d+)"><path', page.html)
    table = page.html.split("<table")[1]
    rows = re.findall(r'map/\?[^"]*">(\S+)</a></th><td><a[^>]*>(\d+)<', table)

    assert len(rows) == 16
    assert dict(drawn) == dict(rows)
    assert [name for name, _ in rows][:2] == ["和平区", "河东区"], "in the order of the codes"
    assert sum(int(number) for _, number in rows) > 20


def test_trends_compare_an_organ_with_its_own_past_only(supervisor: Visitor) -> None:
    page = supervisor.get("/center/trends/")

    assert "前四周：中位数" in page.text
    assert "不同单位之间、人与人之间不比，也不排名" in page.text
    organ = re.findall(r'<option value="([^"]+)">', page.html)[0]
    assert supervisor.get(f"/center/trends/?organ={organ}").status == 200
    assert supervisor.get("/center/trends/?organ=nobody").status == 404


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


def test_a_report_names_its_instant_whose_rights_and_the_address_of_every_figure(
    supervisor: Visitor,
) -> None:
    page = supervisor.get("/center/report/")

    assert "as_of=" in page.path, "a report is always one of a named instant"
    assert "河西区司法局" in page.text
    assert re.search(r"监督范围内\d+个单位", page.text)
    numbers = told_numbers(page)
    assert len(numbers) > 25
    assert all("as_of=" in href and href in page.text for href in numbers)
    some = next(href for href, number in numbers.items() if number > 1)
    assert rows_of(supervisor, supervisor.get(some)) == numbers[some]


def test_the_figures_leave_as_a_table_with_their_queries(supervisor: Visitor) -> None:
    page = supervisor.get("/center/board.csv")
    rows = list(csv.DictReader(page.body.decode("utf-8-sig").splitlines()))

    assert page.headers["Content-Type"].startswith("text/csv")
    assert {row["截至"] for row in rows} == {unquote(page.path.partition("as_of=")[2])}
    assert all("河西区司法局" in row["权限"] for row in rows)
    new, seen = (
        next(row for row in rows if row["指标"] == name) for name in ("今日新收", "今日已查看")
    )
    assert seen["合计"] == new["数"]
    open_ = next(row for row in rows if row["指标"] == "正在办理")
    assert rows_of(supervisor, supervisor.get(open_["地址"])) == int(open_["数"])


def test_a_list_leaves_as_a_table_without_a_word_of_what_it_is_about_and_leaves_a_trace(
    supervisor: Visitor,
) -> None:
    listed = supervisor.get("/center/matters/open/")
    subjects = re.findall(r'class="cover"[^>]*>([^<]{6,})</a>', listed.html)
    assert subjects
    page = supervisor.get("/center/matters/open.csv")
    rows = list(csv.DictReader(page.body.decode("utf-8-sig").splitlines()))

    assert f"共 {len(rows)} 件" in listed.text
    table = page.body.decode("utf-8-sig")
    assert not [one for one in subjects if one in table and len(one) > 8]
    found = supervisor.get("/center/findings.csv")
    assert found.body.decode("utf-8-sig").startswith("编号,种类,模型")
    traces = supervisor.get("/center/traces/?sort=export")
    assert "导出" in traces.text


def test_the_new_matters_of_the_day_are_looked_at_several_at_once_and_each_leaves_its_trace(
    signed_in: SignedIn, anybody: Visitor
) -> None:
    receipt = report(anybody, LAMP, TYPED)
    code = receipt.path.split("/")[2]
    supervisor = signed_in("administrator")
    page = supervisor.get("/center/review/?kind=grid_event")
    assert "autofocus" not in page.html, "a phone would open it at its end, below its numbers"
    left = re.findall(r"还有 (\d+) 件没有看", page.text)
    opened = supervisor.send(page, page.form("/center/review/"), {})
    shown = re.findall(r'data-matter="([0-9a-f]{32})"', opened.html)
    assert 0 < len(shown) <= 10
    assert int(re.findall(r"还有 (\d+) 件没有看", opened.text)[0]) == int(left[0]) - len(shown)
    assert f"这一页的 {len(shown)} 件都记为已监督查看" in opened.text
    assert TYPED["what"] in opened.text
    assert "监督" in anybody.get(f"/follow/{code}/readings/").text
    after = opened.form("/center/review/").values.get("after", [""])
    again = supervisor.get(opened.path)
    assert re.findall(r'data-matter="([0-9a-f]{32})"', again.html) == shown, (
        "a reload opens no more"
    )
    assert after == again.form("/center/review/").values.get("after", [""])
