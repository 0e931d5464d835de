"""Whatever a file already holds goes along when it opens another: by name, and who is a minor."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

import pytest

from haihe.kernel.procedure import Handover, Procedure
from tests.pack.mutations import pack

# Fields that tell of the act in whose form they stand: who, how, what was found, why this time.
# Both files may ask for them, and each time the answer is another.
OF_EACH_ACT = {
    "the_people_and_places_of_an_act": {
        "arrived", "arrived_how", "brought_how", "family_told", "guardian_present",
        "identity_unknown", "next_department", "officers", "receiving_unit", "recording_on",
        "sealed_with", "stay_center", "told_how", "upper_organ",
    },
    "the_judgement_of_whoever_acts": {
        "answer_facts", "bar", "bar_reason", "case_cause", "cause", "check_note",
        "check_opinion", "complex",
        "excluded_kind", "excuse", "facts_found", "jurisdiction", "look_note", "measures",
        "not_prosecuted_why", "opinion", "reason_text", "refusal_why", "return_reason",
        "review_opinion", "ruling", "supplement_outline",
    },
    "what_somebody_says_or_does_this_time": {
        "agreement", "agreement_text", "asking_ground", "defence", "done_text",
        "hearing_question", "hearing_subject", "items", "objection", "remedy_text",
        "reporter_told", "route_told", "statement", "supplement_report", "voluntary",
        "withdraw_why",
    },
    "numbers_and_claims_of_its_own_proceedings": {
        "case_no", "court", "ruling_no", "suit_claims",
    },
}  # fmt: skip
ANEW = frozenset[str]().union(*OF_EACH_ACT.values())
# What a unit that was rated is told says nothing of who rated, so not of their age either.
TELLS_OF_NOBODY = {("bad_rating", "tell_unit")}


class Passed(NamedTuple):
    """A hand-over with the version that hands over and the one that receives."""

    source: Procedure
    step: str
    handover: Handover
    target: Procedure

    def __str__(self) -> str:
        return f"{self.source.kind}-{self.source.since}-{self.step}-{self.target.kind}"


def passed() -> Iterator[Passed]:
    """Every hand-over of every version, to the version that then governs."""
    for versions in pack().procedures.values():
        for source in versions:
            for name, step in source.steps.items():
                for handover in step.opens:
                    target = pack().governing(handover.kind, source.until or date.max)
                    assert target is not None, f"{source.kind}.{name}: nobody receives it"
                    yield Passed(source, name, handover, target)


ALL = list(passed())


def asked_again(one: Passed) -> set[str]:
    """Fields that a later step of the target asks by the name and words the source has them by."""
    found = set()
    for step in one.target.steps.values():
        for name in step.asks if step.from_ else ():
            theirs, ours = one.target.fields[name], one.source.fields.get(name)
            same = ours is not None and (ours.name, ours.type) == (theirs.name, theirs.type)
            if same and name not in one.handover.carries:
                found.add(name)
    return found


def test_there_are_handovers_and_nothing_is_asked_anew_without_a_reason_that_is_needed() -> None:
    assert len(ALL) > 50
    assert not ANEW - set().union(*(asked_again(one) for one in ALL))


@pytest.mark.parametrize("one", ALL, ids=str)
def test_no_later_step_asks_for_what_the_earlier_file_holds(one: Passed) -> None:
    assert not asked_again(one) - ANEW


@pytest.mark.parametrize("one", ALL, ids=str)
def test_who_is_known_to_be_a_minor_stays_hidden_in_the_next_file(one: Passed) -> None:
    known, shown = (
        [name for name in each.minors if name in each.fields] for each in (one.source, one.target)
    )
    if known and shown and (one.source.kind, one.step) not in TELLS_OF_NOBODY:
        carried = one.handover.carries.items()
        assert any(theirs in shown and ours in known for theirs, ours in carried)
