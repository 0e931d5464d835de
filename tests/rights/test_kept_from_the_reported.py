"""What is about somebody leaves no trace for them: no word, no number, no other answer.

kept_from_the_reported.py walks the addresses of the program as the body that letters and ratings
are about, as those below it, as the person reported and as somebody with another post there, before
and after these have come; what it finds is asserted here.
"""

from __future__ import annotations

import pytest

from tests.rights.walked import walked


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    answers: dict[str, list[str]] = walked("kept_from_the_reported", tmp_path_factory)
    return answers


def test_no_answer_holds_a_word_of_what_is_about_its_reader(found: dict[str, list[str]]) -> None:
    assert found["named"] == []


def test_no_list_number_file_or_search_is_another_one_than_before(
    found: dict[str, list[str]],
) -> None:
    assert found["moved"] == []


def test_what_is_kept_is_answered_like_what_does_not_exist(found: dict[str, list[str]]) -> None:
    assert found["unlike"] == []


def test_the_walk_would_have_seen_it(found: dict[str, list[str]]) -> None:
    """The same pages of who may know did change: lists, numbers, searches, files, calendars."""
    known = set(found["known"])
    for route in ("officer:inbox", "officer:feed", "officer:export", "officer:ratings"):
        assert f"clerk {route}" in known, route
    for route in ("board", "board-csv", "letters", "matters", "matters-csv", "findings", "map"):
        assert f"clerk center:{route}" in known, route
    assert "handler officer:letters" in known
