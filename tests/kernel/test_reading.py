"""Who sees what of a matter, for which purpose."""

from __future__ import annotations

import pytest

from haihe.kernel.reading import PURPOSES, Reader, ReaderKind, View, masked, may_read
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


def test_an_officer_without_relation_sees_nothing() -> None:
    assert refusal(reader(organ=OTHER), "handle").reason == "not_yours"


def test_a_colleague_without_a_role_in_this_procedure_sees_nothing() -> None:
    assert refusal(reader(roles=("cook",)), "handle").reason == "not_yours"


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
    assert refusal(stranger, "own").reason == "not_yours"
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


def test_the_organ_complained_of_sees_nothing_not_even_as_supervisor() -> None:
    desk = Desk()
    desk.take("apply", CITIZEN, OPENED, what="投诉", unit=OFFICE, complained_of=OTHER)
    for who, purpose in (
        (reader(organ=OTHER), "handle"),
        (reader("supervisor", OTHER), "supervise"),
    ):
        assert "回避" in refusal(who, purpose, desk).instead + refusal(who, purpose, desk).says


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
    assert refusal(reader(organ="elsewhere", roles=()), purpose).reason == "not_yours"
