"""Reconsideration, decisions, appearance in court, ideas: no rule of theirs can go unnoticed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.pack import test_home_procedures as home

KINDS = ("administrative_reconsideration", "legality_review")


@pytest.mark.parametrize(
    "change",
    [
        home.without_one_need,
        home.longer_by_one,
        home.without_extensions,
        home.without_exclusions,
    ],
)
@pytest.mark.parametrize("kind", KINDS)
def test_no_rule_can_go_unnoticed(kind: str, change: Any) -> None:
    (procedure,) = home.pack().procedures[kind]
    unnoticed = [what for what, changed in change(procedure) if not home.is_noticed(kind, changed)]
    assert unnoticed == []
