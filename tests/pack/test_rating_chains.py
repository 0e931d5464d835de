"""From a rating to its rectification, and what of it the unit that was rated is told."""

from __future__ import annotations

from typing import Any

import pytest

from haihe.kernel.reading import Reader
from haihe.kernel.standing import knows_of
from haihe.kernel.values import Actor
from tests.pack.walk import TUESDAY, Walk

UNIT, ABOVE = "马场所", "河西分局"
DESK = Actor(person="rating_desk", role="rating_desk", organ="监督系统")
OFFICER = Actor(person="周某", role="rating_officer", organ=ABOVE)
SAID: dict[str, Any] = {
    "score_text": "等了两个小时",
    "wants_call": True,
    "rater_phone": "13900000001",
    "minor_involved": False,
}


def rating(score: int, **more: Any) -> Walk:
    """A rating given on Tuesday 2026-09-01."""
    return Walk("service_rating").take(
        TUESDAY,
        "rate",
        DESK,
        rated_organ=UNIT,
        answering_organ=ABOVE,
        service_name="户籍",
        channel="hall",
        score=score,
        crowd=60,
        **more,
    )


@pytest.mark.parametrize("score", [1, 2])
def test_the_two_lowest_open_a_rectification_of_the_organ_above_with_owner_and_clocks(
    score: int,
) -> None:
    bad = rating(score, **SAID).next(TUESDAY, "bad_rating")
    assert bad.organ() == ABOVE
    assert bad.personal == {"score_text": "等了两个小时", "rater_phone": "13900000001"}
    assert bad.last_day(TUESDAY, "call") == "2026-09-02"
    assert bad.last_day(TUESDAY, "answer") == "2026-09-21"


@pytest.mark.parametrize("score", [3, 4, 5])
def test_the_three_others_open_nothing(score: int) -> None:
    assert rating(score).opened == []


def test_the_unit_is_told_the_problem_and_nothing_of_the_rater_or_the_rating() -> None:
    bad = rating(1, **SAID).next(TUESDAY, "bad_rating")
    bad.take("2026-09-02T10:00", "call", OFFICER, call_note="说了经过", rated_oneself=True)
    bad.take("2026-09-04T10:00", "tell_unit", OFFICER, problem_told="窗口太少", question="怎样改")
    notice = bad.next("2026-09-04T10:00", "rectification")
    assert notice.organ() == UNIT
    assert notice.personal == {}
    assert notice.state is not None
    assert notice.state.fields == {
        "origin": "rating",
        "finding": "窗口太少",
        "question": "怎样改",
        "article": "service-rating-2019#差评整改",
        "organ_concerned": UNIT,
    }


@pytest.mark.parametrize("kind", ["officer", "supervisor"])
def test_the_unit_does_not_know_that_there_is_a_rating(kind: Any) -> None:
    given = rating(1, **SAID)
    bad = given.next(TUESDAY, "bad_rating")
    for organ, lineage in ((UNIT, (UNIT, ABOVE)), ("马场所社区警务室", ("马场所社区警务室", UNIT))):
        roles = ("rating_officer", "supervisor", "checker", "rectifier")
        rated = Reader(person="甲", kind=kind, organ=organ, roles=roles, lineage=lineage)
        for one in (given, bad):
            assert one.state is not None
            assert not knows_of(rated, one.state, one.procedure)


def test_what_is_said_on_the_telephone_opens_the_same_rectification() -> None:
    call = Walk("call_back").take(
        TUESDAY,
        "draw",
        DESK,
        rated_organ=UNIT,
        answering_organ=ABOVE,
        service_name="户籍",
        draw_day="2026-08-31",
        draw_seed="s1",
        draw_digest="0123456789abcdef",
        draw_population=86,
        draw_stratum="unrated",
        draw_rank=1,
        rater_phone="13900000001",
        minor_involved=False,
        crowd=86,
    )
    call.take("2026-09-02T10:00", "call", OFFICER, reached="answered", score=2, wants_call=True)
    bad = call.next("2026-09-02T10:00", "bad_rating")
    assert (bad.organ(), bad.personal["rater_phone"]) == (ABOVE, "13900000001")
    assert bad.field("wants_call") is True
