"""The supervisor's numbers: each is the length of its own list, also as of a past moment."""

from __future__ import annotations

from datetime import datetime

import pytest
from msgspec.structs import replace

from haihe.pack.models import Card
from haihe.records import board, board_findings, findings, past, read, write
from haihe.records.answers import Recorded
from haihe.records.board import LIST_USUAL, Ask, Board
from haihe.records.board_findings import AskFindings
from haihe.records.board_lists import SHOWN, WHICH, Which
from haihe.records.database import Connection
from haihe.records.shown import File, Reader
from haihe.supervision.sweep import Finding
from tests.records.small_city import TUESDAY, later, opening, step

SUPERVISOR = Reader(person="sun", organ="bureau", roles=("supervisor",), supervisor=True)
PAGES_MAX = 5


def opened(count: int, at: datetime = TUESDAY, name: str = "board") -> list[str]:
    matters = []
    for number in range(count):
        answer = write.submit(opening(key=f"{name}-{number}"), now=at)
        assert isinstance(answer, Recorded)
        matters.append(answer.matter)
    return matters


def listed(which: Which, now: datetime, *, as_of: bool = False) -> list[str]:
    """Every matter of a list, page after page."""
    found: list[str] = []
    after = ""
    for _ in range(PAGES_MAX):
        ask = Ask(which, as_of=now if as_of else None)
        page = board.matters(ask, SUPERVISOR, after=after, now=now)
        found += [row.item.matter for row in page.rows]
        after = page.after
        if not after:
            return found
    raise AssertionError("the list does not end")


def totals_of(made: Board) -> dict[str, int | None]:
    return {one.which: one.total for one in made.numbers}


def totals(hours: float) -> dict[str, int | None]:
    return totals_of(board.board(SUPERVISOR, now=later(hours)))


@pytest.mark.parametrize("when", ["now", "past"])
def test_every_number_is_the_length_of_its_list(journal: Connection, when: str) -> None:
    opened(LIST_USUAL + 2)
    now = later(1)
    made = board.board(SUPERVISOR, now=now, as_of=now if when == "past" else None)

    for which in WHICH:
        found = listed(which, now, as_of=when == "past")
        number = board.total(Ask(which, as_of=now if when == "past" else None), SUPERVISOR, now)
        assert len(found) == len(set(found)) == number, which
        assert which not in SHOWN or totals_of(made)[which] == number, which
    assert totals_of(made)["new_today"] == totals_of(made)["open"] == LIST_USUAL + 2


def test_matters_move_from_list_to_list_as_time_goes_by(journal: Connection) -> None:
    opened(1)

    assert totals(hours=0.01)["overdue"] == 0
    assert totals(hours=0.01)["due_today"] == totals(hours=0.01)["due_three_days"] == 1
    assert totals(hours=1)["overdue"] == 1
    assert totals(hours=1)["new_today"] == 1
    assert totals(hours=24)["new_today"] == 0
    assert totals(hours=24)["open"] == 1


def test_what_is_recorded_today_is_new_today_whenever_it_is_said_to_have_begun(
    journal: Connection,
) -> None:
    """Otherwise a matter entered a day late would be on the board of no day."""
    late = replace(opening(key="late"), happened_at=TUESDAY)
    answer = write.submit(late, now=later(24))
    assert isinstance(answer, Recorded)

    assert totals(hours=25)["new_today"] == 1


def test_opening_a_file_as_a_supervisor_makes_it_seen_from_then_on(journal: Connection) -> None:
    matter = opened(1)[0]
    before = later(0.5)
    assert isinstance(read.open_file(matter, SUPERVISOR, "supervise", now=later(1)), File)

    made = totals_of(board.board(SUPERVISOR, now=later(2)))
    assert (made["seen_today"], made["unseen_today"]) == (1, 0)
    then = board.board(SUPERVISOR, as_of=before)
    assert (totals_of(then)["seen_today"], totals_of(then)["unseen_today"]) == (0, 1)
    (kind,) = then.kinds
    assert (kind.new, kind.seen, kind.unseen) == (1, 0, 1)


def test_a_share_tells_the_whole_it_is_taken_of(journal: Connection) -> None:
    opened(3)
    (seen,) = (
        one for one in board.board(SUPERVISOR, now=later(1)).numbers if one.which == "seen_today"
    )

    assert (seen.total, seen.of, seen.of_which) == (0, 3, "new_today")


def test_the_board_as_of_a_past_moment_is_the_board_that_was_shown_then(
    journal: Connection,
) -> None:
    """Nothing that happened later changes it: not a step, not a matter, not who has looked."""
    matters = opened(3)
    moments = [later(hours) for hours in (0.02, 1, 26)]
    shown = [board.board(SUPERVISOR, now=moments[0])]
    lists = [{which: listed(which, moments[0]) for which in WHICH}]
    rows = [board.matters(Ask("open"), SUPERVISOR, now=moments[0]).rows]

    assert isinstance(write.submit(step(matters[0], "arrive"), now=later(0.5)), Recorded)
    assert isinstance(read.open_file(matters[1], SUPERVISOR, "supervise", now=later(0.6)), File)
    shown.append(board.board(SUPERVISOR, now=moments[1]))
    lists.append({which: listed(which, moments[1]) for which in WHICH})
    rows.append(board.matters(Ask("open"), SUPERVISOR, now=moments[1]).rows)

    opened(2, at=later(25), name="next-day")
    shown.append(board.board(SUPERVISOR, now=moments[2]))
    lists.append({which: listed(which, moments[2]) for which in WHICH})
    rows.append(board.matters(Ask("open"), SUPERVISOR, now=moments[2]).rows)
    closed = write.submit(step(matters[0], "close", {"result": "已经调解。"}), now=later(30))
    assert isinstance(closed, Recorded)
    opened(1, at=later(31), name="after")

    assert len({totals_of(one)["open"] for one in shown}) > 1
    for moment, made, ids, told in zip(moments, shown, lists, rows, strict=True):
        then = board.board(SUPERVISOR, as_of=moment)
        assert (then.past, made.past) == (True, False)
        assert (then.numbers, then.kinds, then.now) == (made.numbers, made.kinds, made.now)
        assert (then.seal, then.unsealed, then.as_of) == (made.seal, made.unsealed, made.as_of)
        assert {which: listed(which, moment, as_of=True) for which in WHICH} == ids
        assert board.matters(Ask("open", as_of=moment), SUPERVISOR).rows == told


def test_the_history_is_the_same_whenever_it_is_made(journal: Connection) -> None:
    """Kept up event by event, or made at once from the whole journal."""
    matters = opened(3)
    past.catch_up()
    write.submit(step(matters[0], "arrive"), now=later(0.5))
    past.catch_up()
    write.submit(step(matters[0], "close", {"result": "已经调解。"}), now=later(0.6))
    opened(1, at=later(1), name="more")
    past.catch_up()
    kept = journal.rows(f"SELECT {past.COLUMNS} FROM stood ORDER BY matter_id, seq")
    assert past.differing(journal) == []

    journal.run("DELETE FROM stood")
    journal.run("DELETE FROM reached")
    past.catch_up()
    made = journal.rows(f"SELECT {past.COLUMNS} FROM stood ORDER BY matter_id, seq")
    assert [tuple(row) for row in made] == [tuple(row) for row in kept]
    assert len(made) == journal.rows("SELECT count(*) FROM event")[0][0]

    journal.run("UPDATE stood SET state = 'elsewhere' WHERE matter_id = ?", (matters[1],))
    assert past.differing(journal) == [matters[1]]


def test_the_board_of_an_empty_installation_is_all_zeros(journal: Connection) -> None:
    empty = board.board(SUPERVISOR, now=TUESDAY)

    assert {one.total for one in empty.numbers} == {0}
    assert (empty.kinds, empty.seal, empty.unsealed) == ((), None, 0)
    assert board_findings.numbers(SUPERVISOR, now=TUESDAY) == ()


def test_an_after_that_somebody_made_up_begins_anew(journal: Connection) -> None:
    opened(1)

    for after in ("x", "1", "-", "9" * 30 + "-a"):
        assert len(board.matters(Ask("open"), SUPERVISOR, after=after, now=later(1)).rows) == 1


def test_a_board_tells_another_version_as_soon_as_something_was_recorded(
    journal: Connection,
) -> None:
    before = board.version(SUPERVISOR, now=TUESDAY)
    assert board.version(SUPERVISOR, now=TUESDAY) == before
    opened(1)

    assert board.version(SUPERVISOR, now=TUESDAY) != before


def test_verify_finds_a_history_that_was_tampered_with(journal: Connection) -> None:
    matter = opened(1)[0]
    past.catch_up()
    assert list(past.wrong(journal)) == []

    journal.run("UPDATE stood SET ended = ?", (True,))
    assert [(problem, where) for problem, _, where in past.wrong(journal)] == [("stood", matter)]


def test_a_moment_whose_history_is_still_being_made_is_not_told(
    journal: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(1)
    monkeypatch.setattr(board, "ROUNDS_FOR_A_PAGE", 0)

    with pytest.raises(board.StillBeingMade):
        board.board(SUPERVISOR, as_of=later(1))
    now = totals_of(board.board(SUPERVISOR, now=later(1)))
    assert now["ended_today"] is None, "the board of now tells all it knows"
    assert now["open"] == 1


def test_findings_come_and_go_and_each_past_moment_tells_those_that_were_there(
    journal: Connection,
) -> None:
    (matter,) = opened(1)
    card = Card(
        id="late-feedback",
        name="反馈超期",
        question="反馈是否按期？",
        basis=("law#1",),
        level="warning",
        status="trial",
        inputs=(),
        known_false_alarms=(),
        what_to_do="核对。",
        owner="bureau",
        version=1,
    )
    found = Finding("late-feedback", matter, "late", (1,))
    for hours, seen in ((1.0, [found]), (2.0, []), (3.0, [found])):
        findings.raise_findings(card, seen, later(hours))

    for hours, there, times in ((0.5, 0, []), (1.5, 1, [1]), (2.5, 0, []), (3.5, 1, [2])):
        ask = AskFindings(as_of=later(hours))
        page = board_findings.page(ask, SUPERVISOR)
        assert (page.total, len(page.listing.rows)) == (there, there), hours
        assert [row.times for row in page.listing.rows] == times
    assert board_findings.page(AskFindings(when="today"), SUPERVISOR, now=later(2.5)).total == 1
    assert list(past.wrong(journal)) == []
