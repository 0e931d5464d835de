"""Which matters stand behind each number of the board: one condition, asked for number and list.

A condition speaks of a row `m`: of table matter for the moment, of table stood (as it was then) for
a past one. Both have the same columns, so the same words serve both. Each is carried by an index:
no number walks through all matters in reach.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, time, timedelta
from typing import Final, Literal, NamedTuple, get_args

from haihe.records import rules
from haihe.records.instants import stored
from haihe.records.lists import Condition
from haihe.records.shown import Tone
from haihe.records.writer import first_id

Which = Literal[
    "new_today",
    "seen_today",
    "unseen_today",
    "ended_today",
    "overdue",
    "due_today",
    "due_tomorrow",
    "due_three_days",
    "open",
    "contested",
    "suspended",
    "rectifications_today",
    "rectifications",
    "rectifications_overdue",
    "rectifications_escalated",
    "whistles_today",
    "whistles_waiting",
    "whistles_missing",
    "whistles_working",
    "hazards_listed",
    "oversight_cases",
    "custody",
    "custody_arriving",
    "custody_waiting",
    "custody_questioned",
    "custody_out",
    "custody_overdue",
    "letters_late",
    "letters_today",
    "letters_due",
    "letters_waiting",
    "letters_open",
    "letters_joined",
    "letters_answered",
    "new_week",
    "new_four_weeks",
]
Section = Literal[
    "today", "due", "standing", "rectification", "whistle", "custody", "letters", "span"
]
Order = Literal["newest", "urgent"]

WHICH: Final[tuple[Which, ...]] = get_args(Which)
DAY: Final = timedelta(days=1)
ONE_MILLISECOND: Final = timedelta(milliseconds=1)

_OPEN: Final = "NOT m.ended"


class Moment(NamedTuple):
    """What a page tells: `at` is its instant; `past`: as matters stood then, not as they stand."""

    at: datetime
    past: bool

    @property
    def midnight(self) -> datetime:
        """When its day began, on the clocks of the city."""
        return midnight(self.at)


class BoardList(NamedTuple):
    """A number: where it stands, how grave it is, in which order its list is, what it asks."""

    section: Section
    tone: Tone
    order: Order
    where: Callable[[Moment], Condition]
    stood: bool = False  # asks what only table stood tells
    broad: bool = False  # an organ's own part of the index is narrower than all that fulfils it


def midnight(at: datetime) -> datetime:
    """The midnight before an instant, on the clocks of the city."""
    zone = rules.current().zone
    return datetime.combine(at.astimezone(zone).date(), time(), tzinfo=zone)


def seen(moment: Moment) -> Condition:
    """That somebody had opened the matter to supervise it."""
    sql = (
        "EXISTS (SELECT 1 FROM reading r WHERE r.chain = m.matter_id AND r.purpose = 'supervise'"
        " AND r.sort <> 'refused'"
    )
    if not moment.past:
        return Condition(f"{sql})")
    return Condition(f"{sql} AND r.read_at <= ?)", (stored(moment.at),))


def new_on(moment: Moment) -> Condition:
    """That the matter was taken in on the day of the moment, whenever it is said to have begun.

    Ids are made of the instant of recording: this is a range of the primary key.
    """
    return recorded_since(moment, moment.midnight)


def recorded_since(moment: Moment, begin: datetime) -> Condition:
    """That the matter was taken in since an instant; of a past moment, until then."""
    since = Condition("m.matter_id >= ?", (first_id(begin),))
    if not moment.past:
        return since
    end = first_id(moment.at + ONE_MILLISECOND)  # ids tell milliseconds
    return both(since, Condition("m.matter_id < ?", (end,)))


def _new(moment: Moment) -> Condition:
    return new_on(moment)


def _new_for(days: int) -> Callable[[Moment], Condition]:
    """Taken in on the day and the days before it, so many in all."""
    return lambda moment: recorded_since(moment, moment.midnight - (days - 1) * DAY)


def _seen_today(moment: Moment) -> Condition:
    return both(new_on(moment), seen(moment))


def _unseen_today(moment: Moment) -> Condition:
    opened = seen(moment)
    return both(new_on(moment), Condition(f"NOT {opened.sql}", opened.values))


def _ended_today(moment: Moment) -> Condition:
    span = (stored(moment.midnight), stored(moment.at))
    return Condition("m.ended AND m.ended_at >= ? AND m.ended_at <= ?", span)


def _due(first: timedelta | None, last: timedelta | None) -> Callable[[Moment], Condition]:
    """Open matters whose most urgent clock falls in this part of time, counted from midnight.

    None for `first`: from now on; for `last`: until now.
    """

    def asked(moment: Moment) -> Condition:
        now = stored(moment.at)
        begin = now if first is None else stored(moment.midnight + first)
        if last is None:
            return Condition(f"{_OPEN} AND m.urgent_at < ?", (now,))
        end = stored(moment.midnight + last)
        return Condition(f"{_OPEN} AND m.urgent_at >= ? AND m.urgent_at < ?", (begin, end))

    return asked


def _is(sql: str) -> Callable[[Moment], Condition]:
    return lambda _: Condition(sql)


def _of(kind: str, *states: str) -> Callable[[Moment], Condition]:
    """Open matters of a kind, in one of these states (any if none is told)."""
    told = f"{_OPEN} AND m.kind = '{kind}'"
    if states:
        told += f" AND m.state IN ({', '.join(repr(state) for state in states)})"
    return lambda _: Condition(told)


def _overdue(kind: str) -> Callable[[Moment], Condition]:
    told = f"{_OPEN} AND m.kind = '{kind}' AND m.urgent_at < ?"
    return lambda moment: Condition(told, (stored(moment.at),))


def _new_of(kind: str) -> Callable[[Moment], Condition]:
    return lambda moment: both(new_on(moment), Condition(f"m.kind = '{kind}'"))


def both(one: Condition, other: Condition) -> Condition:
    """That both hold."""
    return Condition(f"{one.sql} AND {other.sql}", (*one.values, *other.values))


def _due_soon(kind: str, days: int) -> Callable[[Moment], Condition]:
    """Open matters of a kind whose most urgent clock runs out today or on the days after."""
    soon = _due(None, days * DAY)
    return lambda moment: both(soon(moment), Condition(f"m.kind = '{kind}'"))


_WHISTLE, _CUSTODY, _RECTIFICATION = "whistle", "custody_stay", "rectification"
_LETTER = "chief_letter"

LISTS: Final[Mapping[Which, BoardList]] = {
    "new_today": BoardList("today", "plain", "newest", _new),
    "seen_today": BoardList("today", "good", "newest", _seen_today),
    "unseen_today": BoardList("today", "warn", "newest", _unseen_today),
    "ended_today": BoardList("today", "plain", "newest", _ended_today, stood=True),
    "overdue": BoardList("due", "bad", "urgent", _due(None, None), broad=True),
    "due_today": BoardList("due", "warn", "urgent", _due(None, DAY), broad=True),
    "due_tomorrow": BoardList("due", "warn", "urgent", _due(DAY, 2 * DAY), broad=True),
    "due_three_days": BoardList("due", "plain", "urgent", _due(None, 3 * DAY), broad=True),
    "open": BoardList("standing", "plain", "urgent", _is(_OPEN), broad=True),
    "contested": BoardList("standing", "bad", "newest", _is("m.contested")),
    "suspended": BoardList("standing", "plain", "newest", _is(f"m.suspended AND {_OPEN}")),
    "rectifications_today": BoardList("rectification", "plain", "newest", _new_of(_RECTIFICATION)),
    "rectifications": BoardList("rectification", "plain", "urgent", _of(_RECTIFICATION)),
    "rectifications_overdue": BoardList("rectification", "bad", "urgent", _overdue(_RECTIFICATION)),
    "rectifications_escalated": BoardList(
        "rectification", "warn", "urgent", _of(_RECTIFICATION, "escalated")
    ),
    "whistles_today": BoardList("whistle", "plain", "newest", _new_of(_WHISTLE)),
    "whistles_waiting": BoardList("whistle", "warn", "urgent", _of(_WHISTLE, "blown", "excused")),
    "whistles_missing": BoardList("whistle", "bad", "urgent", _of(_WHISTLE, "missing")),
    "whistles_working": BoardList("whistle", "plain", "urgent", _of(_WHISTLE, "working", "done")),
    "hazards_listed": BoardList("whistle", "plain", "urgent", _of("hazard_spot", "listed")),
    "oversight_cases": BoardList("whistle", "plain", "urgent", _of("enforcement_supervision_case")),
    "custody": BoardList("custody", "plain", "urgent", _of(_CUSTODY)),
    "custody_arriving": BoardList("custody", "plain", "urgent", _of(_CUSTODY, "announced")),
    "custody_waiting": BoardList("custody", "plain", "urgent", _of(_CUSTODY, "waiting")),
    "custody_questioned": BoardList("custody", "plain", "urgent", _of(_CUSTODY, "questioning")),
    "custody_out": BoardList("custody", "warn", "urgent", _of(_CUSTODY, "out")),
    "custody_overdue": BoardList("custody", "bad", "urgent", _overdue(_CUSTODY)),
    "letters_late": BoardList("letters", "bad", "urgent", _overdue(_LETTER)),
    "letters_today": BoardList("letters", "plain", "newest", _new_of(_LETTER)),
    "letters_due": BoardList("letters", "warn", "urgent", _due_soon(_LETTER, 3)),
    "letters_waiting": BoardList(
        "letters", "plain", "urgent", _of(_LETTER, "received", "registered")
    ),
    "letters_open": BoardList("letters", "plain", "urgent", _of(_LETTER)),
    "letters_joined": BoardList("letters", "plain", "newest", _of(_LETTER, "joined")),
    "letters_answered": BoardList("letters", "good", "newest", _of(_LETTER, "replied")),
    "new_week": BoardList("span", "plain", "newest", _new_for(7)),
    "new_four_weeks": BoardList("span", "plain", "newest", _new_for(28)),
}

# Of these a list tells that they are there, and nothing of what they are about.
COUNTED_ONLY: Final = frozenset({_CUSTODY})
# Shares: the part, and the whole it is taken of.
SHARES: Final[Mapping[Which, Which]] = {"seen_today": "new_today"}
# What the board itself shows; the others are asked by the map and by the page of letters.
SHOWN: Final = tuple(which for which in WHICH if LISTS[which].section not in ("span", "letters"))
LETTERS: Final = tuple(which for which in WHICH if LISTS[which].section == "letters")
