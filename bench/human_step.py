"""The human steps the benches take: a grid event from report to closure, by the people it needs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from haihe.kernel.values import Actor, Command, Data

PHOTO: Final = "a3" * 32  # the digest of a photo
STREET, BUREAU, COMMUNITY = "dayingmen-street", "power-south", "dayingmen-street"

WORKER = Actor(person="bench-worker", role="grid_worker", organ=STREET)
DISPATCHER = Actor(person="bench-dispatcher", role="dispatcher", organ=STREET)
HANDLER = Actor(person="bench-handler", role="handler", organ=BUREAU)
CHECKER = Actor(person="bench-checker", role="grid_worker", organ=COMMUNITY)
PEOPLE: Final = (WORKER, DISPATCHER, HANDLER, CHECKER)


class HumanStep(NamedTuple):
    """One act of one person, with what the form asks."""

    act: str
    actor: Actor
    data: Data


STEPS: Final = (
    HumanStep(
        "report",
        WORKER,
        {
            "street": STREET,
            "category": "facility",
            "what": "谊城公寓门前电线被风刮落",
            "place": "谊城公寓3号楼",
            "photos_before": [PHOTO],
        },
    ),
    HumanStep("accept", DISPATCHER, {"urgency": "utility", "category": "facility"}),
    HumanStep("dispatch", DISPATCHER, {"assigned_organ": BUREAU}),
    HumanStep("sign", HANDLER, {}),
    HumanStep("remark", HANDLER, {"text": "抢修班组已经出发，预计四十分钟到场"}),
    HumanStep("feedback", HANDLER, {"handled_how": "线路已重新架设", "photos_after": [PHOTO]}),
    HumanStep("check_pass", CHECKER, {"check_note": "现场恢复正常", "photos_check": [PHOTO]}),
    HumanStep("close", DISPATCHER, {"reporter_view": "none"}),
)


def command(caller: int, turn: int, matter: str | None) -> Command:
    """The command of one caller's turn; every eighth opens a new matter (then `matter` is None)."""
    step = STEPS[turn % len(STEPS)]
    opens = turn % len(STEPS) == 0
    return Command(
        key=f"{caller}-{turn}",
        act=step.act,
        actor=step.actor,
        matter=None if opens else matter,
        kind="grid_event" if opens else None,
        data=step.data,
    )


def take_steps(submit: Callable[[Command], str]) -> Callable[[int, int], None]:
    """What `measure` repeats: each caller walks matters of its own from report to closure.

    `submit` carries a command out and gives the matter's id; it raises if it was refused.
    """
    matters: dict[int, str] = {}

    def act(caller: int, turn: int) -> None:
        matters[caller] = submit(command(caller, turn, matters.get(caller)))

    return act
