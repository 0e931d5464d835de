"""Alarm and public security case: no rule can go unnoticed, and the first contact keeps counting.

Every need, every test in a need, every value a step sets, every length, roll, stop, exclusion and
extension of a clock is taken away once; some worked case has to notice. Of the many changes to the
public security case every CHANGES_STEP-th is tried, so that the house's tests stay quick; with 1
all are tried, which takes some minutes (all 870 were noticed when the cases were written).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace as with_changed
from datetime import datetime
from functools import cache
from typing import Any

import pytest
from msgspec.structs import replace

from haihe.kernel.clocks import clocks
from haihe.kernel.decide import decide
from haihe.kernel.fold import advance
from haihe.kernel.handover import handovers
from haihe.kernel.procedure import ClockRule, Need, Procedure, Step
from haihe.kernel.reading import Reader, may_read
from haihe.kernel.state import RunningClock, State
from haihe.kernel.values import Actor, Command, Data, Decided, Refused
from haihe.pack import Pack, load_pack
from haihe.pack.cases import load_cases, run_cases

CHANGES_STEP = 25
Change = tuple[str, Procedure]


@cache
def pack() -> Pack:
    return load_pack()


def without(things: tuple[Any, ...], number: int) -> tuple[Any, ...]:
    return (*things[:number], *things[number + 1 :])


def with_step(procedure: Procedure, name: str, step: Step) -> Procedure:
    return replace(procedure, steps={**procedure.steps, name: step})


def with_clock(procedure: Procedure, name: str, clock: ClockRule) -> Procedure:
    return replace(procedure, clocks={**procedure.clocks, name: clock})


def weaker_needs(need: Need) -> Iterator[tuple[str, Need | None]]:
    """Without the need; with one test fewer of several; without one limit on when it holds."""
    yield "gone", None
    for kind in ("all", "any"):
        tests = getattr(need, kind)
        for number in range(len(tests)) if len(tests) > 1 else ():
            yield f"{kind} {number} gone", replace(need, **{kind: without(tests, number)})
    for number in range(len(need.when)):
        yield f"when {number} gone", replace(need, when=without(need.when, number))


def changed_steps(procedure: Procedure) -> Iterator[Change]:
    for name, step in procedure.steps.items():
        for number, need in enumerate(step.needs):
            for what, weaker in weaker_needs(need):
                kept = without(step.needs, number)
                needs = kept if weaker is None else (*kept[:number], weaker, *kept[number:])
                changed = with_step(procedure, name, replace(step, needs=needs))
                yield f"{name}: need {number} {what}", changed
        for field in step.sets:
            sets = {key: value for key, value in step.sets.items() if key != field}
            yield f"{name}: sets no {field}", with_step(procedure, name, replace(step, sets=sets))


def changed_lengths(clock: ClockRule) -> Iterator[tuple[str, ClockRule]]:
    length, unit = re.fullmatch(r"(\d+)(.*)", clock.allow).groups()  # type: ignore[union-attr]  # every allowance starts with its number
    yield "longer", replace(clock, allow=f"{int(length) + 1}{unit}")
    if int(length) > 1:
        yield "shorter", replace(clock, allow=f"{int(length) - 1}{unit}")
    if unit.strip() in ("days", "months"):
        yield "rolled otherwise", replace(clock, roll="never" if clock.roll == "next" else "next")


def poorer_clocks(clock: ClockRule) -> Iterator[tuple[str, ClockRule]]:
    for part in ("allow_when", "excludes", "extensions", "starts_when", "stops", "restarts"):
        things = getattr(clock, part)
        for number in range(len(things)):
            yield f"{part} {number} gone", replace(clock, **{part: without(things, number)})
    if clock.starts_on:
        yield "starts_on gone", replace(clock, starts_on="")


def changed_clocks(procedure: Procedure) -> Iterator[Change]:
    for name, clock in procedure.clocks.items():
        for what, changed in (*changed_lengths(clock), *poorer_clocks(clock)):
            yield f"clock {name}: {what}", with_clock(procedure, name, changed)


def is_noticed(kind: str, changed: Procedure) -> bool:
    """Whether some case of the kind no longer holds when this version is the changed one."""
    versions = tuple(changed if one.since == changed.since else one for one in versions_of(kind))
    other = with_changed(pack(), procedures={**pack().procedures, kind: versions})
    return any(one.problems for one in run_cases(other, kind, load_cases(other, kind)))


def versions_of(kind: str) -> tuple[Procedure, ...]:
    return tuple(pack().procedures[kind])


@pytest.mark.parametrize("change", [changed_steps, changed_clocks])
def test_no_rule_of_an_alarm_can_go_unnoticed(change: Any) -> None:
    (procedure,) = versions_of("alarm")
    assert [what for what, one in change(procedure) if not is_noticed("alarm", one)] == []


@pytest.mark.parametrize("change", [changed_steps, changed_clocks])
@pytest.mark.parametrize("version", [0, 1], ids=["law of 2012", "law of 2025"])
def test_no_rule_of_a_public_security_case_can_go_unnoticed(version: int, change: Any) -> None:
    procedure = versions_of("public_security_case")[version]
    tried = list(change(procedure))[version::CHANGES_STEP]
    assert len(tried) >= 5
    unnoticed = [what for what, one in tried if not is_noticed("public_security_case", one)]
    assert unnoticed == []


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=pack().zone)


class Walk:
    """A matter taken step by step through the kernel, with what the last step opened elsewhere."""

    def __init__(self, kind: str, day: str) -> None:
        found = pack().governing(kind, datetime.fromisoformat(day).date())
        assert found is not None
        self.procedure = found
        self.state: State | None = None
        self.personal: Data = {}
        self.opened: list[Command] = []

    def take(self, when: str, act: str, role: str, organ: str, **data: Any) -> Walk:
        actor = Actor(person=role, role=role, organ=organ)
        matter = "m" if self.state else None
        kind = self.procedure.kind
        self.submit(
            when, Command(key=act, act=act, actor=actor, matter=matter, kind=kind, data=data)
        )
        return self

    def submit(self, when: str, command: Command) -> None:
        decided = decide(self.procedure, self.state, command, at(when), pack().calendar)
        assert isinstance(decided, Decided), decided
        self.state = advance(self.procedure, self.state, decided.event)
        self.personal |= decided.personal
        day = at(when).date()
        self.opened = handovers(
            self.procedure,
            self.state,
            decided.event,
            lambda kind: pack().governing(kind, day),
            self.personal,
        )

    def clock(self, name: str, when: str) -> RunningClock:
        assert self.state is not None
        running = clocks(self.procedure, self.state, pack().calendar, at(when))
        return next(one for one in running if one.id == name)


def quarrel(day: str) -> Walk:
    """A blow between neighbours, reported at 08:10 of a day and fed back at 09:00."""
    walk = Walk("alarm", day)
    two: Data = {"officers": ["王警官", "李警官"], "recording_on": True}
    walk.take(
        f"{day}T08:10",
        "take_call",
        "call_taker",
        "指挥中心",
        channel="phone",
        place="马场道12号",
        what="邻居打人",
        urgent=False,
        caller_name="张某",
        phone="13800000000",
    )
    walk.take(
        f"{day}T08:11", "grade", "call_taker", "指挥中心", category="public_security", level="third"
    )
    walk.take(
        f"{day}T08:12", "dispatch", "duty_chief", "指挥中心", unit="马场所", response_ring="five"
    )
    walk.take(f"{day}T08:13", "acknowledge", "patrol", "马场所", officers=["王警官", "李警官"])
    walk.take(f"{day}T08:20", "arrive", "patrol", "马场所", **two)
    walk.take(
        f"{day}T08:40",
        "handle",
        "patrol",
        "马场所",
        scene_work="enforcement",
        scene_found="已制止",
        injured=0,
        **two,
    )
    return walk.take(
        f"{day}T09:00",
        "feed_back",
        "patrol",
        "马场所",
        handling_result="嫌疑人带回",
        jurisdiction="ours",
        loss_stated=True,
        unlawful_facts=True,
    )


def case_of(alarm: Walk, when: str) -> Walk:
    """The public security case that an alarm opens."""
    alarm.take(when, "open_case", "station_chief", "马场所")
    (opening,) = alarm.opened
    case = Walk("public_security_case", when[:10])
    case.submit(when, opening)
    return case


def test_a_case_counts_its_review_from_the_call_and_not_from_the_handover() -> None:
    # Tuesday 2026-09-01: the call came at 08:10, the case was opened at 10:00.
    case = case_of(quarrel("2026-09-01"), "2026-09-01T10:00")
    assert case.clock("accept_review", "2026-09-01T10:00").legal == at("2026-09-02T08:10")


def test_nothing_is_retyped_and_the_caller_stays_sealed_when_an_alarm_becomes_a_case() -> None:
    case = case_of(quarrel("2026-09-01"), "2026-09-01T10:00")
    assert case.state is not None
    assert case.state.fields["what"] == "邻居打人"
    assert case.personal == {"reporter": "张某", "reporter_phone": "13800000000"}
    assert "张某" not in case.state.fields.values()
    assert case.state.owner.organ == "马场所"


@pytest.mark.parametrize(
    ("when", "since"),
    [
        ("2025-12-31T23:59", "2021-07-15"),  # Wednesday, the last minute of the law of 2012
        ("2026-01-01T00:00", "2026-01-01"),  # Thursday
    ],
)
def test_the_minute_of_the_handover_decides_which_law_governs(when: str, since: str) -> None:
    case = case_of(quarrel("2025-12-31"), when)
    assert case.state is not None
    assert case.state.version.isoformat() == since


def test_the_station_complained_of_cannot_read_the_complaint() -> None:
    walk = Walk("alarm", "2026-09-01")
    walk.take(
        "2026-09-01T08:10",
        "take_call",
        "call_taker",
        "指挥中心",
        channel="phone",
        place="马场所",
        what="投诉民警不作为",
        urgent=False,
    )
    walk.take(
        "2026-09-01T08:11",
        "grade",
        "call_taker",
        "指挥中心",
        category="complaint",
        level="second",
        complained_unit="马场所",
    )
    assert walk.state is not None
    chief = Reader(person="所长", kind="officer", organ="马场所", roles=("station_chief",))
    assert isinstance(may_read(chief, "handle", walk.state, walk.procedure), Refused)


def test_a_reader_without_need_does_not_see_who_called() -> None:
    walk = quarrel("2026-09-01")
    assert walk.state is not None
    legal = Reader(person="法制员", kind="officer", organ="法制支队", roles=("legal",))
    view = may_read(legal, "supervise", walk.state, walk.procedure)
    assert not isinstance(view, Refused), view
    assert view.fields["phone"] != "clear"
    assert view.fields["what"] == "clear"
