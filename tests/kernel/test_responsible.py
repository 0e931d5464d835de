"""Exactly one post answers for every area on every day; a gap or an overlap is refused."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from haihe.kernel.responsible import Responsibles, Rule, UnusableResponsible

CHANGE = date(2026, 7, 1)  # Wednesday


def rule(post: str, kind: str = "street", **told: object) -> Rule:
    return Rule(post=post, name=post, order="某规定", kind=kind, **told)  # type: ignore[arg-type]  # as in a file


def test_one_post_answers_on_every_day_and_another_from_the_day_of_change() -> None:
    found = Responsibles((rule("old", until=CHANGE), rule("new", since=CHANGE)), ("street",))

    assert found.of("120103005", "street", CHANGE - timedelta(days=1)).post == "120103005/old"
    assert found.of("120103005", "street", CHANGE).post == "120103005/new"


def test_a_rule_for_an_area_goes_before_that_of_its_kind_while_it_holds() -> None:
    own = rule("chief", "", areas=("120103005",), since=CHANGE, until=date(2026, 8, 1))
    found = Responsibles((rule("first"), own), ("street",))

    assert found.of("120103005", "street", CHANGE).post == "120103005/chief"
    assert found.of("120103001", "street", CHANGE).post == "120103001/first"
    assert found.of("120103005", "street", date(2026, 8, 1)).post == "120103005/first"


@pytest.mark.parametrize(
    ("rules", "says"),
    [
        ((), "street: nobody answers for areas of this kind"),
        ((rule("a", since=CHANGE),), "nobody answers before 2026-07-01"),
        ((rule("a", until=CHANGE),), "nobody answers from 2026-07-01"),
        (
            (rule("a", until=CHANGE), rule("b", since=CHANGE + timedelta(days=1))),
            "nobody answers from 2026-07-01 to 2026-07-02",
        ),
        ((rule("a"), rule("b", since=CHANGE)), "a and b both answer on 2026-07-01"),
        (
            (rule("a"), rule("b", "", areas=("x",)), rule("c", "", areas=("x",), since=CHANGE)),
            "x: b and c both answer on 2026-07-01",
        ),
        ((rule("a"), rule("b", "river")), "there are no areas of kind `river`"),
        ((rule("a"), rule("b", "")), "write either kind or areas"),
    ],
)
def test_days_without_a_post_or_with_two_are_refused(rules: tuple[Rule, ...], says: str) -> None:
    with pytest.raises(UnusableResponsible, match=says):
        Responsibles(rules, ("street",))
