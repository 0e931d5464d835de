"""权力清单: who may decide what, by which article, within what time; made from the rules in force.

Nothing is written here by hand: steps, articles and clocks come from the procedures, the bodies
from the rules of competence (政府信息公开条例 20: duties and basis are told without being asked).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import cache

from haihe.kernel.organs import Sort
from haihe.kernel.procedure import LOCAL_LEVELS, ClockRule, Procedure, Step
from haihe.kernel.values import Frozen
from haihe.pack.organs import load_sorts
from haihe.records import rules
from haihe.records.instants import day_words
from haihe.records.printing import Printer, period_words

ANY = "*"
AT_ONCE = "1 minute"  # the least a clock may give: it runs out with the day it starts on


class Power(Frozen, frozen=True, kw_only=True):
    """What may be decided: by which posts of which bodies, by which articles, within which time."""

    name: str
    posts: tuple[str, ...]
    bodies: tuple[str, ...]
    articles: tuple[str, ...]
    limits: tuple[str, ...]
    papers: tuple[str, ...]
    final: bool


class PowersOf(Frozen, frozen=True, kw_only=True):
    """The powers in one kind of matter."""

    kind: str
    name: str
    basis: tuple[str, ...]
    since: str
    bodies: tuple[str, ...]
    powers: tuple[Power, ...]


def powers(now: datetime | None = None) -> tuple[PowersOf, ...]:
    """Every kind in force with what may be decided in it, by name."""
    found = (_of(procedure, printer) for procedure, printer in _in_force(now))
    return tuple(sorted((one for one in found if one.powers), key=lambda one: one.name))


def powers_of(kind: str, now: datetime | None = None) -> PowersOf | None:
    """The powers in one kind; None if there is no such kind in force."""
    return next((one for one in powers(now) if one.kind == kind), None)


def _in_force(now: datetime | None) -> Iterator[tuple[Procedure, Printer]]:
    at = now or datetime.now(UTC)
    printer = Printer(rules=rules.current(), now=at)
    for procedure in printer.rules.in_force(at.astimezone(printer.rules.zone).date()):
        yield procedure, printer


def _of(procedure: Procedure, printer: Printer) -> PowersOf:
    day = printer.now.astimezone(printer.rules.zone).date()
    competence = printer.rules.competence
    binds = competence.binds(procedure.kind)
    return PowersOf(
        kind=procedure.kind,
        name=procedure.name,
        basis=printer.articles(procedure.basis),
        since=day_words(procedure.since),
        bodies=_called(competence.sorts_that_have(procedure.kind, day)) if binds else (),
        powers=tuple(
            _power(procedure, name, step, printer, day)
            for name, step in procedure.steps.items()
            if _decides(procedure, step)
        ),
    )


def _decides(procedure: Procedure, step: Step) -> bool:
    """A step of an organ that ends, issues or cannot be taken back: what a power list tells."""
    organs = any(procedure.roles[one].stands != "public" for one in step.by)
    return organs and bool(step.outcome or step.issues or step.final)


def _power(procedure: Procedure, name: str, step: Step, printer: Printer, day: date) -> Power:
    roles = [one for one in step.by if procedure.roles[one].stands != "public"]
    return Power(
        name=step.name,
        posts=tuple(procedure.roles[one].name for one in roles),
        bodies=_called(_sorts(procedure.kind, name, roles, day)),
        articles=printer.articles(step.cites),
        limits=tuple(_limits(procedure, name)),
        papers=step.issues,
        final=step.final,
    )


def _sorts(kind: str, act: str, roles: list[str], day: date) -> tuple[str, ...]:
    """The sorts of bodies that the rules of competence give these roles, for this step."""
    competence = rules.current().competence
    if not competence.binds(kind):
        return ()
    found: list[str] = []
    for grant in competence.rules.kinds[kind].grants:
        fits = set(grant.roles) & set(roles) and (not grant.acts or act in grant.acts)
        if fits and grant.in_force(day):
            found += grant.sorts
    return tuple(dict.fromkeys(found))


def _limits(procedure: Procedure, act: str) -> Iterator[str]:
    """The clocks of organs that this step stops, with their length and whether the city set it."""
    for clock in procedure.clocks.values():
        if act in clock.stops and clock.whose == "organ":
            by = "本市约定" if clock.level in LOCAL_LEVELS else "法定"
            yield f"{clock.citizen or clock.name}：{_length(procedure, clock)}（{by}）"


def _length(procedure: Procedure, clock: ClockRule) -> str:
    """How long: 20个工作日; or up to a day of the file, where the rule gives no time after it."""
    if clock.allow == AT_ONCE and clock.starts_on in procedure.fields:
        return f"到“{procedure.fields[clock.starts_on].name}”为止"
    return period_words(clock.allow)


def _called(sorts: tuple[str, ...]) -> tuple[str, ...]:
    known = _every_sort()
    return tuple(
        known[one].name if one in known else ("各有关单位" if one == ANY else one) for one in sorts
    )


@cache
def _every_sort() -> dict[str, Sort]:
    """The sorts of bodies, read once: every power of a list asks for them."""
    return load_sorts()
