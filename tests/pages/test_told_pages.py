"""An English page: the rules' words in English, what stays Chinese marked, nothing else touched."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote

import pytest
from django.utils import translation

from haihe.config.pages import PAGES, Page
from haihe.look import rule_catalogues, told_pages
from haihe.look.moments import moment
from haihe.look.rule_words import HAN, collected, in_program
from haihe.look.tongue import Tongue
from tests.own_settings import own_settings
from tests.pages.visitor import VOID, Visitor

ENGLISH = {
    "受理": "Accept",
    "网格事件": "Grid event",
    "承办人": "handler",
    "正在办理。": "It is being handled.",
    "还没有“{name}”": "“{name}” has not been done",
    "已超期{length}": "{length} overdue",
    "{hours}小时{minutes}分钟": "{hours} hours {minutes} minutes",
    "{year}年{month}月{day}日 {value}": "{value} {day}/{month}/{year}",
    "这个长短由本市约定，来源：{source}{checked}。": "Agreed here, source: {source}{checked}.",
    "公开报道": "public reports",
    "，{day}核对": ", checked {day}",
}
NAMES = frozenset({"天塔街道", "治安管理处罚法"})


@pytest.fixture
def words() -> Tongue:
    return Tongue(ENGLISH, NAMES.__contains__)


@pytest.mark.parametrize(
    ("text", "english"),
    [
        ("受理", "Accept"),
        ("还没有“受理”", "“Accept” has not been done"),
        ("已超期3天2小时", "3 days 2 hours overdue"),
        ("已超期6小时10分钟", "6 hours 10 minutes overdue"),
        ("Received 2026年9月1日 星期二 08:10", "Received Tue 1 Sep 2026, 08:10"),
        ("受理、网格事件", "Accept, Grid event"),
        ("受理（网格事件）", "Accept (Grid event)"),
        ("天塔街道 · 网格事件", "天塔街道 · Grid event"),
        ("治安管理处罚法第118条第2款", "治安管理处罚法 art. 118(2)"),
        (
            "这个长短由本市约定，来源：公开报道，2026年9月1日 星期二核对。",
            "Agreed here, source: public reports, checked Tue 1 Sep 2026.",
        ),
        ("张三（承办人）", "张三 (handler)"),
    ],
)
def test_what_the_rules_say_is_told_by_its_words_its_template_or_its_form(
    words: Tongue, text: str, english: str
) -> None:
    assert words.told(text) == english


@pytest.mark.parametrize("text", ["路灯坏了，请受理", "张三", "受理了吗", "隔壁老王说：受理"])
def test_what_people_wrote_is_not_told_by_halves(words: Tongue, text: str) -> None:
    assert words.told(text) is None


@pytest.mark.parametrize(
    ("text", "english"),
    [
        ("2026年9月1日 星期二 08:10", "Tue 1 Sep 2026, 08:10"),
        ("9月1日", "1 Sep"),
        ("20个工作日", "20 working days"),
        ("1天", "1 day"),
        ("3日前", "3 days before"),
        ("三天", None),
    ],
)
def test_dates_and_lengths_are_told(text: str, english: str | None) -> None:
    assert moment(text) == english


def test_a_page_keeps_what_is_sent_and_marks_what_stays(words: Tongue) -> None:
    page = (
        '<p title="受理">受理</p><p>张三</p><p>By 张三 on 网格事件</p>'
        '<select><option>受理</option><option value="a">张三</option></select>'
        '<input name="x" value="受理"><textarea>受理</textarea><script>"受理"</script>'
        '<div lang="zh-Hans"><p>受理</p></div><p>受理</p>'
    )
    told = told_pages.told(page, words)
    assert told == (
        '<p title="Accept">Accept</p><p lang="zh-Hans">张三</p>'
        '<p>By <span lang="zh-Hans">张三</span> on Grid event</p>'
        '<select><option value="受理">Accept</option>'
        '<option value="a" lang="zh-Hans">张三</option></select>'
        '<input name="x" value="受理"><textarea>受理</textarea><script>"受理"</script>'
        '<div lang="zh-Hans"><p>受理</p></div><p>Accept</p>'
    )


def test_names_between_english_marks_are_told_like_those_between_chinese_ones(
    words: Tongue,
) -> None:
    page = told_pages.told(
        "<dd>承办人 (天塔街道)</dd><dd>受理, 网格事件</dd><dd>受理; 张三</dd>", words
    )

    assert page == (
        '<dd>handler (<span lang="zh-Hans">天塔街道</span>)</dd><dd>Accept, Grid event</dd>'
        '<dd lang="zh-Hans">受理; 张三</dd>'
    )


def test_an_answer_that_is_no_page_is_said_in_the_language_its_reader_chose(
    tmp_path: Path, words: Tongue
) -> None:
    own_settings(tmp_path)
    refusal = "还没有“受理”"
    with translation.override("en"):
        assert told_pages.said(refusal, words) == "“Accept” has not been done"
    with translation.override("zh-hans"):
        assert told_pages.said(refusal, words) == refusal


def test_a_program_says_its_templates_with_named_values() -> None:
    source = '"""说明"""\ndef f(name):\n    return f"没有“{name.first}”，共{len(name)}件"\n'
    assert list(in_program(source)) == ["没有“{first}”，共{len}件"]


def test_a_field_is_told_whatever_its_id_and_a_citation_is_not(tmp_path: Path) -> None:
    kind = tmp_path / "procedures" / "visit"
    kind.mkdir(parents=True)
    (kind / "from-2026-01-01.yaml").write_text(
        "fields: {article: {name: 依据条文}, note: {name: 说明, basis: 不收}}\n", encoding="utf-8"
    )
    assert list(collected(tmp_path)["fields"]) == ["依据条文", "说明"]


# ── The pages of the demo city ───────────────────────────────────────────────────────────────

FACES = ("citizen", "apply", "officer", "center")
WALKED: tuple[Page, ...] = tuple(
    {one.route: one for one in PAGES if "{" not in one.path and one.face in FACES}.values()
)


class _Chinese(HTMLParser):
    """Collects Chinese text: in elements marked as Chinese, and outside of them."""

    def __init__(self) -> None:
        super().__init__()
        self.marked: list[str] = []
        self.unmarked: list[str] = []
        self._open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self._open.append((tag, (dict(attrs).get("lang") or "").startswith("zh")))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        spoken = not {"script", "style", "textarea"} & {tag for tag, _ in self._open}
        if HAN.search(data) and spoken:
            marked = any(chinese for _, chinese in self._open)
            (self.marked if marked else self.unmarked).append(" ".join(data.split()))


def test_on_english_pages_no_word_of_the_rules_stays_chinese(
    city: str, signed_in: Callable[[str], Visitor]
) -> None:
    said = rule_catalogues.everything()
    visitors: dict[str, Visitor] = {}
    left: list[str] = []
    for page in WALKED:
        if page.who not in visitors:
            visitors[page.who] = signed_in(page.who) if page.who else Visitor(city)
            _choose_english(visitors[page.who])
        read = _Chinese()
        read.feed(visitors[page.who].get(quote(page.path, safe="/?=&")).html)
        left += [f"{page.path}: not marked: {one}" for one in read.unmarked]
        left += [f"{page.path}: {one}" for one in read.marked if one in said]
    assert not left


def test_a_page_in_chinese_says_nothing_in_english(city: str) -> None:
    assert not re.search(r"Grid event|Accept", Visitor(city).get("/report/").text)


def _choose_english(visitor: Visitor) -> None:
    page = visitor.get("/")
    visitor.send(page, page.form("/look/choose/"), {"language": "en"})
