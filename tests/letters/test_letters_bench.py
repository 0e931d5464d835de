"""The bench of letters: figures one can count by hand, the same folds for all, files refused."""

from __future__ import annotations

import argparse
import csv
import gzip
import json
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import pytest

from bench import letters
from bench.environment import ROOT
from bench.letters import FOLDER, Guess
from haihe.letters.message import Message, read_answered, read_labelled, read_tree
from haihe.letters.replies import judge

HEADER = ["留言编号", "留言用户", "留言主题", "留言时间", "留言详情"]
needs_data = pytest.mark.skipif(
    not FOLDER.is_dir(), reason=f"no messages of citizens at {FOLDER.relative_to(ROOT.parent)}"
)


def write(path: Path, more: list[str], rows: Iterable[list[str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as lines:
        csv.writer(lines).writerows([HEADER + more, *rows])
    return path


def labelled(path: Path, first: int, count: int) -> Path:
    topics = {"交通": "公交车晚点线路太少", "教育": "老师补课学校收费"}
    return write(
        path,
        ["一级分类"],
        (
            [str(n), "u", f"{topic[n % 3 : n % 3 + 5]}", "2019/4/25 9:32:09", f"第{n}次反映", label]
            for label, topic in topics.items()
            for n in range(first, first + count)
        ),
    )


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict[str, object]]:
    parser = argparse.ArgumentParser()
    letters.arguments(parser)
    code = letters.run(parser.parse_args(["--json", *words]))
    return code, json.loads(capsys.readouterr().out or "{}")


def test_macro_f1_is_the_mean_over_categories_however_few_messages_one_has() -> None:
    guesses = [Guess("a", "a"), Guess("a", "a"), Guess("a", "b"), Guess("b", "b")]
    assert letters._macro(guesses) == pytest.approx((0.8 + 2 / 3) / 2)
    assert letters._macro([Guess("a", "c"), Guess("b", "b")]) == 0.5


def test_what_is_learned_from_one_file_is_judged_on_another(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train, test = labelled(tmp_path / "a.csv", 0, 6), labelled(tmp_path / "b.csv", 20, 4)
    code, figures = run(capsys, "--train", str(train), "--test", str(test))
    told = figures["classification"]
    assert isinstance(told, dict)
    assert (code, told["macro_f1"], told["messages"]) == (0, 1.0, {"train": 12, "test": 8})
    assert told["baseline"]["most_frequent"]["macro_f1"] == 0.333
    assert told["examples"][0]["because"]


def test_files_that_cannot_be_used_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path / "a.csv", [], [])
    parser = argparse.ArgumentParser()
    letters.arguments(parser)
    assert letters.run(parser.parse_args(["--data", str(path)])) == 2
    assert "a.csv: no message in this file" in capsys.readouterr().err
    path.write_text("编号,内容\n1,路灯\n", "utf-8")
    assert letters.run(parser.parse_args(["--data", str(path)])) == 2
    told = capsys.readouterr().err
    assert "a.csv: no column 留言编号、留言用户、留言主题、留言时间、留言详情" in told
    assert "there are: 内容、编号" in told
    assert letters.run(parser.parse_args(["--train", str(path)])) == 2
    assert "together" in capsys.readouterr().err
    assert letters.run(parser.parse_args(["--data", str(tmp_path / "none")])) == 2


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "the file is empty"),
        (b"PK\x03\x04...", "save it as CSV"),
        (gzip.compress(b"1,2,3\n" * 99)[:-4], "the packed file is damaged"),
        (bytes(range(128, 256)), "this is no text in UTF-8, UTF-16 or GB18030"),
        (b'a,b\n"1', "no column"),
    ],
    ids=["empty", "spreadsheet", "cut off", "no text", "other columns"],
)
def test_what_is_no_file_of_messages_says_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes, says: str
) -> None:
    (tmp_path / "a.csv").write_bytes(content)
    assert run(capsys, "--data", str(tmp_path / "a.csv"))[0] == 2
    parser = argparse.ArgumentParser()
    letters.arguments(parser)
    assert letters.run(parser.parse_args(["--data", str(tmp_path / "a.csv")])) == 2
    assert says in capsys.readouterr().err


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16", "tabs", "packed"])
def test_a_file_is_read_however_an_office_saved_it(tmp_path: Path, encoding: str) -> None:
    path = labelled(tmp_path / "a.csv", 0, 3)
    text = path.read_text("utf-8").replace("一级分类", "一级标签", 1)  # as others call it
    if encoding == "tabs":
        path.write_text(text.replace(",", "\t"), "utf-8")
    elif encoding == "packed":
        path.write_bytes(gzip.compress(text.encode()))  # whatever its name says
    else:
        path.write_text(text, encoding)
    assert [one.label for one in read_labelled(path)] == ["交通"] * 3 + ["教育"] * 3


def test_odd_rows_are_left_out_and_told_and_a_category_out_of_the_tree_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(letters, "FOLDER", tmp_path / "elsewhere")  # its messages are many
    path = labelled(tmp_path / "messages.csv", 0, 6)
    (tmp_path / "category_tree.csv").write_text("一级分类,二级分类,三级分类\n交通,路,灯\n", "utf-8")
    with path.open("a", encoding="utf-8") as more:
        more.write("97,u,路灯,昨天,不亮,交通\n98,u,路灯,2019/4/25,不亮,\n99,u\n")
        more.write("100,u,飞碟,2019年4月25日,来了,外星\n")
    code, told = run(capsys, "--data", str(path))
    figures = told["classification"]
    assert isinstance(figures, dict)
    assert code in (0, 1)
    assert figures["left_out"]["rows"] == 3
    assert figures["left_out"]["first"] == [
        "row 13: no day in '昨天'",
        "row 14: no category",
        "row 15: too few columns",
    ]
    assert figures["messages"] == 13
    assert figures["not_in_tree"] == {"外星": 1, "教育": 6}
    assert figures["rarer_than_folds"] == {"外星": 1}
    assert 0 <= figures["learned_before"]["shipped"]["macro_f1"] <= 1


def test_one_file_is_measured_in_what_its_columns_tell(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [[str(n), "u", "路灯不亮", "2019/4/25", f"第{n}盏灯坏了"] for n in range(4)]
    code, figures = run(capsys, "--data", str(write(tmp_path / "plain.csv", [], rows)))
    assert (code, set(figures)) == (0, {"similar", "places"})
    answers = [[*row, "已经修好。", f"2019/5/{9 + n}"] for n, row in enumerate(rows)]
    answers.append([*rows[0], "", ""])
    path = write(tmp_path / "answered.csv", ["答复意见", "答复时间"], answers)
    code, figures = run(capsys, "--data", str(path))
    told = figures["replies"]
    assert isinstance(told, dict)
    assert (code, told["replies"], told["late"]) == (0, 4, 2)
    assert told["left_out"]["first"] == ["row 5: not replied to"]


def test_no_copy_of_a_judged_message_is_learned_from() -> None:
    """Each text stands under two categories: whoever learned its copy would always be wrong."""
    texts = ["公交车晚点", "老师补课费", "垃圾站噪音", "医院挂号难", "工资被拖欠", "路灯不亮了"]
    both = [
        Message(f"{n}{label}", "u", text, text * 3, date(2019, 4, 25), label)  # Thursday
        for n, text in enumerate(texts)
        for label in ("甲", "乙")
    ]
    told = letters.validated(both, [], folds=3, times=1)
    assert told["in_groups_of_copies"] == 6
    assert told["accuracy"] > 0.2  # knowing the copy would give 0


@needs_data
def test_categories_of_real_messages_are_better_told_than_by_the_nearest_one() -> None:
    figures = letters.validated(
        read_labelled(FOLDER / "messages_labelled.csv.gz"),
        read_tree(FOLDER / "category_tree.csv"),
        folds=3,
        times=1,
    )
    assert figures["messages"] == 452
    assert figures["in_groups_of_copies"] >= 1
    assert figures["macro_f1"] >= 0.8
    assert figures["macro_f1"] >= figures["baseline"]["nearest"]["macro_f1"] + 0.08
    assert figures["baseline"]["most_frequent"]["macro_f1"] < 0.1


@needs_data
def test_late_replies_of_the_real_board_are_those_after_fifteen_days() -> None:
    judged = judge(read_answered(FOLDER / "messages_with_replies.csv.gz"))
    assert len(judged) == 2796
    assert sum(one.late for one in judged) == 1055
    assert sum(one.lacks == "passed_on" for one in judged) > 100
    assert sum(one.lacks == "" for one in judged) > 2000
