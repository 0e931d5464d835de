"""Messages of a hall: sent when the told interval says so, once however many workers, on record."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.utils import translation
from msgspec.structs import replace

from haihe.hall import notices
from haihe.identity import senders
from haihe.kernel.values import Refused
from haihe.queueing.hall import Told
from haihe.queueing.plan import Carry
from haihe.records import halls, halls_memory, halls_night, halls_phones
from haihe.records.database import Connection
from haihe.records.halls_journal import day_id
from tests.own_settings import own_settings
from tests.records.test_halls import HALL, ON_SQLITE, OPEN_AT, SITE

MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)
PHONE = "13900000001"
pytestmark = ON_SQLITE


class Outbox:
    """A sender that keeps what it was handed; `broken` hands nothing over."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []
        self.broken = False

    def send(self, phone: str, words: str) -> None:
        if self.broken:
            raise senders.NotSent
        self.sent.append((phone, words))


@pytest.fixture
def outbox(
    journal: Connection, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[Outbox]:
    """A hall with one open window, in which nobody was yet, and what it sends."""
    own_settings(tmp_path)
    monkeypatch.setattr(halls, "_halls", [])  # the halls of the city come back afterwards
    halls.use({SITE: replace(HALL, carry=Carry(cites=("haihe#hall-carry",)))})
    halls_memory.forget()
    halls.forget_days()
    notices._not_before.clear()
    box = Outbox()
    monkeypatch.setattr(senders, "sender", lambda: box)
    does("open_window", 0, by="li", window="1")
    with translation.override("zh-hans"):
        yield box
    halls.forget_days()


def does(act: str, minute: float, *, by: str = "", secret: str = "", **data: object) -> Told:
    at = OPEN_AT + timedelta(minutes=minute)
    answer = halls.act(SITE, MONDAY, act, by=by, data=data, secret=secret, now=at)  # type: ignore[arg-type]  # test data
    assert isinstance(answer, Told), answer
    return answer


def comes(nth: int, minute: float) -> str:
    return str(does("take", minute, secret=f"s{nth}", errands=["household"]).data["number"])


def wants(number: str, minute: float, lead: int = 10, phone: str = PHONE) -> Refused | None:
    at = OPEN_AT + timedelta(minutes=minute)
    return notices.want(SITE, MONDAY, number, phone, lead, at)


def sends(minute: float) -> int:
    return notices.send_due(OPEN_AT + timedelta(minutes=minute))


def serves(minute: float) -> None:
    """Call, begin and finish whoever is next."""
    does("call", minute, by="li", window="1")
    does("start", minute, by="li", window="1")
    does("finish", minute + 5, by="li", window="1")


def test_the_message_goes_when_the_early_end_of_the_interval_is_near(outbox: Outbox) -> None:
    for nth in range(9):
        comes(nth, 0)
    number = comes(9, 0)
    assert wants(number, 0) is None
    assert sends(0) == 0, outbox.sent
    minute = 0.0
    while not sends(minute) and minute < 60:
        serves(minute)
        minute += 6
        notices._not_before.clear()
    assert outbox.sent
    phone, words = outbox.sent[0]
    assert phone == PHONE
    assert f"您的{number}号预计" in words
    assert "请现在回大厅" in words
    with halls.looking(SITE, MONDAY) as one:
        ticket = one.hall.tickets[number]
        assert ticket.standing == "waiting"  # in time: nobody was called yet
        assert 0 < len(one.hall.ahead_of(ticket)) < 9
        assert notices.sent_words(ticket)[0][1] == "请您回来"
    notices._not_before.clear()
    assert sends(minute + 1) == 0


def test_two_workers_send_one_message(outbox: Outbox) -> None:
    number = comes(0, 0)
    wants(number, 0)
    with ThreadPoolExecutor(4) as many:
        list(many.map(lambda _: sends(0), range(8)))
    halls.forget_days()  # a worker that has just started reads the day anew
    sends(0)
    assert len(outbox.sent) == 1


def test_a_message_that_could_not_be_handed_over_is_tried_again_some_times(outbox: Outbox) -> None:
    number = comes(0, 0)
    wants(number, 0)
    outbox.broken = True
    assert sends(0) == 0, outbox.sent
    outbox.broken = False
    assert sends(0) == 1
    outbox.broken = True
    other = comes(1, 1)
    wants(other, 1, phone="13900000002")
    for _ in range(5):
        sends(1)
    outbox.broken = False
    assert sends(1) == 0


def test_who_missed_the_call_is_told_until_when_the_place_is_kept(outbox: Outbox) -> None:
    number = comes(0, 0)
    wants(number, 0)
    does("call", 0, by="li", window="1")
    assert sends(0.1) == 1
    assert "正在叫您" in outbox.sent[0][1]
    does("call_again", 1, by="li", window="1")
    does("miss", 2, by="li", window="1")
    assert sends(2) == 1
    assert "位置留到08:52" in outbox.sent[1][1]


def test_the_close_is_told_and_then_the_place_of_the_next_day(outbox: Outbox) -> None:
    minute = 8.5 * 60  # 17:00
    for nth in range(30):
        comes(nth, minute)
    number = comes(30, minute)
    wants(number, minute)
    assert sends(minute) == 1
    assert "17:30下班" in outbox.sent[0][1]
    assert "下一个办公日一早先办" in outbox.sent[0][1]
    does("close_window", minute + 31, by="li", window="1")
    does("close", minute + 31, by="lobby")
    evening = OPEN_AT + timedelta(minutes=minute + 31)
    halls_night.carry_over(SITE, MONDAY, evening)
    assert notices.send_due(evening) == 1
    assert "上次没有轮到您" in outbox.sent[1][1]
    assert "2026年11月25日" in outbox.sent[1][1]  # Tuesday's thirty places are given
    assert notices.send_due(evening + timedelta(minutes=5)) == 0


def test_an_appointment_is_told_of_on_the_evening_before_and_nobody_is_woken(
    outbox: Outbox,
) -> None:
    booked = {"errands": ["household"], "appointed": 30_600}
    answer = halls.act(SITE, TUESDAY, "book", data=booked, secret="s", now=OPEN_AT)  # type: ignore[arg-type]  # test data
    assert isinstance(answer, Told)
    assert notices.want(SITE, TUESDAY, "A001", PHONE, 10, OPEN_AT) is None
    assert notices.send_due(OPEN_AT + timedelta(hours=8)) == 0  # 16:30
    night = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)  # 22:00
    assert notices.send_due(night) == 0
    assert notices.send_due(OPEN_AT + timedelta(hours=9)) == 1  # 17:30
    assert "您预约了2026年11月24日" in outbox.sent[0][1]
    assert "08:30" in outbox.sent[0][1]


def test_a_number_goes_when_messages_are_wanted_no_more(outbox: Outbox) -> None:
    number = comes(0, 0)
    refused = wants(number, 0, phone="12")
    assert refused is not None
    assert refused.reason == "wrong_phone"
    wants(number, 0)
    assert halls_phones.phone_of(day_id(SITE, MONDAY), number) == PHONE
    assert notices.want_no_more(SITE, MONDAY, number, OPEN_AT) is None
    assert halls_phones.days() == []
    assert sends(0) == 0, outbox.sent


def test_one_phone_is_not_rung_for_many_tickets(outbox: Outbox) -> None:
    answers = [wants(comes(nth, 0), 0) for nth in range(7)]
    assert answers[:6] == [None] * 6
    assert answers[6] is not None
    assert answers[6].reason == "phone_quota"


def test_the_message_is_in_the_language_of_the_page(outbox: Outbox) -> None:
    number = comes(0, 0)
    with translation.override("en"):
        wants(number, 0)
    sends(0)
    assert f"No. {number}" in outbox.sent[0][1] or f"number {number}" in outbox.sent[0][1]
