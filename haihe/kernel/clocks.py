"""The statutory clocks of a matter: which run, until when, met or late, and why.

Everything follows from the acts that stand and the calendar, so a clock can be computed again for
any past instant. The rules of counting themselves are in haihe.kernel.deadline.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, tzinfo
from typing import Literal, NamedTuple

from haihe.kernel.acts import ACTS, PUT_RIGHT
from haihe.kernel.allowance import Allowance, parse_allowance
from haihe.kernel.calendar import Calendar
from haihe.kernel.deadline import (
    Due,
    Exclusion,
    Extension,
    ExtensionLeg,
    ExtensionRule,
    GeneralLaw,
    NewStart,
    RefusedExtension,
    due,
)
from haihe.kernel.facts import all_hold, say_test
from haihe.kernel.index import CITES_JOINED_BY, OPENED_AT, ClockPlan, index_of
from haihe.kernel.procedure import Allow, Procedure
from haihe.kernel.runs import Pause, Run, in_order_of_law, read_runs
from haihe.kernel.state import Done, RunningClock, State
from haihe.kernel.values import Data, Event

Status = Literal["running", "suspended", "overdue", "met", "late"]


def clocks(
    procedure: Procedure,
    state: State,
    calendar: Calendar,
    now: datetime,
    *,
    explain: bool = True,
    only: Collection[str] | None = None,
) -> list[RunningClock]:
    """Every run of every clock that ever started, in the order of the procedure.

    `only` limits it to some clock rules; `explain=False` leaves `why` empty and is much faster.
    """
    assert now.tzinfo is not None, "now carries its zone"
    index = index_of(procedure)
    acts = in_order_of_law(state.done)
    today = now.astimezone(calendar.zone).date()
    taken = {done.act for done in acts}
    found: list[RunningClock] = []
    for name, plan in index.plans.items():
        if plan.starts.isdisjoint(taken) or (only is not None and name not in only):
            continue
        runs, pauses = read_runs(plan, acts, procedure)
        tests = plan.rule.starts_when
        number = 0
        for run in runs:
            clock = _Clock(plan, run, pauses, state, acts, calendar)
            if tests and not all_hold(tests, *clock.fields()):
                continue
            number += 1
            ending = clock.due(plan.law if explain else None)
            found.append(clock.at(now, today, number, ending))
    return found


def affected_clocks(procedure: Procedure, state: State, event: Event) -> frozenset[str]:
    """The clock rules that this event (already in `state`) can have changed."""
    assert event.seq <= state.seq, "the state already holds the event"
    index = index_of(procedure)
    act = event.act
    if act in ("withdraw", "merge", PUT_RIGHT):
        return index.all_clocks
    if act == "extend":
        return frozenset({str(event.data.get("clock"))}) & index.all_clocks
    touched = index.clocks_of_act.get(act, frozenset())
    if index.clocks_of_field and act in procedure.steps:
        for field in (*event.data, *event.sealed):
            touched |= index.clocks_of_field.get(field, frozenset())
    return touched


def clock_now(
    procedure: Procedure, state: State, calendar: Calendar, now: datetime, name: str
) -> RunningClock | None:
    """The latest run of one clock without reasons, or None if it never started."""
    found = clocks(procedure, state, calendar, now, explain=False, only=(name,))
    return found[-1] if found else None


class Judged(NamedTuple):
    """What `judge_extension` found: the refusal (or None) and the leg that would be granted."""

    refused: RefusedExtension | None
    used: int
    leg: ExtensionLeg | None
    start: date | datetime
    legal: date | datetime | None


def judge_extension(
    procedure: Procedure, state: State, calendar: Calendar, name: str, candidate: Done
) -> Judged | None:
    """Whether an `extend` act not yet taken would hold; None if the clock has no last day.

    The very computation that `clocks` makes, with the candidate as its last extension. The clock
    must have a run that has not stopped.
    """
    plan = index_of(procedure).plans[name]
    acts = in_order_of_law(state.done)
    runs, pauses = read_runs(plan, acts, procedure)
    run = runs[-1]
    before = _Clock(plan, run, pauses, state, acts, calendar).due(None)
    run.extensions.append(candidate)
    clock = _Clock(plan, run, pauses, state, acts, calendar)
    ending = clock.due(None)
    if before is None or ending is None or ending.start is None:
        return None
    mine = clock.extensions[-1]
    refused = next((one for one in ending.refused if one.extension is mine), None)
    used = len(clock.extensions) - 1 - sum(one.extension is not mine for one in ending.refused)
    legs = clock.extension_rule.legs
    leg = legs[used] if used < len(legs) else None
    return Judged(refused, used, leg, ending.start, before.legal)


class _Clock:
    """One run of one clock, ready to be computed."""

    __slots__ = (
        "acts",
        "calendar",
        "explained",
        "extension_rule",
        "extensions",
        "pauses",
        "plan",
        "run",
        "state",
        "varied",
        "zone",
    )

    def __init__(
        self,
        plan: ClockPlan,
        run: Run,
        pauses: list[Pause],
        state: State,
        acts: Sequence[Done],
        calendar: Calendar,
    ) -> None:
        self.plan = plan
        self.run = run
        self.pauses = pauses
        self.state = state
        self.acts = acts
        self.calendar = calendar
        self.zone: tzinfo = calendar.zone
        self.extensions: list[Extension] = []
        self.extension_rule: ExtensionRule = plan.extension_rule
        self.varied: Allow | None = None
        self.explained = False

    def due(self, law: GeneralLaw | None) -> Due | None:
        """When this run ends; None while it has no first day. `law` None leaves out the reasons."""
        plan, run = self.plan, self.run
        self.explained = law is not None
        if plan.tolls and run.tolled is None:
            return None
        start = self._first_moment()
        if start is None:
            return None
        allowance = self._allowance()
        if run.extensions:
            self.extension_rule = self._legs()
            self.extensions = [self._extension(one, allowance) for one in run.extensions]
        rule = plan.rule
        try:
            return due(
                allowance,
                start,
                self.calendar,
                roll=rule.roll,
                months=rule.months,
                start_rule=rule.count,
                exclusions=self._exclusions() if self.pauses else (),
                extensions=self.extensions,
                extension_rule=self.extension_rule,
                new_starts=self._new_starts(allowance) if run.moved else (),
                law=law,
            )
        except ValueError:
            # A day that no calendar covers (a field may hold 1900-01-01): no due date can be told.
            return None

    def _why_varied(self) -> tuple[tuple[str, str], ...]:
        """Why another length than the usual one governs, as the first reason."""
        varied = self.varied
        if varied is None:
            return ()
        facts = "，".join(say_test(test, self.plan.procedure) for test in varied.when)
        usual, length = self.plan.allowance, parse_allowance(varied.allow)
        article = CITES_JOINED_BY.join(varied.cites or self.plan.rule.cites)
        return ((f"{facts}，期间不是{usual}而是{length}", article),)

    def _why_open(self) -> tuple[tuple[str, str], ...]:
        """Why no last day can be told."""
        rule, names = self.plan.rule, self.plan.act_names
        article = CITES_JOINED_BY.join(rule.cites)
        if self.plan.tolls and self.run.tolled is None:
            waits = "、".join(f"“{names[act]}”" for act in rule.tolls_until)
            return ((f"从{waits}之日起才开始计算，现在还没有截止日", article),)
        if self._first_moment() is None:
            name = self.plan.procedure.fields[rule.starts_on].name
            return ((f"还没有写明“{name}”，现在不能计算截止日", article),)
        return (("所依据的日期超出能够计算的年份，不能计算截止日", article),)

    def at(self, now: datetime, today: date, number: int, ending: Due | None) -> RunningClock:
        """This run, the `number`-th that counts, as it stands at `now`."""
        rule, run = self.plan.rule, self.run
        nominal = legal = None
        official = True
        why: tuple[tuple[str, str], ...] = ()
        cites = rule.cites
        if self.varied is not None:
            cites += tuple(cite for cite in self.varied.cites if cite not in cites)
        if ending is None:
            why = self._why_open() if self.explained else ()
        else:
            nominal, legal, official = ending.nominal, ending.legal, ending.official
            if ending.why:
                why = (*self._why_varied(), *((one.text, one.article) for one in ending.why))
        again = number > 1
        return RunningClock(
            id=f"{self.plan.id}#{number}" if again else self.plan.id,
            name=f"{rule.name}（第{number}次）" if again else rule.name,
            started_at=run.start.happened_at,
            stopped_at=run.stop.happened_at if run.stop else None,
            nominal=nominal,
            legal=legal,
            official=official,
            status=self._status(legal, now, today),
            whose=rule.whose,
            why=why,
            cites=cites,
            after_due=rule.after_due,
        )

    def _status(self, legal: date | datetime | None, now: datetime, today: date) -> Status:
        stop = self.run.stop
        if legal is None:
            if stop is not None:
                return "met"
            return "suspended" if self._is_waiting() else "running"
        if isinstance(legal, datetime):
            if stop is not None:
                return "met" if stop.happened_at <= legal else "late"
            return "running" if now <= legal else "overdue"
        if stop is not None:
            return "met" if self._day(stop.happened_at) <= legal else "late"
        return "running" if today <= legal else "overdue"

    def _is_waiting(self) -> bool:
        """Paused, or not yet counting because what it waits for has not happened."""
        if self.plan.tolls and self.run.tolled is None:
            return True
        return any(pause.last is None for pause in self.pauses)

    def _day(self, moment: datetime) -> date:
        return moment.astimezone(self.zone).date()

    def _first_moment(self) -> date | datetime | None:
        """The day or instant the run starts from: the act's own, or that of the field it names."""
        name = self.plan.rule.starts_on
        if not name:
            return self.run.start.happened_at
        if name == OPENED_AT:
            return self.state.opened_at
        value = self._latest_value(name)
        if not isinstance(value, str):
            return None
        try:
            return date.fromisoformat(value) if len(value) == 10 else datetime.fromisoformat(value)
        except ValueError:
            return None

    def _latest_value(self, name: str) -> object:
        """The field as last given while this run ran; before it, if nobody gave it since."""
        value: object = None
        for done in self.acts:
            if name in done.data and done.act not in ACTS:
                value = done.data[name]
            if done is self.run.stop:
                break
        return value

    def fields(self) -> tuple[Data, tuple[str, ...]]:
        """The fields this run is judged by: the matter's, for a stopped run as they were then."""
        stop, state = self.run.stop, self.state
        if stop is None or stop is self.acts[-1]:
            return state.fields, state.sealed
        fields: Data = {}
        sealed: tuple[str, ...] = ()
        for done in self.acts:
            if done.act not in ACTS:
                fields.update(done.data)
                sealed += done.sealed
            if done is stop:
                break
        return fields, sealed

    def _allowance(self) -> Allowance:
        if self.plan.allow_when:
            fields, sealed = self.fields()
            for allowance, varied in self.plan.allow_when:
                if all_hold(varied.when, fields, sealed):
                    self.varied = varied
                    return allowance
        return self.plan.allowance

    def _legs(self) -> ExtensionRule:
        """The legs that hold for this matter, in the order written."""
        if not any(tests for _, tests in self.plan.legs):
            return self.plan.extension_rule
        fields, sealed = self.fields()
        return ExtensionRule(
            tuple(leg for leg, tests in self.plan.legs if all_hold(tests, fields, sealed))
        )

    def _extension(self, done: Done, allowance: Allowance) -> Extension:
        approved = approved_at(done, allowance)
        rank = str(done.data.get("rank", ""))
        return Extension(rank, approved)

    def _exclusions(self) -> list[Exclusion]:
        stop = self.run.stop
        found: list[Exclusion] = []
        for pause in self.pauses:
            if stop is not None and pause.first.happened_at > stop.happened_at:
                continue
            first, last = self._day(pause.first.happened_at), None
            end = pause.last or stop
            if end is not None:
                last = self._day(end.happened_at)
                last = max(first, last)
            found.append(Exclusion(first, last, pause.matter, pause.article))
        return found

    def _new_starts(self, allowance: Allowance) -> list[NewStart]:
        article = CITES_JOINED_BY.join(self.plan.rule.cites)
        found: list[NewStart] = []
        for done, kind in self.run.moved:
            moment = done.happened_at
            on = moment if allowance.by_instant else self._day(moment)
            found.append(NewStart(on, self.plan.act_names[done.act], article, kind))
        return found


def approved_at(done: Done, allowance: Allowance) -> date | datetime:
    """When an extension was approved: the day or instant it names, else when it was entered."""
    value = done.data.get("approved_on")
    if isinstance(value, str):
        try:
            if len(value) == 10 and not allowance.by_instant:
                return date.fromisoformat(value)
            moment = datetime.fromisoformat(value)
        except ValueError:
            return done.happened_at
        if moment.tzinfo is not None:
            return moment
    return done.happened_at
