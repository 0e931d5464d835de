"""Precision and recall are counted as the field counts them."""

from __future__ import annotations

import pyarrow as pa
import pytest

from haihe.pack.models import Aim
from haihe.supervision.scoring import Known, Score, Truth, score, together

MATTERS = 1_000


def found(*pairs: tuple[str, str]) -> pa.Table:
    return pa.table(
        {
            "matter_id": pa.array([matter for matter, _ in pairs], pa.string()),
            "cause": pa.array([cause for _, cause in pairs], pa.string()),
        }
    )


def known(*truths: Truth) -> Known:
    return Known.of(truths)


def test_what_is_found_missed_and_extra_is_counted() -> None:
    truths = [Truth(f"m{number}", "late", "reply", "f") for number in range(4)]
    told = score(
        "late", found(("m0", "reply"), ("m1", "reply"), ("x", "reply")), known(*truths), MATTERS
    )
    assert (told.found, told.planted, told.hit, told.extra) == (3, 4, 2, 1)
    assert told.precision == pytest.approx(2 / 3)
    assert told.recall == 0.5
    assert told.per_thousand == 3.0
    assert told.extra_shown == (("x", "reply", ""),)
    assert told.missed_shown == (("m2", "reply", "f"), ("m3", "reply", "f"))


def test_another_cause_is_another_finding() -> None:
    told = score("late", found(("m", "visit")), known(Truth("m", "late", "reply", "f")), MATTERS)
    assert (told.hit, told.extra) == (0, 1)


def test_any_cause_takes_every_finding_of_the_matter() -> None:
    truth = known(Truth("m", "late", "*", "f"))
    told = score("late", found(("m", "visit"), ("m", "reply")), truth, MATTERS)
    assert (told.hit, told.extra, told.precision, told.recall) == (1, 0, 1.0, 1.0)
    assert score("late", found(), truth, MATTERS).missed_shown == (("m", "*", "f"),)


def test_a_finding_that_a_fault_brings_along_counts_neither_way() -> None:
    truth = known(Truth("m", "unexamined", "reply", "f", also=("late",)))
    told = score("late", found(("m", "reply"), ("x", "reply")), truth, MATTERS)
    assert (told.found, told.counted, told.extra) == (2, 1, 1)
    assert told.precision == 0.0


def test_nothing_to_measure_is_no_share() -> None:
    told = score("late", found(), known(), MATTERS)
    assert (told.precision, told.recall) == (None, None)
    assert told.meets(Aim())


def test_an_aim_is_met_when_both_shares_reach_it() -> None:
    told = Score("late", 100, 100, 98, 100, 2, 1.0)
    assert told.meets(Aim(precision=0.98, recall=0.98))
    assert not told.meets(Aim(precision=0.981, recall=0.98))
    assert not told.meets(Aim(precision=0.98, recall=0.981))


def test_two_cities_count_together_and_the_usual_one_gives_the_rate() -> None:
    usual, planted = Score("late", 2, 1, 1, 2, 1, 0.2), Score("late", 8, 9, 8, 8, 0, 80.0)
    both = together(usual, planted)
    assert (both.found, both.planted, both.hit, both.extra) == (10, 10, 9, 1)
    assert (both.precision, both.recall, both.per_thousand) == (0.9, 0.9, 0.2)
