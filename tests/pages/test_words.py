"""The English of the interface: complete, exact, compiled, and shown to whoever chose it."""

from __future__ import annotations

import gettext
import os
from pathlib import Path

import pytest

from haihe.look import catalogues, extraction, rule_catalogues, rule_words, words
from haihe.look.extraction import Said, Unmarked
from tests.pages.visitor import Visitor


@pytest.mark.parametrize("package", catalogues.packages())
def test_everything_a_package_says_is_marked_and_has_its_english(package: str) -> None:
    assert list(catalogues.faults([package])) == [], "call `haihe words` and write the English"


def test_everything_the_rules_say_has_its_english() -> None:
    said = rule_words.collected(Path(__file__).resolve().parents[2])
    assert list(rule_catalogues.faults(said)) == [], "call `haihe words rules`, write the English"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Two packages of a program that says a few things."""
    for name in ("look", "citizen"):
        (tmp_path / name / "templates").mkdir(parents=True)
        (tmp_path / name / "__init__.py").write_text("")
    (tmp_path / "look" / "one.py").write_text('SAID = gettext("首页")\n')
    (tmp_path / "citizen" / "templates" / "page.html").write_text(
        '{% load i18n %}{% translate "首页" %}{% translate "返回" %}'
        "{% blocktranslate count n=n %}{{ n }} 件{% plural %}{{ n }} 件{% endblocktranslate %}"
    )
    return tmp_path


def faults(tree: Path) -> list[tuple[str, str]]:
    return [(one.wrong, one.text) for one in catalogues.faults(["look", "citizen"], tree)]


def translate(tree: Path, package: str, text: str, *forms: str) -> None:
    """Write the English of one text into a catalogue."""
    path = tree / package / words.BELOW / words.WRITTEN
    before = path.read_text()
    if len(forms) == 1:
        after = before.replace(f'msgid "{text}"\nmsgstr ""', f'msgid "{text}"\nmsgstr "{forms[0]}"')
    else:
        one, many = 'msgstr[0] ""', 'msgstr[1] ""'
        after = before.replace(one, f'msgstr[0] "{forms[0]}"').replace(
            many, f'msgstr[1] "{forms[1]}"'
        )
    assert after != before
    path.write_text(after)


def test_what_the_look_says_is_not_said_again_by_another_package(tree: Path) -> None:
    assert catalogues.bring_up("look", tree) == (1, 0)
    assert catalogues.bring_up("citizen", tree) == (2, 0)
    assert faults(tree) == [
        ("untranslated", "首页"),
        ("untranslated", "%(n)s 件"),
        ("untranslated", "返回"),
    ] or sorted(faults(tree)) == sorted(
        [("untranslated", "首页"), ("untranslated", "%(n)s 件"), ("untranslated", "返回")]
    )


def test_a_complete_catalogue_has_no_fault_and_an_incomplete_one_says_which(tree: Path) -> None:
    for package in ("look", "citizen"):
        catalogues.bring_up(package, tree)
    translate(tree, "look", "首页", "Home")
    translate(tree, "citizen", "返回", "Back")
    translate(tree, "citizen", "%(n)s 件", "one matter", "%(n)s matters")
    assert faults(tree) == []

    page = tree / "citizen" / "templates" / "page.html"
    page.write_text(page.read_text().replace("返回", "回去") + "<p>没有标记</p>")
    assert sorted(faults(tree)) == [
        ("unmarked", "<p>没有标记</p>"),
        ("untranslated", "回去"),
        ("unused", "返回"),
    ]


def test_a_lost_placeholder_and_left_over_chinese_are_faults(tree: Path) -> None:
    for package in ("look", "citizen"):
        catalogues.bring_up(package, tree)
    translate(tree, "look", "首页", "首页 Home")
    translate(tree, "citizen", "返回", "Back")
    translate(tree, "citizen", "%(n)s 件", "one matter", "many matters")

    assert sorted(faults(tree)) == [("chinese", "首页"), ("placeholders", "%(n)s 件")]


def test_python_is_read_for_marked_and_unmarked_words() -> None:
    source = '''"""开头的说明不算。"""
def says(n):
    """也不算。"""
    plain = "没有标记"
    mark = f"有 {n} 件"
    stored = "登记"  # Chinese: it is stored
    return _("标记了") % {"n": n}, ngettext("%(n)s 天", "%(n)s 天", n), pgettext("钟", "走")
'''
    found = list(extraction.in_python(source, "x.py"))

    assert {(one.context, one.text) for one in found if isinstance(one, Said)} == {
        ("", "标记了"),
        ("", "%(n)s 天"),
        ("钟", "走"),
    }
    assert sorted(one.text for one in found if isinstance(one, Unmarked)) == [
        " 件",
        "有 ",
        "没有标记",
    ]


def test_words_inside_other_tags_of_a_template_are_found() -> None:
    source = (
        '{% include "a.html" with heading=_("标题") %}{{ name|default:"无名" }}'
        '{# 不算 #}{% comment %}不算{% endcomment %}{% translate "百分之百 100%" %}'
    )
    found = list(extraction.in_template(source, "x.html"))

    assert [one.text for one in found] == ["标题", 'name|default:"无名"', "百分之百 100%%"]
    assert isinstance(found[1], Unmarked)


def test_a_catalogue_is_compiled_when_it_changed_and_only_then(tree: Path) -> None:
    catalogues.bring_up("look", tree)
    translate(tree, "look", "首页", "Home")
    written = tree / "look" / words.BELOW / words.WRITTEN
    assert words.ready(tree) == [str(tree / "look" / "locale")]
    compiled = written.with_name(words.COMPILED)
    with compiled.open("rb") as file:
        assert gettext.GNUTranslations(file).gettext("首页") == "Home"

    assert words.stale(tree) == []
    os.utime(written, (compiled.stat().st_mtime + 1, compiled.stat().st_mtime + 1))
    assert words.stale(tree) == [written]


# ── As a reader sees it ──────────────────────────────────────────────────────────────────────


def choose(visitor: Visitor, path: str, name: str, value: str) -> None:
    """Press one of the switches in the foot of a page."""
    page = visitor.get(path)
    form = page.form("/look/choose/")
    back = visitor.send(page, form, {name: value})
    assert (back.status, back.path) == (200, path)


def test_the_language_is_chosen_in_the_foot_and_stays(anybody: Visitor) -> None:
    assert '<html lang="zh-Hans"' in anybody.get("/").html

    choose(anybody, "/report/", "language", "en")

    page = anybody.get("/nowhere/")
    assert '<html lang="en"' in page.html
    assert page.headers["Content-Language"] == "en"
    assert "There is no such page" in page.text
    choose(anybody, "/", "language", "zh-hans")
    assert "没有这一页" in anybody.get("/nowhere/").text


def test_big_type_and_dark_are_chosen_in_the_same_way(anybody: Visitor) -> None:
    choose(anybody, "/", "type", "big")
    choose(anybody, "/", "scheme", "dark")

    page = anybody.get("/follow/")
    assert 'class="is-big ' in page.html
    assert 'data-scheme="dark"' in page.html


def test_a_choice_leads_back_to_this_site_only_and_knows_its_values(anybody: Visitor) -> None:
    page = anybody.get("/")
    form = page.form("/look/choose/")

    page.address = "https://example.org/there/"
    form.action = f"{anybody.address}look/choose/"
    elsewhere = anybody.send(page, form, {"type": "big"})
    assert (elsewhere.status, elsewhere.path) == (200, "/")
    assert anybody.send(page, form, {"language": "tlh"}).status == 400
    assert anybody.get("/look/choose/").status == 405
