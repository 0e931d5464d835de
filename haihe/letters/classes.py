"""Which sort of letter it may be, by the words that speak for it: a hint for who registers it.

The sorts are those of 信访工作条例 and of the mailbox (suggestion, complaint …). No labelled
letters exist for them, so nothing is learned: the words are listed, and the list is the reason.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from haihe.letters.message import plain

HINTS_MAX: Final = 3
# The first that is found for a sort counts twice: what is happening now outranks thanks.
_WORDS: Final[dict[str, re.Pattern[str]]] = {
    "alarm": re.compile(
        r"正在(?:打|砸|抢|追|冒烟|着火|闹事)|救命|现在就?有人(?:打|砸|闯)|快来人|持刀"
    ),
    "report": re.compile(
        r"举报|检举|收受|受贿|行贿|贪污|索要(?:红包|好处)|保护伞|徇私|吃拿卡要|权钱"
    ),
    "remedy": re.compile(r"不服.{0,12}(?:处罚|决定|认定)|行政复议|要起诉|提起诉讼|撤销.{0,6}决定"),
    "complaint": re.compile(
        r"投诉|态度(?:生硬|恶劣|差|不好)|推诿|推脱|不作为|刁难|拖延|拖着不办|骂人|不理睬|没人管|乱收费|互相推"
    ),
    "thanks": re.compile(r"感谢|谢谢|表扬|锦旗|点赞|致敬"),
    "suggestion": re.compile(
        r"建议|希望(?:增加|增设|安排|加装|改为|延长)|能否(?:增加|增设|加装|延长)"
    ),
    "question": re.compile(
        r"请问|咨询|怎么(?:办|申请|预约)|需要(?:什么|哪些)(?:材料|手续)|是否可以|多长时间"
    ),
    "appeal": re.compile(
        r"申诉|赔偿|补偿|落实.{0,8}(?:待遇|政策)|要求.{0,8}(?:返还|退还|兑现)|发还"
    ),
    "help": re.compile(
        r"求助|帮(?:帮|忙|助)|扰民|噪声|噪音|喧哗|占道|堵|坏了|安全隐患|睡不着|走失"
    ),
}


class Hint(NamedTuple):
    """A sort of letter, and the words of the letter that speak for it."""

    sort: str
    words: tuple[str, ...]


def hints(subject: str, text: str) -> tuple[Hint, ...]:
    """The sorts that words speak for, at most HINTS_MAX; the order of the law breaks ties."""
    said = plain(f"{subject} {text}")
    found = [
        Hint(sort, tuple(dict.fromkeys(match[0] for match in words.finditer(said))))
        for sort, words in _WORDS.items()
        if words.search(said)
    ]
    return tuple(sorted(found, key=lambda one: -len(one.words))[:HINTS_MAX])
