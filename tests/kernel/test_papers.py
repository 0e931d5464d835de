"""A paper is issued once, for a step that stands and says so; its template is filled with data."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from haihe.kernel.kernel_acts import issued
from haihe.kernel.paper import BLANK, PaperTemplate, fields_of, fill, placeholders
from haihe.kernel.values import Datum
from tests.kernel.permit import DIGEST, OTHER, accepted, actor

LATER = "Wed 2026-09-02 10:00"
CLERK = actor("clerk")
NOTICE: dict[str, Datum] = {"paper": "受理通知书", "digest": DIGEST, "step": 2}
TEMPLATE = PaperTemplate(
    id="notice",
    name="受理通知书",
    kinds=("permit",),
    steps=("accept",),
    title="受理通知书",
    number="编号：{matter_number}",
    paragraphs=("{what}，至{clock:decide}。", "电话：{phone}\n面积：{size}"),
    cites=("permits#3",),
    signed_by=("受送达人",),
    seal_organ="unit",
)
WORDS = {
    "matter_number": "PE-1",
    "what": "开店{phone}",
    "clock:decide": "10月1日",
    "phone": "138****0000",
    "article:permits#3": "许可法第3条",
    "unit": "北区",
    "today": "2026年9月2日",
}


def test_the_step_that_issues_a_paper_lets_it_be_issued_and_the_journal_holds_its_digest() -> None:
    desk = accepted()
    before = desk.state
    desk.take("issue", CLERK, LATER, **NOTICE)
    assert before is not None
    assert desk.state is not None
    assert desk.history[-1].data == NOTICE
    assert desk.state.state == before.state
    found = issued(desk.state, 2, "受理通知书")
    assert found is not None
    assert found.data["digest"] == DIGEST


def test_the_full_stop_of_a_value_gives_way_to_the_punctuation_that_follows() -> None:
    template = replace(TEMPLATE, paragraphs=("事实：{what}。理由：{why}", "{why}；{nothing}。"))
    words = WORDS | {"what": "邻里争吵。", "why": "证据不足。"}
    lines = [line.text for line in fill(template, lambda name: words.get(name, ""))]
    assert lines[2:4] == ["事实：邻里争吵。理由：证据不足。", f"证据不足；{BLANK}。"]


def test_what_a_citizen_writes_bears_no_seal_and_what_an_organ_writes_does() -> None:
    application = replace(TEMPLATE, seal_organ="author")
    lines = fill(application, lambda name: (WORDS | {"author": ""}).get(name, ""))
    assert [line.kind for line in lines][-2:] == ["signature", "date"]
    lines = fill(application, lambda name: (WORDS | {"author": "北区"}).get(name, ""))
    assert "北区（印章）" in [line.text for line in lines]
    lines = fill(replace(TEMPLATE, seal_organ="unit"), lambda name: "")
    assert f"{BLANK}（印章）" in [line.text for line in lines]


def test_a_paper_is_issued_once_and_again_only_after_it_was_withdrawn() -> None:
    desk = accepted()
    desk.take("issue", CLERK, LATER, **NOTICE)
    assert "已经出具" in desk.refuse("issue", CLERK, LATER, **NOTICE).says
    desk.take("withdraw", CLERK, LATER, reason="写错了")
    desk.take("issue", CLERK, LATER, **NOTICE)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"paper": "处罚决定书"}, "paper"),
        ({"step": 1}, "paper"),
        ({"step": 9}, "step"),
        ({"digest": "abc"}, "digest"),
    ],
)
def test_a_paper_of_another_name_step_or_digest_is_refused(
    wrong: dict[str, Datum], field: str
) -> None:
    refused = accepted().refuse("issue", CLERK, LATER, **(NOTICE | wrong))
    assert (refused.reason, refused.field, refused.cites) == (
        "wrong_value",
        field,
        ("haihe#paper",),
    )


def test_a_stranger_and_a_citizen_issue_nothing() -> None:
    desk = accepted()
    stranger = actor("clerk", organ=OTHER)
    assert desk.refuse("issue", stranger, LATER, **NOTICE).reason == "not_owner"
    assert desk.refuse("issue", actor("applicant"), LATER, **NOTICE).reason == "wrong_role"


def test_the_organ_that_took_the_step_issues_its_paper_after_it_handed_the_matter_on() -> None:
    desk = accepted()
    desk.take("hand", CLERK, LATER, unit=OTHER)
    desk.take("issue", CLERK, LATER, **NOTICE)
    assert desk.state is not None
    assert desk.state.owner.organ == OTHER
    assert issued(desk.state, 2, "受理通知书") is not None


def test_the_lines_of_a_paper_hold_the_data_and_a_blank_where_nothing_is_known() -> None:
    lines = fill(TEMPLATE, lambda name: WORDS.get(name, ""))
    assert [line.text for line in lines] == [
        "受理通知书",
        "编号：PE-1",
        "开店{phone}，至10月1日。",
        "电话：138****0000",
        f"面积：{BLANK}",
        "依据：许可法第3条",
        f"受送达人（签名）：{BLANK}",
        "北区（印章）",
        "2026年9月2日",
    ]


def test_the_placeholders_of_a_template_are_told_once_and_its_fields_apart() -> None:
    assert placeholders(TEMPLATE) == (
        "matter_number",
        "what",
        "clock:decide",
        "phone",
        "size",
        "unit",
    )
    assert fields_of(TEMPLATE) == ("what", "phone", "size", "unit")
