"""Which messages are due to people who left a number: come back, called, missed, closing, tomorrow.

Nothing is sent here and nothing decided: who gets the event `notified` sends the message, so each
is sent once however many look. The moment to come back follows the told interval: when its early
end is no further away than the minutes that somebody needs.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal

from haihe.kernel.values import Frozen
from haihe.queueing.expect import expected
from haihe.queueing.hall import Hall, Ticket
from haihe.queueing.plan import DAY_SECONDS, MINUTE
from haihe.queueing.steps import NOT_SENT_MAX
from haihe.queueing.waiting import Memory

What = Literal["come_back", "called", "missed", "closing", "unreached", "appointed"]
DAY_BEFORE: Final = 7 * 3_600  # seconds before its day's midnight an appointment is told of: 17:00
QUIET_UNTIL, QUIET_FROM = 7 * 3_600, 21 * 3_600  # nobody is woken
LOOK_AGAIN_SECONDS: Final = 10.0


class Due(Frozen, frozen=True, kw_only=True):
    """A message that is due; `low` and `high`: seconds of the day at which the call is expected."""

    number: str
    what: What
    low: float = 0.0
    high: float = 0.0


class Later(Frozen, frozen=True, kw_only=True):
    """Nothing is due to a ticket before this second, as far as it is known now."""

    number: str
    at: float


def due(hall: Hall, memory: Memory, at: float, not_before: dict[str, float]) -> list[Due | Later]:
    """What is due now in a hall, and for whom it need not be asked again for a while.

    `not_before` holds what was given as `Later` before; it only spares work.
    """
    found: list[Due | Later] = []
    for ticket in hall.tickets.values():
        if ticket.notify_minutes and not_before.get(ticket.number, at) <= at:
            found += _of(hall, memory, ticket, at)
    return found


def _of(hall: Hall, memory: Memory, ticket: Ticket, at: float) -> Iterator[Due | Later]:
    number = ticket.number
    match ticket.standing:
        case "waiting":
            yield from _waiting(hall, memory, ticket, at)
        case "called" if not {"come_back", "called"} & set(ticket.notified):
            if _open(ticket, "called"):
                yield Due(number=number, what="called")
        case "aside" if ticket.aside_why == "missed" and at <= ticket.kept_until:
            if _open(ticket, "missed"):
                yield Due(number=number, what="missed", high=ticket.kept_until)
        case "booked" if _tells_of(ticket, at) and _open(ticket, "appointed"):
            yield Due(number=number, what="appointed", low=ticket.appointed or 0.0)
        case "unserved" if ticket.unreached and not _is_quiet(at) and _open(ticket, "unreached"):
            yield Due(number=number, what="unreached")
        case _:
            return


def _waiting(hall: Hall, memory: Memory, ticket: Ticket, at: float) -> Iterator[Due | Later]:
    told = expected(hall, memory, ticket, at)
    lead = ticket.notify_minutes * MINUTE
    closing = at >= hall.closes_at - hall.plan.warn_minutes * MINUTE and told.chance != "sure"
    if closing and _open(ticket, "closing"):
        yield Due(number=ticket.number, what="closing", low=told.low, high=told.high)
    elif told.windows and told.low - at <= lead and _open(ticket, "come_back"):
        yield Due(number=ticket.number, what="come_back", low=told.low, high=told.high)
    else:
        # Half of what is left: the queue may go twice as fast and the message is still in time.
        wait = max(LOOK_AGAIN_SECONDS, (told.low - at - lead) / 2)
        yield Later(number=ticket.number, at=at + min(wait, 10 * LOOK_AGAIN_SECONDS))


def _open(ticket: Ticket, what: What) -> bool:
    """Whether this message was not sent yet, nor tried too often."""
    return what not in ticket.notified and ticket.not_sent.get(what, 0) < NOT_SENT_MAX


def _tells_of(ticket: Ticket, at: float) -> bool:
    """Whether an appointment is to be told of: in the evening before, or on the day itself.

    Who booked after that knows it. A place that was given to somebody is told of at once.
    """
    if ticket.appointed is None or at >= ticket.appointed or _is_quiet(at):
        return False
    return bool(ticket.carried) or ticket.taken_at < -DAY_BEFORE <= at


def _is_quiet(at: float) -> bool:
    return not QUIET_UNTIL <= at % DAY_SECONDS < QUIET_FROM
