"""The back-test: what is planted in the simulated city is found, and nothing else is."""

from __future__ import annotations

import contextlib
import io
import json
from pathlib import Path
from typing import Any

import pytest

from haihe.commands import backtest, main
from haihe.pack import place
from haihe.pack.models import Card
from haihe.simulation.book import load_book
from haihe.supervision.catalogue import read_catalogue

# A small city, and every fault a few times: enough to see that each is found.
SMALL = ("--days", "20", "--scale", "0.001", "--plants", "3", "--seed", "11")
MODELS = {model.id: model.card for model in read_catalogue(None).models}


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        main(["backtest", *SMALL, "--json"])
    read: dict[str, Any] = json.loads(out.getvalue())
    return read


def test_every_model_is_measured(told: dict[str, Any]) -> None:
    assert told["models"].keys() == {name for name, card in MODELS.items() if in_service(card)}
    assert told["city"]["matters"] > 300
    assert sum(one["planted"] for one in told["models"].values()) > 500


def test_every_model_reaches_its_aim_or_says_why_not(told: dict[str, Any]) -> None:
    short = {
        name: one
        for name, one in told["models"].items()
        if MODELS[name].status == "in_force" and not excused(MODELS[name]) and below(name, one)
    }
    assert short == {}


def test_a_model_for_which_nothing_can_be_planted_says_so() -> None:
    planted = {truth.model for fault in load_book().faults.values() for truth in fault.truth}
    silent = [name for name, card in MODELS.items() if name not in planted and not excused(card)]
    assert silent == []


def test_writing_the_figures_of_one_model_leaves_those_of_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(place, "own_folder", lambda _: tmp_path)
    backtest._write({"city": {"matters": 9}, "models": {"a": 1, "b": 1}}, whole=True)
    backtest._write({"city": {"matters": 7}, "models": {"b": 2}}, whole=False)
    kept = json.loads((tmp_path / backtest.RESULTS).read_text(encoding="utf-8"))
    assert kept == {"city": {"matters": 9}, "models": {"a": 1, "b": 2}}
    backtest._write({"city": {"matters": 8}, "models": {"a": 3}}, whole=True)
    kept = json.loads((tmp_path / backtest.RESULTS).read_text(encoding="utf-8"))
    assert kept == {"city": {"matters": 8}, "models": {"a": 3}}


def in_service(card: Card) -> bool:
    return card.status in ("trial", "in_force")


def excused(card: Card) -> bool:
    """A notice of what may still go well has no fault to find; else the card has to say it."""
    return card.opens == "notice" or bool(card.falls_short)


def below(name: str, one: dict[str, Any]) -> bool:
    aim = MODELS[name].expects
    shares = ((one["precision"], aim.precision), (one["recall"], aim.recall))
    return any(share is not None and share < least for share, least in shares)
