"""The one door out: a matter as somebody may see it, recorded as read (lists: records/lists.py)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal, NamedTuple

import msgspec

from haihe.kernel.acts import ACTS, ANSWER_CONTEST
from haihe.kernel.checklist import checklist
from haihe.kernel.clocks import clocks
from haihe.kernel.decide import possible
from haihe.kernel.kernel_acts import issued
from haihe.kernel.paper import fields_of
from haihe.kernel.paths import reachable
from haihe.kernel.procedure import Procedure
from haihe.kernel.reading import PURPOSES, UNKNOWN, View, concerns_minor, may_read
from haihe.kernel.sentence import Told, called, rule_of, tell
from haihe.kernel.standing import Reader as Asking
from haihe.kernel.standing import knows_of, supervises, within
from haihe.kernel.state import RunningClock, State
from haihe.kernel.values import Actor, Data, Datum, Event, Refused
from haihe.records import (
    agents,
    answers,
    approvals_shown,
    joining,
    keys,
    papers,
    personal,
    reach,
    reading,
    requests_shown,
    rules,
    traces,
)
from haihe.records.accounts import person_name, reader_of
from haihe.records.against import against
from haihe.records.archive import as_heir
from haihe.records.chain import HASHES, EventRow
from haihe.records.codes import ALPHABET, CODE_LENGTH, code_tag, follow_code, normal_code
from haihe.records.database import Connection, reading_connection
from haihe.records.derived import figures
from haihe.records.foretold import foretold, said
from haihe.records.gathered import gathered
from haihe.records.home import hash_name
from haihe.records.journal import (
    ERASE,
    EVENT_COLUMNS,
    event_of,
    folded,
    procedure_of,
)
from haihe.records.machine_fields import without_machine_fields
from haihe.records.parties import from_public
from haihe.records.printing import FINGERPRINT_BYTES, Printer, act_name
from haihe.records.shown import (
    Act,
    Against,
    CitizenFile,
    ClockFace,
    File,
    Foretold,
    FormField,
    KindOf,
    Link,
    Paper,
    Reader,
    Refusal,
    Step,
)
from haihe.records.subject import subject_now

__all__ = [
    "ALPHABET",
    "CODE_LENGTH",
    "PUBLIC",
    "PURPOSES",
    "follow",
    "foretell",
    "knows_of_matter",
    "matter_of",
    "open_file",
    "openings",
    "openings_for_public",
    "paper",
    "reader_of",
    "refusal",
    "with_ids",
]

OF_RATERS: Final = frozenset({"service_rating", "bad_rating", "call_back"})
USUAL: Final = "handle"  # the purpose of who did not say one
LINKS_MAX: Final = 50
PUBLIC: Final = "public"  # person and organ of everybody who acts by a follow code
MERGED: Final = "并入另一件"  # the outcome of a merge, as pages say it
_CITIZEN_ACTS: Final = frozenset(
    {
        "transfer",
        "escalate",
        "suspend",
        "resume",
        "extend",
        "merge",
        "contest",
        ANSWER_CONTEST,
        "withdraw",
    }
)
# Refusals that only say "this is not yours": a page leaves such general acts out.
_NOT_YOURS: Final = frozenset(
    {"wrong_role", "not_owner", "no_request", "not_yours", "not_ended", "ended", "nothing_to_undo"}
)
_MATTER = (
    "matter_id, number, kind, version, head, from_matter, changed_at, code_tag, owner_organ, state"
)


@dataclass(frozen=True, slots=True)
class _Read:
    """A matter as it lies in the journal."""

    matter: str
    number: str
    head: bytes
    from_matter: str | None
    code_tag: bytes
    procedure: Procedure
    state: State
    events: list[tuple[Event, bytes]]
    clocks: list[RunningClock]


def refusal(refused: Refused) -> Refusal:
    """What the door in refused, ready to print."""
    return _printer(None).refusal(refused)


def open_file(
    matter: str,
    reader: Reader,
    purpose: str,
    now: datetime | None = None,
    *,
    need: str = "",
    kept: str = "",
) -> File | Refusal:
    """A matter as this reader may see it for this purpose; the reading is on the disk first.

    `need` is why a supervisor has to see personal values in clear; it is recorded with the purpose.
    `kept` is the digest of the one file that is looked at, where nothing else is shown. A `purpose`
    that was not said ("") is to handle it; whoever may not is to be asked for the purpose, which is
    no refusal yet and leaves no trace.
    """
    said, purpose = purpose, purpose or USUAL
    printer = _printer(now)
    connection = reading_connection()
    read = _read(connection, matter, printer)
    if read is None:
        return printer.refusal(answers.unknown_matter(matter))
    asked = _Asked(connection, read, reader, purpose, need, printer.now)
    view = _may_read(reader, purpose, need, read)
    if isinstance(view, Refused):
        is_asked = not said and view.reason != UNKNOWN
        return printer.refusal(view) if is_asked else asked.refused(view, printer)
    if kept:
        asked.record("file", {"file": kept})
    else:
        asked.record("open", traces.seen(view, traces.given(event for event, _ in read.events)))
    return _file(connection, printer, reader, read, view)


def knows_of_matter(reader: Reader, matter: str) -> bool:
    """Whether the reader may know that there is this matter."""
    read = _read(reading_connection(), matter, _printer(None))
    return read is not None and knows_of(_asking(reader, read), read.state, read.procedure)


def with_ids(form: Iterable[FormField], data: Data, reader: Reader) -> Data:
    """What was typed, with the ids of matters for their numbers, as people name them.

    A number of a matter the reader may not know of stays as it was typed, as one of none does.
    """
    named = [
        one.name for one in form if one.type == "matter" and isinstance(data.get(one.name), str)
    ]
    found = {name: _numbered(str(data[name]), reader) for name in named}
    return {**data, **found}


def _numbered(typed: str, reader: Reader) -> str:
    rows = reading_connection().rows(
        "SELECT matter_id FROM matter WHERE number = ?", (typed.strip().upper(),)
    )
    return next((str(row[0]) for row in rows if knows_of_matter(reader, str(row[0]))), typed)


def paper(
    matter: str,
    step: int,
    id: str,
    reader: Reader,
    purpose: str,
    now: datetime | None = None,
    *,
    need: str = "",
    sort: Literal["paper", "download"] = "paper",
) -> Paper | Refusal | None:
    """A paper of the matter's step number `step`; None if there is none. The reading is recorded.

    `sort` says whether the page to print or the file was asked for. One that was issued is filled
    with what was known then, so its file has the digest it had.
    """
    printer = _printer(now)
    connection = reading_connection()
    read = _read(connection, matter, printer)
    if read is None:
        return printer.refusal(answers.unknown_matter(matter))
    asked = _Asked(connection, read, reader, purpose, need, printer.now)
    view = _may_read(reader, purpose, need, read)
    if isinstance(view, Refused):
        return asked.refused(view, printer)
    if not view.history:
        return None
    draft = _proposed(connection, printer, read, view, step, id)
    if draft is not None:
        there = traces.given(event for event, _ in read.events)
        asked.record(sort, {"paper": id, "step": step, **traces.seen(view, there)})
        return draft
    behind = papers.found(printer, read.procedure, read.state, step, id)
    if behind is None:
        return None
    there = traces.given(event for event, _ in read.events) & set(fields_of(behind[0]))
    asked.record(sort, {"paper": id, "step": step, **traces.seen(view, there)})
    row = papers.row_of(printer, read.procedure, read.state, view, _erased(read), *behind)
    at, known = _when_issued(connection, printer, read, step, row.name)
    return papers.written(at, known, view, *behind, row)


def _proposed(
    connection: Connection, printer: Printer, read: _Read, view: View, proposal: int, id: str
) -> Paper | None:
    """The draft of a paper whose step stands in proposal number `proposal`; None if there is none.

    It is given for what was signed too, as it was proposed, until the act is taken or lapses.
    """
    for one in read.state.approvals:
        if one.seq == proposal and one.standing in ("open", "passed", "returned"):
            values = personal.values_by_event(
                connection, read.matter, keys.store(), HASHES[hash_name()]
            )
            known = _known(read, values)
            told = approvals_shown.proposed(printer, known, one, values.get(proposal, {}), view)
            return next(
                (
                    papers.as_draft(read.procedure, one.act, proposal, draft)
                    for draft in told.papers
                    if draft.id == id
                ),
                None,
            )
    return None


def foretell(
    matter: str,
    reader: Reader,
    purpose: str,
    act: tuple[str, str],
    given: Data | None,
    *,
    need: str = "",
) -> Foretold | None:
    """What an act (its id and the reader's role) would come to with these values, its papers too.

    Asked for a file that was opened for the same purpose just now, whose trace names the same
    fields; None for whoever may not see it.
    """
    printer = _printer(None)
    connection = reading_connection()
    read = _read(connection, matter, printer)
    if read is None:
        return None
    view = _may_read(reader, purpose, need, read)
    if isinstance(view, Refused):
        return None
    values = personal.values_by_event(connection, matter, keys.store(), HASHES[hash_name()])
    id, role = act
    actor = Actor(person=reader.person, role=role, organ=reader.organ)
    return foretold(printer, _known(read, values), view, id, actor, given)


def _known(read: _Read, values: Mapping[int, Data]) -> papers.Known:
    """The matter as it is; `values` are its personal ones by the number of their event."""
    latest: Data = {}
    for given in values.values():
        latest.update(given)
    return papers.Known(
        number=read.number,
        procedure=read.procedure,
        state=read.state,
        personal=latest,
        clocks=read.clocks,
    )


class _Asked(NamedTuple):
    """Somebody asks to see a matter: what was shown, or that it was refused, goes on the disk."""

    connection: Connection
    read: _Read
    reader: Reader
    purpose: str
    need: str
    at: datetime

    def record(self, sort: reading.Sort, told: Mapping[str, Datum]) -> None:
        """Put a trace on the disk: who, for which organ, for what, on which basis, what of it."""
        reading.trace(
            sort,
            self.reader,
            self.purpose,
            self.at,
            matter=self.read.matter,
            role=_role(self.read.procedure, self.reader),
            need=self.need,
            basis=traces.basis(self.purpose, self.read.procedure),
            told=told,
            connection=self.connection,
        )

    def refused(self, refused: Refused, printer: Printer) -> Refusal:
        """The refusal ready to print, recorded as well; a purpose that is none leaves no trace."""
        if self.purpose in PURPOSES:
            self.record("refused", {"reason": refused.reason})
        if refused.reason == UNKNOWN:
            refused = answers.unknown_matter(self.read.matter)
        return printer.refusal(refused)


def _erased(read: _Read) -> frozenset[str]:
    """The fields of which a value was erased; the act names each as `<number of event>:<field>`."""
    named = (event.data.get("erased") for event, _ in read.events if event.act == ERASE)
    return frozenset(
        one.partition(":")[2] for listed in named if isinstance(listed, list) for one in listed
    )


def _when_issued(
    connection: Connection, printer: Printer, read: _Read, step: int, name: str
) -> tuple[Printer, papers.Known]:
    """The moment of a paper and what was known then; now, and all there is, before it is issued."""
    state, done = read.state, issued(read.state, step, name)
    values = personal.values_by_event(connection, read.matter, keys.store(), HASHES[hash_name()])
    if done is not None:
        printer = Printer(rules=printer.rules, now=done.happened_at)
        state = folded(read.procedure, (event for event, _ in read.events if event.seq < done.seq))
        values = {seq: given for seq, given in values.items() if seq < done.seq}
    latest: Data = {}
    for given in values.values():
        latest.update(given)
    return printer, papers.Known(
        number=read.number,
        procedure=read.procedure,
        state=state,
        personal=latest,
        clocks=clocks(read.procedure, state, printer.rules.calendar, printer.now),
    )


def follow(code: str, now: datetime | None = None) -> CitizenFile | None:
    """What a citizen sees with the follow code; None if no matter has it.

    Who joined a matter has a code of one's own, with which it is seen and not acted on; so has an
    agent, whose looks are traced.
    """
    matter = matter_of(code)
    joined = joining.joined_matter(code) if matter is None else None
    handled = agents.matter_of(code) if matter is None and joined is None else None
    if matter is None and joined is None and handled is None:
        return None
    printer = _printer(now)
    read = _read(reading_connection(), matter or joined or handled or "", printer)
    if read is None:
        return None
    file = _citizen_file(printer, read)
    if handled is not None:
        return agents.as_agent(file, now)
    return file if joined is None else joining.as_joiner(file)


def matter_of(code: str) -> str | None:
    """The matter behind a follow code as somebody typed it."""
    normal = normal_code(code)
    if normal is None:
        return None
    tags = [code_tag(normal, one) for one in keys.store().every_codes()]
    marks = ", ".join("?" * len(tags))
    rows = reading_connection().rows(
        f"SELECT matter_id FROM matter WHERE code_tag IN ({marks})", tags
    )
    return str(rows[0][0]) if rows else None


def openings(reader: Reader, now: datetime | None = None) -> tuple[KindOf, ...]:
    """What this reader may open today, with its forms."""
    return _openings(reader.roles, _printer(now), public=False)


def following(
    reader: Reader, kind: str, opening: str, now: datetime | None = None
) -> tuple[tuple[Act, ...], tuple[Act, ...]]:
    """The steps this reader's roles may take after an opening: at once, and after others of them.

    For who fills them in before the matter is here; whether each may be taken is judged then.
    """
    printer = _printer(now)
    procedure = printer.rules.governing(kind, printer.now.astimezone(printer.rules.zone).date())
    if procedure is None or opening not in procedure.steps:
        return (), ()
    at_once, later = reachable(procedure, opening, reader.roles)

    def printed(names: Iterable[str]) -> tuple[Act, ...]:
        roles = {name: _role_for(procedure, name, reader) for name in names}
        return tuple(
            printer.step(procedure, name, role, None, None) for name, role in roles.items()
        )

    return printed(at_once), printed(later)


def _role_for(procedure: Procedure, step: str, reader: Reader) -> str:
    return next(role for role in procedure.steps[step].by if role in reader.roles)


def openings_for_public(now: datetime | None = None) -> tuple[KindOf, ...]:
    """What anybody may open today, with its forms."""
    return _openings((), _printer(now), public=True)


def public_opening(kind: str, act: str) -> Act | None:
    """One step with which the public opens a matter, if the pack in use has it."""
    for one in openings_for_public():
        if one.kind == kind:
            return next((step for step in one.acts if step.id == act), None)
    return None


# ── reading a matter ─────────────────────────────────────────────────────────────────────────


def _printer(now: datetime | None) -> Printer:
    return Printer(rules=rules.current(), now=now or datetime.now(UTC))


def _read(connection: Connection, matter: str, printer: Printer) -> _Read | None:
    rows = connection.rows(f"SELECT {_MATTER} FROM matter WHERE matter_id = ?", (matter,))
    if not rows:
        return None
    _, number, kind, version, head, from_matter, _, code_tag_, *_ = rows[0]
    procedure = procedure_of(printer.rules, kind, version)
    found = connection.rows(
        f"SELECT {EVENT_COLUMNS}, hash FROM event WHERE matter_id = ? ORDER BY seq", (matter,)
    )
    zone = printer.rules.zone
    events = [(event_of(EventRow._make(row[:-1]), zone), bytes(row[-1])) for row in found]
    state = folded(procedure, (event for event, _ in events))
    return _Read(
        matter=matter,
        number=number,
        head=bytes(head),
        from_matter=from_matter,
        code_tag=bytes(code_tag_),
        procedure=procedure,
        state=state,
        events=events,
        clocks=clocks(procedure, state, printer.rules.calendar, printer.now),
    )


def _asking(reader: Reader, read: _Read, need: str = "", *, rated: bool = False) -> Asking:
    return reach.asking(reader, read.procedure.kind, need, rated=rated)


def _may_read(reader: Reader, purpose: str, need: str, read: _Read) -> View | Refused:
    asked = _asking(reader, read, need, rated=_was_rated(reader, read))
    return may_read(asked, purpose, read.state, read.procedure)


def _was_rated(reader: Reader, read: _Read) -> bool:
    """Whether the reader took a step in the matter from which the public opened this one."""
    first = read.events[0][0].actor.role
    role = read.procedure.roles.get(first)
    if read.from_matter is None or role is None or role.stands != "public":
        return False
    return bool(
        reading_connection().rows(
            "SELECT 1 FROM event WHERE matter_id = ? AND person = ? LIMIT 1",
            (read.from_matter, reader.person),
        )
    )


def _role(procedure: Procedure, reader: Reader) -> str:
    """The role in which a reader reads: the first that this procedure knows."""
    known = (role for role in reader.roles if role in procedure.roles)
    return next(known, reader.roles[0])


def _file(
    connection: Connection, printer: Printer, reader: Reader, read: _Read, view: View
) -> File:
    state, procedure = read.state, read.procedure
    store = keys.store()
    values = personal.values_by_event(connection, read.matter, store, HASHES[hash_name()])
    known = _known(read, values)
    everything = {**state.fields, **known.personal}
    fields = printer.values(procedure, "", everything, view)
    if view.history:
        fields += figures(connection, printer.rules, state)
    rounds = approvals_shown.rounds(state)
    timeline = tuple(
        approvals_shown.in_round(
            printer.line(procedure, event, hash_, values.get(event.seq, {}), state.undone, view),
            event,
            rounds,
        )
        for event, hash_ in read.events
        if view.history and event.act not in view.unseen
    )
    found, found_in_all = gathered(
        connection, printer, read.matter, lambda one: _link(connection, printer, reader, one, "")
    )
    names = printer.rules.organ_name
    until = printer.now if not state.ended else _ended_at(read)
    at_end = Printer(rules=printer.rules, now=until)
    return File(
        matter=read.matter,
        number=read.number,
        kind=procedure.kind,
        title=procedure.name,
        subject=subject_now(procedure, state),
        version=procedure.since.isoformat(),
        basis=printer.articles(procedure.basis),
        state=state.state,
        state_name=procedure.states[state.state].name,
        citizen_says=_told(printer, read).whole(),
        ended=state.ended,
        outcome=MERGED if state.merged_into else state.outcome,
        contested=state.contested,
        suspended=state.suspended_since is not None,
        owner=names(state.owner.organ),
        owner_person=person_name(state.owner.person) if state.owner.person else "",
        co_handlers=tuple(names(one.organ) for one in state.co_handlers),
        opened=printer.instant(state.opened_at),
        from_public=from_public(procedure, read.events[0][0].act),
        since_opened=at_end.since(state.opened_at),
        with_owner=at_end.since(state.with_owner_since),
        code=_code(read, store) if _tells_code(reader, read) else "",
        fields=fields,
        timeline=timeline,
        clocks=_clock_faces(printer, read),
        acts=_acts(printer, read, reader, view) if view.acts else (),
        requests=tuple(requests_shown.face(printer, state, one, reader) for one in state.requests),
        approvals=approvals_shown.faces(printer, known, reader, view, values),
        links=_links(connection, printer, read, reader, view),
        gathered=found,
        gathered_in_all=found_in_all,
        against=_against(connection, printer, read, reader),
        papers=papers.listed(printer, procedure, state, view, _erased(read)),
        hidden=sum(view.fields.get(name) != "clear" for name in everything),
        seq=state.seq,
        fingerprint=read.head[:FINGERPRINT_BYTES].hex(),
    )


def _against(
    connection: Connection, printer: Printer, read: _Read, reader: Reader
) -> tuple[Against, ...]:
    """What was found against the matter, for its own organ and for those who supervise it."""
    asking = _asking(reader, read)
    owns = asking.serves_in(read.state.owner.organ)
    if not owns and not (supervises(asking, read.procedure) and within(asking, read.state)):
        return ()
    return against(
        connection, printer, read.matter, lambda one: _link(connection, printer, reader, one, "")
    )


def _tells_code(reader: Reader, read: _Read) -> bool:
    """Who handles the matter may tell the citizen the code again; that of a rating has who rated.

    With it one says whether the answer is right: nobody who answers may do that.
    """
    if read.procedure.kind in OF_RATERS:
        return False
    return _asking(reader, read).serves_in(read.state.owner.organ)


def _code(read: _Read, store: keys.KeyStore) -> str:
    """The follow code as it was first told, by the version of the key of that day."""
    return follow_code(read.matter, store.codes_of(read.code_tag[0]))


def _acts(printer: Printer, read: _Read, reader: Reader, view: View | None) -> tuple[Act, ...]:
    """What this reader may do, in the best of the roles held, or why not."""
    best: dict[str, tuple[str, Refused | None]] = {}
    merged = _merged(printer, read, reader) if view is not None and view.history else None
    state = as_heir(printer.rules, read.procedure, read.state, reader.organ, printer.now)
    for role in reader.roles:
        actor = Actor(person=reader.person, role=role, organ=reader.organ)
        for name, refused in possible(
            read.procedure, state, actor, printer.now, printer.rules.calendar
        ):
            if name not in best or _better(refused, best[name][1]):
                best[name] = (role, refused)
    found = []
    for name, (role, refused) in best.items():
        is_general = name not in read.procedure.steps
        if refused is not None and is_general and refused.reason in _NOT_YOURS:
            continue
        act = printer.step(read.procedure, name, role, refused, read.state, read.clocks, view)
        if merged is not None and act.refusal is not None and act.refusal.reason == "ended":
            told = msgspec.structs.replace(act.refusal, in_matter=merged)
            act = msgspec.structs.replace(act, refusal=told)
        act = approvals_shown.offered(act, read.procedure, state, reader)
        act = requests_shown.offered(act, state, reader)
        act = without_machine_fields(act)
        found.append(_with_conditions(printer, read, state, reader, act))
    return tuple(found)


def _merged(printer: Printer, read: _Read, reader: Reader) -> Link | None:
    """The matter this one was merged into, if the reader may know of it."""
    into = read.state.merged_into
    return _link(reading_connection(), printer, reader, into, "") if into else None


def _with_conditions(printer: Printer, read: _Read, state: State, reader: Reader, act: Act) -> Act:
    """A step with everything it needs, so that what is missing is seen before it is taken."""
    step = read.procedure.steps.get(act.id)
    if step is None or not (step.needs or step.issues):
        return act
    actor = Actor(person=reader.person, role=act.role, organ=reader.organ)
    calendar = printer.rules.calendar
    checks = checklist(read.procedure, state, act.id, actor, printer.now, calendar)
    return msgspec.structs.replace(act, conditions=said(printer, checks), papers=step.issues)


def _better(refused: Refused | None, known: Refused | None) -> bool:
    """Allowed is better than refused; refused for a cause better than for the role."""
    if known is None:
        return False
    return refused is None or (known.reason == "wrong_role" and refused.reason != "wrong_role")


def _links(
    connection: Connection, printer: Printer, read: _Read, reader: Reader, view: View
) -> tuple[Link, ...]:
    """Where this matter came from, what it opened, and what it was merged into.

    Only those the reader may know of, and none that an act opened which this reader does not see.
    """
    unseen = {event.seq for event, _ in read.events if event.act in view.unseen}
    relations = {
        row[0]: "移交为"
        for row in connection.rows(
            "SELECT matter_id, from_seq FROM matter WHERE from_matter = ? ORDER BY number LIMIT ?",
            (read.matter, LINKS_MAX),
        )
        if row[1] not in unseen
    }
    if read.from_matter and not _was_told_by_public(read, view):
        relations[read.from_matter] = "来自"
    if read.state.merged_into:
        relations[read.state.merged_into] = "并入"
    found = (_link(connection, printer, reader, *one) for one in relations.items())
    return tuple(link for link in found if link is not None)


def _link(
    connection: Connection, printer: Printer, reader: Reader, matter: str, relation: str
) -> Link | None:
    """Another matter in one line; None where the reader may not know of it."""
    other = _read(connection, matter, printer)
    if other is None or not knows_of(_asking(reader, other), other.state, other.procedure):
        return None
    is_hidden = concerns_minor(other.state, other.procedure) and other.state.ended
    return Link(
        relation=relation,
        matter=matter,
        number=other.number,
        title=other.procedure.name,
        subject="" if is_hidden else subject_now(other.procedure, other.state),
        state_name=other.procedure.states[other.state.state].name,
    )


def _was_told_by_public(read: _Read, view: View) -> bool:
    """Whether somebody of the public opened it whom this reader must not come to know."""
    role = read.procedure.roles.get(read.events[0][0].actor.role)
    return view.shielded and role is not None and role.stands == "public"


# ── the citizen's view ───────────────────────────────────────────────────────────────────────


def _citizen_file(printer: Printer, read: _Read) -> CitizenFile:
    state, procedure = read.state, read.procedure
    told = _told(printer, read)
    other = _read(reading_connection(), state.merged_into, printer) if state.merged_into else None
    until = printer
    if state.ended:
        until = Printer(rules=printer.rules, now=_ended_at(read))
    return CitizenFile(
        matter=read.matter,
        number=read.number,
        title=procedure.name,
        subject="" if concerns_minor(state, procedure) else subject_now(procedure, state),
        state_name=procedure.states[state.state].name,
        says=told.now,
        told=told,
        ended=state.ended,
        outcome=MERGED if state.merged_into else state.outcome,
        organ=printer.rules.organ_name(state.owner.organ),
        opened=printer.instant(state.opened_at),
        since_opened=until.since(state.opened_at),
        steps=tuple(
            Step(
                when=printer.instant(event.happened_at),
                what=act_name(procedure, event.act),
                organ=printer.organ(event.actor.organ),
            )
            for event, _ in read.events
            if event.act in procedure.steps or event.act in _CITIZEN_ACTS
        ),
        clocks=_clock_faces(printer, read),
        acts=_public_acts(printer, read),
        seq=state.seq,
        fingerprint=read.head[:FINGERPRINT_BYTES].hex(),
        kind=procedure.kind,
        also=sum(event.data.get(joining.ALSO) is True for event, _ in read.events),
        into=other.number if other is not None else "",
        into_told=_told(printer, other) if other is not None else None,
    )


def _ended_at(read: _Read) -> datetime:
    """When the last step was taken or the matter was merged; what is said afterwards is no work."""
    steps = {"merge", *read.procedure.steps}
    return max(event.happened_at for event, _ in read.events if event.act in steps)


def _clock_faces(printer: Printer, read: _Read) -> tuple[ClockFace, ...]:
    rules_of = read.procedure.clocks
    return tuple(printer.clock(clock, rules_of[rule_of(clock)]) for clock in read.clocks)


def _told(printer: Printer, read: _Read) -> Told:
    """The sentence a citizen reads of this matter now."""
    rules = printer.rules
    organ = rules.organ_name(read.state.owner.organ)
    return tell(read.procedure, read.state, read.clocks, rules.calendar, printer.now, organ)


def _public_acts(printer: Printer, read: _Read) -> tuple[Act, ...]:
    """What the public role may still do by the code: its own steps, and to contest."""
    roles = [name for name, role in read.procedure.roles.items() if role.stands == "public"]
    if not roles:
        return ()
    reader = Reader(person=PUBLIC, organ=PUBLIC, roles=tuple(roles))
    asked = Asking(person=PUBLIC, kind="citizen", holds_code=True)
    view = may_read(asked, "own", read.state, read.procedure)
    return tuple(
        msgspec.structs.replace(joining.without_mark(act), name=called(read.procedure, act.id))
        for act in _acts(printer, read, reader, view if isinstance(view, View) else None)
        if (act.general and ACTS[act.id].who == "public")
        or (not act.general and set(read.procedure.steps[act.id].by) & set(roles))
    )


def _openings(roles: Collection[str], printer: Printer, *, public: bool) -> tuple[KindOf, ...]:
    found = []
    for procedure in printer.rules.in_force(printer.now.astimezone(printer.rules.zone).date()):
        acts = tuple(_opening_acts(printer, procedure, roles, public=public))
        if acts:
            found.append(KindOf(kind=procedure.kind, name=procedure.name, acts=acts))
    return tuple(found)


def _opening_acts(
    printer: Printer, procedure: Procedure, roles: Collection[str], *, public: bool
) -> Iterable[Act]:
    for name, step in procedure.steps.items():
        if step.from_:
            continue
        for role in step.by:
            stands_public = procedure.roles[role].stands == "public"
            if stands_public if public else (role in roles and not stands_public):
                yield printer.step(procedure, name, role, None, None)
                break
