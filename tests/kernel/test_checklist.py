"""Every condition of a step before it is taken: what is there, and what is missing."""

from __future__ import annotations

from msgspec.structs import replace

from haihe.kernel.checklist import Check, checklist, conditions
from haihe.kernel.decide import decide
from haihe.kernel.procedure import Need, Test
from haihe.kernel.values import Command, Data, Refused
from tests.kernel.clock_days import calendar, moment
from tests.kernel.permit import Desk, accepted, actor, looked, permit

DAY = "Thu 2026-09-03 09:00"


def checks(desk: Desk, step: str, role: str = "reviewer") -> tuple[Check, ...]:
    assert desk.state is not None
    return checklist(permit(), desk.state, step, actor(role), moment(DAY), calendar())


def large(desk: Desk) -> Desk:
    desk.take("measure", actor("clerk"), "Wed 2026-09-02 09:00", size=200)
    return desk


def test_what_is_missing_stands_first_with_its_way_out_and_its_article() -> None:
    found = checks(large(accepted()), "grant")
    missing = [one for one in found if one.stands == "missing"]

    assert found[: len(missing)] == tuple(missing)
    assert [one.cites for one in missing] == [("permits#9",), ("permits#10",)]
    assert "现场查看" in missing[0].says
    assert missing[1].instead == "请补正类别"


def test_what_is_fulfilled_is_said_as_it_should_be() -> None:
    met = [one.says for one in checks(looked(), "grant") if one.stands == "met"]

    assert "已经办过“现场查看”" in met
    assert any("面积" in one and "100" in one for one in met)
    assert "协办请求都已答复" in met


def test_a_condition_that_does_not_apply_is_left_out() -> None:
    plain = checks(looked(), "grant")
    small = checks(looked(**{"class": "small"}), "grant")

    assert not any("没有届满" in one.says for one in plain)
    assert any("没有届满" in one.says for one in small)


def test_a_step_with_nothing_missing_is_not_refused_for_its_needs_and_one_with_is() -> None:
    for desk in (accepted(), looked(), large(looked())):
        assert desk.state is not None
        missing = [one for one in checks(desk, "grant") if one.stands == "missing"]
        command = Command(key="k", act="grant", actor=actor("reviewer"), matter="m1", data={})
        answer = decide(permit(), desk.state, command, moment(DAY), calendar())
        assert isinstance(answer, Refused) == bool(missing)
        if isinstance(answer, Refused):
            assert answer.cites == missing[0].cites


def test_what_the_form_will_tell_is_judged_once_it_is_filled_in() -> None:
    desk = accepted()
    asked = replace(permit().steps["measure"], needs=(Need(all=(Test(field="size", above=0),)),))
    procedure = replace(permit(), steps={**permit().steps, "measure": asked})

    def stands(given: Data | None) -> list[str]:
        assert desk.state is not None
        who, now = actor("clerk"), moment(DAY)
        found = conditions(procedure, desk.state, "measure", who, now, calendar(), given)
        return [one.stands for one in found]

    assert stands(None) == ["form"]
    assert stands({"size": 0}) == ["missing"]
    assert stands({"size": 90}) == ["met"]
