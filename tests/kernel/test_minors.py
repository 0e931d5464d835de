"""A matter that concerns a minor: no names but for those who handle it, sealed when it ends."""

from __future__ import annotations

from functools import cache

import msgspec
import pytest

from haihe.kernel.procedure import Procedure
from haihe.kernel.reading import PURPOSES, Reader, ReaderKind, View, concerns_minor, may_read
from haihe.kernel.state import State
from haihe.kernel.values import Refused
from tests.kernel.permit import OFFICE, OPENED, OTHER, PERMIT, THIRD, Desk, actor, permit

LATER = "Wed 2026-09-02 10:00"
ENDED = "Thu 2026-09-03 10:00"
PHONE = "13812345678"
CITIZEN = actor("applicant", person="c-1", organ="public")
WHY = "核查未成年人案件"


@cache
def guarded(basis: str = "permits#1") -> Procedure:
    """The permit, where `complex` says that a minor is involved and `looked` that one was asked."""
    return msgspec.convert({**PERMIT, "minors": ["complex", "looked"], "basis": [basis]}, Procedure)


def open_matter(minor: str = "complex") -> Desk:
    """A running matter with one organ asked, one helping and one that had it before."""
    desk = Desk()
    desk.take("apply", CITIZEN, OPENED, what="搭建围挡", unit=OFFICE, phone=PHONE, size=40)
    desk.take("accept", actor("clerk"), LATER, **{minor: True})
    return desk


def ended() -> Desk:
    desk = open_matter()
    desk.take("refuse", actor("reviewer"), ENDED)
    return desk


def reader(kind: ReaderKind = "officer", organ: str = OFFICE, **more: object) -> Reader:
    values: dict[str, object] = {"person": "p", "kind": kind, "organ": organ, "roles": ("clerk",)}
    return Reader(**{**values, **more})  # type: ignore[arg-type]  # fields of several types


def state_of(desk: Desk) -> State:
    assert desk.state is not None
    return desk.state


def view(who: Reader, purpose: str, desk: Desk) -> View:
    found = may_read(who, purpose, state_of(desk), guarded())
    assert isinstance(found, View), found
    return found


def refusal(who: Reader, purpose: str, desk: Desk) -> Refused:
    found = may_read(who, purpose, state_of(desk), guarded())
    assert isinstance(found, Refused), found
    return found


def test_the_handler_of_the_owner_and_a_supervisor_who_says_why_see_the_names() -> None:
    desk = open_matter()
    assert view(reader(), "handle", desk).fields["phone"] == "clear"
    overseer = reader("supervisor", THIRD, need=WHY)
    assert view(overseer, "supervise", desk).fields["phone"] == "clear"


def test_everybody_else_sees_personal_fields_hidden_and_not_only_masked() -> None:
    desk = open_matter()
    desk.take("co_handle", actor("clerk"), LATER, organ=OTHER)
    desk.take("request", actor("clerk"), LATER, organ=THIRD, question="有无", due="2 days")
    others = [
        (reader(organ=OTHER), "handle"),
        (reader(organ=THIRD, roles=("traffic",)), "answer"),
        (reader("supervisor", "bureau"), "supervise"),
        (reader("supervisor", "bureau", need="看看"), "supervise"),
        (reader("supervisor", "bureau", need=WHY), "audit"),
        (reader("supervisor", "bureau"), "handle"),
        (reader(), "publish"),
        (reader(), "answer"),
        (reader("administrator"), "maintain"),
        (reader("citizen", "", person="c-1", roles=(), holds_code=True), "own"),
    ]
    for who, purpose in others:
        found = view(who, purpose, desk)
        assert found.fields["phone"] == "hidden", (who, purpose)
        assert found.shows("phone", PHONE) is None
        assert not found.personal


def test_an_earlier_owner_no_longer_sees_the_names() -> None:
    desk = open_matter()
    desk.take("transfer", actor("clerk"), LATER, to_organ=OTHER, reason="属其管辖")
    found = view(reader(), "handle", desk)
    assert (found.fields["phone"], found.fields["what"]) == ("hidden", "clear")


def test_where_nobody_is_a_minor_nothing_is_hidden_or_sealed() -> None:
    desk = Desk()
    desk.take("apply", CITIZEN, OPENED, what="搭建围挡", unit=OFFICE, phone=PHONE)
    desk.take("accept", actor("clerk"), LATER, complex=False)
    desk.take("refuse", actor("reviewer"), ENDED)
    assert not concerns_minor(state_of(desk), guarded())
    assert view(reader("supervisor", THIRD), "supervise", desk).fields["phone"] == "masked"
    assert view(reader(person="somebody else"), "handle", desk).personal


def test_the_whole_matter_may_be_corrected_but_one_question_to_a_child_stays() -> None:
    both = {**PERMIT, "minors": ["minor_involved", "complex"]}
    both["fields"] = {**permit_fields(), "minor_involved": {"name": "未成年", "type": "yes_no"}}
    procedure = msgspec.convert(both, Procedure)
    state = state_of(open_matter())
    told = msgspec.structs.replace(state, fields={**state.fields, "complex": False})
    assert concerns_minor(told, procedure)
    desk = Desk()
    desk.take("apply", CITIZEN, OPENED, what="搭建围挡", unit=OFFICE)
    fields = state_of(desk).fields
    said = msgspec.structs.replace(state_of(desk), fields={**fields, "minor_involved": True})
    corrected = msgspec.structs.replace(said, fields={**fields, "minor_involved": False})
    assert concerns_minor(said, procedure)
    assert not concerns_minor(corrected, procedure)


def permit_fields() -> dict[str, object]:
    return dict(msgspec.to_builtins(permit().fields))


@pytest.mark.parametrize("purpose", PURPOSES)
def test_when_it_ends_colleagues_learn_only_that_it_is_sealed(purpose: str) -> None:
    desk = ended()
    assert refusal(reader(organ=OTHER), purpose, desk).reason == "unknown_matter"
    for who in (
        reader(person="colleague"),
        reader("supervisor", THIRD),
        reader("administrator"),
    ):
        found = refusal(who, purpose, desk)
        assert found.reason == "sealed"
        assert "封存" in found.says
        assert found.cites == ("haihe#minors",)
        assert found.instead


def test_a_sealed_record_cites_the_law_the_matter_rests_on() -> None:
    state = state_of(ended())
    for basis, article in (
        ("psp-2025#118", "psp-2025#136"),
        ("criminal-procedure-2018#112", "criminal-procedure-2018#286"),
    ):
        found = may_read(reader(person="colleague"), "handle", state, guarded(basis=basis))
        assert isinstance(found, Refused)
        assert found.cites == ("haihe#minors", article)


def test_supervision_with_a_reason_still_reads_a_sealed_record_in_clear() -> None:
    found = view(reader("supervisor", THIRD, need=WHY), "supervise", ended())
    assert found.personal
    assert found.history


def test_who_took_a_step_still_reads_it_but_not_from_another_organ() -> None:
    desk = ended()
    assert view(reader(person="clerk"), "handle", desk).personal
    assert refusal(reader(person="clerk", organ=OTHER), "handle", desk).reason == "unknown_matter"
    assert refusal(reader(person="clerk"), "publish", desk).reason == "sealed"


def test_who_may_reopen_it_reads_it_with_a_reason_and_reopened_it_is_read_again() -> None:
    desk = ended()
    chief = reader(person="new chief", roles=("chief",))
    assert refusal(chief, "handle", desk).reason == "sealed"
    assert view(msgspec.structs.replace(chief, need="发现新证据"), "handle", desk).acts
    clerk = reader(person="colleague", need="发现新证据")
    assert refusal(clerk, "handle", desk).reason == "sealed"
    desk.take("reopen", actor("chief"), "Fri 2026-09-04 10:00")
    assert view(reader(person="colleague"), "handle", desk).personal


def test_while_an_objection_is_open_the_owner_reads_it_again_and_nobody_else() -> None:
    desk = ended()
    desk.take("contest", CITIZEN, "Fri 2026-09-04 10:00", reason="没有听取意见")
    assert view(reader(person="colleague"), "handle", desk).personal
    assert refusal(reader(organ=OTHER), "handle", desk).reason == "unknown_matter"


def test_the_citizen_with_the_code_still_follows_it_without_a_name() -> None:
    citizen = reader("citizen", "", person="c-1", roles=(), holds_code=True)
    found = view(citizen, "own", ended())
    assert (found.fields["phone"], found.fields["what"]) == ("hidden", "clear")
    stranger = reader("citizen", "", person="", roles=())
    assert refusal(stranger, "own", ended()).reason == "unknown_matter"
