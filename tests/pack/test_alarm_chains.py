"""Alarm and public security case: the first contact keeps counting, nothing is typed twice."""

from __future__ import annotations

import pytest

from haihe.kernel.procedure import Procedure
from haihe.kernel.reading import Reader, concerns_minor, may_read
from haihe.kernel.state import State
from haihe.kernel.values import Actor, Data, Datum, Refused
from tests.pack.walk import Walk, at


def by(role: str, organ: str) -> Actor:
    return Actor(person=role, role=role, organ=organ)


def quarrel(day: str, **known: Datum) -> Walk:
    """A blow between neighbours, reported at 08:10 of a day and fed back at 09:00."""
    walk = Walk("alarm", f"{day}T08:10")
    two: Data = {"officers": ["王警官", "李警官"], "recording_on": True}
    walk.take(
        f"{day}T08:10",
        "take_call",
        by("call_taker", "指挥中心"),
        channel="phone",
        place="马场道12号",
        what="邻居打人",
        urgent=False,
        caller_name="张某",
        phone="13800000000",
        **known,
    )
    walk.take(
        f"{day}T08:11",
        "grade",
        by("call_taker", "指挥中心"),
        category="public_security",
        level="third",
    )
    walk.take(
        f"{day}T08:12",
        "dispatch",
        by("duty_chief", "指挥中心"),
        unit="马场所",
        response_ring="five",
    )
    walk.take(f"{day}T08:13", "acknowledge", by("patrol", "马场所"), officers=["王警官", "李警官"])
    walk.take(f"{day}T08:20", "arrive", by("patrol", "马场所"), **two)
    walk.take(
        f"{day}T08:40",
        "handle",
        by("patrol", "马场所"),
        scene_work="enforcement",
        scene_found="已制止",
        injured=0,
        minor_involved=known.get("minor_involved", False),
        **two,
    )
    return walk.take(
        f"{day}T09:00",
        "feed_back",
        by("patrol", "马场所"),
        handling_result="嫌疑人带回",
        jurisdiction="ours",
        loss_stated=True,
        unlawful_facts=True,
    )


def held(walk: Walk) -> tuple[State, Procedure]:
    """Where a walk stands, and its procedure."""
    assert walk.state is not None
    return walk.state, walk.procedure


def case_of(alarm: Walk, when: str) -> Walk:
    """The public security case that an alarm opens."""
    alarm.take(when, "open_case", by("station_chief", "马场所"))
    (opening,) = alarm.opened
    case = Walk("public_security_case", when)
    case.follow(when, opening)
    return case


def test_a_case_counts_its_review_from_the_call_and_not_from_the_handover() -> None:
    # Tuesday 2026-09-01: the call came at 08:10, the case was opened at 10:00.
    case = case_of(quarrel("2026-09-01"), "2026-09-01T10:00")
    assert case.clock("accept_review", "2026-09-01T10:00").legal == at("2026-09-02T08:10")


def test_nothing_is_retyped_and_the_caller_stays_sealed_when_an_alarm_becomes_a_case() -> None:
    case = case_of(quarrel("2026-09-01"), "2026-09-01T10:00")
    assert case.state is not None
    assert case.state.fields["what"] == "邻居打人"
    assert case.personal == {"reporter": "张某", "reporter_phone": "13800000000"}
    assert "张某" not in case.state.fields.values()
    assert case.state.owner.organ == "马场所"


def test_a_child_known_at_the_call_is_hidden_from_the_first_minute_of_the_case() -> None:
    alarm = quarrel("2026-09-01")  # a Tuesday
    assert not concerns_minor(*held(case_of(alarm, "2026-09-01T10:00")))
    with_child = quarrel("2026-09-01", minor_involved=True)
    case = case_of(with_child, "2026-09-01T10:00")
    assert concerns_minor(*held(case))
    assert case.field("minor_involved") is None, "whether the child did it is not known yet"


@pytest.mark.parametrize(
    ("when", "since"),
    [
        ("2025-12-31T23:59", "2021-07-15"),  # Wednesday, the last minute of the law of 2012
        ("2026-01-01T00:00", "2026-01-01"),  # Thursday
    ],
)
def test_the_minute_of_the_handover_decides_which_law_governs(when: str, since: str) -> None:
    case = case_of(quarrel("2025-12-31"), when)
    assert case.state is not None
    assert case.state.version.isoformat() == since


def test_the_station_complained_of_cannot_read_the_complaint() -> None:
    walk = Walk("alarm", "2026-09-01T08:10")
    walk.take(
        "2026-09-01T08:10",
        "take_call",
        by("call_taker", "指挥中心"),
        channel="phone",
        place="马场所",
        what="投诉民警不作为",
        urgent=False,
    )
    walk.take(
        "2026-09-01T08:11",
        "grade",
        by("call_taker", "指挥中心"),
        category="complaint",
        level="second",
        complained_unit="马场所",
    )
    assert walk.state is not None
    chief = Reader(person="所长", kind="officer", organ="马场所", roles=("station_chief",))
    assert isinstance(may_read(chief, "handle", walk.state, walk.procedure), Refused)


def test_a_reader_without_need_does_not_see_who_called() -> None:
    walk = quarrel("2026-09-01")
    assert walk.state is not None
    legal = Reader(person="法制员", kind="officer", organ="法制支队", roles=("legal",))
    view = may_read(legal, "supervise", walk.state, walk.procedure)
    assert not isinstance(view, Refused), view
    assert view.fields["phone"] != "clear"
    assert view.fields["what"] == "clear"
