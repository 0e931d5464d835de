"""Every kind of the installed pack is shown by every sort of worked case its rules call for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from haihe.kernel.allowance import parse_allowance
from haihe.kernel.procedure import ClockRule
from haihe.pack import Pack, load_pack
from haihe.pack.cases import Case, CaseStep, ExpectedClock, Then, load_cases, run_cases

ROOT = Path(__file__).resolve().parents[2]
KINDS = sorted({version.parent.name for version in ROOT.glob("procedures/*/from-*.yaml")})
ROLLED_UNITS = ("days", "months", "years")
REST_DAY = re.compile(
    "国庆|春节|中秋|清明|劳动节|五一|端午|元旦|节前|节后|节日|节假|假期|假日|长假"
    "|休息日|周末|周[六日]|星期[六日]|补班|调休"
)


@cache
def pack() -> Pack:
    """The installed pack, read once."""
    return load_pack()


@cache
def cases(kind: str) -> tuple[Case, ...]:
    """The worked cases of a kind."""
    return load_cases(pack(), kind)


def clock_rules(kind: str) -> Iterator[ClockRule]:
    """The clocks of every version of a kind."""
    for version in pack().procedures[kind]:
        yield from version.clocks.values()


def acts(kind: str, act: str) -> Iterator[tuple[Case, CaseStep]]:
    """Every step of a kind's cases that does this act, accepted or refused."""
    for case in cases(kind):
        for step in case.steps:
            if step.do == act:
                yield case, step


def meets_rest_days(rule: ClockRule) -> bool:
    """Whether a rest day can move the last day of this clock."""
    lengths = [rule.allow, *(one.allow for one in rule.allow_when)]
    units = {parse_allowance(length).unit for length in lengths}
    return "working_days" in units or (rule.roll == "next" and not units.isdisjoint(ROLLED_UNITS))


def keeps_a_clock(kind: str, case: Case) -> bool:
    """Whether the case tells last days that would be the same had the matter never moved."""
    told = case.then.clocks.items() if case.then is not None else ()
    days: dict[str, ExpectedClock | None] = {
        name: ExpectedClock(legal=clock.legal)
        for name, clock in told
        if clock is not None and isinstance(clock.legal, str)
    }
    if case.then is None or not days:
        return False
    moved = next(number for number, step in enumerate(case.steps) if step.do == "transfer")
    stayed = Case(
        id=f"{case.id} without transfer",
        it=case.it,
        steps=case.steps[:moved],
        after=case.after,
        organ=case.organ,
        then=Then(at=case.then.at, clocks=days),
    )
    return not next(run_cases(pack(), kind, (stayed, *cases(kind)))).problems


def test_every_kind_of_the_pack_is_looked_at() -> None:
    assert sorted(pack().procedures) == KINDS


def ends_as_it_opens(kind: str) -> bool:
    """Whether every step that opens such a matter ends it too: then there is nothing to pass on."""
    newest = pack().procedures[kind][-1]
    opening = [step for step in newest.steps.values() if not step.from_]
    return all(newest.states[step.to].end for step in opening if step.to in newest.states)


@pytest.mark.parametrize("kind", KINDS)
def test_a_case_transfers_the_matter_and_tells_that_its_clocks_go_on(kind: str) -> None:
    moved = [case for case, step in acts(kind, "transfer") if not step.refused]
    if ends_as_it_opens(kind):
        assert {step.refused for _, step in acts(kind, "transfer")} == {"ended"}
        return
    assert moved, f"{kind}: no case takes `transfer`"
    if any(True for _ in clock_rules(kind)):
        assert any(keeps_a_clock(kind, case) for case in moved), (
            f"{kind}: after no `transfer` does a case tell that the last day of a clock stays"
        )


@pytest.mark.parametrize("kind", KINDS)
def test_a_case_suspends_the_matter_where_there_are_grounds(kind: str) -> None:
    if any(version.suspend for version in pack().procedures[kind]):
        taken = [case.id for case, step in acts(kind, "suspend") if not step.refused]
        assert taken, f"{kind}: has grounds of suspension, but no case takes `suspend`"


@pytest.mark.parametrize("kind", KINDS)
def test_cases_extend_in_time_too_late_and_by_the_wrong_rank(kind: str) -> None:
    if any(rule.extensions for rule in clock_rules(kind)):
        shown = {step.refused for _, step in acts(kind, "extend")}
        missing = {"", "late_extension", "wrong_rank"} - shown
        assert not missing, f"{kind}: no case shows `extend` as {sorted(missing)} ('' = in time)"


@pytest.mark.parametrize("kind", KINDS)
def test_a_case_names_a_rest_day_where_rest_days_move_clocks(kind: str) -> None:
    if any(meets_rest_days(rule) for rule in clock_rules(kind)):
        named = [case.id for case in cases(kind) if REST_DAY.search(case.it)]
        assert named, f"{kind}: no case tells of a holiday, rest day or make-up working day"
