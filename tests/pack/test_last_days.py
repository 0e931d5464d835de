"""Every clock of every kind is shown on its last day and a day late by some case."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest

from haihe.kernel.clocks import clocks
from haihe.kernel.state import RunningClock
from haihe.pack.cases import Taken, taken
from tests.pack.mutations import cases, pack

KINDS = sorted(pack().procedures)
IN_TIME = ("running", "met")
TOO_LATE = ("overdue", "late")
# The first two are shown on their last day by a refusal: who waits may not act before it is over.
# The others begin a right when they are over, count back from a day, or last a minute.
WITHOUT_LAST_DAY = {
    ("criminal_first_instance", "supplement"),
    ("procuratorial_suggestion", "reply_public"),
    ("enforcement", "six_months"),
    ("police_permit", "renewal_decision"),
    ("supervision_clue", "court_notice"),
}


def rule_of(clock: str) -> str:
    return clock.partition("#")[0]


def same_day(clock: RunningClock, when: datetime) -> bool:
    """Whether a moment lies on the last day of a clock (of hours: in its last six)."""
    if isinstance(clock.legal, datetime):
        return 0 <= (clock.legal - when).total_seconds() <= 6 * 3600
    return clock.legal == when.astimezone(pack().zone).date()


def before(kind: str) -> Iterator[tuple[Taken | None, Taken]]:
    """Every step of the newest version's cases, with where the matter stood before it."""
    ends: dict[str, Taken] = {}
    follows = {case.id: case.after for case in cases(kind)}
    for one in taken(pack(), kind, cases(kind)):
        earlier = ends.get(one.case) or ends.get(follows.get(one.case, ""))
        ends[one.case] = one
        yield earlier, one


def shown(kind: str) -> tuple[set[str], set[str]]:
    """The clocks that some case shows on the last day, and those it shows a day late."""
    last: set[str] = set()
    late: set[str] = set()
    newest = pack().procedures[kind][-1]
    for earlier, one in before(kind):
        if one.procedure is not newest:
            continue
        stood = earlier.state if earlier is not None else one.state
        for state in (stood, one.state):
            for clock in clocks(newest, state, pack().calendar, one.at, explain=False):
                if clock.legal is None:
                    continue
                stopped = clock.stopped_at or one.at
                if clock.status in IN_TIME and same_day(clock, stopped):
                    last.add(rule_of(clock.id))
                if clock.status in TOO_LATE:
                    late.add(rule_of(clock.id))
    for case in cases(kind):
        then = case.then
        for name, told in then.clocks.items() if then is not None else ():
            if told is None or not isinstance(told.status, str) or then is None:
                continue
            if told.status in TOO_LATE:
                late.add(rule_of(name))
            on_the_day = isinstance(told.legal, str) and then.at[:10] == told.legal[:10]
            if told.status in IN_TIME and on_the_day:
                last.add(rule_of(name))
    return last, late


@pytest.mark.parametrize("kind", KINDS)
def test_every_clock_is_shown_on_its_last_day_and_a_day_late(kind: str) -> None:
    last, late = shown(kind)
    rules = pack().procedures[kind][-1].clocks
    assert not set(rules) - late
    assert not {name for name in rules if (kind, name) not in WITHOUT_LAST_DAY} - last


def test_no_clock_is_left_out_that_the_cases_show() -> None:
    assert not {(kind, name) for kind, name in WITHOUT_LAST_DAY if name in shown(kind)[0]}
