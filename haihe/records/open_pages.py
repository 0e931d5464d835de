"""What anybody may read: hearings open to the public, where a court sits, answers to ideas.

A matter is told of only while the rules say that it is public: the step that made it so was taken,
nothing of it concerns a minor, and only the fields named here are read, none of them personal
(政府信息公开条例 13, 15). Whoever is not in these lists is not told to be missing.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Final

from msgspec.structs import replace

from haihe.kernel.procedure import Procedure
from haihe.kernel.reading import concerns_minor
from haihe.kernel.state import State
from haihe.kernel.values import Data, Frozen
from haihe.records import rules
from haihe.records.codes import number_prefix
from haihe.records.database import reading_connection
from haihe.records.journal import folded, history, procedure_of
from haihe.records.printing import Printer

LOOKED_AT_MAX: Final = 500
SHOWN_MAX: Final = 100
HEARING: Final = "public_hearing"
HEARING_STATES: Final = ("planned", "notified")
SITTING: Final = "civil_first_instance"
SITTING_STATE: Final = "hearing_set"
IDEA: Final = "idea"
IDEA_STATES: Final = ("adopted", "done", "checked", "thanked", "declined")
# The only fields that are read, by kind; a test holds that none of them is personal.
FIELDS: Final[dict[str, tuple[str, ...]]] = {
    HEARING: ("hearing_subject", "hearing_on", "hearing_at", "open_to_public", "notice_published"),
    SITTING: ("hearing_on", "hearing_hour", "hearing_at", "circuit"),
    IDEA: ("gist", "answer_text", "no_personal_data", "doing_organ", "done_text"),
}


class Hearing(Frozen, frozen=True, kw_only=True):
    """A hearing that anybody may attend."""

    organ: str
    about: str
    day: str
    place: str
    number: str


class Sitting(Frozen, frozen=True, kw_only=True):
    """A day on which a court comes to a place; which cases it hears is not told."""

    organ: str
    on: date
    day: str  # in words
    place: str
    hours: tuple[str, ...]


class Answered(Frozen, frozen=True, kw_only=True):
    """An idea that was answered in public: what it was, the answer, and how far it is."""

    gist: str
    answer: str
    organ: str
    state: str
    answered: str
    done: str
    adopted: bool


def hearings(now: datetime | None = None) -> tuple[Hearing, ...]:
    """The hearings from today on that are open and announced, the next one first."""
    printer = _printer(now)
    today = printer.now.astimezone(printer.rules.zone).date()
    found: list[tuple[date, Hearing]] = []
    for number, procedure, state, _ in _public(HEARING, HEARING_STATES, printer):
        told = state.fields
        day = _day(told.get("hearing_on"))
        if not (told.get("open_to_public") is True and told.get("notice_published") is True):
            continue
        if day is None or day < today:
            continue
        found.append(
            (
                day,
                Hearing(
                    organ=printer.rules.organ_name(state.owner.organ),
                    about=_words(printer, procedure, state, "hearing_subject"),
                    day=_words(printer, procedure, state, "hearing_on"),
                    place=_words(printer, procedure, state, "hearing_at"),
                    number=number,
                ),
            )
        )
    return tuple(one for _, one in sorted(found, key=lambda pair: (pair[0], pair[1].number)))[
        :SHOWN_MAX
    ]


def sittings(now: datetime | None = None, since: date | None = None) -> tuple[Sitting, ...]:
    """Where a travelling court sits from a day on (None: from today on), the next day first.

    Days to come are those of hearings that are set; on days gone by a hearing stands as it was set.
    """
    printer = _printer(now)
    today = printer.now.astimezone(printer.rules.zone).date()
    first = since or today
    hours: dict[tuple[date, str, str, str], set[str]] = {}
    for procedure, state in _sat(printer, every=first < today):
        told = state.fields
        day = _day(told.get("hearing_on"))
        if told.get("circuit") is not True or told.get("privacy") is True or day is None:
            continue
        if day >= first and (day < today or state.state == SITTING_STATE):
            place = _words(printer, procedure, state, "hearing_at")
            words = _words(printer, procedure, state, "hearing_on")
            key = day, words, place, printer.rules.organ_name(state.owner.organ)
            hours.setdefault(key, set()).add(str(told.get("hearing_hour") or ""))
    return tuple(
        Sitting(organ=organ, on=day, day=words, place=place, hours=tuple(sorted(at - {""})))
        for (day, words, place, organ), at in sorted(hours.items(), key=lambda one: one[0])
    )[:SHOWN_MAX]


def _sat(printer: Printer, *, every: bool) -> Iterator[tuple[Procedure, State]]:
    """Cases of a travelling court that concern no minor, the newest first; `every`: ended ones."""
    begins = number_prefix(SITTING) + "-"
    connection = reading_connection()
    condition = "" if every else f" AND m.state = '{SITTING_STATE}'"
    rows = connection.rows(
        "SELECT m.matter_id, m.version FROM matter m WHERE m.number >= ? AND m.number < ?"
        f" AND m.kind = ? AND m.minor = ?{condition} AND EXISTS (SELECT 1 FROM event e WHERE"
        " e.matter_id = m.matter_id AND e.act = 'set_hearing' AND e.data LIKE ?)"
        " ORDER BY m.number DESC LIMIT ?",
        (begins, f"{begins}~", SITTING, False, '%"circuit":true%', LOOKED_AT_MAX),
    )
    for matter, version in rows:
        procedure = procedure_of(printer.rules, SITTING, version)
        state = folded(procedure, history(connection, matter, printer.rules.zone))
        if not concerns_minor(state, procedure) and state.suspended_since is None:
            yield procedure, state


def ideas(now: datetime | None = None) -> tuple[Answered, ...]:
    """Ideas with their public answers, the newest first; who had them is not told."""
    printer = _printer(now)
    found: list[tuple[datetime, Answered]] = []
    for _, procedure, state, answered_at in _public(IDEA, IDEA_STATES, printer):
        told = state.fields
        if told.get("no_personal_data") is not True or not told.get("answer_text"):
            continue
        one = Answered(
            gist=str(told.get("gist") or ""),
            answer=str(told["answer_text"]),
            organ=printer.rules.organ_name(state.owner.organ),
            state=procedure.states[state.state].name,
            answered=printer.instant(answered_at),
            done=str(told.get("done_text") or "") if state.state == "thanked" else "",
            adopted=state.state != "declined",
        )
        found.append((answered_at, one))
    newest = sorted(found, key=lambda pair: pair[0], reverse=True)
    return tuple(one for _, one in newest)[:SHOWN_MAX]


def _public(
    kind: str, states: tuple[str, ...], printer: Printer
) -> list[tuple[str, Procedure, State, datetime]]:
    """Matters of a kind in these states that concern no minor, the newest first.

    Numbers begin with the letters of the kind, so the index by number finds them. The state holds
    the fields of FIELDS only. The instant is that of the step that made it public.
    """
    begins = number_prefix(kind) + "-"
    marks = ", ".join("?" * len(states))
    connection = reading_connection()
    rows = connection.rows(
        "SELECT matter_id, number, version FROM matter WHERE number >= ? AND number < ? "
        f"AND kind = ? AND minor = ? AND state IN ({marks}) ORDER BY number DESC LIMIT ?",
        (begins, f"{begins}~", kind, False, *states, LOOKED_AT_MAX),
    )
    found = []
    for matter, number, version in rows:
        procedure = procedure_of(printer.rules, kind, version)
        events = history(connection, matter, printer.rules.zone)
        state = folded(procedure, events)
        if concerns_minor(state, procedure) or state.suspended_since is not None:
            continue
        shown: Data = {name: state.fields[name] for name in FIELDS[kind] if name in state.fields}
        said = [one for one in events if {"answer_text", "hearing_on"} & set(one.data)]
        at = (said or events)[-1].happened_at
        found.append((number, procedure, replace(state, fields=shown), at))
    return found


def _words(printer: Printer, procedure: Procedure, state: State, name: str) -> str:
    value = state.fields.get(name)
    return printer.value(procedure.fields.get(name), value) if value is not None else ""


def _day(value: object) -> date | None:
    if isinstance(value, date):
        return value
    return date.fromisoformat(value) if isinstance(value, str) else None


def _printer(now: datetime | None) -> Printer:
    return Printer(rules=rules.current(), now=now or datetime.now(UTC))
