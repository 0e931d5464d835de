"""The clocks of the rows of a list, with their reasons: what a law gives and what was agreed.

A list is ordered by columns of its own; the reasons are worked out for one page of rows only, from
the events of its matters, which are read at once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from itertools import groupby
from typing import Final

from haihe.kernel.clocks import clocks
from haihe.kernel.sentence import rule_of
from haihe.records import rules
from haihe.records.chain import EventRow
from haihe.records.database import reading_connection
from haihe.records.instants import end_of
from haihe.records.journal import EVENT_COLUMNS, event_of, folded, procedure_of
from haihe.records.printing import Printer
from haihe.records.shown import ClockFace

ROWS_MAX: Final = 200


def running(
    matters: Collection[str], now: datetime | None = None
) -> dict[str, tuple[ClockFace, ...]]:
    """Of each matter the first organ's clock that runs out by law, and the first by agreement.

    Whoever asks has found the matters by a query that lets the reader see their clocks.
    """
    assert len(matters) <= ROWS_MAX
    if not matters:
        return {}
    connection = reading_connection()
    printer = Printer(rules=rules.current(), now=now or datetime.now(UTC))
    kinds = {
        str(row[0]): (str(row[1]), str(row[2]))
        for row in connection.rows_in(
            "SELECT matter_id, kind, version FROM matter WHERE NOT ended AND matter_id", [*matters]
        )
    }
    if not kinds:
        return {}
    rows = connection.rows_in(f"SELECT {EVENT_COLUMNS} FROM event WHERE matter_id", [*kinds])
    told = sorted((EventRow._make(row) for row in rows), key=lambda row: (row.matter_id, row.seq))
    found: dict[str, tuple[ClockFace, ...]] = {}
    for matter, events in groupby(told, key=lambda row: row.matter_id):
        found[matter] = _first_two(printer, *kinds[matter], events)
    return found


def _first_two(
    printer: Printer, kind: str, version: str, events: Iterable[EventRow]
) -> tuple[ClockFace, ...]:
    zone = printer.rules.zone
    procedure = procedure_of(printer.rules, kind, version)
    state = folded(procedure, (event_of(row, zone) for row in events))
    going = [
        (end_of(clock.legal, zone), clock)
        for clock in clocks(procedure, state, printer.rules.calendar, printer.now)
        if clock.stopped_at is None and clock.legal is not None and clock.whose == "organ"
    ]
    faces = [
        printer.clock(clock, procedure.clocks[rule_of(clock)])
        for _, clock in sorted(going, key=lambda one: one[0])
    ]
    by_law = next((face for face in faces if not face.agreed), None)
    agreed = next((face for face in faces if face.agreed), None)
    return tuple(face for face in faces if face is by_law or face is agreed)
