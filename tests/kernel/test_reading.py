"""Who sees what of a matter, for which purpose."""

from __future__ import annotations

import msgspec
import pytest
from msgspec.structs import replace

from haihe.kernel.procedure import Procedure
from haihe.kernel.reading import PURPOSES, Reader, ReaderKind, View, masked, may_read, unknown
from haihe.kernel.standing import stakes
from haihe.kernel.values import Datum, Refused
from tests.kernel.permit import OFFICE, OPENED, OTHER, THIRD, Desk, actor, permit

PHONE = "13812345678"
LATER = "Wed 2026-09-02 10:00"
CITIZEN = actor("applicant", person="c-1", organ="public")


def matter() -> Desk:
    desk = Desk()
    desk.take("apply", CITIZEN, OPENED, what="搭建围挡", unit=OFFICE, phone=PHONE, size=40)
    desk.take("accept", actor("clerk"), LATER, complex=True)
    return desk


def reader(kind: ReaderKind = "officer", organ: str = OFFICE, **more: object) -> Reader:
    values: dict[str, object] = {"person": "p", "kind": kind, "organ": organ, "roles": ("clerk",)}
    return Reader(**{**values, **more})  # type: ignore[arg-type]  # fields of several types


def view(who: Reader, purpose: str, desk: Desk | None = None) -> View:
    state = (desk or matter()).state
    assert state is not None
    found = may_read(who, purpose, state, permit())
    assert isinstance(found, View), found
    return found


def refusal(who: Reader, purpose: str, desk: Desk | None = None) -> Refused:
    state = (desk or matter()).state
    assert state is not None
    found = may_read(who, purpose, state, permit())
    assert isinstance(found, Refused), found
    return found


def test_who_handles_sees_everything_in_clear() -> None:
    found = view(reader(), "handle")
    assert set(found.fields.values()) == {"clear"}
    assert (found.history, found.acts, found.personal) == (True, True, True)


def test_no_purpose_no_reading() -> None:
    found = refusal(reader(), "curiosity")
    assert (found.reason, found.cites) == ("wrong_value", ("haihe#need-to-know",))
    assert "监督（supervise）" in found.instead


def test_an_officer_without_relation_learns_nothing() -> None:
    assert refusal(reader(organ=OTHER), "handle") == unknown()


def test_a_colleague_without_a_role_in_this_procedure_sees_nothing() -> None:
    assert refusal(reader(roles=("cook",)), "handle").reason == "not_yours"


def test_a_role_that_stands_anywhere_sees_masked_what_its_next_step_is_about() -> None:
    inspector = reader(organ=THIRD, roles=("inspector",))
    assert view(inspector, "handle").fields["phone"] == "masked"
    desk = matter()
    desk.take("refuse", actor("reviewer"), LATER)
    assert refusal(inspector, "handle", desk) == unknown()


def test_a_supervisor_learns_nothing_of_organs_out_of_reach() -> None:
    far = reader("supervisor", THIRD, scope=frozenset({THIRD, OTHER}))
    near = reader("supervisor", THIRD, scope=frozenset({THIRD, OFFICE}))
    for purpose in ("supervise", "audit", "statistics", "handle"):
        assert refusal(far, purpose) == unknown()
        assert view(near, purpose)
    desk = matter()
    desk.take("request", actor("clerk"), LATER, organ=OTHER, question="有无", due="2 days")
    assert view(far, "supervise", desk).history


def test_nobody_supervises_the_own_organ() -> None:
    own = reader("supervisor", OFFICE, need="核实投诉人")
    for purpose in ("supervise", "audit"):
        assert refusal(own, purpose).reason == "not_yours"
    assert view(own, "handle").personal


def test_an_officer_does_not_supervise() -> None:
    assert refusal(reader(), "supervise").reason == "not_yours"


def test_a_co_handler_sees_as_the_owner_does_and_an_earlier_owner_masked() -> None:
    desk = matter()
    desk.take("co_handle", actor("clerk"), LATER, organ=OTHER)
    assert view(reader(organ=OTHER), "handle", desk).personal
    desk.take("transfer", actor("clerk"), LATER, to_organ=THIRD, reason="属其管辖")
    found = view(reader(), "handle", desk)
    assert (found.fields["phone"], found.fields["what"]) == ("masked", "clear")


def test_an_organ_asked_sees_personal_values_masked() -> None:
    desk = matter()
    desk.take("request", actor("clerk"), LATER, organ=OTHER, question="有无", due="2 days")
    found = view(reader(organ=OTHER, roles=("traffic",)), "answer", desk)
    assert (found.fields["phone"], found.fields["what"]) == ("masked", "clear")


def test_a_supervisor_sees_all_but_personal_values_unless_a_need_is_stated() -> None:
    for purpose in ("supervise", "audit"):
        found = view(reader("supervisor", THIRD), purpose)
        assert (found.fields["phone"], found.fields["what"]) == ("masked", "clear")
        assert view(reader("supervisor", THIRD, need="核实投诉人"), purpose).personal
        assert not view(reader("supervisor", THIRD, need="看看"), purpose).personal


def test_a_supervising_role_of_the_procedure_supervises() -> None:
    assert view(reader(organ=THIRD, roles=("chief",)), "supervise").history


def test_a_citizen_with_the_code_sees_what_was_brought_and_strangers_see_nothing() -> None:
    citizen = reader("citizen", "", person="", roles=(), holds_code=True)
    found = view(citizen, "own")
    assert found.fields["what"] == "clear"
    assert found.fields["phone"] == "masked"
    assert found.fields["complex"] == "hidden"
    assert not found.history
    stranger = reader("citizen", "", person="", roles=())
    assert refusal(stranger, "own") == unknown()
    assert refusal(citizen, "handle").reason == "not_yours"


def test_the_citizen_who_opened_it_sees_the_own_phone_in_clear() -> None:
    opener = reader("citizen", "", person="c-1", roles=(), holds_code=True)
    assert view(opener, "own").fields["phone"] == "clear"


def test_administrators_see_how_it_moves_and_never_what_is_in_it() -> None:
    found = view(reader("administrator"), "maintain")
    assert set(found.fields.values()) == {"hidden"}
    for purpose in ("handle", "supervise"):
        other = reader("administrator")
        assert refusal(other, purpose).reason == "not_yours"


def test_statistics_count_closed_answers_only() -> None:
    found = view(reader("supervisor", THIRD), "statistics")
    shown = {name for name, sight in found.fields.items() if sight == "clear"}
    assert shown == {"size", "floors", "complex", "class", "seen_on", "hearing_on", "looked"}


def test_what_is_published_has_nothing_personal() -> None:
    found = view(reader(), "publish")
    assert (found.fields["phone"], found.fields["what"], found.acts) == ("hidden", "clear", False)


@pytest.mark.parametrize("purpose", PURPOSES)
def test_what_reports_an_organ_does_not_exist_for_it_nor_for_those_below(purpose: str) -> None:
    desk = Desk()
    desk.take("apply", CITIZEN, OPENED, what="投诉", unit=OFFICE, complained_of=OTHER)
    desk.take("request", actor("clerk"), LATER, organ=THIRD, question="有无", due="2 days")
    for who in (
        reader(organ=OTHER),
        reader("supervisor", OTHER, need="核实投诉人"),
        reader(organ=OTHER, roles=("inspector", "chief")),
        reader(organ=THIRD, lineage=(THIRD, OTHER)),
        reader("supervisor", THIRD, lineage=(THIRD, OTHER)),
    ):
        assert refusal(who, purpose, desk) == unknown()
    assert view(reader(lineage=(OFFICE, OTHER)), "handle", desk).personal


def test_the_organ_it_is_about_never_learns_who_rated_nor_how() -> None:
    desk = Desk()
    desk.take("apply", CITIZEN, OPENED, what="搭建围挡", unit=OFFICE, phone=PHONE)
    rated = permit_with_ratings()
    state = desk.state
    assert state is not None
    given = {**state.fields, "stars": 1, "wants_call": False}
    for fields, phone in ((given, "hidden"), ({**given, "wants_call": True}, "clear")):
        told = replace(state, fields=fields)
        for who in (reader(), reader(organ=THIRD, lineage=(THIRD, OFFICE), roles=("inspector",))):
            found = may_read(who, "handle", told, rated)
            assert isinstance(found, View)
            assert found.fields["stars"] == "hidden"
            assert found.unseen == {"rate"}
        own = may_read(reader(), "handle", told, rated)
        assert isinstance(own, View)
        assert own.fields["phone"] == phone
        judged = may_read(reader(rated=True), "handle", told, rated)
        assert isinstance(judged, View)
        assert judged.fields["phone"] == "hidden"
        above = may_read(reader("supervisor", THIRD), "supervise", told, rated)
        assert isinstance(above, View)
        assert (above.fields["stars"], above.unseen) == ("clear", frozenset())


def permit_with_ratings() -> Procedure:
    """The permit, about the organ that has it, with a rating."""
    told = msgspec.to_builtins(permit())
    told["about"] = ["unit"]
    told["fields"]["phone"]["informant"] = True
    told["fields"]["stars"] = {"name": "评价", "type": "integer", "informant": True}
    told["fields"]["wants_call"] = {"name": "愿意接受回访", "type": "yes_no", "informant": True}
    rate = {"name": "评价", "by": ["applicant"], "from": ["open"], "to": "stay", "cites": ["p#1"]}
    told["steps"]["rate"] = {**rate, "asks": ["stars"], "may_ask": ["wants_call"]}
    return msgspec.convert(told, Procedure)


def test_confined_notes_are_seen_by_the_handlers_of_the_owner_only() -> None:
    told = msgspec.to_builtins(permit())
    told["fields"]["report"]["confined"] = True
    procedure = msgspec.convert(told, Procedure)
    desk = matter()
    desk.take("co_handle", actor("clerk"), LATER, organ=OTHER)
    desk.take("request", actor("clerk"), LATER, organ=THIRD, question="有无", due="2 days")
    seen = {}
    for name, who, purpose in (
        ("handler", reader(), "handle"),
        ("co-handler", reader(organ=OTHER), "handle"),
        ("asked", reader(organ=THIRD, roles=()), "answer"),
        ("supervisor", reader("supervisor", "bureau", need="核实投诉人"), "supervise"),
        ("party", reader("citizen", "", roles=(), holds_code=True), "own"),
    ):
        assert desk.state is not None
        found = may_read(who, purpose, desk.state, procedure)
        assert isinstance(found, View)
        seen[name] = found.fields["report"]
    assert seen.pop("handler") == "clear"
    assert set(seen.values()) == {"hidden"}


def test_the_stakes_of_organs_follow_what_happened() -> None:
    desk = matter()
    desk.take("co_handle", actor("clerk"), LATER, organ="east")
    desk.take("request", actor("clerk"), LATER, organ=OTHER, question="有无", due="2 days")
    assert desk.state is not None
    assert stakes(desk.state, permit()) == {("east", "helps"), (OTHER, "asked")}
    asked = desk.state.requests[0].seq
    answer = {"request": asked, "text": "没有"}
    desk.take("answer", actor("traffic", organ=OTHER), LATER, **answer)
    desk.take("transfer", actor("clerk"), LATER, to_organ=THIRD, reason="属其管辖")
    expected = {("east", "helps"), (OTHER, "answered"), (OFFICE, "had")}
    assert stakes(desk.state, permit()) == expected
    reported = replace(desk.state, fields={**desk.state.fields, "complained_of": "west"})
    assert stakes(reported, permit()) == expected | {("west", "apart")}


def test_a_view_shows_clear_masked_and_nothing() -> None:
    found = view(reader("supervisor", THIRD), "supervise")
    assert found.shows("what", "搭建围挡") == "搭建围挡"
    assert found.shows("phone", PHONE) == "138****5678"
    assert view(reader("administrator"), "maintain").shows("what", "搭建围挡") is None
    assert found.shows("no such field", "秘密") is None


MASKED: list[tuple[Datum, Datum]] = [
    ("张三", "张*"),
    ("欧阳小明", "欧***"),
    (PHONE, "138****5678"),
    ("120199199003077653", "120199********7653"),
    ("1990-03-07", "1990-**-**"),
    (["张三", PHONE], ["张*", "138****5678"]),
    (42, "＊"),
    (None, None),
    ("甲", "甲*"),
]


@pytest.mark.parametrize(("value", "expected"), MASKED)
def test_masking_keeps_enough_to_recognise_and_not_enough_to_know(
    value: Datum, expected: Datum
) -> None:
    assert masked(value) == expected


@pytest.mark.parametrize("purpose", PURPOSES)
def test_every_purpose_gives_nothing_to_a_stranger(purpose: str) -> None:
    assert refusal(reader(organ="elsewhere", roles=()), purpose) == unknown()


def test_the_heir_of_a_closed_body_reads_what_that_body_had_as_it_did() -> None:
    desk = matter()
    desk.take("refuse", actor("reviewer"), LATER)
    heir = reader(organ=THIRD, stands_for=frozenset({OFFICE}))
    assert refusal(reader(organ=THIRD), "handle", desk) == unknown()
    assert view(heir, "handle", desk) == view(reader(), "handle", desk)
    supervisor = reader("supervisor", THIRD, stands_for=frozenset({OFFICE}))
    assert refusal(supervisor, "supervise", desk).reason == "not_yours"
