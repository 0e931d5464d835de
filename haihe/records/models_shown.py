"""The models in use, ready to print: cards in words, their versions, findings, and the columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from haihe.pack.models import Model
from haihe.records import board_findings, published, rules
from haihe.records.column_words import VIEW_WORDS, words_of
from haihe.records.database import reading_connection
from haihe.records.shown import Reader

ANALYST: Final = "analyst"  # the role that drafts models
LEVELS = {"notice": "提示", "warning": "警示", "grave": "严重"}
STATUSES = {"draft": "起草", "trial": "试行", "in_force": "正式执行", "retired": "已停用"}
STATES = {
    "drafting": "起草中",
    "submitted": "待审批",
    "returned": "已退回",
    "approved": "已批准待发布",
    "published": "已发布",
    "retired": "已停用",
    "dropped": "已放弃",
}
WORDS_MAX = 10
ON_THE_WAY = ("drafting", "submitted", "returned", "approved")


@dataclass(frozen=True)
class Version:
    """One version drafted here: its matter and where it stands."""

    matter: str
    number: str
    model: str
    version: int
    state: str
    note: str


@dataclass(frozen=True)
class Row:
    """A model in a list."""

    id: str
    name: str
    question: str
    level: str
    status: str
    trial: bool
    version: int
    owner: str
    findings: int


@dataclass(frozen=True)
class Catalogue:
    """The models in use that were sought, the versions on their way, what cannot be used.

    `total` counts all models in use; `levels` holds those sought, the gravest first.
    """

    total: int
    rows: tuple[Row, ...]
    levels: tuple[tuple[str, tuple[Row, ...]], ...]
    on_the_way: tuple[Version, ...]
    unusable: tuple[str, ...]


@dataclass(frozen=True)
class Shown:
    """One model on its page."""

    row: Row
    basis: tuple[str, ...]
    known_false_alarms: tuple[str, ...]
    what_to_do: str
    falls_short: str
    depends_on: str
    alert_budget: int
    precision: str
    recall: str
    inputs: tuple[str, ...]
    files: dict[str, str]
    finding_cases: tuple[str, ...]
    silent_cases: tuple[str, ...]
    versions: tuple[Version, ...]


@dataclass(frozen=True)
class ViewColumns:
    """A published view with its columns (name, meaning) and the names of its data fields."""

    name: str
    meaning: str
    columns: tuple[tuple[str, str], ...]
    fields: tuple[tuple[str, str], ...]


def models(reader: Reader, sought: str = "") -> Catalogue:
    """What the list of models shows; `sought` are words of a name, a question or an id."""
    connection = reading_connection()
    in_use = published.in_use(connection)
    open_now = board_findings.open_now(reader)
    every = [_row(model, open_now.get(model.id, 0)) for model in in_use.models]
    words = sought.lower().split()[:WORDS_MAX]
    rows = tuple(one for one in every if all(word in _text(one) for word in words))
    levels = tuple(
        (level, tuple(one for one in rows if one.level == level))
        for level in reversed(LEVELS.values())
    )
    waiting = tuple(
        _version(one) for one in published.changes(connection) if one.state in ON_THE_WAY
    )
    return Catalogue(len(every), rows, levels, waiting, in_use.unusable)


def _text(row: Row) -> str:
    return f"{row.id} {row.name} {row.question} {row.owner} {row.status}".lower()


def model(name: str, reader: Reader) -> Shown | None:
    """One model in use; None when there is none of that name."""
    connection = reading_connection()
    found = {one.id: one for one in published.in_use(connection).models}.get(name)
    if found is None:
        return None
    card, say = found.card, rules.current().article
    from haihe.supervision.package import files_of

    open_now = board_findings.open_now(reader)
    return Shown(
        row=_row(found, open_now.get(name, 0)),
        basis=tuple(say(cite) for cite in card.basis),
        known_false_alarms=card.known_false_alarms,
        what_to_do=card.what_to_do,
        falls_short=card.falls_short,
        depends_on=card.depends_on,
        alert_budget=card.alert_budget,
        precision=f"{card.expects.precision:.0%}",
        recall=f"{card.expects.recall:.0%}",
        inputs=card.inputs,
        files=files_of(found),
        finding_cases=tuple(case.it for case in found.cases if case.finds),
        silent_cases=tuple(case.it for case in found.cases if not case.finds),
        versions=tuple(_version(one) for one in published.changes(connection) if one.model == name),
    )


def _row(model: Model, findings: int) -> Row:
    card = model.card
    return Row(
        id=card.id,
        name=card.name,
        question=card.question,
        level=LEVELS[card.level],
        status=STATUSES[card.status],
        trial=card.status == "trial",
        version=card.version,
        owner=card.owner,
        findings=findings,
    )


def _version(change: published.Change) -> Version:
    return Version(
        change.matter,
        change.number,
        change.model,
        change.version,
        STATES.get(change.state, change.state),
        change.note,
    )


def columns() -> tuple[ViewColumns, ...]:
    """The documented columns that a model may read."""
    from haihe.supervision.views import VIEWS, data_fields

    every = rules.current().every_version()
    names = {name: field.name for one in every for name, field in one.fields.items()}
    fields = {"event": data_fields(every), "matter": data_fields(every, "matter")}
    return tuple(
        ViewColumns(
            view.name,
            VIEW_WORDS[view.name],
            tuple((column.name, words_of(view.name, column.name)) for column in view.columns),
            tuple((name, names.get(name, "")) for name in sorted(fields.get(view.name, {}))),
        )
        for view in VIEWS.values()
    )
