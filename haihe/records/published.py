"""The supervision models in use: those of the pack, and newer versions that somebody approved.

A model is changed by a matter of kind `model_change`: its SQL, card and cases lie in the file store
under the digest that the journal holds, so what was approved is what runs. Every version stays.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final, cast

import msgspec
from msgspec.structs import replace

from haihe.kernel.state import State
from haihe.pack.models import Model, load_models
from haihe.pack.place import models_folder
from haihe.pack.yaml_file import UnusablePack
from haihe.records import files, home, journal, rules
from haihe.records.database import Connection

if TYPE_CHECKING:  # Arrow comes with it: only the workshop's files need it
    from haihe.supervision.package import PackedModel

KIND: Final = "model_change"
CHANGES_MAX: Final = 10_000
IN_USE: Final = "published"
RETIRED: Final = "retired"


@dataclass(frozen=True)
class Change:
    """One version of a model on its way: the matter, where it stands and the digest of its file."""

    matter: str
    number: str
    state: str
    model: str
    version: int
    digest: str
    note: str
    status: str  # trial or in_force once it was approved


@dataclass(frozen=True)
class InUse:
    """The models a sweep loads, and published versions that cannot be used here, in words."""

    models: tuple[Model, ...]
    unusable: tuple[str, ...] = ()


@dataclass
class _Seen:
    """Changes by matter with the event they were read at: what has not moved is not read again."""

    by_matter: dict[str, tuple[int, Change]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)


_seen = _Seen()


def changes(connection: Connection) -> list[Change]:
    """Every version of every model that was drafted here, the newest matter last."""
    rows = connection.rows(
        f"SELECT {journal.MATTER_HELD}, number, state, matter_id, seq FROM matter"
        " WHERE kind = ? ORDER BY opened_at, matter_id",
        (KIND,),
    )
    if len(rows) > CHANGES_MAX:
        raise UnusablePack(f"more than {CHANGES_MAX} changes of models; dispose of old drafts")
    found = []
    with _seen.lock:
        for row in rows:
            matter, seq = row[-2:]
            known = _seen.by_matter.get(matter)
            if known is None or known[0] != seq:
                state = journal.held(connection, row[:-4], rules.current()).state
                known = seq, _change(matter, row[-4], state)
                _seen.by_matter[matter] = known
            found.append(known[1])
    return found


def _change(matter: str, number: str, state: State) -> Change:
    told = state.fields
    held = cast("list[str]", told.get("model_file") or [])
    return Change(
        matter=matter,
        number=number,
        state=state.state,
        model=str(told.get("model", "")),
        version=int(cast(int, told.get("model_version", 0))),
        digest=held[0] if held else "",
        note=str(told.get("change_note", "")),
        status=str(told.get("approved_status", "")),
    )


def in_use(connection: Connection) -> InUse:
    """The pack's models with the newest published version of each in its place.

    A retired version takes itself and older ones out of use. A published file that does not load
    here leaves the version before it in use and is told.
    """
    chosen = {model.id: model for model in load_models(models_folder())}
    unusable: list[str] = []
    ordered = sorted(changes(connection), key=lambda one: one.version)
    for change in ordered:
        present = chosen.get(change.model)
        if present is not None and present.card.version > change.version:
            continue
        if change.state == RETIRED:
            chosen.pop(change.model, None)
        elif change.state == IN_USE:
            try:
                chosen[change.model] = _model(change)
            except (UnusablePack, FileNotFoundError, files.FileDamaged, ValueError) as error:
                unusable.append(f"{change.model}（{change.number}）：{error}")
    return InUse(tuple(chosen[one] for one in sorted(chosen)), tuple(unusable))


def _model(change: Change) -> Model:
    """The approved file as a model, in the use that was approved."""
    (model,) = unpacked([kept(change.digest)], home.home() / "models" / change.digest)
    if (model.id, model.card.version) != (change.model, change.version):
        raise UnusablePack(f"文件里是 {model.id} 第{model.card.version}版，不是批准的那一版")
    status = "in_force" if change.status == "in_force" else "trial"
    return Model(
        model.folder, replace(model.card, status=status), model.sql, model.population, model.cases
    )


def kept(digest: str) -> PackedModel:
    """The model in a kept file; ValueError where the file is none."""
    from haihe.supervision.package import PackedModel

    return msgspec.json.decode(files.load(digest), type=PackedModel)


def keep(model: PackedModel) -> str:
    """Keep a model's files; the digest under which `model_file` names them."""
    return files.keep([msgspec.json.encode(model)])


def unpacked(models: Iterable[PackedModel], folder: Path) -> tuple[Model, ...]:
    """The models as files below a folder (written once), read by the loader of packs."""
    from haihe.supervision.package import place_files

    if not folder.is_dir():
        folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with TemporaryDirectory(dir=folder.parent, prefix=".draft-") as draft:
            place_files(models, Path(draft))
            try:
                Path(draft).rename(folder)
            except OSError:  # another process has just put it there
                if not folder.is_dir():
                    raise
            Path(draft).mkdir(exist_ok=True)
    return load_models(folder)
