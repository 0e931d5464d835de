"""A body is closed: the day before nothing moves, on the day its heir has what was running."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
from msgspec.structs import replace

from haihe.kernel.organs import Heir, Organs, Succession
from haihe.kernel.procedure import Field, Procedure
from haihe.kernel.values import Actor, Data, Refused
from haihe.records import rules, succession, verify, write
from haihe.records.answers import Recorded
from haihe.records.database import Connection
from tests.records.small_city import (
    OFFICER,
    OTHER_OFFICER,
    TAKER,
    TUESDAY,
    ZONE,
    SmallCity,
    later,
    opening,
    step,
)

CLOSING = date(2026, 9, 3)  # Thursday
BEFORE = datetime(2026, 9, 2, 23, 59, tzinfo=ZONE)  # Wednesday
AFTER = datetime(2026, 9, 3, 0, 5, tzinfo=ZONE)
ORDER = "津编〔2026〕1号"
CLOCKS = "SELECT clock, started_at, legal, falls_at FROM clock WHERE matter_id = ? ORDER BY clock"
OWNERS = "SELECT owner_organ, count(*) FROM matter GROUP BY owner_organ ORDER BY owner_organ"


def with_reported(alarm: Procedure) -> Procedure:
    """The alarm with a field that names the body it complains of, which must keep away."""
    opening_step = alarm.steps["take_call"]
    asks = replace(opening_step, may_ask=(*opening_step.may_ask, "complained_of"))
    return replace(
        alarm,
        apart=("complained_of",),
        fields={**alarm.fields, "complained_of": Field(name="被反映单位", type="organ")},
        steps={**alarm.steps, "take_call": asks},
    )


class ClosingCity(SmallCity):
    """The small city in which `hexi` is closed and `nankai` takes its matters over."""

    def __init__(self) -> None:
        super().__init__()
        self.procedures["alarm"] = with_reported(self.procedures["alarm"])
        listed = SmallCity.organ_register
        versions = [
            replace(one, until=CLOSING) if one.id == "hexi" else one
            for organ in listed.ids()
            for one in listed.versions(organ)
        ]
        told = Succession(organ="hexi", day=CLOSING, order=ORDER, heirs=(Heir(organ="nankai"),))
        self.organ_register = Organs(versions, (told,))


@pytest.fixture
def closing(journal: Connection) -> Iterator[Connection]:
    """An empty journal in a city with a body that will be closed."""
    rules.use(ClosingCity())
    yield journal
    rules.use(SmallCity())


def opened(count: int = 1, at: datetime = TUESDAY) -> list[str]:
    answers = [write.submit(opening(), now=at) for _ in range(count)]
    assert all(isinstance(one, Recorded) for one in answers), answers
    return [one.matter for one in answers if isinstance(one, Recorded)]


def owners(connection: Connection) -> dict[str, int]:
    return dict(connection.rows(OWNERS, ()))


def test_nothing_moves_on_the_day_before_and_everything_on_the_day(closing: Connection) -> None:
    (matter,) = opened()
    clocks = closing.rows(CLOCKS, (matter,))

    assert succession.apply(closing, BEFORE).matters == 0
    assert owners(closing) == {"hexi": 1}
    told = succession.apply(closing, AFTER)

    assert (told.matters, told.to, told.left) == (1, {"nankai": 1}, [])
    assert owners(closing) == {"nankai": 1}
    assert closing.rows(CLOCKS, (matter,)) == clocks
    since = closing.rows("SELECT with_owner_since, opened_at FROM matter", ())
    assert since[0][0] == since[0][1]


def test_the_act_says_by_which_order_and_happened_when_the_day_began(closing: Connection) -> None:
    (matter,) = opened()
    succession.apply(closing, AFTER + timedelta(days=3))
    (row,) = closing.rows(
        "SELECT act, data, happened_at FROM event WHERE matter_id = ? AND seq = 2", (matter,)
    )

    assert row[0] == "succeed"
    assert ORDER in row[1]
    day = datetime.combine(CLOSING, datetime.min.time(), ZONE)
    assert row[2] == int(day.timestamp() * 1_000_000)


def test_the_old_body_acts_no_more_and_the_heir_goes_on(closing: Connection) -> None:
    (matter,) = opened()
    succession.apply(closing, AFTER)

    old = write.submit(step(matter, "arrive", actor=OFFICER), now=later(48))
    assert isinstance(old, Refused)
    new = write.submit(step(matter, "arrive", actor=OTHER_OFFICER), now=later(48))
    assert isinstance(new, Recorded)


def test_a_run_that_was_cut_off_is_run_again_and_nothing_passes_twice(
    closing: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(7)
    submit = write.submit
    taken = 0

    def cut_off(*args: object, **named: object) -> object:
        nonlocal taken
        taken += 1
        if taken == 4:
            raise KeyboardInterrupt
        return submit(*args, **named)  # type: ignore[arg-type]  # handed on as it came

    with monkeypatch.context() as patched:
        patched.setattr(write, "submit", cut_off)
        with pytest.raises(KeyboardInterrupt):
            succession.apply(closing, AFTER)
    assert owners(closing) == {"hexi": 4, "nankai": 3}

    assert succession.apply(closing, AFTER).matters == 4
    assert succession.apply(closing, AFTER).matters == 0
    assert owners(closing) == {"nankai": 7}
    (acts,) = closing.rows("SELECT count(*) FROM event WHERE act = 'succeed'", ())
    assert acts[0] == 7
    assert verify.verify(closing, rules.current()).problems == []


def test_what_has_ended_stays_where_it_was(closing: Connection) -> None:
    (matter,) = opened()
    for act in ("arrive", "close"):
        data = {"result": "已经调解", "criminal": False} if act == "close" else {}
        answer = write.submit(step(matter, act, data), now=later(2))
        assert isinstance(answer, Recorded), answer
    assert succession.apply(closing, AFTER).matters == 0
    assert owners(closing) == {"hexi": 1}


def test_a_matter_that_comes_to_the_closed_body_later_passes_in_the_next_run(
    closing: Connection,
) -> None:
    opened(at=later(60))  # Thursday evening: somebody still chose the closed body
    told = succession.apply(closing, later(61))

    assert told.matters == 1
    (row,) = closing.rows("SELECT happened_at FROM event WHERE act = 'succeed'", ())
    assert row[0] == int(later(61).timestamp() * 1_000_000)


def test_whoever_helps_in_the_closed_body_is_followed_by_the_heir(closing: Connection) -> None:
    (matter,) = opened()
    hand = TAKER
    moves = write.submit(
        step(matter, "transfer", {"to_organ": "center110", "reason": "归指挥中心"}, hand),
        now=later(1),
    )
    assert isinstance(moves, Recorded)
    asks = write.submit(
        step(
            matter,
            "request",
            {"organ": "hexi", "question": "请协助核实现场情况", "due": "2 days"},
            replace(OFFICER, organ="center110"),
        ),
        now=later(2),
    )
    assert isinstance(asks, Recorded), asks
    assert succession.apply(closing, AFTER).matters == 1
    rows = closing.rows("SELECT organ FROM stake WHERE matter_id = ? AND how = 'asked'", (matter,))
    assert [one[0] for one in rows] == ["nankai"]
    assert owners(closing) == {"center110": 1}


CALL: Data = {
    "place": "马场道12号",
    "what": "邻里争吵",
    "caller_name": "张三",
    "caller_phone": "13800000000",
}


def complained(actor: Actor, about: str) -> None:
    answer = write.submit(opening(data={**CALL, "complained_of": about}, actor=actor), now=TUESDAY)
    assert isinstance(answer, Recorded), answer


def test_the_heir_of_the_body_reported_keeps_away_even_after_the_end(closing: Connection) -> None:
    complained(replace(TAKER, organ="center110"), "hexi")
    assert succession.apply(closing, AFTER).matters == 1
    rows = closing.rows("SELECT organ FROM stake WHERE how = 'apart'", ())

    assert [one[0] for one in rows] == ["nankai"]
    assert owners(closing) == {"center110": 1}


def test_a_letter_about_the_heir_goes_to_the_body_above_it(closing: Connection) -> None:
    complained(TAKER, "nankai")
    told = succession.apply(closing, AFTER)

    assert (told.matters, told.left) == (1, [])
    assert owners(closing) == {"city": 1}


def test_a_letter_that_the_heir_has_about_the_closed_body_goes_to_the_body_above(
    closing: Connection,
) -> None:
    complained(replace(TAKER, organ="nankai"), "hexi")
    told = succession.apply(closing, AFTER)

    assert (told.matters, told.left) == (1, [])
    assert owners(closing) == {"city": 1}
    rows = closing.rows("SELECT organ FROM stake WHERE how = 'apart'", ())
    assert [one[0] for one in rows] == ["nankai"]
    assert succession.apply(closing, AFTER).matters == 0
