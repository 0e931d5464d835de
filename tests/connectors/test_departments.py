"""Departments over real lines: nothing is lost or doubled, an application never waits long."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from threading import Thread

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from haihe.commands import main
from haihe.connectors import line, registers
from haihe.connectors.signatures import Message, Unsigned
from haihe.departments import server
from haihe.departments.desks import DESKS
from haihe.departments.desks import registers as held_by
from haihe.kernel.sources import Answer, Down, Question
from haihe.kernel.values import Actor, Command, Data
from haihe.records import (
    applications,
    connections,
    database,
    drafts,
    exchanges,
    files,
    home,
    keys,
    looked,
    read,
    write,
)
from haihe.records.answers import Recorded
from haihe.records.database import Connection
from haihe.records.drafts import Draft, Kept
from haihe.records.installed import InstalledRules
from haihe.records.shown import Reader
from haihe.records.uses import is_identity_number
from tests.connectors.bad_line import BadLine, bad_line
from tests.records.fresh import fresh_journal, problems

MORNING = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)  # Monday, nine o'clock in the city
NUMBER = "120199199003070019"
COMPANY = "91120199MA0000000X"
SECONDS = 0.6  # how long a bad line is listened to
PATIENT_SECONDS = 60  # and a good one, on a slow machine
SLACK_SECONDS = 10
LATE = 1.2


@cache
def city() -> InstalledRules:
    return InstalledRules()


@pytest.fixture(autouse=True)
def journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Connection]:
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "haihe.config.settings")
    monkeypatch.setattr(line, "SECONDS_MAX", PATIENT_SECONDS)
    with fresh_journal(tmp_path, monkeypatch, city()) as connection:
        yield connection


class Clock:
    """What the departments take the time to be."""

    now = MORNING


@pytest.fixture
def departments(tmp_path: Path) -> Iterator[dict[str, server.Department]]:
    """All departments, connected."""
    Clock.now = MORNING
    with ExitStack() as running:
        found = {name: running.enter_context(department(name, tmp_path)) for name in DESKS}
        connections.connect(
            {
                name: connections.Connection(one.address, one.key_id, server.public_half(one.key))
                for name, one in found.items()
            }
        )
        yield found


@contextmanager
def department(name: str, folder: Path) -> Iterator[server.Department]:
    one = server.Department(
        DESKS[name],
        held_by()[name],
        folder / "departments",
        connections.our_public_keys,
        clock=lambda: Clock.now,
    )
    Thread(target=one.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield one
    finally:
        one.close()


@pytest.fixture
def marriage_line(departments: dict[str, server.Department]) -> Iterator[BadLine]:
    """Civil affairs behind a line that may break."""
    one = departments["marriage"]
    with bad_line(one.address, LATE) as bad:
        key = server.public_half(one.key)
        connections.connect({"marriage": connections.Connection(bad.address, one.key_id, key)})
        yield bad


def question(source: str, number: str = NUMBER, thread: str = "draft 1") -> Question:
    return Question(
        source=source,
        name="王女士",
        number=number,
        purpose="办理夫妻投靠迁入",
        basis="household-1958#10",
        thread=thread,
    )


def ask(source: str, number: str = NUMBER, thread: str = "draft 1") -> Answer | Down:
    Clock.now = MORNING
    return registers.connected()[source].fetch(question(source, number, thread), MORNING)


def theirs(tmp_path: Path, source: str = "marriage") -> list[server.Logged]:
    return server.log(tmp_path / "departments" / f"{source}.sqlite3")


def test_every_department_answers_in_its_own_way_and_it_means_the_same_here(
    departments: dict[str, server.Department],
) -> None:
    told = {name: ask(name, COMPANY if name == "business" else NUMBER) for name in departments}

    values = {name: one.values for name, one in told.items() if isinstance(one, Answer)}
    assert values == {
        "marriage": {
            "spouse_name": "刘某",
            "married_on": "2020-05-20",
            "marriage_number": "J120113-2020-000001",
        },
        "business": {
            "enterprise_name": "津北乳业有限公司",
            "credit_code": COMPANY,
            "legal_person": "孙某",
            "capital": "500",
        },
        "birth": {
            "child_name": "王小某",
            "born_on": "2026-10-18",
            "birth_number": "V120000001",
        },
        "vehicle": {"plate": "津A00001", "frame_number": "LTESTDEMO00000001"},
        "planning": {"planning_number": "2026津北规证0001"},
        "insurance": {"insured_months": "30", "employer": "津北乳业有限公司"},
    }
    nobody = {name: ask(name, "120199200001010001", "draft 2") for name in departments}
    assert {name: getattr(one, "values", one) for name, one in nobody.items()} == {
        name: {} for name in departments
    }


def test_both_sides_wrote_down_who_asked_for_what_on_which_basis(
    departments: dict[str, server.Department], tmp_path: Path
) -> None:
    ask("marriage")
    (ours,), (logged,) = exchanges.log(source="marriage"), theirs(tmp_path)

    assert (ours.purpose, ours.basis, ours.thread, ours.outcome) == (
        "办理夫妻投靠迁入",
        "household-1958#10",
        "draft 1",
        "answered",
    )
    assert (logged.who, logged.purpose, logged.basis, logged.matter, logged.outcome) == (
        "haihe-1",
        ours.purpose,
        ours.basis,
        ours.thread,
        "已答复",
    )
    assert logged.key == f"{ours.key}-1"
    assert NUMBER not in repr(ours)


def test_the_signed_answer_is_kept_and_proves_itself_without_a_network(
    departments: dict[str, server.Department],
) -> None:
    told = ask("planning")
    assert isinstance(told, Answer)
    proof = files.load(told.proof)

    shown = line.proven(proof)
    assert len(shown.bodies) == 2
    assert "2026津北规证0001" in shown.bodies[1].decode()
    with pytest.raises(Unsigned):
        line.proven(proof, {"planning-1": bytes(32)})
    with pytest.raises(Unsigned):
        line.proven(proof.replace(b'"status":200', b'"status":201', 1))


@pytest.mark.parametrize(
    ("does", "outcome"),
    [
        ("cut", "silent"),
        ("lost", "silent"),
        ("late", "silent"),
        ("drip", "silent"),
        ("half", "silent"),
        ("nonsense", "silent"),
        ("error", "down"),
        ("page", "unsigned"),
        ("changed", "unsigned"),
        ("of another", "unsigned"),
    ],
)
def test_a_bad_line_ends_in_time_is_logged_and_the_next_question_gets_the_one_answer(
    marriage_line: BadLine,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    does: str,
    outcome: str,
) -> None:
    ask("marriage", thread="draft 0")  # what "of another" gives back later
    marriage_line.does = does
    begun = time.monotonic()
    with monkeypatch.context() as impatient:
        if outcome == "silent":
            impatient.setattr(line, "SECONDS_MAX", SECONDS)
        first = ask("marriage")
    took = time.monotonic() - begun
    marriage_line.does = ""
    again = ask("marriage")

    assert isinstance(first, Down), first
    assert not first.refused
    assert took < SECONDS + SLACK_SECONDS
    assert isinstance(again, Answer)
    assert again.values["spouse_name"] == "刘某"
    ours = [one.outcome for one in exchanges.log(source="marriage")]
    assert sorted(ours) == sorted(["answered", "answered", outcome])
    fresh = [one.outcome for one in theirs(tmp_path) if one.outcome == "已答复"]
    assert len(fresh) == 2  # one a draft, however often it was sent


def test_an_answer_that_comes_twice_is_one_answer(marriage_line: BadLine, tmp_path: Path) -> None:
    marriage_line.does = "twice"
    told = ask("marriage")

    assert isinstance(told, Answer)
    assert told.values["married_on"] == "2020-05-20"
    assert len(exchanges.log(source="marriage")) == 1
    assert sorted(one.outcome for one in theirs(tmp_path)) == ["已答复", "重复的问题，给原来的答复"]


def test_an_answer_signed_by_somebody_else_is_not_used(
    departments: dict[str, server.Department],
) -> None:
    stranger = server.public_half(departments["business"].key)
    one = departments["marriage"]
    connections.connect({"marriage": connections.Connection(one.address, one.key_id, stranger)})
    told = ask("marriage")

    assert isinstance(told, Down)
    assert "签名不对" in told.why


def test_a_department_refuses_who_it_does_not_know_and_who_says_no_basis(
    departments: dict[str, server.Department], tmp_path: Path
) -> None:
    departments["marriage"].trusted = lambda: {"haihe-1": bytes(32)}
    stranger = ask("marriage")
    departments["marriage"].trusted = connections.our_public_keys
    no_basis = registers.connected()["marriage"].fetch(
        Question(source="marriage", name="", number=NUMBER, purpose="看看", basis="", thread="x"),
        MORNING,
    )
    Clock.now = MORNING + timedelta(minutes=9)
    old = registers.connected()["marriage"].fetch(question("marriage"), MORNING)

    for one in (stranger, no_basis):
        assert isinstance(one, Down)
        assert one.refused
    assert isinstance(old, Down)
    assert [one.outcome for one in theirs(tmp_path)] == [
        "未签名，拒绝",
        "没有写明目的、事项或者依据，拒绝",
        "未签名，拒绝",
    ]


def test_a_register_that_fails_again_and_again_is_left_alone_and_tried_with_one_question(
    marriage_line: BadLine,
) -> None:
    marriage_line.does = "error"
    source = registers.connected()["marriage"]
    for second in range(exchanges.FAILURES_MAX):
        Clock.now = MORNING + timedelta(seconds=second)
        failed = source.fetch(question("marriage", thread=f"draft {second}"), Clock.now)
        assert isinstance(failed, Down)
        assert not failed.held
    held = source.fetch(question("marriage"), MORNING + timedelta(seconds=10))
    marriage_line.does = ""
    Clock.now = MORNING + timedelta(seconds=5) + exchanges.REST
    back = source.fetch(question("marriage"), Clock.now)

    assert isinstance(held, Down)
    assert held.held
    assert len(exchanges.log(source="marriage")) == exchanges.FAILURES_MAX + 1
    assert isinstance(back, Answer)


# ── with applications ────────────────────────────────────────────────────────────────────────


def moving() -> Kept:
    """王女士 moves her household; what her register tells is filled in."""
    who = {"applicant": "王女士", "number": NUMBER, "applicant_phone": "13900000004"}
    draft = Draft(item="rk13", window="machang-station", who={**who, "minor_involved": False})
    kept = drafts.begin(draft, MORNING)
    item = applications.catalogue().items["rk13"]
    filled = applications.filled(draft, item, MORNING, kept_id=kept.id, among=registers.connected())
    after = Kept(id=kept.id, code=kept.code, draft=filled)
    drafts.keep(after, MORNING)
    return after


def sent(kept: Kept) -> str:
    done = applications.submit(kept, MORNING)
    assert isinstance(done, Recorded), done
    return done.matter


def fields(matter: str) -> dict[str, str]:
    clerk = Reader(person="clerk", organ="machang-station", roles=("window",))
    file = read.open_file(matter, clerk, "handle", MORNING)
    assert not hasattr(file, "says"), file
    return {one.label: one.value for one in file.fields}


def resumed(journal: Connection, after: timedelta) -> applications.Resumed:
    Clock.now = MORNING + after
    return applications.resume(journal, Clock.now, registers.connected())


def test_what_was_asked_is_evidence_of_the_matter_and_its_citizen_reads_who_asked_why(
    departments: dict[str, server.Department],
) -> None:
    matter = sent(moving())
    again = exchanges.tell(database.reading_connection(), MORNING, {})

    told = looked.readings(matter, MORNING)
    assert told is not None
    (row,) = told.rows
    assert row.purpose == "办理夫妻投靠迁入：凭姓名和证件号码向民政部门的婚姻登记查询，已答复"
    assert (row.what, row.times, again) == (("向其他部门查询",), 1, 0)
    assert (row.clear, row.post, told.total, told.asked) == (("申请人",), "数据共享接口", 0, 1)
    assert row.articles
    (proof,) = exchanges.proofs("", matter)
    assert "来源签名的答复" in fields(matter)
    assert line.proven(files.load(proof)).source == "marriage"
    assert problems() == []


def test_a_line_that_is_cut_stops_no_application_and_the_worker_goes_on_by_itself(
    marriage_line: BadLine, journal: Connection, tmp_path: Path
) -> None:
    marriage_line.does = "lost"  # civil affairs answers, and nobody hears it
    matter = sent(moving())
    assert fields(matter)["待核验的项目"] == "婚姻登记"
    down = resumed(journal, timedelta(minutes=1))
    marriage_line.does = ""
    back = resumed(journal, timedelta(minutes=6))
    once = resumed(journal, timedelta(hours=9))

    assert [(one.answered, one.down) for one in (down, back, once)] == [(0, 1), (1, 0), (0, 0)]
    assert "配偶姓名：刘某" in fields(matter)["来源的答复"]
    assert [one.outcome for one in theirs(tmp_path)].count("已答复") == 1
    told = looked.readings(matter, Clock.now)
    assert told is not None
    assert {one.purpose.rpartition("，")[2] for one in told.rows if "查询" in one.purpose} == {
        "没有答复",
        "已答复",
    }
    assert problems() == []


def test_rotated_keys_of_ours_are_known_at_once_and_theirs_only_when_connected_anew(
    departments: dict[str, server.Department],
) -> None:
    one = departments["marriage"]
    keys.rotate("connectors")
    ours_rotated = ask("marriage")
    one.key = Ed25519PrivateKey.generate()
    theirs_rotated = ask("marriage", thread="draft 2")
    anew = connections.Connection(one.address, one.key_id, server.public_half(one.key))
    connections.connect({"marriage": anew})
    connected_anew = ask("marriage", thread="draft 3")

    assert isinstance(ours_rotated, Answer)
    assert isinstance(theirs_rotated, Down)
    assert "签名不对" in theirs_rotated.why
    assert isinstance(connected_anew, Answer)


def test_a_question_that_is_sent_again_by_others_is_answered_for_five_minutes_and_never_anew(
    departments: dict[str, server.Department], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    recorded: list[tuple[Message, bytes]] = []
    department = departments["marriage"]
    answer = server.Department.answer

    def listening(self: server.Department, asked: Message, body: bytes) -> object:
        recorded.append((asked, body))
        return answer(self, asked, body)

    monkeypatch.setattr(server.Department, "answer", listening)
    assert isinstance(ask("marriage"), Answer)
    ((asked, body),) = recorded
    again, _ = answer(department, asked, body)
    changed, _ = answer(department, asked, body.replace(b"0019", b"0027"))
    Clock.now = MORNING + timedelta(minutes=6)
    late, _ = answer(department, asked, body)

    assert (int(again), int(changed), int(late)) == (200, 401, 401)
    assert [one.outcome for one in theirs(tmp_path)].count("已答复") == 1


KEEPER = Actor(person="keeper", role="keeper", organ="12-civil-affairs")


def dead_letters_of(journal: Connection) -> list[tuple[str, str]]:
    rows = journal.rows(
        "SELECT matter_id, owner_organ FROM matter WHERE kind = ?", ("data_correction",)
    )
    return [(row[0], row[1]) for row in rows]


def test_a_dead_letter_opens_one_matter_at_the_keeper_and_the_register_is_still_asked(
    marriage_line: BadLine, journal: Connection
) -> None:
    marriage_line.does = "cut"
    matter = sent(moving())
    now = timedelta()
    for _ in range(applications.TRIES_MAX + 3):
        now += timedelta(hours=30)
        resumed(journal, now)
    ((letter, owner),) = dead_letters_of(journal)
    clocks = journal.rows("SELECT clock FROM clock WHERE matter_id = ?", (letter,))
    marriage_line.does = ""
    late = resumed(journal, now + timedelta(hours=30))

    assert (owner, clocks) == ("12-civil-affairs", [("answer",)])
    assert late.answered == 1
    assert "配偶姓名：刘某" in fields(matter)["来源的答复"]
    assert problems() == []


def test_what_the_keeper_answers_by_hand_goes_into_the_application_by_itself(
    departments: dict[str, server.Department], journal: Connection
) -> None:
    departments["marriage"].trusted = dict  # it refuses: a dead letter at once
    matter = sent(moving())
    resumed(journal, timedelta(minutes=1))
    ((letter, owner),) = dead_letters_of(journal)
    answer = Command(
        key="by hand",
        act="answer_by_hand",
        matter=letter,
        actor=KEEPER,
        data={"hand_answer": ["配偶姓名：刘某"]},
    )
    done = write.submit(answer, now=MORNING + timedelta(hours=1))
    first = resumed(journal, timedelta(hours=2))
    again = resumed(journal, timedelta(days=3))

    assert owner == "12-civil-affairs"
    assert isinstance(done, Recorded), done
    assert (first.answered, again.answered) == (1, 0)
    assert fields(matter)["答复的来源"] == "婚姻登记（人工答复）"
    assert fields(matter)["待核验的项目是否都有答复"] == "是"
    assert problems() == []


def test_a_matter_that_ended_is_asked_for_no_more(
    departments: dict[str, server.Department], journal: Connection
) -> None:
    departments["marriage"].trusted = dict
    matter = sent(moving())
    resumed(journal, timedelta(minutes=1))
    asked = len(exchanges.log(source="marriage"))
    done = write.submit(
        Command(key="drop", act="drop", matter=matter, actor=applications.PUBLIC),
        now=MORNING + timedelta(minutes=2),
    )
    resumed(journal, timedelta(days=3))

    assert isinstance(done, Recorded), done
    assert len(exchanges.log(source="marriage")) == asked
    assert journal.rows("SELECT count(*) FROM source_question WHERE answered_at IS NULL") == [(0,)]


def test_both_logs_are_compared_whole_however_long_they_are(
    departments: dict[str, server.Department],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(exchanges, "LOG_MAX", 2)
    monkeypatch.setattr(server, "LOG_MAX", 2)
    monkeypatch.setattr(home, "home", lambda: tmp_path)
    for number in range(5):
        assert isinstance(ask("marriage", thread=f"draft {number}"), Answer)
    assert main(["connectors", "compare", "--json"]) == 0
    book = sqlite3.connect(tmp_path / "departments" / "marriage.sqlite3")
    book.execute("DELETE FROM log WHERE rowid = (SELECT max(rowid) FROM log)")
    book.execute("INSERT INTO log SELECT at, 'stranger-1', who, '', '', '', '' FROM log LIMIT 1")
    book.commit()
    book.close()
    capsys.readouterr()

    assert main(["connectors", "compare", "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert sorted(one["says"] for one in told) == [
        "对方记了，我们没有问过",
        "我们记了答复，对方没有记",
    ]


def test_a_question_for_a_matter_that_is_gone_is_a_finding(journal: Connection) -> None:
    sent(moving())
    assert problems() == []
    journal.run("UPDATE exchange SET matter_id = 'none'")

    assert [one.says == "a register was asked for a matter that is gone" for one in problems()] == [
        True
    ]


def test_a_question_cut_off_by_a_crash_is_told_as_lost(
    departments: dict[str, server.Department], journal: Connection
) -> None:
    kept = moving()
    exchanges.begin(question("marriage", thread=f"draft {kept.id}"), MORNING)
    matter = sent(kept)
    exchanges.tell(journal, MORNING + timedelta(minutes=5), {"marriage": "民政部门的婚姻登记"})

    told = looked.readings(matter, MORNING)
    assert told is not None
    assert any(one.purpose.endswith("不知道对方是否收到") for one in told.rows)


def test_without_any_department_the_demo_is_played_and_logged_like_the_others(
    journal: Connection,
) -> None:
    matter = sent(moving())
    elsewhere = ask("marriage", "110101199003070011")

    told = looked.readings(matter, MORNING)
    assert told is not None
    assert [one.purpose for one in told.rows] == [
        "办理夫妻投靠迁入：凭姓名和证件号码向民政部门的婚姻登记查询，已答复"
    ]
    assert isinstance(elsewhere, Down)
    assert len(exchanges.log()) == 1


def test_everybody_in_the_registers_has_a_number_that_forms_accept_and_nobody_has() -> None:
    numbers = {one for name, held in held_by().items() if name != "business" for one in held}

    assert len(numbers) > 3
    assert all(is_identity_number(one) and one.startswith("120199") for one in numbers)


def test_a_firm_gets_its_licence_filled_in_for_a_precursor_and_brings_no_copy(
    departments: dict[str, server.Department],
) -> None:
    who: Data = {"applicant": "孙某", "number": NUMBER, "credit_code": COMPANY}
    facts: Data = {"buyer": "company", "chemical": "盐酸", "quantity": 20.0, "use": "清洗管道"}
    draft = Draft(
        item="jd03",
        window="hexi-police",
        who={**who, "applicant_phone": "13900000004", "minor_involved": False},
        facts=facts,
    )
    kept = drafts.begin(draft, MORNING)
    item = applications.catalogue().items["jd03"]
    filled = applications.filled(draft, item, MORNING, kept_id=kept.id, among=registers.connected())
    matter = sent(Kept(id=kept.id, code=kept.code, draft=filled))

    told = looked.readings(matter, MORNING)
    assert filled.facts["enterprise_name"] == "津北乳业有限公司"
    assert told is not None
    assert "市场监管部门的营业执照" in told.rows[0].purpose
    assert len(exchanges.proofs("", matter)) == 1
    assert problems() == []
