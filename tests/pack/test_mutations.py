"""No rule of any kind can go unnoticed: what is taken away or changed, some worked case notices.

Every need, test of a need, limit of a need and value that a step sets is taken away once; every
clock is made longer and shorter, rolled otherwise, and robbed of each of its parts.
"""

from __future__ import annotations

import pytest

from tests.pack.mutations import (
    Changes,
    is_noticed,
    pack,
    with_a_weaker_need,
    with_another_length,
    without_a_need,
    without_a_part_of_a_clock,
    without_a_value_set,
)

CHANGES = (
    without_a_need,
    with_a_weaker_need,
    without_a_value_set,
    with_another_length,
    without_a_part_of_a_clock,
)


@pytest.mark.parametrize(
    ("kind", "change"),
    [(kind, change) for kind in sorted(pack().procedures) for change in CHANGES],
)
def test_no_rule_can_go_unnoticed(kind: str, change: Changes) -> None:
    assert [
        f"{procedure.since} {name}: {what}"
        for procedure in pack().procedures[kind]
        for name, what, changed in change(procedure)
        if not is_noticed(name, changed)
    ] == []
