"""How long somebody will wait: what people waited who found the queue as it is now.

No distribution is assumed and nothing is trained. The hall remembers what people found when they
joined (`Moment`) and how long they then waited; the nearest of these moments are the forecast. So
the forecast can be told in one sentence ("of eighty people who came to a queue like this, half
waited less than nine minutes"), follows the hall when it changes, and where little is remembered
it is wide: PRIOR places a few people beside the remembered ones who waited as a queue of this
length at this pace would have them wait, from half a turn to several times it.

Calibration: `Tuning` moves the two ends of the interval when too many or too few waits fall into
it (adaptive conformal inference: Gibbs and Candes 2021).
"""

from __future__ import annotations

import heapq
import math
from collections import deque
from collections.abc import Iterable, Sequence
from typing import Final

from haihe.kernel.values import Frozen
from haihe.queueing.watch import PACE_SECONDS, Moment

NEAREST: Final = 80  # remembered moments a forecast rests on
REMEMBERED_MAX: Final = 6_000  # moments a group, the newest (twice as many forecast no better)
SHARE: Final = 0.8  # of waits that should fall into the interval
STEP: Final = 0.01  # by which one wait moves the ends of the interval
LEVEL_MIN, LEVEL_MAX = 0.5, 0.98  # within which the interval is moved
BANDS: Final = (0, 1, 5)  # people ahead from which a tuning of its own is used
GUESSED_TURN: Final = 300.0  # seconds a person takes where nobody was called yet
# Where nothing is remembered: multiples of the wait that length and pace of the queue give.
PRIOR: Final = (0.1, 0.3, 0.5, 0.7, 0.9, 1.1, 1.4, 1.8, 2.4, 3.5)
# How much a feature counts when moments are compared; each is first brought to a spread of one.
WEIGHTS: Final = (1.5, 1.0, 1.5, 0.7, 0.7, 0.7, 0.7, 0.7, 1.5)

Point = tuple[float, ...]


class Forecast(Frozen, frozen=True, kw_only=True):
    """The expected wait in seconds: half wait less than `middle`; `low` to `high` is the interval.

    `rests_on`: how many remembered moments it rests on (NEAREST at most; 0: on the pace alone).
    """

    low: float
    middle: float
    high: float
    rests_on: int


class Tuning:
    """The share of past waits an interval must span so that SHARE of the coming ones fall in."""

    def __init__(self, level: float = SHARE) -> None:
        self.level = level

    def learn(self, forecast: Forecast, waited: float) -> None:
        """Widen after a miss, narrow a little after a hit."""
        hit = forecast.low <= waited <= forecast.high
        moved = self.level + STEP * (SHARE - hit)
        self.level = min(max(moved, LEVEL_MIN), LEVEL_MAX)


class Tunings:
    """A tuning each for nobody, few and many ahead: who is next is easier to tell than who is not.

    One for all would make the intervals of the many fit by those who hardly wait.
    """

    def __init__(self, levels: Sequence[float] = ()) -> None:
        given = [*levels, *(SHARE for _ in BANDS)][: len(BANDS)]
        self._tunings = [Tuning(one) for one in given]

    def of(self, ahead: int) -> Tuning:
        """The tuning for somebody with so many people ahead."""
        return self._tunings[sum(ahead >= least for least in BANDS) - 1]

    @property
    def levels(self) -> list[float]:
        """What is kept of them over night."""
        return [one.level for one in self._tunings]


class Memory:
    """What people found in one hall and how long they waited, the newest moments of each group."""

    def __init__(self, remembered_max: int = REMEMBERED_MAX) -> None:
        self._max = remembered_max
        self._raw: dict[str, deque[tuple[Point, float]]] = {}
        self._scaled: dict[str, tuple[Point, list[tuple[Point, float]]]] = {}

    def learn(self, lived: Iterable[tuple[Moment, float]]) -> None:
        """Remember moments with the wait (seconds) that followed; forecasts use them at once."""
        touched = set()
        for moment, waited in lived:
            kept = self._raw.setdefault(moment.group, deque(maxlen=self._max))
            kept.append((_point(moment), waited))
            touched.add(moment.group)
        for group in touched:
            scale = _scale([point for point, _ in self._raw[group]])
            self._scaled[group] = (
                scale,
                [(_times(point, scale), waited) for point, waited in self._raw[group]],
            )

    def forecast(
        self, moment: Moment, tuning: Tuning | None = None, *, waited: float = 0.0
    ) -> Forecast:
        """The wait of who finds the queue like this; `waited`: seconds they have waited already.

        With `waited` only those remembered are asked who waited longer, and what is given is the
        whole wait, not the rest of it.
        """
        level = (tuning or Tuning()).level
        near = self._nearest(moment)
        longer = sorted(one for one in [*near, *_by_pace(moment, len(near))] if one > waited)
        if not longer:
            longer = [waited + one for one in sorted(_by_pace(moment, 0))]
        return Forecast(
            low=quantile(longer, (1 - level) / 2),
            middle=quantile(longer, 0.5),
            high=quantile(longer, (1 + level) / 2),
            rests_on=len(near),
        )

    def _nearest(self, moment: Moment) -> list[float]:
        scale, remembered = self._scaled.get(moment.group, ((), []))
        here = _times(_point(moment), scale) if scale else ()
        near = heapq.nsmallest(NEAREST, remembered, key=lambda one: math.dist(one[0], here))
        return [waited for _, waited in near]


def quantile(ordered: Sequence[float], share: float) -> float:
    """The value below which this share of ordered values lies, between neighbours linearly."""
    position = share * (len(ordered) - 1)
    below = math.floor(position)
    rest = position - below
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] * (1 - rest) + ordered[above] * rest


def by_pace(moment: Moment) -> float:
    """The wait in seconds if people go on being called at the pace of the last ten minutes."""
    at_windows = GUESSED_TURN / max(1, moment.serving)
    return (moment.ahead + 1) * (PACE_SECONDS / moment.pace if moment.pace else at_windows)


def _by_pace(moment: Moment, remembered: int) -> list[float]:
    """The people of PRIOR: all of them where nothing is remembered, none once enough is."""
    if remembered >= NEAREST:
        return []
    expected = by_pace(moment)
    return [share * expected for share in PRIOR]


def _point(moment: Moment) -> Point:
    """A moment as numbers: lengths by their square root, for the tenth person matters less."""
    return (
        math.sqrt(moment.ahead),
        math.sqrt(moment.waiting),
        math.sqrt(moment.head_waited),
        math.sqrt(moment.last_waited),
        math.sqrt(moment.lately_waited),
        math.sqrt(moment.like_waited),
        math.sqrt(moment.pace),
        math.sqrt(moment.serving),
        float(moment.priority > 0) + float(moment.priority > 1),
    )


def _scale(points: Sequence[Point]) -> Point:
    """What each feature is multiplied by: weight over spread, nothing where none differs."""
    count = len(points)
    found = []
    for weight, values in zip(WEIGHTS, zip(*points, strict=True), strict=True):
        mean = math.fsum(values) / count
        spread = math.sqrt(math.fsum((value - mean) ** 2 for value in values) / count)
        found.append(weight / spread if spread > 0 else 0.0)
    return tuple(found)


def _times(point: Point, scale: Point) -> Point:
    return tuple(value * factor for value, factor in zip(point, scale, strict=True))
