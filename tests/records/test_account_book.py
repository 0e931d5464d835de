"""The book of accounts: three duties for three persons, by the table, the traces and verify."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from haihe.records import account_acts, account_book, posts, sessions
from haihe.records.account_book import NotSeparate
from haihe.records.database import Connection, Failure
from haihe.records.rules import current
from haihe.records.verify import verify

NOW = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)  # a Tuesday
LI, WANG = "11010519491231002X", "120105200802290013"


def appointed(number: int, person: str, duty: account_book.Duty, human: str) -> None:
    account_book.enter(number, person, person, origin="installation", made_by="tests")
    account_book.appoint(number, duty, human, by="tests")
    account_acts.note("tests", "appointed", person, more=duty)


def found(connection: Connection) -> list[str]:
    problems = verify(connection, current()).problems
    return [one.says for one in problems if one.problem == "not_separate"]


def test_one_account_and_one_human_being_have_one_duty_for_ever(journal: Connection) -> None:
    appointed(1, "li", "system", LI)
    for number, person in ((1, "li"), (2, "li2")):
        account_book.enter(number, person, person, origin="installation", made_by="tests")
        with pytest.raises(NotSeparate):
            account_book.appoint(number, "audit", LI if number == 2 else WANG, by="tests")
    account_book.withdraw(1, by="tests")
    with pytest.raises(NotSeparate):
        account_book.appoint(2, "security", LI, by="tests")
    assert account_book.duty_of(1) == "system"
    assert account_book.duty_of(2) is None
    assert account_book.duties_taken() == frozenset()
    assert found(journal) == []


def test_the_table_itself_refuses_a_second_duty(journal: Connection) -> None:
    appointed(1, "li", "system", LI)
    ((human,),) = journal.rows("SELECT human FROM administrator")
    for row in ((1, "audit", b"other", 0, ""), (2, "audit", bytes(human), 0, "")):
        with pytest.raises(Failure):
            journal.insert("administrator", [row])
        journal.rollback()


def test_a_duty_written_past_the_program_is_noticed(journal: Connection) -> None:
    appointed(1, "li", "system", LI)
    assert found(journal) == []
    journal.run("UPDATE administrator SET duty = 'audit'")
    assert found(journal) == ["no trace tells that li was appointed audit, or one tells more"]
    journal.insert("administrator", [(9, "audit", b"nine", 0, "")])
    assert "the administrator of account 9 has no account" in found(journal)


def test_an_administrator_holds_no_post_and_whoever_holds_one_is_no_administrator(
    journal: Connection,
) -> None:
    post = posts.Post(id="hexi/officer", organ="hexi", roles=("officer",))
    posts.make_post(post)
    appointed(1, "li", "security", LI)
    since = date(2026, 1, 1)
    with pytest.raises(posts.UnusablePost):
        posts.hold(posts.Holding(post=post.id, person="li", since=since))
    account_book.enter(2, "wang", "wang", origin="invitation", made_by="tests")
    posts.hold(posts.Holding(post=post.id, person="wang", since=since))
    with pytest.raises(NotSeparate):
        account_book.appoint(2, "audit", WANG, by="tests")
    journal.insert(
        "holding", [posts.holding_row(posts.Holding(post=post.id, person="li", since=since))]
    )
    assert found(journal) == ["the administrator li holds the post hexi/officer"]


@pytest.mark.usefixtures("journal")
def test_an_invitation_works_once_for_three_days_and_a_new_one_ends_it() -> None:
    first = account_book.invite(7, by="tests", now=NOW)
    second = account_book.invite(7, by="tests", now=NOW)
    assert account_book.invited(first, NOW) is None
    assert account_book.invited(second, NOW + timedelta(hours=71)) == 7
    assert account_book.use_invitation(second, NOW + account_book.INVITATION_LASTS) is None
    assert account_book.use_invitation(second, NOW) == 7
    assert account_book.use_invitation(second, NOW) is None
    account_book.invite(8, by="tests", now=NOW)
    assert account_book.waiting([7, 8]) == {8}
    assert account_book.prune(NOW + timedelta(days=4)) == 1


@pytest.mark.usefixtures("journal")
def test_what_was_done_to_an_account_is_told_with_the_last_on_top() -> None:
    account_acts.note("li", "made", "zhang", duty="system")
    account_acts.note("zhang", "sign_in", "zhang", more="192.0.2.1")
    account_acts.note("wang", "unlocked", "zhao", duty="security")
    assert [act.did for act in account_acts.latest()] == ["解锁", "登录", "新建账号"]
    assert [act.by for act in account_acts.latest("zhang")] == ["zhang", "li"]


@pytest.mark.usefixtures("journal")
def test_the_oldest_sessions_of_an_account_end_when_there_are_too_many() -> None:
    for number in range(4):
        at = NOW + timedelta(minutes=number)
        ended = sessions.begin(f"key-{number}", 1, "192.0.2.1", "Firefox/1", at, 3)
    assert ended == ("key-0",)
    assert sessions.begin("other", 2, "192.0.2.1", "", NOW, 3) == ()
    assert not sessions.seen("key-0", NOW)
    assert [one.key for one in sessions.of_user(1)] == ["key-3", "key-2", "key-1"]
    assert sorted(sessions.end_all(1)) == ["key-1", "key-2", "key-3"]
    assert sessions.of_user(1) == []
    assert sessions.forget_unused(NOW + timedelta(seconds=1)) == 1
