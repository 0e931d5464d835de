"""Named conditions that a procedure may demand of a step (`guard: every_co_handler_agreed`)."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from haihe.kernel.state import State
from haihe.kernel.values import Actor, Data


class Guard(NamedTuple):
    """A pure predicate over the matter, the actor and all fields given, with its refusal."""

    holds: Callable[[State | None, Actor, Data], bool]
    says: str
    instead: str


def _taken_by_actor(state: State | None, actor: Actor, _: Data) -> bool:
    return state is not None and state.owner.person == actor.person


def _somebody_took_it(state: State | None, _actor: Actor, _: Data) -> bool:
    return state is not None and state.owner.person is not None


def _not_contested(state: State | None, _actor: Actor, _: Data) -> bool:
    return state is None or not state.contested


def _contested(state: State | None, _actor: Actor, _: Data) -> bool:
    return state is not None and state.contested


def _every_co_handler_agreed(state: State | None, _actor: Actor, _: Data) -> bool:
    """Every co-handling organ has countersigned, and its latest opinion is agreement."""
    if state is None:
        return True
    opinions = {
        one.actor.organ: one.data.get("opinion") for one in state.done if one.act == "countersign"
    }
    return all(opinions.get(one.organ) == "agree" for one in state.co_handlers)


GUARDS: dict[str, Guard] = {
    "taken_by_actor": Guard(
        _taken_by_actor, "本事项不是由您领办的", "请由领办人办理，或者先领办本事项"
    ),
    "somebody_took_it": Guard(_somebody_took_it, "本事项还没有人领办", "请先由承办单位的人员领办"),
    "not_contested": Guard(_not_contested, "当事人的异议还没有处理", "请先核查并处理异议"),
    "contested": Guard(_contested, "当事人没有提出异议", "有异议时才办理这一步"),
    "every_co_handler_agreed": Guard(
        _every_co_handler_agreed,
        "协同办理单位还没有全部会签同意",
        "请先取得各协同办理单位的同意意见",
    ),
}
