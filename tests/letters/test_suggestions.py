"""Suggested categories: learned from labels, explained, sure where it may be, never from a copy."""

from __future__ import annotations

from datetime import date

import pytest

from haihe.letters.message import Message
from haihe.letters.suggest import Classifier, groups

ROADS = ["公交车站太远", "公交车总是晚点", "出租车拒载乱收费", "公交线路要延长", "出租车绕路"]
SCHOOLS = ["学校乱收补课费", "老师有偿补课", "幼儿园学费太贵", "学校食堂太差", "老师体罚学生"]
WORK = ["拖欠农民工工资", "公司不交社保", "养老金没有发放", "老板拖欠工资", "社保卡不能用"]


def message(number: int, subject: str, label: str = "", text: str = "请有关部门处理") -> Message:
    return Message(str(number), "u", subject, text, date(2019, 4, 25), label)  # Thursday


LABELLED = [
    message(number, subject, label)
    for number, (subject, label) in enumerate(
        [(one, "交通") for one in ROADS]
        + [(one, "教育") for one in SCHOOLS]
        + [(one, "劳动") for one in WORK]
    )
]


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return Classifier(LABELLED)


def test_messages_that_were_never_seen_get_the_category_of_their_words(
    classifier: Classifier,
) -> None:
    unseen = ["公交车司机态度差", "老师让学生补课", "单位拖欠我的工资"]
    told = classifier.classify([message(90 + n, one) for n, one in enumerate(unseen)])
    assert told == ["交通", "教育", "劳动"]


def test_a_suggestion_says_the_words_that_spoke_for_it(classifier: Classifier) -> None:
    said = classifier.suggest(message(90, "某厂拖欠工资三个月"))
    assert said.best[0].category == "劳动"
    assert any("工资" in words or "拖欠" in words for words in said.best[0].because)
    assert all(words in "某厂拖欠工资三个月" for one in said.best for words in one.because[:1])


def test_the_probabilities_of_a_message_make_one(classifier: Classifier) -> None:
    likely = classifier.probabilities([message(90, "老师补课"), message(91, "天气很好")])
    assert likely.sum(axis=1) == pytest.approx([1.0, 1.0])
    assert likely[0].max() > likely[1].max()


def test_a_message_that_says_nothing_known_is_unsure(classifier: Classifier) -> None:
    assert classifier.suggest(message(90, "zzzz", text="")).unsure
    assert classifier.suggest(message(91, "", text="")).unsure


def test_the_names_of_categories_teach_what_no_message_said() -> None:
    tree = [
        ("道路运输 高速公路收费站", "交通"),
        ("学前教育 高等教育", "教育"),
        ("林业 砍伐", "农业"),
    ]
    taught = Classifier([*LABELLED, message(80, "公路", "交通"), message(81, "公路", "交通")], tree)
    assert taught.classify([message(90, "高速公路收费")]) == ["交通"]
    assert "农业" not in taught.categories  # nobody labelled a message so


def test_two_categories_are_enough_and_one_is_refused() -> None:
    two = Classifier(LABELLED[:10])
    assert two.classify([message(90, "公交车"), message(91, "老师")]) == ["交通", "教育"]
    assert any("老师" in words for words in two.suggest(message(91, "老师")).best[0].because)
    with pytest.raises(ValueError, match="of two categories"):
        Classifier(LABELLED[:5])


def test_a_category_with_one_message_is_learned_too() -> None:
    rare = Classifier([*LABELLED, message(70, "井盖丢失", "城建")])
    assert rare.classify([message(90, "井盖丢失了"), message(91, "老师补课")]) == ["城建", "教育"]
    with pytest.raises(ValueError, match="of two categories"):
        Classifier([*LABELLED, message(70, "井盖丢失", "")])


def test_copies_and_near_copies_share_a_fold_and_others_do_not() -> None:
    long = "本小区北门外的垃圾站每天凌晨三点装车，噪音很大，居民多次投诉没有人管，请尽快处理"
    first, again = message(1, "垃圾站扰民", text=long), message(2, "垃圾站扰民!", text=long + "。")
    other = message(3, "何时通地铁", text="想问一下四号线什么时候开到南边")
    one, two, three = groups([first, again, other])
    assert one == two != three
