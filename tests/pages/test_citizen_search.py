"""The search by everyday words: what people say leads to the right form, or to being heard."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlencode

import pytest
import yaml

from haihe.citizen.needs import (
    Need,
    Needs,
    UnusableNeeds,
    grouped,
    in_order,
    index,
    load_needs,
    search,
)
from haihe.citizen.search import Index, Sought
from haihe.pack.place import procedures_folder
from haihe.pack.procedures import load_procedures
from tests.pages.visitor import Page, Visitor

CITY = Path(__file__).resolve().parents[2] / "city"
PHRASES = yaml.safe_load((CITY / "phrases.yaml").read_text(encoding="utf-8"))
BY_NEED: dict[str, list[str]] = PHRASES["phrases"]


def test_every_everyday_phrase_finds_its_need_among_the_first_three() -> None:
    wrong = [
        f"{phrase}: {found[:3]}, not {need}"
        for need, phrases in BY_NEED.items()
        for phrase in phrases
        if need not in (found := index(CITY).find(phrase))[:3]
    ]
    assert wrong == []
    assert sum(len(phrases) for phrases in BY_NEED.values()) >= 60


def test_nine_phrases_of_ten_find_their_need_first() -> None:
    pairs = [(need, phrase) for need, phrases in BY_NEED.items() for phrase in phrases]
    first = [need for need, phrase in pairs if index(CITY).find(phrase)[:1] == (need,)]
    assert len(first) >= 0.9 * len(pairs)


def test_every_need_of_the_phrases_is_one_and_every_need_can_be_met() -> None:
    told = load_needs(CITY)
    assert set(BY_NEED) <= {one.id for one in told.needs}
    procedures = load_procedures(procedures_folder())
    for one in told.needs:
        if not one.kind:
            continue
        newest = procedures[one.kind][-1]
        assert one.step in newest.steps, one
        step = newest.steps[one.step]
        assert set(one.given) <= {*step.asks, *step.may_ask}, one.id
        for name, value in one.given.items():
            choices = newest.fields[name].choices
            assert not choices or value in choices, f"{one.id}: {name}: {value}"


@pytest.mark.parametrize("phrase", PHRASES["nothing"])
def test_words_that_mean_nothing_here_find_no_form(phrase: str) -> None:
    assert index(CITY).find(phrase) == ()


def test_marks_blanks_width_and_what_is_said_around_do_not_matter() -> None:
    for typed in ("楼上漏水", " 楼上，漏水！ ", "请问楼上漏水怎么办", "ｋｔｖ吵"):
        assert index(CITY).find(typed), typed
    assert index(CITY).find("KTV 吵死了")[0] == "noise_street"


def test_a_rare_word_counts_more_than_a_common_one() -> None:
    found = Index(
        [Sought("a", ("办证",)), Sought("b", ("办证", "狗证")), Sought("c", ("办证", "车证"))]
    )
    assert found.find("给狗办证")[0] == "b"


def test_a_telephone_is_no_form_and_a_step_nobody_may_take_is_left_out() -> None:
    listed = (Need(id="a", need="着火", call="119"), Need(id="b", need="某事", kind="k", step="s"))
    assert [one.id for one in in_order((), listed)] == ["a"]
    assert search("着火了", listed[:1], CITY) == []  # not one of the city's ids


def test_needs_stand_under_their_headings_and_the_rest_last() -> None:
    listed = (Need(need="甲", call="1"), Need(need="乙", call="2", group="g"))
    assert [one.name for one in grouped(listed, {"g": "某组", "h": "空组"}, "其他")] == [
        "某组",
        "其他",
    ]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{need: 甲}", "must have either"),
        ("{need: 甲, call: '1', kind: k, step: s}", "must have either"),
        ("{need: 甲, call: '1', group: g}", "no group g"),
        ("{id: a, need: 甲, call: '1'}, {id: a, need: 乙, call: '1'}", "stands twice"),
        ("{neeed: 甲}", "expected"),
        ("]\nways: {投诉: [a]}\nsame: [", "leads to a, which is no need"),
    ],
)
def test_needs_that_cannot_be_used_say_why(tmp_path: Path, line: str, says: str) -> None:
    (tmp_path / "needs.yaml").write_text(f"needs: [{line}]", encoding="utf-8")
    with pytest.raises(UnusableNeeds, match=says):
        load_needs(tmp_path)


def test_a_city_without_needs_has_none(tmp_path: Path) -> None:
    assert load_needs(tmp_path) == Needs()


def test_what_is_found_is_a_form_filled_with_what_the_need_says(anybody: Visitor) -> None:
    page = anybody.get("/")
    found = anybody.send(page, page.form("/search/"), {"q": "楼上漏水"})

    assert found.status == 200
    form = anybody.get(found.link("楼上漏水"))
    filled = form.form("/report/people_mediation/apply/")
    assert filled.values["dispute_kind"] == ["neighbour"]
    assert "楼上漏水，泡了我家" in form.text


def searched(visitor: Visitor, typed: str) -> Page:
    return visitor.get(f"/search/?{urlencode({'q': typed})}")


def test_danger_leads_to_a_telephone_first(anybody: Visitor) -> None:
    found = searched(anybody, "被打了")
    assert found.link("打 110") == "tel:110"


def test_a_paper_leads_to_the_catalogue_of_services(anybody: Visitor) -> None:
    page = anybody.get(searched(anybody, "孩子上户口").link("孩子上户口"))
    assert page.path.startswith("/services/?q=")
    assert page.status == 200


def test_an_unknown_need_is_heard_and_nothing_has_to_be_typed_again(anybody: Visitor) -> None:
    found = searched(anybody, "魑魅魍魉")

    assert "没有找到“魑魅魍魉”" in found.text
    heard = anybody.get(found.link("写给综治中心"))
    assert heard.form("/report/governance_dispute/come_in/").values["facts"] == ["魑魅魍魉"]


def test_nothing_typed_is_no_error(anybody: Visitor) -> None:
    assert anybody.get("/search/?q=%20").status == 200
    assert anybody.get("/search/").status == 200


def test_what_was_typed_is_text_and_never_a_tag(anybody: Visitor) -> None:
    page = anybody.get("/search/?q=%3Cscript%3Ealert(1)%3C/script%3E")
    assert "<script>alert" not in page.html


def test_a_need_that_begins_from_a_matter_asks_for_the_code_and_leads_on(anybody: Visitor) -> None:
    page = anybody.get(searched(anybody, "谁看过我的信息").link("我的信息被不该看的人看了"))

    assert page.form("/follow/").values["then"] == ["readings"]
    wrong = anybody.send(page, page.form("/follow/"), {"code": "2222"})
    assert wrong.status == 404


def test_who_asks_how_far_it_is_or_has_lost_the_code_finds_the_page_of_codes(
    anybody: Visitor,
) -> None:
    page = anybody.get(searched(anybody, "上回报的路灯还没修").link("我的事办到哪一步了"))
    assert page.form("/follow/").values["code"] == [""]
    assert page.link("用手机号登录") == "/mine/"  # who lost the code is led on from there too
    assert searched(anybody, "查询码丢了").link("查询码丢了") == "/mine/"


def test_what_a_sentence_speaks_of_leads_to_its_need() -> None:
    told = load_needs(CITY)
    assert [one.id for one in told.named_in("您可以补充情况，也可以投诉。")] == [
        "petition",
        "by_voice",
    ]
    assert [one.id for one in told.named_in("可以复议或者起诉。")] == ["reconsider"]
    assert told.named_in("案件已经立案，正在调查。") == ()
