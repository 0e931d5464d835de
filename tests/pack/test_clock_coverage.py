"""The procedures cover the table of clocks and the list of kinds."""

from __future__ import annotations

import csv
import os
import re
from functools import cache
from pathlib import Path

import pytest

from haihe.pack import Pack, load_pack

ROOT = Path(__file__).resolve().parents[2]
ROWS = Path(__file__).with_name("clock_rows.csv")
NOT_USED = ROOT / "docs" / "reference" / "clocks-not-used.md"
TABLE = Path(os.environ.get("HAIHE_CLOCK_TABLE", ROOT.parent / "shared" / "domain" / "clocks.csv"))
REASON_LETTERS_MIN = 20

KINDS = [
    "alarm",
    "public_security_case",
    "criminal_case",
    "custody_stay",
    "case_property",
    "evidence",
    "collaboration_task",
    "collaboration_letter",
    "hazard_spot",
    "police_permit",
    "pre_litigation_mediation",
    "judicial_confirmation",
    "civil_first_instance",
    "criminal_first_instance",
    "enforcement",
    "vehicle_control",
    "property_penalty_enforcement",
    "judicial_suggestion",
    "linkage_opinion",
    "arrest_review",
    "prosecution_review",
    "supervision_clue",
    "procuratorial_suggestion",
    "public_hearing",
    "procuratorial_petition",
    "people_mediation",
    "administrative_inspection",
    "administrative_reconsideration",
    "governance_dispute",
    "grid_event",
    "whistle",
    "service_item",
    "rectification",
    "chief_letter",
    "petition",
    "court_appearance",
    "mass_claims_incident",
    "campaign",
    "idea",
    "legality_review",
    "case_review",
    "fault_inquiry",
    "enforcement_supervision_case",
    "visit_problem",
]


@cache
def pack() -> Pack:
    return load_pack()


def levels(path: Path, column: str) -> dict[str, str]:
    with path.open(encoding="utf-8", newline="") as lines:
        return {row["id"]: row[column][:1] for row in csv.DictReader(lines)}


def without_letter(row: str) -> str:
    """XS-01a is one of the rows XS-01."""
    return re.sub(r"(?<=\d)[a-z]$", "", row)


@cache
def used() -> frozenset[str]:
    """What stands in `row:`: ids as in the table, or without their last letter for all of them."""
    return frozenset(
        row
        for versions in pack().procedures.values()
        for procedure in versions
        for clock in procedure.clocks.values()
        for row in re.split(r"[,、\s]+", clock.row)
        if row
    )


def is_used(row: str) -> bool:
    return row in used() or without_letter(row) in used()


def listed() -> dict[str, str]:
    """Row -> why no clock uses it."""
    text = NOT_USED.read_text(encoding="utf-8")
    return dict(re.findall(r"^\| ([A-Z]{2}-\d\d[a-z]?) \| [^|]+ \| ([^|]+) \|$", text, re.M))


def test_the_committed_rows_are_those_of_the_table() -> None:
    if not TABLE.is_file():
        pytest.skip(f"the table of clocks is not beside the repository ({TABLE.name})")
    assert levels(ROWS, "level") == levels(TABLE, "conf")


def test_every_row_of_level_a_or_b_is_used_or_listed_with_a_reason() -> None:
    binding = [row for row, level in levels(ROWS, "level").items() if level in "AB"]
    assert len(binding) > 200
    assert not [row for row in binding if not is_used(row) and row not in listed()]


def test_every_row_that_a_clock_names_is_in_the_table() -> None:
    known = set(levels(ROWS, "level"))
    whole = known | {without_letter(row) for row in known}
    assert used()
    assert not sorted(used() - whole)


def test_every_row_listed_as_not_used_is_in_the_table_is_not_used_and_has_a_reason() -> None:
    reasons = listed()
    assert reasons
    assert not [row for row in reasons if row not in levels(ROWS, "level")]
    assert not [row for row in reasons if is_used(row)]
    assert not [row for row, reason in reasons.items() if len(reason) < REASON_LETTERS_MIN]


def test_every_row_is_listed_once() -> None:
    rows = re.findall(r"^\| ([A-Z]{2}-\d\d[a-z]?) \|", NOT_USED.read_text(encoding="utf-8"), re.M)
    assert len(rows) == len(set(rows)) == len(listed())


def test_every_kind_that_the_mission_names_exists() -> None:
    assert not [kind for kind in KINDS if kind not in pack().procedures]
