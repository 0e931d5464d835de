"""The procuratorate's kinds: no need, length, extension or exclusion can go unnoticed."""

from __future__ import annotations

from typing import Any

import pytest

from haihe.kernel.procedure import Procedure
from tests.pack import test_home_procedures as home

KINDS = (
    "procuratorial_suggestion",
    "supervision_clue",
    "arrest_review",
    "prosecution_review",
    "public_hearing",
)


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
def test_no_rule_of_the_procuratorate_can_go_unnoticed(kind: str, change: Any) -> None:
    """Every need dropped, every clock made longer: some worked case has to notice."""
    changes: list[tuple[str, Procedure]] = [
        one for procedure in home.pack().procedures[kind] for one in change(procedure)
    ]
    assert [what for what, changed in changes if not home.is_noticed(kind, changed)] == []
