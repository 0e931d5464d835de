"""The door out: what a page is given, what is recorded of it, what is refused."""

from __future__ import annotations

import pytest

from haihe.kernel.values import Actor
from haihe.records import lists, read, write
from haihe.records.answers import Recorded
from haihe.records.database import Connection
from haihe.records.shown import File, Reader, Refusal
from tests.records.small_city import TUESDAY, later, opening, step

OFFICER = Reader(person="li", organ="hexi", roles=("officer",))
STRANGER = Reader(person="qian", organ="elsewhere", roles=("officer",))
SUPERVISOR = Reader(person="sun", organ="bureau", roles=("supervisor",), supervisor=True)


def opened() -> Recorded:
    answer = write.submit(opening(), now=TUESDAY)
    assert isinstance(answer, Recorded)
    return answer


def file_of(
    matter: str, reader: Reader = OFFICER, purpose: str = "handle", hours: float = 1
) -> File:
    found = read.open_file(matter, reader, purpose, now=later(hours))
    assert isinstance(found, File), found
    return found


def test_an_officer_sees_the_file_with_clocks_reasons_and_possible_steps(
    journal: Connection,
) -> None:
    matter = opened().matter
    file = file_of(matter)
    assert (file.number, file.title, file.state_name) == ("AL-2026-000001", "报警", "已接警")
    assert file.since_opened == "1小时"
    clocks = {clock.id: clock for clock in file.clocks}
    assert clocks["feedback"].legal == "2026年9月2日 星期三 08:10"
    assert clocks["feedback"].says == "还剩23小时"
    assert clocks["arrival"].says == "已超期50分钟"
    assert clocks["arrival"].tone == "bad"
    assert clocks["feedback"].why
    acts = {act.id: act for act in file.acts}
    assert acts["close"].refusal is None
    assert [field.label for field in acts["close"].form] == ["处理结果", "涉嫌违法"]
    assert acts["close"].articles == ("《试验条例》第3条",)
    shown = {field.label: field for field in file.fields}
    assert shown["报警人电话"].value == "13800000000"
    assert shown["报警人电话"].personal
    assert not shown["地点"].personal
    assert journal.rows("SELECT person, purpose, seq FROM reading") == [("li", "handle", 1)]


def test_every_reading_is_recorded_before_the_file_is_shown(journal: Connection) -> None:
    matter = opened().matter
    for _ in range(3):
        file_of(matter)
    assert journal.rows("SELECT seq FROM reading ORDER BY seq") == [(1,), (2,), (3,)]


def test_a_stranger_is_refused_with_a_way_out(journal: Connection) -> None:
    matter = opened().matter
    found = read.open_file(matter, STRANGER, "handle", now=later(1))
    assert isinstance(found, Refusal)
    assert found.instead
    assert journal.rows("SELECT sort, person FROM reading") == [("refused", "qian")]


def test_a_supervisor_sees_personal_fields_covered_unless_the_need_is_told(
    journal: Connection,
) -> None:
    matter = opened().matter
    file = file_of(matter, SUPERVISOR, "supervise")
    shown = {field.label: field.value for field in file.fields}
    assert shown["地点"] == "马场道12号"
    assert shown["报警人电话"] == "138****0000"
    assert file.hidden == 2
    assert "13800000000" not in repr(file)
    clear = read.open_file(matter, SUPERVISOR, "supervise", now=later(2), need="核对来电号码")
    assert isinstance(clear, File)
    assert {field.label: field.value for field in clear.fields}["报警人电话"] == "13800000000"
    assert journal.rows("SELECT purpose FROM reading ORDER BY seq") == [
        ("supervise",),
        ("supervise: 核对来电号码",),
    ]


@pytest.mark.usefixtures("journal")
def test_a_citizen_follows_with_the_code_however_it_is_typed() -> None:
    done = opened()
    for typed in (done.code, done.code.lower(), done.code.replace("-", " ")):
        file = read.follow(typed, now=later(2))
        assert file is not None
        assert file.says == "您的报警已经收到。"
        assert [line.what for line in file.steps] == ["接警"]
    assert "张三" not in repr(file)
    assert read.follow("2222-2222-2222-2222", now=later(2)) is None
    assert read.follow(done.code[:-1] + ("2" if done.code[-1] != "2" else "3")) is None


@pytest.mark.usefixtures("journal")
def test_the_inbox_shows_what_is_most_urgent_first_and_goes_on_where_it_stopped() -> None:
    matters = [opened().matter for _ in range(5)]
    for matter in matters[:2]:
        write.submit(step(matter, "arrive"), now=later(0.1))
    first = lists.inbox(OFFICER, limit=3, now=later(1))
    rest = lists.inbox(OFFICER, limit=3, after=first.after, now=later(1))
    assert {item.matter for item in first.items} == set(matters[2:])
    assert {item.matter for item in rest.items} == set(matters[:2])
    assert rest.after == ""
    assert first.items[0].due_name == "到场期限"
    assert rest.items[0].says == "还剩23小时"
    assert lists.inbox(STRANGER, now=later(1)).items == ()


@pytest.mark.usefixtures("journal")
def test_a_number_is_found_by_its_beginning() -> None:
    opened()
    assert [item.number for item in lists.search(SUPERVISOR, "al-2026").items] == ["AL-2026-000001"]
    assert lists.search(STRANGER, "AL-2026").items == ()


@pytest.mark.usefixtures("journal")
def test_the_kinds_somebody_may_open_come_with_their_forms() -> None:
    taker = Reader(person="wang", organ="hexi", roles=("call_taker",))
    ((kind,),) = (read.openings(taker, now=TUESDAY),)
    assert (kind.kind, [act.name for act in kind.acts]) == ("alarm", ["接警"])
    assert [field.required for field in kind.acts[0].form] == [True, True, False, False, False]
    ((public,),) = (read.openings_for_public(now=TUESDAY),)
    assert public.acts[0].role == "caller"


@pytest.mark.usefixtures("journal")
def test_a_transfer_moves_the_file_and_resets_no_clock() -> None:
    matter = opened().matter
    moved = write.submit(
        step(matter, "transfer", {"to_organ": "nankai", "reason": "属地管辖"}), now=later(1)
    )
    assert isinstance(moved, Recorded)
    other = Reader(person="zhao", organ="nankai", roles=("officer",))
    file = file_of(matter, other, hours=3)
    assert (file.since_opened, file.with_owner) == ("3小时", "2小时")
    assert file.timeline[-1].what == "转办"
    refused = write.submit(step(matter, "close", {"result": "已处理完毕"}), now=later(3))
    assert not isinstance(refused, Recorded)
    closed = write.submit(
        step(
            matter,
            "close",
            {"result": "已处理完毕"},
            actor=Actor(person="zhao", role="officer", organ="nankai"),
        ),
        now=later(3),
    )
    assert isinstance(closed, Recorded)
