"""Reads `procedures/<kind>/from-<day>.yaml`: every kind of matter in all its versions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Final

from haihe.kernel.acts import ACTS
from haihe.kernel.allowance import parse_allowance
from haihe.kernel.deadline import GENERAL_LAWS
from haihe.kernel.fields import nearest, wrong_value
from haihe.kernel.guards import GUARDS
from haihe.kernel.index import END, OPENED_AT, index_of
from haihe.kernel.procedure import Need, Procedure, Step, Test
from haihe.pack.chains import chain_faults
from haihe.pack.yaml_file import UnusablePack, read_struct

KINDS_MAX: Final = 500
VERSIONS_MAX: Final = 50
Procedures = Mapping[str, tuple[Procedure, ...]]

_COMPARISONS: Final = ("equals", "at_least", "at_most", "above", "below", "given")
_CONDITIONS: Final = (
    "after",
    "not_after",
    "any",
    "all",
    "other_person_than",
    "other_organ_than",
    "organ_not_in",
    "organ_in",
    "same",
    "answered",
    "within",
    "over",
    "guard",
)


def load_procedures(folder: Path) -> Procedures:
    """Every kind with its versions, oldest first; raises UnusablePack with all that is wrong.

    What could make a decision impossible (an unknown role, field, state, clock or guard; a length
    that cannot be read) is refused here; the rest is the business of `haihe procedures check`.
    """
    found: dict[str, list[Procedure]] = {}
    wrong: list[str] = []
    if not folder.is_dir():
        return {}
    kinds = sorted(path for path in folder.iterdir() if path.is_dir())
    if len(kinds) > KINDS_MAX:
        raise UnusablePack(f"{folder.name}: {len(kinds)} kinds; at most {KINDS_MAX} are read")
    for kind in kinds:
        for path in version_files(kind):
            name = f"{folder.name}/{kind.name}/{path.name}"
            try:
                procedure = read_procedure(path, name)
            except UnusablePack as error:
                wrong.append(str(error))
                continue
            found.setdefault(kind.name, []).append(procedure)
    if wrong:
        raise UnusablePack("\n".join(wrong))
    return {kind: tuple(sorted(all_, key=lambda one: one.since)) for kind, all_ in found.items()}


def version_files(kind: Path) -> list[Path]:
    """The version files of one kind, oldest first."""
    paths = sorted(kind.glob("from-*.yaml"))
    if len(paths) > VERSIONS_MAX:
        raise UnusablePack(f"{kind.name}: {len(paths)} versions; at most {VERSIONS_MAX} are read")
    return paths


def read_procedure(path: Path, name: str) -> Procedure:
    """One version, complete and free of names that nothing answers to. Raises UnusablePack."""
    procedure = read_struct(path, name, Procedure)
    wrong = [f"{name}: {line}" for line in unusable(procedure)]
    if procedure.kind != path.parent.name:
        wrong.append(f"{name}: kind: expected `{path.parent.name}`, the name of the folder")
    if path.stem != f"from-{procedure.since}":
        wrong.append(f"{name}: since: expected the day in the name of the file")
    if wrong:
        raise UnusablePack("\n".join(wrong))
    index_of(procedure)
    return procedure


def unusable(procedure: Procedure) -> Iterator[str]:
    """What would keep the kernel from deciding: names without meaning, unreadable lengths."""
    yield from _unusable_basics(procedure)
    for name, step in procedure.steps.items():
        where = f"steps.{name}"
        yield from _unknown(f"{where}.by", step.by, procedure.roles)
        yield from _unknown(f"{where}.from", step.from_, procedure.states)
        if step.to != "stay" or not step.from_:
            yield from _unknown(f"{where}.to", (step.to,), procedure.states)
        yield from _unknown(f"{where}.asks", step.asks, procedure.fields)
        yield from _unknown(f"{where}.may_ask", step.may_ask, procedure.fields)
        yield from _unusable_sets(f"{where}.sets", step, procedure)
        if step.hands_to:
            yield from _unknown(f"{where}.hands_to", (step.hands_to,), procedure.fields)
        for number, need in enumerate(step.needs):
            yield from _unusable_need(f"{where}.needs[{number}]", need, procedure)
        for number, handover in enumerate(step.opens):
            yield from _unusable_tests(f"{where}.opens[{number}].when", handover.when, procedure)
    for chain in procedure.approvals:
        yield from (f"approvals.{chain.id}: {says}" for says in chain_faults(procedure, chain))
    yield from _unusable_clocks(procedure)


def _unusable_sets(where: str, step: Step, procedure: Procedure) -> Iterator[str]:
    """What a step writes itself must be a known field, of its type, and not asked as well."""
    yield from _unknown(where, tuple(step.sets), procedure.fields)
    for name, value in step.sets.items():
        field = procedure.fields.get(name)
        if field is None:
            continue
        wrong = wrong_value(field, value)
        if wrong is not None:
            yield f"{where}.{name}: {value!r} is no value of type {field.type}: {wrong.instead}"
        if name in step.asks or name in step.may_ask:
            yield f"{where}.{name}: a field is either set or asked, not both"
        if field.personal:
            yield f"{where}.{name}: a personal field is asked, never set"


def _unusable_basics(procedure: Procedure) -> Iterator[str]:
    if not any(not step.from_ for step in procedure.steps.values()):
        yield "steps: no step opens the matter (a step without `from`)"
    yield from _unknown("apart", procedure.apart, procedure.fields)
    yield from _unknown("about", procedure.about, procedure.fields)
    if any(field.informant for field in procedure.fields.values()) and not procedure.about:
        yield "about: fields are `informant`, so say here from which organs that is kept"
    for name, field in procedure.fields.items():
        if (field.type == "choice") != bool(field.choices):
            yield f"fields.{name}: `choices` belong to type `choice`, and only to it"
        if field.told and (field.personal or field.informant or field.confined):
            yield f"fields.{name}: what a code tells is neither personal nor kept from anybody"
    if procedure.until is not None and procedure.until < procedure.since:
        yield "until: lies before `since`"
    for name in (END, "stay", *ACTS):
        if name in procedure.steps:
            yield f"steps.{name}: this name belongs to the kernel"
    if OPENED_AT in procedure.fields:
        yield f"fields.{OPENED_AT}: this name belongs to the kernel"


def _unusable_need(where: str, need: Need, procedure: Procedure) -> Iterator[str]:
    given = [name for name in _CONDITIONS if getattr(need, name)]
    if len(given) != 1:
        yield f"{where}: expected exactly one of {', '.join(_CONDITIONS)}; found {given or 'none'}"
        return
    for key in ("after", "not_after", "other_person_than", "other_organ_than"):
        named = getattr(need, key)
        if named:
            yield from _unknown(f"{where}.{key}", (named,), _acts(procedure))
    for key in ("within", "over"):
        named = getattr(need, key)
        if named:
            yield from _unknown(f"{where}.{key}", (named,), procedure.clocks)
    yield from _unknown(f"{where}.same", need.same, procedure.fields)
    for key in ("organ_not_in", "organ_in"):
        named = getattr(need, key)
        if named:
            yield from _unknown(f"{where}.{key}", (named,), procedure.fields)
    if need.guard:
        yield from _unknown(f"{where}.guard", (need.guard,), GUARDS)
    for key in ("when", "all", "any"):
        yield from _unusable_tests(f"{where}.{key}", getattr(need, key), procedure)


def _acts(procedure: Procedure) -> dict[str, object]:
    return {**dict.fromkeys(ACTS), **procedure.steps}


def _unusable_tests(where: str, tests: tuple[Test, ...], procedure: Procedure) -> Iterator[str]:
    for number, test in enumerate(tests):
        place = f"{where}[{number}]"
        yield from _unknown(f"{place}.field", (test.field,), procedure.fields)
        given = [name for name in _COMPARISONS if getattr(test, name) is not None]
        given += ["among"] if test.among else []
        if len(given) != 1:
            listed = ", ".join((*_COMPARISONS, "among"))
            yield f"{place}: expected exactly one of {listed}; found {given or 'none'}"


def _unusable_clocks(procedure: Procedure) -> Iterator[str]:
    acts = _acts(procedure)
    for name, clock in procedure.clocks.items():
        where = f"clocks.{name}"
        if "#" in name:
            yield f"{where}: a clock's name may not contain #"
        yield from _unknown(f"{where}.starts", clock.starts, acts)
        yield from _unknown(f"{where}.stops", clock.stops, {**acts, END: None})
        yield from _unknown(f"{where}.restarts", clock.restarts, acts)
        yield from _unknown(f"{where}.tolls_until", clock.tolls_until, acts)
        if clock.starts_on and clock.starts_on != OPENED_AT:
            yield from _unknown(f"{where}.starts_on", (clock.starts_on,), procedure.fields)
        if clock.general_law:
            yield from _unknown(f"{where}.general_law", (clock.general_law,), GENERAL_LAWS)
        yield from _unusable_tests(f"{where}.starts_when", clock.starts_when, procedure)
        for number, exclusion in enumerate(clock.excludes):
            place = f"{where}.excludes[{number}]"
            yield from _unknown(f"{place}.starts", exclusion.starts, acts)
            yield from _unknown(f"{place}.stops", exclusion.stops, acts)
        lengths = [(f"{where}.allow", clock.allow)]
        for number, allow in enumerate(clock.allow_when):
            lengths.append((f"{where}.allow_when[{number}].allow", allow.allow))
            yield from _unusable_tests(f"{where}.allow_when[{number}].when", allow.when, procedure)
        for number, leg in enumerate(clock.extensions):
            lengths.append((f"{where}.extensions[{number}].allow", leg.allow))
            yield from _unusable_tests(f"{where}.extensions[{number}].when", leg.when, procedure)
        for place, length in lengths:
            try:
                parse_allowance(length)
            except ValueError as error:
                yield f"{place}: {error}"


def _unknown(where: str, names: tuple[str, ...], known: Mapping[str, object]) -> Iterator[str]:
    for name in names:
        if name not in known:
            meant = nearest(name, dict.fromkeys(known, ""))
            hint = f"; did you mean `{meant}`?" if meant else ""
            yield f"{where}: nothing is called `{name}`{hint}"


def governing(procedures: Procedures, kind: str, day: date) -> Procedure | None:
    """The newest version of a kind in force on a day; None if there is none."""
    for procedure in reversed(procedures.get(kind, ())):
        if procedure.since <= day:
            return procedure if procedure.until is None or day <= procedure.until else None
    return None
