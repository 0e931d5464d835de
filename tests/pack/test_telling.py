"""What the handbook and the terminal tell of a procedure is all that it holds, in words."""

from __future__ import annotations

from functools import cache

import pytest

from haihe.commands import docs
from haihe.kernel.decide import REASONS
from haihe.pack import Pack, load_pack, telling
from haihe.pack.cases import load_cases

WORDS = {"english": telling.ENGLISH, "chinese": telling.CHINESE}


@cache
def pack() -> Pack:
    return load_pack()


@cache
def pages() -> dict[str, str]:
    return docs.pages()


def page(kind: str) -> str:
    return pages()[f"procedures/{kind}.md"]


@pytest.mark.parametrize("language", WORDS)
def test_every_reason_of_a_refusal_has_its_words(language: str) -> None:
    known = WORDS[language]
    told = {"ended_matter" if reason == "ended" else reason for reason in REASONS}
    assert told
    assert not sorted(told - set(known))


def test_both_languages_know_the_same_words() -> None:
    assert set(telling.ENGLISH) == set(telling.CHINESE)
    assert not [word for word in telling.CHINESE.values() if word.isascii()]


def test_a_page_names_every_state_step_clock_role_and_case() -> None:
    alarm = pack().procedures["alarm"][-1]
    text = page("alarm")
    assert not [name for name in alarm.states if f'" as {name}\n' not in text]
    assert not [step.name for step in alarm.steps.values() if step.name not in text]
    assert not [name for name in alarm.clocks if f"| `{name}` |" not in text]
    assert not [name for name in alarm.roles if f"| `{name}` |" not in text]
    assert not [one.id for one in load_cases(pack(), "alarm") if f"**`{one.id}`**" not in text]


def test_a_clock_is_told_with_its_other_lengths_and_who_may_extend_it() -> None:
    letter = pack().procedures["chief_letter"][-1]
    told = telling.clock_told(pack(), letter, letter.clocks["answer"])
    assert told.length == "7个工作日"
    assert told.starts == "实名来信、匿名来信"
    assert told.more[0] == "“复杂程度”为复杂的：15个工作日（局长信箱设置第3条）"
    assert "经局长批准可延长10个工作日" in told.more[1]


def test_a_case_tells_the_refusal_and_the_last_day_with_its_weekday() -> None:
    cases = {one.id: one for one in load_cases(pack(), "chief_letter")}
    told = telling.case_told(
        pack(), "chief_letter", cases, cases["before_labour_day"], telling.ENGLISH
    )
    assert told[0] == "2026-04-30 Thu 20:00, 来信人: 实名来信"
    assert "答复期限 ends 2026-05-13 Wed, running" in told[-1]
    refused = telling.case_told(
        pack(), "chief_letter", cases, cases["nothing_written"], telling.CHINESE
    )
    assert refused == ["2026-09-01 Tue 20:00, 来信人: 匿名来信 — 拒绝: 没有填写（来信内容）"]


def test_a_page_links_what_opens_the_kind_and_what_it_opens() -> None:
    assert "](alarm.md) by " in page("chief_letter")
    assert "- Opened by [局长信箱](chief_letter.md): 立即转110." in page("alarm")
