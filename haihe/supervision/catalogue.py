"""The models of a pack with the law and the fields they stand on; judges cards and cases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from haihe.pack.description import Description, load_description
from haihe.pack.law import Law, load_law
from haihe.pack.models import Model, load_models, load_prepared
from haihe.pack.place import law_folder, models_folder, procedures_folder
from haihe.pack.procedures import Procedures, load_procedures
from haihe.supervision.imports.plan import plan_of
from haihe.supervision.model_cases import Ground, columns_of, run_cases
from haihe.supervision.views import FieldType, data_fields

HOME_ZONE: Final = "Asia/Shanghai"


@dataclass(frozen=True)
class Catalogue:
    """The models of one pack and what their cards and cases may name."""

    models: tuple[Model, ...]
    law: Law
    ground: Ground


@dataclass(frozen=True)
class Verdict:
    """What is wrong with a model's card (`case` empty) or with one of its cases."""

    model: str
    case: str
    it: str
    problems: tuple[str, ...]


def read_catalogue(pack: Path | None) -> Catalogue:
    """The catalogue of a pack folder, or of the installed pack; UnusablePack when it is wrong."""
    if pack is None:
        procedures = load_procedures(procedures_folder())
        ground = Ground(ZoneInfo(HOME_ZONE), "", _fields(procedures), _fields(procedures, "matter"))
        return Catalogue(load_models(models_folder()), load_law(law_folder()), ground)
    description: Description = load_description(pack)
    plan = plan_of(description, b"")
    fields = _fields(load_procedures(pack / "procedures")) | plan.event_fields
    prepared = load_prepared(pack / "prepared")
    ground = Ground(plan.zone, plan.kind, fields, plan.matter_fields, prepared)
    return Catalogue(load_models(pack / "models"), load_law(pack / "law"), ground)


def _fields(procedures: Procedures, view: str = "event") -> dict[str, FieldType]:
    return data_fields((one for versions in procedures.values() for one in versions), view)


def verdicts(catalogue: Catalogue) -> list[Verdict]:
    """One verdict for every card and every case."""
    found: list[Verdict] = []
    columns = columns_of(catalogue.ground)
    for model in catalogue.models:
        card = partial(Verdict, model.id, "", "")
        found.append(card(tuple(card_faults(model, catalogue.law, columns))))
        found += [
            Verdict(one.model, one.case, one.it, one.problems)
            for one in run_cases(model, catalogue.ground)
        ]
    return found


def card_faults(model: Model, law: Law, columns: Mapping[str, str]) -> list[str]:
    """What a card names that is not there: articles and columns."""
    faults = [
        f"basis: {cite}：law/ 里没有这一条；写作 法规编号#条"
        for cite in model.card.basis
        if not law.resolves(cite)
    ]
    unknown = (one for one in model.card.inputs if one not in columns)
    return faults + [f"inputs: {one}：公开视图里没有这一列" for one in unknown]
