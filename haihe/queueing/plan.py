"""What a hall is on one day: errands, windows with their skills, hours, and the rules of the order.

A plan is data (`city/halls.yaml` for a day). The first event of a hall's day holds the whole plan,
so a day that is replayed next year obeys the rules of its own time. Times are seconds since the
midnight with which the day begins.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

import msgspec

from haihe.kernel.values import Data, Frozen

WINDOWS_MAX: Final = 100
ERRANDS_MAX: Final = 100
SPANS_MAX: Final = 4
DAY_SECONDS: Final = 86_400
MINUTE: Final = 60
AHEAD_MINUTES_MAX: Final = 120  # by which any rule may put somebody ahead
PLAYED: Final = "played"  # channel of the tickets that nobody took: a demo moves them

Span = tuple[int, int]


class UnusablePlan(ValueError):
    """A plan that no hall can work by; every line of the message says what is wrong."""


class Queue(Frozen, frozen=True, kw_only=True):
    """A class of errands with numbers of its own: `letter` begins the number on the ticket."""

    letter: str
    name: str


class Errand(Frozen, frozen=True, kw_only=True):
    """What people come for.

    `materials` are what to bring; `kind`, `step` and `data` are the matter a window opens for it.
    """

    id: str
    name: str
    queue: str
    says: str = ""
    materials: tuple[str, ...] = ()
    kind: str = ""
    step: str = ""
    data: Data = {}


class Window(Frozen, frozen=True, kw_only=True):
    """A window; `serves` names errands, or queues by their letter."""

    id: str
    name: str
    serves: tuple[str, ...]


class Favour(Frozen, frozen=True, kw_only=True):
    """A rule of priority: who it is for counts as having come `ahead_minutes` earlier."""

    id: str
    name: str
    ahead_minutes: int
    cites: tuple[str, ...]
    proof: str = ""


class Booking(Frozen, frozen=True, kw_only=True):
    """How appointments stand in the one order.

    Who comes in time counts as having come `head_minutes` before the appointed time; who comes
    more than `grace_minutes` late counts from when they came. `between`: hours in which alone
    times are given; all open hours where it is empty.
    """

    head_minutes: int = 30
    early_minutes: int = 60
    grace_minutes: int = 10
    slot_minutes: int = 30
    slot_people: int = 4
    days_ahead: int = 7
    between: tuple[Span, ...] = ()


class Carry(Frozen, frozen=True, kw_only=True):
    """Who waited and was not reached at the close gets an early time of the next open day.

    At most `slot_people` of a queue for each time, from the first time of the day on, in the order
    they had: they stand beside the appointments of that time and take none away.
    """

    slot_people: int = 2
    cites: tuple[str, ...]


class Quota(Frozen, frozen=True, kw_only=True):
    """How many numbers one phone takes a day, and one network address an hour; 0: any number.

    Numbers that the lobby gives out are not counted.
    """

    phone_a_day: int = 5
    address_an_hour: int = 60


class HallRules(Frozen, frozen=True, kw_only=True):
    """What a hall is on whatever day: where, what is done there, and the rules of its order."""

    name: str
    organ: str
    queues: tuple[Queue, ...]
    errands: tuple[Errand, ...]
    windows: tuple[Window, ...]
    favours: tuple[Favour, ...] = ()
    booking: Booking = Booking()
    carry: Carry | None = None
    quota: Quota = Quota()
    address: str = ""
    tap_before_minutes: int = 30
    kept_minutes: int = 20
    calls_min: int = 2
    call_again_seconds: int = 20
    warn_minutes: int = 60


class Plan(HallRules, frozen=True, kw_only=True):
    """A hall on one day; `spans` are its opening hours, between which is its break."""

    site: str
    day: date
    spans: tuple[Span, ...]
    played: bool = False  # moved by the demo, not by people

    @property
    def opens_at(self) -> int:
        """The first second of the day's hours; 0 on a day without any."""
        return self.spans[0][0] if self.spans else 0

    @property
    def closes_at(self) -> int:
        """The last second of the day's hours."""
        return self.spans[-1][1] if self.spans else 0

    def errand(self, id_: str) -> Errand | None:
        """One errand, or None."""
        return next((one for one in self.errands if one.id == id_), None)

    def favour(self, id_: str) -> Favour | None:
        """One rule of priority, or None."""
        return next((one for one in self.favours if one.id == id_), None)

    def skills(self, window: Window) -> tuple[str, ...]:
        """The errands a window serves, as ids."""
        return tuple(
            one.id for one in self.errands if one.id in window.serves or one.queue in window.serves
        )


def open_between(spans: tuple[Span, ...], since: float, until: float) -> float:
    """How many of the seconds between two instants the hall was open."""
    return sum(max(0.0, min(end, until) - max(begin, since)) for begin, end in spans)


def after_open(spans: tuple[Span, ...], since: float, seconds: float) -> float:
    """The instant by which so many open seconds have passed; past the last hour it runs on."""
    left, at = seconds, since
    for begin, end in spans:
        if end <= at:
            continue
        at = max(at, begin)
        if left <= end - at:
            return at + left
        left -= end - at
        at = float(end)
    return at + left


def slots(plan: Plan) -> tuple[int, ...]:
    """The times that may be appointed: every slot that begins and ends in these hours."""
    length = plan.booking.slot_minutes * MINUTE
    hours = plan.booking.between or plan.spans
    return tuple(start for begin, end in hours for start in range(begin, end - length + 1, length))


def wrong(plan: Plan) -> Iterator[str]:
    """What is wrong with a plan, a line each."""
    letters = [one.letter for one in plan.queues]
    errands = [one.id for one in plan.errands]
    known = {*letters, *errands}
    for name, ids in (
        ("queue", letters),
        ("errand", errands),
        ("window", [one.id for one in plan.windows]),
        ("favour", [one.id for one in plan.favours]),
    ):
        for one in {one for one in ids if ids.count(one) > 1}:
            yield f"two of {name} have the id `{one}`"
    if not 0 < len(errands) <= ERRANDS_MAX or not 0 < len(plan.windows) <= WINDOWS_MAX:
        yield f"a hall has 1 to {ERRANDS_MAX} errands and 1 to {WINDOWS_MAX} windows"
    for errand in plan.errands:
        if errand.queue not in letters:
            yield f"errand `{errand.id}`: there is no queue `{errand.queue}`"
        if not any(errand.id in plan.skills(one) for one in plan.windows):
            yield f"errand `{errand.id}`: no window serves it"
    for window in plan.windows:
        for one in window.serves:
            if one not in known:
                yield f"window `{window.id}`: `{one}` is neither an errand nor a queue"
    for favour in plan.favours:
        if not favour.cites or not 0 < favour.ahead_minutes <= AHEAD_MINUTES_MAX:
            yield (
                f"favour `{favour.id}`: it cites what it rests on and puts ahead by 1 to "
                f"{AHEAD_MINUTES_MAX} minutes"
            )
    if plan.carry is not None and (not plan.carry.cites or plan.carry.slot_people < 1):
        yield "carry: it cites what it rests on and gives a time to one at least"
    if min(plan.quota.phone_a_day, plan.quota.address_an_hour) < 0:
        yield "quota: numbers a day and an hour are 0 (any number) or more"
    yield from _wrong_hours(plan)


def _wrong_hours(plan: Plan) -> Iterator[str]:
    if len(plan.spans) > SPANS_MAX:
        yield f"a day has at most {SPANS_MAX} spans of hours"
    last = 0
    for begin, end in plan.spans:
        if not last <= begin < end <= DAY_SECONDS:
            yield f"hours {begin}-{end}: they follow each other within the day"
        last = end
    booking = plan.booking
    if booking.slot_minutes < 1 or booking.head_minutes > AHEAD_MINUTES_MAX:
        yield f"a slot lasts a minute at least; a head start at most {AHEAD_MINUTES_MAX} minutes"


def written(plan: Plan) -> str:
    """The plan as the first event of its day holds it."""
    return msgspec.json.encode(plan).decode()


def read(text: str) -> Plan:
    """The plan again; raises UnusablePlan."""
    try:
        return msgspec.json.decode(text, type=Plan)
    except msgspec.DecodeError as error:
        raise UnusablePlan(str(error)) from error
