"""One rating a service: after its end, once, a bad one with its rectification, or neither."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest

from haihe.kernel.values import Actor, Command, Data, Datum, Refused
from haihe.records import (
    call_backs,
    halls,
    halls_memory,
    rating_answers,
    ratings,
    read,
    write,
)
from haihe.records.answers import Recorded
from haihe.records.database import Connection
from haihe.records.installed import InstalledRules
from haihe.records.ratings import Given, Said, Served
from haihe.records.shown import File, Reader
from tests.records.fresh import BOTH, fresh_journal, problems, url_of

ROOT = Path(__file__).resolve().parents[2]
MORNING = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)  # Monday, nine o'clock in the city
ANYBODY = Actor(person="public", role="citizen", organ="public")
UNIT, ABOVE = "dayingmen-mediation", "dayingmen-street"
RATING_KEYS = "SELECT key FROM command_key WHERE substr(key, 1, 7) = 'rating:'"
ASKED: Data = {
    "committee": UNIT,
    "dispute_kind": "neighbour",
    "facts": "楼上漏水，吊顶泡坏。",
    "claims": "请求赔偿维修费。",
    "applicant": "试验甲",
    "respondent": "试验乙",
}


@cache
def city() -> InstalledRules:
    return InstalledRules()


@pytest.fixture(params=BOTH)
def journal(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Connection]:
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "haihe.config.settings")
    with fresh_journal(tmp_path, monkeypatch, city(), url_of(request)) as connection:
        yield connection


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Connection]:
    """A journal on SQLite only, for what no database decides."""
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "haihe.config.settings")
    with fresh_journal(tmp_path, monkeypatch, city()) as connection:
        yield connection


def asked(key: str = "one", **more: str) -> Recorded:
    """A mediation somebody asked for."""
    command = Command(
        key=key, act="apply", actor=ANYBODY, kind="people_mediation", data={**ASKED, **more}
    )
    done = write.submit(command, now=MORNING)
    assert isinstance(done, Recorded), done
    return done


def ended(key: str = "one", **more: str) -> str:
    """The code of a mediation that was asked for and given up."""
    done = asked(key, **more)
    dropped = Command(
        key=f"{key}-end",
        act="drop",
        actor=ANYBODY,
        matter=done.matter,
        data={"drop_reason": "no_longer"},
    )
    assert isinstance(write.submit(dropped, now=MORNING), Recorded)
    return done.code


def service(code: str, now: datetime = MORNING) -> Served:
    one = ratings.served(code, now)
    assert one is not None
    return one


def kinds(journal: Connection) -> dict[str, int]:
    return dict(journal.rows("SELECT kind, count(*) FROM matter GROUP BY kind"))


def test_a_service_is_rated_after_its_end_and_not_before(desk: Connection) -> None:
    running = asked()
    assert ratings.served(running.code, MORNING) is None
    one = service(ended("two"))
    assert (one.organ, one.channel) == (UNIT, "matter")
    assert ratings.give(one, Said(score=4), MORNING) == Given(first=True)
    assert kinds(desk) == {"people_mediation": 2, "service_rating": 1}
    assert problems() == []


def test_the_time_of_rating_ends_on_the_thirtieth_day(desk: Connection) -> None:
    code = ended()
    assert ratings.served(code, MORNING + timedelta(days=30)) is not None
    assert ratings.served(code, MORNING + timedelta(days=31)) is None


def test_a_bad_rating_has_owner_and_clocks_and_a_code_for_the_rater(desk: Connection) -> None:
    given = ratings.give(
        service(ended()), Said(score=1, phone="13900000001", minor=False, text="没人接待"), MORNING
    )
    assert isinstance(given, Given)
    matter = read.matter_of(given.code)
    ((owner, state),) = desk.rows(
        "SELECT owner_organ, state FROM matter WHERE matter_id = ?", (matter,)
    )
    assert (owner, state) == (ABOVE, "raised")
    clocks = {row[0] for row in desk.rows("SELECT clock FROM clock WHERE matter_id = ?", (matter,))}
    assert clocks == {"call", "quiet", "tell", "answer"}
    told = read.follow(given.code)
    assert told is not None
    assert told.organ == city().organ_name(ABOVE)


def test_the_rating_names_neither_the_matter_nor_who_brought_it(desk: Connection) -> None:
    done = asked("named")
    ended("other")
    drop = Command(
        key="e", act="drop", actor=ANYBODY, matter=done.matter, data={"drop_reason": "no_longer"}
    )
    write.submit(drop, now=MORNING)
    ratings.give(service(done.code), Said(score=2, text="白跑一趟"), MORNING)
    rows = desk.rows(
        "SELECT data, sealed, person, organ, role FROM event e JOIN matter m "
        "ON m.matter_id = e.matter_id WHERE m.kind IN ('service_rating', 'bad_rating')"
    )
    told = repr(rows) + repr(desk.rows(RATING_KEYS))
    hidden = (done.matter, done.code, done.code.replace("-", ""), "白跑一趟", "试验甲", "PM-20")
    for word in hidden:
        assert word not in told
    assert desk.rows("SELECT count(*) FROM matter WHERE from_matter = ?", (done.matter,)) == [(0,)]


def test_of_many_ratings_at_once_one_counts(journal: Connection) -> None:
    one = service(ended())
    with ThreadPoolExecutor(8) as many:
        answers = list(many.map(lambda n: ratings.give(one, Said(score=1 + n % 5)), range(16)))
    firsts = [given for given in answers if isinstance(given, Given) and given.first]
    assert len(firsts) == 1
    assert not any(isinstance(given, Refused) for given in answers)
    found = kinds(journal)
    assert found["service_rating"] == 1
    assert found.get("bad_rating", 0) == bool(firsts[0].code)
    assert problems() == []


def test_the_second_rating_is_told_nothing_of_the_first(desk: Connection) -> None:
    code = ended()
    ratings.give(service(code), Said(score=1), MORNING)
    again = ratings.give(service(code), Said(score=1), MORNING)
    assert again == Given(first=False, code="")
    assert kinds(desk)["bad_rating"] == 1


def test_killed_before_the_commit_there_is_neither_rating_nor_rectification(
    journal: Connection, tmp_path: Path
) -> None:
    code = ended()
    environment = {**os.environ, "HAIHE_HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}
    victim = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("rating_victim.py")), code],
        env=environment,
        timeout=600,
        check=False,
        capture_output=True,
    )
    assert victim.returncode == -signal.SIGKILL, victim.stderr.decode()
    assert kinds(journal) == {"people_mediation": 1}
    assert journal.rows("SELECT count(*) FROM command_key WHERE substr(key, 1, 7) = 'rating:'") == [
        (0,)
    ]
    given = ratings.give(service(code), Said(score=1))
    assert isinstance(given, Given)
    assert given.first
    assert kinds(journal) == {"people_mediation": 1, "service_rating": 1, "bad_rating": 1}
    assert problems() == []


def test_a_phone_that_was_given_must_be_signed_in_with(desk: Connection) -> None:
    one = service(ended(applicant_phone="13900000007"))
    assert one.phones
    assert not ratings.may_rate(one, ())
    assert not ratings.may_rate(one, (b"another",))
    assert ratings.may_rate(one, tuple(one.phones))
    assert ratings.may_rate(service(ended("without")), ())


def test_who_was_rated_finds_nothing_and_the_file_of_the_matter_stays_as_it_was(
    desk: Connection,
) -> None:
    mediator = Reader(person="m", organ=UNIT, roles=("mediator", "rating_officer", "rectifier"))
    done = asked()
    drop = Command(
        key="e", act="drop", actor=ANYBODY, matter=done.matter, data={"drop_reason": "no_longer"}
    )
    write.submit(drop, now=MORNING)
    before = read.open_file(done.matter, mediator, "handle", MORNING)
    given = ratings.give(service(done.code), Said(score=1, text="没人接待"), MORNING)
    assert isinstance(given, Given)
    assert read.open_file(done.matter, mediator, "handle", MORNING) == before
    for matter in desk.rows("SELECT matter_id FROM matter WHERE kind <> 'people_mediation'"):
        refused = read.open_file(str(matter[0]), mediator, "handle", MORNING)
        assert isinstance(refused, Refused) or getattr(refused, "reason", "") == "unknown_matter"


def test_a_ticket_is_rated_when_it_was_served(desk: Connection) -> None:
    site, day = "machang", halls.today(MORNING)
    halls_memory.forget()
    halls.forget_days()
    plan = halls.plan_for(site, day)
    errand, window = plan.errands[0].id, "5"
    halls.act(site, day, "take", data={"errands": [errand]}, secret="phone", now=MORNING)
    code = halls.ticket_of(site, day, "phone")
    assert ratings.served(code, MORNING) is None
    for act in ("open_window", "call", "start", "finish"):
        answer = halls.act(site, day, act, by="clerk", data={"window": window}, now=MORNING)
        assert not isinstance(answer, Refused), (act, answer)
    one = service(code)
    assert (one.channel, one.organ) == ("hall", "machang-station")
    given = ratings.give(one, Said(score=2), MORNING)
    assert isinstance(given, Given)
    assert given.first
    assert ratings.crowd("machang-station", MORNING) == 1
    halls.forget_days()


def served_people(count: int) -> list[str]:
    """Codes of mediations that ended on Monday morning, each brought with a phone."""
    return [ended(f"m{n}", applicant_phone=f"139000010{n:02d}") for n in range(count)]


def test_a_draw_is_the_same_whoever_repeats_it_and_calls_who_did_not_rate_too(
    desk: Connection,
) -> None:
    codes = served_people(6)
    for code in codes[:2]:
        ratings.give(service(code), Said(score=5), MORNING)
    ended("without a phone")
    day, tomorrow = date(2026, 11, 24), MORNING + timedelta(days=1)
    with pytest.raises(call_backs.UnusableDraw):
        call_backs.draw(desk, day, "seed", MORNING)

    made = call_backs.draw(desk, day, "seed", tomorrow)
    assert made.population == 6
    assert made.strata == {"people_mediation": {"rated": 2, "unrated": 4}}
    assert [(one.stratum, one.rank) for one in made.drawn] == [
        ("rated", 1),
        ("unrated", 1),
        ("unrated", 2),
    ]
    rows = desk.rows("SELECT owner_organ, state FROM matter WHERE kind = 'call_back'")
    assert rows == [(ABOVE, "drawn")] * 3

    for code in codes[2:]:  # what is rated later changes nothing of that day
        ratings.give(service(code), Said(score=4), tomorrow)
    again = call_backs.repeated(desk, day, "seed")
    assert (again.digest, again.population) == (made.digest, made.population)
    assert [one.mark for one in again.drawn] == [one.mark for one in made.drawn]
    assert call_backs.differences(desk, again) == []
    assert call_backs.draw(desk, day, "seed", tomorrow).made_before
    assert kinds(desk)["call_back"] == 3
    assert problems() == []


def test_nobody_draws_until_the_result_pleases(desk: Connection) -> None:
    served_people(4)
    day, tomorrow = date(2026, 11, 24), MORNING + timedelta(days=1)
    made = call_backs.draw(desk, day, "seed", tomorrow)
    with pytest.raises(call_backs.UnusableDraw, match="另一个种子"):
        call_backs.draw(desk, day, "a better seed", tomorrow)
    other = call_backs.repeated(desk, day, "a better seed")
    assert {one.mark for one in other.drawn}.isdisjoint(one.mark for one in made.drawn)
    assert call_backs.differences(desk, other)


def test_what_the_unit_answers_reaches_the_rater_s_file_and_no_way_leads_back(
    desk: Connection,
) -> None:
    codes = [ended(f"c{n}") for n in range(10)]
    given = ratings.give(service(codes[0]), Said(score=1, text="没人接待"), MORNING)
    assert isinstance(given, Given)
    bad = read.matter_of(given.code)
    clerk = Actor(person="x", role="rating_officer", organ=ABOVE)

    def take(number: int, matter: str | None, act: str, who: Actor, **data: Datum) -> None:
        at = MORNING + timedelta(days=2, hours=number)
        command = Command(key=f"{act}{number}", act=act, actor=who, matter=matter, data=data)
        done = write.submit(command, now=at)
        assert isinstance(done, Recorded), done

    take(0, bad, "tell_unit", clerk, problem_told="来人没有接待", question="怎样改")
    ((notice,),) = desk.rows("SELECT matter_id FROM matter WHERE kind = 'rectification'")
    unit = Reader(person="m", organ=UNIT, roles=("rectifier",))
    file = read.open_file(notice, unit, "handle", MORNING + timedelta(days=3))
    assert isinstance(file, File)
    assert file.links == ()
    told = repr(file)
    for word in (str(bad), "没人接待", given.code, "BR-2026"):
        assert word not in told

    answer = {"answer_facts": "前台无人", "cause": "轮休", "measures": "安排专人"}
    take(1, notice, "reply", Actor(person="m", role="rectifier", organ=UNIT), **answer)
    assert rating_answers.carry(desk, MORNING + timedelta(days=3)) == 1
    ((data,),) = desk.rows(
        "SELECT data FROM event WHERE matter_id = ? AND act = 'unit_answered'", (bad,)
    )
    assert "安排专人" in data
    take(2, bad, "reply", clerk, **answer)
    followed = read.follow(given.code)
    assert followed is not None
    assert "说答复对不对" in [act.name for act in followed.acts if act.refusal is None]
    assert problems() == []
