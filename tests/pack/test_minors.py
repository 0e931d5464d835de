"""In every kind that can concern a minor: an adult beside them, and a record that seals itself."""

from __future__ import annotations

from functools import cache

import pytest

from haihe.kernel.procedure import Procedure, Step
from haihe.kernel.reading import MINOR, Reader, View, concerns_minor, may_read
from haihe.kernel.values import Refused
from haihe.pack import Pack, load_pack
from haihe.pack.cases import load_cases, taken

ADULT = ("guardian", "adult")
# Their steps neither question nor decide about the minor: the file they belong to does.
NO_ADULT_NEEDED = {
    "case_property",
    "evidence",
    "chief_letter",
    "police_permit",
    "reading_objection",
    "rectification",
    "service_rating",
}
# Steps that question, hear or bring to agreement; each must want the adult at the table.
FACE_TO_FACE = {
    "alarm": ("mediate",),
    "public_security_case": ("question", "start_mediation"),
    "criminal_case": ("question",),
    "custody_stay": ("question",),
    "arrest_review": ("question",),
    "prosecution_review": ("question",),
    "criminal_first_instance": ("hold_hearing",),
    "civil_first_instance": ("hold_hearing",),
    "pre_litigation_mediation": ("meet",),
    "people_mediation": ("meet", "caucus"),
    "governance_dispute": ("listen",),
    "administrative_inspection": ("record",),
    "grid_event": ("report_handled", "feedback"),
    "hazard_spot": ("verify", "reject"),
    "visit_problem": ("check_pass",),
    "collaboration_task": ("return_result",),
    "bad_rating": ("call",),
    "call_back": ("call",),
}
# Kinds whose worked cases bring a file about a minor to its end.
BROUGHT_TO_AN_END = (
    "collaboration_task",
    "grid_event",
    "hazard_spot",
    "idea",
    "judicial_confirmation",
    "visit_problem",
)


@cache
def pack() -> Pack:
    return load_pack()


def offering() -> list[Procedure]:
    return [
        one
        for versions in pack().procedures.values()
        for one in versions
        if any(name in one.fields for name in one.minors)
    ]


def wants_an_adult(procedure: Procedure, step: Step) -> bool:
    """Whether this step, where there is a minor, is refused without a guardian or another adult."""
    return any(
        any(test.field in procedure.minors and test.equals is True for test in need.when)
        and any(word in test.field for test in (*need.all, *need.any) for word in ADULT)
        for need in step.needs
    )


def named(procedure: Procedure) -> str:
    return f"{procedure.kind}-{procedure.since}"


@pytest.mark.parametrize("procedure", offering(), ids=named)
def test_no_kind_takes_a_minor_through_without_an_adult(procedure: Procedure) -> None:
    wanting = [name for name, step in procedure.steps.items() if wants_an_adult(procedure, step)]
    assert wanting or procedure.kind in NO_ADULT_NEEDED


@pytest.mark.parametrize("kind", FACE_TO_FACE)
def test_a_minor_is_questioned_heard_and_reconciled_beside_an_adult(kind: str) -> None:
    for procedure in pack().procedures[kind]:
        for name in FACE_TO_FACE[kind]:
            assert wants_an_adult(procedure, procedure.steps[name]), (procedure.since, name)


@pytest.mark.parametrize("procedure", offering(), ids=named)
def test_the_field_that_says_so_is_asked_by_some_step(procedure: Procedure) -> None:
    asked = {name for step in procedure.steps.values() for name in (*step.asks, *step.may_ask)}
    assert set(procedure.minors) <= asked


@pytest.mark.parametrize("kind", BROUGHT_TO_AN_END)
def test_a_file_about_a_minor_hides_the_names_while_it_runs_and_is_sealed_when_it_ends(
    kind: str,
) -> None:
    procedure = pack().procedures[kind][-1]
    steps = [
        one
        for one in taken(pack(), kind, load_cases(pack(), kind))
        if one.procedure == procedure and concerns_minor(one.state, procedure)
    ]
    assert any(one.state.ended for one in steps)
    overseer = Reader(person="某监督员", kind="supervisor", organ="外单位")
    for one in steps:
        found = may_read(overseer, "supervise", one.state, procedure)
        if one.state.ended:
            assert isinstance(found, Refused)
            assert found.reason == "sealed"
        else:
            assert isinstance(found, View)
            personal = {name for name, field in procedure.fields.items() if field.personal}
            assert {found.fields[name] for name in personal} == {"hidden"}


def test_one_field_says_it_in_every_kind_that_holds_a_personal_value() -> None:
    for versions in pack().procedures.values():
        for procedure in versions:
            personal = any(one.personal for one in procedure.fields.values())
            assert not personal or not procedure.minors or MINOR in procedure.fields, procedure.kind
            assert "minor" not in procedure.fields
