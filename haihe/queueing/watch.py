"""What a queue looks like at this moment: told by who joined, began, left and was finished.

A watch follows the groups of one hall. A group is a set of windows and of the people only these
serve; its queue is kept in the order in which people will be called (`place`, smaller is sooner),
which the caller decides. Instants are seconds of any origin and never go back by more than the
log of a hall may (the watch keeps the latest it was told).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import deque
from dataclasses import dataclass, field
from typing import Final

from haihe.kernel.values import Frozen

PACE_SECONDS: Final = 600.0  # over which the pace of a group is counted
LATELY: Final = 5  # people who were called last
LAST: Final = "\U0010ffff"  # after every person of the same place
WAITING_MAX: Final = 20_000  # people in the queue of one hall


class QueueFull(ValueError):
    """More people than a hall may hold; the message says how many."""


class Moment(Frozen, frozen=True, kw_only=True):
    """The queue as somebody finds it who joins it. Waits are in seconds.

    `ahead`: who will be called sooner; `waiting`: everybody in the queue of the group; `serving`:
    windows that serve; `pace`: people called in the last PACE_SECONDS; `head_waited`: how long the
    first in the queue has waited; `last_waited`: how long the last one called had; `lately_waited`:
    the mean of the last five; `like_waited`: the last one called of the same class of priority.
    """

    group: str
    priority: int
    ahead: int
    waiting: int
    serving: int
    pace: int
    head_waited: float
    last_waited: float
    lately_waited: float
    like_waited: float


@dataclass(slots=True)
class _Person:
    group: str
    priority: int
    place: float
    joined: float


@dataclass(slots=True)
class _Group:
    places: list[tuple[float, str]] = field(default_factory=list)
    serving: set[str] = field(default_factory=set)
    called: deque[float] = field(default_factory=deque)
    waited: deque[float] = field(default_factory=lambda: deque(maxlen=LATELY))
    waited_by: dict[int, float] = field(default_factory=dict)


class Watch:
    """The queues of one hall on one day."""

    def __init__(self) -> None:
        self._groups: dict[str, _Group] = {}
        self._people: dict[str, _Person] = {}
        self._served_in: dict[str, str] = {}

    def moment(self, group: str, at: float, *, place: float, priority: int = 0) -> Moment:
        """The queue of a group as somebody finds it who would be called at this place.

        Who has the same place and is there already is called sooner.
        """
        seen = self._group(group)
        while seen.called and seen.called[0] <= at - PACE_SECONDS:
            seen.called.popleft()
        last = seen.waited[-1] if seen.waited else 0.0
        head = self._people[seen.places[0][1]].joined if seen.places else at
        return Moment(
            group=group,
            priority=priority,
            ahead=bisect_right(seen.places, (place, LAST)),
            waiting=len(seen.places),
            serving=len(seen.serving),
            pace=len(seen.called),
            head_waited=max(0.0, at - head),
            last_waited=last,
            lately_waited=sum(seen.waited) / len(seen.waited) if seen.waited else 0.0,
            like_waited=seen.waited_by.get(priority, last),
        )

    def join(
        self, person: str, group: str, at: float, *, place: float, priority: int = 0
    ) -> Moment:
        """Somebody takes a number; gives what they found. Raises QueueFull, KeyError (known)."""
        if person in self._people:
            raise KeyError(f"{person} is in the queue already")
        if len(self._people) >= WAITING_MAX:
            raise QueueFull(f"at most {WAITING_MAX} people wait in one hall")
        found = self.moment(group, at, place=place, priority=priority)
        self._people[person] = _Person(group, priority, place, at)
        insort(self._group(group).places, (place, person))
        return found

    def call(self, person: str, at: float, group: str = "") -> float:
        """Somebody is called to a window; gives how long they waited.

        Who never queued (a window was free) is called with a group, and waited for nothing.
        """
        one = self._leave(person)
        seen = self._group(one.group if one else group)
        self._served_in[person] = one.group if one else group
        seen.serving.add(person)
        seen.called.append(at)
        if one is None:
            return 0.0
        waited = max(0.0, at - one.joined)
        seen.waited.append(waited)
        seen.waited_by[one.priority] = waited
        return waited

    def leave(self, person: str) -> None:
        """Somebody gives up, or does not come when called; unknown people are nobody."""
        self._leave(person)

    def finish(self, person: str) -> None:
        """A window is done with somebody."""
        group = self._served_in.pop(person, None)
        if group is not None:
            self._group(group).serving.discard(person)

    def _group(self, group: str) -> _Group:
        return self._groups.setdefault(group, _Group())

    def _leave(self, person: str) -> _Person | None:
        one = self._people.pop(person, None)
        if one is not None:
            places = self._groups[one.group].places
            del places[bisect_left(places, (one.place, person))]
        return one
