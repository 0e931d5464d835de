"""The papers of a matter: which its steps issue, and what one says to a reader at a moment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from haihe.kernel.joined import joined
from haihe.kernel.kernel_acts import issued
from haihe.kernel.paper import ARTICLE, CLOCK, PaperLine, PaperTemplate, fields_of, fill
from haihe.kernel.procedure import Procedure
from haihe.kernel.reading import View
from haihe.kernel.state import Done, RunningClock, State
from haihe.kernel.values import Data
from haihe.records.docx import docx
from haihe.records.instants import due_words
from haihe.records.printing import Printer
from haihe.records.shown import Paper, PaperDraft, PaperRow


@dataclass(frozen=True, slots=True)
class Known:
    """A matter at the moment of a paper: its state, personal values and clocks."""

    number: str
    procedure: Procedure
    state: State
    personal: Data
    clocks: Iterable[RunningClock]


def listed(
    printer: Printer,
    procedure: Procedure,
    state: State,
    view: View,
    erased: frozenset[str],
) -> tuple[PaperRow, ...]:
    """The papers of the steps that stand, in their order; none for who does not see the history.

    `erased` names the fields of which a value was erased: a file that holds one is not given.
    """
    if not view.history:
        return ()
    return tuple(
        row_of(printer, procedure, state, view, erased, template, done)
        for done in state.done
        if done.act in procedure.steps
        for template in printer.rules.papers(procedure, done.act)
    )


def row_of(
    printer: Printer,
    procedure: Procedure,
    state: State,
    view: View,
    erased: frozenset[str],
    template: PaperTemplate,
    done: Done,
) -> PaperRow:
    """One paper of the list, issued or not yet."""
    found = issued(state, done.seq, template.name)
    return PaperRow(
        id=template.id,
        name=template.name,
        step=done.seq,
        step_name=procedure.steps[done.act].name,
        when=printer.instant(done.happened_at),
        issued="" if found is None else printer.instant(found.happened_at),
        digest="" if found is None else str(found.data["digest"]),
        clear=all(
            view.fields.get(name) == "clear" and name not in erased for name in fields_of(template)
        ),
    )


def found(
    printer: Printer, procedure: Procedure, state: State, step: int, paper: str
) -> tuple[PaperTemplate, Done] | None:
    """The template and the act behind a paper of this matter; None if it has no such paper."""
    for done in state.done:
        if done.seq == step and done.act in procedure.steps:
            for template in printer.rules.papers(procedure, done.act):
                if template.id == paper:
                    return template, done
    return None


def written(
    printer: Printer, known: Known, view: View, template: PaperTemplate, done: Done, row: PaperRow
) -> Paper:
    """The paper as this reader sees it; its file only for who sees every field of it in clear."""
    lines = lines_of(printer, known, view, template, done)
    return Paper(row=row, lines=lines, file=docx(lines) if row.clear else b"")


def as_draft(procedure: Procedure, act: str, proposal: int, draft: PaperDraft) -> Paper:
    """A paper of a step that was only proposed: to read and print, never to issue."""
    row = PaperRow(
        id=draft.id,
        name=draft.name,
        step=proposal,
        step_name=procedure.steps[act].name,
        when="",
        issued="",
        digest="",
        clear=False,
        draft=True,
    )
    return Paper(row=row, lines=draft.lines, file=b"", lacks=draft.lacks)


def lines_of(
    printer: Printer, known: Known, view: View, template: PaperTemplate, done: Done
) -> tuple[PaperLine, ...]:
    """What the paper says to this reader, line by line."""
    return fill(template, lambda name: placeholder_words(printer, known, view, done, name))


def placeholder_words(printer: Printer, known: Known, view: View, done: Done, name: str) -> str:
    """What a placeholder stands for, as far as this reader may see it; "" if nothing is known."""
    procedure, state = known.procedure, known.state
    if name.startswith(ARTICLE):
        return printer.rules.article(name.removeprefix(ARTICLE))
    if name.startswith(CLOCK):
        return _due(printer, known.clocks, name.removeprefix(CLOCK))
    if name in procedure.fields:
        value = {**state.fields, **known.personal}.get(name)
        return printer.value(procedure.fields[name], view.shows(name, value))
    owner = printer.rules.organ_name(state.owner.organ)
    role = procedure.roles.get(done.actor.role)
    by_public = role is not None and role.stands == "public"
    return {
        "matter_number": known.number,
        "kind_name": procedure.name,
        "step_name": procedure.steps[done.act].name,
        "step_time": printer.instant(done.happened_at),
        "organ": printer.organ(done.actor.organ) or owner,
        "owner": owner,
        "author": "" if by_public else printer.organ(done.actor.organ),
        "joined_count": str(len(joined(state))),
        "today": due_words(printer.now.astimezone(printer.rules.zone).date(), printer.rules.zone),
    }[name]


def _due(printer: Printer, clocks: Iterable[RunningClock], rule: str) -> str:
    """The legal due date of this clock, of its last run if it ran more than once."""
    runs = [clock for clock in clocks if clock.id.partition("#")[0] == rule]
    return due_words(runs[-1].legal, printer.rules.zone) if runs else ""
