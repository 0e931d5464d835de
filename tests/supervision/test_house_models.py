"""Every model of the house: its card is whole, it is about matters and never about persons."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from haihe.pack.models import Model
from haihe.pack.procedures import load_procedures
from haihe.supervision import persons
from haihe.supervision.catalogue import Catalogue, read_catalogue
from haihe.supervision.views import VIEWS, data_fields

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE: Catalogue = read_catalogue(None)
MODELS_LEAST = 40
CASES_LEAST = 2  # of each sort

MODELS = pytest.mark.parametrize("model", CATALOGUE.models, ids=lambda model: model.id)


def test_forty_models_are_in_force() -> None:
    in_force = [model.id for model in CATALOGUE.models if model.card.status == "in_force"]
    assert len(in_force) >= MODELS_LEAST


@MODELS
def test_a_model_has_its_card_whole(model: Model) -> None:
    card = model.card
    assert card.question.endswith("？")
    assert all((card.name, card.owner, card.what_to_do, card.known_false_alarms))
    assert [cite for cite in card.basis if not CATALOGUE.law.resolves(cite)] == []
    finding = [case for case in model.cases if case.finds]
    silent = [case for case in model.cases if not case.finds]
    assert min(len(finding), len(silent)) >= CASES_LEAST


@MODELS
def test_a_model_tells_nothing_of_persons(model: Model) -> None:
    assert list(persons.faults(model, CATALOGUE.ground)) == []


def test_no_view_has_a_sealed_field() -> None:
    procedures = [
        one for versions in load_procedures(ROOT / "procedures").values() for one in versions
    ]
    fields = [pair for procedure in procedures for pair in procedure.fields.items()]
    sealed = {name for name, field in fields if field.personal}
    sealed -= {name for name, field in fields if not field.personal}
    columns = {column.name for view in VIEWS.values() for column in view.columns}
    assert len(sealed) > 20
    assert (columns | set(data_fields(procedures))) & sealed == set()


def with_sql(model: Model, sql: str) -> Model:
    return replace(model, sql=sql)


@pytest.fixture
def same_hand() -> Model:
    """A model with a case in which persons act."""
    return next(model for model in CATALOGUE.models if model.id == "hazard_self_checked")


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT matter_id, person AS cause, seq FROM event WHERE person IS NOT NULL",
        "SELECT matter_id, 'first' AS cause, min(seq) AS seq FROM event"
        " WHERE person = (SELECT min(person) FROM event) GROUP BY matter_id",
        "SELECT matter_id, 'named' AS cause, seq FROM event WHERE person = '甲'",
    ],
    ids=["person as cause", "chosen by pseudonym", "one person sought"],
)
def test_a_model_that_depends_on_who_it_was_is_refused(same_hand: Model, sql: str) -> None:
    named = sorted(
        {
            event.person
            for case in same_hand.cases
            for matter in case.matters
            for event in matter.events
            if event.person
        }
    )
    wrong = with_sql(same_hand, sql.replace("甲", named[0]))
    assert any("不能按人" in one for one in persons.faults(wrong, CATALOGUE.ground))


def test_an_order_of_merit_is_refused(same_hand: Model) -> None:
    sql = (
        "SELECT matter_id, 'x' AS cause, seq, rank() OVER (ORDER BY seq) * 1.0 AS weight FROM event"
    )
    assert persons.merits(with_sql(same_hand, sql)) == ["rank"]
