"""The demo's hall: some days that were lived, and one that goes on while it is watched."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final

from msgspec.structs import replace

from haihe.kernel.values import Refused
from haihe.queueing.plan import DAY_SECONDS, Plan
from haihe.records import database, halls, halls_journal, halls_night
from haihe.simulation.halls import Pace, Play

SITE: Final = "machang"
SEED: Final = 20261123
OFFICE_HOURS: Final = ((30_600, 43_200), (48_600, 63_000))
DAYS_LIVED: Final = 6
DAYS_COMING: Final = 7
HOURS_BEFORE: Final = 2.5  # for which people have been coming today
PACE_MAX: Final = 6.0  # by which they come faster soon after midnight: no hall is empty
STEPS_MAX: Final = 60  # of one turn of the worker
LEFT_OPEN: Final = 1  # windows, the last ones, for whoever tries the console
AN_HOUR: Final = {**dict.fromkeys(range(24), 25.0), 12: 8.0, 13: 16.0, 17: 8.0}  # people
MINUTES: Final = {
    "newborn": 11.0, "move": 12.0, "change": 9.0, "card": 6.0, "card_lost": 7.0, "collect": 2.5,
    "residence": 8.0, "exit": 5.0,
}  # fmt: skip


def fill(now: datetime) -> None:
    """Six days of the past, today as of now, open at every hour, and the week to come."""
    if SITE not in halls.every_hall():
        return
    today = halls.today(now)
    for ago in range(DAYS_LIVED, 0, -1):
        plan = halls.every_hall()[SITE].plan_with(
            SITE, today - timedelta(days=ago), OFFICE_HOURS, played=True
        )
        halls.enter(plan, list(_play(plan).day(OFFICE_HOURS[0][0], 66_000)))
    halls_night.end_days(now)
    plan = _whole_day(today)
    at = halls.second(today, now)
    pace = min(max(HOURS_BEFORE * 3_600 / max(at, 1.0), 1.0), PACE_MAX)
    halls.enter(plan, list(_play(plan, pace).day(max(0.0, at - 3_600 * HOURS_BEFORE), at)))
    for later in range(1, DAYS_COMING + 1):
        halls.begin(_whole_day(today + timedelta(days=later)), now)


def _whole_day(day: date) -> Plan:
    """A day of the demo's clock: open at every hour, so that nobody comes to a closed hall.

    Appointments are given for office hours, as in a hall that has an evening.
    """
    hall = halls.every_hall()[SITE]
    booking = replace(hall.booking, between=OFFICE_HOURS)
    return hall.plan_with(SITE, day, ((0, DAY_SECONDS),), played=True, booking=booking)


def _keep_open(day: date, now: datetime) -> None:
    """Begin a day of the demo that nobody has begun: on the eighth day it is a demo still."""
    rows = database.reading_connection().rows(
        "SELECT max(day_id) FROM hall_day WHERE day_id > ? AND day_id < ?",
        (f"{SITE}/", f"{SITE}/{day.isoformat()}~"),
    )
    if not rows[0][0] or (last := halls_journal.parted(rows[0][0])[1]) >= day:
        return
    with halls.looking(SITE, last) as one:
        played = one.hall.planned and one.hall.plan.played
    if played:
        halls.begin(_whole_day(day), now)


def _play(plan: Plan, faster: float = 1.0) -> Play:
    pace = Pace({hour: faster * people for hour, people in AN_HOUR.items()}, MINUTES)
    windows = tuple(one.id for one in plan.windows)[:-LEFT_OPEN]
    return Play(plan, pace, SEED, windows)


def go_on(now: datetime) -> int:
    """Move today's hall up to now, if it is one that the demo plays; gives how many steps."""
    day = halls.today(now)
    if SITE not in halls.every_hall():
        return 0
    steps = 0
    until = halls.second(day, now)
    _keep_open(day, now)
    with halls.looking(SITE, day) as one:
        plan = one.hall.plan
    if not plan.played:
        return 0
    play = _play(plan)
    for _ in range(STEPS_MAX):
        with halls.looking(SITE, day) as one:
            last = max((ticket.taken_at for ticket in one.hall.tickets.values()), default=0.0)
            wish = play.due(one.hall, max(last, until - 600), until)
        if wish is None:
            break
        at = halls_journal.instant_of(wish.at, day, halls.zone())
        answer = halls.act(SITE, day, wish.act, by=wish.by, data=wish.data, now=at)
        if isinstance(answer, Refused):
            break
        steps += 1
    return steps
