"""Running clocks computed anew when a year's calendar was published, and what moved thereby."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta
from typing import Final

from haihe.kernel.calendar import Calendar
from haihe.kernel.values import Frozen
from haihe.records import past
from haihe.records.database import IN_MAX, Connection, Row, connect, writing
from haihe.records.instants import restored, stored
from haihe.records.journal import (
    MATTER_HELD,
    ClockRow,
    Held,
    due_of,
    held,
    matter_row,
)
from haihe.records.rules import current
from haihe.records.staging import all_clocks

MATTERS_A_COMMIT: Final = 200
HOLIDAY_MAX: Final = timedelta(days=31)


class Moved(Frozen, frozen=True, kw_only=True):
    """A clock whose legal due date or standing changed."""

    matter: str
    clock: str
    old_legal: date | datetime | None
    new_legal: date | datetime | None
    official: bool


def recompute_clocks(calendar: Calendar, touching: Collection[int]) -> list[Moved]:
    """Compute again every clock that runs and touches one of these years; gives what moved.

    A clock touches a year if it started in it, falls due in it, or runs across it. MATTERS_A_COMMIT
    matters are locked and written at a time.
    """
    if not touching:
        return []
    connection = connect()
    try:
        moved: list[Moved] = []
        matters = _touched(connection, calendar, min(touching), max(touching))
        for start in range(0, len(matters), MATTERS_A_COMMIT):
            with writing(connection):
                moved += _recompute(connection, calendar, matters[start : start + MATTERS_A_COMMIT])
        return moved
    finally:
        connection.close()


def _touched(connection: Connection, calendar: Calendar, first: int, last: int) -> list[str]:
    """Matters with a running clock that has anything to do with the years first to last.

    A clock may be pushed into the next year by the holidays at its end, so the year is widened by
    what the longest holiday can push.
    """
    begin = datetime(first, 1, 1, tzinfo=calendar.zone) - HOLIDAY_MAX
    end = datetime(last + 1, 1, 1, tzinfo=calendar.zone) + HOLIDAY_MAX
    rows = connection.rows(
        "SELECT DISTINCT matter_id FROM clock WHERE stopped_at IS NULL "
        "AND started_at < ? AND falls_at >= ? ORDER BY matter_id",
        (stored(end), stored(begin)),
    )
    return [row[0] for row in rows]


def _recompute(connection: Connection, calendar: Calendar, matters: list[str]) -> list[Moved]:
    assert len(matters) <= IN_MAX
    rules = current()
    tail = "ORDER BY matter_id FOR UPDATE" if connection.vendor == "postgresql" else ""
    rows = connection.rows_in(f"SELECT {MATTER_HELD} FROM matter WHERE matter_id", matters, tail)
    moved: list[Moved] = []
    changed: list[Row] = []
    projected: list[Row] = []
    anew: list[Held] = []
    for row in rows:
        before = held(connection, row, rules)
        as_of = restored(before.changed_at, rules.zone)
        now = all_clocks(rules, before.procedure, before.state, before.matter, as_of, calendar)
        differs = [one for name, one in now.items() if before.clocks.get(name) != one]
        if not differs:
            continue
        changed += differs
        moved += [_moved(before, one) for one in differs]
        before.clocks = now
        projected.append(matter_row(before))
        anew.append(before)
    if changed:
        connection.replace("clock", changed)
        connection.replace("matter", projected)
        past.moved(connection, anew, datetime.now(UTC))
    return moved


def _moved(before: Held, one: ClockRow) -> Moved:
    earlier = before.clocks.get(one.clock)
    return Moved(
        matter=one.matter_id,
        clock=one.clock,
        old_legal=due_of(earlier.legal) if earlier else None,
        new_legal=due_of(one.legal),
        official=one.official,
    )
