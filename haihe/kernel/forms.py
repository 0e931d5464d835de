"""The form of an act without a page: its fields in order, their types, choices and limits."""

from __future__ import annotations

from haihe.kernel.acts import ACTS
from haihe.kernel.index import index_of
from haihe.kernel.kernel_acts import open_requests
from haihe.kernel.procedure import Field, FieldType, Procedure
from haihe.kernel.state import State
from haihe.kernel.values import Data, Datum, Frozen


class FormField(Frozen, frozen=True, kw_only=True):
    """One field of a form; `now` is what the matter already says of it."""

    id: str
    label: str
    type: FieldType
    required: bool
    personal: bool = False
    hint: str = ""
    choices: dict[str, str] = {}
    at_least: float | None = None
    at_most: float | None = None
    pattern: str = ""
    now: Datum = None


class Form(Frozen, frozen=True, kw_only=True):
    """The form of one act: what it is called, what it asks, what it rests on, what it issues."""

    act: str
    name: str
    fields: tuple[FormField, ...]
    cites: tuple[str, ...]
    issues: tuple[str, ...] = ()
    is_step: bool = True
    is_final: bool = False


def form_of(procedure: Procedure, act: str, state: State | None = None, organ: str = "") -> Form:
    """The form of a step or of a kernel act; KeyError if there is no such act.

    With `state`, fields show what the matter already says and choices are those of this matter
    (its running extendable clocks, the open requests to `organ`).
    """
    step = procedure.steps.get(act)
    known: Data = state.fields if state is not None else {}
    if step is not None:
        fields = tuple(
            _form_field(name, procedure.fields[name], known, required=name in step.asks)
            for name in (*step.asks, *step.may_ask)
        )
        return Form(
            act=act,
            name=step.name,
            fields=fields,
            cites=step.cites,
            issues=step.issues,
            is_final=step.final,
        )
    rule = ACTS[act]
    choices = _kernel_choices(procedure, act, state, organ)
    return Form(
        act=act,
        name=rule.name,
        fields=tuple(
            _kernel_field(name, rule.fields[name], choices.get(name), required=name in rule.asks)
            for name in (*rule.asks, *rule.may_ask)
        ),
        cites=rule.cites,
        is_step=False,
    )


def _form_field(name: str, field: Field, known: Data, *, required: bool) -> FormField:
    return FormField(
        id=name,
        label=field.name,
        type=field.type,
        required=required,
        personal=field.personal,
        hint=field.hint,
        choices=field.choices,
        at_least=field.at_least,
        at_most=field.at_most,
        pattern=field.pattern,
        now=known.get(name),
    )


def _kernel_field(
    name: str,
    field: Field,
    choices: dict[str, str] | None,
    *,
    required: bool,
) -> FormField:
    """A kernel field; where this matter leaves only some values, they become its choices."""
    plain = _form_field(name, field, {}, required=required)
    if choices is None:
        return plain
    return FormField(
        id=name,
        label=field.name,
        type="choice",
        required=required,
        hint=field.hint,
        choices=choices,
    )


def _kernel_choices(
    procedure: Procedure, act: str, state: State | None, organ: str
) -> dict[str, dict[str, str]]:
    if act == "suspend":
        return {"ground": {key: one.name for key, one in procedure.suspend.items()}}
    if act == "extend":
        return {"clock": _extendable(procedure, state), "rank": _ranks(procedure)}
    if act == "answer" and state is not None:
        waiting = open_requests(state, organ)
        return {"request": {str(one.seq): one.question for one in waiting}}
    return {}


def _extendable(procedure: Procedure, state: State | None) -> dict[str, str]:
    """The clocks that law lets be extended, and that have been started."""
    taken = {one.act for one in state.done} if state is not None else None
    return {
        name: plan.rule.name
        for name, plan in index_of(procedure).plans.items()
        if plan.legs and (taken is None or taken & (plan.starts | plan.restarts))
    }


def _ranks(procedure: Procedure) -> dict[str, str]:
    ranks = [
        rank for clock in procedure.clocks.values() for leg in clock.extensions for rank in leg.by
    ]
    return {rank: rank for rank in dict.fromkeys(ranks)}
