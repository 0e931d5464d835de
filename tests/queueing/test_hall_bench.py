"""The bench of told waits: days of any simulator become a hall, and its waits are judged fairly."""

from __future__ import annotations

from random import Random

import pytest

from bench import hall_waits
from bench.hall_waits import Person


def one_window(days: int, seed: int) -> list[list[Person]]:
    """One queue, one window, everybody in the order of coming: written here, without ciw."""
    chance = Random(seed)
    found = []
    for _ in range(days):
        people, at, free = [], 30_600.0, 30_600.0
        for _ in range(70):
            at += chance.expovariate(1 / 115)
            called = max(at, free)
            free = called + chance.uniform(60, 180)
            people.append(
                Person("A", favoured=False, came=at, called=called, done=free, window="A1")
            )
        found.append(people)
    return found


def test_waits_of_a_simple_hall_are_told_better_than_by_the_rules(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(hall_waits, "simulated", one_window)
    figures = hall_waits.measured(days=14, learn_days=10, seed=3)
    assert figures["test"]["test_days"] == 4
    assert figures["test"]["told"] > 100
    assert figures["haihe"]["mae"] < figures["les"]["mae"]
    assert 0.6 < figures["haihe"]["coverage_80"] < 0.98
    assert figures["haihe"]["mae"] < figures["mean_wait"]
