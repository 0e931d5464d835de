"""Tells a supervision model in words, for its page of the handbook: card, law, cases, figures."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from haihe.pack import Pack
from haihe.pack.models import Card, CaseEvent, CaseMatter, Model, ModelCase
from haihe.pack.telling import act_names

LIKE_SHOWN: Final = 3  # a case may hold twenty matters or rows of one sort: so many are told
EVENTS_SHOWN: Final = 12
LEVELS: Final = {"notice": "notice 提示", "warning": "warning 警示", "grave": "grave 严重"}
STATUSES: Final = {
    "draft": "draft 起草: no sweep runs it",
    "trial": "trial 试行: it is run and shown, and opens nothing",
    "in_force": "in force 正式执行",
    "retired": "retired 已停用: no sweep runs it",
}
OPENS: Final = {
    "rectification": "a finding opens a rectification",
    "notice": "a finding is told and opens no rectification",
}
CONCERNS: Final = {
    "owner": "the organ that has the matter",
    "cause": "the organ named by the cause",
}
LINKS: Final = {
    "family": "parent and child, or one named in a field of the other",
    "party": "a party of both",
    "place": "the same words in a field for a place",
}
UNMEASURED: Final = (
    "No back-test has been recorded yet: `haihe backtest --write` measures every model on the"
    " simulated city."
)


def model_page(model: Model, pack: Pack, backtest: Mapping[str, Any] | None) -> Iterator[str]:
    """The page of one model; `backtest` is what `haihe backtest --write` kept, if it did."""
    card = model.card
    yield from (f"# {card.name} `{card.id}`", "", card.question, "")
    yield from card_part(card)
    yield from ("", "## What to do when it finds something", "", card.what_to_do)
    yield from ("", "## Known false alarms", "", *_list(card.known_false_alarms))
    yield from ("", "## Legal basis", "", *basis_part(card, pack))
    if card.causes:
        yield from ("", "## Causes", "")
        yield from (f"- `{cause}` {words}" for cause, words in card.causes.items())
    yield from ("", "## Measured", "", *measured_part(card, backtest))
    yield from ("", "## Cases", "", "`haihe models test` runs them.")
    yield from cases_part(model, pack)
    yield from ("", "## SQL", "", "```sql", model.sql.rstrip(), "```")
    if model.population:
        yield from ("", "What the rate is taken of:", "")
        yield from ("```sql", model.population.rstrip(), "```")
    yield from ("", f"It reads {', '.join(f'`{one}`' for one in card.inputs)}.")


def card_part(card: Card) -> Iterator[str]:
    """The facts of a card, one line each."""
    runs = card.status in ("trial", "in_force")
    opens = f"; {OPENS[card.opens]}" if card.status == "in_force" else ""
    yield f"- Level: {LEVELS[card.level]}."
    yield f"- Status: {STATUSES[card.status]}{opens}. Version {card.version}."
    yield f"- Who answers for the model: {card.owner}."
    yield f"- Who must rectify: {CONCERNS[card.concerns]}."
    yield f"- Depends on: {_scope(card)}."
    if card.waits:
        yield f"- Looks again after: {', '.join(card.waits)}."
    if runs:
        yield (
            f"- Alert budget: {card.alert_budget} findings a week and organ are told one by one;"
            " what is above becomes one digest."
        )
    yield (
        f"- Aims on the simulated city: precision 查准 {card.expects.precision:.0%},"
        f" recall 查全 {card.expects.recall:.0%}."
    )
    if card.falls_short:
        yield f"- Where it falls short: {_flat(card.falls_short)}"


def _scope(card: Card) -> str:
    if card.scope == "matter":
        return "the records of the matter alone"
    if card.scope == "linked":
        joined = "; ".join(LINKS[link] for link in card.linked_by)
        return f"the matter and those joined to it ({joined}): {_flat(card.depends_on)}"
    return f"all matters, so full sweeps alone run it: {_flat(card.depends_on)}"


def basis_part(card: Card, pack: Pack) -> Iterator[str]:
    """Every article of the card in the words of law/, with its level."""
    for cite in card.basis:
        if not pack.law.resolves(cite):
            yield f"- `{cite}`: not told in `law/`"
            continue
        article = pack.law.article(cite)
        level = f"`{cite}`, level {article.level}"
        yield f"- **{pack.law.say(cite)}** ({level}): {_flat(article.tells)}"


def measured_part(card: Card, backtest: Mapping[str, Any] | None) -> Iterator[str]:
    """Precision, recall and findings per thousand matters, and in which city they were measured."""
    figures = (backtest or {}).get("models", {}).get(card.id)
    if backtest is None or figures is None:
        yield UNMEASURED
        return
    yield f"In {_city(backtest)}:"
    yield ""
    yield (
        f"- Found {figures['found']} ({figures['per_thousand']:g} per thousand matters of the usual"
        f" city); faults planted {figures['planted']}, found of them {figures['hit']};"
        f" findings that nothing explains {figures['extra']}."
    )
    yield f"- Precision 查准 {_share(figures['precision'])}, aim {card.expects.precision:.0%}."
    yield f"- Recall 查全 {_share(figures['recall'])}, aim {card.expects.recall:.0%}."
    if not figures["planted"]:
        yield "- No fault for this model was planted, so its recall could not be measured."


def _city(backtest: Mapping[str, Any]) -> str:
    city, planted = backtest["city"], backtest.get("planted", {})
    told = f"a simulated city of {city['matters']:,} matters and {city['events']:,} events"
    if "seed" in city:
        told += f" (seed {city['seed']}, {city['days']} days, scale {city['scale']:g})"
    if planted:
        told += f", and {planted['matters']:,} matters with planted faults"
    return told


def _share(value: float | None) -> str:
    return "not measured" if value is None else f"{value:.1%}"


def cases_part(model: Model, pack: Pack) -> Iterator[str]:
    """First the cases in which it finds something, then those in which it stays silent."""
    finding = [case for case in model.cases if case.finds]
    silent = [case for case in model.cases if not case.finds]
    for title, cases in (("It finds", finding), ("It stays silent", silent)):
        yield from ("", f"### {title}")
        for case in cases:
            yield from ("", f"**`{case.id}`** {_flat(case.it)}", "", *case_part(model, case, pack))


def case_part(model: Model, case: ModelCase, pack: Pack) -> Iterator[str]:
    """One case as a short list: what happened, when the sweep stands, what is found."""
    for matter in case.matters[:LIKE_SHOWN]:
        yield from _matter(matter, pack)
    yield from _rest("- ", "of the matters", len(case.matters) - LIKE_SHOWN)
    for view, rows in case.rows.items():
        for row in rows[:LIKE_SHOWN]:
            yield f"- `{view}`: {_values(row)}"
        yield from _rest("- ", f"of the rows of `{view}`", len(rows) - LIKE_SHOWN)
    at = f" at {case.today}" if case.today else ""
    for one in case.finds[:LIKE_SHOWN]:
        words = model.card.causes.get(one.cause, "")
        told = f"{words} (`{one.cause}`)" if words else f"`{one.cause}`"
        proof = ", ".join(str(seq) for seq in one.seqs)
        yield f"- Found{at}: {one.matter}, {told}, proved by event {proof}"
    yield from _rest("- ", "of the findings", len(case.finds) - LIKE_SHOWN)
    if not case.finds:
        yield f"- Nothing is found{at}."


def _matter(matter: CaseMatter, pack: Pack) -> Iterator[str]:
    versions = pack.procedures.get(matter.kind, ())
    names = act_names(versions[-1]) if versions else {}
    kind = f" {versions[-1].name}" if versions else ""
    known = dict(matter.with_)
    state = versions[-1].states.get(matter.state) if versions else None
    if matter.state:
        known = {"state": state.name if state else matter.state} | known
    told = f" ({_values(known)})" if known else ""
    yield f"- {matter.id}{kind}{told}"
    for seq, event in enumerate(matter.events[:EVENTS_SHOWN], start=1):
        yield f"    - {seq}: {_event(event, names)}"
    yield from _rest("    - ", "of the events", len(matter.events) - EVENTS_SHOWN)


def _rest(indent: str, of_what: str, left: int) -> Iterator[str]:
    if left > 0:
        yield f"{indent}… and {left} more {of_what}"


def _event(event: CaseEvent, names: Mapping[str, str]) -> str:
    who = "，".join(one for one in (event.organ, event.person) if one)
    told = f"{event.on}, {names.get(event.act, event.act)}"
    told += f"（{who}）" if who else ""
    told += f" ({_values(event.with_)})" if event.with_ else ""
    told += f", recorded {event.recorded}" if event.recorded else ""
    return told


def _values(given: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {_value(value)}" for name, value in given.items())


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None:
        return "—"
    if isinstance(value, date | datetime):
        return value.isoformat()
    return _flat(str(value)) or "—"


def _list(texts: Iterable[str]) -> list[str]:
    return [f"- {_flat(text)}" for text in texts] or ["None is known."]


def _flat(text: str) -> str:
    """On one line, with nothing that Markdown would read as a link or a tag."""
    return " ".join(text.split()).replace("<", "&lt;").replace("[", "\\[")


def read_backtest(file: Path) -> dict[str, Any] | None:
    """What `haihe backtest --write` kept; None where it kept nothing yet."""
    if not file.is_file():
        return None
    held: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return held
