"""The supervisor's numbers: each is the length of its own list, on both databases."""

from __future__ import annotations

from typing import get_args

import pytest

from haihe.records import board, read, write
from haihe.records.answers import Recorded
from haihe.records.board import LIST_USUAL, Which
from haihe.records.database import Connection
from haihe.records.shown import File, Reader
from tests.records.small_city import TUESDAY, later, opening

SUPERVISOR = Reader(person="sun", organ="bureau", roles=("supervisor",), supervisor=True)
PAGES_MAX = 5


def opened(count: int) -> list[str]:
    matters = []
    for number in range(count):
        answer = write.submit(opening(key=f"board-{number}"), now=TUESDAY)
        assert isinstance(answer, Recorded)
        matters.append(answer.matter)
    return matters


def listed(which: Which, hours: float) -> list[str]:
    """Every matter of a list, page after page."""
    found: list[str] = []
    after = ""
    for _ in range(PAGES_MAX):
        page = board.matters(which, SUPERVISOR, after=after, now=later(hours))
        found += [row.item.matter for row in page.rows]
        after = page.after
        if not after:
            return found
    raise AssertionError("the list does not end")


def totals(hours: float) -> dict[str, int]:
    return {count.which: count.total for count in board.board(SUPERVISOR, now=later(hours)).counts}


@pytest.mark.parametrize("which", get_args(Which))
def test_every_number_is_the_length_of_its_list(journal: Connection, which: Which) -> None:
    opened(LIST_USUAL + 2)

    found = listed(which, hours=1)
    assert len(found) == len(set(found)) == totals(hours=1)[which]


def test_matters_move_from_list_to_list_as_time_goes_by(journal: Connection) -> None:
    opened(1)

    assert totals(hours=0.01)["overdue"] == 0
    assert totals(hours=0.01)["near"] == 1
    assert totals(hours=1)["overdue"] == 1
    assert totals(hours=1)["new_today"] == 1
    assert totals(hours=24)["new_today"] == 0
    assert totals(hours=24)["open"] == 1


def test_opening_a_file_as_a_supervisor_makes_it_seen(journal: Connection) -> None:
    matter = opened(1)[0]
    assert not board.matters("new_today", SUPERVISOR, now=later(1)).rows[0].seen

    assert isinstance(read.open_file(matter, SUPERVISOR, "supervise", now=later(1)), File)
    assert board.matters("new_today", SUPERVISOR, now=later(1)).rows[0].seen
    assert totals(hours=1)["unseen_today"] == 0


def test_the_board_of_an_empty_installation_is_all_zeros(journal: Connection) -> None:
    empty = board.board(SUPERVISOR, now=TUESDAY)

    assert {count.total for count in empty.counts} == {0}
    assert (empty.findings, empty.seal, empty.unsealed) == (0, None, 0)


def test_an_after_that_somebody_made_up_begins_anew(journal: Connection) -> None:
    opened(1)

    for after in ("x", "1", "-", "9" * 30 + "-a"):
        assert len(board.matters("open", SUPERVISOR, after=after, now=later(1)).rows) == 1
