"""What may be done in a hall: a wish becomes an event, or is refused with what to do instead.

The rules of the order are applied here and nowhere else: which place a ticket gets, who is called,
when a call counts as missed. Whoever asks has been let in already: that is not judged here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from haihe.kernel.values import Data, Frozen, Refused
from haihe.queueing.hall import AT_WINDOW, TICKETS_MAX, Counter, Hall, Ticket, Told
from haihe.queueing.plan import DAY_SECONDS, MINUTE, slots

ERRANDS_A_TICKET_MAX: Final = 5
LACKING_MAX: Final = 20
WORDS_MAX: Final = 200  # characters of a reason
REMIND_MAX: Final = 20
EXTEND_SECONDS_MAX: Final = 4 * 3_600
NOTIFY_MINUTES_MAX: Final = 120
NOT_SENT_MAX: Final = 3  # tries to send one message
RULE: Final = "haihe#hall-order"
QUOTA_RULE: Final = "haihe#hall-quota"
AFTER_CLOSE: Final = frozenset({"notify", "notified", "not_notified"})


class Wish(Frozen, frozen=True, kw_only=True):
    """What somebody wants to do. `at`: seconds of the day; `by`: a member of staff, "" the public.

    `data` holds what the act needs: `number` of a ticket, `window`, `errand`, `why`, …
    """

    act: str
    at: float
    by: str = ""
    data: Data = {}


def decide(hall: Hall, wish: Wish) -> Told | Refused:
    """The event that a wish leads to, or why it may not be. Nothing is changed."""
    rule = _RULES.get(wish.act)
    if rule is None:
        return _no("unknown_act", "大厅里没有这个动作。", "请刷新页面后再试。")
    if hall.disposed:
        return _no("disposed", "这一天的记录已经到期清除。", "要查结果，请用办事的查询码。")
    if not hall.planned:
        return _no("not_planned", "今天还没有开厅。", "请稍后再试。")
    if hall.closed and wish.act not in AFTER_CLOSE:
        return _no("closed", "今天的办理已经结束。", "请预约下一个工作日，或者改在网上办。")
    if any(isinstance(one, str) and len(one) > WORDS_MAX for one in wish.data.values()):
        return _no("too_long", f"说明最多{WORDS_MAX}字。", "请写短一些。")
    answer = rule(hall, wish)
    if isinstance(answer, Refused):
        return answer
    return Told(seq=hall.seq + 1, act=wish.act, at=wish.at, by=wish.by, data=answer)


def plan_event(text: str, at: float, by: str = "") -> Told:
    """The event a day begins with; `text` is `plan.written`."""
    return Told(seq=1, act="plan", at=at, by=by, data={"plan": text})


# ── coming ───────────────────────────────────────────────────────────────────────────────────


def _take(hall: Hall, wish: Wish) -> Data | Refused:
    plan, data = hall.plan, wish.data
    errands = _errands(hall, data)
    if isinstance(errands, Refused):
        return errands
    mine = _of_phone(hall, data)
    if mine is not None:
        return _no(
            "has_one",
            f"这部手机已经有号：{mine.number}。",
            "一部手机同时只排一个号；替别人取号，请找大堂工作人员。",
        )
    if (too_many := _over_quota(hall, wish)) is not None:
        return too_many
    if not plan.spans:
        return _no("no_hours", "今天不办理。", "请预约开放的日子。")
    if wish.at < plan.opens_at - plan.tap_before_minutes * MINUTE:
        return _no(
            "too_early", "还没有到取号时间。", f"开门前{plan.tap_before_minutes}分钟起可以取号。"
        )
    if wish.at >= hall.closes_at:
        return _no("too_late", "今天的取号时间已经过了。", "请预约下一个工作日。")
    if len(hall.tickets) >= TICKETS_MAX:
        return _no("full", "今天的号已经取完。", "请预约下一个工作日。")
    favour = str(data.get("favour") or "")
    place = wish.at
    if favour:
        rule = plan.favour(favour)
        if rule is None:
            return _no("unknown_rule", "没有这一条优先规则。", "请重新选择。")
        place -= rule.ahead_minutes * MINUTE
    return {
        **_kept(data, "phone", "from", "channel", "matter", *_TOLD),
        "number": _number(hall, errands[0]),
        "errands": errands,
        "place": place,
        **({"favour": favour} if favour else {}),
    }


def _book(hall: Hall, wish: Wish) -> Data | Refused:
    plan, data = hall.plan, wish.data
    errands = _errands(hall, data)
    if isinstance(errands, Refused):
        return errands
    if data.get("carried"):
        return _carry_over(hall, wish, errands)
    mine = _of_phone(hall, data)
    if mine is not None:
        return _no(
            "has_one", f"这部手机这一天已经有号：{mine.number}。", "要改时间，请先取消原来的。"
        )
    if (too_many := _over_quota(hall, wish)) is not None:
        return too_many
    slot = data.get("appointed")
    if not isinstance(slot, int | float) or int(slot) not in slots(plan) or slot <= wish.at:
        return _no("no_slot", "这个时间不能预约。", "请从列出的时间里选一个。")
    if free_in(hall, int(slot), errands[0]) <= 0:
        return _no("slot_full", "这个时间刚刚约满。", "请换一个时间。")
    if len(hall.tickets) >= TICKETS_MAX:
        return _no("full", "这一天的号已经取完。", "请换一天。")
    return {
        **_kept(data, "phone", "from", "channel", "matter"),
        "number": _number(hall, errands[0]),
        "errands": errands,
        "appointed": float(slot),
        "place": float(slot) - plan.booking.head_minutes * MINUTE,
    }


def _carry_over(hall: Hall, wish: Wish, errands: list[str]) -> Data | Refused:
    """The first time of this day that has room for somebody who was not reached before it."""
    plan, data = hall.plan, wish.data
    if plan.carry is None:
        return _no("no_slot", "这个大厅没有自动留位。", "请预约。")
    if str(data["carried"]) in hall.carried:
        return _no("has_one", "已经为这个号留了位置。", "位置已经留好，不用再留。")
    if len(hall.tickets) >= TICKETS_MAX:
        return _no("full", "这一天的号已经取完。", "请换一天。")
    queue, most = hall.errand(errands[0]).queue, plan.carry.slot_people
    free = (
        one for one in slots(plan) if one > wish.at and hall.carried_in.get((one, queue), 0) < most
    )
    slot = next(free, None)
    if slot is None:
        return _no("slot_full", "这一天没有可以留的位置。", "请换一天。")
    return {
        **_kept(data, "phone", "channel", "matter", "favour", "notify_minutes", "language"),
        "carried": str(data["carried"]),
        "number": _number(hall, errands[0]),
        "errands": errands,
        "appointed": float(slot),
        "place": float(slot) - plan.booking.head_minutes * MINUTE,
    }


def _of_phone(hall: Hall, data: Data) -> Ticket | None:
    """The ticket this phone has; `before`: what it was called on days it was not reached."""
    before = data.get("before")
    words = [data.get("phone"), *(before if isinstance(before, list) else ())]
    found = (hall.of_phone(str(one)) for one in words if one)
    return next((one for one in found if one is not None), None)


def _over_quota(hall: Hall, wish: Wish) -> Refused | None:
    """Whether this phone or this network has taken enough; the lobby is never counted."""
    quota, data = hall.plan.quota, wish.data
    phone, address = str(data.get("phone") or ""), str(data.get("from") or "")
    most = quota.phone_a_day
    if phone and not wish.by and 0 < most <= hall.taken_by(phone):
        return Refused(
            reason="phone_quota",
            says=f"这部手机这一天在这里已经取过{most}个号。",
            instead="还要办事，请找大堂工作人员取纸质号。",
            cites=(QUOTA_RULE,),
        )
    most = quota.address_an_hour
    if address and not hall.unlimited and 0 < most <= hall.taken_from(address, wish.at):
        return Refused(
            reason="address_quota",
            says=f"从您这个网络一小时内已经取了{most}个号，先停一停。",
            instead="请关掉无线网络、用手机自己的流量再取；也可以找大堂工作人员取纸质号。",
            cites=(QUOTA_RULE,),
        )
    return None


def _arrive(hall: Hall, wish: Wish) -> Data | Refused:
    ticket = _ticket(hall, wish, "booked")
    if isinstance(ticket, Refused):
        return ticket
    assert ticket.appointed is not None, "a booked ticket has its time"
    booking = hall.plan.booking
    if wish.at < ticket.appointed - booking.early_minutes * MINUTE:
        return _no(
            "too_early",
            "离预约的时间还早。",
            f"预约时间前{booking.early_minutes}分钟起可以报到。",
        )
    late = wish.at > ticket.appointed + booking.grace_minutes * MINUTE
    place = wish.at if late else ticket.appointed - booking.head_minutes * MINUTE
    favour = hall.plan.favour(ticket.favour) if ticket.favour else None
    place -= favour.ahead_minutes * MINUTE if favour else 0
    return {"number": ticket.number, "place": place, "late": late, **_kept(wish.data, *_TOLD)}


def _leave(hall: Hall, wish: Wish) -> Data | Refused:
    ticket = _ticket(hall, wish, "waiting", "booked", "aside")
    return ticket if isinstance(ticket, Refused) else {"number": ticket.number}


def _come_back(hall: Hall, wish: Wish) -> Data | Refused:
    ticket = _ticket(hall, wish, "aside")
    if isinstance(ticket, Refused):
        return ticket
    if wish.at > ticket.kept_until:
        return _no(
            "not_kept",
            f"位置保留{hall.plan.kept_minutes}分钟，已经过了。",
            "请重新取号；有特殊情况，请找大堂工作人员。",
        )
    return {"number": ticket.number}


def _remind(hall: Hall, wish: Wish) -> Data | Refused:
    ticket = _ticket(hall, wish, "waiting", "booked", "aside")
    if isinstance(ticket, Refused):
        return ticket
    wanted = wish.data.get("remind_at")
    if not isinstance(wanted, int) or not 0 <= wanted <= REMIND_MAX:
        return _no("wrong_value", f"提醒可以设在前面还有0到{REMIND_MAX}位时。", "请重新选择。")
    return {"number": ticket.number, "remind_at": wanted}


def _notify(hall: Hall, wish: Wish) -> Data | Refused:
    """Messages to a phone are wanted, or (0) not any more; the number itself is kept apart."""
    minutes = wish.data.get("minutes")
    if not isinstance(minutes, int) or not 0 <= minutes <= NOTIFY_MINUTES_MAX:
        return _no("wrong_value", f"提前的时间可以选1到{NOTIFY_MINUTES_MAX}分钟。", "请重新选择。")
    standings = ("waiting", "booked", "aside") if minutes else tuple(STANDINGS)
    ticket = _ticket(hall, wish, *standings)
    if isinstance(ticket, Refused):
        return ticket
    return {"number": ticket.number, "minutes": minutes, **_kept(wish.data, "language")}


def _notified(hall: Hall, wish: Wish) -> Data | Refused:
    """A message is about to be sent: the one who gets this event sends it, and nobody else."""
    ticket = _ticket(hall, wish, *STANDINGS)
    if isinstance(ticket, Refused):
        return ticket
    what = str(wish.data.get("what") or "")
    if not ticket.notify_minutes or not what:
        return _no("not_wanted", "这个号没有要短信提醒。", "不发。")
    if what in ticket.notified or ticket.not_sent.get(what, 0) >= NOT_SENT_MAX:
        return _no("sent_already", "这条短信已经发过。", "不再发。")
    return {"number": ticket.number, "what": what}


def _not_notified(hall: Hall, wish: Wish) -> Data | Refused:
    """It could not be sent; it is tried again, some times."""
    ticket = _ticket(hall, wish, *STANDINGS)
    if isinstance(ticket, Refused):
        return ticket
    what = str(wish.data.get("what") or "")
    if what not in ticket.notified:
        return _no("not_wanted", "没有要发的这条短信。", "不发。")
    return {"number": ticket.number, "what": what}


# ── the lobby ────────────────────────────────────────────────────────────────────────────────


def _check(hall: Hall, wish: Wish) -> Data | Refused:
    ticket = _ticket(hall, wish, "waiting", "booked", "aside")
    return ticket if isinstance(ticket, Refused) else {"number": ticket.number}


def _set_aside(hall: Hall, wish: Wish) -> Data | Refused:
    ticket = _ticket(hall, wish, "waiting", "called", "serving")
    if isinstance(ticket, Refused):
        return ticket
    lacking = _lacking(wish.data)
    if isinstance(lacking, Refused):
        return lacking
    why = "materials" if lacking else "away"
    return {"number": ticket.number, "why": why, "lacking": lacking}


def _turn_away(hall: Hall, wish: Wish) -> Data | Refused:
    ticket = _ticket(hall, wish, "waiting", "booked", "aside", "called", "serving")
    if isinstance(ticket, Refused):
        return ticket
    why = _why(wish, "请写明为什么今天办不了、还缺什么。")
    lacking = _lacking(wish.data)
    if isinstance(lacking, Refused):
        return lacking
    return (
        why
        if isinstance(why, Refused)
        else {"number": ticket.number, "why": why, "lacking": lacking}
    )


def _favour(hall: Hall, wish: Wish) -> Data | Refused:
    """Grant a rule, or strike one that was said (favour ""); a window those of whom it called."""
    ticket: Ticket | Refused
    if wish.data.get("window"):
        here = _at(hall, wish, "called")
        ticket = here if isinstance(here, Refused) else here[1]
    else:
        ticket = _ticket(hall, wish, "waiting", "booked", "aside")
    if isinstance(ticket, Refused):
        return ticket
    favour = str(wish.data.get("favour") or "")
    rule = hall.plan.favour(favour) if favour else None
    if favour and rule is None:
        return _no("unknown_rule", "没有这一条优先规则。", "请重新选择。")
    why = "" if favour else _why(wish, "取消优先要写一句原因；当事人看得到。")
    if isinstance(why, Refused):
        return why
    before = hall.plan.favour(ticket.favour) if ticket.favour else None
    place = ticket.place + (before.ahead_minutes * MINUTE if before else 0)
    if rule is not None:
        place -= rule.ahead_minutes * MINUTE
    cites = list(rule.cites) if rule else []
    return {
        "number": ticket.number,
        "favour": favour,
        "place": place,
        "cites": cites,
        **_kept(wish.data, "why"),
    }


def _transfer(hall: Hall, wish: Wish) -> Data | Refused:
    ticket = _ticket(hall, wish, "waiting", "called", "serving")
    if isinstance(ticket, Refused):
        return ticket
    errand = str(wish.data.get("errand") or "")
    if hall.plan.errand(errand) is None:
        return _no("unknown_errand", "这个大厅不办这件事。", "请从列出的业务里选。")
    if ticket.standing == "waiting" and errand == ticket.errand:
        return _no("same_errand", "已经在这项业务的队里。", "要转的是另一项业务。")
    why = _why(wish, "转到别的业务要写一句原因。")
    return (
        why if isinstance(why, Refused) else {"number": ticket.number, "errand": errand, "why": why}
    )


def _add(hall: Hall, wish: Wish) -> Data | Refused:
    ticket = _ticket(hall, wish, "waiting", "booked", "aside", "called", "serving")
    if isinstance(ticket, Refused):
        return ticket
    errand = str(wish.data.get("errand") or "")
    if hall.plan.errand(errand) is None:
        return _no("unknown_errand", "这个大厅不办这件事。", "请从列出的业务里选。")
    if errand in ticket.errands[ticket.step :] or len(ticket.errands) >= ERRANDS_A_TICKET_MAX:
        return _no(
            "too_many", f"一个号最多办{ERRANDS_A_TICKET_MAX}件不同的事。", "办完后请再取号。"
        )
    return {"number": ticket.number, "errand": errand}


def _carry(hall: Hall, wish: Wish) -> Data | Refused:
    ticket = _ticket(hall, wish, "waiting", "booked", "aside", "called", "serving")
    if isinstance(ticket, Refused):
        return ticket
    matter = str(wish.data.get("matter") or "")
    if not matter:
        return _no(
            "no_matter", "没有说明是哪一件事项，没有办成。", "请从这个号重新打开事项，再办一次。"
        )
    return {"number": ticket.number, "matter": matter}


def _extend(hall: Hall, wish: Wish) -> Data | Refused:
    until = wish.data.get("until")
    top = min(DAY_SECONDS, hall.plan.closes_at + EXTEND_SECONDS_MAX)
    if not isinstance(until, int | float) or not hall.closes_at < until <= top:
        return _no("wrong_value", "延长的时间要晚于现在的下班时间，最多四个小时。", "请重新选择。")
    why = _why(wish, "延时服务要写一句原因。")
    return why if isinstance(why, Refused) else {"until": float(until), "why": why}


def _lift_quota(hall: Hall, wish: Wish) -> Data | Refused:
    """From now on today any number may be taken from one network: the hall's own is one."""
    if hall.unlimited:
        return _no("is_lifted", "今天的限制已经放开了。", "不用再放开。")
    why = _why(wish, "放开限制要写一句原因，如：大家都连着大厅的无线网络。")
    return why if isinstance(why, Refused) else {"why": why}


def _close(hall: Hall, wish: Wish) -> Data | Refused:
    busy = [one.plan.name for one in hall.windows.values() if one.ticket]
    if busy:
        return _no("at_window", f"{'、'.join(busy)}还在办理。", "办完后再结束今天。")
    if wish.at < hall.closes_at and hall.waiting():
        return _no("still_open", "还没有到下班时间，还有人在等。", "到下班时间再结束今天。")
    return {}


# ── windows ──────────────────────────────────────────────────────────────────────────────────


def _open_window(hall: Hall, wish: Wish) -> Data | Refused:
    window = _window(hall, wish)
    if isinstance(window, Refused):
        return window
    if window.state == "open":
        return _no("is_open", f"{window.plan.name}已经开着。", "换人请先关闭窗口。")
    if window.state == "paused" and window.person not in ("", wish.by):
        return _no(
            "not_yours",
            f"{window.plan.name}由别的同事暂停。",
            "请那位同事先恢复或者关闭，也可以换一个窗口。",
        )
    return {"window": window.plan.id}


def _pause_window(hall: Hall, wish: Wish) -> Data | Refused:
    window = _own(hall, wish)
    if isinstance(window, Refused):
        return window
    if window.ticket:
        return _no("at_window", f"{window.ticket}还在窗口。", "办完或者转走以后再暂停。")
    return {"window": window.plan.id, **_kept(wish.data, "why")}


def _close_window(hall: Hall, wish: Wish) -> Data | Refused:
    window = _window(hall, wish)
    if isinstance(window, Refused):
        return window
    if window.state == "closed":
        return _no("is_closed", f"{window.plan.name}没有开。", "窗口已经关好，不用再关。")
    if window.ticket:
        return _no("at_window", f"{window.ticket}还在窗口。", "办完或者转走以后再关闭。")
    return {"window": window.plan.id}


def _call(hall: Hall, wish: Wish) -> Data | Refused:
    window = _own(hall, wish)
    if isinstance(window, Refused):
        return window
    if window.ticket:
        return _no("at_window", f"{window.ticket}还在窗口。", "先办完、转走或者记过号。")
    ticket = hall.next_for(window)
    if ticket is None:
        return _no("nobody", "现在没有人等这个窗口的业务。", "有人取号时页面会提示。")
    return {"number": ticket.number, "window": window.plan.id}


def _call_again(hall: Hall, wish: Wish) -> Data | Refused:
    found = _at(hall, wish, "called")
    if isinstance(found, Refused):
        return found
    window, ticket = found
    if wish.at - ticket.called_at < hall.plan.call_again_seconds:
        return _no(
            "too_soon", "刚刚叫过。", f"隔{hall.plan.call_again_seconds}秒再叫，让人走得过来。"
        )
    return {"number": ticket.number, "window": window.plan.id}


def _start(hall: Hall, wish: Wish) -> Data | Refused:
    found = _at(hall, wish, "called")
    if isinstance(found, Refused):
        return found
    return {"number": found[1].number, "window": found[0].plan.id}


def _miss(hall: Hall, wish: Wish) -> Data | Refused:
    found = _at(hall, wish, "called")
    if isinstance(found, Refused):
        return found
    window, ticket = found
    plan = hall.plan
    if ticket.calls < plan.calls_min or wish.at - ticket.called_at < plan.call_again_seconds:
        return _no(
            "called_too_little",
            f"要叫满{plan.calls_min}次、每次等{plan.call_again_seconds}秒，才能记过号。",
            "请再叫一次。",
        )
    return {"number": ticket.number, "window": window.plan.id}


def _finish(hall: Hall, wish: Wish) -> Data | Refused:
    found = _at(hall, wish, "serving")
    if isinstance(found, Refused):
        return found
    return {"number": found[1].number, "window": found[0].plan.id}


# ── what several rules ask ───────────────────────────────────────────────────────────────────


def free_in(hall: Hall, slot: int, errand: str) -> int:
    """How many may still be appointed for a slot in the queue of an errand."""
    queue = hall.errand(errand).queue
    return hall.plan.booking.slot_people - hall.booked.get((slot, queue), 0)


def _errands(hall: Hall, data: Data) -> list[str] | Refused:
    told = data.get("errands")
    found = [str(one) for one in told] if isinstance(told, list) else []
    if not found or any(hall.plan.errand(one) is None for one in found):
        return _no("unknown_errand", "这个大厅不办这件事。", "请从列出的业务里选。")
    if len(set(found)) != len(found) or len(found) > ERRANDS_A_TICKET_MAX:
        return _no(
            "too_many", f"一个号最多办{ERRANDS_A_TICKET_MAX}件不同的事。", "办完后请再取号。"
        )
    return found


def _number(hall: Hall, errand: str) -> str:
    """A001: the queue's letter and how many came to this queue today."""
    letter = hall.errand(errand).queue
    nth = hall.numbered.get(letter, 0) + 1
    return f"{letter}{nth:03d}"


def _ticket(hall: Hall, wish: Wish, *standings: str) -> Ticket | Refused:
    ticket = hall.tickets.get(str(wish.data.get("number") or ""))
    if ticket is None:
        return _no("unknown_ticket", "今天没有这个号。", "请核对号码。")
    if ticket.standing not in standings:
        return _no(
            "wrong_state", f"{ticket.number}现在{STANDINGS[ticket.standing]}。", "请刷新页面。"
        )
    return ticket


def _window(hall: Hall, wish: Wish) -> Counter | Refused:
    window = hall.windows.get(str(wish.data.get("window") or ""))
    if window is None:
        return _no("unknown_window", "没有这个窗口。", "请重新选择窗口。")
    turn = wish.data.get("turn")
    if turn is not None and turn != window.turn:
        return _no("moved_on", "这一步刚才已经办过。", "请看页面上现在的号，再接着办。")
    return window


def _own(hall: Hall, wish: Wish) -> Counter | Refused:
    window = _window(hall, wish)
    if isinstance(window, Refused):
        return window
    if window.state != "open":
        return _no("not_open", f"{window.plan.name}没有开。", "请先开窗。")
    if window.person != wish.by:
        return _no("not_yours", f"{window.plan.name}由别的同事在用。", "请换一个窗口。")
    return window


def _at(hall: Hall, wish: Wish, standing: str) -> tuple[Counter, Ticket] | Refused:
    """The window and its ticket, which stands so."""
    window = _own(hall, wish)
    if isinstance(window, Refused):
        return window
    ticket = hall.tickets.get(window.ticket)
    if ticket is None or ticket.standing not in AT_WINDOW:
        return _no("nobody", "窗口现在没有人。", "请叫下一位。")
    if ticket.standing != standing:
        return _no(
            "wrong_state", f"{ticket.number}现在{STANDINGS[ticket.standing]}。", "请刷新页面。"
        )
    return window, ticket


def _why(wish: Wish, instead: str) -> str | Refused:
    why = str(wish.data.get("why") or "").strip()
    return why or _no("no_reason", "还没有写原因，没有办成。", instead)


def _lacking(data: Data) -> list[str] | Refused:
    told = data.get("lacking")
    found = [str(one)[:WORDS_MAX] for one in told] if isinstance(told, list) else []
    if len(found) > LACKING_MAX:
        return _no("too_many", f"最多写{LACKING_MAX}样材料。", "请合并后再写。")
    return found


def _kept(data: Data, *names: str) -> Data:
    return {name: data[name] for name in names if data.get(name) not in (None, "")}


def _no(reason: str, says: str, instead: str) -> Refused:
    return Refused(reason=reason, says=says, instead=instead, cites=(RULE,))


STANDINGS: Final = {
    "booked": "已预约，还没报到",
    "waiting": "在等候",
    "called": "已被叫到",
    "serving": "正在办理",
    "aside": "暂离，位置保留",
    "done": "已办完",
    "left": "已取消",
    "turned_away": "今天没有办",
    "unserved": "没有轮到",
}
_TOLD: Final = ("told_low", "told_middle", "told_high", "told_from")
_RULES: Final[dict[str, Callable[[Hall, Wish], Data | Refused]]] = {
    "take": _take,
    "book": _book,
    "arrive": _arrive,
    "leave": _leave,
    "come_back": _come_back,
    "remind": _remind,
    "check": _check,
    "set_aside": _set_aside,
    "turn_away": _turn_away,
    "favour": _favour,
    "transfer": _transfer,
    "add": _add,
    "carry": _carry,
    "notify": _notify,
    "notified": _notified,
    "not_notified": _not_notified,
    "lift_quota": _lift_quota,
    "extend": _extend,
    "close": _close,
    "open_window": _open_window,
    "pause_window": _pause_window,
    "close_window": _close_window,
    "call": _call,
    "call_again": _call_again,
    "start": _start,
    "miss": _miss,
    "finish": _finish,
}
