"""When a day of a hall is over: who was not reached has a place, seals cover it, it is emptied."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from msgspec.structs import replace

from haihe.kernel.values import Refused
from haihe.queueing.hall import Told
from haihe.queueing.plan import Carry
from haihe.records import (
    database,
    halls,
    halls_journal,
    halls_memory,
    halls_night,
    halls_phones,
    rules,
    seals,
)
from haihe.records.database import Connection
from haihe.records.verify import verify
from tests.records.test_halls import HALL, ON_SQLITE, OPEN_AT, SITE

MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)
EVENING = datetime(2026, 11, 23, 9, 31, tzinfo=UTC)  # 17:31 in the hall
NIGHT = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)  # Tuesday 02:00 in the hall


@pytest.fixture
def hall(journal: Connection, monkeypatch: pytest.MonkeyPatch) -> Iterator[Connection]:
    """A database with one hall that gives a place to whoever was not reached."""
    monkeypatch.setattr(halls, "_halls", [])  # the halls of the city come back afterwards
    halls.use({SITE: replace(HALL, carry=Carry(slot_people=2, cites=("haihe#hall-carry",)))})
    halls_memory.forget()
    halls.forget_days()
    yield journal
    halls.forget_days()


def take(secret: str, at: datetime = OPEN_AT, errand: str = "household") -> str:
    """Take a number with a phone; gives the code of its page."""
    answer = halls.act(SITE, MONDAY, "take", data={"errands": [errand]}, secret=secret, now=at)
    assert isinstance(answer, Told), answer
    return halls.code_of(SITE, MONDAY, secret, answer)


def closed_with(people: int) -> list[str]:
    """So many took a number on Monday and were not reached; gives their codes."""
    codes = [take(f"phone {nth}", OPEN_AT + timedelta(minutes=nth)) for nth in range(people)]
    assert isinstance(halls.act(SITE, MONDAY, "close", by="lobby", now=EVENING), Told)
    return codes


def problems() -> set[str]:
    halls.forget_days()
    connection = database.connect()
    try:
        return {one.problem for one in verify(connection, rules.current()).problems}
    finally:
        connection.close()


@ON_SQLITE
def test_who_was_not_reached_has_an_early_place_in_the_order_they_had(hall: Connection) -> None:
    codes = closed_with(5)
    assert halls_night.carry_over(SITE, MONDAY, EVENING) == 5
    places = []
    for code in codes:
        site, day, number = halls.find(code) or ("", MONDAY, "")
        assert (site, day) == (SITE, TUESDAY)
        with halls.looking(SITE, TUESDAY) as one:
            ticket = one.hall.tickets[number]
        places.append((ticket.appointed, ticket.place, ticket.nth))
    assert places == sorted(places)
    assert [one[0] for one in places] == [30_600, 30_600, 32_400, 32_400, 34_200]
    assert halls_night.place_after(SITE, MONDAY, "A001", EVENING) == (TUESDAY, 30_600)
    assert problems() == set()


@ON_SQLITE
def test_the_place_is_given_once_however_often_the_night_is_worked(hall: Connection) -> None:
    closed_with(2)
    halls_night.carry_over(SITE, MONDAY, EVENING)
    halls_night.end_days(NIGHT)
    halls_night.carry_over(SITE, MONDAY, NIGHT)
    with halls.looking(SITE, TUESDAY) as one:
        assert [ticket.carried for ticket in one.hall.tickets.values()] == [
            "2026-11-23/A001",
            "2026-11-23/A002",
        ]


@ON_SQLITE
def test_the_phone_that_has_a_place_gets_no_second_number_and_may_refuse_it(
    hall: Connection,
) -> None:
    (code,) = closed_with(1)
    halls_night.carry_over(SITE, MONDAY, EVENING)
    assert halls.ticket_of(SITE, TUESDAY, "phone 0") == code
    at = OPEN_AT + timedelta(days=1)
    again = halls.act(
        SITE, TUESDAY, "take", data={"errands": ["household"]}, secret="phone 0", now=at
    )
    assert isinstance(again, Refused)
    assert again.reason == "has_one"
    assert isinstance(halls.act(SITE, TUESDAY, "leave", data={"number": "A001"}, now=at), Told)
    assert halls.find(code) == (SITE, TUESDAY, "A001")
    with halls.looking(SITE, TUESDAY) as one:
        assert one.hall.carried_in == {(30_600, "A"): 0}


@ON_SQLITE
def test_who_is_not_reached_twice_keeps_the_page_and_comes_first_again(hall: Connection) -> None:
    (code,) = closed_with(1)
    halls_night.carry_over(SITE, MONDAY, EVENING)
    came = OPEN_AT + timedelta(days=1, minutes=-10)
    assert isinstance(halls.act(SITE, TUESDAY, "arrive", data={"number": "A001"}, now=came), Told)
    evening = EVENING + timedelta(days=1)
    assert isinstance(halls.act(SITE, TUESDAY, "close", by="lobby", now=evening), Told)
    halls_night.carry_over(SITE, TUESDAY, evening)
    wednesday = TUESDAY + timedelta(days=1)
    assert halls.find(code) == (SITE, wednesday, "A001")
    assert halls.ticket_of(SITE, wednesday, "phone 0") == code
    assert problems() == set()


@ON_SQLITE
def test_appointments_keep_their_time_and_who_did_not_come_gets_none(hall: Connection) -> None:
    booked = {"errands": ["household"], "appointed": 30_600}
    for nth in range(4):  # the time is full
        answer = halls.act(SITE, TUESDAY, "book", data=booked, secret=f"b{nth}", now=OPEN_AT)
        assert isinstance(answer, Told)
    today = {"errands": ["household"], "appointed": 36_000}
    answer = halls.act(SITE, MONDAY, "book", data=today, secret="never came", now=OPEN_AT)
    assert isinstance(answer, Told)
    closed_with(1)
    assert halls_night.carry_over(SITE, MONDAY, EVENING) == 1
    with halls.looking(SITE, TUESDAY) as one:
        tickets = list(one.hall.tickets.values())
        assert [ticket.appointed for ticket in tickets] == [30_600] * 5
        assert {ticket.place for ticket in tickets} == {tickets[0].place}
        assert tickets[-1].carried == "2026-11-23/A002"  # behind those who booked before


@ON_SQLITE
def test_a_phone_goes_along_and_is_gone_with_the_day(hall: Connection) -> None:
    take("phone 0")
    id_ = halls_journal.day_id(SITE, MONDAY)
    wanted = {"number": "A001", "minutes": 15}
    assert isinstance(halls.act(SITE, MONDAY, "notify", data=wanted, now=OPEN_AT), Told)
    halls_phones.keep(id_, "A001", "13800000000")
    rows = hall.rows("SELECT sealed FROM hall_phone")
    assert b"1380000" not in bytes(rows[0][0])
    assert problems() == set()
    halls.act(SITE, MONDAY, "close", by="lobby", now=EVENING)
    halls_night.carry_over(SITE, MONDAY, EVENING)
    assert halls_phones.phone_of(id_, "A001") == ""
    assert halls_phones.phone_of(halls_journal.day_id(SITE, TUESDAY), "A001") == "13800000000"
    halls_night.end_days(NIGHT + timedelta(days=1))
    assert halls_phones.days() == []


def test_the_seals_cover_the_days_of_halls(hall: Connection) -> None:
    """A day that is removed whole, and one that is mended everywhere, are found by the seal."""
    take("one")
    take("two")
    assert seals.close_all(hall, EVENING)
    assert problems() == set()
    rows = hall.rows("SELECT position, day_id, seq, act, person, at, data, hash FROM hall_event")
    hall.run("DELETE FROM hall_event")
    hall.run("DELETE FROM hall_day")
    hall.run("DELETE FROM hall_ticket")
    assert problems() == {"sealed_hall_events"}
    names = "position, day_id, seq, act, person, at, data, hash"
    for row in rows:
        hall.run(f"INSERT INTO hall_event ({names}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
    forged = halls_journal.HallRow(*rows[-1][1:7])._replace(data='{"number":"A009"}')
    digest = halls_journal.hash_of(forged, bytes(rows[-2][7]))
    hall.run(
        "UPDATE hall_event SET data = ?, hash = ? WHERE position = ?",
        (forged.data, digest, rows[-1][0]),
    )
    hall.insert("hall_day", [(forged.day_id, forged.seq, digest)])
    assert "sealed_hall_events" in problems()


def test_a_day_that_is_kept_no_longer_is_emptied_and_still_vouched_for(hall: Connection) -> None:
    code = take("one")
    take("two")
    halls.act(SITE, MONDAY, "close", by="lobby", now=EVENING)
    halls_night.end_days(NIGHT)
    seals.close_all(hall, NIGHT)
    assert halls_night.dispose(NIGHT + timedelta(days=720)) == 0
    later = NIGHT + timedelta(days=740)
    assert halls_night.dispose(later) >= 1
    assert halls_night.dispose(later) == 0
    assert (halls.find(code) or ("", TUESDAY, ""))[1] != MONDAY
    left = hall.rows(
        "SELECT act, data FROM hall_event WHERE day_id = ? ORDER BY seq", (f"{SITE}/{MONDAY}",)
    )
    assert {tuple(one) for one in left[:-1]} == {("", "")}
    assert left[-1][0] == "dispose"
    assert "personal-information-2021#19" in left[-1][1]
    seals.close_all(hall, later)
    assert problems() == set()
    halls.forget_days()
    with halls.looking(SITE, MONDAY) as one:
        assert one.hall.tickets == {}
    refused = halls.act(SITE, MONDAY, "take", data={"errands": ["card"]}, secret="x", now=later)
    assert isinstance(refused, Refused)
    assert refused.reason == "disposed"
    hall.run("DELETE FROM hall_event WHERE seq = 2 AND day_id = ?", (f"{SITE}/{MONDAY}",))
    assert {"hall", "sealed_hall_events"} <= problems()
