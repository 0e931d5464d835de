"""Judges replies: late, empty, only passed on, promising nothing, copied from a template.

A reply is due in fifteen days (the limit the board gives itself; calendar days from the day of the
message). What a reply says is read sentence by sentence after greetings, thanks, dates and
numbers are taken away. A finding is for a person to look at; it says why.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from sklearn.feature_extraction.text import TfidfVectorizer

from haihe.letters.answer import Emptiness, bare_text, lacking
from haihe.letters.message import Answered

DAYS: Final = 15
COPIED: Final = 0.85  # cosine from which two replies are one text
OTHER_MATTER: Final = 0.3  # cosine of the messages below which they are different ones
COPIED_LETTERS_LEAST: Final = 30
COPIES_MAX: Final = 20_000
AT_ONCE: Final = 500


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


def copied(answered: Sequence[Answered]) -> list[Copied]:
    """Pairs of replies in one text though their messages differ; the likest first, COPIES_MAX.

    One answer to copies of one message is no fault. Short receipts are told by `lacking`.
    """
    bare = [(bare_text(one.reply), one) for one in answered]
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


def _weighed(texts: Sequence[str]) -> Any:
    return TfidfVectorizer(analyzer="char", ngram_range=(3, 3), sublinear_tf=True).fit_transform(
        texts
    )
