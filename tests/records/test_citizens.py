"""Codes to phones, locks and quotas: counted first, forgotten on success, kind in words of time."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest

from haihe.records import attempts, citizens
from haihe.records.attempts import Lock, Quota
from haihe.records.citizens import Citizen, Sent, Wait
from haihe.records.database import Connection, forget_reading_connection

NOW = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)  # a Tuesday
PHONE = "13900000001"
HERE = "192.0.2.7"
LOCK = Lock(3, timedelta(seconds=30), timedelta(minutes=2), timedelta(hours=1))


def sent(now: datetime = NOW, phone: str = PHONE) -> str:
    answer = citizens.new_code(phone, HERE, now)
    assert isinstance(answer, Sent)
    return answer.code


@pytest.mark.usefixtures("journal")
def test_the_right_code_signs_in_once_and_the_same_citizen_again() -> None:
    code = sent()
    first = citizens.by_code(PHONE, code, HERE, NOW)
    assert isinstance(first, Citizen)
    assert first.phone == "139****0001"
    assert citizens.by_code(PHONE, code, HERE, NOW) is None
    later = NOW + timedelta(hours=2)
    again = citizens.by_code(PHONE, sent(later), HERE, later)
    assert again == first


def test_neither_phone_nor_code_lies_in_the_tables(journal: Connection) -> None:
    code = sent()
    (kept,) = journal.rows("SELECT * FROM phone_code")
    citizens.by_code(PHONE, code, HERE, NOW)
    (citizen,) = journal.rows("SELECT * FROM citizen")
    words = b" ".join(
        bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
        for value in (*kept, *citizen)
    )
    assert PHONE.encode() not in words
    assert code.encode() not in words.replace(str(kept[2]).encode(), b"")
    assert journal.rows("SELECT count(*) FROM phone_code") == [(0,)]


@pytest.mark.usefixtures("journal")
def test_a_code_is_worth_nothing_after_five_minutes() -> None:
    code = sent()
    assert citizens.by_code(PHONE, code, HERE, NOW + citizens.CODE_LASTS) is None


@pytest.mark.usefixtures("journal")
def test_a_code_is_worth_nothing_after_five_tries() -> None:
    code = sent()
    wrong = f"{(int(code) + 1) % 10**6:06}"
    for _ in range(citizens.CODE_TRIES_MAX):
        assert citizens.by_code(PHONE, wrong, HERE, NOW) is None
    assert citizens.by_code(PHONE, code, HERE, NOW) is None


@pytest.mark.usefixtures("journal")
def test_a_code_of_one_phone_does_not_open_another() -> None:
    code = sent()
    assert citizens.by_code("13900000002", code, HERE, NOW) is None


@pytest.mark.usefixtures("journal")
def test_codes_are_sent_no_oftener_than_one_a_minute_and_eight_a_day() -> None:
    sent()
    wait = citizens.new_code(PHONE, HERE, NOW + timedelta(seconds=20))
    assert wait == Wait(timedelta(seconds=40))
    minutes = 0
    for _ in range(citizens.CODES_TO_PHONE.most - 1):
        minutes += 30
        sent(NOW + timedelta(minutes=minutes))
    assert isinstance(citizens.new_code(PHONE, HERE, NOW + timedelta(hours=12)), Wait)
    sent(NOW + timedelta(hours=25))


@pytest.mark.usefixtures("journal")
def test_an_address_asks_for_twenty_codes_an_hour_at_most() -> None:
    for number in range(citizens.CODES_FROM_ADDRESS.most):
        sent(phone=f"138{number:08}")
    assert isinstance(citizens.new_code("13700000000", HERE, NOW), Wait)
    other = citizens.new_code("13700000000", "192.0.2.8", NOW)
    assert isinstance(other, Sent)


@pytest.mark.parametrize(
    ("typed", "phone"),
    [
        ("139 0000 0001", PHONE),
        ("+86-13900000001", PHONE),
        ("１３９０００００００１", PHONE),
        ("022-12345678", None),
        ("1390000000", None),
        ("23900000001", None),
    ],
)
def test_a_phone_is_understood_as_people_write_it(typed: str, phone: str | None) -> None:
    assert citizens.normal_phone(typed) == phone


@pytest.mark.usefixtures("journal")
def test_a_provider_that_knows_the_phone_finds_the_matters_of_the_phone() -> None:
    by_provider = citizens.by_subject("https://issuer.test", "s-1", PHONE, NOW)
    assert by_provider.phone_tags == citizens.phone_tags(PHONE)
    assert citizens.by_subject("https://issuer.test", "s-1", None, NOW).id == by_provider.id
    assert citizens.by_subject("https://issuer.test", "s-1", None, NOW).phone_tags == ()
    assert citizens.by_subject("https://other.test", "s-1", None, NOW).id != by_provider.id


# ── Locks and quotas ─────────────────────────────────────────────────────────────────────────


@pytest.mark.usefixtures("journal")
def test_a_lock_grows_with_every_further_attempt_up_to_its_longest() -> None:
    waits, at = [], NOW
    for _ in range(7):
        assert attempts.begin("password", "zhang", LOCK, at) == timedelta(0)
        wait = attempts.begin("password", "zhang", LOCK, at)
        waits.append(int(wait.total_seconds()))
        at += wait
    # The first is free; the second call of the first turn was an attempt too.
    assert waits == [0, 30, 60, 120, 120, 120, 120]


@pytest.mark.usefixtures("journal")
def test_a_success_forgets_and_an_unlock_lets_in_at_once() -> None:
    for _ in range(LOCK.free):
        attempts.begin("password", "zhang", LOCK, NOW)
    assert attempts.begin("password", "zhang", LOCK, NOW) > timedelta(0)
    assert attempts.locked("password", ["li", "zhang"], NOW) == {"zhang"}
    assert attempts.begin("password", "li", LOCK, NOW) == timedelta(0)
    assert attempts.unlock("password", "zhang")
    assert not attempts.unlock("password", "zhang")
    assert attempts.begin("password", "zhang", LOCK, NOW) == timedelta(0)
    attempts.succeeded("password", "zhang")
    assert attempts.locked("password", ["zhang"], NOW) == set()


@pytest.mark.usefixtures("journal")
def test_attempts_are_forgotten_after_a_quiet_while() -> None:
    for _ in range(LOCK.free - 1):
        attempts.begin("password", "zhang", LOCK, NOW)
    later = NOW + LOCK.forgotten + timedelta(seconds=1)
    for _ in range(LOCK.free - 1):
        assert attempts.begin("password", "zhang", LOCK, later) == timedelta(0)
    assert attempts.locked("password", ["zhang"], later) == set()
    assert attempts.forget_old(later + timedelta(days=3)) == 1


@pytest.mark.usefixtures("journal")
def test_many_attempts_at_once_gain_nothing() -> None:
    let_in: list[bool] = []

    def try_it() -> None:
        try:
            let_in.append(not attempts.begin("password", "zhang", LOCK, NOW))
        finally:
            forget_reading_connection()

    threads = [threading.Thread(target=try_it) for _ in range(12)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(let_in) == 12
    assert sum(let_in) == LOCK.free


@pytest.mark.usefixtures("journal")
def test_a_quota_begins_anew_with_its_next_window() -> None:
    quota = Quota(2, timedelta(minutes=10))
    waits = [attempts.take("codes", "here", quota, NOW) for _ in range(3)]
    assert waits == [timedelta(0), timedelta(0), timedelta(minutes=10)]
    later = NOW + timedelta(minutes=10, seconds=1)
    assert attempts.take("codes", "here", quota, later) == timedelta(0)
