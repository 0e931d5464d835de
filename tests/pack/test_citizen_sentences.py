"""Wherever the cases lead: what happens, who has it, what next, until when, what I can do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from haihe.kernel.allowance import parse_allowance
from haihe.kernel.clocks import clocks
from haihe.kernel.decide import possible
from haihe.kernel.procedure import Procedure
from haihe.kernel.sentence import (
    ENDED,
    NO_PERIOD,
    PAUSED,
    WHOLE_LETTERS_MAX,
    Told,
    due_in_words,
    tell,
)
from haihe.kernel.state import RunningClock, State
from haihe.kernel.values import Actor
from haihe.pack.cases import taken
from haihe.pack.plain_words import jargon_in
from tests.pack.mutations import cases, pack

ORGAN = "河西区社会治安综合治理中心"
LATER = timedelta(days=400)  # long enough for most clocks to have run out
KINDS = sorted(pack().procedures)


def moments(kind: str) -> Iterator[tuple[Procedure, State, datetime]]:
    """Every matter after every step of the cases of a kind: at once, and long after."""
    for one in taken(pack(), kind, cases(kind)):
        yield one.procedure, one.state, one.at
        yield one.procedure, one.state, one.at + LATER


def told_at(procedure: Procedure, state: State, now: datetime) -> tuple[Told, list[RunningClock]]:
    running = clocks(procedure, state, pack().calendar, now, explain=False)
    return tell(procedure, state, running, pack().calendar, now, ORGAN), running


def faults(procedure: Procedure, state: State, now: datetime) -> Iterator[str]:
    told, running = told_at(procedure, state, now)
    parts = (told.now, told.who, told.next, told.until, told.can)
    yield from (f"no full sentence: {part!r}" for part in parts if not part.endswith("。"))
    whole = told.whole()
    if len(whole) > WHOLE_LETTERS_MAX:
        yield f"{len(whole)} letters: {whole}"
    yield from (f"{says}: {whole}" for says in jargon_in(whole))
    if ORGAN not in told.who:
        yield f"says not who has it: {told.who}"
    yield from wrong_date(told, state, running)
    yield from (f"offers {act}, which is refused" for act in refused(procedure, state, now, told))


def wrong_date(told: Told, state: State, running: list[RunningClock]) -> Iterator[str]:
    """The date told is the legal end of a running clock; none is told only if none runs."""
    open_ = {one.id: one for one in running if one.stopped_at is None and one.legal is not None}
    if told.clock:
        legal = open_[told.clock].legal
        assert legal is not None
        if due_in_words(legal, pack().zone) not in told.until or "星期" not in told.until:
            yield f"another date than {legal}: {told.until}"
    elif told.until not in (ENDED, NO_PERIOD, PAUSED):
        yield f"a period of no clock: {told.until}"
    elif not state.ended:
        untold = [
            one.id for one in open_.values() if one.whose == "organ" or one.status == "running"
        ]
        yield from (f"tells nothing of {one}" for one in untold)


def somebody(role: str) -> Actor:
    return Actor(person="街坊", role=role, organ="街坊")


def refused(procedure: Procedure, state: State, now: datetime, told: Told) -> Iterator[str]:
    roles = [name for name, role in procedure.roles.items() if role.stands == "public"]
    for act in told.acts:
        answers = [
            dict(possible(procedure, state, somebody(role), now, pack().calendar))[act]
            for role in roles
        ]
        if all(one is not None for one in answers):
            yield act


@pytest.mark.parametrize("kind", KINDS)
def test_every_part_is_there_short_true_and_without_jargon(kind: str) -> None:
    found = {
        f"{procedure.since} {state.state}: {fault}"
        for procedure, state, now in moments(kind)
        for fault in faults(procedure, state, now)
    }
    assert not found


@pytest.mark.parametrize("kind", KINDS)
def test_the_cases_reach_every_state_that_speaks_to_a_citizen(kind: str) -> None:
    reached = {(procedure.since, state.state) for procedure, state, _ in moments(kind)}
    written = {
        (procedure.since, name)
        for procedure in pack().procedures[kind]
        for name in procedure.states
    }
    assert written - reached == set()


DIGITS = "零一二三四五六七八九"


def counted(number: int) -> str:
    """A number below a hundred as a sentence writes it: 24 -> 二十四."""
    tens, ones = divmod(number, 10)
    before = "" if tens == 0 else "十" if tens == 1 else f"{DIGITS[tens]}十"
    return before + (DIGITS[ones] if ones or not tens else "")


def lengths(procedure: Procedure, *, settable: bool) -> set[str]:
    """The lengths of clocks that the city itself agreed on (or not), as a sentence writes them."""
    found = [
        parse_allowance(one)
        for rule in procedure.clocks.values()
        if (rule.level == "D") == settable
        for one in (rule.allow, *(special.allow for special in rule.allow_when))
    ]
    return {str(one).replace(str(one.n), counted(one.n), 1) for one in found}


def told_words(procedure: Procedure) -> Iterator[tuple[str, str]]:
    """What states and refusals say to people: where, and the words."""
    for name, state in procedure.states.items():
        yield from ((name, words) for words in (state.citizen, state.next))
    for name, step in procedure.steps.items():
        for need in step.needs:
            yield from ((name, words) for words in (need.says, need.instead))


@pytest.mark.parametrize("kind", KINDS)
def test_no_sentence_tells_a_length_that_a_city_may_set(kind: str) -> None:
    wrong = [
        f"{procedure.since} {name}: {length} in {words}"
        for procedure in pack().procedures[kind]
        for name, words in told_words(procedure)
        for length in lengths(procedure, settable=True) - lengths(procedure, settable=False)
        if re.search(f"(?<![十{DIGITS}]){length}", words)
    ]
    assert wrong == []
