"""What was done in a matter, told to whoever brought it: one message a step, and which are new.

A message is not written by anybody: it is the step an organ took, with the sentence of the state
the matter was in then. Read is what whoever has the follow code has had on the page; what is read
can be put away, and what is older than the newest SHOWN_MAX lies with it: nothing is ever gone.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from haihe.kernel.acts import ANSWER_CONTEST
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
SHOWN_MAX: Final = 20  # in front; older ones lie with those that were put away
# General acts that a citizen is told of; remarks and requests among organs are not.
TOLD_ACTS: Final = frozenset(
    {"transfer", "escalate", "suspend", "resume", "extend", "merge", ANSWER_CONTEST}
)


class Message(Frozen, frozen=True, kw_only=True):
    """One step of an organ as a citizen is told of it; `new` until it was on the page once.

    `away` when whoever has the code put it away.
    """

    seq: int
    when: str
    organ: str
    what: str
    says: str
    papers: tuple[str, ...]  # what this step issues, by name
    new: bool
    away: bool = False


def messages(matter: str, now: datetime | None = None) -> tuple[Message, ...]:
    """The messages of a matter, newest first."""
    connection = reading_connection()
    rows = connection.rows("SELECT kind, version FROM matter WHERE matter_id = ?", (matter,))
    if not rows:
        return ()
    current = rules.current()
    procedure = procedure_of(current, *rows[0])
    printer = Printer(rules=current, now=now or datetime.now(UTC))
    seen, away = _seen([matter]).get(matter, 0), _away(matter)
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
                    says=_says(procedure, event, state, printer),
                    papers=step.issues if step is not None else (),
                    new=event.seq > seen,
                    away=event.seq in away,
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


def parted(found: Sequence[Message]) -> tuple[tuple[Message, ...], tuple[Message, ...]]:
    """The messages in front and those behind: put away, or older than the newest SHOWN_MAX."""
    front = [one for one in found if not one.away][:SHOWN_MAX]
    shown = {one.seq for one in front}
    return tuple(front), tuple(one for one in found if one.seq not in shown)


def put_away(matter: str, seqs: Sequence[int], now: datetime | None = None) -> None:
    """Put messages of this matter away; what is none of them is passed over."""
    known = [one for one in messages(matter, now) if one.seq in seqs and not one.away]
    at = stored(now or datetime.now(UTC))
    connection = reading_connection()
    with writing(connection):
        for one in known:
            connection.run(
                "INSERT INTO citizen_away (matter_id, seq, away_at) VALUES (?, ?, ?) "
                "ON CONFLICT (matter_id, seq) DO NOTHING",
                (matter, one.seq, at),
            )


def take_back(matter: str, seqs: Sequence[int]) -> None:
    """Put messages that were put away in front again."""
    connection = reading_connection()
    with writing(connection):
        for seq in seqs[:MESSAGES_MAX]:
            connection.run(
                "DELETE FROM citizen_away WHERE matter_id = ? AND seq = ?", (matter, seq)
            )


def _away(matter: str) -> frozenset[int]:
    rows = reading_connection().rows("SELECT seq FROM citizen_away WHERE matter_id = ?", (matter,))
    return frozenset(int(seq) for (seq,) in rows)


def _seen(matters: Sequence[str]) -> dict[str, int]:
    rows = reading_connection().rows_in(
        "SELECT matter_id, seq FROM citizen_seen WHERE matter_id", list(matters)
    )
    return {str(matter): int(seq) for matter, seq in rows}


def _says(procedure: Procedure, event: Event, state: State, printer: Printer) -> str:
    """What a step says: to whom a matter was handed, else the sentence of its state."""
    to = event.data.get("to_organ")
    if event.act == "transfer" and isinstance(to, str):
        return f"转给{printer.organ(to)}接着办，从您反映时算起的期限不变。"
    if event.act == ANSWER_CONTEST:
        return "您的异议已经答复，答复写在进度里“告诉您的”下面。"
    return procedure.states[state.state].citizen


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
