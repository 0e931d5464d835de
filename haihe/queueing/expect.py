"""What a hall tells about waiting: how long still, whether before the doors close, why this order.

All of it is computed when it is asked for. A wait is told in open seconds (a lunch break is no part
of the queue's pace) and turned into instants of the day with the hours of the hall.
"""

from __future__ import annotations

from typing import Final, Literal

from haihe.kernel.values import Frozen
from haihe.queueing.hall import Counter, Hall, Ticket
from haihe.queueing.plan import MINUTE, after_open
from haihe.queueing.waiting import Forecast, Memory

Chance = Literal["sure", "open", "unlikely"]
CALLED_WITHIN: Final = 60.0  # seconds in which a free window calls whoever is next
SOON_AHEAD: Final = 2  # who has no more people ahead should be in the hall

Why = Literal["called", "came", "booked", "carried", "favour", "back", "transferred", "further"]


class Expected(Frozen, frozen=True, kw_only=True):
    """What is told to somebody who waits, or who asks before taking a number.

    `low`, `middle`, `high`: seconds of the day at which they will probably be called; `seconds`:
    the same as a forecast from now in open seconds; `ahead`: people before them in their queue;
    `windows`: open ones that serve them; `chance`: whether that is before the doors close.
    """

    low: float
    middle: float
    high: float
    seconds: Forecast
    ahead: int
    windows: int
    chance: Chance


class Before(Frozen, frozen=True, kw_only=True):
    """Somebody who is called sooner, and why: all that is told of them is their number."""

    number: str
    why: Why
    minutes: int  # by which they came sooner; of a favour, by which the rule puts them ahead
    favour: str = ""
    cites: tuple[str, ...] = ()


def expected(hall: Hall, memory: Memory, ticket: Ticket, at: float) -> Expected:
    """How long this ticket still waits, as it stands now."""
    ahead = hall.count_ahead(ticket)
    if any(_calls_now(hall, one, ticket, at) for one in hall.serving(ticket.errand)):
        return _told(hall, Forecast(low=0, middle=0, high=MINUTE, rests_on=0), ahead, ticket, at)
    found = hall.inside(ticket, at)
    return _told(hall, memory.forecast(found, hall.tunings.of(ahead)), ahead, ticket, at)


def expected_by(
    hall: Hall, memory: Memory, errand: str, at: float, place: float, priority: int = 0
) -> Expected:
    """How long somebody would wait who took a number for this errand now."""
    found = hall.moment(errand, at, place, priority)
    if any(not one.ticket and hall.next_for(one) is None for one in hall.serving(errand)):
        forecast = Forecast(low=0, middle=0, high=MINUTE, rests_on=0)
    else:
        forecast = memory.forecast(found, hall.tunings.of(found.ahead))
    return _as_told(hall, forecast, found.ahead, errand, at)


def _calls_now(hall: Hall, window: Counter, ticket: Ticket, at: float) -> bool:
    """Whether a free window is about to call this ticket; one that calls nobody is no free one."""
    if window.ticket or hall.next_for(window) is not ticket:
        return False
    return at - max(ticket.joined_at, window.since) <= CALLED_WITHIN


def _told(hall: Hall, forecast: Forecast, ahead: int, ticket: Ticket, at: float) -> Expected:
    return _as_told(hall, forecast, ahead, ticket.errand, at)


def _as_told(hall: Hall, forecast: Forecast, ahead: int, errand: str, at: float) -> Expected:
    low, middle, high = (
        after_open(hall.spans, at, one) for one in (forecast.low, forecast.middle, forecast.high)
    )
    closes = hall.closes_at
    chance: Chance = "sure" if high <= closes else "unlikely" if low >= closes else "open"
    return Expected(
        low=low,
        middle=middle,
        high=high,
        seconds=forecast,
        ahead=ahead,
        windows=len(hall.serving(errand)),
        chance=chance,
    )


def closing(hall: Hall, memory: Memory, at: float) -> list[tuple[Ticket, Expected]]:
    """Who may not be served any more today, the first in order first; nobody before it is time.

    It is time from `warn_minutes` before the doors close.
    """
    if hall.closed or at < hall.closes_at - hall.plan.warn_minutes * MINUTE:
        return []
    told = ((one, expected(hall, memory, one, at)) for one in hall.waiting())
    return [(one, what) for one, what in told if what.chance != "sure"]


def before(hall: Hall, ticket: Ticket) -> list[Before]:
    """Everybody who is called sooner than this ticket in its queue, and why each of them is."""
    return [why(hall, one, ticket) for one in hall.ahead_of(ticket)]


def why(hall: Hall, sooner: Ticket, later: Ticket) -> Before:
    """Why one ticket is called before another; the strongest of several reasons."""
    minutes = round(abs(later.taken_at - sooner.taken_at) / MINUTE)
    if sooner.taken_at <= later.taken_at:
        kept: dict[str, Why] = {"transferred": "transferred", "further": "further"}
        reason = kept.get(sooner.moved) or ("back" if sooner.moved else "came")
        return Before(number=sooner.number, why=reason, minutes=minutes)
    rule = hall.plan.favour(sooner.favour) if sooner.favour else None
    if rule is not None:
        return Before(
            number=sooner.number,
            why="favour",
            minutes=rule.ahead_minutes,
            favour=rule.name,
            cites=rule.cites,
        )
    booked: Why = "carried" if sooner.carried else "booked"
    return Before(number=sooner.number, why=booked, minutes=hall.plan.booking.head_minutes)
