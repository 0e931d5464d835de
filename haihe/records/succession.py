"""Hands what closed bodies had to their heirs, one recorded act a matter, as often as needed.

Every run looks for what is left, so one that was cut off is simply run again: a matter that passed
is found no more, and its command's key is carried out once. Run by `haihe city apply` and the
worker. What has ended stays where it was.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Final

from haihe.kernel.kernel_acts import kept_apart
from haihe.kernel.organs import Succession
from haihe.kernel.values import Command, Refused
from haihe.records import rules, write
from haihe.records.answers import Recorded
from haihe.records.archive import HAIHE, told
from haihe.records.database import Connection, Row
from haihe.records.instants import stored

PAGE: Final = 500
PAGES_MAX: Final = 100_000
LEFT_TOLD_MAX: Final = 100
UPPER_MAX: Final = 10  # how far up a matter goes that the heir must keep away from
# Running matters that a body owns, helps with, was asked in or must keep away from. An ended one
# only while the citizen contests it, or so that the heir of the body it reports keeps away too.
_FOUND: Final = (
    "SELECT m.matter_id, m.seq, m.kind, m.changed_at, m.owner_organ FROM matter m "
    "WHERE m.matter_id > ? AND ("
    "(m.owner_organ = ? AND (NOT m.ended OR m.contested)) OR m.matter_id IN "
    "(SELECT s.matter_id FROM stake s WHERE s.organ = ? "
    "AND (s.how IN ('helps', 'asked', 'apart') OR s.how LIKE 'signs%')))"
    " ORDER BY m.matter_id LIMIT ?"
)


@dataclass(slots=True)
class Passed:
    """What one run did: how many matters came to whom, and which could not, with the reason."""

    matters: int = 0
    to: dict[str, int] = field(default_factory=dict)
    left: list[tuple[str, str]] = field(default_factory=list)


def apply(connection: Connection, now: datetime) -> Passed:
    """Carry out every succession whose day has come, in whatever matters are still left."""
    in_use = rules.current()
    day = now.astimezone(in_use.zone).date()
    told = Passed()
    for one in in_use.organ_register.successions.values():
        if one.day <= day:
            for row in _matters(connection, one.organ):
                _pass_on(told, one, row, now)
    return told


def _matters(connection: Connection, organ: str) -> Iterator[Row]:
    last = ""
    for _ in range(PAGES_MAX):
        rows = connection.rows(_FOUND, (last, organ, organ, PAGE))
        yield from rows
        if len(rows) < PAGE:
            return
        last = str(rows[-1][0])
    raise AssertionError(f"{organ}: more than {PAGES_MAX * PAGE} matters")


def _pass_on(told: Passed, succession: Succession, row: Row, now: datetime) -> None:
    matter, seq, kind, changed_at, owner = row
    in_use = rules.current()
    begins = datetime.combine(succession.day, time(0), in_use.zone)
    at = begins if changed_at <= stored(begins) else now
    day = now.astimezone(in_use.zone).date()
    register = in_use.organ_register
    heir = register.owner(succession.organ, kind, day)
    step = _Step(succession.order, matter, at, now)
    answer = step.take(seq, succession.organ, heir)
    if isinstance(answer, Refused) and answer.reason == "same_organ":
        lineage = register.lineage(heir, day)[1 : UPPER_MAX + 1]
        if owner == succession.organ:  # the heir is the body reported: one above it takes over
            answer = _first(step, seq, succession.organ, lineage)
        else:  # the owner becomes the body reported: one above it has the matter from then on
            answer = _first(step, seq, owner, lineage)
            if not isinstance(answer, Refused):
                answer = step.take(seq + 1, succession.organ, heir)
    if isinstance(answer, Refused):
        if len(told.left) < LEFT_TOLD_MAX:
            told.left.append((matter, f"{answer.says}。{answer.instead}"))
        return
    told.matters += 1
    told.to[heir] = told.to.get(heir, 0) + 1


def _first(step: _Step, seq: int, old: str, uppers: tuple[str, ...]) -> Recorded | Refused:
    """Put the first of these bodies that may have the matter in the place of another."""
    for upper in uppers:
        answer = step.take(seq, old, upper)
        if not isinstance(answer, Refused):
            return answer
    return kept_apart("机构承接", "to_organ")


@dataclass(frozen=True, slots=True)
class _Step:
    """The act of one matter under one order."""

    order: str
    matter: str
    at: datetime
    now: datetime

    def take(self, seq: int, old: str, new: str) -> Recorded | Refused:
        """Put one body in the place of another, if the matter still stands at `seq`."""
        command = Command(
            key=f"succeed/{self.matter}/{seq}/{old}/{new}",
            act="succeed",
            actor=HAIHE,
            matter=self.matter,
            data=told(rules.current(), old, new, self.order),
            happened_at=self.at,
            expects=seq,
        )
        return write.submit(command, now=self.now)
