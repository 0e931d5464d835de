"""Entries of devices, words and calendar addresses, on each database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from haihe.records import devices, feeds, words
from haihe.records.database import Connection, writing
from haihe.records.shown import Reader
from tests.records.fresh import opened, problems
from tests.records.small_city import TUESDAY

PHONE, OTHER = "1" * 32, "2" * 32
NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)  # a Monday
LI = Reader(person="li", organ="tj-110", roles=("call_taker",), post="p")
WANG = Reader(person="wang", organ="tj-110", roles=("call_taker",), post="p")

pytestmark = pytest.mark.usefixtures("journal")


def entry(number: int, thread: str = "", device: str = PHONE, ago: int = 30) -> devices.Entry:
    made = NOW - timedelta(minutes=ago)
    return devices.Entry(device, number, f"li:{device}:{number}", thread, made, NOW)


def take(one: devices.Entry, later: int = 0) -> devices.Came:
    came = devices.take(LI, one, NOW + timedelta(seconds=later))
    assert isinstance(came, devices.Came)
    return came


def test_a_number_is_taken_in_only_after_every_smaller_one() -> None:
    assert devices.take(LI, entry(2), NOW) == devices.Gap(1)
    assert take(entry(1)).state == "received"
    assert devices.take(LI, entry(3), NOW) == devices.Gap(2)
    assert take(entry(2)).state == "received"


def test_the_first_times_stay_and_a_wrong_clock_of_the_device_shifts_nothing() -> None:
    wrong = entry(1)._replace(
        made_at=NOW - timedelta(days=400, minutes=30), sent_at=NOW - timedelta(days=400)
    )
    first, again = take(wrong), take(wrong._replace(sent_at=NOW), later=60)

    assert first.happened_at == NOW - timedelta(minutes=30)
    assert (again.happened_at, again.received_at) == (first.happened_at, first.received_at)


def test_a_step_waits_for_an_earlier_one_of_its_matter_and_for_no_other() -> None:
    take(entry(1, "m1"))
    devices.settle(entry(1, "m1"), "refused")
    held, other = take(entry(2, "m1")), take(entry(3, "m2"))
    assert (held.state, held.waits_for) == ("held", 1)
    assert (other.state, other.waits_for) == ("received", 0)

    devices.settle(entry(1, "m1"), "dropped")
    assert take(entry(2, "m1")).state == "received"


def test_what_was_recorded_stays_recorded_however_often_it_comes() -> None:
    matter = opened()
    take(entry(1))
    devices.settle(entry(1), "recorded", matter=matter, seq=1)
    again = take(entry(1), later=5)
    assert (again.state, again.matter, again.seq) == ("recorded", matter, 1)


@pytest.mark.parametrize("over", ["recorded", "dropped"])
def test_a_slower_sending_of_the_same_entry_changes_nothing(over: devices.State) -> None:
    take(entry(1, "m1"))
    faster, slower = take(entry(1, "m1")), take(entry(1, "m1"))
    assert faster == slower
    devices.settle(entry(1, "m1"), over)
    assert devices.settle(entry(1, "m1"), "refused").state == over
    assert (take(entry(1, "m1")).state, take(entry(2, "m1")).waits_for) == (over, 0)


def test_a_refusal_of_what_the_faster_sending_recorded_is_none(journal: Connection) -> None:
    matter = opened()
    ((key,),) = journal.rows("SELECT key FROM command_key WHERE matter_id = ?", (matter,))
    first = entry(1)._replace(key=str(key))
    take(first)
    stands = devices.settle(first, "refused")
    assert (stands.state, stands.matter, stands.seq) == ("recorded", matter, 1)


def test_verify_names_an_entry_that_is_not_in_the_journal_and_a_missing_number(
    journal: Connection,
) -> None:
    matter = opened()
    take(entry(1))
    take(entry(2))
    devices.settle(entry(1), "recorded", matter=matter, seq=9)
    assert "device_entry" in {one.problem for one in problems()}

    with writing(journal):
        journal.run("DELETE FROM device_entry WHERE number = 1")
    assert "device_gap" in {one.problem for one in problems()}


def test_a_device_opens_for_its_account_until_it_is_withdrawn() -> None:
    half = devices.half_of(LI, PHONE, NOW)
    assert half is not None
    assert len(half) == devices.HALF_BYTES
    assert devices.half_of(LI, PHONE, NOW) == half
    assert devices.half_of(WANG, PHONE, NOW) is None
    assert devices.half_of(LI, "no device", NOW) is None
    assert devices.account_tag(LI) != devices.account_tag(WANG)

    devices.withdraw(WANG, PHONE, NOW)
    assert devices.is_in_use(LI, PHONE)
    devices.withdraw(LI, PHONE, NOW)
    assert not devices.is_in_use(LI, PHONE)
    assert devices.half_of(LI, PHONE, NOW) is None


def test_words_are_pairs_without_numbers_of_people() -> None:
    assert len(words.pairs("井盖松动")) == 3
    assert set(words.pairs("井盖")) <= set(words.pairs("南昌路口井盖松动"))
    assert words.pairs("13900001111") == []
    assert words.pairs("灯") == []
    assert words.number_in("电话13900001111") == "phone"
    assert words.number_in("1390000") == ""


def test_the_index_of_words_follows_the_journal(journal: Connection) -> None:
    matter = opened()
    assert words.catch_up(journal)
    rows = journal.rows("SELECT DISTINCT matter_id FROM word")
    assert rows == [(matter,)]
    before = journal.rows("SELECT count(*) FROM word")
    assert words.catch_up(journal)
    assert journal.rows("SELECT count(*) FROM word") == before


def test_an_address_that_nobody_was_given_has_no_calendar() -> None:
    secret = feeds.make(LI, TUESDAY)
    assert secret is not None
    assert feeds.reader_of("0" * 64) is None
    assert feeds.reader_of("../../etc") is None
    assert [one.seen for one in feeds.mine(LI, TUESDAY)] == [""]
    assert feeds.mine(WANG, TUESDAY) == ()
    feeds.withdraw(WANG, feeds.mine(LI, TUESDAY)[0].id)
    assert len(feeds.mine(LI, TUESDAY)) == 1
    feeds.withdraw(LI, feeds.mine(LI, TUESDAY)[0].id)
    assert feeds.mine(LI, TUESDAY) == ()
