"""The files of tests that take longest, begun first: at the end no worker waits for another."""

from __future__ import annotations

from typing import Final

LONGEST: Final = (
    "pages/test_every_page.py",
    "supervision/test_spark.py",
    "stories/test_by_hand.py",
    "test_handbook.py",
    "records/test_crash.py",
    "commands/test_run.py",
    "pages/test_workshop.py",
    "pages/test_officer_offline.py",
    "rights/test_matrix.py",
    "stories/test_stories.py",
    "test_architecture.py",
    "supervision/test_house_models.py",
    "pages/test_demo_pages.py",
    "supervision/test_backtest.py",
    "records/test_sweeping.py",
    "pages/test_center_pages.py",
    "pages/test_center_live.py",
    "simulation/test_simulated_city.py",
    "pack/test_mutations.py",
    "supervision/test_scope.py",
    "supervision/test_package.py",
    "records/test_vehicle_race.py",
    "letters/test_letters_bench.py",
    "pages/test_alarm_walk.py",
    "pages/test_hall_live.py",
)


def place(path: str) -> int:
    """Where a file (from the folder of tests) stands: the longest by their order, then the rest."""
    return LONGEST.index(path) if path in LONGEST else len(LONGEST)
