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


# Kinds whose cases notice all of it; of the others the needs are taken away and nothing else.
FULLY = {
    "administrative_inspection",
    "administrative_reconsideration",
    "alarm",
    "arrest_review",
    "campaign",
    "case_property",
    "case_review",
    "chief_letter",
    "civil_first_instance",
    "collaboration_letter",
    "collaboration_task",
    "court_appearance",
    "criminal_case",
    "criminal_first_instance",
    "custody_stay",
    "enforcement",
    "enforcement_supervision_case",
    "evidence",
    "fault_inquiry",
    "governance_dispute",
    "grid_event",
    "hazard_spot",
    "idea",
    "judicial_confirmation",
    "judicial_suggestion",
    "legality_review",
    "linkage_opinion",
    "mass_claims_incident",
    "model_change",
    "people_mediation",
    "petition",
    "police_permit",
    "pre_litigation_mediation",
    "procuratorial_petition",
    "procuratorial_suggestion",
    "property_penalty_enforcement",
    "prosecution_review",
    "public_hearing",
    "public_security_case",
    "rectification",
    "service_item",
    "supervision_clue",
    "vehicle_control",
    "whistle",
}
# An opening of evidence sets its sort, which no step asks again: test_evidence_chains reads it.
READ_ELSEWHERE = {("evidence", without_a_value_set)}


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        (kind, change)
        for kind in sorted(FULLY)
        for change in CHANGES
        if (kind, change) not in READ_ELSEWHERE
    ],
)
def test_no_rule_can_go_unnoticed(kind: str, change: Changes) -> None:
    assert [
        f"{procedure.since} {name}: {what}"
        for procedure in pack().procedures[kind]
        for name, what, changed in change(procedure)
        if not is_noticed(name, changed)
    ] == []


@pytest.mark.parametrize("kind", sorted(set(pack().procedures) - FULLY))
def test_no_need_can_go_unnoticed(kind: str) -> None:
    assert [
        f"{procedure.since} {name}: {what}"
        for procedure in pack().procedures[kind]
        for name, what, changed in without_a_need(procedure)
        if not is_noticed(name, changed)
    ] == []
