"""Approval before an act is taken: who must sign in which order, and whether all have.

House rule haihe#approval; what a law asks (two officers, 行政处罚法42; the head, 行政处罚法57) is
cited by the chain that asks it. A proposal keeps the stages of its day: a chain that is composed
anew strands nothing that runs. Nobody signs what they proposed, nor takes what they signed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

import msgspec
from msgspec.structs import replace

from haihe.kernel.acts import ACTS
from haihe.kernel.procedure import Chain, Procedure, Seat, Stage
from haihe.kernel.state import Approval, Signature, State
from haihe.kernel.values import Actor, Data, Datum, Event, Refused

CITES: Final = ("haihe#approval",)
# The acts of every kind that may be proposed for approval, beside the steps of the procedure.
PROPOSABLE: Final = ("transfer", "co_handle", "extend", "suspend", "escalate", "request", "merge")
SIGNERS: Final = ("signer", "second_signer")
NAMED: Final = "另请签字"
PROPOSED: Final = "with."  # a value of the act in its proposal; no field has a dot in its name
APPROVED: Final = "approval.seq"  # in the event of an act: the number of its approved proposal
STAGES_MAX: Final = 12
SEATS_MAX: Final = 12

_encode = msgspec.json.Encoder().encode
_stage = msgspec.json.Decoder(Stage).decode


def chain_of(procedure: Procedure, act: str, organ: str, day: date) -> Chain | None:
    """The chain of an act in the matters of an organ on a day; one of its own before one of all."""
    found = [
        one
        for one in procedure.approvals
        if act in one.acts
        and (not one.organs or organ in one.organs)
        and one.since <= day
        and (one.until is None or day <= one.until)
    ]
    return min(found, key=lambda one: not one.organs, default=None)


def newest(state: State, act: str) -> Approval | None:
    """The last proposal of an act that was neither replaced nor used."""
    alive = (one for one in reversed(state.approvals) if one.standing not in ("replaced", "used"))
    return next((one for one in alive if one.act == act), None)


def waiting(state: State) -> tuple[Approval, ...]:
    """The proposals that wait for a signature; none of an ended matter."""
    return () if state.ended else tuple(one for one in state.approvals if one.standing == "open")


def turns(state: State) -> tuple[Seat, ...]:
    """The seats whose turn it is to sign."""
    found: list[Seat] = []
    for one in waiting(state):
        signed = {each.seat for each in one.signatures if each.stage == one.stage}
        seats = one.stages[one.stage].seats
        found += [seat for number, seat in enumerate(seats) if number not in signed]
    return tuple(found)


def organs_signing(state: State) -> frozenset[str]:
    """The organs whose turn it is, and those that signed or sent back."""
    asked = {seat.organ for seat in turns(state)}
    signed = {done.actor.organ for done in state.done if done.act == "sign_off"}
    return frozenset(asked | signed)


# ── may the act be taken ─────────────────────────────────────────────────────────────────────


def wanting(
    procedure: Procedure, state: State, act: str, name: str, actor: Actor, day: date
) -> Refused | None:
    """Why an act may not be taken yet, for want of an approval; None if it may."""
    if not procedure.approvals and not state.approvals:
        return None
    chain = chain_of(procedure, act, state.owner.organ, day)
    asked = newest(state, act)
    if asked is None or (asked.standing == "lapsed" and chain is None):
        return None if chain is None else _not_proposed(chain, name, asked)
    if chain is None and asked.chain:
        return None  # nobody asks for it any more
    cites = (chain.cites if chain is not None else asked.cites) or CITES
    if asked.standing == "passed":
        return _own_signature(name, cites) if _signed_by(asked, actor.person) else None
    if asked.standing == "open":
        said = "、".join(who(seat) for seat in _missing(asked))
        return _refused("need_unmet", f"“{name}”还在审签，等{said}签字", "请等审签完", cites)
    if asked.standing == "returned":
        return _refused(
            "need_unmet", f"“{name}”的送审被退回了", "请按退回的理由改好，再重新“送审”", cites
        )
    assert chain is not None, "a lapsed proposal without a chain was answered above"
    return _not_proposed(chain, name, asked)


def told(chain: Chain) -> str:
    """A chain in words: 教导员→所长、法制员."""
    return "→".join("、".join(who(seat) for seat in one.seats) for one in chain.stages)


def who(seat: Seat) -> str:
    """Whose signature it is."""
    return seat.name


def _not_proposed(chain: Chain, name: str, asked: Approval | None) -> Refused:
    if asked is not None:
        return _refused(
            "need_unmet",
            f"“{name}”送审以后，事项又有了变化",
            f"请重新“送审”（{told(chain)}）",
            chain.cites,
        )
    return _refused("need_unmet", f"“{name}”要先经审签（{told(chain)}）", "请先“送审”", chain.cites)


def _own_signature(name: str, cites: tuple[str, ...]) -> Refused:
    return _refused(
        "same_person",
        f"“{name}”的审签里有您的签字，不能再由您办理",
        "请由送审的人或者其他人员办理",
        cites,
    )


def _refused(
    reason: str, says: str, instead: str, cites: tuple[str, ...] = CITES, field: str | None = None
) -> Refused:
    return Refused(reason=reason, says=says, instead=instead, cites=cites, field=field)


def _missing(approval: Approval) -> tuple[Seat, ...]:
    signed = {one.seat for one in approval.signatures if one.stage == approval.stage}
    seats = approval.stages[approval.stage].seats
    return tuple(seat for number, seat in enumerate(seats) if number not in signed)


def _signed_by(approval: Approval, person: str) -> bool:
    return any(one.actor.person == person for one in approval.signatures)


def values_of(data: Mapping[str, Datum]) -> Data:
    """The values that a proposal carries, by the names of the form of its act."""
    return {
        name.removeprefix(PROPOSED): value
        for name, value in data.items()
        if name.startswith(PROPOSED)
    }


# ── proposing ────────────────────────────────────────────────────────────────────────────────


def proposable(procedure: Procedure, state: State) -> dict[str, str]:
    """The acts that may be proposed now, with their names: steps from here, and general ones."""
    found: dict[str, str] = {}
    for name, step in procedure.steps.items():
        roles = (procedure.roles[role] for role in step.by)
        if state.state in step.from_ and any(role.stands != "public" for role in roles):
            found[name] = step.name
    return found | {name: ACTS[name].name for name in PROPOSABLE}


def judge_propose(
    procedure: Procedure, state: State, actor: Actor, data: Data, day: date
) -> Refused | None:
    """Whether the act can be proposed, and those who must be named are."""
    act = str(data["for_act"])
    names = proposable(procedure, state)
    if act not in names:
        listed = "、".join(f"“{name}”" for name in names.values())
        return _refused(
            "wrong_value", "现在没有这一步可以送审", f"可以送审的是：{listed}", field="for_act"
        )
    named = [str(data[one]) for one in SIGNERS if data.get(one)]
    if actor.person in named:
        return _refused("same_person", "不能请自己签字", "请选另一位人员", field="signer")
    if len(set(named)) != len(named):
        return _refused("wrong_value", "两处是同一个人", "请选不同的人员", field="second_signer")
    chain = chain_of(procedure, act, state.owner.organ, day)
    if chain is None:
        if named:
            return None
        return _refused(
            "wrong_value",
            f"“{names[act]}”不需要审签",
            "可以直接办理；想请同事签字的，在“请谁签字”里选人",
            field="signer",
        )
    wanted = sum(seat.named for stage in chain.stages for seat in stage.seats)
    if len(named) < wanted:
        return _refused(
            "missing_field",
            f"“{names[act]}”要另外{wanted}人签字，还没有选齐",
            "请在“请谁签字”里选人",
            chain.cites,
            SIGNERS[len(named)],
        )
    return None


def stages_proposed(
    procedure: Procedure, state: State, data: Data, day: date, instead_of: Mapping[str, str]
) -> Data:
    """What a proposal's event keeps: the stages as they are on this day, their chain, its articles.

    The seats of the matter's organ are filled with its id and named ones with their person;
    colleagues beyond those that the chain wants are asked first. A body that the matter reports on
    is never asked: `instead_of` says which one above it is.
    """
    chain = chain_of(procedure, str(data["for_act"]), state.owner.organ, day)
    named = [str(data[one]) for one in SIGNERS if data.get(one)]
    stages: list[Stage] = []
    for stage in chain.stages if chain is not None else ():
        seats: list[Seat] = []
        for seat in stage.seats:
            organ = seat.organ or state.owner.organ
            organ = instead_of.get(organ, organ)
            person = named.pop(0) if seat.named else ""
            seats.append(replace(seat, organ=organ, person=person))
        stages.append(replace(stage, seats=tuple(seats)))
    if named:
        asked = tuple(
            Seat(name=NAMED, organ=state.owner.organ, named=True, person=one) for one in named
        )
        stages.insert(0, Stage(name=NAMED, seats=asked))
    return {
        "stages": [_encode(one).decode() for one in stages],
        "chain": chain.id if chain is not None else "",
        "cites": list(chain.cites if chain is not None else CITES),
    }


# ── signing ──────────────────────────────────────────────────────────────────────────────────


def seat_for(approval: Approval, actor: Actor) -> tuple[int, bool] | None:
    """The seat this actor may sign in the stage whose turn it is, and whether as a deputy."""
    if approval.standing != "open":
        return None
    signed = {one.seat for one in approval.signatures if one.stage == approval.stage}
    free = [
        (number, seat)
        for number, seat in enumerate(approval.stages[approval.stage].seats)
        if number not in signed and seat.organ == actor.organ
    ]
    for number, seat in free:
        if seat.person == actor.person if seat.named else actor.role in seat.roles:
            return number, False
    for number, seat in free:
        if actor.role in seat.deputies:
            return number, True
    return None


def before_sign(state: State, actor: Actor) -> Refused | None:
    """Why there is nothing that this actor may sign; None if there is."""
    open_ones = waiting(state)
    if not open_ones:
        return _refused("no_request", "本事项没有等待审签的步骤", "有意见的，请用批注")
    mine = [one for one in open_ones if seat_for(one, actor) is not None]
    if not mine:
        said = "、".join(who(seat) for seat in turns(state))
        return _refused("not_yours", f"还没有轮到您审签，现在等{said}", "请由轮到的人签字")
    return None if any(_may_sign(one, actor) for one in mine) else _twice(mine[0], actor)


def _may_sign(approval: Approval, actor: Actor) -> bool:
    return approval.by.person != actor.person and not _signed_by(approval, actor.person)


def _twice(approval: Approval, actor: Actor) -> Refused:
    own = approval.by.person == actor.person
    says = "这是您本人送审的，不能由您审签" if own else "您已经签过字，不能再签一次"
    return _refused("same_person", says, "请由其他人员审签", approval.cites or CITES)


def judge_sign(state: State, actor: Actor, data: Data) -> Refused | None:
    """The rules of a signature about what was given."""
    approval = next((one for one in waiting(state) if one.seq == data["proposal"]), None)
    found = seat_for(approval, actor) if approval is not None else None
    if approval is None or found is None:
        return _refused(
            "wrong_value",
            "没有等您审签的这一件",
            "请重新打开卷宗，选择等您审签的",
            field="proposal",
        )
    if not _may_sign(approval, actor):
        return _twice(approval, actor)
    if found[1] and not data.get("for_absent"):
        seat = approval.stages[approval.stage].seats[found[0]]
        return _refused(
            "missing_field",
            f"您是替“{seat.name}”代签，没有写明代签的原因",
            "请写明替谁、为什么（例如：本人出差）",
            approval.cites or CITES,
            "for_absent",
        )
    if data["verdict"] == "agree":
        return None
    if not data.get("text"):
        return _refused("missing_field", "退回没有写明理由", "请写明要改什么", field="text")
    to_stage = data.get("to_stage")
    if to_stage is not None and not (isinstance(to_stage, int) and to_stage <= approval.stage):
        return _refused(
            "wrong_value", "只能退回已经审签过的环节", "不选的，退回送审的人", field="to_stage"
        )
    return None


# ── what an event makes of the approvals ─────────────────────────────────────────────────────


def after_event(procedure: Procedure, before: State, after: State, event: Event) -> State:
    """The matter with its approvals as they are after this event."""
    if event.act == "seek_approval":
        return replace(after, approvals=(*_replaced(before, event), _proposed(event)))
    if not before.approvals:
        return after
    if event.act == "sign_off":
        changed = tuple(
            _signed(one, event) if one.seq == event.data.get("proposal") else one
            for one in before.approvals
        )
        return replace(after, approvals=changed)
    role = procedure.roles.get(event.actor.role)
    by_staff = event.act in procedure.steps and (role is None or role.stands != "public")
    changes = by_staff or before.owner.organ != after.owner.organ
    changed = tuple(_touched(one, event, changes=changes) for one in before.approvals)
    if APPROVED in event.data:  # it tells of the act, and is no fact of the matter
        fields = {name: value for name, value in after.fields.items() if name != APPROVED}
        after = replace(after, fields=fields)
    return after if changed == before.approvals else replace(after, approvals=changed)


def _replaced(state: State, event: Event) -> tuple[Approval, ...]:
    act = event.data.get("for_act")
    return tuple(
        replace(one, standing="replaced") if one.act == act and one.standing != "used" else one
        for one in state.approvals
    )


def _proposed(event: Event) -> Approval:
    stages, cites = event.data.get("stages"), event.data.get("cites")
    return Approval(
        seq=event.seq,
        act=str(event.data.get("for_act")),
        by=event.actor,
        chain=str(event.data.get("chain") or ""),
        stages=tuple(_stage(one) for one in stages) if isinstance(stages, list) else (),
        cites=tuple(cites) if isinstance(cites, list) else (),
        values=values_of(event.data),
        sealed=event.sealed,
    )


def _signed(approval: Approval, event: Event) -> Approval:
    found = seat_for(approval, event.actor)
    if found is None:
        return approval  # withdrawn beneath it: the seat is not there any more
    if event.data.get("verdict") != "agree":
        to_stage = event.data.get("to_stage")
        if not isinstance(to_stage, int):
            return replace(approval, standing="returned")
        kept = tuple(one for one in approval.signatures if one.stage < to_stage - 1)
        return replace(approval, signatures=kept)
    signature = Signature(seq=event.seq, stage=approval.stage, seat=found[0], actor=event.actor)
    signed = replace(approval, signatures=(*approval.signatures, signature))
    return replace(signed, standing="passed") if signed.stage == len(signed.stages) else signed


def _touched(approval: Approval, event: Event, *, changes: bool) -> Approval:
    """Taken: used. Another organ has the matter, or its own staff took another step: lapsed."""
    if approval.standing not in ("open", "passed", "returned"):
        return approval
    if event.act == approval.act and approval.standing == "passed":
        return replace(approval, standing="used")
    return replace(approval, standing="lapsed") if changes else approval


def swapped(approval: Approval, old: str, new: str) -> Approval:
    """The approval with one body in the place of another, which is closed."""
    stages = tuple(
        replace(
            stage,
            seats=tuple(
                replace(seat, organ=new) if seat.organ == old else seat for seat in stage.seats
            ),
        )
        for stage in approval.stages
    )
    return replace(approval, stages=stages)
