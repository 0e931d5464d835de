"""What a watch tells of a queue after people joined, were called, left and were finished."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haihe.queueing import watch
from haihe.queueing.watch import QueueFull, Watch


def test_who_joins_finds_those_ahead_and_those_who_are_served() -> None:
    hall = Watch()
    hall.call("z", 0, "household")
    hall.join("a", "household", 10, place=10)
    hall.join("b", "household", 20, place=20)
    hall.join("c", "exit_entry", 25, place=25)

    found = hall.join("d", "household", 40, place=40)

    assert (found.ahead, found.waiting, found.serving, found.pace) == (2, 2, 1, 1)
    assert found.head_waited == 30


def test_a_place_before_others_is_ahead_of_them() -> None:
    hall = Watch()
    hall.join("a", "household", 10, place=10)
    hall.join("b", "household", 20, place=20)

    found = hall.join("old", "household", 30, place=15, priority=1)

    assert (found.ahead, found.waiting) == (1, 2)


def test_the_waits_of_those_called_last_are_told_by_priority_too() -> None:
    hall = Watch()
    for number in range(7):
        hall.join(str(number), "household", number, place=number, priority=number % 2)
    for number in range(7):
        hall.call(str(number), 100 + number)

    found = hall.moment("household", 110, place=110, priority=1)

    assert found.last_waited == 100
    assert found.lately_waited == 100
    assert found.like_waited == 100
    assert (found.pace, found.serving) == (7, 7)
    hall.finish("3")
    assert hall.moment("household", 110, place=110).serving == 6


def test_only_calls_of_the_last_ten_minutes_are_the_pace() -> None:
    hall = Watch()
    hall.call("a", 0, "household")
    hall.call("b", 500, "household")
    assert hall.moment("household", 599, place=599).pace == 2
    assert hall.moment("household", 600, place=600).pace == 1


def test_nobody_takes_two_places_and_a_hall_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    hall = Watch()
    hall.join("a", "household", 0, place=0)
    with pytest.raises(KeyError, match="in the queue already"):
        hall.join("a", "household", 1, place=1)
    monkeypatch.setattr(watch, "WAITING_MAX", 1)
    with pytest.raises(QueueFull, match="at most 1"):
        hall.join("b", "household", 1, place=1)


@given(st.lists(st.tuples(st.sampled_from("jclf"), st.integers(0, 8)), max_size=60))
def test_the_queue_is_who_joined_and_was_neither_called_nor_left(
    acts: list[tuple[str, int]],
) -> None:
    hall, waiting, served = Watch(), dict[str, float](), set[str]()
    for at, (act, number) in enumerate(acts):
        person = str(number)
        if act == "j" and person not in waiting:
            place = float(at - 10 * (number % 3))
            found = hall.join(person, "g", at, place=place)
            assert found.ahead == sum(other < place for other in waiting.values())
            waiting[person] = place
        elif act == "c":
            hall.call(person, at, "g")
            waiting.pop(person, None)
            served.add(person)
        elif act == "l":
            hall.leave(person)
            waiting.pop(person, None)
        elif act == "f":
            hall.finish(person)
            served.discard(person)
        now = hall.moment("g", at, place=1e9)
        assert (now.waiting, now.ahead, now.serving) == (len(waiting), len(waiting), len(served))
