"""The form of every act, what a browser sends back, and what a step hands to another kind."""

from __future__ import annotations

import pytest

from haihe.kernel.forms import form_of
from haihe.kernel.handover import handovers
from haihe.kernel.procedure import Procedure
from tests.kernel.clock_days import moment
from tests.kernel.permit import OFFICE, OPENED, OTHER, Desk, accepted, actor, extension, permit

CLERK = actor("clerk")
LATER = "Wed 2026-09-02 10:00"


def test_a_form_has_the_fields_of_its_step_in_order_with_what_the_matter_says() -> None:
    desk = accepted(complex=True)
    form = form_of(permit(), "measure", desk.state)
    assert [one.id for one in form.fields][:4] == ["size", "floors", "complex", "class"]
    fields = {one.id: one for one in form.fields}
    assert (fields["size"].now, fields["complex"].now, fields["floors"].now) == (40, True, None)
    assert fields["class"].choices == {"small": "小型", "large": "大型"}
    assert (fields["phone"].personal, fields["phone"].hint) == (True, "只写数字")
    assert not any(one.required for one in form.fields)


def test_a_form_says_what_it_rests_on_and_whether_it_is_final() -> None:
    form = form_of(permit(), "grant")
    assert (form.name, form.cites, form.is_final, form.is_step) == (
        "许可",
        ("permits#8",),
        True,
        True,
    )


def test_kernel_forms_offer_what_this_matter_leaves_open() -> None:
    desk = accepted()
    desk.take("request", CLERK, LATER, organ=OTHER, question="有无其他许可", due="2 days")
    answer = form_of(permit(), "answer", desk.state, OTHER)
    assert answer.fields[0].choices == {"3": "有无其他许可"}
    assert form_of(permit(), "answer", desk.state, OFFICE).fields[0].choices == {}
    assert form_of(permit(), "suspend").fields[0].choices == {"court": "诉讼"}
    extend = {one.id: one for one in form_of(permit(), "extend", desk.state).fields}
    assert extend["clock"].choices == {"decide": "审查期限", "first_look": "首次查看"}
    assert list(extend["rank"].choices) == ["局长", "上一级"]


def test_an_act_nobody_knows_has_no_form() -> None:
    with pytest.raises(KeyError):
        form_of(permit(), "vanish")


def governing(kind: str) -> Procedure | None:
    return permit() if kind == "permit" else None


def test_a_handover_opens_the_other_matter_with_nothing_typed_again() -> None:
    desk = Desk()
    applicant = actor("applicant", organ="public")
    desk.take(
        "apply", applicant, OPENED, what="搭建围挡", unit=OFFICE, size=40, phone="13800000000"
    )
    state = desk.take("send_on", CLERK, LATER)
    (opening,) = handovers(permit(), state, desk.history[-1], governing, desk.personal)
    assert (opening.key, opening.act, opening.kind) == ("handover:2:0", "receive", "permit")
    assert opening.data == {"what": "搭建围挡", "phone": "13800000000", "size": 40}
    assert (opening.actor.role, opening.actor.organ, opening.actor.person) == (
        "clerk",
        OFFICE,
        "clerk",
    )
    assert opening.happened_at == moment(LATER)
    other = Desk()
    other.take(opening.act, opening.actor, LATER, **opening.data)


def test_a_personal_value_that_nobody_unsealed_is_not_carried() -> None:
    desk = Desk()
    desk.take("receive", CLERK, OPENED, what="搭建围挡", phone="13800000000")
    state = desk.take("send_on", CLERK, LATER)
    (opening,) = handovers(permit(), state, desk.history[-1], governing)
    assert opening.data == {"what": "搭建围挡"}


def test_a_step_that_opens_nothing_and_a_kind_nobody_has_hand_over_nothing() -> None:
    desk = accepted()
    assert desk.state is not None
    assert handovers(permit(), desk.state, desk.history[-1], governing) == []
    desk.take("extend", CLERK, "Mon 2026-09-21 10:00", **extension())
    assert handovers(permit(), desk.state, desk.history[-1], governing) == []
    state = desk.take("send_on", CLERK, "Mon 2026-09-21 11:00")
    assert handovers(permit(), state, desk.history[-1], lambda _: None) == []
