"""The worker sweeps everything once a night, whenever it was started."""

from __future__ import annotations

from datetime import datetime

import pytest

from haihe.commands.work import Night


def due(*instants: str) -> list[bool]:
    """Whether the sweep is due each time it is asked; the first is the start of the worker."""
    night = Night(2)
    return [night.is_due(datetime.fromisoformat(one)) for one in instants]


@pytest.mark.parametrize(
    ("instants", "expected"),
    [
        # Tuesday 2026-09-01 and the nights after it.
        (["2026-09-01T10:00", "2026-09-01T23:50", "2026-09-02T01:59"], [False, False, False]),
        (["2026-09-01T10:00", "2026-09-02T02:00", "2026-09-02T02:10"], [False, True, False]),
        (["2026-09-01T00:30", "2026-09-01T01:50", "2026-09-01T02:00"], [False, False, True]),
        (["2026-09-01T10:00", "2026-09-02T03:00", "2026-09-03T02:05"], [False, True, True]),
    ],
    ids=["by day", "once a night", "started after midnight", "night after night"],
)
def test_the_night_s_sweep_is_due_once(instants: list[str], expected: list[bool]) -> None:
    assert due(*instants) == expected
