"""A step before it is taken, with the values it would take: its conditions, its papers, their gaps.

Nothing is written: the event is folded over the matter as if it had happened now, so a paper reads
as it would be issued, with the due dates that the step starts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from haihe.kernel.checklist import Check, conditions
from haihe.kernel.clocks import clocks
from haihe.kernel.facts import is_given
from haihe.kernel.fold import advance
from haihe.kernel.paper import CLOCK, PaperTemplate, placeholders
from haihe.kernel.reading import View
from haihe.kernel.state import State
from haihe.kernel.values import Actor, Data, Event
from haihe.records.papers import Known, lines_of, placeholder_words
from haihe.records.printing import Printer
from haihe.records.shown import Condition, Foretold, PaperDraft


def foretold(
    printer: Printer, before: Known, view: View, act: str, actor: Actor, given: Data | None
) -> Foretold:
    """What the act would come to for this reader; nothing for an act that every kind has.

    `given` is its filled form; None while nobody has filled it in: then there is no paper yet.
    """
    procedure, state = before.procedure, before.state
    step = procedure.steps.get(act)
    if step is None:
        return Foretold(conditions=(), papers=())
    calendar = printer.rules.calendar
    checks = conditions(procedure, state, act, actor, printer.now, calendar, given)
    if given is None:
        return Foretold(conditions=said(printer, checks), papers=())
    known = _after(printer, before, act, actor, {**given, **step.sets})
    return Foretold(
        conditions=said(printer, checks),
        papers=tuple(
            _draft(printer, known, view, template)
            for template in (printer.rules.papers(procedure, act) if view.history else ())
        ),
    )


def said(printer: Printer, checks: Iterable[Check]) -> tuple[Condition, ...]:
    """Conditions ready to print."""
    return tuple(
        Condition(
            says=one.says,
            stands=one.stands,
            instead=one.instead,
            articles=printer.articles(one.cites),
        )
        for one in checks
    )


def _after(printer: Printer, before: Known, act: str, actor: Actor, given: Data) -> Known:
    """The matter as it would be once the act was taken now."""
    procedure = before.procedure
    personal = {name: value for name, value in given.items() if procedure.fields[name].personal}
    event = Event(
        seq=before.state.seq + 1,
        act=act,
        actor=actor,
        happened_at=printer.now,
        recorded_at=printer.now,
        data={name: value for name, value in given.items() if name not in personal},
        sealed=tuple(sorted(personal)),
    )
    after = advance(procedure, before.state, event)
    return Known(
        number=before.number,
        procedure=procedure,
        state=after,
        personal={**before.personal, **personal},
        clocks=tuple(clocks(procedure, after, printer.rules.calendar, printer.now)),
    )


def _draft(printer: Printer, known: Known, view: View, template: PaperTemplate) -> PaperDraft:
    return PaperDraft(
        id=template.id,
        name=template.name,
        lines=lines_of(printer, known, view, template, known.state.done[-1]),
        lacks=tuple(_lacking(printer, known, known.state, view, template)),
    )


def _lacking(
    printer: Printer, known: Known, state: State, view: View, template: PaperTemplate
) -> Iterator[str]:
    """The names of what stands blank; what this reader may not see is not told to be there."""
    fields = known.procedure.fields
    for name in placeholders(template):
        if name in fields:
            value = {**state.fields, **known.personal}.get(name)
            if not is_given(value) and view.fields.get(name) != "hidden":
                yield fields[name].name
        elif name.startswith(CLOCK):
            rule = known.procedure.clocks.get(name.removeprefix(CLOCK))
            if rule and not placeholder_words(printer, known, view, state.done[-1], name):
                yield f"{rule.name}的到期日"  # Chinese: the rules' own words
