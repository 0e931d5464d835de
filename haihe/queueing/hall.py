"""A hall on one day, folded from its events: tickets, windows, and the one order of calling.

The order is one number a ticket, its `place`: the second at which somebody counts as having come.
Who walks in counts from then; who comes to an appointment in time from some minutes before it; a
rule of priority takes further minutes off. Places are given once and kept through calls missed,
transfers and further errands, so nobody who comes later by more than the rules' minutes is ever
called sooner by the same window.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, Literal

from msgspec.structs import replace

from haihe.kernel.values import Data, Frozen
from haihe.queueing.plan import MINUTE, Errand, Plan, Window, open_between, read
from haihe.queueing.waiting import Forecast, Tunings
from haihe.queueing.watch import Moment, Watch

TICKETS_MAX: Final = 20_000  # of one day
TAPS_SECONDS: Final = 3_600.0  # within which the numbers taken from one address are counted
SAMPLED: Final = (0, 1, 2, 4, 8, 16)  # places in the queue whose further wait is remembered
INSIDE: Final = "/"  # ends the group of what was found by who waited already

Standing = Literal[
    "booked", "waiting", "called", "serving", "aside", "done", "left", "turned_away", "unserved"
]
ENDED: Final = frozenset({"done", "left", "turned_away", "unserved"})
AT_WINDOW: Final = frozenset({"called", "serving"})


class Told(Frozen, frozen=True, kw_only=True):
    """An event of a hall's day. `at`: seconds of the day; `by`: who did it ("": the public)."""

    seq: int
    act: str
    at: float
    by: str = ""
    data: Data = {}


def remembered(lived: Iterable[tuple[Moment, float]]) -> Iterator[tuple[Moment, float]]:
    """What a memory learns of what was lived.

    Who comes is told by those who came; who waits already by all of them and by those who waited.
    """
    for moment, waited in lived:
        yield moment, waited
        if not moment.group.endswith(INSIDE):
            yield replace(moment, group=f"{moment.group}{INSIDE}"), waited


class BrokenHall(Exception):
    """Events that no hall can have had; the message says which."""


@dataclass(slots=True)
class Ticket:
    """Somebody's number: what for, which place, and what became of it."""

    number: str
    nth: int
    errands: list[str]
    place: float
    taken_at: float
    channel: str
    phone: str
    standing: Standing
    step: int = 0
    appointed: float | None = None
    late: bool = False
    favour: str = ""
    favoured_by: str = ""  # who granted it; "": said by the person, nobody checked yet
    window: str = ""
    calls: int = 0
    called_at: float = 0.0
    first_called_at: float | None = None
    started_at: float = 0.0
    ended_at: float | None = None
    aside_why: str = ""
    kept_until: float = 0.0
    moved: str = ""  # why the place is older than what it is called for: transferred, back, …
    checked: str = ""  # by whom the materials were looked at
    lacking: list[str] = field(default_factory=list)
    matter: str = ""
    remind_at: int = 0
    joined_at: float = 0.0
    unreached: bool = False  # waited when the doors closed
    carried: str = ""  # `2026-11-23/A017`: the day it was taken first, and its number then
    notify_minutes: int = 0  # before its turn its holder wants a message; 0: none is wanted
    language: str = ""
    notified: dict[str, float] = field(default_factory=dict)  # what was sent, when
    not_sent: dict[str, int] = field(default_factory=dict)  # what could not be, how often
    found: Moment | None = None
    forecast: Forecast | None = None

    @property
    def errand(self) -> str:
        """The errand it waits for or is served with."""
        return self.errands[self.step]

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen with it."""
        return self.standing in ENDED


@dataclass(slots=True)
class Counter:
    """A window at work: who sits there, whom it has called; `turn` counts its acts."""

    plan: Window
    skills: tuple[str, ...]
    state: Literal["closed", "open", "paused"] = "closed"
    person: str = ""
    ticket: str = ""
    why: str = ""
    turn: int = 0
    served: int = 0
    since: float = 0.0


@dataclass(slots=True)
class _Sample:
    moment: Moment
    at: float


class Hall:
    """One hall on one day. Only `apply` changes it; `tunings` follow the waits as they end."""

    def __init__(self) -> None:
        self.seq = 0
        self.tickets: dict[str, Ticket] = {}
        self.windows: dict[str, Counter] = {}
        self.closed = False
        self.extended_to = 0.0
        self.watch = Watch()
        self.tunings = Tunings()
        self.lived: list[tuple[Moment, float]] = []
        self.called: list[tuple[float, str, str]] = []  # at, ticket, window; the newest last
        self.booked: dict[tuple[int, str], int] = {}
        self.numbered: dict[str, int] = {}  # by queue: how many numbers were given
        self.carried: dict[str, str] = {}  # origin of who was not reached, and the number here
        self.carried_in: dict[tuple[int, str], int] = {}  # how many, by time and queue
        self.unlimited = False  # the lobby lifted the quota of addresses
        self.disposed = False
        self._plan: Plan | None = None
        self._taps: dict[str, int] = {}
        self._taps_from: dict[str, list[float]] = {}
        self._errands: dict[str, Errand] = {}
        self._order: dict[str, list[tuple[float, int, str]]] = {}
        self._of_phone: dict[str, str] = {}
        self._samples: dict[str, list[_Sample]] = {}
        self._calls: dict[str, int] = {}

    # ── what it is ──────────────────────────────────────────────────────────────────────────

    @property
    def plan(self) -> Plan:
        """The plan of the day; raises BrokenHall before there is one."""
        if self._plan is None:
            raise BrokenHall("a hall's day begins with its plan")
        return self._plan

    @property
    def planned(self) -> bool:
        """Whether the day has begun."""
        return self._plan is not None

    @property
    def closes_at(self) -> float:
        """When the doors close today, as far as it is known now."""
        return max(float(self.plan.closes_at), self.extended_to)

    @property
    def spans(self) -> tuple[tuple[int, int], ...]:
        """The hours of today with what was added at the end."""
        spans = self.plan.spans
        if not spans or self.extended_to <= spans[-1][1]:
            return spans
        return (*spans[:-1], (spans[-1][0], int(self.extended_to)))

    def errand(self, id_: str) -> Errand:
        """An errand of the plan."""
        return self._errands[id_]

    def queue_of(self, ticket: Ticket) -> str:
        """The letter of the queue a ticket stands in."""
        return self._errands[ticket.errand].queue

    def of_phone(self, phone: str) -> Ticket | None:
        """The ticket of this phone that has not ended, or None."""
        number = self._of_phone.get(phone)
        ticket = self.tickets.get(number) if number else None
        return None if ticket is None or ticket.ended else ticket

    def taken_by(self, phone: str) -> int:
        """How many numbers this phone took for this day."""
        return self._taps.get(phone, 0)

    def taken_from(self, address: str, at: float) -> int:
        """How many numbers were taken from an address in the hour before."""
        return sum(at - TAPS_SECONDS < one for one in self._taps_from.get(address, ()))

    @property
    def carried_days(self) -> list[str]:
        """The days on which those were not reached who have a place here."""
        return sorted({one.partition("/")[0] for one in self.carried})

    def order(self, errand: str) -> list[tuple[float, int, str]]:
        """Who waits for an errand: place, nth ticket of the day, number; the first is next."""
        return self._order.get(errand, [])

    def next_for(self, window: Counter) -> Ticket | None:
        """Whom a window calls next: the smallest place of all whose errand it serves."""
        heads = [self._order[one][0] for one in window.skills if self._order.get(one)]
        return self.tickets[min(heads)[2]] if heads else None

    def ahead_of(self, ticket: Ticket) -> list[Ticket]:
        """Who is called before this ticket in its queue, the next first."""
        queue = self._errands[ticket.errand].queue
        mine = (ticket.place, ticket.nth)
        found = [
            one
            for errand, order in self._order.items()
            if self._errands[errand].queue == queue
            for one in order[: bisect_left(order, (*mine, ""))]
        ]
        return [self.tickets[number] for _, _, number in sorted(found)]

    def count_ahead(self, ticket: Ticket) -> int:
        """How many are called before this ticket in its queue."""
        queue, mine = self._errands[ticket.errand].queue, (ticket.place, ticket.nth, "")
        return sum(
            bisect_left(order, mine)
            for errand, order in self._order.items()
            if self._errands[errand].queue == queue
        )

    def waiting(self) -> list[Ticket]:
        """Everybody who waits, in the order of places."""
        found = [one for order in self._order.values() for one in order]
        return [self.tickets[number] for _, _, number in sorted(found)]

    def serving(self, errand: str) -> list[Counter]:
        """The windows that are open and serve an errand."""
        return [
            one for one in self.windows.values() if one.state == "open" and errand in one.skills
        ]

    def moment(self, errand: str, at: float, place: float, priority: int = 0) -> Moment:
        """What somebody finds who would stand at this place for this errand now."""
        return self.watch.moment(self._errands[errand].queue, at, place=place, priority=priority)

    # ── what happens ────────────────────────────────────────────────────────────────────────

    def apply(self, event: Told) -> None:
        """Take one more event in; raises BrokenHall if it cannot follow."""
        if event.seq != self.seq + 1:
            raise BrokenHall(f"event {event.seq} does not follow {self.seq}")
        act = _ACTS.get(event.act)
        if act is None or (self._plan is None and event.act not in ("plan", "dispose")):
            raise BrokenHall(f"event {event.seq}: a hall knows no act `{event.act}` here")
        try:
            act(self, event)
        except (KeyError, IndexError, TypeError, ValueError) as error:
            raise BrokenHall(f"event {event.seq}, {event.act}: {error!r}") from error
        self.seq = event.seq

    def _planned(self, event: Told) -> None:
        plan = read(str(event.data["plan"]))
        self._plan = plan
        self.tunings = Tunings([float(one) for one in _texts(event.data.get("levels"))])
        self._errands = {one.id: one for one in plan.errands}
        self._order = {one.id: [] for one in plan.errands}
        self.windows = {one.id: Counter(one, plan.skills(one)) for one in plan.windows}

    def _took(self, event: Told) -> None:
        ticket = self._new(event, "waiting")
        ticket.forecast = _forecast(event.data)
        self._join(ticket, event.at)

    def _booked(self, event: Told) -> None:
        ticket = self._new(event, "booked")
        ticket.appointed = _number(event.data["appointed"])
        ticket.place = _number(event.data["place"])
        slot = (int(ticket.appointed), self.queue_of(ticket))
        self.booked[slot] = self.booked.get(slot, 0) + 1
        if event.data.get("carried"):
            ticket.carried = str(event.data["carried"])
            ticket.notify_minutes = int(_number(event.data.get("notify_minutes", 0)))
            ticket.language = str(event.data.get("language") or "")
            self.carried[ticket.carried] = ticket.number
            self.carried_in[slot] = self.carried_in.get(slot, 0) + 1

    def _new(self, event: Told, standing: Standing) -> Ticket:
        data = event.data
        number = str(data["number"])
        if number in self.tickets:
            raise BrokenHall(f"{number} was given twice")
        ticket = Ticket(
            number=number,
            nth=len(self.tickets),
            errands=_texts(data["errands"]),
            place=_number(data.get("place", event.at)),
            taken_at=event.at,
            channel=str(data.get("channel", "")),
            phone=str(data.get("phone", "")),
            standing=standing,
            favour=str(data.get("favour") or ""),
            favoured_by=event.by if data.get("favour") else "",
            matter=str(data.get("matter") or ""),
        )
        self.tickets[number] = ticket
        letter = self.queue_of(ticket)
        self.numbered[letter] = self.numbered.get(letter, 0) + 1
        if ticket.phone:
            self._of_phone[ticket.phone] = number
            self._taps[ticket.phone] = self._taps.get(ticket.phone, 0) + 1
        if data.get("from"):
            self._taps_from.setdefault(str(data["from"]), []).append(event.at)
        return ticket

    def _arrived(self, event: Told) -> None:
        ticket = self._ticket(event)
        place = _number(event.data["place"])
        ticket.late = bool(event.data.get("late"))
        ticket.place = place
        ticket.taken_at = event.at
        ticket.forecast = _forecast(event.data)
        self._join(ticket, event.at)

    def _left(self, event: Told) -> None:
        self._end(self._ticket(event), "left", event.at)

    def _turned_away(self, event: Told) -> None:
        ticket = self._ticket(event)
        ticket.lacking = _texts(event.data.get("lacking"))
        self._end(ticket, "turned_away", event.at)

    def _set_aside(self, event: Told) -> None:
        ticket = self._ticket(event)
        ticket.lacking = _texts(event.data.get("lacking"))
        self._aside(ticket, str(event.data["why"]), event.at)

    def _came_back(self, event: Told) -> None:
        ticket = self._ticket(event)
        ticket.moved = f"back:{ticket.aside_why}"
        self._join(ticket, event.at)

    def _checked(self, event: Told) -> None:
        ticket = self._ticket(event)
        ticket.checked = event.by
        ticket.lacking = []

    def _favoured(self, event: Told) -> None:
        ticket = self._ticket(event)
        favour = str(event.data.get("favour") or "")
        struck = ticket.standing == "called" and not favour  # waits on, at the place of its own
        stood = ticket.standing == "waiting"
        if stood:
            self._leave(ticket)
        if struck:
            self._free(ticket, event.at)
        ticket.place = _number(event.data["place"])
        ticket.favour = favour
        ticket.favoured_by = event.by if favour else ""
        if stood or struck:
            self._join(ticket, event.at)

    def _wanted(self, event: Told) -> None:
        ticket = self._ticket(event)
        ticket.remind_at = int(_number(event.data.get("remind_at", 0)))

    def _wanted_notices(self, event: Told) -> None:
        ticket = self._ticket(event)
        ticket.notify_minutes = int(_number(event.data.get("minutes", 0)))
        ticket.language = str(event.data.get("language") or "")

    def _notified(self, event: Told) -> None:
        self._ticket(event).notified[str(event.data["what"])] = event.at

    def _not_notified(self, event: Told) -> None:
        ticket, what = self._ticket(event), str(event.data["what"])
        ticket.notified.pop(what, None)
        ticket.not_sent[what] = ticket.not_sent.get(what, 0) + 1

    def _brought(self, event: Told) -> None:
        ticket = self._ticket(event)
        ticket.matter = str(event.data["matter"])

    def _added(self, event: Told) -> None:
        self._ticket(event).errands.append(str(event.data["errand"]))

    def _called(self, event: Told) -> None:
        ticket, window = self._ticket(event), self._window(event)
        if ticket.standing == "waiting":
            self._remember(ticket, event.at)
            self._leave(ticket, called=event.at)
        ticket.standing, ticket.window = "called", window.plan.id
        ticket.calls += 1
        ticket.called_at = event.at
        window.ticket, window.since = ticket.number, event.at
        self.called.append((event.at, ticket.number, window.plan.id))

    def _started(self, event: Told) -> None:
        ticket = self._ticket(event)
        ticket.standing, ticket.started_at = "serving", event.at
        self._window(event).since = event.at

    def _missed(self, event: Told) -> None:
        self._aside(self._ticket(event), "missed", event.at)

    def _finished(self, event: Told) -> None:
        ticket, window = self._ticket(event), self._window(event)
        window.served += 1
        window.turn += 1
        if ticket.step + 1 == len(ticket.errands):
            self._end(ticket, "done", event.at)
            return
        ticket.step += 1
        if ticket.errand in window.skills:
            window.since = ticket.started_at = event.at
            return
        self._free(ticket, event.at)
        ticket.moved = "further"
        self._join(ticket, event.at)

    def _transferred(self, event: Told) -> None:
        ticket = self._ticket(event)
        if ticket.standing == "waiting":
            self._leave(ticket)
        else:
            self._free(ticket, event.at)
        ticket.errands[ticket.step] = str(event.data["errand"])
        ticket.moved = "transferred"
        self._join(ticket, event.at)

    def _opened(self, event: Told) -> None:
        window = self._window(event)
        window.state, window.person, window.why = "open", event.by, ""
        window.turn += 1
        window.since = event.at

    def _paused(self, event: Told) -> None:
        window = self._window(event)
        window.state, window.why = "paused", str(event.data.get("why") or "")
        window.turn += 1
        window.since = event.at

    def _shut(self, event: Told) -> None:
        window = self._window(event)
        window.state, window.person, window.why = "closed", "", ""
        window.turn += 1
        window.since = event.at

    def _extended(self, event: Told) -> None:
        self.extended_to = _number(event.data["until"])

    def _closed(self, event: Told) -> None:
        closes_at = self.closes_at
        for ticket in self.tickets.values():
            if ticket.standing in ("waiting", "booked", "aside"):
                kept = ticket.standing == "aside" and ticket.kept_until >= closes_at
                ticket.unreached = kept or ticket.standing == "waiting"
                self._end(ticket, "unserved", event.at)
        self.closed = True

    def _lifted(self, _event: Told) -> None:
        self.unlimited = True

    def _disposed(self, _event: Told) -> None:
        self.closed = self.disposed = True

    # ── how it is done ──────────────────────────────────────────────────────────────────────

    def _ticket(self, event: Told) -> Ticket:
        return self.tickets[str(event.data["number"])]

    def _window(self, event: Told) -> Counter:
        return self.windows[str(event.data["window"])]

    def _join(self, ticket: Ticket, at: float) -> None:
        ticket.standing, ticket.window, ticket.aside_why = "waiting", "", ""
        ticket.joined_at = at
        ticket.calls = 0
        insort(self._order[ticket.errand], (ticket.place, ticket.nth, ticket.number))
        found = self.watch.join(
            ticket.number,
            self.queue_of(ticket),
            at,
            place=ticket.place,
            priority=1 if ticket.favour else 0,
        )
        if ticket.found is None:
            ticket.found = found

    def _leave(self, ticket: Ticket, called: float | None = None) -> None:
        order = self._order[ticket.errand]
        del order[bisect_left(order, (ticket.place, ticket.nth, ""))]
        if called is None:
            self._samples.pop(ticket.number, None)
            self.watch.leave(ticket.number)
        else:
            self.watch.call(ticket.number, called)

    def _remember(self, ticket: Ticket, at: float) -> None:
        """What this ticket found, and how long (in open hours) it then waited."""
        spans = self.spans
        for sample in self._samples.pop(ticket.number, ()):
            self.lived.append((sample.moment, open_between(spans, sample.at, at)))
        if ticket.first_called_at is None:
            ticket.first_called_at = at
            if ticket.found is not None and ticket.joined_at == ticket.taken_at:
                waited = open_between(spans, ticket.taken_at, at)
                self.lived.append((ticket.found, waited))
                # A free window is no forecast: who was told "now" says nothing of the intervals.
                if ticket.forecast is not None and ticket.forecast.middle > 0:
                    self.tunings.of(ticket.found.ahead).learn(ticket.forecast, waited)
        self._sample(ticket, at)

    def _sample(self, ticket: Ticket, at: float) -> None:
        """Note what one who waits further back finds now; their further wait is remembered."""
        queue = self.queue_of(ticket)
        nth = self._calls[queue] = self._calls.get(queue, 0) + 1
        behind = self._order[ticket.errand]
        place = SAMPLED[nth % len(SAMPLED)] + 1  # the first of them is being called now
        if place < len(behind):
            one = self.tickets[behind[place][2]]
            moment = self.inside(one, at)
            self._samples.setdefault(one.number, []).append(_Sample(moment, at))

    def inside(self, ticket: Ticket, at: float) -> Moment:
        """What somebody finds now who waits already: a group of its own in what is remembered."""
        found = self.moment(ticket.errand, at, ticket.place, 1 if ticket.favour else 0)
        return replace(found, group=f"{found.group}{INSIDE}", ahead=self.count_ahead(ticket))

    def _free(self, ticket: Ticket, at: float) -> None:
        """Take a ticket from the window that has it."""
        window = self.windows[ticket.window]
        window.ticket, window.since = "", at
        window.turn += 1
        ticket.window = ""
        self.watch.finish(ticket.number)

    def _aside(self, ticket: Ticket, why: str, at: float) -> None:
        if ticket.standing == "waiting":
            self._leave(ticket)
        elif ticket.window:
            self._free(ticket, at)
        ticket.standing, ticket.aside_why = "aside", why
        ticket.kept_until = at + self.plan.kept_minutes * MINUTE

    def _end(self, ticket: Ticket, standing: Standing, at: float) -> None:
        if ticket.standing == "waiting":
            self._leave(ticket)
        elif ticket.window:
            self._free(ticket, at)
        elif ticket.standing == "booked" and ticket.appointed is not None:
            slot = int(ticket.appointed), self.queue_of(ticket)
            self.booked[slot] -= 1
            if ticket.carried:
                self.carried_in[slot] -= 1
        ticket.standing, ticket.ended_at = standing, at


_ACTS: Final[dict[str, Callable[[Hall, Told], None]]] = {
    "plan": Hall._planned,
    "take": Hall._took,
    "book": Hall._booked,
    "arrive": Hall._arrived,
    "leave": Hall._left,
    "turn_away": Hall._turned_away,
    "set_aside": Hall._set_aside,
    "come_back": Hall._came_back,
    "check": Hall._checked,
    "favour": Hall._favoured,
    "remind": Hall._wanted,
    "carry": Hall._brought,
    "notify": Hall._wanted_notices,
    "notified": Hall._notified,
    "not_notified": Hall._not_notified,
    "lift_quota": Hall._lifted,
    "dispose": Hall._disposed,
    "add": Hall._added,
    "call": Hall._called,
    "call_again": Hall._called,
    "start": Hall._started,
    "miss": Hall._missed,
    "finish": Hall._finished,
    "transfer": Hall._transferred,
    "open_window": Hall._opened,
    "pause_window": Hall._paused,
    "close_window": Hall._shut,
    "extend": Hall._extended,
    "close": Hall._closed,
}
ACTS: Final = frozenset(_ACTS)


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{value!r} is no number")
    return float(value)


def _texts(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else []


def _forecast(data: Data) -> Forecast | None:
    """What the person was told when they came, as the event keeps it."""
    if data.get("told_high") is None:
        return None
    return Forecast(
        low=_number(data["told_low"]),
        middle=_number(data["told_middle"]),
        high=_number(data["told_high"]),
        rests_on=int(_number(data.get("told_from", 0))),
    )
