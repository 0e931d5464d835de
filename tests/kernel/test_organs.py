"""Public bodies through time: versions, superiors, heirs, and what may not be."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from haihe.kernel.organs import Heir, Organ, Organs, Succession, UnusableOrgans

CLOSING = date(2026, 7, 1)  # Wednesday
BEFORE = CLOSING - timedelta(days=1)


def body(organ: str, above: str = "", since: date = date.min, until: date | None = None) -> Organ:
    return Organ(
        id=organ, name=organ, sort="station", tier="street", above=above, since=since, until=until
    )


def ended(organ: str, *heirs: Heir, day: date = CLOSING) -> Succession:
    return Succession(organ=organ, day=day, order="津编〔2026〕1号", heirs=heirs)


TREE = Organs(
    (
        body("bureau"),
        body("west", "bureau"),
        body("east", "bureau"),
        body("station", "west", until=CLOSING),
        body("station", "east", since=CLOSING),
        body("post", "station"),
        body("old", "west", until=CLOSING),
    ),
    (ended("old", Heir(organ="east", kinds=("alarm",)), Heir(organ="station")),),
)


@pytest.mark.parametrize(("day", "upper"), [(BEFORE, "west"), (CLOSING, "east")])
def test_a_body_that_moves_stands_elsewhere_from_the_day_on(day: date, upper: str) -> None:
    assert TREE.lineage("post", day) == ("post", "station", upper, "bureau")
    assert {"station", "post"} <= TREE.under(upper, day)
    other = {"west": "east", "east": "west"}[upper]
    assert not {"station", "post"} & TREE.under(other, day)
    above = TREE.above("station", day)
    assert above is not None
    assert above.id == upper


def test_a_body_that_ended_is_there_the_day_before_and_its_heirs_have_its_matters_then() -> None:
    assert TREE.get("old", BEFORE) is not None
    assert TREE.get("old", CLOSING) is None
    assert TREE.lineage("old", CLOSING) == ()
    assert TREE.under("old", CLOSING) == frozenset()
    assert TREE.owner("old", "alarm", BEFORE) == "old"
    assert TREE.owner("old", "alarm", CLOSING) == "east"
    assert TREE.owner("old", "petition", CLOSING) == "station"
    known = TREE.known("old", CLOSING)
    assert known is not None
    assert known.name == "old"


def test_heirs_of_heirs_are_followed_to_the_last() -> None:
    later = CLOSING + timedelta(days=30)
    organs = Organs(
        (body("a", until=CLOSING), body("b", until=later), body("c")),
        (ended("a", Heir(organ="b")), ended("b", Heir(organ="c"), day=later)),
    )

    assert organs.owner("a", "alarm", CLOSING) == "b"
    assert organs.owner("a", "alarm", later) == "c"


def test_the_archive_of_a_closed_body_is_that_of_whoever_owns_its_kinds_that_day() -> None:
    later = CLOSING + timedelta(days=30)
    organs = Organs(
        (body("a", until=CLOSING), body("b", until=later), body("c"), body("d")),
        (
            ended("a", Heir(organ="b"), Heir(organ="d", kinds=("alarm",))),
            ended("b", Heir(organ="c"), day=later),
        ),
    )
    for day in (BEFORE, CLOSING, later):
        for heir in organs.ids():
            for kind in ("alarm", "petition"):
                held = {one.organ for one in organs.archives(heir, day) if one.holds(kind)}
                closed = {old for old in organs.ids() if organs.succession(old, day)}
                assert held == {old for old in closed if organs.owner(old, kind, day) == heir}
    assert organs.archives("c", CLOSING) == ()
    assert [one.organ for one in organs.archives("c", later)] == ["a", "b"]


def test_whoever_stands_under_is_the_inverse_of_whoever_stands_above() -> None:
    for day in (BEFORE, CLOSING):
        for one in TREE.at(day):
            for other in TREE.at(day):
                below = other.id in TREE.under(one.id, day)
                assert below == (one.id in TREE.lineage(other.id, day))


@pytest.mark.parametrize(
    ("organs", "successions", "says"),
    [
        ((body("a"), body("a", since=CLOSING)), (), "two versions hold on 2026-07-01"),
        (
            (body("a", until=BEFORE), body("a", since=CLOSING)),
            (),
            "no version holds from 2026-06-30 to 2026-07-01",
        ),
        ((body("a", "nobody"),), (), "there is no organ `nobody`"),
        ((body("a", "b"), body("b", "a")), (), "stands above itself"),
        ((body("a", until=CLOSING),), (), "names nobody who takes over"),
        (
            (body("a", until=CLOSING), body("b", until=CLOSING)),
            (ended("a", Heir(organ="b")), ended("b", Heir(organ="a"))),
            "its heir `b` does not exist on 2026-07-01",
        ),
        (
            (body("a", until=CLOSING), body("b")),
            (ended("a", Heir(organ="b", kinds=("alarm",))),),
            "exactly one heir takes what no kinds name; 0 do",
        ),
        (
            (body("a", until=CLOSING), body("b")),
            (ended("a", Heir(organ="b"), day=BEFORE),),
            "its succession is of 2026-06-30",
        ),
        (
            (body("a", "b"), body("b", until=CLOSING), body("c")),
            (ended("b", Heir(organ="c")),),
            "a: on 2026-07-01 there is no `b` above it",
        ),
    ],
)
def test_bodies_that_contradict_one_another_are_refused(
    organs: tuple[Organ, ...], successions: tuple[Succession, ...], says: str
) -> None:
    with pytest.raises(UnusableOrgans, match=says):
        Organs(organs, successions)
