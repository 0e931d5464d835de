"""Signatures under a letter about a body: that body is passed over, and asked nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import msgspec
import pytest

from haihe.kernel.procedure import Chain
from haihe.kernel.values import Actor, Data, Refused
from haihe.records import lists, read
from haihe.records.database import Connection
from haihe.records.shown import Refusal
from tests.records.fresh import fresh_journal, problems
from tests.records.test_letters import (
    ABOUT_X,
    CLERK,
    INSPECTION,
    X,
    city,
    done,
    reader,
    submit,
    written,
)

ABOVE_X, PETITIONS = "hexi-police", "tj-petitions"
ASK: Data = {"for_act": "request", "text": "拟请市信访部门核对"}
WITH: Data = {"organ": PETITIONS, "question": "以前反映过吗？", "due": "2 working days"}
CARRIED: Data = {f"with.{name}": value for name, value in WITH.items()}


@pytest.fixture
def journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Connection]:
    """A city whose chain asks the very station that some letters are about."""
    seat = {"name": "派出所", "roles": ["reply_reviewer"], "organ": X}
    told = {
        "id": "asks-x",
        "acts": ["request"],
        "since": date(2026, 1, 1),
        "cites": ["haihe#approval"],
        "stages": [{"name": "会签", "seats": [seat]}],
    }
    chain = msgspec.convert(told, Chain)
    rules = city()
    versions = tuple(
        msgspec.structs.replace(one, approvals=(chain,))
        for one in rules.pack.procedures["chief_letter"]
    )
    monkeypatch.setitem(rules.pack.procedures, "chief_letter", versions)
    with fresh_journal(tmp_path, monkeypatch, rules) as connection:
        yield connection


def about(organ: str) -> str:
    matter = written(ABOUT_X).matter
    given: Data = {"letter_class": "complaint", "gist": "摘要", "complexity": "ordinary"}
    done("register", CLERK, given | {"minor_involved": False, "complained_organ": organ}, matter)
    return matter


def test_a_seat_in_the_body_reported_is_taken_by_the_one_above_it(journal: Connection) -> None:
    matter = about(X)
    proposal = done("seek_approval", CLERK, ASK | CARRIED, matter).seq
    sign: Data = {"proposal": proposal, "verdict": "agree"}
    of_x = Actor(person="li", role="reply_reviewer", organ=X)
    refused = submit("sign_off", of_x, sign, matter)
    assert isinstance(refused, Refused)
    assert refused.reason == "unknown_matter"
    seen = reader(X, "reply_reviewer", person="li")
    assert isinstance(read.open_file(matter, seen, "handle"), Refusal)
    for of in lists.OF:
        assert matter not in {one.matter for one in lists.inbox(seen, of=of).items}
    done("sign_off", Actor(person="wang", role="reply_reviewer", organ=ABOVE_X), sign, matter)
    done("request", CLERK, {}, matter)
    assert not problems()


def test_a_proposal_never_names_the_body_reported_as_receiver(journal: Connection) -> None:
    matter = about(X)
    refused = submit("seek_approval", CLERK, ASK | CARRIED | {"with.organ": X}, matter)
    assert isinstance(refused, Refused)
    assert (refused.reason, refused.field) == ("same_organ", "with.organ")


def test_a_letter_about_another_body_is_signed_by_the_seat_of_the_chain(
    journal: Connection,
) -> None:
    matter = about(INSPECTION)
    proposal = done("seek_approval", CLERK, ASK | CARRIED, matter).seq
    sign: Data = {"proposal": proposal, "verdict": "agree"}
    of_x = Actor(person="li", role="reply_reviewer", organ=X)
    assert done("sign_off", of_x, sign, matter).seq == proposal + 1
