"""Reads supervision models: `model.sql` with its `card.yaml`, `cases.yaml` and `population.sql`.

A model is data: one SELECT over the published views that answers one row an event which proves
a finding. A pack may also hold `prepared/<name>.sql`: tables made once a sweep that its models
share.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from haihe.kernel.values import Frozen
from haihe.pack.yaml_file import UnusablePack, read_struct

MODELS_MAX: Final = 1_000
SQL_BYTES_MAX: Final = 20_000
OF: Final = "of"  # the measure that is the denominator of the rate

ALERTS_A_WEEK: Final = 20
ALERTS_MAX: Final = 10_000

# What joins two matters: parent and child or one named in a field of the other; a party of both;
# the same words in a field of type place.
Link = Literal["family", "party", "place"]

_ID: Final = re.compile(r"[a-z][a-z0-9_]*")
_NO_CODE: Final = re.compile(r"--[^\n]*|'[^']*'")  # comments and texts
_FINDING: Final = re.compile(r"\bfinding\b", re.IGNORECASE)
_REQUIRED: Final = ("model.sql", "card.yaml", "cases.yaml")


class Aim(Frozen, frozen=True, kw_only=True):
    """Least precision and recall on the planted faults of the simulated city."""

    precision: float = 0.98
    recall: float = 0.98


class Card(Frozen, frozen=True, kw_only=True):
    """The catalogue card of a model. `measures` names the rows of `population.sql` in words.

    `scope` says on what its findings about a matter depend: on the rows of that matter alone; on
    those of matters that `linked_by` joins to it as well; or on all (then it runs in full sweeps
    only). `linked` and `scope: all` are told in the words of `depends_on`.
    """

    id: str
    name: str  # in Chinese
    question: str  # what it asks of every matter, in one sentence
    basis: tuple[str, ...]  # citations that resolve in the pack's law/
    level: Literal["notice", "warning", "grave"]
    status: Literal["draft", "trial", "in_force", "retired"]
    inputs: tuple[str, ...]  # columns it reads: view.column
    known_false_alarms: tuple[str, ...]
    what_to_do: str
    owner: str  # who answers for it
    version: int
    concerns: Literal["owner", "cause"] = "owner"  # who must rectify: has the matter, is the cause
    causes: dict[str, str] = {}  # cause -> words; causes that are data (a code) need none
    measures: dict[str, str] = {}
    scope: Literal["matter", "linked", "all"] = "matter"
    linked_by: tuple[Link, ...] = ()
    depends_on: str = ""
    waits: tuple[str, ...] = ()  # "36 hours", "10 days", "4/5 of a clock"; see supervision/waits.py
    alert_budget: int = ALERTS_A_WEEK  # per organ; what is above it becomes one digest
    expects: Aim = Aim()
    falls_short: str = ""  # why it misses its aim, in words, where it does
    opens: Literal["rectification", "notice"] = "rectification"  # notice: it only tells


class CaseEvent(Frozen, frozen=True, kw_only=True, rename={"with_": "with"}):
    """One event of a small history; `on` is local, with its weekday, as is `recorded` if later."""

    on: str
    act: str
    role: str = ""
    organ: str = ""
    person: str = ""
    recorded: str = ""
    with_: dict[str, Any] = {}


class CaseMatter(Frozen, frozen=True, kw_only=True, rename={"with_": "with"}):
    """One matter of a case; its state defaults to its last act."""

    id: str
    events: tuple[CaseEvent, ...] = ()
    kind: str = ""
    state: str = ""
    with_: dict[str, Any] = {}


class Expected(Frozen, frozen=True, kw_only=True):
    """A finding the model must make: all of its proving events, in any order."""

    matter: str
    cause: str
    seqs: tuple[int, ...]


class ModelCase(Frozen, frozen=True, kw_only=True):
    """A small history in plain words: `finds` lists every finding; empty means silence.

    `rows` fills other views (clock, request, ...) row by row. `today` is the local instant at
    which the sweep stands, with its weekday; left out, a minute after the last event. A matter
    carries the last value of each data field its events gave, unless `with` says otherwise.
    """

    id: str
    it: str
    today: str = ""
    matters: tuple[CaseMatter, ...]
    finds: tuple[Expected, ...]
    rows: dict[str, tuple[dict[str, Any], ...]] = {}
    measures: dict[str, int] = {}


class _CaseFile(Frozen, frozen=True, kw_only=True):
    cases: tuple[ModelCase, ...]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A table made once a sweep: its name and the SELECT that fills it."""

    name: str
    sql: str


@dataclass(frozen=True, slots=True)
class Model:
    """One supervision model as it lies in the pack."""

    folder: Path
    card: Card
    sql: str
    population: str  # empty: the model gives no rate
    cases: tuple[ModelCase, ...]

    @property
    def id(self) -> str:
        """Its id, the name of its folder."""
        return self.card.id


def load_models(folder: Path) -> tuple[Model, ...]:
    """The models of a `models/` folder by id; UnusablePack lists everything that is wrong."""
    folders = sorted(path for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []
    if len(folders) > MODELS_MAX:
        raise UnusablePack(f"{folder.name}: {len(folders)} models; at most {MODELS_MAX} are read")
    models: list[Model] = []
    wrong: list[str] = []
    for one in folders:
        try:
            models.append(_model(one))
        except UnusablePack as error:
            wrong.append(str(error))
    if wrong:
        raise UnusablePack("\n".join(wrong))
    return tuple(models)


def load_prepared(folder: Path) -> tuple[Prepared, ...]:
    """The shared tables of a `prepared/` folder in the order of their names; often none."""
    paths = sorted(folder.glob("*.sql")) if folder.is_dir() else []
    return tuple(Prepared(_name(path), _sql(path)) for path in paths)


def in_service(models: Sequence[Model]) -> tuple[Model, ...]:
    """The models a sweep runs: on trial and in force."""
    return tuple(model for model in models if model.card.status in ("trial", "in_force"))


def _model(folder: Path) -> Model:
    missing = [name for name in _REQUIRED if not (folder / name).is_file()]
    if missing:
        raise UnusablePack(f"models/{folder.name}: {', '.join(missing)} missing")
    card = read_struct(folder / "card.yaml", f"models/{folder.name}/card.yaml", Card)
    cases = read_struct(folder / "cases.yaml", f"models/{folder.name}/cases.yaml", _CaseFile).cases
    population = folder / "population.sql"
    model = Model(
        folder,
        card,
        _sql(folder / "model.sql"),
        _sql(population) if population.is_file() else "",
        cases,
    )
    faults = list(_faults(model))
    if faults:
        raise UnusablePack("\n".join(f"models/{folder.name}/{fault}" for fault in faults))
    return model


def _faults(model: Model) -> list[str]:
    faults = []
    if model.card.id != model.folder.name or not _ID.fullmatch(model.card.id):
        faults.append(f"card.yaml: id: expected `{model.folder.name}` in lower case")
    if not model.card.basis:
        faults.append("card.yaml: basis: cite at least one article")
    if not model.card.inputs:
        faults.append("card.yaml: inputs: name the columns it reads, as view.column")
    if model.population and OF not in model.card.measures:
        faults.append(f"card.yaml: measures: `{OF}` must say what the rate is taken of")
    if model.card.measures and not model.population:
        faults.append("card.yaml: measures: there is no population.sql to count them")
    faults += _scope_faults(model.card)
    if model.card.scope != "all" and _FINDING.search(_NO_CODE.sub("", model.sql)):
        faults.append("model.sql: reads the view finding: only with `scope: all`, in full sweeps")
    if not any(case.finds for case in model.cases):
        faults.append("cases.yaml: no case in which the model finds something")
    if all(case.finds for case in model.cases):
        faults.append("cases.yaml: no case in which the model stays silent")
    ids = [case.id for case in model.cases]
    faults += [f"cases.yaml: {one}: stands twice" for one in set(ids) if ids.count(one) > 1]
    return faults


def _scope_faults(card: Card) -> list[str]:
    faults = []
    if (card.scope == "linked") != bool(card.linked_by):
        faults.append("card.yaml: linked_by: named exactly where `scope: linked` stands")
    if (card.scope == "matter") == bool(card.depends_on):
        faults.append("card.yaml: depends_on: say it exactly where the scope is linked or all")
    if not 1 <= card.alert_budget <= ALERTS_MAX:
        faults.append(f"card.yaml: alert_budget: expected 1 to {ALERTS_MAX} findings a week")
    if not all(0 < aim <= 1 for aim in (card.expects.precision, card.expects.recall)):
        faults.append("card.yaml: expects: precision and recall are shares above 0 and up to 1")
    return faults


def _name(path: Path) -> str:
    if not _ID.fullmatch(path.stem):
        raise UnusablePack(f"prepared/{path.name}: a name is lower-case letters, digits and _")
    return path.stem


def _sql(path: Path) -> str:
    text = path.read_bytes()
    if len(text) > SQL_BYTES_MAX:
        raise UnusablePack(f"{path.parent.name}/{path.name}: longer than {SQL_BYTES_MAX} bytes")
    return text.decode("utf-8").strip().removesuffix(";")
