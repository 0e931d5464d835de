"""A service hall that plays by itself: people come, windows call them, some miss their call.

The play holds nothing but its seed: what is due next follows from the hall as it stands, so it can
be stopped and taken up again, also beside people who really tap. It only wishes; the rules of the
hall decide.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from random import Random
from typing import Final, NamedTuple

from haihe.kernel.values import Data
from haihe.queueing.hall import Counter, Hall, Ticket, Told
from haihe.queueing.plan import PLAYED, Plan, written
from haihe.queueing.steps import Wish, decide, plan_event

WALK_SECONDS: Final = (8.0, 30.0)  # from the call to the window
SPREAD: Final = 0.55  # of the logarithm of the time at a window
MISSES: Final = 0.05
FAVOURED: Final = 0.06
TRANSFERRED: Final = 0.03
TWO_ERRANDS: Final = 0.06
WISHES_MAX: Final = 100_000


class Pace(NamedTuple):
    """How busy it is: people an hour by hour of the day, minutes at a window by errand."""

    an_hour: Mapping[int, float]
    minutes: Mapping[str, float]
    otherwise: float = 7.0

    def people(self, second: float) -> float:
        """People an hour at this second."""
        return self.an_hour.get(int(second // 3_600), 0.0)


class Play:
    """The play of one hall on one day; `windows` are those it moves."""

    def __init__(self, plan: Plan, pace: Pace, seed: int, windows: tuple[str, ...]) -> None:
        self.plan = plan
        self.pace = pace
        self.seed = seed
        self.windows = windows

    def _chance(self, what: str, nth: int) -> Random:
        return Random(f"{self.seed}:{self.plan.day}:{what}:{nth}")

    def due(self, hall: Hall, begun: float, until: float) -> Wish | None:
        """What is due first, no later than `until`; None if nothing is. `begun`: people come then.

        Two things due at once come in the order of the windows, people last.
        """
        wishes = [one for one in self._of_windows(hall, begun) if one.at <= until]
        coming = self._coming(hall, begun, until)
        if coming is not None:
            wishes.append(coming)
        return min(wishes, key=lambda one: one.at, default=None)

    def _of_windows(self, hall: Hall, begun: float) -> Iterator[Wish]:
        for id_ in self.windows:
            window = hall.windows[id_]
            by = f"{PLAYED}-{id_}"
            if window.state == "closed" and window.turn == 0:
                yield Wish(act="open_window", at=begun, by=by, data={"window": id_})
            elif window.state == "open" and window.person == by:
                yield from self._at_window(hall, window)

    def _at_window(self, hall: Hall, window: Counter) -> Iterator[Wish]:
        data: Data = {"window": window.plan.id}
        ticket = hall.tickets.get(window.ticket) if window.ticket else None
        if ticket is None:
            if (following := hall.next_for(window)) is not None:
                at = max(window.since + 5.0, following.joined_at)
                open_at = next((max(at, b) for b, e in hall.spans if at < e), math.inf)
                yield Wish(act="call", at=open_at, by=window.person, data=data)
            return
        chance = self._chance("ticket", ticket.nth)
        walk = chance.uniform(*WALK_SECONDS)
        lost = chance.random() < MISSES and ticket.channel == PLAYED and not ticket.moved
        if ticket.standing == "called":
            if not lost:
                act, at = "start", ticket.called_at + walk
            elif ticket.calls < self.plan.calls_min:
                act, at = "call_again", ticket.called_at + self.plan.call_again_seconds + 25
            else:
                act, at = "miss", ticket.called_at + self.plan.call_again_seconds + 25
        else:
            act, at = "finish", ticket.started_at + self._seconds(ticket)
            if chance.random() < TRANSFERRED and not ticket.moved:
                act, at = "transfer", ticket.started_at + 60
                data = {**data, "number": ticket.number, "why": "要先在另一个窗口核对"}
                data["errand"] = self._other(ticket)
        yield Wish(act=act, at=at, by=window.person, data=data)

    def _other(self, ticket: Ticket) -> str:
        names = [one.id for one in self.plan.errands if one.id != ticket.errand]
        return self._chance("other", ticket.nth).choice(names or [ticket.errand])

    def _seconds(self, ticket: Ticket) -> float:
        """How long somebody is at a window, with a long tail."""
        chance = self._chance("served", 100 * ticket.nth + ticket.step)
        mean = 60 * self.pace.minutes.get(ticket.errand, self.pace.otherwise)
        return max(20.0, mean * chance.lognormvariate(-SPREAD * SPREAD / 2, SPREAD))

    def _coming(self, hall: Hall, begun: float, until: float) -> Wish | None:
        """The next who comes: a Poisson stream thinned to the pace of the hour; or comes back."""
        for ticket in hall.tickets.values():
            if ticket.standing == "aside" and ticket.channel == PLAYED:
                away = 120.0 + 600.0 * self._chance("away", ticket.nth).random()
                at = ticket.kept_until - 60 * self.plan.kept_minutes + away
                if at <= until:
                    return Wish(act="come_back", at=at, data={"number": ticket.number})
        came = [one for one in hall.tickets.values() if one.channel == PLAYED]
        nth = len(came)
        at = max(came[-1].taken_at if came else begun, float(hall.plan.opens_at))
        top = max(self.pace.an_hour.values(), default=0.0)
        chance = self._chance("gap", nth)
        for _ in range(10_000):
            at += chance.expovariate(top / 3_600) if top else math.inf
            if at > until or at >= hall.closes_at:
                return None
            if chance.random() * top <= self.pace.people(at):
                break
        return Wish(act="take", at=at, data=self._wanted(nth))

    def _wanted(self, nth: int) -> Data:
        chance = self._chance("wanted", nth)
        names = [one.id for one in self.plan.errands]
        weights = [1.0 / (1 + place) for place in range(len(names))]
        chance.shuffle(weights)
        first = chance.choices(names, Random(self.seed).sample(weights, len(weights)))[0]
        errands = [first]
        if chance.random() < TWO_ERRANDS:
            errands.append(chance.choice([one for one in names if one != first] or [first]))
        data: Data = {"errands": list(dict.fromkeys(errands)), "channel": PLAYED}
        if chance.random() < FAVOURED and self.plan.favours:
            data["favour"] = chance.choice(self.plan.favours).id
        return data

    def day(self, begun: float, until: float) -> Iterator[Told]:
        """Every event from the second on which people begin to come, after that of the plan."""
        hall = Hall()
        hall.apply(plan_event(written(self.plan), 0.0))
        for _ in range(WISHES_MAX):
            wish = self.due(hall, begun, until)
            if wish is None:
                return
            answer = decide(hall, wish)
            if not isinstance(answer, Told):
                return
            hall.apply(answer)
            yield answer
