"""What came to the wrong body is passed on by a recorded act, with its clocks, to the right one.

Whoever sent it is never sent away: the opening stands, with its day, and the body it was sent to
hands it over at once (haihe#pass-on). Where no place is understood, it stays where it came in.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from haihe.kernel.decide import decide
from haihe.kernel.procedure import Procedure
from haihe.kernel.state import State
from haihe.kernel.values import Actor, Command, Data, Decided, Event
from haihe.records.rules import Rules

PERSON: Final = "haihe"  # nobody of the staff: the city's rules
REASON: Final = "所写的地点不属收件单位的地域，代为转送有权办理的单位，期限照原来的计算"
DISTRICT_DIGITS: Final = 6


def place_of(rules: Rules, words: object, day: date) -> str:
    """The code of the district, street or community that words name; "" when it is not sure."""
    if not isinstance(words, str) or not words:
        return ""
    found = rules.places.address(words, day)
    code = found[0].place.code if len(found) == 1 else ""
    return code if len(code) >= DISTRICT_DIGITS else ""


def passed_on(
    rules: Rules, procedure: Procedure, state: State, given: Data, now: datetime
) -> Event | None:
    """The hand-over of a matter that was just opened with these values; None if it came right."""
    intake = rules.competence.intake(procedure.kind)
    if intake is None:
        return None
    day = state.opened_at.date()
    area = place_of(rules, given.get(intake.place), day)
    organ = state.owner.organ
    target = rules.competence.misdirected(organ, procedure.kind, area, day) if area else ""
    if not target:
        return None
    role = next(role for role, one in procedure.roles.items() if one.stands == "owner")
    command = Command(
        key="",
        act="transfer",
        actor=Actor(person=PERSON, role=role, organ=organ),
        data={"to_organ": target, "reason": REASON},
        happened_at=state.opened_at,
    )
    decided = decide(procedure, state, command, now, rules.calendar)
    return decided.event if isinstance(decided, Decided) else None
