"""Judges replies: late, empty, only passed on, promising nothing, copied from a template.

A reply is due in fifteen days (the limit the board gives itself; calendar days from the day of the
message). What a reply says is read sentence by sentence after greetings, thanks, dates and
numbers are taken away. A finding is for a person to look at; it says why.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final, Literal, NamedTuple

from sklearn.feature_extraction.text import TfidfVectorizer

from haihe.letters.message import Answered, plain

DAYS: Final = 15
EXPLAINED: Final = 60  # characters from which a reply explains, in whatever words
SENTENCE_LEAST: Final = 4  # characters below which a sentence says nothing
COPIED: Final = 0.85  # cosine from which two replies are one text
OTHER_MATTER: Final = 0.3  # cosine of the messages below which they are different ones
COPIED_LETTERS_LEAST: Final = 30
COPIES_MAX: Final = 20_000
AT_ONCE: Final = 500

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

Emptiness = Literal["empty", "passed_on", "no_promise", ""]


class Judged(NamedTuple):
    """A reply, the days it took, and what it lacks; `""` where it lacks nothing."""

    answered: Answered
    days: int
    lacks: Emptiness

    @property
    def late(self) -> bool:
        return self.days > DAYS


class Copied(NamedTuple):
    """Two replies in one text to messages about different things."""

    one: Answered
    other: Answered
    likeness: float


def judge(answered: Sequence[Answered]) -> list[Judged]:
    """Each reply with its days and what it lacks, in the order given."""
    return [
        Judged(one, (one.replied_on - one.message.on).days, lacking(one.reply)) for one in answered
    ]


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


def copied(answered: Sequence[Answered]) -> list[Copied]:
    """Pairs of replies in one text though their messages differ; the likest first, COPIES_MAX.

    One answer to copies of one message is no fault. Short receipts are told by `lacking`.
    """
    bare = [(_text(one.reply), one) for one in answered]
    kept = [pair for pair in bare if len(pair[0]) >= COPIED_LETTERS_LEAST]
    if len(kept) < 2:
        return []
    replies = _weighed([text for text, _ in kept])
    asked = _weighed([one.message.words for _, one in kept])
    found = []
    for start in range(0, len(kept), AT_ONCE):
        near = (replies[start : start + AT_ONCE] @ replies.T).tocoo()
        for row, column, value in zip(near.row, near.col, near.data, strict=True):
            at, other = start + int(row), int(column)
            if at >= other or value < COPIED:
                continue
            if asked[at].multiply(asked[other]).sum() < OTHER_MATTER:
                found.append(Copied(kept[at][1], kept[other][1], round(float(value), 3)))
    found.sort(key=lambda one: (-one.likeness, one.one.message.id, one.other.message.id))
    return found[:COPIES_MAX]


def _bare(sentence: str) -> str:
    """A sentence without courtesies and without what only names the message."""
    rest = _COURTESY.sub("", sentence)
    return re.sub(r"[\W_]+", "", _LEAD.sub("", rest, count=1) if len(rest) < 24 else rest)


def _text(reply: str) -> str:
    return re.sub(r"[\W_]+", "", _COURTESY.sub("", plain(reply)))


def _weighed(texts: Sequence[str]) -> Any:
    return TfidfVectorizer(analyzer="char", ngram_range=(3, 3), sublinear_tf=True).fit_transform(
        texts
    )
