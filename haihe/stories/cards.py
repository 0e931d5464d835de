"""The story of the case cards: planted errors are found, put right, and read a second time.

What the machine found opens rectifications; whoever has the matter puts the item right, the
machine reads the card again, somebody of another body looks, and the finding is closed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from msgspec import json

from haihe.kernel.acts import PUT_RIGHT
from haihe.kernel.correction import Item, items, read
from haihe.kernel.procedure import Procedure
from haihe.kernel.state import State
from haihe.kernel.values import Actor, Command, Data, Refused
from haihe.pack.models import load_models
from haihe.pack.place import models_folder
from haihe.records import journal, rules, sweeping, write
from haihe.records.database import reading_connection
from haihe.simulation.truth import truths_of
from haihe.stories.crowds import Crowd, equal, holds, rows_of
from haihe.stories.large import large
from haihe.stories.playing import Broken, Line, Playing

CARDS: Final = 290
CARD_KINDS: Final = 20
PATROL: Final = "card_"  # begins the id of every model that reads cards
# Found as well, but not put right by an item: two are a whole step, and with another day the
# third would turn a clock that ran out into one that did not, which the rules refuse.
NO_ITEM: Final = frozenset(
    {"card_arrest_differs", "card_prosecution_differs", "card_due_before_effect"}
)
WITHIN: Final = timedelta(days=500)
Value = Callable[[State, Item], str]


class Right(NamedTuple):
    """What is wrong on a card of this cause, and what it should say."""

    item: str
    value: Value


class Wrong(NamedTuple):
    """A planted error: the fault, the model that must find it, and its cause."""

    fault: str
    model: str
    cause: str


def _says(text: str) -> Value:
    return lambda _state, _item: text


def _day(after: int = 0) -> Value:
    return lambda _state, item: (
        ((item.done.happened_at + timedelta(days=after)).astimezone(rules.current().zone))
        .date()
        .isoformat()
    )


def _moment(minutes: int) -> Value:
    return lambda _state, item: (item.done.happened_at + timedelta(minutes=minutes)).isoformat()


def _numbered(pattern: str) -> Value:
    return lambda _state, item: pattern.format(year=item.done.happened_at.year)


def _same_as(field: str) -> Value:
    return lambda state, _item: str(state.fields[field])


def _judged(state: State) -> float:
    told = [state.fields.get(name) for name in ("fine_amount", "restitution_amount")]
    return sum(one for one in told if isinstance(one, int | float))


def _collected(state: State, but: int = 0) -> float:
    told = [one.data.get("amount_in") for one in state.done if one.seq != but]
    return sum(one for one in told if isinstance(one, int | float))


def _paid(state: State, item: Item) -> str:
    return str(_judged(state) - _collected(state, item.done.seq))


def _fined(state: State, _item: Item) -> str:
    fine = state.fields.get("fine_amount")
    judged = _judged(state) - (fine if isinstance(fine, int | float) else 0)
    return str(_collected(state) - judged)


def _unpaid(state: State, _item: Item) -> str:
    return str(_judged(state) - _collected(state))


def _listeners(state: State, _item: Item) -> str:
    told = state.fields["listeners"]
    return str(len(told)) if isinstance(told, list) else "1"


def _after_it_began(state: State, _item: Item) -> str:
    began = datetime.fromisoformat(str(state.fields["recorded_from"]))
    return (began + timedelta(minutes=20)).isoformat()


def _above_start(state: State, _item: Item) -> str:
    start = state.fields["start_price"]
    return str(start + 1_000) if isinstance(start, int | float) else "0"


RIGHTS: Final[Mapping[str, Right]] = {
    "acquitted_with_penalty": Right("has_penalty", _says("否")),
    "applied_before_due": Right("performance_due", _day(-10)),
    "arrived_after": Right("arrived_at", _moment(-10)),
    "asked_differs": Right("asked_minor", _says("否")),
    "cap_over": Right("cap_left", _says("1")),
    "case_no_type": Right("case_no", _numbered("（{year}）津0103民初77号")),
    "case_no_year": Right("case_no", _numbered("（{year}）津0103民初77号")),
    "changed_future": Right("changed_on", _day()),
    "class_differs": Right("person_class", _says("adult")),
    "collected_less": Right("amount_in", _paid),
    "collected_more": Right("fine_amount", _fined),
    "detained_differs": Right("detained", _says("是")),
    "dropped_contradicts": Right("vehicle_found", _says("否")),
    "effective_before": Right("effective_on", _day()),
    "effective_future": Right("effective_on", _day()),
    "fast_and_long": Right("under_five", _says("是")),
    "fine_without_amount": Right("fine_amount", _says("20000")),
    "frozen_over": Right("freeze_amount", _same_as("amount")),
    "hearing_past": Right("hearing_on", _day(10)),
    "injured_over": Right("people_count", _says("4")),
    "listeners_over": Right("listeners_present", _listeners),
    "minor_differs": Right("minor_involved", _says("否")),
    "occurred_after": Right("occurred_on", _day(-1)),
    "performed_before": Right("performed_on", _day()),
    "performed_future": Right("performed_on", _day()),
    "recording_reversed": Right("recorded_to", _after_it_began),
    "reported_after": Right("reported_at", _moment(-10)),
    "representatives_over": Right("representatives", _says("3")),
    "ruling_no_year": Right("ruling_no", _numbered("（{year}）津0103执77号之一")),
    "served_before": Right("third_served_on", _day()),
    "served_future": Right("plan_served_on", _day()),
    "settlement_past": Right("settlement_until", _day(60)),
    "signed_other_text": Right("respondent_digest", _same_as("agreement_digest")),
    "small_over": Right("amount", _says("50000")),
    "small_status": Right("dispute_kind", _says("contract")),
    "sold_below_start": Right("sold_price", _above_start),
    "suggestion_no_year": Right("suggestion_no", _numbered("津法建〔{year}〕7号")),
    "unpaid_wrong": Right("unpaid_amount", _unpaid),
    "unsigned_but_signed": Right("fail_ground", _says("unwilling")),
    "victim_differs": Right("has_victim", _says("是")),
    "visit_contradicts": Right("revisit_result", _says("performed")),
}


@large
def cards(playing: Playing) -> Iterator[Line]:
    """案卡巡查: 290 planted errors are found by machine, and no other; all are put right."""
    first = playing.moment("2026-03-02 Mon 10:00")
    assert isinstance(first, datetime)
    last = playing.until or datetime.max.replace(tzinfo=UTC)
    later = min(first + WITHIN, last)
    told = playing.portion(CARDS)(CARDS)
    wrong, right = Crowd(playing), Crowd(playing)
    planted = _planted(playing, first, later, told, wrong, right)
    wrong_ids, right_ids = list(wrong.ids), list(right.ids)
    wrong.take_in()
    right.take_in()
    found_in = {
        model: {one.matter for one in playing.found_by(model, later)}
        for model in sorted({one.model for one in planted.values()})
    }
    missed = [one.fault for key, one in planted.items() if key not in found_in[one.model]]
    kinds = len({one.fault for one in planted.values()})
    yield equal(f"案卡里埋了{told}处错误。", first, len(wrong_ids), told)
    yield holds("错误有二十种以上。", first, "" if kinds >= CARD_KINDS else f"只有{kinds}种")
    yield holds("机器每日巡查，一处不漏。", later, f"漏了{missed}" if missed else "")
    false = set().union(*found_in.values()) & set(right_ids)
    yield equal("没有错误的案卡，一处也没有误报。", later, len(false), 0)
    if playing.in_demo:
        half = dict(list(planted.items())[::2])
        _put_right_all(half, later)
        kept = rows_of(
            "SELECT DISTINCT matter_id FROM event WHERE act = 'put_right' AND matter_id", list(half)
        )
        yield equal(
            f"其中{len(half)}处已经更正，原来写的还在记录里；其余的留给您看。",
            later,
            len(kept),
            len(half),
        )
    else:
        yield from _rectified(playing, planted, later)


def _planted(
    playing: Playing, first: datetime, later: datetime, told: int, wrong: Crowd, right: Crowd
) -> dict[str, Wrong]:
    """So many matters with an error each and as many without one; what is wrong with which."""
    stage, last = playing.stage, playing.until or datetime.max.replace(tzinfo=UTC)
    simulation = stage.simulation
    local = first.astimezone(stage.pack.zone)
    faults = sorted(
        (one for one in simulation.book.faults.values() if one.id.startswith(PATROL)),
        key=lambda one: one.id,
    )
    planted: dict[str, Wrong] = {}
    for number in range(told * 3):
        fault = faults[number % len(faults)]
        if fault.id in NO_ITEM:
            continue
        at = local + timedelta(hours=number % 70)
        key = f"{playing.story.story}/{playing.run}/{fault.id}/{number}"
        if len(planted) < told:
            one = simulation.matter(fault.kind, key, at, fault=fault)
            shows = [
                truth
                for truth in truths_of([one] if one is not None else [], stage.pack.calendar)
                if truth.visible_at <= later and truth.model.startswith(PATROL)
            ]
            if one is not None and shows and one.events[-1].recorded_at <= last:
                wrong.add(one)
                planted[one.id] = Wrong(fault.id, shows[0].model, shows[0].cause)
        if len(right.ids) < told:
            clean = simulation.matter(fault.kind, f"{key}/clean", at)
            if clean is not None and clean.events[-1].recorded_at <= last:
                right.add(clean)
    return planted


# ── put right, and read a second time ────────────────────────────────────────────────────────


def _rectified(playing: Playing, planted: Mapping[str, Wrong], at: datetime) -> Iterator[Line]:
    """From the finding to the end of its rectification."""
    checker = Actor(
        person=playing.person("checker"), role="checker", organ=playing.organ("city_justice")
    )
    models = [one for one in load_models(models_folder()) if one.id.startswith(PATROL)]
    ids = list(planted)
    sweeping.sweep_all(at, models)
    raised = rows_of(
        "SELECT matter_id, rectification FROM finding WHERE closed_at IS NULL AND matter_id", ids
    )
    opened = sorted({str(one) for _, one in raised if one})
    without = {matter for matter, one in raised if not one} | (
        set(ids) - {row[0] for row in raised}
    )
    yield equal(f"每一处都立了整改，一共发出{len(opened)}份核查整改意见。", at, len(without), 0)
    answered = at + timedelta(days=1)
    _answer_all(opened[:1], answered)
    sweeping.sweep_all(answered + timedelta(hours=1), models)
    yield equal(
        "只答复、没有更正的，机器再读一遍，还是错的，不能销号。",
        answered,
        [journal_state(one).fields.get("recheck_result") for one in opened[:1]],
        ["remains"],
    )
    _submit(opened[0], "look_return", checker, {"return_reason": "案卡没有更正"},
            answered + timedelta(hours=2))  # fmt: skip
    mended = at + timedelta(days=2)
    _put_right_all(planted, mended)
    _answer_all(opened, mended + timedelta(hours=1))
    again = mended + timedelta(hours=2)
    sweeping.sweep_all(again, models)
    left = rows_of("SELECT matter_id FROM finding WHERE closed_at IS NULL AND matter_id", ids)
    yield equal("承办单位逐处更正，机器把案卡再读一遍，一处错误也没有了。", again, len(left), 0)
    told = [journal_state(one).fields.get("recheck_result") for one in opened]
    yield equal("每一份整改都由机器复查：问题已经消除。", again, set(told), {"gone"})
    looked = again + timedelta(days=1)
    for one in opened:
        _submit(one, "look_pass", checker, {"look_note": "对过案卡和文书，已经更正"}, looked)
    closed = rows_of("SELECT matter_id FROM matter WHERE state = 'closed' AND matter_id", opened)
    yield equal("另一单位的人再看一遍，全部销号：整改率100%。", looked, len(closed), len(opened))
    kept = rows_of("SELECT data FROM event WHERE act = 'put_right' AND matter_id", ids)
    yield equal("原来写的、改成什么、为什么改，都在记录里。", looked, len(kept), len(planted))


def journal_state(matter: str) -> State:
    """A matter as it is now, folded from its journal."""
    return _matter(matter)[1]


def _matter(matter: str) -> tuple[Procedure, State]:
    connection, told = reading_connection(), rules.current()
    ((kind, version),) = connection.rows(
        "SELECT kind, version FROM matter WHERE matter_id = ?", (matter,)
    )
    procedure = journal.procedure_of(told, kind, version)
    return procedure, journal.folded(procedure, journal.history(connection, matter, told.zone))


def _put_right_all(planted: Mapping[str, Wrong], at: datetime) -> None:
    """Whoever has the matter writes what is true, and why."""
    proofs = {
        str(matter): set(json.decode(events))
        for matter, events in rows_of(
            "SELECT matter_id, events FROM finding WHERE matter_id", list(planted)
        )
    }
    for matter, wrong in planted.items():
        procedure, state = _matter(matter)
        right = RIGHTS[wrong.cause]
        told = _told(state, items(procedure, state), right, proofs.get(matter, set()))
        if told is None:
            raise Broken(f"{wrong.fault}: {right.item} is wrong nowhere")
        _submit(matter, PUT_RIGHT, _somebody(procedure, state), told, at, wrong.fault)


def _told(state: State, said: Iterator[Item], right: Right, proof: set[int]) -> Data | None:
    """An item of that name that says something else than it should, and what it should.

    One in a record that proves the finding, else the last.
    """
    found: Data | None = None
    for one in sorted(said, key=lambda one: (one.done.seq in proof, one.done.seq)):
        value = right.value(state, one) if one.name == right.item else ""
        if value and read(one.field, value) != one.done.data[one.name]:
            found = {"item": one.key, "value": value, "reason": "核对文书，原来登记有误"}
    return found


def _somebody(procedure: Procedure, state: State) -> Actor:
    """Somebody of the body that has the matter: who acted for it last."""
    organ = state.owner.organ
    here = [one.actor for one in state.done if one.actor.organ == organ]
    if here:
        return here[-1]
    role = next(name for name, one in procedure.roles.items() if one.stands == "owner")
    return Actor(person=f"{organ}·{role}", role=role, organ=organ)


def _answer_all(rectifications: list[str], at: datetime) -> None:
    """The bodies answer: what they found, why it came so, what they did."""
    told: Data = {
        "answer_facts": "登记有误，已经核对文书",
        "cause": "抄写时没有核对",
        "measures": "已经更正登记，以后两人核对",
    }
    for one in rectifications:
        organ = journal_state(one).owner.organ
        actor = Actor(person=f"{organ}·rectifier", role="rectifier", organ=organ)
        _submit(one, "reply", actor, told, at)


def _submit(matter: str, act: str, actor: Actor, told: Data, at: datetime, about: str = "") -> None:
    key = f"story:T25:{matter}:{act}:{at.isoformat()}"
    answer = write.submit(Command(key=key, act=act, actor=actor, matter=matter, data=told), now=at)
    if isinstance(answer, Refused):
        raise Broken(f"{about} {act}: {answer.reason}: {answer.says} {answer.instead}")
