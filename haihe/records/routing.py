"""What came to the wrong body is passed on by a recorded act, with its clocks, to the right one.

Whoever sent it is never sent away: the opening stands, with its day, and the body it was sent to
hands it over at once (haihe#pass-on). Which body is right tells the place, the body the matter is
about, or the choice among those that take such matters in (`intake` of city/competence.yaml).
Where none of them is sure, a matter stays with a body that may have it.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from msgspec.structs import replace

from haihe.kernel.decide import decide
from haihe.kernel.procedure import Procedure
from haihe.kernel.state import State
from haihe.kernel.values import Actor, Command, Data, Decided, Event
from haihe.records.rules import Rules

PERSON: Final = "haihe"  # nobody of the staff: the city's rules
REASONS: Final = {
    "place": "所写的地点不属收件单位的地域",
    "organ": "所涉单位的这类事项不归收件单位管",
    "choice": "收件单位不收这类事项",
}
PASSED: Final = "，依{articles}代为转送有权办理的单位，期限照原来的计算"
PASS_ON: Final = "haihe#pass-on"
DISTRICT_DIGITS: Final = 6


def place_of(rules: Rules, words: object, day: date) -> str:
    """The code of the district, street or community that words name; "" when it is not sure."""
    if not isinstance(words, str) or not words:
        return ""
    found = rules.places.address(words, day)
    code = found[0].place.code if len(found) == 1 else ""
    return code if len(code) >= DISTRICT_DIGITS else ""


def past_the_reported(rules: Rules, procedure: Procedure, command: Command, day: date) -> Command:
    """An opening by the public, never by way of the body it reports or of one below that.

    It goes straight to the body that the rules name for it, which the receipt says; the reported
    one has it at no instant. As it is where it comes to none of these, or the rules name nobody.
    """
    competence, organs = rules.competence, rules.organ_register
    step, role = procedure.steps.get(command.act), procedure.roles.get(command.actor.role)
    intake = competence.intake(procedure.kind)
    if step is None or role is None or role.stands != "public" or intake is None:
        return command
    about, to = command.data.get(intake.organ), command.data.get(step.hands_to)
    if not competence.is_apart_below(procedure.kind) or not isinstance(about, str):
        return command
    reported = organs.known(about, day)
    if reported is None or not isinstance(to, str) or not _below(rules, to, about, day):
        return command
    target = competence.route(procedure.kind, reported.area, day, about)
    if not target or _below(rules, target, about, day):
        return command
    return replace(command, data={**command.data, step.hands_to: target})


def _below(rules: Rules, organ: str, above: str, day: date) -> bool:
    """Whether a body is this one, or stands below it."""
    organs = rules.organ_register
    return organ in organs and above in organs.lineage(organ, day)


def passed_on(
    rules: Rules, procedure: Procedure, state: State, given: Data, now: datetime
) -> Event | None:
    """The hand-over of a matter that was just opened with these values; None if it came right."""
    intake = rules.competence.intake(procedure.kind)
    if intake is None:
        return None
    day, organ = state.opened_at.date(), state.owner.organ
    area = place_of(rules, given.get(intake.place), day)
    named = given.get(intake.organ)
    about = named if isinstance(named, str) and rules.organ_register.known(named, day) else ""
    target = rules.competence.misdirected(organ, procedure.kind, area, day, about)
    if not target:
        return None
    why = REASONS["place" if area else "organ" if about else "choice"]
    articles = "、".join(rules.article(cite) for cite in (*intake.cites, PASS_ON))
    role = next(role for role, one in procedure.roles.items() if one.stands == "owner")
    command = Command(
        key="",
        act="transfer",
        actor=Actor(person=PERSON, role=role, organ=organ),
        data={"to_organ": target, "reason": why + PASSED.format(articles=articles)},
        happened_at=state.opened_at,
    )
    decided = decide(procedure, state, command, now, rules.calendar)
    return decided.event if isinstance(decided, Decided) else None
