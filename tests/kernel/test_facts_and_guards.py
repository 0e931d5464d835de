"""When a fact about a field is true, how it is said, and when a guard lets a step pass."""

from __future__ import annotations

import pytest

from haihe.kernel.facts import holds, organs_apart, say_test
from haihe.kernel.fields import nearest
from haihe.kernel.guards import GUARDS
from haihe.kernel.procedure import Test
from haihe.kernel.values import Data, number_words
from tests.kernel.permit import OTHER, Desk, accepted, actor, permit, received

LATER = "Wed 2026-09-02 10:00"
FIELDS: Data = {
    "size": 40,
    "what": "搭建围挡",
    "complex": False,
    "class": "small",
    "officers": ["甲", "乙"],
    "report": "  ",
    "none": None,
    "one": 1,
}

TRUE = [
    Test(field="size", equals=40),
    Test(field="size", at_least=40),
    Test(field="size", at_most=40),
    Test(field="size", above=39.5),
    Test(field="size", below=41),
    Test(field="what", at_least=4),
    Test(field="what", below=5),
    Test(field="officers", at_least=2),
    Test(field="officers", at_most=2),
    Test(field="complex", equals=False),
    Test(field="class", among=("small", "large")),
    Test(field="size", given=True),
    Test(field="complex", given=True),
    Test(field="report", given=False),
    Test(field="none", given=False),
    Test(field="nowhere", given=False),
    Test(field="phone", given=True),
]
FALSE = [
    Test(field="size", equals=41),
    Test(field="size", above=40),
    Test(field="size", below=40),
    Test(field="complex", equals=True),
    Test(field="complex", equals=0),
    Test(field="complex", at_least=0),
    Test(field="one", equals=True),
    Test(field="class", among=("large",)),
    Test(field="class", equals="smal"),
    Test(field="size", given=False),
    Test(field="phone", given=False),
    Test(field="phone", equals="13800000000"),
    Test(field="nowhere", equals=False),
    Test(field="nowhere", below=5),
    Test(field="report", at_most=5),
    Test(field="none", at_most=5),
]


@pytest.mark.parametrize("test", TRUE, ids=str)
def test_a_true_fact_holds(test: Test) -> None:
    assert holds(test, FIELDS, ("phone",))


@pytest.mark.parametrize("test", FALSE, ids=str)
def test_a_fact_that_is_not_so_or_not_known_does_not_hold(test: Test) -> None:
    assert not holds(test, FIELDS, ("phone",))


@pytest.mark.parametrize(
    ("test", "said"),
    [
        (Test(field="size", below=100), "“面积”少于100"),
        (Test(field="size", at_least=2.5), "“面积”不少于2.5"),
        (Test(field="size", at_most=12_345_678), "“面积”不超过12345678"),
        (Test(field="officers", at_least=2), "“检查人”的数量不少于2"),
        (Test(field="what", above=9), "“申请事项”的字数多于9"),
        (Test(field="complex", equals=True), "“是否复杂”为是"),
        (Test(field="class", equals="small"), "“类别”为小型"),
        (Test(field="class", among=("small", "large")), "“类别”为小型、大型之一"),
        (Test(field="phone", given=True), "已填写“电话”"),
        (Test(field="phone", given=False), "未填写“电话”"),
    ],
    ids=str,
)
def test_a_fact_is_said_with_the_names_of_the_procedure(test: Test, said: str) -> None:
    assert say_test(test, permit()) == said


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (1234567.5, "1234567.5"),
        (99_999_999_999.99, "99999999999.99"),
        (800.0, "800"),
        (100, "100"),
        (0.1 + 0.2, "0.3"),
        (0.000025, "0.000025"),
        (1e15, "1000000000000000"),
        (-1e6, "-1000000"),
        (0, "0"),
    ],
)
def test_a_number_is_told_without_an_exponent(value: float, words: str) -> None:
    assert number_words(value) == words


def test_organs_to_be_kept_apart_come_from_one_field_or_a_list() -> None:
    fields: Data = {"one": "north", "many": ["south", "centre"], "number": 3}
    assert organs_apart(("one", "many", "number", "none"), fields) == {"north", "south", "centre"}


def test_the_nearest_name_is_found_by_id_or_by_name_or_not_at_all() -> None:
    known = {"phone": "电话", "place": "地点"}
    assert nearest("phne", known) == "phone"
    assert nearest("地点", known) == "place"
    assert nearest("xyzzy", known) == ""


def let_pass(guard: str, desk: Desk, person: str = "clerk") -> bool:
    return GUARDS[guard].holds(desk.state, actor("clerk", person), {})


def test_guards_know_who_took_the_matter() -> None:
    desk = received()
    assert not let_pass("somebody_took_it", desk)
    assert not let_pass("taken_by_actor", desk)
    desk.take("take", actor("clerk", "甲"), LATER)
    assert let_pass("somebody_took_it", desk)
    assert let_pass("taken_by_actor", desk, "甲")
    assert not let_pass("taken_by_actor", desk, "乙")


def test_guards_know_whether_a_citizen_contests() -> None:
    desk = accepted()
    desk.take("refuse", actor("reviewer"), LATER)
    assert (let_pass("contested", desk), let_pass("not_contested", desk)) == (False, True)
    desk.take("contest", actor("applicant", organ="public"), LATER, reason="不同意")
    assert (let_pass("contested", desk), let_pass("not_contested", desk)) == (True, False)


def test_the_latest_opinion_of_every_co_handler_must_be_agreement() -> None:
    desk = received()
    assert let_pass("every_co_handler_agreed", desk)
    desk.take("co_handle", actor("clerk"), LATER, organ=OTHER)
    assert not let_pass("every_co_handler_agreed", desk)
    away = actor("clerk", organ=OTHER)
    desk.take("countersign", away, LATER, opinion="agree", text="同意")
    assert let_pass("every_co_handler_agreed", desk)
    desk.take("countersign", away, LATER, opinion="disagree", text="有误")
    assert not let_pass("every_co_handler_agreed", desk)


@pytest.mark.parametrize("guard", GUARDS)
def test_every_guard_says_what_and_what_instead(guard: str) -> None:
    assert GUARDS[guard].says
    assert GUARDS[guard].instead
