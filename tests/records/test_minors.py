"""A matter that concerns a minor, at the doors out: hidden while it runs, sealed when it ends."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from haihe.kernel.procedure import Field
from haihe.records import lists, read, rules, write
from haihe.records.answers import Recorded
from haihe.records.database import Connection
from haihe.records.shown import File, Reader, Refusal
from tests.records.small_city import TUESDAY, SmallCity, later, opening, step

OFFICER = Reader(person="li", organ="hexi", roles=("officer",))
COLLEAGUE = Reader(person="zhou", organ="hexi", roles=("officer",))
STRANGER = Reader(person="qian", organ="elsewhere", roles=("officer",))
SUPERVISOR = Reader(person="sun", organ="bureau", roles=("supervisor",), supervisor=True)
NAMES = ("张三", "13800000000", "张*", "138****0000")


class CityWithMinors(SmallCity):
    """The small city, where an officer at the door says whether a minor is involved."""

    def __init__(self) -> None:
        super().__init__()
        alarm = self.procedures["alarm"]
        arrive = alarm.steps["arrive"]
        self.procedures["alarm"] = replace(
            alarm,
            fields={
                **alarm.fields,
                "minor_involved": Field(name="是否涉及未成年人", type="yes_no"),
            },
            steps={
                **alarm.steps,
                "arrive": replace(arrive, may_ask=(*arrive.may_ask, "minor_involved")),
            },
        )


def arrived() -> Recorded:
    """A call about a child, on Tuesday 1 September 2026, and the officer at the door."""
    rules.use(CityWithMinors())
    done = write.submit(opening(), now=TUESDAY)
    assert isinstance(done, Recorded)
    assert isinstance(
        write.submit(step(done.matter, "arrive", {"minor_involved": True}), now=later(0.1)),
        Recorded,
    )
    return done


def closed() -> Recorded:
    done = arrived()
    answer = write.submit(step(done.matter, "close", {"result": "已送回家"}), now=later(1))
    assert isinstance(answer, Recorded)
    return done


def test_while_it_runs_only_the_handler_and_a_reasoned_supervisor_see_the_names(
    journal: Connection,
) -> None:
    matter = arrived().matter
    for reader in (OFFICER, COLLEAGUE):
        assert "张三" in repr(read.open_file(matter, reader, "handle", now=later(1)))
    covered = read.open_file(matter, SUPERVISOR, "supervise", now=later(1))
    assert isinstance(covered, File)
    assert covered.hidden == 2
    assert not [name for name in NAMES if name in repr(covered)]
    clear = read.open_file(matter, SUPERVISOR, "supervise", now=later(1), need="核查未成年人")
    assert "13800000000" in repr(clear)
    assert journal.rows("SELECT count(*) FROM reading") == [(4,)]


def test_when_it_has_ended_others_learn_only_that_it_is_sealed(journal: Connection) -> None:
    matter = closed().matter
    for purpose in ("handle", "supervise"):
        found = read.open_file(matter, STRANGER, purpose, now=later(2))
        assert isinstance(found, Refusal)
        assert found.reason == "unknown_matter"
    for reader in (COLLEAGUE, SUPERVISOR):
        for purpose in ("handle", "supervise"):
            found = read.open_file(matter, reader, purpose, now=later(2))
            assert isinstance(found, Refusal)
            assert (found.reason, "封存" in found.says) == ("sealed", True)
            assert found.articles
            assert not [word for word in (*NAMES, "马场道", "邻里") if word in repr(found)]
    assert journal.rows("SELECT sort, count(*) FROM reading GROUP BY sort") == [("refused", 6)]
    assert isinstance(read.open_file(matter, OFFICER, "handle", now=later(2)), File)
    watched = read.open_file(matter, SUPERVISOR, "supervise", now=later(2), need="核查未成年人")
    assert "13800000000" in repr(watched)
    assert journal.rows("SELECT person FROM reading WHERE sort = 'open' ORDER BY seq") == [
        ("li",),
        ("sun",),
    ]


@pytest.mark.usefixtures("journal")
def test_an_objection_opens_the_record_to_the_owner_again() -> None:
    matter = closed().matter
    caller = replace(opening().actor, person="public", role="caller", organ="public")
    answer = write.submit(step(matter, "contest", {"reason": "没有通知家长"}, caller), now=later(2))
    assert isinstance(answer, Recorded), answer
    assert isinstance(read.open_file(matter, COLLEAGUE, "handle", now=later(3)), File)
    assert isinstance(read.open_file(matter, STRANGER, "handle", now=later(3)), Refusal)


@pytest.mark.usefixtures("journal")
def test_the_public_page_and_lists_say_nothing_of_a_minor() -> None:
    done = closed()
    followed = read.follow(done.code, now=later(2))
    assert followed is not None
    assert followed.state_name == "已办结"
    assert not [word for word in (*NAMES, "马场道", "邻里") if word in repr(followed)]
    (item,) = lists.search(SUPERVISOR, "AL-2026", now=later(2)).items
    assert (item.number, item.subject) == ("AL-2026-000001", "")


@pytest.mark.usefixtures("journal")
def test_the_same_call_without_a_minor_is_neither_hidden_nor_sealed() -> None:
    rules.use(CityWithMinors())
    done = write.submit(opening(), now=TUESDAY)
    assert isinstance(done, Recorded)
    write.submit(step(done.matter, "close", {"result": "已处理完毕"}), now=later(1))
    assert "138****0000" in repr(read.open_file(done.matter, SUPERVISOR, "supervise", now=later(2)))
    (item,) = lists.search(SUPERVISOR, "AL-2026", now=later(2)).items
    assert item.subject.startswith("马场道12号")
