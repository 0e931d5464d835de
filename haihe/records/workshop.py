"""The workshop of models: a draft is checked, tried on this city, compared, and sent to another.

Nothing of a draft runs in this process: its cases and its SQL run in the sandbox. What is sent to
be approved is a matter of kind `model_change`; who approves it does so on the matter's own page.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from haihe.kernel.values import Actor, Command, Data, Refused
from haihe.pack.models import Model, load_models
from haihe.pack.yaml_file import UnusablePack
from haihe.records import mirror, published, write
from haihe.records.database import Connection, reading_connection
from haihe.records.models_shown import ANALYST
from haihe.records.shown import Reader
from haihe.supervision.catalogue import HOME_ZONE, Catalogue, card_faults, read_catalogue
from haihe.supervision.model_cases import Ground, columns_of, named_fields
from haihe.supervision.package import FILES, PackedModel, files_of, place_files
from haihe.supervision.sandbox import CaseProblems, Limits, Sandbox, Stopped
from haihe.supervision.sweep import Finding, UnusableModel, swept

HITS_SHOWN: Final = 50
FILE_BYTES_MAX: Final = 200_000
REQUIRED: Final = ("card.yaml", "model.sql", "cases.yaml")
EMPTY_CARD: Final = """id: new_model
name:
question:
basis: []
level: notice
status: draft
inputs: []
known_false_alarms: []
what_to_do:
owner:
version: 1
causes: {}
"""
EMPTY: Final = {
    "card.yaml": EMPTY_CARD,
    "model.sql": "SELECT matter_id, 'cause' AS cause, seq\nFROM event\nWHERE act = ''\n",
    "cases.yaml": "cases: []\n",
    "population.sql": "",
}


@dataclass(frozen=True)
class Hit:
    """A finding of a trial run: the matter, what was found, and the events that prove it."""

    matter: str
    number: str
    cause: str
    seqs: tuple[int, ...]


@dataclass
class Examined:
    """What was found out about a draft; `problems` must be empty before it may be sent."""

    texts: dict[str, str]
    model: Model | None = None
    problems: list[str] = field(default_factory=list)
    found: int = 0
    hits: list[Hit] = field(default_factory=list)
    before: int = 0  # version in use; 0 when the model is new
    more: list[Hit] = field(default_factory=list)
    fewer: list[Hit] = field(default_factory=list)
    more_count: int = 0
    fewer_count: int = 0
    seconds: float = 0.0

    @property
    def passes(self) -> bool:
        """Whether it may be sent to be approved."""
        return self.model is not None and not self.problems


def texts_of(model: str) -> dict[str, str]:
    """The files of the model in use, to be changed; those of an empty one when there is none."""
    for one in published.in_use(reading_connection()).models:
        if one.id == model:
            return {**dict.fromkeys(FILES, ""), **files_of(one)}
    return dict(EMPTY)


def examine(texts: Mapping[str, str], limits: Limits | None = None) -> Examined:
    """Check a draft: card, law, columns, cases, then a trial run beside the version in use."""
    told = Examined({name: texts.get(name, "").replace("\r\n", "\n") for name in FILES})
    told.problems += [
        f"{name} 超过 {FILE_BYTES_MAX} 字节"
        for name, text in told.texts.items()
        if len(text.encode()) > FILE_BYTES_MAX
    ]
    if told.problems:
        return told
    with TemporaryDirectory(prefix="haihe-workshop-") as folder:
        model = _loaded(told, Path(folder))
        if model is None:
            return told
        told.model = model
        _examined(told, model, Path(folder), limits or Limits())
    return told


def _loaded(told: Examined, folder: Path) -> Model | None:
    name = _id(told.texts["card.yaml"])
    try:
        place_files([packed(name, told.texts)], folder)
        (model,) = load_models(folder)
    except (UnusablePack, OSError) as error:
        told.problems += str(error).splitlines()
        return None
    return model


def _id(card: str) -> str:
    """The id that the card gives; the loader judges whether it is one."""
    for line in card.splitlines():
        key, mark, value = line.partition(":")
        if mark and key.strip() == "id":
            return value.strip()
    return ""


def packed(name: str, texts: Mapping[str, str], version: int = 0) -> PackedModel:
    """The texts as one file; an empty population is left out."""
    held = {file: text for file, text in texts.items() if text.strip() or file in REQUIRED}
    return PackedModel(name, version, held, {})


def _examined(told: Examined, model: Model, folder: Path, limits: Limits) -> None:
    connection = reading_connection()
    here = _catalogue()
    told.problems += card_faults(model, here.law, columns_of(here.ground))
    last = {one.id: one for one in published.in_use(connection).models}.get(model.id)
    told.before = last.card.version if last else 0
    if model.card.version <= told.before:
        told.problems.append(f"card.yaml: version: 在用的是第{told.before}版，新版本号要更大")
    box = _box(model, here.ground, limits)
    try:
        told.problems += [_in_words(one) for one in box.run_cases(folder, HOME_ZONE)]
        now = swept(model, box.rows_of())
        then = swept(last, _box(last, here.ground, limits).rows_of()) if last else None
    except (Stopped, UnusableModel) as error:
        told.problems.append(str(error))
        return
    told.seconds = now.seconds
    _compare(told, connection, now.all(), then.all() if then else [])


@cache
def _catalogue() -> Catalogue:
    """Law and columns of this installation; they do not change while it runs."""
    return read_catalogue(None)


def _box(model: Model, ground: Ground, limits: Limits) -> Sandbox:
    named = named_fields(model, ground)
    return Sandbox(mirror.folder(), dict(named.event_fields), dict(named.matter_fields), limits)


def _in_words(one: CaseProblems) -> str:
    return f"{one.case or 'model.sql'}：{'；'.join(one.problems)}"


def _compare(
    told: Examined, connection: Connection, now: list[Finding], then: list[Finding]
) -> None:
    """What is found now, and what only one of the two versions finds."""
    ours = {(one.matter_id, one.cause): one for one in now}
    theirs = {(one.matter_id, one.cause): one for one in then}
    more = [one for key, one in ours.items() if key not in theirs] if told.before else []
    fewer = [one for key, one in theirs.items() if key not in ours]
    told.found, told.more_count, told.fewer_count = len(now), len(more), len(fewer)
    told.hits, told.more, told.fewer = (
        _hits(connection, one[:HITS_SHOWN]) for one in (now, more, fewer)
    )


def _hits(connection: Connection, found: list[Finding]) -> list[Hit]:
    """The findings with the numbers of their matters."""
    ids = sorted({one.matter_id for one in found})
    marks = ", ".join("?" * len(ids))
    numbers: dict[str, str] = (
        dict(
            connection.rows(
                f"SELECT matter_id, number FROM matter WHERE matter_id IN ({marks})", tuple(ids)
            )
        )
        if ids
        else {}
    )
    return [
        Hit(one.matter_id, numbers.get(one.matter_id, ""), one.cause, one.seqs) for one in found
    ]


def propose(examined: Examined, note: str, who: Reader, key: str) -> str | Refused:
    """Draft and send an examined model to be approved; the id of its matter, or why not.

    `key` makes a repeated sending harmless. Raises ValueError for a draft with problems.
    """
    if examined.model is None or not examined.passes:
        raise ValueError("a draft with problems is not sent")
    model = examined.model
    digest = published.keep(packed(model.id, examined.texts, model.card.version))
    actor = Actor(person=who.person, role=ANALYST, organ=who.organ)
    drafted = write.submit(
        Command(
            key=f"{key}/draft",
            act="draft",
            actor=actor,
            kind=published.KIND,
            data={
                "model": model.id,
                "model_version": model.card.version,
                "model_file": [digest],
                "change_note": note,
            },
        )
    )
    if isinstance(drafted, Refused):
        return drafted
    trial: Data = {
        "trial_found": examined.found,
        "trial_more": examined.more_count,
        "trial_fewer": examined.fewer_count,
    }
    command = Command(
        key=f"{key}/submit", act="submit", actor=actor, matter=drafted.matter, data=trial
    )
    sent = write.submit(command)
    return sent if isinstance(sent, Refused) else drafted.matter
