"""The real logs, beside the figures that independent scripts measured on them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from haihe.supervision.inspection import Inspection, Wanted, inspect

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("HAIHE_DATA", ROOT.parent / "shared" / "data")) / "logs"
FINES = DATA / "Road_Traffic_Fine_Management_Process.xes.gz"


def supervised(path: Path, pack: str, *, keep_good: bool = False) -> Inspection:
    if not path.is_file():
        pytest.skip(f"the real log {path.name} is not in {DATA}; set HAIHE_DATA")
    wanted = Wanted(ROOT / "examples" / pack)
    return inspect(path, wanted, lambda _done, _size: None, keep_good=keep_good)


@pytest.fixture(scope="module")
def fines() -> Inspection:
    """The whole fines log under every model."""
    return supervised(FINES, "road_fines")


def test_the_fines_log_is_read_whole(fines: Inspection) -> None:
    assert fines.damage is None
    assert (fines.matters, fines.events) == (150_370, 561_470)


def test_the_models_find_what_was_measured_on_the_fines(fines: Inspection) -> None:
    assert {one.model: one.findings for one in fines.shown} == {
        "sent_late": 50_567,
        "appealed_late_prefecture": 659,
        "appealed_late_judge": 241,
        "penalty_wrong_day": 0,
        "collected_though_paid": 3,
        "never_executed": 28_490,
        "ended_unsent": 20_735,
        "odd_dismissal_code": 509,
    }


def test_every_rate_on_the_fines_has_its_measured_denominator(fines: Inspection) -> None:
    measures = {one.model: one.measures for one in fines.shown}
    assert measures["sent_late"] == {"of": 103_987, "more_than_90_days": 49_772}
    assert measures["appealed_late_prefecture"] == {
        "of": 4_043,
        "appeals": 4_188,
        "before_notification": 28,
        "more_than_60_days": 582,
    }
    assert measures["appealed_late_judge"]["of"] == 538
    assert measures["appealed_late_judge"]["appeals"] == 555
    assert measures["penalty_wrong_day"]["of"] == 79_860
    assert measures["collected_though_paid"]["of"] == 59_013
    assert measures["ended_unsent"]["of"] == 20_755
    assert measures["odd_dismissal_code"]["codes"] == 23
    assert measures["never_executed"]["of"] == 150_370


def test_the_three_fines_collected_though_paid_are_named() -> None:
    if not FINES.is_file():
        pytest.skip(f"the real log {FINES.name} is not in {DATA}; set HAIHE_DATA")
    wanted = Wanted(
        ROOT / "examples" / "road_fines", models=("collected_though_paid",), examples=10
    )
    result = inspect(FINES, wanted, lambda _done, _size: None, keep_good=False)
    worst = result.shown[0].worst
    assert {one.matter_id for one in worst} == {"C12749", "N35881", "S66168"}
    assert all(line[3] for one in worst for line in one.history if "Collection" in line[2])


def test_a_cut_copy_of_the_fines_log_keeps_its_good_part(tmp_path: Path) -> None:
    if not FINES.is_file():
        pytest.skip(f"the real log {FINES.name} is not in {DATA}; set HAIHE_DATA")
    cut = tmp_path / "cut.xes.gz"
    cut.write_bytes(FINES.read_bytes()[:300_000])
    refused = supervised(cut, "road_fines")
    assert refused.damage is not None
    assert not refused.shown
    kept = supervised(cut, "road_fines", keep_good=True)
    assert kept.damage is not None
    assert kept.matters == refused.damage.matters > 1_000


def test_the_receipt_log_gives_its_measured_figures() -> None:
    result = supervised(DATA / "receipt.csv", "receipt_phase")
    assert (result.matters, result.events) == (1_434, 8_577)
    assert result.shown[0].findings == 377
    assert result.shown[0].measures == {"of": 1_329, "matters": 1_434}


def test_the_building_permits_give_their_measured_figures() -> None:
    result = supervised(DATA / "bpic15_1.parquet", "building_permits")
    assert (result.matters, result.events) == (1_199, 52_217)
    assert result.shown[0].findings == 619
    assert result.shown[0].measures["of"] == 3_340
