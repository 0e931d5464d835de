"""The procedures cover the table of clocks and the list of kinds, in words a citizen knows."""

from __future__ import annotations

import csv
import os
import re
from functools import cache
from pathlib import Path

import pytest

from haihe.pack import Pack, load_pack

ROOT = Path(__file__).resolve().parents[2]
ROWS = Path(__file__).with_name("clock_rows.csv")
NOT_USED = ROOT / "docs" / "reference" / "clocks-not-used.md"
TABLE = Path(os.environ.get("HAIHE_CLOCK_TABLE", ROOT.parent / "shared" / "domain" / "clocks.csv"))
REASON_LETTERS_MIN = 20
SENTENCE_LETTERS_MAX = 40

KINDS = [
    "alarm",
    "public_security_case",
    "criminal_case",
    "custody_stay",
    "case_property",
    "evidence",
    "collaboration_task",
    "collaboration_letter",
    "hazard_spot",
    "police_permit",
    "pre_litigation_mediation",
    "judicial_confirmation",
    "civil_first_instance",
    "criminal_first_instance",
    "enforcement",
    "vehicle_control",
    "property_penalty_enforcement",
    "judicial_suggestion",
    "linkage_opinion",
    "arrest_review",
    "prosecution_review",
    "supervision_clue",
    "procuratorial_suggestion",
    "public_hearing",
    "procuratorial_petition",
    "people_mediation",
    "administrative_inspection",
    "administrative_reconsideration",
    "governance_dispute",
    "grid_event",
    "whistle",
    "service_item",
    "rectification",
    "chief_letter",
    "petition",
    "court_appearance",
    "mass_claims_incident",
    "campaign",
    "idea",
    "legality_review",
    "case_review",
    "fault_inquiry",
    "enforcement_supervision_case",
    "visit_problem",
]
# What a citizen of seventy does not know; the words beside each say what to write instead.
JARGON = {
    "受案": "受理、登记",
    "立案审查": "审查是否立案",
    "羁押": "关押",
    "移送审查起诉": "送检察院审查",
    "前置": "先要",
    "归口": "归谁管",
    "研判": "分析",
    "台账": "清单、登记",
    "闭环": "办完并核实",
    "溯源": "查清原因",
    "抓手": "办法",
    "续行": "延长",
    "提请": "报请",
    "转派": "转给",
    "标的": "财物",
    "案由": "事由",
    "管辖异议": "认为不归这家法院审理",
    "送达回证": "签收单",
    "在押": "被关押",
    "首接": "最先接到",
    "执结": "办完执行",
    "终本": "暂时没有财产可以执行",
    "合议庭": "法官",
    "案卷": "材料",
    "督办": "催办",
    "交办": "交给",
    "管辖权": "该管的",
    "拟作出": "打算作出",
    "质证": "对证据说意见",
    "裁量": "轻重",
    "倒查": "追查",
    "销号": "办完划掉",
    "权属": "归谁所有",
    "会商": "一起商量",
    "督促令": "催办",
    "包案": "专人负责",
    "评查": "检查",
    "阅核": "审核",
    "专班": "工作组",
}


@cache
def pack() -> Pack:
    return load_pack()


def levels(path: Path, column: str) -> dict[str, str]:
    with path.open(encoding="utf-8", newline="") as lines:
        return {row["id"]: row[column][:1] for row in csv.DictReader(lines)}


def without_letter(row: str) -> str:
    """XS-01a is one of the rows XS-01."""
    return re.sub(r"(?<=\d)[a-z]$", "", row)


@cache
def used() -> frozenset[str]:
    """What stands in `row:`: ids as in the table, or without their last letter for all of them."""
    return frozenset(
        row
        for versions in pack().procedures.values()
        for procedure in versions
        for clock in procedure.clocks.values()
        for row in re.split(r"[,、\s]+", clock.row)
        if row
    )


def is_used(row: str) -> bool:
    return row in used() or without_letter(row) in used()


def listed() -> dict[str, str]:
    """Row -> why no clock uses it."""
    text = NOT_USED.read_text(encoding="utf-8")
    return dict(re.findall(r"^\| ([A-Z]{2}-\d\d[a-z]?) \| [^|]+ \| ([^|]+) \|$", text, re.M))


def test_the_committed_rows_are_those_of_the_table() -> None:
    if not TABLE.is_file():
        pytest.skip(f"the table of clocks is not beside the repository ({TABLE.name})")
    assert levels(ROWS, "level") == levels(TABLE, "conf")


def test_every_row_of_level_a_or_b_is_used_or_listed_with_a_reason() -> None:
    binding = [row for row, level in levels(ROWS, "level").items() if level in "AB"]
    assert len(binding) > 200
    assert not [row for row in binding if not is_used(row) and row not in listed()]


def test_every_row_that_a_clock_names_is_in_the_table() -> None:
    known = set(levels(ROWS, "level"))
    whole = known | {without_letter(row) for row in known}
    assert used()
    assert not sorted(used() - whole)


def test_every_row_listed_as_not_used_is_in_the_table_is_not_used_and_has_a_reason() -> None:
    reasons = listed()
    assert reasons
    assert not [row for row in reasons if row not in levels(ROWS, "level")]
    assert not [row for row in reasons if is_used(row)]
    assert not [row for row, reason in reasons.items() if len(reason) < REASON_LETTERS_MIN]


def test_every_row_is_listed_once() -> None:
    rows = re.findall(r"^\| ([A-Z]{2}-\d\d[a-z]?) \|", NOT_USED.read_text(encoding="utf-8"), re.M)
    assert len(rows) == len(set(rows)) == len(listed())


def test_every_kind_that_the_mission_names_exists() -> None:
    assert not [kind for kind in KINDS if kind not in pack().procedures]


def sentences() -> list[tuple[str, str]]:
    return [
        (f"{procedure.kind} {procedure.since}: {name}", state.citizen)
        for versions in pack().procedures.values()
        for procedure in versions
        for name, state in procedure.states.items()
    ]


def test_no_sentence_for_a_citizen_holds_jargon() -> None:
    assert sentences()
    assert not [
        f"{where}: {sentence} — {word}: {instead}"
        for where, sentence in sentences()
        for word, instead in JARGON.items()
        if word in sentence
    ]


def test_every_sentence_for_a_citizen_is_there_and_short() -> None:
    assert not [
        f"{where}: {sentence}"
        for where, sentence in sentences()
        if not sentence.endswith("。") or len(sentence) > SENTENCE_LETTERS_MAX
    ]
