"""What was done in a matter, told to whoever brought it: one message a step, and which are new.

A message is not written by anybody: it is the step an organ took, with the sentence of the state
the matter was in then. Read is what whoever has the follow code has had on the page.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from haihe.kernel.procedure import Procedure
from haihe.kernel.reading import Reader, View, may_read
from haihe.kernel.state import State
from haihe.kernel.values import Event, Frozen
from haihe.records import rules
from haihe.records.database import IN_MAX, reading_connection, writing
from haihe.records.instants import stored
from haihe.records.journal import after, history, procedure_of
from haihe.records.printing import Printer, act_name

MESSAGES_MAX: Final = 200
# General acts that a citizen is told of; remarks and requests among organs are not.
TOLD_ACTS: Final = frozenset({"transfer", "escalate", "suspend", "resume", "extend", "merge"})


class Message(Frozen, frozen=True, kw_only=True):
    """One step of an organ as a citizen is told of it; `new` until it was on the page once."""

    seq: int
    when: str
    organ: str
    what: str
    says: str
    papers: tuple[str, ...]  # what this step issues, by name
    new: bool


def messages(matter: str, now: datetime | None = None) -> tuple[Message, ...]:
    """The messages of a matter, newest first."""
    connection = reading_connection()
    rows = connection.rows("SELECT kind, version FROM matter WHERE matter_id = ?", (matter,))
    if not rows:
        return ()
    current = rules.current()
    procedure = procedure_of(current, *rows[0])
    printer = Printer(rules=current, now=now or datetime.now(UTC))
    seen = _seen([matter]).get(matter, 0)
    found: list[Message] = []
    state: State | None = None
    events = history(connection, matter, current.zone)
    unseen = _unseen(procedure, events)
    for event in events:
        state = after(procedure, state, event)
        if _told(procedure, event) and event.act not in unseen:
            step = procedure.steps.get(event.act)
            found.append(
                Message(
                    seq=event.seq,
                    when=printer.instant(event.happened_at),
                    organ=printer.organ(event.actor.organ),
                    what=act_name(procedure, event.act),
                    says=procedure.states[state.state].citizen,
                    papers=step.issues if step is not None else (),
                    new=event.seq > seen,
                )
            )
    return tuple(reversed(found))[:MESSAGES_MAX]


def unread(matters: Sequence[str]) -> dict[str, int]:
    """How many messages of each of these matters (at most IN_MAX) were not read."""
    return {one: sum(message.new for message in messages(one)) for one in matters[:IN_MAX]}


def mark_read(matter: str, seq: int, now: datetime | None = None) -> None:
    """Everything up to this event was on the page; what is marked stays marked."""
    at = stored(now or datetime.now(UTC))
    connection = reading_connection()
    with writing(connection):
        connection.run(
            "INSERT INTO citizen_seen (matter_id, seq, seen_at) VALUES (?, ?, ?) "
            "ON CONFLICT (matter_id) DO UPDATE SET seq = excluded.seq, seen_at = excluded.seen_at "
            "WHERE citizen_seen.seq < excluded.seq",
            (matter, seq, at),
        )


def _seen(matters: Sequence[str]) -> dict[str, int]:
    rows = reading_connection().rows_in(
        "SELECT matter_id, seq FROM citizen_seen WHERE matter_id", list(matters)
    )
    return {str(matter): int(seq) for matter, seq in rows}


def _told(procedure: Procedure, event: Event) -> bool:
    """Whether an organ did it and the citizen is told of such acts."""
    role = procedure.roles.get(event.actor.role)
    public = role is not None and role.stands == "public"
    return not public and (event.act in procedure.steps or event.act in TOLD_ACTS)


def _unseen(procedure: Procedure, events: Sequence[Event]) -> frozenset[str]:
    """The acts that are kept from whoever has the follow code."""
    state: State | None = None
    for event in events:
        state = after(procedure, state, event)
    if state is None:
        return frozenset()
    view = may_read(Reader(person="", kind="citizen", holds_code=True), "own", state, procedure)
    return frozenset(view.unseen) if isinstance(view, View) else frozenset(procedure.steps)
