"""A list leaves as a file only when a second person agreed, and every step of that is on record."""

from __future__ import annotations

from datetime import timedelta

import pytest

from haihe.kernel.values import Refused
from haihe.records import exports, rules, write
from haihe.records.answers import Recorded
from haihe.records.database import Connection
from haihe.records.shown import Reader
from haihe.records.verify import verify
from tests.records.small_city import TUESDAY, later, opening

OFFICER = Reader(person="li", organ="hexi", roles=("officer",))
BUREAU = Reader(person="sun", organ="bureau", roles=("supervisor",), supervisor=True)
ABOVE = Reader(person="zhou", organ="bureau", roles=("supervisor",), supervisor=True)
BESIDE = Reader(person="wu", organ="nankai", roles=("supervisor",), supervisor=True)
WHY = "报区政府的季度统计"


def asked(reader: Reader = OFFICER, list_: str = "own") -> int:
    number = exports.ask(reader, list_, WHY, later(1))
    assert isinstance(number, int), number
    return number


def reason_of(answer: object) -> str:
    assert isinstance(answer, Refused), answer
    return answer.reason


def test_a_file_is_made_only_after_another_person_agreed(journal: Connection) -> None:
    write.submit(opening(), now=TUESDAY)
    number = asked()
    assert reason_of(exports.fetch(OFFICER, number, later(1))) == "need_unmet"
    assert [one.id for one in exports.waiting(BUREAU, later(1))] == [number]
    assert exports.decide(BUREAU, number, "approve", later(2)) is None
    made = exports.fetch(OFFICER, number, later(3))
    assert isinstance(made, exports.Made)
    text = made.content.decode("utf-8-sig")
    assert (made.rows, text.splitlines()[0].split(",")[0]) == (1, "编号")
    assert "AL-2026-000001" in text
    assert "张三" not in text
    assert "13800000000" not in text
    told = journal.rows("SELECT person, told FROM reading WHERE sort = 'export' ORDER BY position")
    assert [(person, "fetched" in told) for person, told in told] == [
        ("li", False),
        ("sun", False),
        ("li", True),
    ]
    assert verify(journal, rules.current()).problems == []


@pytest.mark.usefixtures("journal")
def test_nobody_approves_the_own_request_nor_one_of_an_organ_out_of_reach() -> None:
    mine = asked(BUREAU, "reach")
    assert reason_of(exports.decide(BUREAU, mine, "approve", later(2))) == "same_person"
    assert exports.waiting(BUREAU, later(2)) == ()
    assert exports.decide(ABOVE, mine, "approve", later(2)) is None
    number = asked()
    for other in (BESIDE, OFFICER, Reader(person="qian", organ="hexi", roles=("officer",))):
        assert isinstance(exports.decide(other, number, "approve", later(2)), Refused)
        assert exports.waiting(other, later(2)) == ()


@pytest.mark.usefixtures("journal")
def test_who_stands_below_the_one_who_asks_cannot_approve() -> None:
    chief = Reader(person="chief", organ="city", roles=("supervisor",), supervisor=True)
    below = Reader(person="below", organ="hexi", roles=("supervisor",), supervisor=True)
    number = asked(chief, "reach")
    assert isinstance(exports.decide(below, number, "approve", later(2)), Refused)


@pytest.mark.usefixtures("journal")
def test_what_was_refused_or_is_somebody_elses_or_too_old_is_not_given() -> None:
    refused, old = asked(), asked()
    assert exports.decide(BUREAU, refused, "refuse", later(2)) is None
    assert exports.decide(BUREAU, old, "approve", later(2)) is None
    assert isinstance(exports.decide(ABOVE, old, "refuse", later(2)), Refused)
    late = later(2) + exports.HOLDS + timedelta(seconds=1)
    assert reason_of(exports.fetch(OFFICER, refused, later(3))) == "need_unmet"
    assert reason_of(exports.fetch(OFFICER, old, late)) == "need_unmet"
    assert reason_of(exports.fetch(BUREAU, old, later(3))) == "not_yours"


@pytest.mark.usefixtures("journal")
def test_a_request_says_why_and_names_a_list_the_reader_has() -> None:
    assert reason_of(exports.ask(OFFICER, "own", "要", later(1))) == "wrong_value"
    assert reason_of(exports.ask(OFFICER, "reach", WHY, later(1))) == "wrong_value"
    assert reason_of(exports.ask(BUREAU, "everything", WHY, later(1))) == "wrong_value"


def test_an_export_that_one_person_decided_alone_is_found_by_verify(journal: Connection) -> None:
    number = asked()
    journal.run(
        "UPDATE export SET state = 'approved', decided_by = asked_by, decided_at = asked_at"
    )
    (problem,) = verify(journal, rules.current()).problems
    assert (problem.problem, str(number) in problem.says) == ("export", True)


@pytest.mark.usefixtures("journal")
def test_a_cell_that_a_spreadsheet_would_run_is_made_harmless() -> None:
    answer = write.submit(
        opening(data={"place": "=马场道12号", "what": "邻里争吵", "caller_name": "张三"}),
        now=TUESDAY,
    )
    assert isinstance(answer, Recorded), answer
    number = asked()
    exports.decide(BUREAU, number, "approve", later(2))
    made = exports.fetch(OFFICER, number, later(3))
    assert isinstance(made, exports.Made)
    assert "'=马场道12号" in made.content.decode()
