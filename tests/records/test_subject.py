"""The line that tells one matter from another holds public words only."""

from __future__ import annotations

from datetime import date

from haihe.kernel.procedure import Field, Procedure
from haihe.records.subject import SUBJECT_CHARACTERS_MAX, subject


def procedure(**fields: Field) -> Procedure:
    return Procedure(
        kind="trial",
        name="试验",
        since=date(2026, 9, 1),
        basis=(),
        roles={},
        fields=fields,
        states={},
        steps={},
        clocks={},
    )


def test_the_place_comes_before_what_happened() -> None:
    told = procedure(
        what=Field(name="事由", type="long_text"), place=Field(name="地点", type="place")
    )

    assert subject(told, {"what": "路灯\n不亮", "place": "浙江路"}) == "浙江路 路灯 不亮"


def test_a_personal_value_never_gets_into_the_line() -> None:
    told = procedure(
        facts=Field(name="事实", type="long_text", personal=True),
        kind=Field(name="类型", type="choice", choices={"neighbour": "邻里"}),
    )

    assert subject(told, {"facts": "张三欠钱", "kind": "neighbour"}) == "邻里"


def test_an_id_says_nothing() -> None:
    told = procedure(model=Field(name="模型"), finding=Field(name="问题"))

    assert subject(told, {"model": "clock_overdue", "finding": "期限届满未办"}) == "期限届满未办"


def test_a_long_line_is_cut() -> None:
    line = subject(procedure(what=Field(name="事由", type="long_text")), {"what": "长" * 200})

    assert len(line) == SUBJECT_CHARACTERS_MAX
    assert line.endswith("…")


def test_nothing_told_gives_an_empty_line() -> None:
    assert subject(procedure(what=Field(name="事由", type="long_text")), {"what": ""}) == ""
