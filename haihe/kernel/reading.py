"""Who may see what of a matter, for which purpose: the rule behind the one door out.

Basis: 个人信息保护法 (purpose, least scope), 治安管理处罚法（2025）94, 138, and our own rule
haihe#need-to-know: no purpose, no reading; personal values are masked unless they are needed.
Minors: haihe#minors, and where the matter rests on them 治安管理处罚法（2025）136, 刑事诉讼法 286.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, Literal

from msgspec.structs import replace

from haihe.kernel.approval import organs_signing
from haihe.kernel.fields import is_day
from haihe.kernel.procedure import Procedure, Step
from haihe.kernel.standing import (
    CONSENT,
    Reader,
    ReaderKind,
    is_about,
    knows_of,
    may_go_on,
    supervises,
    within,
)
from haihe.kernel.state import State
from haihe.kernel.values import Datum, Frozen, Refused

__all__ = ["PURPOSES", "Reader", "ReaderKind", "View", "concerns_minor", "masked", "may_read"]

PURPOSES: Final[dict[str, str]] = {
    "handle": "办理",
    "answer": "协办答复",
    "supervise": "监督",
    "audit": "审计",
    "own": "查询本人",
    "publish": "公开",
    "statistics": "统计",
    "maintain": "技术维护",
}
NEED_MIN: Final = 4  # letters a stated need has at least
COUNTED_TYPES: Final = frozenset({"choice", "yes_no", "number", "integer", "day"})
CITES: Final = ("haihe#need-to-know",)
UNKNOWN: Final = "unknown_matter"  # the reason of a refusal that tells nothing
MINOR: Final = "minor_involved"  # says of the whole matter whether it concerns a minor
MINORS_RULE: Final = "haihe#minors"
# The law a matter rests on, and its article on sealing the record.
SEALING: Final = {
    "psp-2025": "psp-2025#136",
    "criminal-procedure-2018": "criminal-procedure-2018#286",
}

Sight = Literal["clear", "masked", "hidden"]


class View(Frozen, frozen=True, kw_only=True):
    """What a reader sees: every field as clear, masked or hidden, and which parts of the file.

    State, owner and clocks are seen by whoever sees the matter at all. `history`: the acts and
    who took them; `acts`: what may be done next; `personal`: personal values in clear. `unseen`
    names the acts that are left out of the history, with the matters they opened; `shielded`: the
    reader must not learn who of the public opened it, nor from which matter that came.
    """

    fields: dict[str, Sight]
    history: bool
    acts: bool
    personal: bool
    unseen: frozenset[str] = frozenset()
    shielded: bool = False

    def shows(self, field: str, value: Datum) -> Datum:
        """The value as this reader sees it; None where it is hidden."""
        sight = self.fields.get(field, "hidden")
        if sight == "hidden":
            return None
        return value if sight == "clear" else masked(value)


def may_read(reader: Reader, purpose: str, state: State, procedure: Procedure) -> View | Refused:
    """What this reader sees of this matter for this purpose, or why nothing at all."""
    if purpose not in PURPOSES:
        listed = "、".join(f"{word}（{key}）" for key, word in PURPOSES.items())
        return _refused("wrong_value", "没有写明查阅目的", f"请选择：{listed}")
    if not knows_of(reader, state, procedure):
        return unknown()
    found = _of_minors(reader, purpose, state, procedure)
    if isinstance(found, Refused):
        return found
    return _without_informant(
        _without_confined(found, reader, state, procedure), reader, state, procedure
    )


def unknown(matter: str = "") -> Refused:
    """What is said of a matter that does not exist, and of one somebody may not know of."""
    return Refused(
        reason=UNKNOWN,
        says=f"没有编号为{matter[:40]}的事项。" if matter else "没有这个事项。",
        instead="请核对事项编号；从收件箱或者查询结果中打开事项。",
        cites=CITES,
        field="matter",
    )


def _of_minors(reader: Reader, purpose: str, state: State, procedure: Procedure) -> View | Refused:
    """What a reader sees, minors and sealed records considered."""
    if not concerns_minor(state, procedure):
        return _usual(reader, purpose, state, procedure)
    if state.ended and not _opens_seal(reader, purpose, state, procedure):
        return _sealed(procedure)
    found = _usual(reader, purpose, state, procedure)
    if isinstance(found, Refused) or _sees_minors(reader, purpose, state, procedure):
        return found
    return _without_names(found, procedure)


def concerns_minor(state: State, procedure: Procedure) -> bool:
    """Whether a minor is involved, by the yes/no fields that `minors` of the procedure names.

    `minor_involved` counts as it is now, for it may be corrected; any other is a fact about one
    act (the person questioned) and counts once it was true.
    """
    if MINOR in procedure.minors and state.fields.get(MINOR) is True:
        return True
    others = [name for name in procedure.minors if name != MINOR]
    return any(done.data.get(name) is True for done in state.done for name in others)


def _usual(reader: Reader, purpose: str, state: State, procedure: Procedure) -> View | Refused:
    """What a reader sees where nobody is a minor."""
    if reader.kind == "citizen":
        return _for_citizen(reader, purpose, state, procedure)
    if reader.kind == "administrator":
        return _for_administrator(purpose, procedure)
    if purpose == "supervise" or purpose == "audit":
        return _for_supervisor(reader, state, procedure)
    if purpose == "statistics" and supervises(reader, procedure) and within(reader, state):
        return _counted(procedure)
    return _for_officer(reader, purpose, state, procedure)


def masked(value: Datum) -> Datum:
    """A value with its middle covered: 张*, 138****5678, 120101********7653; lists item by item."""
    if isinstance(value, list):
        return [_masked_text(one) for one in value]
    if isinstance(value, str):
        return _masked_text(value)
    return "＊" if value is not None else None


def _masked_text(text: str) -> str:
    if is_day(text):
        return f"{text[:4]}-**-**"
    length = len(text)
    if length >= 15 and re.fullmatch(r"[0-9Xx]+", text):
        return text[:6] + "*" * (length - 10) + text[-4:]
    if length >= 7 and re.fullmatch(r"[0-9+ -]+", text):
        return text[:3] + "*" * (length - 7) + text[-4:]
    return text[:1] + "*" * min(max(length - 1, 1), 8)


def _view(
    procedure: Procedure,
    *,
    plain: Sight,
    personal: Sight,
    history: bool,
    acts: bool,
) -> View:
    fields: dict[str, Sight] = {
        name: personal if field.personal else plain for name, field in procedure.fields.items()
    }
    return View(fields=fields, history=history, acts=acts, personal=personal == "clear")


def _refused(reason: str, says: str, instead: str) -> Refused:
    return Refused(reason=reason, says=says, instead=instead, cites=CITES)


def _not_yours(instead: str) -> Refused:
    return _refused("not_yours", "以这个目的查阅本事项，不在您的职责之内", instead)


def _for_citizen(
    reader: Reader, purpose: str, state: State, procedure: Procedure
) -> View | Refused:
    """With the code: state, owner, clocks and what the citizen brought; without it: nothing."""
    if purpose != "own" or not reader.holds_code:
        return _not_yours("请用查询码查询本人的事项；没有查询码的，向承办单位询问")
    opener = state.done[0].actor
    own = _brought(state, procedure)
    is_opener = (
        bool(reader.person)
        and reader.person == opener.person
        and _is_public(procedure, opener.role)
    )
    fields: dict[str, Sight] = {}
    for name, field in procedure.fields.items():
        if name not in own:
            fields[name] = "hidden"
        else:
            fields[name] = "masked" if field.personal and not is_opener else "clear"
    return View(fields=fields, history=False, acts=True, personal=is_opener)


def _brought(state: State, procedure: Procedure) -> frozenset[str]:
    """The fields that came with the opening, or that a citizen gave later."""
    names: set[str] = set()
    for number, done in enumerate(state.done):
        if number == 0 or _is_public(procedure, done.actor.role):
            names.update(done.data, done.sealed)
    return frozenset(names)


def _is_public(procedure: Procedure, role: str) -> bool:
    known = procedure.roles.get(role)
    return known is not None and known.stands == "public"


def _for_administrator(purpose: str, procedure: Procedure) -> View | Refused:
    """Those who keep the machines see how a matter moves, never what is in it."""
    if purpose == "maintain":
        return _view(procedure, plain="hidden", personal="hidden", history=True, acts=False)
    if purpose == "statistics":
        return _counted(procedure)
    return _not_yours("系统管理人员只能为技术维护或者统计查阅，看不到内容")


def _for_supervisor(reader: Reader, state: State, procedure: Procedure) -> View | Refused:
    """Everything, personal values masked; in clear where a need is stated.

    Nobody supervises the own organ: what it has is read to handle it, or by somebody else.
    """
    if not supervises(reader, procedure):
        return _not_yours("监督由监督岗位的人员进行；办理人员请以办理为目的查阅")
    if reader.serves_in(state.owner.organ):
        return _not_yours("本单位承办的事项由别的单位监督；办理人员请以办理为目的查阅")
    if not within(reader, state):
        return _not_yours("这件事项的承办单位不在您的监督范围内，请由它的上级监督单位查阅")
    return _view(
        procedure,
        plain="clear",
        personal="clear" if _needs(reader) else "masked",
        history=True,
        acts=True,
    )


def _needs(reader: Reader) -> bool:
    return len(reader.need.strip()) >= NEED_MIN


# ── minors ───────────────────────────────────────────────────────────────────────────────────


def _handles(reader: Reader, purpose: str, state: State, procedure: Procedure) -> bool:
    """A handler of the organ that has the matter, to handle it."""
    return (
        purpose == "handle"
        and reader.kind in ("officer", "supervisor")
        and reader.serves_in(state.owner.organ)
        and any(role in procedure.roles for role in reader.roles)
    )


def _oversees(reader: Reader, purpose: str, state: State, procedure: Procedure) -> bool:
    """A supervisor who says why, to supervise."""
    return (
        purpose == "supervise"
        and reader.kind in ("officer", "supervisor")
        and supervises(reader, procedure)
        and not reader.serves_in(state.owner.organ)
        and within(reader, state)
        and _needs(reader)
    )


def _sees_minors(reader: Reader, purpose: str, state: State, procedure: Procedure) -> bool:
    return _handles(reader, purpose, state, procedure) or _oversees(
        reader, purpose, state, procedure
    )


def _opens_seal(reader: Reader, purpose: str, state: State, procedure: Procedure) -> bool:
    """Who still reads a sealed record.

    The party by the follow code (without names), a supervisor who says why, and of the organ that
    has it: everybody while an objection is open, whoever took a step of it, and with a stated need
    a role that may take the ended matter further (reopening it, filing it).
    """
    if reader.kind == "citizen":
        return purpose == "own" and reader.holds_code
    if _oversees(reader, purpose, state, procedure):
        return True
    if not _handles(reader, purpose, state, procedure):
        return False
    took_part = any(
        one.actor.person == reader.person and reader.serves_in(one.actor.organ)
        for one in state.done
    )
    return state.contested or took_part or (_needs(reader) and _goes_on(reader, state, procedure))


def _goes_on(reader: Reader, state: State, procedure: Procedure) -> bool:
    """Whether a role of this reader may take a step from the state the matter ended in."""
    return any(
        state.state in step.from_ and role in step.by
        for step in procedure.steps.values()
        for role in reader.roles
    )


def _sealed(procedure: Procedure) -> Refused:
    """That the record exists and is sealed, by which article, and nothing else of it."""
    cited = {
        cite.partition("#")[0]
        for cites in (procedure.basis, *(step.cites for step in procedure.steps.values()))
        for cite in cites
    }
    return Refused(
        reason="sealed",
        says="本事项涉及未成年人，已经结束，记录已经封存",
        instead="办案需要或者依国家规定查询的，由监督人员以监督为目的写明理由查阅；"
        "需要继续办理的，由承办单位有权办理的人员写明理由查阅",
        cites=(MINORS_RULE, *(article for law, article in SEALING.items() if law in cited)),
    )


def _without_names(view: View, procedure: Procedure) -> View:
    """The same with every personal field hidden, not only masked."""
    fields: dict[str, Sight] = {
        name: "hidden" if name in procedure.fields and procedure.fields[name].personal else sight
        for name, sight in view.fields.items()
    }
    return View(fields=fields, history=view.history, acts=view.acts, personal=False)


# ── what is kept from some ───────────────────────────────────────────────────────────────────


def _without_confined(view: View, reader: Reader, state: State, procedure: Procedure) -> View:
    """Confined fields (notes of a talk with one side): for handlers of the owner only."""
    confined = [name for name, field in procedure.fields.items() if field.confined]
    known = any(role in procedure.roles for role in reader.roles)
    if not confined or (known and reader.serves_in(state.owner.organ)):
        return view
    return _hiding(view, confined)


def _without_informant(view: View, reader: Reader, state: State, procedure: Procedure) -> View:
    """The organ it is about never learns who reported or rated, nor that and how somebody rated."""
    if not is_about(reader, state, procedure):
        return view
    told = [
        name
        for name, field in procedure.fields.items()
        if field.informant and not (field.personal and _agreed(reader, state))
    ]
    unseen = frozenset(
        name for name, step in procedure.steps.items() if _tells_only(step, procedure)
    )
    return replace(_hiding(view, told), unseen=unseen, shielded=True)


def _agreed(reader: Reader, state: State) -> bool:
    """Whoever rated agreed to be called, and the reader is not the one who was rated."""
    return state.fields.get(CONSENT) is True and not reader.rated


def _tells_only(step: Step, procedure: Procedure) -> bool:
    """Whether a step is one of the public, and tells nothing but what the informant tells."""
    return bool(step.asks) and all(
        procedure.fields[name].informant for name in (*step.asks, *step.may_ask)
    )


def _hiding(view: View, names: Iterable[str]) -> View:
    """The same view without these fields."""
    return replace(view, fields={**view.fields, **dict.fromkeys(names, "hidden")})


def _counted(procedure: Procedure) -> View:
    """For counting: closed answers and numbers, no words and nothing personal."""
    fields: dict[str, Sight] = {
        name: "clear" if field.type in COUNTED_TYPES and not field.personal else "hidden"
        for name, field in procedure.fields.items()
    }
    return View(fields=fields, history=False, acts=False, personal=False)


def _for_officer(
    reader: Reader, purpose: str, state: State, procedure: Procedure
) -> View | Refused:
    owns = reader.serves_in(state.owner.organ)
    helps = any(reader.serves_in(one.organ) for one in state.co_handlers)
    asked = any(reader.serves_in(one.organ) for one in state.requests)
    asked = asked or any(map(reader.serves_in, organs_signing(state)))
    had_it = any(reader.serves_in(one.organ) for one in state.earlier_owners)
    known = any(role in procedure.roles for role in reader.roles)
    if purpose == "handle" and known and (owns or helps):
        return _view(procedure, plain="clear", personal="clear", history=True, acts=True)
    if purpose in ("handle", "answer") and (asked or (known and (owns or helps or had_it))):
        return _view(procedure, plain="clear", personal="masked", history=True, acts=True)
    if purpose == "publish" and known and owns:
        return _view(procedure, plain="clear", personal="hidden", history=True, acts=False)
    if purpose == "handle" and (
        may_go_on(reader, state, procedure)
        or (supervises(reader, procedure) and within(reader, state))
    ):
        return _view(procedure, plain="clear", personal="masked", history=True, acts=True)
    return _not_yours("请由承办、协办单位的人员办理；监督人员请以监督为目的查阅")
