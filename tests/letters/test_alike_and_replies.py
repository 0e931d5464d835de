"""Repeated and similar messages by words and place; replies by days and by what they say."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from haihe.letters.alike import alike, bundles
from haihe.letters.message import Answered, Message, day, read_messages
from haihe.letters.nearest import nearest
from haihe.letters.replies import copied, judge, lacking

NOISE = "A3区丽发新城小区旁边新建了一座搅拌站，每天粉尘很大，噪音到半夜，老人孩子无法休息"
ASKED = date(2019, 4, 25)  # Thursday


def message(id: str, text: str, user: str = "u1", on: date = ASKED) -> Message:
    return Message(id, user, "反映问题", text, on)


OTHERS = [
    message("8", "B市公交车五路什么时候恢复运营，上班很不方便"),
    message("9", "请问A2区幼儿园学费可以减免吗，家里有两个孩子"),
]


def test_a_copy_is_found_whatever_the_marks_and_says_whether_one_wrote_both() -> None:
    again = message("2", NOISE.replace("，", "\n "), "u1")
    by_other = message("3", NOISE, "u2")
    found = alike([message("1", NOISE), again, by_other, *OTHERS])
    assert {(pair.one.id, pair.other.id, pair.same_user) for pair in found.pairs} == {
        ("1", "2", True), ("1", "3", False), ("2", "3", False),
    }  # fmt: skip
    assert {pair.sort for pair in found.pairs} == {"copy"}
    assert [[one.id for one in bundle] for bundle in bundles(found.pairs)] == [["1", "2", "3"]]


def test_a_near_copy_says_what_both_say() -> None:
    found = alike([message("1", NOISE), message("2", NOISE + "，请处理"), *OTHERS])
    (pair,) = found.pairs
    assert pair.sort == "near"
    assert 0.6 <= pair.likeness < 1
    assert any("丽发新城" in words for words in pair.shared)


def test_the_same_words_about_another_place_are_no_neighbours() -> None:
    elsewhere = message("2", NOISE.replace("A3区", "J4县") + "，请处理", "u2")
    assert not alike([message("1", NOISE), elsewhere, *OTHERS]).pairs
    named = NOISE.replace("A3区", "河东区"), NOISE.replace("A3区", "河西区") + "，请处理"
    pair = [message("1", named[0]), message("2", named[1])]
    assert alike([*pair, *OTHERS]).pairs
    assert not alike([*pair, *OTHERS], places=["河东区", "河西区"]).pairs


def test_the_same_matter_in_other_words_is_similar_for_a_year() -> None:
    told = "A3区丽发新城小区旁边的搅拌站噪音到半夜，请环保部门查一查"
    soon = message("2", told, "u2", date(2019, 6, 3))  # Monday
    late = message("2", told, "u2", date(2020, 6, 3))  # Wednesday
    assert [one.sort for one in alike([message("1", NOISE), soon, *OTHERS]).pairs] == ["similar"]
    assert not alike([message("1", NOISE), late, *OTHERS]).pairs


def test_one_message_or_none_is_like_nothing() -> None:
    assert alike([]).pairs == alike([message("1", NOISE)]).pairs == ()


@pytest.mark.parametrize(
    ("reply", "lacks"),
    [
        ("网友：您好！留言已收悉", "empty"),
        ("网友“UU008123”您好！2019年3月5日", "empty"),
        ("网友：您好！您反映的问题已转县教育局调查核处。2018年8月22日", "passed_on"),
        ("您好。请向当地民政部门询问。", "passed_on"),
        ("您好，您说的路灯坏了这件事我们大家都很关心", "no_promise"),
        ("您好！经现场核实，路灯已于昨日修复。感谢您的监督！", ""),
        ("您好！我局将于五月底前完成道路修复。", ""),
    ],
)
def test_what_a_reply_lacks(reply: str, lacks: str) -> None:
    assert lacking(reply) == lacks


@pytest.mark.parametrize(
    ("replied_on", "days"),
    [(date(2019, 5, 10), 15), (date(2019, 5, 11), 16)],  # Friday, Saturday
    ids=["fifteenth day", "sixteenth day"],
)
def test_a_reply_is_late_after_the_fifteenth_calendar_day(replied_on: date, days: int) -> None:
    (judged,) = judge([Answered(message("1", NOISE), "经核实已整改", replied_on)])
    assert judged.days == days
    assert judged.late is (days > 15)


def test_one_text_for_two_matters_is_copied_and_for_one_matter_is_not() -> None:
    text = (
        "经研究，相关部门正在编制规划，对于您的意见和建议我们将充分论证研究，并适时向社会公布结果"
    )
    first = Answered(message("1", NOISE), f"网友您好！{text}。2019年5月6日", ASKED)
    other = Answered(OTHERS[0], f"“UU0081”你好：{text}。2019年6月6日", ASKED)
    again = Answered(message("2", NOISE + "，请处理"), text, ASKED)
    found = copied([first, other, again])
    assert {(one.one.message.id, one.other.message.id) for one in found} == {("1", "8"), ("8", "2")}
    assert not copied([first, again])


def test_days_are_read_as_the_files_write_them() -> None:
    assert day("2019/4/25 9:32:09") == day("2019-04-25 09:32") == day("2019/4/25") == ASKED
    with pytest.raises(ValueError, match="no day in"):
        day("25.4.2019")


def test_a_file_without_its_columns_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "messages.csv"
    path.write_text("留言编号,留言用户\n1,u\n", "utf-8")
    with pytest.raises(ValueError, match="no column 留言主题、留言时间、留言详情"):
        read_messages(path)


def test_one_message_among_others_is_as_like_without_the_library_as_with_it() -> None:

    texts = [
        "a3区滨河路烧烤摊每晚喧哗到后半夜，老人孩子睡不着",
        "a3区滨河路的烧烤摊每晚喧哗到后半夜，老人和孩子都睡不着觉",
        "a3区滨河路烧烤摊油烟大，每晚喧哗",
        "a7县小学门口放学堵车，希望有人疏导",
        "a3区滨河路烧烤摊每晚喧哗到后半夜，老人孩子睡不着",
    ]
    day = date(2026, 9, 1)  # Tuesday
    messages = [Message(str(number), "", "", text, day) for number, text in enumerate(texts)]
    with_library = {
        (pair.one.id if pair.other.id == "0" else pair.other.id): (pair.sort, pair.likeness)
        for pair in alike(messages).pairs
        if "0" in (pair.one.id, pair.other.id)
    }
    without = {
        near.other.id: (near.sort, near.likeness) for near in nearest(messages[0], messages[1:])
    }
    assert without == with_library
    assert without["4"] == ("copy", 1.0)
    assert "3" not in without
