"""Forecasts: near what was lived, wide where little is known, never below what was waited."""

from __future__ import annotations

from itertools import pairwise
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from haihe.queueing.waiting import NEAREST, PRIOR, Forecast, Memory, Tuning, by_pace, quantile
from haihe.queueing.watch import Moment


def found(ahead: int, *, pace: int = 20, serving: int = 4, head: float = 0.0) -> Moment:
    return Moment(
        group="household",
        priority=0,
        ahead=ahead,
        waiting=ahead,
        serving=serving,
        pace=pace,
        head_waited=head,
        last_waited=head,
        lately_waited=head,
        like_waited=head,
    )


def lived(days: int, seed: int = 7) -> list[tuple[Moment, float]]:
    """People who waited a minute for each one ahead, give or take a third of it."""
    chance = Random(seed)
    moments = [found(chance.randrange(30)) for _ in range(days * 100)]
    return [(one, 60 * (one.ahead + 1) * chance.uniform(2 / 3, 4 / 3)) for one in moments]


REMEMBERED = Memory()
REMEMBERED.learn(lived(3))


def test_the_middle_is_what_people_waited_who_found_the_same() -> None:
    memory = Memory()
    memory.learn(lived(20))
    told = memory.forecast(found(9))
    assert told.rests_on == NEAREST
    assert 540 < told.middle < 660
    assert 400 <= told.low < told.middle < told.high <= 800


def test_four_of_five_waits_of_another_day_fall_into_the_interval() -> None:
    memory = Memory()
    memory.learn(lived(20))
    other = lived(10, seed=8)
    inside = 0
    for moment, waited in other:
        told = memory.forecast(moment)
        inside += told.low <= waited <= told.high
    assert 0.75 <= inside / len(other) <= 0.85


def test_where_nothing_is_remembered_the_pace_is_told_and_the_interval_is_wide() -> None:
    told = Memory().forecast(found(9))
    assert told.rests_on == 0
    assert by_pace(found(9)) == 300
    assert told.middle == quantile([300 * share for share in PRIOR], 0.5)
    assert told.high / told.low > 5


def test_the_interval_narrows_as_more_is_remembered() -> None:
    widths = []
    for days in (0, 1, 20):
        memory = Memory()
        memory.learn(lived(days) if days else [])
        told = memory.forecast(found(9))
        widths.append((told.high - told.low) / told.middle)
    assert all(later < earlier for earlier, later in pairwise(widths))


def test_before_anybody_was_called_a_queue_has_a_wait_all_the_same() -> None:
    told = Memory().forecast(found(3, pace=0, serving=0))
    assert 0 < told.low < told.middle < told.high


@given(st.floats(0, 20_000), st.integers(0, 40))
def test_who_has_waited_is_never_told_less_than_that(waited: float, ahead: int) -> None:
    told = REMEMBERED.forecast(found(ahead), waited=waited)
    assert waited <= told.low <= told.middle <= told.high


def test_the_oldest_moments_are_forgotten_first() -> None:
    memory = Memory(remembered_max=200)
    memory.learn((found(5), 1000.0) for _ in range(200))
    memory.learn((found(5), 100.0) for _ in range(200))
    assert memory.forecast(found(5)).middle == 100


def test_misses_widen_the_interval_and_hits_narrow_it_slowly() -> None:
    told = Forecast(low=100, middle=200, high=300, rests_on=80)
    tuning = Tuning()
    tuning.learn(told, 400)
    wider = tuning.level
    assert wider > 0.8
    for _ in range(4):
        tuning.learn(told, 200)
    assert round(tuning.level, 9) == 0.8
    for _ in range(10_000):
        tuning.learn(told, 400)
    assert tuning.level < 1
