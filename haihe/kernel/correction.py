"""A wrong item of a record is put right: the card says what is true, the history what was written.

Basis: haihe#put-right. The corrected matter is the fold of its acts with that item as it should
have been; nobody else's words, no personal value, no file and no body is changed this way.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final, NamedTuple

from haihe.kernel.acts import ACTS, PUT_RIGHT
from haihe.kernel.approval import APPROVED
from haihe.kernel.calendar import Calendar
from haihe.kernel.clocks import clocks
from haihe.kernel.fields import TYPE_WORDS, wrong_value
from haihe.kernel.fold import before, with_item
from haihe.kernel.index import Index
from haihe.kernel.needs import attempt, is_met, refusal_of
from haihe.kernel.procedure import Field, FieldType, Procedure
from haihe.kernel.state import Done, State
from haihe.kernel.values import Data, Datum, Refused

SEPARATOR: Final = "."  # 3.case_no: item case_no of record 3
TYPES: Final[frozenset[FieldType]] = frozenset(
    {"text", "long_text", "number", "integer", "yes_no", "choice", "day", "instant", "texts"}
)
_YES: Final = {"yes": True, "true": True, "是": True, "no": False, "false": False, "否": False}
_LOST: Final = frozenset({"overdue", "late"})


class Item(NamedTuple):
    """An item of a record that can be put right."""

    done: Done
    name: str
    field: Field

    @property
    def key(self) -> str:
        """How a command names it."""
        return f"{self.done.seq}{SEPARATOR}{self.name}"


def items(procedure: Procedure, state: State) -> Iterator[Item]:
    """What can be put right in this matter, in the order of its records.

    Items of steps that stand, which the step asked; not what a signature agreed to.
    """
    for done in state.done:
        step = procedure.steps.get(done.act)
        if step is None or APPROVED in done.data:
            continue
        for name in (*step.asks, *step.may_ask):
            field = procedure.fields[name]
            if name in done.data and field.type in TYPES and not field.personal:
                yield Item(done, name, field)


def judge(
    index: Index, state: State, data: Data, at: datetime, calendar: Calendar
) -> Refused | None:
    """Whether this item may be put right so; `data` names it and says what it should be."""
    procedure = index.procedure
    item = _named(procedure, state, data)
    if item is None:
        return _refused("item", "没有这一项登记，或者它不能这样更正", "请从所列的登记中选择")
    value = read(item.field, str(data["value"]))
    if value is None:
        return _refused(
            "value", f"“{item.field.name}”的值不合要求", f"请填写{TYPE_WORDS[item.field.type]}"
        )
    wrong = wrong_value(item.field, value, index.patterns.get(item.name))
    if wrong is not None:
        return _refused("value", wrong.says, wrong.instead)
    if value == item.done.data[item.name]:
        return _refused("value", "和原来的登记一样", "请填写正确的内容")
    return _judge_needs(procedure, state, item, value, calendar) or _judge_clocks(
        procedure, state, item, value, at, calendar
    )


def told(procedure: Procedure, state: State, data: Data) -> Data:
    """What the event says besides: the number of the record, and the value by its type."""
    item = _named(procedure, state, data)
    assert item is not None, "it was judged"
    return {"record": item.done.seq, "now_reads": read(item.field, str(data["value"]))}


def read(field: Field, text: str) -> Datum:
    """A value as the field holds it, from how it was written; None if it is none of its type."""
    text = text.strip()
    if field.type in ("number", "integer"):
        try:
            number = float(text)
            return int(text) if field.type == "integer" or number == int(number) else number
        except (ValueError, OverflowError):
            return None
    if field.type == "yes_no":
        return _YES.get(text)
    if field.type == "choice":
        return next((key for key, name in field.choices.items() if text in (key, name)), None)
    if field.type == "texts":
        return [line.strip() for line in text.splitlines() if line.strip()]
    return text or None


def _named(procedure: Procedure, state: State, data: Data) -> Item | None:
    return next((one for one in items(procedure, state) if one.key == data["item"]), None)


def _judge_needs(
    procedure: Procedure, state: State, item: Item, value: Datum, calendar: Calendar
) -> Refused | None:
    """A step must have been possible with what is now said of it, as far as it was before."""
    step, done = procedure.steps[item.done.act], item.done
    earlier = before(procedure, state, done.seq)
    was = attempt(procedure, earlier, done.actor, done.data, done.happened_at, calendar)
    data = {**done.data, item.name: value}
    now = attempt(procedure, earlier, done.actor, data, done.happened_at, calendar)
    for need in step.needs:
        if is_met(need, was) and not is_met(need, now):
            return refusal_of(need, step, now)
    return None


def _judge_clocks(
    procedure: Procedure,
    state: State,
    item: Item,
    value: Datum,
    at: datetime,
    calendar: Calendar,
) -> Refused | None:
    """No clock that ran out may be as if it had not."""
    right = with_item(procedure, state, item.done.seq, item.name, value)
    after = {one.id: one for one in clocks(procedure, right, calendar, at, explain=False)}
    for one in clocks(procedure, state, calendar, at, explain=False):
        if one.status in _LOST and (one.id not in after or after[one.id].status not in _LOST):
            return _refused(
                "item",
                f"这样更正，已经超过的“{one.name}”就成了没有超过",
                "期限不能用更正改回来；请用批注写明情况，由监督机构核实",
            )
    return None


def _refused(field: str, says: str, instead: str) -> Refused:
    return Refused(
        reason="wrong_value",
        says=says,
        instead=instead,
        cites=ACTS[PUT_RIGHT].cites,
        field=field,
    )
