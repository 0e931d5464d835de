"""What a citizen reads of a matter: what happens, who has it, what next, until when, what I can do.

Two parts are written with each state (`citizen`, `next`), the rest follows from the matter. Nothing
is invented: a date is the legal end of a running clock, an offer is an act that is really open.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, tzinfo
from typing import Final, NamedTuple

from haihe.kernel.acts import ACTS
from haihe.kernel.calendar import Calendar, weekday_name
from haihe.kernel.decide import possible
from haihe.kernel.index import END
from haihe.kernel.kernel_acts import contest_answered
from haihe.kernel.procedure import LOCAL_LEVELS, ClockRule, Procedure
from haihe.kernel.state import RunningClock, State
from haihe.kernel.values import Actor, Frozen

PART_LETTERS_MAX: Final = 40  # each written part
ACT_LETTERS_MAX: Final = 12  # what an act is called to a citizen
CLOCK_LETTERS_MAX: Final = 14  # what a clock is called to a citizen
WHOLE_LETTERS_MAX: Final = 160  # with an organ's name of at most ORGAN_LETTERS_MAX
ORGAN_LETTERS_MAX: Final = 20
OFFERED_MAX: Final = 4
ANYBODY: Final = "public"  # the person and organ of a citizen who holds the follow code
STOPPED_NOWHERE: Final = 2  # how close a clock is to a state none of whose acts stops it

NO_PERIOD: Final = "这一步没有法定期限。"
ENDED: Final = "已经办完，没有要等的期限。"
PAUSED: Final = "期限暂停计算，恢复以后接着算。"
ASK: Final = "您可以凭查询码查进度，有疑问问承办单位。"
COMPLAIN: Final = "您可以问承办单位，也可以投诉。"
ASK_AFTER: Final = "有疑问可以问办结单位。"


class Told(Frozen, frozen=True, kw_only=True):
    """The parts of the sentence; `clock` is the running clock (its id) whose end `until` tells."""

    now: str
    who: str
    next: str
    until: str
    can: str
    clock: str = ""
    acts: tuple[str, ...] = ()  # the ids of the acts that `can` offers

    def whole(self) -> str:
        """All parts in reading order."""
        return self.now + self.who + self.next + self.until + self.can


def tell(
    procedure: Procedure,
    state: State,
    running: Sequence[RunningClock],
    calendar: Calendar,
    now: datetime,
    organ: str,
) -> Told:
    """The sentence at `now`; `running` are the matter's clocks then, `organ` its owner's name."""
    where = procedure.states[state.state]
    clock = telling_clock(procedure, state, running)
    until = _until(procedure, state, running, clock, calendar.zone)
    said, follows = _said(procedure, state, where.citizen, where.next)
    who = f"由{organ}办结。" if state.ended else f"由{organ}办理。"
    late = clock is not None and clock.status == "overdue" and clock.whose == "organ"
    room = WHOLE_LETTERS_MAX - len(said) - len(who) - len(follows) - len(until)
    acts = open_to_citizen(procedure, state, calendar, now)
    can, offered = _can(procedure, acts, room, ended=state.ended, late=late)
    return Told(
        now=said,
        who=who,
        next=follows,
        until=until,
        can=can,
        clock=clock.id if clock is not None else "",
        acts=offered,
    )


def _said(procedure: Procedure, state: State, now: str, follows: str) -> tuple[str, str]:
    """What happens and what comes next; a merge or a suspension outranks the words of the state."""
    if state.merged_into is not None:
        now, follows = "这件事已经并入另一件一起办理。", "那一件办到哪里，这一页上写着。"
    if state.suspended_since is not None:
        ground = next((one for one in reversed(state.done) if one.act == "suspend"), None)
        found = procedure.suspend.get(str(ground.data.get("ground"))) if ground else None
        why = f"（{found.name}）" if found is not None else ""
        return f"这件事已经中止{why}。", "中止的原因消失后恢复，接着办。"
    if state.contested:
        return now, "已经收到您的异议，正在核查。"
    if contest_answered(state):
        return now, "您的异议已经答复，答复在下面。"
    return now, follows


def telling_clock(
    procedure: Procedure, state: State, running: Iterable[RunningClock]
) -> RunningClock | None:
    """The running clock that tells until when; None if none with a last day runs.

    Those named in the state's `until` first; else those that an act of this state stops by leading
    on, then those it stops in place, then any other; of equals the one that ends first. A right of
    the citizen that has lapsed comes last.
    """
    open_ = [one for one in running if one.stopped_at is None and one.legal is not None]
    named = procedure.states[state.state].until
    for name in named:
        for one in open_:
            if rule_of(one) == name:
                return one
    ranked = [(_rank(procedure, state, one), one) for one in open_]
    # A right that has lapsed and leads nowhere from here binds nobody; neither does, when the
    # matter has ended, what nobody can stop any more.
    telling = [
        (rank, one)
        for rank, one in ranked
        if not (rank.lapsed and (state.ended or rank.closeness == STOPPED_NOWHERE))
        and not (state.ended and rank.closeness == STOPPED_NOWHERE)
    ]
    return min(telling, key=lambda pair: pair[0])[1] if telling else None


def rule_of(clock: RunningClock) -> str:
    """The rule of a running clock: its id without the number of the run."""
    return clock.id.partition("#")[0]


class _Rank(NamedTuple):
    """What makes one clock speak before another, in this order; the least speaks."""

    lapsed: bool  # a right of the citizen whose time is over
    aside: bool  # a right of the citizen that no act of this state uses
    closeness: int
    ends: tuple[int, int, int, int, int]
    clock: str


def _rank(procedure: Procedure, state: State, clock: RunningClock) -> _Rank:
    closeness = _closeness(procedure, state, procedure.clocks[rule_of(clock)])
    of_citizen = clock.whose == "citizen"
    return _Rank(
        lapsed=of_citizen and clock.status == "overdue",
        aside=of_citizen and closeness == STOPPED_NOWHERE,
        closeness=closeness,
        ends=_order(clock.legal),
        clock=clock.id,
    )


def _closeness(procedure: Procedure, state: State, rule: ClockRule) -> int:
    """0: an act of this state stops it and leads on; 1: stops it in place; 2: none does."""
    here = {name: step for name, step in procedure.steps.items() if state.state in step.from_}
    ends = END in rule.stops and any(
        step.to != "stay" and procedure.states[step.to].end for step in here.values()
    )
    if ends or any(here[act].to != "stay" for act in rule.stops if act in here):
        return 0
    return 1 if any(act in here for act in rule.stops) else STOPPED_NOWHERE


def _order(due: date | datetime | None) -> tuple[int, int, int, int, int]:
    """Days and instants in one order; a day ends after every instant in it."""
    assert due is not None
    if isinstance(due, datetime):
        return (due.year, due.month, due.day, due.hour, due.minute)
    return (due.year, due.month, due.day, 24, 0)


def _until(
    procedure: Procedure,
    state: State,
    running: Sequence[RunningClock],
    clock: RunningClock | None,
    zone: tzinfo,
) -> str:
    if clock is None:
        if state.ended:
            return ENDED
        paused = any(one.status == "suspended" for one in running)
        return PAUSED if paused or state.suspended_since is not None else NO_PERIOD
    assert clock.legal is not None
    rule = procedure.clocks[rule_of(clock)]
    what = period_called(rule)
    day = due_in_words(clock.legal, zone) + ("" if clock.official else "（暂定）")
    if clock.whose == "citizen":
        return f"{what}：到{day}为止{'，已经过了' if clock.status == 'overdue' else ''}。"
    by = "按本市约定" if rule.level in LOCAL_LEVELS else "依法"
    if clock.status == "overdue":
        return f"{what}：{by}应在{day}前办完，已经超期。"
    return f"{what}：{by}最迟{day}。"


def due_in_words(due: date | datetime, zone: tzinfo) -> str:
    """2026年10月8日 星期四, with 08:10 behind it for an instant."""
    if isinstance(due, datetime):
        local = due.astimezone(zone)
        return f"{due_in_words(local.date(), zone)} {local:%H:%M}"
    return f"{due.year}年{due.month}月{due.day}日 {weekday_name(due)}"


def open_to_citizen(
    procedure: Procedure, state: State, calendar: Calendar, now: datetime
) -> tuple[str, ...]:
    """The acts that somebody of the public may take now: steps of a public role, and 异议."""
    roles = [name for name, role in procedure.roles.items() if role.stands == "public"]
    found: dict[str, None] = {}
    for role in roles:
        who = Actor(person=ANYBODY, role=role, organ=ANYBODY)
        for name, refused in possible(procedure, state, who, now, calendar):
            public = name in procedure.steps or ACTS[name].who == "public"
            if refused is None and public:
                found.setdefault(name)
    return tuple(found)


def called(procedure: Procedure, act: str) -> str:
    """What an act is called to a citizen."""
    step = procedure.steps.get(act)
    if step is None:
        return ACTS[act].name
    return step.citizen or step.name


def period_called(rule: ClockRule) -> str:
    """What a clock is called to a citizen."""
    return rule.citizen or rule.name


def _can(
    procedure: Procedure, acts: Sequence[str], room: int, *, ended: bool, late: bool
) -> tuple[str, tuple[str, ...]]:
    """What the citizen can do: as many of the open acts as fit, else what anybody always can."""
    names: list[str] = []
    offered: list[str] = []
    for act in acts[:OFFERED_MAX]:
        if len(f"您可以{'、'.join([*names, called(procedure, act)])}等。") > room:
            break
        names.append(called(procedure, act))
        offered.append(act)
    if names:
        more = "等" if len(offered) < len(acts) else ""
        said = f"您可以{'、'.join(names)}{more}"
        complain = "，也可以投诉" if late and len(said) + 7 <= room else ""
        return f"{said}{complain}。", tuple(offered)
    if late:
        return COMPLAIN, ()
    return (ASK_AFTER if ended else ASK), ()
