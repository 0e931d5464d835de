"""One supervision of one log from beginning to end: read, views, sweep, and what to show of it."""

from __future__ import annotations

import secrets
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import duckdb

from haihe.pack.description import Description, load_description, read_description
from haihe.pack.law import Law, load_law
from haihe.pack.models import OF, Model, in_service, load_models, load_prepared
from haihe.pack.yaml_file import UnusablePack
from haihe.supervision.imports.damage import Damage
from haihe.supervision.imports.log import read_log, write_log
from haihe.supervision.imports.plan import Plan, plan_of
from haihe.supervision.imports.read import Progress
from haihe.supervision.sweep import Finding, Swept, sweep
from haihe.supervision.views import Fields, open_views

HISTORY_MAX: Final = 12  # events of an example that are shown
PSEUDONYM_KEY_BYTES: Final = 32
LEVELS: Final = {"notice": "提示", "warning": "警告", "grave": "严重"}


@dataclass(frozen=True)
class Wanted:
    """Under which pack to look, at which models (none: all), and what to keep and show."""

    pack: Path
    mapping: Path | None = None
    models: tuple[str, ...] = ()
    keep: Path | None = None
    examples: int = 0


@dataclass(frozen=True)
class Example:
    """A finding with the history it stands in: (seq, local time, act, whether it proves it)."""

    matter_id: str
    cause: str
    weight: float | None
    history: tuple[tuple[int, str, str, bool], ...]

    def as_json(self) -> dict[str, Any]:
        """Plain values, under the names of the columns."""
        return {
            "matter_id": self.matter_id,
            "cause": self.cause,
            "weight": self.weight,
            "events": [
                {"seq": seq, "happened_local": when, "act": act, "proves": proves}
                for seq, when, act, proves in self.history
            ],
        }


@dataclass(frozen=True)
class Shown:
    """What one model found, ready to print."""

    model: str
    name: str
    level: str
    question: str
    basis: tuple[str, ...]
    what_to_do: str
    words: dict[str, str]  # cause -> words
    findings: int
    causes: dict[str, int]
    measures: dict[str, int]
    measure_words: dict[str, str]
    worst: tuple[Example, ...]

    def cause_words(self, cause: str) -> str:
        """A cause for people; itself when the card has no words for it."""
        return self.words.get(cause, cause)

    @property
    def of(self) -> tuple[int, str] | None:
        """The denominator of the rate and what it counts."""
        return (self.measures[OF], self.measure_words[OF]) if OF in self.measures else None

    @property
    def other_measures(self) -> list[tuple[str, int]]:
        """The measures beside the denominator, in words."""
        return [(self.measure_words[m], n) for m, n in self.measures.items() if m != OF]


@dataclass
class Inspection:
    """The result: how much was looked at, what each model shows, and how long each part took."""

    matters: int = 0
    events: int = 0
    shown: list[Shown] = field(default_factory=list)
    left_out: dict[str, int] = field(default_factory=dict)
    damage: Damage | None = None
    spent: dict[str, float] = field(default_factory=dict)
    seconds: float = 0.0


def inspect(path: Path, wanted: Wanted, progress: Progress, *, keep_good: bool) -> Inspection:
    """Supervise a log, or a folder of views written before.

    UnusablePack, UnusableModel or WrongView when the pack cannot be used. A damaged log is
    answered with `damage`; its good part is supervised only when `keep_good`.
    """
    begun = time.perf_counter()
    result = Inspection()
    home = _description(wanted.pack)
    mapped = read_description(wanted.mapping) if wanted.mapping else home
    plan = plan_of(mapped, secrets.token_bytes(PSEUDONYM_KEY_BYTES))
    fields = _fields(home, mapped)
    models = _chosen(wanted)
    law = load_law(wanted.pack / "law")
    with _views(path, wanted, plan, result, progress, keep_good=keep_good) as folder:
        if folder is not None:
            _look(folder, wanted, fields, models, law, result)
    result.seconds = time.perf_counter() - begun
    return result


def _description(pack: Path) -> Description:
    if not pack.is_dir():
        raise UnusablePack(f"{pack}: there is no such folder")
    return load_description(pack)


def _fields(home: Description, mapped: Description) -> tuple[Fields, Fields]:
    """Data fields of `event` and `matter`: those of the pack, mapped or not, and the mapping's."""
    found: list[Fields] = []
    for level in ("event_fields", "matter_fields"):
        declared, given = getattr(home.imports, level), getattr(mapped.imports, level)
        for name in declared.keys() & given.keys():
            if declared[name].type != given[name].type:
                raise UnusablePack(
                    f"{level}: {name}: the pack declares {declared[name].type}, "
                    f"the mapping {given[name].type}; one name has one type"
                )
        found.append({name: field.type for name, field in (declared | given).items()})
    return found[0], found[1]


def _chosen(wanted: Wanted) -> tuple[Model, ...]:
    models = in_service(load_models(wanted.pack / "models"))
    known = {model.id for model in models}
    unknown = [name for name in wanted.models if name not in known]
    if unknown:
        raise UnusablePack(
            f"no model {', '.join(unknown)}; the pack has {', '.join(sorted(known))}"
        )
    chosen = tuple(model for model in models if not wanted.models or model.id in wanted.models)
    if not chosen:
        raise UnusablePack(f"{wanted.pack}: no model on trial or in force in models/")
    return chosen


@contextmanager
def _views(
    path: Path,
    wanted: Wanted,
    plan: Plan,
    result: Inspection,
    progress: Progress,
    *,
    keep_good: bool,
) -> Iterator[Path | None]:
    """The folder of views to look at; None when the log is damaged and not wanted in part."""
    if path.is_dir():
        yield path
        return
    with _timed(result, "读取"):
        log = read_log(path, plan, progress)
    result.damage = log.damage
    result.left_out = log.left_out
    if log.damage is not None and (not keep_good or log.matter.num_rows == 0):
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="haihe-views-") as temporary:
        folder = wanted.keep or Path(temporary)
        with _timed(result, "写入视图"):
            write_log(log, folder, plan)
        yield folder


def _look(
    folder: Path,
    wanted: Wanted,
    fields: tuple[Fields, Fields],
    models: Sequence[Model],
    law: Law,
    result: Inspection,
) -> None:
    connection = open_views(folder, *fields, often=True)
    try:
        with _timed(result, "监督"):
            result.matters, result.events = _sizes(connection)
            swept = sweep(connection, models, load_prepared(wanted.pack / "prepared"))
        with _timed(result, "举例"):
            result.shown = [_shown(connection, one, law, wanted.examples) for one in swept]
    finally:
        connection.close()


def _sizes(connection: duckdb.DuckDBPyConnection) -> tuple[int, int]:
    rows = connection.execute(
        "SELECT (SELECT count(*) FROM matter), (SELECT count(*) FROM event)"
    ).fetchall()
    matters, events = rows[0]
    return int(matters), int(events)


@contextmanager
def _timed(result: Inspection, name: str) -> Iterator[None]:
    begun = time.perf_counter()
    yield
    result.spent[name] = time.perf_counter() - begun


def _shown(connection: duckdb.DuckDBPyConnection, swept: Swept, law: Law, examples: int) -> Shown:
    card = swept.model.card
    worst = swept.worst(examples) if examples > 0 else []
    histories = _histories(connection, worst)
    return Shown(
        model=card.id,
        name=card.name,
        level=LEVELS[card.level],
        question=card.question,
        basis=tuple(law.say(cite) for cite in card.basis),
        what_to_do=card.what_to_do,
        words=card.causes,
        findings=swept.findings,
        causes=swept.causes,
        measures=swept.measures,
        measure_words=card.measures,
        worst=tuple(
            Example(one.matter_id, one.cause, one.weight, _cut(histories[one.matter_id], one))
            for one in worst
        ),
    )


History = list[tuple[int, datetime | None, str]]


def _histories(
    connection: duckdb.DuckDBPyConnection, findings: Sequence[Finding]
) -> dict[str, History]:
    """The whole history of every matter named, in its order."""
    found: dict[str, History] = {finding.matter_id: [] for finding in findings}
    if not found:
        return found
    marks = ", ".join("?" * len(found))
    rows = connection.execute(
        "SELECT matter_id, seq, happened_local, act FROM event"
        f" WHERE matter_id IN ({marks}) ORDER BY matter_id, seq",
        list(found),
    ).fetchall()
    for matter_id, seq, when, act in rows:
        found[matter_id].append((seq, when, act))
    return found


def _cut(history: History, finding: Finding) -> tuple[tuple[int, str, str, bool], ...]:
    """The history, or around its proving events when it is long."""
    proving = set(finding.seqs)
    shown = history
    if len(history) > HISTORY_MAX:
        near = {seq + step for seq in proving for step in (-1, 0, 1)}
        shown = [line for line in history if line[0] in near][:HISTORY_MAX]
    return tuple((seq, _words(when), act, seq in proving) for seq, when, act in shown)


def _words(when: datetime | None) -> str:
    if when is None:
        return "时间不详"
    midnight = (when.hour, when.minute, when.second) == (0, 0, 0)
    return when.strftime("%Y-%m-%d") if midnight else when.strftime("%Y-%m-%d %H:%M")
