"""Worked cases of a procedure (`procedures/<kind>/cases.yaml`), run through the kernel itself.

A case tells what somebody does, what is refused, and where the matter and its clocks then stand.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple

from msgspec import UNSET, UnsetType

from haihe.kernel.clocks import clocks
from haihe.kernel.decide import REASONS, decide
from haihe.kernel.fields import DIGEST, nearest
from haihe.kernel.fold import advance
from haihe.kernel.needs import attempt, first_unmet, refusal_of
from haihe.kernel.paper import CLOCK
from haihe.kernel.procedure import Procedure
from haihe.kernel.state import RunningClock, State
from haihe.kernel.values import Actor, Command, Data, Datum, Decided, Frozen, Refused
from haihe.pack import Pack
from haihe.pack.yaml_file import UnusablePack, read_struct

CASES_MAX: Final = 2_000
AFTER_MAX: Final = 30  # cases in a row that continue one another
ORGAN: Final = "分局"
WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_WHEN: Final = re.compile(
    r"(\d{4}-\d{2}-\d{2})(?: (Mon|Tue|Wed|Thu|Fri|Sat|Sun))?(?: (\d{2}:\d{2}(?::\d{2})?))?"
)
Status = Literal["running", "suspended", "overdue", "met", "late"]


class CaseActor(Frozen, frozen=True, kw_only=True):
    """Who acts in a case, where the role alone does not say it."""

    role: str
    person: str | int = ""
    organ: str | int = ""


class CaseStep(Frozen, frozen=True, kw_only=True, rename={"with_": "with"}):
    """One thing somebody does; `refused` names the reason it must be refused for."""

    on: str
    do: str
    by: str | CaseActor
    with_: dict[str, Any] = {}
    refused: str = ""
    cites: tuple[str, ...] = ()
    field: str = ""
    recorded: str = ""  # when the server heard of it, if later (offline)


class ExpectedClock(Frozen, frozen=True, kw_only=True):
    """What a clock must show; `legal: null` means that it has no last day (suspended)."""

    legal: str | UnsetType | None = UNSET
    nominal: str | UnsetType | None = UNSET
    status: Status | UnsetType = UNSET
    official: bool | UnsetType = UNSET


class Then(Frozen, frozen=True, kw_only=True):
    """Where the matter stands at an instant; only what is written is compared."""

    at: str
    state: str | UnsetType = UNSET
    outcome: str | UnsetType = UNSET
    owner: str | int | UnsetType = UNSET
    suspended: bool | UnsetType = UNSET
    contested: bool | UnsetType = UNSET
    fields: dict[str, Any] = {}  # what is then known; null: nobody gave it
    clocks: dict[str, ExpectedClock | None] = {}  # null: this clock never started


class Case(Frozen, frozen=True, kw_only=True):
    """One worked example; `after` continues the accepted steps of another case."""

    id: str
    it: str
    steps: tuple[CaseStep, ...] = ()
    after: str = ""
    organ: str | int = ORGAN
    then: Then | None = None


class CaseFile(Frozen, frozen=True, kw_only=True):
    """`procedures/<kind>/cases.yaml`."""

    cases: tuple[Case, ...]


@dataclass(slots=True)
class Exercised:
    """What cases have shown of one version, for the lint: steps taken, needs refused, clocks.

    `filled`: for every step that issues papers what was known then, fields and `clock:` due dates.
    """

    steps: set[str] = field(default_factory=set)
    needs: set[tuple[str, int]] = field(default_factory=set)
    statuses: set[tuple[str, Status]] = field(default_factory=set)
    filled: dict[str, set[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CaseResult:
    """How a case went: what is wrong (nothing, if it holds) and where the matter ended up."""

    kind: str
    id: str
    it: str
    problems: tuple[str, ...]


class Taken(NamedTuple):
    """A matter right after a step that a case takes: where it stands and what is known of it."""

    case: str
    act: str
    procedure: Procedure
    state: State
    personal: Data
    at: datetime


class WrongCase(ValueError):
    """A case that cannot be run: a weekday, a key, a clock or a value that makes no sense."""


@dataclass(slots=True)
class _Walk:
    """A matter on its way through a case."""

    procedure: Procedure | None = None
    state: State | None = None
    now: datetime | None = None
    personal: Data = field(default_factory=dict)


def case_path(pack: Pack, kind: str) -> Path:
    """Where the cases of a kind are written."""
    return pack.folder / kind / "cases.yaml"


def load_cases(pack: Pack, kind: str) -> tuple[Case, ...]:
    """The cases of a kind, in their order; none if there is no file. Raises UnusablePack."""
    path = case_path(pack, kind)
    if not path.is_file():
        return ()
    name = f"{pack.folder.name}/{kind}/{path.name}"
    cases = read_struct(path, name, CaseFile).cases
    if len(cases) > CASES_MAX:
        raise UnusablePack(f"{name}: {len(cases)} cases; at most {CASES_MAX} are read")
    known: set[str] = set()
    for case in cases:
        if case.id in known:
            raise UnusablePack(f"{name}: {case.id}: this id stands twice")
        known.add(case.id)
    return cases


def run_cases(
    pack: Pack, kind: str, cases: Sequence[Case], exercised: dict[date, Exercised] | None = None
) -> Iterator[CaseResult]:
    """Run every case of a kind; `exercised` collects what they show of each version."""
    by_id = {case.id: case for case in cases}
    shown: dict[date, Exercised] = {} if exercised is None else exercised
    for case in cases:
        problems: list[str] = []
        try:
            _run(pack, kind, case, by_id, shown, problems)
        except WrongCase as error:
            problems.append(str(error))
        yield CaseResult(kind, case.id, case.it, tuple(problems))


def taken(pack: Pack, kind: str, cases: Sequence[Case]) -> Iterator[Taken]:
    """Every step the cases take, with the matter after it; of a case that fails, no more steps."""
    by_id = {case.id: case for case in cases}
    for case in cases:
        try:
            walk = _before(pack, kind, case, by_id)
            for step in case.steps:
                if step.refused:
                    continue
                if any(_take(pack, kind, case, walk, step, {})):
                    break
                if walk.procedure is not None and walk.state is not None and walk.now is not None:
                    known = dict(walk.personal)
                    yield Taken(case.id, step.do, walk.procedure, walk.state, known, walk.now)
        except WrongCase:
            continue


def _run(
    pack: Pack,
    kind: str,
    case: Case,
    by_id: Mapping[str, Case],
    shown: dict[date, Exercised],
    problems: list[str],
) -> None:
    walk = _before(pack, kind, case, by_id)
    for number, step in enumerate(case.steps, 1):
        place = f"step {number} ({step.do})"
        problems.extend(f"{place}: {one}" for one in _take(pack, kind, case, walk, step, shown))
    if case.then is not None:
        problems.extend(f"then: {one}" for one in _compare(pack, walk, case.then, shown))
    elif not any(step.refused for step in case.steps):
        problems.append("tells nothing: expected `then`, or a step that is `refused`")


def _before(pack: Pack, kind: str, case: Case, by_id: Mapping[str, Case]) -> _Walk:
    """The matter as the cases left it that this one continues."""
    chain: list[Case] = []
    named = case.after
    while named:
        if named not in by_id:
            meant = nearest(named, {key: one.it for key, one in by_id.items()})
            hint = f"; did you mean `{meant}`?" if meant else ""
            raise WrongCase(f"after: there is no case `{named}`{hint}")
        chain.append(by_id[named])
        if len(chain) > AFTER_MAX or by_id[named] is case:
            raise WrongCase(f"after: more than {AFTER_MAX} cases in a row, or a circle")
        named = by_id[named].after
    walk = _Walk()
    for one in reversed(chain):
        for step in one.steps:
            if not step.refused:
                for problem in _take(pack, kind, one, walk, step, {}):
                    raise WrongCase(f"after {one.id}: {step.do}: {problem}")
    return walk


def _take(
    pack: Pack,
    kind: str,
    case: Case,
    walk: _Walk,
    step: CaseStep,
    shown: dict[date, Exercised],
) -> Iterator[str]:
    """Take one step of a case; yields what did not go as written."""
    at = instant(step.on, pack)
    now = instant(step.recorded, pack) if step.recorded else at
    if walk.now is not None and now < walk.now and not step.refused:
        raise WrongCase(f"{step.do}: on {step.on} lies before the step before it; write `recorded`")
    procedure = walk.procedure or pack.governing(kind, at.astimezone(pack.zone).date())
    if procedure is None:
        raise WrongCase(f"{step.do}: no version of {kind} is in force on {step.on}")
    command = _command(pack, procedure, case, walk, step, at)
    seen = shown.setdefault(procedure.since, Exercised())
    result = decide(procedure, walk.state, command, now, pack.calendar)
    if step.refused:
        _note_need(pack, procedure, walk.state, command, at, result, seen)
        yield from _expected_refusal(step, result)
        return
    if isinstance(result, Refused):
        yield f"refused ({result.reason}): {result.says} -> {result.instead}"
        return
    if step.cites or step.field:
        raise WrongCase(f"{step.do}: `cites` and `field` belong to a step that is `refused`")
    walk.procedure = procedure
    walk.state = advance(procedure, walk.state, result.event)
    walk.personal |= result.personal
    walk.now = now
    seen.steps.add(step.do)
    if step.do in procedure.steps and procedure.steps[step.do].issues:
        seen.filled.setdefault(step.do, set()).update(_fillable(pack, procedure, walk))


def _fillable(pack: Pack, procedure: Procedure, walk: _Walk) -> Iterator[str]:
    """What a paper can say at this moment: fields with a value, clocks with a due date."""
    if walk.state is None or walk.now is None:
        return
    for name, value in (*walk.state.fields.items(), *walk.personal.items()):
        if value not in (None, "", []):
            yield name
    for clock in clocks(procedure, walk.state, pack.calendar, walk.now, explain=False):
        if clock.legal is not None:
            yield f"{CLOCK}{clock.id.partition('#')[0]}"


def _expected_refusal(step: CaseStep, result: Decided | Refused) -> Iterator[str]:
    if step.refused not in REASONS:
        yield f"refused: there is no reason `{step.refused}`; known: {', '.join(REASONS)}"
    elif not isinstance(result, Refused):
        yield f"expected to be refused ({step.refused}), but it is allowed"
    elif result.reason != step.refused:
        yield f"expected {step.refused}, refused with {result.reason}: {result.says}"
    else:
        missing = [cite for cite in step.cites if cite not in result.cites]
        if missing:
            yield f"cites: expected {', '.join(missing)}; cited {', '.join(result.cites)}"
        if step.field and step.field != result.field:
            yield f"field: expected {step.field}; named {result.field}"


def _note_need(
    pack: Pack,
    procedure: Procedure,
    state: State | None,
    command: Command,
    at: datetime,
    result: Decided | Refused,
    seen: Exercised,
) -> None:
    """Remember which need this refusal exercised."""
    step = procedure.steps.get(command.act)
    if step is None or not isinstance(result, Refused):
        return
    tried = attempt(procedure, state, command.actor, command.data, at, pack.calendar)
    unmet = first_unmet(step, tried)
    if unmet is not None and result == refusal_of(step.needs[unmet], step, tried):
        seen.needs.add((command.act, unmet))


def _command(
    pack: Pack, procedure: Procedure, case: Case, walk: _Walk, step: CaseStep, at: datetime
) -> Command:
    return Command(
        key=f"{case.id}",
        act=step.do,
        actor=_actor(procedure, case, step),
        matter=None if walk.state is None else "case",
        kind=procedure.kind if walk.state is None else None,
        data=_data(pack, procedure, step),
        happened_at=at,
    )


def _actor(procedure: Procedure, case: Case, step: CaseStep) -> Actor:
    who = step.by if isinstance(step.by, CaseActor) else CaseActor(role=step.by)
    known = {*procedure.roles, *procedure.supervisors}
    if who.role not in known and not step.refused and step.do != "answer":
        meant = nearest(who.role, dict.fromkeys(known, ""))
        hint = f"; did you mean `{meant}`?" if meant else ""
        raise WrongCase(f"{step.do}: by: there is no role `{who.role}`{hint}")
    return Actor(
        person=str(who.person) or who.role, role=who.role, organ=str(who.organ or case.organ)
    )


def _data(pack: Pack, procedure: Procedure, step: CaseStep) -> Data:
    return {name: _datum(pack, procedure, name, value) for name, value in step.with_.items()}


def _datum(pack: Pack, procedure: Procedure, name: str, value: Any) -> Datum:
    """A value as the kernel takes it; days may be written with their weekday, instants locally."""
    if isinstance(value, date):
        return value.isoformat()
    asked = procedure.fields.get(name)
    kind = asked.type if asked is not None else ""
    if isinstance(value, str) and (kind in ("day", "instant") or name == "approved_on"):
        found = _WHEN.fullmatch(value)
        if found is not None and found.group(2):
            return instant(value, pack).isoformat() if found.group(3) else day(value).isoformat()
    if kind == "files" and isinstance(value, list):
        return [_digest(one) for one in value]
    return value  # type: ignore[no-any-return]  # whatever it is, the kernel judges it


def _digest(name: object) -> str:
    """A case calls a file by any word; it stands for the digest of that word."""
    text = str(name)
    return text if DIGEST.fullmatch(text) else hashlib.sha256(text.encode()).hexdigest()


def day(text: str) -> date:
    """`2026-09-01 Tue` as a day; the weekday, which must be written, must be right."""
    found = _WHEN.fullmatch(text)
    if found is None or not found.group(2):
        raise WrongCase(f"`{text}`: expected a day with its weekday, as 2026-09-01 Tue")
    try:
        on = date.fromisoformat(found.group(1))
    except ValueError as error:
        raise WrongCase(f"`{text}`: there is no such day") from error
    if WEEKDAYS[on.weekday()] != found.group(2):
        raise WrongCase(f"`{text}`: that day is a {WEEKDAYS[on.weekday()]}")
    return on


def instant(text: str, pack: Pack) -> datetime:
    """`2026-09-01 Tue 08:10` in the local time of the pack."""
    on = day(text)
    found = _WHEN.fullmatch(text)
    if found is None or not found.group(3):
        raise WrongCase(f"`{text}`: expected a time too, as 2026-09-01 Tue 08:10")
    try:
        clock = datetime.fromisoformat(f"{on.isoformat()}T{found.group(3)}")
    except ValueError as error:
        raise WrongCase(f"`{text}`: there is no such time") from error
    return clock.replace(tzinfo=pack.zone)


def written(moment: date | datetime | None, pack: Pack) -> str:
    """A day or an instant as cases write it; `null` for none."""
    if moment is None:
        return "null"
    if isinstance(moment, datetime):
        local = moment.astimezone(pack.zone)
        time = f"{local:%H:%M:%S}" if local.second else f"{local:%H:%M}"
        return f"{local:%Y-%m-%d} {WEEKDAYS[local.weekday()]} {time}"
    return f"{moment.isoformat()} {WEEKDAYS[moment.weekday()]}"


def _compare(pack: Pack, walk: _Walk, then: Then, shown: dict[date, Exercised]) -> Iterator[str]:
    state, procedure = walk.state, walk.procedure
    if state is None or procedure is None or walk.now is None:
        yield "there is no matter: no step was accepted"
        return
    at = instant(then.at, pack)
    if at < walk.now:
        raise WrongCase(f"at: {then.at} lies before the last step")
    yield from _compare_state(then, state, procedure)
    yield from _compare_fields(pack, then, state, procedure)
    running = clocks(procedure, state, pack.calendar, at)
    seen = shown.setdefault(procedure.since, Exercised())
    for name, expected in then.clocks.items():
        rule = name.partition("#")[0]
        if rule not in procedure.clocks:
            meant = nearest(rule, {key: one.name for key, one in procedure.clocks.items()})
            hint = f"; did you mean `{meant}`?" if meant else ""
            raise WrongCase(f"clocks: there is no clock `{rule}`{hint}")
        clock = next((one for one in running if one.id == name), None)
        if expected is None:
            if clock is not None:
                yield f"clocks.{name}: expected not to have started; {clock.status}"
            continue
        if clock is None:
            yield f"clocks.{name}: never started; started: {', '.join(c.id for c in running)}"
            continue
        seen.statuses.add((rule, clock.status))
        yield from _compare_clock(pack, name, expected, clock)


def _compare_state(then: Then, state: State, procedure: Procedure) -> Iterator[str]:
    if then.state is not UNSET and then.state not in procedure.states:
        meant = nearest(then.state, {key: one.name for key, one in procedure.states.items()})
        hint = f"; did you mean `{meant}`?" if meant else ""
        raise WrongCase(f"state: there is no state `{then.state}`{hint}")
    found: tuple[tuple[str, object, object], ...] = (
        ("state", then.state, state.state),
        ("outcome", then.outcome, state.outcome),
        ("owner", UNSET if then.owner is UNSET else str(then.owner), state.owner.organ),
        ("suspended", then.suspended, state.suspended_since is not None),
        ("contested", then.contested, state.contested),
    )
    for name, expected, actual in found:
        if expected is not UNSET and expected != actual:
            yield f"{name}: expected {expected!r}; it is {actual!r}"


def _compare_fields(pack: Pack, then: Then, state: State, procedure: Procedure) -> Iterator[str]:
    """Values that nobody types, because a step sets them, are only seen here."""
    for name, value in then.fields.items():
        known = procedure.fields.get(name)
        if known is None or known.personal:
            meant = nearest(name, {key: one.name for key, one in procedure.fields.items()})
            hint = f"; did you mean `{meant}`?" if meant else ""
            raise WrongCase(f"fields: no rule can read a field `{name}`{hint}")
        wanted, actual = _datum(pack, procedure, name, value), state.fields.get(name)
        if wanted != actual:
            yield f"fields.{name}: expected {wanted!r}; it is {actual!r}"


def _compare_clock(
    pack: Pack, name: str, expected: ExpectedClock, clock: RunningClock
) -> Iterator[str]:
    for key, wanted, moment in (
        ("legal", expected.legal, clock.legal),
        ("nominal", expected.nominal, clock.nominal),
    ):
        if wanted is UNSET:
            continue
        if isinstance(wanted, str):
            _ = instant(wanted, pack) if " " in wanted and ":" in wanted else day(wanted)
        actual = written(moment, pack)
        if (wanted or "null") != actual:
            yield f"clocks.{name}.{key}: expected {wanted or 'null'}; it is {actual}"
    if expected.status is not UNSET and expected.status != clock.status:
        yield f"clocks.{name}.status: expected {expected.status}; it is {clock.status}"
    if expected.official is not UNSET and expected.official != clock.official:
        yield f"clocks.{name}.official: expected {expected.official}; it is {clock.official}"
