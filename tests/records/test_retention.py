"""Personal data go when their time is over: proposed by one, approved by another, chain intact."""

from __future__ import annotations

from datetime import datetime

import pytest
from msgspec.structs import replace

from haihe.kernel.values import Actor, Refused
from haihe.pack.place import city_folder
from haihe.pack.retention import load_retention, unknown_words
from haihe.pack.yaml_file import UnusablePack
from haihe.records import database, files, read, retention, seals, write
from haihe.records.answers import Recorded
from haihe.records.database import Connection
from haihe.records.installed import InstalledRules
from haihe.records.shown import File, Reader
from tests.records.fresh import problems
from tests.records.small_city import TUESDAY, later, opening, step

SUPERVISOR = Reader(person="sun", organ="city", roles=("supervisor",), supervisor=True)
OTHER = replace(SUPERVISOR, person="qian")
OFFICER = Reader(person="li", organ="hexi", roles=("officer",))
CHIEF = Actor(person="chief", role="officer", organ="hexi")
REASON = "保存期满，已核对没有在办事项"


def years(count: int) -> datetime:
    """A Tuesday's matter so many years and a day later."""
    return later(2).replace(year=TUESDAY.year + count, month=12)


def ended() -> str:
    done = write.submit(opening(), now=TUESDAY)
    assert isinstance(done, Recorded)
    write.submit(step(done.matter, "arrive"), now=later(1))
    closed = write.submit(step(done.matter, "close", {"result": "劝和"}), now=later(2))
    assert isinstance(closed, Recorded), closed
    return done.matter


def proposed(matter: str) -> int:
    assert retention.propose(SUPERVISOR, [matter], REASON, years(11)) == 1
    (waiting,) = retention.waiting(OTHER, years(11))
    return waiting.id


def test_a_matter_is_due_when_its_years_are_over_and_not_a_day_before(
    journal: Connection,
) -> None:
    matter = ended()
    write.submit(opening("another"), now=TUESDAY)  # this one still runs
    assert retention.due(SUPERVISOR, now=years(9)) == ()
    (due,) = retention.due(SUPERVISOR, now=years(11))
    assert (due.matter, due.years) == (matter, 10)
    assert retention.due(replace(SUPERVISOR, organ="nankai"), now=years(11)) == ()
    assert journal.usable


def test_who_proposed_cannot_approve_and_both_stay_in_the_chain(journal: Connection) -> None:
    matter = ended()
    seals.close_all(journal, later(3))
    waiting = proposed(matter)
    assert retention.due(SUPERVISOR, now=years(11)) == ()
    alone = retention.decide(SUPERVISOR, waiting, "approve", REASON, years(11))
    assert isinstance(alone, Refused)
    assert alone.reason == "same_person"
    done = retention.decide(OTHER, waiting, "approve", REASON, years(11))
    assert isinstance(done, Recorded)
    for table in ("personal", "matter_key", "number_tag"):
        assert journal.rows(f"SELECT count(*) FROM {table}") == [(0,)]
    ((person, data),) = journal.rows("SELECT person, data FROM event WHERE act = 'erase'")
    assert person == "qian"
    assert '"proposed_by":"sun"' in data
    assert '"erased":["1:caller_name","1:caller_phone"]' in data
    assert problems() == []
    again = retention.decide(OTHER, waiting, "approve", REASON, years(11))
    assert isinstance(again, Refused)
    shown = read.open_file(matter, OFFICER, "handle", years(11))
    assert isinstance(shown, File)
    assert "13800000000" not in repr(shown)


def test_a_refused_proposal_leaves_everything(journal: Connection) -> None:
    matter = ended()
    waiting = proposed(matter)
    assert retention.decide(OTHER, waiting, "refuse", "还在复议", years(11)) is None
    assert journal.rows("SELECT count(*) FROM personal") == [(2,)]
    assert [one.matter for one in retention.due(SUPERVISOR, now=years(11))] == [matter]


def test_what_goes_on_again_before_the_approval_is_not_disposed_of(journal: Connection) -> None:
    matter = ended()
    waiting = proposed(matter)
    journal.run("UPDATE matter SET contested = ? WHERE matter_id = ?", (True, matter))
    answer = retention.decide(OTHER, waiting, "approve", REASON, years(11))
    assert isinstance(answer, Refused)
    assert journal.rows("SELECT count(*) FROM personal") == [(2,)]
    assert retention.waiting(OTHER) == ()


def test_files_go_with_the_last_matter_that_uses_them(journal: Connection) -> None:
    first, second = ended(), None
    done = write.submit(opening("second"), now=TUESDAY)
    assert isinstance(done, Recorded)
    second = done.matter
    shared, own = files.keep([b"shared"]), files.keep([b"own"])
    use = [(shared, first, 1), (own, first, 1), (shared, second, 1)]
    with database.writing(journal):
        journal.insert("file_use", use)
    answer = retention.decide(OTHER, proposed(first), "approve", REASON, years(11))
    assert isinstance(answer, Recorded)
    assert (files.kept(shared), files.kept(own)) == (True, False)
    with pytest.raises(FileNotFoundError):
        files.load(own)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ("UPDATE disposal SET decided_by = 'nobody'", "no event"),
        ("UPDATE disposal SET reason = '另一个理由'", "no event"),
        ("UPDATE disposal SET proposed_by = decided_by", "approved by whoever proposed it"),
        ("UPDATE disposal SET state = 'refused'", "the table does not have"),
        ("DELETE FROM disposal", "the table does not have"),
    ],
)
def test_what_the_list_of_disposals_says_is_held_against_the_chain(
    journal: Connection, wrong: str, says: str
) -> None:
    matter = ended()
    assert isinstance(
        retention.decide(OTHER, proposed(matter), "approve", REASON, years(11)), Recorded
    )
    assert problems() == []
    journal.run(wrong)
    found = [one for one in problems() if one.problem == "disposal"]
    assert found
    assert {one.matter for one in found} == {matter}
    assert any(says in one.says for one in found)


def test_a_disposal_that_never_was_is_told(journal: Connection) -> None:
    waiting = proposed(ended())
    journal.run(
        "UPDATE disposal SET state = 'done', decided_by = 'x', decided_at = 1 "
        "WHERE disposal_id = ?",
        (waiting,),
    )
    assert [one.problem for one in problems()] == ["disposal"]


def test_without_a_reason_nothing_is_proposed_or_decided(journal: Connection) -> None:
    matter = ended()
    assert isinstance(retention.propose(SUPERVISOR, [matter], " ", years(11)), Refused)
    assert isinstance(retention.decide(OTHER, 1, "approve", "", years(11)), Refused)
    assert isinstance(retention.decide(OTHER, 1, "approve", REASON, years(11)), Refused)
    assert journal.rows("SELECT count(*) FROM disposal") == [(0,)]


def test_the_city_names_only_kinds_and_articles_that_there_are() -> None:
    told, pack = load_retention(city_folder()), InstalledRules().pack
    assert list(unknown_words(told, set(pack.procedures), pack.law)) == []
    assert all(told.of(kind) is not None for kind in pack.procedures)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("retention: [{years: 0, remains: a, cites: [b#1], level: D, source: c, "
         "checked_on: 2026-11-22}]", "`years` must be"),
        ("retention: [{kinds: [a, a], years: 3, remains: a, cites: [b#1], level: D, source: c, "
         "checked_on: 2026-11-22}]", "comes twice"),
        ("retention: [{years: 3, remains: '', cites: [], level: D, source: c, "
         "checked_on: 2026-11-22}]", "must say something"),
    ],
)  # fmt: skip
def test_a_schedule_that_cannot_be_used_says_why(
    tmp_path_factory: pytest.TempPathFactory, text: str, says: str
) -> None:
    folder = tmp_path_factory.mktemp("city")
    (folder / "retention.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(UnusablePack, match=says):
        load_retention(folder)
