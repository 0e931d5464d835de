"""A procedure laid out for constant-time answers: which act touches which clock, parsed once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from haihe.kernel.acts import ACTS
from haihe.kernel.allowance import Allowance, parse_allowance
from haihe.kernel.deadline import CIVIL_CODE, GENERAL_LAWS, ExtensionLeg, ExtensionRule, GeneralLaw
from haihe.kernel.procedure import Allow, ClockRule, Procedure, Test

END: Final = "end"  # in `stops`: whatever act ends the matter
OPENED_AT: Final = "opened_at"  # in `starts_on` and `carries`: when the matter was opened
CITES_JOINED_BY: Final = "、"
INDEXES_MAX = 4_096


@dataclass(frozen=True, slots=True, eq=False)
class ClockPlan:
    """One clock rule with its acts as sets and its lengths parsed."""

    id: str
    rule: ClockRule
    starts: frozenset[str]
    stops: frozenset[str]
    restarts: frozenset[str]
    tolls: frozenset[str]
    exclusion_starts: dict[str, tuple[int, ...]]
    exclusion_stops: dict[str, tuple[int, ...]]
    acts: frozenset[str]
    allowance: Allowance
    allow_when: tuple[tuple[Allowance, Allow], ...]
    legs: tuple[tuple[ExtensionLeg, tuple[Test, ...]], ...]
    extension_rule: ExtensionRule
    law: GeneralLaw
    fields: frozenset[str]
    procedure: Procedure
    act_names: dict[str, str]


@dataclass(frozen=True, slots=True, eq=False)
class Index:
    """What `decide`, `advance` and `clocks` look up in a procedure."""

    procedure: Procedure
    openings: tuple[str, ...]
    ending: frozenset[str]
    plans: dict[str, ClockPlan]
    clocks_of_act: dict[str, frozenset[str]]
    clocks_of_field: dict[str, frozenset[str]]
    all_clocks: frozenset[str]
    act_names: dict[str, str]
    patterns: dict[str, re.Pattern[str]]
    supervisors: frozenset[str]
    personal: frozenset[str]
    apart: tuple[str, ...]


_INDEXES: dict[int, Index] = {}


def index_of(procedure: Procedure) -> Index:
    """The index of this very procedure object, built on first use."""
    found = _INDEXES.get(id(procedure))
    if found is not None and found.procedure is procedure:
        return found
    if len(_INDEXES) >= INDEXES_MAX:
        _INDEXES.clear()
    built = _build(procedure)
    _INDEXES[id(procedure)] = built
    return built


def _build(procedure: Procedure) -> Index:
    ends = {name for name, state in procedure.states.items() if state.end}
    ending = frozenset(name for name, step in procedure.steps.items() if step.to in ends)
    names = {act: rule.name for act, rule in ACTS.items()}
    names |= {name: step.name for name, step in procedure.steps.items()}
    plans = {name: _plan(procedure, name, ending, names) for name in procedure.clocks}
    of_act: dict[str, set[str]] = {}
    of_field: dict[str, set[str]] = {}
    for name, plan in plans.items():
        for act in plan.acts:
            of_act.setdefault(act, set()).add(name)
        for field in plan.fields:
            of_field.setdefault(field, set()).add(name)
    return Index(
        procedure=procedure,
        openings=tuple(name for name, step in procedure.steps.items() if not step.from_),
        ending=ending,
        plans=plans,
        clocks_of_act={act: frozenset(names) for act, names in of_act.items()},
        clocks_of_field={field: frozenset(names) for field, names in of_field.items()},
        all_clocks=frozenset(plans),
        act_names=names,
        patterns={
            name: re.compile(field.pattern)
            for name, field in procedure.fields.items()
            if field.pattern
        },
        supervisors=frozenset(procedure.supervisors),
        apart=procedure.apart,
        personal=frozenset(name for name, field in procedure.fields.items() if field.personal),
    )


def _plan(
    procedure: Procedure, name: str, ending: frozenset[str], act_names: dict[str, str]
) -> ClockPlan:
    rule = procedure.clocks[name]
    stops = {act for act in rule.stops if act != END} | {"merge"}
    if END in rule.stops:
        stops |= ending
    exclusion_starts: dict[str, tuple[int, ...]] = {}
    exclusion_stops: dict[str, tuple[int, ...]] = {}
    for number, exclusion in enumerate(rule.excludes):
        for act in exclusion.starts:
            exclusion_starts[act] = (*exclusion_starts.get(act, ()), number)
        for act in exclusion.stops:
            exclusion_stops[act] = (*exclusion_stops.get(act, ()), number)
    legs = tuple(
        (
            ExtensionLeg(
                parse_allowance(leg.allow), leg.by, CITES_JOINED_BY.join(leg.cites or rule.cites)
            ),
            leg.when,
        )
        for leg in rule.extensions
    )
    starts, restarts = frozenset(rule.starts), frozenset(rule.restarts)
    tolls = frozenset(rule.tolls_until)
    acts = starts | stops | restarts | tolls | set(exclusion_starts) | set(exclusion_stops)
    acts |= {"extend"}
    if rule.suspends:
        acts |= {"suspend", "resume"}
    return ClockPlan(
        id=name,
        rule=rule,
        starts=starts,
        stops=frozenset(stops),
        restarts=restarts,
        tolls=tolls,
        exclusion_starts=exclusion_starts,
        exclusion_stops=exclusion_stops,
        acts=frozenset(acts),
        allowance=parse_allowance(rule.allow),
        allow_when=tuple((parse_allowance(one.allow), one) for one in rule.allow_when),
        legs=legs,
        extension_rule=ExtensionRule(tuple(leg for leg, _ in legs)),
        law=GENERAL_LAWS.get(rule.general_law, CIVIL_CODE),
        fields=_fields_read(rule),
        procedure=procedure,
        act_names=act_names,
    )


def _fields_read(rule: ClockRule) -> frozenset[str]:
    """The fields on which the length, the start or an extension of this clock depends."""
    tests = [*rule.starts_when]
    for allow in rule.allow_when:
        tests.extend(allow.when)
    for leg in rule.extensions:
        tests.extend(leg.when)
    named = {test.field for test in tests}
    if rule.starts_on:
        named.add(rule.starts_on)
    return frozenset(named)
