"""What pages of a hall show: ticket, screen, window, lobby, in words that are ready to print.

Everything is made from one hall at one second, while its lock is held; no page sees half a step.
"""

from __future__ import annotations

import math
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from haihe.kernel.values import Frozen
from haihe.queueing.expect import (
    SOON_AHEAD,
    Before,
    Expected,
    before,
    closing,
    expected,
    expected_by,
)
from haihe.queueing.hall import AT_WINDOW, Counter, Hall, Ticket
from haihe.queueing.plan import DAY_SECONDS, MINUTE, Errand, Favour
from haihe.queueing.steps import REMIND_MAX
from haihe.queueing.waiting import Memory
from haihe.records import halls

ROUGH_MINUTES: Final = 30  # from here on minutes are told in fives
LONG_MINUTES: Final = 90  # from here on the time of day is what is told
CALLED_SHOWN: Final = 8  # calls on the screen
NEXT_SHOWN: Final = 12  # numbers that come next on the screen
REMIND: Final = (1, 2, 3, 5, 10)
PERCENT: Final = 80


class Wait(Frozen, frozen=True, kw_only=True):
    """A wait in words: an interval, when that is, and the one sentence that explains it."""

    words: str
    clock: str
    why: str
    ahead: int
    chance: str  # sure, open, unlikely
    windows: int


class Offer(Frozen, frozen=True, kw_only=True):
    """An errand on the page of a tap: who waits for it, how long it would take now."""

    errand: Errand
    waiting: int
    wait: Wait | None


class Sooner(Frozen, frozen=True, kw_only=True):
    """Somebody who is called before, and why."""

    number: str
    says: str


class Face(Frozen, frozen=True, kw_only=True):
    """A ticket as its holder sees it."""

    number: str
    hall: str
    site: str
    address: str
    errand: Errand
    then: tuple[Errand, ...]
    standing: str
    tone: str
    head: str
    says: str
    wait: Wait | None
    window: str
    sooner: tuple[Sooner, ...]
    place: str
    favour: str
    favour_open: bool
    appointed: str
    offered: bool  # a place that was given because one was not reached before; may be refused
    taken: str
    notify: int  # minutes before the turn a message goes to the phone; 0: none is wanted
    kept_until: str
    may: frozenset[str]
    lacking: tuple[str, ...]
    remind_at: int
    remind: tuple[int, ...]
    near: bool
    call: int  # how often it was called: a new number rings
    carries: bool
    others: tuple[Errand, ...]
    told: str


class Called(Frozen, frozen=True, kw_only=True):
    """A call on the screen."""

    number: str
    window: str
    at: str
    fresh: bool


class Row(Frozen, frozen=True, kw_only=True):
    """A ticket in a list of the staff."""

    number: str
    errand: str
    standing: str
    waited: int  # minutes
    wait: str
    favour: str
    said: bool  # the favour was only said
    booked: str
    checked: bool
    moved: str
    matter: bool
    materials: tuple[str, ...]
    chance: str
    kept: bool


class WindowRow(Frozen, frozen=True, kw_only=True):
    """A window in a list: who sits there, whom it serves."""

    id: str
    name: str
    serves: str
    state: str
    person: str
    number: str
    mine: bool
    why: str
    idle: bool
    minutes: int


def clock(second: float) -> str:
    """A second of the day as 09:05."""
    minutes = int(second // MINUTE) % (24 * 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def wait_of(told: Expected, at: float) -> Wait:
    """An expected wait in words."""
    low, high = (told.low - at) / MINUTE, (told.high - at) / MINUTE
    least, most = _floor(low), _ceiling(high)
    if not told.windows:
        words = _("办这项业务的窗口现在没有开")
    elif most <= 1:
        words = _("马上就到")
    elif most >= LONG_MINUTES:
        words = _("约%(least)s到%(most)s") % {"least": _long(least), "most": _long(most)}
    elif not least:
        words = _("%(most)d分钟以内") % {"most": most}
    else:
        words = _("约%(least)d到%(most)d分钟") % {"least": least, "most": most}
    span = _("%(low)s到%(high)s之间") % {"low": clock(told.low), "high": clock(told.high + 59)}
    return Wait(
        words=words,
        clock=span if told.windows else "",
        why=_explained(told, at),
        ahead=told.ahead,
        chance=told.chance,
        windows=told.windows,
    )


def _long(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    if not hours:
        return _("%(n)d分钟") % {"n": rest}
    if not rest:
        return _("%(n)d小时") % {"n": hours}
    return _("%(hours)d小时%(minutes)d分钟") % {"hours": hours, "minutes": rest}


def _floor(minutes: float) -> int:
    step = 5 if minutes >= ROUGH_MINUTES else 1
    return max(0, math.floor(minutes / step) * step)


def _ceiling(minutes: float) -> int:
    step = 5 if minutes >= ROUGH_MINUTES else 1
    return max(1, math.ceil(minutes / step) * step)


def _explained(told: Expected, at: float) -> str:
    """The one sentence: what the interval rests on."""
    if not told.windows:
        return _("窗口开了就开始估计；您的位置不变。")
    if not told.ahead and told.high - at <= MINUTE:
        return _("有窗口空着，前面没有人。")
    values = {
        "n": told.seconds.rests_on,
        "share": PERCENT,
        "middle": max(1, round((told.middle - at) / MINUTE)),
        "ahead": told.ahead,
    }
    if told.seconds.rests_on < PERCENT:
        return (
            _("本厅记录还少，按现在叫号的快慢估计，范围放得宽；多半在%(middle)d分钟左右。") % values
        )
    return (
        _("近来情形相近的%(n)d位，一半不到%(middle)d分钟就叫到，五位里有四位落在这个范围。")
        % values
    )


class Offers(Frozen, frozen=True, kw_only=True):
    """The errands of a queue; `wait` where all of them wait alike, else each has its own."""

    name: str
    wait: Wait | None
    errands: tuple[Offer, ...]


def offers(hall: Hall, memory: Memory, at: float) -> list[Offers]:
    """Every errand by its queue, with what it would take to wait now."""
    told: dict[str, list[Offer]] = {one.letter: [] for one in hall.plan.queues}
    open_now = bool(hall.plan.spans) and not hall.closed
    known: dict[tuple[str, ...], Wait] = {}  # errands of one queue and the same windows wait alike
    for errand in hall.plan.errands:
        wait = None
        if open_now:
            alike = (errand.queue, *(one.plan.id for one in hall.serving(errand.id)))
            wait = known.get(alike)
            if wait is None:
                wait = wait_of(expected_by(hall, memory, errand.id, at, at), at)
                known[alike] = wait
        waiting = len(hall.order(errand.id))
        told[errand.queue].append(Offer(errand=errand, waiting=waiting, wait=wait))
    found = []
    for queue in hall.plan.queues:
        some = told[queue.letter]
        waits = {one.wait for one in some}
        wait = waits.pop() if len(waits) == 1 else None
        found.append(Offers(name=queue.name, wait=wait, errands=tuple(some)))
    return found


def face(hall: Hall, memory: Memory, ticket: Ticket, at: float) -> Face:
    """A ticket as its holder sees it."""
    plan = hall.plan
    waiting = ticket.standing == "waiting"
    told = expected(hall, memory, ticket, at) if waiting and not hall.closed else None
    wait = wait_of(told, at) if told else None
    window = hall.windows[ticket.window].plan.name if ticket.window else ""
    favour = plan.favour(ticket.favour) if ticket.favour else None
    head, says, tone = _told(hall, ticket, wait, window, at)
    near = told is not None and told.ahead <= max(SOON_AHEAD, ticket.remind_at)
    here = [one for one in plan.errands if one.id not in ticket.errands[ticket.step :]]
    return Face(
        number=ticket.number,
        hall=plan.name,
        site=plan.site,
        address=plan.address,
        errand=hall.errand(ticket.errand),
        then=tuple(hall.errand(one) for one in ticket.errands[ticket.step + 1 :]),
        standing=ticket.standing,
        tone=tone,
        head=head,
        says=says,
        wait=wait,
        window=window,
        sooner=tuple(_sooner(one) for one in before(hall, ticket)) if waiting else (),
        place=clock(ticket.place),
        favour=favour.name if favour else "",
        favour_open=bool(favour) and not ticket.favoured_by,
        appointed=clock(ticket.appointed) if ticket.appointed is not None else "",
        offered=bool(ticket.carried) and ticket.standing == "booked" and not hall.closed,
        taken=clock(ticket.taken_at % DAY_SECONDS),
        notify=ticket.notify_minutes,
        kept_until=clock(ticket.kept_until) if ticket.standing == "aside" else "",
        may=_may(hall, ticket, at),
        lacking=tuple(ticket.lacking),
        remind_at=ticket.remind_at,
        remind=tuple(one for one in REMIND if one <= REMIND_MAX),
        near=near,
        call=ticket.calls if ticket.standing == "called" else 0,
        carries=bool(ticket.matter),
        others=tuple(here),
        told=_first_told(ticket),
    )


def _first_told(ticket: Ticket) -> str:
    """What was told on coming, which stays on the page: so that anybody can judge it."""
    told = ticket.forecast
    if told is None:
        return ""
    return _("取号时告诉您：%(least)d到%(most)d分钟") % {
        "least": _floor(told.low / MINUTE),
        "most": _ceiling(told.high / MINUTE),
    }


def _may(hall: Hall, ticket: Ticket, at: float) -> frozenset[str]:
    """What its holder may do now."""
    if hall.closed or ticket.ended:
        return frozenset()
    may = {"leave"} if ticket.standing in ("waiting", "booked", "aside") else set()
    if ticket.standing in ("waiting", "booked", "aside", "called", "serving"):
        may.add("add")
    if ticket.standing == "waiting":
        may.add("remind")
    if ticket.standing in ("waiting", "booked", "aside"):
        may.add("notify")
    if ticket.standing == "aside" and at <= ticket.kept_until:
        may.add("come_back")
    early = hall.plan.booking.early_minutes * MINUTE
    if ticket.standing == "booked" and at >= (ticket.appointed or 0) - early:
        may.add("arrive")
    return frozenset(may)


def _told(
    hall: Hall, ticket: Ticket, wait: Wait | None, window: str, at: float
) -> tuple[str, str, str]:
    """Head, sentence and tone of a ticket as it stands."""
    values: dict[str, str | int] = {
        "window": window,
        "kept": clock(ticket.kept_until),
        "minutes": hall.plan.kept_minutes,
        "appointed": clock(ticket.appointed or 0),
        "early": hall.plan.booking.early_minutes,
        "grace": hall.plan.booking.grace_minutes,
        "closes": clock(hall.closes_at),
    }
    match ticket.standing:
        case "waiting":
            return _waiting(wait, values)
        case "called":
            return _("请到%(window)s") % values, _("正在叫您。带好材料，现在就过去。"), "good"
        case "serving":
            return _("正在%(window)s办理") % values, _("办完会告诉您结果什么时候好。"), "good"
        case "booked" if ticket.carried:
            return (
                _("给您留了%(appointed)s的位置") % values,
                _(
                    "上次让您白等了，对不起。提前%(early)d分钟起可以到厅报到，"
                    "晚到超过%(grace)d分钟从到的时候排起。不来就点下面“不要这个位置”。"
                )
                % values,
                "good",
            )
        case "booked":
            return (
                _("已预约%(appointed)s") % values,
                _("提前%(early)d分钟起可以到厅报到；晚到超过%(grace)d分钟，从到的时候排起。")
                % values,
                "plain",
            )
        case "aside":
            if at > ticket.kept_until:
                return (
                    _("位置没有保留住"),
                    _("保留到%(kept)s，已经过了。请重新取号。") % values,
                    "bad",
                )
            why = {
                "missed": _("叫了您，没有等到。"),
                "materials": _("请把缺的材料取来。"),
            }.get(ticket.aside_why, _("您暂时离开了。"))
            says = _("位置为您留到%(kept)s；回来后点“我回来了”，还排在原来的位置。") % values
            return _("位置保留中"), f"{why}{says}", "warn"
        case "done":
            return _("办完了"), _("谢谢您来。"), "good"
        case "left":
            return _("已经取消"), _("想办的时候再取号就行。"), "plain"
        case "turned_away":
            return (
                _("今天没有办成"),
                _("缺的材料写在下面，备齐了再来，不用排第二次咨询的队。"),
                "warn",
            )
        case _ if ticket.unreached and hall.plan.carry is not None:
            return (
                _("今天没有轮到"),
                _("对不起，让您白等了。下一个办公日一早的位置马上为您留好，请稍后再看这一页。"),
                "bad",
            )
        case _:
            return (
                _("今天没有轮到"),
                _("对不起，让您白等了。可以预约最近的时间，一到就按预约办。"),
                "bad",
            )


def _waiting(wait: Wait | None, values: dict[str, str | int]) -> tuple[str, str, str]:
    if wait is None:
        return _("正在等候"), "", "plain"
    if wait.chance == "unlikely":
        says = _("按现在的快慢，%(closes)s下班前很可能轮不到您。可以改约别的时间。") % values
        return wait.words, says, "bad"
    if wait.chance == "open":
        says = _("%(closes)s下班，今天能不能轮到还说不准；快有结果时这里会改。") % values
        return wait.words, says, "warn"
    if not wait.ahead:
        return wait.words, _("下一位就是您，请在大厅等。"), "good"
    says = ngettext("前面还有%(n)d位。", "前面还有%(n)d位。", wait.ahead) % {"n": wait.ahead}
    if wait.ahead <= SOON_AHEAD:
        return wait.words, says + _("请回到大厅。"), "good"
    return wait.words, says, "plain"


def _sooner(one: Before) -> Sooner:
    values = {
        "n": one.minutes,
        "favour": one.favour,
        "law": _("、").join(halls.article(cite) for cite in one.cites),
    }
    says = {
        "came": _("比您早取号%(n)d分钟") if one.minutes else _("比您早取号不到一分钟"),
        "booked": _("按时来的预约，视同提前%(n)d分钟到"),
        "carried": _("上次没有轮到，给留的位置，和预约一样视同提前%(n)d分钟到"),
        "favour": _("%(favour)s优先，视同提前%(n)d分钟到（%(law)s）"),
        "back": _("比您早取号%(n)d分钟，过号或暂离后回来，位置保留"),
        "transferred": _("比您早取号%(n)d分钟，从别的窗口转来，位置保留"),
        "further": _("比您早取号%(n)d分钟，同一个号的下一件事，位置保留"),
        "called": "",
    }[one.why]
    return Sooner(number=one.number, says=says % values)


# ── the wall, windows, the lobby ─────────────────────────────────────────────────────────────


def calls(hall: Hall) -> list[Called]:
    """The newest call of each ticket, the newest first."""
    seen: dict[str, Called] = {}
    for when, number, window in reversed(hall.called[-4 * CALLED_SHOWN :]):
        ticket = hall.tickets[number]
        if number in seen or ticket.standing not in AT_WINDOW:
            continue
        seen[number] = Called(
            number=number,
            window=hall.windows[window].plan.name,
            at=clock(when),
            fresh=ticket.standing == "called",
        )
        if len(seen) == CALLED_SHOWN:
            break
    return list(seen.values())


def lines(hall: Hall, memory: Memory, at: float) -> list[tuple[str, int, str, list[str]]]:
    """Each queue on the screen: name, how many wait, how long for who comes now, who is next."""
    told = []
    for queue in hall.plan.queues:
        waiting = [one for one in hall.waiting() if hall.queue_of(one) == queue.letter]
        errand = next(one.id for one in hall.plan.errands if one.queue == queue.letter)
        wait = wait_of(expected_by(hall, memory, errand, at, at), at)
        numbers = [one.number for one in waiting[:NEXT_SHOWN]]
        told.append((queue.name, len(waiting), wait.words, numbers))
    return told


def windows(hall: Hall, by: str, at: float) -> list[WindowRow]:
    """Every window."""
    return [_window_row(hall, one, by, at) for one in hall.windows.values()]


def _window_row(hall: Hall, one: Counter, by: str, at: float) -> WindowRow:
    names = [queue.name for queue in hall.plan.queues if queue.letter in one.plan.serves]
    names += [hall.errand(errand).name for errand in one.plan.serves if errand in one.skills]
    return WindowRow(
        id=one.plan.id,
        name=one.plan.name,
        serves=_("、").join(names),
        state=one.state,
        person=one.person,
        number=one.ticket,
        mine=one.person == by and one.state != "closed",
        why=one.why,
        idle=one.state == "open" and not one.ticket,
        minutes=int(max(0.0, at - one.since) // MINUTE),
    )


def row(hall: Hall, ticket: Ticket, at: float, told: Expected | None = None) -> Row:
    """A ticket in a list of the staff."""
    favour: Favour | None = hall.plan.favour(ticket.favour) if ticket.favour else None
    errand = hall.errand(ticket.errand)
    moved = {
        "transferred": _("转来"),
        "further": _("下一件事"),
    }.get(ticket.moved, _("回来") if ticket.moved else "")
    return Row(
        number=ticket.number,
        errand=errand.name,
        standing=ticket.standing,
        waited=int(max(0.0, at - ticket.taken_at) // MINUTE),
        wait=wait_of(told, at).words if told else "",
        favour=favour.name if favour else "",
        said=bool(favour) and not ticket.favoured_by,
        booked=clock(ticket.appointed) if ticket.appointed is not None else "",
        checked=bool(ticket.checked),
        moved=moved,
        matter=bool(ticket.matter),
        materials=errand.materials,
        chance=told.chance if told else "sure",
        kept=ticket.standing == "aside" and at <= ticket.kept_until,
    )


def lobby(hall: Hall, memory: Memory, at: float) -> list[Row]:
    """Everybody in the hall: who waits in the order of places, then who is aside, then booked."""
    waiting = [row(hall, one, at, expected(hall, memory, one, at)) for one in hall.waiting()]
    aside = [one for one in hall.tickets.values() if one.standing == "aside"]
    booked = sorted(
        (one for one in hall.tickets.values() if one.standing == "booked"),
        key=lambda one: one.appointed or 0.0,
    )
    return [*waiting, *(row(hall, one, at) for one in (*aside, *booked))]


def unlikely(hall: Hall, memory: Memory, at: float) -> list[Row]:
    """Who may not be served before the doors close, when it is time to think of it."""
    return [row(hall, ticket, at, told) for ticket, told in closing(hall, memory, at)]


def figures(hall: Hall) -> dict[str, int]:
    """How many came, wait, are served, were served, missed their call."""
    standings = [one.standing for one in hall.tickets.values()]
    return {
        "came": sum(one != "booked" for one in standings),
        "waiting": standings.count("waiting"),
        "serving": standings.count("serving") + standings.count("called"),
        "done": standings.count("done"),
        "aside": standings.count("aside"),
        "booked": standings.count("booked"),
    }
