"""Ratings counted: unrated stays unrated, and a unit sees its own in batches only."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from haihe.records import rating_figures, ratings
from haihe.records.database import Connection
from haihe.records.rating_figures import Behind, gathered
from haihe.records.ratings import Said
from haihe.records.shown import Reader
from tests.records.test_ratings import MORNING, UNIT, desk, ended, service

__all__ = ["desk"]
MONDAY = date(2026, 11, 2)
WEEK = timedelta(days=7)
SUPERVISOR = Reader(person="s", organ="hexi-justice", roles=("supervisor",), supervisor=True)


def test_weeks_come_together_until_nobody_can_be_found_out() -> None:
    weeks = [(MONDAY, [5, 5, 4]), (MONDAY + WEEK, [5] * 6), (MONDAY + 2 * WEEK, [1])]
    (batch,) = gathered(weeks, 10)
    assert (batch.first, batch.last) == (MONDAY, MONDAY + 3 * WEEK - timedelta(days=1))
    assert batch.levels == {5: 8, 4: 1, 3: 0, 2: 0, 1: 1}
    assert gathered(weeks[:2], 10) == [], "nine are too few"


def test_a_batch_of_one_level_would_tell_what_everybody_said() -> None:
    same = [(MONDAY, [1] * 12)]
    assert gathered(same, 10) == []
    (batch,) = gathered([*same, (MONDAY + WEEK, [5])], 10)
    assert batch.rated == 13


def test_what_is_left_waits_for_the_weeks_to_come() -> None:
    weeks = [(MONDAY, [5] * 9 + [4]), (MONDAY + WEEK, [1, 2])]
    (batch,) = gathered(weeks, 10)
    assert batch.levels[1] == 0


def test_a_unit_sees_nothing_new_until_a_batch_is_closed(desk: Connection) -> None:
    codes = [ended(f"f{n}") for n in range(12)]
    for n, code in enumerate(codes):
        ratings.give(service(code), Said(score=5 - n % 2), MORNING)
        assert rating_figures.batches(UNIT, MORNING) == (), "the week is not over"
    (batch,) = rating_figures.batches(UNIT, MORNING + WEEK)
    assert (batch.rated, batch.levels[5], batch.levels[4]) == (12, 6, 6)


def test_unrated_is_what_ended_without_a_rating_and_nothing_else(desk: Connection) -> None:
    codes = [ended(f"u{n}") for n in range(5)]
    ratings.give(service(codes[0]), Said(score=5), MORNING)
    ratings.give(service(codes[1]), Said(score=1), MORNING)
    later = MORNING + timedelta(hours=1)
    rows = {row.service: row for row in rating_figures.rows(SUPERVISOR, later)}
    row = rows["人民调解"]
    assert (row.ended, row.rated, row.unrated) == (5, 2, 3)
    assert row.levels == {5: 1, 4: 0, 3: 0, 2: 0, 1: 1}

    given = rating_figures.given(SUPERVISOR, "人民调解", 1, now=later)
    assert (given.total, len(given.items), given.closed) == (1, 1, 0)
    assert rating_figures.ended(SUPERVISOR, "人民调解", now=later).total == 5


def test_a_list_longer_than_a_page_is_as_long_as_its_number(
    desk: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rating_figures, "LIST_MAX", 2)
    for code in [ended(f"l{n}") for n in range(5)]:
        ratings.give(service(code), Said(score=4), MORNING)
    later = MORNING + timedelta(hours=1)

    def over(after: str) -> Behind:
        return rating_figures.ended(SUPERVISOR, "人民调解", after, later)

    def good(after: str) -> Behind:
        return rating_figures.given(SUPERVISOR, "人民调解", 4, after, later)

    for asked in (over, good):
        pages = [asked("")]
        while pages[-1].after:
            pages.append(asked(pages[-1].after))
        listed = [item.matter for page in pages for item in page.items]
        assert [page.total for page in pages] == [5, 5, 5]
        assert len(listed) == len(set(listed)) == 5
        assert listed == sorted(listed, reverse=True)


def test_who_is_rated_is_not_told_its_own_figures_by_the_way_of_supervision(
    desk: Connection,
) -> None:
    ratings.give(service(ended()), Said(score=1), MORNING)
    later = MORNING + timedelta(hours=1)
    for organ in (UNIT, "dayingmen-mediation"):
        own = Reader(person="m", organ=organ, roles=("supervisor",), supervisor=True)
        assert not [row for row in rating_figures.rows(own, later) if row.rated]
        assert rating_figures.given(own, "人民调解", 0, now=later) == (0, (), 0, "")
    assert (
        rating_figures.tasks(Reader(person="m", organ=UNIT, roles=("mediator",)), "bad_rating")
        == ()
    )
