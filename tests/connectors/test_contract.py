"""Every connector keeps the contract, and the check finds what a broken one does."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haihe.commands import main
from haihe.connectors import check, known
from haihe.connectors.contract import Nonsense, Reply, TheyAreDown, TheyRefuse, Told


def test_the_check_passes_every_connector_and_fails_the_broken_one(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["connectors", "check"]) == 0
    assert "marriage（XML，GBK 编码" in capsys.readouterr().err
    assert main(["connectors", "check", "broken", "--json"]) == 1
    told = capsys.readouterr().out
    for rule in (
        "same_again", "case", "days", "names", "whole", "down", "refused", "type", "strange",
    ):  # fmt: skip
        assert f'"rule": "{rule}"' in told
    assert main(["connectors", "check", "nobody"]) == 2


def test_cases_that_say_too_little_are_themselves_a_finding() -> None:
    connector = known.EVERY["example"]
    found = check.checked(connector, check.cases_of("example")[:1], {"plate": "text"})

    assert {one.says for one in found} == {
        "用例里没有一个没有登记的答复",
        "用例里没有一个看不懂的答复",
    }


@pytest.mark.parametrize("name", known.CONNECTORS)
@settings(max_examples=25, deadline=None)
@given(body=st.binary(max_size=200), status=st.sampled_from([200, 201, 403, 404, 500, 503]))
def test_whatever_comes_back_ends_in_one_of_four_ways(name: str, body: bytes, status: int) -> None:
    connector = known.CONNECTORS[name]
    for type in ("application/json", "application/xml", "text/csv", ""):
        try:
            told = connector.understand(Reply(status, type, body))
        except (Nonsense, TheyAreDown, TheyRefuse):
            continue
        assert isinstance(told, Told)
        assert told.values == {}
