"""Judges one reply without any library: what it lacks, how much of it stands in another text.

Read sentence by sentence after greetings, thanks, dates and numbers are taken away. What is found
is for a person to look at; it says why.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Final, Literal

from haihe.letters.message import plain

EXPLAINED: Final = 60  # characters from which a reply explains, in whatever words
SENTENCE_LEAST: Final = 4  # characters below which a sentence says nothing
PIECE: Final = 4  # characters of one piece that is counted as copied
COPIED_FROM: Final = 0.9  # share of a reply from which it is a copy (systems A6)
LETTERS_LEAST: Final = 12  # of what is left without courtesies, to be judged as a copy

_END: Final = re.compile(r"[。;!?\n]|(?<=[^\d]),|:")
_COURTESY: Final = re.compile(
    r"(?:尊敬的)?(?:网友|市民|来信人|来信同志|同志|先生|女士|朋友|各位)+|[“\"]?uu\d+[”\"]?|"
    r"[你您]们?好|(?:感谢|谢谢)[^。;!?]*|祝[您你][^。;!?]*|(?:留言|来信|来件|反映|诉求|问题|信件|建议)?"
    r"(?:已)?(?:收悉|阅悉|阅办|知悉|收到)|(?:现)?(?:将)?(?:有关情况|调查情况|处理情况|具体情况)?"
    r"(?:答复|回复|回答|答覆)(?:如下)?|(?:请)?敬请关注(?:后续)?(?:回复)?|特此(?:回复|答复)|欢迎[^。;!?]*监督[^。;!?]*|"
    r"\d{2,4}年\d{1,2}月\d{1,2}日|\d{1,2}月\d{1,2}日|[\d-]{6,}"
)
_LEAD: Final = re.compile(
    r"(?:[你您]们?)?(?:在[^,。]{0,24})?(?:所)?(?:反映|提|咨询|关于|对于|反应|留言|来信|的)+"
    r"(?:的)?(?:问题|情况|建议|内容|事项)?"
)
_PASSED: Final = re.compile(
    r"(?:已|现已|将)[^。;!?,]{0,24}(?:转|交办|移交|批转|转交|转办|呈)|转(?:交|至|给|办|[^。;!?,]{0,14}"
    r"(?:调查|处理|核处|处置|核实|办理))|请[^。;!?]{0,12}(?:咨询|询问|联系)|正在(?:调查|处理|核实|办理)"
)
_FOUND: Final = re.compile(
    r"经查|经.{0,10}(?:核实|调查|了解|核查|勘查|查询|检查)|据.{0,6}了解|属实|不符|根据|按照|依据|规定|情况是|原因|"
    r"已(?:经)?(?!收悉|转|阅)[^。;!?,]{0,12}(?:完成|到位|整改|解决|修复|安装|处罚|立案|拆除|清理|开展|安排|组织|责令|"
    r"纳入|实施|启动|列入|停|发放|支付)|可以|不能|不属于|应当|须|需要|标准|政策|条件"
)
_PROMISE: Final = re.compile(
    r"将(?!您|你|有关|我们|网友)|会(?:尽快|及时|进一步|继续|在|对|将|根据|加强|加大)|拟|计划|预计|下一步|尽快|争取|"
    r"力争|届时|我[局们区县镇办市].{0,8}(?:会|将)|督促|继续|加强|加大"
)

# What stands in letters and replies about anything.
_PLAIN_WORDS: Final = re.compile(
    r"我们|你们|您们|他们|我局|我所|我市|我区|您的|你的|我的|问题|反映|情况|来信|希望|请问|有关|部门|单位|领导|高度|重视|"
    r"进一步|加强|工作|管理|处理|解决|办理|答复|回复|及时|认真|相关|人员|群众|市民|居民|现在|已经|可以|没有|不能|能否|怎么|"
    r"公安局|派出所|民警|局长|进行|感谢|支持|理解|调查|核实|了解"
)

Emptiness = Literal["empty", "passed_on", "no_promise", ""]


def lacking(reply: str) -> Emptiness:
    """What a reply lacks.

    `empty`: nothing is left without courtesies. `passed_on`: only that somebody else has it or
    should be asked. `no_promise`: a short text with neither something found, decided or explained
    nor anything to come.
    """
    said = [one for one in map(_bare, _END.split(plain(reply))) if len(one) >= SENTENCE_LEAST]
    if not said:
        return "passed_on" if _PASSED.search(plain(reply)) else "empty"
    rest = [one for one in said if not _PASSED.search(one)]
    if not rest or (len(rest) < len(said) and max(map(len, rest)) < 2 * SENTENCE_LEAST):
        return "passed_on"
    if sum(map(len, rest)) >= EXPLAINED or any(
        _FOUND.search(one) or _PROMISE.search(one) for one in said
    ):
        return ""
    return "no_promise"


def copied_share(reply: str, other: str) -> float:
    """How much of a reply stands in another text, from 0 to 1; courtesies are not counted.

    Counted are runs of PIECE characters; a reply of less than LETTERS_LEAST is no copy.
    """
    mine, theirs = bare_text(reply), bare_text(other)
    if len(mine) < LETTERS_LEAST:
        return 0.0
    counted = [
        Counter(text[at : at + PIECE] for at in range(len(text) - PIECE + 1))
        for text in (mine, theirs)
    ]
    return (counted[0] & counted[1]).total() / counted[0].total()


def answers(question: str, reply: str) -> bool:
    """Whether a reply says anything of the question: two neighbouring characters of its matter.

    What every letter and every reply says (you, we, the problem …) is not counted.
    """
    asked, said = (
        {*_pairs(bare_text(_PLAIN_WORDS.sub(" ", plain(one))))} for one in (question, reply)
    )
    return bool(asked & said)


def _pairs(text: str) -> list[str]:
    return [text[at : at + 2] for at in range(len(text) - 1)]


def _bare(sentence: str) -> str:
    """A sentence without courtesies and without what only names the message."""
    rest = _COURTESY.sub("", sentence)
    return re.sub(r"[\W_]+", "", _LEAD.sub("", rest, count=1) if len(rest) < 24 else rest)


def bare_text(reply: str) -> str:
    """A text without courtesies, marks and blanks."""
    return re.sub(r"[\W_]+", "", _COURTESY.sub("", plain(reply)))
