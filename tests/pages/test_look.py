"""The design system and the generated forms by themselves: contrast, headers, typed text."""

from __future__ import annotations

import re
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from haihe.look import forms
from haihe.look.templatetags.look import linked
from haihe.records.shown import FormField
from tests.own_settings import own_settings
from tests.pages.visitor import Visitor

LOOK = Path(forms.__file__).parent
CSS = (LOOK / "static" / "look" / "look.css").read_text(encoding="utf-8")
DARK = (LOOK / "static" / "look" / "dark.css").read_text(encoding="utf-8")
ZONE = ZoneInfo("Asia/Shanghai")
CONTRAST_MIN = 4.5
CONTRAST_OF_SHAPES_MIN = 3.0  # WCAG 2.2, 1.4.11: what a control is known by, and its focus
GROUNDS = ("ground", "sheet", "sunken")
SOFT = ("late-soft", "near-soft", "good-soft", "held-soft", "river-soft")

# Style and script of a page's own; data for a script is neither.
OWN = re.compile(
    r"<style|<script(?! src=)(?![^>]*type=.application/json)|\sstyle=|\son[a-z]+=[\"']|https?://"
)

# Every pair of text and ground that pages use.
PAIRS = [
    *(
        (ink, ground)
        for ink in ("ink", "quiet", "river")
        for ground in ("ground", "sheet", "sunken")
    ),
    *(
        (tone, ground)
        for tone in ("late", "near", "good", "held")
        for ground in ("sheet", "sunken")
    ),
    *((tone, f"{tone}-soft") for tone in ("late", "near", "good", "held", "river")),
    *(("ink", f"{tone}-soft") for tone in ("late", "near", "good", "river")),
    ("on-river", "river"),
    ("on-river", "river-deep"),
    ("river-deep", "sheet"),
]


def colours(scheme: str) -> dict[str, str]:
    """The colours of a scheme by name; dark changes some of those of light."""
    light = CSS.split("\n}\n")[0]
    dark = DARK if scheme == "dark" else ""
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", light + dark))


def luminance(colour: str) -> float:
    """Relative luminance of #rrggbb, WCAG 2.2."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_text_stands_out_from_its_ground(scheme: str, text: str, ground: str) -> None:
    known = colours(scheme)

    assert contrast(known[text], known[ground]) >= CONTRAST_MIN


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_edge_of_a_field_and_the_focus_stand_out_from_their_ground(scheme: str) -> None:
    known = colours(scheme)
    pairs = [
        *(("focus", ground) for ground in (*GROUNDS, *SOFT)),
        *(("edge", ground) for ground in GROUNDS),
        *(("river", ground) for ground in GROUNDS),  # buttons, and boxes that are ticked
    ]
    found = {(one, ground): contrast(known[one], known[ground]) for one, ground in pairs}

    assert {pair: share for pair, share in found.items() if share < CONTRAST_OF_SHAPES_MIN} == {}


def test_the_dark_scheme_is_another_one() -> None:
    assert luminance(colours("dark")["ground"]) < 0.1 < luminance(colours("light")["ground"])


def test_no_page_has_style_or_script_of_its_own() -> None:
    templates = list(LOOK.parent.glob("*/templates/**/*.html"))
    assert len(templates) > 100
    for path in templates:
        text = path.read_text(encoding="utf-8")
        assert not OWN.search(text), path
        assert not re.search(r"[一-鿿][,;!?]", text), f"{path}: Chinese takes full-width marks"


@pytest.mark.parametrize("path", ["/", "/follow/", "/officer/login/", "/nowhere/"])
def test_every_answer_carries_the_strict_headers(anybody: Visitor, path: str) -> None:
    page = anybody.get(path)
    policy = page.headers["Content-Security-Policy"]

    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert "frame-ancestors 'none'" in policy
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert page.headers["Referrer-Policy"] == "same-origin"
    assert "no-store" in page.headers["Cache-Control"]
    assert '<html lang="zh-Hans"' in page.html


def test_a_missing_page_says_what_to_do(anybody: Visitor) -> None:
    page = anybody.get("/nowhere/")

    assert page.status == 404
    assert "没有这一页" in page.text
    assert page.link("回到首页") == "/"


@pytest.mark.parametrize("path", ["/officer/logout/", "/look/choose/"])
def test_opening_what_is_only_posted_to_is_answered_by_a_page_in_words(
    anybody: Visitor, path: str
) -> None:
    page = anybody.get(path)

    assert page.status == 405
    assert page.headers["Allow"] == "POST"
    assert "这个地址不能直接打开" in page.text
    assert "什么都没有改动" in page.text
    assert page.link("回到首页") == "/"


def test_a_form_without_its_token_is_refused_in_words(anybody: Visitor) -> None:
    page = anybody.get("/report/grid_event/call_in/")
    form = page.form("/call_in/")
    form.values["csrfmiddlewaretoken"] = ["x" * 64]
    refused = anybody.send(page, form)

    assert refused.status == 403
    assert "页面开得太久" in refused.text


def test_more_than_we_take_is_refused_in_words(anybody: Visitor) -> None:
    page = anybody.get("/report/grid_event/call_in/")
    form = page.form("/call_in/")
    form.values["x"] = ["y"] * 1_001  # Django takes a thousand fields
    refused = anybody.send(page, form)

    assert refused.status == 413
    assert "什么都没有改动" in refused.text


def test_a_form_without_its_key_is_refused(anybody: Visitor) -> None:
    page = anybody.get("/report/grid_event/call_in/")
    form = page.form("/call_in/")
    form.values["_key"] = ["'; drop"]
    typed = {
        "street": "dayingmen-street",
        "what": "试验事项",
        "place": "某路",
        "minor_involved": "no",
    }
    refused = anybody.send(page, form, typed)

    assert refused.status == 400
    assert "没看懂这次提交" in refused.text


# ── typed text to data ───────────────────────────────────────────────────────────────────────


def asked(type_name: str, **more: object) -> FormField:
    told = {"name": "it", "label": "这一项", "type": type_name, "required": False} | more
    return FormField(**told)  # type: ignore[arg-type]  # built from keywords on purpose


@pytest.fixture(autouse=True)
def configured(tmp_path: Path) -> None:
    """QueryDict asks Django for its character set, refusals for their language."""
    own_settings(tmp_path)


def read(field: FormField, text: str) -> forms.Typed:
    from django.http import QueryDict
    from django.utils.datastructures import MultiValueDict

    post = QueryDict(mutable=True)
    post["it"] = text
    return forms.read([field], post, MultiValueDict(), ZONE)


@pytest.mark.parametrize(
    ("type_name", "text", "datum"),
    [
        ("text", " 马场道 ", "马场道"),
        ("long_text", "一\r\n二", "一\n二"),
        ("integer", "3", 3),
        ("number", "1,200.50", 1200.5),
        ("yes_no", "no", False),
        ("day", "2026-09-01", "2026-09-01"),
        ("day", "2026/9/1", "2026-09-01"),
        ("day", "２０２６年9月1日", "2026-09-01"),
        ("instant", "2026-09-01T08:10", "2026-09-01T08:10:00+08:00"),
        ("instant", "2026-9-1 8:10", "2026-09-01T08:10:00+08:00"),
        ("instant", "2026年9月1日 8点10分", "2026-09-01T08:10:00+08:00"),
        ("instant", "2026-09-01 08：10", "2026-09-01T08:10:00+08:00"),
        ("instant", "2026-09-01T00:10Z", "2026-09-01T00:10:00+00:00"),
        ("texts", "张建国\n\n 刘洋 ", ["张建国", "刘洋"]),
    ],
)
def test_typed_text_becomes_what_the_field_asks_for(
    type_name: str, text: str, datum: object
) -> None:
    typed = read(asked(type_name), text)

    assert typed.wrong == {}
    assert typed.data == {"it": datum}


@pytest.mark.parametrize(
    ("type_name", "text"),
    [
        ("integer", "三"),
        ("number", "nan"),
        ("number", "很多"),
        ("yes_no", "maybe"),
        ("day", "2026-02-30"),
        ("instant", "昨天"),
        ("instant", "2026-09-01"),
        ("instant", "2026-09-01 25:10"),
        ("text", "长" * (forms.TYPED_CHARACTERS_MAX + 1)),
        ("texts", "\n".join("甲" for _ in range(forms.TEXTS_MAX + 1))),
    ],
)
def test_what_cannot_be_understood_is_said_beside_its_field(type_name: str, text: str) -> None:
    typed = read(asked(type_name), text)

    assert typed.data == {}
    assert "这一项" in typed.wrong["it"]


def test_an_empty_field_is_left_out_and_a_required_one_is_asked_for() -> None:
    assert read(asked("text"), "  ") == forms.Typed(data={}, wrong={}, kept={})
    assert read(asked("text", required=True), "").wrong == {"it": "请填写“这一项”。"}
    assert read(asked("day", required=True), "").wrong == {"it": "请选择“这一项”。"}


def test_a_choice_outside_the_list_is_refused() -> None:
    field = asked("choice", choices=(("a", "甲"),))

    assert read(field, "a").data == {"it": "a"}
    assert "选项" in read(field, "b").wrong["it"]


def test_a_short_scale_is_chosen_and_a_long_one_typed() -> None:
    assert forms.widget(asked("integer", at_least=1, at_most=5)) == "radios"
    assert forms.widget(asked("integer", at_least=0, at_most=90)) == "number"
    assert forms.widget(asked("integer", at_least=0)) == "number"


def test_a_number_of_a_matter_in_a_sentence_leads_to_it_and_nothing_else_is_markup() -> None:
    told = linked("与 AL-2026-000003：同<地点")
    link = '<a class="hit numbers" href="/officer/?number=AL-2026-000003">AL-2026-000003</a>'
    assert told == f"与 {link}：同&lt;地点"
    assert linked("没有编号") == "没有编号"
