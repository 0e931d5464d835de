"""Commands decided one after another in a transaction; their rows are gathered before the writing.

A command is decided against the locked state of its matter, together with the matters it opens by
handing over. It joins the batch only when all of it is allowed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from msgspec.structs import replace

from haihe.kernel.approval import values_of
from haihe.kernel.approval_values import binding
from haihe.kernel.calendar import Calendar
from haihe.kernel.clocks import affected_clocks, clocks
from haihe.kernel.decide import decide
from haihe.kernel.handover import handovers
from haihe.kernel.index import index_of
from haihe.kernel.kept_below import seats_instead
from haihe.kernel.power import not_competent
from haihe.kernel.procedure import Procedure
from haihe.kernel.standing import NO_ORGANS
from haihe.kernel.state import State
from haihe.kernel.values import Actor, Command, Data, Datum, Decided, Event, Refused
from haihe.records import answers, archive, letter_fit, reach, uses
from haihe.records.answers import Recorded
from haihe.records.chain import (
    GENESIS,
    Hash,
    canonical_event,
    data_text,
    digests_text,
    encode_sorted,
)
from haihe.records.codes import CodeKeys, code_tag, follow_code
from haihe.records.database import Connection
from haihe.records.instants import stored
from haihe.records.journal import ClockRow, Held, after, row_of, stored_clock
from haihe.records.keys import DIGEST_BYTES, Keyed, KeyStore
from haihe.records.personal import latest_values, values_by_event
from haihe.records.routing import passed_on, past_the_reported
from haihe.records.rules import Rules
from haihe.records.sealing import MatterKey, new_key, seal_all

HANDOVERS_MAX = 20  # matters that one command may open, directly or through those it opens
KEY_LENGTH_MAX = 200
_UNNUMBERED = ""

Answer = Recorded | Refused
MayAct = Callable[[str, str, Actor, date], Refused | None]  # kind, act, who, on which day
Known = tuple[bytes, str, int, bytes]  # digest of the command, matter, seq, hash of its event


@dataclass(slots=True)
class Stage:
    """The rows that one command, or a whole batch, will write."""

    events: list[tuple[Any, ...]] = field(default_factory=list)
    personal: list[tuple[Any, ...]] = field(default_factory=list)
    matter_keys: list[tuple[Any, ...]] = field(default_factory=list)
    outbox: list[tuple[Any, ...]] = field(default_factory=list)
    command_keys: list[tuple[Any, ...]] = field(default_factory=list)
    matters: dict[str, Held] = field(default_factory=dict)
    new_keys: dict[str, MatterKey] = field(default_factory=dict)
    known: dict[str, Known] = field(default_factory=dict)
    given: dict[str, Data] = field(default_factory=dict)  # personal values, by matter
    numbers: list[tuple[Any, ...]] = field(default_factory=list)
    files: list[tuple[Any, ...]] = field(default_factory=list)
    code: str = ""  # of the matter opened last

    def take(self, other: Stage) -> None:
        """Add all of a command that succeeded."""
        self.events += other.events
        self.personal += other.personal
        self.matter_keys += other.matter_keys
        self.outbox += other.outbox
        self.command_keys += other.command_keys
        self.matters.update(other.matters)
        self.new_keys.update(other.new_keys)
        self.known.update(other.known)
        self.given.update(other.given)
        self.numbers += other.numbers
        self.files += other.files


@dataclass(frozen=True, slots=True)
class Means:
    """What deciding needs besides the commands: rules, keys, the hash, and how to make an id.

    Made anew for every batch: within one, everything is made by the same versions of the keys.
    """

    rules: Rules
    store: KeyStore
    codes: CodeKeys
    marks: Keyed
    commands: Keyed
    hash_of: Hash
    new_id: Callable[[datetime], str]


def command_digest(command: Command, keyed: Keyed) -> bytes:
    """What tells two commands with one key apart; keyed, for a command holds personal values."""
    said = (
        command.act,
        command.actor,
        command.matter,
        command.kind,
        command.data,
        command.happened_at,
        command.expects,
    )
    return keyed.tag(encode_sorted(said), DIGEST_BYTES)


def is_same(before: bytes, now: bytes, again: Callable[[Keyed], bytes], store: KeyStore) -> bool:
    """Whether the digest of what was carried out is that of what came now.

    An earlier version of the key is tried with `again`; once it is forgotten (b"") nothing is
    compared and the key alone decides.
    """
    if not before:
        return True
    if before[0] == now[0]:
        return before == now
    return before == again(store.commands(before[0]))


def unusable_ids(command: Command) -> Refused | None:
    """Ids that no database should see: too long, or with characters that cannot be printed."""
    if not 0 < len(command.key) <= KEY_LENGTH_MAX or not command.key.isprintable():
        return answers.unusable(
            "key",
            f"提交编号应为1至{KEY_LENGTH_MAX}个可以印出的字符。",
            "请为每项操作生成一个新的编号。",
        )
    actor = command.actor
    if not (actor.person + actor.role + actor.organ).isprintable():
        return answers.unusable(
            "actor", "办理人的编号含有不能印出的字符。", "请以账号本身的编号提交。"
        )
    if command.matter is not None and not command.matter.isalnum():
        return answers.unknown_matter(command.matter)
    return None


class Batch:
    """Decides commands against locked matters; `written` are those of the batch, seen by the next.

    `locked` has the matters that exist among those the commands name; `may_act` judges whether a
    member of staff holds a post for the step (none: the past is taken in, by whomever it was done).
    """

    def __init__(
        self,
        connection: Connection,
        means: Means,
        now: datetime,
        locked: Mapping[str, Held],
        known: Mapping[str, Known],
        may_act: MayAct | None = None,
    ) -> None:
        self.connection = connection
        self.may_act = may_act
        self.means = means
        self.now = now
        self.locked = locked
        self.stage = Stage(known=dict(known))

    def carry_out(self, command: Command, digest: bytes, now: datetime | None) -> Answer:
        """Decide one command; its rows join the batch if it is allowed."""
        known = self.stage.known.get(command.key)
        if known is not None:
            return self._again(known, command, digest)
        own = Stage()
        answer = self._decide(own, command, digest, now or self.now, None)
        if isinstance(answer, Recorded):
            self.stage.take(own)
        return answer

    def _again(self, known: Known, command: Command, digest: bytes) -> Answer:
        before, matter, seq, event_hash = known
        if not is_same(
            before, digest, lambda keyed: command_digest(command, keyed), self.means.store
        ):
            return answers.key_reused()
        return Recorded(
            matter=matter,
            seq=seq,
            event_hash=event_hash.hex(),
            code=self._code(matter) if seq == 1 else "",
            replayed=True,
        )

    def _code(self, matter: str) -> str:
        """The follow code of a matter that is there, as it was first told."""
        staged = self.stage.matters.get(matter)
        if staged is not None:
            tag = staged.code_tag
        else:
            ((tag,),) = self.connection.rows(
                "SELECT code_tag FROM matter WHERE matter_id = ?", (matter,)
            )
        return follow_code(matter, self.means.store.codes_of(bytes(tag)[0]))

    def _held(self, own: Stage, matter: str) -> Held | None:
        return own.matters.get(matter) or self.stage.matters.get(matter) or self.locked.get(matter)

    def _decide(
        self,
        own: Stage,
        command: Command,
        digest: bytes,
        now: datetime,
        origin: tuple[str, int] | None,
    ) -> Answer:
        zone = self.means.rules.zone
        now = now.astimezone(zone)
        happened_at = command.happened_at
        if happened_at is not None:
            if happened_at.tzinfo is None:
                return answers.unusable(
                    "happened_at", "发生时间没有写明时区。", "请写成例如2026-09-01T08:10:00+08:00。"
                )
            happened_at = happened_at.astimezone(zone)
            command = replace(command, happened_at=happened_at)
        before: Held | None = None
        procedure: Procedure | None
        if command.matter is None:
            procedure = self.means.rules.governing(command.kind or "", (happened_at or now).date())
            if procedure is None:
                return answers.unknown_kind()
        else:
            before = self._held(own, command.matter)
            if before is None:
                return answers.unknown_matter(command.matter)
            procedure = before.procedure
        if self.may_act is not None and origin is None:
            refused = self.may_act(procedure.kind, command.act, command.actor, now.date())
            if refused is not None:
                return refused
        if before is not None:
            taken = self._taken_over(own, procedure, before, command, now)
            if isinstance(taken, Refused):
                return taken
            if taken is not before and command.expects is not None:
                command = replace(command, expects=command.expects + 1)
            before = taken
        state = before.state if before else None
        day = (happened_at or now).date()
        if before is None and self.may_act is not None and origin is None:
            command = past_the_reported(self.means.rules, procedure, command, day)
        actor = command.actor
        also = reach.also(actor.person, actor.organ) if procedure.apart else NO_ORGANS
        refused = not_competent(self.means.rules.competence, procedure, state, command, day, also)
        if refused is not None:
            return refused
        decided = decide(
            procedure,
            state,
            command,
            now,
            self.means.rules.calendar,
            proposed=self._proposed(before, command, day),
            instead_of=seats_instead(self.means.rules.competence, procedure, state, command, day),
        )
        if isinstance(decided, Refused):
            return decided
        if command.act == letter_fit.JOIN and state is not None:
            into = str(decided.event.data.get(letter_fit.SAME_AS, ""))
            unfit = letter_fit.unfit(self.connection, self.means.rules, state, into)
            if unfit is not None:
                return unfit
        missing = self._missing_matter(own, procedure, decided.event)
        if missing is not None:
            return missing
        held = self.append(own, procedure, before, decided.event, decided.personal, origin)
        event_hash, code = held.head, own.code if before is None else ""
        own.known[command.key] = (digest, held.matter, held.state.seq, event_hash)
        own.command_keys.append((command.key, digest, held.matter, held.state.seq))
        if before is None and self.may_act is not None and procedure.steps[command.act].hands_to:
            held = self._passed_on(own, procedure, held, decided, now)
        refused = self._hand_over(own, held, decided.event, now)
        if refused is not None:
            return refused
        return Recorded(
            matter=held.matter,
            seq=decided.event.seq,
            event_hash=event_hash.hex(),
            code=code,
        )

    def _taken_over(
        self, own: Stage, procedure: Procedure, held: Held, command: Command, now: datetime
    ) -> Held | Refused:
        """The matter, from the archive of a closed body, once its heir took it over for this."""
        rules, organ = self.means.rules, command.actor.organ
        at = command.happened_at or now
        old = archive.succession_of(rules, procedure, held.state, organ, at)
        if not old:
            return held
        decided = archive.succeed(rules, procedure, held.state, old, command, now)
        if isinstance(decided, Refused):
            return decided
        return self.append(own, procedure, held, decided.event, {}, None)

    def _passed_on(
        self, own: Stage, procedure: Procedure, held: Held, opening: Decided, now: datetime
    ) -> Held:
        """The matter as it is after what came to the wrong body went to the right one."""
        given = {**opening.event.data, **opening.personal}
        event = passed_on(self.means.rules, procedure, held.state, given, now)
        return held if event is None else self.append(own, procedure, held, event, {}, None)

    def append(
        self,
        own: Stage,
        procedure: Procedure,
        before: Held | None,
        event: Event,
        personal: Data,
        origin: tuple[str, int] | None,
    ) -> Held:
        """Stage one event that is allowed: its row in the chain, what it seals, its projection."""
        matter = before.matter if before else self.means.new_id(event.recorded_at)
        seq = before.state.seq + 1 if before else 1
        assert event.seq == seq, f"event {event.seq} where {seq} must follow"
        digests: dict[str, str] = {}
        if personal:
            key = self._key(own, matter, is_new=before is None)
            digests, sealed = seal_all(key, seq, personal, self.means.hash_of)
            given = own.given.get(matter) or self.stage.given.get(matter, {})
            own.given[matter] = {**given, **personal}
            own.personal += [(matter, seq, name, ciphertext) for name, ciphertext in sealed]
            own.numbers += uses.number_rows(matter, seq, personal)
        own.files += uses.file_rows(matter, seq, (event.data, personal))
        row = row_of(matter, event, data_text(event.data), digests_text(digests))
        previous = before.head if before else GENESIS
        event_hash = self.means.hash_of(canonical_event(row, previous))
        own.events.append((*row, event_hash))
        own.outbox.append((matter, seq, f"{procedure.kind}.{event.act}", row.recorded_at, 0, None))
        state = after(procedure, before.state if before else None, event)
        if before is None:
            own.code = follow_code(matter, self.means.codes)
        held = self._projected(
            procedure, before, event, state, matter, event_hash, origin, own.code, row.recorded_at
        )
        own.matters[matter] = held
        return held

    def _projected(
        self,
        procedure: Procedure,
        before: Held | None,
        event: Event,
        state: State,
        matter: str,
        head: bytes,
        origin: tuple[str, int] | None,
        code: str,
        recorded_at: int,
    ) -> Held:
        if before is not None:
            number, tag = before.number, before.code_tag
            origin = (
                None if before.from_matter is None else (before.from_matter, before.from_seq or 0)
            )
            running = clocks_after(self.means.rules, before, state, event)
        else:
            number, tag = _UNNUMBERED, code_tag(code, self.means.codes)
            running = all_clocks(self.means.rules, procedure, state, matter, event.recorded_at)
        return Held(
            matter=matter,
            procedure=procedure,
            state=state,
            head=head,
            number=number,
            code_tag=tag,
            from_matter=origin[0] if origin else None,
            from_seq=origin[1] if origin else None,
            changed_at=recorded_at,
            clocks=running,
            mark=before.mark if before else b"",
        )

    def _key(self, own: Stage, matter: str, *, is_new: bool) -> MatterKey:
        """The key of a matter; made when it has none (a new matter, or all was erased)."""
        made = own.new_keys.get(matter) or self.stage.new_keys.get(matter)
        if made is not None:
            return made
        if not is_new:
            rows = self.connection.rows(
                "SELECT wrapped FROM matter_key WHERE matter_id = ?", (matter,)
            )
            if rows:
                return MatterKey.unwrapped(matter, bytes(rows[0][0]), self.means.store)
        key, wrapped = new_key(matter, self.means.store)
        own.new_keys[matter] = key
        own.matter_keys.append((matter, wrapped))
        return key

    def _missing_matter(self, own: Stage, procedure: Procedure, event: Event) -> Refused | None:
        """A field that names a matter must name one that exists."""
        for name, value in event.data.items():
            field_ = procedure.fields.get(name)
            names_matter = field_.type == "matter" if field_ else (event.act, name) == MERGE_INTO
            if names_matter and isinstance(value, str) and not self._exists(own, value):
                return replace(answers.unknown_matter(value), field=name)
        return None

    def _exists(self, own: Stage, matter: str) -> bool:
        if self._held(own, matter) is not None:
            return True
        return bool(self.connection.rows("SELECT 1 FROM matter WHERE matter_id = ?", (matter,)))

    def _hand_over(self, own: Stage, held: Held, event: Event, now: datetime) -> Refused | None:
        """Open what this event opens; if one may not be opened, the event may not happen."""
        step = held.procedure.steps.get(event.act)
        if step is None or not step.opens:
            return None
        day = event.happened_at.date()
        opened = handovers(
            held.procedure,
            held.state,
            event,
            lambda kind: self.means.rules.governing(kind, day),
            _PersonalValues(lambda: self._personal_values(own, held)),
        )
        for command in opened:
            if len(own.matters) > HANDOVERS_MAX:
                return answers.unusable(
                    "act",
                    "这一步会引出太多别的事项，没有办理。",
                    "请告诉系统管理员，核对程序里的移交关系。",
                )
            command = replace(command, key=f"{held.matter}:{command.key}")
            digest = command_digest(command, self.means.commands)
            answer = self._decide(own, command, digest, now, (held.matter, event.seq))
            if isinstance(answer, Refused):
                return answer
        return None

    def _proposed(self, before: Held | None, command: Command, day: date) -> Data:
        """The personal values that the approval of this act carries, by the names of its form."""
        if before is None or not before.state.approvals:
            return {}
        asked = binding(before.procedure, before.state, command.act, day)
        if asked is None or not asked.sealed:
            return {}
        values = values_by_event(
            self.connection, before.matter, self.means.store, self.means.hash_of
        )
        return values_of(values.get(asked.seq, {}))

    def _personal_values(self, own: Stage, held: Held) -> Data:
        """The personal values of a matter, also those that are not written yet."""
        if not held.state.sealed:
            return {}
        values: Data = {}
        if held.matter in self.locked:
            values = latest_values(
                self.connection, held.matter, self.means.store, self.means.hash_of
            )
        values.update(self.stage.given.get(held.matter, {}))
        values.update(own.given.get(held.matter, {}))
        return values


class _PersonalValues(Mapping[str, Datum]):
    """Personal values that are unsealed only if a hand-over asks for one."""

    def __init__(self, unseal: Callable[[], Data]) -> None:
        self._unseal = unseal
        self._values: Data | None = None

    def _known(self) -> Data:
        if self._values is None:
            self._values = self._unseal()
        return self._values

    def __getitem__(self, name: str) -> Datum:
        return self._known()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._known())

    def __len__(self) -> int:
        return len(self._known())


MERGE_INTO = ("merge", "into")


def all_clocks(
    rules: Rules,
    procedure: Procedure,
    state: State,
    matter: str,
    now: datetime,
    calendar: Calendar | None = None,
) -> dict[str, ClockRow]:
    """Every clock of a matter, computed from nothing; by the calendar in use if none is given."""
    running = clocks(procedure, state, calendar or rules.calendar, now, explain=False)
    return {one.id: stored_clock(matter, one, rules.zone) for one in running}


def clocks_after(rules: Rules, before: Held, state: State, event: Event) -> dict[str, ClockRow]:
    """The clocks of a matter after one more event: only those it can have changed are computed.

    A clock that the event merely stops keeps its dates, so only its stop is noted.
    """
    touched = affected_clocks(before.procedure, state, event)
    if not touched:
        return before.clocks
    kept = dict(before.clocks)
    touched -= _merely_stopped(before, touched, event, kept)
    if not touched:
        return kept
    kept = {name: row for name, row in kept.items() if rule_of(name) not in touched}
    running = clocks(
        before.procedure, state, rules.calendar, event.recorded_at, explain=False, only=touched
    )
    for one in running:
        kept[one.id] = stored_clock(before.matter, one, rules.zone)
    return kept


def _merely_stopped(
    before: Held, touched: frozenset[str], event: Event, kept: dict[str, ClockRow]
) -> set[str]:
    """Note the stop of those clocks whose dates this event cannot move; gives their rules.

    That is so if the rule knows no exclusion and no field, the matter was never suspended, the act
    does nothing but stop, the run has a due date, and the event happened after all others.
    """
    plans = index_of(before.procedure).plans
    act, at = event.act, event.happened_at
    if any(one.happened_at > at or one.act == "suspend" for one in before.state.done):
        return set()
    moment = stored(at)
    stopped: set[str] = set()
    for name in touched:
        plan = plans[name]
        row = kept.get(name)
        if (
            row is not None
            and row.status == "running"
            and row.legal is not None
            and act in plan.stops
            and act not in plan.starts
            and act not in plan.restarts
            and act not in plan.tolls
            and not plan.rule.excludes
            and not plan.fields
        ):
            # A day counts to its midnight, which is no longer in time; an instant itself is.
            in_time = moment < row.falls_at or (moment == row.falls_at and len(row.legal) > 10)
            status = "met" if in_time else "late"
            kept[name] = row._replace(stopped_at=moment, status=status)
            stopped.add(name)
    return stopped


def rule_of(clock: str) -> str:
    """The clock rule behind a run: `review#2` -> `review`."""
    return clock.partition("#")[0]
