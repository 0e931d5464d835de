"""The halls' door: what is done is on the disk, a phone has one ticket, a changed row shows."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest

from haihe.kernel.values import Data, Refused
from haihe.queueing.hall import Told
from haihe.records import database, halls, halls_demo, halls_journal, halls_memory, halls_night
from haihe.records.database import Connection, reading_connection
from haihe.records.halls_city import HallOf, Hours
from tests.queueing.a_hall import OPENS, PLAN, a_hall, comes, does

# Where the database makes no difference, one of the two is enough.
ON_SQLITE = pytest.mark.parametrize("journal", ["sqlite"], indirect=True)
DAY = date(2026, 11, 23)  # a Monday
SITE = "machang"
OPEN_AT = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)  # 08:30 in the hall
HALL = HallOf(
    name=PLAN.name,
    organ=PLAN.organ,
    window_roles=("window",),
    lobby_roles=("lobby",),
    hours=Hours(workday=("08:30-12:00", "13:30-17:30")),
    queues=PLAN.queues,
    errands=PLAN.errands,
    windows=PLAN.windows,
    favours=PLAN.favours,
)


@pytest.fixture
def hall(journal: Connection, monkeypatch: pytest.MonkeyPatch) -> Iterator[Connection]:
    """A database with one hall, in which nobody was yet."""
    monkeypatch.setattr(halls, "_halls", [])  # the halls of the city come back afterwards
    halls.use({SITE: HALL})
    halls_memory.forget()
    halls.forget_days()
    yield journal
    halls.forget_days()


def take(secret: str, at: datetime = OPEN_AT) -> Told | Refused:
    return halls.act(SITE, DAY, "take", data={"errands": ["household"]}, secret=secret, now=at)


def wrongs() -> list[str]:
    halls.forget_days()
    return [one.says for one in halls_journal.verify(reading_connection(), halls.zone())]


def test_many_taps_of_one_phone_at_once_give_one_ticket(hall: Connection) -> None:
    with ThreadPoolExecutor(8) as many:
        answers = list(many.map(lambda _: take("phone"), range(16)))
    taken = [one for one in answers if isinstance(one, Told)]
    assert len(taken) == 1
    assert {one.reason for one in answers if isinstance(one, Refused)} == {"has_one"}
    code = halls.ticket_of(SITE, DAY, "phone")
    assert halls.find(code) == (SITE, DAY, "A001")
    assert halls.find(code.lower()) == (SITE, DAY, "A001")
    assert halls.find("2222-2222-2222") is None


def test_what_was_done_is_there_after_the_process_forgot_it(hall: Connection) -> None:
    for nth in range(3):
        take(f"phone {nth}")
    halls.forget_days()
    with halls.looking(SITE, DAY) as day:
        assert [one.number for one in day.hall.waiting()] == ["A001", "A002", "A003"]
        assert day.hall.tickets["A001"].forecast is not None
        assert day.version == 4
    assert halls.version(SITE, DAY) == 4


def test_what_another_process_wrote_is_seen(hall: Connection) -> None:
    take("one")
    with halls.looking(SITE, DAY) as day:
        other = halls.Day(day.id)
        other.hall.apply(halls_journal.event_of(first_row(hall), halls.zone()))
        for row in halls_journal.events_after(hall, day.id, 1):
            other.hall.apply(halls_journal.event_of(row, halls.zone()))
        assert other.hall.tickets == day.hall.tickets


def first_row(connection: Connection) -> halls_journal.HallRow:
    rows = halls_journal.events_after(connection, halls_journal.day_id(SITE, DAY), 0)
    return next(iter(rows))


CHANGES = {
    "UPDATE hall_event SET data = '{}' WHERE seq = 2": "the hash is not that",
    "UPDATE hall_event SET at = at + 1 WHERE seq = 3": "the hash is not that",
    "UPDATE hall_event SET person = 'x' WHERE seq = 3": "the hash is not that",
    "DELETE FROM hall_event WHERE seq = 2": "an event is not there",
    "DELETE FROM hall_event WHERE seq = 4": "the day says",
    "UPDATE hall_day SET seq = 9": "the day says",
    "DELETE FROM hall_day": "events of a day that",
    "UPDATE hall_ticket SET number = 'Z001' WHERE number = 'A001'": "that was never given",
    "UPDATE hall_ticket SET day_id = 'x/2026-11-23'": "tickets of a day that",
    "UPDATE hall_lived SET level = '0.9'": "not those of its day",
    "INSERT INTO hall_phone VALUES ('machang/2026-11-23', 'A001', '')": "wants no messages",
    "INSERT INTO hall_phone VALUES ('x/2026-11-23', 'A001', '')": "phones of a day that",
    "UPDATE hall_event SET act = '', person = '', at = 0, data = '' WHERE seq < 4": "cannot follow",
    "UPDATE hall_event SET act = '', person = '', at = 0, data = ''": "no disposal tells",
}


def test_a_row_that_was_changed_is_named(hall: Connection) -> None:
    take("one")
    take("two")
    halls_night.end_days(OPEN_AT + timedelta(days=1))
    assert wrongs() == []
    for sql, says in CHANGES.items():
        hall.begin()
        hall.run(sql)
        found = [one.says for one in halls_journal.verify(hall, halls.zone())]
        hall.rollback()
        assert any(says in one for one in found), sql


def test_a_day_that_is_over_is_closed_and_remembered(hall: Connection) -> None:
    take("one")
    halls.act(SITE, DAY, "open_window", by="li", data={"window": "1"}, now=OPEN_AT)
    called = OPEN_AT + timedelta(minutes=10)
    halls.act(SITE, DAY, "call", by="li", data={"window": "1"}, now=called)
    take("two", called)
    assert halls_night.end_days(OPEN_AT) == 0
    assert halls_night.end_days(OPEN_AT + timedelta(days=1)) == 1
    assert halls_night.end_days(OPEN_AT + timedelta(days=1)) == 0
    with halls.looking(SITE, DAY) as day:
        assert not day.hall.closed  # somebody is still at the window: the day stays as it was
        assert day.hall.lived[0][1] == 600
    memory = halls_memory.memory_of(SITE, DAY + timedelta(days=1))
    moment = msgspec.structs.replace(day.hall.lived[0][0])
    assert memory.forecast(moment).rests_on == 1


def test_a_whole_day_can_be_entered_and_is_like_one_that_was_lived(hall: Connection) -> None:
    trial = a_hall()
    told = []
    for nth in range(5):
        trial_before = trial.seq
        comes(trial, OPENS + nth)
        assert trial.seq == trial_before + 1
    told = [
        Told(seq=one.nth + 2, act="take", at=one.taken_at, data=_data(one.number, one.place))
        for one in trial.tickets.values()
    ]
    halls.enter(PLAN, told)
    assert wrongs() == []
    with halls.looking(SITE, DAY) as day:
        assert len(day.hall.waiting()) == 5
    does(trial, "open_window", OPENS + 9, "li", window="1")
    answer = halls.act(SITE, DAY, "open_window", by="li", data={"window": "1"}, now=OPEN_AT)
    assert isinstance(answer, Told)


def _data(number: str, place: float) -> dict[str, str | int | float | bool | list[str] | None]:
    return {"number": number, "errands": ["household"], "place": place}


def test_an_unknown_hall_is_no_hall(hall: Connection) -> None:
    with pytest.raises(KeyError):
        halls.act("nowhere", DAY, "take", data={"errands": ["household"]})


def test_a_failure_of_the_database_leaves_the_hall_as_it_was(
    hall: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    take("one")

    def lost(_: object, rows: object, others: object) -> None:
        raise database.Failure[0]("the disk is gone")

    with monkeypatch.context() as broken:
        kind = type(halls._writing_connection())
        broken.setattr(kind, "write_and_commit", lost)
        with pytest.raises(database.Failure):
            take("two")
    with halls.looking(SITE, DAY) as day:
        assert [one.number for one in day.hall.waiting()] == ["A001"]
    assert isinstance(take("two"), Told)
    assert wrongs() == []


@ON_SQLITE
def test_the_hall_of_the_demo_has_days_behind_it_and_goes_on_by_itself(hall: Connection) -> None:
    now = OPEN_AT + timedelta(hours=2)
    halls_demo.fill(now)
    assert wrongs() == []
    moved = halls_demo.go_on(now + timedelta(minutes=10))
    assert moved > 5
    assert halls_demo.go_on(now + timedelta(minutes=10)) == 0
    assert wrongs() == []
    with halls.looking(SITE, DAY) as day:
        standings = [one.standing for one in day.hall.tickets.values()]
        assert standings.count("done") > 10
        assert day.hall.windows["3"].state == "closed"  # left to whoever tries the console
        ticket = next(one for one in day.hall.tickets.values() if one.forecast is not None)
        assert ticket.forecast is not None
        assert ticket.forecast.rests_on > 0  # told from the days behind it


def test_a_day_that_was_begun_early_takes_appointments(hall: Connection) -> None:
    later = DAY + timedelta(days=1)
    halls.begin(halls.plan_for(SITE, later), OPEN_AT)
    halls.begin(halls.plan_for(SITE, later), OPEN_AT)  # it stays as it is
    booked: Data = {"errands": ["card"], "appointed": OPENS + 1800}
    answer = halls.act(SITE, later, "book", data=booked, secret="phone", now=OPEN_AT)
    assert isinstance(answer, Told)
    assert halls.find(halls.code_of(SITE, later, "phone", answer)) == (SITE, later, "A001")
    assert wrongs() == []


@ON_SQLITE
def test_the_hall_of_the_demo_goes_home_in_the_evening(hall: Connection) -> None:
    plan = HALL.plan_with(SITE, DAY, ((30_600, 63_000),), played=True)
    halls.begin(plan, OPEN_AT)
    for minutes in (0, 60, 120, 240, 420, 520, 600, 840):  # 08:30 to 22:30
        while halls_demo.go_on(OPEN_AT + timedelta(minutes=minutes)):
            pass
    with halls.looking(SITE, DAY) as day:
        assert [one.ticket for one in day.hall.windows.values()] == ["", "", ""]
        assert sum(one.standing == "done" for one in day.hall.tickets.values()) > 80
        assert day.hall.waiting()  # too many for two windows: who was not reached is told so
    assert halls_night.end_days(OPEN_AT + timedelta(days=1)) == 1
    with halls.looking(SITE, DAY) as day:
        assert day.hall.waiting() == []
        assert "unserved" in {one.standing for one in day.hall.tickets.values()}
