"""Reads `papers/`: the templates of the papers that steps issue, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Final

from haihe.kernel.paper import ARTICLE, CLOCK, PaperTemplate, fields_of, placeholders
from haihe.kernel.procedure import Procedure
from haihe.pack.law import Law
from haihe.pack.yaml_file import UnusablePack, read_struct

PAPERS_MAX: Final = 5_000
SHARED: Final = "shared"  # the folder of papers that several kinds use
SEAL_WORDS: Final = frozenset({"organ", "owner", "author"})

Fault = tuple[str, str]  # where, what


def load_papers(folder: Path) -> tuple[PaperTemplate, ...]:
    """The templates of a `papers/` folder by id; none without one. Raises UnusablePack.

    They lie in `<kind>/<id>.yaml`, in `shared/<id>.yaml` if several kinds use one, or beside these.
    """
    paths = [*folder.glob("*.yaml"), *folder.glob("*/*.yaml")] if folder.is_dir() else []
    if len(paths) > PAPERS_MAX:
        raise UnusablePack(f"{folder.name}: {len(paths)} papers; at most {PAPERS_MAX} are read")
    found: dict[str, PaperTemplate] = {}
    wrong: list[str] = []
    for path in sorted(paths, key=lambda one: (one.stem, one)):
        name = f"{folder.name}/{path.relative_to(folder).as_posix()}"
        try:
            template = read_struct(path, name, PaperTemplate)
        except UnusablePack as error:
            wrong.append(str(error))
            continue
        home = "" if path.parent == folder else path.parent.name
        wrong.extend(f"{name}: {says}" for says in _misplaced(template, path.stem, home))
        if template.id in found:
            wrong.append(f"{name}: id: another paper is called `{template.id}` already")
        found.setdefault(template.id, template)
    if wrong:
        raise UnusablePack("\n".join(wrong))
    return tuple(found.values())


def _misplaced(template: PaperTemplate, stem: str, home: str) -> Iterator[str]:
    """What of a template does not fit the name of its file or folder; `home` "" is no folder."""
    if template.id != stem:
        yield f"id: expected `{stem}`, the name of the file"
    if home == SHARED:
        if len(template.kinds) < 2:
            yield f"kinds: one kind only; the file belongs into its own folder, not {SHARED}/"
    elif home and template.kinds != (home,):
        yield f"kinds: expected [{home}], as its folder; a paper of several kinds lies in {SHARED}/"


def papers_of(
    templates: Iterable[PaperTemplate], procedure: Procedure, law: Law
) -> tuple[PaperTemplate, ...]:
    """The templates of this version: of its kind, citing only what is in force on its first day."""
    return tuple(
        one
        for one in templates
        if procedure.kind in one.kinds
        and all(law.resolves(cite) and law.in_force(cite, procedure.since) for cite in one.cites)
    )


def paper_faults(
    templates: Sequence[PaperTemplate], versions: Iterable[Procedure], law: Law
) -> Iterator[Fault]:
    """What is wrong with the templates: citations, and steps that never issue the paper."""
    every = list(versions)
    for template in templates:
        if not template.cites:
            yield f"{template.id}: cites", "cites nothing"
        for cite in _citations(template):
            if not law.resolves(cite):
                yield f"{template.id}: cites", f"cites {cite}, which law/ does not tell"
        for kind in template.kinds:
            served = [one for one in every if template in papers_of([template], one, law)]
            for step in template.steps:
                if not any(
                    one.kind == kind
                    and step in one.steps
                    and template.name in one.steps[step].issues
                    for one in served
                ):
                    yield f"{template.id}: steps", f"{kind}.{step} does not issue {template.name}"


def version_faults(templates: Iterable[PaperTemplate], procedure: Procedure) -> Iterator[Fault]:
    """What one version of a procedure cannot fill: unknown fields, clocks, data nobody asked."""
    taken: dict[tuple[str, str], str] = {}
    for template in templates:
        for name in template.steps:
            step = procedure.steps.get(name)
            if step is None or template.name not in step.issues:
                continue
            first = taken.setdefault((name, template.name), template.id)
            if first != template.id:
                yield f"papers/{template.id}", f"{first} is the template of {name} already"
            yield from _unfilled(template, procedure, name)


def missing_papers(templates: Sequence[PaperTemplate], procedure: Procedure) -> Iterator[Fault]:
    """Papers that a step of this version issues without any template."""
    written = {(step, one.name) for one in templates for step in one.steps}
    for name, step in procedure.steps.items():
        for paper in step.issues:
            if (name, paper) not in written:
                yield f"steps.{name}.issues", f"papers/ has no template of {paper} for it"


def blank_papers(
    templates: Iterable[PaperTemplate], procedure: Procedure, filled: Mapping[str, AbstractSet[str]]
) -> Iterator[Fault]:
    """Placeholders that stay blank in every worked case.

    `filled`: step -> what was known in some case after it, fields and `clock:` names.
    """
    for template in templates:
        asked = [
            name
            for name in placeholders(template)
            if name in procedure.fields or name.startswith(CLOCK)
        ]
        for step in template.steps:
            if step not in procedure.steps or template.name not in procedure.steps[step].issues:
                continue
            for name in asked:
                if name not in filled.get(step, frozenset()):
                    yield f"papers/{template.id}", f"{{{name}}}: no case fills it in {step}"


def _unfilled(template: PaperTemplate, procedure: Procedure, step: str) -> Iterator[Fault]:
    where = f"papers/{template.id}"
    known = asked_by(procedure, step)
    for name in fields_of(template):
        if name not in procedure.fields:
            yield where, f"{{{name}}}: {procedure.kind} has no such field, nor is it reserved"
        elif name not in known:
            yield where, f"{{{name}}}: neither {step} nor an earlier step asks it"
    for name in placeholders(template):
        clock = name.removeprefix(CLOCK)
        if name.startswith(CLOCK) and clock not in procedure.clocks:
            yield where, f"{{{name}}}: {procedure.kind} has no such clock"
    seal = template.seal_organ
    if seal not in SEAL_WORDS and (
        seal not in procedure.fields or procedure.fields[seal].type != "organ"
    ):
        yield where, f"seal_organ: {seal} is neither organ, owner, author nor a field of type organ"


def asked_by(procedure: Procedure, step: str) -> frozenset[str]:
    """The fields that this step asks or sets, or some step that can come before its first time."""
    others = {name: one for name, one in procedure.steps.items() if name != step}
    reached: set[str] = set()
    for _ in procedure.states:  # each round reaches a state further on, or there is none
        reached |= {
            one.to
            for one in others.values()
            if one.to != "stay" and (not one.from_ or reached.intersection(one.from_))
        }
    states = reached.intersection(procedure.steps[step].from_)
    before: set[str] = set()
    for _ in procedure.steps:  # each round finds a step further back, or there is none
        before |= {
            name
            for name, one in others.items()
            if (not one.from_ or reached.intersection(one.from_))
            and (one.to in states or (one.to == "stay" and states.intersection(one.from_)))
        }
        states |= {state for name in before for state in others[name].from_ if state in reached}
    return frozenset(
        field
        for name in (step, *before)
        for one in (procedure.steps[name],)
        for field in (*one.asks, *one.may_ask, *one.sets)
    )


def _citations(template: PaperTemplate) -> Iterator[str]:
    yield from template.cites
    for name in placeholders(template):
        if name.startswith(ARTICLE):
            yield name.removeprefix(ARTICLE)
