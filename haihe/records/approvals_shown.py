"""How the approvals of a matter stand, in words, and what their forms offer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from msgspec.structs import replace

from haihe.kernel.approval import APPROVED, SIGNERS, proposable, seat_for, values_of, waiting
from haihe.kernel.approval_values import binding
from haihe.kernel.holders import holders, key_of
from haihe.kernel.procedure import Procedure, Stage
from haihe.kernel.reading import View
from haihe.kernel.state import Approval, Done, State
from haihe.kernel.values import Actor, Data, Event
from haihe.records import posts, rules
from haihe.records.accounts import person_name
from haihe.records.foretold import foretold
from haihe.records.papers import Known
from haihe.records.printing import Printer, act_name
from haihe.records.shown import (
    Act,
    ApprovalFace,
    Changed,
    Foretold,
    FormField,
    Line,
    Reader,
    SeatFace,
    Shown,
    StageFace,
    Tone,
)

APPROVALS_SHOWN_MAX: Final = 10
COLLEAGUES_MAX: Final = 500
STANDINGS: Final[dict[str, tuple[str, Tone]]] = {
    "open": ("审签中", "warn"),
    "passed": ("全部同意", "good"),
    "returned": ("已退回", "bad"),
    "used": ("已办理", "good"),
    "lapsed": ("已失效，要重新送审", "plain"),
    "replaced": ("已重新送审", "plain"),
}


def faces(
    printer: Printer, known: Known, reader: Reader, view: View, personal: Mapping[int, Data]
) -> tuple[ApprovalFace, ...]:
    """The newest approvals of a matter, last first; `personal` values by number of their event."""
    procedure, state = known.procedure, known.state
    newest = state.approvals[::-1][:APPROVALS_SHOWN_MAX]
    faces = [_face(printer, procedure, state, one, reader) for one in newest]
    if not view.history:
        return tuple(faces)
    return tuple(
        replace(
            face,
            values=_values(printer, procedure, one, personal.get(one.seq, {}), view),
            changed=_changed(printer, known, one, personal, view),
            foretold=proposed(printer, known, one, personal.get(one.seq, {}), view)
            if one.standing in ("open", "passed")
            else None,
        )
        for face, one in zip(faces, newest, strict=True)
    )


def proposed(printer: Printer, known: Known, one: Approval, personal: Data, view: View) -> Foretold:
    """What the proposed act would come to, taken now by whoever proposed it."""
    given = {**one.values, **values_of(personal)}
    return foretold(printer, known, view, one.act, one.by, given)


def rounds(state: State) -> dict[int, int]:
    """Of every proposal, by its number: which time its act is proposed since it was last taken."""
    return {one.seq: len(_before(state, one)) + 1 for one in state.approvals}


def in_round(line: Line, event: Event, rounds: Mapping[int, int]) -> Line:
    """The line with the proposal it belongs to, and which round of its act that is.

    So it is told of a proposal, of its signatures and of the act that was taken by it.
    """
    number = event.seq if event.act == "seek_approval" else event.data.get("proposal")
    if event.act not in ("seek_approval", "sign_off"):
        number = event.data.get(APPROVED)
    if not isinstance(number, int):
        return line
    own = event.act == "seek_approval"
    return replace(line, proposal=0 if own else number, round=rounds.get(number, 0))


def _before(state: State, one: Approval) -> list[Approval]:
    """The earlier rounds of the same act, since it was last taken."""
    found: list[Approval] = []
    for each in state.approvals:
        if each.act == one.act and each.seq < one.seq:
            found = [] if each.standing == "used" else [*found, each]
    return found


def _changed(
    printer: Printer, known: Known, one: Approval, personal: Mapping[int, Data], view: View
) -> tuple[Changed, ...]:
    """What the round before had otherwise, as far as this reader sees it."""
    before = _before(known.state, one)
    if not before:
        return ()
    last = before[-1]
    given = {**one.values, **values_of(personal.get(one.seq, {}))}
    earlier = {**last.values, **values_of(personal.get(last.seq, {}))}
    names = [name for name in {**given, **earlier} if given.get(name) != earlier.get(name)]

    def shown(values: Data, name: str) -> Shown | None:
        told = {name: values[name]} if name in values else {}
        return next(iter(printer.values(known.procedure, one.act, told, view)), None)

    pairs = [(shown(earlier, name), shown(given, name)) for name in names]
    return tuple(
        Changed(
            label=either.label,
            before=old.value if old is not None else "",
            now=new.value if new is not None else "",
        )
        for old, new in pairs
        if (either := new or old) is not None
    )


def _values(
    printer: Printer, procedure: Procedure, one: Approval, personal: Data, view: View
) -> tuple[Shown, ...]:
    """What the act will take, as its own record would show it to this reader."""
    given = {**one.values, **values_of(personal)}
    return printer.values(procedure, one.act, given, view)


def _face(
    printer: Printer, procedure: Procedure, state: State, one: Approval, reader: Reader
) -> ApprovalFace:
    done = {each.seq: each for each in state.done}
    proposed = done[one.seq]
    before = _before(state, one)
    name, tone = STANDINGS[one.standing]
    day = printer.now.astimezone(printer.rules.zone).date()
    chain = next((each for each in procedure.approvals if each.id == one.chain), None)
    return ApprovalFace(
        seq=one.seq,
        act=act_name(procedure, one.act),
        by=person_name(one.by.person),
        when=printer.instant(proposed.happened_at),
        text=str(proposed.data.get("text") or ""),
        standing=one.standing,
        standing_name=name,
        tone=tone,
        stages=tuple(
            _stage(printer, state, one, number, stage, done)
            for number, stage in enumerate(one.stages)
        ),
        articles=printer.articles(one.cites),
        own=chain.own if chain is not None else "",
        back=_back(state, one),
        mine=any(
            _waits_for(one, state, Actor(person=reader.person, role=role, organ=reader.organ))
            for role in reader.roles
        ),
        for_act=one.act,
        values=(),
        binds=one == binding(procedure, state, one.act, day),
        round=len(before) + 1,
        before_back=_back(state, before[-1]) if before else "",
    )


def _back(state: State, one: Approval) -> str:
    """Why it was sent back last; "" if nobody did."""
    backs = [
        each
        for each in state.done
        if each.act == "sign_off"
        and each.data.get("proposal") == one.seq
        and each.data.get("verdict") == "back"
    ]
    return str(backs[-1].data.get("text") or "") if backs else ""


def _waits_for(one: Approval, state: State, actor: Actor) -> bool:
    signed = any(each.actor.person == actor.person for each in one.signatures)
    is_open = one in waiting(state) and one.by.person != actor.person and not signed
    return is_open and seat_for(one, actor) is not None


def _stage(
    printer: Printer,
    state: State,
    one: Approval,
    number: int,
    stage: Stage,
    done: dict[int, Done],
) -> StageFace:
    given = {each.seat: each for each in one.signatures if each.stage == number}
    seats = []
    for place, seat in enumerate(stage.seats):
        signature = given.get(place)
        act = done.get(signature.seq) if signature is not None else None
        seats.append(
            SeatFace(
                name=seat.name,
                person=person_name(seat.person) if seat.person else "",
                organ=printer.organ(seat.organ) if seat.organ != state.owner.organ else "",
                signed_by=person_name(signature.actor.person) if signature is not None else "",
                when=printer.instant(act.happened_at) if act is not None else "",
                for_absent=str(act.data.get("for_absent") or "") if act is not None else "",
                seq=signature.seq if signature is not None else 0,
            )
        )
    return StageFace(
        name=stage.name, seats=tuple(seats), now=one.standing == "open" and one.stage == number
    )


# ── forms ────────────────────────────────────────────────────────────────────────────────────


def offered(act: Act, procedure: Procedure, state: State, reader: Reader) -> Act:
    """The act with what its form offers: acts to propose, colleagues, stages, earlier holders."""
    if act.refusal is not None or act.id not in ("seek_approval", "sign_off", "return"):
        return act
    form = tuple(_field(act, one, procedure, state, reader) for one in act.form)
    empty = [one.name for one in form if one.name in ("to_stage", "to_holder") and not one.choices]
    return replace(act, form=tuple(one for one in form if one.name not in empty))


def _field(
    act: Act, field: FormField, procedure: Procedure, state: State, reader: Reader
) -> FormField:
    choices: list[tuple[str, str]] = []
    actor = Actor(person=reader.person, role=act.role, organ=reader.organ)
    mine = [one for one in waiting(state) if _waits_for(one, state, actor)]
    if field.name == "for_act":
        wanted = {each for chain in procedure.approvals for each in chain.acts}
        names = proposable(procedure, state)
        first = [name for name in names if name in wanted]
        choices = [(name, names[name]) for name in dict.fromkeys((*first, *names))]
    elif field.name in SIGNERS:
        people = posts.colleagues(state.owner.organ, [*procedure.roles], COLLEAGUES_MAX)
        choices = [(one, person_name(one)) for one in people if one != reader.person]
    elif field.name == "proposal":
        choices = [(str(one.seq), act_name(procedure, one.act)) for one in mine]
        value = choices[0][0] if len(choices) == 1 else ""
        return replace(field, choices=tuple(choices), value=value)
    elif field.name == "to_stage" and mine:
        stages = mine[0].stages[: mine[0].stage]
        choices = [(str(number), one.name) for number, one in enumerate(stages, start=1)]
    elif field.name == "to_holder":
        choices = [(key_of(one), _holder(one.organ, one.person)) for one in holders(state)]
    return replace(field, choices=tuple(choices)) if choices else field


def _holder(organ: str, person: str | None) -> str:
    name = rules.current().organ_name(organ)
    return f"{name} · {person_name(person)}" if person else name
