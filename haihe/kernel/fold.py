"""A matter is its history: the state is the fold of its events, and nothing else changes it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from msgspec.structs import replace

from haihe.kernel.acts import ACTS, ANSWER_CONTEST, PUT_RIGHT
from haihe.kernel.approval import after_event
from haihe.kernel.holders import BrokenHistory, returned
from haihe.kernel.index import Index, index_of
from haihe.kernel.procedure import Procedure, Step
from haihe.kernel.state import Done, Request, State
from haihe.kernel.succession import succeeded
from haihe.kernel.values import Data, Datum, Event, Owner


def state_of(procedure: Procedure, history: Sequence[Event]) -> State:
    """The matter after its whole history (at least the opening), in the order of `seq`."""
    state: State | None = None
    for event in history:
        state = advance(procedure, state, event)
    if state is None:
        raise BrokenHistory("a history has at least its opening event")
    return state


def advance(procedure: Procedure, state: State | None, event: Event) -> State:
    """The matter after one more event; `state` None means that the event opens it."""
    index = index_of(procedure)
    if state is None:
        return _opened(index, event)
    if event.seq <= state.seq:
        raise BrokenHistory(f"event {event.seq} cannot follow event {state.seq}")
    if event.act == "withdraw":
        return _without(index, state, event)
    if event.act == PUT_RIGHT:
        return _put_right(index, state, event)
    return _after(index, state, event)


def ends_matter(procedure: Procedure, act: str) -> bool:
    """Whether this act puts the matter into an end state."""
    return act == "merge" or act in index_of(procedure).ending


def _opened(index: Index, event: Event) -> State:
    procedure = index.procedure
    step = procedure.steps.get(event.act)
    if step is None or step.from_:
        raise BrokenHistory(f"{procedure.kind} cannot be opened by {event.act}")
    ended = procedure.states[step.to].end
    return State(
        kind=event.kind or procedure.kind,
        version=event.version or procedure.since,
        seq=event.seq,
        state=step.to,
        ended=ended,
        outcome=step.outcome,
        opened_at=event.happened_at,
        owner=Owner(organ=_receiver(step, event.data) or event.actor.organ),
        with_owner_since=event.happened_at,
        earlier_owners=(),
        co_handlers=(),
        requests=(),
        suspended_since=None,
        contested=False,
        merged_into=None,
        fields=event.data,
        sealed=event.sealed,
        done=(_done(event),),
    )


def _done(event: Event) -> Done:
    return Done(
        seq=event.seq,
        act=event.act,
        actor=event.actor,
        happened_at=event.happened_at,
        data=event.data,
        sealed=event.sealed,
    )


def _receiver(step: Step, fields: Data) -> str:
    """The organ a step hands the matter to; empty when it stays where it is.

    `fields` are the matter's fields after the step: the organ may have been named long before
    (the street a repaired event goes back to).
    """
    named = fields.get(step.hands_to) if step.hands_to else None
    return named if isinstance(named, str) else ""


def _after(index: Index, state: State, event: Event) -> State:
    step = index.procedure.steps.get(event.act)
    if step is not None:
        after = _after_step(index, state, event, step)
        return after_event(index.procedure, state, after, event) if state.approvals else after
    if event.act not in ACTS:
        raise BrokenHistory(f"{state.kind} knows no act {event.act}")
    if event.act == "succeed":
        return succeeded(index.procedure, replace(state, seq=event.seq), _done(event))
    if event.act == "transfer":
        state = _passed_on(index, state, event)
    after = _after_kernel_act(state, event)
    if state.approvals or event.act == "seek_approval":
        return after_event(index.procedure, state, after, event)
    return after


def _passed_on(index: Index, state: State, event: Event) -> State:
    """Whoever gets a matter at the instant of its opening is the body that took it in.

    It came to the wrong body and was passed on (haihe#pass-on), so a later step that goes back to
    the body the opening named goes back to this one. A transfer later on changes no field.
    """
    named = index.procedure.steps[state.done[0].act].hands_to
    at_once = len(state.done) == 1 and event.happened_at == state.opened_at
    if not at_once or not named or state.fields.get(named) != state.owner.organ:
        return state
    return replace(state, fields={**state.fields, named: _text(event.data.get("to_organ"))})


def _after_step(index: Index, state: State, event: Event, step: Step) -> State:
    ended, outcome, to, contested = state.ended, state.outcome, state.state, state.contested
    if step.to != "stay":
        to = step.to
        ended = index.procedure.states[to].end
        if state.ended and not ended:
            outcome, contested = "", False
    outcome = step.outcome or outcome
    fields = {**state.fields, **event.data} if event.data else state.fields
    owner, since, earlier = _handed(state, _receiver(step, fields), None, event.happened_at)
    sealed = state.sealed
    if event.sealed:
        sealed = tuple(sorted({*sealed, *event.sealed}))
    return replace(
        state,
        seq=event.seq,
        state=to,
        ended=ended,
        outcome=outcome,
        contested=contested,
        owner=owner,
        with_owner_since=since,
        earlier_owners=earlier,
        suspended_since=None if ended else state.suspended_since,
        fields=fields,
        sealed=sealed,
        done=(*state.done, _done(event)),
    )


def _handed(
    state: State, organ: str, person: str | None, at: datetime
) -> tuple[Owner, datetime, tuple[Owner, ...]]:
    """Owner, since when, and earlier owners, once the matter was handed to `organ` (or nobody)."""
    if not organ:
        return state.owner, state.with_owner_since, state.earlier_owners
    if organ == state.owner.organ:
        owner = Owner(organ=organ, person=person) if person else state.owner
        return owner, state.with_owner_since, state.earlier_owners
    return Owner(organ=organ, person=person), at, (*state.earlier_owners, state.owner)


def _after_kernel_act(state: State, event: Event) -> State:
    done = (*state.done, _done(event))
    act, data, at = event.act, event.data, event.happened_at
    if act in ("transfer", "escalate"):
        owner, since, earlier = _handed(
            state, _text(data.get("to_organ")), _text(data.get("to_person")) or None, at
        )
        return replace(
            state,
            seq=event.seq,
            done=done,
            owner=owner,
            with_owner_since=since,
            earlier_owners=earlier,
        )
    if act == "return":
        owner, earlier = returned(state, _text(data.get("to_holder")))
        since = at if owner.organ != state.owner.organ else state.with_owner_since
        return replace(
            state,
            seq=event.seq,
            done=done,
            owner=owner,
            with_owner_since=since,
            earlier_owners=earlier,
        )
    if act == "take":
        owner = Owner(organ=state.owner.organ, person=event.actor.person)
        return replace(state, seq=event.seq, done=done, owner=owner)
    if act == "co_handle":
        added = Owner(organ=_text(data.get("organ")), person=_text(data.get("person")) or None)
        return replace(state, seq=event.seq, done=done, co_handlers=(*state.co_handlers, added))
    if act == "suspend":
        return replace(state, seq=event.seq, done=done, suspended_since=at)
    if act == "resume":
        return replace(state, seq=event.seq, done=done, suspended_since=None)
    if act == "request":
        asked = Request(
            seq=event.seq,
            organ=_text(data.get("organ")),
            question=_text(data.get("question")),
            asked_at=at,
            due=_text(data.get("due")),
        )
        return replace(state, seq=event.seq, done=done, requests=(*state.requests, asked))
    if act == "answer":
        requests = tuple(
            replace(one, answered_seq=event.seq) if one.seq == data.get("request") else one
            for one in state.requests
        )
        return replace(state, seq=event.seq, done=done, requests=requests)
    if act == "merge":
        return replace(
            state,
            seq=event.seq,
            done=done,
            ended=True,
            outcome="merged",
            merged_into=_text(data.get("into")),
            suspended_since=None,
        )
    if act == "contest":
        return replace(state, seq=event.seq, done=done, contested=True)
    if act == ANSWER_CONTEST:
        return replace(state, seq=event.seq, done=done, contested=False)
    return replace(state, seq=event.seq, done=done)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _without(index: Index, state: State, event: Event) -> State:
    """The matter as if the withdrawn act had not been taken; its event stays in the history."""
    undoes = event.data.get("undoes", state.done[-1].seq)
    standing = [one for one in state.done if one.seq != undoes]
    if not standing or standing[0].seq != state.done[0].seq:
        raise BrokenHistory("an opening cannot be withdrawn")
    again = _again(index, state, standing)
    return replace(again, seq=event.seq, undone=(*state.undone, _number(undoes)))


def _put_right(index: Index, state: State, event: Event) -> State:
    """The matter as if the item had been right from the start; its event stays in the history."""
    name = _text(event.data.get("item")).partition(".")[2]
    record, value = _number(event.data.get("record")), event.data.get("now_reads")
    right = with_item(index.procedure, state, record, name, value)
    return replace(right, seq=event.seq, done=(*right.done, _done(event)))


def with_item(procedure: Procedure, state: State, record: int, name: str, value: Datum) -> State:
    """The matter with another value of one item of one record."""
    done = [
        replace(one, data={**one.data, name: value}) if one.seq == record else one
        for one in state.done
    ]
    again = _again(index_of(procedure), state, done)
    return replace(again, seq=state.seq, undone=state.undone)


def before(procedure: Procedure, state: State, record: int) -> State | None:
    """The matter as its acts before a record make it; None before the opening."""
    earlier = [one for one in state.done if one.seq < record]
    return _again(index_of(procedure), state, earlier) if earlier else None


def _again(index: Index, state: State, standing: Sequence[Done]) -> State:
    """What these acts of a matter make of it; the first is its opening."""
    again: State | None = None
    for one in standing:
        taken = _taken(one, state)
        again = _opened(index, taken) if again is None else _after(index, again, taken)
    assert again is not None, "there is an opening"
    return again


def _number(value: object) -> int:
    if not isinstance(value, int):
        raise BrokenHistory(f"such an act names the number of an event, not {value!r}")
    return value


def _taken(one: Done, state: State) -> Event:
    """The event behind an act; the fold never looks at when it was recorded."""
    return Event(
        seq=one.seq,
        act=one.act,
        actor=one.actor,
        happened_at=one.happened_at,
        recorded_at=one.happened_at,
        data=one.data,
        sealed=one.sealed,
        kind=state.kind,
        version=state.version,
    )
