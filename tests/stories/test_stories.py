"""The told stories: each is there, each that should pass passes, and none passes for nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from haihe.commands.stories import MAY_WAIT
from haihe.pack import load_pack
from haihe.pack.cases import WrongCase
from haihe.pack.yaml_file import UnusablePack
from haihe.stories.playing import Line
from haihe.stories.running import Shown
from haihe.stories.telling import (
    STORIES,
    Story,
    Tell,
    load_stories,
    load_story,
    moments,
    shift_to,
)

ROOT = Path(__file__).resolve().parents[2]
PACK = load_pack()
TOLD = {story.story: story for story in load_stories()}
# What is told hundreds of times is checked by `haihe stories` itself; one stands for all here.
QUICK = [name for name, one in TOLD.items() if one.tells] + ["T01", "T02", "T32"]


def stories(*names: str) -> tuple[int, list[dict[str, Any]]]:
    """`haihe stories --json` for these; its exit code and what it printed."""
    words = [sys.executable, "-m", "haihe", "stories", "--json"]
    for name in names:
        words += ["--story", name]
    told = {name: value for name, value in os.environ.items() if not name.startswith("HAIHE_")}
    done = subprocess.run(words, cwd=ROOT, env=told, capture_output=True, text=True, check=False)
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


@pytest.fixture(scope="module")
def played() -> dict[str, dict[str, Any]]:
    """Every quick story, played once in one installation of its own."""
    code, told = stories(*QUICK)
    assert code == 0, [one for one in told if not one["passed"]]
    return {one["story"]: one for one in told}


@pytest.mark.parametrize("name", QUICK)
def test_a_story_is_played_to_its_end_and_all_it_promises_holds(
    played: dict[str, dict[str, Any]], name: str
) -> None:
    one = played[name]
    assert one["passed"]
    assert one["asserted"], "a story that promises nothing shows nothing"
    assert all(said["holds"] and said["says"] for said in one["asserted"])


def test_there_are_thirty_seven_of_which_five_may_wait_and_say_why() -> None:
    assert len(STORIES) == 37
    assert {name for name, one in TOLD.items() if one.waits} == MAY_WAIT
    for one in TOLD.values():
        assert one.tells or one.play or one.waits, one.story
        assert one.title, one.story
        assert one.told, one.story
        assert one.source, one.story


def test_a_story_that_waits_is_told_as_not_passed() -> None:
    code, (told,) = stories("T12")
    assert code == 0
    assert told["passed"] is False
    assert "串并案" in told["waits"]
    assert told["asserted"] == []


def test_a_story_passes_only_if_something_was_asserted_and_all_of_it_held() -> None:
    at = datetime(2026, 9, 1, 8, 10, tzinfo=PACK.zone)  # a Tuesday
    act, held = Line("办", at, "act", holds=True), Line("成立", at, "holds", holds=True)
    lost = Line("不成立", at, "holds", holds=False, found="别的")
    assert Shown("T14", "", [act, held]).passed
    assert not Shown("T14", "", [act]).passed
    assert not Shown("T14", "", [act, held, lost]).passed
    assert not Shown("T14", "", [held], broke="停了").passed
    assert not Shown("T14", "", [held], waits="等").passed


def test_an_unknown_story_is_refused_with_what_there_is() -> None:
    words = [sys.executable, "-m", "haihe", "stories", "--story", "T99"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "T01 到 T37" in done.stderr


@pytest.mark.parametrize("name", sorted(name for name, one in TOLD.items() if one.tells))
def test_a_story_told_later_falls_on_days_alike(name: str) -> None:
    story = TOLD[name]
    told = moments(story, PACK)
    now = datetime(2026, 11, 23, 3, tzinfo=PACK.zone)  # a Monday
    shift = shift_to(story, PACK, now)
    assert shift is not None
    assert told[-1] + shift <= now
    assert shift % timedelta(weeks=1) == timedelta(0)
    for at in told:
        assert PACK.calendar.is_workday(at.date()) == PACK.calendar.is_workday((at + shift).date())


def test_a_wrong_weekday_is_refused() -> None:
    story = Story(
        story="T14", title="题", told="事", source="源",
        tells=(Tell(says="办", at="2026-09-01 Wed 08:10", do="take_call", open="alarm"),),
    )  # fmt: skip
    with pytest.raises(WrongCase, match="that day is a Tue"):
        moments(story, PACK)


def test_a_sentence_is_either_an_act_or_a_promise(tmp_path: Path) -> None:
    text = "story: T14\ntitle: 题\ntold: 事\nsource: 源\ntells:\n  - {says: 什么也没有}\n"
    (tmp_path / "T14.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(UnusablePack, match="either `do` or `expect`"):
        load_story("T14", tmp_path)


def test_a_story_of_a_later_time_is_not_told_before_it() -> None:
    story = TOLD["T14"]
    assert shift_to(story, PACK, datetime(2020, 1, 6, 8, tzinfo=PACK.zone)) is None
