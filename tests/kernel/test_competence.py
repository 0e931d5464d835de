"""Which body may do what where: by sort, area, day and order; and where a new matter goes."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from msgspec.structs import replace

from haihe.kernel.competence import (
    Asked,
    Competence,
    CompetenceRules,
    Competent,
    Grant,
    Intake,
    KindRules,
    Order,
)
from haihe.kernel.organs import Heir, Organ, Organs, Succession
from haihe.kernel.values import Refused

MONDAY = date(2026, 11, 23)
SUNDAY = date(2026, 11, 22)
STREET, NEXT_STREET, OTHER = "120103001", "120103002", "120110001"


def body(id_: str, sort: str, tier: Any, area: str, **more: Any) -> Organ:
    return Organ(id=id_, name=f"{id_}的名称", sort=sort, tier=tier, area=area, **more)


ORGANS = (
    body("city", "city_police", "city", "12"),
    body("hexi", "bureau", "district", "120103"),
    body("dongli", "bureau", "district", "120110"),
    body("one", "station", "street", STREET),
    body("two", "station", "street", NEXT_STREET),
    body("far", "station", "street", OTHER),
    body("urban", "urban", "district", "120103"),
    body("street", "street", "street", STREET),
    body("street-two", "street", "street", NEXT_STREET),
)
RULES = KindRules(
    grants=(
        Grant(roles=("officer",), power="decide", sorts=("station", "bureau"), cites=("law#10",)),
        Grant(roles=("head",), power="approve", sorts=("bureau",), cites=("law#109",)),
        Grant(
            roles=("helper",),
            power="supervise",
            sorts=("station",),
            where="anywhere",
            cites=("law#21",),
        ),
        Grant(
            roles=("neighbour",),
            power="decide",
            sorts=("station",),
            where="district",
            cites=("law#22",),
        ),
    ),
    intake=Intake(sorts=("station", "bureau"), place="place", cites=("law#10",)),
)
FINES = KindRules(
    grants=(Grant(roles=("inspector",), power="decide", sorts=("urban",), cites=("law#23",)),)
)


def order(**more: Any) -> Order:
    told: dict[str, Any] = {
        "name": "赋权决定",
        "since": MONDAY,
        "kinds": ("fine",),
        "roles": ("inspector",),
        "giver": ("urban",),
        "taker": ("street",),
        "how": "empower",
        "running": "stay",
        "cites": ("order#1",),
    }
    return Order(**(told | more))


def competence(*orders: Order, organs: Organs | None = None) -> Competence:
    return Competence(
        CompetenceRules(kinds={"case": RULES, "fine": FINES}, orders=orders),
        organs if organs is not None else Organs(ORGANS),
        {"case": frozenset({"officer"}), "fine": frozenset({"inspector"})},
        {"case": frozenset({"officer"}), "fine": frozenset({"inspector"})},
    )


def asked(organ: str, role: str, area: str, **more: Any) -> Asked:
    told: dict[str, Any] = {"power": "decide", "kind": "case", "day": MONDAY, "opened_on": MONDAY}
    return Asked(organ=organ, role=role, area=area, **(told | more))


@pytest.mark.parametrize(
    ("organ", "role", "area", "may"),
    [
        ("one", "officer", STREET, True),
        ("two", "officer", STREET, False),
        ("hexi", "officer", STREET, True),  # the bureau's district holds the street
        ("one", "officer", "120103", True),  # a matter of the whole district
        ("dongli", "head", STREET, False),
        ("hexi", "head", STREET, True),
        ("one", "head", STREET, False),  # a station may not approve, not even its own
        ("far", "helper", STREET, True),
        ("far", "neighbour", STREET, False),
        ("two", "neighbour", STREET, True),
        ("one", "nobody", STREET, False),
    ],
)
def test_sort_and_area_decide_who_may(
    organ: str,
    role: str,
    area: str,
    may: bool,  # noqa: FBT001 - a column of the table above
) -> None:
    judged = competence().judge(asked(organ, role, area))
    assert isinstance(judged, Competent) is may


def test_a_refusal_names_the_competent_body_and_the_article() -> None:
    refused = competence().judge(asked("one", "head", STREET))
    assert isinstance(refused, Refused)
    assert refused.reason == "not_competent"
    assert refused.cites == ("law#109",)
    assert "one的名称" in refused.says
    assert "hexi的名称" in refused.instead
    assert "dongli" not in refused.instead


def test_a_power_may_be_asked_for_without_a_role() -> None:
    rules = competence()
    assert isinstance(rules.may("approve", "hexi", "case", STREET, MONDAY), Competent)
    assert isinstance(rules.may("approve", "one", "case", STREET, MONDAY), Refused)
    assert isinstance(rules.may("open", "one", "case", STREET, MONDAY), Competent)
    assert isinstance(rules.may("open", "urban", "case", STREET, MONDAY), Refused)


def test_a_kind_without_rules_and_a_city_without_bodies_restrict_nothing() -> None:
    assert isinstance(competence().may("decide", "nobody", "other", "", MONDAY), Competent)
    without = competence(organs=Organs(()))
    assert isinstance(without.may("approve", "one", "case", STREET, MONDAY), Competent)


def test_a_body_nobody_knows_has_no_power() -> None:
    refused = competence().may("decide", "nobody", "case", STREET, MONDAY)
    assert isinstance(refused, Refused)
    assert refused.cites == ("haihe#competence",)


def test_a_closed_body_has_no_power_from_its_end_on() -> None:
    organs = [one for one in ORGANS if one.id != "two"]
    organs.append(body("two", "station", "street", NEXT_STREET, until=MONDAY))
    gone = Succession(organ="two", day=MONDAY, order="撤并", heirs=(Heir(organ="one"),))
    rules = competence(organs=Organs(organs, [gone]))
    assert isinstance(rules.may("decide", "two", "case", NEXT_STREET, SUNDAY), Competent)
    refused = rules.may("decide", "two", "case", NEXT_STREET, MONDAY)
    assert isinstance(refused, Refused)
    assert "two的名称" in refused.says


def may_fine(rules: Competence, organ: str, day: date, opened_on: date) -> bool:
    question = asked(organ, "inspector", STREET, kind="fine", day=day, opened_on=opened_on)
    return isinstance(rules.judge(question), Competent)


def test_an_order_moves_a_power_on_its_first_day() -> None:
    rules = competence(order())
    assert may_fine(rules, "urban", SUNDAY, SUNDAY)
    assert not may_fine(rules, "street", SUNDAY, SUNDAY)
    assert not may_fine(rules, "urban", MONDAY, MONDAY)
    assert may_fine(rules, "street", MONDAY, MONDAY)


def test_running_matters_stay_where_the_order_says() -> None:
    stay, move = competence(order()), competence(order(running="move"))
    assert may_fine(stay, "urban", MONDAY, SUNDAY)
    assert not may_fine(stay, "street", MONDAY, SUNDAY)
    assert not may_fine(move, "urban", MONDAY, SUNDAY)
    assert may_fine(move, "street", MONDAY, SUNDAY)


def test_an_entrusted_power_is_had_by_both() -> None:
    rules = competence(order(how="entrust"))
    assert may_fine(rules, "urban", MONDAY, MONDAY)
    assert may_fine(rules, "street", MONDAY, MONDAY)


def test_an_order_ends_before_its_first_day_without() -> None:
    rules = competence(order(since=date(2026, 11, 2), until=MONDAY))
    assert may_fine(rules, "street", SUNDAY, SUNDAY)
    assert not may_fine(rules, "street", MONDAY, MONDAY)
    assert may_fine(rules, "urban", MONDAY, MONDAY)


def test_an_order_reaches_only_its_place_and_only_the_bodies_it_names() -> None:
    here = competence(order(area=NEXT_STREET))
    assert may_fine(here, "urban", MONDAY, MONDAY)
    assert not may_fine(here, "street", MONDAY, MONDAY)
    one = competence(order(taker=("street-two",), area=NEXT_STREET))
    question = asked("street-two", "inspector", NEXT_STREET, kind="fine")
    assert isinstance(one.judge(question), Competent)


def test_the_refused_giver_is_told_who_has_the_power_now_and_by_which_order() -> None:
    refused = competence(order()).judge(asked("urban", "inspector", STREET, kind="fine"))
    assert isinstance(refused, Refused)
    assert "street的名称" in refused.instead
    assert refused.cites[0] == "order#1"


def test_a_matter_may_be_given_only_to_a_body_that_can_have_it() -> None:
    rules = competence(order())
    assert isinstance(rules.may_have("hexi", "case", MONDAY), Competent)
    assert isinstance(rules.may_have("urban", "case", MONDAY), Refused)
    assert isinstance(rules.may_have("street", "fine", SUNDAY), Refused)
    assert isinstance(rules.may_have("street", "fine", MONDAY), Competent)


def test_a_new_matter_goes_to_the_body_whose_area_holds_the_place() -> None:
    rules = competence()
    assert rules.route("case", STREET, MONDAY) == "one"
    assert rules.route("case", f"{NEXT_STREET}003", MONDAY) == "two"
    assert rules.route("case", "120103999", MONDAY) == "hexi"  # no station: the bureau
    assert rules.route("case", "120999", MONDAY) == ""
    assert rules.route("fine", STREET, MONDAY) == ""  # the rules name no intake


def test_what_came_to_the_wrong_body_is_passed_on_to_the_right_one() -> None:
    rules = competence()
    assert rules.misdirected("two", "case", STREET, MONDAY) == "one"
    assert rules.misdirected("one", "case", STREET, MONDAY) == ""
    assert rules.misdirected("hexi", "case", STREET, MONDAY) == ""
    assert rules.misdirected("one", "case", "120999", MONDAY) == ""


def test_where_sorts_are_ranked_a_body_of_a_later_one_is_wrong_beside_one_of_the_first() -> None:
    intake = Intake(sorts=("station", "bureau"), place="place", ranked=True, cites=("law#10",))
    kinds = {"case": replace(RULES, intake=intake)}
    rules = Competence(CompetenceRules(kinds=kinds), Organs(ORGANS), {}, {})
    assert rules.misdirected("hexi", "case", STREET, MONDAY) == "one"
    assert rules.misdirected("one", "case", STREET, MONDAY) == ""
    assert rules.misdirected("hexi", "case", "120103999", MONDAY) == ""  # there is no station


def test_what_was_judged_once_is_answered_alike_again() -> None:
    rules = competence(order())
    for _ in range(2):
        for day, may in ((SUNDAY, True), (MONDAY, False)):
            refused = rules.step_refused("fine", "x", "inspector", "urban", "street", day, day)
            assert (refused is None) is may
