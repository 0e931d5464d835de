"""A model in words: its measured figures stand on its page, and what was not measured is said."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from haihe.pack.models import Model, load_models
from haihe.pack.place import models_folder
from haihe.supervision.telling import UNMEASURED, measured_part, read_backtest

FIGURES = {
    "found": 30,
    "planted": 25,
    "hit": 24,
    "extra": 1,
    "precision": 0.9667,
    "recall": 0.96,
    "per_thousand": 0.41,
}
CITY = {"seed": 4, "days": 120, "scale": 0.004, "matters": 12_000, "events": 80_000}


def a_model() -> Model:
    return next(one for one in load_models(models_folder()) if one.id == "clock_overdue")


def told(figures: Mapping[str, object]) -> str:
    backtest = {
        "city": CITY,
        "planted": {"matters": 900, "events": 4_000},
        "models": {"clock_overdue": figures},
    }
    return "\n".join(measured_part(a_model().card, backtest))


def test_measured_figures_are_told_with_the_city_and_the_aim() -> None:
    page = told(FIGURES)
    assert "12,000 matters and 80,000 events (seed 4, 120 days, scale 0.004)" in page
    assert "Found 30 (0.41 per thousand matters of the usual city)" in page
    assert "faults planted 25, found of them 24" in page
    assert "Precision 查准 96.7%, aim 98%." in page
    assert "Recall 查全 96.0%, aim 98%." in page
    assert "No fault" not in page


def test_a_model_without_planted_faults_says_that_its_recall_was_not_measured() -> None:
    page = told(FIGURES | {"planted": 0, "hit": 0, "recall": None})
    assert "Recall 查全 not measured" in page
    assert "No fault for this model was planted" in page


def test_without_a_recorded_back_test_the_page_says_so(tmp_path: Path) -> None:
    assert read_backtest(tmp_path / "backtest.json") is None
    assert list(measured_part(a_model().card, None)) == [UNMEASURED]


def test_a_model_newer_than_the_recorded_back_test_has_no_figures() -> None:
    backtest = {"city": CITY, "planted": {}, "models": {}}
    assert list(measured_part(a_model().card, backtest)) == [UNMEASURED]
