"""A small hall for tests, and a way to wish for something in it."""

from __future__ import annotations

from datetime import date

from haihe.kernel.values import Datum, Refused
from haihe.queueing.hall import Hall, Told
from haihe.queueing.plan import Booking, Errand, Favour, Plan, Queue, Window, written
from haihe.queueing.steps import Wish, decide, plan_event

OPENS, NOON, AFTER_NOON, CLOSES = 30_600, 43_200, 48_600, 63_000  # 8:30, 12:00, 13:30, 17:30

PLAN = Plan(
    site="machang",
    name="马场派出所",
    organ="machang-station",
    day=date(2026, 11, 23),  # a Monday
    spans=((OPENS, NOON), (AFTER_NOON, CLOSES)),
    queues=(Queue(letter="A", name="户政"), Queue(letter="B", name="出入境")),
    errands=(
        Errand(id="household", name="户口", queue="A", materials=("户口簿",)),
        Errand(id="card", name="身份证", queue="A"),
        Errand(id="passport", name="护照", queue="B"),
    ),
    windows=(
        Window(id="1", name="1号窗口", serves=("A",)),
        Window(id="2", name="2号窗口", serves=("A", "B")),
        Window(id="3", name="3号窗口", serves=("card",)),
    ),
    favours=(
        Favour(id="old", name="老年人", ahead_minutes=20, cites=("haihe#hall-order",)),
        Favour(id="soldier", name="军人", ahead_minutes=40, cites=("haihe#hall-order",)),
    ),
    booking=Booking(),
)
AHEAD_SECONDS_MAX = 40 * 60  # the most any rule of this hall puts somebody ahead


def a_hall(plan: Plan = PLAN) -> Hall:
    """The hall in the morning, nobody there."""
    hall = Hall()
    hall.apply(plan_event(written(plan), 0))
    return hall


def wish(hall: Hall, act: str, at: float, by: str = "", **data: Datum) -> Told | Refused:
    """Wish for an act; what is allowed happens."""
    answer = decide(hall, Wish(act=act, at=at, by=by, data=data))
    if isinstance(answer, Told):
        hall.apply(answer)
    return answer


def does(hall: Hall, act: str, at: float, by: str = "", **data: Datum) -> Told:
    """The same where it must be allowed."""
    answer = wish(hall, act, at, by, **data)
    assert isinstance(answer, Told), answer
    return answer


def refused(hall: Hall, act: str, at: float, by: str = "", **data: Datum) -> str:
    """The reason of a refusal that must come."""
    answer = wish(hall, act, at, by, **data)
    assert isinstance(answer, Refused), answer
    assert answer.says
    assert answer.instead
    return answer.reason


def comes(hall: Hall, at: float, errand: str = "household", **data: Datum) -> str:
    """Somebody takes a number; gives it."""
    return str(does(hall, "take", at, errands=[errand], **data).data["number"])
