"""Ratings of a demo city: some weeks of them at one station, bad ones at work, calls drawn."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from haihe.records import call_backs, halls, ratings, rules
from haihe.records.database import Connection
from haihe.records.ratings import Said, Served

ORGAN: Final = "machang-station"
WEEKS: Final = (5, 4, 3, 2, 1)  # ago
SCORES: Final = (5, 5, 4, 5, 3)  # of each of these weeks
BAD: Final = (
    Said(score=2, tags=("等得太久",), text="高峰时只开两个窗口，没有人说明还要等多久。"),
    Said(
        score=1,
        tags=("没有一次讲清",),
        text="跑了三趟，每次说的材料都不一样。",
        phone="13900000055",
        minor=False,
    ),
)
SEED: Final = "demo"


def fill(connection: Connection, now: datetime) -> int:
    """Give the ratings and draw today's call-backs; gives how many ratings."""
    if ORGAN not in {one.organ for one in halls.every_hall().values()}:
        return 0
    given = 0
    for week in WEEKS:
        for nth, score in enumerate(SCORES):
            at = now - timedelta(weeks=week, hours=nth * 5)
            ratings.give(_served(f"{week}-{nth}", at), Said(score=score), at)
            given += 1
    for nth, said in enumerate(BAD):
        at = now - timedelta(days=2 * nth + 1, hours=3)
        ratings.give(_served(f"bad-{nth}", at), said, at)
        given += 1
    today = now.astimezone(rules.current().zone).date()
    call_backs.draw(connection, today, SEED, now)
    return given


def _served(word: str, at: datetime) -> Served:
    return Served(
        key=ratings.rating_key(f"demo-{word}"),
        channel="hall",
        kind=ratings.HALL,
        name="户籍",  # Chinese: stored
        organ=ORGAN,
        organ_name=rules.current().organ_name(ORGAN),
        last_day=at.date(),
    )
