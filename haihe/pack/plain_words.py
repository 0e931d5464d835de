"""What a citizen reads is written in plain words: sentences of states, names of acts and clocks.

The composed sentence is the business of `haihe.kernel.sentence`; here its written parts are judged.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from haihe.kernel.procedure import Procedure, StateOf
from haihe.kernel.sentence import (
    ACT_LETTERS_MAX,
    CLOCK_LETTERS_MAX,
    PART_LETTERS_MAX,
    called,
    period_called,
)

PART_LETTERS_MIN: Final = 6
FULL_STOP: Final = "。"
# What a citizen of seventy does not know; the words beside each say what to write instead.
JARGON: Final = {
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


def faults_of_words(procedure: Procedure) -> Iterator[tuple[str, str]]:
    """What is wrong with the words for citizens of one version: where, what."""
    for name, state in procedure.states.items():
        yield from _faults_of_state(procedure, f"states.{name}", state)
    for name, step in procedure.steps.items():
        public = any(procedure.roles[role].stands == "public" for role in step.by)
        if public and step.from_:
            yield from _faults_of_name(f"steps.{name}", called(procedure, name), ACT_LETTERS_MAX)
    for name, rule in procedure.clocks.items():
        yield from _faults_of_name(f"clocks.{name}", period_called(rule), CLOCK_LETTERS_MAX)


def _faults_of_state(procedure: Procedure, where: str, state: StateOf) -> Iterator[tuple[str, str]]:
    for key, words in (("citizen", state.citizen), ("next", state.next)):
        place, length = f"{where}.{key}", len(words.strip())
        if length < PART_LETTERS_MIN:
            yield place, "no sentence for the citizen"
        elif length > PART_LETTERS_MAX:
            yield place, f"{length} characters; at most {PART_LETTERS_MAX}"
        elif not words.endswith(FULL_STOP):
            yield place, f"expected a whole sentence, ending with {FULL_STOP}"
        yield from ((place, says) for says in jargon_in(words))
    for clock in state.until:
        if clock not in procedure.clocks:
            yield f"{where}.until", f"there is no clock `{clock}`"


def _faults_of_name(where: str, name: str, most: int) -> Iterator[tuple[str, str]]:
    if len(name) > most:
        yield where, f"{name}: {len(name)} characters; write `citizen` with at most {most}"
    yield from ((where, f"{says}; write `citizen` beside the name") for says in jargon_in(name))


def jargon_in(words: str) -> Iterator[str]:
    """The words of the trade in a sentence, each with what to write instead."""
    for word, instead in JARGON.items():
        if word in words:
            yield f"“{word}” is jargon; a citizen knows: {instead}"
