"""The bench of letters: figures one can count by hand, the same folds for all, files refused."""

from __future__ import annotations

import argparse
import csv
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
    assert "a.csv: no column 一级分类" in capsys.readouterr().err
    assert letters.run(parser.parse_args(["--train", str(path)])) == 2
    assert "together" in capsys.readouterr().err
    assert letters.run(parser.parse_args(["--data", str(tmp_path / "none")])) == 2


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
